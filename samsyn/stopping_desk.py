"""When a review may stop reading: the state of its rules, and the random audit of what is unread."""

from __future__ import annotations

import pandas as pd

from corpus import (
    Audit,
    StoppingState,
    audits_from,
    draw_audit,
    journal,
    reading_order,
    stopping_state,
)
from samsyn.screening_desk import ScreeningDesk


class StoppingDesk(ScreeningDesk):
    """The part of :class:`~samsyn.Review` that is about stopping."""

    def stopping(self) -> StoppingState:
        """Whether the reading may stop: recall so far as an interval, and what each rule says.

        The rule is the protocol's; the sequence is that of the first decision on each record.
        """
        verdicts = self.verdicts()
        first = verdicts[verdicts["stage"] == "title_abstract"]
        return stopping_state(
            reading_order(self.screening_decisions(), verdicts),
            len(self.record_columns("record_id")),
            self.protocol.stopping,
            audits=audits_from(self._lines("audits")),
            verdicts=dict(zip(first["record_id"], first["verdict"], strict=True)),
        )

    def audit(self, size: int, *, person: str) -> pd.DataFrame:
        """Draw unread records at random, to be read whole, so that what is left can be bounded exactly.

        The draw follows from the protocol's seed and is kept in ``decisions/audits``; :meth:`stopping` says
        what it assures once all of them are decided. Asked for again before anything was read, it is the
        same draw.

        Parameters
        ----------
        size : int
            How many; fixed before the first is read.
        person : str
            Who has it drawn.

        Returns
        -------
        DataFrame
            Columns record_id, title, abstract, authors, year, journal; in the order drawn.

        Raises
        ------
        UsageError
            When there are not so many unread records.
        """
        records, read = self.records, reading_order(self.screening_decisions(), self.verdicts())
        unread = set(records["record_id"]) - set(read["record_id"])
        chosen = draw_audit(unread, size, seed=self.protocol.seed)
        audit = Audit(tuple(chosen), n_read=len(read), n_total=len(records), drawn_at=journal.now())
        drawn = audits_from(self._lines("audits"))
        if not drawn or drawn[-1].record_ids != audit.record_ids:
            journal.append(self.folder / "decisions" / "audits", person, [audit.as_line()])
        shown = records[["record_id", "title", "abstract", "authors", "year", "journal"]]
        return shown.set_index("record_id").loc[chosen].reset_index()
