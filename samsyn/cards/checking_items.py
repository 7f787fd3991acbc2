"""What stands at the words of one record for one coder: suggestions, and codings of their own.

All of it is computed from the journal and the suggestions, so that a card that is opened again is where it
was. A decision is on a record and a code: codings of several words under one code are one decision with
several segments, and a suggestion counts as answered when the standing decision on its code says that it was
shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from coding_scheme import Segment, standing_decisions
from coding_scheme.decisions import ROUNDS
from samsyn.cards.spans import FIELDS

Row = dict[str, Any]
# answers that a suggestion may have; "own" are codings nobody suggested
ANSWERS = ("", "accepted", "changed", "rejected", "unclear", "own")


@dataclass(frozen=True)
class Stand:
    """A person's standing decision on a code.

    Attributes
    ----------
    segments : tuple of Segment
    suggested : tuple of mappings
        What was shown before: direction, text, proposed_by, score; field and start of words that stand more
        than once.
    facets : mapping
    """

    code_id: str
    value: str = "absent"
    direction: str = ""
    segments: tuple[Segment, ...] = ()
    suggested: tuple[Mapping[str, str], ...] = ()
    finding: str = ""
    note: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)

    def rows(self, record_id: str) -> list[Row]:
        """The rows that say this to :meth:`samsyn.Review.code`."""
        base: Row = {
            "record_id": record_id, "code_id": self.code_id, "value": self.value, "note": self.note,
        }  # fmt: skip
        if self.value == "present":
            base |= {"direction": self.direction, "finding": self.finding, **self.facets}
        segments = self.segments if self.value in ("present", "unclear") else ()
        rows = []
        for number in range(max(1, len(segments), len(self.suggested))):
            row = dict(base)
            if segments:
                # a row holds one segment and one suggestion; the same segment twice is once
                segment = segments[min(number, len(segments) - 1)]
                row |= {"field": segment.field, "start": segment.start, "quotation": segment.text}
            if number < len(self.suggested):
                shown = self.suggested[number]
                row |= {
                    "suggested_direction": shown.get("direction", ""),
                    "suggested_quotation": shown.get("text", ""),
                    "proposed_by": shown.get("proposed_by", ""),
                    "score": shown.get("score", ""),
                    "suggested_field": shown.get("field", ""),
                    "suggested_start": shown.get("start", ""),
                }
            rows.append(row)
        return rows


@dataclass(frozen=True)
class Item:
    """A code at words of the record.

    Attributes
    ----------
    direction : str
        The person's, or the suggested one.
    answer : str
        One of ``ANSWERS``; "" waits for one.
    suggestion : mapping or None
        A row of :func:`coding_scheme.suggest`.
    stands_once : bool
        Whether the suggested words stand in the record once, so that they are known by themselves.
    """

    code_id: str
    segment: Segment
    direction: str
    answer: str
    suggestion: Mapping[str, Any] | None = None
    stands_once: bool = True

    @property
    def key(self) -> str:
        """The item's name for the page."""
        place = self.suggestion or {"field": self.segment.field, "start": self.segment.start}
        origin = "suggested" if self.suggestion else "own"
        return f"{origin} {self.code_id} {place['field']} {place['start']}"


def stands(decisions: pd.DataFrame, person: str, rounds: Iterable[str]) -> dict[str, Stand]:
    """What a person says of each code in one record; of several rounds the later one's.

    Parameters
    ----------
    decisions : DataFrame
        Every decision on the record (columns: ``coding_scheme``).
    person : str
    rounds : iterable of str

    Examples
    --------
    >>> from coding_scheme import CodingDecision, as_line, coding_decisions
    >>> trust = (Segment("title", 0, 5, "Trust"),)
    >>> lines = [as_line(CodingDecision("r1", "trust", "present", "ann", "promotes", trust))]
    >>> stands(coding_decisions(lines), "ann", ["blind"])["trust"].segments[0].text
    'Trust'
    """
    standing = standing_decisions(decisions)
    own = standing[(standing["person"] == person) & standing["round"].isin(list(rounds))]
    by_code: dict[str, list[Row]] = {}
    for row in own.to_dict("records"):
        by_code.setdefault(str(row["code_id"]), []).append({str(name): cell for name, cell in row.items()})
    return {code_id: _stand(code_id, rows) for code_id, rows in by_code.items()}


def _stand(code_id: str, rows: list[Row]) -> Stand:
    last = max(ROUNDS.index(row["round"]) for row in rows)
    rows = [row for row in rows if ROUNDS.index(row["round"]) == last]
    first = rows[0]
    return Stand(
        code_id, first["value"], first["direction"],
        tuple(Segment(row["field"], int(row["start"]), int(row["end"]), row["text"])
              for row in rows if row["start"] >= 0),
        tuple(json.loads(first["suggested"] or "[]")), first["finding"], first["note"],
        json.loads(first["facets"] or "{}"),
    )  # fmt: skip


