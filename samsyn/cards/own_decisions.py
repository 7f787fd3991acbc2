"""What one person has decided at a stage, kept up with their file of the journal as it grows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from corpus import ReviewError, journal
from corpus.chain import Repeats
from corpus.undone import line_id

# so many bytes before the place read up to tell whether the file is still the one that was read
_REMEMBERED = 128


class _Line(NamedTuple):
    record_id: str
    verdict: str
    adjudicates: bool
    raw: bytes


class OwnDecisions:
    """One person's screening decisions at a stage that stand, undone ones left out.

    Parameters
    ----------
    path : Path
        The person's file of the journal; need not exist.
    stage : str
    unique_id : mapping, optional
        record_id of every record of the review -> that of its unique record; lines on others are left out.

    Attributes
    ----------
    verdicts : dict
        record_id -> what this person says of it, adjudications left out.
    n_included : int
        How many of them are "include".
    read_to : int
        So many bytes of the file have been taken in: another number with every decision and every undo.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> line = {"type": "screening", "record_id": "r1", "stage": "title_abstract", "verdict": "include"}
    >>> _ = journal.append(folder, "ann", [line])
    >>> own = OwnDecisions(folder / "ann.jsonl", "title_abstract")
    >>> own.catch_up(), own.verdicts
    ({'r1'}, {'r1': 'include'})
    >>> _ = journal.append(folder, "ann", [{"type": "undo", "undoes": line_id(own.last())}])
    >>> own.catch_up(), own.verdicts, own.last()
    ({'r1'}, {}, None)
    """

    def __init__(self, path: Path, stage: str, unique_id: Mapping[str, str] | None = None) -> None:
        self.path, self.stage, self._unique_id = path, stage, unique_id
        self._forget()

    def _forget(self) -> None:
        self.verdicts: dict[str, str] = {}
        self.n_included = 0
        self._lines: list[_Line] = []
        self._of_record: dict[str, list[_Line]] = {}
        # undo lines that came before the line they take back, as in files that were merged by hand
        self._early: Counter[str] = Counter()
        self._repeats = Repeats()
        self.read_to, self._before = 0, b""

    def catch_up(self) -> set[str]:
        """Take in what the file has grown by, whoever wrote it; return the record_ids that it is about.

        A line that is not whole yet is left for the next time. Of a file that was replaced by another,
        everything is read again.

        Raises
        ------
        ReviewError
            When the file cannot be read.
        """
        try:
            return self._caught_up()
        except OSError as error:
            raise ReviewError(
                f"This file cannot be read: {error.strerror or error}.",
                where=str(self.path),
                next_step="Make it a file that you may read and write, then try again.",
            ) from error

    def _caught_up(self) -> set[str]:
        read = b""
        if self.path.exists():
            if self.path.stat().st_size == self.read_to:
                return set()
            with self.path.open("rb") as file:
                file.seek(self.read_to - len(self._before))
                read = file.read()
        if not read.startswith(self._before):
            names = set(self._of_record)
            self._forget()
            return names | self._caught_up()
        grown = read[len(self._before) :]
        whole = grown[: grown.rfind(b"\n") + 1]
        self.read_to += len(whole)
        self._before = (self._before + whole)[-_REMEMBERED:]
        return {name for raw in whole.split(b"\n") for name in self._take(raw)}

    def says(self, record_id: str) -> str:
        """The verdict that stands, adjudications among them; "" when there is none."""
        lines = self._of_record.get(record_id)
        return lines[-1].verdict if lines else ""

    def last(self) -> dict[str, Any] | None:
        """The last line that stands, as written."""
        return json.loads(self._lines[-1].raw) if self._lines else None

    def stands(self, name: str) -> bool:
        """Whether the line of this name (:func:`corpus.undone.line_id`) has not been taken back."""
        return any(line_id(json.loads(line.raw)) == name for line in reversed(self._lines))

    def line(self, record_id: str) -> dict[str, Any] | None:
        """The line on a record that stands, as written: with its criterion, note and time."""
        lines = self._of_record.get(record_id)
        return json.loads(lines[-1].raw) if lines else None

    def _take(self, raw: bytes) -> list[str]:
        line = journal.whole_line(raw)
        if line is None or self._repeats.has(line):
            return []
        if line.get("type") == "undo":
            return self._take_back(line)
        name = str(line.get("record_id"))
        name = name if self._unique_id is None else self._unique_id.get(name, "")
        if line.get("type") != "screening" or line.get("stage") != self.stage or not name:
            return []
        if self._early and self._early[line_id(line)]:
            self._early[line_id(line)] -= 1
            return []
        taken = _Line(name, str(line["verdict"]), bool(line.get("adjudicates")), raw)
        self._lines.append(taken)
        self._of_record.setdefault(taken.record_id, []).append(taken)
        self._count(taken.record_id)
        return [taken.record_id]

    def _take_back(self, undo: Mapping[str, Any]) -> list[str]:
        if undo.get("stage", self.stage) != self.stage:
            return []
        name = str(undo.get("undoes"))
        for place in range(len(self._lines) - 1, -1, -1):
            line = self._lines[place]
            if line_id(json.loads(line.raw)) == name:
                del self._lines[place]
                of_record = self._of_record[line.record_id]
                of_record.remove(line)
                if not of_record:
                    del self._of_record[line.record_id]
                self._count(line.record_id)
                return [line.record_id]
        self._early[name] += 1
        return []

    def _count(self, record_id: str) -> None:
        lines = [line for line in self._of_record.get(record_id, ()) if not line.adjudicates]
        self.n_included -= self.verdicts.pop(record_id, "") == "include"
        if lines:
            self.verdicts[record_id] = lines[-1].verdict
            self.n_included += lines[-1].verdict == "include"
