"""Two copies of a review folder that were edited apart: one person's lines of both in one sound file.

Different people's lines are in different files, so that copying files merges them. One person's two copies of
a file are merged here: what both hold stays as it is, then come the lines of this copy, then those that only
the other holds, in its order and chained anew. No clock is asked. Versions of the coding scheme that only the
other has kept are taken, too: its coding was made under them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from corpus import journal
from corpus.chain import AFTER, line_hash, note_replaced
from corpus.checked_yaml import yaml_values
from corpus.errors import ReviewError, UsageError
from corpus.journal_faults import differences
from corpus.own_files import refuse_ways_out
from corpus.sources import source_lines
from corpus.undone import line_id


@dataclass(frozen=True)
class Merged:
    """What a file took in.

    Attributes
    ----------
    file : str
        "screening/ann.jsonl" of the decisions, or "schemes/1.0-0b3a178d.yaml".
    n_lines : int
        Lines that only the other copy held.
    conflicts : tuple of str
        Where the copies say different things of the same, in words.
    """

    file: str
    n_lines: int
    conflicts: tuple[str, ...]


def merge_copy(folder: Path, other: Path) -> list[Merged]:
    """Take the decisions of another copy of a review folder into this one; the other is left as it is.

    Doing it again adds nothing. Where this copy has nothing of its own, its file becomes the other's, byte
    for byte, so that two copies that take each other in, one after the other, end alike.

    Parameters
    ----------
    folder, other : Path
        Review folders.

    Returns
    -------
    list of Merged
        The files that took something in.

    Raises
    ------
    UsageError
        When the other is no copy of a review, is another review, by the id in its protocol, or is this one;
        when files in it are links to elsewhere or pipes.
    ReviewError
        When a file cannot be written or is of a newer format.

    Examples
    --------
    >>> import tempfile
    >>> here, there = (Path(tempfile.mkdtemp()) for _ in range(2))
    >>> line = {"type": "screening", "stage": "title_abstract", "record_id": "r1", "verdict": "include"}
    >>> _ = journal.append(there / "decisions" / "screening", "ann", [line])
    >>> merge_copy(here, there), merge_copy(here, there)
    ([Merged(file='screening/ann.jsonl', n_lines=1, conflicts=())], [])
    """
    if not (other / "decisions").is_dir():
        raise UsageError(
            f"{other} is no copy of a review: it has no decisions.", next_step="Name a review folder."
        )
    if other.resolve() == folder.resolve():
        raise UsageError(f"{other} is this review itself.", next_step="Name the folder of the other copy.")
    refuse_ways_out(other)
    here, there = _review_id(folder), _review_id(other)
    if here and there and here != there:
        raise UsageError(
            f"{other} is another review: its protocol has the id {there}, this one {here}.",
            next_step="If they are one, give both protocols the same id.",
        )
    merged = _take_schemes(folder, other)
    for theirs in sorted(other.glob("decisions/*/*.jsonl"), key=lambda path: path.as_posix()):
        name = theirs.relative_to(other / "decisions")
        n_lines, conflicts = _merge_file(folder / "decisions" / name, theirs)
        if n_lines:
            merged.append(Merged(name.as_posix(), n_lines, conflicts))
    return merged


def sources_elsewhere(folder: Path, other: Path) -> list[str]:
    """The sources that only the other copy of a review has, by their file names: they are not merged.

    Examples
    --------
    >>> import tempfile
    >>> here, there = (Path(tempfile.mkdtemp()) for _ in range(2))
    >>> line = {"source_id": "scopus.ris", "sha256": "0b3a", "database": "Scopus"}
    >>> _ = journal.append_lines(there / "sources" / "sources.jsonl", [line])
    >>> sources_elsewhere(here, there), sources_elsewhere(there, there)
    (['scopus.ris'], [])
    """
    have = {line["sha256"] for line in source_lines(folder / "sources")}
    try:
        theirs = source_lines(other / "sources")
    except ReviewError:
        # a damaged log is for the other copy to mend
        return []
    return [str(line["source_id"]) for line in theirs if line["sha256"] not in have]


def _review_id(folder: Path) -> str:
    """The id in a folder's protocol; empty where it cannot be read, which other commands say."""
    try:
        said = yaml_values((folder / "protocol.yaml").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, ReviewError):
        return ""
    return str(said.get("id") or "") if isinstance(said, dict) else ""


def _take_schemes(folder: Path, other: Path) -> list[Merged]:
    taken = []
    for theirs in sorted(other.glob("schemes/*.yaml"), key=lambda path: path.name):
        path = folder / "schemes" / theirs.name
        if path.exists() or not theirs.is_file():
            continue
        try:
            data = theirs.read_bytes()
            path.parent.mkdir(exist_ok=True)
            partial = path.with_suffix(".partial")
            partial.write_bytes(data)
            partial.replace(path)
        except OSError as error:
            raise ReviewError(f"The scheme was not taken: {error.strerror}.", where=str(path)) from error
        taken.append(Merged(f"schemes/{theirs.name}", len(data.splitlines()), ()))
    return taken


def _merge_file(path: Path, theirs: Path) -> tuple[int, tuple[str, ...]]:
    with journal.held(path):
        lines, torn = journal.read_lines(path)
        others, _ = journal.read_lines(theirs)
        here = Counter(line_id(line) for line in lines)
        there = Counter(line_id(line) for line in others)
        missing, left = [], Counter(here)
        for line in others:
            if left[line_id(line)]:
                left[line_id(line)] -= 1
            else:
                missing.append(line)
        if not missing:
            return 0, ()
        if not torn and not here - there:
            former = path.read_bytes() if path.exists() else b""
            data = theirs.read_bytes()
            whole = data[: data.rfind(b"\n") + 1]
            journal.replace(path, whole)
            note_replaced(path, former, line_hash(whole.removesuffix(b"\n").rpartition(b"\n")[2]))
            return len(missing), ()
        own_ids = here - there
        own = [line for line in lines if own_ids[line_id(line)]]
        last = max((line["journal_line"] for line in lines), default=0) + len(torn)
        placed = [{**line, "journal_line": last + n} for n, line in enumerate(missing, start=1)]
        conflicts = tuple(differences(own, placed))
        kept = [
            {key: value for key, value in line.items() if key not in ("journal_line", AFTER)}
            for line in missing
        ]
        journal.append_lines(path, kept)
        return len(missing), conflicts
