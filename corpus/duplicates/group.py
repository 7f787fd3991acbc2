"""From pairs to groups: people's word first, then the likeliest; no chain joins what contradicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

Edge = tuple[int, int]


@dataclass(frozen=True)
class Grouping:
    """Which rows are one, and which pairs could not be joined.

    Attributes
    ----------
    leader : array of int
        For each row the first row of its group.
    refused : list of (pair, (row, row), by)
        A pair that was not joined, the two rows of the groups that contradict each other, and why: "people"
        (they said that these are different) or "conflict".
    """

    leader: np.ndarray
    refused: list[tuple[Edge, Edge, str]] = field(default_factory=list)


def group(
    n: int,
    edges: Iterable[Edge],
    *,
    different: Iterable[Edge] = (),
    contradicting: Iterable[Edge] = (),
    twins: np.ndarray | None = None,
    certain: int = 0,
) -> Grouping:
    """Join the pairs one by one, unless their groups hold two rows that are said to be, or must be, apart.

    Parameters
    ----------
    n : int
        How many rows.
    edges : iterable of (int, int)
        The surest first.
    different : iterable of (int, int)
        Pairs that people said are different.
    contradicting : iterable of (int, int)
        Pairs that contradict each other, by their ``twins``.
    twins : array of int, optional
        The same number for rows that are alike in everything; by default each its own.
    certain : int
        So many edges at the start are people's word: no contradiction keeps them apart.

    Examples
    --------
    >>> group(4, [(0, 1), (1, 2)], different=[(0, 2)]).leader.tolist()
    [0, 0, 2, 3]
    """
    twin = np.arange(n) if twins is None else twins
    apart, against = _both_ways(different), _both_ways(contradicting)
    leader = list(range(n))
    members: dict[int, list[int]] = {}
    refused = []

    def find(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    for place, (a, b) in enumerate(edges):
        first, second = sorted((find(a), find(b)))
        if first == second:
            continue
        ours, theirs = members.get(first, [first]), members.get(second, [second])
        clash, by = _clash(ours, theirs, apart), "people"
        if clash is None and place >= certain and against:
            of_twin = {int(twin[row]): row for row in reversed(theirs)}
            by_twin = _clash([int(twin[row]) for row in ours], list(of_twin), against)
            if by_twin is not None:
                ours_twin = {int(twin[row]): row for row in reversed(ours)}
                clash, by = (ours_twin[by_twin[0]], of_twin[by_twin[1]]), "conflict"
        if clash is not None:
            refused.append(((a, b), clash, by))
            continue
        leader[second] = first
        members[first] = ours + theirs
        members.pop(second, None)
    return Grouping(np.array([find(row) for row in range(n)], dtype=np.int64), refused)


def _both_ways(pairs: Iterable[Edge]) -> dict[int, set[int]]:
    others: dict[int, set[int]] = {}
    for a, b in pairs:
        others.setdefault(a, set()).add(b)
        others.setdefault(b, set()).add(a)
    return others


def _clash(ours: list[int], theirs: list[int], apart: Mapping[int, set[int]]) -> Edge | None:
    if not apart:
        return None
    there: set[int] | None = None
    for row in ours:
        if row in apart:
            there = set(theirs) if there is None else there
            met = apart[row] & there
            if met:
                return row, min(met)
    return None
