"""S14: reporting checklists, each item with its place in the report; none is done without a place."""

from __future__ import annotations

from typing import Any

import pandas as pd

from synthesis.checklist_items import CHECKLISTS, checklist_items
from synthesis.evidence import Column, Evidence, EvidenceTable, rows_of
from synthesis.findings import findings
from synthesis.judgements import COMPONENTS, CONFIDENCE, IN_CONFLICT
from synthesis.methods import methods
from synthesis.reference_list import excluded_reports
from synthesis.studies import included_reports
from synthesis.words import Words


def checklists_table(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """The items of PRISMA 2020, PRISMA-S and ENTREQ with the place in this report, or the authors' page.

    Returns
    -------
    EvidenceTable
        Frame: checklist (id), item, anchor (of the place, "" where there is none), name (of the checklist),
        about (the item in our words), place (heading in this report), page (what the authors say), status
        ("in this report", "named by the authors", "not reported").

    Source
    ------
    Page et al. 2021, doi 10.1136/bmj.n71; Rethlefsen et al. 2021, doi 10.1186/s13643-020-01542-z; Tong et al.
    2012, doi 10.1186/1471-2288-12-181.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> frame = checklists_table(example_evidence()).frame.set_index(["checklist", "item"])
    >>> frame.loc[("prisma_2020", "16a"), ["place", "status"]].tolist()
    ['Flow of records', 'in this report']
    >>> frame.loc[("prisma_2020", "24a"), ["place", "status"]].tolist()
    ['', 'not reported']
    """
    words = Words(language)
    there = _places(evidence, words)
    rows = []
    for checklist in CHECKLISTS:
        held = checklist_items()[checklist]
        for item, about in held["items"].items():
            anchor, heading = there.get(about.get("place", ""), ("", ""))
            page = evidence.checklist.place_of(checklist, item)
            status = "in_report" if anchor else "by_authors" if page else "not_reported"
            rows.append(
                {
                    "checklist": checklist, "anchor": anchor, "name": held["name"][language], "item": item,
                    "about": about[language], "place": heading, "page": page,
                    "status": words(f"checklist_{status}"),
                }
            )  # fmt: skip
    columns = (
        Column("checklist", "checklist", "id"),
        Column("anchor", "anchor", "id"),
        Column("name", words("checklist_name")),
        Column("item", words("checklist_item")),
        Column("about", words("checklist_about")),
        Column("place", words("checklist_place")),
        Column("page", words("checklist_page")),
        Column("status", words("checklist_status")),
    )
    frame = pd.DataFrame(rows, columns=[column.key for column in columns], dtype="str")
    return EvidenceTable(
        "checklists", words("checklists_caption"), columns, frame, words("checklists_note"), language
    )


def checklist_views(evidence: Evidence, language: str = "en") -> list[dict[str, Any]]:
    """The checklists one by one: name, doi, rows, and how many items have a place."""
    frame = checklists_table(evidence, language).frame
    views = []
    for checklist in CHECKLISTS:
        rows = frame[frame["checklist"] == checklist]
        n_placed = int(((rows["anchor"] != "") | (rows["page"] != "")).sum())
        held = checklist_items()[checklist]
        views.append({"id": checklist, "name": held["name"][language], "doi": held["doi"],
                      "rows": rows_of(rows), "n_placed": n_placed})  # fmt: skip
    return views


def _places(evidence: Evidence, words: Words) -> dict[str, tuple[str, str]]:
    """What this report holds: name of a place -> its anchor and its heading."""
    sources, protocol = evidence.sources, evidence.protocol
    searched = sources[sources["kind"] != "other"]
    told = {
        sentence.key for paragraph in methods(evidence, words.language) for sentence in paragraph.sentences
    }
    has_findings = len(findings(evidence)) > 0
    # only what somebody judged and what is settled counts as reported
    judged = evidence.judgements
    settled = set(judged.loc[~judged["value"].isin(["", IN_CONFLICT]), "item"])
    is_appraised = bool(settled & {item.id for item in protocol.appraisal})
    criteria = (*protocol.criteria.inclusion, *protocol.criteria.exclusion)
    held = [
        ("questions", "methods-questions", "methods_questions", bool(protocol.questions)),
        ("criteria", "methods-criteria", "methods_criteria", bool(criteria)),
        ("databases", "search", "search", _all(searched["database"])),
        ("registers", "search", "search", bool((sources["kind"] == "register").any())),
        ("dates", "search", "search", _all(searched["date"])),
        ("queries", "search", "search", _all(searched["query"])),
        ("limits", "search", "search", _all(searched["limits"])),
        ("duplicates", "methods-search", "methods", "m_duplicates_removed" in told),
        ("selection", "methods-screening", "methods", "m_screened" in told),
        ("coding", "methods-coding", "methods", "m_coded" in told),
        ("software", "methods-software", "methods", "m_software_used" in told),
        ("flow", "flow", "flow", bool(evidence.flow.identified)),
        ("excluded", "excluded", "excluded", bool(excluded_reports(evidence))),
        ("characteristics", "characteristics", "characteristics", bool(included_reports(evidence))),
        ("evidence", "evidence", "evidence", has_findings),
        ("synthesis", "themes", "themes", has_findings),
        ("drawn", "effect_direction", "effect_direction", has_findings),
        ("appraised_by", "appraisal", "appraisal", is_appraised),
        ("appraisal", "appraisal", "appraisal", is_appraised),
        ("certainty", "review_findings", "review_findings", CONFIDENCE in settled),
        ("profile", "review_findings", "review_findings", COMPONENTS[0] in settled and is_appraised),
    ]  # fmt: skip
    return {name: (anchor, words(heading)) for name, anchor, heading, is_there in held if is_there}


def _all(texts: pd.Series) -> bool:
    """Whether there are rows and every one of them says something."""
    return len(texts) > 0 and bool((texts.astype(object).fillna("") != "").all())
