"""Undo: a line of the journal that takes an earlier line of the same person back. Nothing is deleted."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from corpus.chain import AFTER


def line_id(line: Mapping[str, Any]) -> str:
    """The name of a journal line: a hash of its content, whatever its place in whichever copy of the file.

    Examples
    --------
    >>> line = {"type": "coding", "record_id": "r1", "code_id": "trust", "value": "absent", "person": "ann"}
    >>> line_id(line) == line_id({**line, "journal_line": 7}), len(line_id(line))
    (True, 16)
    """
    content = {name: value for name, value in line.items() if name not in ("journal_line", AFTER)}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def not_undone(lines: Iterable[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    """The lines of a type, without those that an undo of the same person took back.

    Parameters
    ----------
    lines : iterable of mappings
        From :func:`corpus.journal.read`.
    kind : str
        The type: "screening", "coding" or "duplicate".
    """
    listed = list(lines)
    have_undone = {line.get("person") for line in listed if line.get("type") == "undo"}
    kept: list[Mapping[str, Any] | None] = []
    standing: dict[tuple[Any, Any], list[int]] = defaultdict(list)
    seen: set[tuple[Any, Any]] = set()
    # undos that stand before their line, as the merging of two copies of a file may leave them
    ahead: Counter[tuple[Any, Any]] = Counter()
    for line in listed:
        if line.get("type") == "undo":
            name = (line.get("person"), line.get("undoes"))
            # of lines with the same content the last one before the undo
            if standing[name]:
                kept[standing[name].pop()] = None
            elif name not in seen:
                ahead[name] += 1
            # else it is spent: two copies took the same line back, and what is said again later stands
        elif line.get("type") == kind:
            kept.append(line)
            if line.get("person") not in have_undone:
                continue
            name = (line.get("person"), line_id(line))
            seen.add(name)
            standing[name].append(len(kept) - 1)
    for name, n in ahead.items():
        for place in standing[name][-n:]:
            kept[place] = None
    return [line for line in kept if line is not None]


def standing_lines(lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines of all types, without those that were taken back and without what took them back.

    Examples
    --------
    >>> line = {"type": "screening", "person": "ann", "record_id": "r1", "verdict": "include"}
    >>> other = {"type": "descriptor", "person": "ann", "record_id": "r1", "value": "survey"}
    >>> undo = {"type": "undo", "person": "ann", "undoes": line_id(line)}
    >>> [line["type"] for line in standing_lines([line, undo, other])]
    ['descriptor']
    """
    listed = list(lines)
    kinds = {str(line.get("type")) for line in listed} - {"undo"}
    standing = {id(line) for kind in kinds for line in not_undone(listed, kind)}
    return [line for line in listed if id(line) in standing]


def undo_lines(
    lines: Iterable[Mapping[str, Any]], person: str, n: int = 1, *, kind: str, names: Sequence[str]
) -> list[dict[str, Any]]:
    """Lines that take back a person's last decisions; what these had overridden stands again.

    Parameters
    ----------
    lines : iterable of mappings
        From :func:`corpus.journal.read`.
    person : str
    n : int
        How many decisions; those already taken back do not count.
    kind : str
        Type of the lines: "screening", "coding" or "duplicate".
    names : sequence of str
        What of a line its undo repeats, for people who read the file.

    Returns
    -------
    list of dict
        For :func:`corpus.journal.append`, the last decision first; fewer than ``n`` when there are no more.

    Examples
    --------
    >>> lines = [{"type": "screening", "person": "ann", "record_id": "r1", "verdict": verdict}
    ...          for verdict in ("include", "exclude")]
    >>> [undo] = undo_lines(lines, "ann", kind="screening", names=("record_id",))
    >>> [line["verdict"] for line in not_undone([*lines, undo], "screening")]
    ['include']
    """
    own = [line for line in not_undone(lines, kind) if line.get("person") == person]
    return [
        {"type": "undo", **{name: line[name] for name in names}, "person": person, "undoes": line_id(line)}
        for line in own[::-1][:n]
    ]
