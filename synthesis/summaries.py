"""Theme summaries: what is computed about each theme, beside the studies' own words."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coding_scheme.scheme import Theme
from synthesis.evidence import Evidence
from synthesis.findings import findings
from synthesis.studies import studies
from synthesis.tables import descriptor_words, shown_directions
from synthesis.words import Words

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
