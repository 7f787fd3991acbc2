"""Study descriptors: what people noted about a study, and on what they agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

COLUMNS = ("record_id", "descriptor", "value", "person", "decided_at")
IN_CONFLICT = "in conflict"


def descriptors(lines: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The descriptors among the lines of a journal: each person's latest value.

    Parameters
    ----------
    lines : iterable of mappings
        From ``corpus.journal.read``; lines of another type are left out.

    Returns
    -------
    DataFrame
        Columns record_id, descriptor, value, person, decided_at; sorted by record_id, descriptor, person. A
        value "withdrawn" takes the earlier one back.

    Examples
    --------
    >>> line = {"type": "descriptor", "record_id": "r1", "descriptor": "country", "person": "ann"}
    >>> descriptors([line | {"value": "Norway"}, line | {"value": "Denmark"}])["value"].tolist()
    ['Denmark']
    """
    latest: dict[tuple[str, str, str], dict[str, str]] = {}
    for line in lines:
        if line.get("type") == "descriptor":
            row = {name: str(line.get(name, "")) for name in COLUMNS}
            latest[row["record_id"], row["descriptor"], row["person"]] = row
    rows = [row for _, row in sorted(latest.items()) if row["value"] != "withdrawn"]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")


def settled_descriptors(frame: pd.DataFrame) -> pd.DataFrame:
    """One value per record and descriptor: that on which all agree, else "in conflict".

    Parameters
    ----------
    frame : DataFrame
        From :func:`descriptors`.

    Returns
    -------
    DataFrame
        Columns record_id, descriptor, value, person ("; "-joined), decided_at (the latest); sorted.

    Examples
    --------
    >>> rows = [("r1", "n", "12", "ann", ""), ("r1", "n", "14", "bo", "")]
    >>> frame = pd.DataFrame(rows, columns=list(COLUMNS))
    >>> settled_descriptors(frame)[["value", "person"]].to_dict("records")
    [{'value': 'in conflict', 'person': 'ann; bo'}]
    """
    rows = []
    for (record_id, descriptor), noted in frame.groupby(["record_id", "descriptor"]):
        values = {frozenset(part.strip() for part in str(value).split(";")) for value in noted["value"]}
        value = noted["value"].iloc[0] if len(values) == 1 else IN_CONFLICT
        rows.append(
            (record_id, descriptor, value, "; ".join(sorted(noted["person"])), noted["decided_at"].max())
        )
    settled = pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")
    return settled.sort_values(["record_id", "descriptor"], kind="stable", ignore_index=True)
