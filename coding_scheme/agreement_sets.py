"""Agreement on sets: which codes a record was given, a half-agreed set counting as half agreed (MASI)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from coding_scheme.agreement_figures import Matrix, interval, times_drawn


def masi_distance(one: Collection[str], other: Collection[str]) -> float:
    """How far two sets are apart, 0 (equal) to 1 (nothing in common).

    Source
    ------
    Passonneau 2006, Measuring agreement on set-valued items: one less Jaccard's share times 1 where the sets
    are equal, 2/3 where one holds the other, 1/3 where they overlap.

    Examples
    --------
    >>> round(masi_distance({"trust", "power"}, {"trust", "power", "time", "money"}), 4)
    0.6667
    >>> masi_distance({"trust"}, {"power"}), masi_distance([], [])
    (1.0, 0.0)
    """
    names = sorted({*one, *other})
    members = np.array([[name in a_set for name in names] for a_set in (set(one), set(other))], dtype=float)
    return float(_masi(members.reshape(2, -1))[0, 1])


def set_alpha(
    members: np.ndarray[Any, Any], judged: np.ndarray[Any, Any], *, seed: int = 1, n_bootstrap: int = 1000
) -> tuple[float, float, float]:
    """Krippendorff's alpha of sets by MASI's distance, and its 95 % interval.

    Parameters
    ----------
    members : bool array of shape (records, codes, people)
        Whether a person gave a record a code.
    judged : bool array of shape (records, people)
        Who read which record.
    seed, n_bootstrap : int
        The interval is drawn over records.

    Returns
    -------
    alpha, low, high : float
        NaN is undefined: all sets are equal, or no record was read by two; low and high also with one record.

    Examples
    --------
    >>> one, other = np.array([[1, 1, 0], [0, 0, 1]]), np.array([[1, 1, 0], [0, 0, 1]])
    >>> set_alpha(np.stack([one, other], axis=-1) > 0, np.ones((2, 2)) > 0, n_bootstrap=200)
    (1.0, -0.5, 1.0)
    """
    nan = float("nan")
    read = judged.sum(axis=1) > 1
    if not read.any():
        return nan, nan, nan
    judged, members = judged[read], members[read]
    n_records, n_people = judged.shape
    sets = np.moveaxis(members, -1, 1)[judged]
    distinct, which = np.unique(sets, axis=0, return_inverse=True)
    distances = _masi(distinct.astype(float))
    number = np.full((n_records, n_people), -1)
    number[judged] = which.reshape(-1)
    counts = np.zeros((n_records, len(distinct)))
    np.add.at(counts, (np.nonzero(judged)[0], which.reshape(-1)), 1)
    people = judged.sum(axis=1)
    observed = np.zeros(n_records)
    for one in range(n_people):
        for other in range(one + 1, n_people):
            both = judged[:, one] & judged[:, other]
            observed[both] += 2 * distances[number[both, one], number[both, other]] / (people[both] - 1)
    found = _alphas(np.ones((1, n_records)), observed, counts, distances)[0]
    # one more record among what is drawn from, as for each code: its sets are the same as often as not
    n_sets = len(distinct)
    apart = 2 * distances.sum() / max(n_sets * (n_sets - 1), 1)
    observed, counts = np.append(observed, [0, apart]), np.vstack([counts, np.full((2, n_sets), 2 / n_sets)])
    drawn = times_drawn(n_records, seed, n_bootstrap, one_more=2)
    low, high = interval(_alphas(drawn, observed, counts, distances), n_records)
    return (float(found), float(low), float(high)) if not np.isnan(found) else (nan, nan, nan)


def _alphas(weights: Matrix, observed: Matrix, counts: Matrix, distances: Matrix) -> Matrix:
    totals = weights @ counts
    n = totals.sum(axis=1)
    expected = ((totals @ distances) * totals).sum(axis=1)
    usable = expected > 1e-9
    share = (weights @ observed) * (n - 1) / np.where(usable, expected, 1)
    return np.asarray(np.where(usable, 1 - share, np.nan))


def _masi(members: Matrix) -> Matrix:
    """Distances of each set (row) from each; columns are members."""
    size = members.sum(axis=1).astype(int)
    common = np.rint(members @ members.T).astype(int)
    # few sizes, many pairs: each distance is looked up
    sizes = np.arange(size.max(initial=0) + 1)
    both, one, other = np.meshgrid(sizes, sizes, sizes, indexing="ij")
    union = np.maximum(one + other - both, 1)
    weight = np.where(both == np.minimum(one, other), 2 / 3, 1 / 3)
    weight = np.where((both == one) & (both == other), 1.0, weight)
    jaccard = np.where(one + other == 0, 1.0, both / union)
    return np.asarray((1 - jaccard * weight)[common, size[:, None], size[None, :]])
