"""Rows of a spreadsheet on records: the records they name."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from rapidfuzz import fuzz, process

FEW = 10  # so many records are all named to somebody who names another


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


def some(names: Iterable[str]) -> str:
    """The first sixty of the known names, for an error."""
    listed = sorted(names)
    return ", ".join(listed[:60]) + (f", … ({len(listed)})" if len(listed) > 60 else "") or "none"
