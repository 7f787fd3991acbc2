"""Why a record was merged, or not: members, pairs, whose value each field is, what people said."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

from corpus.duplicates.find import Duplicates
from corpus.duplicates.merge import field_origins
from corpus.errors import UsageError
from corpus.records import as_records


@dataclass(frozen=True, eq=False)
class Explanation:
    """All that is known of a merged record.

    Attributes
    ----------
    record_id : str
        Of the merged record.
    members : DataFrame
        The records it was made of: record_id, title, authors, year, journal, volume, issue, pages, doi,
        source_id, source_line.
    pairs : DataFrame
        Each compared pair of members: record_id_a, record_id_b, why, similarity, probability, outcome.
    neighbours : DataFrame
        Pairs of a member and a record outside that were likely enough to be kept; the same columns.
    fields : DataFrame
        Whose value each field is: ``corpus.field_origins``.
    decisions : DataFrame
        What people said of members: record_id_a, record_id_b, verdict, why.
    """

    record_id: str
    members: pd.DataFrame
    pairs: pd.DataFrame
    neighbours: pd.DataFrame
    fields: pd.DataFrame
    decisions: pd.DataFrame

    def _repr_html_(self) -> str:
        parts = [f"<p>{escape(self.record_id)}</p>"]
        for frame in (self.members, self.pairs, self.neighbours, self.fields, self.decisions):
            if len(frame):
                parts.append(frame.map(lambda cell: escape(str(cell))).to_html(escape=False, index=False))
        return "".join(parts)


def explain_duplicates(records: pd.DataFrame, found: Duplicates, record_id: str) -> Explanation:
    """Why a record is merged with others, or not.

    Parameters
    ----------
    records : DataFrame
        The records that were grouped.
    found : Duplicates
        From :func:`find_duplicates`.
    record_id : str
        Of the merged record or of any member.

    Raises
    ------
    UsageError
        When there is no such record.

    Examples
    --------
    >>> from corpus import find_duplicates
    >>> records = pd.DataFrame({"record_id": ["a:1", "b:2"], "title": ["Trust & time in partnerships"] * 2,
    ...                         "authors": ["Alder, J.", "Alder, Jo"], "year": [2019, 2019]})
    >>> explain_duplicates(records, find_duplicates(records), "b:2").pairs["why"].tolist()
    ['same title, authors and year']
    """
    if record_id not in found.groups.index:
        raise UsageError(
            f"There is no record {record_id!r} in this review.",
            next_step="samsyn duplicates --csv and the report show the record_ids.",
        )
    group_id = found.groups[record_id]
    names = set(found.groups.index[found.groups == group_id])
    every = as_records(records)
    members = every[every["record_id"].isin(names)]
    shown = [
        "record_id", "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "source_id",
        "source_line",
    ]  # fmt: skip
    pairs, neighbours = found.pairs_of(names)
    said = found.decisions()
    return Explanation(
        str(group_id),
        members[shown].reset_index(drop=True),
        pairs,
        neighbours,
        field_origins(members, found.groups),
        said[said["record_id_a"].isin(names) | said["record_id_b"].isin(names)].reset_index(drop=True),
    )
