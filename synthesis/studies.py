"""Studies: included reports, those of one study together, with what people noted about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from coding_scheme.descriptors import PART_OF_STUDY, main_reports
from corpus.errors import ReviewError
from synthesis.evidence import Evidence, counted_once, rows_of
from synthesis.references import letters, short_label
from synthesis.words import Words

NOT_REPORTED = "not reported"
NOT_APPLICABLE = "not applicable"
NOT_YET_CODED = "not yet coded"
IN_DISPUTE = "in dispute"
# what stands where no value is known, in the order in which it comes behind the values
NO_VALUE = (NOT_APPLICABLE, NOT_REPORTED, NOT_YET_CODED, IN_DISPUTE)


@counted_once
def included_reports(evidence: Evidence) -> list[str]:
    """record_ids of the included reports: verdict "include" at every stage of the protocol; sorted.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> included_reports(example_evidence())
    ['scopus:1', 'scopus:2', 'scopus:3']
    """
    verdicts = evidence.screening_verdicts
    kept = verdicts[verdicts["verdict"] == "include"]
    stages = [set(kept.loc[kept["stage"] == stage, "record_id"]) for stage in evidence.protocol.stages]
    return sorted(set.intersection(*stages))


@counted_once
def studies(evidence: Evidence, language: str = "en") -> pd.DataFrame:
    """The included studies, one row each, sorted by label.

    Parameters
    ----------
    evidence : Evidence
    language : str
        Whose letters they are sorted by, and whose words a label without a year has.

    Returns
    -------
    DataFrame
        study_id (record_id of the main report), label ("Alder & Vine 2019", with the letter that the main
        report has in the list of references),
        report_ids ("; "-joined, the main report first), and one text column per descriptor of the scheme:
        value ids as coded ("; "-joined when several), or "not reported", "not applicable", "not yet coded".
        "in dispute" where people differ and nobody has settled it (see ``descriptor_conflicts``).

    Raises
    ------
    ReviewError
        When a report belongs to a study that is not among the records.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> frame = studies(example_evidence())
    >>> frame[["label", "report_ids", "country"]].values.tolist()
    [['Alder & Vine 2019', 'scopus:1; scopus:3', 'DK'], ['Birk 2021', 'scopus:2', 'not reported']]
    """
    reports_of: dict[str, list[str]] = {}
    study_of = study_of_report(evidence)
    for report, study in sorted(study_of.items()):
        reports_of.setdefault(study, []).append(report)
    records = evidence.records_by_id({*study_of, *reports_of})
    for study, reports in reports_of.items():
        if study not in records:
            raise ReviewError(
                f"{reports[0]} is said to be part of the study {study}, which is not a record.",
                next_step="Correct its descriptor part_of_study.",
            )
        reports.sort(key=lambda report: (report != study, report))
    labels, order = report_labels(evidence, language), Words(language).order
    values = _descriptor_values(evidence)
    names = [descriptor.id for descriptor in evidence.scheme.descriptors if descriptor.id != PART_OF_STUDY]
    rows = [
        {
            "study_id": study,
            "label": labels[study],
            "report_ids": "; ".join(reports),
            **{name: _first_coded(values, reports, name) for name in names},
        }
        for study, reports in reports_of.items()
    ]
    rows.sort(key=lambda row: (order(row["label"]), row["study_id"]))
    return pd.DataFrame(rows, columns=["study_id", "label", "report_ids", *names], dtype="str")


@counted_once
def study_of_report(evidence: Evidence) -> dict[str, str]:
    """record_id of each included report -> record_id of its study's main report.

    Where that one is a record and not included, the study's first included report stands for it.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> study_of_report(example_evidence())["scopus:3"]
    'scopus:1'
    """
    main = main_reports(evidence.descriptors)
    included = included_reports(evidence)
    left_out = set(evidence.records["record_id"]).difference(included)
    standing: dict[str, str] = {}
    for report in included:
        study = main.get(report, report)
        standing.setdefault(study, report if study in left_out else study)
    return {report: standing[main.get(report, report)] for report in included}


@counted_once
def report_letters(evidence: Evidence) -> dict[str, str]:
    """record_id -> letter behind the year, of the included reports and of their studies' main reports.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> report_letters(example_evidence())
    {'scopus:1': '', 'scopus:2': '', 'scopus:3': ''}
    """
    study_of = study_of_report(evidence)
    main = set(study_of.values())
    return letters(evidence.records_by_id({*study_of, *main}), main)


@counted_once
def report_labels(evidence: Evidence, language: str = "en") -> dict[str, str]:
    """record_id -> label with its letter, of the included reports and of their studies' main reports."""
    letter = report_letters(evidence)
    return {
        name: short_label(record, language, letter[name])
        for name, record in evidence.records_by_id(letter).items()
    }


@counted_once
def study_labels(evidence: Evidence, language: str = "en") -> dict[str, str]:
    """study_id -> label of each included study, in the order of ``studies``."""
    frame = studies(evidence, language)
    return dict(zip(frame["study_id"].tolist(), frame["label"].tolist(), strict=True))


def descriptor_conflicts(evidence: Evidence) -> list[tuple[str, str, str]]:
    """Descriptors of included reports on which people differ: (record_id, descriptor, who says what)."""
    included = set(included_reports(evidence))
    return [
        (record_id, name, "; ".join(f"{person}: {value}" for person, value in sorted(said.items())))
        for (record_id, name), said in sorted(_said(evidence).items())
        if record_id in included and len(set(said.values())) > 1
    ]


def _said(evidence: Evidence) -> dict[tuple[str, str], dict[str, str]]:
    """(record_id, descriptor) -> person -> their latest value."""
    said: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows_of(evidence.descriptors):
        said.setdefault((row["record_id"], row["descriptor"]), {})[row["person"]] = row["value"]
    return said


def _descriptor_values(evidence: Evidence) -> dict[tuple[str, str], str]:
    return {
        place: next(iter(said.values())) if len(set(said.values())) == 1 else IN_DISPUTE
        for place, said in _said(evidence).items()
    }


def _first_coded(values: Mapping[tuple[str, str], str], reports: Iterable[str], name: str) -> str:
    """What the main report says, else the first other report that says it; else why nothing is said."""
    coded = [values[report, name] for report in reports if values.get((report, name))]
    said = [value for value in coded if value not in (NOT_REPORTED, NOT_APPLICABLE)]
    return [*said, *coded, NOT_YET_CODED][0]
