"""The effect direction plot before it is drawn: what each study says under each theme, and its size."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from corpus.errors import UsageError
from synthesis.drawing import POINTINGS, Pointing
from synthesis.evidence import Column, Evidence, EvidenceTable, counted_once, rows_of
from synthesis.findings import findings
from synthesis.references import slug
from synthesis.studies import studies
from synthesis.tables import descriptor_words, group_name, has_groups, matrix_groups
from synthesis.words import Words

CELL_COLUMNS = [
    "cell_id", "study_id", "theme_id", "pointing", "agreeing", "judged", "findings", "finding_ids",
]  # fmt: skip
# one number and no sign that it is a bound or part of a range: "412", "n = 1,175", "40 interviews"
_ONE_NUMBER = re.compile(
    r"[^\d<>≥≤+%]*?([1-9]\d{0,2}(?:[.,\u00a0\u202f ]\d{3})+|\d+)(?!\d|[.,]\d)[^\d<>≥≤+%]*"
)
_BOUND = re.compile(
    r"\b(over|above|under|below|more than|less than|fewer than|at least|at most|up to|mere end|flere end|"
    r"færre end|mindre end|mindst|højst|op til)\s*\d|\d\s*(or|eller)\s+(more|fewer|less|flere|færre|mere)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class EffectDirectionPlan:
    """How the plot is made; the defaults are those of its sources.

    Attributes
    ----------
    agree_percent : int
        A direction is shown when at least so many per cent of the findings that judge one agree on it.
    medium_from, large_above : int
        Sizes below the first are small, above the second large.
    size, design : str
        The descriptors that say how large a study is and how it was made.

    Source
    ------
    Thomson & Thomas 2013, doi 10.1002/jrsm.1060 (sizes); Boon & Thomson 2021, doi 10.1002/jrsm.1458 (the
    share that must agree).
    """

    agree_percent: int = 70
    medium_from: int = 50
    large_above: int = 300
    size: str = "n"
    design: str = "design"

    def __post_init__(self) -> None:
        if not 50 < self.agree_percent <= 100:
            raise UsageError(
                f"A direction cannot rest on {self.agree_percent} % of the findings.",
                next_step="Ask for more than 50 % (else two directions could win) and at most 100 %.",
            )

    def size_class(self, n: int | None) -> str:
        """ "small", "medium", "large", or "unknown" when there is no number.

        Examples
        --------
        >>> [EffectDirectionPlan().size_class(n) for n in (49, 50, 300, 301, None)]
        ['small', 'medium', 'medium', 'large', 'unknown']
        """
        if n is None:
            return "unknown"
        return "small" if n < self.medium_from else "large" if n > self.large_above else "medium"


def overall_direction(directions: Iterable[str], agree_percent: int = 70) -> tuple[Pointing, int, int]:
    """Where several findings of one study under one theme point together.

    Findings that promote, hinder or are mixed judge a direction and count; mixed ones agree with neither
    side, as an outcome without clear effect does in the source. Descriptive findings, and those whose
    direction is not stated, say nothing of direction and do not count: a study with no others is
    "descriptive".

    Returns
    -------
    tuple of str, int, int
        "promotes", "hinders", "conflicting" or "descriptive"; how many findings agree on it; of how many
        that judge one.

    Source
    ------
    Boon & Thomson 2021, doi 10.1002/jrsm.1458: the direction that at least 70 % share, else conflicting.

    Examples
    --------
    >>> overall_direction(["promotes"] * 7 + ["hinders"] * 3)
    ('promotes', 7, 10)
    >>> overall_direction(["hinders", "hinders", "promotes", "descriptive"])
    ('conflicting', 0, 3)
    """
    judged = [direction for direction in directions if direction in ("promotes", "hinders", "mixed")]
    for side in ("promotes", "hinders"):
        n = judged.count(side)
        # whole numbers: 7 of 10 is 70 %, whatever a float makes of it
        if n and 100 * n >= agree_percent * len(judged):
            return side, n, len(judged)
    return ("conflicting" if judged else "descriptive"), 0, len(judged)


@counted_once
def direction_cells(evidence: Evidence, plan: EffectDirectionPlan | None = None) -> pd.DataFrame:
    """One row per study and theme with a finding.

    Returns
    -------
    DataFrame
        cell_id, study_id, theme_id, pointing ("promotes", "hinders", "conflicting", "descriptive"), agreeing,
        judged, findings (how many agree, judge a direction, are there), finding_ids ("; "-joined). Sorted by
        the scheme's themes and study label.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> direction_cells(example_evidence())[["cell_id", "pointing", "judged"]].values.tolist()
    [['steering--scopus-1', 'conflicting', 2], ['time--scopus-2', 'promotes', 1]]
    """
    asked = plan or EffectDirectionPlan()
    place = {study: n for n, study in enumerate(studies(evidence)["study_id"])}
    theme_place = {theme.id: n for n, theme in enumerate(evidence.scheme.themes)}
    collected: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in rows_of(findings(evidence)):
        collected.setdefault((row["theme_id"], row["study_id"]), []).append(
            (row["direction"], row["finding_id"])
        )
    rows = []
    for (theme, study), found in sorted(
        collected.items(), key=lambda item: (theme_place[item[0][0]], place[item[0][1]])
    ):
        pointing, agreeing, judged = overall_direction((d for d, _ in found), asked.agree_percent)
        rows.append(
            (f"{theme}--{slug(study)}", study, theme, pointing, agreeing, judged, len(found),
             "; ".join(name for _, name in found))
        )  # fmt: skip
    return pd.DataFrame(rows, columns=CELL_COLUMNS)


def study_size(text: str) -> int | None:
    """The number of people, cases or documents in a descriptor's value; None unless it gives just one.

    Examples
    --------
    >>> [study_size(text) for text in ("412", "n = 1,175", "40 interviews", "not reported")]
    [412, 1175, 40, None]
    >>> [study_size(text) for text in ("30+", "14 interviews, 120 answers", "40-60", "12.5 %")]
    [None, None, None, None]
    >>> [study_size(text) for text in ("over 300", "færre end 50", "40 or more")]
    [None, None, None]
    """
    found = None if _BOUND.search(text) else _ONE_NUMBER.fullmatch(text)
    return int(re.sub(r"\D", "", found[1])) if found else None


@counted_once
def study_rows(
    evidence: Evidence, language: str = "en", plan: EffectDirectionPlan | None = None
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The studies as the plot lists them, by approach and label: what is said of each beside its name.

    Returns
    -------
    list of (str, list of dict)
        Name of the approach; study_id, label, design and n (in words; "" where the scheme does not ask), and
        size (see ``EffectDirectionPlan.size_class``).
    """
    asked, words = plan or EffectDirectionPlan(), Words(language)
    known = {descriptor.id for descriptor in evidence.scheme.descriptors}

    def said(study: Mapping[str, Any], name: str) -> str:
        return descriptor_words(evidence, name, study[name], words) if name in known else ""

    groups = []
    for group, frame in matrix_groups(evidence, language):
        rows = []
        for study in rows_of(frame):
            text = said(study, asked.size)
            n = study_size(text)
            rows.append({
                "study_id": study["study_id"], "label": study["label"], "design": said(study, asked.design),
                "n": words.number(n) if n is not None and text.isdigit() else text,
                "size": asked.size_class(n),
            })  # fmt: skip
        groups.append((group, rows))
    return groups


