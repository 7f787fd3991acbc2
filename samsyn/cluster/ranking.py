"""The ranking on a cluster: terms counted by part, how common they are by a shuffle, the model broadcast.

Terms travel as 64-bit hashes. The features of each part are files that the workers write and read: they are
there for the next command, and nothing is lost with a worker. The model is learned here, of the records
decided on alone; its weights go to the workers, which score their parts. Each sum is made in the order in
which one machine makes it, so that the scores are the same.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from corpus.errors import UsageError
from corpus.ranking import Ranker, texts_of
from corpus.ranking_features import LONGEST_COUNTED
from corpus.ranking_parts import RankingSettings
from corpus.ranking_terms import in_words, shares
from corpus.records import as_records
from corpus.support_vectors import SquaredHingeSVC
from corpus.term_counts import Terms, count_terms
from samsyn.cluster.connection import Cluster, Progress
from samsyn.cluster.store import Store, content_name, in_parts, n_in, slice_of

_FOLDER = "rank"
# no more unread records stand in for irrelevant ones (corpus.ranking)
_STAND_INS = 30
# the terms of so many records are counted together in a bucket
_RECORDS_OF_A_BUCKET = 100_000
# to be raised when the same texts would become other features
_FORM = "2"
# hashes of terms, and in how many records each is
Common = tuple[np.ndarray, np.ndarray]


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

    def _count(self, records: pd.DataFrame) -> list[str]:
        """Names of the features of each part, which the workers read; kept until other ones are asked for."""
        store, settings = self._cluster.store, self._settings
        parts = in_parts(records)
        of_texts = [f"{_FOLDER}/{content_name(part)}" for part in parts]
        made_with = [_FORM, *(f"{package} {version(package)}" for package in ("scikit-learn", "scipy"))]
        said = [*made_with, settings.features, settings.longest_term, settings.max_df, *of_texts]
        every = hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()
        names = [f"{name}-{every}" for name in of_texts]
        if not all(store.has(name) for name in names):
            for name, part in zip(of_texts, parts, strict=True):
                if not store.has(name):
                    store.write(name, part)
            self._cluster.results(self._weighed_parts(of_texts, names, len(records)), self._progress)
        store.keep(_FOLDER, set(names))
        return names

    def _weighed_parts(self, of_texts: list[str], names: list[str], n_records: int) -> list[Any]:
        """Calls that write the features; what they rest on is let go as soon as they have it."""
        cluster, settings, store = self._cluster, self._settings, self._cluster.store
        n_buckets = n_in(n_records, _RECORDS_OF_A_BUCKET)
        of_counts = [f"{name}-counts" for name in names]
        dealt = cluster.each(
            count_part, of_texts, of_counts, store=store, settings=settings, n_buckets=n_buckets
        )
        slices = [cluster.each(slice_of, dealt, place=bucket) for bucket in range(n_buckets)]
        merged = [cluster.one(merge_terms, of_bucket) for of_bucket in slices]
        weighed = []
        for place, (of_part, name) in enumerate(zip(of_counts, names, strict=True)):
            asked = [
                cluster.one(lookup, common, of_bucket[place])
                for common, of_bucket in zip(merged, slices, strict=True)
            ]
            call = cluster.one(
                weigh_part, of_part, name, asked, store=store, n_records=n_records, settings=settings
            )
            weighed.append(call)
        return weighed

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

    def _features_of(self, texts: list[str]) -> tuple[Any, Terms | np.ndarray, np.ndarray]:
        """Features of texts, their terms in order, and how many records have each."""
        counts, terms = _counts(texts, self._settings)
        hashes = _hashes(terms)
        order = np.argsort(hashes)
        asked = self._cluster.shared(hashes[order])
        calls = self._cluster.each(common_in_part, self._of_parts, asked=asked, store=self._cluster.store)
        common = np.zeros(len(terms), dtype=np.int64)
        for found in self._cluster.results(calls):
            common[order] = np.maximum(common[order], found)
        matrix, kept = _weighed(counts, common, len(self._texts), self._settings)
        return matrix, _some(terms, kept), common[kept]

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
        hashes = (
            _hashes(_some(terms, columns)) if terms is not None and len(terms) else np.zeros(0, np.uint64)
        )
        order = np.argsort(hashes)
        model = self._cluster.shared((hashes[order], np.asarray(weights)[: len(hashes)][order], offset))
        calls = self._cluster.each(score_part, self._of_parts, model=model, store=self._cluster.store)
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


def count_part(
    name: str, counts_name: str, *, store: Store, settings: RankingSettings, n_buckets: int
) -> list[Common]:
    """Count the terms of one part and write the counts; the terms, dealt into buckets by their hash."""
    counts, terms = _counts(texts_of(store.read(name)), settings)
    hashes, n_with = _hashes(terms), np.bincount(counts.indices, minlength=counts.shape[1])
    store.write_arrays(counts_name, {"hashes": hashes, **_arrays(counts, np.int32)})
    bucket = (hashes % np.uint64(n_buckets)).astype(int)
    return [(hashes[bucket == b], n_with[bucket == b].astype(np.int32)) for b in range(n_buckets)]


def merge_terms(slices: Sequence[Common]) -> Common:
    """The terms of a bucket, in the order of their hashes, and how many of all records have each."""
    hashes, place = np.unique(np.concatenate([part for part, _ in slices]), return_inverse=True)
    return hashes, np.bincount(place, np.concatenate([n for _, n in slices]), len(hashes)).astype(np.int64)


def lookup(merged: Common, of_part: Common) -> np.ndarray:
    """In how many of all records each term is that a part has in a bucket."""
    hashes, common = merged
    return common[np.searchsorted(hashes, of_part[0])]


def weigh_part(
    counts_name: str,
    name: str,
    asked: Sequence[np.ndarray],
    *,
    store: Store,
    n_records: int,
    settings: RankingSettings,
) -> int:
    """Write the features of a part: hashes of its terms, in how many of all records each is, the matrix."""
    hashes, counts = _read(store, counts_name)
    bucket = (hashes % np.uint64(len(asked))).astype(int)
    common = np.zeros(len(hashes), dtype=np.int64)
    for b, found in enumerate(asked):
        common[bucket == b] = found
    matrix, kept = _weighed(counts, common, n_records, settings)
    written = {"hashes": hashes[kept], "common": common[kept], **_arrays(matrix, np.float64)}
    store.write_arrays(name, written)
    return int(matrix.shape[0])


def common_in_part(name: str, *, asked: np.ndarray, store: Store) -> np.ndarray:
    """In how many of all records each term is whose hash (ascending) is asked for; 0 if not in this part."""
    hashes, common = store.read_arrays(name, ("hashes", "common"))
    found = np.zeros(len(asked), dtype=np.int64)
    at = np.searchsorted(asked, hashes)
    known = at < len(asked)
    known[known] = asked[at[known]] == hashes[known]
    found[at[known]] = common[known]
    return found


def score_part(name: str, *, model: tuple[np.ndarray, np.ndarray, float], store: Store) -> np.ndarray:
    """The scores of one part, in the precision of the weights."""
    (hashes, matrix), (of_terms, weights, offset) = _read(store, name), model
    at = np.searchsorted(of_terms, hashes)
    known = at < len(of_terms)
    known[known] = of_terms[at[known]] == hashes[known]
    own = np.zeros(len(hashes), dtype=weights.dtype)
    own[known] = weights[at[known]]
    return (matrix.astype(weights.dtype) @ own).astype(float) + offset


def _arrays(matrix: Any, dtype: type) -> dict[str, np.ndarray]:
    return {"data": matrix.data.astype(dtype, copy=False), "indices": matrix.indices, "indptr": matrix.indptr}


def _read(store: Store, name: str) -> tuple[np.ndarray, Any]:
    """The hashes of the terms of a part, and its matrix (records x terms)."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 (as in the ranker)

    hashes, *parts, indptr = store.read_arrays(name, ("hashes", "data", "indices", "indptr"))
    return hashes, csr_matrix((*parts, indptr), shape=(len(indptr) - 1, len(hashes)))


