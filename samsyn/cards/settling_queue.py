"""The disagreements of a review that somebody settles, one record and code at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coding_scheme import Segment, blind_sample, coding_conflicts
from coding_scheme.decisions import REASONS
from coding_scheme.verdicts import Position, positions
from corpus import UsageError, journal
from samsyn.cards.checking_items import Row, Stand
from samsyn.cards.checking_records import Stamps, stamps
from samsyn.cards.coding_lines import READINGS, CodingLines

if TYPE_CHECKING:
    from samsyn.review import Review

# seconds between two looks for what others have decided
_LOOKS_EVERY = 5.0


@dataclass(frozen=True)
class Side:
    """What one of those who differ says of the code.

    Attributes
    ----------
    shown : tuple of mappings or None
        The suggestions on the code that were shown before; None where that was not noted.
    blind : bool
        Whether it was read blind.
    """

    person: str
    value: str
    direction: str
    segments: tuple[Segment, ...]
    note: str
    shown: tuple[Row, ...] | None
    blind: bool


class SettlingQueue:
    """The conflicts that wait, without those on records that this person has still to read blind.

    Parameters
    ----------
    review : samsyn.Review
    person : str
        Who settles.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from samsyn import Review
    >>> queue = SettlingQueue(Review.new(Path(tempfile.mkdtemp(), "review")), "bo")
    >>> queue.current(), queue.n_hidden
    (None, 0)
    """

    def __init__(self, review: Review, person: str) -> None:
        journal.check_person(person)
        self.review: Review = type(review).open(review.folder)
        self.person, self.scheme = person, self.review.scheme
        self._skipped: list[tuple[str, str]] = []
        self._shown: tuple[str, str] | None = None
        self._records_from: Stamps = {}
        self._find()

    def _find(self) -> None:
        self._coded_from, self._looked_at = self._stamps(), time.monotonic()
        records_from = stamps(self.review)
        if records_from != self._records_from:
            self.records = self.review.records.set_index("record_id", drop=False)
            self.lines = CodingLines(self.review, self.records)
            self._included = list(self.review.included()["record_id"])
            self._records_from = records_from
        self.lines.catch_up()
        found = coding_conflicts(self.review.coding_decisions())
        names = list(zip(found["record_id"], found["code_id"], strict=True))
        hidden = self._to_read_blind({record for record, _ in names})
        self.n_hidden = sum(record in hidden for record, _ in names)
        order = {code.id: place for place, code in enumerate(self.scheme.codes)}
        self._waiting = sorted(
            (each for each in names if each[0] not in hidden),
            key=lambda each: (each[0], order.get(each[1], len(order)), each[1]),
        )
        self.n_settled = self._count_settled()

    def _to_read_blind(self, names: set[str]) -> set[str]:
        """Those of the reliability sample that this person, as one of the coders, has not read yet."""
        read = {name for name in self._included if self.lines.read_by(name).get(self.person)}
        codes = any(self.lines.read_by(name)[self.person] & set(READINGS) for name in read)
        # who does not code at all has nothing to read blind
        sample = blind_sample(self._included, seed=self.review.protocol.seed) if codes else []
        return names & set(sample) - read

    def _stamps(self) -> Stamps:
        """Size and time of the files of those who code; this person's own is read at each key."""
        every = stamps(self.review, "decisions/coding/*.jsonl")
        return {path: stamp for path, stamp in every.items() if path.stem != self.person}

    def keep_up(self) -> None:
        """See which disagreements have come, and which others have settled, since the last look."""
        if time.monotonic() - self._looked_at < _LOOKS_EVERY:
            return
        self._looked_at = time.monotonic()
        if self._stamps() != self._coded_from or stamps(self.review) != self._records_from:
            self._find()

    def _count_settled(self) -> int:
        decisions = self.review.coding_decisions()
        settled = decisions[(decisions["round"] == "adjudication") & (decisions["value"] != "withdrawn")]
        return len(settled[["record_id", "code_id"]].drop_duplicates())

    # --- what is next -----------------------------------------------------------------------------------

    def current(self) -> tuple[str, str] | None:
        """The record_id and code_id to settle now; None when nothing is left."""
        if self._shown not in self._waiting:
            first = [each for each in self._waiting if each not in self._skipped]
            self._shown = next(
                iter([*first, *(each for each in self._skipped if each in self._waiting)]), None
            )
        return self._shown

    def waiting(self) -> list[tuple[str, str]]:
        """Every record_id and code_id that waits."""
        return list(self._waiting)

    def sides(self, record_id: str, code_id: str) -> list[Side]:
        """What those who read the record say of the code, by name."""
        said: Sequence[Position] = next(
            (said for _, code, said, _ in positions(self.lines.of(record_id)) if code == code_id), ()
        )
        return [self._side(each) for each in said]

    def _side(self, position: Position) -> Side:
        segments = tuple(
            Segment(row["field"], int(row["start"]), int(row["end"]), row["text"])
            for row in position.rows if row["start"] >= 0
        )  # fmt: skip
        if not position.rows:
            return Side(position.person, position.value, "", (), "", None, blind=False)
        first = position.rows[0]
        shown = None if first["suggestions_shown"] == "" else tuple(json.loads(first["suggested"] or "[]"))
        blind = first["suggestions_shown"] == "no"
        return Side(
            position.person, position.value, position.direction, segments, first["note"], shown, blind=blind
        )

    def skip(self) -> None:
        """Put the conflict at the end, for this window only."""
        shown = self.current()
        if shown:
            self._skipped = [*(each for each in self._skipped if each != shown), shown]
            self._shown = None

    def go(self, record_id: str, code_id: str) -> None:
        """Show a conflict that waits."""
        if (record_id, code_id) in self._waiting:
            self._shown = (record_id, code_id)

    # --- settling ---------------------------------------------------------------------------------------

    def keep(self, person: str, reason: str, *, note: str = "") -> None:
        """Settle as one of the coders said; when this returns, it is on disk.

        Parameters
        ----------
        person : str
            Whose value, direction and words stand.
        reason : {"definition unclear", "overlooked", "out of scope", "direction"}
            Why they differed.
        note : str

        Raises
        ------
        UsageError
            When a word is not known, or somebody has decided on it since it was shown; nothing is written.
        ReviewError
            When the file cannot be written.
        """
        self._settle([{"agree_with": person}], reason, note)

    def write_third(
        self, value: str, reason: str, *, direction: str = "", segment: Segment | None = None, note: str = ""
    ) -> None:
        """Settle otherwise than the coders said. Raises as :meth:`keep`."""
        said = Stand("", value, direction, (segment,) if segment else ())
        self._settle(said.rows(""), reason, note)

    def _settle(self, rows: list[Row], reason: str, note: str) -> None:
        shown = self.current()
        if shown is None:
            raise UsageError("There is no disagreement to settle.")
        if reason not in REASONS:
            raise UsageError(f"Why they differed is missing. Known: {', '.join(REASONS)}.")
        record_id, code_id = shown
        before = self.sides(record_id, code_id)
        self.lines.catch_up()
        still = coding_conflicts(self.lines.of(record_id))
        if self.sides(record_id, code_id) != before or code_id not in set(still["code_id"]):
            self._find()
            raise UsageError(
                "Somebody has decided on this since it was shown.",
                next_step="Nothing was written; the card now shows what stands.",
            )
        named = {"record_id": record_id, "code_id": code_id, "reason": reason, "note": note}
        known = (self.records.loc[[record_id]], self.lines.of(record_id))
        self.review.code(
            [{**row, **named} for row in rows],
            person=self.person,
            round_="adjudication",
            file="card",
            known=known,
        )
        self.lines.catch_up()
        self._waiting = [each for each in self._waiting if each != shown]
        self.n_settled += 1

    def undo(self) -> None:
        """Take back this person's last settlement, by a line of the journal.

        Raises
        ------
        UsageError
            When their last decision was none.
        """
        self.lines.catch_up()
        last = self.lines.last_of(self.person)
        if last is None or last["round"] != "adjudication":
            raise UsageError("Your last decision settled nothing.", next_step="Nothing was changed.")
        self.review.undo_coding(self.person)
        self.lines.catch_up()
        self._find()
        self.go(self.lines.unique(str(last["record_id"])), str(last["code_id"]))
