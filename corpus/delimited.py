"""Rows of CSV and TSV exports, with the lines they stand on."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice

from corpus.column_names import Heading, check_own_names, heading_of, row_entry
from corpus.entries import Entry, Format
from corpus.files import csv_rows

# a search statement or a name of the database may stand above the head
_LINES_ABOVE = 20
_LONG_CELL = 60
Own = Mapping[str, str] | None


def read_delimited(text: str, own: Own = None) -> Iterator[Entry]:
    r"""The rows below the head, in order; a row with more cells than the head is not guessed at.

    Parameters
    ----------
    text : str
    own : mapping of str -> str, optional
        Names of this table's own -> record columns.

    Examples
    --------
    >>> [entry.values for entry in read_delimited("title,year\nTime,2019\n")]
    [{'title': ['Time'], 'year': ['2019']}]
    """
    head = _head(text, own)
    if head is None:
        return
    heading, delimiter, n_above = head
    for line, raw, cells in _rows(text, delimiter, heading, n_above):
        if cells is None:
            yield Entry(line, raw, why="a quotation mark opens here and is never closed")
        elif not any(cell.strip() for cell in cells):
            continue
        elif len(cells) > heading.width and any(cell.strip() for cell in cells[heading.width :]):
            why = f"{len(cells)} cells under {heading.width} headings (is a quotation mark missing?)"
            yield Entry(line, raw, why=why)
        else:
            entry = row_entry(heading, cells, line, raw)
            if (n_lines := raw.count("\n")) > _LONG_CELL:
                entry.warnings.append(f"a cell goes over {n_lines} lines (is a quotation mark missing?)")
            yield entry


def count_delimited(text: str, own: Own = None) -> int:
    """How many filled rows stand below the head, found by an expression for rows instead of parsing them."""
    head = _head(text, own)
    if head is None:
        return 0
    heading, delimiter, n_above = head
    lines = text.split("\n")
    begins = [0]
    for line in lines:
        begins.append(begins[-1] + len(line) + 1)
    row = re.compile(_row_expression(delimiter, quoted=not heading.is_web_of_science))
    n_rows, at = 0, n_above
    while at < len(lines):
        found = row.match(text, begins[at])
        stretch = found.group() if found else ""
        if found and found.end() == len(text) and _is_open(stretch, delimiter, heading):
            after = _resume(lines, at, delimiter, heading)
            n_rows, at = n_rows + 1, after
            continue
        n_rows += bool(stretch.replace(delimiter, "").replace('"', "").strip())
        at += stretch.count("\n") + 1
    return n_rows


def delimited(own: Own = None) -> Format:
    """The format of CSV and TSV files, some of whose columns have names of their own.

    Raises
    ------
    UsageError
        When records do not have such a column.
    """
    check_own_names(own)
    return Format(
        "csv", "CSV or TSV", lambda text: _head(text, own), partial(read_delimited, own=own),
        partial(count_delimited, own=own),
    )  # fmt: skip


def _head(text: str, own: Own) -> tuple[Heading, str, int] | None:
    """The head of the table, what parts its cells, and on which line the rows begin (from 0)."""
    start = text.split("\n", _LINES_ABOVE)[:_LINES_ABOVE]
    found = []
    for delimiter in ",;\t|":
        reader = csv_rows((line + "\n" for line in start if len(line) < 100_000), delimiter=delimiter)
        for cells in reader:
            if len(cells) > 1 and (heading := heading_of(cells, own)):
                found.append((heading, delimiter, reader.line_num))
                break
    return max(found, key=lambda head: sum(map(bool, head[0].columns)), default=None)


def _rows(
    text: str, delimiter: str, heading: Heading, n_above: int
) -> Iterator[tuple[int, str, list[str] | None]]:
    """Line, raw text and cells of each row; no cells where a quotation mark is never closed."""
    lines = text.split("\n")
    at = n_above
    while at < len(lines):
        ended = (line + "\n" for line in islice(lines, at, None))
        if heading.is_web_of_science:
            reader = csv_rows(ended, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        else:
            reader = csv_rows(ended, delimiter=delimiter)
        first, begin = at, at
        at = len(lines)
        for cells in reader:
            end = first + reader.line_num
            raw = "\n".join(lines[begin:end])
            if end >= len(lines) and _is_open(raw, delimiter, heading):
                at = _resume(lines, begin, delimiter, heading)
                yield begin + 1, "\n".join(lines[begin:at]).rstrip("\n"), None
                break
            yield begin + 1, raw, cells
            begin = end


def _row_expression(delimiter: str, *, quoted: bool) -> str:
    plain = rf"[^{re.escape(delimiter)}\n]*+"
    if not quoted:
        return r"[^\n]*"
    cell = rf'(?:"[^"]*+(?:""[^"]*+)*+(?:"{plain}|\Z)|(?!"){plain})'
    return rf"{cell}(?:{re.escape(delimiter)}{cell})*+"


def _is_open(row: str, delimiter: str, heading: Heading) -> bool:
    """Whether the last cell of a row begins with a quotation mark that is not closed."""
    if '"' not in row or heading.is_web_of_science:
        return False
    closed = rf'(?:"[^"]*+(?:""[^"]*+)*+"|(?!"))[^{re.escape(delimiter)}\n]*+'
    return not re.fullmatch(rf"{closed}(?:{re.escape(delimiter)}{closed})*+\n?", row)


def _resume(lines: list[str], begin: int, delimiter: str, heading: Heading) -> int:
    """The next line that is a row for itself, after one whose quotation mark is never closed."""
    for number in range(begin + 1, len(lines)):
        n_parts = lines[number].count(delimiter) + 1
        if (
            n_parts >= heading.width
            and len(next(csv.reader([lines[number]], delimiter=delimiter))) == heading.width
        ):
            return number
    return len(lines)


DELIMITED = delimited()
