"""The figures of agreement from sums over units.

Each figure is a function of a few sums, so that of thousands of bootstrap draws all sums are one matrix
product. Arrays of sums have any leading axes (units, codes, draws), the parts of :class:`Sums` in the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Matrix = np.ndarray[Any, np.dtype[np.float64]]
# differences between machines in the last digits of a sum must not show in a table
_DECIMALS = 10


@dataclass(frozen=True)
class Sums:
    """Sums over units that two or more judged, in the last axis of ``parts``.

    Attributes
    ----------
    parts : array of shape (..., 2 + 2k + k²) or (..., 2 + 2k + 2k²)
        How many units; agreeing share of the pairs of judgements; share of the judgements by value (k);
        number of judgements by value (k); coincidences (k x k; Krippendorff 2011, step B3); with two coders
        the table of first by second (k x k).
    k : int
        How many values.
    """

    parts: Matrix
    k: int

    @property
    def n(self) -> Matrix:
        """Units."""
        return self.parts[..., 0]

    @property
    def agreeing(self) -> Matrix:
        """Sum of the units' agreement, each 0 to 1."""
        return self.parts[..., 1]

    @property
    def shares(self) -> Matrix:
        """By value, sum of the units' shares."""
        return self.parts[..., 2 : 2 + self.k]

    @property
    def totals(self) -> Matrix:
        """By value, number of judgements."""
        return self.parts[..., 2 + self.k : 2 + 2 * self.k]

    @property
    def coincidences(self) -> Matrix:
        """Value by value, pairable judgements."""
        first = 2 + 2 * self.k
        square = self.parts[..., first : first + self.k**2]
        return square.reshape(*self.parts.shape[:-1], self.k, self.k)

    @property
    def table(self) -> Matrix:
        """First coder's value by second's."""
        square = self.parts[..., 2 + 2 * self.k + self.k**2 :]
        return square.reshape(*self.parts.shape[:-1], self.k, self.k)

    def summed(self) -> Sums:
        """Over the first axis."""
        return Sums(self.parts.sum(axis=0), self.k)

    def drawn(self, seed: int, n_bootstrap: int) -> Sums:
        """Bootstrap draws along the first axis, each summed, one more unit among what is drawn from.

        On that unit two people agree as often as not. Without it, twenty records with one difference would
        be drawn as if there could hardly be four; ``benchmarks/agreement_intervals.py`` shows how often the
        intervals hold with it and without.
        """
        return Sums(bootstrapped(self.parts, seed, n_bootstrap, one_more=self._agreed_and_not()), self.k)

    def _agreed_and_not(self) -> Matrix:
        """Parts of a unit on which two agree, then of one on which they differ; all values in use alike."""
        in_use = (self.totals.sum(axis=0) > 0).astype(float)
        n_values = in_use.sum(axis=-1)[..., None]
        shares = in_use / np.maximum(n_values, 1)
        agreeing = shares[..., None] * np.eye(self.k)
        others = shares[..., :, None] * shares[..., None, :] * (1 - np.eye(self.k))
        # with one value there is nothing to differ in
        n_values = n_values[..., None]
        differing = np.where(n_values > 1, others * n_values / np.maximum(n_values - 1, 1), agreeing)
        units = []
        for pairs in (agreeing, differing):
            agreed = np.trace(pairs, axis1=-2, axis2=-1)[..., None]
            flat = pairs.reshape(*pairs.shape[:-2], -1)
            parts = [np.ones_like(agreed), agreed, shares, 2 * shares, 2 * flat, flat]
            # without the table of first by second where there is none
            units.append(np.concatenate(parts, axis=-1)[..., : self.parts.shape[-1]])
        return np.stack(units)


def times_drawn(n: int, seed: int, n_bootstrap: int, *, one_more: int = 0) -> Matrix:
    """How often each of ``n`` rows is drawn, with replacement and as many as there are; one row per draw.

    With ``one_more`` from one row more, which is any of so many, in as many columns behind the others.

    Examples
    --------
    >>> times_drawn(3, seed=1, n_bootstrap=2, one_more=2).sum(axis=1).tolist()
    [3.0, 3.0]
    """
    chances = np.concatenate([np.full(n, 1.0), np.full(one_more, 1 / max(one_more, 1))])
    rng = np.random.default_rng(seed)
    return rng.multinomial(n, chances / chances.sum(), size=n_bootstrap).astype(float)


