"""The coders of a review: what they read blind, take back and differ on, and how far they agree."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable

import pandas as pd

from coding_scheme import (
    CodingAgreement,
    blind_sheet,
    coding_agreement,
    coding_disagreements,
    coding_sample,
    conflict_sheet,
)
from coding_scheme.coding_agreement import Level, Scale
from coding_scheme.verdicts import readers, seen_by
from corpus import UsageError, journal
from samsyn.screening_desk import ScreeningDesk


class CodingDesk(ScreeningDesk):
    """The part of :class:`~samsyn.Review` that is about coders and their agreement."""

    @abstractmethod
    def coding_decisions(self) -> pd.DataFrame:
        """Every coding decision."""

    def blind_sheet(self, person: str, *, size: int = 0, again: bool = False) -> pd.DataFrame:
        """Included records that a person has still to code, without any suggestion.

        Fill in code_id, value, direction and quotation, a further row for a further code, and give it back
        with :meth:`~samsyn.Review.code`.

        Parameters
        ----------
        person : str
        size : int
            Only those of a random sample of so many included records, drawn by the protocol's seed and the
            same for everybody; 0 is all.
        again : bool
            Instead, records that the person has read blind before, to be compared with themselves.

        Returns
        -------
        DataFrame
            Columns: see ``coding_scheme.blind_sheet``.
        """
        journal.check_person(person)
        included, decisions = self.included(), self.coding_decisions()
        own = decisions[decisions["person"] == person]
        if again:
            # what was withdrawn leaves nothing to compare a second reading with
            open_ids = set(readers(own, ("blind",))) - set(seen_by(own, ("blind",), reading=2))
        else:
            open_ids = set(included["record_id"]) - set(seen_by(own))
        if size < 0:
            raise UsageError(f"A sample has no {size} records.", next_step="Give a number from 1.")
        if size:
            open_ids &= set(coding_sample(included["record_id"], size, seed=self.protocol.seed))
        chosen = included[included["record_id"].isin(open_ids)]
        return blind_sheet(chosen, self.scheme, reading=2 if again else 1)

    def to_read_blind(self, person: str) -> set[str]:
        """Records that another coder has read blind and this person has not read at all.

        No suggestion on them is for this person's eyes yet.
        """
        decisions = self.coding_decisions()
        read_blind, read = seen_by(decisions, ("blind",)), seen_by(decisions)
        return {record for record in read_blind if person not in read[record]}

    def undo_coding(self, person: str, n: int = 1) -> pd.DataFrame:
        """Take back a person's last coding decisions; what they had overridden stands again.

        Undo is a line of the journal; nothing is deleted.

        Parameters
        ----------
        person : str
        n : int
            How many decisions.

        Returns
        -------
        DataFrame
            Columns record_id, code_id, undoes: the decisions taken back, the last one first.

        Raises
        ------
        UsageError
            When the person has not so many decisions left.
        """
        return self._undone("coding", person, n, names=("record_id", "code_id"))

    def coding_conflict_sheet(self) -> pd.DataFrame:
        """Conflicts to settle, everybody's decision, words and note side by side.

        Fill in agree_with (a coder), or value, direction and quotation, and the reason; give it back with
        ``code(..., round_="adjudication")``.
        """
        return conflict_sheet(self.coding_decisions(), self.records, self.scheme)

    def coding_disagreements(self, *, round_: str = "blind") -> pd.DataFrame:
        """Every code on which those who read a record in a round differ, settled or not."""
        return coding_disagreements(self.coding_decisions(), rounds=(round_,))

    def coding_agreement(
        self,
        *,
        round_: str = "blind",
        level: Level = "record",
        scale: Scale = "nominal",
        progress: Callable[[Iterable], Iterable] = iter,
    ) -> CodingAgreement:
        """How far coders agree, per code and over all (see ``coding_scheme.coding_agreement``).

        Only the blind round measures reliability; ask for ``round_="assisted"`` to see the other apart.
        """
        return coding_agreement(
            self.coding_decisions(),
            self.scheme,
            self.records,
            round=round_,
            level=level,
            scale=scale,
            seed=self.protocol.seed,
            progress=progress,
        )
