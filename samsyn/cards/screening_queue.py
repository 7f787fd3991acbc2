"""One screener's queue: which record is next, what was decided, how far the screening has come.

A decision is on disk before the next record is given out. The ranking learns from it beside that, in a thread
of its own, so that nobody waits for it. What the same person decides in another window, and what others
decide, is read from the journal when its files have grown.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from corpus import Ranker, UsageError, journal, screening_decision
from corpus.assignment import draw
from corpus.protocol import STAGES, Stage
from samsyn.cards.screening_looks import ScreeningLooks

if TYPE_CHECKING:
    from samsyn.review import Review

Mode = Literal["prioritised", "random", "newest", "waiting"]
MODES: tuple[str, ...] = get_args(Mode)
# what is ranked ahead while a screener reads; the ranking is made anew long before they are through
_RANKED_AHEAD = 500
# seconds between two looks for what others have decided
_LOOKS_EVERY = 5.0


@dataclass(frozen=True)
class Progress:
    """How far one person's screening has come at a stage.

    Attributes
    ----------
    done, included, to_do : int
        Records this person has decided on, of those included, and still to screen.
    """

    done: int
    included: int
    to_do: int


class ScreeningQueue(ScreeningLooks):
    """The records that one person has still to screen, one at a time.

    Parameters
    ----------
    review : samsyn.Review
    person : str
        Who screens; decisions go to ``decisions/screening/PERSON.jsonl``.
    mode : {"prioritised", "random", "newest", "waiting"}
        Likeliest first, learning from each decision; in an order drawn by the protocol's seed; latest year
        first; or only those that others have screened and that wait for this person.
    stage : str
    learns_beside : bool
        Whether the ranking learns in a thread of its own; else before the next record, as tests want it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from samsyn import Review
    >>> review = Review.new(Path(tempfile.mkdtemp(), "review"))
    >>> export = Path(tempfile.mkdtemp(), "two.csv")
    >>> _ = export.write_text("title,year\\nTrust in partnerships,2020\\nSteel bridges,2021\\n")
    >>> _ = review.add(export)
    >>> queue = ScreeningQueue(review, "ann", learns_beside=False)
    >>> first = queue.current()
    >>> queue.decide(first, "include", note="sets the scene")
    >>> queue.current() != first, queue.undo() == first, queue.current() == first
    (True, True, True)
    """

    def __init__(
        self,
        review: Review,
        person: str,
        *,
        mode: Mode = "prioritised",
        stage: Stage = "title_abstract",
        learns_beside: bool = True,
    ) -> None:
        journal.check_person(person)
        if mode not in MODES:
            raise UsageError(f"There is no queue {mode!r}. Known: {', '.join(MODES)}.")
        # a review of its own, since the ranking works beside the notebook's cells
        self.review: Review = type(review).open(review.folder)
        self.person, self.mode, self.stage = person, mode, stage
        self._journal = self.review.folder / "decisions" / "screening"
        self._lock = threading.RLock()
        self._skipped: list[str] = []
        self._shown = ""
        self._changed = threading.Event()
        self._duplicates_changed = False
        self._done_here: list[str] = []
        self.word_weights: np.ndarray | None = None
        self.records = self.review.records.set_index("record_id", drop=False)
        self.read_again()
        self._order = self._ordered()
        self._learns_beside = learns_beside
        if learns_beside:
            threading.Thread(target=_keep_up, args=(weakref.ref(self), self._changed), daemon=True).start()

    # --- what is next -----------------------------------------------------------------------------------

    def current(self) -> str:
        """The record_id to screen now; "" when nothing is left."""
        with self._lock:
            if self._shown in self._open:
                return self._shown
            waiting = (name for name in self._order if name in self._open)
            unskipped = (name for name in waiting if name not in self._skipped)
            skipped = (name for name in self._skipped if name in self._open)
            # records that came into the queue since it was ordered
            late = (str(name) for name in self.records["record_id"] if name in self._open)
            self._shown = next(unskipped, "") or next(skipped, "") or next(late, "")
            return self._shown

    def skip(self) -> str:
        """Put the record at the end of the queue, for this window only; return the next."""
        with self._lock:
            name = self.current()
            if name:
                self._skipped = [*(each for each in self._skipped if each != name), name]
                self._shown = ""
            return self.current()

    def progress(self) -> Progress:
        """How far this person's screening has come at the stage."""
        with self._lock:
            included = sum(verdict == "include" for verdict in self.own.values())
            return Progress(len(self.own), included, len(self._open))

    # --- decisions --------------------------------------------------------------------------------------

    def decide(self, record_id: str, verdict: str, *, criterion: str = "", note: str = "") -> None:
        """Write a decision; when this returns, it is on disk.

        Parameters
        ----------
        record_id : str
            Of this queue, or one decided on earlier: the later line counts.
        verdict : {"include", "exclude", "unsure"}
        criterion : str
            Id of an exclusion criterion, with "exclude" only.
        note : str

        Raises
        ------
        UsageError
            When a word is not known, or the same person has decided on the record in another window since
            it was shown here; nothing is written then.
        ReviewError
            When the file cannot be written.
        """
        with self._lock:
            if record_id not in self.records.index:
                raise UsageError(f"No record {record_id} in this review.")
            before = self.own.get(record_id)
            self._catch_up()
            if self.own.get(record_id) != before:
                raise UsageError(
                    f"You have decided on this record in another window: {self.own[record_id]}.",
                    next_step="Nothing was written here.",
                )
            if self.stage == "full_text" and verdict == "exclude" and not criterion:
                raise UsageError("At full text an exclusion needs its reason.", next_step="Choose one.")
            row = {"record_id": record_id, "verdict": verdict, "criterion": criterion, "note": note}
            decision = screening_decision(
                {**row, "stage": self.stage},
                known={record_id: record_id},
                protocol=self.review.protocol,
                decided_at=journal.now(),
            )
            decision = replace(decision, calibration=self._rounds.get(record_id, 0))
            journal.append(self._journal, self.person, [decision.as_line()])
            self._done_here.append("decision")
            self._catch_up()
        self._learn_soon()

    def undo(self) -> str:
        """Take back this person's last decision, by a line of the journal; return its record_id.

        What was said of a pair of records in this window is taken back in its turn.

        Raises
        ------
        UsageError
            When there is none.
        """
        with self._lock:
            if self._done_here[-1:] == ["duplicate"]:
                return self.undo_duplicate()
            taken_back = str(self.review.undo_screening(self.person).loc[0, "record_id"])
            self._done_here = self._done_here[:-1]
            self.read_again()
            self._shown = taken_back
        self._learn_soon()
        return taken_back

    # --- for those who look closer (samsyn.cards.screening_looks) ----------------------------------------

    def turn_to(self, mode: Mode) -> None:
        """Go on in another order."""
        if mode not in MODES:
            raise UsageError(f"There is no queue {mode!r}. Known: {', '.join(MODES)}.")
        with self._lock:
            self.mode, self._shown = mode, ""
            self.read_again()
            self._order = self._ordered()

    def show(self, record_id: str) -> None:
        """Let a record of the queue be the current one."""
        with self._lock:
            self._shown = record_id

    def in_order(self) -> Iterator[str]:
        """What is still to screen, as far as it has been put in order; what was skipped comes last."""
        with self._lock:
            order, still_open, skipped = self._order, self._open, list(self._skipped)
        passed = set(skipped)
        yield from (name for name in order if name in still_open and name not in passed)
        yield from (name for name in skipped if name in still_open)

    def calibration_round(self, record_id: str) -> int:
        """The calibration round that a record belongs to; 0 for none."""
        return self._rounds.get(record_id, 0)

    # --- keeping up -------------------------------------------------------------------------------------

    def read_again(self) -> None:
        """Read the whole journal: who has decided what, and what is left for this person."""
        sizes = self._sizes()
        review = self.review
        decisions = review.screening_decisions()
        own = decisions[
            (decisions["person"] == self.person)
            & (decisions["stage"] == self.stage)
            & ~decisions["adjudicates"]
        ]
        to_do = review.queue(self.person, stage=self.stage)
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
            self._seen = sizes
            self.own = dict(zip(own["record_id"], own["verdict"], strict=True))
            self._open = set(to_do)
            self._rounds = rounds
            self._labels = labels
            # what was decided while the journal was read
            self._catch_up()

    def _catch_up(self) -> None:
        """Take in what this person's file has grown by, here or in another window."""
        path = self._journal / f"{self.person}.jsonl"
        start, size = self._seen.get(path.name, 0), path.stat().st_size if path.exists() else 0
        if size == start:
            return
        with path.open("rb") as file:
            file.seek(start)
            grown = file.read(size - start)
        whole = grown[: grown.rfind(b"\n") + 1]
        self._seen[path.name] = start + len(whole)
        for line in filter(None, map(journal.whole_line, whole.split(b"\n"))):
            if line.get("type") == "undo":
                # what stands again only the whole journal tells
                self.read_again()
                return
            if line.get("type") == "screening" and line.get("stage") == self.stage:
                name, verdict = str(line["record_id"]), str(line["verdict"])
                if not line.get("adjudicates"):
                    self.own[name] = verdict
                self._open.discard(name)
                self._labels.pop(name, None)
                if verdict in ("include", "exclude"):
                    self._labels[name] = int(verdict == "include")

    def _sizes(self) -> dict[str, int]:
        return {path.name: path.stat().st_size for path in sorted(self._journal.glob("*.jsonl"))}

    def _learn_soon(self) -> None:
        self._changed.set()
        if not self._learns_beside:
            self._order = self._ordered()

    def keep_up(self) -> None:
        """See what others have decided, and order the queue anew."""
        if self._duplicates_changed:
            self._duplicates_changed = False
            self.records = self.review.records.set_index("record_id", drop=False)
            self.read_again()
        elif self._sizes() != self._seen:
            self.read_again()
        order = self._ordered()
        with self._lock:
            self._order = order

    def _ordered(self) -> list[str]:
        with self._lock:
            to_do, labels = sorted(self._open), dict(self._labels)
        if self.mode in ("prioritised", "waiting"):
            order = self.ranker.rank(labels, among=to_do, top=_RANKED_AHEAD)["record_id"].tolist()
            self.word_weights = self.ranker.term_weights()
            return order
        self.word_weights = None
        if self.mode == "newest":
            year = self.records["year"].fillna(0)
            return sorted(to_do, key=lambda name: (-int(year[name]), name))
        seed = self.review.protocol.seed
        return sorted(to_do, key=lambda name: (draw(seed, "queue", name), name))

    @cached_property
    def ranker(self) -> Ranker:
        """The ranker that this queue learns with."""
        return self.review.ranker()


def _keep_up(queue: weakref.ref[ScreeningQueue], changed: threading.Event) -> None:
    """Learn from each decision, in a thread, as long as somebody holds the queue."""
    while True:
        changed.wait(timeout=_LOOKS_EVERY)
        changed.clear()
        held = queue()
        if held is None:
            return
        held.keep_up()
        del held
