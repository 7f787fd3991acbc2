"""Decisions and descriptors from the rows of a spreadsheet: all of them, or all that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from coding_scheme.decisions import ROUNDS, VALUES, CodingDecision, Segment
from coding_scheme.scheme import DIRECTIONS, Code, CodingScheme
from corpus.errors import UsageError

PART_OF_STUDY = "part_of_study"
NOT_CODED = ("not reported", "not applicable")
Rows = pd.DataFrame | Iterable[Mapping[str, Any]]
_FIRST_ROW = 2  # as spreadsheets count, the header being row 1


@dataclass
class _Gathered:
    """What the rows on one record and code say together."""

    row: int
    values: dict[str, str]
    segments: list[Segment] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    facets: dict[str, str] = field(default_factory=dict)


class _Records:
    """The records by id and by the ids of the entries they were merged from."""

    def __init__(self, records: pd.DataFrame) -> None:
        self.texts = {str(row["record_id"]): row for row in records.to_dict("records")}
        self.unique_of = {name: name for name in self.texts}
        for name, row in self.texts.items():
            for member in str(row.get("members") or "").split("; "):
                self.unique_of.setdefault(member.strip(), name)

    def fault(self, record_id: str) -> str:
        if record_id in self.unique_of:
            return ""
        return f"there is no record {record_id!r}. Known: {_some(self.texts)}"

    def text(self, record_id: str, name: str) -> str:
        text = self.texts[record_id].get(name)
        return text if isinstance(text, str) else ""


def decisions_from_rows(
    rows: Rows,
    records: pd.DataFrame,
    scheme: CodingScheme,
    *,
    person: str,
    round: str = "blind",
    file: str = "The rows",
) -> list[CodingDecision]:
    """Coding decisions from a person's spreadsheet.

    Parameters
    ----------
    rows : DataFrame or iterable of mappings
        Columns record_id, code_id, value, direction, field ("title" or "abstract"), quotation, finding, a
        column for each facet, round, note, decided_at. One row per segment: rows with the same record, code
        and round are one decision. An empty code_id with value "absent" says: read, nothing to code. Rows
        without a value are skipped, so that suggestions can be decided on bit by bit.
    records : DataFrame
        Columns record_id, title, abstract, and members (ids that a row may use as well).
    scheme : CodingScheme
    person : str
        Who decided.
    round : str
        For rows that name none.
    file : str
        Where the rows come from, for the error.

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
    known = _Records(records)
    faults: list[tuple[int, str]] = []
    gathered: dict[tuple[str, str, str], _Gathered] = {}
    for number, row in enumerate(_cleaned(rows), start=_FIRST_ROW):
        if not row.get("value"):
            continue
        row["round"] = row.get("round") or round
        found = list(_row_faults(row, known, scheme))
        segment: Segment | str | None = None
        if not found and row.get("quotation"):
            record_id = known.unique_of[row["record_id"]]
            segment = _segment(known, record_id, row.get("field") or "abstract", row["quotation"])
        if isinstance(segment, str):
            found.append(segment)
        if found or isinstance(segment, str):
            faults += [(number, what) for what in found]
            continue
        faults += [(number, what) for what in _gather(gathered, known, row, number, segment, scheme)]
    if faults:
        raise _all_faults(faults, file)
    return [
        CodingDecision(
            record_id=record_id, code_id=code_id, value=each.values["value"], person=person,
            direction=each.values.get("direction", ""), segments=tuple(each.segments),
            round=each.values["round"],
            scheme_version=scheme.version, scheme_hash=scheme.hash, finding=" ".join(each.findings),
            facets=dict(sorted(each.facets.items())), note=each.values.get("note", ""),
            decided_at=each.values.get("decided_at", ""),
        )
        for (record_id, code_id, _), each in gathered.items()
    ]  # fmt: skip


def _cleaned(rows: Rows) -> list[dict[str, str]]:
    listed = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else list(rows)
    return [
        {str(name): "" if value is None or (isinstance(value, float) and pd.isna(value)) else
        str(value).strip()
         for name, value in row.items()}
        for row in listed
    ]  # fmt: skip


def _row_faults(row: dict[str, str], known: _Records, scheme: CodingScheme) -> Iterable[str]:
    value, code_id = row.get("value", ""), row.get("code_id", "")
    fault = known.fault(row.get("record_id", ""))
    if fault:
        yield fault
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
        yield f"there is no code {code_id!r}. Known: {_some(code.id for code in scheme.codes)}"
        return
    yield from _value_faults(row, value, code)
    yield from _facet_faults(row, code, scheme)


def _value_faults(row: dict[str, str], value: str, code: Code) -> Iterable[str]:
    direction = row.get("direction", "")
    if direction and direction not in DIRECTIONS:
        yield f"unknown direction {direction!r}. Known: {', '.join(DIRECTIONS)}"
    elif direction and direction not in code.direction.allowed:
        yield f"{direction!r} is not allowed for {code.id}. Allowed: {', '.join(code.direction.allowed)}"
    if value == "present" and not direction:
        yield f"present needs a direction. Known: {', '.join(code.direction.allowed)}"
    if value == "present" and not row.get("quotation"):
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


