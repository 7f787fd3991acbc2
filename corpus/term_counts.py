"""The terms of many texts, one word or two, counted part by part as whole numbers.

A term is the place of its first word among all words in order, and that of its second word: numbers in the
order in which the terms stand as text, since the space between two words comes before each letter and figure.
So no term is written out before somebody asks for it, and those of a million abstracts fit in memory.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

# what is a word: as in scikit-learn's CountVectorizer, two signs or more
_WORDS = re.compile(r"(?u)\b\w\w+\b")
# so many terms are merged at a time
_MERGED_AT_ONCE = 4_000_000


class Terms(Sequence[str]):
    """Terms in the order of their text, each written out when asked for.

    Parameters
    ----------
    words : array of str (n_words,)
        In order.
    keys : array of int64 (n_terms,)
        Ascending (:func:`keys_of`).

    Examples
    --------
    >>> words = np.array(["power", "trust"], dtype=object)
    >>> terms = Terms(words, keys_of(np.array([1, 1]), np.array([-1, 0]), len(words)))
    >>> list(terms), terms.searchsorted(["trust power"]).tolist()
    (['trust', 'trust power'], [1])
    """

    def __init__(self, words: np.ndarray, keys: np.ndarray) -> None:
        self.words, self.keys = words, keys

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, column: Any) -> Any:
        if not isinstance(column, (int, np.integer)):
            return [self[place] for place in np.arange(len(self))[column].tolist()]
        first, second = divmod(int(self.keys[column]), len(self.words) + 1)
        return f"{self.words[first]} {self.words[second - 1]}" if second else str(self.words[first])

    def searchsorted(self, names: Sequence[str]) -> np.ndarray:
        """The column of each of these terms; of one that is not there, where it would stand."""
        found = [self._key(name) for name in names]
        return np.searchsorted(self.keys, np.array(found, dtype=np.int64))

    def _key(self, name: str) -> int:
        first, _, second = name.partition(" ")
        places = np.searchsorted(self.words, np.array([first, second], dtype=object))
        return int(places[0]) * (len(self.words) + 1) + (int(places[1]) + 1 if second else 0)


def keys_of(first: np.ndarray, second: np.ndarray, n_words: int) -> np.ndarray:
    """The number of each term: places of its words among ``n_words``, the second -1 where there is one."""
    return first.astype(np.int64) * (n_words + 1) + (second.astype(np.int64) + 1)


@dataclass(frozen=True)
class Counted:
    """The terms of some texts.

    Attributes
    ----------
    words : list of str
        In order.
    keys : array of int64 (n_terms,)
        The terms, ascending, by the places of ``words``.
    indptr, columns, counts : arrays of int32
        How often each text has each term: rows of a sparse matrix, columns ascending.
    """

    words: list[str]
    keys: np.ndarray
    indptr: np.ndarray
    columns: np.ndarray
    counts: np.ndarray


def count_terms(texts: Sequence[str], longest: int) -> Counted:
    """Count the terms of some texts, as scikit-learn's CountVectorizer does.

    Parameters
    ----------
    texts : sequence of str
    longest : {1, 2}
        Words in the longest term.

    Examples
    --------
    >>> counted = count_terms(["Trust in trust", "in trust"], longest=2)
    >>> list(Terms(np.array(counted.words, dtype=object), counted.keys))
    ['in', 'in trust', 'trust', 'trust in']
    >>> counted.counts.tolist()
    [1, 1, 2, 1, 1, 1, 1]
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 (a second to load, and only ranking needs it)

    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    met, lengths, look_up = array("i"), np.zeros(len(texts), dtype=np.int64), number.__getitem__
    for row, text in enumerate(texts):
        found = _WORDS.findall(text.lower())
        met.extend(map(look_up, found))
        lengths[row] = len(found)
    words = sorted(number)
    place: np.ndarray = np.zeros(len(words), dtype=np.int64)
    place[[number[word] for word in words]] = np.arange(len(words))
    tokens = place[np.frombuffer(met, dtype=np.int32)] if met else place[:0]
    rows = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    keys = keys_of(tokens, np.full(len(tokens), -1), len(words))
    if longest > 1 and len(tokens):
        together = rows[:-1] == rows[1:]
        pairs = keys_of(tokens[:-1][together], tokens[1:][together], len(words))
        keys, rows = np.concatenate([keys, pairs]), np.concatenate([rows, rows[:-1][together]])
    every, columns = np.unique(keys, return_inverse=True)
    shape = (len(texts), max(1, len(every)))
    # of pairs that stand twice the ones are summed
    counts = csr_matrix((np.ones(len(rows), dtype=np.int32), (rows, columns.astype(np.int32))), shape=shape)
    counts.sum_duplicates()
    return Counted(words, every, counts.indptr, counts.indices, counts.data)


