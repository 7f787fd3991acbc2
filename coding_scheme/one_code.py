"""The classifier of one code: logistic regression, its probabilities calibrated, its bar for suggestions.

Both are learned from held-out scores: the records are dealt into folds, and each sentence is scored by a
classifier that has seen no sentence of its record. Probabilities are Platt's (1999), with his targets; the
slope is drawn towards 1, since ten examples cannot say much against it. Where the scheme has indicators of
the code, the probability is mixed with the share of present sentences among those with an indicator, or among
those without: few examples tell these shares better than anything else, so the fewer there are, the more they
count. The bar is where F1 was best on the held-out sentences, drawn towards a usual one. How far all these
are drawn was chosen on the training part of ``benchmarks/coding.py``.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

N_FOLDS = 5
# how firmly the slope of the calibration is drawn towards 1
SLOPE_PRIOR = 10.0
# the bar is drawn towards this probability as if so many examples said so
USUAL_BAR, BAR_PRIOR = 0.2, 5
# the shares count as much as so many examples; each share begins with (sentences, present ones among them)
SHARES_COUNT = 10
WITH_HIT, WITHOUT_HIT = (5, 1.5), (50, 0.5)


class OneCode:
    """Learns one code.

    Parameters
    ----------
    seed : int
        Deals the records into folds.

    Attributes
    ----------
    weights_ : array (n_features,)
    slope_, intercept_ : float
        Of the calibration.
    bar_ : float
        Probability from which on a sentence is suggested.
    shares_ : (float, float) or None
        Of present sentences among those without and with an indicator of the code.
    held_out_ : array (n_sentences,)
        Probabilities of the sentences learned from, each while its record was held out.
    average_precision_ : float
        Of the held-out scores.

    Examples
    --------
    >>> X = csr_matrix(np.tile([[1.0, 0.0], [0.0, 1.0]], (10, 1)))
    >>> y, record_ids = np.tile([1, 0], 10), np.repeat(list("abcdefghij"), 2)
    >>> code = OneCode(seed=1).fit(X, y, record_ids)
    >>> (code.probabilities(X) >= code.bar_).astype(int).tolist() == y.tolist()
    True
    """

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        # present sentences are few: weighed up, so that they are not drowned
        self._regression = LogisticRegression(
            C=10.0, class_weight="balanced", solver="liblinear", random_state=0
        )

    def fit(
        self, X: csr_matrix, y: np.ndarray, record_ids: np.ndarray, hits: np.ndarray | None = None
    ) -> OneCode:
        """Learn.

        Parameters
        ----------
        X : csr_matrix (n_sentences, n_features)
        y : array of 0 and 1 (n_sentences,)
        record_ids : array of str (n_sentences,)
            Sentences of one record share a fold.
        hits : array of bool (n_sentences,), optional
            Whether an indicator of the code stands in the sentence.
        """
        hits = hits if hits is not None and hits.any() else None
        held_out, share = np.zeros(len(y)), np.zeros(len(y))
        fold = _folds(y, record_ids, self.seed)
        for number in np.unique(fold):
            rest = fold != number
            if len(np.unique(y[rest])) == 2:
                learned = clone(self._regression).fit(X[rest], y[rest])
                held_out[~rest] = learned.decision_function(X[~rest])
            if hits is not None:
                share[~rest] = np.take(_shares(y[rest], hits[rest]), hits[~rest].astype(int))
        self.slope_, self.intercept_ = _calibration(held_out, y)
        self.shares_ = None if hits is None else _shares(y, hits)
        n = y.sum()
        self._weight = 0.0 if hits is None else float(SHARES_COUNT / (n + SHARES_COUNT))
        self.held_out_ = self._calibrated(held_out, share).round(4)
        bar = _best_bar(self.held_out_, y)
        self.bar_ = float(((n * bar + BAR_PRIOR * USUAL_BAR) / (n + BAR_PRIOR)).round(4))
        self.average_precision_ = float(average_precision_score(y, held_out))
        self._regression.fit(X, y)
        self.weights_ = self._regression.coef_[0]
        return self

    def scores(self, X: csr_matrix) -> np.ndarray:
        """What speaks for the code in each sentence, as log odds that are not calibrated (n_sentences,)."""
        return self._regression.decision_function(X)

    def probabilities(self, X: csr_matrix, hits: np.ndarray | None = None) -> np.ndarray:
        """Calibrated probabilities (n_sentences,), rounded, so that no last bit of a machine shows.

        ``hits`` as in :meth:`fit`; without them no sentence has an indicator.
        """
        has_hit = np.zeros(X.shape[0], dtype=int) if hits is None else hits.astype(int)
        share = np.take(self.shares_, has_hit) if self.shares_ else np.zeros(X.shape[0])
        return self._calibrated(self.scores(X), share).round(4)

    def _calibrated(self, scores: np.ndarray, share: np.ndarray) -> np.ndarray:
        return (1 - self._weight) * expit(self.slope_ * scores + self.intercept_) + self._weight * share


def _shares(y: np.ndarray, hits: np.ndarray) -> tuple[float, float]:
    """How many sentences without and with an indicator are present ones, each drawn towards what is usual."""
    shares = [
        (y[has].sum() + n_present) / (has.sum() + n)
        for has, (n, n_present) in ((~hits, WITHOUT_HIT), (hits, WITH_HIT))
    ]
    return float(shares[0]), float(shares[1])


def _folds(y: np.ndarray, record_ids: np.ndarray, seed: int) -> np.ndarray:
    """A fold for each sentence: records drawn at random, those with most examples dealt first."""
    names, record = np.unique(record_ids, return_inverse=True)
    n_present = np.bincount(record, weights=y, minlength=len(names))
    drawn = np.random.default_rng(seed).permutation(len(names))
    dealt = drawn[np.argsort(-n_present[drawn], kind="stable")]
    fold = np.zeros(len(names), dtype=int)
    fold[dealt] = np.arange(len(names)) % N_FOLDS
    return fold[record]


def _calibration(scores: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    n_present, n_absent = y.sum(), len(y) - y.sum()
    targets = np.where(y == 1, (n_present + 1) / (n_present + 2), 1 / (n_absent + 2))

    def loss(line: np.ndarray) -> tuple[float, np.ndarray]:
        slope, intercept = line
        odds = slope * scores + intercept
        off = expit(odds) - targets
        value = np.logaddexp(0, odds).sum() - targets @ odds + SLOPE_PRIOR / 2 * (slope - 1) ** 2
        return float(value), np.array([off @ scores + SLOPE_PRIOR * (slope - 1), off.sum()])

    # a slope below 0 would turn the order around
    found = minimize(
        loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0.05, None), (None, None)]
    )
    slope, intercept = found.x.round(4)
    return float(slope), float(intercept)


def _best_bar(probabilities: np.ndarray, y: np.ndarray) -> float:
    """Between the sentences where F1 is best."""
    order = np.argsort(-probabilities, kind="stable")
    ordered = probabilities[order]
    f1 = 2 * np.cumsum(y[order]) / (np.arange(1, len(y) + 1) + y.sum())
    # not between sentences that are alike
    f1[:-1][ordered[:-1] == ordered[1:]] = 0
    at = int(f1.argmax())
    following = ordered[at + 1] if at + 1 < len(y) else 0.0
    return float(((ordered[at] + following) / 2).round(4))
