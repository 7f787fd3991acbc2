"""The tables of the report as one workbook, a sheet each, for those who sort, filter and reuse them."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from corpus.table_writers import LONGEST_CELL
from synthesis.evidence import Column, EvidenceTable
from synthesis.office_files import time_of, without_clock
from synthesis.rendering import NOT_XML, defused
from synthesis.words import Words

_BOLD, _TITLE = Font(bold=True), Font(bold=True, size=14)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_WIDEST, _NARROWEST = 60, 9
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")


def workbook(tables: Sequence[EvidenceTable], *, title: str, as_of: str = "", language: str = "en") -> bytes:
    """All tables as an Excel workbook: a list of them first, then one sheet per table.

    Each sheet holds all columns of the table, the ids too, under headings that stay in view and filter;
    numbers are numbers, and no cell is taken for a formula. An undefined number is written in words.

    Parameters
    ----------
    tables : sequence of EvidenceTable
        Their ids name the sheets.
    title : str
        Of the review.
    as_of : str
        Time of the data, ISO 8601.

    Returns
    -------
    bytes
        The same for the same tables, whatever the clock says.

    Examples
    --------
    >>> frame = pd.DataFrame({"finding": ["=1+1"], "n": [2]})
    >>> columns = (Column("finding", "Finding"), Column("n", "Studies", "number"))
    >>> data = workbook([EvidenceTable("t", "Themes", columns, frame)], title="Review")
    >>> book = openpyxl.load_workbook(io.BytesIO(data))
    >>> book.sheetnames, [cell.value for cell in book["t"][2]]
    (['contents', 't'], ["'=1+1", 2])
    """
    words = Words(language)
    book = openpyxl.Workbook(write_only=True)
    book.properties.creator, book.properties.title = "Samsyn", _cleaned(title)
    book.properties.created = time_of(as_of)
    contents = book.create_sheet("contents")
    contents.column_dimensions["A"].width, contents.column_dimensions["B"].width = 22, 70
    contents.column_dimensions["D"].width = 90
    contents.append([_cell(contents, title, _TITLE)])
    heads = (words("xlsx_sheet"), words("xlsx_table"), words("xlsx_rows"), words("xlsx_note"))
    contents.append([_cell(contents, text, _BOLD) for text in heads])
    for table in tables:
        name = _NOT_IN_SHEET_NAMES.sub("-", table.id)[:31]
        link = WriteOnlyCell(contents, value=name)
        link.hyperlink = f"#'{name}'!A1"
        link.style = "Hyperlink"
        told = [_cell(contents, text, wrap=True) for text in (table.title, table.note)]
        contents.append([link, told[0], len(table.frame), told[1]])
        _write_sheet(book.create_sheet(name), table, words("undefined"))
    out = io.BytesIO()
    book.save(out)
    return without_clock(out.getvalue(), as_of)


def _write_sheet(sheet: WriteOnlyWorksheet, table: EvidenceTable, undefined: str) -> None:
    rows = [[_value(row[column.key], column, undefined) for column in table.columns] for row in table.rows()]
    for place, column in enumerate(table.columns):
        longest = max([len(column.heading), *(len(str(row[place])) for row in rows[:500])])
        dimension = sheet.column_dimensions[get_column_letter(place + 1)]
        dimension.width = min(_WIDEST, max(_NARROWEST, longest + 2))
    sheet.freeze_panes = "A2"
    if rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(rows) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = (
        "landscape",
        1,
        0,
    )
    sheet.append([_cell(sheet, column.heading, _BOLD, wrap=True) for column in table.columns])
    wide = [column.kind in ("text", "quotation", "code", "id") for column in table.columns]
    for row in rows:
        sheet.append([
            _cell(sheet, value, wrap=True) if is_wide and len(str(value or "")) > _WIDEST else value
            for value, is_wide in zip(row, wide, strict=True)
        ])  # fmt: skip


def _value(value: Any, column: Column, undefined: str) -> Any:
    if column.kind in ("number", "decimal", "percent"):
        if pd.isna(value):
            return None if column.kind == "number" else undefined
        return int(value) if column.kind == "number" else round(float(value), 6)
    text = "" if value is None else _cleaned(str(value))
    return defused(text) or None


def _cell(sheet: WriteOnlyWorksheet, text: str, font: Font | None = None, *, wrap: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=defused(_cleaned(text)))
    if font is not None:
        cell.font = font
    if wrap:
        cell.alignment = _WRAPPED
    return cell


def _cleaned(text: str) -> str:
    """What a cell can hold: no control characters, and no more than Excel takes (the CSV has it whole)."""
    text = NOT_XML.sub("\ufffd", text)
    return text if len(text) <= LONGEST_CELL // 2 else f"{text[: LONGEST_CELL // 2 - 1]}…"
