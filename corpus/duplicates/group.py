"""From pairs to groups: people's word first, then the likeliest; no chain joins what contradicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    edges: Sequence[Edge],
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
    edges : sequence of (int, int)
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
    different, contradicting = list(different), list(contradicting)
    ends = np.array(edges, dtype=np.int64).reshape(-1, 2)
    joined = leaders(n, ends)
    unsure = _contradicted(joined, twin, different, contradicting)
    apart, against = _both_ways(different), _both_ways(contradicting)
    # where nothing contradicts, all that is linked is one; the others are joined pair by pair
    leader = np.where(unsure[joined], np.arange(n), joined).tolist()
    members: dict[int, list[int]] = {}
    refused = []

    def find(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    to_join = np.flatnonzero(unsure[joined[ends[:, 0]]])
    for place in map(int, to_join):
        a, b = edges[place]
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
    found = joined.copy()
    for row in np.flatnonzero(unsure[joined]).tolist():
        found[row] = find(row)
    return Grouping(found, refused)


def leaders(n: int, ends: np.ndarray) -> np.ndarray:
    """For each of n rows the first row of those it is linked to, directly or by others.

    Examples
    --------
    >>> leaders(4, np.array([[3, 1], [1, 2]])).tolist()
    [0, 1, 1, 1]
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 (loads slowly; many commands never need it)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    links = coo_array((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(n, n))
    parts = connected_components(links, directed=False)[1]
    _, first = np.unique(parts, return_index=True)
    return first[parts].astype(np.int64)


def _contradicted(
    joined: np.ndarray, twin: np.ndarray, different: list[Edge], contradicting: list[Edge]
) -> np.ndarray:
    """Which groups (by their first row) hold two rows that are said to be, or must be, apart."""
    found = np.zeros(len(joined), dtype=bool)
    for a, b in different:
        found[joined[a]] |= joined[a] == joined[b]
    at = np.array(contradicting, dtype=np.int64).reshape(-1, 2)
    concerned = np.flatnonzero(np.isin(twin, at))
    groups_of: dict[int, set[int]] = {}
    for number, group_of in zip(twin[concerned].tolist(), joined[concerned].tolist(), strict=True):
        groups_of.setdefault(number, set()).add(group_of)
    for a, b in contradicting:
        found[list(groups_of.get(a, set()) & groups_of.get(b, set()))] = True
    return found


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
