"""Judgements from the rows of a spreadsheet, and the rows that are still to be judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from corpus.errors import UsageError, all_faults
from corpus.table_cells import FIRST_ROW, Rows, text_cells
from synthesis.appraisal import appraisals
from synthesis.evidence import Evidence, rows_of
from synthesis.findings import findings
from synthesis.judgements import (
    COMPONENTS,
    CONFIDENCE,
    CREDIBILITY,
    WITHDRAWN,
    known_values,
    needs_explanation,
)
from synthesis.review_findings import CONTRIBUTES, contributions
from synthesis.studies import included_reports, study_labels

KINDS = ("appraisal", "credibility", "confidence")
ROW_COLUMNS = ["about", "item", "value", "explanation", "name", "question"]


def judgement_lines(
    rows: Rows, evidence: Evidence, *, person: str, adjudicates: bool = False, file: str = "The rows"
) -> list[dict[str, Any]]:
    """Judgements from a person's spreadsheet, as lines for the journal.

    Parameters
    ----------
    rows : DataFrame or iterable of mappings
        Columns about, item, value, explanation, decided_at (``synthesis.judgements`` says what they hold).
        Rows without a value are skipped; other columns (name, question) are for the eye. "withdrawn" may also
        be said of what is no longer there, by whoever has a judgement on it.
    evidence : Evidence
        What can be judged.
    person : str
        Who judged.
    adjudicates : bool
        Whether the judgements settle what others differ on.
    file : str
        Where the rows come from, for the error.

    Returns
    -------
    list of dict
        Keys type ("judgement"), about, item, value, explanation, person, decided_at, and adjudicates (true)
        where they do.

    Raises
    ------
    UsageError
        With all faults, each with its row (the header is row 1); then nothing is taken.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> row = {"about": "scopus:2", "item": "Q1", "value": "Can’t tell", "explanation": "only half is there"}
    >>> judgement_lines([row], example_evidence(), person="ann")[0]["value"]
    "can't tell"
    >>> row = {"about": "RF1", "item": "confidence", "value": "low"}
    >>> judgement_lines([row], example_evidence(), person="ann")
    Traceback (most recent call last):
    ...
    corpus.errors.UsageError: The rows: 1 fault, no judgement was saved.
    row 2: 'low' needs an explanation.
    """
    known, own = _Known(evidence), _said_by(person, evidence, adjudicates=adjudicates)
    faults: list[tuple[int, str]] = []
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    cells = text_cells(rows, needs=("about", "item", "value"), file=file)
    for number, row in enumerate(cells, start=FIRST_ROW):
        if not row.get("value"):
            continue
        value, about, item = _plain(row["value"]), row.get("about", ""), row.get("item", "")
        found = [*known.faults(about, item, value), *_value_faults(item, value, row)]
        about = known.unique_of.get(about, about)
        if value == WITHDRAWN and (about, item) in own:
            found = []
        if (about, item) in lines:
            found.append(f"{item} of {about} stands in two rows")
        faults += [(number, what) for what in found]
        lines[about, item] = {
            "type": "judgement", "about": about, "item": item, "value": value, "person": person,
            "explanation": row.get("explanation", ""), "decided_at": row.get("decided_at", ""),
            **({"adjudicates": True} if adjudicates else {}),
        }  # fmt: skip
    if faults:
        said = [f"row {number}: {what}." for number, what in faults]
        raise all_faults(said, file=file, lost="judgement")
    return list(lines.values())


def rows_to_judge(evidence: Evidence, kind: str) -> pd.DataFrame:
    """A table for people to fill in: one row for each thing that can be judged.

    Parameters
    ----------
    evidence : Evidence
    kind : {"appraisal", "credibility", "confidence"}
        Items of the protocol for each included study; the credibility of each finding behind a review
        finding; the components and the confidence of each review finding.

    Returns
    -------
    DataFrame
        about, item, value (empty), explanation (empty), name and question (to read).

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> rows_to_judge(example_evidence(), "confidence")["item"].tolist()
    ['methodological_limitations', 'coherence', 'adequacy', 'relevance', 'confidence']
    """
    if kind not in KINDS:
        raise UsageError(
            f"There is nothing to judge called {kind!r}.", next_step=f"Known: {', '.join(KINDS)}."
        )
    label = study_labels(evidence)
    rows: list[tuple[str, str, str, str]] = []
    if kind == "appraisal":
        question = {item.id: item.in_language("en") for item in evidence.protocol.appraisal}
        rows = [
            (row["study_id"], row["item"], label[row["study_id"]], question[row["item"]])
            for row in rows_of(appraisals(evidence))
        ]
    elif kind == "credibility":
        said = {row["finding_id"]: row for row in rows_of(findings(evidence))}
        behind = contributions(evidence)
        behind = behind[behind["role"] == CONTRIBUTES].drop_duplicates("finding_id")
        rows = [
            (name, CREDIBILITY, label[said[name]["study_id"]], said[name]["finding"])
            for name in behind["finding_id"]
        ]
    else:
        rows = [
            (stated.id, item, stated.statement.in_language("en"), ", ".join(known_values(item)))
            for stated in evidence.author.findings
            for item in (*COMPONENTS, CONFIDENCE)
        ]
    frame = pd.DataFrame(rows, columns=["about", "item", "name", "question"], dtype="str")
    return frame.assign(value="", explanation="")[ROW_COLUMNS]


def unknown_judgements(evidence: Evidence) -> list[str]:
    """Judgements about what is not there (any more), each in words.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> unknown_judgements(example_evidence())
    []
    """
    known = _Known(evidence)
    return [
        f"The judgement {row['item']} of {row['about']} ({row['people'] or row['settled_by']}): {fault}."
        for row in rows_of(evidence.judgements)
        for fault in known.faults(row["about"], row["item"], row["value"])
    ]


class _Known:
    """What can be judged: reports, findings, review findings."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.items = [item.id for item in evidence.protocol.appraisal]
        self.reports = included_reports(evidence)
        self.findings = set(findings(evidence)["finding_id"])
        self.review_findings = [stated.id for stated in evidence.author.findings]
        self.unique_of = {
            member: record_id
            for record_id, members in evidence.records[["record_id", "members"]].itertuples(index=False)
            for member in [record_id, *str(members or "").split("; ")] if member
        } if "members" in evidence.records else {}  # fmt: skip

    def faults(self, about: str, item: str, value: str) -> Iterable[str]:
        if item in self.items:
            if self.unique_of.get(about, about) not in self.reports:
                yield f"{about!r} is not an included report. Known: {_some(self.reports)}"
        elif item == CREDIBILITY:
            if about not in self.findings:
                near = sorted(
                    name for name in self.findings if name.split("--")[0] == about.split("--", maxsplit=1)[0]
                )
                yield f"there is no finding {about!r}. Known: {_some(near or sorted(self.findings))}"
        elif item in (*COMPONENTS, CONFIDENCE):
            if about not in self.review_findings:
                yield f"there is no review finding {about!r}. Known: {_some(self.review_findings)}"
            elif item == CONFIDENCE and value != WITHDRAWN and not self.stands(about):
                yield f"no coded finding stands behind {about}, so there is nothing to have confidence in yet"
        else:
            known = [*self.items, CREDIBILITY, *COMPONENTS, CONFIDENCE]
            yield f"unknown item {item!r}. Known: {', '.join(known)}"

    def stands(self, review_finding: str) -> bool:
        """Whether a coded finding stands behind it."""
        roles = contributions(self.evidence)
        return review_finding in set(roles.loc[roles["role"] == CONTRIBUTES, "review_finding"])


def _said_by(person: str, evidence: Evidence, *, adjudicates: bool) -> set[tuple[str, str]]:
    """The about and item of all that a person has judged, or (``adjudicates``) settled."""
    role = "settled_by" if adjudicates else "people"
    return {
        (row["about"], row["item"])
        for row in rows_of(evidence.judgements) if person in row[role].split("; ")
    }  # fmt: skip


def _value_faults(item: str, value: str, row: Mapping[str, str]) -> Iterable[str]:
    if value == WITHDRAWN:
        return
    known = known_values(item)
    if value not in known:
        yield f"{row['value']!r} is not a value of {item}. Known: {', '.join(known)}, {WITHDRAWN}"
    elif needs_explanation(item) and not row.get("explanation"):
        yield f"{value!r} needs an explanation"


def _plain(value: str) -> str:
    """A value as people write it: "Very_low", "Can’t tell", "Minor concerns"."""
    text = " ".join(value.casefold().replace("’", "'").replace("_", " ").replace("/", " or ").split())
    return text.removesuffix(" concerns").removesuffix(" confidence")


def _some(names: list[str]) -> str:
    return (", ".join(names[:20]) + (f", … ({len(names)})" if len(names) > 20 else "")) or "none"
