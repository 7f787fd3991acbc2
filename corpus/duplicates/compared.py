"""All comparisons of a set of records, kept so that of a new source only what is new is compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from corpus.duplicates.block import KEYS, block_keys, candidate_pairs, still_share
from corpus.duplicates.compare import compare
from corpus.duplicates.conflicts import conflicts, outcomes
from corpus.duplicates.prepare import prepare, record_marks
from corpus.duplicates.score import Score, probabilities, shipped_score
from corpus.kept_frames import keep_frame, kept_frame

# pairs less likely than this are not kept; nothing is decided by them
KEPT_FROM = 0.2
# so many records are prepared at a time, and so many pairs compared
_RECORDS_AT_ONCE, _PAIRS_AT_ONCE = 20_000, 50_000
Progress = Callable[[Iterable], Iterable]
# changes when what is kept means something else, so that an old cache is not read
_FORM = "3"


@dataclass(frozen=True)
class Compared:
    """The comparisons of a set of records.

    Attributes
    ----------
    prepared : DataFrame
        From ``corpus.duplicates.prepare``, in the order of ``record_id``.
    keys : array of uint64
        What each of them may share with others (``corpus.duplicates.block``).
    pairs : DataFrame
        The pairs that matter: ``a``, ``b`` (rows of ``prepared``), ``within`` (compared only because both are
        in one group), ``probability``, ``outcome``, and the columns of ``compare`` and ``conflicts``.
    made_with : str
        Names the score and form that it was made with.
    n_compared : int
        How many pairs were compared this time, for those who measure.
    """

    prepared: pd.DataFrame
    keys: np.ndarray
    pairs: pd.DataFrame
    made_with: str
    n_compared: int = 0

    def save(self, folder: Path) -> None:
        """Write it to two Parquet files in a folder, which may be deleted at any time."""
        keys = pd.DataFrame(self.keys, columns=[f"key_{name}" for name in KEYS])
        # pairs are rows of these records: not those of another run that was stopped between the two files
        told = {"of": hashlib.blake2b(self.prepared["mark"].to_numpy().tobytes(), digest_size=16).hexdigest()}
        keep_frame(folder / "records.parquet", self.made_with, pd.concat([self.prepared, keys], axis=1), told)
        keep_frame(folder / "pairs.parquet", self.made_with, self.pairs, told)

    @classmethod
    def load(cls, folder: Path, score: Score | None = None) -> Compared | None:
        """Read it again; None when it is not there, damaged, or was made with another score or version."""
        made_with = _made_with(score or shipped_score())
        kept_records = kept_frame(folder / "records.parquet", made_with)
        kept_pairs = kept_frame(folder / "pairs.parquet", made_with)
        if kept_records is None or kept_pairs is None or kept_records[1] != kept_pairs[1]:
            return None
        records, pairs = kept_records[0], kept_pairs[0]
        names = [f"key_{name}" for name in KEYS]
        if len(pairs) and max(pairs["a"].max(), pairs["b"].max()) >= len(records):
            return None
        prepared = records.drop(columns=names)
        texts = [name for name in prepared.columns if prepared[name].dtype.kind not in "iubf"]
        prepared[texts] = prepared[texts].astype(object)
        pairs["outcome"] = pairs["outcome"].astype(object)
        return cls(prepared, records[names].to_numpy(np.uint64), pairs, made_with)


def compare_records(
    records: pd.DataFrame,
    earlier: Compared | None = None,
    score: Score | None = None,
    progress: Progress | None = None,
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
    """
    progress = progress or iter
    score = score or shipped_score()
    made_with = _made_with(score)
    known = earlier if _fits(earlier, made_with) else None
    prepared, old = _prepared(records, in_order(records), known, progress)
    n = len(prepared)
    if old is None or earlier is None:
        keys, is_new, kept = block_keys(prepared), np.ones(n, dtype=bool), None
    else:
        is_new = np.ones(n, dtype=bool)
        is_new[old] = False
        keys = np.zeros((n, len(KEYS)), dtype=np.uint64)
        keys[old] = earlier.keys
        keys[is_new] = block_keys(prepared[is_new].reset_index(drop=True))
        # pairs keep their order, a before b: both are in the order of record_id
        kept = earlier.pairs.assign(a=old[earlier.pairs["a"]], b=old[earlier.pairs["b"]])
    a, b = candidate_pairs(keys, is_new)
    frames = []
    for start in progress(range(0, max(1, len(a)), _PAIRS_AT_ONCE)):
        some = slice(start, start + _PAIRS_AT_ONCE)
        found = judged(prepared, a[some], b[some], score, within=False)
        frames.append(found[(found["probability"] >= KEPT_FROM) | (found["outcome"] != "different")])
    # an empty frame would change the kind of the columns
    pairs = pd.concat([frame for frame in frames if len(frame)] or frames[:1])
    if kept is not None:
        pairs = pd.concat([kept, pairs]).sort_values(["a", "b"])
    return Compared(prepared, keys, pairs.reset_index(drop=True), made_with, len(a))


