"""How a screener's queue keeps up: with decisions made here and elsewhere, other people, new sources.

This person's own file is read as it grows; all else is read again in a thread when its files have changed,
and the queue is ordered anew there. Decisions wait for neither.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus import ReviewError
from corpus.assignment import draw
from corpus.protocol import STAGES, Stage
from samsyn.cards.own_decisions import OwnDecisions

if TYPE_CHECKING:
    import pandas as pd

    from corpus import Ranker
    from samsyn.review import Review

# modes in which the next record follows from what was decided
LEARNING = ("prioritised", "waiting")
# what is ranked ahead while a screener reads; the ranking is made anew long before they are through
_RANKED_AHEAD = 500
# seconds between two looks for what others have decided
_LOOKS_EVERY = 5.0
# what the records and their ranking are computed from
_RECORDS = ("protocol.yaml", "sources/*", "decisions/duplicates/*.jsonl", "priors/*")
Stamps = dict[Path, tuple[int, int]]


class KeepsUp:
    """The part of :class:`~samsyn.cards.screening_queue.ScreeningQueue` that follows the review's files.

    Attributes
    ----------
    records : DataFrame
        The unique records, by record_id.
    trouble : str
        Why the files cannot be followed at present, in words; "" when they are.
    """

    records: pd.DataFrame
    _rounds: dict[str, int]
    _mine: set[str]
    _open: set[str]
    _learns_beside: bool

    def __init__(self, review: Review, person: str, mode: str, stage: Stage) -> None:
        self.review, self.person, self.mode, self.stage = review, person, mode, stage
        self.trouble = ""
        self._journal = review.folder / "decisions" / "screening"
        self._lock = threading.RLock()
        # one at a time reads the files and learns; decisions do not wait for it
        self._keeping_up, self._learning = threading.RLock(), threading.RLock()
        self._changed = threading.Event()
        self._own = OwnDecisions(self._journal / f"{person}.jsonl", stage)
        self._own_meanwhile: set[str] = set()
        self._unique_id: dict[str, str] = {}
        self._records_from: Stamps = {}
        self._order: list[str] = []
        self._fixed_order: list[str] = []
        self._ranker: Ranker | None = None
        # of each row of the ranker, where the queue learns
        self._label_of_row, self._is_open_row = np.zeros(0, dtype=int), np.zeros(0, dtype=bool)
        self._weights: np.ndarray | None = None
        self._weights_are_old = True

    @property
    def ranker(self) -> Ranker:
        """The ranker that this queue learns with."""
        if self._ranker is None:
            self._ranker = self.review.ranker()
        return self._ranker

    @property
    def word_weights(self) -> np.ndarray | None:
        """What the words weigh, as last looked at while nothing was being learned; None where nothing is."""
        if self.mode not in LEARNING:
            return None
        # nobody waits for the ranking, but for the first time
        if self._weights_are_old and self._learning.acquire(blocking=self._weights is None):
            try:
                self._weights, self._weights_are_old = self.ranker.term_weights(), False
            finally:
                self._learning.release()
        return self._weights

    @property
    def own(self) -> dict[str, str]:
        """What this person says of each record, adjudications left out; not to be changed."""
        return self._own.verdicts

    def read_again(self) -> None:
        """Read the files: which records there are, what others have decided, what is left for this person.

        May run beside decisions: what this person decides meanwhile is kept.
        """
        with self._keeping_up:
            self._read_again()

    def _read_again(self) -> None:
        review = self.review
        records_from, read_from = self._stamps(of_records=True), self._stamps()
        with self._lock:
            self._own_meanwhile = set()
        is_new = records_from != self._records_from
        is_reread = self._ranked_from(records_from) != self._ranked_from(self._records_from)
        records = review.records.set_index("record_id", drop=False) if is_new else self.records
        unique_id = review._unique_id() if is_new else self._unique_id
        ranker = None if is_reread or (is_new and not self._ranks(records)) else self._ranker
        if ranker is None and self.mode in LEARNING:
            ranker = review.ranker()
        fixed_order = self._fixed(records) if is_new else self._fixed_order
        to_do = review.queue(self.person, stage=self.stage)
        assigned = review.assignments()
        is_mine = (assigned["person"] == self.person) & (assigned["stage"] == self.stage)
        mine = set(assigned.loc[is_mine, "record_id"] if review.protocol.screening else records.index)
        if self.mode == "waiting":
            waiting = review.waiting()
            here = waiting[waiting["stage"] == self.stage]
            begun = {
                name
                for name, people in zip(here["record_id"], here["waits_for"], strict=True)
                if self.person in people.split("; ")
            }
            to_do = [name for name in to_do if name in begun]
        rounds = review.calibration_rounds() if self.stage == STAGES[0] else {}
        labels = review.labels(self.person) | review.priors()[1]
        with self._lock:
            if is_new:
                self._records_from, self._unique_id = records_from, unique_id
                self._own = self._all_own(unique_id)
                self._order = [name for name in self._order if name in records.index]
                self.__dict__.pop("_titles", None)
            self.records, self._ranker, self._fixed_order = records, ranker, fixed_order
            self._read_from, self._rounds, self._mine = read_from, rounds, mine
            self._open = {name for name in to_do if name in records.index}
            if ranker is not None:
                self._label_of_row, self._is_open_row = _in_rows(ranker, labels, self._open)
            self._catch_up()
            for name in self._own_meanwhile:
                self._place(name)

    def _ranked_from(self, stamps: Stamps) -> Stamps:
        return {path: stamp for path, stamp in stamps.items() if path.parent.name != "duplicates"}

    def _ranks(self, records: pd.DataFrame) -> bool:
        """Whether the ranker knows these records: pairs of duplicates may have been marked since."""
        return self._ranker is not None and set(records.index) <= self._ranker.row_of.keys()

    def _all_own(self, unique_id: dict[str, str]) -> OwnDecisions:
        own = OwnDecisions(self._journal / f"{self.person}.jsonl", self.stage, unique_id)
        self._own_meanwhile |= own.catch_up()
        return own

    def _catch_up(self) -> None:
        """Take in what this person's file has grown by, here or in another window."""
        for name in self._own.catch_up():
            self._own_meanwhile.add(name)
            self._place(name)

    def _place(self, name: str) -> None:
        """In or out of what is open and learned from, by what this person says of the record."""
        verdict = self._own.says(name)
        if verdict:
            self._open.discard(name)
        elif name in self._mine:
            self._open.add(name)
        row = self._ranker.row_of.get(name) if self._ranker is not None else None
        if row is not None and row < len(self._is_open_row):
            self._label_of_row[row] = {"include": 1, "exclude": 0}.get(verdict, -1)
            self._is_open_row[row] = name in self._open

    def _stamps(self, *, of_records: bool = False) -> Stamps:
        """Size and time of the files that the records, or the whole queue, follow from; not one's own."""
        paths = [path for pattern in _RECORDS for path in self.review.folder.glob(pattern)]
        if not of_records:
            paths += (path for path in self._journal.glob("*.jsonl") if path.stem != self.person)
        found = {path: path.stat() for path in paths}
        return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in found.items()}

    def _learn_soon(self) -> None:
        self._changed.set()
        if not self._learns_beside:
            self.keep_up()

    def keep_up(self) -> None:
        """See what others have decided and what sources were added, and order the queue anew.

        When that cannot be done, :attr:`trouble` says why, and the queue goes on as it was.
        """
        with self._keeping_up:
            try:
                if self._stamps() != self._read_from:
                    self._read_again()
                with self._lock:
                    self._catch_up()
                order = self._ordered()
            except (ReviewError, OSError) as error:
                self.trouble = str(error)
                return
            with self._lock:
                self._order, self.trouble = order, ""

    def _ordered(self) -> list[str]:
        if self.mode not in LEARNING:
            with self._lock:
                return [name for name in self._fixed_order if name in self._open]
        with self._lock:
            ranker, labels = self.ranker, self._label_of_row.copy()
            open_rows, decided = np.flatnonzero(self._is_open_row), np.flatnonzero(labels >= 0)
        with self._learning:
            best, _ = ranker.best_rows(decided, labels[decided], open_rows, top=_RANKED_AHEAD)
            self._weights_are_old = True
        return ranker.record_ids[best].tolist()

    def _fixed(self, records: pd.DataFrame) -> list[str]:
        """The records in the mode's order, where no decision changes it."""
        if self.mode in LEARNING:
            return []
        names = records.index.tolist()
        if self.mode == "newest":
            year = dict(zip(names, records["year"].fillna(0).tolist(), strict=True))
            return sorted(names, key=lambda name: (-int(year[name]), name))
        seed = self.review.protocol.seed
        return sorted(names, key=lambda name: (draw(seed, "queue", name), name))


def _in_rows(ranker: Ranker, labels: Mapping[str, int], open_: set[str]) -> tuple[np.ndarray, np.ndarray]:
    """Of each row of the ranker: 1, 0 or -1 (nothing to learn from), and whether it is open."""
    label_of_row, is_open_row = np.full(len(ranker.record_ids), -1), np.zeros(len(ranker.record_ids), bool)
    for name, label in labels.items():
        if name in ranker.row_of:
            label_of_row[ranker.row_of[name]] = label
    is_open_row[[ranker.row_of[name] for name in open_ if name in ranker.row_of]] = True
    return label_of_row, is_open_row


def go_on_keeping_up(queue: weakref.ref[KeepsUp], changed: threading.Event) -> None:
    """Learn from each decision, in a thread, as long as somebody holds the queue."""
    while True:
        changed.wait(timeout=_LOOKS_EVERY)
        changed.clear()
        held = queue()
        if held is None:
            return
        try:
            held.keep_up()
        except Exception as error:
            # whatever it was: decisions are taken as before, and the next round tries again
            held.trouble = f"{type(error).__name__}: {error}"
        del held
