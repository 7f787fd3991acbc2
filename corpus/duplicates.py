"""Duplicates: prepare -> block -> match -> group -> merge; what is doubtful waits for a person.

Two records are the same when they share a DOI or PubMed identifier and their titles do not contradict it, or
share normalised title, year and first author. Near matches are listed as doubtful pairs with the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from itertools import combinations
from typing import Any

import pandas as pd
from rapidfuzz import fuzz

from corpus.errors import UsageError
from corpus.records import RECORD_COLUMNS, as_records

# as similar as this (0 to 100), titles by one first author within a year are put to a person
NEAR_TITLE = 88
# records with one DOI but titles less alike than this are put to a person
SAME_WORK_TITLE = 55
# titles that many different works carry
_GENERIC = re.compile(
    r"^(editorial|introduction|conclusions?|foreword|preface|book reviews?|commentary|correction|erratum"
    r"|index|contents|abstracts?|letter to the editor|leder|forord|indledning|anmeldelser?)\W*$"
)
Pair = tuple[str, str, str, float]
PAIR_VERDICTS = ("same", "different")
PAIR_COLUMNS = ("record_id_a", "record_id_b", "why", "similarity")


@dataclass(frozen=True)
class Duplicates:
    """Which records are the same report.

    Attributes
    ----------
    groups : Series
        record_id -> group_id, one entry per record in the order of the frame. The group's id is the
        record_id of its first record, so it stays when sources are added.
    matches, doubtful : DataFrame
        Pairs taken as the same, and pairs for a person: record_id_a, record_id_b, why, similarity of the
        titles (0 to 100).
    """

    groups: pd.Series
    matches: pd.DataFrame
    doubtful: pd.DataFrame

    def _repr_html_(self) -> str:
        n_removed = len(self.groups) - self.groups.nunique()
        head = (
            f"<p>{len(self.groups)} records, {self.groups.nunique()} unique, {n_removed} duplicates, "
            f"{len(self.doubtful)} doubtful pairs</p>"
        )
        return head + self.doubtful.map(lambda cell: escape(str(cell))).to_html(escape=False)


def find_duplicates(records: pd.DataFrame, decisions: pd.DataFrame | None = None) -> Duplicates:
    """Group the records that are one report; decisions of people go before everything.

    Parameters
    ----------
    records : DataFrame
        With record columns; those that lack are taken as empty.
    decisions : DataFrame, optional
        People's word on pairs: record_id_a, record_id_b, verdict ("same" or "different"), person; a person's
        later line on a pair overrides the earlier one.

    Returns
    -------
    Duplicates

    Examples
    --------
    >>> records = pd.DataFrame({
    ...     "record_id": ["scopus:1", "wos:7", "pubmed:3"],
    ...     "title": ["Trust & time in partnerships", "Trust and Time in Partnerships.", "Editorial"],
    ...     "authors": ["Alder, J.", "Alder, Jo", "Birk, A."], "year": [2019, 2019, 2019]})
    >>> find_duplicates(records).groups.to_dict()
    {'scopus:1': 'scopus:1', 'wos:7': 'scopus:1', 'pubmed:3': 'pubmed:3'}
    """
    keys = _prepare(as_records(records))
    said = _said(decisions)
    matches: list[Pair] = []
    doubtful: list[Pair] = []
    for a, b in _blocks(keys):
        pair = _pair_name(keys["record_id"][a], keys["record_id"][b])
        if pair in said:
            continue
        verdict, why, similarity = _match(keys, a, b)
        if verdict:
            first, second = keys["record_id"][a], keys["record_id"][b]
            (matches if verdict == "same" else doubtful).append((first, second, why, similarity))
    known = set(keys["record_id"])
    for (first, second), (verdict, why) in sorted(said.items()):
        if first in known and second in known and verdict != "different":
            (matches if verdict == "same" else doubtful).append((first, second, why, 100.0))
    groups = _group(keys["record_id"], [(a, b) for a, b, *_ in matches])
    open_pairs = [row for row in doubtful if groups[row[0]] != groups[row[1]]]
    return Duplicates(groups, _pairs(matches), _pairs(open_pairs))


def merge_duplicates(records: pd.DataFrame, groups: Duplicates | pd.Series) -> pd.DataFrame:
    """The unique records: one row per group, per field the first value that is there.

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
    >>> records = pd.DataFrame({"record_id": ["a:1", "b:2"], "title": ["Time", "Time"],
    ...                         "abstract": ["", "Talk takes time."], "doi": ["10.5555/t", "10.5555/t"]})
    >>> unique = merge_duplicates(records, find_duplicates(records))
    >>> unique.loc[0, ["record_id", "abstract", "members", "text_from"]].tolist()
    ['a:1', 'Talk takes time.', 'a:1; b:2', 'b:2']
    """
    group_of = groups.groups if isinstance(groups, Duplicates) else groups
    every = as_records(records)
    every["group"] = every["record_id"].map(group_of).fillna(every["record_id"])
    every["text_from"] = every["record_id"].where(every["abstract"] != "", "")
    others = [column for column in every.columns if column not in ("group", "record_id")]
    filled = every[others].astype(object).where(every[others] != "", None)
    by_group = filled.groupby(every["group"], sort=False)
    unique = by_group.first().reset_index().rename(columns={"group": "record_id"})
    members = every.groupby("group", sort=False)["record_id"].agg("; ".join)
    unique["members"] = unique["record_id"].map(members)
    unique["text_from"] = unique["text_from"].astype(object).fillna(unique["record_id"]).astype("str")
    own = every.set_index("record_id")
    for column in ("source_id", "source_line", "raw"):
        unique[column] = unique["text_from"].map(own[column])
    unique["accession"] = unique["record_id"].map(own["accession"])
    return as_records(unique)[[*RECORD_COLUMNS, "members", "text_from"]]


def duplicate_lines_from_rows(
    rows: Iterable[Mapping[str, Any]], *, known: Container[str], person: str, decided_at: str, file: str
) -> dict[str, list[dict[str, Any]]]:
    """People's word on pairs from the rows of a table, as journal lines by person; all or none.

    Parameters
    ----------
    rows : iterable of mappings
        record_id_a, record_id_b, verdict ("same" or "different"), and if wanted person, note, decided_at;
        rows without a verdict are skipped.
    known : container of str
        The record_ids of the review.
    person : str
        Who decided; ``""`` if the rows say it.
    decided_at, file : str
        Time for rows that name none; where the rows come from, for the error.

    Raises
    ------
    UsageError
        With every faulty row.

    Examples
    --------
    >>> rows = [{"record_id_a": "a:1", "record_id_b": "b:2", "verdict": "same"}]
    >>> lines = duplicate_lines_from_rows(rows, known={"a:1", "b:2"}, person="ann", decided_at="", file="x")
    >>> lines["ann"][0]["verdict"]
    'same'
    """
    by_person: dict[str, list[dict[str, Any]]] = {}
    faults = []
    for number, row in enumerate(rows, start=2):
        pair, verdict = (row.get("record_id_a", ""), row.get("record_id_b", "")), row.get("verdict", "")
        if not verdict:
            continue
        who = person or row.get("person", "")
        faults += [f"row {number}: no record {name} in this review" for name in pair if name not in known]
        if not who:
            faults.append(f"row {number}: no person is named")
        if verdict not in PAIR_VERDICTS:
            faults.append(f"row {number}: the verdict {verdict!r} is not known (known: same, different)")
        line = {
            "type": "duplicate",
            "record_id_a": pair[0],
            "record_id_b": pair[1],
            "verdict": verdict,
            "note": row.get("note", ""),
            "decided_at": row.get("decided_at") or decided_at,
        }
        by_person.setdefault(who, []).append(line)
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise UsageError("\n".join([f"{count}, no decision was saved.", *faults]), where=file)
    return by_person


def normalise_title(title: str) -> str:
    """A title without markup, case, accents and punctuation, "&" read as "and".

    Examples
    --------
    >>> normalise_title("Trust &amp; <i>Time</i>: Ligeværdighed.")
    'trust and time ligeværdighed'
    """
    plain = re.sub(r"</?\w+[^>]*>", "", unescape(title)).replace("&", " and ").casefold()
    # in Danish å is a letter of its own, also written aa
    letters = unicodedata.normalize("NFKD", plain.replace("å", "aa"))
    letters = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", letters))


def is_generic_title(title: str) -> bool:
    """Whether a normalised title is one that many different works carry.

    Examples
    --------
    >>> is_generic_title("editorial"), is_generic_title("editorial power in partnerships")
    (True, False)
    """
    return bool(_GENERIC.match(title))


def first_family_name(authors: str) -> str:
    """The first author's family name in lower case, or ``""``.

    Examples
    --------
    >>> first_family_name("van der Meer, J.; Alder, P."), first_family_name("Jo Alder; Pat Vine")
    ('van der meer', 'alder')
    """
    first = authors.split(";", maxsplit=1)[0].removesuffix(" et al.").strip()
    if "," in first:
        return normalise_title(first.split(",", maxsplit=1)[0])
    words = first.split()
    while len(words) > 1 and re.fullmatch(r"([A-Z]\.?){1,3}", words[-1]):
        words.pop()  # "Alder JP"
    return normalise_title(words[-1]) if words else ""


# --- the steps --------------------------------------------------------------------------------------------

Keys = dict[str, list[str]]


def _prepare(records: pd.DataFrame) -> Keys:
    keys: Keys = {column: records[column].tolist() for column in ("record_id", "doi", "pmid", "volume")}
    keys["title"] = [normalise_title(title) for title in records["title"]]
    keys["author"] = [first_family_name(authors) for authors in records["authors"]]
    keys["year"] = ["" if pd.isna(year) else str(int(year)) for year in records["year"]]
    keys["first_page"] = [re.split(r"[-–]", pages)[0].strip() for pages in records["pages"]]
    keys["numerals"] = [" ".join(_numerals(title)) for title in keys["title"]]
    return keys


def _blocks(keys: Keys) -> Iterator[tuple[int, int]]:
    """Pairs of rows that share something rare, each once, in order."""
    blocks: dict[tuple[str, ...], list[int]] = {}
    for row, title in enumerate(keys["title"]):
        for name in ("doi", "pmid"):
            if keys[name][row]:
                blocks.setdefault((name, keys[name][row]), []).append(row)
        if title:
            blocks.setdefault(("title", title), []).append(row)
            blocks.setdefault(("start", " ".join(title.split()[:4])), []).append(row)
        if keys["author"][row] and keys["year"][row]:
            for year in (int(keys["year"][row]), int(keys["year"][row]) + 1):
                blocks.setdefault(("author", keys["author"][row], str(year)), []).append(row)
    seen: set[tuple[int, int]] = set()
    for rows in blocks.values():
        # a block this large is a generic title or a name such as "Wang": nothing rare is shared
        if len(rows) <= 60:
            seen.update(combinations(rows, 2))
    yield from sorted(seen)


def _match(keys: Keys, a: int, b: int) -> tuple[str, str, float]:
    """("same", "doubtful" or "", why, similarity of titles) for two rows."""
    titles = keys["title"][a], keys["title"][b]
    similarity = round(float(fuzz.ratio(*titles)), 1)
    identifier = next((name for name in ("doi", "pmid") if _shared(keys, name, a, b)), "")
    if identifier:
        label = {"doi": "DOI", "pmid": "PubMed identifier"}[identifier]
        begins = titles[0].startswith(titles[1]) or titles[1].startswith(titles[0])
        if similarity >= SAME_WORK_TITLE or begins:
            verdict, why = "same", f"same {label}"
        else:
            verdict, why = "doubtful", f"same {label}, but the titles differ"
    elif titles[0] == titles[1]:
        verdict, why = _match_same_title(keys, a, b)
    elif similarity >= NEAR_TITLE and not _differs(keys, "author", a, b) and not _differs(keys, "doi", a, b):
        numbers = ", but the numbers in it differ" if keys["numerals"][a] != keys["numerals"][b] else ""
        verdict, why = "doubtful", f"nearly the same title{numbers}"
    else:
        verdict, why = "", ""
    return verdict, why, similarity


def _match_same_title(keys: Keys, a: int, b: int) -> tuple[str, str]:
    title = keys["title"][a]
    if not title or is_generic_title(title):
        return "", ""
    labels = {"doi": "DOIs", "year": "years", "author": "first authors"}
    against = [label for name, label in labels.items() if _differs(keys, name, a, b)]
    if _differs(keys, "volume", a, b) and _differs(keys, "first_page", a, b):
        against.append("volumes and pages")
    if against:
        return "doubtful", f"same title, but the {' and '.join(against)} differ"
    if _shared(keys, "year", a, b) and _shared(keys, "author", a, b):
        return "same", "same title, year and first author"
    return "doubtful", "same title, but year or first author is not given"


def _shared(keys: Keys, name: str, a: int, b: int) -> bool:
    return bool(keys[name][a]) and keys[name][a] == keys[name][b]


def _differs(keys: Keys, name: str, a: int, b: int) -> bool:
    return bool(keys[name][a] and keys[name][b]) and keys[name][a] != keys[name][b]


def _group(ids: list[str], matches: Iterable[tuple[str, str]]) -> pd.Series:
    place = {name: row for row, name in enumerate(ids)}
    leader = dict(zip(ids, ids, strict=True))

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for a, b in matches:
        first, second = sorted((find(a), find(b)), key=place.__getitem__)
        leader[second] = first
    return pd.Series([find(name) for name in ids], index=ids, name="group_id", dtype="str")


def _said(decisions: pd.DataFrame | None) -> dict[tuple[str, str], tuple[str, str]]:
    if decisions is None or decisions.empty:
        return {}
    verdicts: dict[tuple[str, str], dict[str, str]] = {}
    for row in decisions.to_dict("records"):
        pair = _pair_name(row["record_id_a"], row["record_id_b"])
        verdicts.setdefault(pair, {})[row["person"]] = row["verdict"]
    said = {}
    for pair, by_person in verdicts.items():
        if len(set(by_person.values())) == 1:
            people = " and ".join(sorted(by_person))
            said[pair] = (next(iter(by_person.values())), f"{people} said so")
        else:
            words = ", ".join(f"{person}: {verdict}" for person, verdict in sorted(by_person.items()))
            said[pair] = ("doubtful", f"people disagree ({words})")
    return said


def _pair_name(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a <= b else (b, a)


def _pairs(rows: list[Pair]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))


def _numerals(title: str) -> list[str]:
    return re.findall(r"\b(?:\d+|i{1,3}|iv|v|vi{1,3}|one|two|three|first|second|third)\b", title)
