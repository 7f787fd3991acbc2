"""What people judge of studies, findings and review findings, and what the author writes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from coding_scheme.scheme_changes import fate_of
from corpus import journal
from corpus.table_cells import Rows
from samsyn.screening_desk import ScreeningDesk
from synthesis import (
    Evidence,
    judgement_lines,
    judgements,
    rows_to_judge,
    settled_judgements,
)


class JudgementDesk(ScreeningDesk):
    """The part of :class:`~samsyn.Review` that is about judgements."""

    @abstractmethod
    def evidence(self, *, to_judge: bool = False) -> Evidence:
        """All that a report is made of, or only what judgements are about."""

    def judge(self, rows: Rows, *, person: str, adjudicates: bool = False, file: str = "rows") -> int:
        """Take judgements: about, item, value, explanation. Returns how many were saved.

        Parameters
        ----------
        rows : iterable of mappings
            One row per judgement (columns and values: ``synthesis.judgements``); :meth:`to_judge` gives
            such rows to fill in.
        person : str
        adjudicates : bool
            Whether they settle what others differ on.

        Raises
        ------
        UsageError
            With every faulty row; nothing is saved then.
        """
        journal.check_person(person)
        lines = judgement_lines(
            rows, self.evidence(to_judge=True), person=person, adjudicates=adjudicates, file=file
        )
        lines = [{**line, "decided_at": line["decided_at"] or journal.now()} for line in lines]
        return journal.append(self.folder / "decisions" / "judgements", person, lines)

    def to_judge(self, kind: str) -> pd.DataFrame:
        """Rows for people to fill in: kind "appraisal", "credibility" or "confidence"."""
        return rows_to_judge(self.evidence(to_judge=True), kind)

    def judgements(self) -> pd.DataFrame:
        """The settled judgements (columns: ``synthesis.judgements``)."""
        return settled_judgements(judgements(self._judgement_lines()))

    def _judgement_lines(self) -> Iterable[Mapping[str, Any]]:
        """The journal, each record and finding by the id it has now, after mergers and renaming."""
        unique_id = self._unique_id()
        for line in self._lines("judgements"):
            about = str(line.get("about", ""))
            yield {**line, "about": unique_id.get(about) or self._finding_now(about)}

    def _renamed_findings(self) -> dict[str, str]:
        """Findings that people judged under an earlier name of their code -> their id now."""
        judged = {str(line.get("about", "")) for line in self._lines("judgements")}
        return {about: now for about in sorted(judged) if (now := self._finding_now(about)) != about}

    def _finding_now(self, about: str) -> str:
        """A finding by the id it has since its code was renamed; all else as it is."""
        code_id, dashes, rest = about.partition("--")
        if not dashes or any(code.id == code_id for code in self.scheme.codes):
            return about
        fate = fate_of(code_id, "", self.scheme)
        return f"{fate.now[0]}--{rest}" if len(fate.now) == 1 and not fate.merged else about
