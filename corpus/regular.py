"""Tagged exports read a field at a time where they are regular; the rest of them entry by entry.

An entry is regular when it is what every program writes: a start, lines of known tags, values that go on
over lines, an end, blank lines. Nine in ten are. What is not is handed, with the entry behind it, to
:func:`corpus.tagged.read_tagged`; both give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import mmap

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.columns import batch_of
from corpus.dialects import JOINED, Dialect
from corpus.entries import Entry
from corpus.tagged_count import count_piece
from corpus.tagged_details import Complete, short_type
from corpus.values import TEXT, Batch, Values, is_among, mapped, merged, together

Bytes = np.ndarray
# white space as ``str.strip`` sees it: of one byte, and of two or three
_SPACES = np.zeros(256, dtype=bool)
_SPACES[[9, 10, 11, 12, 13, 28, 29, 30, 31, 32]] = True
_WIDE_SPACES = [sign.encode() for sign in "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"] + [
    chr(number).encode() for number in range(0x2000, 0x200B)
]
# values this long on average are copied one by one
_LONG = 256
# a value that is led by more is left to the careful reader
_MOST_SPACES = 40


@dataclass(frozen=True, eq=False)
class Regular:
    """How one dialect's regular entries are read.

    Attributes
    ----------
    dialect : Dialect
    careful : callable
        Text -> its entries, for what is not regular.
    complete : Complete
        What the dialect says in a way of its own.
    """

    dialect: Dialect
    careful: Callable[[str], Iterator[Entry]]
    complete: Complete

    @cached_property
    def tags(self) -> tuple[np.ndarray, list[str]]:
        """How a line of each known tag begins, as numbers in order; and the tags in that order."""
        dialect = self.dialect
        known = {**dialect.tag_of, **({f"{dialect.ends}{dialect.mark}": dialect.ends} if dialect.ends else {})}
        numbered = sorted((int.from_bytes(begins.encode(), "little"), tag) for begins, tag in known.items())
        return np.array([number for number, _ in numbered], dtype=np.uint64), [tag for _, tag in numbered]

    def cut(self, data: bytes, since: int) -> int:
        """Where the last entry begins before which the export surely parts (see ``Piecewise``)."""
        dialect = self.dialect
        sign, ends = f"\n{dialect.starts}{dialect.mark}".encode(), f"\n{dialect.ends}".encode()
        since = max(0, since - len(sign))
        place = data.rfind(sign, since)
        while place > 0:
            before = data[max(0, place - 40) : place + 1]
            if not dialect.ends:
                parts = before.endswith(b"\n\n")
            elif parts := before.rstrip(b" -\n").endswith(ends):
                # the end of an entry that has begun, not a stray one
                end = data.rfind(ends, 0, place)
                begun = data.startswith(sign[1:]) - 1
                parts = max(begun, data.rfind(sign, 0, end)) > data.rfind(ends, 0, end)
            if parts:
                return place + 1
            place = data.rfind(sign, since, place)
        return 0

    def read(self, piece: bytes) -> Batch:
        """What a piece holds, field by field where most of it is regular."""
        found = _Piece(piece, self)
        if not len(found.begins) or found.n_regular < 0.7 * len(found.begins):
            return batch_of(list(self.careful(piece.decode())))
        return found.batch()


    def count(self, piece: bytes) -> int:
        """How many entries a piece holds, told from the looks of its lines alone."""
        return count_piece(piece, self.dialect)


class _Piece:
    """A piece of an export, its lines looked at all at once.

    Of each line: where it starts and where its value begins and ends, the number of its tag (-1 for none),
    whether it is blank, goes on with the value above it, or is odd; and the entry it is of.
    """

    def __init__(self, piece: bytes, regular: Regular) -> None:
        self.piece, self.regular, self.dialect = piece, regular, regular.dialect
        self.codes, self.tags = regular.tags
        self._find_lines()
        self._find_entries()

    def _find_lines(self) -> None:
        width, n_bytes = self.dialect.width, len(self.piece)
        # so that what lies behind the end can be looked at
        self.signs = np.frombuffer(self.piece + bytes(width), dtype=np.uint8)
        starts = np.concatenate([[0], np.flatnonzero(self.signs[:n_bytes] == 10) + 1])
        starts = starts[: -1 if starts[-1] == n_bytes else None]
        ends = np.concatenate([starts[1:] - 1, [n_bytes - self.piece.endswith(b"\n")]])
        number = _numbers(self.signs, starts, width)
        # a tag without a value may lack its last space
        is_short = ends - starts == width - 1
        if is_short.any():
            last = 8 * (width - 1)
            padded = (number & np.uint64((1 << last) - 1)) | np.uint64(32 << last)
            number = np.where(is_short, padded, number)
        place = np.searchsorted(self.codes, number).clip(max=len(self.codes) - 1)
        known = (self.codes[place] == number) & (ends - starts >= width - 1)
        self.starts, self.blank = starts, starts == ends
        self.tag = np.where(known, place, -1)
        begins = np.where(known, np.minimum(starts + width, ends), starts)
        self.first, self.last = _trimmed(self.signs, begins, ends)
        self.odd = (self.first < 0) | _wide_at_start(self.signs, self.first, self.last)
        self.odd |= _wide_at_end(self.signs, self.first, self.last)
        self.goes_on = self._goes_on()
        self.odd |= ~known & ~self.blank & ~self.goes_on

    def _goes_on(self) -> np.ndarray:
        """Lines that surely go on with the value above them."""
        sure = (self.tag < 0) & (self.last > self.first)
        one, two, *marks = (self.signs[np.minimum(self.starts + place, len(self.signs) - 1)] for place in range(5))
        if self.dialect.indented:
            sure &= one == 32
        else:
            upper = (one >= 65) & (one <= 90)
            like_tag = upper & (((two >= 65) & (two <= 90)) | ((two >= 48) & (two <= 57)))
            like_tag &= np.logical_or.reduce([mark == 45 for mark in marks])
            sure &= ~like_tag & ~((one == ord("E")) & (two == ord("R")))
        # from the tag on each line goes on; behind a start or an end nothing does
        number = np.arange(len(self.starts))
        begun = np.maximum.accumulate(np.where(self.tag >= 0, number, -1))
        broken = np.maximum.accumulate(np.where((self.tag < 0) & ~sure, number, -1))
        edge = np.isin(self.tag[begun], [self._tag(self.dialect.starts), self._tag(self.dialect.ends)])
        return sure & (begun > broken) & ~edge

    def _tag(self, tag: str) -> int:
        return self.tags.index(tag) if tag in self.tags else -3

    def _find_entries(self) -> None:
        """Where entries begin and end, and which of them are regular."""
        is_start = self.tag == self._tag(self.dialect.starts)
        entry = np.cumsum(is_start) - 1
        begins = np.flatnonzero(is_start)
        n_entries, inside = len(begins), entry >= 0
        odd = self.odd | self._is_irregular()
        closes = self.tag == self._tag(self.dialect.ends) if self.dialect.ends else self.blank
        n_closed = np.cumsum(closes) - closes
        closed = inside & (n_closed > n_closed[begins][entry]) if n_entries else inside
        odd |= closed & ~self.blank
        if self.dialect.ends:
            odd |= (self.blank & ~closed) | (closes & (self.last > self.first))
        columns = self.dialect.column_of
        text = np.array([columns.get(tag) in ("title", "abstract") for tag in self.tags])
        has_text = inside & (self.tag >= 0) & text[self.tag] & (self.last > self.first)
        regular = np.bincount(entry[inside & odd], minlength=n_entries) == 0
        regular &= np.bincount(entry[has_text], minlength=n_entries) > 0
        if self.dialect.ends:
            regular &= np.bincount(entry[inside & closes], minlength=n_entries) == 1
        # what stands before the first entry may belong to it
        if n_entries and not self.blank[: begins[0]].all():
            regular[0] = False
        self.entry, self.is_regular, self.n_regular = entry, regular, int(regular.sum())
        self.begins, self.lines = self.starts[begins], begins + 1
        ends = np.concatenate([self.begins[1:], [len(self.piece)]])[:n_entries]
        while n_entries and (more := self.signs[ends - 1] == 10).any():
            ends = ends - more
        self.ends = ends

    def _is_irregular(self) -> np.ndarray:
        """Lines that a rule of the dialect leaves to the careful reader."""
        odd = np.zeros(len(self.starts), dtype=bool)
        for tag, is_odd in self.regular.complete.irregular.items():
            for line in np.flatnonzero(self.tag == self._tag(tag)):
                odd[line] |= is_odd(self.signs[self.first[line] : self.last[line]].tobytes())
        return odd

    def batch(self) -> Batch:
        """The batch of the regular entries and, in their places, of those read with care."""
        apart, entries = self.is_regular.copy(), []
        edges = np.concatenate([self.begins, [len(self.piece)]])
        for first, behind in _runs(~self.is_regular):
            # with the entry behind it, which says where the ones before end
            until = min(behind + 1, len(self.begins))
            apart[first:until] = False
            start = 0 if first == 0 else int(edges[first])
            line = 1 if first == 0 else int(self.lines[first])
            for found in self.regular.careful(self.piece[start : int(edges[until])].decode()):
                found.line += line - 1
                entries.append(found)
        regular = self._regular_batch(np.flatnonzero(apart))
        return merged(regular, batch_of(entries)) if entries else regular

    def _regular_batch(self, chosen: np.ndarray) -> Batch:
        batch = Batch(
            self.lines[chosen],
            lambda: _slices(self.piece, self.begins[chosen], self.ends[chosen]),
            [""] * len(chosen),
        )
        fields = self._fields(chosen)
        column_of, dialect = self.dialect.column_of, self.dialect
        by_column: dict[str, list[str]] = {}
        for tag in fields:
            if tag in column_of:
                by_column.setdefault(column_of[tag], []).append(tag)
            else:
                batch.extra[tag] = fields[tag]
        for column, tags in by_column.items():
            ranked = sorted(tags, key=dialect.rank.__getitem__)
            if len(tags) == 1 or column in JOINED:
                batch.columns[column] = together([fields[tag] for tag in ranked])
            else:
                batch.columns[column], others = _settled(ranked, fields, len(chosen))
                batch.extra |= others
        if "type" in batch.columns:
            kinds = batch.columns["type"]
            batch.columns["type"] = Values(kinds.rows, mapped(kinds.texts, lambda kind: short_type(kind, dialect)))
        self.regular.complete.add(batch, fields)
        return batch

    def _fields(self, chosen: np.ndarray) -> dict[str, Values]:
        """The filled values of the chosen entries, by tag."""
        row_of = np.full(len(self.begins) + 1, -1)
        row_of[chosen] = np.arange(len(chosen))
        rows = row_of[self.entry]
        # how many lines the value of each goes on over
        heads = np.flatnonzero(~self.goes_on)
        n_more = np.zeros(len(self.starts), dtype=np.int64)
        n_more[heads] = np.diff(np.concatenate([heads, [len(self.starts)]])) - 1
        filled = (rows >= 0) & (self.tag >= 0) & ((self.last > self.first) | (n_more > 0))
        lines = np.flatnonzero(filled)
        lines = lines[np.argsort(self.tag[lines].astype(np.int16), kind="stable")]
        tags, begins = np.unique(self.tag[lines], return_index=True)
        return {
            self.tags[tag]: Values(rows[some], self._values(some, n_more[some]))
            for tag, some in zip(tags, np.split(lines, begins)[1:], strict=True)
        }

    def _values(self, lines: np.ndarray, n_more: np.ndarray) -> pa.Array:
        """The values that begin on these lines and go on over so many more."""
        if not n_more.any():
            return _slices(self.signs, self.first[lines], self.last[lines])
        ends = np.cumsum(n_more + 1)
        all_lines = np.repeat(lines - (ends - n_more - 1), n_more + 1) + np.arange(ends[-1])
        parts = _slices(self.signs, self.first[all_lines], self.last[all_lines])
        lists = pa.LargeListArray.from_arrays(pa.array(np.concatenate([[0], ends])), parts)
        joined = pc.binary_join(lists, pa.scalar(" ", TEXT))
        is_bare = self.first[lines] >= self.last[lines]
        return pc.utf8_ltrim(joined, characters=" ") if is_bare.any() else joined


def _settled(tags: list[str], fields: dict[str, Values], n_records: int) -> tuple[Values, dict[str, Values]]:
    """Of several tags that fill a column: each record's first in rank, and what the others say that it does not."""
    taken = np.zeros(n_records, dtype=bool)
    winners: list[Values] = []
    losers: dict[str, Values] = {}
    for tag in tags:
        values = fields[tag]
        wins = ~taken[values.rows]
        winners.append(values.where(wins))
        losers[tag] = values.where(~wins)
        taken[values.rows] = True
    won = together(winners)
    others = {}
    for tag, values in losers.items():
        says_more = np.zeros(n_records, dtype=bool)
        says_more[values.rows[~is_among(values, won)]] = True
        kept = values.where(says_more[values.rows])
        if len(kept.rows):
            others[tag] = kept
    return won, others


