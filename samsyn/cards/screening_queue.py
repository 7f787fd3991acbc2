"""One screener's queue: which record is next, what was decided, how far the screening has come.

A decision is on disk before the next record is given out. The ranking learns from it beside that, in a thread
of its own, so that nobody waits for it. What the same person decides in another window, and what others
decide, is read from the journal when its files have grown.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from corpus import UsageError, journal, screening_decision, undo_lines
from corpus.protocol import Stage
from corpus.undone import line_id
from samsyn.cards.keeping_up import LEARNING, KeepsUp, go_on_keeping_up
from samsyn.cards.screening_looks import ScreeningLooks
from samsyn.cards.screening_refused import Refused

if TYPE_CHECKING:
    from samsyn.review import Review

Mode = Literal["prioritised", "random", "newest", "waiting"]
MODES: tuple[str, ...] = get_args(Mode)


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


class DecidedElsewhere(UsageError):
    """The same person has decided on a record in another window; nothing was written here.

    Parameters
    ----------
    record_id : str
    verdict : str
        What they decided there; "" when they took a decision back.
    """

    def __init__(self, record_id: str, verdict: str) -> None:
        self.record_id, self.verdict = record_id, verdict
        done = f"decided on this record in another window: {verdict}" if verdict else (
            "taken back your decision on this record in another window"
        )  # fmt: skip
        super().__init__(f"You have {done}.", next_step="Nothing was written here.")


class ScreeningQueue(KeepsUp, ScreeningLooks):
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
    say : callable, optional
        Called with "records" and "ranking" before what may take long.

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
        say: Callable[[str], None] = lambda step: None,
    ) -> None:
        journal.check_person(person)
        if mode not in MODES:
            raise UsageError(f"There is no queue {mode!r}. Known: {', '.join(MODES)}.")
        # read once for all cards; then a review of its own, since the ranking works beside the cells
        say("records")
        _ = review.records
        if mode in LEARNING:
            say("ranking")
            review.ranker()
        super().__init__(review.beside(), person, mode, stage)
        self._skipped: dict[str, None] = {}
        self._shown = ""
        self._done_here: list[tuple[str, str]] = []
        self.read_again()
        self._order = self._ordered()
        self._learns_beside = learns_beside
        if learns_beside:
            beside = (weakref.ref(self), self._changed)
            threading.Thread(target=go_on_keeping_up, args=beside, daemon=True).start()

    # --- what is next -----------------------------------------------------------------------------------

    def current(self) -> str:
        """The record_id to screen now; "" when nothing is left."""
        with self._lock:
            if self._shown in self._open:
                return self._shown
            # records that came into the queue since it was ordered
            late = (name for name in self.records.index if name in self._open)
            self._shown = next(self._waiting(), "") or next(late, "")
            return self._shown

    def skip(self) -> str:
        """Put the record at the end of the queue, for this window only; return the next.

        When the record shown was decided on in another window meanwhile, it is not put off, nor is the next.
        """
        with self._lock:
            name = self._shown or self.current()
            self._catch_up()
            if name in self._open:
                self._skipped.pop(name, None)
                self._skipped[name] = None
                self._shown = ""
            return self.current()

    def progress(self) -> Progress:
        """How far this person's screening has come at the stage."""
        with self._lock:
            return Progress(len(self.own), self._own.n_included, len(self._open))

    def read_to(self) -> int:
        """So far one's own file is read: another number with every decision and every undo."""
        return self._own.read_to

    # --- decisions --------------------------------------------------------------------------------------

    def decide(
        self,
        record_id: str,
        verdict: str,
        *,
        criterion: str = "",
        note: str = "",
        instead_of: str | None = None,
    ) -> None:
        """Write a decision; when this returns, it is on disk.

        Parameters
        ----------
        record_id : str
            Of this queue, or one decided on earlier: the later line counts.
        verdict : {"include", "exclude", "unsure"}
        criterion : str
            Id of an exclusion criterion, with "exclude" only.
        note : str
        instead_of : str, optional
            What this person was shown as their own verdict on the record, "" for none; by default what this
            queue knows.

        Raises
        ------
        DecidedElsewhere
            When the same person has decided on the record in another window since it was shown here; nothing
            is written then.
        UsageError
            When a word is not known.
        ReviewError
            When the file cannot be written.
        """
        with self._lock:
            if record_id not in self.records.index:
                raise UsageError(f"No record {record_id} in this review.")
            criteria = self.review.protocol.criteria.exclusion
            if self.stage == "full_text" and verdict == "exclude" and criteria and not criterion:
                raise UsageError("At full text an exclusion needs its reason.", next_step="Choose one.")
            row = {"record_id": record_id, "verdict": verdict, "criterion": criterion, "note": note}
            decision = screening_decision(
                {**row, "stage": self.stage},
                known={record_id: record_id},
                protocol=self.review.protocol,
                decided_at=journal.now(),
            )
            decision = replace(decision, calibration=self._rounds.get(record_id, 0))
            if instead_of is None:
                # what is shown now was open when it was given out
                instead_of = "" if record_id == self._shown else self.own.get(record_id, "")
            with journal.held(self._own.path):
                self._catch_up()
                found = self.own.get(record_id, "")
                if found == instead_of:
                    journal.append(self._journal, self.person, [decision.as_line()])
                    self._catch_up()
                    self._done_here.append(("decision", line_id(self._own.last() or {})))
            self._shown = "" if record_id == self._shown else self._shown
            if found != instead_of:
                raise DecidedElsewhere(record_id, found)
        self._learn_soon()

    def undo(self) -> str:
        """Take back this person's last decision at the stage, by a line of the journal; return its record_id.

        What was said of a pair of records in this window is taken back in its turn.

        Raises
        ------
        UsageError
            When there is none, or it was a settling: that is taken back among the disagreements
            (:meth:`samsyn.cards.conflict_queue.ConflictQueue.undo`).
        ReviewError
            When the file cannot be written.
        """
        with self._lock:
            self._catch_up()
            self._forget_what_fell()
            is_pair = bool(self._done_here) and self._done_here[-1][0] == "duplicate"
        if is_pair:
            return self.undo_duplicate()
        with self._lock:
            with journal.held(self._own.path):
                self._catch_up()
                last = self._own.last()
                if last is None:
                    what = f"{self.person} has no decision to take back."
                    raise Refused(what, key="said_nothing_to_undo")
                if last.get("adjudicates"):
                    raise Refused(
                        "The decision made last was a settling.",
                        next_step="Take it back among the disagreements.",
                        key="undo_settling",
                    )
                lines = undo_lines([last], self.person, kind="screening", names=("record_id", "stage"))
                stamped = [{**line, "decided_at": journal.now()} for line in lines]
                journal.append(self._journal, self.person, stamped)
            self._catch_up()
            self._forget_what_fell()
            self._shown = taken_back = self._unique_id[str(last["record_id"])]
            # what others have made of it meanwhile only the whole journal tells
            self._read_from = {}
        self._learn_soon()
        return taken_back

    def _forget_what_fell(self) -> None:
        """What was done last here and was taken back since, be it in another window, is not to be undone."""
        stands = {"decision": self._own.stands, "duplicate": self.stands_as_duplicate}
        while self._done_here:
            kind, name = self._done_here[-1]
            if stands[kind](name):
                return
            self._done_here.pop()

    # --- for those who look closer (samsyn.cards.screening_looks) ----------------------------------------

    def turn_to(self, mode: Mode) -> None:
        """Go on in another order."""
        if mode not in MODES:
            raise UsageError(f"There is no queue {mode!r}. Known: {', '.join(MODES)}.")
        with self._keeping_up:
            with self._lock:
                self.mode, self._shown = mode, ""
                self._fixed_order = self._fixed(self.records)
            self._read_again()
            order = self._ordered()
        with self._lock:
            self._order = order

    def show(self, record_id: str) -> None:
        """Let a record of the queue be the current one."""
        with self._lock:
            self._shown = record_id

    def take_out(self, names: set[str]) -> None:
        """Let records leave the queue at once, as duplicates do; the files say so at the next look."""
        with self._lock:
            self._open -= names
            self._mine -= names
            for name in names:
                self._place(name)

    def in_order(self) -> list[str]:
        """What is still to screen, as far as it has been put in order; what was skipped stands last."""
        with self._lock:
            return list(self._waiting())

    def _waiting(self) -> Iterator[str]:
        yield from (name for name in self._order if name in self._open and name not in self._skipped)
        yield from (name for name in self._skipped if name in self._open)

    def calibration_round(self, record_id: str) -> int:
        """The calibration round that a record belongs to; 0 for none."""
        return self._rounds.get(record_id, 0)
