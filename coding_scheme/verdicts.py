"""What stands after everybody has coded: settled segments, and the disagreements that wait for adjudication.

Who has a standing line on a record has read it; a code without a line of theirs is absent for them.
Adjudication wins; else all who read the record must agree on presence, and on the direction where the code
is present. Notes, findings and facets never make a disagreement. Of repeated readings the first counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd
import pyarrow as pa

from coding_scheme.decisions import ROUNDS

SEGMENT_COLUMNS = (
    "record_id", "code_id", "direction", "field", "start", "end", "text", "finding", "facets", "people",
    "settled_by", "decided_at",
)  # fmt: skip
CONFLICT_COLUMNS = ("record_id", "code_id", "kind", "positions")
Rows = tuple[Mapping[Any, Any], ...]
_READINGS = ("blind", "assisted")


@dataclass(frozen=True)
class Position:
    """What one person says of a code in a record, and the rows it stands in (none: absent by silence)."""

    person: str
    value: str = "absent"
    direction: str = ""
    rows: Rows = ()

    @property
    def said(self) -> str:
        """In words: "present, promotes"."""
        return ", ".join(part for part in (self.value, self.direction) if part)


Positions = tuple[Position, ...]


@dataclass(frozen=True)
class _Verdict:
    record_id: str
    code_id: str
    positions: Positions
    rows: Rows
    settled_by: str = ""

    @property
    def kind(self) -> str:
        return kind_of(self.positions)


def kind_of(positions: Positions) -> str:
    """Agreed on ("present", "absent") or the kind of disagreement ("presence", "direction").

    Examples
    --------
    >>> kind_of((Position("ann", "present", "promotes"), Position("bo", "present", "mixed")))
    'direction'
    """
    values = {position.value for position in positions}
    if values == {"absent"}:
        return "absent"
    if values != {"present"}:
        return "presence"
    return "present" if len({position.direction for position in positions}) == 1 else "direction"


def standing_decisions(decisions: pd.DataFrame, *, reading: int = 1) -> pd.DataFrame:
    """The rows of a coding_decisions frame that no later line of the same person overrides or withdraws.

    Parameters
    ----------
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.
    reading : int
        Which of a person's readings of a record; all but the first only measure agreement with oneself.

    Returns
    -------
    DataFrame
        The same columns; sorted by record_id, code_id, person, and then as decided.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, as_line, coding_decisions
    >>> values = ("unclear", "absent")
    >>> lines = [as_line(CodingDecision("r1", "trust", value, "ann")) for value in values]
    >>> standing_decisions(coding_decisions(lines))["value"].tolist()
    ['absent']
    """
    decisions = decisions[decisions["reading"] == reading]
    if decisions.empty:
        return decisions.reset_index(drop=True)
    unit = ["person", "round", "record_id", "code_id"]
    # the order of a person's lines is that of the file
    latest = decisions.groupby(unit)["journal_line"].transform("max")
    standing = decisions[(decisions["journal_line"] == latest) & (decisions["value"] != "withdrawn")]
    return standing.sort_values([*unit[2:], "person", "journal_line"], kind="stable", ignore_index=True)


def standing_readings(decisions: pd.DataFrame) -> pd.DataFrame:
    """The standing decisions of every reading, the first one first (:func:`standing_decisions`).

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, as_line, coding_decisions
    >>> lines = [as_line(CodingDecision("r1", "trust", "absent", "ann", reading=n)) for n in (2, 1, 2)]
    >>> standing_readings(coding_decisions(lines))["reading"].tolist()
    [1, 2]
    """
    readings = sorted(set(decisions["reading"])) or [1]
    return pd.concat([standing_decisions(decisions, reading=n) for n in readings], ignore_index=True)


def readers(
    decisions: pd.DataFrame, rounds: tuple[str, ...] = _READINGS, *, reading: int = 1
) -> dict[str, list[str]]:
    """For each record the people who read it in one of the rounds, sorted.

    Who has withdrawn all that they said of it counts as not having read it (but see :func:`seen_by`).

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, as_line, coding_decisions
    >>> lines = [as_line(CodingDecision("r1", "", "absent", person)) for person in ("bo", "ann")]
    >>> readers(coding_decisions(lines))
    {'r1': ['ann', 'bo']}
    >>> withdrawn = as_line(CodingDecision("r1", "", "withdrawn", "bo"))
    >>> readers(coding_decisions([*lines, withdrawn]))
    {'r1': ['ann']}
    """
    return seen_by(standing_decisions(decisions, reading=reading), rounds, reading=reading)


def seen_by(
    decisions: pd.DataFrame, rounds: tuple[str, ...] = _READINGS, *, reading: int = 1
) -> dict[str, list[str]]:
    """For each record the people who ever said something of it in one of the rounds, sorted.

    They have seen it, even if they have withdrawn all of it since.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, as_line, coding_decisions
    >>> lines = [as_line(CodingDecision("r1", "", value, "ann")) for value in ("absent", "withdrawn")]
    >>> seen_by(coding_decisions(lines))
    {'r1': ['ann']}
    """
    is_own = decisions["round"].isin(rounds) & (decisions["reading"] == reading)
    own = decisions.loc[is_own, ["record_id", "person"]].drop_duplicates()
    read_by: dict[str, list[str]] = {}
    for record_id, person in sorted(own.itertuples(index=False, name=None)):
        read_by.setdefault(str(record_id), []).append(str(person))
    return read_by


def positions(
    decisions: pd.DataFrame, rounds: tuple[str, ...] = _READINGS
) -> Iterator[tuple[str, str, Positions, list[Mapping[Any, Any]]]]:
    """For each record and code that somebody decided on, what each of its readers says.

    Parameters
    ----------
    decisions : DataFrame
    rounds : tuple of str
        The rounds that count; of a person's decisions in several the later round's.

    Yields
    ------
    record_id, code_id, positions, rows
        ``rows`` are all standing ones on the code, those of adjudicators too.
    """
    standing = standing_decisions(decisions)
    read_by = seen_by(standing, rounds)
    coded = _rows_of(standing[standing["code_id"] != ""])
    for (record_id, code_id), rows in groupby(coded, key=itemgetter("record_id", "code_id")):
        listed: list[Mapping[Any, Any]] = list(rows)
        said: dict[str, list[Mapping[Any, Any]]] = {}
        for row in listed:
            if row["round"] in rounds:
                said.setdefault(row["person"], []).append(row)
        yield (
            str(record_id),
            str(code_id),
            tuple(_position(person, said.get(person, [])) for person in read_by.get(str(record_id), [])),
            listed,
        )


def _rows_of(frame: pd.DataFrame) -> Iterator[Mapping[Any, Any]]:
    """The rows as dicts; by whole columns, which is many times as fast as ``to_dict``."""
    names = list(frame.columns)
    columns = [pa.array(frame[name]).to_pylist() for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _position(person: str, rows: list[Mapping[Any, Any]]) -> Position:
    if not rows:
        return Position(person)
    # an assisted reading replaces one's blind one
    last = max(ROUNDS.index(row["round"]) for row in rows)
    latest = tuple(row for row in rows if ROUNDS.index(row["round"]) == last)
    return Position(person, latest[0]["value"], latest[0]["direction"], latest)


def coded_segments(decisions: pd.DataFrame) -> pd.DataFrame:
    """The segments of all codings that are settled: agreed on by all who read the record, or adjudicated.

    Parameters
    ----------
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.

    Returns
    -------
    DataFrame
        Columns record_id, code_id, direction, field, start, end, text, finding, facets (JSON), people ("; "),
        settled_by ("" or the adjudicator), decided_at (the latest). One row per distinct segment; sorted by
        record_id, code_id, field, start, end.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
    >>> trust = Segment("title", 0, 5, "Trust")
    >>> people = ("ann", "bo")
    >>> both = [CodingDecision("r1", "trust", "present", name, "promotes", (trust,)) for name in people]
    >>> lines = [as_line(decision) for decision in both]
    >>> coded_segments(coding_decisions(lines))[["code_id", "direction", "text", "people"]].to_dict("records")
    [{'code_id': 'trust', 'direction': 'promotes', 'text': 'Trust', 'people': 'ann; bo'}]
    """
    rows = []
    for verdict in _verdicts(decisions):
        if verdict.kind != "present":
            continue
        by_place: dict[tuple[str, int, int], list[Mapping[Any, Any]]] = {}
        for row in verdict.rows:
            by_place.setdefault((row["field"], row["start"], row["end"]), []).append(row)
        facets = json.dumps(_joined_facets(verdict.rows), ensure_ascii=False, sort_keys=True)
        for (field, start, end), marked in by_place.items():
            # coders who agree say the same in other words: the first one's stand for all
            finding = next((row["finding"] for row in marked if row["finding"]), "")
            rows.append({
                "record_id": verdict.record_id, "code_id": verdict.code_id,
                "direction": marked[0]["direction"],
                "field": field, "start": start, "end": end, "text": marked[0]["text"],
                "finding": finding, "facets": facets,
                "people": "; ".join(sorted({row["person"] for row in marked})),
                "settled_by": verdict.settled_by,
                "decided_at": max(row["decided_at"] for row in marked),
            })  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(SEGMENT_COLUMNS))
    frame = frame.astype({name: "int64" if name in {"start", "end"} else "str" for name in SEGMENT_COLUMNS})
    return frame.sort_values(
        ["record_id", "code_id", "field", "start", "end"], kind="stable", ignore_index=True
    )


def coding_conflicts(decisions: pd.DataFrame) -> pd.DataFrame:
    """The codings on which those who read the record differ, and which nobody has settled.

    Returns
    -------
    DataFrame
        Columns record_id, code_id, kind ("presence" or "direction"), positions; sorted.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
    >>> trust = Segment("title", 0, 5, "Trust")
    >>> lines = [as_line(CodingDecision("r1", "trust", "present", "ann", "promotes", (trust,))),
    ...          as_line(CodingDecision("r1", "", "absent", "bo"))]
    >>> coding_conflicts(coding_decisions(lines))[["code_id", "kind", "positions"]].to_dict("records")
    [{'code_id': 'trust', 'kind': 'presence', 'positions': 'ann: present, promotes; bo: absent'}]
    """
    rows = []
    for verdict in _verdicts(decisions):
        if verdict.kind in {"presence", "direction"}:
            said = [f"{position.person}: {position.said}" for position in verdict.positions]
            rows.append((verdict.record_id, verdict.code_id, verdict.kind, "; ".join(said)))
    frame = pd.DataFrame(rows, columns=list(CONFLICT_COLUMNS)).astype("str")
    return frame.sort_values(["record_id", "code_id"], kind="stable", ignore_index=True)


def last_adjudication(rows: list[Mapping[Any, Any]]) -> Rows:
    """The adjudicator's rows that stand: of several adjudicators those of the one who decided last."""
    adjudications = [row for row in rows if row["round"] == "adjudication"]
    if not adjudications:
        return ()
    last = max(adjudications, key=lambda row: (row["decided_at"], row["person"]))
    return tuple(row for row in adjudications if row["person"] == last["person"])


def _verdicts(decisions: pd.DataFrame) -> Iterator[_Verdict]:
    for record_id, code_id, said, listed in positions(decisions):
        settled = last_adjudication(listed)
        if settled:
            # who settles need not write the finding anew: the coders' words stand where they left none
            words = next((row["finding"] for row in listed if row["finding"]), "")
            own = tuple({**row, "finding": row["finding"] or words} for row in settled)
            only = (_position(settled[0]["person"], list(settled)),)
            yield _Verdict(record_id, code_id, only, own, settled_by=settled[0]["person"])
            continue
        kept = tuple(row for position in said for row in position.rows)
        yield _Verdict(record_id, code_id, said, kept)


def _joined_facets(rows: Rows) -> dict[str, str]:
    """The facets of all rows; where people noted different values, all of them."""
    joined: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: row["person"]):
        for name, value in json.loads(row["facets"] or "{}").items():
            joined.setdefault(name, []).extend(part for part in str(value).split("; ") if part)
    return {name: "; ".join(dict.fromkeys(values)) for name, values in joined.items()}