def bootstrapped(sums: Matrix, seed: int, n_bootstrap: int, *, one_more: Matrix | None = None) -> Matrix:
    """For each draw the sum over the rows drawn; see :func:`times_drawn`, with the rows of ``one_more``.

    Examples
    --------
    >>> bootstrapped(np.ones((5, 2)), seed=1, n_bootstrap=3).tolist()
    [[5.0, 5.0], [5.0, 5.0], [5.0, 5.0]]
    >>> bootstrapped(np.ones((5, 1)), seed=1, n_bootstrap=3, one_more=np.zeros((2, 1))).ravel().tolist()
    [5.0, 4.0, 4.0]
    """
    n = len(sums)
    if not n:
        return np.zeros((n_bootstrap, *sums.shape[1:]))
    rows = sums if one_more is None else np.concatenate([sums, one_more])
    drawn = times_drawn(n, seed, n_bootstrap, one_more=len(rows) - n)
    return np.asarray((drawn @ rows.reshape(len(rows), -1)).reshape(n_bootstrap, *sums.shape[1:]))


def interval(values: Matrix, n_groups: int) -> tuple[Matrix, Matrix]:
    """95 % intervals along the first axis: percentiles, of few groups further out.

    Source
    ------
    Hesterberg 2015, doi 10.1080/00031305.2015.1089789: the expanded percentile interval, as wide for few
    groups as Student's t makes that of a mean.

    NaN with one group, where no draw is defined, and where all draws are the same: a few records without a
    difference say nothing of how far agreement may vary.

    Examples
    --------
    >>> draws = np.arange(1001.0)
    >>> [[round(float(end)) for end in interval(draws, n_groups)] for n_groups in (1000, 10)]
    [[25, 975], [9, 991]]
    """
    from scipy.special import ndtr, stdtrit  # noqa: PLC0415 (slow to load, and only intervals need it)

    low, high = np.full(values.shape[1:], np.nan), np.full(values.shape[1:], np.nan)
    defined = ~np.isnan(values).all(axis=0)
    if n_groups < 2 or not len(values):
        return low, high
    filled = np.where(defined, values, 0)
    defined = defined & (np.nanmin(filled, axis=0) < np.nanmax(filled, axis=0))
    if defined.any():
        beyond = 100 * float(ndtr((n_groups / (n_groups - 1)) ** 0.5 * stdtrit(n_groups - 1, 0.025)))
        ends = [beyond, 100 - beyond]
        found = np.nanpercentile(values[:, defined] if values.ndim > 1 else values, ends, axis=0)
        low[defined], high[defined] = np.round(found, _DECIMALS)
    return low, high


def unit_sums(judgements: np.ndarray[Any, Any], k: int, *, paired: bool) -> Matrix:
    """The parts of :class:`Sums` of each unit.

    Parameters
    ----------
    judgements : integer array of shape (..., coders)
        Number of the value, 0 to k - 1; -1 where somebody did not judge.
    k : int
    paired : bool
        Whether the table of first by second coder is wanted; then there are two coders.

    Returns
    -------
    array of shape (..., parts)
        Zero where fewer than two judged.

    Examples
    --------
    >>> unit_sums(np.array([[0, 1], [1, 1], [1, -1]]), 2, paired=False).tolist()[1]
    [1.0, 1.0, 0.0, 1.0, 0.0, 2.0, 0.0, 0.0, 0.0, 2.0]
    """
    counts = np.stack([(judgements == value).sum(axis=-1) for value in range(k)], axis=-1).astype(float)
    people = counts.sum(axis=-1, keepdims=True)
    counts = np.where(people > 1, counts, 0)
    judged = (people[..., 0] > 1).astype(float)
    others = np.maximum(people - 1, 1)
    agreeing = (counts * (counts - 1)).sum(axis=-1, keepdims=True) / (np.maximum(people, 1) * others)
    pairs = counts[..., :, None] * counts[..., None, :]
    diagonal = np.arange(k)
    pairs[..., diagonal, diagonal] -= counts
    pairs /= others[..., None]
    shape = judgements.shape[:-1]
    parts = [
        judged[..., None],
        agreeing,
        counts / np.maximum(people, 1),
        counts,
        pairs.reshape(*shape, k * k),
    ]
    if paired:
        first, second = judgements[..., 0], judgements[..., 1]
        place = np.where(judged > 0, first * k + second, -1)
        parts.append((place[..., None] == np.arange(k * k)).astype(float))
    return np.concatenate(parts, axis=-1)


def percent(sums: Sums) -> Matrix:
    """Share of agreeing pairs of judgements, the mean over units."""
    return _ratio(sums.agreeing, sums.n)


