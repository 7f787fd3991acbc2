"""Records as tables, CSV and Excel workbooks: all columns, and no cell that is taken for a formula."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
# control characters and what is no character make a workbook unreadable
_STRANGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# the letters of a workbook's cell, counted as UTF-16
LONGEST_CELL = 32_767
# what a cell begins with that goes on with another's text
GOES_ON = "…"


def defused(value: object) -> object:
    """A cell that a spreadsheet will not take for a formula.

    Examples
    --------
    >>> defused("=1+1"), defused("-5 per cent"), defused("Time"), defused(7)
    ("'=1+1", "'-5 per cent", 'Time', 7)
    """
    # an apostrophe that stands there already gets another, so that reading takes off the one that was added
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def write_csv(records: pd.DataFrame, path: Path) -> None:
    """Write a CSV file in UTF-8."""
    table = records.drop(columns=["raw"])
    texts = [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]
    for name in texts:
        cells = [defused(cell) for cell in table[name].astype(object)]
        table[name] = pd.Series(cells, index=table.index, dtype=object)
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", errors="replace")


def write_xlsx(records: pd.DataFrame, path: Path) -> None:
    """Write a workbook, row by row; a text longer than a cell may be goes on in a column of its own.

    Excel's cells hold 32,767 letters; "abstract" then goes on in "abstract (2)", and is read back whole.
    """
    import openpyxl  # noqa: PLC0415 (a tenth of a second, and few files are workbooks)

    table = records.drop(columns=["raw"])
    columns: list[tuple[str, list[object]]] = []
    for name in table.columns:
        cells = table[name].astype(object)
        cells_shown = [_shown(cell) for cell in cells.where(cells.notna(), None)]
        columns += _continued(str(name), cells_shown)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("records")
    sheet.append([defused(name) for name, _ in columns])
    for row in zip(*(cells for _, cells in columns), strict=True):
        sheet.append(row)
    book.save(path)


def _continued(name: str, cells: list[object]) -> list[tuple[str, list[object]]]:
    longest = max((_n_letters(cell) for cell in cells if isinstance(cell, str)), default=0)
    if longest <= LONGEST_CELL:
        return [(name, cells)]
    pieces = [_pieces(cell) if isinstance(cell, str) else [cell] for cell in cells]
    width = max(map(len, pieces))
    return [
        (
            name if number == 0 else f"{name} ({number + 1})",
            [piece[number] if number < len(piece) else None for piece in pieces],
        )
        for number in range(width)
    ]


def _pieces(text: str) -> list[object]:
    if _n_letters(text) <= LONGEST_CELL:
        return [text]
    pieces: list[object] = []
    start = 0
    while start < len(text):
        # half of the limit, as a letter may count for two
        end = start + LONGEST_CELL // 2
        # cells are read without the spaces at their ends
        while end < len(text) and text[end - 1].isspace() and end > start + 1:
            end -= 1
        pieces.append(f"{GOES_ON if start else ''}{text[start:end]}")
        start = end
    return pieces


def _n_letters(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def _shown(value: object) -> object:
    if isinstance(value, str):
        return defused(_STRANGE.sub("", value))
    return value if value is None or pd.api.types.is_number(value) else str(value)
