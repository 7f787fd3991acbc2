"""Where people differ: who said what of a code in a record, with their words and notes side by side."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pandas as pd

from coding_scheme.resettling import CHANGED, changed_settlements
from coding_scheme.verdicts import Position, Positions, Rows, kind_of, last_adjudication, positions

KINDS = ("presence", "unclear", "direction", "segments")
SIDE = ("person", "value", "direction", "quotations", "note")
SETTLED = ("settled_by", "settled_as", "reason", "since")
BETWEEN_QUOTATIONS = " | "


def coding_disagreements(decisions: pd.DataFrame, *, rounds: tuple[str, ...] = ("blind",)) -> pd.DataFrame:
    """Every record and code on which those who read it in a round differ, settled or not.

    Parameters
    ----------
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.
    rounds : tuple of str
        Which readings are compared; of a person's readings in several rounds the later round's.

    Returns
    -------
    DataFrame
        Columns record_id, code_id, kind, then person_1, value_1, direction_1, quotations_1 (" | " between
        them), note_1, person_2 ... for as many as read a record, then settled_by, settled_as, reason ("" if
        nobody settled it), since ("changed since settled" where a coder decided otherwise after that).
        Sorted by record_id, code_id. Kinds: "presence" (one found the code, another did
        not), "unclear" (somebody could not tell), "direction", and "segments" (the same code and direction,
        and two people marked no word in common). Notes, findings and facets never make a disagreement.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
    >>> trust = Segment("title", 0, 5, "Trust")
    >>> lines = [as_line(CodingDecision("r1", "trust", "present", "ann", "promotes", (trust,))),
    ...          as_line(CodingDecision("r1", "", "absent", "bo", note="read twice"))]
    >>> found = coding_disagreements(coding_decisions(lines))
    >>> found[["kind", "person_1", "quotations_1", "person_2", "value_2"]].values.tolist()
    [['presence', 'ann', 'Trust', 'bo', 'absent']]
    """
    rows = []
    anew = changed_settlements(decisions)
    changed = set(zip(anew["record_id"], anew["code_id"], strict=True))
    for record_id, code_id, said, listed in positions(decisions, rounds):
        kind = _kind(said) if len(said) > 1 else ""
        if kind:
            settled = _settled(last_adjudication(listed))
            settled["since"] = CHANGED if (record_id, code_id) in changed else ""
            rows.append(
                {"record_id": record_id, "code_id": code_id, "kind": kind} | side_by_side(said) | settled
            )
    columns = ["record_id", "code_id", "kind", *side_columns(rows), *SETTLED]
    return pd.DataFrame(rows, columns=columns).astype(object).fillna("").astype("str")


def _kind(said: Positions) -> str:
    kind = kind_of(said)
    values = {position.value for position in said}
    if kind == "presence":
        return "unclear" if "unclear" in values and len(values) > 1 else "presence" if len(values) > 1 else ""
    if kind == "present":
        apart = any(not _share_words(one, other) for one, other in combinations(said, 2))
        return "segments" if apart else ""
    return "direction" if kind == "direction" else ""


def _share_words(one: Position, other: Position) -> bool:
    return any(
        row["field"] == mark["field"] and row["start"] < mark["end"] and mark["start"] < row["end"]
        for row in one.rows
        for mark in other.rows
    )


def side_by_side(said: Positions) -> dict[str, Any]:
    """What each person says, in numbered cells: person_1, value_1, direction_1, quotations_1, note_1, ..."""
    shown: dict[str, Any] = {}
    for number, position in enumerate(said, start=1):
        quotations = [row["text"] for row in position.rows if row["text"]]
        note = position.rows[0]["note"] if position.rows else ""
        cells = (
            position.person, position.value, position.direction, BETWEEN_QUOTATIONS.join(quotations), note,
        )  # fmt: skip
        shown |= {f"{name}_{number}": cell for name, cell in zip(SIDE, cells, strict=True)}
    return shown


def _settled(rows: Rows) -> dict[str, str]:
    if not rows:
        return dict.fromkeys(SETTLED, "")
    first: Mapping[Any, Any] = rows[0]
    as_what = Position(first["person"], first["value"], first["direction"]).said
    return dict(zip(SETTLED, (first["person"], as_what, first["reason"], ""), strict=True))


def side_columns(rows: list[dict[str, Any]]) -> list[str]:
    """The columns of rows that :func:`side_by_side` made, for as many people as there are, at least two."""
    n_people = max((sum(name.startswith("person_") for name in row) for row in rows), default=2)
    return [f"{name}_{number}" for number in range(1, n_people + 1) for name in SIDE]
