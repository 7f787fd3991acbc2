"""Ranking: which unread record to read next, and the words that spoke for and against it.

With decisions the ranking is that of ASReview's default model ELAS u4: TF-IDF of one- and two-word terms,
linear support vector machine, relevant records weighed up, the likeliest first. The protocol's own words take
part as one more relevant record; before the first irrelevant records are known, unread ones drawn at random
stand in for them. Both fade as decisions come in.
"""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corpus.kept_features import being_kept, give_back, load_features, name_of_features, write_terms
from corpus.ranking_features import (
    LONGEST_COUNTED,
    Progress,
    Texts,
    features_of_ones_own,
    read_features,
    texts_of,
)
from corpus.ranking_parts import RankingParts, RankingSettings, fresh, most_likely, transformer
from corpus.ranking_terms import in_words, places_of, shares
from corpus.records import as_records
from corpus.term_counts import Terms

__all__ = ["RANKING_COLUMNS", "Ranker", "rank", "texts_of"]
Count = Callable[..., tuple[Any, Terms]]
RANKING_COLUMNS = ("record_id", "rank", "score", "why")
# how many unread records stand in for irrelevant ones while none are known, and at most this share of them
_STAND_INS, _SHARE_OF_STAND_INS = 30, 1 / 8
# so many records are compared with the protocol's words at a time
_ROWS_AT_ONCE = 20_000
# from how many relevant records on the protocol's words count for less
_PROTOCOL_COUNTS_AS = 3


