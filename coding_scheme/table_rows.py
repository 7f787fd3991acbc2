"""Rows of a spreadsheet on records: cells as text, the records they name, and all faults at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

Rows = pd.DataFrame | Iterable[Mapping[str, Any]]
FEW = 10  # so many records are all named to somebody who names another
FIRST_ROW = 2  # as spreadsheets count, the header being row 1


class KnownRecords:
    """The records by id and by the ids of the entries they were merged from."""

    def __init__(self, records: pd.DataFrame) -> None:
        self.texts = {str(row["record_id"]): row for row in records.to_dict("records")}
        self.unique_of = {name: name for name in self.texts}
        for name, row in self.texts.items():
            for member in str(row.get("members") or "").split("; "):
                self.unique_of.setdefault(member.strip(), name)

    def fault(self, record_id: str) -> str:
        """What is wrong with a record_id, or nothing."""
        if record_id in self.unique_of:
            return ""
        if len(self.texts) > FEW:
            near = process.extract(record_id, sorted(self.texts), scorer=fuzz.ratio, limit=3)
            names = ", ".join(name for name, *_ in near)
            return f"there is no record {record_id!r}. Of {len(self.texts)} the nearest: {names}"
        return f"there is no record {record_id!r}. Known: {some(self.texts)}"

    def text(self, record_id: str, name: str) -> str:
        """The text of a field, "" where there is none."""
        text = self.texts[record_id].get(name)
        return text if isinstance(text, str) else ""


def cleaned(rows: Rows) -> list[dict[str, str]]:
    """Each row with its cells as text without white space around it; empty cells as ""."""
    listed = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else list(rows)
    return [
        {str(name): "" if value is None or (isinstance(value, float) and pd.isna(value)) else
        str(value).strip()
         for name, value in row.items()}
        for row in listed
    ]  # fmt: skip


def some(names: Iterable[str]) -> str:
    """The first sixty of the known names, for an error."""
    listed = sorted(names)
    return ", ".join(listed[:60]) + (f", … ({len(listed)})" if len(listed) > 60 else "") or "none"
