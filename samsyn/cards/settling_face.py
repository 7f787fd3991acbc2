"""What the checking card shows while a person settles disagreements, and what its keys do."""

from __future__ import annotations

from typing import Any

from coding_scheme import Segment
from coding_scheme.decisions import REASONS
from corpus import UsageError
from samsyn.cards.record_face import RecordFace
from samsyn.cards.record_shown import Shown, Words, chosen_segment, record_shown, segment_shown, texts_of
from samsyn.cards.settling_queue import SettlingQueue, Side
from samsyn.cards.spans import MOVES, moved

_LISTED = 50


class SettlingFace:
    """Two coders or more side by side, and who settles between them.

    Parameters
    ----------
    queue : SettlingQueue
    words : dict
        The card's, in its language.
    language : {"en", "da"}
    """

    def __init__(self, queue: SettlingQueue, words: Words, language: str) -> None:
        self.queue, self.words, self._in = queue, words, language
        self._face = RecordFace(queue.review, language)
        self._span: Segment | None = None
        self._note = self._said = ""
        self._look_anew()

    def act(self, message: dict[str, Any]) -> bool:
        """Do what a key asks for; return whether something was written."""
        shown = self.queue.current()
        asked_of = message.get("record_id"), message.get("code_id")
        if message["do"] in ("keep", "third") and asked_of != shown:
            raise UsageError(self.words["other_record"])
        self._said = ""
        match message["do"]:
            case "keep":
                self.queue.keep(str(message["person"]), str(message["reason"]), note=self._note)
                self._said = self.words["said_settled"]
                self._look_anew()
            case "third":
                value, direction = str(message["value"]), str(message.get("direction", ""))
                segment = self._span if value == "present" else None
                self.queue.write_third(
                    value, str(message["reason"]), direction=direction, segment=segment, note=self._note
                )
                self._said = self.words["said_settled"]
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
            case "note":
                self._note = str(message["note"]).strip()
            case "skip" | "next":
                self.queue.skip()
                self._look_anew()
            case "go":
                record_id, _, code_id = str(message["go_to"]).rpartition(" ")
                self.queue.go(record_id, code_id)
                self._look_anew()

    def _change_span(self, message: dict[str, Any]) -> None:
        texts = self._texts()
        if message.get("how") in MOVES:
            language = str(self.queue.records.loc[self._record, "language"])
            self._span = moved(texts, self._span, str(message["how"]), language=language)
        else:
            self._span = chosen_segment(texts, message, self.words)
        if self._span:
            self._said = self._span.text

    def _look_anew(self) -> None:
        self.queue.keep_up()
        shown = self.queue.current()
        self._record, self._code = shown or ("", "")
        sides = self.queue.sides(*shown) if shown else []
        # who writes a third begins with words that somebody marked
        self._span = next((segment for side in sides for segment in side.segments), None)
        self._note = ""

    def refresh(self) -> None:
        """Look at the disagreement anew, after something could not be done."""
        if self.queue.current() != (self._record, self._code):
            self._look_anew()

    def _texts(self) -> dict[str, str]:
        return texts_of(self.queue.records.loc[self._record])

    def _name(self, person: str) -> str:
        names = {each.id: each.name for each in self.queue.review.protocol.people}
        return names.get(person) or person

    def shown(self) -> Shown:
        """The state for the page."""
        if not self._record:
            # disagreements may have come meanwhile
            self._look_anew()
        waiting = self.queue.waiting()
        counts = {"left": len(waiting), "settled": self.queue.n_settled}
        strip = [self.words["strip_settled"].format(**counts)]
        if self.queue.n_hidden:
            strip.append(self.words["strip_unread"].format(n=self.queue.n_hidden))
        if not self._record:
            return {"view": "done", "strip": strip, "said": self._said, "left": "", "settling": True,
                    "look_again": True}  # fmt: skip
        sides = self.queue.sides(self._record, self._code)
        people = {side.person for side in sides}
        reasons = [(name, self.words[f"reason_{name.replace(' ', '_')}"]) for name in REASONS]
        return {
            "view": "settle",
            "strip": strip,
            "share": self.queue.n_settled / max(1, self.queue.n_settled + len(waiting)),
            "record": record_shown(self.queue.records.loc[self._record], self._face),
            "code_id": self._code,
            "sides": [self._side_shown(side, sides) for side in sides],
            "reasons": [{"id": name, "label": label} for name, label in reasons],
            "likely": "direction" if len({side.value for side in sides}) == 1 else "",
            "you": self.words["you_settle"].format(name=self._name(self.queue.person)),
            "yourself": self.words["you_are_one"] if self.queue.person in people else "",
            "span": segment_shown(self._span),
            "note": self._note,
            "queue": self._queue_shown(waiting),
            "said": self._said or self._label(self._code),
        }

    def _label(self, code_id: str) -> str:
        return self.queue.scheme.code(code_id).label.in_language(self._in) or code_id

    def _side_shown(self, side: Side, sides: list[Side]) -> Shown:
        return {
            "person": side.person,
            "name": self._name(side.person),
            "value": side.value,
            "said": self.words[f"value_{side.value}"],
            "direction": side.direction,
            "segments": [segment_shown(each) for each in side.segments],
            "words": self._words_of(side, sides),
            "note": side.note,
            "before": self._before(side),
        }

    def _words_of(self, side: Side, sides: list[Side]) -> str:
        """Where the person's words stand, and how much of them the others marked too."""
        if not side.segments:
            return ""
        places = [
            self.words["place"].format(field=self.words[each.field], start=each.start, end=each.end)
            for each in side.segments
        ]
        own = _characters(side)
        others = [each for each in sides if each.person != side.person and each.segments]
        if not others:
            return "; ".join(places)
        theirs = {place for each in others for place in _characters(each)}
        shared = self.words["shared"].format(n=len(own & theirs), all=len(own | theirs))
        return f"{'; '.join(places)} ({shared})"

    def _before(self, side: Side) -> str:
        if side.blind:
            return str(self.words["before_blind"])
        if side.shown is None:
            return str(
                self.words["before_unknown"] if side.segments or side.note else self.words["before_silent"]
            )
        if not side.shown:
            return str(self.words["before_nothing"])
        names = {each.id: each.label.in_language(self._in).lower() for each in self.queue.scheme.directions}
        told = ", ".join(names.get(each.get("direction", ""), "") for each in side.shown)
        return str(self.words["before_suggestion"].format(directions=told))

    def _queue_shown(self, waiting: list[tuple[str, str]]) -> list[Shown]:
        titles, here = self.queue.records["title"], (self._record, self._code)
        return [
            {
                "record_id": f"{record_id} {code_id}", "title": titles[record_id],
                "code": self._label(code_id), "why": self._why(record_id, code_id),
                "current": (record_id, code_id) == here,
            }
            for record_id, code_id in waiting[:_LISTED]
        ]  # fmt: skip

    def _why(self, record_id: str, code_id: str) -> str:
        values = {side.value for side in self.queue.sides(record_id, code_id)}
        return str(self.words["differ_direction" if values == {"present"} else "differ_presence"])


def _characters(side: Side) -> set[tuple[str, int]]:
    return {(each.field, place) for each in side.segments for place in range(each.start, each.end)}
