"""The screening card: one record, the criteria beside it, one key for each decision."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

from corpus.protocol import Criterion
from samsyn.cards.card import Card, script, style
from samsyn.cards.screening_queue import DecidedElsewhere, ScreeningQueue


class ScreeningCard(Card):
    """Screen records one at a time; made by :meth:`samsyn.Review.screening_card`.

    Attributes
    ----------
    queue : ScreeningQueue
        What the card shows and decides on; the same in plain Python.
    """

    _esm = script("screening")
    _css = style("screening")

    def __init__(self, queue: ScreeningQueue, *, language: str = "en") -> None:
        self.queue, self._saved_at, self._notice = queue, "", ""
        super().__init__("screening", language)

    def act(self, message: dict[str, Any]) -> None:
        """Decide, skip or undo, as a key asks."""
        self._notice = ""
        match message.get("do"):
            case "decide":
                self._decide(message)
            case "skip":
                self.queue.skip()
            case "undo":
                self.queue.undo()

    def _decide(self, message: dict[str, Any]) -> None:
        try:
            self.queue.decide(
                message["record_id"], message["verdict"],
                criterion=message.get("criterion", ""), note=message.get("note", ""),
                instead_of=message.get("instead_of"),
            )  # fmt: skip
            self._saved_at = f"{datetime.now():%H:%M}"
        except DecidedElsewhere as elsewhere:
            verdict = self.words.get(elsewhere.verdict, elsewhere.verdict)
            words = self.words["decided_elsewhere" if verdict else "undone_elsewhere"]
            title = self.queue.records.loc[elsewhere.record_id, "title"]
            self._notice = words.format(title=title, verdict=verdict)

    def shown(self) -> dict[str, Any]:
        """The record to screen now, and how far the screening has come."""
        name, progress = self.queue.current(), self.queue.progress()
        protocol = self.queue.review.protocol
        return {
            "record": self._record(name) if name else None,
            "progress": {
                "done": progress.done,
                "all": progress.done + progress.to_do,
                "included": progress.included,
            },
            "inclusion": self._criteria(protocol.criteria.inclusion),
            "exclusion": self._criteria(protocol.criteria.exclusion),
            "saved_at": self._saved_at,
            "notice": self._notice or self._trouble(),
        }

    def static_html(self) -> str:
        """The record as plain HTML."""
        shown = self.shown()["record"]
        if shown is None:
            return f"<p>{escape(self.words['nothing_left'])}</p>"
        abstract = shown["abstract"] or self.words["no_abstract"]
        return (
            f"<section><h3>{escape(shown['title'])}</h3><p>{escape(shown['meta'])}</p>"
            f"<p>{escape(abstract)}</p></section>"
        )

    def _trouble(self) -> str:
        trouble = self.queue.trouble
        return self.words["cannot_keep_up"].format(trouble=trouble) if trouble else ""

    def _criteria(self, criteria: tuple[Criterion, ...]) -> list[dict[str, str]]:
        return [{"id": each.id, "text": each.in_language(self.language)} for each in criteria]

    def _record(self, name: str) -> dict[str, Any]:
        record = self.queue.records.loc[name]
        year = str(record["year"]).removesuffix("<NA>")
        meta = " · ".join(part for part in (record["authors"], year, record["journal"]) if part)
        return {
            "record_id": name,
            "own": self.queue.own.get(name, ""),
            "title": record["title"],
            "abstract": record["abstract"],
            "meta": meta,
            "language": record["language"],
        }