def merge_terms(
    parts: Iterable[tuple[list[str], np.ndarray, np.ndarray]],
) -> tuple[Terms, np.ndarray, list[np.ndarray]]:
    """The terms of several parts together.

    Parameters
    ----------
    parts : iterable of (words, keys, n_with)
        Words and keys as of :class:`Counted`, and in how many texts each term is. Taken one after the other,
        and their words are not held twice.

    Returns
    -------
    terms : Terms
    n_with : array of int64 (n_terms,)
    columns : list of arrays of int32
        For each part the column of each of its terms.
    """
    number: dict[str, int] = {}
    met, every, counts = list[np.ndarray](), list[np.ndarray](), list[np.ndarray]()
    for part_words, keys, part_counts in parts:
        numbers = (number.setdefault(word, len(number)) for word in part_words)
        met.append(np.fromiter(numbers, dtype=np.int64, count=len(part_words)))
        every.append(keys)
        counts.append(part_counts)
    words = sorted(number)
    place: np.ndarray = np.zeros(len(words), dtype=np.int64)
    place[[number[word] for word in words]] = np.arange(len(words))
    for row, numbers_met in enumerate(met):
        every[row] = _renumbered(place[numbers_met], every[row], len(words))
    columns = [np.zeros(len(keys), dtype=np.int32) for keys in every]
    merged: list[np.ndarray] = []
    n_with: list[np.ndarray] = []
    n_before = 0
    for low, high in pairwise(_borders(every, len(words)) if every else ()):
        slices = [slice(*np.searchsorted(keys, [low, high]).tolist()) for keys in every]
        some = np.concatenate([keys[which] for keys, which in zip(every, slices, strict=True)])
        if not len(some):
            continue
        found, at = np.unique(some, return_inverse=True)
        common = np.concatenate([part[which] for part, which in zip(counts, slices, strict=True)])
        merged.append(found)
        n_with.append(np.bincount(at, common, len(found)).astype(np.int64))
        start = 0
        for of_part, which in zip(columns, slices, strict=True):
            stop = start + which.stop - which.start
            of_part[which] = n_before + at[start:stop]
            start = stop
        n_before += len(found)
    keys_of_all = np.concatenate(merged) if merged else np.zeros(0, dtype=np.int64)
    common_of_all = np.concatenate(n_with) if n_with else np.zeros(0, dtype=np.int64)
    return Terms(np.array(words, dtype=object), keys_of_all), common_of_all, columns


def _renumbered(places: np.ndarray, keys: np.ndarray, n_words: int) -> np.ndarray:
    """The keys by the places of their words among all; they stay ascending."""
    first, second = np.divmod(keys, len(places) + 1)
    # -1: no second word
    places = np.concatenate([[-1], places])
    return keys_of(places[first + 1], places[second], n_words)


def _borders(every: Sequence[np.ndarray], n_words: int) -> list[int]:
    """Keys between which there are about as many terms as are merged at a time."""
    n_pieces = 1 + sum(map(len, every)) // _MERGED_AT_ONCE
    largest = max(every, key=len, default=np.zeros(0, dtype=np.int64))
    inside = [int(largest[len(largest) * piece // n_pieces]) for piece in range(1, n_pieces)]
    return sorted({0, *inside, (n_words + 1) ** 2})
