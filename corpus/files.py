"""Files as text or workbook: what is neither is refused by name, encodings are found, line ends made one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.archives import bytes_of, is_workbook
from corpus.encodings import decode
from corpus.errors import UsageError

_DATABASE = "a database file"
# how files begin that people add by mistake; zip and gzip are opened before this
_NOT_TEXT = {
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Office document (xls, doc)",
    b"{\\rtf": "a rich text document (RTF)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"II*\0": "a picture",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"SQLite format": _DATABASE,
    b"\0\1\0\0Standard Jet": "an Access database",
    b"RDX": "an R data file",
    b"RDA": "an R data file",
    b"X\n\0\0": "an R data file",
    b"PAR1": "a Parquet file",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}
_LIBRARIES = {
    ".enl": "an EndNote library", ".enlx": "an EndNote library", ".sqlite": "a Zotero database",
    ".bak": "a database file", ".citavi": "a Citavi project", ".ctv6": "a Citavi project",
}  # fmt: skip
_NEXT = {
    "an EndNote library": "In EndNote choose File > Export, type XML or RIS, and add that file.",
    "a Zotero database": "In Zotero choose File > Export Library, format RIS or CSL JSON, and add that file.",
    "an R data file": "In R write the references to a CSV or BibTeX file and add that.",
    "an old Office document (xls, doc)": "If it is a table of references, save it as xlsx or CSV.",
}


@dataclass(frozen=True)
class Content:
    """What an export file holds.

    Attributes
    ----------
    matter : str or bytes
        Its text with line feeds only, or the bytes of a workbook.
    encoding : str
        The encoding the text was read in, ``""`` for a workbook.
    warnings : tuple of str
        What was odd and mended.
    """

    matter: str | bytes
    encoding: str
    warnings: tuple[str, ...] = ()


def content_of(path: Path, *, known: str) -> Content:
    """The content of an export file, also of one in a zip or gzip archive.

    Parameters
    ----------
    path : Path
    known : str
        The formats that can be read, in words, for the error.

    Raises
    ------
    UsageError
        When there is no such file, or it is neither text nor a workbook.
    """
    data, name = bytes_of(path)
    if is_workbook(data):
        return Content(data, "")
    if what := _kind_of_binary(data, Path(name).suffix.lower()):
        raise UsageError(
            f"{path.name} is {what}, not an export of references.",
            next_step=_NEXT.get(what, f"Export the references as {known} and add that file."),
        )
    text, encoding, warnings = decode(data)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\0", "") if "\0" in text else text
    if not text.strip("\ufeff \n\t"):
        raise UsageError(f"{path.name} is empty.", next_step="Export it again from the database.")
    if not encoding.startswith("utf-8"):
        # letters that no encoding of text gives: halves of pairs, as damaged UTF-16 leaves them
        text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return Content(text, encoding, tuple(warnings))


def _kind_of_binary(data: bytes, suffix: str) -> str:
    found = next((what for start, what in _NOT_TEXT.items() if data.startswith(start)), "")
    if data[4:12] == b"ftypheic" or (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        found = "a picture"
    n_strange = len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data[:4096]))
    has_mark = data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
    looks_wide = data[:200].count(0) > 60 and 0 in (data[:200:2].count(0), data[1:200:2].count(0))
    if not found and data and not has_mark and not looks_wide and n_strange > len(data[:4096]) * 0.1:
        found = "a binary file" if data.strip(b"\0") else ""
    if found in ("a binary file", _DATABASE):
        return _LIBRARIES.get(suffix, found)
    return found


def csv_rows(lines: Iterable[str], **dialect: Any) -> Any:
    """``csv.reader`` for cells of any length: the module's own limit would stop at long texts.

    Examples
    --------
    >>> [len(row[1]) for row in csv_rows(["a," + "b" * 200_000])]
    [200000]
    """
    csv.field_size_limit(2**31 - 1)
    return csv.reader(lines, **dialect)