def in_order(records: pd.DataFrame) -> np.ndarray:
    """The rows in the order of ``record_id``."""
    return np.argsort(records["record_id"].to_numpy(object), kind="stable")


def judged(
    prepared: pd.DataFrame, a: np.ndarray, b: np.ndarray, score: Score, *, within: bool
) -> pd.DataFrame:
    """The pairs of rows with their comparison, conflicts, probability and outcome."""
    # only the records concerned are made into strings: of a slice few are
    is_concerned = np.zeros(len(prepared), dtype=bool)
    is_concerned[a] = is_concerned[b] = True
    row_among = np.cumsum(is_concerned) - 1
    pair = compare(prepared[is_concerned].reset_index(drop=True), row_among[a], row_among[b])
    against = conflicts(pair)
    probability = probabilities(pair, score)
    head = pd.DataFrame(
        {
            "a": a.astype(np.int64),
            "b": b.astype(np.int64),
            "within": np.full(len(a), within),
            "probability": probability,
            "outcome": outcomes(pair, against, probability),
        }
    )
    return pd.concat([head, pair, against.add_prefix("conflict_")], axis=1)


def in_blocks(compared: Compared) -> np.ndarray:
    """Which of the kept pairs would be compared if all records had come at once."""
    a, b = compared.pairs["a"].to_numpy(np.int64), compared.pairs["b"].to_numpy(np.int64)
    return still_share(compared.keys, a, b)


def _prepared(
    records: pd.DataFrame, order: np.ndarray, earlier: Compared | None, progress: Progress
) -> tuple[pd.DataFrame, np.ndarray | None]:
    """The prepared records in this order, and where the earlier ones are among them (None: nothing used)."""
    if earlier is None:
        return _in_parts(records, order, progress), None
    names = pd.Index(records["record_id"].to_numpy(object)[order])
    at = names.get_indexer(pd.Index(earlier.prepared["record_id"]))
    if (at < 0).any():
        return _in_parts(records, order, progress), None
    marks = record_marks(records)[order]
    if (marks[at] != earlier.prepared["mark"].to_numpy(np.uint64)).any():
        return _in_parts(records, order, progress), None
    is_new = np.ones(len(records), dtype=bool)
    is_new[at] = False
    fresh = _in_parts(records, order[is_new], progress)
    both = pd.concat([earlier.prepared, fresh], ignore_index=True)
    return both.iloc[in_order(both)].reset_index(drop=True), at


def _in_parts(records: pd.DataFrame, rows: np.ndarray, progress: Progress) -> pd.DataFrame:
    starts = range(0, max(1, len(rows)), _RECORDS_AT_ONCE)
    parts = [prepare(records.iloc[rows[start : start + _RECORDS_AT_ONCE]]) for start in progress(starts)]
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _fits(earlier: Compared | None, made_with: str) -> bool:
    return earlier is not None and earlier.made_with == made_with


def _made_with(score: Score) -> str:
    text = json.dumps(score, sort_keys=True)
    return f"{_FORM}-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"
