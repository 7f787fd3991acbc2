"""The journal of decisions: append-only JSON lines, one file per person, never rewritten.

Each line is one decision and carries the hash of the line before it (:mod:`corpus.chain`). An append is
locked, flushed and fsynced before it is acknowledged. A line that a crash cut short stays in the file, is
closed with a line feed by the next append, and is reported by every read.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from corpus.chain import AFTER, Repeats, line_hash, note_last
from corpus.controls import without_controls
from corpus.errors import ReviewError, UsageError
from corpus.journal_lines import whole_line
from corpus.own_files import keep_private, rights_in

# 2: each line names the one before it; an older Samsyn, which would write lines that do not, refuses the file
FORMAT_VERSION = 2
# seconds to wait for another program that is writing to the same file
_WAITS = 20.0
# bytes at the end of a file that are looked at for its last line and for a newer format: who writes it writes
# there, and an older Samsyn writes nothing behind it
_LOOKED_AT = 65_536
# a version as the key of a line; inside a text its quotes would be escaped
_VERSION = re.compile(rb'[{,]\s*"v":\s*(\d+)')


@dataclass(frozen=True)
class TornLine:
    """A line of a journal that is not a whole decision, as a crash may leave it.

    Attributes
    ----------
    file : str
        Name of the person's file.
    line : int
        Line number, from 1.
    raw : str
        What the line holds.
    """

    file: str
    line: int
    raw: str


def now() -> str:
    """The present time as UTC text, for instance ``2026-11-23T14:05:09Z``; for ``decided_at`` only."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def append(folder: Path, person: str, decisions: Iterable[Mapping[str, Any]]) -> int:
    """Append decisions to a person's file and return how many.

    Parameters
    ----------
    folder : Path
        The journal's folder, for instance ``decisions/screening``; made when missing.
    person : str
        Id of the person who decided; letters, digits, ``-``, ``_`` and ``.``; names the file.
    decisions : iterable of mappings
        JSON-able; the person, ``v`` (format version) and ``after`` (hash of the line before) are added.

    Raises
    ------
    UsageError
        When the id cannot name a file.
    ReviewError
        As :func:`append_lines`.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> append(folder, "ann", [{"record_id": "pubmed:1", "verdict": "include"}])
    1
    >>> lines, torn = read(folder)
    >>> lines[0]["person"], lines[0]["verdict"], torn
    ('ann', 'include', [])
    """
    check_person(person)
    return append_lines(folder / f"{person}.jsonl", ({"person": person, **line} for line in decisions))


def check_person(person: str) -> None:
    """Refuse an id that cannot name a person's file.

    Raises
    ------
    UsageError
    """
    if not can_name_file(person):
        raise UsageError(
            f"{person!r} cannot name a person's file.",
            next_step="Use letters, digits, - and _, for instance anna-b.",
        )


def can_name_file(person: str) -> bool:
    """Whether an id can name a person's file.

    Examples
    --------
    >>> can_name_file("anna-b"), can_name_file("../anna"), can_name_file("")
    (True, False, False)
    """
    return re.fullmatch(r"[^\W_][\w.-]{0,63}", person) is not None


