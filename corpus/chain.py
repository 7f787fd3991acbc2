"""The chain of a journal file: each line carries the hash of the line before, so that an edit shows.

A line's ``after`` is the first 16 hex digits of the sha256 of the line before it, "" in a file's first line;
a line feed or a carriage return at a line's end does not count (git may exchange them). What no later line
can vouch for, the last line itself, is vouched for by a small file beside the journal, ``.ann.last`` for
``ann.jsonl``, which holds the hash of the last line that was written there; where the journal did not end
with that line when the next one was written, because it was edited or grew elsewhere, it holds that hash
too. The chain shows accidents and quiet edits; it is no signature: who rewrites the whole file can rewrite
the chain.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.json_text import from_json
from corpus.own_files import keep_private

AFTER = "after"
_LETTERS = 16


@dataclass(frozen=True)
class Chain:
    """What the chain of a file says of its lines, each with its number.

    Attributes
    ----------
    faults : tuple of (int, str)
        Lines that were changed, removed, moved or put in; by line and in words.
    joined : tuple of (int, str)
        Lines where those of another copy of the file begin, as the merging of two copies leaves them.
    forks : tuple of (int, int)
        Of the same lines: the line after which the other copy went on by itself, 0 for its beginning.
    n_unchained : int
        Lines at the beginning that an earlier Samsyn wrote, without a hash: an edit of them cannot be seen.
    """

    faults: tuple[tuple[int, str], ...] = ()
    joined: tuple[tuple[int, str], ...] = ()
    forks: tuple[tuple[int, int], ...] = ()
    n_unchained: int = 0


def line_hash(raw: bytes) -> str:
    """The hash by which the next line names a line: 16 hex digits; "" for no line.

    Examples
    --------
    >>> line_hash(b'{"v": 2}'), line_hash(b'{"v": 2}\\r') == line_hash(b'{"v": 2}'), line_hash(b"")
    ('0b3a178d3458979e', True, '')
    """
    raw = raw.removesuffix(b"\r")
    return hashlib.sha256(raw).hexdigest()[:_LETTERS] if raw else ""


class Repeats:
    """Tells lines that came before: two copies of a file, one behind the other, hold their beginning twice.

    A line with the hash of the line before it can stand in one place only, so that the same line twice is a
    copy. Lines without a hash are never taken for copies.

    Examples
    --------
    >>> seen, line = Repeats(), {"after": "", "person": "ann", "v": 2}
    >>> seen.has(line), seen.has(dict(line)), seen.has({"v": 1}), seen.has({"v": 1})
    (False, True, False, False)
    """

    def __init__(self) -> None:
        self._seen: dict[str, list[Mapping[str, Any]]] = {}

    def has(self, line: Mapping[str, Any]) -> bool:
        """Whether a line came before; from now on it did."""
        after = line.get(AFTER)
        if not isinstance(after, str):
            return False
        same = self._seen.setdefault(after, [])
        if line in same:
            return True
        same.append(line)
        return False


def last_file(path: Path) -> Path:
    """Where the hash of the last line written to a journal file is kept."""
    return path.with_name(f".{path.stem}.last")


def note_last(path: Path, before: str, last: str) -> None:
    """Keep the hash of the line written last; what fails here costs no decision and is left out.

    Parameters
    ----------
    path : Path
        The journal file.
    before, last : str
        Hashes of the line that the file ended with, and of that with which it ends now.
    """
    noted = _noted(path)
    kept = noted[:-1] if noted[-1:] == [before] else noted
    with suppress(OSError):
        last_file(path).write_text("".join(f"{one}\n" for one in (*kept, last)), encoding="ascii")
        keep_private(last_file(path))


def note_replaced(path: Path, former: bytes, last: str) -> None:
    """Keep the hash of the last line of a file that took another's place and holds all its lines.

    What was gone from the former file is still said to be.
    """
    there = {line_hash(raw) for raw in former.split(b"\n")}
    kept = [one for one in _noted(path) if one not in there]
    with suppress(OSError):
        last_file(path).write_text("".join(f"{one}\n" for one in (*kept, last)), encoding="ascii")
        keep_private(last_file(path))


def chain_of(path: Path) -> Chain:
    """Go along the chain of a journal file and say where it is broken.

    Parameters
    ----------
    path : Path
        ``ann.jsonl``; need not exist.

    Examples
    --------
    >>> import tempfile
    >>> from corpus import journal
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = journal.append(folder, "ann", [{"record_id": f"r{n}", "verdict": "include"} for n in range(4)])
    >>> path = folder / "ann.jsonl"
    >>> chain_of(path)
    Chain(faults=(), joined=(), forks=(), n_unchained=0)
    >>> lines = path.read_text().splitlines(keepends=True)
    >>> _ = path.write_text("".join(lines[:1] + lines[2:]))
    >>> chain_of(path).faults
    ((2, 'line 1 was changed, or lines between it and line 2 were removed'),)
    """
    data = path.read_bytes() if path.exists() else b""
    raws = data.split(b"\n")
    if not raws[-1]:
        raws.pop()
    hashes = [line_hash(raw) for raw in raws]
    afters = [_after(raw) for raw in raws]
    begun = next((place for place, after in enumerate(afters) if isinstance(after, str)), len(raws))
    faults: list[tuple[int, str]] = []
    joined: list[tuple[int, str]] = []
    forks: list[tuple[int, int]] = []
    places: dict[str, list[int]] = {}
    for place, name in enumerate(hashes):
        places.setdefault(name, []).append(place)
    for place in range(begun, len(raws)):
        said, before = afters[place], hashes[place - 1] if place else ""
        if said == before and (said or not place):
            continue
        fault, other = _told(place, said, places, hashes)
        if fault:
            faults.append((place + 1, fault))
        if other:
            joined.append((place + 1, other))
            earlier = (one + 1 for one in places.get(str(said), ()) if one < place)
            forks.append((place + 1, max(earlier, default=0)))
    gone = [last for last in _noted(path) if last not in places]
    if gone:
        told = f"a line that was the last one here was changed or is gone; the file ends at line {len(raws)}"
        faults.append((len(raws), f"{told} (should it be gone, delete {last_file(path).name})"))
    return Chain(tuple(faults), tuple(joined), tuple(forks), begun)


def _told(
    place: int, said: str | bool | None, places: Mapping[str, Sequence[int]], hashes: Sequence[str]
) -> tuple[str, str]:
    """What is wrong at a line that does not name the one before it; or that another copy begins there."""
    line, fault, other = place + 1, "", ""
    there = places.get(str(said), ())
    earlier = [one for one in there if one < place]
    if said is None:
        # no whole line, as a crash may leave it; it is reported as such, and the next line names it
        pass
    elif said is False:
        fault = f"line {line} is not as it was written: it does not name the line before it"
    elif said == "" and hashes[0]:
        other = f"from line {line} on: another copy of the file, from its beginning"
    elif said == "":
        fault = f"line {line} was the first; what stands before it was put in"
    elif earlier:
        other = f"from line {line} on: another copy of the file, written after line {earlier[-1] + 1}"
    elif there:
        fault = f"line {line} was moved: it was written after line {there[0] + 1}"
    elif place:
        fault = f"line {place} was changed, or lines between it and line {line} were removed"
    else:
        fault = "the lines at the beginning were removed"
    return fault, other


def _after(raw: bytes) -> str | bool | None:
    """What a line says it was written after; False where a whole line does not say it, None of no line."""
    try:
        line = from_json(raw)
    except ValueError:
        # a blank line is nothing that a crash leaves
        return None if raw.strip() else False
    if not isinstance(line, dict):
        return None
    after = line.get(AFTER)
    return after if isinstance(after, str) else False


def _noted(path: Path) -> list[str]:
    try:
        noted = last_file(path).read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return []
    return [one for one in noted if re.fullmatch(rf"[0-9a-f]{{{_LETTERS}}}", one)]
