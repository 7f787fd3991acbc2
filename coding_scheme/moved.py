"""Coded words that stand elsewhere in their text than when they were coded."""

from __future__ import annotations

import pandas as pd

from coding_scheme.coded_units import FIELDS


def at_their_words(decisions: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Coding decisions with each segment where its words stand now.

    A duplicate that comes later may bring a longer abstract, in which coded words have moved. What stands
    exactly once in the text is followed there; all else stays as it was made, for people to look at.

    Parameters
    ----------
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.
    records : DataFrame
        record_id, title, abstract.

    Returns
    -------
    DataFrame
        As ``decisions``, with other start and end where words have moved.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
    >>> where = Segment("abstract", 0, 11, "Trust grew.")
    >>> line = as_line(CodingDecision("r1", "trust", "present", "ann", segments=(where,)))
    >>> records = pd.DataFrame({"record_id": ["r1"], "title": [""], "abstract": ["Aims: none. Trust grew."]})
    >>> at_their_words(coding_decisions([line]), records)[["start", "end"]].values.tolist()
    [[12, 23]]
    """
    placed = decisions["start"] >= 0
    needed = records[records["record_id"].isin(set(decisions.loc[placed, "record_id"]))]
    texts = {name: dict(zip(needed["record_id"], needed[name], strict=True)) for name in FIELDS}
    spans = list(zip(decisions["start"], decisions["end"], strict=True))
    names = decisions[["record_id", "field", "text"]].itertuples(index=False)
    for place, (record_id, field, words) in enumerate(names):
        start, end = spans[place]
        text = texts.get(field, {}).get(record_id, "")
        if words and text[start:end] != words and text.count(words) == 1:
            found = text.index(words)
            spans[place] = (found, found + len(words))
    moved = pd.DataFrame(spans, columns=["start", "end"], index=decisions.index, dtype="int64")
    return decisions.assign(start=moved["start"], end=moved["end"])
