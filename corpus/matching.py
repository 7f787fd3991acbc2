"""Which record of the review an entry of another file is: by id, DOI, PubMed identifier, or title."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from rapidfuzz import fuzz

from corpus.duplicates import first_family_name, is_generic_title, normalise_title
from corpus.records import as_records

NO_MATCH = "no record matches"
SEVERAL = "several records match"
# titles of one identifier less alike than this (0 to 100) are of two works
SAME_WORK_TITLE = 55
# what may be the same, the surest first; another review may have given the same id to another record
_BY = ("record_id", "doi", "pmid", "title")


def match_records(
    found: pd.DataFrame, own: pd.DataFrame, unique_id: Mapping[str, str]
) -> list[tuple[str, str]]:
    """For each row the unique record it is, or why it is none.

    Nothing is guessed: the same identifier counts unless the titles speak against it; the same title counts
    where no year, first author or DOI contradicts it and one record only has it.

    Parameters
    ----------
    found : DataFrame
        The entries to be matched; record columns, those that lack are taken as empty.
    own : DataFrame
        All records of the review, before duplicates are merged.
    unique_id : mapping
        record_id of each of them -> record_id of its unique record.

    Returns
    -------
    list of tuple of str
        (record_id, "") or ("", why), in the order of ``found``.

    Examples
    --------
    >>> own = pd.DataFrame({"record_id": ["s:1", "s:2"], "title": ["Time and talk", "Trust"],
    ...                     "year": [2019, 2020], "doi": ["10.5555/t", ""]})
    >>> found = pd.DataFrame({"record_id": ["x:1", "x:2", "x:3"], "title": ["Time & Talk.", "Trust", "Trust"],
    ...                       "doi": "", "year": [None, 2020, 2011]})
    >>> match_records(found, own, {"s:1": "s:1", "s:2": "s:2"})
    [('s:1', ''), ('s:2', ''), ('', 'no record matches')]
    """
    index: dict[tuple[str, str], list[dict[str, str]]] = {}
    for keys in _keys(as_records(own)):
        keys["unique"] = unique_id.get(keys["record_id"], keys["record_id"])
        for name in _BY:
            if keys[name]:
                index.setdefault((name, keys[name]), []).append(keys)
    return [_match(keys, index) for keys in _keys(as_records(found))]


def _keys(records: pd.DataFrame) -> Iterator[dict[str, str]]:
    columns = [records[name].tolist() for name in ("record_id", "doi", "pmid", "title", "authors", "year")]
    for record_id, doi, pmid, title, authors, year in zip(*columns, strict=True):
        yield {
            "record_id": record_id, "doi": doi, "pmid": pmid, "title": normalise_title(title),
            "author": first_family_name(authors), "year": "" if pd.isna(year) else str(int(year)),
        }  # fmt: skip


def _match(keys: dict[str, str], index: Mapping[tuple[str, str], list[dict[str, str]]]) -> tuple[str, str]:
    for name in _BY:
        same = index.get((name, keys[name]), []) if keys[name] else []
        candidates = [one for one in same if _may_be(keys, one, by=name)]
        if len({one["unique"] for one in candidates}) > 1:
            # of several with one identifier, the one of the very same title
            candidates = [one for one in candidates if one["title"] == keys["title"] and name != "title"]
            if len({one["unique"] for one in candidates}) != 1:
                return "", SEVERAL
        if candidates:
            return candidates[0]["unique"], ""
    return "", NO_MATCH


def _may_be(keys: Mapping[str, Any], other: Mapping[str, Any], *, by: str) -> bool:
    a, b = keys["title"], other["title"]
    if by != "title":
        return not a or not b or a.startswith(b) or b.startswith(a) or fuzz.ratio(a, b) >= SAME_WORK_TITLE
    if is_generic_title(a):
        return bool(keys["author"] and keys["year"]) and all(
            keys[name] == other[name] for name in ("author", "year")
        )
    return not any(
        keys[name] and other[name] and keys[name] != other[name] for name in ("author", "year", "doi")
    )
