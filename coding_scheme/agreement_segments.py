"""Agreement on the words themselves: alpha of the marked characters, and F1 of the segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from coding_scheme.agreement_figures import Matrix, binary_alpha, bootstrapped, interval

COLUMNS = (
    "code_id", "n_records", "n_segments", "character_alpha", "character_low", "character_high", "span_f1",
    "span_low", "span_high", "overlap_f1", "overlap_low", "overlap_high",
)  # fmt: skip
Span = tuple[str, int, int]  # field, start, end
# per record and code: characters that differ (pairable), left unmarked, marked; segments matched exactly and
# all of them (twice the matches over both), those that overlap one of the other's
_N_SUMS = 6


def character_alpha(spans: Mapping[str, Iterable[Span]], n_characters: int) -> float:
    """Krippendorff's alpha of the characters of one text, each marked or not by each person.

    Parameters
    ----------
    spans : mapping of person to (field, start, end)
        Code points, end exclusive.
    n_characters : int
        Length of the text, all fields together.

    Returns
    -------
    float
        NaN where nobody marked anything, or everybody everything.

    Examples
    --------
    >>> round(character_alpha({"ann": [("abstract", 10, 30)], "bo": [("abstract", 20, 40)]}, 100), 4)
    0.3781
    """
    differing, with_mark, n = _characters([list(marked) for marked in spans.values()], n_characters)
    return float(binary_alpha(np.array(differing), np.array(n - with_mark), np.array(with_mark)))


def span_f1(one: Iterable[Span], other: Iterable[Span], *, overlapping: bool = False) -> float:
    """F1 of two people's segments, the same whoever is held for right.

    Parameters
    ----------
    one, other : iterables of (field, start, end)
    overlapping : bool
        Count a segment that shares a character with one of the other's; else only the very same.

    Returns
    -------
    float
        NaN where neither marked anything.

    Source
    ------
    Hripcsak and Rothschild 2005, doi 10.1197/jamia.M1733: where what nobody marked cannot be counted.

    Examples
    --------
    >>> ann, bo = [("title", 0, 5), ("abstract", 9, 20)], [("title", 0, 5), ("abstract", 12, 30)]
    >>> span_f1(ann, bo), span_f1(ann, bo, overlapping=True)
    (0.5, 1.0)
    """
    exact, all_of_them, overlap = _matches(list(one), list(other))
    matched = overlap if overlapping else exact
    return matched / all_of_them if all_of_them else float("nan")


def segment_agreement(
    marked: Mapping[tuple[int, int, int], Sequence[Span]],
    judged: np.ndarray,
    lengths: Matrix,
    code_ids: Sequence[str],
    *,
    seed: int = 1,
    n_bootstrap: int = 1000,
) -> pd.DataFrame:
    """Agreement on the words of each code and of all codes together.

    Parameters
    ----------
    marked : mapping of (record, code, person), each by number, to (field, start, end)
    judged : bool array of shape (records, people)
        Who read which record; those read by fewer than two are left out.
    lengths : array of shape (records,)
        Characters of each record's texts.
    code_ids : sequence of str
    seed, n_bootstrap : int
        Intervals are drawn over records.

    Returns
    -------
    DataFrame
        Columns code_id ("" for all codes), n_records and n_segments (on which it rests), character_alpha,
        span_f1 (the very same segment), overlap_f1 (a character in common), each with its 95 % interval
        (character_low, character_high, ...). NaN is undefined. With more than two people F1 is over all
        pairs.

    Examples
    --------
    >>> marked = {(0, 0, 0): [("abstract", 10, 30)], (0, 0, 1): [("abstract", 20, 40)]}
    >>> found = segment_agreement(marked, np.ones((1, 2)) > 0, np.array([100.0]), ["trust"])
    >>> found.loc[1, ["character_alpha", "span_f1", "overlap_f1"]].astype(float).round(4).tolist()
    [0.3781, 0.0, 1.0]
    """
    people = judged.sum(axis=1)
    n_codes = len(code_ids)
    sums = np.zeros((len(judged), n_codes, _N_SUMS))
    # characters that nobody marked are pairable too
    sums[:, :, 1] = np.where(people > 1, people * lengths, 0)[:, None]
    segments = np.zeros(n_codes, dtype=int)
    by_unit: dict[tuple[int, int], dict[int, list[Span]]] = {}
    for (record, code, person), spans in marked.items():
        if people[record] > 1:
            by_unit.setdefault((record, code), {})[person] = list(spans)
            segments[code] += len(spans)
    for (record, code), said in by_unit.items():
        readers = [int(person) for person in np.flatnonzero(judged[record])]
        each = [said.get(person, []) for person in readers]
        n_characters = int(lengths[record])
        differing, with_mark, n = _characters(each, n_characters)
        pairs = [_matches(one, other) for one, other in combinations(each, 2)]
        sums[record, code] = (differing, n - with_mark, with_mark, *np.sum(pairs, axis=0))
    sums = sums[people > 1]
    sums = np.concatenate([sums.sum(axis=1, keepdims=True), sums], axis=1)
    whole, draws = _figures(sums.sum(axis=0)), _figures(bootstrapped(sums, seed, n_bootstrap))
    ends = [interval(drawn, len(sums)) for drawn in draws]
    columns: list[object] = [["", *code_ids], len(sums), [int(segments.sum()), *segments.tolist()]]
    for value, (low, high) in zip(whole, ends, strict=True):
        undefined = np.isnan(value)
        columns += [value, np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)]
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _figures(sums: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    differing, without, with_mark, exact, all_of_them, overlap = np.moveaxis(sums, -1, 0)
    some = np.where(all_of_them > 0, all_of_them, np.nan)
    return binary_alpha(differing, without, with_mark), exact / some, overlap / some


def _characters(each: Sequence[Sequence[Span]], n_characters: int) -> tuple[float, float, float]:
    """Of one text and code: differing characters (pairable), those marked, all; summed over people."""
    changes: dict[tuple[str, int], int] = {}
    for spans in each:
        for name, start, end in _merged(spans):
            changes[name, start] = changes.get((name, start), 0) + 1
            changes[name, end] = changes.get((name, end), 0) - 1
    n_people = len(each)
    differing, with_mark, marking, at = 0.0, 0, 0, 0
    for (_, place), change in sorted(changes.items()):
        length = place - at if marking else 0
        differing += length * marking * (n_people - marking) / (n_people - 1)
        with_mark += length * marking
        marking, at = marking + change, place
    return differing, float(with_mark), float(n_people * n_characters)


def _merged(spans: Sequence[Span]) -> list[Span]:
    """One person's segments, those that touch joined, so that no character counts twice."""
    merged: list[Span] = []
    for name, start, end in sorted(spans):
        if merged and merged[-1][0] == name and start <= merged[-1][2]:
            merged[-1] = (name, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((name, start, end))
    return merged


def _matches(one: Sequence[Span], other: Sequence[Span]) -> tuple[int, int, int]:
    """Segments of both matched exactly, all segments of both, segments that overlap one of the other's."""
    own, others = set(one), set(other)
    exact = 2 * len(own & others)
    overlap = sum(any(_overlap(span, mark) for mark in others) for span in own)
    overlap += sum(any(_overlap(mark, span) for span in own) for mark in others)
    return exact, len(own) + len(others), overlap


def _overlap(one: Span, other: Span) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
