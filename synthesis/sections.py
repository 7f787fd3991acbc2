"""What the page's templates are given: plain values with their links, one function per section."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from coding_scheme.scheme import Code, Theme
from corpus.errors import ReviewError
from synthesis.conduct import unsettled_conflicts
from synthesis.evidence import MARKS, Evidence, rows_of
from synthesis.evidence_rows import CLASSES, glyph, languages
from synthesis.findings import findings, left_out_segments, segments, shown_marks
from synthesis.references import slug
from synthesis.studies import studies, study_labels
from synthesis.summaries import author_sentences, theme_summaries
from synthesis.tables import (
    evidence_table,
    group_name,
    has_groups,
    matrix_groups,
    shown_directions,
    theme_matrix,
)
from synthesis.words import OwnWords, Words, own_language


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
        "decisions": words(
            "decisions_value",
            screening=words.number(evidence.n_screening_decisions),
            coding=words.number(_n_decisions(evidence.coding_decisions)),
        ),
        "unsettled": len(unsettled_conflicts(evidence).frame),
        "left_out": words.count("left_out_segments", n_left_out) if n_left_out else "",
    }


def theme_views(evidence: Evidence, language: str) -> dict[str, list[Any]]:
    """The theme summaries with their quotations; themes without a finding apart."""
    words = Words(language)
    rows = {row["finding_id"]: row for row in evidence_table(evidence, language).rows()}
    found = findings(evidence)
    direction = dict(zip(found["finding_id"].tolist(), found["direction"].tolist(), strict=True))
    anchor = dict(zip(found["finding_id"].tolist(), found["anchor"].tolist(), strict=True))
    by_segment = {row["segment_id"]: row for row in rows_of(segments(evidence))}
    lang = languages(evidence)
    n_studies = len(studies(evidence))
    touched, untouched, unsupported = [], [], []
    for summary in theme_summaries(evidence, language):
        label = _name(summary.theme, language)
        said = author_sentences(evidence, summary, language)
        if not summary.n_findings:
            untouched.append(label.text)
            unsupported += [(label, said)] if said else []
            continue
        quotes = []
        for finding_id in summary.quotations:
            first = by_segment[rows[finding_id]["segment_ids"].split("; ")[0]]
            quotes.append(
                {
                    "anchor": anchor[finding_id],
                    "text": first["text"],
                    "lang": lang[first["record_id"], first["field"]],
                    "study": rows[finding_id]["study"],
                    **glyph(direction[finding_id], words),
                }
            )
        quotes.sort(key=lambda quote: list(CLASSES.values()).index(quote["cls"]))
        told = {name for name, n in summary.directions if n}
        touched.append(
            {
                "id": summary.theme.id,
                "label": label,
                "summary": summary,
                "author": said,
                "quotes": quotes,
                "share": words(
                    "theme_share",
                    n=words.number(summary.n_studies),
                    studies=words.count("n_studies", n_studies),
                ),
                "bars": [{"n": n, **glyph(name, words)} for name, n in summary.directions],
                "codes": [{"codes": codes, **glyph(name, words)} for name, codes in summary.codes],
                "silent": [
                    words(key)
                    for name, key in (("promotes", "no_promoter"), ("hinders", "no_hinderer"))
                    if name not in told
                ],
            }
        )
    return {"touched": touched, "untouched": untouched, "unsupported": unsupported}


def matrix_view(evidence: Evidence, language: str) -> dict[str, Any]:
    """The matrix with the marks of each cell, each naming its rows in the evidence table."""
    words = Words(language)
    table = theme_matrix(evidence, language)
    placed, found = shown_marks(evidence), findings(evidence)
    anchor = dict(zip(found["finding_id"].tolist(), found["anchor"].tolist(), strict=True))
    label_of = study_labels(evidence, language)
    groups = [
        (name, [(study, label_of[study], slug(study)) for study in group["study_id"]])
        for name, group in matrix_groups(evidence, language)
    ]
    has_codes = "code" in set(placed["row_kind"])
    starts = {members[0][0] for _, members in groups}
    columns = [study for _, members in groups for study, _, _ in members]
    by_cell: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for mark in rows_of(placed):
        cell = (mark["row_kind"], mark["row_id"], mark["study_id"])
        name = words.direction(mark["direction"])
        by_cell.setdefault(cell, []).append(
            {
                "id": mark["anchor"],
                "n": mark["n"],
                "findings": [anchor[finding_id] for finding_id in mark["finding_ids"].split("; ")],
                "name": f"{name}, {words.count('n_findings', mark['n'])}" if mark["n"] > 1 else name,
                "order": list(MARKS).index(mark["direction"]),
                **glyph(mark["direction"], words),
            }
        )
    margins = [name or "no_direction" for name in shown_directions(placed)]
    widths = _column_widths(groups, by_cell)
    rows = [
        {
            "kind": row["row_kind"],
            "id": row["row_id"],
            "label": row["label"],
            "cells": [
                {
                    "starts": study in starts,
                    "marks": sorted(
                        by_cell.get((row["row_kind"], row["row_id"], study), []), key=lambda m: m["order"]
                    ),
                    "text": row[study],
                }
                for study in columns
            ],
            "margins": [(name, row[name]) for name in (*margins, "studies")],
        }
        for row in table.rows()
        if row["row_kind"] != "code" or has_codes
    ]
    return {
        "has_codes": has_codes,
        "groups": groups if has_groups(evidence) else [(words("studies"), m) for _, m in groups],
        "starts": starts,
        "widths": widths,
        "rows": rows,
        "group_name": group_name(evidence, words),
        "margins": [glyph(name, words) for name in shown_directions(placed)],
    }


def _column_widths(
    groups: list[tuple[str, list[tuple[str, str, str]]]],
    by_cell: dict[tuple[str, str, str], list[dict[str, Any]]],
) -> list[float]:
    """Width of each study's column in rem: room for its fullest cell, and for its group's heading."""
    fullest: dict[str, float] = {}
    for (_, _, study), here in by_cell.items():
        needed = sum(1.55 if mark["n"] == 1 else 2.0 for mark in here)
        fullest[study] = max(fullest.get(study, 0.0), needed)
    widths = []
    for name, members in groups:
        own = [max(2.4, fullest.get(study, 0.0)) for study, _, _ in members]
        longest_word = max((len(word) for word in name.split()), default=0)
        missing = max(0.0, 0.62 * longest_word + 0.8 - sum(own))
        widths += [width + missing / len(own) for width in own]
    return [round(width, 2) for width in widths]


def meanings(
    evidence: Evidence, language: str
) -> list[tuple[OwnWords, OwnWords, list[tuple[OwnWords, OwnWords]]]]:
    """Labels and definitions of themes, and of their codes that have a finding."""
    used = set(findings(evidence)["code_id"])
    return [
        (
            _name(theme, language),
            own_language(theme.definition, language),
            [
                (_name(code, language), own_language(code.definition, language))
                for code in theme.codes
                if code.id in used
            ],
        )
        for theme in evidence.scheme.themes
    ]


def spark(low: float, value: float, high: float) -> dict[str, float] | None:
    """Where an interval from 0 to 1 is drawn on a line of 100 units; None when it is undefined."""
    if any(math.isnan(number) for number in (low, value, high)):
        return None
    left, middle, right = (round(2 + 100 * min(max(number, 0.0), 1.0)) for number in (low, value, high))
    return {"low": left, "value": middle, "high": right}


def _n_decisions(decisions: pd.DataFrame) -> int:
    """Decisions, not segments: a line of the journal may hold several segments."""
    if not {"person", "journal_line"} <= set(decisions.columns):
        return len(decisions)
    return len(decisions[["person", "journal_line"]].drop_duplicates())


def _name(noun: Theme | Code, language: str) -> OwnWords:
    """The label of a theme or code, else its id."""
    label = own_language(noun.label, language)
    return label if label.text else OwnWords(noun.id)
