"""Findings: what a study says under a code in one direction, with the words it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd

from corpus.errors import ReviewError
from synthesis.evidence import MARKS, Evidence, counted_once, rows_of
from synthesis.references import slug
from synthesis.studies import included_reports, study_labels, study_of_report

SEGMENT_COLUMNS = [
    "segment_id", "record_id", "study_id", "code_id", "direction", "field", "start", "end", "text", "finding",
    "facets", "people", "settled_by", "decided_at",
]  # fmt: skip
# with more included reports the page leaves the codes of the matrix and the abstracts to the files beside it
MANY_REPORTS = 60
FINDING_COLUMNS = [
    "finding_id", "study_id", "theme_id", "code_id", "direction", "finding", "facets", "segment_ids",
]  # fmt: skip
MARK_COLUMNS = ["mark_id", "row_kind", "row_id", "study_id", "direction", "n", "finding_ids"]


@counted_once
def segments(evidence: Evidence) -> pd.DataFrame:
    """The settled segments of included reports, one row per record, code, direction and place.

    Returns
    -------
    DataFrame
        segment_id, record_id, study_id, code_id, direction, field, start, end (code points, end exclusive),
        text (the exact words), finding, facets, people, settled_by, decided_at, anchor (in the page);
        sorted by record, field, start.

    Raises
    ------
    ReviewError
        When a segment holds no words, or its words are not in the record at its place.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> segments(example_evidence())[["record_id", "field", "start", "end", "text"]].values.tolist()[0]
    ['scopus:1', 'abstract', 0, 46, 'Output targets drew staff away from the whole.']
    """
    study_of = study_of_report(evidence)
    wanted = evidence.coded_segments[evidence.coded_segments["record_id"].isin(list(study_of))]
    records = evidence.records_by_id(study_of)
    merged: dict[str, dict[str, Any]] = {}
    for row in rows_of(wanted):
        start, end = int(row["start"]), int(row["end"])
        _require_words(row, records[row["record_id"]], start, end)
        parts = (slug(row["record_id"]), row["code_id"], row["direction"] or "none", row["field"])
        segment_id = "--".join([*parts, f"{start}-{end}"])
        known = merged.setdefault(segment_id, {
            **{column: row[column] for column in row if column in SEGMENT_COLUMNS},
            "segment_id": segment_id, "study_id": study_of[row["record_id"]], "start": start, "end": end,
        })  # fmt: skip
        if known["people"] != row["people"] or known["finding"] != row["finding"]:
            known["people"] = _joined(known["people"].split("; ") + row["people"].split("; "), in_order=True)
            known["settled_by"] = _joined([known["settled_by"], row["settled_by"]])
            known["finding"] = known["finding"] or row["finding"]
            known["facets"] = _merged_facets([known["facets"], row["facets"]])
            known["decided_at"] = max(known["decided_at"], row["decided_at"])
    rows = sorted(
        merged.values(),
        key=lambda row: (row["record_id"], row["field"], row["start"], row["end"], row["segment_id"]),
    )
    return _anchored(pd.DataFrame(rows, columns=SEGMENT_COLUMNS), "s")


@counted_once
def findings(evidence: Evidence) -> pd.DataFrame:
    """The findings: one row per study, code and direction.

    Returns
    -------
    DataFrame
        finding_id (code, study and direction; the same whatever else is included), study_id, theme_id,
        code_id, direction, finding (own words; several joined by " / "), facets (JSON text), segment_ids
        ("; "-joined, never empty), anchor (in the page). Sorted by the scheme's themes and codes,
        direction, study label.

    Raises
    ------
    ReviewError
        As ``segments``, and when a code is not in the scheme.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> findings(example_evidence())[["finding_id", "finding"]].values.tolist()[0]
    ['targets--scopus-1--hinders', 'Targets pull staff home.']
    """
    collected: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows_of(segments(evidence)):
        collected.setdefault((row["study_id"], row["code_id"], row["direction"]), []).append(
            {str(key): value for key, value in row.items()}
        )
    rows = [
        {
            "finding_id": f"{code_id}--{slug(study_id)}--{direction or 'none'}",
            "study_id": study_id,
            "theme_id": evidence.scheme.theme_of(code_id).id,
            "code_id": code_id,
            "direction": direction,
            "finding": " ".join(dict.fromkeys(row["finding"] for row in rows if row["finding"])),
            "facets": _merged_facets([row["facets"] for row in rows]),
            "segment_ids": "; ".join(row["segment_id"] for row in rows),
        }
        for (study_id, code_id, direction), rows in collected.items()
    ]
    return _anchored(pd.DataFrame(_ordered(rows, evidence, "en"), columns=FINDING_COLUMNS, dtype="str"), "f")


def findings_in_order(evidence: Evidence, language: str) -> list[dict[str, Any]]:
    """The rows of ``findings`` with the studies in a language's order; their ids and anchors stay."""
    return _ordered(rows_of(findings(evidence)), evidence, language)


