"""Duplicates on a cluster: records prepared by part, blocks by a shuffle of their keys, pairs scored by part.

What comes back are the comparisons that one machine would have made; the groups are joined from them here, as
there. The shuffle is of (key, row) alone; of the records only those in a pair travel, each to the buckets of
pairs it is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from corpus.duplicates.block import KEYS, candidate_pairs
from corpus.duplicates.compared import (
    KEPT_FROM,
    KEY_COLUMNS,
    Compared,
    comparable,
    compare_records,
    judged_among,
)
from corpus.duplicates.prepare import COMPARED
from corpus.duplicates.score import shipped_score
from corpus.records import as_records
from samsyn.cluster.connection import Cluster, Progress
from samsyn.cluster.store import Store, content_name, in_parts, n_in, slice_of

_FOLDER = "duplicates"
# the keys, and then the pairs, of so many records go to one bucket
_RECORDS_OF_A_BUCKET = 200_000
# so many pairs are compared at a time
_PAIRS_AT_ONCE = 50_000
# a part's keys: which of KEYS, the hash, the row
Shuffled = tuple[np.ndarray, np.ndarray, np.ndarray]


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
    none = compare_records(once.head(0))
    if once.empty:
        return none
    parts = in_parts(once[["record_id", *COMPARED]])
    first = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    names = [f"{_FOLDER}/{content_name(part)}" for part in parts]
    for name, part in zip(names, parts, strict=True):
        if not cluster.store.has(name):
            cluster.store.write(name, part)
    del parts
    found = cluster.results(_judged(cluster, names, first), progress)
    came, met = none.records, none.met
    for name in names:
        came = came.plus(_read(cluster.store, name))
    cluster.store.keep(_FOLDER, set())
    for _, frame in found:
        met = met.plus(frame)
    return replace(Compared.of(came, met, none.made_with), n_compared=sum(n for n, _ in found))


def _judged(cluster: Cluster, names: list[str], first: np.ndarray) -> list[Any]:
    """Calls that judge the pairs, a bucket each; what they rest on is let go as soon as they have it."""
    n_buckets, store = n_in(int(first[-1]), _RECORDS_OF_A_BUCKET), cluster.store
    every = range(n_buckets)
    dealt = cluster.each(prepare_part, names, first[:-1].tolist(), n_buckets=n_buckets, store=store)
    of_keys = [cluster.each(slice_of, dealt, place=bucket) for bucket in every]
    met = [cluster.one(pairs_of_bucket, slices, n_buckets=n_buckets) for slices in of_keys]
    of_rows = [cluster.each(slice_of, met, place=bucket) for bucket in every]
    pairs = [cluster.one(unique_pairs, slices) for slices in of_rows]
    wanted = cluster.each(rows_by_part, pairs, first=first)
    of_part = [cluster.each(slice_of, wanted, place=part) for part in range(len(names))]
    sent = [
        cluster.one(rows_in_pairs, name, rows, first=start, store=store)
        for name, rows, start in zip(names, of_part, first[:-1].tolist(), strict=True)
    ]
    return [
        cluster.one(judge_pairs, of_bucket, cluster.each(slice_of, sent, place=bucket))
        for bucket, of_bucket in enumerate(pairs)
    ]


def prepare_part(name: str, first: int, *, n_buckets: int, store: Store) -> list[Shuffled]:
    """Write the comparable form of one part of the records, and what each may share with others.

    Returns
    -------
    list of Shuffled
        The keys with their rows (counted from ``first``), dealt into buckets by their hash.
    """
    prepared = comparable(as_records(store.read(name)))
    store.write(f"{name}-prepared", prepared)
    keys = prepared[list(KEY_COLUMNS)].to_numpy(np.uint64)
    rows, places = np.nonzero(keys)
    values = keys[rows, places]
    bucket = (values % np.uint64(n_buckets)).astype(np.int64)
    return [
        (
            places[bucket == b].astype(np.uint8),
            values[bucket == b],
            rows[bucket == b].astype(np.int64) + first,
        )
        for b in range(n_buckets)
    ]


def pairs_of_bucket(slices: Sequence[Shuffled], *, n_buckets: int) -> list[np.ndarray]:
    """The pairs that share a key of this bucket, dealt by their first row; arrays (n_pairs, 2)."""
    places, values, rows = (np.concatenate([part[i] for part in slices]) for i in range(3))
    there = np.unique(rows)
    keys = np.zeros((len(there), len(KEYS)), dtype=np.uint64)
    keys[np.searchsorted(there, rows), places] = values
    a, b = candidate_pairs(keys, np.ones(len(there), dtype=bool))
    pairs = np.stack([there[a], there[b]], axis=1)
    bucket = pairs[:, 0] % n_buckets
    return [pairs[bucket == b] for b in range(n_buckets)]


def unique_pairs(slices: Sequence[np.ndarray]) -> np.ndarray:
    """Pairs met in several buckets, each once and in order; array (n_pairs, 2)."""
    return np.unique(np.concatenate(slices), axis=0)


def rows_by_part(pairs: np.ndarray, *, first: np.ndarray) -> list[np.ndarray]:
    """The rows that stand in pairs, each once and ascending, by the part that has them."""
    return np.split(np.unique(pairs), np.searchsorted(np.unique(pairs), first[1:-1]))


def rows_in_pairs(
    name: str, wanted: Sequence[np.ndarray], *, first: int, store: Store
) -> list[tuple[np.ndarray, pd.DataFrame]]:
    """Of a part the records that are asked for, with their row numbers, for each who asks."""
    frame = _read(store, name)
    return [(rows, frame.iloc[rows - first]) for rows in wanted]


def judge_pairs(
    pairs: np.ndarray, parts: Sequence[tuple[np.ndarray, pd.DataFrame]]
) -> tuple[int, pd.DataFrame]:
    """How many pairs were compared, and those that matter, as ``Compared.pairs`` has them."""
    rows = np.concatenate([rows for rows, _ in parts])
    prepared = pd.concat([frame for _, frame in parts], ignore_index=True)
    a, b = np.searchsorted(rows, pairs[:, 0]), np.searchsorted(rows, pairs[:, 1])
    frames = []
    for start in range(0, max(1, len(pairs)), _PAIRS_AT_ONCE):
        some = slice(start, start + _PAIRS_AT_ONCE)
        found = judged_among(prepared, a[some], b[some], shipped_score())
        found = found.assign(a=pairs[some, 0], b=pairs[some, 1])
        frames.append(found[(found["probability"] >= KEPT_FROM) | (found["outcome"] != "different")])
    return len(pairs), _together(frames)


def _together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames below each other; an empty one would change the kind of the columns."""
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)


def _read(store: Store, name: str) -> pd.DataFrame:
    """What :func:`prepare_part` wrote."""
    return store.read(f"{name}-prepared")
