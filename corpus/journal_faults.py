"""What is wrong with the journals of a review folder: lines changed, removed or moved, files gone, copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus import journal
from corpus.chain import chain_of
from corpus.undone import standing_lines

# what a line is about, and what it says of it, by its type
_ABOUT = ("type", "record_id", "record_id_a", "record_id_b", "stage", "code_id", "round", "reading",
          "descriptor", "about", "item", "adjudicates")  # fmt: skip
_SAYS = ("verdict", "criterion", "value", "direction")
_LOGS = ("sources/sources.jsonl", "priors/priors.jsonl")


def journal_faults(folder: Path) -> list[str]:
    """Lines of the journals that are not as they were written, and files that are gone, in words.

    Parameters
    ----------
    folder : Path
        The review folder; looked at are ``decisions/*/*.jsonl`` and the logs of sources and priors.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = journal.append(folder / "decisions" / "coding", "ann", [{"record_id": "r1"}, {"record_id": "r2"}])
    >>> journal_faults(folder)
    []
    >>> path = folder / "decisions" / "coding" / "ann.jsonl"
    >>> _ = path.write_bytes(path.read_bytes().replace(b"r1", b"r9"))
    >>> journal_faults(folder)
    ['decisions/coding/ann.jsonl line 2: line 1 was changed, or lines between it and line 2 were removed']
    """
    faults = []
    for path in _journals(folder):
        name = path.relative_to(folder).as_posix()
        faults += [f"{name} line {line}: {said}" for line, said in chain_of(path).faults]
        newest = max((_version(line) for line in journal.read_lines(path)[0]), default=0)
        if newest > journal.FORMAT_VERSION:
            faults.append(
                f"{name} was written by a newer Samsyn: what this one does not know of it is not counted. "
                "Install that version"
            )
    for noted in sorted([*folder.glob("decisions/*/.*.last"), *folder.glob("sources/.*.last")]):
        path = noted.with_name(f"{noted.stem.removeprefix('.')}.jsonl")
        if not path.exists():
            faults.append(
                f"{path.relative_to(folder).as_posix()} is gone, with all its lines. Put it back from a copy"
            )
    return faults


def journal_notes(folder: Path) -> list[str]:
    """What is no fault and good to know: copies that were joined, where they differ, lines without a hash."""
    notes = []
    for path in _journals(folder):
        name = path.relative_to(folder).as_posix()
        chain = chain_of(path)
        if chain.n_unchained:
            notes.append(
                f"{name}: an earlier Samsyn wrote the first {chain.n_unchained} lines; "
                "an edit of them cannot be seen"
            )
        lines = journal.read_lines(path)[0]
        notes += [f"{name}: {said}" for _, said in chain.joined]
        for begins, _ in chain.joined:
            after = _last_common(path, begins)
            before = [line for line in lines if after < line["journal_line"] < begins]
            since = [line for line in lines if line["journal_line"] >= begins]
            notes += [f"{name}: {said}" for said in differences(before, since)]
        notes += _of_another(path, name, lines)
    return notes


def differences(lines: list[dict[str, Any]], others: list[dict[str, Any]]) -> Iterator[str]:
    """Where two copies of a person's file say different things of the same; the later line counts.

    Examples
    --------
    >>> one = {"type": "screening", "record_id": "r1", "verdict": "include", "journal_line": 4}
    >>> list(differences([one], [{**one, "verdict": "exclude", "journal_line": 7}]))[0].partition(";")[0]
    'the two copies differ in r1: include in line 4, exclude in line 7'
    """
    # what was taken back in either copy is not what counts
    standing = {id(line) for line in standing_lines([*lines, *others])}
    told = {_about(line): line for line in lines if id(line) in standing}
    for about, other in {_about(line): line for line in others if id(line) in standing}.items():
        line = told.get(about)
        if line is not None and _says(line) != _says(other):
            what = " ".join(str(one) for one in about[1:] if one not in (None, False, ""))
            yield (
                f"the two copies differ in {what}: {_says(line)} in line {line['journal_line']}, "
                f"{_says(other)} in line {other['journal_line']}; line {other['journal_line']} counts. "
                "Decide again where it should not"
            )


def _about(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(line.get(key) for key in _ABOUT)


def _says(line: Mapping[str, Any]) -> str:
    return " ".join(str(line[key]) for key in _SAYS if line.get(key))


def _of_another(path: Path, name: str, lines: list[dict[str, Any]]) -> Iterator[str]:
    """Lines of a person who has another file, as programs that synchronise folders leave them."""
    people = {str(line["person"]) for line in lines if line.get("person")} - {path.stem}
    for person in sorted(people):
        if not journal.can_name_file(person):
            number = next(line["journal_line"] for line in lines if str(line.get("person")) == person)
            yield (
                f"{name}, line {number}, is of {person[:40]!r}, which cannot name a person's file. Put the "
                "file back as it was, from a copy or the history of the folder"
            )
            continue
        own = path.with_name(f"{person}.jsonl")
        yield (
            f"{name} holds lines of {person}; a second copy of {own.name}? What it has more is counted; "
            f"take it into {own.name} with: samsyn merge, then delete it"
        )
        raws = set(own.read_bytes().split(b"\n")) if own.exists() else set()
        theirs = path.read_bytes().split(b"\n")
        mine = [line for line in journal.read_lines(own)[0] if _raw_at(own, line) not in set(theirs)]
        more = [line for line in lines if theirs[line["journal_line"] - 1] not in raws]
        yield from (f"{name}: {said}" for said in differences(mine, more))


def _raw_at(path: Path, line: Mapping[str, Any]) -> bytes:
    return path.read_bytes().split(b"\n")[int(line["journal_line"]) - 1]


def _last_common(path: Path, begins: int) -> int:
    """The line after which the copy that begins at a line was written."""
    return next(after for line, after in chain_of(path).forks if line == begins)


def _version(line: Mapping[str, Any]) -> int:
    version = line.get("v")
    return version if isinstance(version, int) else 0


def _journals(folder: Path) -> list[Path]:
    found = sorted(folder.glob("decisions/*/*.jsonl"), key=lambda path: path.as_posix())
    return found + [path for log in _LOGS if (path := folder / log).is_file()]
