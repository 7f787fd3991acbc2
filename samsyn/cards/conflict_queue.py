"""What people differ on in screening, one record at a time, for the one who settles it.

Nothing is shown before all who are to screen a record have decided on it. What they said stays; a settling is
a line of its own, which names who settled and, where it is said, why they had differed.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from coding_scheme import agreement_rows, coding_decisions
from corpus import UsageError, journal, latest_decisions, screening_decision, undo_lines
from corpus.protocol import Stage, place_in
from corpus.undone import not_undone
from samsyn.cards.screening_refused import Refused

if TYPE_CHECKING:
    from samsyn.review import Review


@dataclass(frozen=True)
class Said:
    """What one person decided on a record."""

    person: str
    verdict: str
    criterion: str
    note: str
    decided_at: str


@dataclass(frozen=True)
class AgreementSoFar:
    """Agreement of two screeners: share of ``n`` records, Krippendorff's alpha and its 95 % interval."""

    n: int
    percent: float
    alpha: float
    alpha_low: float
    alpha_high: float


class ConflictQueue:
    """The records at a stage on which people differ or are unsure.

    Parameters
    ----------
    review : samsyn.Review
    person : str
        Who settles; need not be a screener. Lines go to ``decisions/screening/PERSON.jsonl``.
    stage : str

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from samsyn import Review
    >>> review = Review.new(Path(tempfile.mkdtemp(), "review"))
    >>> export = Path(tempfile.mkdtemp(), "one.csv")
    >>> _ = export.write_text("title,year\\nTrust in partnerships,2020\\n")
    >>> _ = review.add(export)
    >>> name = review.records.loc[0, "record_id"]
    >>> for person, verdict in [("ann", "include"), ("bo", "exclude")]:
    ...     _ = review.screen([{"record_id": name, "verdict": verdict}], person=person)
    >>> queue = ConflictQueue(review, "cy")
    >>> [(said.person, said.verdict) for said in queue.said(queue.current())]
    [('ann', 'include'), ('bo', 'exclude')]
    >>> queue.settle(name, "include", differ_because="overlooked")
    >>> queue.current(), review.verdicts().loc[0, ["verdict", "settled_by"]].tolist()
    ('', ['include', 'cy'])
    """

    mode = "conflicts"

    def __init__(self, review: Review, person: str, *, stage: Stage = "title_abstract") -> None:
        journal.check_person(person)
        self.review: Review = review.beside()
        self.person, self.stage = person, stage
        self._lock = threading.RLock()
        self._put_off: list[str] = []
        # what people had said on a record when it was asked for last
        self._told: dict[str, list[Said]] = {}
        self.records = pd.DataFrame()
        self._unique_id: dict[str, str] = {}
        self._shown = ""
        self.read_again()

    def current(self) -> str:
        """The record_id to settle now; "" when nothing is open."""
        with self._lock:
            if self._sizes() != self._seen:
                self.read_again()
            if self._shown not in self._open:
                fresh = (name for name in self._open if name not in self._put_off)
                again = (name for name in self._put_off if name in self._open)
                self._shown = next(fresh, "") or next(again, "")
            return self._shown

    def said(self, record_id: str) -> list[Said]:
        """What each screener decided on a record, by person."""
        self._told[record_id] = said = self._said(record_id)
        return said

    def _said(self, record_id: str) -> list[Said]:
        rows = self._decisions[self._decisions["record_id"] == record_id]
        parts = ["person", "verdict", "criterion", "note", "decided_at"]
        return [Said(*row) for row in rows[parts].itertuples(index=False)]

    def n_open(self) -> int:
        """How many records are open."""
        return len(self._open)

    def n_settled(self) -> int:
        """How many records of this stage somebody has settled."""
        verdicts = self.review.verdicts()
        return int(((verdicts["stage"] == self.stage) & (verdicts["settled_by"] != "")).sum())

    def put_off(self) -> str:
        """Talk it over first: the record goes to the end, in this window only; return the next.

        When somebody has settled it meanwhile, it is not put off, nor is the next.
        """
        with self._lock:
            name = self._shown or self.current()
            if self._sizes() != self._seen:
                self.read_again()
            if name in self._open:
                self._put_off = [*(each for each in self._put_off if each != name), name]
                self._shown = ""
            return self.current()

    def was_put_off(self, record_id: str) -> bool:
        """Whether a record waits in this window for people to talk."""
        return record_id in self._put_off

    def settle(
        self, record_id: str, verdict: str, *, criterion: str = "", note: str = "", differ_because: str = ""
    ) -> None:
        """Write a settling; when this returns, it is on disk.

        Parameters
        ----------
        record_id : str
        verdict : {"include", "exclude"}
        criterion : str
            Id of an exclusion criterion; "" takes the one that who excluded gave, the first of several.
        note : str
        differ_because : {"", "criterion unclear", "overlooked", "judged differently"}

        Raises
        ------
        UsageError
            When it is no longer open, when people say something else of it than :meth:`said` told last, or
            when a word is not known; nothing is written then.
        ReviewError
            When the file cannot be written.
        """
        with self._lock, journal.held(self._journal / f"{self.person}.jsonl"):
            if self._sizes() != self._seen:
                self.read_again()
            if record_id not in self._open:
                raise Refused(
                    "This record is no longer open: somebody has settled it, or changed their decision.",
                    next_step="Nothing was written.",
                    key="settled_elsewhere",
                    record_id=record_id,
                )
            said = self._said(record_id)
            if self._told.get(record_id, said) != said:
                raise Refused(
                    "What people say of this record has changed since it was shown.",
                    next_step="Nothing was written.",
                    key="said_anew",
                    record_id=record_id,
                )
            if verdict == "unsure":
                raise UsageError("A disagreement is settled as include or exclude.")
            criteria = self.review.protocol.criteria.exclusion
            reason = criterion or self.given_reason(record_id)
            if self.stage == "full_text" and verdict == "exclude" and criteria and not reason:
                raise UsageError("At full text an exclusion needs its reason.", next_step="Choose one.")
            decision = screening_decision(
                {
                    "record_id": record_id, "verdict": verdict, "criterion": criterion, "note": note,
                    "stage": self.stage, "differ_because": differ_because,
                },
                known={record_id: record_id},
                protocol=self.review.protocol,
                decided_at=journal.now(),
                adjudicates=True,
            )  # fmt: skip
            journal.append(self._journal, self.person, [decision.as_line()])
            self.read_again()

    def undo(self) -> str:
        """Take back the settling that this person wrote last, by a line of the journal; return its record_id.

        Raises
        ------
        UsageError
            When what they decided last is no settling of this stage: it is taken back where it was decided.
        ReviewError
            When the file cannot be written.
        """
        path = self._journal / f"{self.person}.jsonl"
        with self._lock, journal.held(path):
            last = self._last_line(path)
            if not last.get("adjudicates") or last.get("stage") != self.stage:
                raise Refused(
                    "The decision made last was not settled here."
                    if last
                    else f"{self.person} has no decision to take back.",
                    next_step="Take it back in the queue where it was made." if last else "",
                    key="undo_no_settling" if last else "said_nothing_to_undo",
                )
            lines = undo_lines([last], self.person, kind="screening", names=("record_id", "stage"))
            stamped = [{**line, "decided_at": journal.now()} for line in lines]
            journal.append(self._journal, self.person, stamped)
            self.read_again()
            self._shown = taken_back = self._unique_id.get(str(last["record_id"]), "")
        return taken_back

    def _last_line(self, path: Path) -> Mapping[str, Any]:
        own = [
            line
            for line in not_undone(journal.read_lines(path)[0], "screening")
            if line.get("person") == self.person and line.get("record_id") in self._unique_id
        ]
        return own[-1] if own else {}

    def given_reason(self, record_id: str) -> str:
        """The criterion that counts where a settling names none: of those given, the protocol's first."""
        given = [one.criterion for one in self._said(record_id) if one.criterion]
        order = self.review.protocol.exclusion_order()
        return min(given, key=lambda criterion: place_in(order, criterion), default="")

    def agreement(self) -> AgreementSoFar | None:
        """How far two screeners agree at the stage; None where they are more, fewer, or it is undefined."""
        said = self.review.screening_decisions()
        own = said[~said["adjudicates"] & (said["stage"] == self.stage)]
        rows = agreement_rows(coding_decisions([]), own, self.review.scheme, seed=self.review.protocol.seed)
        if len(rows) != 1 or rows["alpha"].isna().any():
            return None
        found = rows[["n", "percent", "alpha", "alpha_low", "alpha_high"]].iloc[0].tolist()
        return AgreementSoFar(int(found[0]), *map(float, found[1:]))

    def read_again(self) -> None:
        """Read the files: which records there are, what is open, and what was said."""
        with self._lock:
            self._seen = self._sizes()
            unique_id = self.review._unique_id()
            if unique_id is not self._unique_id:
                # a source that was added since may have brought what is open now
                self.records = self.review.records.set_index("record_id", drop=False)
                self._unique_id = unique_id
            open_here = self.review.conflicts()
            self._open = open_here.loc[open_here["stage"] == self.stage, "record_id"].tolist()
            latest = latest_decisions(self.review.screening_decisions())
            self._decisions = latest[~latest["adjudicates"] & (latest["stage"] == self.stage)]

    @property
    def _journal(self) -> Path:
        return self.review.folder / "decisions" / "screening"

    def _sizes(self) -> dict[str, int]:
        return {path.name: path.stat().st_size for path in sorted(self._journal.glob("*.jsonl"))}
