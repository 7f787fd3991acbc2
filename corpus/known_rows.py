"""The rows a linear model has learned from, their products with each other, and the scores of all rows.

What makes a support vector machine quick to relearn (:mod:`corpus.support_vectors`) is kept here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, vstack

from corpus.kept_features import let_go

# So many entries of a matrix are looked through at a time.
_ENTRIES_AT_ONCE = 2_000_000
# So many rows are looked up at a time.
_ROWS_AT_ONCE = 50
# Up to so many rows their products with each other are kept (16 MB, or 32); above, they go through the rows.
_MOST_KEPT = 2000
# Rows no longer asked for are left out of the scoring once they are this share.
_SHARE_READ = 0.2
# Of so many rows or more, the share that stands highest is scored first, and often alone.
_WORTH_BOUNDING = 2000
_SHARE_HIGH = 0.1
# Far above the rounding of scores in single precision.
_ROUNDING = 1e-5


class LinkedRows:
    """The rows of a matrix, without the features that a single row has.

    Such a feature cannot link two rows: it counts in that row's product with itself only.

    Attributes
    ----------
    linked : csr_matrix (n_rows, n_linking)
        Frequent features in front, so that most of what a product looks up stands close together.
    linking : array of int (n_linking,)
        Which features of the matrix they are.
    own : array (n_rows,)
        Squared length of what each row has alone.
    lengths : array (n_rows,)
        Of the linked rows.
    has_no_negatives : bool

    Parameters
    ----------
    matrix : array or sparse array (n_rows, n_features)
    precision : type
    counts : array of int (n_features,), optional
        In how many rows each feature is, where the matrix holds only some of them.
    """

    def __init__(self, matrix: Any, precision: type, counts: np.ndarray | None = None) -> None:
        self.matrix, self.precision = matrix, precision
        sparse = csr_matrix(matrix, dtype=np.float64)
        n_rows, n_features = sparse.shape
        if counts is None:
            counts = np.zeros(n_features, dtype=np.int32)
            for _, entries in _blocks(sparse):
                columns = sparse.indices[entries]
                # ones, not 1: that takes fifteen times as long
                np.add.at(counts, columns, np.ones(len(columns), dtype=np.int32))
            n_links = int(counts.sum(where=counts > 1, dtype=np.int64))
        else:
            n_links = sum(
                int(np.count_nonzero(counts[sparse.indices[entries]] > 1)) for _, entries in _blocks(sparse)
            )
        linking = np.flatnonzero(counts > 1).astype(np.int32)
        self.linking = linking[np.argsort(-counts[linking], kind="stable")]
        del counts, linking
        place = np.full(n_features, -1, dtype=np.int32)
        place[self.linking] = np.arange(len(self.linking), dtype=np.int32)
        self.own, self.lengths, at = np.zeros(n_rows), np.zeros(n_rows), 0
        data: np.ndarray = np.empty(n_links, dtype=precision)
        places: np.ndarray = np.empty(n_links, dtype=place.dtype)
        indptr = np.zeros(n_rows + 1, dtype=sparse.indptr.dtype)
        for rows, entries in _blocks(sparse):
            found, values = place[sparse.indices[entries]], sparse.data[entries]
            links = found >= 0
            borders = sparse.indptr[rows.start : rows.stop + 1] - sparse.indptr[rows.start]
            row, n = np.repeat(np.arange(len(borders) - 1), np.diff(borders)), len(borders) - 1
            self.own[rows] = np.bincount(row[~links], weights=values[~links] ** 2, minlength=n)
            self.lengths[rows] = np.sqrt(np.bincount(row[links], weights=values[links] ** 2, minlength=n))
            n_before = np.concatenate([[0], np.cumsum(links)])
            indptr[rows.start : rows.stop + 1] = at + n_before[borders]
            stop = at + int(n_before[-1])
            data[at:stop], places[at:stop] = values[links], found[links]
            at = stop
        self.linked = csr_matrix((data, places, indptr), shape=(n_rows, len(self.linking)))
        self.has_no_negatives = n_links == 0 or float(data.min()) >= 0


def _blocks(matrix: Any) -> Iterator[tuple[slice, slice]]:
    """Some rows of a matrix at a time, and their entries: a million records have 200 million."""
    start, n_rows = 0, matrix.shape[0]
    while start < n_rows:
        stop = int(np.searchsorted(matrix.indptr, matrix.indptr[start] + _ENTRIES_AT_ONCE, side="right")) - 1
        stop = min(max(start + 1, stop), n_rows)
        yield slice(start, stop), slice(int(matrix.indptr[start]), int(matrix.indptr[stop]))
        let_go(matrix.data, matrix.indices)
        start = stop


class KnownRows:
    """The rows that were ever learned from, each in a slot, and their products with each other.

    Parameters
    ----------
    all_rows : LinkedRows
    constant : float
        What the intercept's column adds to each product.
    """

    def __init__(self, all_rows: LinkedRows, constant: float) -> None:
        self.all_rows, self.constant, self.precision = all_rows, constant, all_rows.precision
        self.linked, self.own = all_rows.linked, all_rows.own
        n_rows, n_linking = self.linked.shape
        self.slot_of = np.full(n_rows, -1)
        self.rows = np.zeros(0, dtype=int)
        self.size = self.stored = 0
        self.indptr = np.zeros(1, dtype=self.linked.indptr.dtype)
        self.indices, self.data = self.linked.indices[:0], self.linked.data[:0]
        self.duals = self.fitted = self.diagonal = np.zeros(0)
        self.products: np.ndarray = np.zeros((0, 0), dtype=self.precision)
        self.n_fits = 0
        self.pool, self.place_in_pool = self.linked, np.arange(n_rows)
        self.dense_row: np.ndarray = np.zeros(n_linking, dtype=self.precision)
        # the rows that scored highest when all were scored, and what is needed to tell whether they still do
        self.unsure = np.ones(n_rows, dtype=bool)
        self.seen_weights: np.ndarray = np.zeros(0, dtype=self.precision)
        self.highest, self.short_pool, self.bar, self.longest = self.rows, self.linked[:0], 0.0, 0.0

    @property
    def products_are_kept(self) -> bool:
        """Whether the rows are few enough."""
        return self.size <= _MOST_KEPT

    def slots(self, rows: np.ndarray) -> np.ndarray:
        """The slot of each row, new ones added."""
        slots = self.slot_of[rows]
        new = rows[slots < 0]
        if len(new) == 0:
            return slots
        self._make_room(self.size + len(new), self.stored + int(np.diff(self.linked.indptr)[new].sum()))
        for row in new.tolist():
            begin, end = self.linked.indptr[row], self.linked.indptr[row + 1]
            columns, values = self.linked.indices[begin:end], self.linked.data[begin:end]
            slot, stored = self.size, self.stored + int(end - begin)
            self.indices[self.stored : stored], self.data[self.stored : stored] = columns, values
            # the slots behind it are empty rows
            self.indptr[slot + 1 :] = self.stored = stored
            self.rows[slot], self.slot_of[row], self.size = row, slot, slot + 1
            self.dense_row[columns] = values
            products = (self.chosen @ self.dense_row)[: slot + 1].astype(float) + self.constant
            self.dense_row[columns] = 0.0
            self.diagonal[slot] = products[slot] = products[slot] + self.own[row]
            self.fitted[slot] = np.einsum("i,i", products, self.duals[: self.size])
            if slot < len(self.products):
                self.products[slot, : slot + 1] = self.products[: slot + 1, slot] = products
        return self.slot_of[rows]

    def _make_room(self, size: int, stored: int) -> None:
        if size <= len(self.rows) and stored <= len(self.data):
            return
        room = max(64, 2 * size, len(self.rows))
        self.rows, self.indptr = _with_room(self.rows, room), _with_room(self.indptr, room + 1)
        self.indptr[self.size + 1 :] = self.stored
        self.indices, self.data = _with_room(self.indices, 2 * stored), _with_room(self.data, 2 * stored)
        # views of what is filled later: a matrix made anew for each row takes longer than its product
        self.chosen = csr_matrix((room, self.linked.shape[1]), dtype=self.precision)
        self.chosen_t = csc_matrix((self.linked.shape[1], room), dtype=self.precision)
        for matrix in (self.chosen, self.chosen_t):
            matrix.data, matrix.indices, matrix.indptr = self.data, self.indices, self.indptr
        self.duals, self.fitted = _with_room(self.duals, room), _with_room(self.fitted, room)
        self.diagonal = _with_room(self.diagonal, room)
        before = self.products
        n_kept = min(room, _MOST_KEPT) if size <= _MOST_KEPT else 0
        self.products = np.zeros((n_kept, n_kept), dtype=self.precision)
        if len(self.products):
            self.products[: len(before), : len(before)] = before

    def move_dual(self, slot: int, length: float) -> None:
        """Change one dual and what depends on it."""
        self.duals[slot] += length
        self.fitted[: self.size] += length * self.products[slot, : self.size]

    def times(self, vector: np.ndarray) -> np.ndarray:
        """The rows' products with each other (the intercept's column among them), times a vector."""
        if not self.products_are_kept:
            return self.times_through_rows(vector)
        # einsum, not @: threaded libraries sum in an order that depends on the number of threads
        products = self.products[: self.size, : self.size]
        return np.einsum("ij,j->i", products, vector.astype(self.precision, copy=False))

    def times_through_rows(self, vector: np.ndarray) -> np.ndarray:
        """The same without the products."""
        own = self.own[self.rows[: self.size]] * vector
        linked = (self.chosen @ self.combined(vector))[: self.size]
        return linked + own + self.constant * vector.sum()

    def combined(self, vector: np.ndarray) -> np.ndarray:
        """The sum of the rows, each times its entry of the vector; linking features only."""
        of_slots: np.ndarray = np.zeros(len(self.rows), dtype=self.precision)
        of_slots[: len(vector)] = vector
        return self.chosen_t @ of_slots

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Of some rows of the matrix, without the intercept."""
        return self._scores(rows, self.combined(self.duals[: self.size]))

    def best(self, rows: np.ndarray) -> int:
        """The row of the highest score, the first of equals; ``rows`` ascend.

        A score has risen since it was last computed by no more than the length of the weights' rise times
        that of the row (Cauchy-Schwarz). While that can't bring another row up to the best of those that
        stood highest, only these are scored.
        """
        weights = self.combined(self.duals[: self.size])
        asked = np.zeros(len(self.slot_of), dtype=bool)
        asked[rows] = True
        if not (asked & self.unsure).any() and not (asked[self.rows[: self.size]]).any():
            rise = weights - self.seen_weights
            np.maximum(rise, 0, out=rise)
            bar = self.bar + np.sqrt(np.einsum("i,i", rise, rise)) * self.longest
            scores = np.where(asked[self.highest], self.short_pool @ weights, -np.inf)
            best = int(np.argmax(scores))
            if scores[best] > bar + _ROUNDING:
                return int(self.highest[best])
        scores = self._scores(rows, weights)
        if self.all_rows.has_no_negatives and len(rows) >= _WORTH_BOUNDING:
            order = np.argpartition(-scores, n_high := math.ceil(_SHARE_HIGH * len(rows)))
            self.highest = np.sort(rows[order[:n_high]])
            self.short_pool = self.linked[self.highest]
            self.bar, self.seen_weights = scores[order[n_high]], weights
            self.longest = self.all_rows.lengths[rows[order[n_high:]]].max()
            self.unsure[:] = True
            self.unsure[rows] = False
        return int(rows[np.argmax(scores)])

    def _scores(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        places = self.place_in_pool[rows]
        if len(rows) < (1 - _SHARE_READ) * self.pool.shape[0] or (places < 0).any():
            self.pool = self.linked[rows]
            self.place_in_pool[:] = -1
            self.place_in_pool[rows] = places = np.arange(len(rows))
        return self._with_own(rows, (self.pool @ weights)[places].astype(float))

    def _with_own(self, rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """Scores of rows that were learned from count the features that they alone have."""
        slots = self.slot_of[rows]
        learned = slots >= 0
        if learned.any():
            scores[learned] += self.own[rows[learned]] * self.duals[slots[learned]]
        return scores

    def coefficients(self) -> np.ndarray:
        """Weight of each feature of the matrix."""
        matrix, rows, some = csr_matrix(self.all_rows.matrix), self.rows[: self.size], []
        for start in range(0, self.size, _ROWS_AT_ONCE):
            some.append(matrix[rows[start : start + _ROWS_AT_ONCE]])
            # of a file the system reads much around each row
            let_go(matrix.data, matrix.indices)
        return vstack(some, format="csr").T @ self.duals[: self.size]


def _with_room(values: np.ndarray, room: int) -> np.ndarray:
    grown = np.zeros(room, dtype=values.dtype)
    grown[: len(values)] = values
    return grown
