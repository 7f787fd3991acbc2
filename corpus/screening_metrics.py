"""How good a screening order was, in the figures that ASReview and its Insights extension print."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

METRICS = ("loss", "ndr", "wss95", "wss95_insights", "atd", "recall_at_10pct")


def screening_metrics(found: Sequence[int]) -> dict[str, float]:
    """How good a screening order was.

    Parameters
    ----------
    found : sequence of int, length n_records
        1 where the record read at that place is relevant.

    Returns
    -------
    dict
        ``loss`` (0 best, 1 worst: area above the recall curve, as ASReview 3 has it), ``ndr`` (normalised
        discounted gain, what ASReview prints as NDCG; 1 best), ``wss95`` (work saved over sampling, Cohen et
        al. 2006, doi 10.1197/jamia.M1929: share left unread when 95 % are found, less 5 %),
        ``wss95_insights`` (Insights' definition: how much earlier the last record within 95 % was found than
        in a random order, as a share of the records), ``atd`` (average time to discovery: the mean place at
        which a relevant record was found, from 1), ``recall_at_10pct`` (share of the relevant found in the
        first tenth, rounded down). NaN where undefined.

    Examples
    --------
    >>> screening_metrics([1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    {'loss': 0.0, 'ndr': 1.0, 'wss95': 0.75, 'wss95_insights': 0.3, 'atd': 1.5, 'recall_at_10pct': 0.5}
    """
    hits = np.asarray(found, dtype=int)
    n, n_relevant = len(hits), int(hits.sum())
    if n_relevant in (0, n):
        return dict.fromkeys(METRICS, math.nan)
    recalled = np.cumsum(hits)
    best = n_relevant * (n - (n_relevant - 1) / 2)
    discount = 1 / np.log2(np.arange(2, n + 2))
    n_needed = int(np.searchsorted(recalled, math.ceil(0.95 * n_relevant))) + 1
    # Insights looks at the last relevant record at which recall is still at most 95 %
    within = max(1, int(np.searchsorted(np.arange(1, n_relevant + 1) / n_relevant, 0.95, side="right")))
    at_random = np.round(np.linspace(0, n_relevant, n))
    earlier = int(np.searchsorted(at_random, within)) - int(np.searchsorted(recalled, within))
    figures = {
        "loss": (best - recalled.sum()) / (n_relevant * (n - n_relevant)),
        "ndr": (hits * discount).sum() / discount[:n_relevant].sum(),
        "wss95": (n - n_needed) / n - 0.05,
        "wss95_insights": earlier / n,
        "atd": (np.flatnonzero(hits) + 1).mean(),
        "recall_at_10pct": recalled[n // 10 - 1] / n_relevant if n >= 10 else 0.0,
    }
    return {name: round(float(value), 6) for name, value in figures.items()}


def recall_curve(found: Sequence[int], n_points: int = 201) -> np.ndarray:
    """Share of the relevant records found, after equal steps through the records.

    Parameters
    ----------
    found : sequence of int, length n_records
        1 where the record read at that place is relevant.
    n_points : int
        From none of the records read to all of them.

    Returns
    -------
    array (n_points,)

    Examples
    --------
    >>> recall_curve([1, 0, 1, 0], n_points=5).tolist()
    [0.0, 0.5, 0.5, 1.0, 1.0]
    """
    recalled = np.concatenate([[0], np.cumsum(found)])
    read = np.floor(np.linspace(0, len(found), n_points) + 1e-9).astype(int)
    return recalled[read] / max(1, recalled[-1])
