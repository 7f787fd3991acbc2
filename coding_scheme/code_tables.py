"""Codings as tables for statistics programs: records by codes, and one row per coded segment."""

from __future__ import annotations

import json

import pandas as pd

from coding_scheme.scheme import CodingScheme
from coding_scheme.verdicts import coded_segments, coding_conflicts, readers, standing_decisions

SEGMENT_COLUMNS = (
    "record_id", "person", "round", "code_id", "theme_id", "value", "direction", "field", "start", "end",
    "quotation", "finding",
)  # fmt: skip
_BEHIND = ("note", "scheme_version", "scheme_hash", "decided_at")


def code_matrix(
    records: pd.DataFrame, decisions: pd.DataFrame, scheme: CodingScheme, *, directions: bool = False
) -> pd.DataFrame:
    """Records by codes: 1 where the code is settled as present, 0 where as absent, missing where neither is.

    Parameters
    ----------
    records : DataFrame
        Columns record_id, title, year.
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.
    scheme : CodingScheme
    directions : bool
        Instead of 1 the direction ("promotes"; several joined by "; "; "present" where none was given).

    Returns
    -------
    DataFrame
        Columns record_id, title, year, and one per code in the order of the scheme. A record that nobody has
        coded is missing throughout; a code on which its readers differ, in that cell.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(), (Theme("ties", (Code("trust"), Code("cost"))),))
    >>> records = pd.DataFrame({"record_id": ["r1", "r2"], "title": ["Trust", "Time"], "year": [2020, 2021]})
    >>> words = (Segment("title", 0, 5, "Trust"),)
    >>> line = as_line(CodingDecision("r1", "trust", "present", "ann", "promotes", words))
    >>> matrix = code_matrix(records, coding_decisions([line]), scheme)
    >>> matrix[["trust", "cost"]].astype(object).where(matrix.notna(), None).values.tolist()
    [[1, 0], [None, None]]
    """
    segments = coded_segments(decisions)
    read = set(readers(decisions)) | set(segments["record_id"])
    open_cells = set(coding_conflicts(decisions)[["record_id", "code_id"]].itertuples(index=False, name=None))
    said: dict[tuple[str, str], list[str]] = {}
    for record_id, code_id, direction in segments[["record_id", "code_id", "direction"]].itertuples(
        index=False
    ):
        held = said.setdefault((str(record_id), str(code_id)), [])
        if direction and direction not in held:
            held.append(str(direction))
    columns: dict[str, pd.Series] = {}
    ids = [str(record_id) for record_id in records["record_id"]]
    for code in scheme.codes:
        cells: list[object] = []
        for record_id in ids:
            key = (record_id, code.id)
            if key in said:
                cells.append(("; ".join(sorted(said[key])) or "present") if directions else 1)
            else:
                cells.append(None if record_id not in read or key in open_cells else 0)
        columns[code.id] = pd.Series(cells, index=records.index, dtype=object if directions else "Int64")
    shown = records.reindex(columns=["record_id", "title", "year"])
    return pd.concat([shown, pd.DataFrame(columns, index=records.index)], axis=1)


def segment_rows(decisions: pd.DataFrame, scheme: CodingScheme) -> pd.DataFrame:
    """One row per coded segment of each coder, and one per decision without words; facets as columns.

    Parameters
    ----------
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`; those that stand are shown.
    scheme : CodingScheme

    Returns
    -------
    DataFrame
        Columns record_id, person, round, code_id, theme_id, value, direction, field, start, end (missing
        without words), quotation, finding, the scheme's facets, note, scheme_version, scheme_hash,
        decided_at. ``samsyn code`` takes such rows of one person.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(), (Theme("ties", (Code("trust"),)),))
    >>> words = (Segment("title", 0, 5, "Trust"),)
    >>> line = as_line(CodingDecision("r1", "trust", "present", "ann", "promotes", words))
    >>> rows = segment_rows(coding_decisions([line]), scheme)
    >>> rows[["record_id", "theme_id", "start", "end", "quotation"]].values.tolist()
    [['r1', 'ties', 0, 5, 'Trust']]
    """
    standing = standing_decisions(decisions)
    theme_of = {code.id: theme.id for theme in scheme.themes for code in theme.codes}
    facets = [json.loads(text or "{}") for text in standing["facets"]]
    rows = standing.assign(
        theme_id=standing["code_id"].map(theme_of).fillna(""),
        quotation=standing["text"],
        start=standing["start"].astype("Int64").mask(standing["start"] < 0),
        end=standing["end"].astype("Int64").mask(standing["end"] < 0),
        **{facet.id: [held.get(facet.id, "") for held in facets] for facet in scheme.facets},
    )
    return rows[[*SEGMENT_COLUMNS, *(facet.id for facet in scheme.facets), *_BEHIND]]
