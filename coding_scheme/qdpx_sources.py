"""The texts of a QDPX project, and where the selections of whichever program stand in them.

The standard counts code points of the text with line feeds. Programs also count carriage returns, a byte
order mark, or UTF-16 units; which one did is told by the selections' names, which hold the words selected.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from corpus.archives import DAMAGED_ZIP, check_sizes, leads_out
from corpus.encodings import decode
from corpus.errors import UsageError
from corpus.own_files import refuse_other_than_file

_MARK = "\ufeff"
_ELLIPSES = ("…", "...")
_LARGEST = 1024**3


@dataclass(frozen=True)
class Selection:
    """A stretch of text as a program wrote it: positions and the name it gave."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class SourceText:
    """A text with line feeds only, and where each selection stands in it (None: nowhere)."""

    text: str
    places: tuple[tuple[int, int] | None, ...]


def opened(path: Path) -> tuple[bytes, dict[str, bytes]]:
    """The project document of a QDPX file, and its texts by lower-case name; nothing is unpacked to disk.

    Raises
    ------
    UsageError
        When it is no QDPX file, damaged, encrypted, made to fill the memory, or holds names that lead out.
    """
    refuse_other_than_file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(path.name, archive, _LARGEST)
            if outside := next(filter(leads_out, archive.namelist()), ""):
                raise UsageError(
                    f"{path.name} holds a file whose name leads out of the archive ({outside[:60]!r}).",
                    next_step="Ask where it comes from; export the project anew.",
                )
            # pictures, sound and video are not read
            wanted = [
                name for name in archive.namelist()
                if name.lower().endswith((".qde", ".txt")) and not name.startswith("__MACOSX")
            ]  # fmt: skip
            read = {name.lower(): archive.read(name) for name in wanted}
    except UsageError:
        raise
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except DAMAGED_ZIP as fault:
        raise UsageError(f"{path.name} is no QDPX project, or a damaged one ({fault}).") from None
    projects = [name for name in read if name.endswith(".qde")]
    if not projects:
        raise UsageError(
            f"{path.name} holds no project.qde.", next_step="Export the project as REFI-QDA (.qdpx)."
        )
    return read.pop(min(projects, key=lambda name: (name.count("/"), name))), read


def file_of(place: str, files: dict[str, bytes]) -> bytes | None:
    """The file that a path such as ``internal://GUID.txt`` names, or None when it is not in the project."""
    scheme, _, rest = place.replace("\\", "/").rpartition("://")
    if scheme.lower() not in ("internal", ""):
        return None
    name = PurePosixPath(rest.lower().lstrip("/"))
    for candidate in (f"sources/{name}", str(name), f"sources/{name.name}", name.name):
        if candidate in files:
            return files[candidate]
    return next((data for known, data in files.items() if PurePosixPath(known).name == name.name), None)


def source_text(raw: bytes | str, selections: Sequence[Selection]) -> SourceText:
    r"""The text with line feeds, and its selections placed by the way of counting that fits their names.

    Examples
    --------
    >>> source_text("Håb 🙂\r\nTillid", [Selection(8, 14, "Tillid")]).places
    ((6, 12),)
    >>> source_text("Håb 🙂\r\nTillid", [Selection(6, 12, "Tillid")]).places
    ((6, 12),)
    >>> source_text("Håb", [Selection(2, 9, "b")]).places
    (None,)
    """
    whole = raw if isinstance(raw, str) else _decoded(raw)
    bare = whole.removeprefix(_MARK)
    text = _lines(bare)
    best: tuple[int, list[tuple[int, int] | None]] = (-1, [])
    for counted in dict.fromkeys((text, bare, _MARK + text, whole)):
        for wide in (False, True) if any(ord(sign) > 0xFFFF for sign in counted) else (False,):
            index = _index(counted, wide)
            places = [_place(text, selection, index) for selection in selections]
            fit = sum(
                _fits(text, place, selection.name)
                for place, selection in zip(places, selections, strict=True)
            )
            if fit > best[0]:
                best = (fit, places)
    return SourceText(text, tuple(best[1]))


def _index(counted: str, wide: bool) -> Callable[[int], int | None]:
    """From a program's position to one in the text with line feeds and without a mark."""
    points: dict[int, int] | None = None
    length = len(counted)
    if wide:
        points, units = {}, 0
        for number, sign in enumerate(counted):
            points[units] = number
            units += 2 if ord(sign) > 0xFFFF else 1
        points[units] = len(counted)
        length = units
    marked = counted.startswith(_MARK)
    plain = "\r" not in counted

    def index(position: int) -> int | None:
        if not 0 <= position <= length:
            return None
        at = position if points is None else points.get(position)
        if at is None:
            return None
        before = at if plain else len(_lines(counted[:at]))
        return max(before - marked, 0)

    return index


def _place(text: str, selection: Selection, index: Callable[[int], int | None]) -> tuple[int, int] | None:
    start, end = index(selection.start), index(selection.end)
    if start is None or end is None or not start < end <= len(text):
        return None
    return start, end


def _fits(text: str, place: tuple[int, int] | None, name: str) -> bool:
    wanted = " ".join(name.split())
    if place is None or not wanted:
        return False
    found = " ".join(text[place[0] : place[1]].split())
    for ellipsis in _ELLIPSES:
        if wanted.endswith(ellipsis):
            return found.startswith(wanted.removesuffix(ellipsis).rstrip())
    return found == wanted


def _decoded(data: bytes) -> str:
    """The text as it is, with a mark it may begin with: nothing is mended, as places are counted in it."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return decode(data)[0]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
