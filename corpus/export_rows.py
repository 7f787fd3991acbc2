"""Records on their way out: their filled cells, row by row, and what each format's writer asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from corpus.json_text import from_json

Row = dict[str, Any]


def filled_rows(records: pd.DataFrame) -> Iterator[Row]:
    """Each record as column -> value, empty cells left out; a year is a whole number.

    Examples
    --------
    >>> from corpus.records import records_frame
    >>> records = records_frame([{"record_id": "wos:7", "title": "Time", "year": 2019}])
    >>> list(filled_rows(records))
    [{'record_id': 'wos:7', 'title': 'Time', 'year': 2019}]
    """
    named = [(str(name), records[name].astype(object)) for name in records.columns if name != "raw"]
    # column by column: a frame's own rows are made much more slowly
    columns = [(name, cells.where(cells.notna(), "").tolist()) for name, cells in named]
    for number in range(len(records)):
        yield {name: cell for name, cells in columns if (cell := cells[number]) != ""}


def parts(joined: object) -> list[str]:
    """The names or words of a cell that holds several.

    Examples
    --------
    >>> parts("Alder, Jo; Vine, Pat")
    ['Alder, Jo', 'Vine, Pat']
    """
    return [part.strip() for part in str(joined).split(";") if part.strip()]


def addresses(joined: object) -> list[str]:
    """The addresses of a cell; a semicolon may be part of one, with a space behind it parts them."""
    return [part for part in str(joined).split("; ") if part]


def one_line(value: object) -> str:
    """A text on one line, with single spaces."""
    return " ".join(str(value).split())


def extra_fields(row: Row) -> dict[str, list[str]]:
    """What no column holds, by the name its file gave it; nothing where the cell holds something else."""
    try:
        kept = from_json(str(row.get("extra", "{}")))
    except ValueError:
        return {}
    if not isinstance(kept, dict):
        return {}
    return {
        str(name): [str(value) for value in values]
        for name, values in kept.items()
        if isinstance(values, list)
    }