def _runs(chosen: np.ndarray) -> Iterator[tuple[int, int]]:
    """From where to where the chosen stand in a row; two runs with one between them are one."""
    places = np.flatnonzero(chosen)
    if not len(places):
        return
    parts = np.flatnonzero(np.diff(places) > 2) + 1
    for run in np.split(places, parts):
        yield int(run[0]), int(run[-1]) + 1


def _numbers(signs: Bytes, starts: np.ndarray, width: int) -> np.ndarray:
    """The first bytes of each line as a number."""
    number = np.zeros(len(starts), dtype=np.uint64)
    for place in range(width):
        number |= signs[starts + place].astype(np.uint64) << np.uint64(8 * place)
    return number


def _trimmed(signs: Bytes, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


def _wide_at_start(signs: Bytes, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    return _wide(signs, first, first, last)


def _wide_at_end(signs: Bytes, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    return _wide(signs, last - 2, first, last) | _wide(signs, last - 3, first, last)


def _wide(signs: Bytes, at: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Whether a white space of two or three bytes stands at a place that is within its line."""
    found = np.zeros(len(at), dtype=bool)
    lead = signs[np.maximum(at, 0)]
    for place in np.flatnonzero((at >= first) & (at < last) & (lead >= 0xC2) & (lead <= 0xE3)):
        if lead[place] in (0xC2, 0xE1, 0xE2, 0xE3):
            some = signs[at[place] : at[place] + 3].tobytes()
            found[place] = some.startswith(tuple(_WIDE_SPACES))
    return found


def _slices(signs: bytes | Bytes, first: np.ndarray, last: np.ndarray) -> pa.Array:
    """Texts from where to where; they must not overlap and must be in order."""
    if not len(first):
        return pa.array([], TEXT)
    n_bytes = int((last - first).sum())
    if n_bytes > _LONG * len(first):
        view = memoryview(signs)
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
