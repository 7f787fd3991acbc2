"""Tables that people fill in: written for any spreadsheet, read as rows whatever it made of them."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from corpus import UsageError
from corpus.files import csv_rows
from corpus.own_files import refuse_other_than_file
from corpus.table_writers import defused


def read_rows(path: str | Path) -> list[dict[str, str]]:
    r"""The rows of a CSV file (comma, semicolon or tab; UTF-8 or cp1252), by lower-case column name.

    The apostrophe with which Samsyn defuses cells for spreadsheets is taken off again.

    Raises
    ------
    UsageError
        When there is no such file, it is empty, or a row has more cells than the header.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "decisions.csv")
    >>> _ = file.write_text("Record_ID;Verdict\npubmed:1;include\n", encoding="utf-8")
    >>> read_rows(file)
    [{'record_id': 'pubmed:1', 'verdict': 'include'}]
    """
    path = Path(path)
    refuse_other_than_file(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.", next_step="Check the name and the folder.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")  # what Excel writes for "CSV"
    if "\0" in text:
        is_project = path.suffix.lower() in (".qdpx", ".asreview")
        raise UsageError(
            f"{path.name} is not a CSV file.",
            next_step="`samsyn import` reads a project of another program."
            if is_project
            else "Save the table as CSV (UTF-8).",
        )
    header_line = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=header_line.count)
    reader = csv_rows(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [name.strip().casefold() for name in next(reader, [])]
    if not header:
        raise UsageError(f"{path.name} is empty.", next_step="Save the table again.")
    rows = []
    for cells in reader:
        if len(cells) > len(header):
            raise UsageError(
                f"{len(cells)} cells under {len(header)} headings.",
                where=f"{path.name} line {reader.line_num}",
                next_step="Is a quotation mark missing?",
            )
        if any(cell.strip() for cell in cells):
            rows.append({name: _undefused(cell) for name, cell in zip(header, cells, strict=False)})
    return rows


def write_rows(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table for people to fill in; no cell of it is a formula to a spreadsheet.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "to-screen.csv")
    >>> write_rows(pd.DataFrame({"record_id": ["a:1"], "title": ["=1+1"]}), file)
    >>> read_rows(file)
    [{'record_id': 'a:1', 'title': '=1+1'}]
    """
    try:
        frame.map(defused).to_csv(path, index=False, lineterminator="\n")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror or error}.", next_step="Name a place that is there."
        ) from None


def _undefused(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\t\r") else cell
