"""Rows that people fill in, from a spreadsheet or a frame: their cells as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

Rows = pd.DataFrame | Iterable[Mapping[str, Any]]
FIRST_ROW = 2  # as spreadsheets count, the header being row 1


def text_cells(rows: Rows, *, any_case: Iterable[str] = ()) -> list[dict[str, str]]:
    """Each row with its cells as text without white space around it; empty cells as "".

    Parameters
    ----------
    rows : DataFrame, or iterable of mappings
    any_case : iterable of str
        Columns of words from a list, which spreadsheets and people write with a capital: small here.

    Examples
    --------
    >>> text_cells(pd.DataFrame({"record_id": ["X:1", "X:2"], "verdict": [" Include", None]}),
    ...            any_case=["verdict"])
    [{'record_id': 'X:1', 'verdict': 'include'}, {'record_id': 'X:2', 'verdict': ''}]
    """
    listed = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else rows
    small = frozenset(any_case)
    return [
        {str(name): _text(value).casefold() if name in small else _text(value) for name, value in row.items()}
        for row in listed
    ]


def _text(value: Any) -> str:
    return "" if value is None or (isinstance(value, float) and pd.isna(value)) else str(value).strip()
