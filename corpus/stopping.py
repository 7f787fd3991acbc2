"""When to stop reading: tests on the screened sequence, and the rules made of them.

A sequence is what screening found in reading order: 1 where the record was relevant, 0 where not; ``n_total``
records are read or unread. All functions are pure. The tests ask whether the target recall may still be
missed. They hold as far as the unread records are no richer in relevant ones than the stretch just read; a
random audit (``corpus.audit``) needs no such assumption.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

# what the odds-adjusted rule was calibrated for, and its threshold: see `odds_adjusted`
CALIBRATED_TARGET = 0.95
THRESHOLD = 3.5
FEWEST_FOUND = 3


@dataclass(frozen=True)
class Look:
    """A look at the sequence after ``n_read`` of ``n_total`` records: all that the rules need.

    Attributes
    ----------
    n_read, n_total, n_found : int
        Records read, records in all, relevant ones found.
    least_missed : int
        The least number of relevant records left at which recall is below the target.
    p_value : float
        Of the hypothesis that the target is missed (:func:`missed_p_value`).
    odds : float
        How much better than chance the ranking has done so far (:func:`ranking_odds`).
    in_last_half : int
        Relevant records among the last half of those read.
    run : int
        Records read since the last relevant one.
    """

    n_read: int
    n_total: int
    n_found: int
    least_missed: int
    p_value: float
    odds: float
    in_last_half: int
    run: int


Rule = Callable[[Look], bool]


def least_missed(n_found: int, target: float = 0.95) -> int:
    """The least number of relevant records left at which recall is below ``target``.

    Examples
    --------
    >>> [least_missed(n) for n in (0, 18, 19, 38)]
    [1, 1, 2, 3]
    """
    share = Fraction(str(target))
    return math.floor(n_found * (1 - share) / share) + 1


def missed_p_value(found: Sequence[int], n_total: int, *, target: float = 0.95) -> float:
    """How likely the target recall is missed, by the test that buscarpy holds.

    Every tail of the sequence is taken as a random sample of itself and the unread: how likely would it hold
    so few relevant records, had the target been missed? The least of these is the p-value. Only tails that
    begin right after a relevant record (or with the first record) can be the least. It is not corrected for
    repeated looks.

    Parameters
    ----------
    found : sequence of int, length n_read
        1 where relevant, in reading order.
    n_total : int
        Records read and unread.
    target : float
        Recall wanted, from 0 to 1.

    Returns
    -------
    float
        From 0 to 1; 0 when fewer records are unread than would have to be missed; 1 when nothing is read.

    Source
    ------
    Callaghan & Müller-Hansen 2020, Systematic Reviews 9, doi 10.1186/s13643-020-01521-4.

    Examples
    --------
    >>> round(missed_p_value([1, 1, 0, 1] + [0] * 60, 100), 6)
    0.375
    """
    relevant = np.flatnonzero(found)
    return _p_value(relevant, len(found), n_total, least_missed(len(relevant), target))


def ranking_odds(found: Sequence[int], n_total: int) -> float:
    """How much better than chance the ranking did so far: 1 where it reads as chance would; at least 1.

    The number found, divided by the sum over the found of ``-ln(1 - (rank - 0.5) / n_total)``: the estimate
    of the odds with which a relevant record is drawn before an irrelevant one.

    Examples
    --------
    >>> ranking_odds([1, 1, 0, 0, 0, 0], 60) > 20, ranking_odds([0] * 50 + [1], 60)
    (True, 1.0)
    """
    return _odds(np.flatnonzero(found), n_total)


def recall_interval(
    found: Sequence[int], n_total: int, *, confidence: float = 0.95
) -> tuple[float, float, int]:
    """Recall so far as an interval, and how many relevant records may at most be left.

    The last half of those read is taken as a random sample of itself and the unread (the exact hypergeometric
    bound): one tail, fixed beforehand, since the most favourable of all tails (:func:`missed_p_value`) would
    promise too much. The upper end is 1, for nothing found can show that something is left. Assumes that the
    unread are no richer in relevant records than that half, and is not corrected for repeated looks.

    Parameters
    ----------
    found : sequence of int
    n_total : int
    confidence : float
        One-sided, from 0 to 1.

    Returns
    -------
    low, high : float
        0 and 1 where nothing is found.
    most_missed : int

    Examples
    --------
    >>> recall_interval([1, 1, 1, 0, 1] + [0] * 75, 100)
    (0.6666666666666666, 1.0, 2)
    """
    n_found, n_unread = int(np.count_nonzero(found)), n_total - len(found)
    half = min(len(found), max(1, len(found) // 2))
    hits = int(np.count_nonzero(found[len(found) - half :]))
    low, high = 0, n_unread
    while low < high:
        middle = (low + high + 1) // 2
        if _chance_of_so_few(hits, half, middle + hits, n_unread - middle + half - hits) < 1 - confidence:
            high = middle - 1
        else:
            low = middle
    return (n_found / (n_found + low) if n_found else 0.0), 1.0, low


# --- rules ------------------------------------------------------------------------------------------------


def missed_test(confidence: float = 0.95) -> Rule:
    """buscarpy's rule: stop when the p-value is below ``1 - confidence``."""
    # the same float as buscarpy's, so that ties fall the same way
    return lambda look: look.p_value < 1.0 - confidence