class Ranker:
    """A collection made ready to be ranked, again and again as decisions come in.

    Parameters
    ----------
    records : DataFrame
        Unique records with record_id, title, abstract.
    query : str
        The protocol's own words (:meth:`corpus.Protocol.query`); may be empty.
    settings : RankingSettings, optional
    parts : RankingParts, optional
        In place of those that the settings name.
    seed : int
        Draws the records that stand in for irrelevant ones, and what a query strategy draws.
    kept : Path, optional
        A folder where the features are kept for the next time (:mod:`corpus.kept_features`); not those of
        ``parts`` of one's own, which nothing names, nor those with terms of three words and more.
    workers : int
        Processes at most that read the texts of many records, where they are kept. In a script of your own
        more than one needs ``if __name__ == "__main__":`` around it. The outcome is the same.
    progress : callable, optional
        Wraps the parts in which many texts are read.

    Examples
    --------
    >>> records = pd.DataFrame({"record_id": ["a", "b", "c"],
    ...     "title": ["Trust in partnerships", "Steel bridges", "Partnerships and power"], "abstract": ""})
    >>> ranker = Ranker(records, query="trust in power")
    >>> ranker.rank({})["record_id"].tolist()
    ['a', 'c', 'b']
    >>> ranker.rank({"a": 0, "b": 1}, top=1)["record_id"].tolist()
    ['b']
    >>> ranker.reasons(["b"])["b"]
    'for: bridges, steel, steel bridges'
    """

    def __init__(
        self,
        records: pd.DataFrame,
        *,
        query: str = "",
        settings: RankingSettings | None = None,
        parts: RankingParts | None = None,
        seed: int = 1,
        kept: Path | None = None,
        workers: int = 1,
        progress: Progress | None = None,
    ) -> None:
        records = as_records(records)
        self.parts = parts or (settings or RankingSettings()).parts()
        self.record_ids = records["record_id"].to_numpy()
        self.row_of = {name: row for row, name in enumerate(self.record_ids)}
        self._features = transformer(self.parts.features)
        self._query = query
        self._query_text = unicodedata.normalize("NFC", query)
        # what counts the terms; None where the features are made otherwise
        self._counted: Count | None = None
        self._terms: np.ndarray | Terms | None = None
        texts, settings = Texts(records), settings or RankingSettings()
        if parts is None and settings.longest_term <= LONGEST_COUNTED:
            self._counted = count = partial(
                read_features, settings=settings, query=self._query_text, workers=workers, progress=progress
            )
            self._matrix = self._read(texts) if kept is None else self._kept(texts, settings, kept, count)
        else:
            self._matrix = self._read(texts)
        # linked when it is first needed: whoever called holds the texts until then
        self._classifier = fresh(self.parts.classifier)
        self._draw(seed)

    def beside(self) -> Ranker:
        """Another ranker of the same collection, which learns by itself; both share what was read.

        Examples
        --------
        >>> records = pd.DataFrame({"record_id": ["a", "b"], "title": ["Trust", "Steel"], "abstract": ""})
        >>> one = Ranker(records, query="trust")
        >>> other = one.beside()
        >>> other.rank({"a": 0, "b": 1})["record_id"].tolist(), one.rank({})["record_id"].tolist()
        (['b', 'a'], ['a', 'b'])
        """
        if hasattr(self._classifier, "link"):
            self._classifier.link(self._matrix)
        other = copy.copy(self)
        other._classifier = copy.copy(self._classifier)
        return other.start_again(self._seed)

    def start_again(self, seed: int = 1) -> Ranker:
        """Forget what was learned, and draw anew; returns itself."""
        if hasattr(self._classifier, "prepare"):
            self._classifier.prepare(self._matrix)
        else:
            self._classifier = fresh(self._classifier)
        self._draw(seed)
        return self

    def scores(self, rows: np.ndarray, labels: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
        """Learn from decisions and score the records.

        Parameters
        ----------
        rows, labels : arrays (n_decided,)
            Row numbers of the records decided on, and 1 (included) or 0 (excluded) for each.
        among : array of int, optional
            Row numbers of the records to score; all otherwise.

        Returns
        -------
        array (n_records,) or as long as ``among``
            Higher is more likely to be included; all 0 when there is nothing to learn from.
        """
        among = np.arange(len(self.record_ids)) if among is None else among
        if not self._learn(rows, labels):
            return self._nearness(among)
        if hasattr(self._classifier, "score_rows"):
            return self._classifier.score_rows(among)
        if hasattr(self._classifier, "decision_function"):
            return self._classifier.decision_function(self._matrix)[among]
        return self._classifier.predict_proba(self._matrix)[among, 1]

    def next_row(self, rows: np.ndarray, labels: np.ndarray, unread: np.ndarray) -> int:
        """The row to read next, of those in ``unread`` (array of row numbers, ascending)."""
        if self.parts.query is most_likely and hasattr(self._classifier, "best_of_rows"):
            if self._learn(rows, labels):
                return self._classifier.best_of_rows(unread)
            scores = self._nearness(unread)
        else:
            scores = self.scores(rows, labels, unread)
        return int(unread[self.parts.query(scores, 1, self._generator)[0]])

    def rank(
        self, labels: Mapping[str, int], *, among: Iterable[str] | None = None, top: int | None = None
    ) -> pd.DataFrame:
        """Rank the records by how likely they are to be included.

        Parameters
        ----------
        labels : mapping
            record_id -> 1 (included) or 0 (excluded), for those decided on.
        among : iterable of str, optional
            Only these record_ids; otherwise all, those decided on too.
        top : int, optional
            Only so many.

        Returns
        -------
        DataFrame
            Columns record_id, rank (from 1), score (a distance, not a probability); best first, ties in the
            order of the records.
        """
        wanted = np.arange(len(self.record_ids))
        if among is not None:
            wanted = np.array(sorted(self.row_of[name] for name in among), dtype=int)
        order, scores = self.best_rows(*self._decided(labels), wanted, top=top)
        return pd.DataFrame(
            {"record_id": self.record_ids[order], "rank": np.arange(1, len(order) + 1), "score": scores}
        )

    def best_rows(
        self, rows: np.ndarray, labels: np.ndarray, among: np.ndarray, *, top: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """As :meth:`rank`, in row numbers: nothing is looked up one by one, so that threads beside it run on.

        Parameters
        ----------
        rows, labels : arrays (n_decided,)
            As for :meth:`scores`.
        among : array of int
            Row numbers of the records to rank, ascending.
        top : int, optional
            Only so many.

        Returns
        -------
        order, scores : arrays (n_ranked,)
            Row numbers, best first, and the score of each.
        """
        # rounded, so that the last bits of a solution do not order records that are alike
        scores = self.scores(rows, labels).round(6) + 0.0
        n = len(among) if top is None else min(top, len(among))
        order = among[self.parts.query(scores[among], n, self._generator)] if n else among[:0]
        return order, scores[order]

    def held_out_scores(self, rows: np.ndarray, labels: np.ndarray, n_folds: int = 10) -> np.ndarray:
        """Scores of the included records, each as given while it was held out of the learning.

        Parameters
        ----------
        rows, labels : arrays (n_decided,)
            As for :meth:`scores`.
        n_folds : int
            In so many rounds.

        Returns
        -------
        array (n_included,)
            Ascending.
        """
        fold = np.zeros(len(rows), dtype=int)
        for label in (0, 1):
            of_label = self._generator.permutation(np.flatnonzero(labels == label))
            fold[of_label] = np.arange(len(of_label)) % n_folds
        held_out = []
        for number in range(n_folds):
            asked = rows[(fold == number) & (labels == 1)]
            if len(asked):
                held_out.append(self.scores(rows[fold != number], labels[fold != number], asked))
        return np.sort(np.concatenate(held_out)) if held_out else np.zeros(0)

    def worth_a_look(
        self, labels: Mapping[str, int], among: Iterable[str], *, share: float = 0.95
    ) -> list[str]:
        """Records that score as high as nearly all included ones did while held out.

        For records that come after the screening: an included record's own score is too high a bar, because
        the ranking has learned from it.

        Parameters
        ----------
        labels : mapping
            record_id -> 1 (included) or 0 (excluded), for those decided on.
        among : iterable of str
            The record_ids in question.
        share : float
            Of the included records, how many the bar lets through. With few included the lowest is the bar.

        Returns
        -------
        list of str
            In the order of the records; all of them while both labels are not there yet.
        """
        rows, known = self._decided(labels)
        asked = np.array(sorted(self.row_of[name] for name in among), dtype=int)
        bars = self.held_out_scores(rows, known) if 0 < known.sum() < len(known) else np.zeros(0)
        if len(bars) == 0 or len(asked) == 0:
            return [str(name) for name in self.record_ids[asked]]
        # as in conformal prediction: of n + 1 exchangeable scores, so many lie below the bar
        bar = bars[max(0, int((1 - share) * (len(bars) + 1)) - 1)]
        scores = self.scores(rows, known, asked)
        return [str(name) for name in self.record_ids[asked[scores >= bar]]]

    def reasons(self, record_ids: Iterable[str]) -> dict[str, str]:
        """The words that spoke for and against records in the last ranking; empty where the parts have none.

        Parameters
        ----------
        record_ids : iterable of str
        """
        weights = self.term_weights()
        return {name: in_words(self.terms(name, weights)) for name in record_ids}

    def term_weights(self) -> np.ndarray | None:
        """What the last ranking gave each term; None where the parts have no terms or no weights."""
        if self._terms is None:
            return None
        if self._has_learned:
            weights = getattr(self._classifier, "coef_", None)
            return None if weights is None else np.asarray(weights)[0]
        if not self._query:
            return np.zeros(self._matrix.shape[1])
        return self._matrix[len(self.record_ids) :].toarray()[0]

    def terms(self, record_id: str, weights: np.ndarray | None) -> list[tuple[str, float]]:
        """The terms of a record and what each adds to its score, what spoke for it first.

        Parameters
        ----------
        record_id : str
        weights : array (n_terms,)
            As :meth:`term_weights` gave them after a ranking; they may be kept while the next is learned.

        Examples
        --------
        >>> records = pd.DataFrame({"record_id": ["a", "b"], "title": ["Trust", "Steel bridges"],
        ...                         "abstract": ""})
        >>> ranker = Ranker(records)
        >>> _ = ranker.rank({"a": 1, "b": 0})
        >>> [(term, share > 0) for term, share in ranker.terms("a", ranker.term_weights())]
        [('trust', True)]
        """
        if weights is None or self._terms is None or record_id not in self.row_of:
            return []
        return shares(self._matrix, self.row_of[record_id], weights, self._terms)

    def n_with(self, terms: Iterable[str], record_ids: Iterable[str]) -> list[int]:
        """In how many of the records each term stands."""
        names = list(terms)
        if self._terms is None:
            return [0] * len(names)
        columns = self._terms.searchsorted(names)
        rows = [self.row_of[name] for name in record_ids if name in self.row_of]
        return np.asarray((self._matrix[rows][:, columns] != 0).sum(axis=0)).ravel().tolist()

    def places_of(self, text: str, terms: Iterable[str]) -> list[tuple[int, int, str]]:
        """Where terms of the ranking stand in a text (:func:`corpus.ranking_terms.places_of`)."""
        return [] if self._terms is None else places_of(text, terms, self._features.build_analyzer())

    def likeness(self, record_ids: Iterable[str], to: Iterable[str]) -> np.ndarray:
        """How alike records are to the nearest of some others: cosine of their features where TF-IDF.

        Parameters
        ----------
        record_ids, to : iterable of str

        Returns
        -------
        array (n_records,)
            All 0 when there is nothing to compare with.
        """
        rows, others = (
            [self.row_of[name] for name in names if name in self.row_of] for names in (record_ids, to)
        )
        if not rows or not others:
            return np.zeros(len(rows))
        nearness = self._matrix[rows] @ self._matrix[others].T
        dense = nearness.toarray() if hasattr(nearness, "toarray") else np.asarray(nearness)
        return dense.max(axis=1)

    # --- inside -----------------------------------------------------------------------------------------

    def _draw(self, seed: int) -> None:
        self._seed, self._generator = seed, np.random.default_rng(seed)
        self._stand_ins = self._generator.permutation(len(self.record_ids))
        self._has_learned = False

    def _decided(self, labels: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
        """Row numbers, ascending, and labels of the decisions."""
        decided = sorted((self.row_of[name], label) for name, label in labels.items() if name in self.row_of)
        pairs = np.array(decided, dtype=int).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def _kept(self, texts: Texts, settings: RankingSettings, folder: Path, count: Count) -> Any:
        """The texts' features as they were kept, or read, and kept then."""
        of_features = (settings.features, settings.longest_term, settings.max_df)
        columns = (texts.columns["title"], texts.columns["abstract"])
        name = name_of_features(columns, of_features, self._query)
        found = load_features(folder, name)
        # on a full disk, or in a folder that can only be read, they are read again next time
        with suppress(OSError):
            if found is None:
                with being_kept(folder, name) as unfinished:
                    found = count(texts, folder=unfinished)
                    write_terms(unfinished, found[1])
        if found is None:
            return self._read(texts)
        matrix, terms = found
        self._terms = terms if len(terms) else None
        give_back()
        return matrix

    def _read(self, texts: Any) -> Any:
        """The texts' features, and after them the query's, if there is one."""
        if self._counted is not None:
            matrix, terms = self._counted(texts)
            self._terms = terms if len(terms) else None
            return matrix
        matrix, self._terms = features_of_ones_own(self._features, texts, self._query_text)
        return matrix

    def _with_protocol(
        self, rows: np.ndarray, labels: np.ndarray, n_relevant: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """The decisions, with the protocol's words as a relevant row and stand-ins as irrelevant ones."""
        if not self._query:
            return rows, labels, None
        n_records = len(self.record_ids)
        n_wanted = _STAND_INS - (len(labels) - n_relevant)
        n_wanted = max(0, min(n_wanted, int(_SHARE_OF_STAND_INS * (n_records - len(rows)))))
        decided = set(rows.tolist())
        drawn = self._stand_ins[: n_wanted + len(rows)].tolist() if n_wanted else []
        stand_ins = [row for row in drawn if row not in decided][:n_wanted]
        extra = np.array([n_records, *stand_ins], dtype=int)
        trust = np.ones(len(rows) + len(extra))
        trust[len(rows)] = min(1.0, _PROTOCOL_COUNTS_AS / max(1, n_relevant))
        extra_labels = np.array([1] + [0] * len(stand_ins))
        return np.concatenate([rows, extra]), np.concatenate([labels, extra_labels]), trust

    def _learn(self, rows: np.ndarray, labels: np.ndarray) -> bool:
        """Fit to decisions; False where they, with the protocol's words, are not of both kinds."""
        rows, labels, trust = self._with_protocol(rows, labels, int(labels.sum()))
        self._has_learned = bool(0 < labels.sum() < len(labels))
        if self._has_learned:
            weights = np.ones(len(rows)) if self.parts.balance is None else self.parts.balance(labels)
            self._fit(rows, labels, weights if trust is None else weights * trust)
        return self._has_learned

    def _nearness(self, among: np.ndarray) -> np.ndarray:
        """Of records to the protocol's words, where there is nothing to learn from; else 0."""
        if not self._query:
            return np.zeros(len(among))
        query, found = self._matrix[len(self.record_ids) :].T, [np.zeros(0)]
        for start in range(0, len(among), _ROWS_AT_ONCE):
            nearness = self._matrix[among[start : start + _ROWS_AT_ONCE]] @ query
            found.append(np.asarray(nearness.todense() if hasattr(nearness, "todense") else nearness).ravel())
        return np.concatenate(found)

    def _fit(self, rows: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> None:
        from sklearn.utils.validation import has_fit_parameter  # noqa: PLC0415 (a second to load, and only learning needs it)

        if hasattr(self._classifier, "fit_rows"):
            self._classifier.fit_rows(self._matrix, rows, labels, weights)
        elif has_fit_parameter(self._classifier, "sample_weight"):
            self._classifier.fit(self._matrix[rows], labels, sample_weight=weights)
        else:
            self._classifier.fit(self._matrix[rows], labels)


def rank(
    records: pd.DataFrame,
    labels: Mapping[str, int],
    *,
    query: str = "",
    settings: RankingSettings | None = None,
    parts: RankingParts | None = None,
    seed: int = 1,
    top: int | None = None,
) -> pd.DataFrame:
    """Rank records by how likely they are to be included, with the words that spoke for and against.

    Parameters
    ----------
    records : DataFrame
        Unique records with record_id, title, abstract.
    labels : mapping
        record_id -> 1 (included) or 0 (excluded), for those decided on.
    query : str
        The protocol's own words.
    settings : RankingSettings, optional
    parts : RankingParts, optional
        In place of those that the settings name.
    seed : int
    top : int, optional
        Only so many; otherwise all records.

    Returns
    -------
    DataFrame
        Columns record_id, rank (from 1), score (higher is more likely; a distance, not a probability), why;
        best first; ties in the order of ``records``.

    Examples
    --------
    >>> records = pd.DataFrame({"record_id": ["a", "b", "c"],
    ...     "title": ["Trust in partnerships", "Steel bridges", "Partnerships and power"], "abstract": ""})
    >>> rank(records, {}, query="trust in power")["record_id"].tolist()
    ['a', 'c', 'b']
    >>> rank(records, {"a": 0, "b": 1}, top=1).loc[0, "record_id"]
    'b'
    """
    if len(records) == 0:
        return pd.DataFrame(columns=list(RANKING_COLUMNS))
    ranker = Ranker(records, query=query, settings=settings, parts=parts, seed=seed)
    ranking = ranker.rank(labels, top=top)
    return ranking.assign(why=ranking["record_id"].map(ranker.reasons(ranking["record_id"])))
