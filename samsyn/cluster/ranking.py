"""The ranking on a cluster: terms counted by part, how common they are by a shuffle, the model broadcast.

Terms travel as 64-bit hashes. The model is learned here, of the records decided on alone; its weights go to
the workers, which score their parts. Each sum is made in the order in which one machine makes it, so that the
scores are the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from corpus.errors import UsageError
from corpus.ranking import Ranker, texts_of
from corpus.ranking_parts import RankingSettings
from corpus.ranking_terms import in_words, shares
from corpus.records import as_records
from corpus.support_vectors import SquaredHingeSVC
from samsyn.cluster.connection import Cluster, Progress
from samsyn.cluster.store import Store, content_name, in_parts

_FOLDER = "rank"
# no more unread records stand in for irrelevant ones (corpus.ranking)
_STAND_INS = 30
Counted = tuple[np.ndarray, np.ndarray, Any]


class PartitionedRanker(Ranker):
    """A ranker of records that lie in parts on a cluster; here it holds only the rows that it learns from.

    Parameters
    ----------
    cluster : Cluster
    records : DataFrame
        Unique records with record_id, title, abstract.
    query, seed
        As of :class:`corpus.Ranker`.
    settings : RankingSettings

    Raises
    ------
    UsageError
        When the settings name ``naive_bayes``, which weighs terms that no decided record has.
    """

    def __init__(
        self,
        cluster: Cluster,
        records: pd.DataFrame,
        *,
        query: str,
        settings: RankingSettings,
        seed: int,
        progress: Progress | None = None,
    ) -> None:
        if settings.classifier == "naive_bayes":
            raise UsageError(
                "The classifier naive_bayes cannot be used with --dask.",
                where="protocol.yaml, ranking",
                next_step="Leave out --dask, or choose svm or logistic.",
            )
        self._cluster, self._settings, self._progress = cluster, settings, progress
        self._known = np.zeros(0, dtype=int)
        super().__init__(records, query=query, settings=settings, seed=seed)
        self._of_parts = self._count(as_records(records)[["record_id", "title", "abstract"]])
        self._know(self._known)

    def start_again(self, seed: int = 1) -> PartitionedRanker:
        """Forget what was learned, and draw anew; returns itself."""
        super().start_again(seed)
        if hasattr(self, "_n_with") and hasattr(self._classifier, "prepare"):
            # how common the terms are is not to be told from the few rows here
            self._classifier = clone(self.parts.classifier).prepare(self._matrix, self._n_with)
        return self

    def _read(self, texts: list[str]) -> Any:
        """Nothing yet: which rows are needed the decisions say."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415 (as in the ranker)

        self._texts, self._terms = texts, None
        return csr_matrix((len(texts) + bool(self._query), 1))

    def _count(self, records: pd.DataFrame) -> list[Any]:
        """Send the records, count their terms; the features of each part, to be asked of the workers."""
        cluster, names = self._cluster, []
        for part in in_parts(records):
            names.append(f"{_FOLDER}/{content_name(part)}")
            if not cluster.store.has(names[-1]):
                cluster.store.write(names[-1], part)
        n_buckets = max(1, len(names))
        counted = cluster.each(count_part, names, store=cluster.store, settings=self._settings)
        dealt = cluster.each(terms_by_bucket, counted, n_buckets=n_buckets)
        slices = [cluster.each(_at, dealt, place=bucket) for bucket in range(n_buckets)]
        self._common = [cluster.one(merge_terms, of_bucket) for of_bucket in slices]
        features = []
        for place, found in enumerate(counted):
            asked = [
                cluster.one(lookup, common, of_bucket[place])
                for common, of_bucket in zip(self._common, slices, strict=True)
            ]
            features.append(
                cluster.one(weigh_part, found, asked, n_records=len(records), settings=self._settings)
            )
        cluster.results(cluster.each(_size, features), self._progress)
        return features

    def _decided(self, labels: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
        rows, known = super()._decided(labels)
        needed = np.union1d(rows, self._stand_ins[: _STAND_INS + len(rows)])
        if len(np.setdiff1d(needed, self._known)):
            self._know(needed)
        return rows, known

    def _know(self, rows: np.ndarray) -> None:
        """Bring the features of these rows, and of the query, here."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415 (as in the ranker)

        texts = [self._texts[row] for row in rows]
        query = [unicodedata.normalize("NFC", self._query)] if self._query else []
        matrix, self._terms, common = self._features_of(texts + query)
        n_rows = len(self._texts) + len(query)
        lengths = np.zeros(n_rows + 1, dtype=matrix.indptr.dtype)
        places = np.concatenate([rows, np.arange(len(self._texts), n_rows)]).astype(int)
        lengths[places + 1] = np.diff(matrix.indptr)
        parts = (matrix.data, matrix.indices, np.cumsum(lengths).astype(matrix.indptr.dtype))
        self._matrix = csr_matrix(parts, shape=(n_rows, matrix.shape[1]))
        if query:
            common = common + np.bincount(matrix[-1:].indices, minlength=matrix.shape[1])
        self._n_with, self._known = common, rows
        if hasattr(self._classifier, "prepare"):
            self._classifier = clone(self.parts.classifier).prepare(self._matrix, self._n_with)

    def _features_of(self, texts: list[str]) -> tuple[Any, np.ndarray, np.ndarray]:
        """Features of texts, their terms in order, and how many records have each."""
        counts, terms = _counts(texts, self._settings)
        hashes = _hashes(terms)
        bucket = (hashes % np.uint64(max(1, len(self._common)))).astype(int)
        common = np.zeros(len(terms), dtype=np.int64)
        calls = [
            self._cluster.one(lookup, of_bucket, (hashes[bucket == b], None))
            for b, of_bucket in enumerate(self._common)
        ]
        for b, found in enumerate(self._cluster.results(calls)):
            common[bucket == b] = found
        matrix, kept = _weighed(counts, common, len(self._texts), self._settings)
        return matrix, terms[kept], common[kept]

    def scores(self, rows: np.ndarray, labels: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
        """As :meth:`corpus.Ranker.scores`; records whose features are not here are scored by the workers."""
        among = np.arange(len(self.record_ids)) if among is None else among
        found = super().scores(rows, labels, among)
        far = ~np.isin(among, self._known)
        if far.any() and (self._has_learned or self._query):
            found[far] = self._scores_by_part()[among[far]]
        return found

    def _scores_by_part(self) -> np.ndarray:
        terms, offset = self._terms, 0.0
        if not self._has_learned:
            query = self._matrix[len(self.record_ids) :]
            columns, weights = query.indices, query.data
        elif isinstance(self._classifier, SquaredHingeSVC):
            columns, weights = self._classifier.weights_of_others()
            offset = float(self._classifier.intercept_[0] * self._classifier.intercept_scaling)
        else:
            weights, offset = self._classifier.coef_[0], float(self._classifier.intercept_[0])
            columns = np.arange(len(weights))
        hashes = _hashes(terms[columns]) if terms is not None and len(terms) else np.zeros(0, np.uint64)
        order = np.argsort(hashes)
        model = self._cluster.shared((hashes[order], np.asarray(weights)[: len(hashes)][order], offset))
        calls = self._cluster.each(score_part, self._of_parts, model=model)
        return np.concatenate(self._cluster.results(calls, self._progress))

    def reasons(self, record_ids: Iterable[str]) -> dict[str, str]:
        """As :meth:`corpus.Ranker.reasons`; the texts are read here, so ask only for what is shown."""
        names, weights = list(record_ids), self.term_weights()
        if weights is None or self._terms is None or not names:
            return dict.fromkeys(names, "")
        matrix, terms, _ = self._features_of([self._texts[self.row_of[name]] for name in names])
        weight_of = dict(zip(self._terms, weights, strict=True))
        here = np.array([weight_of.get(term, 0.0) for term in terms])
        return {name: in_words(shares(matrix, row, here, terms)) for row, name in enumerate(names)}


def count_part(name: str, *, store: Store, settings: RankingSettings) -> Counted:
    """Of one part: hashes of its terms, in how many records each stands, and how often (records x terms)."""
    counts, terms = _counts(texts_of(store.read(name)), settings)
    return _hashes(terms), np.bincount(counts.indices, minlength=counts.shape[1]), counts


def terms_by_bucket(counted: Counted, *, n_buckets: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The terms of a part with their number of records, dealt into buckets by their hash."""
    hashes, common, _ = counted
    bucket = (hashes % np.uint64(n_buckets)).astype(int)
    return [(hashes[bucket == b], common[bucket == b]) for b in range(n_buckets)]


def merge_terms(slices: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """The terms of a bucket, in the order of their hashes, and how many of all records have each."""
    hashes, place = np.unique(np.concatenate([part for part, _ in slices]), return_inverse=True)
    return hashes, np.bincount(place, np.concatenate([n for _, n in slices]), len(hashes)).astype(np.int64)


def lookup(merged: tuple[np.ndarray, np.ndarray], asked: tuple[np.ndarray, Any]) -> np.ndarray:
    """How many records have each term of a bucket; 0 for those in none."""
    hashes, common = merged
    at = np.searchsorted(hashes, asked[0])
    known = at < len(hashes)
    known[known] = hashes[at[known]] == asked[0][known]
    found = np.zeros(len(at), dtype=np.int64)
    found[known] = common[at[known]]
    return found


def weigh_part(
    counted: Counted, asked: Sequence[np.ndarray], *, n_records: int, settings: RankingSettings
) -> tuple[np.ndarray, Any]:
    """The features of a part and the hashes of its terms."""
    hashes, _, counts = counted
    bucket = (hashes % np.uint64(len(asked))).astype(int)
    common = np.zeros(len(hashes), dtype=np.int64)
    for b, found in enumerate(asked):
        common[bucket == b] = found
    matrix, kept = _weighed(counts, common, n_records, settings)
    return hashes[kept], matrix


def score_part(
    features: tuple[np.ndarray, Any], *, model: tuple[np.ndarray, np.ndarray, float]
) -> np.ndarray:
    """The scores of one part, in the precision of the weights."""
    (hashes, matrix), (of_terms, weights, offset) = features, model
    at = np.searchsorted(of_terms, hashes)
    known = at < len(of_terms)
    known[known] = of_terms[at[known]] == hashes[known]
    own = np.zeros(len(hashes), dtype=weights.dtype)
    own[known] = weights[at[known]]
    return (matrix.astype(weights.dtype) @ own).astype(float) + offset


def _counts(texts: list[str], settings: RankingSettings) -> tuple[Any, np.ndarray]:
    from scipy.sparse import csr_matrix  # noqa: PLC0415 (as in the ranker)
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415 (as in the ranker)

    reader = CountVectorizer(ngram_range=(1, settings.longest_term), binary=settings.features == "terms")
    try:
        counts = reader.fit_transform(texts)
    except ValueError:
        # titles without a word
        return csr_matrix((len(texts), 0)), np.zeros(0, dtype=object)
    counts = csr_matrix(counts)
    counts.sort_indices()
    return counts, reader.get_feature_names_out()


def _weighed(
    counts: Any, common: np.ndarray, n_records: int, settings: RankingSettings
) -> tuple[Any, np.ndarray]:
    """Counts as features, and which terms are kept: those in a record, and in not too many."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 (as in the ranker)
    from sklearn.feature_extraction.text import TfidfTransformer  # noqa: PLC0415 (as in the ranker)

    kept = np.flatnonzero((common > 0) & (common <= settings.max_df * n_records))
    counts = csr_matrix(counts)[:, kept]
    if settings.features == "terms" or not len(kept):
        return csr_matrix(counts, dtype=np.float64), kept
    transformer = TfidfTransformer(sublinear_tf=True)
    # as TfidfTransformer.fit has it of all records at once
    transformer.idf_ = np.log((n_records + 1.0) / (common[kept] + 1.0)) + 1.0
    transformer.n_features_in_ = len(kept)
    return csr_matrix(transformer.transform(counts)), kept


def _hashes(terms: np.ndarray) -> np.ndarray:
    return pd.util.hash_array(np.asarray(terms, dtype=object), categorize=False)


def _size(features: tuple[np.ndarray, Any]) -> int:
    return int(features[1].shape[0])


def _at(slices: Sequence, *, place: int) -> object:
    return slices[place]