def _segment(known: _Records, record_id: str, name: str, quotation: str) -> Segment | str:
    """Where the quotation stands, or why it cannot be said."""
    if name not in {"title", "abstract"}:
        return f"unknown field {name!r}. Known: title, abstract"
    text = known.text(record_id, name)
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
    gathered: dict[tuple[str, str, str], _Gathered],
    known: _Records,
    row: dict[str, str],
    number: int,
    segment: Segment | None,
    scheme: CodingScheme,
) -> Iterable[str]:
    key = (known.unique_of[row["record_id"]], row.get("code_id", ""), row["round"])
    first = gathered.setdefault(key, _Gathered(number, row))
    for name in ("value", "direction"):
        here, there = row.get(name, ""), first.values.get(name, "")
        if here != there:
            yield f"{name} {here!r} differs from {there!r} in row {first.row}, about the same record and code"
    if segment and segment not in first.segments:
        first.segments.append(segment)
    if row.get("finding") and row["finding"] not in first.findings:
        first.findings.append(row["finding"])
    for facet in scheme.facets:
        noted = [part for part in first.facets.get(facet.id, "").split("; ") if part]
        noted += [part.strip() for part in row.get(facet.id, "").split(";") if part.strip()]
        if noted:
            first.facets[facet.id] = "; ".join(dict.fromkeys(noted))


def descriptor_lines(
    rows: Rows, records: pd.DataFrame, scheme: CodingScheme, *, person: str, file: str = "The rows"
) -> list[dict[str, str]]:
    """Study descriptors from a person's spreadsheet, as lines for the journal.

    Parameters
    ----------
    rows : DataFrame or iterable of mappings
        Columns record_id, descriptor, value, decided_at. ``value`` may be "not reported" or "not applicable";
        of a descriptor with chosen values it is one id, or several joined by ";". The descriptor
        "part_of_study" names the record of the study's main report.
    records, scheme, person, file
        As for :func:`decisions_from_rows`.

    Returns
    -------
    list of dict
        Keys type ("descriptor"), record_id, descriptor, value, person, decided_at.

    Raises
    ------
    UsageError
        With all faults, each with its row (the header is row 1).

    Examples
    --------
    >>> from coding_scheme.scheme import Descriptor
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (), descriptors=(Descriptor("country"),))
    >>> row = {"record_id": "r1", "descriptor": "country", "value": "Norway"}
    >>> [line] = descriptor_lines([row], pd.DataFrame([{"record_id": "r1"}]), scheme, person="ann")
    >>> line["type"], line["value"], line["person"]
    ('descriptor', 'Norway', 'ann')
    """
    known = _Records(records)
    faults: list[tuple[int, str]] = []
    lines = []
    for number, row in enumerate(_cleaned(rows), start=_FIRST_ROW):
        found = [known.fault(row.get("record_id", "")), _descriptor_fault(row, known, scheme)]
        faults += [(number, what) for what in found if what]
        value = row.get("value", "")
        if row.get("descriptor") == PART_OF_STUDY:
            value = known.unique_of.get(value, value)
        lines.append({
            "type": "descriptor", "record_id": known.unique_of.get(row.get("record_id", ""), ""),
            "descriptor": row.get("descriptor", ""), "value": value, "person": person,
            "decided_at": row.get("decided_at", ""),
        })  # fmt: skip
    if faults:
        raise _all_faults(faults, file)
    return lines


def _descriptor_fault(row: dict[str, str], known: _Records, scheme: CodingScheme) -> str:
    name, value = row.get("descriptor", ""), row.get("value", "")
    if not value:
        return f"the value is missing (write {' or '.join(NOT_CODED)} where that is so)"
    if name == PART_OF_STUDY:
        return known.fault(value)
    descriptor = next((each for each in scheme.descriptors if each.id == name), None)
    if descriptor is None:
        names = [PART_OF_STUDY, *(descriptor.id for descriptor in scheme.descriptors)]
        return f"there is no descriptor {name!r}. Known: {_some(names)}"
    if value in NOT_CODED or descriptor.value_type not in {"one_of", "some_of"}:
        return ""
    ids = [each.id for each in descriptor.values]
    values = [part.strip() for part in value.split(";") if part.strip()]
    unknown = [part for part in values if part not in ids]
    if unknown:
        return f"unknown {name} {unknown[0]!r}. Known: {', '.join([*ids, *NOT_CODED])}"
    return f"{name} takes one value" if descriptor.value_type == "one_of" and len(values) > 1 else ""


def _some(names: Iterable[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:60]) + (f", … ({len(listed)})" if len(listed) > 60 else "") or "none"


def _all_faults(faults: list[tuple[int, str]], file: str) -> UsageError:
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = [f"row {number}: {what}." for number, what in faults]
    return UsageError("\n".join([f"{file}: {count}, no decision was saved.", *lines]))
