"""Which records are one report, which are not, and which pairs are for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import combinations

import numpy as np
import pandas as pd

from corpus.duplicates.compared import (
    Compared,
    Progress,
    compare_records,
    in_blocks,
    in_order,
    judged,
)
from corpus.duplicates.group import Edge, group, leaders
from corpus.duplicates.people import Word, words_of_people
from corpus.duplicates.prepare import ABSTRACT_READ, COMPARED
from corpus.duplicates.questions import contradictions, described, questions
from corpus.duplicates.score import Score, shipped_score
from corpus.records import as_records


@dataclass(frozen=True, eq=False)
class Duplicates:
    """Which records are the same report, and why.

    Attributes
    ----------
    groups : Series
        record_id -> group_id, one entry per record in the order of the frame. The group's id is the
        record_id of its first record, so it stays when sources are added.
    doubtful : DataFrame
        Pairs for a person, those that matter most first (where people disagree, where a chain was cut, then
        the likeliest), one for each two groups: record_id_a, record_id_b, why, similarity of the titles (0 to
        100), probability (0 to 1) that they are the same.
    cut : DataFrame
        Pairs that would be the same, but are kept apart because people said that records of their groups are
        different; columns as of ``doubtful``.
    said : dict
        What people said, by rows of ``compared``.
    compared : Compared
        The comparisons, for :func:`find_duplicates` when records are added.
    """

    groups: pd.Series
    doubtful: pd.DataFrame
    cut: pd.DataFrame
    compared: Compared = field(repr=False)
    said: dict[Edge, Word] = field(repr=False)

    @cached_property
    def matches(self) -> pd.DataFrame:
        """Pairs taken as the same; columns as of ``doubtful``."""
        pairs = self.compared.pairs
        leader = self.groups.loc[self.compared.record_ids].to_numpy(object)
        together = leader[pairs["a"]] == leader[pairs["b"]]
        same = (pairs["outcome"] == "same").to_numpy().copy()
        for row, pair in enumerate(zip(pairs["a"], pairs["b"], strict=True)):
            if pair in self.said:
                same[row] = self.said[pair].verdict == "same"
        return described(self.compared, np.flatnonzero(together & same), self.said)

    def pairs_of(self, record_ids: set[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The kept pairs among these records, and of these with others: as ``doubtful``, with ``outcome``."""
        pairs = self.compared.pairs
        inside = pd.Index(self.compared.record_ids, dtype=object).isin(record_ids)
        a, b = inside[pairs["a"]], inside[pairs["b"]]
        frames = []
        for rows in (np.flatnonzero(a & b), np.flatnonzero(a != b)):
            frame = described(self.compared, rows, self.said)
            frames.append(frame.assign(outcome=pairs["outcome"].to_numpy(object)[rows]))
        return frames[0], frames[1]

    def decisions(self) -> pd.DataFrame:
        """What people's words come to, by pair: record_id_a, record_id_b, verdict, why."""
        ids = self.compared.record_ids
        rows = [(ids[a], ids[b], word.verdict, word.why) for (a, b), word in self.said.items()]
        return pd.DataFrame(rows, columns=["record_id_a", "record_id_b", "verdict", "why"])

    def _repr_html_(self) -> str:
        n_removed = len(self.groups) - self.groups.nunique()
        head = (
            f"<p>{len(self.groups)} records, {self.groups.nunique()} unique, {n_removed} duplicates, "
            f"{len(self.doubtful)} doubtful pairs</p>"
        )
        return head + self.doubtful.map(lambda cell: escape(str(cell))).to_html(escape=False)