@counted_once
def effect_direction_table(
    evidence: Evidence, language: str = "en", plan: EffectDirectionPlan | None = None
) -> EvidenceTable:
    """S6 as a table: one row per study, one column per theme.

    Returns
    -------
    EvidenceTable
        Frame: study_id, group, label, design, n, size, one text column per theme ("theme:" and its id) such
        as "promotes (3 of 4)"; "" where nothing is coded.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> effect_direction_table(example_evidence()).frame["theme:steering"].tolist()
    ['mixed or conflicting (2)', '']
    """
    words = Words(language)
    cells = {(row["study_id"], row["theme_id"]): row for row in rows_of(direction_cells(evidence, plan))}
    themes = [(theme.id, theme.label.in_language(language) or theme.id) for theme in evidence.scheme.themes]
    rows = [
        {
            **{key: study[key] for key in ("study_id", "label", "design", "n")},
            "group": name,
            "size": words(f"size_{study['size']}"),
            **{
                f"theme:{theme}": cell_words(cells.get((study["study_id"], theme)), words)
                for theme, _ in themes
            },
        }
        for name, members in study_rows(evidence, language, plan)
        for study in members
    ]
    columns = (
        Column("study_id", "study_id", "id"),
        Column("label", words("study")),
        *((Column("group", group_name(evidence, words)),) if has_groups(evidence) else ()),
        Column("design", words("plot_design")),
        Column("n", "n"),
        Column("size", words("plot_size")),
        *(Column(f"theme:{theme}", label) for theme, label in themes),
    )
    keys = ["study_id", "label", "group", "design", "n", "size", *(f"theme:{theme}" for theme, _ in themes)]
    return EvidenceTable(
        "effect_direction",
        words("effect_direction_caption"),
        columns,
        pd.DataFrame(rows, columns=keys),
        rule_note(plan or EffectDirectionPlan(), words),
        language,
    )


