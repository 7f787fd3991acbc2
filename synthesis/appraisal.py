"""Appraisal: what people judged of each included study, by the items of the protocol."""

from __future__ import annotations

from typing import Any

import pandas as pd

from corpus.protocol import AppraisalItem
from synthesis.evidence import Column, Evidence, EvidenceTable, counted_once, rows_of
from synthesis.judgements import IN_CONFLICT, require_whole
from synthesis.references import slug
from synthesis.studies import studies, study_labels
from synthesis.words import Words

NOT_YET_JUDGED = "not yet judged"
APPRAISAL_COLUMNS = [
    "study_id", "item", "value", "explanation", "people", "settled_by", "decided_at", "positions",
]  # fmt: skip
# a sign and a class for each answer; the word always stands with them
SIGNS = {
    "yes": ("✓", "yes"), "no": ("✗", "no"), "can't tell": ("?", "unsure"), "not applicable": ("–", "na"),
    NOT_YET_JUDGED: ("", "ny"), IN_CONFLICT: ("≠", "conflict"),
}  # fmt: skip


@counted_once
def appraisals(evidence: Evidence) -> pd.DataFrame:
    """One row per included study and appraisal item of the protocol.

    Returns
    -------
    DataFrame
        study_id, item, value (yes, no, can't tell, not applicable, "not yet judged" or "in conflict"),
        explanation, people, settled_by, decided_at, positions. The main report's judgement counts, else that
        of the first other report that was judged. Sorted as ``studies``, then by the protocol.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> appraisals(example_evidence())[["study_id", "item", "value"]].values.tolist()[:2]
    [['scopus:1', 'Q1', 'yes'], ['scopus:1', 'Q2', 'yes']]
    """
    require_whole(evidence.judgements)
    given = {(row["about"], row["item"]): row for row in rows_of(evidence.judgements)}
    rows = []
    for study in rows_of(studies(evidence)):
        reports = study["report_ids"].split("; ")
        for item in evidence.protocol.appraisal:
            empty = {**dict.fromkeys(APPRAISAL_COLUMNS, ""), "value": NOT_YET_JUDGED}
            found = next((given[name, item.id] for name in reports if (name, item.id) in given), empty)
            rows.append({
                **{name: found[name] for name in APPRAISAL_COLUMNS if name != "study_id"},
                "study_id": study["study_id"],
                "item": item.id,
            })  # fmt: skip
    return pd.DataFrame(rows, columns=APPRAISAL_COLUMNS, dtype="str")


@counted_once
def appraisal_table(evidence: Evidence, language: str = "en") -> EvidenceTable | None:
    """The appraisal of each included study, one column per item; None when the protocol has no items.

    Returns
    -------
    EvidenceTable or None
        Frame: study_id, label, one text column per item (in words), summary ("4 of 6 yes"), notes (what
        people wrote beside their answers), people (names). Sorted by label.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> appraisal_table(example_evidence()).frame[["label", "Q5", "summary"]].values.tolist()
    [['Alder & Vine 2019', 'no', '4 of 6 yes'], ['Birk 2021', 'not yet judged', 'not yet judged']]
    """
    items = evidence.protocol.appraisal
    if not items:
        return None
    words = Words(language)
    judged = appraisals(evidence)
    rows = []
    by_study: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(judged):
        by_study.setdefault(row["study_id"], []).append(row)
    for study_id, label in study_labels(evidence, language).items():
        given = by_study[study_id]
        people = {name for row in given for name in f"{row['people']}; {row['settled_by']}".split("; ")}
        rows.append({
            "study_id": study_id,
            "label": label,
            **{row["item"]: answer_words(row["value"], words) for row in given},
            "summary": summary_words([row["value"] for row in given], words),
            "notes": " ".join(
                f"{row['item']}: {row['explanation'] or row['positions']}"
                for row in given if row["explanation"] or row["positions"]
            ),
            "people": evidence.names_of("; ".join(sorted(people))),
        })  # fmt: skip
    columns = (
        Column("study_id", "study_id", "id"),
        Column("label", words("study")),
        *(Column(item.id, item.id) for item in items),
        Column("summary", words("appraisal_summary")),
        Column("notes", words("appraisal_notes")),
        Column("people", words("judged_by")),
    )
    frame = pd.DataFrame(rows, columns=[column.key for column in columns])
    said = "; ".join(f"{item.id}: {item.in_language(language) or item.id}" for item in items)
    note = f"{words('appraisal_note')} {said}."
    return EvidenceTable("appraisal", words("appraisal_caption"), columns, frame, note, language)


def appraisal_view(evidence: Evidence, language: str) -> dict[str, Any]:
    """What the page shows of the appraisal: the items in words, and each study's answers with their signs."""
    words = Words(language)
    table = appraisal_table(evidence, language)
    if table is None:
        return {"items": [], "rows": [], "judged": []}
    value = {(row["study_id"], row["item"]): row["value"] for row in rows_of(appraisals(evidence))}

    def cell(study_id: str, item: AppraisalItem) -> dict[str, str]:
        sign, cls = SIGNS[value[study_id, item.id]]
        name = f"appraisal--{slug(study_id)}--{slug(item.id)}"
        word = answer_words(value[study_id, item.id], words)
        return {"id": name, "sign": sign, "cls": cls, "word": word}

    rows: list[dict[str, Any]] = [
        {
            **row,
            "slug": slug(row["study_id"]),
            "cells": [cell(row["study_id"], item) for item in evidence.protocol.appraisal],
        }
        for row in table.rows()
    ]
    return {
        "items": [(item.id, item.in_language(language)) for item in evidence.protocol.appraisal],
        "rows": rows,
        "judged": [row for row in rows if any(one["cls"] != "ny" for one in row["cells"])],
    }


def answer_words(value: str, words: Words) -> str:
    """An answer in the report's language.

    Examples
    --------
    >>> answer_words("can't tell", Words("da"))
    'kan ikke afgøres'
    """
    return words(f"judged_{value}".replace("'", "").replace(" ", "_"))


def summary_words(values: list[str], words: Words) -> str:
    """How many of the items that apply were answered yes, and what is open.

    Examples
    --------
    >>> summary_words(["yes", "no", "can't tell", "not applicable"], Words("en"))
    '1 of 3 yes; 1 can’t tell'
    """
    n = {value: values.count(value) for value in SIGNS}
    if n[NOT_YET_JUDGED] == len(values):
        return answer_words(NOT_YET_JUDGED, words)
    applying = len(values) - n["not applicable"]
    parts = [words("appraisal_yes", n=words.number(n["yes"]), total=words.number(applying))]
    parts += [
        f"{words.number(n[value])} {answer_words(value, words)}"
        for value in ("can't tell", NOT_YET_JUDGED, IN_CONFLICT)
        if n[value]
    ]
    return "; ".join(parts)
