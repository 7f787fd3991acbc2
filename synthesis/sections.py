"""What the page's templates are given: plain values with their links, one function per section."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from coding_scheme.language import language_of
from corpus.errors import ReviewError
from corpus.protocol import Wording
from synthesis.conduct import references, unsettled_conflicts
from synthesis.evidence import MARKS, Evidence
from synthesis.findings import findings, left_out_segments, marks, segments
from synthesis.references import language_tag, reference, slug
from synthesis.studies import studies
from synthesis.tables import (
    BASIS,
    evidence_table,
    facet_words,
    group_name,
    has_groups,
    matrix_groups,
    place,
    shown_directions,
    theme_matrix,
    theme_summaries,
)
from synthesis.words import Words

CONTEXT = 160  # characters of the record's text on each side of a quotation
CLASSES = {"promotes": "p", "hinders": "h", "mixed": "x", "descriptive": "o", "": "n"}


@dataclass(frozen=True)
class OwnWords:
    """Words of the review, and the language they are in when it is not the page's."""

    text: str
    language: str = ""


def own_language(wording: Wording, language: str) -> OwnWords:
    """A wording for a page in ``language``; says so when only the other language is there.

    Examples
    --------
    >>> own_language(Wording(en="Time"), "da")
    OwnWords(text='Time', language='en')
    """
    text = wording.in_language(language)
    written = wording.da if language == "da" else wording.en
    return OwnWords(text, "" if written or not text else "en" if language == "da" else "da")


def require_same_studies(evidence: Evidence) -> None:
    """Stop when the studies do not number as many as the flow diagram says."""
    frame = studies(evidence)
    reports = sum(len(ids.split("; ")) for ids in frame["report_ids"])
    flow = evidence.flow
    if (len(frame), reports) != (flow.included_studies, flow.included_reports):
        raise ReviewError(
            f"There are {len(frame)} included studies in {reports} reports, but the flow diagram counts "
            f"{flow.included_studies} in {flow.included_reports}.",
            next_step="Count the flow again from the same verdicts and descriptors.",
        )


def header_facts(evidence: Evidence, words: Words, version: str) -> dict[str, Any]:
    """The numbers and names at the top of the page."""
    frame, found = studies(evidence), findings(evidence)
    people = {person.id for person in evidence.protocol.people}
    for column in (evidence.screening_verdicts["people"], evidence.coded_segments["people"]):
        people |= {name for names in column for name in names.split("; ") if name}
    latest = evidence.latest_decision()
    n_left_out = left_out_segments(evidence)
    return {
        "lead": words(
            "lead" if len(found) else "lead_empty",
            studies=words.count("n_studies", len(frame)),
            reports=words.count("n_reports", evidence.flow.included_reports),
            findings=words.count("n_findings", len(found)),
            themes=words.count("n_themes", found["theme_id"].nunique()),
            codes=words.count("n_codes", found["code_id"].nunique()),
        ),
        "as_of": words.date(latest) if latest else words("no_decisions"),
        "input_hash": evidence.input_hash,
        "version": f"Samsyn {version}".strip(),
        "scheme": f"{evidence.scheme.id} {evidence.scheme.version}",
        "protocol": f"{evidence.protocol.id} {evidence.protocol.version}",
        "people": ", ".join(evidence.name_of(person) for person in sorted(people)) or words("none"),
        "decisions": words("decisions_value", screening=words.number(evidence.n_screening_decisions),
                           coding=words.number(_n_decisions(evidence.coding_decisions))),
        "unsettled": len(unsettled_conflicts(evidence).frame),
        "left_out": words.count("left_out_segments", n_left_out) if n_left_out else "",
    }  # fmt: skip


