"""Places in the bytes of a text: of lines, of the white space around their values, and the texts between."""

from __future__ import annotations

import mmap

import numpy as np
import pyarrow as pa

from corpus.values import TEXT

# white space as ``str.strip`` sees it: of one byte, and of two or three
_SPACES = np.zeros(256, dtype=bool)
_SPACES[[9, 10, 11, 12, 13, 28, 29, 30, 31, 32]] = True
_WIDE_SPACES = tuple(
    chr(number).encode()
    for number in (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
)
# where more white space leads or follows, the place is not looked for
_MOST_SPACES = 40
# values this long on average are copied one by one
_LONG = 256


def numbers_at(signs: np.ndarray, places: np.ndarray, width: int) -> np.ndarray:
    """The ``width`` bytes from each place on as a number, the first byte lowest; eight must be there."""
    eight = np.ndarray(len(signs) - 7, dtype="<u8", buffer=signs, strides=(1,))
    return eight[places] & np.uint64((1 << 8 * width) - 1)


def trimmed(signs: np.ndarray, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places without the white space at both ends; -1 where there is too much of it."""
    for _ in range(_MOST_SPACES):
        more = (first < last) & _SPACES[signs[first]]
        if not more.any():
            break
        first = first + more
    else:
        first = np.where((first < last) & _SPACES[signs[first]], -1, first)
    for _ in range(_MOST_SPACES):
        more = (first < last) & _SPACES[signs[last - 1]]
        if not more.any():
            return first, last
        last = last - more
    return np.where((first < last) & _SPACES[signs[last - 1]], -1, first), last


def wide_space_at_edge(signs: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Whether a value begins or ends with white space that is no ASCII."""
    at_start, at_end = _wide(signs, first, first, last), _wide(signs, last - 2, first, last)
    return at_start | at_end | _wide(signs, last - 3, first, last)


def _wide(signs: np.ndarray, at: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Whether a white space of two or three bytes stands at a place that is within its line."""
    found = np.zeros(len(at), dtype=bool)
    lead = signs[np.maximum(at, 0)]
    for place in np.flatnonzero((at >= first) & (at < last) & (lead >= 0xC2) & (lead <= 0xE3)):
        if lead[place] in (0xC2, 0xE1, 0xE2, 0xE3):
            some = signs[at[place] : at[place] + 3].tobytes()
            found[place] = some.startswith(_WIDE_SPACES)
    return found


def slices(signs: bytes | np.ndarray, first: np.ndarray, last: np.ndarray) -> pa.Array:
    """Texts from where to where; they must not overlap and must be in order."""
    if not len(first):
        return pa.array([], TEXT)
    n_bytes = int((last - first).sum())
    if n_bytes > _LONG * len(first):
        view = np.frombuffer(signs, dtype=np.uint8).data
        # what is kept stands outside the heap, or what is not would leave holes between
        kept = mmap.mmap(-1, n_bytes)
        kept.write(b"".join([view[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True)]))
        offsets = np.concatenate([[0], np.cumsum(last - first)])
        return pa.LargeStringArray.from_buffers(len(first), pa.py_buffer(offsets), pa.py_buffer(kept))
    edges = np.empty(2 * len(first), dtype=np.int64)
    edges[0::2], edges[1::2] = first, last
    alternating = pa.LargeStringArray.from_buffers(len(edges) - 1, pa.py_buffer(edges), pa.py_buffer(signs))
    chosen = np.zeros(len(edges) - 1, dtype=bool)
    chosen[0::2] = True
    # three times as fast as taking them by place
    return alternating.filter(pa.array(chosen))
