"""Which pairs a person is asked about, and what each pair looks like in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from corpus.duplicates.compare import DIFFERENT, SAME
from corpus.duplicates.compared import Compared, in_blocks
from corpus.duplicates.conflicts import CUTTING, DOUBTFUL_FROM
from corpus.duplicates.group import Edge, Grouping
from corpus.duplicates.people import DISAGREE, Word
from corpus.duplicates.reasons import reason

PAIR_COLUMNS = ("record_id_a", "record_id_b", "why", "similarity", "probability")


def contradictions(compared: Compared, twins: np.ndarray) -> dict[Edge, int]:
    """Pairs that may not be in one group, by their ``twins``, and the row of ``compared.pairs`` that says so.

    They have a conflict (``corpus.duplicates.conflicts.CUTTING``), or stand in another volume and on another
    page and are less than likely to be one.
    """
    pairs = compared.pairs
    conflict = pairs[[f"conflict_{name}" for name in CUTTING]].to_numpy(bool).any(axis=1)
    elsewhere = (
        (pairs["volume"] == DIFFERENT)
        & (pairs["page"] == DIFFERENT)
        & (pairs["identifier"] != SAME)
        & (pairs["probability"] < DOUBTFUL_FROM)
    ).to_numpy()
    rows = np.flatnonzero((conflict | elsewhere) & (pairs["outcome"] != "same").to_numpy())
    a, b = twins[pairs["a"].to_numpy()[rows]], twins[pairs["b"].to_numpy()[rows]]
    return {_ordered(int(x), int(y)): int(row) for x, y, row in zip(a, b, rows, strict=True)}


def questions(
    compared: Compared,
    grouping: Grouping,
    said: Mapping[Edge, Word],
    clashes: Mapping[Edge, int],
    twins: np.ndarray,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The pairs for a person, and those kept apart because people said that their groups are different.

    Of the pairs between two groups one is asked: where people disagree, else where a chain was cut, else the
    likeliest. Where people said that records of the two groups are different, nothing is asked.

    Returns
    -------
    doubtful, cut : DataFrame
        Columns :data:`PAIR_COLUMNS`.
    """
    leader, row_of = grouping.leader, _row_of(compared)
    closed = {
        _ordered(int(leader[a]), int(leader[b]))
        for (a, b), word in said.items()
        if word.verdict == "different"
    }
    asked, notes, cut = [], [], []
    for a, b, note in _wanted(compared, grouping, said, clashes, twins):
        between = _ordered(int(leader[a]), int(leader[b]))
        if between[0] == between[1] or (between in closed and (a, b) not in said):
            continue
        closed.add(between)
        asked.append(row_of(a, b))
        notes.append(note)
    doubtful = described(compared, np.array(asked, dtype=np.int64), said)
    doubtful["why"] = [
        f"{why}; {note}" if note else why for why, note in zip(doubtful["why"], notes, strict=True)
    ]
    ids = compared.record_ids
    notes = []
    for (a, b), (x, y), by in grouping.refused:
        if by == "people" and (a, b) not in said:
            cut.append(row_of(a, b))
            notes.append(f"people said that {ids[x]} and {ids[y]} are different")
    kept_apart = described(compared, np.array(cut, dtype=np.int64), said)
    kept_apart["why"] = [f"{why}, but {note}" for why, note in zip(kept_apart["why"], notes, strict=True)]
    return doubtful, kept_apart


def _wanted(
    compared: Compared,
    grouping: Grouping,
    said: Mapping[Edge, Word],
    clashes: Mapping[Edge, int],
    twins: np.ndarray,
) -> Iterator[tuple[int, int, str]]:
    """Pairs that may be asked, those that matter most first, with what is to be noted."""
    ids = compared.record_ids
    for (a, b), word in said.items():
        if word.verdict == DISAGREE:
            yield a, b, ""
    for (a, b), (x, y), by in grouping.refused:
        if (a, b) in said:
            yield a, b, f"but people also said that {ids[x]} and {ids[y]} are different"
        elif by == "conflict":
            why = _whys(compared, np.array([clashes[_ordered(int(twins[x]), int(twins[y]))]]))[0]
            yield a, b, f"but {ids[x]} and {ids[y]} would then be one: {why}"
    rows = np.flatnonzero(compared.pairs["outcome"] == "doubtful")
    doubtful = compared.pairs[["a", "b", "probability"]].iloc[rows[in_blocks(compared, rows)]]
    doubtful = doubtful.assign(place=(-doubtful["probability"]).round(9)).sort_values(["place", "a", "b"])
    for a, b in zip(doubtful["a"].tolist(), doubtful["b"].tolist(), strict=True):
        if (a, b) not in said:
            yield a, b, ""


def described(compared: Compared, rows: np.ndarray, said: Mapping[Edge, Word]) -> pd.DataFrame:
    """Rows of ``compared.pairs`` for people: columns :data:`PAIR_COLUMNS`."""
    chosen = compared.pairs.iloc[rows]
    ids = compared.record_ids
    a, b = chosen["a"].to_numpy(np.int64), chosen["b"].to_numpy(np.int64)
    by_people = (said.get(pair) for pair in zip(a.tolist(), b.tolist(), strict=True))
    found = _whys(compared, rows)
    whys = [word.why if word else why for word, why in zip(by_people, found, strict=True)]
    return pd.DataFrame(
        {
            "record_id_a": ids[a],
            "record_id_b": ids[b],
            "why": pd.Series(whys, dtype=object),
            "similarity": (chosen["title"].to_numpy(float) * 100).round(1),
            "probability": chosen["probability"].to_numpy(float).round(4),
        },
        columns=list(PAIR_COLUMNS),
    )


def _whys(compared: Compared, rows: np.ndarray) -> list[str]:
    """What agrees and what does not in rows of ``compared.pairs``, in words."""
    chosen = compared.pairs.iloc[rows]
    columns = [str(name) for name in chosen.columns]
    first, second = (
        compared.prepared(chosen[end].to_numpy(np.int64), ["kinds", "numbers"]).to_numpy()
        for end in ("a", "b")
    )
    whys = []
    for values, (kinds_a, numbers_a), (kinds_b, numbers_b) in zip(
        chosen.itertuples(index=False, name=None), first, second, strict=True
    ):
        pair = dict(zip(columns, values, strict=True))
        found = {name.removeprefix("conflict_"): value for name, value in pair.items()}
        a, b = {"kinds": kinds_a, "numbers": numbers_a}, {"kinds": kinds_b, "numbers": numbers_b}
        whys.append(reason(pair, found, a, b))
    return whys


def _row_of(compared: Compared) -> Callable[[int, int], int]:
    """Where a pair stands among the kept ones, which are in order."""
    n = len(compared.came)
    there = compared.pairs["a"].to_numpy(np.int64) * n + compared.pairs["b"].to_numpy(np.int64)
    return lambda a, b: int(np.searchsorted(there, a * n + b))


def _ordered(x: int, y: int) -> Edge:
    return (x, y) if x <= y else (y, x)
