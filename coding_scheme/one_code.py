"""The classifier of one code: logistic regression, its probabilities calibrated, its bar for suggestions.

Both are learned from held-out scores: the records are dealt into folds, and each sentence is scored by a
classifier that has seen no sentence of its record. Probabilities are Platt's (1999), with his targets; the
slope is drawn towards 1, since ten examples cannot say much against it. The bar is where F1 was best on the
held-out sentences, drawn towards a usual one. How far either is drawn was chosen on the training part of
``benchmarks/coding.py``.
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

    def fit(self, X: csr_matrix, y: np.ndarray, record_ids: np.ndarray) -> OneCode:
        """Learn.

        Parameters
        ----------
        X : csr_matrix (n_sentences, n_features)
        y : array of 0 and 1 (n_sentences,)
        record_ids : array of str (n_sentences,)
            Sentences of one record share a fold.
        """
        held_out = np.zeros(len(y))
        fold = _folds(y, record_ids, self.seed)
        for number in np.unique(fold):
            rest = fold != number
            if len(np.unique(y[rest])) == 2:
                learned = clone(self._regression).fit(X[rest], y[rest])
                held_out[~rest] = learned.decision_function(X[~rest])
        self.slope_, self.intercept_ = _calibration(held_out, y)
        self.held_out_ = self._calibrated(held_out).round(4)
        bar, n = _best_bar(self.held_out_, y), y.sum()
        self.bar_ = float(((n * bar + BAR_PRIOR * USUAL_BAR) / (n + BAR_PRIOR)).round(4))
        self.average_precision_ = float(average_precision_score(y, held_out))
        self._regression.fit(X, y)
        self.weights_ = self._regression.coef_[0]
        return self

    def scores(self, X: csr_matrix) -> np.ndarray:
        """What speaks for the code in each sentence, as log odds that are not calibrated (n_sentences,)."""
        return self._regression.decision_function(X)

    def probabilities(self, X: csr_matrix) -> np.ndarray:
        """Calibrated probabilities (n_sentences,), rounded, so that no last bit of a machine shows."""
        return self._calibrated(self.scores(X)).round(4)

    def _calibrated(self, scores: np.ndarray) -> np.ndarray:
        return expit(self.slope_ * scores + self.intercept_)


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
