"""Files as bytes: plain, or the one export in a zip or gzip archive; nothing is extracted to disk."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from corpus.errors import UsageError
from corpus.own_files import refuse_other_than_file

# an archive of references packs to a tenth; what unpacks to more than this is made to fill the memory
LARGEST = 2 * 1024**3
LARGEST_RATIO = 200
# below this size the ratio says nothing
_SMALL = 1024**2
_CHUNK = 1024**2
ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
_NESTED = (ZIP, GZIP, b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")
_FOLDER_LITTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
_PARTS_OF_DOCUMENTS = {
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "mimetype": "an OpenDocument file (or an e-book)",
}
_WORKBOOK = "xl/workbook.xml"
# what zipfile raises for an archive that is cut, altered, encrypted or packed in a way of its own
DAMAGED_ZIP = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, RuntimeError
)  # fmt: skip


def bytes_of(path: Path) -> tuple[bytes, str]:
    """The bytes of an export file and its name; of an archive those of the one export in it.

    Raises
    ------
    UsageError
        When there is no such file, or it is an archive of several exports, encrypted, nested or made to
        fill the memory.
    """
    refuse_other_than_file(path)
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path.name} is larger than 2 GB.", next_step="Export it in several parts.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.", next_step="Check the name and the folder.") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder.", next_step="Name the export files in it.") from None
    except PermissionError:
        raise UsageError(f"{path} may not be read.", next_step="Allow reading it, or copy it.") from None
    except OSError as fault:
        raise UsageError(f"{path.name} could not be read ({fault.strerror}).") from None
    if data.startswith(GZIP):
        return _unpacked(path.name, _gunzipped(path.name, data)), path.name.removesuffix(".gz")
    if data.startswith(ZIP):
        return _from_zip(path.name, data)
    return data, path.name


def is_workbook(data: bytes) -> bool:
    """Whether these are the bytes of an Excel workbook (xlsx)."""
    if not data.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _WORKBOOK in archive.namelist()
    except DAMAGED_ZIP:
        return False


def check_sizes(name: str, archive: zipfile.ZipFile, largest: int = LARGEST) -> None:
    """Refuse a zip archive, or an Office document, that would unpack to more than memory is for.

    Raises
    ------
    UsageError
        Before anything is unpacked.
    """
    for member in archive.infolist():
        if member.flag_bits & 1:
            raise UsageError(
                f"{name} is encrypted.", next_step="Unpack it with its password and add the files."
            )
        # a deflated byte holds at most 1,032: a header that says less than it unpacks to is caught in reading
        _check_size(name, member.file_size, member.compress_size)
    _check_size(name, sum(member.file_size for member in archive.infolist()), 0, largest)


def _check_size(name: str, size: int, packed: int, largest: int = LARGEST) -> None:
    too_dense = packed and size > _SMALL and size > LARGEST_RATIO * packed
    if size > largest or too_dense:
        raise UsageError(
            f"{name} would unpack to far more than an export of references needs ({size:,} bytes or more).",
            next_step="If it is one, unpack it yourself and add the files.",
        )


def leads_out(member: str) -> bool:
    """Whether a member's name is an absolute path or climbs above its archive, on any system."""
    parts = member.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or parts[0].endswith(":")


def _from_zip(name: str, data: bytes) -> tuple[bytes, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_sizes(name, archive)
            names = archive.namelist()
            if _WORKBOOK in names:
                return data, name
            for part, what in _PARTS_OF_DOCUMENTS.items():
                if part in names:
                    raise UsageError(
                        f"{name} is {what}, not an export of references.",
                        next_step="Export the references from the database or citation manager.",
                    )
            if outside := next(filter(leads_out, names), ""):
                # nothing is written, so it could do no harm here; no database makes such an archive
                raise UsageError(
                    f"{name} holds a file whose name leads out of the archive ({outside[:60]!r}).",
                    next_step="Ask where it comes from; export the references anew.",
                )
            members = [member for member in archive.infolist() if _is_content(member)]
            if len(members) != 1:
                raise UsageError(
                    _number_of(name, members), next_step="Unpack it and add the exports one by one."
                )
            with archive.open(members[0]) as stream:
                unpacked = _read_at_most(name, stream, members[0].compress_size)
            return _unpacked(name, unpacked), PurePosixPath(members[0].filename).name
    except UsageError:
        raise
    except DAMAGED_ZIP as fault:
        raise UsageError(
            f"{name} is a zip archive or an Office document (xlsx, docx), but a damaged one ({fault}).",
            next_step="Download it again, or export the references anew.",
        ) from None


def _is_content(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    return not member.is_dir() and not any(part in _FOLDER_LITTER or part.startswith("._") for part in parts)


def _number_of(name: str, members: list[zipfile.ZipInfo]) -> str:
    if not members:
        return f"{name} is an empty archive."
    named = ", ".join(PurePosixPath(member.filename).name for member in members[:5])
    return f"{name} holds {len(members)} files ({named}{', ...' if len(members) > 5 else ''})."


def _gunzipped(name: str, data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return _read_at_most(name, stream, len(data))
    except (OSError, EOFError, zlib.error) as fault:
        raise UsageError(
            f"{name} is a damaged gzip archive ({fault}).", next_step="Download it again."
        ) from None


def _read_at_most(name: str, stream: Any, packed: int) -> bytes:
    chunks, size = [], 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        _check_size(name, size, packed)
        chunks.append(chunk)
    return b"".join(chunks)


def _unpacked(name: str, data: bytes) -> bytes:
    """What was in the archive; another archive in it is not opened."""
    if (data.startswith(_NESTED) and not is_workbook(data)) or data[257:262] == b"ustar":
        raise UsageError(
            f"{name} is an archive within an archive.", next_step="Unpack it and add the exports one by one."
        )
    if data.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_sizes(name, archive)
    return data
