"""The tables of how the review was made: searches, unreadable entries, agreement, conflicts, exclusions."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from corpus.errors import ReviewError
from synthesis.evidence import Column, Evidence, EvidenceTable, rows_of
from synthesis.findings import findings
from synthesis.judgements import IN_CONFLICT
from synthesis.reference_list import excluded_references, excluded_reports
from synthesis.studies import descriptor_conflicts, study_labels, study_of_report
from synthesis.words import Words


def search_log(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """S9: one row per export file, after PRISMA-S.

    Returns
    -------
    EvidenceTable
        Frame: source_id, database, platform, date, query, limits, hits_reported (nullable), n_records,
        n_unreadable, n_new, file, sha256, warning ("" or why the numbers do not meet). In order of import.

    Source
    ------
    Rethlefsen et al. 2021, PRISMA-S, doi 10.1186/s13643-020-01542-z.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> print(search_log(example_evidence()).frame.loc[0, "warning"])
    5 read and 0 unreadable make 5, but 6 hits are reported. Say why in the source’s notes, or export again.
    """
    words = Words(language)
    columns = (
        Column("source_id", "source_id", "id"),
        Column("database", words("database")),
        Column("platform", words("platform")),
        Column("date", words("date"), "date"),
        Column("query", words("query"), "code"),
        Column("limits", words("limits")),
        Column("hits_reported", words("hits"), "number"),
        Column("n_records", words("read"), "number"),
        Column("n_unreadable", words("unreadable"), "number"),
        Column("n_new", words("new_records"), "number"),
        Column("file", words("file")),
        Column("sha256", "sha256", "hash"),
        Column("warning", words("warning")),
    )
    rows = [{**row, "warning": _hits_warning(row, words)} for row in rows_of(evidence.sources)]
    frame = pd.DataFrame(rows, columns=[column.key for column in columns])
    frame["hits_reported"] = frame["hits_reported"].astype("Int64")
    return EvidenceTable("search", words("search_caption"), columns, frame, language=language)


def unreadable_entries(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """Every entry that could not be read: file, line, why, and the entry as it stands in the file.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> len(unreadable_entries(example_evidence()).frame)
    0
    """
    words = Words(language)
    columns = (
        Column("source_id", words("file")),
        Column("line", words("line"), "number"),
        Column("why", words("why")),
        Column("raw", words("raw"), "code"),
    )
    frame = evidence.unreadable[[column.key for column in columns]].sort_values(
        ["source_id", "line"], kind="stable", ignore_index=True
    )
    return EvidenceTable("unreadable", words("unreadable_caption"), columns, frame, language=language)


def agreement_table(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """S10: one row per stage and pair of people.

    Returns
    -------
    EvidenceTable
        Frame: stage, pair (names), n, percent (0 to 100), kappa, kappa_low, kappa_high, ac1, alpha,
        alpha_low, alpha_high (NaN = undefined, for want of variation), n_conflicts,
        n_settled, confusion ("include–include 33; ..."), confusion_json.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> agreement_table(example_evidence()).frame[["pair", "n", "confusion"]].values.tolist()[0]
    ['Coder A, Coder B', 4, 'include–include 3; include–exclude 0; exclude–include 0; exclude–exclude 1']
    """
    words = Words(language)
    rows = []
    for row in rows_of(evidence.agreement):
        confusion = json.loads(row["confusion"] or '{"labels": [], "counts": []}')
        labels = [_answer(label, words) for label in confusion["labels"]]
        cells = [
            f"{first}–{second} {words.number(n)}"
            for first, counts in zip(labels, confusion["counts"], strict=True)
            for second, n in zip(labels, counts, strict=True)
        ]
        rows.append({
            "kappa_low": float("nan"),
            "kappa_high": float("nan"),
            **row,
            "stage": _stage(row["stage"], words),
            "percent": 100 * row["percent"],
            "pair": ", ".join(evidence.name_of(person) for person in row["pair"].split(", ")),
            "confusion": "; ".join(cells),
            "confusion_json": json.dumps({**confusion, "labels": labels}, ensure_ascii=False),
        })  # fmt: skip
    columns = (
        Column("stage", words("stage")),
        Column("pair", words("pair")),
        Column("n", words("both_judged"), "number"),
        Column("percent", words("agree"), "percent"),
        Column("kappa", words("kappa"), "decimal"),
        Column("kappa_low", words("kappa_low"), "decimal"),
        Column("kappa_high", words("kappa_high"), "decimal"),
        Column("ac1", words("ac1"), "decimal"),
        Column("alpha", words("alpha"), "decimal"),
        Column("alpha_low", words("alpha_low"), "decimal"),
        Column("alpha_high", words("alpha_high"), "decimal"),
        Column("n_conflicts", words("conflicts"), "number"),
        Column("n_settled", words("settled"), "number"),
        Column("confusion", words("confusion")),
    )
    frame = pd.DataFrame(rows, columns=[*(column.key for column in columns), "confusion_json"])
    return EvidenceTable(
        "agreement", words("agreement_caption"), columns, frame, words("agreement_note"), language
    )


def unsettled_conflicts(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """Disagreements that nobody has settled: on codes, directions, descriptors and judgements.

    Returns
    -------
    EvidenceTable
        Frame: record_id, study (label of an included study, else the record_id), about (code, descriptor or
        item), kind, positions (who says what). Sorted by study, then the scheme's order.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> len(unsettled_conflicts(example_evidence()).frame)
    0
    """
    words = Words(language)
    labels = study_labels(evidence, language)
    study_of = study_of_report(evidence)
    code_label = {code.id: code.label.in_language(language) or code.id for code in evidence.scheme.codes}
    found = [
        (row["record_id"], code_label.get(row["code_id"], row["code_id"]), row["kind"], row["positions"])
        for row in rows_of(evidence.coding_conflicts)
    ]
    descriptor_label = {d.id: d.label.in_language(language) or d.id for d in evidence.scheme.descriptors}
    found += [
        (record_id, descriptor_label.get(name, name), "descriptor", positions)
        for record_id, name, positions in descriptor_conflicts(evidence)
    ]
    of_finding = {row["finding_id"]: row["study_id"] for row in rows_of(findings(evidence))}
    found += [
        (
            of_finding.get(row["about"], row["about"]),
            words(row["item"]) if words.has(row["item"]) else row["item"],
            "judgement",
            row["positions"],
        )
        for row in rows_of(evidence.judgements)
        if row["value"] == IN_CONFLICT
    ]
    rows = [
        {
            "record_id": record_id,
            "study": labels.get(study_of.get(record_id, ""), record_id),
            "about": about,
            "kind": words(f"kind_{kind}") if words.has(f"kind_{kind}") else kind,
            "positions": positions,
        }
        for record_id, about, kind, positions in found
    ]
    rows.sort(key=lambda row: (words.order(row["study"]), row["about"], row["kind"]))
    columns = (
        Column("record_id", "record_id", "id"),
        Column("study", words("study")),
        Column("about", words("about")),
        Column("kind", words("kind")),
        Column("positions", words("positions")),
    )
    frame = pd.DataFrame(rows, columns=[column.key for column in columns], dtype="str")
    return EvidenceTable(
        "conflicts", words("unsettled_caption"), columns, frame, words("unsettled_note"), language
    )


def excluded_at_full_text(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """S11: reports excluded at full text or not retrieved, each with its one primary reason.

    Returns
    -------
    EvidenceTable
        Frame: record_id, criterion (id), reference, reason, decided_by (names). Sorted by the
        protocol's order of reasons, then reference.

    Raises
    ------
    ReviewError
        When the rows do not add up to the boxes of the flow diagram.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> excluded_at_full_text(example_evidence()).frame[["reason", "decided_by"]].values.tolist()
    [['Not a partnership', 'Coder A, Coder B']]
    """
    words = Words(language)
    verdicts = evidence.screening_verdicts
    is_here = (verdicts["stage"] == "full_text") & verdicts["record_id"].isin(excluded_reports(evidence))
    here = verdicts[is_here]
    _require_same_sums(evidence, here)
    written = excluded_references(evidence, language)
    order = evidence.protocol.exclusion_order()
    reason = {
        criterion.id: criterion.in_language(language) for criterion in evidence.protocol.criteria.exclusion
    }
    rows = [
        {
            "record_id": row["record_id"],
            "criterion": row["criterion"],
            "reference": written[row["record_id"]],
            "reason": (reason.get(row["criterion"]) or row["criterion"]) or words("no_reason"),
            "decided_by": evidence.names_of(row["settled_by"] or row["people"]),
        }
        for row in rows_of(here)
    ]
    rows.sort(key=lambda row: (
        order.index(row["criterion"]) if row["criterion"] in order else len(order),
        row["criterion"], words.order(row["reference"]), row["record_id"],
    ))  # fmt: skip
    columns = (
        Column("record_id", "record_id", "id"),
        Column("criterion", "criterion", "id"),
        Column("reference", words("reference")),
        Column("reason", words("reason")),
        Column("decided_by", words("decided_by")),
    )
    frame = pd.DataFrame(rows, columns=[column.key for column in columns], dtype="str")
    return EvidenceTable(
        "excluded", words("excluded_caption"), columns, frame, words("excluded_note"), language
    )


def _hits_warning(row: dict[Any, Any], words: Words) -> str:
    if pd.isna(row["hits_reported"]):
        return ""
    read, unreadable, hits = int(row["n_records"]), int(row["n_unreadable"]), int(row["hits_reported"])
    if read + unreadable == hits:
        return ""
    number = words.number
    return words(
        "hits_differ",
        read=number(read),
        unreadable=number(unreadable),
        sum=number(read + unreadable),
        hits=number(hits),
    )


def _stage(stage: str, words: Words) -> str:
    key = stage.replace(":", "_")
    return words(key) if words.has(key) else stage


def _answer(label: str, words: Words) -> str:
    if words.has(f"answer_{label}"):
        return words(f"answer_{label}")
    return words(label) if words.has(label) else label


def _require_same_sums(evidence: Evidence, here: pd.DataFrame) -> None:
    lost = {c.id for c in evidence.protocol.criteria.exclusion if c.counts_as == "not_retrieved"}
    counted = {name: n for name, n in evidence.flow.excluded_reasons if n}
    listed = here.loc[~here["criterion"].isin(sorted(lost)), "criterion"].value_counts().to_dict()
    n_lost = int(here["criterion"].isin(sorted(lost)).sum())
    if listed != counted or (
        "full_text" in evidence.protocol.stages and n_lost != evidence.flow.not_retrieved
    ):
        raise ReviewError(
            f"The list of reports excluded at full text ({listed}, not retrieved {n_lost}) does not "
            f"add up to the flow diagram ({counted}, not retrieved {evidence.flow.not_retrieved}).",
            next_step="Count the flow again from the same verdicts.",
        )
