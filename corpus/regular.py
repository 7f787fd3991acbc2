"""Tagged exports read a field at a time where they are regular; the rest of them entry by entry.

An entry is regular when it is what every program writes: a start, lines of known tags, values that go on
over lines, an end, blank lines. Nine in ten are. What is not is handed, with the entry behind it, to
:func:`corpus.tagged.read_tagged`; both give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.columns import batch_of
from corpus.dialects import JOINED, Dialect
from corpus.entries import Entry
from corpus.places import numbers_at, slices, trimmed, wide_space_at_edge
from corpus.tagged_count import count_piece, is_block
from corpus.tagged_details import Complete, short_type
from corpus.values import TEXT, Batch, Values, is_among, mapped, merged, together


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
        known = dict(dialect.tag_of)
        if dialect.ends:
            known[f"{dialect.ends}{dialect.mark}"] = dialect.ends
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
                # the block that begins with the start before: no header between, which belongs to the next
                begun = data.rfind(sign, 0, place) + 1
                is_begun = begun > 0 or data.startswith(sign[1:])
                parts = before.endswith(b"\n\n") and is_begun and is_block(data[begun:place], dialect)
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
            batch = batch_of(list(self.careful(piece.decode())))
        else:
            batch = found.batch()
        batch.n_lines = len(found.starts)
        return batch

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
        self.signs = np.frombuffer(self.piece + bytes(8), dtype=np.uint8)
        starts = np.concatenate([[0], np.flatnonzero(self.signs[:n_bytes] == 10) + 1])
        starts = starts[: -1 if starts[-1] == n_bytes else None]
        ends = np.concatenate([starts[1:] - 1, [n_bytes - self.piece.endswith(b"\n")]])
        number = numbers_at(self.signs, starts, width)
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
        self.first, self.last = trimmed(self.signs, begins, ends)
        self.odd = self.first < 0
        if not self.piece.isascii():
            self.odd |= wide_space_at_edge(self.signs, self.first, self.last)
        self.goes_on = self._goes_on()
        self.odd |= ~known & ~self.blank & ~self.goes_on

    def _goes_on(self) -> np.ndarray:
        """Lines that surely go on with the value above them."""
        sure = (self.tag < 0) & (self.last > self.first)
        if not sure.any():
            return sure
        lines = np.flatnonzero(sure)
        one, two, *marks = (self.signs[self.starts[lines] + place] for place in range(5))
        if self.dialect.indented:
            sure[lines] = one == 32
        else:
            upper = (one >= 65) & (one <= 90)
            like_tag = upper & (((two >= 65) & (two <= 90)) | ((two >= 48) & (two <= 57)))
            like_tag &= np.logical_or.reduce([mark == 45 for mark in marks])
            sure[lines] = ~like_tag & ~((one == ord("E")) & (two == ord("R")))
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
            lambda: slices(self.piece, self.begins[chosen], self.ends[chosen]),
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
            batch.columns["type"] = Values(
                kinds.rows, mapped(kinds.texts, lambda kind: short_type(kind, dialect))
            )
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
            return slices(self.signs, self.first[lines], self.last[lines])
        ends = np.cumsum(n_more + 1)
        all_lines = np.repeat(lines - (ends - n_more - 1), n_more + 1) + np.arange(ends[-1])
        parts = slices(self.signs, self.first[all_lines], self.last[all_lines])
        lists = pa.LargeListArray.from_arrays(pa.array(np.concatenate([[0], ends])), parts)
        joined = pc.binary_join(lists, pa.scalar(" ", TEXT))
        is_bare = self.first[lines] >= self.last[lines]
        return pc.utf8_ltrim(joined, characters=" ") if is_bare.any() else joined


def _settled(tags: list[str], fields: dict[str, Values], n_records: int) -> tuple[Values, dict[str, Values]]:
    """Of tags that fill one column: each record's first in rank, and what others say that it does not."""
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
