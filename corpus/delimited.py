"""Rows of CSV and TSV exports, with the lines they stand on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

# record column -> names of columns, in lower case; the first that is there and filled wins
COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("title", "article title", "document title", "titel", "primary_title", "item title"),
    "abstract": ("abstract", "abstract note", "abstracts", "resumé", "resume", "sammendrag"),
    "authors": ("authors", "author full names", "author", "creator", "forfatter", "forfattere"),
    "year": ("year", "publication year", "year published", "date", "år", "udgivelsesår", "pub_year"),
    "journal": ("journal", "source title", "publication title", "publication", "source", "tidsskrift"),
    "volume": ("volume", "bind", "årgang"),
    "issue": ("issue", "number", "nummer", "hæfte"),
    "pages": ("pages", "sider", "page start", "start page", "art. no."),
    "doi": ("doi", "doi link"),
    "pmid": ("pmid", "pubmed id", "pubmed_id"),
    "isbn": ("isbn", "isbns"),
    "issn": ("issn",),
    "keywords": ("keywords", "author keywords", "manual tags", "index keywords", "emneord", "nøgleord"),
    "language": ("language", "language of original document", "sprog"),
    "url": ("url", "link", "urls"),
    "type": ("type", "document type", "item type", "publication type"),
    "notes": ("notes", "note", "noter"),
    "accession": ("eid", "ut (unique wos id)", "accession number", "accession", "key"),
    "record_id": ("record_id",),
}


@dataclass(frozen=True)
class DelimitedRow:
    """A row: the line it begins on (from 1), its text, its cells by lower-case column name, or why not."""

    line: int
    raw: str
    cells: dict[str, str]
    why: str = ""

    def first(self, column: str) -> str:
        """The first filled cell among the names known for a record column."""
        for name in COLUMN_NAMES.get(column, ()):
            if self.cells.get(name, "").strip():
                return self.cells[name].strip()
        return ""


def looks_delimited(text: str) -> bool:
    """Whether the first line names columns of references."""
    header = _header(text)
    known = {name for names in COLUMN_NAMES.values() for name in names}
    return (
        len(header) > 1
        and bool({"title", "titel", *COLUMN_NAMES["title"]} & set(header))
        and bool(known & set(header))
    )


def read_delimited(text: str) -> Iterator[DelimitedRow]:
    r"""The rows below the header, in order; a row with more cells than the header is not guessed at.

    Examples
    --------
    >>> [row.cells for row in read_delimited("title,year\nTime,2019\n")]
    [{'title': 'Time', 'year': '2019'}]
    """
    lines = text.split("\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    header = [name.strip().casefold() for name in next(reader, [])]
    begins = reader.line_num
    for cells in reader:
        line, begins = begins + 1, reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        raw = "\n".join(lines[line - 1 : reader.line_num])
        if len(cells) > len(header):
            why = f"{len(cells)} cells under {len(header)} headings (is a quotation mark missing?)"
            yield DelimitedRow(line, raw, {}, why)
        else:
            yield DelimitedRow(line, raw, dict(zip(header, cells, strict=False)))


def count_delimited(text: str) -> int:
    """How many filled rows stand below the header, counted from quotation marks and line ends alone."""
    filled = open_quote = False
    n_rows = 0
    for line in text.split("\n"):
        filled = filled or bool(line.strip(' \t\r,;"'))
        open_quote ^= line.count('"') % 2 == 1
        if not open_quote:
            n_rows, filled = n_rows + filled, False
    return n_rows + filled - 1


def _header(text: str) -> list[str]:
    first = next(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), [])
    return [name.strip().casefold() for name in first]


def _delimiter(text: str) -> str:
    first = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    return max(",;\t", key=first.count)
