"""Review findings: which findings stand behind each statement, which speak against it, and the confidence.

Source: GRADE-CERQual, Lewin et al. 2018, doi 10.1186/s13012-017-0689-2. Confidence is what people judged.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from corpus.errors import ReviewError
from synthesis.author_text import FILE_NAME, ReviewFinding
from synthesis.evidence import Column, Evidence, EvidenceTable, counted_once, rows_of
from synthesis.findings import findings, segments
from synthesis.judgements import COMPONENTS, CONFIDENCE, IN_CONFLICT, require_whole
from synthesis.studies import included_reports, study_labels
from synthesis.words import Words, own_language

CONTRIBUTES, AGAINST = "contributes", "against"
CONTRIBUTION_COLUMNS = ["review_finding", "role", "finding_id", "study_id", "code_id", "direction"]
_OPPOSITE = {"promotes": {"hinders", "mixed"}, "hinders": {"promotes", "mixed"}}


@counted_once
def contributions(evidence: Evidence) -> pd.DataFrame:
    """The findings behind each review finding and those against it, computed from the coded segments.

    Against it are findings under the same codes in the opposite direction, and mixed ones, which say both.

    Returns
    -------
    DataFrame
        review_finding, role ("contributes" or "against"), finding_id, study_id, code_id, direction; in the
        order of ``synthesis.yaml``, contributing first, each as ``findings``.

    Raises
    ------
    ReviewError
        When a review finding names a finding that is not there.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> contributions(example_evidence())[["review_finding", "role", "finding_id"]].values.tolist()
    [['RF1', 'contributes', 'shared_money--scopus-1--promotes']]
    """
    found = findings(evidence)
    rows: list[dict[str, Any]] = []
    for stated in evidence.author.findings:
        behind = _behind(stated, found, evidence)
        against = _against(stated, behind, found, evidence)
        for role, part in ((CONTRIBUTES, behind), (AGAINST, against)):
            rows += [
                {"review_finding": stated.id, "role": role, **{str(key): value for key, value in row.items()}}
                for row in rows_of(part[CONTRIBUTION_COLUMNS[2:]])
            ]
    return pd.DataFrame(rows, columns=CONTRIBUTION_COLUMNS, dtype="str")


def summary_of_findings(evidence: Evidence, language: str = "en") -> EvidenceTable | None:
    """S4: each review finding with its studies, the confidence in it and why; None when there is none.

    Returns
    -------
    EvidenceTable or None
        Frame: review_finding, finding_ids and against_ids (ids, "; "-joined); statement, n_studies, studies
        (labels), against (labels with what they say), confidence (in words), explanation, judged_by (names),
        judged_on, warning ("" or that the evidence changed since). In the order of ``synthesis.yaml``.

    Raises
    ------
    ReviewError
        When a level of confidence is given to a statement behind which no finding stands.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> summary_of_findings(example_evidence()).frame[["studies", "confidence"]].values.tolist()
    [['Alder & Vine 2019', 'low']]
    """
    if not evidence.author.findings:
        return None
    words = Words(language)
    given = _given(evidence)
    label = study_labels(evidence, language)
    roles = contributions(evidence)
    coded_at = _coded_at(evidence)
    rows = []
    for stated in evidence.author.findings:
        mine = roles[roles["review_finding"] == stated.id]
        behind, against = (mine[mine["role"] == role] for role in (CONTRIBUTES, AGAINST))
        judged = given.get((stated.id, CONFIDENCE), {})
        if judged and behind.empty:
            raise ReviewError(
                f"{stated.id} has a level of confidence, but no coded finding stands behind it.",
                where=FILE_NAME,
                next_step="Correct what it rests on, or withdraw the judgement.",
            )
        codes = _named_codes(stated, evidence) or set(mine["code_id"])
        latest = max([_decided_at(codes, evidence), *(coded_at[name] for name in mine["finding_id"])])
        has_changed = bool(judged) and latest > judged["decided_at"]
        rows.append({
            "review_finding": stated.id,
            "finding_ids": "; ".join(behind["finding_id"]),
            "against_ids": "; ".join(against["finding_id"]),
            "statement": stated.statement.in_language(language),
            "n_studies": behind["study_id"].nunique(),
            "studies": "; ".join(name for study, name in label.items() if study in set(behind["study_id"])),
            "against": _against_words(against, label, words),
            "confidence": level_words(judged, "level", words),
            "explanation": judged.get("explanation", ""),
            "judged_by": evidence.names_of(judged.get("settled_by") or judged.get("people", "")),
            "judged_on": judged.get("decided_at", "")[:10],
            "warning": words("evidence_changed") if has_changed else "",
        })  # fmt: skip
    columns = (
        Column("review_finding", words("review_finding_id"), "id"),
        Column("finding_ids", "finding_ids", "id"),
        Column("against_ids", "against_ids", "id"),
        Column("statement", words("review_finding")),
        Column("n_studies", words("n_contributing"), "number"),
        Column("studies", words("contributing")),
        Column("against", words("against")),
        Column("confidence", words("confidence")),
        Column("explanation", words("confidence_why")),
        Column("judged_by", words("judged_by")),
        Column("judged_on", words("judged_on"), "date"),
        Column("warning", words("warning")),
    )
    frame = pd.DataFrame(rows, columns=[column.key for column in columns])
    return EvidenceTable(
        "summary_of_findings", words("sof_caption"), columns, frame, words("sof_note"), language
    )


def evidence_profile(evidence: Evidence, language: str = "en") -> EvidenceTable | None:
    """S4: the four components of GRADE-CERQual behind each level of confidence; None without statements.

    Returns
    -------
    EvidenceTable or None
        Frame: review_finding (id), statement; for each component its level in words and, under
        ``<component>_why``, the explanation; confidence. In the order of ``synthesis.yaml``.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> evidence_profile(example_evidence()).frame[["coherence", "adequacy_why"]].values.tolist()
    [['no or very minor concerns', 'One study.']]
    """
    if not evidence.author.findings:
        return None
    words = Words(language)
    given = _given(evidence)
    rows = []
    for stated in evidence.author.findings:
        row = {"review_finding": stated.id, "statement": stated.statement.in_language(language)}
        for item in COMPONENTS:
            judged = given.get((stated.id, item), {})
            row[item] = level_words(judged, "concern", words)
            row[f"{item}_why"] = judged.get("explanation", "")
        row["confidence"] = level_words(given.get((stated.id, CONFIDENCE), {}), "level", words)
        rows.append(row)
    columns = [Column("review_finding", words("review_finding_id"), "id")]
    columns.append(Column("statement", words("review_finding")))
    for item in COMPONENTS:
        columns.append(Column(item, words(item)))
        columns.append(Column(f"{item}_why", words("why_of", of=words(item).lower())))
    columns.append(Column("confidence", words("confidence")))
    frame = pd.DataFrame(rows, columns=[column.key for column in columns])
    return EvidenceTable(
        "evidence_profile", words("profile_caption"), tuple(columns), frame, words("profile_note"), language
    )


def findings_view(evidence: Evidence, language: str) -> dict[str, Any]:
    """What the page shows of each review finding: its words, its studies with links, its judgements."""
    words = Words(language)
    label = study_labels(evidence, language)
    roles = contributions(evidence)
    given = _given(evidence)
    anchor = {row["finding_id"]: row["anchor"] for row in rows_of(findings(evidence))}
    views = {}
    for stated in evidence.author.findings:
        mine = roles[roles["review_finding"] == stated.id]
        by_role: dict[str, list[dict[str, Any]]] = {}
        for role in (CONTRIBUTES, AGAINST):
            part = mine[mine["role"] == role]
            by_role[role] = [
                {"label": label[str(study)], "anchors": [anchor[name] for name in rows["finding_id"]],
                 "says": _says(rows, words)}
                for study, rows in part.groupby("study_id", sort=False)
            ]  # fmt: skip
            by_role[role].sort(key=lambda one: words.order(one["label"]))
        value = given.get((stated.id, CONFIDENCE), {}).get("value", "")
        views[stated.id] = {
            "statement": own_language(stated.statement, language),
            "level": slug_of_level(value),
            **by_role,
        }
    return views


def slug_of_level(value: str) -> str:
    """A level as a class of the page; "" when there is none."""
    return "" if value == IN_CONFLICT else re.sub(r"[^a-z]+", "-", value)


def level_words(judged: dict[Any, Any], kind: str, words: Words) -> str:
    """A level of confidence or of concern in words; who says what where people differ."""
    if not judged:
        return words("judged_not_yet_judged")
    if judged["value"] == IN_CONFLICT:
        return f"{words('judged_in_conflict')} ({judged['positions']})"
    return words(f"{kind}_{judged['value']}".replace(" ", "_"))


def _given(evidence: Evidence) -> dict[tuple[str, str], dict[Any, Any]]:
    require_whole(evidence.judgements)
    return {(row["about"], row["item"]): row for row in rows_of(evidence.judgements)}


def _named_codes(stated: ReviewFinding, evidence: Evidence) -> set[str]:
    if stated.theme:
        return {
            code.id for theme in evidence.scheme.themes if theme.id == stated.theme for code in theme.codes
        }
    return set(stated.codes)


def _behind(stated: ReviewFinding, found: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    if stated.findings:
        missing = [name for name in stated.findings if name not in set(found["finding_id"])]
        if missing:
            known = found.loc[found["code_id"] == missing[0].split("--")[0], "finding_id"]
            raise ReviewError(
                f"{stated.id} names the finding {missing[0]!r}, which is not there.",
                where=FILE_NAME,
                next_step=f"Known under that code: {', '.join(known) or 'none'}.",
            )
        return found[found["finding_id"].isin(stated.findings)]
    here = found["code_id"].isin(_named_codes(stated, evidence))
    return found[here & (found["direction"] == stated.direction)] if stated.direction else found[here]


def _against(
    stated: ReviewFinding, behind: pd.DataFrame, found: pd.DataFrame, evidence: Evidence
) -> pd.DataFrame:
    """Findings under the same codes that say the opposite, or both."""
    says: dict[str, set[str]] = {
        code: {stated.direction} for code in _named_codes(stated, evidence) if stated.direction
    }
    if stated.findings:
        for code, direction in behind[["code_id", "direction"]].itertuples(index=False):
            says.setdefault(code, set()).add(direction)
    speaks = [
        any(direction in _OPPOSITE.get(said, ()) for said in says.get(code, ()))
        for code, direction in found[["code_id", "direction"]].itertuples(index=False)
    ]
    return found[
        pd.Series(speaks, index=found.index, dtype=bool) & ~found["finding_id"].isin(behind["finding_id"])
    ]


def _against_words(against: pd.DataFrame, label: dict[str, str], words: Words) -> str:
    said = [
        f"{label[str(study)]} ({_says(rows, words)})"
        for study, rows in against.groupby("study_id", sort=False)
    ]
    return "; ".join(sorted(said, key=words.order))


def _says(rows: pd.DataFrame, words: Words) -> str:
    return ", ".join(words.direction(name) for name in dict.fromkeys(rows["direction"]))


def _coded_at(evidence: Evidence) -> dict[str, str]:
    """finding_id -> when the latest of its segments was decided on."""
    decided = {row["segment_id"]: row["decided_at"] for row in rows_of(segments(evidence))}
    return {
        row["finding_id"]: max(decided[name] for name in row["segment_ids"].split("; "))
        for row in rows_of(findings(evidence))
    }


def _decided_at(codes: set[str], evidence: Evidence) -> str:
    """When somebody last decided on one of the codes in an included report where it was ever found, or ""."""
    decided = evidence.coding_decisions
    here = decided["code_id"].isin(codes) & decided["record_id"].isin(included_reports(evidence))
    rows = rows_of(decided.loc[here, ["record_id", "code_id", "value", "decided_at"]])
    # a decision that takes a finding away leaves no segment behind; one where nothing was found takes none
    found = {(row["record_id"], row["code_id"]) for row in rows if row["value"] == "present"}
    return max((row["decided_at"] for row in rows if (row["record_id"], row["code_id"]) in found), default="")