@counted_once
def marks(evidence: Evidence) -> pd.DataFrame:
    """The marks of the theme matrix: one row per theme or code, study and direction.

    Returns
    -------
    DataFrame
        mark_id, row_kind ("theme" or "code"), row_id, study_id, direction, n (findings behind the mark),
        finding_ids ("; "-joined), anchor (in the page). In the order of ``findings``, themes before codes.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> marks(example_evidence())[["mark_id", "n"]].values.tolist()[0]
    ['theme--steering--scopus-1--hinders', 1]
    """
    collected: dict[tuple[str, str, str, str], list[str]] = {}
    rows = rows_of(findings(evidence))
    for kind in ("theme", "code"):
        for row in rows:
            place = (kind, row[f"{kind}_id"], row["study_id"], row["direction"])
            collected.setdefault(place, []).append(row["finding_id"])
    placed = pd.DataFrame(
        [
            {
                "mark_id": f"{kind}--{row_id}--{slug(study_id)}--{direction or 'none'}",
                "row_kind": kind, "row_id": row_id, "study_id": study_id, "direction": direction,
                "n": len(ids), "finding_ids": "; ".join(ids),
            }
            for (kind, row_id, study_id, direction), ids in collected.items()
        ],
        columns=MARK_COLUMNS,
    )  # fmt: skip
    return _anchored(placed, "m")


def shown_marks(evidence: Evidence) -> pd.DataFrame:
    """The marks that the page shows: of many studies those of the themes only."""
    placed = marks(evidence)
    few = len(included_reports(evidence)) <= MANY_REPORTS
    return placed if few else placed[placed["row_kind"] == "theme"]


def left_out_segments(evidence: Evidence) -> int:
    """How many coded segments belong to reports that are not included, and so stand in no table."""
    return int((~evidence.coded_segments["record_id"].isin(included_reports(evidence))).sum())


def _ordered(rows: list[dict[str, Any]], evidence: Evidence, language: str) -> list[dict[str, Any]]:
    """Findings by the scheme's codes, direction and study."""
    codes = {code.id: place for place, code in enumerate(evidence.scheme.codes)}
    directions = {direction: place for place, direction in enumerate(MARKS)}
    place_of = {study: place for place, study in enumerate(study_labels(evidence, language))}
    return sorted(
        rows,
        key=lambda row: (codes[row["code_id"]], directions[row["direction"]], place_of[row["study_id"]]),
    )


def _anchored(frame: pd.DataFrame, letter: str) -> pd.DataFrame:
    """Numbered, so that a page of thousands of marks stays small; ids are what outlasts a new study."""
    return frame.assign(anchor=[f"{letter}{n}" for n in range(1, len(frame) + 1)]).astype({"anchor": "str"})


def _require_words(row: dict[Any, Any], record: dict[str, Any], start: int, end: int) -> None:
    where = f"{row['record_id']}, {row['field'] or 'no field'} {start}-{end}, code {row['code_id']}"
    if not row["text"].strip():
        raise ReviewError(
            "A coded segment has no words, so its finding rests on nothing.",
            where=where,
            next_step="Mark the sentence it rests on, or withdraw the code.",
        )
    if str(record.get(row["field"], ""))[start:end] != row["text"]:
        raise ReviewError(
            f"The words \u201c{row['text'][:60]}\u201d are not in the record at that place.",
            where=where,
            next_step="The record's text has changed since it was coded; code the segment again.",
        )


def _joined(texts: Iterable[str], *, in_order: bool = False) -> str:
    distinct = list(dict.fromkeys(text for text in texts if text))
    return "; ".join(sorted(distinct)) if in_order else " / ".join(distinct)


def _merged_facets(facets: Iterable[str]) -> str:
    values: dict[str, list[str]] = {}
    for text in facets:
        for name, value in (json.loads(text) if text else {}).items():
            for single in value if isinstance(value, list) else [value]:
                values.setdefault(name, []).append(str(single))
    merged = {name: "; ".join(sorted(set(found))) for name, found in values.items()}
    return json.dumps(merged, ensure_ascii=False, sort_keys=True)
