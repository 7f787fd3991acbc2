"""What the checking card shows while a person codes, and what its keys do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from coding_scheme import Segment, standings
from corpus import UsageError
from samsyn.cards.checking_items import Item, Stand
from samsyn.cards.checking_queue import CheckingQueue
from samsyn.cards.record_face import RecordFace
from samsyn.cards.record_shown import (
    Shown,
    Words,
    chosen_segment,
    reasons_shown,
    record_shown,
    segment_shown,
    texts_of,
)
from samsyn.cards.spans import MOVES, moved

# records that the queue's table lists
_LISTED = 50


class CheckingFace:
    """One record with its suggestions, or read blind.

    Parameters
    ----------
    queue : CheckingQueue
    words : dict
        The card's, in its language.
    language : {"en", "da"}
    """

    def __init__(self, queue: CheckingQueue, words: Words, language: str) -> None:
        self.queue, self.words = queue, words
        self._face = RecordFace(queue.review, language)
        self._decimal = "," if language == "da" else "."
        self._record = self._key = self._note = self._direction = ""
        self._span: Segment | None = None
        self._items: list[Item] = []
        # what the person was shown to have said of each code: what a key changes
        self._stands: Mapping[str, Stand] = {}
        self._said, self._moved = "", False
        self._look_anew()

    # --- what the keys do -------------------------------------------------------------------------------

    def act(self, message: dict[str, Any]) -> bool:
        """Do what a key asks for; return whether something was written."""
        name = str(message.get("record_id", self._record))
        if name != self._record and message["do"] not in ("go",):
            raise UsageError(self.words["other_record"])
        self._said, self._moved = "", message["do"] == "span"
        match message["do"]:
            case "answer":
                self._answer(str(message["verdict"]))
            case "add":
                self._add(str(message["code_id"]), str(message["direction"]))
            case "nothing":
                self.queue.nothing(note=self._note, instead_of=self._stands)
                self.queue.next()
                self._said = self.words["said_nothing"]
                self._look_anew()
            case "undo":
                self.queue.undo()
                self._said = self.words["said_undone"]
                self._look_anew()
            case _:
                self._move(message)
                return False
        return True

    def _move(self, message: dict[str, Any]) -> None:
        match message["do"]:
            case "span":
                self._change_span(message)
            case "direction":
                self._change_direction(str(message["direction"]))
            case "note":
                self._note = str(message["note"]).strip()
            case "item":
                self._look_at(str(message["key"]))
            case "next":
                self.queue.next()
                self._look_anew()
            case "skip":
                self.queue.skip()
                self._look_anew()
            case "go":
                self.queue.go(str(message["go_to"]))
                self._look_anew()

    def _answer(self, verdict: str) -> None:
        item = self._in_question()
        if item is None:
            raise UsageError(self.words["no_question"])
        self.queue.answer(
            item, verdict, segment=self._span or item.segment, direction=self._direction, note=self._note,
            instead_of=self._stands,
        )  # fmt: skip
        self._said = self.words[f"said_{verdict}"].format(code=self._label(item.code_id))
        self._read_record()
        self._go_on(item)

    def _add(self, code_id: str, direction: str) -> None:
        segment = self._span or moved(self._texts(), None, "next", language=self._language())
        if segment is None:
            raise UsageError(self.words["no_words"])
        self.queue.add(code_id, segment, direction, note=self._note, instead_of=self._stands)
        self._said = self.words["said_present"].format(code=self._label(code_id))
        self._read_record()
        self._look_at(self._key)

    def _change_span(self, message: dict[str, Any]) -> None:
        how, item = message.get("how"), self._in_question()
        if how in MOVES:
            here = self._span or (item.segment if item else None)
            self._span = moved(self._texts(), here, how, language=self._language())
        else:
            self._span = chosen_segment(self._texts(), message, self.words)
        if self._span:
            self._said = self._span.text

    def _change_direction(self, direction: str) -> None:
        item = self._in_question()
        if item is None or direction not in self._allowed(item.code_id):
            raise UsageError(self.words["not_allowed"])
        self._direction = direction

    def refresh(self) -> None:
        """Look at the record anew, after something could not be done.

        Words, direction and note that were chosen are kept, unless the item itself is another by now.
        """
        key, note, before = self._key, self._note, _as_asked(self._in_question())
        self._read_record()
        if _as_asked(self._in_question()) != before:
            self._look_at(key)
            self._note = note if self._key == key else ""

    # --- where it stands --------------------------------------------------------------------------------

    def _look_anew(self) -> None:
        """Take the record that is next, and the first suggestion that waits in it."""
        self._record = self.queue.current()
        self._read_record()
        self._go_on(None)

    def _read_record(self) -> None:
        """See what is suggested in the record, and what this person has said of it."""
        self._stands = self.queue.stands(self._record) if self._record else {}
        self._items = self.queue.items_of(self._record, self._stands) if self._record else []

    def _go_on(self, after: Item | None) -> None:
        """To the next suggestion that waits, in the order of the text; strong ones before possible ones."""
        waiting = [item for item in self._items if not item.answer]
        waiting = [item for item in waiting if self._is_strong(item)] or waiting
        place = (after.segment.field != "title", after.segment.start, after.code_id) if after else None
        later = [
            item for item in waiting
            if place is None or (item.segment.field != "title", item.segment.start, item.code_id) > place
        ]  # fmt: skip
        self._look_at(next((item.key for item in [*later, *waiting]), ""))

    def _is_strong(self, item: Item) -> bool:
        if not item.suggestion:
            return True
        frame = pd.DataFrame([{"code_id": item.code_id, "score": item.suggestion["score"]}])
        return bool((standings(frame, self.queue.scheme) == "strong").all())

    def _look_at(self, key: str) -> None:
        item = next((item for item in self._items if item.key == key), None)
        self._key = item.key if item else ""
        self._span = item.segment if item else None
        self._direction = self._first_direction(item) if item else ""
        self._note = ""

    def _first_direction(self, item: Item) -> str:
        """The suggested direction; where other words hold the code in another one, both together."""
        stand = self._stands.get(item.code_id)
        others = bool(stand and stand.value == "present" and set(stand.segments) - {item.segment})
        if stand and others and not item.answer and stand.direction != item.direction:
            return "mixed" if "mixed" in self._allowed(item.code_id) else stand.direction
        return item.direction

    def _in_question(self) -> Item | None:
        return next((item for item in self._items if item.key == self._key), None)

    def _texts(self) -> dict[str, str]:
        return texts_of(self.queue.records.loc[self._record]) if self._record else {}

    def _language(self) -> str:
        return str(self.queue.records.loc[self._record, "language"])

    def _allowed(self, code_id: str) -> tuple[str, ...]:
        return self.queue.scheme.code(code_id).direction.allowed

    def _label(self, code_id: str) -> str:
        return self.queue.scheme.code(code_id).label.in_language(self.queue.language) or code_id

    # --- what is shown ----------------------------------------------------------------------------------

    def shown(self) -> Shown:
        """The state for the page."""
        progress = self.queue.progress()
        if not self._record:
            # records may have come meanwhile
            self._look_anew()
        if not self._record:
            hidden = progress.blind_to_read if self.queue.round == "assisted" else 0
            left = self.words["blind_left"].format(n=hidden) if hidden else ""
            if self.queue.records.empty:
                left = self.words["nothing_included"]
            return {"view": "done", "strip": self._strip("assisted"), "said": self._said, "left": left,
                    "look_again": True}  # fmt: skip
        round_, item = self.queue.round_of(self._record), self._in_question()
        coded = [each for each in self._items if each.answer in ("accepted", "changed", "own", "unclear")]
        waiting = [each for each in self._items if not each.answer]
        suggested = [each for each in self._items if each.suggestion]
        return {
            "view": "record",
            "round": round_,
            "strip": [*self._strip(round_), *filter(None, [self.queue.trouble])],
            "share": progress.read / max(1, progress.read + progress.to_read),
            "why": self._why(self._record),
            "record": record_shown(self.queue.records.loc[self._record], self._face),
            "items": [self._item_shown(each) for each in self._items],
            "question": self._question(item) if item else None,
            "span": segment_shown(self._span),
            "note": self._note,
            "n_waiting": len(waiting),
            "n_suggested": len(suggested),
            "n_codes": len(self.queue.scheme.active_codes),
            "nothing_is_possible": not coded,
            "next_is_possible": not waiting and self._record in self.queue.readings.own,
            "queue": self._queue_shown(),
            "said": self._aloud(round_, item),
        }

    def _aloud(self, round_: str, item: Item | None) -> str:
        """What a screen reader says: what was done, then what is asked."""
        if self._moved:
            return self._said
        if item is None:
            title = str(self.queue.records.loc[self._record, "title"])
            asked = title if round_ == "blind" or not self._items else self.words["all_answered"]
        else:
            names = {
                each.id: each.label.in_language(self.queue.language) for each in self.queue.scheme.directions
            }
            asked = (
                f"{self._label(item.code_id)}, {names.get(self._direction, '').lower()}: {item.segment.text}"
            )
        return f"{self._said} {asked}".strip()

    def _item_shown(self, item: Item) -> Shown:
        return {
            "key": item.key, "code_id": item.code_id, "direction": item.direction, "answer": item.answer,
            "field": item.segment.field, "start": item.segment.start, "end": item.segment.end,
        }  # fmt: skip

    def _question(self, item: Item) -> Shown:
        suggested = [each for each in self._items if each.suggestion]
        stand = self._stands.get(item.code_id)
        shown = dict(item.suggestion) if item.suggestion else None
        elsewhere = bool(stand and stand.value == "present" and set(stand.segments) - {item.segment})
        return {
            "key": item.key,
            "code_id": item.code_id,
            "answer": item.answer,
            "direction": self._direction,
            "number": suggested.index(item) + 1 if item in suggested else 0,
            "of": len(suggested),
            "suggested": item.suggestion["direction"] if item.suggestion else "",
            "standing": self._standing(item),
            "reasons": reasons_shown(shown, self.words, self._decimal) if shown else [],
            "elsewhere": stand.direction if stand and elsewhere else "",
            "own_note": stand.note if stand else "",
        }

    def _standing(self, item: Item) -> str:
        """Strong or possible, in words, with how many strong ones the record has."""
        if not item.suggestion:
            return ""
        suggested = [each for each in self._items if each.suggestion]
        n_strong = sum(self._is_strong(each) for each in suggested)
        words = self.words["standing_strong" if self._is_strong(item) else "standing_possible"]
        return words.format(strong=n_strong, possible=len(suggested) - n_strong)

    def _strip(self, round_: str) -> list[str]:
        progress, words = self.queue.progress(), self.words
        if round_ == "blind":
            done = {"done": progress.blind_read, "all": progress.blind_read + progress.blind_to_read}
            key = "strip_sample" if self.queue.round != "blind" else "strip_blind"
            if self.queue.round == "blind":
                done = {"done": progress.blind_read, "all": progress.blind_read + progress.to_read}
            return [words[key].format(**done), words["strip_hidden"]]
        tally = words["strip_tally"].format(
            accepted=progress.accepted, changed=progress.changed, rejected=progress.rejected
        )
        read = words["strip_read"].format(done=progress.read, left=progress.to_read)
        return [read, tally, words["strip_scheme"].format(version=self.queue.scheme.version)]

    def _why(self, record_id: str) -> str:
        why = self.queue.why(record_id)
        return str(self.words.get(f"why_{why.replace(' ', '_')}", why))

    def _queue_shown(self) -> list[Shown]:
        waiting = self.queue.waiting()
        listed = waiting if self._record in waiting else [self._record, *waiting]
        titles = self.queue.records["title"]
        return [
            {
                "record_id": name,
                "title": titles[name],
                "why": self._why(name),
                "current": name == self._record,
            }
            for name in listed[:_LISTED]
        ]


def _as_asked(item: Item | None) -> tuple[object, ...]:
    """What a key about an item rests on: its words, direction and answer."""
    return (item.key, item.segment, item.direction, item.answer) if item else ()
