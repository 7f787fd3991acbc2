"""What is said of searches (PRISMA-S): one for an export file, or several whose hits it holds together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date as calendar_day
from pathlib import Path
from typing import Any

import pandas as pd

from corpus.errors import UsageError
from corpus.files import content_of, csv_rows

KINDS = ("database", "register", "other")
SEARCH_COLUMNS = (
    "source_id", "database", "platform", "kind", "date", "query", "limits", "hits_reported",
)  # fmt: skip


@dataclass(frozen=True)
class Search:
    """What is said of a search (PRISMA-S items 1, 8, 9, 13).

    Attributes
    ----------
    database, platform : str
        For instance "Scopus" and "scopus.com".
    kind : str
        "database", "register" or "other" (websites, organisations, citation searching).
    date : str
        Day of the search, ``YYYY-MM-DD``.
    query, limits : str
        Verbatim.
    hits_reported : int or None
        What the database said it found.
    """

    database: str = ""
    platform: str = ""
    kind: str = "database"
    date: str = ""
    query: str = ""
    limits: str = ""
    hits_reported: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"The kind of source {self.kind!r} is not known.", next_step=f"Known: {KINDS}.")
        if self.date and not _is_day(self.date):
            raise UsageError(f"The date {self.date!r} is not a day.", next_step="Write it as 2026-09-01.")


def _is_day(text: str) -> bool:
    # the calendar alone would also take 20260901 and 2026-W36-2
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        calendar_day.fromisoformat(text)
    except ValueError:
        return False
    return True


def read_searches(path: str | Path) -> list[Search]:
    """The searches of a table (CSV), one a row: database, platform, kind, date, query, limits, hits_reported.

    Raises
    ------
    UsageError
        With every faulty row (the heading is row 1).
    """
    path = Path(path)
    matter = content_of(path, known="CSV").matter
    known = [field.name for field in fields(Search)]
    if isinstance(matter, bytes):
        raise UsageError(f"{path.name} is a workbook.", next_step="Save the sheet of searches as CSV.")
    lines = matter.split("\n")
    delimiter = max(",;\t", key=lines[0].count)
    table = csv_rows((line + "\n" for line in lines), delimiter=delimiter)
    names: list[str] = next(table, [])
    faults = [
        f"row 1: no column {name!r} is known (known: {', '.join(known)})"
        for name in names
        if name not in known
    ]
    faults += [f"row 1: the column {name!r} stands twice" for name in known if names.count(name) > 1]
    searches = []
    for number, row in enumerate(table if names else [], start=2):
        if any(cell.strip() for cell in row[len(names) :]):
            why = f"{len(row)} cells under {len(names)} headings (is a quotation mark missing?)"
            faults.append(f"row {number}: {why}")
            continue
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name in known}
        hits = cells.pop("hits_reported", "").replace(",", "").replace(" ", "")
        if not any(cells.values()):
            continue
        if hits and not (hits.isdecimal() and len(hits) < 12):
            faults.append(f"row {number}: hits_reported {hits!r} is no number")
            continue
        try:
            values: dict[str, Any] = {name: cell for name, cell in cells.items() if cell}
            searches.append(Search(**values, hits_reported=int(hits) if hits else None))
        except UsageError as fault:
            faults.append(f"row {number}: {fault.what}")
    if not faults and not searches:
        faults.append(f"no search stands in it (columns: {', '.join(known)})")
    if faults:
        raise UsageError("\n".join(["Nothing was added.", *faults]), where=path.name)
    return searches


def as_one(searches: Sequence[Search]) -> dict[str, Any]:
    """What is said of a source in one line: values of several searches joined, their hits added up.

    Raises
    ------
    UsageError
        When the searches are of several kinds: PRISMA counts databases, registers and other sources apart.

    Examples
    --------
    >>> said = as_one([Search("Scopus", hits_reported=5), Search("ERIC", hits_reported=2)])
    >>> said["database"], said["hits_reported"]
    ('Scopus; ERIC', 7)
    """
    kinds = {search.kind for search in searches}
    if len(kinds) > 1:
        raise UsageError(
            f"One file cannot hold searches of {' and '.join(sorted(kinds))}: PRISMA counts them apart.",
            next_step="Export them in files of their own.",
        )
    hits = [search.hits_reported for search in searches]
    known_hits = [number for number in hits if number is not None]
    return {
        "database": _joined(search.database for search in searches),
        "platform": _joined(search.platform for search in searches),
        "kind": kinds.pop() if kinds else KINDS[0],
        "date": _joined(search.date for search in searches),
        "query": "\n".join(search.query for search in searches if search.query),
        "limits": _joined(search.limits for search in searches),
        "hits_reported": sum(known_hits) if known_hits and len(known_hits) == len(hits) else None,
    }


def searches_of(lines: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """One row per search, from the lines of ``sources.jsonl``.

    Returns
    -------
    DataFrame
        Columns source_id, database, platform, kind, date, query, limits, hits_reported (nullable integer).
    """
    rows = [
        {**search, "source_id": line["source_id"]}
        for line in lines
        for search in line.get("searches") or [line]
    ]
    frame = pd.DataFrame(rows, columns=list(SEARCH_COLUMNS))
    frame["hits_reported"] = pd.to_numeric(frame["hits_reported"], errors="coerce").astype("Int64")
    return frame


def as_lines(searches: Sequence[Search]) -> list[dict[str, Any]]:
    """The searches as they are kept in a line of ``sources.jsonl``."""
    return [asdict(search) for search in searches]


def _joined(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(value for value in values if value))
