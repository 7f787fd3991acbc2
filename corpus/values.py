"""Values of an export by field: what readers give the door, and what is done with whole columns of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.large_string()


@dataclass(frozen=True)
class Values:
    """The values of one field, in the order of the file.

    Attributes
    ----------
    rows : int array (n_values,)
        The record each belongs to, by its place in the batch; ascending.
    texts : arrow array of text (n_values,)
    """

    rows: np.ndarray
    texts: pa.Array

    def where(self, kept: np.ndarray) -> Values:
        """Those values for which ``kept`` (bool array (n_values,)) is true."""
        return self if kept.all() else Values(self.rows[kept], self.texts.filter(pa.array(kept)))


@dataclass
class Batch:
    """What a reader found in a stretch of an export, by field.

    Attributes
    ----------
    lines : int array (n_records,)
        The line on which each record begins, from 1.
    raw : callable
        Gives each entry as it stands in the file: an arrow array of text (n_records,).
    databases : list of str, length n_records
        The database each entry names, ``""`` when it does not.
    columns : dict of str -> Values
        What the columns of the frame are filled from (see :class:`corpus.entries.Entry`).
    extra : dict of str -> Values
        Fields that no column holds.
    odd : list of Entry
        The entries that are not records, and those with warnings, in the order of the file.
    n_lines : int
        How many lines the stretch has, where it is a piece of the file.
    """

    lines: np.ndarray
    raw: Callable[[], pa.Array]
    databases: list[str]
    columns: dict[str, Values] = field(default_factory=dict)
    extra: dict[str, Values] = field(default_factory=dict)
    odd: list[Any] = field(default_factory=list)
    n_lines: int = 0


def as_texts(values: list[str]) -> pa.Array:
    """Texts as an arrow array; halves of letters, which no encoding has, are shown as \ufffd."""
    try:
        return pa.array(values, TEXT)
    except UnicodeEncodeError:
        return pa.array([re.sub("[\ud800-\udfff]", "\ufffd", value) for value in values], TEXT)


def together(some: list[Values]) -> Values:
    """The values of several fields as one, by record, in the order of the fields."""
    some = [values for values in some if len(values.rows)] or some[:1]
    if len(some) == 1:
        return some[0]
    rows = np.concatenate([values.rows for values in some])
    order = np.argsort(rows, kind="stable")
    return Values(rows[order], pa.concat_arrays([values.texts for values in some]).take(pa.array(order)))


def is_among(values: Values, others: Values) -> np.ndarray:
    """Whether each value is one of those that its record has among the others."""
    both = pa.concat_arrays([values.texts, others.texts]).dictionary_encode()
    keys = np.concatenate([values.rows, others.rows]) * (len(both.dictionary) + 1) + both.indices.to_numpy()
    return np.isin(keys[: len(values.rows)], keys[len(values.rows) :])


def merged(one: Batch, other: Batch) -> Batch:
    """Two batches of one stretch of a file as one, in the order of its lines."""
    lines = np.concatenate([one.lines, other.lines])
    order = np.argsort(lines, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    ours, theirs = place[: len(one.lines)], place[len(one.lines) :]
    databases = one.databases + other.databases

    def both(name: str, mine: dict[str, Values], others: dict[str, Values]) -> Values:
        places = ((ours, mine), (theirs, others))
        return together([Values(rows[of[name].rows], of[name].texts) for rows, of in places if name in of])

    return Batch(
        lines[order],
        lambda: pa.concat_arrays([one.raw(), other.raw()]).take(pa.array(order)),
        [databases[row] for row in order],
        {name: both(name, one.columns, other.columns) for name in one.columns | other.columns},
        {name: both(name, one.extra, other.extra) for name in one.extra | other.extra},
        one.odd + other.odd,
    )


def first(values: Values, n_records: int) -> tuple[pa.Array, Values]:
    """The first filled value of each record, ``""`` where there is none; and the others."""
    filled = values.where(is_filled(values.texts))
    is_first = np.concatenate([[True], filled.rows[1:] != filled.rows[:-1]])[: len(filled.rows)]
    return spread(filled.where(is_first), n_records), filled.where(~is_first)


def spread(values: Values, n_records: int) -> pa.Array:
    """Values of one to a record at the places of their records, ``""`` at the others."""
    if len(values.rows) == n_records:
        return values.texts
    places = np.full(n_records, -1)
    places[values.rows] = np.arange(len(values.rows))
    return pc.fill_null(values.texts.take(pa.array(places, mask=places < 0)), "")


def by_record(values: Values, n_records: int, separator: str) -> pa.Array:
    """The values of each record in one text."""
    ends = np.cumsum(np.bincount(values.rows, minlength=n_records))
    lists = pa.LargeListArray.from_arrays(pa.array(np.concatenate([[0], ends])), values.texts)
    return pc.binary_join(lists, pa.scalar(separator, TEXT))


def is_filled(texts: pa.Array) -> np.ndarray:
    """Whether each text holds anything."""
    return np.asarray(pc.not_equal(texts, ""))


def mapped(texts: pa.Array, function: Callable[[str], object], kind: pa.DataType = TEXT) -> pa.Array:
    """What a function gives for each text, called once for each different one."""
    encoded = texts.dictionary_encode()
    given = pa.array([function(text) for text in encoded.dictionary.to_pylist()], kind)
    return given.take(encoded.indices)
