"""What each coder said of each unit: record by code, or sentence by code, as numbers side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from coding_scheme.agreement_segments import Span
from coding_scheme.language import sentences
from coding_scheme.scheme import DIRECTIONS
from corpus.languages import language_of

# in the order of an ordinal scale
VALUES = ("absent", "unclear", "present")
FIELDS = ("title", "abstract")
Numbers = np.ndarray[Any, np.dtype[np.int8]]
Sentence = tuple[int, str, int, int]  # number of the record, field, start, end


@dataclass(frozen=True, eq=False)
class CodedUnits:
    """Judgements of units, and which record each unit stands in.

    Attributes
    ----------
    values : array of shape (units, codes, people)
        Number of the value in ``VALUES``; -1 where a person did not read the record.
    directions : array of the same shape
        Number of the direction; -1 where the person did not find the code.
    record : array of shape (units,)
        Number of the record.
    """

    values: Numbers
    directions: Numbers
    record: np.ndarray[Any, Any]


class CodedRecords:
    """Standing decisions on records that people read, by number of record, code and person.

    Parameters
    ----------
    rows : DataFrame
        Standing decisions (``coding_scheme.standing_decisions``) of the round that counts.
    read_by : mapping of record_id to people
    records, codes, people : sequences of str
        Their order gives the numbers; rows on others are left out.
    """

    def __init__(
        self,
        rows: pd.DataFrame,
        read_by: dict[str, list[str]],
        records: Sequence[str],
        codes: Sequence[str],
        people: Sequence[str],
    ) -> None:
        numbers = [
            _numbers(rows[name], known)
            for known, name in ((records, "record_id"), (codes, "code_id"), (people, "person"))
        ]
        kept = np.all([number >= 0 for number in numbers], axis=0)
        self._record, self._code, self._person = (number[kept] for number in numbers)
        self._rows = rows[kept]
        self._value = _numbers(self._rows["value"], VALUES)
        direction = _numbers(self._rows["direction"], DIRECTIONS)
        self._direction = np.where(self._value == VALUES.index("present"), direction, -1)
        self.n_codes = len(codes)
        read = [[person in read_by.get(record, ()) for person in people] for record in records]
        self.judged = np.array(read, dtype=bool).reshape(len(records), len(people))

    def by_record(self) -> CodedUnits:
        """A unit for each record; a code on which somebody who read it has no line is absent."""
        values, directions = self._blank(np.arange(len(self.judged)))
        place = (self._record, self._code, self._person)
        values[place], directions[place] = self._value, self._direction
        return CodedUnits(values, directions, np.arange(len(self.judged)))

    def by_sentence(self, places: Sequence[Sentence]) -> CodedUnits:
        """A unit for each sentence; what was said of a code goes to the sentences its segments touch."""
        record = np.array([number for number, *_ in places], dtype=int)
        values, directions = self._blank(record)
        of_field: dict[tuple[int, str], list[tuple[int, int, int]]] = {}
        for unit, (number, name, start, end) in enumerate(places):
            of_field.setdefault((number, name), []).append((unit, start, end))
        for at, (name, start, end) in enumerate(self._spans()):
            for unit, first, after in of_field.get((int(self._record[at]), name), ()):
                if first < end and start < after:
                    place = (unit, self._code[at], self._person[at])
                    values[place], directions[place] = self._value[at], self._direction[at]
        return CodedUnits(values, directions, record)

    def segments(self) -> dict[tuple[int, int, int], list[Span]]:
        """(record, code, person) -> the segments of the codes that are present."""
        found: dict[tuple[int, int, int], list[Span]] = {}
        place = zip(self._record.tolist(), self._code.tolist(), self._person.tolist(), strict=True)
        for key, value, span in zip(place, self._value, self._spans(), strict=True):
            if value == VALUES.index("present") and span[1] >= 0:
                found.setdefault(key, []).append(span)
        return found

    def _spans(self) -> list[Span]:
        names = self._rows["field"].to_numpy(dtype=object).tolist()
        return list(zip(names, self._rows["start"].tolist(), self._rows["end"].tolist(), strict=True))

    def _blank(self, record: np.ndarray[Any, Any]) -> tuple[Numbers, Numbers]:
        read = self.judged[record][:, None, :]
        shape = (len(record), self.n_codes, self.judged.shape[1])
        absent = np.broadcast_to(np.where(read, 0, -1), shape)
        return absent.astype(np.int8), np.full(shape, -1, dtype=np.int8)


def _numbers(names: pd.Series, known: Sequence[str]) -> np.ndarray[Any, Any]:
    """The place of each name among the known ones, -1 where it is none of them."""
    place = {name: number for number, name in enumerate(known)}
    return np.array([place.get(name, -1) for name in names.to_numpy(dtype=object).tolist()], dtype=int)


def sentences_of(texts: pd.DataFrame, progress: Callable[[Iterable], Iterable] = iter) -> list[Sentence]:
    """Each sentence of title and abstract of each record.

    Parameters
    ----------
    texts : DataFrame
        Columns title, abstract.
    progress : callable, optional
        Wraps the records.

    Returns
    -------
    list of (row number, field, start, end)

    Examples
    --------
    >>> sentences_of(pd.DataFrame([{"title": "Trust", "abstract": "It grew. It fell."}]))
    [(0, 'title', 0, 5), (0, 'abstract', 0, 8), (0, 'abstract', 9, 17)]
    """
    found: list[Sentence] = []
    for number, row in enumerate(progress(texts[list(FIELDS)].to_dict("records"))):
        for name in FIELDS:
            text = str(row[name] or "")
            language = "da" if language_of(text) == "da" else "en"
            found += [(number, name, start, end) for start, end in sentences(text, language)]
    return found
