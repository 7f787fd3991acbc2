"""Which records are worth comparing: those that share something rare."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

# a block this large is a generic title, a name such as "Wang", a whole issue: nothing rare is shared
LARGEST = 60
# bits of a hash by which :func:`sieved` tells
_SIEVE = 20
KEYS = (
    "doi", "pmid", "title", "title_start", "title_end", "long_words", "year_volume_page", "author_page_year",
    "author_year_word", "author_volume_page", "author_year_volume", "journal_volume_page", "abstract_start",
    "abstract_middle", "author_short_words", "title_letters", "title_consonants", "all",
)  # fmt: skip

_NO_VOWELS = str.maketrans("", "", "aeiouyæøå")
# what of the prepared records they are made of
_READ = ("doi", "pmid", "title", "tight", "first", "volume", "page", "year", "journal", "abstract")


def block_keys(prepared: pd.DataFrame) -> np.ndarray:
    """For each record (row) a hash of each thing it may share (column, as :data:`KEYS`); 0 for none."""
    column = {name: prepared[name].tolist() for name in _READ}
    words = [title.split() for title in column["title"]]
    hashed = np.zeros((len(prepared), len(KEYS)), dtype=np.uint64)
    for place, name in enumerate(KEYS[:-1]):
        texts = np.empty(len(prepared), dtype=object)
        texts[:] = _key(name, column, words)
        codes, unique = pd.factorize(texts)
        if len(unique):
            of_unique = pd.util.hash_array(unique, categorize=False)
            hashed[:, place] = np.where(texts != "", of_unique[codes], 0)
    hashed[:, -1] = prepared["mark"].to_numpy(np.uint64)
    return hashed


def _key(name: str, column: dict[str, list], words: list[list[str]]) -> list[str]:
    """One of the keys; made one at a time, for all of them would fill the memory."""
    first, volume, page = column["first"], column["volume"], column["page"]
    year = [str(number) if number else "" for number in column["year"]]
    keys: dict[str, Callable[[], list[str]]] = {
        "doi": lambda: column["doi"],
        "pmid": lambda: column["pmid"],
        "title": lambda: [title if len(title) > 8 else "" for title in column["tight"]],
        "title_start": lambda: [" ".join(found[:5]) if len(found) >= 5 else "" for found in words],
        "title_end": lambda: [" ".join(found[-5:]) if len(found) >= 6 else "" for found in words],
        "long_words": lambda: [_longest(found) if len(found) > 4 else "" for found in words],
        "year_volume_page": lambda: _joined(year, volume, page),
        "author_page_year": lambda: _joined(first, page, year),
        "author_year_word": lambda: _joined(first, year, [found[0][:6] if found else "" for found in words]),
        "author_volume_page": lambda: _joined(first, volume, page),
        "author_year_volume": lambda: _joined(first, year, volume),
        "journal_volume_page": lambda: _joined(
            ["".join(word[0] for word in journal.split()) for journal in column["journal"]], volume, page
        ),
        "abstract_start": lambda: [text[:80] if len(text) > 60 else "" for text in column["abstract"]],
        "abstract_middle": lambda: [text[100:160] if len(text) > 150 else "" for text in column["abstract"]],
        "author_short_words": lambda: _joined(
            first, [" ".join(sorted(found, key=lambda word: (len(word), word))[-2:]) for found in words]
        ),
        # letters that were lost or written otherwise on the way are mostly vowels: ø, å, é
        "title_consonants": lambda: [
            found[:20] if len(found) >= 16 else ""
            for found in (title.translate(_NO_VOWELS) for title in column["tight"])
        ],
        "title_letters": lambda: [title[:24] if len(title) >= 24 else "" for title in column["tight"]],
    }
    return keys[name]()


def candidate_pairs(keys: np.ndarray, is_new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows to compare: pairs that share a key of a block that is not too large, one of them new at least.

    Parameters
    ----------
    keys : array of uint64
        From :func:`block_keys`.
    is_new : array of bool
        Rows that were not compared before.

    Returns
    -------
    a, b : arrays of int
        ``a < b``, in order, each pair once.
    """
    n, found = len(keys), []
    for place, name in enumerate(KEYS):
        column = keys[:, place]
        # of a block without a new record nothing is wanted: most are left out before the sorting
        rows = np.flatnonzero(sieved(column, column[is_new]))
        rows = rows[np.argsort(column[rows], kind="stable")]
        if len(rows) < 2:
            continue
        values = column[rows]
        starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
        sizes = np.diff(np.r_[starts, len(rows)])
        has_new = np.add.reduceat(is_new[rows].astype(np.int64), starts) > 0
        # records that are alike in everything are linked in a row, however many there are
        fits = (sizes > 1) & has_new & ((sizes <= LARGEST) | (name == "all"))
        kept = np.repeat(fits, sizes)
        rows, block = rows[kept], np.repeat(np.arange(len(sizes)), sizes)[kept]
        reach = 1 if name == "all" else LARGEST - 1
        for step in range(1, reach + 1):
            alike = block[step:] == block[:-step]
            if not alike.any():
                break
            a, b = rows[:-step][alike], rows[step:][alike]
            wanted = is_new[a] | is_new[b]
            a, b = a[wanted].astype(np.int64), b[wanted].astype(np.int64)
            found.append(np.minimum(a, b) * n + np.maximum(a, b))
    pairs = np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    return pairs // max(n, 1), pairs % max(n, 1)


def still_share(keys: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Which pairs of rows share a key of a block that is not too large: those that would be compared now."""
    shares = keys[a, -1] == keys[b, -1]
    for place in range(len(KEYS) - 1):
        column = keys[:, place]
        alike = (column[a] == column[b]) & (column[a] != 0)
        if alike.any():
            shared = column[a[alike]]
            values, sizes = np.unique(column[sieved(column, shared)], return_counts=True)
            shares[alike] |= sizes[np.searchsorted(values, shared)] <= LARGEST
    return shares


def sieved(column: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Which hashes may be among those wanted: all that are, few that are not, and no 0.

    Told by their first bits, which takes a hundredth of the time of sorting them.
    """
    marked = np.zeros(1 << _SIEVE, dtype=bool)
    marked[wanted >> np.uint64(64 - _SIEVE)] = True
    return marked[column >> np.uint64(64 - _SIEVE)] & (column != 0)


def _joined(*columns: list[str]) -> list[str]:
    return ["|".join(parts) if all(parts) else "" for parts in zip(*columns, strict=True)]


def _longest(words: list[str]) -> str:
    return " ".join(sorted(set(words), key=lambda word: (-len(word), word))[:4])