def find_duplicates(
    records: pd.DataFrame,
    decisions: pd.DataFrame | None = None,
    *,
    earlier: Compared | Duplicates | None = None,
    score: Score | None = None,
    progress: Progress | None = None,
    only_new: bool = False,
) -> Duplicates:
    """Group the records that are one report; decisions of people go before everything.

    Records that share something rare are compared; what agrees gives points, learned from labelled sets
    (``score.json``). Conflicts between them (other volume, pages and DOI, part I and part II, a correction, a
    preprint, a title such as "Editorial") keep them apart or put them to a person. The order of records does
    not matter.

    Parameters
    ----------
    records : DataFrame
        With record columns; those that lack are taken as empty.
    decisions : DataFrame, optional
        People's word on pairs: record_id_a, record_id_b, verdict ("same" or "different"), person; a person's
        later line on a pair overrides the earlier one. What they said is different stays apart, whatever
        comes.
    earlier : Compared or Duplicates, optional
        What was found before some of the records came: only what is new is compared. The result is the same.
    score : mapping, optional
        Another score than the one shipped, in its form.
    progress : callable, optional
        Wraps the parts in which many records are prepared, and then compared.
    only_new : bool
        ``records`` holds only what came since ``earlier``; what that holds stands as it is, and is not looked
        at again. A record_id that was there before is left out.

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

    >>> first = find_duplicates(records.head(1))
    >>> find_duplicates(records.tail(2), earlier=first, only_new=True).groups.nunique()
    2
    """
    once = as_records(records)[["record_id", *COMPARED]]
    # no more than is looked at: a copy of all abstracts of a million records does not fit beside them
    once["abstract"] = once["abstract"].str.slice(0, ABSTRACT_READ)
    if not once["record_id"].is_unique:
        once = once.drop_duplicates("record_id", ignore_index=True)
    score, known = score or shipped_score(), earlier.compared if isinstance(earlier, Duplicates) else earlier
    if only_new and known is not None:
        once = once[known.row_of(once["record_id"].to_numpy(object)) < 0].reset_index(drop=True)
    compared = compare_records(once, known, score, progress, only_new=only_new)
    said = _by_rows(compared, words_of_people(decisions))
    compared = _with_pairs(compared, list(said), score)
    edges, certain = _edges(compared, said)
    compared = _with_pairs(compared, _inside_groups(compared, edges), score)
    different = [pair for pair, word in said.items() if word.verdict == "different"]
    # rows alike in everything share a number: what contradicts one of them contradicts all
    twins = pd.factorize(compared.marks)[0].astype(np.int64)
    clashes = contradictions(compared, twins)
    grouping = group(
        len(compared.came),
        edges,
        different=different,
        contradicting=clashes,
        twins=twins,
        certain=certain,
    )
    doubtful, cut = questions(compared, grouping, said, clashes, twins)
    # a group is named by whichever of its records comes first
    by_id = compared.came if only_new else in_order(once)
    ids = np.empty(len(by_id), dtype=object)
    ids[by_id] = compared.record_ids
    return Duplicates(_groups(ids, by_id, grouping.leader), doubtful, cut, compared, said)


def _by_rows(compared: Compared, words: dict[tuple[str, str], Word]) -> dict[Edge, Word]:
    """What people said, by rows of the prepared records; those that are not there are left out."""
    asked = sorted({name for pair in words for name in pair})
    rows = compared.row_of(np.array(asked, dtype=object))
    row_of = {name: int(row) for name, row in zip(asked, rows, strict=True) if row >= 0}
    return {
        (row_of[a], row_of[b]): word
        for (a, b), word in words.items()
        if a in row_of and b in row_of and a != b
    }


def _edges(compared: Compared, said: dict[Edge, Word]) -> tuple[list[Edge], int]:
    """Pairs to join, the surest first: as many as given are people's word."""
    by_people = [pair for pair, word in sorted(said.items()) if word.verdict == "same"]
    rows = np.flatnonzero(compared.pairs["outcome"] == "same")
    rows = rows[in_blocks(compared, rows)]
    same = compared.pairs[["a", "b", "probability"]].iloc[rows]
    same = same.assign(rounded=(-same["probability"]).round(9)).sort_values(["rounded", "a", "b"])
    found = list(zip(same["a"].tolist(), same["b"].tolist(), strict=True))
    return by_people + [pair for pair in found if pair not in said], len(by_people)


def _inside_groups(compared: Compared, edges: list[Edge]) -> list[Edge]:
    """Pairs within groups of three or more that are not alike in everything."""
    leader, marks = leaders(len(compared.came), _ends(edges)), compared.marks
    rows = np.flatnonzero(np.bincount(leader, minlength=len(leader))[leader] > 2)
    by_group: dict[int, dict[int, int]] = {}
    for row, first, mark in zip(rows.tolist(), leader[rows].tolist(), marks[rows].tolist(), strict=True):
        by_group.setdefault(first, {}).setdefault(mark, row)
    return [pair for members in by_group.values() for pair in combinations(members.values(), 2)]


def _with_pairs(compared: Compared, wanted: list[Edge], score: Score) -> Compared:
    """The comparisons, with these pairs among them."""
    n = len(compared.came)
    there = compared.pairs["a"].to_numpy(np.int64) * n + compared.pairs["b"].to_numpy(np.int64)
    asked = np.array([min(pair) * n + max(pair) for pair in wanted], dtype=np.int64)
    missing = np.setdiff1d(asked, there)
    if not len(missing):
        return compared
    return compared.plus_pairs(
        [judged(compared, missing // n, missing % n, score, within=True)], len(missing)
    )


def _ends(edges: list[Edge]) -> np.ndarray:
    return np.array(edges, dtype=np.int64).reshape(-1, 2)


def _groups(ids: np.ndarray, by_id: np.ndarray, leader: np.ndarray) -> pd.Series:
    leader_of = np.empty(len(by_id), dtype=np.int64)
    leader_of[by_id] = leader
    _, first, at = np.unique(leader_of, return_index=True, return_inverse=True)
    names = pd.array(ids, dtype="str")
    return pd.Series(names[first[at]], index=pd.Index(names), name="group_id")
