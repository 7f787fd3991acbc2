"""The figures of agreement code by code: a row for all codes together, then one for each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coding_scheme import agreement_figures as figures
from coding_scheme.agreement import NO_PAIRS, NO_VARIATION, summed_by
from coding_scheme.agreement_figures import Matrix, Sums

FIGURES = ("percent", "kappa", "ac1", "alpha")
BY_CODE = (
    "code_id", "n", "n_disagreements", "prevalence",
    *(f"{figure}{end}" for figure in FIGURES for end in ("", "_low", "_high")), "note",
)  # fmt: skip
# if the values vary in a smaller share of the draws, the interval is said to rest on those alone
_ENOUGH_DRAWS = 0.95


def figures_by_code(
    judgements: np.ndarray[Any, Any], k: int, record: np.ndarray[Any, Any], n_records: int, *,
    seed: int, n_bootstrap: int, level: str = "nominal",
) -> pd.DataFrame:  # fmt: skip
    """The figures of agreement on each code, and on all codes together.

    Parameters
    ----------
    judgements : integer array of shape (units, codes, people)
        Number of the value; -1 where somebody did not judge.
    k : int
        How many values there are.
    record : array of shape (units,)
        Number of the record that a unit stands in; the intervals are drawn over records.
    n_records, seed, n_bootstrap : int
    level : str
        Of alpha: "nominal" or "ordinal".

    Returns
    -------
    DataFrame
        First all codes, then each: the columns of ``BY_CODE`` without code_id. ``prevalence`` is the share of
        judgements that are the last value; ``kappa`` Cohen's with two people, else Fleiss'; NaN is undefined.
        ``note`` says why, and where in more than one in twenty draws nothing varied, so that the intervals of
        kappa and alpha rest on the others.

    Examples
    --------
    >>> one, other = [0, 0, 1, 1, 1], [0, 0, 1, 1, 0]
    >>> judgements = np.array([one, other]).T[:, None, :]
    >>> found = figures_by_code(judgements, 2, np.arange(5), 5, seed=1, n_bootstrap=100)
    >>> found.loc[1, ["n", "n_disagreements", "percent", "kappa"]].astype(float).round(3).tolist()
    [5.0, 1.0, 0.8, 0.615]
    """
    n_codes, paired = judgements.shape[1], judgements.shape[2] == 2
    scale = np.arange(k, dtype=float)
    by_code = [
        summed_by(figures.unit_sums(judgements[:, code], k, paired=paired), record, n_records)
        for code in range(n_codes)
    ]
    parts = np.stack([sum(by_code, np.zeros_like(by_code[0])), *by_code], axis=1)
    of_record = Sums(parts, k)
    whole, drawn = of_record.summed(), of_record.drawn(seed, n_bootstrap)
    in_use = (whole.totals > 0).sum(axis=-1)
    equally, n_disagreements = _judged_equally(judgements), _disagreeing(judgements)
    kappa = figures.cohen_kappa if paired else figures.fleiss_kappa
    measures: dict[str, tuple[Matrix, Matrix, Matrix]] = {
        "percent": (figures.percent(whole), figures.percent(drawn), in_use > 0),
        "kappa": (kappa(whole), kappa(drawn), (in_use > 1) & (equally | paired)),
        "ac1": (figures.ac1(whole, in_use), figures.ac1(drawn, in_use), in_use > 1),
        "alpha": (figures.alpha(whole, scale, level), figures.alpha(drawn, scale, level), in_use > 1),
    }
    frame = pd.DataFrame({"n": whole.n.astype(int), "n_disagreements": n_disagreements})
    n_judged = whole.totals.sum(axis=-1)
    share = whole.totals[:, -1] / np.where(n_judged > 0, n_judged, 1)
    frame["prevalence"] = np.where(n_judged > 0, share, np.nan)
    for name, (value, draws, defined) in measures.items():
        low, high = figures.interval(draws, n_records)
        for column, cells in ((name, value), (f"{name}_low", low), (f"{name}_high", high)):
            frame[column] = np.where(defined, cells, np.nan)
    varying = 1 - np.isnan(measures["alpha"][1]).mean(axis=0)
    frame["note"] = [
        _note(int(n), int(used), bool(equal or paired), float(share))
        for n, used, equal, share in zip(whole.n, in_use, equally, varying, strict=True)
    ]
    return frame


def _judged_equally(judgements: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Whether all units of a code (first: of all codes) that two judged were judged by as many."""
    people = (judgements >= 0).sum(axis=-1)
    fewest = np.where(people > 1, people, people.max(initial=0)).min(axis=0, initial=people.max(initial=0))
    most = people.max(axis=0, initial=0)
    equally = (most < 2) | (fewest == most)
    some = people[people > 1]
    return np.concatenate([[not len(some) or some.min() == some.max()], equally])


def _disagreeing(judgements: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    lowest = np.where(judgements < 0, 99, judgements).min(axis=-1, initial=99)
    differing = (lowest < judgements.max(axis=-1, initial=-1)).sum(axis=0)
    return np.concatenate([[differing.sum()], differing])


def _note(n: int, in_use: int, equally: bool, varying: float) -> str:
    if not n:
        return NO_PAIRS
    if in_use < 2:
        return NO_VARIATION
    notes = [] if equally else ["kappa undefined (not judged equally often)"]
    if varying < _ENOUGH_DRAWS:
        notes.append(f"intervals from {varying:.0%} of the draws")
    return "; ".join(notes)