def items(
    said: Mapping[str, Stand], suggestions: pd.DataFrame, texts: Mapping[str, str] | None = None
) -> list[Item]:
    """The suggestions on a record and the person's own codings, in the order of the text.

    Parameters
    ----------
    said : mapping of code_id to Stand
    suggestions : DataFrame
        Of the record (columns: ``coding_scheme``); empty in a blind reading.
    texts : mapping of field to text, optional
        The record's: of suggested words that stand there more than once, their place counts too.
    """
    listed: list[Item] = []
    taken: set[tuple[str, Segment]] = set()
    for row in suggestions.to_dict("records"):
        n_places = sum(text.count(row["text"].strip()) for text in (texts or {}).values())
        item = _of_suggestion({str(name): cell for name, cell in row.items()}, said, once=n_places <= 1)
        if (item.code_id, item.segment) in taken and item.answer in ("accepted", "changed", "own"):
            # two suggestions at one place that the person marked once
            continue
        if item.answer in ("accepted", "changed", "own", "unclear"):
            taken.add((item.code_id, item.segment))
        listed.append(item)
    for stand in said.values():
        if stand.value in ("present", "unclear"):
            answer = "own" if stand.value == "present" else "unclear"
            listed += [
                Item(stand.code_id, segment, stand.direction, answer)
                for segment in stand.segments
                if (stand.code_id, segment) not in taken
            ]
    return sorted(
        listed, key=lambda item: (FIELDS.index(item.segment.field), item.segment.start, item.code_id)
    )


def _of_suggestion(row: Row, said: Mapping[str, Stand], *, once: bool) -> Item:
    segment = Segment(row["field"], int(row["start"]), int(row["end"]), row["text"])
    item = Item(row["code_id"], segment, row["direction"], "", row, stands_once=once)
    stand = said.get(row["code_id"])
    if stand is None:
        return item
    shown = any(_is_same(each, row) for each in stand.suggested)
    here = next((mark for mark in stand.segments if share_words(mark, segment)), None)
    if here and stand.value in ("present", "unclear"):
        same = here == segment and stand.direction in (row["direction"], "")
        answer = "unclear" if stand.value == "unclear" else "accepted" if same else "changed"
        if not shown:
            answer = "own" if stand.value == "present" else "unclear"
        return replace(item, segment=here, direction=stand.direction or item.direction, answer=answer)
    return replace(item, answer="rejected") if shown else item


def share_words(one: Segment, other: Segment) -> bool:
    """Whether two segments have words in common."""
    return one.field == other.field and one.start < other.end and other.start < one.end


def answered(
    item: Item, stand: Stand | None, verdict: str, *, segment: Segment, direction: str, note: str = ""
) -> Stand:
    """What a person says of the item's code once the item is answered.

    Parameters
    ----------
    item : Item
    stand : Stand or None
        What they said of the code before.
    verdict : {"present", "absent", "unclear"}
        Of these words; while other words hold the code, it stays present.
    segment, direction
        The words and direction they chose.
    note : str
        Replaces what they had noted; "" keeps it.

    Examples
    --------
    >>> segment = Segment("title", 0, 5, "Trust")
    >>> item = Item("trust", segment, "promotes", "")
    >>> answered(item, None, "present", segment=segment, direction="promotes").value
    'present'
    """
    before = stand or Stand(item.code_id)
    kept = tuple(mark for mark in before.segments if mark != item.segment)
    suggested = before.suggested
    if item.suggestion:
        shown = _as_shown(item.suggestion, with_place=not item.stands_once)
        suggested = (*(each for each in suggested if not _is_same(each, item.suggestion)), shown)
    said = replace(before, suggested=suggested, note=note or before.note)
    if verdict == "present":
        marks = (*(kept if before.value == "present" else ()), segment)
        return replace(said, value="present", direction=direction, segments=_in_order(marks))
    if before.value == "present" and kept:
        return replace(said, segments=kept)
    marks = (*kept, segment) if verdict == "unclear" else kept
    # one of several unclear places was refused: the others stay unclear
    return replace(said, value="unclear" if marks else verdict, direction="", segments=_in_order(marks))


def refused(items: Iterable[Item], said: Mapping[str, Stand]) -> Iterator[Stand]:
    """For each code with suggestions that wait: that it is absent, with all that was shown of it."""
    waiting: dict[str, list[Item]] = {}
    for item in items:
        if not item.answer and item.suggestion:
            waiting.setdefault(item.code_id, []).append(item)
    for code_id, here in waiting.items():
        stand = said.get(code_id)
        for item in here:
            stand = answered(item, stand, "absent", segment=item.segment, direction="")
        if stand is not None:
            yield stand


def _in_order(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    return tuple(
        sorted(dict.fromkeys(segments), key=lambda each: (FIELDS.index(each.field), each.start, each.end))
    )


def _as_shown(suggestion: Mapping[str, Any], *, with_place: bool) -> dict[str, str]:
    place = {"field": str(suggestion["field"]), "start": str(suggestion["start"])} if with_place else {}
    return {
        "direction": str(suggestion["direction"]), "text": str(suggestion["text"]).strip(),
        "proposed_by": str(suggestion["proposed_by"]), "score": f"{float(suggestion['score']):.3g}", **place,
    }  # fmt: skip


def _is_same(shown: Mapping[str, Any], suggestion: Mapping[str, Any]) -> bool:
    """Whether what was shown is this suggestion; without a place, as in earlier lines, the words tell."""
    if shown.get("text", "") != str(suggestion["text"]).strip():
        return False
    place = str(shown.get("field", "")), str(shown.get("start", ""))
    return not any(place) or place == (str(suggestion["field"]), str(suggestion["start"]))
