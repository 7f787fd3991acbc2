"""A linear support vector machine that is quick to relearn when a few rows are added to those known.

The problem is LinearSVC's with ``loss="squared_hinge"``: half the squared length of the weights, with the
intercept among them, plus the cost of each row times its squared hinge. It is solved in the rows' own space
by the finite Newton method (Keerthi & DeCoste 2005, Journal of Machine Learning Research 6, 341-361), each
step by conjugate gradients from where the last fit ended. Where few rows are known nearly all lie inside the
margin, so that one Newton step of some three to eight products is enough.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_array, check_is_fitted, check_X_y

from corpus.known_rows import KnownRows, LinkedRows

# From this tolerance on, rows and products are kept in single precision.
_SINGLE_PRECISION_FROM = 1e-5
# After so many fits the fitted values are computed anew, so that rounding does not add up.
_FITS_BEFORE_REFRESH = 64


class SquaredHingeSVC(ClassifierMixin, BaseEstimator):
    """LinearSVC with squared hinge loss for two classes, solved to ``tol`` and warm-started.

    No random draw and no threaded linear algebra is involved: the same input gives the same bits.

    Parameters
    ----------
    C : float
        Cost of a row of weight 1.
    intercept_scaling : float
        Value of the constant column that stands for the intercept, which is regularised with it, as in
        LinearSVC.
    tol : float
        Largest error of a row's optimality condition, in units of the margin; scores are more exact by an
        order or two.
    max_iter : int
        Newton steps at most.

    Attributes
    ----------
    classes_ : array (2,)
    coef_ : array (1, n_features)
    intercept_ : array (1,)
    n_iter_ : int
        Newton steps of the last fit.

    Examples
    --------
    >>> from sklearn.svm import LinearSVC
    >>> X, y = np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 0.5], [3.0, 1.0]]), [0, 0, 1, 1]
    >>> model = SquaredHingeSVC(C=0.5, tol=1e-9).fit(X, y)
    >>> peer = LinearSVC(C=0.5, tol=1e-9, max_iter=100_000).fit(X, y)
    >>> bool(abs(model.decision_function(X) - peer.decision_function(X)).max() < 1e-6)
    True
    """

    def __init__(
        self, C: float = 1.0, *, intercept_scaling: float = 1.0, tol: float = 1e-6, max_iter: int = 100
    ) -> None:
        self.C = C
        self.intercept_scaling = intercept_scaling
        self.tol = tol
        self.max_iter = max_iter

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> SquaredHingeSVC:
        """Fit to all rows of ``X``.

        Parameters
        ----------
        X : array or sparse array (n, n_features)
        y : array (n,)
            Two classes; the greater one has positive scores.
        sample_weight : array (n,), optional
        """
        X, y = check_X_y(X, y, accept_sparse="csr", dtype=np.float64)
        self.prepare(X)
        return self.fit_rows(X, np.arange(X.shape[0]), y, sample_weight)

    def link(self, X: Any, counts: np.ndarray | None = None) -> SquaredHingeSVC:
        """Make what :meth:`prepare` needs of ``X``, unless it is there; copies of this model share it.

        ``counts`` (array of int) says in how many rows each feature is, where ``X`` holds only some of them.
        """
        precision = np.float32 if self.tol >= _SINGLE_PRECISION_FROM else np.float64
        there: LinkedRows | None = getattr(self, "_linked", None)
        if there is None or there.matrix is not X or there.precision is not precision:
            self._linked = LinkedRows(X, precision, counts)
        return self

    def prepare(self, X: Any, counts: np.ndarray | None = None) -> SquaredHingeSVC:
        """Make ready what :meth:`fit_rows` needs of ``X`` (see :meth:`link`), and forget what was learned."""
        self._known = KnownRows(self.link(X, counts)._linked, self.intercept_scaling**2)
        return self

    def fit_rows(self, X: Any, rows: Any, y: Any, sample_weight: Any = None) -> SquaredHingeSVC:
        """Fit to some rows of ``X``; called again with the same ``X`` it goes on from the last solution.

        Parameters
        ----------
        X : array or sparse array (n_records, n_features)
            Not to be changed between calls.
        rows : array of int (n,)
            Row numbers, none twice.
        y : array (n,)
        sample_weight : array (n,), optional
        """
        rows, y = np.asarray(rows), np.asarray(y)
        self.classes_ = np.unique(y)
        if len(self.classes_) != 2:
            raise ValueError(f"Two classes are needed; there are {len(self.classes_)}.")
        if getattr(self, "_known", None) is None or self._known.all_rows.matrix is not X:
            self.prepare(X)
        known = self._known
        slots = known.slots(rows)
        size = known.size
        signs, costs = np.zeros(size), np.zeros(size)
        signs[slots] = np.where(y == self.classes_[1], 1.0, -1.0)
        costs[slots] = self.C if sample_weight is None else self.C * np.asarray(sample_weight)
        self.n_iter_ = _solve(known, signs, costs, self.tol, self.max_iter)
        self.n_features_in_ = X.shape[1]
        self.intercept_ = np.array([known.constant * known.duals[:size].sum() / self.intercept_scaling])
        return self

    @property
    def coef_(self) -> np.ndarray:
        """Weight of each feature."""
        check_is_fitted(self, "classes_")
        return self._known.coefficients()[np.newaxis]

    def decision_function(self, X: Any) -> np.ndarray:
        """Score of each row: above 0 where the greater class is the likelier."""
        check_is_fitted(self, "classes_")
        offset = self.intercept_[0] * self.intercept_scaling
        if X is self._known.all_rows.matrix:
            return self._known.scores(np.arange(X.shape[0])) + offset
        X = check_array(X, accept_sparse="csr", dtype=np.float64)
        return X @ self._known.coefficients() + offset

    def weights_of_others(self) -> tuple[np.ndarray, np.ndarray]:
        """What scores rows that were not learned from: columns, and their weights without the intercept."""
        known = self._known
        return known.all_rows.linking, known.combined(known.duals[: known.size])

    def score_rows(self, rows: np.ndarray) -> np.ndarray:
        """Scores of some rows of the matrix of :meth:`fit_rows`; quickest where each call asks for fewer."""
        return self._known.scores(rows) + self.intercept_[0] * self.intercept_scaling

    def best_of_rows(self, rows: np.ndarray) -> int:
        """Which of some rows of the matrix, ascending, has the highest score; the first of equals."""
        return self._known.best(rows)

    def predict(self, X: Any) -> np.ndarray:
        """The likelier class of each row."""
        return self.classes_[(self.decision_function(X) > 0).astype(int)]

    def __sklearn_tags__(self) -> Any:
        """Sparse input and two classes only."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_class = False
        return tags


