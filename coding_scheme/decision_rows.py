"""Coding decisions from the rows of a spreadsheet: all of them, or all that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from coding_scheme.decisions import REASONS, ROUNDS, VALUES, CodingDecision, Segment, Suggested
from coding_scheme.earlier import EarlierDecisions
from coding_scheme.scheme import DIRECTIONS, Code, CodingScheme
from coding_scheme.table_rows import KnownRecords, some
from corpus.errors import all_faults
from corpus.table_cells import FIRST_ROW, Rows, text_cells

# columns of words from a list
_LISTED = ("value", "direction", "field", "round", "reason")
# columns of a sheet with suggestions -> parts of what was shown
_SUGGESTED = {
    "suggested_direction": "direction", "suggested_quotation": "text", "proposed_by": "proposed_by",
    "score": "score", "suggested_field": "field", "suggested_start": "start",
}  # fmt: skip
_Key = tuple[str, str, str, int]


@dataclass
class _Gathered:
    """What the rows on one record and code say together."""

    row: int
    values: dict[str, str]
    segments: list[Segment] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    facets: dict[str, str] = field(default_factory=dict)
    suggested: list[Suggested] = field(default_factory=list)


def decisions_from_rows(
    rows: Rows,
    records: pd.DataFrame,
    scheme: CodingScheme,
    *,
    person: str,
    round: str = "blind",
    file: str = "The rows",
    decisions: pd.DataFrame | None = None,
) -> list[CodingDecision]:
    """Coding decisions from a person's spreadsheet.

    Parameters
    ----------
    rows : DataFrame or iterable of mappings
        Columns record_id, code_id, value, direction, field ("title" or "abstract"), quotation, finding, a
        column for each facet, round, reading (2 where a record is read again), note, decided_at; what was
        shown: suggested_direction, suggested_quotation, proposed_by, score, and, of words that stand more
        than once, suggested_field and suggested_start. One row per segment: rows with the same record, code,
        round and reading are one decision. An empty code_id with value "absent" says: read, nothing to code.
        Where a quotation stands more than once, start (code points, from 0) says which. Rows without a value
        are skipped, so that suggestions can be decided on bit by bit. In an adjudication: reason (why people
        differed), and agree_with (a coder whose value, direction and segments stand) in place of a value.
    records : DataFrame
        Columns record_id, title, abstract, and members (ids that a row may use as well).
    scheme : CodingScheme
    person : str
        Who decided.
    round : str
        For rows that name none.
    file : str
        Where the rows come from, for the error.
    decisions : DataFrame, optional
        What was decided before (:func:`~coding_scheme.decisions.coding_decisions`). Then an adjudication
        names the lines it settles and needs a reason where people differ, and no reading is blind of a record
        on which the person has seen suggestions.

    Returns
    -------
    list of CodingDecision
        In the order of the rows.

    Raises
    ------
    UsageError
        With all faults, each with its row as a spreadsheet counts (the header is row 1); then nothing is
        taken.

    Examples
    --------
    >>> from coding_scheme.scheme import Theme
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (Code("trust"),)),))
    >>> records = pd.DataFrame([{"record_id": "r1", "title": "", "abstract": "Trust  grew."}])
    >>> row = {"record_id": "r1", "code_id": "trust", "value": "present", "direction": "promotes",
    ...        "field": "abstract", "quotation": "Trust grew"}
    >>> decisions_from_rows([row], records, scheme, person="ann")[0].segments
    (Segment(field='abstract', start=0, end=11, text='Trust  grew'),)
    >>> decisions_from_rows([row | {"quotation": "Trust fell"}], records, scheme, person="ann")
    Traceback (most recent call last):
    ...
    corpus.errors.UsageError: The rows: 1 fault, no decision was saved.
    row 2: the quotation 'Trust fell' does not stand in the abstract of r1.
    """
    known = KnownRecords(records)
    earlier = EarlierDecisions(decisions, person)
    faults: list[tuple[int, str]] = []
    gathered: dict[_Key, _Gathered] = {}
    cells = text_cells(rows, needs=("record_id", "code_id"), any_case=_LISTED, file=file)
    if not any("agree_with" in row for row in cells):
        cells = text_cells(cells, needs=("value",), file=file)
    for number, row in enumerate(cells, start=FIRST_ROW):
        if not row.get("value") and not row.get("agree_with"):
            continue
        row |= {
            "round": row.get("round") or round,
            "reading": row.get("reading", "").removesuffix(".0") or "1",
        }
        faults += [(number, what) for what in _taken(row, number, gathered, known, scheme, earlier)]
    if faults:
        raise all_faults([f"row {number}: {what}." for number, what in faults], file=file)
    return [
        CodingDecision(
            record_id=record_id, code_id=code_id, value=each.values["value"], person=person,
            direction=each.values.get("direction", ""), segments=tuple(each.segments),
            round=each.values["round"], reading=reading,
            scheme_version=scheme.version, scheme_hash=scheme.hash, finding=" ".join(each.findings),
            facets=dict(sorted(each.facets.items())), note=each.values.get("note", ""),
            decided_at=each.values.get("decided_at", ""),
            suggestions_shown=round_ == "assisted" or bool(each.suggested), suggested=tuple(each.suggested),
            settles=earlier.settled_lines(record_id, code_id) if round_ == "adjudication" else (),
            reason=each.values.get("reason", "") if round_ == "adjudication" else "",
        )
        for (record_id, code_id, round_, reading), each in gathered.items()
    ]  # fmt: skip


def _taken(
    row: dict[str, str],
    number: int,
    gathered: dict[_Key, _Gathered],
    known: KnownRecords,
    scheme: CodingScheme,
    earlier: EarlierDecisions,
) -> list[str]:
    """Take a row into what is gathered, or say what is wrong with it."""
    fault = known.fault(row.get("record_id", ""))
    if fault:
        return [fault]
    record_id = known.unique_of[row["record_id"]]
    segments: tuple[Segment, ...] = ()
    if row.get("agree_with"):
        taken_over = earlier.of_coder(record_id, row.get("code_id", ""), row["agree_with"])
        if isinstance(taken_over, str):
            return [taken_over]
        if row["round"] != "adjudication" or row.get("value") or row.get("quotation"):
            return ["agree_with stands in adjudications only, and in place of value and quotation"]
        values, segments = taken_over
        row |= {name: value for name, value in values.items() if value or name == "value"}
    found = [*_row_faults(row, scheme, with_words=bool(segments)), *_round_faults(row, record_id, earlier)]
    if not found and row.get("quotation"):
        segment = _segment(known, record_id, row)
        if isinstance(segment, str):
            return [segment]
        segments = (segment,)
    return found or list(_gather(gathered, record_id, row, number, segments, scheme))


def _row_faults(row: dict[str, str], scheme: CodingScheme, *, with_words: bool) -> Iterable[str]:
    value, code_id = row.get("value", ""), row.get("code_id", "")
    if row["round"] not in ROUNDS:
        yield f"unknown round {row['round']!r}. Known: {', '.join(ROUNDS)}"
    if value not in VALUES:
        yield f"unknown value {value!r}. Known: {', '.join(VALUES)}"
    if not code_id:
        if value not in {"absent", "withdrawn"}:
            yield "the code is missing; without a code only value absent (read, nothing to code) is possible"
        return
    code = next((code for code in scheme.codes if code.id == code_id), None)
    if code is None:
        yield f"there is no code {code_id!r}. Known: {some(code.id for code in scheme.codes)}"
        return
    yield from _value_faults(row, value, code, with_words=with_words)
    yield from _facet_faults(row, code, scheme)


def _round_faults(row: dict[str, str], record_id: str, earlier: EarlierDecisions) -> Iterable[str]:
    round_, reading, reason = row["round"], row["reading"], row.get("reason", "")
    if not reading.isdecimal() or int(reading) < 1:
        yield f"reading {reading!r} is no number from 1"
    elif int(reading) > 1 and round_ != "blind":
        yield "a record is read again blind, without suggestions; leave reading empty in other rounds"
    if round_ == "blind":
        shown = next((name for name in _SUGGESTED if row.get(name)), "")
        if shown:
            yield (
                f"a suggestion was shown ({shown} {row[shown]!r}), so this is no blind reading: the round is "
                "assisted"
            )
        elif reading == "1" and record_id in earlier.seen_with_suggestions:
            yield (
                f"{earlier.person} has seen the suggestions on {record_id}; what was read blind stays as it "
                "was, decide in the round assisted"
            )
    if round_ == "adjudication" and row.get("value") != "withdrawn":
        if reason and reason not in REASONS:
            yield f"unknown reason {reason!r}. Known: {', '.join(REASONS)}"
        elif not reason and earlier.disagree(record_id, row.get("code_id", "")):
            yield f"the reason is missing: why did people differ? Known: {', '.join(REASONS)}"


def _value_faults(row: dict[str, str], value: str, code: Code, *, with_words: bool) -> Iterable[str]:
    direction = row.get("direction", "")
    if direction and direction not in DIRECTIONS:
        yield f"unknown direction {direction!r}. Known: {', '.join(DIRECTIONS)}"
    elif direction and direction not in code.direction.allowed:
        yield f"{direction!r} is not allowed for {code.id}. Allowed: {', '.join(code.direction.allowed)}"
    if value == "present" and not direction:
        yield f"present needs a direction. Known: {', '.join(code.direction.allowed)}"
    if value == "present" and not row.get("quotation") and not with_words:
        yield "present needs a quotation"
    if value in {"absent", "withdrawn"} and (direction or row.get("quotation")):
        yield f"{value} has neither direction nor quotation"


def _facet_faults(row: dict[str, str], code: Code, scheme: CodingScheme) -> Iterable[str]:
    applying = scheme.facets_of(code.id)
    for facet in scheme.facets:
        values = [part.strip() for part in row.get(facet.id, "").split(";") if part.strip()]
        if values and facet not in applying:
            yield f"{facet.id} does not apply to {code.id}"
            continue
        ids = [value.id for value in facet.values]
        for value in values:
            if value not in ids:
                yield f"unknown {facet.id} {value!r}. Known: {', '.join(ids)}"


def _segment(known: KnownRecords, record_id: str, row: dict[str, str]) -> Segment | str:
    """Where the quotation stands, or why it cannot be said."""
    name, quotation = row.get("field") or "abstract", row["quotation"]
    if name not in {"title", "abstract"}:
        return f"unknown field {name!r}. Known: title, abstract"
    text = known.text(record_id, name)
    said = row.get("start", "").removesuffix(".0")
    if said.isdecimal() and len(said) < 10 and text[int(said) :].startswith(quotation):
        return Segment(name, int(said), int(said) + len(quotation), quotation)
    pattern = r"\s+".join(re.escape(word) for word in quotation.split())
    # looked ahead for, so that overlapping places are all seen
    places = [match.span(1) for match in re.finditer(f"(?=({pattern}))", text)]
    shown = quotation if len(quotation) <= 60 else quotation[:59] + "…"
    if not places:
        return f"the quotation {shown!r} does not stand in the {name} of {record_id}"
    if len(places) > 1:
        times = f"stands {len(places)} times in the {name} of {record_id}"
        return f"the quotation {shown!r} {times}; quote more words"
    start, end = places[0]
    return Segment(name, start, end, text[start:end])


def _gather(
    gathered: dict[_Key, _Gathered],
    record_id: str,
    row: dict[str, str],
    number: int,
    segments: tuple[Segment, ...],
    scheme: CodingScheme,
) -> Iterable[str]:
    key = (record_id, row.get("code_id", ""), row["round"], int(row["reading"]))
    first = gathered.setdefault(key, _Gathered(number, row))
    for name in ("value", "direction", "reason"):
        here, there = row.get(name, ""), first.values.get(name, "")
        if here != there:
            yield f"{name} {here!r} differs from {there!r} in row {first.row}, about the same record and code"
    first.segments += [segment for segment in segments if segment not in first.segments]
    shown = Suggested(**{part: row.get(name, "") for name, part in _SUGGESTED.items()})
    if shown != Suggested() and shown not in first.suggested:
        first.suggested.append(shown)
    if row.get("finding") and row["finding"] not in first.findings:
        first.findings.append(row["finding"])
    for facet in scheme.facets:
        noted = [part for part in first.facets.get(facet.id, "").split("; ") if part]
        noted += [part.strip() for part in row.get(facet.id, "").split(";") if part.strip()]
        if noted:
            first.facets[facet.id] = "; ".join(dict.fromkeys(noted))
