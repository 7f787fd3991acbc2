"""Duplicates in a review: which records are one, why, and what people said of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pandas as pd

from corpus import (
    Compared,
    Duplicates,
    Explanation,
    duplicate_lines_from_rows,
    explain_duplicates,
    find_duplicates,
    journal,
)
from corpus.screening_notes import merged_apart
from corpus.sources import names_of_sources, records_since
from corpus.table_cells import Rows
from corpus.undone import not_undone
from samsyn.screening_desk import ScreeningDesk

# the files that the unique records are computed from
RECORD_FILES = ("sources/*", "decisions/duplicates/*")
# comparing fewer records takes less than reading what was kept of it
_KEPT_FROM = 2_000
# what of a record stands beside what of the other in the table of doubtful pairs
_SIDE_BY_SIDE = ("title", "authors", "year", "journal", "volume", "pages", "doi")


class DuplicatesDesk(ScreeningDesk):
    """The part of :class:`~samsyn.Review` that is about duplicates."""

    _kept: dict[str, tuple[Any, Any]]

    def duplicates(self) -> Duplicates:
        """Groups of duplicates and the doubtful pairs that wait for a person.

        Of a large review the comparisons are kept in ``.cache/duplicates``, so that a new source is compared
        only with what it may resemble; the folder may be deleted.
        """

        def compute() -> Duplicates:
            folder, names = self.cache_folder / "duplicates", self._names_of_sources()
            before = self._kept.get("duplicates")
            earlier = before[1].compared if before else Compared.load(folder)
            n_known = len(earlier.made_from) if earlier else 0
            shown = self.show_progress("comparing")
            said = self.duplicate_decisions()
            if n_known and earlier and earlier.made_from == names[:n_known]:
                sources, cache = self.folder / "sources", self.cache_folder / "sources"
                new = records_since(sources, n_known, names, cache)
                found = find_duplicates(new, said, earlier=earlier, only_new=True, progress=shown)
                is_as_it_came = True
            else:
                records, n_known = self.collection().records, 0
                if self.cluster is not None and earlier is None:
                    from samsyn.cluster.comparing import compared_on  # noqa: PLC0415 (an extra, and only --dask needs it)

                    earlier = compared_on(self.cluster, records)
                found = find_duplicates(records, said, earlier=earlier, progress=shown)
                came = found.compared.records.column("record_id")
                is_as_it_came = bool((came == found.groups.index.to_numpy(object)).all())
            compared = replace(found.compared, made_from=names if is_as_it_came else ())
            is_more = compared.n_compared > 0 or len(names) > n_known
            if is_more and len(found.groups) >= _KEPT_FROM:
                # in a folder that can only be read it is compared again next time
                with suppress(OSError):
                    compared = compared.save(folder)
            return replace(found, compared=compared)

        found: Duplicates = self._remembered("duplicates", RECORD_FILES, compute)
        return found

    def _names_of_sources(self) -> tuple[str, ...]:
        """By their bytes, what is said of them and the code that reads."""

        def compute() -> tuple[str, ...]:
            return tuple(names_of_sources(self.folder / "sources"))

        names: tuple[str, ...] = self._remembered("names of sources", ("sources/*",), compute)
        return names

    def duplicate_decisions(self) -> pd.DataFrame:
        """People's word on pairs that stands: record_id_a, record_id_b, verdict, person, note, decided_at."""
        columns = ["record_id_a", "record_id_b", "verdict", "person", "note", "decided_at"]
        return pd.DataFrame(not_undone(self._lines("duplicates"), "duplicate"), columns=columns)

    def doubtful_pairs(self) -> pd.DataFrame:
        """The pairs for a person, what is to be compared side by side, those that matter most first.

        Columns record_id_a, record_id_b, why, similarity, probability, title_a, title_b, authors_a, ...
        """
        pairs = self.duplicates().doubtful
        wanted = set(pairs["record_id_a"]) | set(pairs["record_id_b"])
        records = self.collection().records
        records = records[records["record_id"].isin(wanted)]
        records = records.drop_duplicates("record_id").set_index("record_id")
        for name in _SIDE_BY_SIDE:
            values = records[name].astype(object).where(records[name].notna(), "")
            for side in ("a", "b"):
                pairs = pairs.assign(**{f"{name}_{side}": pairs[f"record_id_{side}"].map(values)})
        return pairs

    def explain_duplicates(self, record_id: str) -> Explanation:
        """Why a record is merged with others, or not: members, pairs, whose value each field is, decisions.

        Raises
        ------
        UsageError
            When there is no such record.
        """
        return explain_duplicates(self.collection().records, self.duplicates(), record_id)

    def decide_duplicates(self, rows: Rows, *, person: str = "", file: str = "rows") -> int:
        """Take people's word on pairs of records: record_id_a, record_id_b, verdict ("same", "different").

        ``person`` may stand in the rows instead. Returns how many were saved.

        Raises
        ------
        UsageError
            With every faulty row; nothing is saved then.
        """
        known = set(self.collection().records["record_id"])
        by_person = duplicate_lines_from_rows(
            rows, known=known, person=person, decided_at=journal.now(), file=file
        )
        folder = self.folder / "decisions" / "duplicates"
        return sum(journal.append(folder, who, lines) for who, lines in by_person.items())

    def decided_apart(self) -> list[str]:
        """Merged records on whose parts somebody's screening decisions differ, a sentence each."""
        lines, stages = self._lines("screening"), self.protocol.stages
        return list(merged_apart(lines, self._unique_id(), stages))

    def undo_duplicates(self, person: str, n: int = 1) -> pd.DataFrame:
        """Take back a person's last words on pairs; what these had overridden stands again.

        Undo is a line of the journal; nothing is deleted.

        Returns
        -------
        DataFrame
            Columns record_id_a, record_id_b, undoes: the decisions taken back, the last one first.

        Raises
        ------
        UsageError
            When the person has not so many decisions left.
        """
        return self._undone("duplicate", person, n, names=("record_id_a", "record_id_b"), folder="duplicates")


def one_pair(pair: tuple[str, str], verdict: str) -> list[Mapping[str, str]]:
    """A table of one pair, for :meth:`DuplicatesDesk.decide_duplicates`."""
    return [{"record_id_a": pair[0], "record_id_b": pair[1], "verdict": verdict}]