def sign_test_table(
    evidence: Evidence, language: str = "en", plan: EffectDirectionPlan | None = None
) -> EvidenceTable:
    """S6 by theme: how many studies point where, and how likely so uneven a split is by chance alone.

    Returns
    -------
    EvidenceTable
        Frame: theme_id, theme, promotes, hinders, conflicting, descriptive, studies (distinct studies), p
        (text: exact two-sided sign test of promoting against hindering studies, the others left out).

    Source
    ------
    The test: Boon & Thomson 2021, doi 10.1002/jrsm.1458, after the Cochrane Handbook 12.2.1.3; the
    objection to it: Nikolakopoulos 2020, doi 10.1002/jrsm.1427.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> sign_test_table(example_evidence()).frame[["theme", "promotes", "conflicting", "p"]].values.tolist()
    [['Steering', 0, 1, 'none points one way'], ['Time', 1, 0, '1.000']]
    """
    words = Words(language)
    cells = direction_cells(evidence, plan)
    rows = []
    for theme in evidence.scheme.themes:
        counts = pointing_counts(cells[cells["theme_id"] == theme.id])
        rows.append(
            {
                "theme_id": theme.id,
                "theme": theme.label.in_language(language) or theme.id,
                **counts,
                "studies": sum(counts.values()),
                "p": p_words(sign_test(counts["promotes"], counts["hinders"]), words),
            }
        )
    columns = (
        Column("theme_id", "theme_id", "id"),
        Column("theme", words("theme")),
        *(Column(name, words(f"pointing_{name}"), "number") for name in POINTINGS),
        Column("studies", words("studies"), "number"),
        Column("p", words("sign_test_p")),
    )
    return EvidenceTable(
        "effect_direction_themes",
        words("sign_test_caption"),
        columns,
        pd.DataFrame(rows, columns=[column.key for column in columns]),
        words("sign_test_note"),
        language,
    )


def sign_test(promoting: int, hindering: int) -> float:
    """Exact two-sided p of so uneven a split if both sides were equally likely; NaN without any study.

    Examples
    --------
    >>> round(sign_test(9, 0), 4), round(sign_test(5, 1), 4), sign_test(0, 0)
    (0.0039, 0.2188, nan)
    """
    n, fewer = promoting + hindering, min(promoting, hindering)
    if not n:
        return math.nan
    # whole numbers until the last step; scipy gives the same, but takes a second to load
    tail = sum(math.comb(n, k) for k in range(fewer + 1))
    return min(1.0, 2 * tail / 2**n)


def p_words(p: float, words: Words) -> str:
    """A p value with three decimals, more where it would be 0.

    Examples
    --------
    >>> [p_words(p, Words("da")) for p in (0.2188, 0.0039, 0.00001)]
    ['0,219', '0,0039', '< 0,0001']
    """
    if math.isnan(p):
        return words("sign_test_none")
    if p < 0.0001:
        return f"< {words.decimal(0.0001, 4)}"
    return words.decimal(p, 3 if p >= 0.01 else 4)


def pointing_counts(cells: pd.DataFrame) -> dict[str, int]:
    """How many distinct studies of these cells point where; each stands in one only."""
    told = Counter(pointing for pointing, _ in set(zip(cells["pointing"], cells["study_id"], strict=True)))
    return {name: told[name] for name in POINTINGS}


def cell_words(cell: Mapping[str, Any] | None, words: Words) -> str:
    """What a cell of the plot shows, in words; "" where nothing is coded."""
    if cell is None:
        return ""
    name = words(f"pointing_{cell['pointing']}")
    behind = cell["judged"] or cell["findings"]
    if behind == 1:
        return name
    if cell["pointing"] in ("conflicting", "descriptive"):
        return f"{name} ({words.number(behind)})"
    return f"{name} ({words('n_of_m', n=words.number(cell['agreeing']), m=words.number(behind))})"


def rule_note(plan: EffectDirectionPlan, words: Words) -> str:
    """How the cells and sizes are made, in words."""
    return words(
        "effect_direction_note",
        percent=words.percent(plan.agree_percent),
        small=words.number(plan.medium_from),
        large=words.number(plan.large_above),
    )
