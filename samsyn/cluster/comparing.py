"""Duplicates on a cluster: records prepared by part, blocks by a shuffle of their keys, pairs scored by part.

What comes back are the comparisons that one machine would have made; the groups are joined from them here, as
there. The shuffle is of (key, row) alone; of the records only those in a pair travel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from corpus.duplicates.block import KEYS, block_keys, candidate_pairs
from corpus.duplicates.compared import KEPT_FROM, Compared, compare_records, judged
from corpus.duplicates.prepare import COMPARED, prepare
from corpus.duplicates.score import shipped_score
from corpus.records import as_records
from samsyn.cluster.connection import Cluster, Progress
from samsyn.cluster.store import Store, content_name, in_parts

_FOLDER = "duplicates"
# a part's keys: which of KEYS, the hash, the row
Shuffled = tuple[np.ndarray, np.ndarray, np.ndarray]
Prepared = tuple[pd.DataFrame, np.ndarray]


def compared_on(cluster: Cluster, records: pd.DataFrame, progress: Progress | None = None) -> Compared:
    """What :func:`corpus.duplicates.compared.compare_records` gives, to the byte.

    Parameters
    ----------
    cluster : Cluster
    records : DataFrame
        With record columns; a record_id that comes again is left out.
    progress : callable, optional
    """
    once = as_records(records).drop_duplicates("record_id", ignore_index=True)
    if once.empty:
        return compare_records(once)
    order = np.argsort(once["record_id"].to_numpy(object), kind="stable")
    parts = in_parts(once.iloc[order][["record_id", *COMPARED]])
    first = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    names = []
    for part in parts:
        names.append(f"{_FOLDER}/{content_name(part)}")
        if not cluster.store.has(names[-1]):
            cluster.store.write(names[-1], part)
    n_buckets = len(parts)
    prepared = cluster.each(prepare_part, names, store=cluster.store)
    shuffled = cluster.each(keys_by_bucket, prepared, first[:-1].tolist(), n_buckets=n_buckets)
    of_bucket = [cluster.each(_at, shuffled, place=bucket) for bucket in range(n_buckets)]
    met = [cluster.one(pairs_of_bucket, slices, first=first) for slices in of_bucket]
    of_part = [cluster.each(_at, met, place=part) for part in range(len(parts))]
    wanted = [cluster.one(unique_pairs, slices) for slices in of_part]
    found = []
    for pairs in wanted:
        rows = cluster.each(rows_in_pairs, prepared, first[:-1].tolist(), pairs=pairs)
        found.append(cluster.one(judge_pairs, pairs, rows))
    pairs_found = cluster.results(found, progress)
    made = cluster.results(prepared)
    cluster.store.keep(_FOLDER, set())
    filled = [frame for _, frame in pairs_found if len(frame)] or [pairs_found[0][1]]
    return Compared(
        pd.concat([frame for frame, _ in made], ignore_index=True),
        np.concatenate([keys for _, keys in made]),
        pd.concat(filled, ignore_index=True),
        compare_records(once.head(0)).made_with,
        sum(n for n, _ in pairs_found),
    )


def prepare_part(name: str, *, store: Store) -> Prepared:
    """The comparable form of one part of the records, and what each may share with others."""
    prepared = prepare(as_records(store.read(name)))
    return prepared, block_keys(prepared)


def keys_by_bucket(made: Prepared, first: int, *, n_buckets: int) -> list[Shuffled]:
    """The keys of a part with their rows (counted from ``first``), dealt into buckets by their hash."""
    rows, places = np.nonzero(made[1])
    values = made[1][rows, places]
    bucket = (values % np.uint64(n_buckets)).astype(np.int64)
    return [
        (
            places[bucket == b].astype(np.uint8),
            values[bucket == b],
            rows[bucket == b].astype(np.int64) + first,
        )
        for b in range(n_buckets)
    ]


def pairs_of_bucket(slices: Sequence[Shuffled], *, first: np.ndarray) -> list[np.ndarray]:
    """The pairs that share a key of this bucket, by the part of their first row; arrays (n_pairs, 2)."""
    places, values, rows = (np.concatenate([part[i] for part in slices]) for i in range(3))
    there = np.unique(rows)
    keys = np.zeros((len(there), len(KEYS)), dtype=np.uint64)
    keys[np.searchsorted(there, rows), places] = values
    a, b = candidate_pairs(keys, np.ones(len(there), dtype=bool))
    pairs = np.stack([there[a], there[b]], axis=1)
    part = np.searchsorted(first, pairs[:, 0], side="right") - 1
    return [pairs[part == p] for p in range(len(first) - 1)]


def unique_pairs(slices: Sequence[np.ndarray]) -> np.ndarray:
    """Pairs met in several buckets, each once and in order; array (n_pairs, 2)."""
    return np.unique(np.concatenate(slices), axis=0)


def rows_in_pairs(made: Prepared, first: int, *, pairs: np.ndarray) -> tuple[np.ndarray, pd.DataFrame]:
    """Of a part the records that stand in pairs, with their row numbers."""
    frame = made[0]
    inside = pairs[(pairs >= first) & (pairs < first + len(frame))]
    rows = np.unique(inside)
    return rows, frame.iloc[rows - first]


def judge_pairs(
    pairs: np.ndarray, parts: Sequence[tuple[np.ndarray, pd.DataFrame]]
) -> tuple[int, pd.DataFrame]:
    """How many pairs were compared, and those that matter, as ``Compared.pairs`` has them."""
    rows = np.concatenate([rows for rows, _ in parts])
    prepared = pd.concat([frame for _, frame in parts], ignore_index=True)
    a, b = np.searchsorted(rows, pairs[:, 0]), np.searchsorted(rows, pairs[:, 1])
    found = judged(prepared, a, b, shipped_score(), within=False).assign(a=pairs[:, 0], b=pairs[:, 1])
    kept = (found["probability"] >= KEPT_FROM) | (found["outcome"] != "different")
    return len(pairs), found[kept].reset_index(drop=True)


def _at(slices: Sequence, *, place: int) -> object:
    return slices[place]