def odds_adjusted(*, strict: bool = True) -> Rule:
    """The odds-adjusted tail test with its guard; for a target recall of .95 only.

    From the third relevant record on, stop when both hold. The test: ``-ln(p) * odds^(1/3) >= 3.5``; a
    ranking that has worked well makes a run without relevant records count for more, a poor one leaves
    buscarpy's rule at confidence .97. The guard: did the unread hold relevant records as the last half of
    those read did (with ``strict``: and one more), no more would be left than the least that misses the
    target.

    Its exponent, threshold and guard were chosen on 30 finished reviews; it gives no strict guarantee.
    """

    def fires(look: Look) -> bool:
        if look.n_found < FEWEST_FOUND:
            return False
        if look.n_read == look.n_total:
            return True
        expected = (look.in_last_half + strict) * (look.n_total - look.n_read) / (look.n_read / 2)
        surprise = math.inf if look.p_value <= 0 else -math.log(look.p_value)
        return surprise * look.odds ** (1 / 3) >= THRESHOLD and expected <= look.least_missed

    return fires


def in_a_row(n: int) -> Rule:
    """The plain heuristic: stop after ``n`` irrelevant records in a row, once one was relevant."""
    return lambda look: look.n_found > 0 and look.run >= n


def first_run(found: Sequence[int], n: int) -> int | None:
    """After how many records read the first run of ``n`` irrelevant ones was there; None where none was.

    Examples
    --------
    >>> first_run([0, 0, 0, 1, 0, 1, 0, 0, 0, 0], 3)
    9
    """
    relevant = np.flatnonzero(found)
    gaps = np.append(relevant[1:], len(found))[: len(relevant)] - relevant
    return next((int(place) + 1 + n for place in relevant[gaps > n]), None)


def looks(found: Sequence[int], n_total: int, *, target: float = 0.95) -> Iterator[Look]:
    """A look after every 1 % of ``n_total`` records (at least every record), as far as the sequence goes."""
    step = max(1, round(n_total / 100))
    for n_read in range(step, len(found) + 1, step):
        yield look_at(found[:n_read], n_total, target=target)


def look_at(found: Sequence[int], n_total: int, *, target: float = 0.95) -> Look:
    """The look at a whole sequence.

    Examples
    --------
    >>> look = look_at([1, 1, 0, 1] + [0] * 60, 100)
    >>> look.n_found, look.in_last_half, look.run, look.least_missed
    (3, 0, 60, 1)
    """
    relevant, n_read = np.flatnonzero(found), len(found)
    last = int(relevant[-1]) + 1 if len(relevant) else 0
    missed = least_missed(len(relevant), target)
    return Look(
        n_read=n_read,
        n_total=n_total,
        n_found=len(relevant),
        least_missed=missed,
        p_value=_p_value(relevant, n_read, n_total, missed),
        odds=_odds(relevant, n_total),
        in_last_half=int((relevant >= n_read - n_read // 2).sum()),
        run=n_read - last,
    )


def first_stop(made: Sequence[Look], rule: Rule) -> int | None:
    """After how many records read a rule first said stop; None where it has not.

    Examples
    --------
    >>> made = list(looks([1, 1, 0, 1] + [0] * 96, 100))
    >>> first_stop(made, missed_test()), first_stop(made, odds_adjusted()), first_stop(made, in_a_row(20))
    (96, 67, 24)
    """
    return next((look.n_read for look in made if rule(look)), None)


# --- inside -----------------------------------------------------------------------------------------------


def _odds(relevant: np.ndarray, n_total: int) -> float:
    spent = -np.log1p(-(relevant + 0.5) / n_total).sum()
    return max(1.0, len(relevant) / float(spent)) if len(relevant) else 1.0


def _p_value(relevant: np.ndarray, n_read: int, n_total: int, n_missed: int) -> float:
    """The least hypergeometric probability over the tails; ``relevant`` counts from 0."""
    from scipy.special import gammaln  # noqa: PLC0415 (slow to load, and only stopping needs it)

    if n_read == 0:
        return 1.0
    if n_missed > n_total - n_read:
        return 0.0
    starts = np.concatenate([[0], relevant + 1])
    hits = len(relevant) - np.arange(len(starts))
    hits, starts = hits[starts < n_read], starts[starts < n_read]
    size, population = n_read - starts, n_total - starts
    left = population - hits - n_missed
    log_factorial = gammaln(np.arange(n_total + 1.0) + 1)

    def log_choose(n: np.ndarray, k: np.ndarray) -> np.ndarray:
        return log_factorial[n] - log_factorial[k] - log_factorial[n - k]

    # each probability is at least its last term and at most a geometric sum of it, for the terms before fall
    # ever faster; only a tail whose least is not above another's most can hold the minimum
    log_ways = log_choose(population, size)
    least = log_choose(hits + n_missed, hits) + log_choose(left, size - hits) - log_ways
    ratio = hits * (left - size + hits) / ((n_missed + 1) * (size - hits + 1))
    most = np.where(ratio < 1, least - np.log1p(-np.minimum(ratio, 1 - 1e-12)), 0.0)
    nearest = np.flatnonzero(least <= most.min() + 1e-9)
    chances = (
        _chance_of_so_few(hits[tail], size[tail], hits[tail] + n_missed, left[tail]) for tail in nearest
    )
    return min(1.0, *chances)


def _chance_of_so_few(hits: int, size: int, marked: int, rest: int) -> float:
    """How likely ``size`` random ones of ``marked`` and ``rest`` others hold ``hits`` marked or fewer."""
    from scipy.special import gammaln  # noqa: PLC0415 (slow to load, and only stopping needs it)

    def log_choose(n: np.ndarray | int, k: np.ndarray | int) -> Any:
        return gammaln(np.add(n, 1.0)) - gammaln(np.add(k, 1.0)) - gammaln(np.subtract(n, k) + 1.0)

    drawn = np.arange(min(hits, marked) + 1)
    drawn = drawn[size - drawn <= rest]
    logs = log_choose(marked, drawn) + log_choose(rest, size - drawn) - log_choose(marked + rest, size)
    return min(1.0, float(np.exp(logs).sum()))
