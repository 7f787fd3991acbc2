"""Theme summaries: what is computed about each theme, beside the studies' own words and the author's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from coding_scheme.scheme import Theme
from corpus.protocol import Wording
from synthesis.evidence import Column, Evidence, EvidenceTable, counted_once
from synthesis.findings import findings
from synthesis.studies import studies
from synthesis.tables import descriptor_words, evidence_table, shown_directions
from synthesis.words import Words, own_language

QUOTATIONS_PER_THEME = 3


@dataclass(frozen=True)
class ThemeSummary:
    """What is computed about one theme (S15).

    Attributes
    ----------
    theme : Theme
    n_studies, n_findings : int
    countries : tuple of (str, int)
        Countries as coded, with distinct studies; most first.
    directions : tuple of (direction, int)
        Distinct studies per direction, the four directions always there.
    codes : tuple of (direction, tuple of (code label, int))
        Codes under each direction, with distinct studies.
    quotations : tuple of str
        finding_ids whose words stand beside the numbers: the first of each direction.
    """

    theme: Theme
    n_studies: int
    n_findings: int
    countries: tuple[tuple[str, int], ...]
    directions: tuple[tuple[str, int], ...]
    codes: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    quotations: tuple[str, ...]


@counted_once
def theme_summaries(evidence: Evidence, language: str = "en") -> list[ThemeSummary]:
    """S15: for each theme of the scheme how many studies say what, from where, and in which words.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> summary = theme_summaries(example_evidence())[0]
    >>> summary.n_studies, summary.directions[:2], summary.countries
    (1, (('promotes', 1), ('hinders', 1)), (('DK', 1),))
    """
    words = Words(language)
    found = findings(evidence)
    placed = shown_directions(found)
    country = _country_of(evidence, words)
    label = {code.id: code.label.in_language(language) or code.id for code in evidence.scheme.codes}
    summaries = []
    for theme in evidence.scheme.themes:
        rows = found[found["theme_id"] == theme.id]
        first = rows.drop_duplicates("direction")["finding_id"].tolist()
        here = pd.Series(
            [name for study in rows["study_id"].unique() for name in country[study]], dtype="str"
        )
        summaries.append(
            ThemeSummary(
                theme,
                rows["study_id"].nunique(),
                len(rows),
                _counted(here),
                tuple((name, rows.loc[rows["direction"] == name, "study_id"].nunique()) for name in placed),
                tuple(
                    (
                        name,
                        tuple(
                            (label[str(code)], int(n))
                            for code, n in part.groupby("code_id", sort=False)["study_id"].nunique().items()
                        ),
                    )
                    for name in placed
                    if len(part := rows[rows["direction"] == name])
                ),
                tuple(first[:QUOTATIONS_PER_THEME]),
            )
        )
    return summaries


def theme_summary_table(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """S15 as a table: the computed counts of each theme, and the author's own sentences in a column apart.

    Returns
    -------
    EvidenceTable
        Frame: theme_id, label, studies and findings (numbers), one number column per direction (distinct
        studies), countries ("DK 1"), quotations (of the findings that stand beside the numbers), author
        (plain text, or ""). In the scheme's order.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> frame = theme_summary_table(example_evidence()).frame
    >>> frame[["label", "studies", "promotes", "author"]].values.tolist()
    [['Steering', 1, 1, 'Money kept at the table binds; targets do not.'], ['Time', 1, 1, '']]
    """
    words = Words(language)
    quoted = {row["finding_id"]: row["quotation"] for row in evidence_table(evidence, language).rows()}
    rows = []
    for summary in theme_summaries(evidence, language):
        said = author_sentences(evidence, summary, language)
        rows.append({
            "theme_id": summary.theme.id,
            "label": summary.theme.label.in_language(language) or summary.theme.id,
            "studies": summary.n_studies,
            "findings": summary.n_findings,
            **{name or "no_direction": n for name, n in summary.directions},
            "countries": "; ".join(f"{name} {words.number(n)}" for name, n in summary.countries),
            "quotations": " / ".join(quoted[name] for name in summary.quotations),
            "author": "\n\n".join(said["paragraphs"]) if said else "",
        })  # fmt: skip
    directions = shown_directions(findings(evidence))
    columns = (
        Column("theme_id", "theme_id", "id"),
        Column("label", words("theme")),
        Column("studies", words("studies"), "number"),
        Column("findings", words("findings"), "number"),
        *(Column(name or "no_direction", words.direction(name), "number") for name in directions),
        Column("countries", words("countries")),
        Column("quotations", words("quotations"), "quotation"),
        Column("author", words("author_says")),
    )
    frame = pd.DataFrame(rows, columns=[column.key for column in columns])
    return EvidenceTable(
        "themes", words("theme_table_caption"), columns, frame, words("theme_table_note"), language
    )


def author_sentences(evidence: Evidence, summary: ThemeSummary, language: str) -> dict[str, Any] | None:
    """The author's own sentences on a theme in paragraphs, and whether the studies have changed since.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> evidence = example_evidence()
    >>> author_sentences(evidence, theme_summaries(evidence)[0], "en")["paragraphs"]
    ['Money kept at the table binds; targets do not.']
    """
    written = evidence.author.summary_of(summary.theme.id)
    if written is None:
        return None
    words = Words(language)
    own = own_language(Wording(written.en, written.da), language)
    has_changed = written.studies not in (None, summary.n_studies)
    return {
        "paragraphs": [part.strip() for part in re.split(r"\n\s*\n", own.text) if part.strip()],
        "language": own.language,
        "changed": words(
            "author_then",
            then=words.count("n_studies", written.studies or 0),
            now=words.count("n_studies", summary.n_studies),
        ) if has_changed else "",
    }  # fmt: skip


def _country_of(evidence: Evidence, words: Words) -> dict[str, list[str]]:
    frame = studies(evidence)
    if "country" not in frame:
        return {study: [] for study in frame["study_id"]}
    return {
        study: descriptor_words(evidence, "country", value, words).split("; ")
        for study, value in frame[["study_id", "country"]].itertuples(index=False)
    }


def _counted(names: pd.Series) -> tuple[tuple[str, int], ...]:
    counts = [(str(name), int(n)) for name, n in names.value_counts().items()]
    return tuple(sorted(counts, key=lambda pair: (-pair[1], pair[0])))
