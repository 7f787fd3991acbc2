"""All comparisons of a set of records, kept so that of a new source only what is new is compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from corpus.duplicates.block import KEYS, block_keys, candidate_pairs, still_share
from corpus.duplicates.compare import compare
from corpus.duplicates.conflicts import conflicts, outcomes
from corpus.duplicates.parts import Parts, schema_of, without
from corpus.duplicates.prepare import prepare, record_marks
from corpus.duplicates.score import Score, probabilities, shipped_score
from corpus.json_text import from_json
from corpus.records import as_records

# pairs less likely than this are not kept; nothing is decided by them
KEPT_FROM = 0.2
# so many records are prepared at a time, and so many pairs compared
_RECORDS_AT_ONCE, _PAIRS_AT_ONCE = 20_000, 50_000
Progress = Callable[[Iterable], Iterable]
# changes when what is kept means something else, so that an old cache is not read
_FORM = "4"
# under these names the keys stand beside what is compared
KEY_COLUMNS = tuple(f"key_{name}" for name in KEYS)


@dataclass(frozen=True, eq=False)
class Compared:
    """The comparisons of a set of records; rows are in the order of ``record_id``.

    Attributes
    ----------
    record_ids : array of str (n,)
    marks : array of uint64 (n,)
        A hash of all that is compared of each: tells one that changed from one that did not.
    keys : array of uint64 (n, number of ``KEYS``)
        What each of them may share with others (``corpus.duplicates.block``).
    pairs : DataFrame
        The pairs that matter: ``a``, ``b`` (rows), ``within`` (compared only because both are in one group),
        ``probability``, ``outcome``, and the columns of ``compare`` and ``conflicts``.
    made_with : str
        Names the score and form that it was made with.
    n_compared : int
        How many pairs were compared this time, for those who measure.
    made_from : tuple of str
        What the records came from, named by whoever keeps the comparisons.
    came : array of int (n,)
        As which of the records each came.
    records, met : Parts
        The comparable form of the records as they came (``corpus.duplicates.prepare``, and their keys), and
        the pairs as they were compared, by the records as they came.
    """

    record_ids: np.ndarray
    marks: np.ndarray
    keys: np.ndarray
    pairs: pd.DataFrame
    made_with: str
    n_compared: int
    made_from: tuple[str, ...]
    came: np.ndarray
    records: Parts
    met: Parts

    @classmethod
    def of(
        cls,
        records: Parts,
        met: Parts,
        made_with: str,
        made_from: Sequence[str] = (),
        came: np.ndarray | None = None,
    ) -> Compared:
        """The comparisons, from the records and the pairs as they came."""
        came = records.order("record_id") if came is None else came
        ids, marks = records.column("record_id")[came], records.column("mark")[came]
        row = np.empty(len(came), dtype=np.int64)
        row[came] = np.arange(len(came))
        pairs = met.rows(np.arange(len(met)))
        ends = np.sort(row[pairs[["a", "b"]].to_numpy(np.int64).reshape(-1, 2)], axis=1)
        pairs = pairs.assign(a=ends[:, 0], b=ends[:, 1]).sort_values(["a", "b"], ignore_index=True)
        return cls(
            ids, marks, _keys_in(records)[came], pairs, made_with, 0, tuple(made_from), came, records, met
        )

    def plus_records(self, new: Parts) -> Compared:
        """These and other records, not compared yet."""
        # looking up where they belong takes less than sorting all again
        order = new.order("record_id")
        ids = new.column("record_id")[order]
        at = np.searchsorted(self.record_ids, ids)
        ends = self.pairs[["a", "b"]].to_numpy(np.int64)
        ends = ends + np.searchsorted(at, ends, side="right")
        return replace(
            self,
            record_ids=np.insert(self.record_ids, at, ids),
            marks=np.insert(self.marks, at, new.column("mark")[order]),
            keys=np.insert(self.keys, at, _keys_in(new)[order], axis=0),
            pairs=self.pairs.assign(a=ends[:, 0], b=ends[:, 1]),
            came=np.insert(self.came, at, order + len(self.came)),
            records=replace(self.records, batches=(*self.records.batches, *new.batches)),
        )

    def plus_pairs(self, pairs: Sequence[pd.DataFrame], n_compared: int) -> Compared:
        """These and other pairs of rows, after so many more were compared."""
        found = [frame for frame in pairs if len(frame)]
        if not found:
            return replace(self, n_compared=self.n_compared + n_compared)
        met = self.met
        for frame in found:
            met = met.plus(frame.assign(a=self.came[frame["a"]], b=self.came[frame["b"]]))
        # an empty frame would change the kind of the columns
        both = pd.concat([self.pairs, *found] if len(self.pairs) else found)
        both = both.sort_values(["a", "b"], ignore_index=True)
        return replace(self, pairs=both, met=met, n_compared=self.n_compared + n_compared)

    def row_of(self, record_ids: np.ndarray) -> np.ndarray:
        """The row of each record, -1 where it is not there."""
        at = np.searchsorted(self.record_ids, record_ids)
        at[at == len(self.record_ids)] = 0
        there = self.record_ids[at] == record_ids if len(self.record_ids) else np.zeros(len(at), dtype=bool)
        return np.where(there, at, -1)

    def prepared(self, rows: np.ndarray | None = None, columns: Iterable[str] | None = None) -> pd.DataFrame:
        """The comparable form of some rows, or of all (``corpus.duplicates.prepare``)."""
        names = [name for name in self.records.schema.names if name not in KEY_COLUMNS]
        return self.records.rows(self.came if rows is None else self.came[rows], columns or names)

    def save(self, folder: Path) -> Compared:
        """Write what is in no file yet to Arrow files in a folder, which may be deleted at any time.

        Returns the same, which now knows what is in files.
        """
        folder.mkdir(parents=True, exist_ok=True)
        order = _no_order().plus(pd.DataFrame({"came": self.came}))
        unsaved = {"records": self.records, "pairs": self.met, "order": order}
        parts = {name: some.save(folder, name) for name, some in unsaved.items()}
        files = {name: saved.files for name, saved in parts.items()}
        told = {"made_with": self.made_with, "made_from": self.made_from, **files}
        written = folder / "compared.json.new"
        written.write_text(json.dumps(told), encoding="utf-8")
        written.replace(folder / "compared.json")
        without(folder, parts)
        return replace(self, records=parts["records"], met=parts["pairs"])

    @classmethod
    def load(cls, folder: Path, score: Score | None = None) -> Compared | None:
        """Read it again; None when it is not there, damaged, or was made with another score or version."""
        made_with = _made_with(score or shipped_score())
        try:
            told = from_json((folder / "compared.json").read_text(encoding="utf-8"))
            if told["made_with"] != made_with:
                return None
            kinds = {"records": _no_records(), "pairs": _no_pairs(), "order": _no_order()}
            found = {name: Parts.load(folder, none.schema, told[name]) for name, none in kinds.items()}
            made_from = [str(name) for name in told["made_from"]]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        records, met, came = found["records"], found["pairs"], found["order"].column("came")
        n, ends = len(records), np.concatenate([met.column("a"), met.column("b")])
        if not np.array_equal(np.sort(came), np.arange(n)) or ((ends < 0) | (ends >= n)).any():
            return None
        found_again = cls.of(records, met, made_with, made_from, came)
        is_in_order = (found_again.record_ids[:-1] < found_again.record_ids[1:]).all()
        return found_again if is_in_order else None


def compare_records(
    records: pd.DataFrame,
    earlier: Compared | None = None,
    score: Score | None = None,
    progress: Progress | None = None,
    *,
    only_new: bool = False,
) -> Compared:
    """Compare records with each other, or new ones with all when the earlier comparisons are given.

    Parameters
    ----------
    records : DataFrame
        ``record_id``, each once, and the columns that are compared (``corpus.duplicates.prepare``).
    earlier : Compared, optional
        Used when all its records are among these, unchanged.
    score : mapping, optional
        Another score than :func:`corpus.duplicates.score.shipped_score`.
    progress : callable, optional
        Wraps the parts in which many records are prepared, and then compared.
    only_new : bool
        The records are only those that came since; the earlier ones stand as they are.
    """
    progress = progress or iter
    score = score or shipped_score()
    made_with = _made_with(score)
    known = earlier if earlier is not None and earlier.made_with == made_with else None
    if only_new:
        if known is None:
            raise ValueError("only_new needs earlier comparisons that were made with this score.")
        new = records
    else:
        known, new = _since(known, records)
    parts = _no_records()
    for start in progress(range(0, len(new), _RECORDS_AT_ONCE)):
        parts = parts.plus(comparable(new.iloc[start : start + _RECORDS_AT_ONCE]))
    if known is None:
        compared, n_before = Compared.of(parts, _no_pairs(), made_with), 0
    else:
        compared, n_before = replace(known.plus_records(parts), n_compared=0), len(known.came)
    a, b = candidate_pairs(compared.keys, compared.came >= n_before)
    frames = []
    for start in progress(range(0, len(a), _PAIRS_AT_ONCE)):
        some = slice(start, start + _PAIRS_AT_ONCE)
        found = judged(compared, a[some], b[some], score, within=False)
        frames.append(found[(found["probability"] >= KEPT_FROM) | (found["outcome"] != "different")])
    return compared.plus_pairs(frames, len(a))


def comparable(records: pd.DataFrame) -> pd.DataFrame:
    """The comparable form of records, with what each may share with others."""
    prepared = prepare(records)
    return pd.concat([prepared, pd.DataFrame(block_keys(prepared), columns=list(KEY_COLUMNS))], axis=1)


def in_order(records: pd.DataFrame) -> np.ndarray:
    """The rows in the order of ``record_id``."""
    return np.argsort(records["record_id"].to_numpy(object), kind="stable")


def judged(compared: Compared, a: np.ndarray, b: np.ndarray, score: Score, *, within: bool) -> pd.DataFrame:
    """The pairs of rows with their comparison, conflicts, probability and outcome."""
    # only the records concerned are looked up: of a slice few are
    is_concerned = np.zeros(len(compared.came), dtype=bool)
    is_concerned[a] = is_concerned[b] = True
    row_among = np.cumsum(is_concerned) - 1
    prepared = compared.prepared(np.flatnonzero(is_concerned))
    return judged_among(prepared, row_among[a], row_among[b], score).assign(
        a=a.astype(np.int64), b=b.astype(np.int64), within=np.full(len(a), within)
    )


def judged_among(prepared: pd.DataFrame, a: np.ndarray, b: np.ndarray, score: Score) -> pd.DataFrame:
    """As :func:`judged`, by rows of the prepared records."""
    pair = compare(prepared, a, b)
    against = conflicts(pair)
    probability = probabilities(pair, score)
    head = pd.DataFrame(
        {
            "a": a.astype(np.int64),
            "b": b.astype(np.int64),
            "within": np.zeros(len(a), dtype=bool),
            "probability": probability,
            # as what is looked up in a file is
            "outcome": pd.Series(outcomes(pair, against, probability), dtype=object),
        }
    )
    return pd.concat([head, pair, against.add_prefix("conflict_")], axis=1)


def in_blocks(compared: Compared, rows: np.ndarray) -> np.ndarray:
    """Which of some kept pairs would be compared if all records had come at once."""
    a, b = (compared.pairs[end].to_numpy(np.int64)[rows] for end in ("a", "b"))
    return still_share(compared.keys, a, b)


def _since(known: Compared | None, records: pd.DataFrame) -> tuple[Compared | None, pd.DataFrame]:
    """What is known if it still holds, and the records that came since."""
    if known is None:
        return None, records
    at = pd.Index(records["record_id"].to_numpy(object)).get_indexer(known.record_ids)
    if (at < 0).any() or (record_marks(records)[at] != known.marks).any():
        return None, records
    return known, records.iloc[np.delete(np.arange(len(records)), at)]


def _keys_in(records: Parts) -> np.ndarray:
    keys = np.zeros((len(records), len(KEYS)), dtype=np.uint64)
    for place, name in enumerate(KEY_COLUMNS):
        keys[:, place] = records.column(name)
    return keys


@cache
def _no_records() -> Parts:
    return Parts(schema_of(comparable(as_records(pd.DataFrame({"record_id": []})))))


@cache
def _no_pairs() -> Parts:
    none = np.zeros(0, dtype=np.int64)
    prepared = prepare(as_records(pd.DataFrame({"record_id": []})))
    return Parts(schema_of(judged_among(prepared, none, none, shipped_score())))


@cache
def _no_order() -> Parts:
    return Parts(schema_of(pd.DataFrame({"came": np.zeros(0, dtype=np.int64)})))


def _made_with(score: Score) -> str:
    text = json.dumps(score, sort_keys=True)
    return f"{_FORM}-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"
