"""Coding that goes to other programs and comes from them: projects, codebooks, tables."""

from __future__ import annotations

import tempfile
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from coding_scheme import (
    QdaProject,
    as_line,
    code_matrix,
    imported_coding,
    is_highlights,
    read_qdpx,
    read_taguette_highlights,
    segment_rows,
    write_qdc,
    write_qdpx,
    write_taguette_codebook,
)
from corpus import Search, UsageError, add_source, journal, match_records, write_records
from samsyn.decision_tables import write_rows
from samsyn.scheme_desk import SchemeDesk

PROJECTS = (".qdpx", ".qdc")
TABLES = ("matrix", "directions", "segments", "codebook")


class ExchangeDesk(SchemeDesk):
    """The part of :class:`~samsyn.Review` that speaks with other coding programs."""

    @abstractmethod
    def coding_decisions(self) -> pd.DataFrame:
        """Every coding decision in today's codes."""

    def export_coding(
        self, path: str | Path, chosen: pd.DataFrame, *, table: str = "", person: str = ""
    ) -> int:
        """Write the coding of some records; return how many records, or how many codes of a codebook.

        Parameters
        ----------
        path : str or Path
            ``.qdpx``: a project of REFI-QDA with records, scheme and decisions; ``.qdc``: the scheme as a
            codebook; ``.csv``: the ``table``.
        chosen : DataFrame
            The records.
        table : {"", "matrix", "directions", "segments", "codebook"}
            Of a CSV file: records by codes as 0 and 1; the same with directions; a row per coded segment with
            its coder; the scheme as Taguette reads it.
        person : str, optional
            Only this person's decisions, so that another coder stays blind to the rest.

        Raises
        ------
        UsageError
            When the suffix does not fit the table.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if (suffix == ".csv") != bool(table) or (table and table not in TABLES):
            raise UsageError(
                f"{path.name} does not fit what is asked for.",
                next_step=f"Known: .qdpx, .qdc, and .csv with --codes {', '.join(TABLES)}.",
            )
        decisions = self.coding_decisions()
        decisions = decisions[decisions["record_id"].isin(set(chosen["record_id"]))]
        if person:
            decisions = decisions[decisions["person"] == person]
        if suffix == ".qdc":
            write_qdc(self.scheme, path)
        elif table == "codebook":
            write_taguette_codebook(self.scheme, path)
        elif suffix == ".qdpx":
            people = {each.id: each.name for each in self.protocol.people}
            title = self.protocol.title.in_language("en")
            write_qdpx(chosen, self.scheme, decisions, path, name=title, people=people)
        elif table == "segments":
            write_rows(segment_rows(decisions, self.scheme), path)
        else:
            write_rows(code_matrix(chosen, decisions, self.scheme, directions=table == "directions"), path)
        return len(self.scheme.active_codes) if suffix == ".qdc" or table == "codebook" else len(chosen)

    def is_coding(self, path: str | Path) -> bool:
        """Whether a file holds coding of another program: a QDPX project, or Taguette's highlights."""
        path = Path(path)
        return path.suffix.lower() == ".qdpx" or (path.suffix.lower() == ".csv" and is_highlights(path))

    def import_coding(
        self,
        path: str | Path,
        *,
        person: str = "",
        people: Mapping[str, str] | None = None,
        codes: Mapping[str, str] | None = None,
        add_texts: bool = False,
    ) -> tuple[pd.DataFrame, QdaProject]:
        """Take the coding in a QDPX project or in Taguette's highlights; say what became of each.

        Parameters
        ----------
        path : str or Path
        person : str, optional
            Whose the codings are that name no coder.
        people, codes : mapping, optional
            Who a coder in the project is; which code of the scheme a code in it is.
        add_texts : bool
            Add the texts of the project that are no record of this review, as a source.

        Returns
        -------
        outcome : DataFrame
            Columns record, code, person, quotation, outcome; one row per coding.
        project : QdaProject
            With ``left_out``: what of the project could not be mapped.

        Raises
        ------
        UsageError
            When the file is no such project, or a name cannot be a person's id; nothing is saved then.
        """
        path = Path(path)
        project = read_qdpx(path) if path.suffix.lower() == ".qdpx" else read_taguette_highlights(path)
        record_of = self._records_of(project.records)
        if add_texts and len(record_of) < len(project.records):
            self._add_texts(
                project.records[~project.records["record_id"].isin(set(record_of))], path, project
            )
            record_of = self._records_of(project.records)
        taken = imported_coding(
            project, self.records, self.scheme, self.coding_decisions(),
            record_of=record_of, people=people, codes=codes, person=person,
        )  # fmt: skip
        by_person: dict[str, list[dict]] = {}
        for decision in taken.decisions:
            line = {**as_line(decision), "decided_at": decision.decided_at or journal.now()}
            by_person.setdefault(decision.person, []).append(line)
        for who in by_person:
            journal.check_person(who)
        if by_person:
            self.keep_scheme()
        for who, lines in sorted(by_person.items()):
            journal.append(self.folder / "decisions" / "coding", who, lines)
        return taken.outcome, project

    def _add_texts(self, texts: pd.DataFrame, path: Path, project: QdaProject) -> None:
        if (texts["abstract"] == "").all():
            raise UsageError(f"{path.name} does not hold the texts.", next_step="Add them first: samsyn add")
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / f"{path.stem}-texts.csv"
            write_records(texts, written)
            add_source(self.folder / "sources", written, Search(database=project.name, kind="other"))

    def _records_of(self, texts: pd.DataFrame) -> dict[str, str]:
        """Of each text the record of this review: by identity, title, or the very words."""
        found = match_records(texts, self.collection().records, self._unique_id())
        by_words: dict[str, list[str]] = {}
        for row in self.records[["record_id", "title", "abstract"]].to_dict("records"):
            for words in {row["abstract"], f"{row['title']} {row['abstract']}"}:
                by_words.setdefault(_bare(words), []).append(row["record_id"])
        record_of = {}
        for text, (record_id, _) in zip(texts.to_dict("records"), found, strict=True):
            alike = by_words.get(_bare(text["abstract"]), []) if text["abstract"].strip() else []
            own = record_id or (alike[0] if len(alike) == 1 else "")
            if own:
                record_of[text["record_id"]] = own
        return record_of


def _bare(text: str) -> str:
    return " ".join(text.split()).casefold()
