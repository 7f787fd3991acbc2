"""The checking card: a record's words, what is suggested there and why, one key for each decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any

import traitlets

from corpus import UsageError
from samsyn.cards.card import Card, script, style
from samsyn.cards.checking_face import CheckingFace
from samsyn.cards.checking_queue import CheckingQueue
from samsyn.cards.record_shown import codes_shown, directions_shown
from samsyn.cards.settling_face import SettlingFace
from samsyn.cards.settling_queue import SettlingQueue
from samsyn.cards.words import card_words

Queue = CheckingQueue | SettlingQueue
ROUNDS = ("", "blind", "assisted", "adjudication")


class CheckingCard(Card):
    """Code records one at a time; made by :meth:`samsyn.Review.checking_card`.

    Parameters
    ----------
    open_queue : callable
        Gives the queue of a round: "", "blind", "assisted" or "adjudication".
    round_ : str
        The round to begin with.
    language : {"en", "da"}

    Attributes
    ----------
    queue : CheckingQueue or SettlingQueue
        What the card shows and decides on; the same in plain Python.
    codes, directions : list of dict
        The codes with their definitions, for the page.
    """

    _esm = script("checking_text", "checking", "checking_settling")
    _css = style("checking")
    codes: Any = traitlets.List().tag(sync=True)
    directions: Any = traitlets.List().tag(sync=True)

    def __init__(self, open_queue: Callable[[str], Queue], *, round_: str = "", language: str = "en") -> None:
        self._open_queue, self._saved_at = open_queue, ""
        self._own_words = card_words(language)["checking"]
        self._in = language
        self._open(round_)
        super().__init__("checking", language)
        self.codes = codes_shown(self.queue.scheme, language)
        self.directions = directions_shown(self.queue.scheme, language)

    def _open(self, round_: str) -> None:
        self.queue, self._round = self._open_queue(round_), round_
        if isinstance(self.queue, SettlingQueue):
            self._face: CheckingFace | SettlingFace = SettlingFace(self.queue, self._own_words, self._in)
        else:
            self._face = CheckingFace(self.queue, self._own_words, self._in)

    def act(self, message: dict[str, Any]) -> None:
        """Decide, change words, move about, as a key asks."""
        if message.get("do") == "round" and message.get("round") in ROUNDS:
            self._open(str(message["round"]))
            return
        try:
            written = self._face.act(message)
        except UsageError:
            # what stands by now is what the next key is about
            self._face.refresh()
            raise
        if written:
            self._saved_at = f"{datetime.now():%H:%M}"

    def shown(self) -> dict[str, Any]:
        """The record or the disagreement to look at now, and how far it has come."""
        return {**self._face.shown(), "reading": self._round, "saved_at": self._saved_at}

    def static_html(self) -> str:
        """The record as plain HTML, with its codings; a blind reading shows none but one's own."""
        shown, words = self.shown(), self._own_words
        if shown["view"] == "done":
            text = words["nothing_to_settle" if shown.get("settling") else "nothing_left"]
            return f"<p>{escape(text)}</p>"
        record = shown["record"]
        labels = {code["id"]: code["label"] for code in codes_shown(self.queue.scheme, self._in)}
        marks = {each["id"]: each for each in directions_shown(self.queue.scheme, self._in)}
        rows = [
            f"<li>{marks[item['direction']]['symbol'] if item['direction'] else ''} "
            f"<b>{escape(labels.get(item['code_id'], item['code_id']))}</b> "
            f"({escape(words[item['answer'] or 'suggested'])}): "
            f"<q>{escape(record[item['field']][item['start'] : item['end']])}</q></li>"
            for item in shown.get("items", [])
            if item["answer"] != "rejected"
        ]
        if shown["view"] == "settle":
            label = escape(labels.get(shown["code_id"], shown["code_id"]))
            rows = [
                f"<li><b>{escape(side['name'])}</b>: {label}, {escape(side['said'])}"
                f" {escape(side['direction'])}</li>"
                for side in shown["sides"]
            ]
        listed = f"<ul>{''.join(rows)}</ul>" if rows else ""
        title = escape(record["title"] or words["no_title"])
        abstract = escape(record["abstract"] or words["no_abstract"])
        return (
            f'<section aria-label="{escape(words["card"])}"><h3 dir="auto">{title}</h3>'
            f'<p>{escape(record["meta"])}</p><p dir="auto">{abstract}</p>'
            f"{listed}<p><small>{escape(self.words['static'])}</small></p></section>"
        )