def theme_views(evidence: Evidence, language: str) -> dict[str, list[Any]]:
    """The theme summaries with their quotations; themes without a finding apart."""
    words = Words(language)
    rows = {row["finding_id"]: row for row in evidence_table(evidence, language).rows()}
    direction = dict(findings(evidence)[["finding_id", "direction"]].itertuples(index=False))
    by_segment = {row["segment_id"]: row for row in segments(evidence).to_dict("records")}
    lang = _languages(evidence)
    n_studies = len(studies(evidence))
    touched, untouched = [], []
    for summary in theme_summaries(evidence, language):
        label = own_language(summary.theme.label, language)
        if not summary.n_findings:
            untouched.append(label.text or summary.theme.id)
            continue
        quotes = []
        for finding_id in summary.quotations:
            first = by_segment[rows[finding_id]["segment_ids"].split("; ")[0]]
            quotes.append({"id": finding_id, "text": first["text"], "lang": lang[first["record_id"], first["field"]],
                           "study": rows[finding_id]["study"], **_glyph(direction[finding_id], words)})
        quotes.sort(key=lambda quote: list(CLASSES.values()).index(quote["cls"]))
        told = {name for name, n in summary.directions if n}
        touched.append({
            "id": summary.theme.id, "label": label, "summary": summary, "quotes": quotes,
            "share": words("theme_share", n=words.number(summary.n_studies),
                           studies=words.count("n_studies", n_studies)),
            "bars": [{"n": n, **_glyph(name, words)} for name, n in summary.directions],
            "codes": [{"codes": codes, **_glyph(name, words)} for name, codes in summary.codes],
            "silent": [words(key) for name, key in (("promotes", "no_promoter"), ("hinders", "no_hinderer"))
                       if name not in told],
        })  # fmt: skip
    return {"touched": touched, "untouched": untouched}


def matrix_view(evidence: Evidence, language: str) -> dict[str, Any]:
    """The matrix with the marks of each cell, each naming its rows in the evidence table."""
    words = Words(language)
    table = theme_matrix(evidence, language)
    placed = marks(evidence)
    label_of = dict(studies(evidence)[["study_id", "label"]].itertuples(index=False))
    groups = [(name, [(study, label_of[study], slug(study)) for study in group["study_id"]])
              for name, group in matrix_groups(evidence, language)]  # fmt: skip
    starts = {members[0][0] for _, members in groups}
    columns = [study for _, members in groups for study, _, _ in members]
    row_label = {(row["row_kind"], row["row_id"]): row["label"] for row in table.rows()}
    by_cell: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for mark in placed.to_dict("records"):
        cell = (mark["row_kind"], mark["row_id"], mark["study_id"])
        ids = mark["finding_ids"].split("; ")
        name = f"{row_label[cell[:2]]}, {label_of[mark['study_id']]}: {words.direction(mark['direction'])}"
        by_cell.setdefault(cell, []).append({
            "id": mark["mark_id"], "n": mark["n"], "findings": " ".join(ids), "first": ids[0],
            "name": f"{name}, {words.count('n_findings', mark['n'])}" if mark["n"] > 1 else name,
            "order": list(MARKS).index(mark["direction"]), **_glyph(mark["direction"], words),
        })  # fmt: skip
    margins = [name or "no_direction" for name in shown_directions(placed)]
    rows = [
        {
            "kind": row["row_kind"], "id": row["row_id"], "label": row["label"],
            "cells": [
                {"starts": study in starts,
                 "marks": sorted(by_cell.get((row["row_kind"], row["row_id"], study), []), key=lambda m: m["order"]),
                 "text": row[study]}
                for study in columns
            ],
            "margins": [(name, row[name]) for name in (*margins, "studies")],
        }
        for row in table.rows()
    ]  # fmt: skip
    return {
        "groups": groups if has_groups(evidence) else [(words("studies"), m) for _, m in groups],
        "starts": starts, "rows": rows, "group_name": group_name(evidence, words),
        "margins": [_glyph(name, words) for name in shown_directions(placed)],
    }  # fmt: skip


def meanings(evidence: Evidence, language: str) -> list[tuple[OwnWords, OwnWords, list[tuple[OwnWords, OwnWords]]]]:
    """Labels and definitions of themes, and of their codes that have a finding."""
    used = set(findings(evidence)["code_id"])
    return [
        (own_language(theme.label, language), own_language(theme.definition, language),
         [(own_language(code.label, language), own_language(code.definition, language))
          for code in theme.codes if code.id in used])
        for theme in evidence.scheme.themes
    ]  # fmt: skip


