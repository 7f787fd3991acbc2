"""Files as text: what is no text is refused, encodings are found, line ends made one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UsageError

_NOT_TEXT = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or an Office document (xlsx, docx)",
    b"\xd0\xcf\x11\xe0": "an old Office document (xls, doc)",
    b"\x89PNG": "a picture",
    b"\xff\xd8": "a picture",
    b"\x1f\x8b": "a gzip archive",
    b"SQLite format": "a database file",
}


@dataclass(frozen=True)
class DecodedText:
    """A file's text with line feeds only, the encoding it was read in, and what was mended."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def text_of(path: Path, *, known: str) -> DecodedText:
    """The text of an export file.

    Parameters
    ----------
    path : Path
    known : str
        The formats that can be read, in words, for the error.

    Raises
    ------
    UsageError
        When there is no such file or it holds no text.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.", next_step="Check the name and the folder.") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder.", next_step="Name the export files in it.") from None
    except PermissionError:
        raise UsageError(f"{path} may not be read.", next_step="Allow reading it, or copy it.") from None
    for start, what in _NOT_TEXT.items():
        if data.startswith(start):
            raise UsageError(
                f"{path.name} is {what}, not an export of references.",
                next_step=f"Export the references as {known} and add that file.",
            )
    text, encoding = _decoded(data)
    if not text.strip("\ufeff \r\n\t\0"):
        raise UsageError(f"{path.name} is empty.", next_step="Export it again from the database.")
    return DecodedText(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""), encoding)


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"
