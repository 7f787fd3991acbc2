"""The journal of codings, record by record, kept up with as it grows.

A card decides on one record at a time, so it reads the whole journal once, and after that what was added to
its files: by this card, by the same person in another window, by others.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from coding_scheme import at_their_words, coding_decisions, in_todays_codes
from corpus import journal
from corpus.chain import Repeats
from corpus.undone import line_id, not_undone

if TYPE_CHECKING:
    from samsyn.review import Review

READINGS = ("blind", "assisted")
_Line = dict[str, Any]


class CodingLines:
    """The coding decisions of a review, by record.

    Parameters
    ----------
    review : samsyn.Review
    records : DataFrame
        record_id (also the index), title and abstract of those that may be asked for.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from samsyn import Review
    >>> review = Review.new(Path(tempfile.mkdtemp(), "review"))
    >>> lines = CodingLines(review, review.records)
    >>> lines.catch_up(), lines.read_by("r1")
    (set(), {})
    """

    def __init__(self, review: Review, records: pd.DataFrame) -> None:
        self.review, self._texts = review, records
        self.folder = review.folder / "decisions" / "coding"
        self.read_again()

    def read_again(self) -> None:
        """Read the whole journal."""
        self._by_record: dict[str, list[_Line]] = defaultdict(list)
        self._frames: dict[str, pd.DataFrame] = {}
        self._seen: dict[str, tuple[int, int]] = {}
        self._repeats = Repeats()
        self._unique = {str(name): str(group) for name, group in self.review.duplicates().groups.items()}
        self._kept = {each.digest: each.scheme for each in self.review.kept_schemes()}
        self.catch_up()

    def catch_up(self) -> set[str]:
        """Take in what the files have grown by; return the records that the new lines are on."""
        changed: set[str] = set()
        for path in sorted(self.folder.glob("*.jsonl")):
            start, n_lines = self._seen.get(path.name, (0, 0))
            size = path.stat().st_size
            if size == start:
                continue
            if size < start:
                # somebody put another file in its place
                self.read_again()
                return set(self._by_record)
            with path.open("rb") as file:
                file.seek(start)
                grown = file.read(size - start)
            whole = grown[: grown.rfind(b"\n") + 1]
            for raw in whole.splitlines():
                n_lines += 1
                line = journal.whole_line(raw)
                name = self._unique.get(str(line.get("record_id"))) if line else None
                if line and name and not self._repeats.has(line):
                    self._by_record[name].append({**line, "journal_line": n_lines})
                    self._frames.pop(name, None)
                    changed.add(name)
            self._seen[path.name] = (start + len(whole), n_lines)
        return changed

    def of(self, record_id: str) -> pd.DataFrame:
        """Every decision on a record, in today's codes (columns: ``coding_scheme``)."""
        if record_id not in self._frames:
            made = coding_decisions(_as_written(self._by_record.get(record_id, [])))
            # a line may name the record by one that it was merged from
            made["record_id"] = record_id
            if record_id in self._texts.index:
                made = at_their_words(made, self._texts.loc[[record_id]])
            self._frames[record_id] = in_todays_codes(made, self.review.scheme, self._kept)
        return self._frames[record_id]

    def standing(self, record_id: str, person: str, round_: str) -> list[_Line]:
        """A person's lines on a record in a round that no later one overrides, one for each code."""
        latest: dict[str, _Line] = {}
        for line in not_undone(_as_written(self._by_record.get(record_id, [])), "coding"):
            if (line["person"], line["round"], int(line.get("reading", 1))) == (person, round_, 1):
                latest[str(line["code_id"])] = dict(line)
        return list(latest.values())

    def read_by(self, record_id: str) -> dict[str, set[str]]:
        """Who has read a record in which rounds: person -> "blind", "assisted", "adjudication"."""
        read: dict[str, set[str]] = defaultdict(set)
        for line in not_undone(_as_written(self._by_record.get(record_id, [])), "coding"):
            if int(line.get("reading", 1)) == 1:
                read[str(line["person"])].add(str(line["round"]))
        return dict(read)

    def unique(self, record_id: str) -> str:
        """The record that one was merged into; "" where the review has none."""
        return self._unique.get(record_id, "")

    def last_ids(self, person: str, record_id: str, n: int) -> list[str]:
        """The names of the last ``n`` lines of a person on a record, in the order written."""
        own = [line for line in self._by_record[record_id] if line.get("person") == person]
        own.sort(key=lambda line: int(line["journal_line"]))
        return [line_id(line) for line in own[-n:]]

    def records(self) -> list[str]:
        """The records that somebody has decided on, sorted."""
        return sorted(name for name, lines in self._by_record.items() if lines)

    def last_of(self, person: str) -> _Line | None:
        """A person's last decision that was not taken back."""
        own = (
            line
            for name in self._by_record
            for line in not_undone(_as_written(self._by_record[name]), "coding")
            if line.get("person") == person
        )
        return max((dict(line) for line in own), key=lambda line: int(line["journal_line"]), default=None)

    def last_together(self, person: str) -> list[_Line]:
        """A person's last decision that was not taken back, with those that one key wrote before it.

        Only the key for "nothing to code" writes several: what it refuses, then the line without a code.
        """
        last = self.last_of(person)
        if last is None or last["code_id"]:
            return [last] if last else []
        lines = not_undone(_as_written(self._by_record[self.unique(str(last["record_id"]))]), "coding")
        by_place = {int(line["journal_line"]): dict(line) for line in lines if line.get("person") == person}
        together, place = [last], int(last["journal_line"]) - 1
        while (line := by_place.get(place)) and _is_of_one_key(line, together):
            together.insert(0, line)
            place -= 1
        return together


def _is_of_one_key(line: _Line, later: list[_Line]) -> bool:
    """Whether a line was written by the key that wrote these later ones, each on a code of its own."""
    same = ("record_id", "round", "reading", "value", "decided_at")
    return line["code_id"] not in {each["code_id"] for each in later} and all(
        line.get(name) == later[-1].get(name) for name in same
    )


def _as_written(lines: list[_Line]) -> list[_Line]:
    return sorted(lines, key=lambda line: (str(line.get("person")), int(line["journal_line"])))
