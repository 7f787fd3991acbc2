"""Rows that people fill in, from a spreadsheet or a frame: their cells as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from corpus.errors import UsageError

Rows = pd.DataFrame | Iterable[Mapping[str, Any]]
FIRST_ROW = 2  # as spreadsheets count, the header being row 1


def text_cells(
    rows: Rows, *, needs: Sequence[str] = (), any_case: Iterable[str] = (), file: str = "rows"
) -> list[dict[str, str]]:
    """Each row with its cells as text without white space around it; empty cells as "".

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
        When a column is missing.

    Examples
    --------
    >>> text_cells(pd.DataFrame({"record_id": ["X:1", "X:2"], "verdict": [" Include", None]}),
    ...            any_case=["verdict"])
    [{'record_id': 'X:1', 'verdict': 'include'}, {'record_id': 'X:2', 'verdict': ''}]
    """
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


def _text(value: Any) -> str:
    return "" if value is None or (isinstance(value, float) and pd.isna(value)) else str(value).strip()
