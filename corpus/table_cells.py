"""Rows that people fill in, from a spreadsheet or a frame: their cells as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from os import PathLike
from typing import Any

import pandas as pd

from corpus.errors import UsageError

Rows = pd.DataFrame | Iterable[Mapping[str, Any]]
FIRST_ROW = 2  # as spreadsheets count, the header being row 1


def text_cells(
    rows: Rows, *, needs: Sequence[str] = (), any_case: Iterable[str] = (), file: str = "rows"
) -> list[dict[str, str]]:
    """Each row with its cells as text without white space around it; empty cells as "".

    Times are written as in the journal, whole numbers without ".0".

    Parameters
    ----------
    rows : DataFrame, or iterable of mappings
    needs : sequence of str
        Columns that the rows must have, if there are any rows.
    any_case : iterable of str
        Columns of words from a list, which spreadsheets and people write with a capital: small here.
    file : str
        Where the rows come from, for the error.

    Raises
    ------
    UsageError
        When a column is missing, or what is given are no rows.

    Examples
    --------
    >>> text_cells(pd.DataFrame({"record_id": ["X:1", "X:2"], "verdict": [" Include", None]}),
    ...            any_case=["verdict"])
    [{'record_id': 'X:1', 'verdict': 'include'}, {'record_id': 'X:2', 'verdict': ''}]
    """
    if isinstance(rows, str | PathLike | Mapping | pd.Series):
        raise UsageError(
            "Rows are wanted, a DataFrame or a list of them; this is " + type(rows).__name__ + ".",
            where=file,
            next_step="A table in a file: pandas.read_csv(path, dtype=str). One row: [row].",
        )
    listed = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else rows
    small = frozenset(any_case)
    cells = [
        {str(name): _text(value).casefold() if name in small else _text(value) for name, value in row.items()}
        for row in listed
    ]
    if missing := [name for name in needs if cells and not any(name in row for row in cells)]:
        names = ", ".join(dict.fromkeys(name for row in cells for name in row))
        raise UsageError(
            f"There is no column {', '.join(missing)}.", where=file, next_step=f"Its columns: {names[:300]}."
        )
    return cells


def utc_time(text: str) -> str:
    """A day, or a day and time in ISO form, as the journal writes times; ``""`` where it is none.

    A time without a zone is taken as UTC, a day alone as its beginning.

    Examples
    --------
    >>> utc_time("2026-09-01 10:11:12"), utc_time("2026-09-01T10:11+02:00"), utc_time("yesterday")
    ('2026-09-01T10:11:12Z', '2026-09-01T08:11:00Z', '')
    """
    # datetime alone would also take 20260901 and 2026-W36-2
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?", text):
        return ""
    try:
        return _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return ""


def time_fault(text: str) -> str:
    """What is wrong with the time of a decision in a row, in words; ``""`` where it is one or none is given.

    Examples
    --------
    >>> time_fault("2026-02-30")
    "the time '2026-02-30' is none (write it as 2026-09-01T14:05:09Z or 2026-09-01)"
    """
    if not text or utc_time(text):
        return ""
    return f"the time {text!r} is none (write it as 2026-09-01T14:05:09Z or 2026-09-01)"


def _in_utc(time: datetime) -> str:
    if time.tzinfo is not None:
        time = time.astimezone(UTC)
    return f"{time.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _text(value: Any) -> str:
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    if isinstance(value, datetime):
        return _in_utc(value)
    # a column of whole numbers with gaps
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
