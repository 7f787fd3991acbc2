"""The evidence table as the page shows it: by theme and code, each row with the exact words behind it."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from corpus.languages import language_of
from synthesis.evidence import MARKS, Evidence, counted_once, rows_of
from synthesis.findings import MANY_REPORTS, findings, segments
from synthesis.references import language_tag, slug
from synthesis.studies import included_reports, report_labels, study_of_report
from synthesis.tables import BESIDE_FINDINGS, evidence_table, facet_words, place
from synthesis.words import Words, own_language

CLASSES = {"promotes": "p", "hinders": "h", "mixed": "x", "descriptive": "o", "": "n"}


def evidence_view(evidence: Evidence, language: str) -> dict[str, Any]:
    """The evidence table by theme and code, each quotation with its place and the number of its coders.

    Said once, and pointed to from each row: who coded (``coders``), the record and its export file (the
    reference), what is known of the study (the table of characteristics; ``brief`` names its columns).
    """
    words = Words(language)
    table = evidence_table(evidence, language)
    by_segment = {row["segment_id"]: row for row in rows_of(segments(evidence))}
    lang, is_large = languages(evidence), len(included_reports(evidence)) > MANY_REPORTS
    raw = {row["finding_id"]: row for row in rows_of(findings(evidence))}
    label_of = report_labels(evidence, language)
    coders: dict[str, int] = {}
    groups: dict[str, dict[str, Any]] = {}
    for row in table.rows():
        finding = raw[row["finding_id"]]
        quotations = []
        for segment_id in row["segment_ids"].split("; "):
            segment = by_segment[segment_id]
            record_id = segment["record_id"]
            own = lang[record_id, segment["field"]]
            quotations.append({
                "anchor": segment["anchor"],
                "words": segment["text"],
                "lang": "" if own == language else own,
                "place": place(segment, words, is_named=segment["field"] != "abstract" or not is_large),
                "by": coders.setdefault(_coders(evidence, segment, words), len(coders) + 1),
                "report": "" if record_id == row["study_id"] else slug(record_id),
                "report_label": label_of[record_id],
            })  # fmt: skip
        theme = evidence.scheme.theme_of(row["code_id"])
        group = groups.setdefault(theme.id, {
            "id": theme.id, "label": own_language(theme.label, language), "codes": {}, "studies": set(),
        })  # fmt: skip
        group["studies"].add(row["study_id"])
        code = group["codes"].setdefault(row["code_id"], {"label": row["code"] or row["code_id"], "rows": []})
        code["rows"].append({
            "anchor": finding["anchor"],
            "finding": row["finding"],
            "study": row["study"],
            "study_slug": slug(row["study_id"]),
            "quotations": quotations,
            "facets": _facets(evidence, finding["facets"], language),
            **glyph(finding["direction"], words),
        })  # fmt: skip
    return {
        "groups": list(groups.values()),
        "coders": list(coders),
        "records": _records(evidence, words),
        "brief": [column.heading for column in table.columns if column.key in BESIDE_FINDINGS],
    }


def _coders(evidence: Evidence, segment: dict[Any, Any], words: Words) -> str:
    """Who coded a segment and when, and who settled it."""
    said = f"{evidence.names_of(segment['people'])}, {str(segment['decided_at'])[:10]}"
    if segment["settled_by"]:
        said += f"; {words('settled_by').lower()} {evidence.names_of(segment['settled_by'])}"
    return said


def _records(evidence: Evidence, words: Words) -> dict[str, dict[str, Any]]:
    """Where each included report's record stands, and its abstract while the page has room for it."""
    records = evidence.records_by_id(study_of_report(evidence))
    sources = {row["source_id"]: row for row in rows_of(evidence.sources)}
    lang = languages(evidence)
    return {
        slug(record_id): {
            "record_id": record_id,
            "file": sources[record["source_id"]]["file"] or record["source_id"],
            "source": slug(str(record["source_id"])),
            "sha256": str(sources[record["source_id"]]["sha256"]),
            "line": "" if pd.isna(record["source_line"]) else words.number(int(record["source_line"])),
            "abstract": str(record["abstract"]) if len(records) <= MANY_REPORTS else "",
            "lang": lang.get((record_id, "abstract"), ""),
        }
        for record_id, record in records.items()
    }


def _facets(evidence: Evidence, facets: str, language: str) -> list[tuple[str, str]]:
    """What a person noted of the finding: on what the claim rests, what it concerns."""
    noted = json.loads(facets or "{}")
    return [
        (facet.label.in_language(language) or facet.id, facet_words(evidence, facet.id, facets, language))
        for facet in evidence.scheme.facets
        if facet.id in noted
    ]


@counted_once
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


def quotation_languages(evidence: Evidence) -> dict[str, str]:
    """finding_id -> language of the words it rests on."""
    tags = languages(evidence)
    found = segments(evidence)
    by_segment = {
        segment: tags[record_id, field]
        for segment, record_id, field in found[["segment_id", "record_id", "field"]].itertuples(index=False)
    }
    return {
        row["finding_id"]: by_segment[row["segment_ids"].split("; ")[0]]
        for row in rows_of(findings(evidence))
    }


def glyph(direction: str, words: Words) -> dict[str, str]:
    """How a direction is drawn and said."""
    return {
        "glyph": MARKS[direction],
        "cls": CLASSES[direction],
        "word": words.direction(direction),
        "direction": direction or "no_direction",
    }
