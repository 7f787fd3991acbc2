"""What a reader of one format gives the door: entries, with their place, their values and what is odd."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from corpus.values import Batch

Values = dict[str, list[str]]


@dataclass(slots=True)
class Entry:
    """An entry of an export as one format's reader sees it; a record or not.

    Attributes
    ----------
    line : int
        Line on which it begins, from 1.
    raw : str
        The entry as it stands in the file.
    values : dict of record column -> list of str
        What the columns of a records frame are filled from, in the order of the file. Of a column that holds
        one value the first counts; the others are kept beside it. "pages" may come with "end_page", and
        "serial" is an ISSN or ISBN, whichever it looks like.
    extra : dict of str -> list of str
        Fields that no column holds, by the name the file gives them.
    database : str
        The database the entry itself names, ``""`` when it does not.
    why : str
        Why the entry is not a record, ``""`` when it is.
    warnings : list of str
        What was odd and mended; shown with the line.
    """

    line: int
    raw: str
    values: Values = field(default_factory=dict)
    extra: Values = field(default_factory=dict)
    database: str = ""
    why: str = ""
    warnings: list[str] = field(default_factory=list)


class Piecewise(Protocol):
    """How a format is read piece by piece; pieces are UTF-8 with line feeds only."""

    def cut(self, data: bytes, since: int) -> int:
        """The last place behind ``since`` where the text may be parted; 0 where there is none.

        What stands on either side is read and counted the same alone as together.
        """

    def read(self, piece: bytes) -> Batch:
        """What a piece holds; lines are counted from its first."""

    def count(self, piece: bytes) -> int:
        """How many entries a piece holds, found in another way than by reading."""


@dataclass(frozen=True)
class Format:
    """A format of exports: how it is recognised, read and, independently, counted.

    Attributes
    ----------
    name, label : str
        For machines and for people, for instance "ris" and "RIS".
    recognise : callable
        Text -> something true when it is of this format; must not say so of prose.
    read : callable
        Text -> its entries in order.
    count : callable
        Text -> how many entries it holds, found in another way than by reading.
    binary : bool
        Whether these three take bytes (of a workbook) instead of text.
    by_piece : Piecewise, optional
        How it is read and counted piece by piece, where it can be.
    """

    name: str
    label: str
    recognise: Callable[[Any], object]
    read: Callable[[Any], Iterator[Entry]]
    count: Callable[[Any], int]
    binary: bool = False
    by_piece: Piecewise | None = None
