"""Rows of Excel workbooks (xlsx): the first sheet that has columns of references."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from corpus.archives import check_sizes, is_workbook
from corpus.column_names import Heading, check_own_names, heading_of, row_entry
from corpus.entries import Entry, Format
from corpus.errors import UsageError

# a search statement or a name of the database may stand above the head
_ROWS_ABOVE = 20
# a cell far to the right makes each row as wide
_WIDEST = 400
# the cells of a workbook take some ten times its unpacked size
_LARGEST = 300 * 1024**2
Own = Mapping[str, str] | None


def read_workbook(data: bytes, own: Own = None) -> Iterator[Entry]:
    """The rows below the head of the first sheet that has one, in order; ``line`` is the row's number.

    Raises
    ------
    UsageError
        When the workbook is damaged, or made to fill the memory.
    """
    with _rows_below_head(data, own) as (heading, rows):
        for number, cells in rows:
            yield row_entry(heading, cells, number, "\t".join(cells).rstrip("\t"))


def count_workbook(data: bytes, own: Own = None) -> int:
    """How many filled rows stand below the head."""
    with _rows_below_head(data, own) as (_, rows):
        return sum(1 for _ in rows)


def workbook(own: Own = None) -> Format:
    """The format of workbooks, some of whose columns have names of their own.

    Raises
    ------
    UsageError
        When records do not have such a column.
    """
    check_own_names(own)
    return Format(
        "xlsx", "XLSX", partial(_recognise, own=own), partial(read_workbook, own=own),
        partial(count_workbook, own=own), binary=True,
    )  # fmt: skip


def _recognise(data: bytes, own: Own) -> bool:
    if not is_workbook(data):
        return False
    with _opened(data) as book:
        return _find_head(book, own) is not None


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    """The workbook, after a look at its sizes; what openpyxl stumbles over is said in words."""
    import openpyxl  # noqa: PLC0415 (a tenth of a second, and few exports are workbooks)

    book = None
    try:
        _refuse_bombs(data)
        with warnings.catch_warnings():
            # styles and extensions it does not know say nothing about the cells
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            yield book
    except UsageError:
        raise
    except Exception as fault:  # a damaged part raises whatever its parser does
        raise UsageError(
            f"The workbook is damaged ({type(fault).__name__}: {fault}).",
            next_step="Open it in a spreadsheet program, save it as xlsx or CSV and add that file.",
        ) from None
    finally:
        if book is not None:
            book.close()


def _refuse_bombs(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_sizes("The workbook", archive, _LARGEST)
        for member in archive.infolist():
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as part:
                    start = part.read(4096).replace(b"\0", b"")
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                    raise UsageError(
                        "The workbook declares entities; no spreadsheet program writes them.",
                        next_step="Export the references again, or as CSV.",
                    )


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what a sheet says of its size is not always so
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=_WIDEST), start=1):
        texts = [_as_text(cell) for cell in cells]
        if any(texts):
            yield number, texts


def _find_head(book: Any, own: Own) -> tuple[Any, int, Heading] | None:
    for sheet in book.worksheets:
        if not hasattr(sheet, "reset_dimensions"):
            continue
        for number, cells in _sheet_rows(sheet):
            if number > _ROWS_ABOVE:
                break
            while cells and not cells[-1]:
                cells.pop()
            if heading := heading_of(cells, own):
                return sheet, number, heading
    return None


@contextmanager
def _rows_below_head(data: bytes, own: Own) -> Iterator[tuple[Heading, Iterator[tuple[int, list[str]]]]]:
    with _opened(data) as book:
        head = _find_head(book, own)
        if head is None:
            raise UsageError("No sheet of the workbook has columns of references.")
        sheet, first, heading = head
        width = heading.width
        below = ((number, cells[:width]) for number, cells in _sheet_rows(sheet) if number > first)
        # what stands beside the table is not of it
        yield heading, ((number, cells) for number, cells in below if any(cells))


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


WORKBOOK = workbook()
