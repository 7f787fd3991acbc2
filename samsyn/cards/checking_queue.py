"""One coder's queue: which record is next and why, what is suggested there, what was decided.

The reliability sample comes first and is read blind: no suggestion, nobody else's work. Then records are read
with suggestions. A decision is on disk before the next thing is shown. The rules read only the record at hand
and the next ones; the rest of the library is read, and the classifier taught, in a thread of its own.
"""

from __future__ import annotations

import re
import threading
import weakref
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, get_args

import pandas as pd

from coding_scheme import CodeClassifier, Segment, blind_sample, combined, suggest
from corpus import ReviewError, UsageError, journal
from corpus.undone import line_id
from samsyn.cards.checking_items import Item, Row, Stand, answered, items, refused, share_words, stands
from samsyn.cards.checking_order import Beside
from samsyn.cards.checking_records import stamps, with_late
from samsyn.cards.coding_lines import READINGS, CodingLines
from samsyn.cards.readings import Progress, Readings
from samsyn.cards.record_shown import texts_of

if TYPE_CHECKING:
    from samsyn.review import Review

Round = Literal["", "blind", "assisted"]
ROUNDS: tuple[str, ...] = get_args(Round)
# seconds between two looks for what others have decided
_LOOKS_EVERY = 5.0
_FAULT_ROW = re.compile(r"^row \d+: ", re.MULTILINE)


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
    readings : Readings
        What this person has read, and what is left.
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
        self._records_from = stamps(self.review)
        self.records = self.review.included().set_index("record_id", drop=False)
        self._lock = threading.RLock()
        self._suggested: dict[str, pd.DataFrame] = {}
        self._shown = ""
        self._skipped: list[str] = []
        self._left: set[str] = set()
        self._actions: list[list[str]] = []
        self._reasons: dict[str, str] = {}
        self._order: list[str] = []
        self._stands: tuple[str, tuple[str, ...], pd.DataFrame | None, dict[str, Stand]] = ("", (), None, {})
        self.classifier: CodeClassifier | None = None
        self.trouble = ""
        self.lines = CodingLines(self.review, self.records)
        names = [str(name) for name in self.records["record_id"]]
        sample = blind_sample(names, seed=self.review.protocol.seed)
        self.readings = Readings(self.lines, person, round_, names, sample)
        self._take_up_again()
        self._changed = threading.Event()
        self._beside = Beside(self.records, self._suggesting)
        if learns_beside:
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
        left = self.readings.open - self._left
        ordered = (name for name in self.readings.ordered(self._order) if name in left)
        return [name for name in ordered if name not in self._skipped] + [
            name for name in self._skipped if name in left
        ]

    def why(self, record_id: str) -> str:
        """Why a record waits: "sample", "other reader", "again", "unread", or the queue's own words."""
        why = self.readings.why(record_id)
        return self._reasons.get(record_id, why) if why == "unread" else why

    def round_of(self, record_id: str) -> str:
        """The round in which this person reads a record: "blind" or "assisted"."""
        return self.readings.round_of(record_id)

    def items(self, record_id: str) -> list[Item]:
        """What is suggested in a record, and what this person has coded there."""
        return self.items_of(record_id, self.stands(record_id))

    def items_of(self, record_id: str, said: Mapping[str, Stand]) -> list[Item]:
        """What is suggested in a record, beside what this person was shown to have said of it."""
        return items(said, self.suggestions(record_id), texts_of(self.records.loc[record_id]))

    def stands(self, record_id: str) -> dict[str, Stand]:
        """What this person says of each code in a record."""
        rounds = ("blind",) if self.round_of(record_id) == "blind" else READINGS
        decisions = self.lines.of(record_id)
        # asked several times for each key; decisions are held, so that no others take their place in memory
        known_of, known_rounds, known, said = self._stands
        if (known_of, known_rounds) != (record_id, rounds) or known is not decisions:
            said = stands(decisions, self.person, rounds)
            self._stands = (record_id, rounds, decisions, said)
        return said

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
            return self.readings.progress()

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
        self,
        item: Item,
        verdict: str,
        *,
        segment: Segment | None = None,
        direction: str = "",
        note: str = "",
        instead_of: Mapping[str, Stand] | None = None,
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
        instead_of : mapping of code_id to Stand, optional
            What this person was shown as their own codings in the record; by default what this queue knows.

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
            before = self._as_shown(name, instead_of, [item.code_id])
            said = answered(
                item, before.get(item.code_id), verdict,
                segment=segment or item.segment, direction=direction or item.direction, note=note,
            )  # fmt: skip
            self._write(name, [said])

    def add(
        self,
        code_id: str,
        segment: Segment,
        direction: str,
        *,
        note: str = "",
        instead_of: Mapping[str, Stand] | None = None,
    ) -> None:
        """Code words of one's own choice; words already coded so in the record stay.

        Where a suggestion of the code waits at these words, it is answered by this. Raises as :meth:`answer`.
        """
        with self._lock:
            waiting = (
                item for item in self.items(self.current())
                if item.code_id == code_id and not item.answer and share_words(item.segment, segment)
            )  # fmt: skip
            item = next(waiting, Item(code_id, segment, direction, ""))
            self.answer(
                item, "present", segment=segment, direction=direction, note=note, instead_of=instead_of
            )

    def nothing(self, *, note: str = "", instead_of: Mapping[str, Stand] | None = None) -> None:
        """Say that nothing is to be coded in the record: every suggestion that waits there is refused.

        Raises
        ------
        UsageError
            When the person has coded something there, or has decided on it in another window since it was
            shown here; nothing is written then.
        """
        with self._lock:
            name = self.current()
            said = self._as_shown(name, instead_of)
            coded = [each.code_id for each in said.values() if each.value in ("present", "unclear")]
            if coded:
                raise UsageError(
                    f"You have coded {', '.join(coded)} in this record.", next_step="Reject them first."
                )
            absent = [*refused(self.items_of(name, said), said), Stand("", note=note)]
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
            ids = self._actions[-1] if self._actions else []
            if last is not None and ids and line_id(last) == ids[-1]:
                n = len(ids)
                self._actions.pop()
            else:
                # of a key in another window, or before the card was opened, the lines tell
                n = max(1, len(self.lines.last_together(self.person)))
            taken = self.review.undo_coding(self.person, n)
            self._catch_up()
            name = self.lines.unique(str(taken.loc[0, "record_id"]))
            if name in self.records.index:
                self.go(name)
            return name

    def _as_shown(
        self, name: str, shown: Mapping[str, Stand] | None, code_ids: Iterable[str] | None = None
    ) -> Mapping[str, Stand]:
        """What the person says in a record; refused when that changed, of these codes, since it was shown."""
        before = self.stands(name) if shown is None else shown
        self._catch_up()
        now = self.stands(name)
        looked_at = sorted({*before, *now}) if code_ids is None else code_ids
        changed = [code_id for code_id in looked_at if now.get(code_id) != before.get(code_id)]
        if changed:
            said = "; ".join(_in_words(code_id, now.get(code_id)) for code_id in changed)
            raise UsageError(
                f"You have decided on this in another window: {said}.",
                next_step="Nothing was written here; the card now shows it.",
            )
        return now

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
        self.readings.take_in(changed)

    def _take_in_records(self) -> None:
        """Take in records that were included since the queue was opened."""
        records_from = stamps(self.review)
        if records_from == self._records_from:
            return
        records = with_late(self.review, self.records)
        if len(records) > len(self.records):
            lines, names = CodingLines(self.review, records), [str(name) for name in records.index]
            drawn = blind_sample(names, seed=self.review.protocol.seed)
            # a record that is being read stays in the round in which it was shown
            late = [name for name in drawn if name not in self.records.index]
            sample = [*self.readings.sample, *late]
            readings = Readings(lines, self.person, self.round, names, sample)
            with self._lock:
                self.records, self.lines, self.readings = records, lines, readings
                self._catch_up()
            self._beside.take_in(records)
        self._records_from = records_from

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

    def keep_up(self) -> None:
        """See what others have decided and included, read on in the library, order the queue anew."""
        self._take_in_records()
        with self._lock:
            self._catch_up()
            ahead = self.waiting()[:3]
        for name in ahead:
            if name not in self._suggested and self.round_of(name) == "assisted":
                self.suggestions(name)
        if self.records.empty:
            return
        found = self._beside.go_on(self.review, self.person, self.language)
        if found is not None:
            with self._lock:
                self.classifier = found.classifier
                self._order, self._reasons = found.order, found.reasons


_NO_SUGGESTIONS = combined([])


def _in_words(code_id: str, stand: Stand | None) -> str:
    """What a person says of a code by now."""
    said = [stand.value if code_id else "", stand.direction] if stand else ["taken back"]
    return f"{code_id or 'nothing to code'} {', '.join(filter(None, said))}".rstrip()


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
