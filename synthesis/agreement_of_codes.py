"""The table of how far the coders agree on each code, before anything was settled."""

from __future__ import annotations

import pandas as pd

from coding_scheme import presence_agreement
from synthesis.evidence import Column, Evidence, EvidenceTable
from synthesis.words import Words

_FIGURES = ("kappa", "ac1", "alpha", "alpha_low", "alpha_high")


def agreement_by_code(evidence: Evidence, language: str = "en") -> EvidenceTable | None:
    """How far those who read a record blind agree that a code is there: all codes together, then each.

    Returns
    -------
    EvidenceTable or None
        Frame: code_id ("" for all codes), code (label), n (records judged by at least two), percent (0 to
        100), kappa (Cohen's of two people, else Fleiss'), ac1, alpha, alpha_low, alpha_high; NaN is
        undefined, for want of variation. Codes that nobody found are left out. None where no two people read
        the same record blind.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> agreement_by_code(example_evidence()) is None
    True
    """
    if "round" not in evidence.coding_decisions.columns:  # nothing was coded
        return None
    found = presence_agreement(
        evidence.coding_decisions, evidence.scheme, evidence.records, seed=evidence.protocol.seed
    )
    if found.empty:
        return None
    words = Words(language)
    shown = found[(found["code_id"] == "") | (found["prevalence"] > 0)]
    labels = {code.id: code.label.in_language(language) or code.id for code in evidence.scheme.codes}
    frame = pd.DataFrame({
        "code_id": shown["code_id"],
        "code": [labels.get(code_id, words("all_codes")) for code_id in shown["code_id"]],
        "n": shown["n"],
        "percent": 100 * shown["percent"],
        **{name: shown[name] for name in _FIGURES},
    }).reset_index(drop=True)  # fmt: skip
    columns = (
        Column("code", words("code")),
        Column("n", words("both_judged"), "number"),
        Column("percent", words("agree"), "percent"),
        Column("kappa", words("any_kappa"), "decimal"),
        Column("ac1", words("ac1"), "decimal"),
        Column("alpha", words("alpha"), "decimal"),
        Column("alpha_low", words("alpha_low"), "decimal"),
        Column("alpha_high", words("alpha_high"), "decimal"),
    )
    return EvidenceTable(
        "agreement_by_code", words("agreement_by_code_caption"), columns, frame,
        words("agreement_by_code_note"), language,
    )  # fmt: skip
