"""The rows of the evidence table as the page shows them, each with the trace of its words."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from corpus.languages import language_of
from synthesis.evidence import MARKS, Evidence
from synthesis.findings import findings, segments
from synthesis.references import language_tag, reference, slug
from synthesis.tables import BASIS, evidence_table, facet_words, place
from synthesis.words import Words, own_language

CONTEXT = 160  # characters of the record's text on each side of a quotation
CLASSES = {"promotes": "p", "hinders": "h", "mixed": "x", "descriptive": "o", "": "n"}


def evidence_groups(evidence: Evidence, language: str) -> list[dict[str, Any]]:
    """The evidence table by theme; each row with the trace of its words."""
    words = Words(language)
    table = evidence_table(evidence, language)
    cells = [
        column
        for column in table.columns
        if column.kind == "text"
        and column.key not in ("theme", "code", "direction", "finding", "study", "place")
    ]
    by_segment = {row["segment_id"]: row for row in segments(evidence).to_dict("records")}
    records = evidence.records_by_id({row["record_id"] for row in by_segment.values()})
    sources = {row["source_id"]: row for row in evidence.sources.to_dict("records")}
    lang = languages(evidence)
    raw = {row["finding_id"]: row for row in findings(evidence).to_dict("records")}
    groups: dict[str, dict[str, Any]] = {}
    for row in table.rows():
        finding = raw[row["finding_id"]]
        behind = [by_segment[segment_id] for segment_id in row["segment_ids"].split("; ")]
        traces = [
            _traced(evidence, segment, records[segment["record_id"]], sources, words, lang)
            for segment in behind
        ]
        theme = evidence.scheme.theme_of(row["code_id"])
        group = groups.setdefault(
            theme.id, {"id": theme.id, "label": own_language(theme.label, language), "rows": []}
        )
        group["rows"].append(
            {
                "id": row["finding_id"],
                "code": row["code"] or row["code_id"],
                "finding": row["finding"],
                "study": row["study"],
                "study_slug": slug(row["study_id"]),
                "place": row["place"],
                "traces": traces,
                "cells": [(column.heading, row[column.key]) for column in cells],
                "facets": _facets(evidence, finding["facets"], language),
                **glyph(finding["direction"], words),
            }
        )
    for group in groups.values():
        group["n_studies"] = len({row["study_slug"] for row in group["rows"]})
    return list(groups.values())


def _traced(
    evidence: Evidence,
    segment: dict[Any, Any],
    record: dict[str, Any],
    sources: dict[Any, dict[Any, Any]],
    words: Words,
    lang: dict[tuple[str, str], str],
) -> dict[str, Any]:
    source = sources[record["source_id"]]
    before, after = _context(str(record[segment["field"]]), segment["start"], segment["end"])
    parts = reference(record)
    return {
        "id": segment["segment_id"],
        "words": segment["text"],
        "before": before,
        "after": after,
        "lang": lang[segment["record_id"], segment["field"]],
        "place": place(segment, words),
        "people": evidence.names_of(segment["people"]),
        "settled_by": evidence.names_of(segment["settled_by"]),
        "when": str(segment["decided_at"])[:10],
        "record_id": segment["record_id"],
        "parts": parts,
        "accession": record["accession"],
        "file": source["file"] or source["source_id"],
        "source": slug(str(source["source_id"])),
        "sha256": str(source["sha256"]),
        "line": "" if pd.isna(record["source_line"]) else words.number(int(record["source_line"])),
    }


def _context(text: str, start: int, end: int) -> tuple[str, str]:
    """The text on each side of a segment, cut between words."""
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    if start > CONTEXT:
        before = "… " + before.partition(" ")[2]
    if end + CONTEXT < len(text):
        after = after.rpartition(" ")[0] + " …"
    return before, after


def _facets(evidence: Evidence, facets: str, language: str) -> list[tuple[str, str]]:
    noted = json.loads(facets or "{}")
    return [
        (facet.label.in_language(language) or facet.id, facet_words(evidence, facet.id, facets, language))
        for facet in evidence.scheme.facets
        if facet.id in noted and facet.id != BASIS
    ]


def languages(evidence: Evidence) -> dict[tuple[str, str], str]:
    """(record_id, field) -> language; an abstract's own, since a Danish record may hold an English one."""
    coded = segments(evidence)[["record_id", "field"]].drop_duplicates()
    records = evidence.records_by_id(coded["record_id"])
    tags = {}
    for record_id, field in coded.itertuples(index=False):
        stated = language_tag(str(records[record_id]["language"]))
        read = language_of(str(records[record_id][field])) if field == "abstract" or not stated else ""
        tags[record_id, field] = read or stated
    return tags


def glyph(direction: str, words: Words) -> dict[str, str]:
    """How a direction is drawn and said."""
    return {
        "glyph": MARKS[direction],
        "cls": CLASSES[direction],
        "word": words.direction(direction),
        "direction": direction or "no_direction",
    }
