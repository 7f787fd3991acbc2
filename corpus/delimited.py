"""Rows of CSV and TSV exports, with the lines they stand on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from corpus.entries import Entry, Format

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
_COLUMN_OF = {name: column for column, names in COLUMN_NAMES.items() for name in names}
_RANKS = {name: rank for names in COLUMN_NAMES.values() for rank, name in enumerate(names)}


def looks_delimited(text: str) -> bool:
    """Whether the first line names columns of references."""
    header = _header(text)
    known = {name for names in COLUMN_NAMES.values() for name in names}
    return (
        len(header) > 1
        and bool({"title", "titel", *COLUMN_NAMES["title"]} & set(header))
        and bool(known & set(header))
    )


def read_delimited(text: str) -> Iterator[Entry]:
    r"""The rows below the header, in order; a row with more cells than the header is not guessed at.

    Examples
    --------
    >>> [entry.values for entry in read_delimited("title,year\nTime,2019\n")]
    [{'title': ['Time'], 'year': ['2019']}]
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
            yield Entry(line, raw, why=why)
            continue
        filled = [(n, c.strip()) for n, c in zip(header, cells, strict=False) if c.strip()]
        entry = Entry(line, raw)
        for name, cell in sorted(filled, key=lambda pair: _RANKS.get(pair[0], 0)):
            kept = entry.values if name in _COLUMN_OF else entry.extra
            kept.setdefault(_COLUMN_OF.get(name, name or "unnamed"), []).append(cell)
        yield entry


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


DELIMITED = Format("csv", "CSV or TSV", looks_delimited, read_delimited, count_delimited)
