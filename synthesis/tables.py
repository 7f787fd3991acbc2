"""The tables of what the studies say: characteristics, matrix, evidence."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pandas as pd

from coding_scheme.descriptors import PART_OF_STUDY
from synthesis.appraisal import appraisal_table
from synthesis.evidence import MARKS, Column, Evidence, EvidenceTable, counted_once, rows_of
from synthesis.findings import findings_in_order, marks, segments
from synthesis.studies import NO_VALUE, NOT_YET_CODED, studies, study_labels
from synthesis.words import Words

GROUP_BY = "approach"
BESIDE_FINDINGS = ("approach", "country", "design", "number_of_partners")
BASIS = "strength_of_claim"


@counted_once
def characteristics(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """S1: one row per included study, with every descriptor of the scheme that is coded for any of them.

    Returns
    -------
    EvidenceTable
        Frame: study_id, label, reports (how many), one text column per descriptor in the table's language,
        and appraisal ("4 of 6 yes") where the protocol has items. Its note names the descriptors that are
        not yet coded for any study.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> characteristics(example_evidence()).frame["country"].tolist()
    ['DK', 'not reported']
    """
    words = Words(language)
    frame = studies(evidence, language)
    asked = [descriptor for descriptor in evidence.scheme.descriptors if descriptor.id != PART_OF_STUDY]
    names = [descriptor for descriptor in asked if (frame[descriptor.id] != NOT_YET_CODED).any()]
    unread = [d.label.in_language(language) or d.id for d in asked if d not in names]
    note = words("characteristics_note")
    if unread:
        note = f"{note} {words('characteristics_unread', names=', '.join(unread))}"
    table = pd.DataFrame({"study_id": frame["study_id"], "label": frame["label"]})
    table["reports"] = [len(reports.split("; ")) for reports in frame["report_ids"]]
    for descriptor in names:
        table[descriptor.id] = [
            descriptor_words(evidence, descriptor.id, value, words) for value in frame[descriptor.id]
        ]
    appraised = appraisal_table(evidence, language)
    if appraised is not None:
        table["appraisal"] = appraised.frame["summary"].tolist()
    return EvidenceTable(
        "characteristics",
        words("characteristics_caption"),
        (
            Column("study_id", "study_id", "id"),
            Column("label", words("study")),
            Column("reports", words("reports"), "number"),
            *(Column(d.id, d.label.in_language(language) or d.id) for d in names),
            *((Column("appraisal", words("appraisal")),) if appraised is not None else ()),
        ),
        table,
        note,
        language,
    )


@counted_once
def theme_matrix(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """S2: themes, with their codes under them, by study; every direction is shown, blank is nothing coded.

    Returns
    -------
    EvidenceTable
        Frame: row_kind ("theme", "code", "total"), row_id, label, one text column per study_id (marks such as
        "▲2 ▼", a figure where several findings stand behind a mark), then the margins: one whole-number
        column per direction and "studies", all counting distinct studies. The last row counts the themes
        per study.

    Source
    ------
    Direction as form: effect direction plot, Thomson & Thomas 2013, doi 10.1002/jrsm.1060.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> frame = theme_matrix(example_evidence()).frame
    >>> frame[["label", "scopus:1", "promotes", "hinders", "studies"]].values.tolist()[0]
    ['Steering', '▲ ▼', 1, 1, 1]
    """
    words = Words(language)
    placed = marks(evidence)
    columns = [study for _, group in matrix_groups(evidence, language) for study in group["study_id"]]
    labels = study_labels(evidence, language)
    directions = shown_directions(placed)
    here: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for mark in rows_of(placed):
        here.setdefault((mark["row_kind"], mark["row_id"]), []).append(mark)
    rows: list[dict[str, Any]] = []
    for theme in evidence.scheme.themes:
        told = here.get(("theme", theme.id), [])
        rows.append(
            _matrix_row(told, "theme", theme.id, theme.label.in_language(language), columns, directions)
        )
        rows += [
            _matrix_row(told, "code", code.id, code.label.in_language(language), columns, directions)
            for code in theme.codes if (told := here.get(("code", code.id), []))
        ]  # fmt: skip
    themes = [mark for mark in rows_of(placed) if mark["row_kind"] == "theme"]
    n_themes = Counter(study for study, _ in {(mark["study_id"], mark["row_id"]) for mark in themes})
    rows.append(
        {
            "row_kind": "total",
            "row_id": "",
            "label": words("themes_per_study"),
            **{study: str(n_themes[study]) for study in columns},
            **_margins(themes, directions),
        }
    )
    codes_with = {row["row_id"] for row in rows if row["row_kind"] == "code"}
    group = group_name(evidence, words)
    n_codes = len({*codes_with, *(code.id for code in evidence.scheme.active_codes)})
    return EvidenceTable(
        "matrix",
        words("matrix_caption", group=group.lower())
        if has_groups(evidence)
        else words("matrix_caption_plain"),
        (
            Column("row_kind", "row_kind", "id"),
            Column("row_id", "row_id", "id"),
            Column("label", words("theme")),
            *(Column(study, labels[study], "marks") for study in columns),
            *(Column(name or "no_direction", words.direction(name), "number") for name in directions),
            Column("studies", words("studies"), "number"),
        ),
        pd.DataFrame(rows),
        words(
            "matrix_note",
            group=group.lower(),
            without=words.number(n_codes - len(codes_with)),
            codes=words.number(n_codes),
        ),
        language,
    )


@counted_once
def matrix_groups(evidence: Evidence, language: str = "en") -> list[tuple[str, pd.DataFrame]]:
    """The studies as the matrix groups them: by approach in the scheme's order; without a known one last.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> [(name, len(group)) for name, group in matrix_groups(example_evidence())]
    [('Place-based', 1), ('not yet coded', 1)]
    """
    frame = studies(evidence, language)
    if not has_groups(evidence):
        return [("", frame)] if len(frame) else []
    order = [value.id for value in evidence.scheme.descriptor(GROUP_BY).values]

    def rank(value: str) -> tuple[int, list[int], str]:
        parts = value.split("; ")
        places = [order.index(part) if part in order else len(order) for part in parts]
        return (NO_VALUE.index(value) + 1 if value in NO_VALUE else 0, places, value)

    return [
        (descriptor_words(evidence, GROUP_BY, value, Words(language)), frame[frame[GROUP_BY] == value])
        for value in sorted(frame[GROUP_BY].unique(), key=rank)
    ]


def has_groups(evidence: Evidence) -> bool:
    """Whether the scheme has the descriptor by which the matrix groups studies."""
    return any(descriptor.id == GROUP_BY for descriptor in evidence.scheme.descriptors)


def group_name(evidence: Evidence, words: Words) -> str:
    """What the matrix groups studies by, in words."""
    if not has_groups(evidence):
        return words("label")
    return evidence.scheme.descriptor(GROUP_BY).label.in_language(words.language) or GROUP_BY


def shown_directions(placed: pd.DataFrame) -> list[str]:
    """The four directions, and "" where a finding has none."""
    return [name for name in MARKS if name or "" in set(placed["direction"])]


@counted_once
def evidence_table(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """S3: one row per finding, with the exact words it rests on.

    Returns
    -------
    EvidenceTable
        Frame: finding_id, study_id, theme_id, code_id and segment_ids (ids); theme, code, direction, finding,
        quotation, study, those of approach, country, design and number_of_partners that the scheme has, basis
        (if the scheme has the facet strength_of_claim), place ("abstract 449–549"). Sorted as ``findings``,
        the studies in the table's language.

    Raises
    ------
    ReviewError
        When a finding has no words in the source (see ``segments``).

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> evidence_table(example_evidence()).frame.loc[0, ["direction", "quotation", "place"]].tolist()
    ['hinders', 'Output targets drew staff away from the whole.', 'abstract 0–46']
    """
    words = Words(language)
    by_study = {row["study_id"]: row for row in rows_of(studies(evidence, language))}
    by_segment = {row["segment_id"]: row for row in rows_of(segments(evidence))}
    beside = [d for d in evidence.scheme.descriptors if d.id in BESIDE_FINDINGS]
    has_basis = any(facet.id == BASIS for facet in evidence.scheme.facets)
    rows = []
    for row in findings_in_order(evidence, language):
        study = by_study[row["study_id"]]
        behind = [by_segment[segment_id] for segment_id in row["segment_ids"].split("; ")]
        rows.append(
            {
                **{key: row[key] for key in ("finding_id", "study_id", "theme_id", "code_id", "segment_ids")},
                "theme": evidence.scheme.theme_of(row["code_id"]).label.in_language(language)
                or row["theme_id"],
                "code": evidence.scheme.code(row["code_id"]).label.in_language(language) or row["code_id"],
                "direction": words.direction(row["direction"]),
                "finding": row["finding"],
                "quotation": " […] ".join(segment["text"] for segment in behind),
                "study": study["label"],
                **{d.id: descriptor_words(evidence, d.id, study[d.id], words) for d in beside},
                **({BASIS: facet_words(evidence, BASIS, row["facets"], language)} if has_basis else {}),
                "place": "; ".join(place(segment, words) for segment in behind),
            }
        )
    ids = ("finding_id", "study_id", "theme_id", "code_id", "segment_ids")
    columns = (
        *(Column(key, key, "id") for key in ids),
        Column("theme", words("theme")),
        Column("code", words("code")),
        Column("direction", words("direction")),
        Column("finding", words("finding")),
        Column("quotation", words("quotation"), "quotation"),
        Column("study", words("study")),
        *(Column(d.id, d.label.in_language(language) or d.id) for d in beside),
        *((Column(BASIS, words("basis")),) if has_basis else ()),
        Column("place", words("place")),
    )
    frame = pd.DataFrame(rows, columns=[column.key for column in columns])
    return EvidenceTable(
        "evidence", words("evidence_caption"), columns, frame, words("evidence_note"), language
    )


def descriptor_words(evidence: Evidence, descriptor_id: str, value: str, words: Words) -> str:
    """A descriptor's value in words: the labels of its ids, the three kinds of absence, "in dispute".

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> descriptor_words(example_evidence(), "approach", "place_based", Words("da"))
    'Stedbaseret'
    >>> descriptor_words(example_evidence(), "country", "not reported", Words("da"))
    'ikke oplyst'
    """
    if value in NO_VALUE:
        return words(value.replace(" ", "_"))
    known = {
        v.id: v.label.in_language(words.language) or v.id
        for v in evidence.scheme.descriptor(descriptor_id).values
    }
    return "; ".join(known.get(part, part) for part in value.split("; "))


def facet_words(evidence: Evidence, facet_id: str, facets: str, language: str) -> str:
    """A facet's value in words, from a finding's facets (JSON text); "" when it was not noted."""
    value = json.loads(facets or "{}").get(facet_id, "")
    known = {
        v.id: (v.da if language == "da" else v.en) or v.en or v.da
        for facet in evidence.scheme.facets
        if facet.id == facet_id
        for v in facet.values
    }
    return "; ".join(known.get(part, part) for part in str(value).split("; "))


def place(segment: dict[Any, Any], words: Words, *, is_named: bool = True) -> str:
    """Where a segment stands: "abstract 449–549", or "449–549" where its field is not to be named."""
    key = f"field_{segment['field']}"
    field = f"{words(key) if words.has(key) else segment['field']} " if is_named else ""
    return f"{field}{words.number(segment['start'])}–{words.number(segment['end'])}"


def _matrix_row(
    here: list[dict[str, Any]], kind: str, row_id: str, label: str, columns: list[str], directions: list[str]
) -> dict[str, Any]:
    cells = dict.fromkeys(columns, "")
    for row in sorted(here, key=lambda row: list(MARKS).index(row["direction"])):
        mark = MARKS[row["direction"]] + (str(row["n"]) if row["n"] > 1 else "")
        cells[row["study_id"]] = f"{cells[row['study_id']]} {mark}".strip()
    return {
        "row_kind": kind,
        "row_id": row_id,
        "label": label or row_id,
        **cells,
        **_margins(here, directions),
    }


def _margins(here: list[dict[str, Any]], directions: list[str]) -> dict[str, int]:
    """Distinct studies by direction and in all."""
    by_direction = {
        name or "no_direction": len({mark["study_id"] for mark in here if mark["direction"] == name})
        for name in directions
    }
    return {**by_direction, "studies": len({mark["study_id"] for mark in here})}
