"""What a screener may ask beside deciding: why here, another topic, duplicates, earlier decisions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd
from rapidfuzz import fuzz, process

from corpus import UsageError, journal, undo_lines
from corpus.duplicates import normalise_title
from corpus.languages import names_a_subject
from corpus.undone import line_id, not_undone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    import numpy as np

    from corpus import Ranker
    from corpus.protocol import Stage
    from samsyn.review import Review

# words of a record that are told of, for and against
_TOLD = (6, 4)
# "another topic" is looked for among so many of the likeliest, away from so many read last
_LIKELY, _READ_LAST = 50, 10
# titles less alike than this (0 to 100) are not offered as duplicates
_ALIKE = 55


@dataclass(frozen=True)
class Word:
    """A word of a record: its share of all that moved it (-1 to 1), and in how many records that one has
    included and excluded it stands."""

    term: str
    share: float
    n_included: int
    n_excluded: int


@dataclass(frozen=True)
class WhyHere:
    """Where a record stands in the queue (from 1; 0: not yet put in order), of how many, and why."""

    place: int
    n_open: int
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Earlier:
    """A decision made before."""

    record_id: str
    verdict: str
    criterion: str
    note: str
    decided_at: str


class ScreeningLooks:
    """The part of :class:`~samsyn.cards.screening_queue.ScreeningQueue` that is not about deciding."""

    review: Review
    person: str
    stage: Stage
    records: pd.DataFrame
    _unique_id: dict[str, str]
    _journal: Path
    _lock: threading.RLock
    _changed: threading.Event
    _open: set[str]
    _skipped: dict[str, None]
    _done_here: list[tuple[str, str]]

    # --- why here -----------------------------------------------------------------------------------------

    def words_of(self, record_id: str) -> list[tuple[str, float]]:
        """The words that moved a record, with their shares: for, then against; none where nothing is ranked.

        Terms with words such as "of" or "med" are left out: they move a score, but say nothing to a reader.
        """
        every = self.ranker.terms(record_id, self.word_weights) if self.word_weights is not None else []
        found = [each for each in every if names_a_subject(each[0])]
        spoke_for = [each for each in found[: _TOLD[0]] if each[1] > 0]
        return spoke_for + [each for each in found[::-1][: _TOLD[1]] if each[1] < 0]

    def place_of(self, record_id: str) -> int:
        """Where a record stands in the queue, from 1; 0 where it was not yet put in order."""
        with self._lock:
            return next((place for place, name in enumerate(self._waiting(), 1) if name == record_id), 0)

    def why_here(self, record_id: str) -> WhyHere:
        """Where a record stands and which words put it there."""
        words = self.words_of(record_id)
        terms = [term for term, _ in words]
        said = {
            verdict: [name for name, own in self.own.items() if own == verdict]
            for verdict in ("include", "exclude")
        }
        counts = [self.ranker.n_with(terms, said[verdict]) if terms else [] for verdict in said]
        whole = sum(abs(share) for _, share in self.ranker.terms(record_id, self.word_weights)) or 1.0
        told = tuple(Word(term, share / whole, *n) for (term, share), *n in zip(words, *counts, strict=True))
        return WhyHere(self.place_of(record_id), len(self._open), told)

    def another_topic(self) -> str:
        """Turn to a record that is likely but unlike what was read last; return its record_id.

        Of the 50 likeliest it is the one least like the current record and the ten decided on last; the
        current one stays in the queue.
        """
        with self._lock:
            now = self.current()
            others = [name for name in self.in_order() if name != now and name not in self._skipped]
            if not others:
                return now
            likely = others[:_LIKELY]
            read = [*list(self.own)[-_READ_LAST:], now]
            alike = self.ranker.likeness(likely, read).round(6)
            chosen = likely[int(alike.argmin())]
            self.show(chosen)
            return chosen

    # --- duplicates ---------------------------------------------------------------------------------------

    def nearest_titles(self, record_id: str, n: int = 9) -> list[str]:
        """Records whose titles are most like a record's, the most alike first."""
        if record_id not in self._titles:
            self.__dict__.pop("_titles")  # it came after they were read
        titles = {name: title for name, title in self._titles.items() if name != record_id}
        found = process.extract(
            self._titles[record_id], titles, scorer=fuzz.ratio, limit=n, score_cutoff=_ALIKE
        )
        return [str(name) for _, _, name in found if name in self.records.index]

    def mark_duplicate(self, record_id: str, other: str) -> None:
        """Say that two records are the same report; the later one leaves the queue for good.

        Raises
        ------
        ReviewError
            When it cannot be written.
        """
        row = {"record_id_a": record_id, "record_id_b": other, "verdict": "same"}
        with self._lock:
            with journal.held(self._pairs_said):
                self.review.decide_duplicates([row], person=self.person)
                self._done_here.append(("duplicate", line_id(self._pairs_that_stand()[-1])))
            # one of them goes at once; who else has decided on it is read again beside
            place = {name: row for row, name in enumerate(self.records["record_id"])}
            stays, goes = sorted((record_id, other), key=place.__getitem__)
            self.take_out({goes, stays} if {goes, stays} & self.own.keys() else {goes})
        self._changed.set()

    def undo_duplicate(self) -> str:
        """Take back what was said last of a pair in this window; return its first record.

        Raises
        ------
        UsageError
            When nothing was said here, or it was taken back elsewhere.
        ReviewError
            When it cannot be written.
        """
        with self._lock, journal.held(self._pairs_said):
            name = next((name for kind, name in self._done_here[::-1] if kind == "duplicate"), "")
            marked = [line for line in self._pairs_that_stand() if line_id(line) == name]
            if not marked:
                raise UsageError(f"{self.person} has said nothing of a pair here that could be taken back.")
            lines = undo_lines(
                marked[-1:], self.person, kind="duplicate", names=("record_id_a", "record_id_b")
            )
            stamped = [{**line, "decided_at": journal.now()} for line in lines]
            journal.append(self._pairs_said.parent, self.person, stamped)
            self._done_here.remove(("duplicate", name))
        taken_back = str(marked[-1]["record_id_a"])
        self.read_again()
        self.show(taken_back)
        self._changed.set()
        return taken_back

    def stands_as_duplicate(self, name: str) -> bool:
        """Whether what this person said of a pair, by the name of its line, has not been taken back."""
        return any(line_id(line) == name for line in self._pairs_that_stand())

    @property
    def _pairs_said(self) -> Path:
        return self.review.folder / "decisions" / "duplicates" / f"{self.person}.jsonl"

    def _pairs_that_stand(self) -> list[Mapping[str, Any]]:
        return not_undone(journal.read_lines(self._pairs_said)[0], "duplicate")

    # --- looking back -------------------------------------------------------------------------------------

    def earlier(self) -> list[Earlier]:
        """This person's standing decisions at the stage, in the order they were made."""
        lines = not_undone(journal.read_lines(self._journal / f"{self.person}.jsonl")[0], "screening")
        own: dict[str, Earlier] = {}
        for line in lines:
            if line.get("stage") == self.stage and not line.get("adjudicates"):
                name = self._unique_id.get(str(line["record_id"]), "")
                own.pop(name, None)
                own[name] = Earlier(
                    name,
                    *(str(line.get(part, "")) for part in ("verdict", "criterion", "note", "decided_at")),
                )
        return [each for each in own.values() if each.record_id in self.records.index]

    # --- inside -------------------------------------------------------------------------------------------

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {
            str(name): normalise_title(title)
            for name, title in zip(self.records["record_id"], self.records["title"], strict=True)
        }

    # given by the queue

    def current(self) -> str:
        """See the queue."""
        raise NotImplementedError

    def in_order(self) -> list[str]:
        """See the queue."""
        raise NotImplementedError

    def _waiting(self) -> Iterator[str]:
        raise NotImplementedError

    @property
    def own(self) -> dict[str, str]:
        """See the queue."""
        raise NotImplementedError

    @property
    def ranker(self) -> Ranker:
        """See the queue."""
        raise NotImplementedError

    @property
    def word_weights(self) -> np.ndarray | None:
        """See the queue."""
        raise NotImplementedError

    def take_out(self, names: set[str]) -> None:
        """See the queue."""
        raise NotImplementedError

    def show(self, record_id: str) -> None:
        """See the queue."""
        raise NotImplementedError

    def read_again(self) -> None:
        """See the queue."""
        raise NotImplementedError