def ac1(sums: Sums, n_values: Matrix | int) -> Matrix:
    """Gwet's AC1 (2008; for many coders and missing judgements 2014, ch. 2 and 5), of values in use."""
    share = _ratio(sums.shares, sums.n[..., None])
    by_chance = _ratio((share * (1 - share)).sum(axis=-1), np.asarray(n_values, dtype=float) - 1)
    return _beyond(percent(sums), by_chance)


def fleiss_kappa(sums: Sums) -> Matrix:
    """Fleiss' kappa (1971); to be used where each unit was judged equally often."""
    share = _ratio(sums.totals, sums.totals.sum(axis=-1, keepdims=True))
    return _beyond(percent(sums), (share**2).sum(axis=-1))


def cohen_kappa(sums: Sums) -> Matrix:
    """Cohen's kappa (1960) of the two coders' tables."""
    n = sums.table.sum(axis=(-1, -2))
    observed = _ratio(np.trace(sums.table, axis1=-2, axis2=-1), n)
    expected = _ratio((sums.table.sum(axis=-2) * sums.table.sum(axis=-1)).sum(axis=-1), n**2)
    return _beyond(observed, expected)


def alpha(sums: Sums, scale: Matrix, level: str) -> Matrix:
    """Krippendorff's alpha (2011) of values that stand at ``scale``; NaN where nothing varies."""
    coincidences = sums.coincidences
    totals = coincidences.sum(axis=-1)
    n = totals.sum(axis=-1)
    distance = _distances(totals, scale, level)
    observed = (coincidences * distance).sum(axis=(-1, -2))
    expected = (totals[..., :, None] * totals[..., None, :] * distance).sum(axis=(-1, -2))
    return 1 - _ratio(observed * (n - 1), expected)


def binary_alpha(differing: Matrix, n_without: Matrix, n_with: Matrix) -> Matrix:
    """Krippendorff's alpha of two values from their sums: pairable judgements that differ, and of each value.

    Examples
    --------
    >>> round(float(binary_alpha(np.array(20.0), np.array(160.0), np.array(40.0))), 4)
    0.3781
    """
    return 1 - _ratio(differing * (n_without + n_with - 1), n_without * n_with)


def kappa_large_sample(table: Matrix) -> tuple[float, float]:
    """95 % interval of Cohen's kappa for large samples.

    Source
    ------
    Fleiss, Cohen and Everitt 1969, doi 10.1037/h0028106.

    Examples
    --------
    >>> low, high = kappa_large_sample(np.array([[20.0, 5.0], [10.0, 15.0]]))
    >>> f"{low:.3f} {high:.3f}"
    '0.151 0.649'
    """
    n = float(table.sum())
    share = table / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed, expected = float(np.trace(share)), float(rows @ columns)
    if expected == 1:
        return float("nan"), float("nan")
    kappa = (observed - expected) / (1 - expected)
    # cell i, j counts towards the row share of j and the column share of i
    margins = columns[:, None] + rows[None, :]
    on = (np.diag(share) * (1 - np.diag(margins) * (1 - kappa)) ** 2).sum()
    off = (1 - kappa) ** 2 * ((share * margins**2).sum() - (np.diag(share) * np.diag(margins) ** 2).sum())
    variance = on + off - (kappa - expected * (1 - kappa)) ** 2
    half = 1.959963984540054 * (max(variance, 0) / n) ** 0.5 / (1 - expected)
    return kappa - half, kappa + half


def _distances(totals: Matrix, scale: Matrix, level: str) -> Matrix:
    """Squared differences of each pair of values."""
    one, other = scale[:, None], scale[None, :]
    if level == "nominal":
        return (one != other).astype(float)
    if level == "interval":
        return np.asarray((one - other) ** 2)
    if level == "ratio":
        total = np.where(one + other == 0, 1, one + other)
        return np.asarray(((one - other) / total) ** 2)
    # ordinal: how many judgements lie between two ranks, half of those at the ends
    below = np.cumsum(totals, axis=-1) - totals / 2
    return np.asarray((below[..., :, None] - below[..., None, :]) ** 2)


def _beyond(observed: Matrix, by_chance: Matrix) -> Matrix:
    return _ratio(observed - by_chance, 1 - by_chance)


def _ratio(above: Matrix, below: Matrix) -> Matrix:
    """NaN where nothing is divided by."""
    # a hair's breadth from rounding is nothing
    usable = np.abs(below) > 1e-12
    return np.asarray(np.where(usable, above / np.where(usable, below, 1), np.nan))
