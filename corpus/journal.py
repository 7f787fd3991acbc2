"""The journal of decisions: append-only JSON lines, one file per person, never rewritten.

Each line is one decision. An append is locked, flushed and fsynced before it is acknowledged. A line that
a crash cut short stays in the file, is closed with a line feed by the next append, and is reported by
every read.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from corpus.errors import ReviewError, UsageError

FORMAT_VERSION = 1


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
        JSON-able; the person and ``v`` (format version) are added.

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
    if not re.fullmatch(r"[^\W_][\w.-]{0,63}", person):
        raise UsageError(
            f"{person!r} cannot name a person's file.",
            next_step="Use letters, digits, - and _, for instance anna-b.",
        )


def append_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> int:
    """Append JSON lines to one file, locked, flushed and fsynced, all or none; return how many.

    Raises
    ------
    ReviewError
        When the file cannot be written (disk full, read-only), or is of a newer format.
    """
    texts = [json.dumps({**line, "v": FORMAT_VERSION}, ensure_ascii=False, sort_keys=True) for line in lines]
    if not texts:
        return 0
    data = "".join(f"{text}\n" for text in texts).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.parent / f".{path.stem}.lock"):
            _refuse_newer(path)
            with path.open("ab") as file:
                start = file.tell()
                try:
                    file.write(b"\n" + data if _is_cut_short(path) else data)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.truncate(path, start)
                    raise
    except OSError as error:
        raise ReviewError(
            f"Nothing was saved: {error.strerror or error}.",
            where=str(path),
            next_step="Free some space or allow writing there, then try again.",
        ) from error
    return len(texts)


def read(folder: Path) -> tuple[list[dict[str, Any]], list[TornLine]]:
    """All decisions of a journal, by file name and then in the order they were made, and the torn lines.

    Each decision carries ``journal_line`` (from 1) beside what was written. A missing folder is an empty
    journal. The order of one person's lines is that of the file, whatever their clocks said.
    """
    decisions: list[dict[str, Any]] = []
    torn: list[TornLine] = []
    for path in sorted(folder.glob("*.jsonl"), key=lambda path: path.name):
        whole, cut = read_lines(path)
        decisions += whole
        torn += cut
    return decisions, torn


def read_lines(path: Path) -> tuple[list[dict[str, Any]], list[TornLine]]:
    """The lines of one file, each with its ``journal_line`` (from 1), and the torn ones."""
    whole: list[dict[str, Any]] = []
    torn: list[TornLine] = []
    data = path.read_bytes() if path.exists() else b""
    for number, raw in enumerate(data.split(b"\n"), start=1):
        if not raw.strip():
            continue
        line = whole_line(raw)
        if line is None:
            torn.append(TornLine(path.name, number, raw.decode("utf-8", "replace")))
        else:
            whole.append({**line, "journal_line": number})
    return whole, torn


def whole_line(raw: bytes) -> dict[str, Any] | None:
    """A line of a journal; None where it is not a whole decision."""
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    return line if isinstance(line, dict) and "v" in line else None


def _is_cut_short(path: Path) -> bool:
    if path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def _refuse_newer(path: Path) -> None:
    if not path.exists():
        return
    # inside a text the quotes would be escaped
    versions = [int(found) for found in re.findall(rb'"v": ?(\d+)\}$', path.read_bytes(), re.MULTILINE)]
    if max(versions, default=0) > FORMAT_VERSION:
        raise ReviewError(
            "This file was written by a newer Samsyn.",
            where=str(path),
            next_step="Install that version; nothing was written.",
        )