def _solve(known: KnownRows, signs: np.ndarray, costs: np.ndarray, tol: float, max_iter: int) -> int:
    """Bring the known rows' duals to the solution; slots of cost 0 take no part. Returns the Newton steps."""
    used = costs > 0
    ridge = 0.5 / np.where(used, costs, 1.0)
    duals, fitted = known.duals[: known.size], known.fitted[: known.size]
    known.n_fits += 1
    if duals[~used].any() or known.n_fits % _FITS_BEFORE_REFRESH == 0:
        duals *= used
        fitted[:] = known.times_through_rows(duals)
    if known.products_are_kept:
        for slot in np.flatnonzero(used & (duals == 0)).tolist():
            gap = max(0.0, 1 - signs[slot] * fitted[slot])
            known.move_dual(slot, signs[slot] * gap / (known.diagonal[slot] + ridge[slot]))
    for step in range(max_iter):
        inside = used & (signs * fitted < 1)
        error = inside * (signs - fitted) - ridge * duals
        if np.abs(error).max() <= tol:
            return step
        move, change = _newton_step(known, inside, signs, ridge, tol)
        length = 1.0
        if not np.array_equal(used & (signs * (fitted + change) < 1), inside):
            length = _best_length(signs, costs, duals, fitted, move, change)
        duals += length * move
        fitted += length * change
    warnings.warn(
        f"The fit stopped after {max_iter} steps before it reached tol.", ConvergenceWarning, stacklevel=3
    )
    return max_iter


def _newton_step(
    known: KnownRows, inside: np.ndarray, signs: np.ndarray, ridge: np.ndarray, tol: float
) -> tuple[np.ndarray, np.ndarray]:
    """How far to the solution if just these rows were inside the margin, and the products of that move.

    Conjugate gradients; the preconditioner is the diagonal and the intercept's column, inverted exactly.
    """
    duals, fitted = known.duals[: known.size], known.fitted[: known.size]
    everywhere = bool(inside.all())
    if everywhere:
        move, change = np.zeros_like(duals), np.zeros_like(duals)
    else:
        move = -duals * ~inside
        change = known.times(move) if move.any() else np.zeros_like(move)
    residual = signs - fitted - change - ridge * (duals + move)
    scale = 1 / (known.diagonal[: known.size] - known.constant + ridge)
    if not everywhere:
        residual *= inside
        scale *= inside
    column = known.constant * scale
    column /= np.sqrt(known.constant * (1 + column.sum()))

    def preconditioned(residual: np.ndarray) -> np.ndarray:
        return scale * residual - np.einsum("i,i", column, residual) * column

    direction = scaled = preconditioned(residual)
    size = np.einsum("i,i", residual, scaled)
    for _ in range(10 * len(duals) + 100):
        if np.abs(residual).max() <= 0.5 * tol:
            break
        times = known.times(direction)
        curved = times + ridge * direction
        if not everywhere:
            curved *= inside
        length = size / np.einsum("i,i", direction, curved)
        move += length * direction
        change += length * times
        residual -= length * curved
        scaled = preconditioned(residual)
        before, size = size, np.einsum("i,i", residual, scaled)
        direction = scaled + (size / before) * direction
    return move, change


def _best_length(
    signs: np.ndarray,
    costs: np.ndarray,
    duals: np.ndarray,
    fitted: np.ndarray,
    move: np.ndarray,
    change: np.ndarray,
) -> float:
    """The length of the move at which the objective is least, by bisection of its slope."""
    straight = np.einsum("i,i", duals, change)
    bent = np.einsum("i,i", move, change)

    def slope(length: float) -> float:
        gap = np.maximum(0.0, 1 - signs * (fitted + length * change))
        return float(straight + length * bent - 2 * np.einsum("i,i", costs * gap * signs, change))

    low, high = 0.0, 1.0
    while slope(high) < 0 and high < 1e6:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return high