def _counts(texts: list[str], settings: RankingSettings) -> tuple[Any, Terms | np.ndarray]:
    """How often each text has each term, and the terms, in order."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 (as in the ranker)
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415 (as in the ranker)

    if settings.longest_term <= LONGEST_COUNTED:
        found = count_terms(texts, settings.longest_term)
        shape = len(texts), len(found.keys)
        times = np.ones_like(found.counts) if settings.features == "terms" else found.counts
        counts = csr_matrix((times, found.columns, found.indptr), shape=shape)
        return counts, Terms(np.array(found.words, dtype=object), found.keys)
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


def _some(terms: Terms | np.ndarray, which: np.ndarray) -> Terms | np.ndarray:
    return Terms(terms.words, terms.keys[which]) if isinstance(terms, Terms) else terms[which]


def _hashes(terms: Terms | np.ndarray) -> np.ndarray:
    """A hash of each term; of one or two words from those of its words, so that no term is written out."""
    if not isinstance(terms, Terms):
        return pd.util.hash_array(np.asarray(terms, dtype=object), categorize=False)
    # 0: no second word
    of_words = np.append(np.uint64(0), pd.util.hash_array(terms.words, categorize=False))
    first, second = np.divmod(terms.keys, len(terms.words) + 1)
    mixed = of_words[first + 1] ^ (of_words[second] * np.uint64(0x9E3779B97F4A7C15))
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(33))
