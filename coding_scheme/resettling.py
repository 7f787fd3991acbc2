"""Settlements whose grounds changed: a coder decided otherwise after the disagreement was settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from coding_scheme.verdicts import Position, Positions, Rows, last_adjudication, positions

CHANGED = "changed since settled"
CHANGED_COLUMNS = ("record_id", "code_id", "settled_by", "settled_as", "changed")
TAKEN_BACK = "a settled decision was taken back"


def changed_settlements(decisions: pd.DataFrame) -> pd.DataFrame:
    """The settled codings on which a coder has decided otherwise since; they stand until settled anew.

    Parameters
    ----------
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.

    Returns
    -------
    DataFrame
        Columns record_id, code_id, settled_by, settled_as, changed (in words); sorted. Only a changed value
        or direction counts, and only of those whose decisions were settled.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, as_line, coding_decisions, line_id
    >>> lines = [as_line(CodingDecision("r1", "trust", value, person))
    ...          for person, value in (("ann", "unclear"), ("bo", "absent"))]
    >>> settles = tuple(line_id(line) for line in lines)
    >>> settled = CodingDecision("r1", "trust", "absent", "cy", round="adjudication", settles=settles,
    ...                          reason="overlooked")
    >>> anew = CodingDecision("r1", "trust", "unclear", "bo")
    >>> found = changed_settlements(coding_decisions([*lines, as_line(settled), as_line(anew)]))
    >>> found[["settled_by", "settled_as", "changed"]].values.tolist()
    [['cy', 'absent', 'bo: absent → unclear']]
    """
    known = _Lines(decisions)
    rows = []
    for record_id, code_id, said, listed in positions(decisions):
        changed = known.changed(code_id, said, last_adjudication(listed))
        if changed:
            settled: Mapping[Any, Any] = last_adjudication(listed)[0]
            as_what = Position(settled["person"], settled["value"], settled["direction"]).said
            rows.append((record_id, code_id, settled["person"], as_what, "; ".join(changed)))
    frame = pd.DataFrame(rows, columns=list(CHANGED_COLUMNS)).astype("str")
    return frame.sort_values(["record_id", "code_id"], kind="stable", ignore_index=True)


class _Lines:
    """What each line said when it was settled; lines that were undone are not there."""

    def __init__(self, decisions: pd.DataFrame) -> None:
        names = ["line_id", "code_id", "person", "value", "direction"]
        self._of = {row[0]: Position(row[2], row[3], row[4]) for row in _each(decisions[names])}
        self._code = {row[0]: row[1] for row in _each(decisions[names])}

    def changed(self, code_id: str, said: Positions, settled: Rows) -> list[str]:
        """Who says something else of a code than when it was settled, in words."""
        names = [name for name in settled[0]["settles"].split("; ") if name] if settled else []
        if not names:
            return []
        then: dict[str, Position] = {}
        for name in names:
            if name in self._of:
                before = self._of[name]
                # who was silent on the code is named by another line of the same record
                on_it = self._code[name] == code_id
                then.setdefault(before.person, before if on_it else Position(before.person))
        found = [
            f"{now.person}: {then[now.person].said} → {now.said}"
            for now in said
            if now.person in then and then[now.person].said != now.said
        ]
        return found or ([TAKEN_BACK] if any(name not in self._of for name in names) else [])


def _each(frame: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    return frame.itertuples(index=False, name=None)
