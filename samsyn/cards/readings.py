"""Who has read which record in which round, and what is left for one person to read, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from samsyn.cards.coding_lines import READINGS, CodingLines


@dataclass(frozen=True)
class Progress:
    """How far one person's coding has come.

    Attributes
    ----------
    read, to_read : int
        Records read in this queue's rounds, and still to read.
    blind_read, blind_to_read : int
        Of those, the ones that are read blind.
    accepted, changed, rejected : int
        What became of the suggestions this person was shown.
    """

    read: int
    to_read: int
    blind_read: int
    blind_to_read: int
    accepted: int
    changed: int
    rejected: int


class Readings:
    """One person's readings of the included records.

    Parameters
    ----------
    lines : CodingLines
    person : str
    round_ : {"", "blind", "assisted"}
        Of the queue.
    record_ids : iterable of str
        The included records.
    sample : list of str
        The reliability sample, in the order drawn.

    Attributes
    ----------
    own : dict of record_id to set of str
        The records this person has read, and in which rounds.
    to_be_blind : set of str
        Records this person has not read, and is to read blind.
    open : set of str
        The records that are left in this queue.
    """

    def __init__(
        self, lines: CodingLines, person: str, round_: str, record_ids: Iterable[str], sample: list[str]
    ) -> None:
        self._lines, self._person, self._round = lines, person, round_
        self._names = {str(name) for name in record_ids}
        self.sample, self._in_sample = sample, set(sample)
        self.own: dict[str, set[str]] = {}
        self.to_be_blind: set[str] = set()
        self.open: set[str] = set()
        self._tallies: dict[str, tuple[int, int, int]] = {}
        self.take_in(self._names)

    def take_in(self, names: Iterable[str]) -> None:
        """See anew who has read these records."""
        for name in self._names & set(names):
            read = self._lines.read_by(name)
            own = read.get(self._person, set()) & set(READINGS)
            for kept in (self.to_be_blind, self.open):
                kept.discard(name)
            for by_name in (self.own, self._tallies):
                by_name.pop(name, None)
            if own:
                self.own[name] = own
                self._tallies[name] = self._tally(name)
            elif name in self._in_sample or self._blind_by_others(read):
                self.to_be_blind.add(name)
            wanted = not own or (self._round == "assisted" and "assisted" not in own)
            if wanted and not (self._round == "assisted" and name in self.to_be_blind):
                self.open.add(name)

    def round_of(self, record_id: str) -> str:
        """The round in which this person reads a record: "blind" or "assisted"."""
        own, to_be_blind = self.own.get(record_id, set()), record_id in self.to_be_blind
        if "assisted" in own or (self._round == "assisted" and not to_be_blind):
            return "assisted"
        return "blind" if self._round == "blind" or own or to_be_blind else "assisted"

    def why(self, record_id: str) -> str:
        """Why a record waits: "sample", "other reader", "again" or "unread"."""
        if record_id in self._in_sample and self.round_of(record_id) == "blind":
            return "sample"
        if self.round_of(record_id) == "blind":
            return "other reader" if self._blind_by_others(self._lines.read_by(record_id)) else "unread"
        return "again" if record_id in self.own else "unread"

    def ordered(self, rest: list[str]) -> list[str]:
        """The records to be read blind, the sample first; then the others as given; then late ones."""
        ahead = [name for name in self.sample if name in self.to_be_blind]
        blind = sorted(self.to_be_blind - self._in_sample)
        others = [name for name in rest if name not in self.to_be_blind]
        late = self._names - self.to_be_blind - set(others)
        return [*ahead, *blind, *others, *sorted(late, key=lambda name: (name in self.own, name))]

    def progress(self) -> Progress:
        """How far it has come; of records still to be read blind also those that are not in this queue."""
        accepted, changed, rejected = (
            sum(each) for each in zip(*self._tallies.values(), (0, 0, 0), strict=True)
        )
        read_blind = sum("blind" in rounds for rounds in self.own.values())
        return Progress(
            len(self.own), len(self.open), read_blind, len(self.to_be_blind), accepted, changed, rejected
        )

    def _blind_by_others(self, read: dict[str, set[str]]) -> bool:
        """Whether somebody else has read a record blind, so that this person is to do so too."""
        return any("blind" in rounds for who, rounds in read.items() if who != self._person)

    def _tally(self, name: str) -> tuple[int, int, int]:
        """Of the suggestions that were shown: accepted, changed, rejected."""
        accepted = changed = rejected = 0
        for line in self._lines.standing(name, self._person, "assisted"):
            for shown in line.get("suggested", ()):
                text = shown.get("text", "")
                marks = [mark["text"] for mark in line.get("segments", ()) if _may_be_of(mark, shown)]
                if line["value"] == "present" and any(mark in text or text in mark for mark in marks):
                    same = text in marks and line.get("direction") == shown.get("direction")
                    accepted, changed = accepted + same, changed + (not same)
                else:
                    rejected += line["value"] != "unclear"
        return accepted, changed, rejected


def _may_be_of(mark: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    """Whether marked words may be those of a suggestion: where its place is noted, whether they are there."""
    if not str(shown.get("start", "")).isdecimal():
        return True
    start = int(shown["start"])
    end = start + len(shown.get("text", ""))
    return mark["field"] == shown.get("field") and mark["start"] < end and start < mark["end"]
