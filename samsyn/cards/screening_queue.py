"""One screener's queue: which record is next, what was decided, how far the screening has come.

A decision is on disk before the next record is given out. The ranking learns from it beside that, in a thread
of its own, so that nobody waits for it. What the same person decides in another window, and what others
decide, is read from the journal when its files have grown.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from corpus import ReviewError, UsageError, journal, screening_decision, undo_lines
from corpus.assignment import draw
from corpus.protocol import STAGES, Stage
from samsyn.cards.own_decisions import OwnDecisions
from samsyn.cards.screening_looks import ScreeningLooks

if TYPE_CHECKING:
    import pandas as pd

    from corpus import Ranker
    from samsyn.review import Review

Mode = Literal["prioritised", "random", "newest", "waiting"]
MODES: tuple[str, ...] = get_args(Mode)
# modes in which the next record follows from what was decided
_LEARNING = ("prioritised", "waiting")
# what is ranked ahead while a screener reads; the ranking is made anew long before they are through
_RANKED_AHEAD = 500
# seconds between two looks for what others have decided
_LOOKS_EVERY = 5.0
# what the records and their ranking are computed from
_RECORDS = ("protocol.yaml", "sources/*", "decisions/duplicates/*.jsonl", "priors/*")
Stamps = dict[Path, tuple[int, int]]


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

    Attributes
    ----------
    records : DataFrame
        The unique records, by record_id.
    trouble : str
        Why the queue cannot keep up with the review's files at present, in words; "" when it does.

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
        # read once for all cards; then a review of its own, since the ranking works beside the cells
        _ = review.records
        self.review: Review = review.beside()
        self.person, self.mode, self.stage = person, mode, stage
        self.trouble = ""
        self._journal = self.review.folder / "decisions" / "screening"
        self._lock = threading.RLock()
        # one at a time reads the files and learns; decisions do not wait for it
        self._keeping_up, self._learning = threading.RLock(), threading.RLock()
        self._skipped: dict[str, None] = {}
        self._shown = ""
        self._changed = threading.Event()
        self._done_here: list[str] = []
        self._records_from: Stamps = {}
        self._weights: np.ndarray | None = None
        self._weights_are_old = True
        self._own_meanwhile: set[str] = set()
        self._order: list[str] = []
        self._fixed_order: list[str] = []
        self._label_of_row: np.ndarray | None = None
        self._is_open_row: np.ndarray | None = None
        self._unique_id: dict[str, str] = {}
        self._ranker: Ranker | None = None
        self._own = OwnDecisions(self._journal / f"{person}.jsonl", stage)
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
            # records that came into the queue since it was ordered
            late = (name for name in self.records.index if name in self._open)
            self._shown = next(self.in_order(), "") or next(late, "")
            return self._shown

    def skip(self) -> str:
        """Put the record at the end of the queue, for this window only; return the next."""
        with self._lock:
            self._catch_up()
            name = self.current()
            if name:
                self._skipped.pop(name, None)
                self._skipped[name] = None
                self._shown = ""
            return self.current()

    def progress(self) -> Progress:
        """How far this person's screening has come at the stage."""
        with self._lock:
            return Progress(len(self.own), self._own.n_included, len(self._open))

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
            if instead_of is None:
                # what is shown now was open when it was given out
                instead_of = "" if record_id == self._shown else self.own.get(record_id, "")
            with journal.held(self._own.path):
                self._catch_up()
                found = self.own.get(record_id, "")
                if found == instead_of:
                    journal.append(self._journal, self.person, [decision.as_line()])
            self._shown = "" if record_id == self._shown else self._shown
            if found != instead_of:
                raise DecidedElsewhere(record_id, found)
            self._done_here.append("decision")
            self._catch_up()
        self._learn_soon()

    def undo(self) -> str:
        """Take back this person's last decision at the stage, by a line of the journal; return its record_id.

        What was said of a pair of records in this window is taken back in its turn.

        Raises
        ------
        UsageError
            When there is none.
        ReviewError
            When the file cannot be written.
        """
        if self._done_here[-1:] == ["duplicate"]:
            return self.undo_duplicate()
        with self._lock:
            with journal.held(self._own.path):
                self._catch_up()
                last = self._own.last()
                if last is None:
                    raise UsageError(f"{self.person} has no decision to take back.")
                lines = undo_lines([last], self.person, kind="screening", names=("record_id", "stage"))
                stamped = [{**line, "decided_at": journal.now()} for line in lines]
                journal.append(self._journal, self.person, stamped)
            self._done_here = self._done_here[:-1]
            self._catch_up()
            self._shown = taken_back = self._unique_id[str(last["record_id"])]
            # what others have made of it meanwhile only the whole journal tells
            self._read_from = {}
        self._learn_soon()
        return taken_back

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

    def in_order(self) -> Iterator[str]:
        """What is still to screen, as far as it has been put in order; what was skipped stands last."""
        yield from (name for name in self._order if name in self._open and name not in self._skipped)
        yield from (name for name in self._skipped if name in self._open)

    def calibration_round(self, record_id: str) -> int:
        """The calibration round that a record belongs to; 0 for none."""
        return self._rounds.get(record_id, 0)

    @property
    def ranker(self) -> Ranker:
        """The ranker that this queue learns with."""
        if self._ranker is None:
            self._ranker = self.review.ranker()
        return self._ranker

    @property
    def word_weights(self) -> np.ndarray | None:
        """What the words weigh, as last looked at while nothing was being learned; None where nothing is."""
        if self.mode not in _LEARNING:
            return None
        # nobody waits for the ranking, but for the first time
        if self._weights_are_old and self._learning.acquire(blocking=self._weights is None):
            try:
                self._weights, self._weights_are_old = self.ranker.term_weights(), False
            finally:
                self._learning.release()
        return self._weights

    # --- keeping up -------------------------------------------------------------------------------------

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
        if ranker is None and self.mode in _LEARNING:
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
                self._records_from, self._unique_id, self._own = (
                    records_from,
                    unique_id,
                    self._all_own(unique_id),
                )
                self._order = [name for name in self._order if name in records.index]
                self.__dict__.pop("_titles", None)
            self.records, self._ranker, self._fixed_order = records, ranker, fixed_order
            self._read_from, self._rounds, self._mine = read_from, rounds, mine
            self._open = {name for name in to_do if name in records.index}
            self._label_of_row = self._is_open_row = None
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
        row = self._ranker.row_of.get(name) if self._ranker and self._is_open_row is not None else None
        if row is not None:
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
        if self.mode not in _LEARNING:
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
        if self.mode in _LEARNING:
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


def _keep_up(queue: weakref.ref[ScreeningQueue], changed: threading.Event) -> None:
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
