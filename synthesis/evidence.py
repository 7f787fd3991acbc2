"""The nouns of this room: what a report is made of, and a table before it is rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

import pandas as pd

from coding_scheme.scheme import CodingScheme
from corpus.flow import Flow
from corpus.protocol import Protocol
from corpus.stopping_state import StoppingState
from synthesis.author_text import AuthorText
from synthesis.checklist_items import Checklist
from synthesis.judgements import SETTLED_COLUMNS

Kind = Literal["text", "number", "decimal", "percent", "date", "hash", "code", "marks", "quotation", "id"]

Counted = TypeVar("Counted")
Asked = ParamSpec("Asked")

# how a direction looks; in the order in which directions are listed everywhere
MARKS = {"promotes": "▲", "hinders": "▼", "mixed": "◆", "descriptive": "○", "": "•"}


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything a report is made of; the frames are those of the rooms below.

    Attributes
    ----------
    protocol : Protocol
    scheme : CodingScheme
    records : DataFrame
        All unique records (columns: ``corpus.records``).
    sources, unreadable : DataFrame
        One row per export file; one row per entry that could not be read.
    flow : Flow
        The counts of the PRISMA 2020 flow diagram.
    screening_verdicts : DataFrame
        One row per record and stage.
    coding_decisions, coded_segments, coding_conflicts, descriptors : DataFrame
        Every coding decision; the settled segments; what is not settled; descriptors of reports.
    agreement : DataFrame
        One row per stage and pair of people.
    n_screening_decisions : int
        Lines in the screening journal.
    input_hash : str
        sha256 of what the report is made from, hexadecimal.
    inputs : mapping, optional
        Name of each file of which ``input_hash`` is the hash -> its length in bytes and its sha256.
    data_as_of : str, optional
        Time of the latest decision of any kind, ISO 8601; when empty, that of the latest coding decision.
    gap_map_by : str, optional
        The descriptor by which the evidence gap map groups studies; when empty, see ``GapMapPlan``.
    stopping : StoppingState, optional
        By which rule the reading stopped, and what it assures; when left out, the report says nothing of it.
    screening_decisions, duplicate_decisions : DataFrame, optional
        Everybody's decisions on screening (at least record_id, person, calibration), and on pairs of records
        (record_id_a, record_id_b, person); the methods paragraph tells of them.
    checklist : Checklist, optional
        Where the authors say that they report the items of reporting checklists.
    made_with : str, optional
        Samsyn's version.
    judgements : DataFrame
        The settled judgements of studies, findings and review findings (``synthesis.judgements``).
    author : AuthorText
        What the author wrote of themes and review findings.
    """

    protocol: Protocol
    scheme: CodingScheme
    records: pd.DataFrame
    sources: pd.DataFrame
    unreadable: pd.DataFrame
    flow: Flow
    screening_verdicts: pd.DataFrame
    coding_decisions: pd.DataFrame
    coded_segments: pd.DataFrame
    coding_conflicts: pd.DataFrame
    descriptors: pd.DataFrame
    agreement: pd.DataFrame
    n_screening_decisions: int
    input_hash: str
    data_as_of: str = ""
    stopping: StoppingState | None = None
    screening_decisions: pd.DataFrame = field(default_factory=pd.DataFrame)
    duplicate_decisions: pd.DataFrame = field(default_factory=pd.DataFrame)
    checklist: Checklist = field(default_factory=Checklist)
    made_with: str = ""
    gap_map_by: str = ""
    inputs: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    judgements: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=SETTLED_COLUMNS))
    author: AuthorText = field(default_factory=AuthorText)
    _counted: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def latest_decision(self) -> str:
        """Time of the latest decision, ISO 8601, or ``""`` when there is none.

        Examples
        --------
        >>> from synthesis import example_evidence
        >>> example_evidence().latest_decision()
        '2026-11-05T10:00:00Z'
        """
        frames = (self.coding_decisions, self.coded_segments, self.descriptors, self.judgements)
        times = [time for frame in frames if "decided_at" in frame for time in frame["decided_at"]]
        return self.data_as_of or max(times, default="")

    def name_of(self, person: str) -> str:
        """The name of a person in the protocol, else their id.

        Examples
        --------
        >>> from synthesis import example_evidence
        >>> example_evidence().name_of("coder-1"), example_evidence().name_of("somebody")
        ('Coder A', 'somebody')
        """
        names = {known.id: known.name for known in self.protocol.people}
        return names.get(person) or person

    def names_of(self, people: str) -> str:
        """The names of several people (ids joined by "; "), joined by ", "."""
        return ", ".join(self.name_of(person) for person in people.split("; ") if person)

    def records_by_id(self, record_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The rows of the named records; ids that are not there are left out."""
        wanted = self.records[self.records["record_id"].isin(list(record_ids))]
        return {row["record_id"]: row for row in rows_of(wanted)}


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dictionaries, in order: ``to_dict("records")``, in a third of the time.

    Examples
    --------
    >>> rows_of(pd.DataFrame({"theme": ["Time", "Trust"], "n": [2, 1]}))
    [{'theme': 'Time', 'n': 2}, {'theme': 'Trust', 'n': 1}]
    """
    names = [str(name) for name in frame.columns]
    columns = [column.to_numpy(dtype=object).tolist() for _, column in frame.items()]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def counted_once(
    count: Callable[Concatenate[Evidence, Asked], Counted],
) -> Callable[Concatenate[Evidence, Asked], Counted]:
    """Keep with the evidence what a function of it, a language and a plan gives: many ask for the same."""

    @wraps(count)
    def counted(evidence: Evidence, *args: Asked.args, **named: Asked.kwargs) -> Counted:
        key = (count.__module__, count.__qualname__, args, tuple(sorted(named.items())))
        if key not in evidence._counted:
            evidence._counted[key] = count(evidence, *args, **named)
        # a copy, so that whoever changes theirs changes nobody else's
        return copy(evidence._counted[key])

    return counted


@dataclass(frozen=True)
class Column:
    """A column of an EvidenceTable.

    Attributes
    ----------
    key : str
        Column of the table's frame.
    heading : str
        What stands above it, in the table's language.
    kind : str
        How its cells are written; "id" columns stand in the CSV file only.
    """

    key: str
    heading: str
    kind: Kind = "text"


@dataclass(frozen=True, eq=False)
class EvidenceTable:
    """A table, built and not yet rendered.

    Attributes
    ----------
    id : str
        Names its CSV file and its place in the report.
    title : str
        Its caption, in its language.
    columns : tuple of Column
    frame : DataFrame
        Its rows; numbers are numbers, an undefined number is NaN, "" is a blank cell.
    note : str
        What a reader must know: how it is sorted, what is left out.
    language : str
        "en" or "da".

    Examples
    --------
    >>> frame = pd.DataFrame({"theme": ["Time"], "n": [2]})
    >>> columns = (Column("theme", "Theme"), Column("n", "Studies", "number"))
    >>> table = EvidenceTable("t", "Themes", columns, frame)
    >>> "<caption>Themes" in table._repr_html_()
    True
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    note: str = ""
    language: str = "en"

    def rows(self) -> list[dict[str, Any]]:
        """The rows as dictionaries, in order."""
        return rows_of(self.frame)

    def __copy__(self) -> EvidenceTable:
        return replace(self, frame=self.frame.copy(deep=False))

    def _repr_html_(self) -> str:
        from synthesis.rendering import table_html  # noqa: PLC0415 (rendering knows tables, not the reverse)

        return table_html(self)