def append_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> int:
    """Append JSON lines to one file, locked, flushed and fsynced, all or none; return how many.

    Raises
    ------
    ReviewError
        When the file cannot be written (disk full, read-only, another program keeps it), or is of a newer
        format.
    """
    # lines taken over from another copy keep their version, so that what undoes them still names them
    listed = [without_controls({"v": FORMAT_VERSION, **line}) for line in lines]
    if listed:
        with held(path):
            try:
                end = _end_of(path)
                _refuse_newer(path, end)
                is_cut_short = end != b"" and not end.endswith(b"\n")
                before = after = line_hash(end.removesuffix(b"\n").rpartition(b"\n")[2])
                raws = []
                for line in listed:
                    text = json.dumps({**line, AFTER: after}, ensure_ascii=False, sort_keys=True)
                    raws.append(text.encode("utf-8", "replace"))
                    after = line_hash(raws[-1])
                _write(path, b"\n" * is_cut_short + b"".join(raw + b"\n" for raw in raws))
            except OSError as error:
                raise _not_saved(path, error) from error
            note_last(path, before, after)
    return len(listed)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep a file from all others, threads and processes, while it is read and then appended to.

    :func:`append` and :func:`append_lines` may be called inside.

    Raises
    ------
    ReviewError
        When another program keeps the file, or its folder cannot be written to.
    """
    try:
        made = [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in reversed(made):
            keep_private(folder)
        # one lock per file and thread: who has it may ask for it again
        lock = FileLock(
            path.parent / f".{path.stem}.lock", timeout=_WAITS, is_singleton=True,
            mode=rights_in(path.parent, 0o6),
        )  # fmt: skip
        lock.acquire()
    except Timeout as error:
        raise ReviewError(
            f"Nothing was saved: another program has kept this file for {_WAITS:.0f} seconds.",
            where=str(path),
            next_step="Close what else uses the review folder, then try again.",
        ) from error
    except OSError as error:
        raise _not_saved(path, error) from error
    try:
        yield
    finally:
        lock.release()


def _not_saved(path: Path, error: OSError) -> ReviewError:
    return ReviewError(
        f"Nothing was saved: {error.strerror or error}.",
        where=str(path),
        next_step="Free some space or allow writing there, then try again.",
    )


def _write(path: Path, data: bytes) -> None:
    # without a buffer: what a full disk did not take must not be written when the file is closed
    with path.open("ab", buffering=0) as file:
        start = file.tell()
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except OSError:
            os.truncate(path, start)
            raise
    if start == 0 and os.name != "nt":
        keep_private(path)
        # a new file's name is on disk only when its folder is
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def replace(path: Path, data: bytes) -> None:
    """Put a longer copy of a file in its place, at once; for who has made sure that it holds all its lines.

    Raises
    ------
    ReviewError
        When it cannot be written; what stood there before still stands.
    """
    try:
        _refuse_newer(path, data)
        partial = path.with_name(f".{path.name}.partial")
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        keep_private(partial)
        partial.replace(path)
    except OSError as error:
        raise _not_saved(path, error) from error


def read(folder: Path) -> tuple[list[dict[str, Any]], list[TornLine]]:
    """All decisions of a journal, by file name and then in the order they were made, and the torn lines.

    Each decision carries ``journal_line`` (from 1) beside what was written. A missing folder is an empty
    journal. The order of one person's lines is that of the file, whatever their clocks said. What a second
    copy of a file repeats, in the same file or beside it, is left out.
    """
    decisions: list[dict[str, Any]] = []
    torn: list[TornLine] = []
    repeats = Repeats()
    for path in sorted(folder.glob("*.jsonl"), key=lambda path: path.name):
        whole, cut = _read_lines(path, repeats)
        decisions += whole
        torn += cut
    return decisions, torn


def read_lines(path: Path) -> tuple[list[dict[str, Any]], list[TornLine]]:
    """The lines of one file, each with its ``journal_line`` (from 1), and the torn ones."""
    return _read_lines(path, Repeats())


def _read_lines(path: Path, repeats: Repeats) -> tuple[list[dict[str, Any]], list[TornLine]]:
    whole: list[dict[str, Any]] = []
    torn: list[TornLine] = []
    data = path.read_bytes() if path.exists() else b""
    for number, raw in enumerate(data.split(b"\n"), start=1):
        if not raw.strip():
            continue
        line = whole_line(raw)
        if line is None:
            torn.append(TornLine(path.name, number, raw.decode("utf-8", "replace")))
        elif not repeats.has(line):
            whole.append({**line, "journal_line": number})
    return whole, torn


def _end_of(path: Path) -> bytes:
    """The last bytes of a file, at least the whole last line."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        looked_at = _LOOKED_AT
        while True:
            file.seek(max(0, size - looked_at))
            end = file.read()
            if looked_at >= size or b"\n" in end[:-1]:
                return end
            looked_at *= 4


def _refuse_newer(path: Path, end: bytes) -> None:
    if max((int(found) for found in _VERSION.findall(end)), default=0) > FORMAT_VERSION:
        raise ReviewError(
            "This file was written by a newer Samsyn.",
            where=str(path),
            next_step="Install that version; nothing was written.",
        )
