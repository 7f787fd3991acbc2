"""The random audit: a sample of the unread, read to bound exactly what is left in them.

It assumes nothing of the ranking: only that the sample was drawn at random, that its size was fixed before it
was read, and that it is read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.errors import UsageError
from corpus.stopping import least_missed


@dataclass(frozen=True)
class AuditBound:
    """What a finished audit assures.

    Attributes
    ----------
    n_unread, n_audited, n_found : int
        Records unread when it was drawn; of these audited; relevant ones among the audited.
    most_left : int
        The most relevant records that may be left in what neither screening nor audit read.
    recall_low : float
        Recall is at least this, what the audit found counted as found.
    certified : bool
        Whether that reaches the target.
    """

    n_unread: int
    n_audited: int
    n_found: int
    most_left: int
    recall_low: float
    certified: bool


def audit_size(
    n_unread: int, n_found: int, *, target: float = 0.95, confidence: float = 0.95, expected: int = 0
) -> int:
    """How many of the unread to audit for a certificate, should ``expected`` relevant ones turn up.

    Parameters
    ----------
    n_unread : int
        Records not yet read.
    n_found : int
        Relevant records found so far.
    target, confidence : float
    expected : int
        Relevant records that the audit may hold.

    Returns
    -------
    int
        At most ``n_unread``.

    Examples
    --------
    >>> [audit_size(1000, n_found) for n_found in (18, 19, 38, 57)]
    [950, 777, 631, 527]
    """
    low, high = 0, n_unread
    while low < high:
        middle = (low + high) // 2
        if audit_bound(
            n_unread, middle, min(expected, middle), n_found, target=target, confidence=confidence
        ).certified:
            high = middle
        else:
            low = middle + 1
    return low


def audit_bound(
    n_unread: int,
    n_audited: int,
    n_relevant: int,
    n_found: int,
    *,
    target: float = 0.95,
    confidence: float = 0.95,
) -> AuditBound:
    """What an audit assures: the exact one-sided hypergeometric bound on what is left.

    Parameters
    ----------
    n_unread, n_audited : int
        Records unread when the audit was drawn, and how many of them it holds.
    n_relevant : int
        Relevant ones among the audited.
    n_found : int
        Relevant ones found before the audit.
    target, confidence : float

    Returns
    -------
    AuditBound

    Examples
    --------
    >>> audit_bound(1000, 777, 0, 19)
    AuditBound(n_unread=1000, n_audited=777, n_found=0, most_left=1, recall_low=0.95, certified=True)
    >>> audit_bound(1000, 100, 0, 19).most_left
    28
    """
    most = _most_in(n_unread, n_audited, n_relevant, 1 - confidence)
    left, found = most - n_relevant, n_found + n_relevant
    return AuditBound(
        n_unread=n_unread,
        n_audited=n_audited,
        n_found=n_relevant,
        most_left=left,
        recall_low=found / (found + left) if found else 0.0,
        certified=left < least_missed(found, target),
    )


def draw_audit(unread: Iterable[str], size: int, *, seed: int) -> list[str]:
    """Draw record_ids of the unread at random; a larger draw of the same holds the smaller one.

    Parameters
    ----------
    unread : iterable of str
        In any order.
    size : int
    seed : int
        The protocol's.

    Raises
    ------
    UsageError
        When there are not so many, or none is asked for.

    Examples
    --------
    >>> draw_audit(["a", "b", "c", "d"], 2, seed=1) == draw_audit(["d", "c", "b", "a"], 3, seed=1)[:2]
    True
    """
    pool = sorted(unread)
    if not 0 < size <= len(pool):
        raise UsageError(
            f"An audit of {size} cannot be drawn from {len(pool)} unread records.",
            next_step=f"Name a number from 1 to {len(pool)}." if pool else "Everything has been read.",
        )
    order = np.random.default_rng([seed, len(pool)]).permutation(len(pool))
    return [pool[place] for place in order[:size]]


def audit_outcome(audited: Sequence[str], verdicts: Mapping[str, str]) -> tuple[int, int]:
    """How many of an audit's records are relevant, and how many wait for a verdict.

    Parameters
    ----------
    audited : sequence of str
        The record_ids drawn.
    verdicts : mapping
        record_id -> "include", "exclude", "unsure" or "conflict"; the last two wait.
    """
    said = [verdicts.get(record_id, "") for record_id in audited]
    return said.count("include"), sum(verdict not in ("include", "exclude") for verdict in said)


def _most_in(population: int, drawn: int, relevant: int, alpha: float) -> int:
    """The most relevant records a population may hold: ``relevant`` or fewer drawn is not yet too rare."""
    from scipy.stats import hypergeom  # noqa: PLC0415 (a second to load, and only audits need it)

    low, high = relevant, population - drawn + relevant
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeom.cdf(relevant, population, middle, drawn) >= alpha:
            low = middle
        else:
            high = middle - 1
    return low
