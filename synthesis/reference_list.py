"""The list of references: included and excluded reports apart, each in the protocol's style."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd

from corpus.bibtex_writer import bibtex_entries
from corpus.errors import ReviewError
from corpus.export_rows import Row, filled_rows
from corpus.ris_writer import ris_entries
from synthesis.evidence import Column, Evidence, EvidenceTable
from synthesis.reference_styles import in_words, styled
from synthesis.references import letters, reference, slug
from synthesis.studies import included_reports, report_letters, study_labels, study_of_report
from synthesis.words import Words


def references(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """S13: the reports of the included studies, then those excluded at full text or not retrieved.

    Returns
    -------
    EvidenceTable
        Frame: record_id, study_id ("" for an excluded report), set ("included", "excluded"), about (the same
        in words), study (label), reference. The included first; each set sorted by authors, year and title
        in the language's order.

    Raises
    ------
    ReviewError
        When a report that is named has no record.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> references(example_evidence()).frame.loc[0, "reference"]
    'Alder, J. (2020). Rivals at one table: the data. Invented Studies, 3.'
    """
    words = Words(language)
    labels, study_of = study_labels(evidence, language), study_of_report(evidence)
    rows = [
        {
            "record_id": record_id,
            "study_id": study_of.get(record_id, ""),
            "set": which,
            "about": words(f"ref_{which}"),
            "study": labels.get(study_of.get(record_id, ""), ""),
            "reference": in_words(styled(reference(record), evidence.protocol.references, language, letter)),
        }
        for which in ("included", "excluded")
        for record_id, record, letter in _listed(evidence, which, words)
    ]
    columns = (
        Column("record_id", "record_id", "id"),
        Column("study_id", "study_id", "id"),
        Column("set", "set", "id"),
        Column("about", words("ref_set")),
        Column("study", words("study")),
        Column("reference", words("reference")),
    )
    frame = pd.DataFrame(rows, columns=[column.key for column in columns], dtype="str")
    return EvidenceTable("references", words("references_caption"), columns, frame, language=language)


def reference_views(evidence: Evidence, language: str = "en") -> list[dict[str, Any]]:
    """The included reports' references in pieces, with the anchors that studies are linked to."""
    words = Words(language)
    labels, study_of = study_labels(evidence, language), study_of_report(evidence)
    shared = pd.Series(list(study_of.values()), dtype="str").value_counts().to_dict()
    return [
        {
            "id": slug(record_id),
            "pieces": styled(reference(record), evidence.protocol.references, language, letter),
            "language": reference(record).language,
            "study": labels[study_of[record_id]],
            "is_part": shared[study_of[record_id]] > 1,
        }
        for record_id, record, letter in _listed(evidence, "included", words)
    ]


def excluded_reports(evidence: Evidence) -> list[str]:
    """record_ids of the reports excluded at full text or not retrieved; sorted.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> excluded_reports(example_evidence())
    ['scopus:4']
    """
    verdicts = evidence.screening_verdicts
    if "full_text" not in evidence.protocol.stages:
        return []
    is_first, is_out = verdicts["stage"] == "title_abstract", verdicts["verdict"] == "exclude"
    sought = set(verdicts.loc[is_first & (verdicts["verdict"] == "include"), "record_id"])
    out = verdicts.loc[(verdicts["stage"] == "full_text") & is_out, "record_id"]
    return sorted(set(out) & sought)


def excluded_references(evidence: Evidence, language: str = "en") -> dict[str, str]:
    """record_id -> reference in words of each report excluded at full text, in the list's order."""
    style = evidence.protocol.references
    return {
        record_id: in_words(styled(reference(record), style, language, letter))
        for record_id, record, letter in _listed(evidence, "excluded", Words(language))
    }


def reference_files(evidence: Evidence) -> dict[str, bytes]:
    """The references as BibTeX and RIS, included and excluded apart: file name -> content.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> files = reference_files(example_evidence())
    >>> list(files)
    ['references_included.bib', 'references_included.ris',
     'references_excluded.bib', 'references_excluded.ris']
    >>> files["references_excluded.ris"].decode().splitlines()[1]
    'TI  - A contract for two'
    """
    writers: list[tuple[str, Callable[[Iterable[Row]], Iterator[str]]]] = [
        ("bib", bibtex_entries), ("ris", ris_entries),
    ]  # fmt: skip
    files = {}
    for which, wanted in (("included", included_reports(evidence)), ("excluded", excluded_reports(evidence))):
        place = {record_id: number for number, record_id in enumerate(wanted)}
        chosen = evidence.records[evidence.records["record_id"].isin(wanted)]
        chosen = chosen.sort_values("record_id", key=lambda ids: ids.map(place), kind="stable")
        # which export rows were merged is no part of a reference
        chosen = chosen.drop(columns=["members"], errors="ignore")
        for suffix, entries in writers:
            text = "".join(entries(filled_rows(chosen)))
            files[f"references_{which}.{suffix}"] = text.encode("utf-8", "replace")
    return files


def _listed(evidence: Evidence, which: str, words: Words) -> list[tuple[str, dict[str, Any], str]]:
    """(record_id, record, letter behind the year) of the reports of a set, as the list has them."""
    wanted = included_reports(evidence) if which == "included" else excluded_reports(evidence)
    records = evidence.records_by_id(wanted)
    if lost := sorted(set(wanted) - set(records)):
        raise ReviewError(
            f"{len(lost)} reports have a verdict but no record: {', '.join(lost[:3])}.",
            next_step="Run `samsyn check`.",
        )
    # an included report has the letter that its study's label has
    letter = report_letters(evidence) if which == "included" else letters(records, ())
    if evidence.protocol.references == "vancouver":
        letter = dict.fromkeys(letter, "")

    def place(name: str) -> tuple[str, str, str, str]:
        of = reference(records[name])
        lead = in_words(styled(of, "apa", words.language)).split(" (")[0] if of.names else of.title
        return (words.order(lead), of.year, words.order(of.title), name)

    return [(name, records[name], letter[name]) for name in sorted(records, key=place)]
