"""One coder's queue: which record is next and why, what is suggested there, what was decided.

The reliability sample comes first and is read blind: no suggestion, nobody else's work. Then records are read
with suggestions. A decision is on disk before the next thing is shown. The rules read only the record at hand
and the next ones; the rest of the library is read, and the classifier taught, in a thread of its own.
"""

from __future__ import annotations

import re
import threading
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import pandas as pd

from coding_scheme import CodeClassifier, Segment, blind_sample, combined, suggest
from corpus import ReviewError, UsageError, journal
from corpus.undone import line_id
from samsyn.cards.checking_items import Item, Row, Stand, answered, items, refused, share_words, stands
from samsyn.cards.checking_order import Beside
from samsyn.cards.coding_lines import READINGS, CodingLines

if TYPE_CHECKING:
    from samsyn.review import Review

Round = Literal["", "blind", "assisted"]
ROUNDS: tuple[str, ...] = get_args(Round)
# seconds between two looks for what others have decided
_LOOKS_EVERY = 5.0
_FAULT_ROW = re.compile(r"^row \d+: ", re.MULTILINE)


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


class CheckingQueue:
    """The records that one person has still to code, one at a time, with what is suggested in each.

    Parameters
    ----------
    review : samsyn.Review
    person : str
        Who codes; decisions go to ``decisions/coding/PERSON.jsonl``.
    round_ : {"", "blind", "assisted"}
        "" is what comes next: the blind reliability sample, then records with suggestions. "blind" reads
        every record blind; "assisted" shows suggestions also on records that one has read blind before.
    language : {"en", "da"}
        Of the reasons.
    learns_beside : bool
        Whether the library is read and the classifier taught in a thread; else neither is done.

    Attributes
    ----------
    own : dict of record_id to set of str
        The records this person has read, and in which rounds.
    trouble : str
        What went wrong beside the card, in words.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from samsyn import Review
    >>> review = Review.new(Path(tempfile.mkdtemp(), "review"))
    >>> queue = CheckingQueue(review, "ann", learns_beside=False)
    >>> queue.current(), queue.progress().to_read
    ('', 0)
    """

    def __init__(
        self,
        review: Review,
        person: str,
        *,
        round_: Round = "",
        language: str = "en",
        learns_beside: bool = True,
    ) -> None:
        journal.check_person(person)
        if round_ not in ROUNDS:
            known = ", ".join(name for name in ROUNDS if name)
            raise UsageError(f"There is no round {round_!r} to read in. Known: {known}, adjudication.")
        # a review of its own, since the classifier works beside the notebook's cells
        self.review: Review = type(review).open(review.folder)
        self.person, self.round, self.language = person, round_, language
        self.scheme = self.review.scheme
        self._suggesting = self.scheme.without_retired()
        self.records = self.review.included().set_index("record_id", drop=False)
        self._sample = blind_sample(list(self.records["record_id"]), seed=self.review.protocol.seed)
        self._lock = threading.RLock()
        self._suggested: dict[str, pd.DataFrame] = {}
        self._shown = ""
        self._skipped: list[str] = []
        self._left: set[str] = set()
        self._actions: list[list[str]] = []
        self._reasons: dict[str, str] = {}
        self._order: list[str] = []
        self.own: dict[str, set[str]] = {}
        self._blind: set[str] = set()
        self._open: set[str] = set()
        self._tallies: dict[str, tuple[int, int, int]] = {}
        self._stands: tuple[str, tuple[str, ...], int, dict[str, Stand]] = ("", (), 0, {})
        self.classifier: CodeClassifier | None = None
        self.trouble = ""
        self.lines = CodingLines(self.review)
        self._read_again(self.records["record_id"])
        self._take_up_again()
        self._changed = threading.Event()
        self._beside = Beside(self.records, self._suggesting)
        if learns_beside and len(self.records):
            threading.Thread(target=_keep_up, args=(weakref.ref(self), self._changed), daemon=True).start()

    # --- what is next -----------------------------------------------------------------------------------

    def current(self) -> str:
        """The record_id to code now; "" when nothing is left."""
        with self._lock:
            if not self._shown:
                self._shown = next(iter(self.waiting()), "")
            return self._shown

    def waiting(self) -> list[str]:
        """The records that wait, in the order in which they come."""
        open_ones = [name for name in self._ordered() if name in self._open and name not in self._left]
        return [name for name in open_ones if name not in self._skipped] + [
            name for name in self._skipped if name in self._open and name not in self._left
        ]

    def why(self, record_id: str) -> str:
        """Why a record waits: "sample", "other reader", "again", "unread", or the queue's own words."""
        if self.round_of(record_id) == "blind":
            return (
                "sample"
                if record_id in self._sample
                else "other reader"
                if self._read_blind_by_others(record_id)
                else "unread"
            )
        if record_id in self.own:
            return "again"
        return self._reasons.get(record_id, "unread")

    def round_of(self, record_id: str) -> str:
        """The round in which this person reads a record: "blind" or "assisted"."""
        own = self.own.get(record_id, set())
        if "assisted" in own:
            return "assisted"
        to_be_blind = record_id in self._blind
        if self.round == "assisted" and not to_be_blind:
            return "assisted"
        return "blind" if self.round == "blind" or own or to_be_blind else "assisted"

    def items(self, record_id: str) -> list[Item]:
        """What is suggested in a record, and what this person has coded there."""
        return items(self.stands(record_id), self.suggestions(record_id))

    def stands(self, record_id: str) -> dict[str, Stand]:
        """What this person says of each code in a record."""
        rounds = ("blind",) if self.round_of(record_id) == "blind" else READINGS
        decisions = self.lines.of(record_id)
        # asked several times for each key
        if self._stands[:3] != (record_id, rounds, id(decisions)):
            self._stands = (record_id, rounds, id(decisions), stands(decisions, self.person, rounds))
        return self._stands[3]

    def suggestions(self, record_id: str) -> pd.DataFrame:
        """The suggestions for a record, the same as long as it is looked at; none where it is read blind."""
        if self.round_of(record_id) == "blind":
            return _NO_SUGGESTIONS
        if record_id not in self._suggested:
            record = self.records.loc[[record_id]]
            frames = [suggest(record, self._suggesting)]
            if self.classifier is not None:
                frames.append(self.classifier.suggestions([record_id]))
            self._suggested[record_id] = combined(frames)
        return self._suggested[record_id]

    def progress(self) -> Progress:
        """How far this person's coding has come."""
        with self._lock:
            blind = sum(name in self._blind for name in self._open)
            tally = [sum(each) for each in zip(*self._tallies.values(), strict=True)] or [0, 0, 0]
            return Progress(
                len(self.own),
                len(self._open),
                sum("blind" in each for each in self.own.values()),
                blind,
                *tally,
            )

    # --- moving about -----------------------------------------------------------------------------------

    def next(self) -> str:
        """Leave the record and return the next."""
        with self._lock:
            if self._shown:
                self._left.add(self._shown)
                self._suggested.pop(self._shown, None)
            self._shown = ""
            self._changed.set()
            return self.current()

    def skip(self) -> str:
        """Put the record at the end of the queue, for this window only; return the next."""
        with self._lock:
            name = self.current()
            if name:
                self._skipped = [*(each for each in self._skipped if each != name), name]
                self._shown = ""
            return self.current()

    def go(self, record_id: str) -> None:
        """Show a record of the queue, or one read earlier.

        Raises
        ------
        UsageError
            When it is not one of those to be coded.
        """
        if record_id not in self.records.index:
            raise UsageError(f"{record_id} is not among the included records.")
        with self._lock:
            self._shown = record_id
            self._left.discard(record_id)

    # --- decisions --------------------------------------------------------------------------------------

    def answer(
        self, item: Item, verdict: str, *, segment: Segment | None = None, direction: str = "", note: str = ""
    ) -> None:
        """Decide on a suggestion, or change a coding of one's own; when this returns, it is on disk.

        Parameters
        ----------
        item : Item
            As it was shown.
        verdict : {"present", "absent", "unclear"}
        segment : Segment, optional
            Other words than the item's.
        direction : str, optional
            Another direction.
        note : str

        Raises
        ------
        UsageError
            When a word is not known, or the same person has decided on the code in another window since it
            was shown here; nothing is written then.
        ReviewError
            When the file cannot be written.
        """
        with self._lock:
            name = self.current()
            before = self._as_shown(name, item.code_id)
            said = answered(
                item, before, verdict,
                segment=segment or item.segment, direction=direction or item.direction, note=note,
            )  # fmt: skip
            self._write(name, [said])

    def add(self, code_id: str, segment: Segment, direction: str, *, note: str = "") -> None:
        """Code words of one's own choice; words already coded so in the record stay.

        Where a suggestion of the code waits at these words, it is answered by this. Raises as :meth:`answer`.
        """
        with self._lock:
            waiting = (
                item for item in self.items(self.current())
                if item.code_id == code_id and not item.answer and share_words(item.segment, segment)
            )  # fmt: skip
            item = next(waiting, Item(code_id, segment, direction, ""))
            self.answer(item, "present", segment=segment, direction=direction, note=note)

    def nothing(self, *, note: str = "") -> None:
        """Say that nothing is to be coded in the record: every suggestion that waits there is refused.

        Raises
        ------
        UsageError
            When the person has coded something there.
        """
        with self._lock:
            name = self.current()
            said = self.stands(name)
            coded = [each.code_id for each in said.values() if each.value in ("present", "unclear")]
            if coded:
                raise UsageError(
                    f"You have coded {', '.join(coded)} in this record.", next_step="Reject them first."
                )
            absent = [*refused(self.items(name), said), Stand("", note=note)]
            self._write(name, absent)

    def undo(self) -> str:
        """Take back this person's last key, by lines of the journal; return the record.

        Raises
        ------
        UsageError
            When there is nothing to take back here.
        """
        with self._lock:
            self._catch_up()
            last = self.lines.last_of(self.person)
            if last is not None and last["round"] not in READINGS:
                raise UsageError(
                    "Your last decision settled a disagreement; take it back where you settled it."
                )
            n, ids = 1, self._actions[-1] if self._actions else []
            if last is not None and ids and line_id(last) == ids[-1]:
                n = len(ids)
                self._actions.pop()
            taken = self.review.undo_coding(self.person, n)
            self._catch_up()
            name = self.lines.unique(str(taken.loc[0, "record_id"]))
            if name in self.records.index:
                self.go(name)
            return name

    def _as_shown(self, name: str, code_id: str) -> Stand | None:
        """What the person says of a code; refused when that changed since it was shown."""
        before = self.stands(name).get(code_id)
        self._catch_up()
        now = self.stands(name).get(code_id)
        if now != before:
            said = ", ".join(part for part in (now.value, now.direction) if part) if now else "taken back"
            raise UsageError(
                f"You have decided on this in another window: {code_id} {said}.",
                next_step="Nothing was written here; the card now shows it.",
            )
        return before

    def _write(self, name: str, said: Iterable[Stand]) -> None:
        rows: list[Row] = [row for stand in said for row in stand.rows(name)]
        known = (self.records.loc[[name]], self.lines.of(name))
        try:
            n = self.review.code(
                rows, person=self.person, round_=self.round_of(name), file="card", known=known
            )
        except UsageError as error:
            raise UsageError(_FAULT_ROW.sub("", str(error).removeprefix("card: "))) from error
        self._catch_up()
        self._actions.append(self.lines.last_ids(self.person, name, n))

    # --- keeping up -------------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        changed = self.lines.catch_up()
        if changed:
            self._read_again(changed)

    def _read_again(self, names: Iterable[str]) -> None:
        """Who has read these records, and which are left for this person."""
        for name in names:
            if name not in self.records.index:
                continue
            own = self.lines.read_by(name).get(self.person, set()) & set(READINGS)
            self._blind.discard(name)
            self._open.discard(name)
            self.own.pop(name, None)
            self._tallies.pop(name, None)
            if own:
                self.own[name] = own
                self._tallies[name] = self._tally(name)
            elif name in self._sample or self._read_blind_by_others(name):
                self._blind.add(name)
            if not own or (self.round == "assisted" and "assisted" not in own):
                self._open.add(name)
            if self.round == "assisted" and name in self._blind:
                self._open.discard(name)

    def _read_blind_by_others(self, name: str) -> bool:
        """Whether somebody else has read a record blind, so that this person is to do so too."""
        return any(
            "blind" in rounds for who, rounds in self.lines.read_by(name).items() if who != self.person
        )

    def _tally(self, name: str) -> tuple[int, int, int]:
        """Of the suggestions that were shown: accepted, changed, rejected."""
        accepted = changed = rejected = 0
        for line in self.lines.standing(name, self.person, "assisted"):
            marks = [mark["text"] for mark in line.get("segments", ())]
            for shown in line.get("suggested", ()):
                text = shown.get("text", "")
                if line["value"] == "present" and any(mark in text or text in mark for mark in marks):
                    same = text in marks and line.get("direction") == shown.get("direction")
                    accepted, changed = accepted + same, changed + (not same)
                else:
                    rejected += line["value"] != "unclear"
        return accepted, changed, rejected

    def _take_up_again(self) -> None:
        """Show the record in which the person stopped in the middle, where there is one."""
        last = self.lines.last_of(self.person)
        name = self.lines.unique(str(last["record_id"])) if last else ""
        if not last or name not in self.records.index or last["round"] not in READINGS:
            return
        if self.round not in ("", self.round_of(name)):
            return
        if any(item.suggestion and not item.answer for item in self.items(name)):
            self._shown = name
        elif last["round"] == "blind" and last["code_id"]:
            # whether a blind reading was finished no line tells
            self._shown = name

    def _ordered(self) -> list[str]:
        ahead = [name for name in self._sample if name in self._blind]
        blind = [name for name in sorted(self._blind) if name not in set(ahead)]
        rest = [name for name in self._order if name not in self._blind]
        late = sorted(
            set(self.records["record_id"]) - self._blind - set(rest),
            key=lambda name: (name in self.own, name),
        )
        return [*ahead, *blind, *rest, *sorted(late, key=lambda name: (name in self.own, name))]

    def keep_up(self) -> None:
        """See what others have decided, read a further part of the library, order the queue anew."""
        with self._lock:
            self._catch_up()
            ahead = self.waiting()[:3]
        for name in ahead:
            if name not in self._suggested and self.round_of(name) == "assisted":
                self.suggestions(name)
        found = self._beside.go_on(self.review, self.person, self.language)
        if found is not None:
            with self._lock:
                self.classifier = found.classifier
                self._order, self._reasons = found.order, found.reasons


_NO_SUGGESTIONS = combined([])


def _keep_up(queue: weakref.ref[CheckingQueue], changed: threading.Event) -> None:
    """Read on and learn, in a thread, as long as somebody holds the queue."""
    # the first record has the machine to itself
    changed.wait(timeout=1.0)
    while True:
        changed.clear()
        held = queue()
        if held is None:
            return
        try:
            held.keep_up()
            held.trouble = ""
        except (ReviewError, OSError) as error:
            # said on the card; the next look may go better
            held.trouble = str(error)
        del held
        changed.wait(timeout=_LOOKS_EVERY)
