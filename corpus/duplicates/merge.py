"""The unique records: a view over the members of each group, per field the best value and its origin."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from corpus.duplicates.find import Duplicates
from corpus.records import RECORD_COLUMNS, as_records

# an abstract stands unless another is longer by this: then it was cut off
_LONGER = 1.2
# fields that belong to one entry, not to the report
_OF_AN_ENTRY = ("record_id", "source_id", "source_line", "raw", "accession")
# a word of so many letters may be left out where a name of a journal is cut
_SMALL_WORD = 3
# groups merged at a time
_GROUPS_AT_ONCE = 20_000
FIELDS = tuple(column for column in RECORD_COLUMNS if column not in _OF_AN_ENTRY)


def merge_duplicates(records: pd.DataFrame, groups: Duplicates | pd.Series) -> pd.DataFrame:
    """The unique records: one row per group, per field the best value of its members.

    The first value there is stands, unless another member's is better: an abstract longer by a fifth, a title
    that is not cut off and not in capitals, authors with given names rather than initials, pages with their
    end, a journal's name in full. :func:`field_origins` says whose value each is.

    Parameters
    ----------
    records : DataFrame
        The records that were grouped.
    groups : Duplicates or Series
        As :func:`find_duplicates` gives, or its ``groups``.

    Returns
    -------
    DataFrame
        Record columns; ``record_id`` is the group's id; ``members`` holds the record_ids joined by "; ", the
        group's own first; ``text_from`` names the member whose abstract it carries (without one, its own),
        and ``source_id``, ``source_line`` and ``raw`` are that member's: where the words stand.

    Examples
    --------
    >>> from corpus import find_duplicates
    >>> records = pd.DataFrame({"record_id": ["a:1", "b:2"], "title": ["Time", "Time"],
    ...                         "abstract": ["", "Talk takes time."], "doi": ["10.5555/t", "10.5555/t"]})
    >>> unique = merge_duplicates(records, find_duplicates(records))
    >>> unique.loc[0, ["record_id", "abstract", "members", "text_from"]].tolist()
    ['a:1', 'Talk takes time.', 'a:1; b:2', 'b:2']
    """
    every = _grouped(records, groups)
    # groups as they come, and of each its members, a part at a time: of a million records no second copy fits
    place, _ = pd.factorize(every["group"])
    rows = np.argsort(place, kind="stable")
    borders = np.searchsorted(place[rows], np.arange(0, place.max(initial=-1) + 1, _GROUPS_AT_ONCE))
    parts = [_merged(every.iloc[rows[:0]])] if len(rows) == 0 else []
    for start, stop in pairwise([*borders.tolist(), len(rows)]):
        # in the order of the records, the first of a group in front
        parts.append(_merged(every.iloc[np.sort(rows[start:stop])].reset_index(drop=True)))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _merged(every: pd.DataFrame) -> pd.DataFrame:
    """The unique records of whole groups."""
    own = every.drop_duplicates("record_id").set_index("record_id", drop=False)
    unique = every.drop_duplicates("group", ignore_index=True)
    unique = unique.assign(record_id=unique["group"], text_from=unique["group"].astype("str"))
    members = every.groupby("group", sort=False)["record_id"].agg("; ".join)
    unique["members"] = unique["group"].map(members).astype("str")
    origins = _origins(every)
    row_of = {name: row for row, name in enumerate(unique["group"])}
    others = [column for column in every.columns if column not in (*_OF_AN_ENTRY, "group")]
    for column in others:
        chosen = origins[origins["field"] == column]
        if len(chosen):
            values = unique[column].astype(object).tolist()
            for group, value in zip(chosen["record_id"], chosen["value"], strict=True):
                values[row_of[group]] = value
            unique[column] = pd.Series(values, index=unique.index).astype(unique[column].dtype)
    from_others = origins[origins["field"] == "abstract"]
    text_from = dict(zip(from_others["record_id"], from_others["from"], strict=True))
    unique["text_from"] = [text_from.get(name, name) for name in unique["group"]]
    unique["text_from"] = unique["text_from"].astype("str")
    for column in ("source_id", "source_line", "raw"):
        unique[column] = unique["text_from"].map(own[column])
    unique["accession"] = unique["record_id"].map(own["accession"])
    return as_records(unique)[[*RECORD_COLUMNS, "members", "text_from"]]


def field_origins(records: pd.DataFrame, groups: Duplicates | pd.Series) -> pd.DataFrame:
    """Whose value each field of a merged record is.

    Returns
    -------
    DataFrame
        One row for each field that is there of each record with more than one member: ``record_id`` (of the
        merged record), ``field``, ``from`` (record_id of the member), ``value``, ``n_values`` (how many
        different ones the members had).

    Examples
    --------
    >>> from corpus import find_duplicates
    >>> records = pd.DataFrame({"record_id": ["a:1", "b:2"], "title": ["Time", "Time"],
    ...                         "authors": ["Alder, J.", "Alder, Jo"], "doi": ["10.5555/t", "10.5555/t"]})
    >>> field_origins(records, find_duplicates(records))[["field", "from", "n_values"]].values.tolist()
    [['title', 'a:1', 1], ['authors', 'b:2', 2], ['doi', 'a:1', 1]]
    """
    return _origins(_grouped(records, groups))


def _grouped(records: pd.DataFrame, groups: Duplicates | pd.Series) -> pd.DataFrame:
    group_of = groups.groups if isinstance(groups, Duplicates) else groups
    every = as_records(records)
    every["group"] = every["record_id"].map(group_of).astype(object)
    every["group"] = every["group"].where(every["group"].notna(), every["record_id"])
    return every


def _origins(every: pd.DataFrame) -> pd.DataFrame:
    several = every[every["group"].duplicated(keep=False)]
    fields = [column for column in every.columns if column not in (*_OF_AN_ENTRY, "group")]
    values = {column: several[column].astype(object).tolist() for column in fields}
    names = several["record_id"].tolist()
    members: dict[str, list[int]] = {}
    for row, group in enumerate(several["group"]):
        members.setdefault(group, []).append(row)
    rows = []
    for group, places in members.items():
        for column in fields:
            given = [place for place in places if not _is_missing(values[column][place])]
            if given:
                better = _BETTER.get(column)
                best = given[0] if better is None else better(given, values[column])
                n_values = len({values[column][place] for place in given})
                rows.append((group, column, names[best], values[column][best], n_values))
    return pd.DataFrame(rows, columns=["record_id", "field", "from", "value", "n_values"])


def _is_missing(value: Any) -> bool:
    return value == "" if isinstance(value, str) else bool(pd.isna(value))


Chooser = Callable[[list[int], list[str]], int]


def _longest_text(places: list[int], values: list[str]) -> int:
    best = places[0]
    for place in places[1:]:
        if len(values[place]) > _LONGER * len(values[best]):
            best = place
    return best


def _by(rank: Callable[[str], tuple[bool, ...] | int]) -> Chooser:
    # of equals the first: max keeps it
    return lambda places, values: max(places, key=lambda place: rank(values[place]))


def _title_rank(title: str) -> tuple[bool, ...]:
    return (not title.rstrip().endswith(("...", "…")), not title.isupper(), not title.startswith("["))


def _authors_rank(authors: str) -> tuple[bool, ...]:
    # a given name behind a comma, not initials as "J." or "JA"
    given = any(not second.isupper() for second in re.findall(r",\s*[^\W\d_]([^\W\d_])", authors))
    return ("et al" not in authors, given and not authors.isupper())


def _journal_rank(journal: str) -> tuple[bool, ...]:
    return (not re.search(r"\w\.(?:\s|$)|\d", journal), not journal.isupper())


def _best_journal(places: list[int], values: list[str]) -> int:
    best = _by(_journal_rank)(places, values)
    for place in places:
        is_plain = _journal_rank(values[place])[0] >= _journal_rank(values[best])[0]
        if is_plain and _is_short_for(values[best], values[place]):
            best = place
    return best


def _is_short_for(short: str, journal: str) -> bool:
    """Whether a name is the other's with its words cut, as "J Clin Epidemiol"; small words may lack."""
    cut = [part.strip(".") for part in short.casefold().split()]
    words, at = journal.casefold().split(), 0
    for word in words:
        if at < len(cut) and word.startswith(cut[at]):
            at += 1
        elif len(word) > _SMALL_WORD:
            return False
    return at == len(cut) and any(part not in words for part in cut)


_BETTER: dict[str, Chooser] = {
    "abstract": _longest_text,
    "title": _by(_title_rank),
    "authors": _by(_authors_rank),
    "journal": _best_journal,
    "pages": _by(lambda pages: (bool(re.search(r"\w\s*[-–]+\s*\w", pages)),)),
}