def evidence_groups(evidence: Evidence, language: str) -> list[dict[str, Any]]:
    """The evidence table by theme; each row with the trace of its words."""
    words = Words(language)
    table = evidence_table(evidence, language)
    cells = [column for column in table.columns
             if column.kind == "text" and column.key not in ("theme", "code", "direction", "finding", "study", "place")]
    by_segment = {row["segment_id"]: row for row in segments(evidence).to_dict("records")}
    records = evidence.records_by_id({row["record_id"] for row in by_segment.values()})
    sources = {row["source_id"]: row for row in evidence.sources.to_dict("records")}
    lang = _languages(evidence)
    raw = {row["finding_id"]: row for row in findings(evidence).to_dict("records")}
    groups: dict[str, dict[str, Any]] = {}
    for row in table.rows():
        finding = raw[row["finding_id"]]
        behind = [by_segment[segment_id] for segment_id in row["segment_ids"].split("; ")]
        traces = [_traced(evidence, segment, records[segment["record_id"]], sources, words, lang)
                  for segment in behind]  # fmt: skip
        theme = evidence.scheme.theme_of(row["code_id"])
        group = groups.setdefault(theme.id, {"id": theme.id, "label": own_language(theme.label, language), "rows": []})
        group["rows"].append({
            "id": row["finding_id"], "code": row["code"] or row["code_id"], "finding": row["finding"],
            "study": row["study"], "study_slug": slug(row["study_id"]), "place": row["place"],
            "traces": traces, "cells": [(column.heading, row[column.key]) for column in cells],
            "facets": _facets(evidence, finding["facets"], language), **_glyph(finding["direction"], words),
        })  # fmt: skip
    for group in groups.values():
        group["n_studies"] = len({row["study_slug"] for row in group["rows"]})
    return list(groups.values())


def reference_views(evidence: Evidence) -> list[dict[str, Any]]:
    """The included reports' references in parts, with the anchors that studies are linked to."""
    frame = references(evidence).frame
    records = evidence.records_by_id(frame["record_id"])
    shared = frame["study_id"].value_counts().to_dict()
    return [
        {"id": slug(row["record_id"]), "parts": reference(records[row["record_id"]]), "study": row["study"],
         "is_part": shared[row["study_id"]] > 1}
        for row in frame.to_dict("records")
    ]  # fmt: skip


def spark(low: float, value: float, high: float) -> dict[str, float] | None:
    """Where an interval from 0 to 1 is drawn on a line of 100 units; None when it is undefined."""
    if any(math.isnan(number) for number in (low, value, high)):
        return None
    left, middle, right = (round(2 + 100 * min(max(number, 0.0), 1.0)) for number in (low, value, high))
    return {"low": left, "value": middle, "high": right}


def _traced(
    evidence: Evidence, segment: dict[Any, Any], record: dict[str, Any], sources: dict[Any, dict[Any, Any]],
    words: Words, lang: dict[tuple[str, str], str],
) -> dict[str, Any]:  # fmt: skip
    source = sources[record["source_id"]]
    before, after = _context(str(record[segment["field"]]), segment["start"], segment["end"])
    parts = reference(record)
    return {
        "id": segment["segment_id"], "words": segment["text"], "before": before, "after": after,
        "lang": lang[segment["record_id"], segment["field"]], "place": place(segment, words),
        "people": evidence.names_of(segment["people"]), "settled_by": evidence.names_of(segment["settled_by"]),
        "when": str(segment["decided_at"])[:10], "record_id": segment["record_id"], "parts": parts,
        "accession": record["accession"], "file": source["file"] or source["source_id"],
        "source": slug(str(source["source_id"])), "sha256": str(source["sha256"]),
        "line": "" if pd.isna(record["source_line"]) else words.number(int(record["source_line"])),
    }  # fmt: skip


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
        for facet in evidence.scheme.facets if facet.id in noted and facet.id != BASIS
    ]  # fmt: skip


def _languages(evidence: Evidence) -> dict[tuple[str, str], str]:
    """(record_id, field) -> language: an abstract's own, since a Danish record may hold an English abstract."""
    coded = segments(evidence)[["record_id", "field"]].drop_duplicates()
    records = evidence.records_by_id(coded["record_id"])
    tags = {}
    for record_id, field in coded.itertuples(index=False):
        stated = language_tag(str(records[record_id]["language"]))
        read = language_of(str(records[record_id][field])) if field == "abstract" or not stated else ""
        tags[record_id, field] = read or stated
    return tags


def _glyph(direction: str, words: Words) -> dict[str, str]:
    return {"glyph": MARKS[direction], "cls": CLASSES[direction], "word": words.direction(direction),
            "direction": direction or "no_direction"}  # fmt: skip


def _n_decisions(decisions: pd.DataFrame) -> int:
    """Decisions, not segments: a line of the journal may hold several segments."""
    if not {"person", "journal_line"} <= set(decisions.columns):
        return len(decisions)
    return len(decisions[["person", "journal_line"]].drop_duplicates())
