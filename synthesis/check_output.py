"""The files of a finished report, read back: trace, page, tables, and what the crate says of each."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from lxml.etree import LxmlError

from corpus.files import csv_rows
from corpus.json_text import from_json
from synthesis.check_page import Page
from synthesis.words import LANGUAGES, Words

# what reading a file of a report raises when somebody has damaged it (packed otherwise: RuntimeError)
DAMAGED = (BadZipFile, LxmlError, ParseError, zlib.error, EOFError, ValueError, RuntimeError)
_CRATE, _WORKBOOK = "ro-crate-metadata.json", "tables.xlsx"


@dataclass(frozen=True)
class WrittenTable:
    """A table as it stands in a file: headings, and rows of texts."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def dicts(self) -> list[dict[str, str]]:
        """The rows by heading; of headings that stand twice the first counts."""
        return [dict(zip(self.headings[::-1], row[::-1], strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Output:
    """A report's folder.

    Attributes
    ----------
    folder : Path
    trace : dict
        ``trace.json``.
    page : Page or None
        None when the report was made without one.
    entities : dict
        File name -> what the crate says of it (sha256, name); empty without a crate.
    """

    folder: Path
    trace: dict[str, Any]
    page: Page | None
    entities: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, folder: Path) -> Output:
        """Read a folder.

        Raises
        ------
        OSError, ValueError
            When a file that must be there is not, or cannot be parsed.
        """
        trace = from_json((folder / "trace.json").read_text(encoding="utf-8"))
        if not isinstance(trace, dict):
            raise ValueError("trace.json is not the trace of a report")
        entities = _entities(folder / _CRATE)
        path = folder / "report.html"
        has_page = "report.html" in entities or not entities
        return cls(folder, trace, Page(path.read_text(encoding="utf-8")) if has_page else None, entities)

    def has(self, name: str) -> bool:
        """Whether a file is there and of this report; without a crate every file is."""
        return (self.folder / name).exists() and (not self.entities or name in self.entities)

    @cached_property
    def language(self) -> str:
        """The report's language."""
        named = [str(entity["inLanguage"]) for entity in self.entities.values() if "inLanguage" in entity]
        language = self.page.language if self.page is not None else next(iter(named), "en")
        return language if language in LANGUAGES else "en"

    @cached_property
    def words(self) -> Words:
        """The words of the report's language: a lexicon, no counts."""
        return Words(self.language)

    @cached_property
    def tables(self) -> dict[str, WrittenTable]:
        """Table id -> the table, from the CSV files; from the workbook where there are none."""
        found = {}
        for path in sorted(self.folder.glob("*.csv")):
            if self.has(path.name):
                found[path.stem] = read_csv(path)
        return found or {name: sheet for name, sheet in self.sheets.items() if name != "contents"}

    @cached_property
    def sheets(self) -> dict[str, WrittenTable]:
        """Sheet -> what it holds; empty when the report has no workbook."""
        return dict(_sheets(self.folder / _WORKBOOK)) if self.has(_WORKBOOK) else {}

    def rows(self, table_id: str) -> list[dict[str, str]]:
        """The rows of a table; none when it was not written."""
        held = self.tables.get(table_id)
        return held.dicts() if held is not None else []

    def files(self) -> Iterator[str]:
        """Files that the crate names and that are gone or are no longer what was written."""
        for name, entity in sorted(self.entities.items()):
            path = self.folder / name
            if not path.is_file():
                yield f"{name} is gone, but {_CRATE} lists it."
            elif hashlib.sha256(path.read_bytes()).hexdigest() != entity.get("sha256"):
                yield f"{name} has been altered since it was written: its sha256 is another one."
        others = ("report.html", "report.docx", _WORKBOOK)
        for name in others if self.entities else ():
            if (self.folder / name).exists() and name not in self.entities:
                yield (
                    f"{name} is of an earlier report than the files beside it. "
                    f"Delete it, or write it anew: samsyn render --formats {name.rpartition('.')[2]},..."
                )


def read_csv(path: Path) -> WrittenTable:
    """A table from its CSV file."""
    text = path.read_bytes().decode("utf-8-sig", "replace")
    return _even([tuple(row) for row in csv_rows(io.StringIO(text, newline=""))])


def _even(rows: list[tuple[str, ...]]) -> WrittenTable:
    """Rows as long as the head: one that lost or gained a cell still has its place."""
    head = rows[0] if rows else ()
    return WrittenTable(head, tuple((*row, *("",) * len(head))[: len(head)] for row in rows[1:]))


def _sheets(path: Path) -> Iterator[tuple[str, WrittenTable]]:
    import openpyxl  # noqa: PLC0415 (only reports with a workbook need it)

    # from memory: of a damaged workbook openpyxl would leave the file open
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=False)
    try:
        for sheet in book.worksheets:
            rows = [tuple(_text(value) for value in row) for row in sheet.iter_rows(values_only=True)]
            # the contents begin with the review's title, which is no head
            yield sheet.title, _even(rows[1:] if sheet.title == "contents" else rows)
    finally:
        book.close()


def _text(value: Any) -> str:
    """A cell as the CSV file writes it."""
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _entities(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    crate = from_json(path.read_text(encoding="utf-8"))
    try:
        return {unquote(str(one["@id"])): one for one in crate["@graph"] if one.get("@type") == "File"}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{_CRATE} does not list the files of a report") from error
