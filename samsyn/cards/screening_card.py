"""The screening card: one record, the criteria beside it, one key for each decision."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from corpus import UsageError
from corpus.protocol import STAGES, Criterion
from corpus.screening import DIFFERENCES
from samsyn.cards.beside import Beside
from samsyn.cards.card import Card, script, style
from samsyn.cards.conflict_queue import ConflictQueue
from samsyn.cards.formatted import formatted, plain, with_marks
from samsyn.cards.record_face import RecordFace
from samsyn.cards.screening_page import screening_page
from samsyn.cards.screening_queue import MODES, DecidedElsewhere, ScreeningQueue
from samsyn.cards.screening_refused import Refused
from samsyn.cards.screening_words import agreement_in_words, local_time, ordinal, recall_in_words
from samsyn.cards.what_is_left import what_is_left
from samsyn.cards.words import filled
from synthesis import Words

if TYPE_CHECKING:
    from corpus import StoppingState
    from samsyn.cards.conflict_queue import AgreementSoFar


class ScreeningCard(Card):
    """Screen records one at a time, or settle what people differ on; made by
    :meth:`samsyn.Review.screening_card`.

    Attributes
    ----------
    queue : ScreeningQueue or ConflictQueue
        What the card shows and decides on; the same in plain Python.
    """

    _esm = script("screening")
    _css = style("screening")

    def __init__(self, queue: ScreeningQueue | ConflictQueue, *, language: str = "en") -> None:
        self.queue = queue
        self._queues: dict[bool, ScreeningQueue | ConflictQueue] = {self._settles: queue}
        self._figures, self._face = Words(language), RecordFace(queue.review, language)
        self._stopping: Beside[StoppingState] = Beside(queue.review.stopping)
        self._agreement: Beside[AgreementSoFar | None] = Beside(self._agree)
        self._saved_at = self._said = self._near_to = self._notice = ""
        self._highlights = self._asks_why = False
        self._back = 0  # how many decisions one looks back; 0 is the queue
        super().__init__("screening", language)

    # --- what a key does ----------------------------------------------------------------------------------

    def act(self, message: dict[str, Any]) -> None:
        """Decide, settle, skip, undo, or show something, as a key asks."""
        do = str(message.get("do"))
        # the titles to choose from stay until the choice is written, so that one may try again
        self._said, self._notice, self._near_to = "", "", self._near_to if do == "same" else ""
        try:
            self._do(do, message)
        except Refused as refused:
            raise UsageError(self._with_title(refused.key, refused.record_id)) from refused

    def _do(self, do: str, message: dict[str, Any]) -> None:
        match do:
            case "decide":
                self._decide(message)
            case "undo":
                self._undo()
            case "mode":
                self._turn_to(str(message["mode"]))
            case "highlight":
                self._highlights = not self._highlights
                self._said = self.words["said_highlight_on" if self._highlights else "said_highlight_off"]
            case "why":
                self._asks_why = not self._asks_why
            case "same":
                self._mark(self._near_to, str(message["other"]))
            case _ if isinstance(self.queue, ConflictQueue):
                if do == "put_off":
                    self._put_off(self.queue)
            case _:
                self._look_around(self.queue, do)

    def look(self) -> None:
        """Begin to compute the recall, or the agreement of the screeners."""
        beside, about = self._computed_beside()
        if beside is not None:
            beside.ask(about)

    def _decide(self, message: dict[str, Any]) -> None:
        record_id, verdict = str(message["record_id"]), str(message["verdict"])
        said = {"criterion": str(message.get("criterion", "")), "note": str(message.get("note", ""))}
        if isinstance(self.queue, ConflictQueue):
            self.queue.settle(
                record_id, verdict, **said, differ_because=str(message.get("differ_because", ""))
            )
            self._said = self.words["said_settled"]
        else:
            try:
                self.queue.decide(record_id, verdict, **said, instead_of=message.get("instead_of"))
            except DecidedElsewhere as elsewhere:
                self._back, self._notice = 0, self._elsewhere(elsewhere)
                return
            self._said = self.words[f"said_{verdict}"]
        self._saved_at, self._back = f"{datetime.now():%H:%M}", 0

    def _elsewhere(self, elsewhere: DecidedElsewhere) -> str:
        key = "decided_elsewhere" if elsewhere.verdict else "undone_elsewhere"
        return self._with_title(key, elsewhere.record_id, elsewhere.verdict)

    def _undo(self) -> None:
        name, self._back = self.queue.undo(), 0
        if name == self.queue.current():
            self._said = self.words["said_undo"]
            return
        # it has not come back, and another record is shown
        verdict = self.queue.own.get(name, "") if isinstance(self.queue, ScreeningQueue) else ""
        key = "said_undo_stands" if verdict else "said_undo_closed"
        self._notice = self._with_title(key, name, verdict)

    def _put_off(self, queue: ConflictQueue) -> None:
        name = self._record_shown()
        queue.put_off()
        if not name or queue.was_put_off(name):
            self._said = self.words["said_put_off"]
        else:
            self._notice = self._with_title("settled_elsewhere", name)

    def _skip(self, queue: ScreeningQueue) -> None:
        name = self._record_shown()
        follows = queue.skip()
        if name and queue.own.get(name):
            self._notice = self._with_title("decided_elsewhere", name, queue.own[name])
        elif name and follows == name:
            self._notice = self.words["no_other"]
        else:
            self._said = self.words["said_skip"]

    def _record_shown(self) -> str:
        return str((self.state.get("record") or {}).get("record_id", ""))

    def _look_around(self, queue: ScreeningQueue, do: str) -> None:
        match do:
            case "skip":
                self._skip(queue)
            case "back":
                self._back = min(self._back + 1, len(queue.earlier()))
                self._notice = "" if self._back else self.words["nothing_back"]
            case "queue":
                self._back = 0
            case "topic":
                before = queue.current()
                if queue.another_topic() == before:
                    self._notice = self.words["no_other"]
                else:
                    self._said = self.words["said_topic"]
            case "near":
                self._near_to = queue.current()

    def _mark(self, record_id: str, other: str) -> None:
        if isinstance(self.queue, ScreeningQueue) and record_id:
            title = self._plain_title(other)
            self.queue.mark_duplicate(record_id, other)
            self._said = filled(self.words["marked"], title=title)
            self._near_to, self._saved_at = "", f"{datetime.now():%H:%M}"

    def _turn_to(self, mode: str) -> None:
        settles, old = mode == "conflicts", self.queue
        if settles not in self._queues:
            made: ScreeningQueue | ConflictQueue = (
                ConflictQueue(old.review, old.person, stage=old.stage)
                if settles
                else ScreeningQueue(old.review, old.person, mode=mode, stage=old.stage)  # type: ignore[arg-type]  # checked there
            )
            self._queues[settles] = made
        self.queue, self._back = self._queues[settles], 0
        if isinstance(self.queue, ScreeningQueue):
            self.queue.turn_to(mode)  # type: ignore[arg-type]  # checked there
        else:
            self.queue.read_again()

    # --- what the page shows ------------------------------------------------------------------------------

    def shown(self) -> dict[str, Any]:
        """The record to decide on now, and how far the screening has come."""
        queue, protocol = self.queue, self.queue.review.protocol
        earlier = self._looked_back()
        name = earlier["record_id"] if earlier else queue.current()
        criteria = [
            one for one in protocol.criteria.exclusion
            if queue.stage != STAGES[0] or one.counts_as == "excluded"
        ]  # fmt: skip
        beside, about = self._computed_beside()
        return {
            "mode": queue.mode,
            "modes": [[mode, self.words[f"mode_{mode}"]] for mode in self._modes()],
            "stage": self.words["stage_full_text"] if queue.stage == "full_text" else "",
            "record": self._record(name) if name else None,
            "progress": self._progress(),
            "beside": self._beside_in_words(),
            "look_again": beside is not None and not beside.is_new(about),
            "place": self._place(name) if not earlier else "",
            "inclusion": self._criteria(protocol.criteria.inclusion),
            "exclusion": self._criteria(criteria),
            "reason_required": queue.stage == "full_text" and bool(criteria) and not self._given_reason(name),
            "given_reason": self._given_reason(name),
            "highlights": self._highlights,
            "why": self._why(name) if name and self._asks_why else None,
            "near": self._near(),
            "earlier": earlier,
            "settling": self._settling(name) if name else None,
            "left": None if name else self._left(),
            "saved_at": self._saved_at,
            "notice": self._notice or self._trouble(),
            "said": self._said,
        }

    def static_html(self) -> str:
        """The card as plain HTML, for a page without Python behind it."""
        return screening_page(self.shown(), self.words, self.language)

    def _trouble(self) -> str:
        trouble = self.queue.trouble if isinstance(self.queue, ScreeningQueue) else ""
        return filled(self.words["cannot_keep_up"], trouble=trouble) if trouble else ""

    @property
    def _settles(self) -> bool:
        return isinstance(self.queue, ConflictQueue)

    def _modes(self) -> Sequence[str]:
        plan = self.queue.review.protocol.screening
        screens = plan is None or self.queue.person in plan.screeners
        return (*MODES, "conflicts") if screens else ("conflicts",)

    def _progress(self) -> dict[str, Any]:
        number = self._figures.number
        if isinstance(self.queue, ConflictQueue):
            n_open, settled = self.queue.n_open(), self.queue.n_settled()
            text = filled(self.words["conflict_progress"], open=number(n_open), settled=number(settled))
            return {"text": text, "share": settled / max(1, n_open + settled)}
        progress = self.queue.progress()
        every = progress.done + progress.to_do
        text = filled(
            self.words["progress"],
            done=number(progress.done), all=number(every), included=number(progress.included),
        )  # fmt: skip
        return {"text": text, "share": progress.done / max(1, every)}

    def _computed_beside(self) -> tuple[Beside[Any] | None, object]:
        if isinstance(self.queue, ConflictQueue):
            return self._agreement, self.queue.n_settled()
        if self.queue.stage != STAGES[0]:
            return None, None
        return self._stopping, self.queue.read_to()

    def _agree(self) -> AgreementSoFar | None:
        return self.queue.agreement() if isinstance(self.queue, ConflictQueue) else None

    def _beside_in_words(self) -> dict[str, Any] | None:
        """The recall that the stopping rule assures, or the agreement of the screeners."""
        if isinstance(self.queue, ConflictQueue):
            agreed = self._agreement.answer
            return agreement_in_words(agreed, self.words, self._figures) if agreed else None
        state = self._stopping.answer
        return recall_in_words(state, self.words) if state and self.queue.stage == STAGES[0] else None

    def _place(self, name: str) -> str:
        if not isinstance(self.queue, ScreeningQueue) or not name:
            return ""
        place, n = self.queue.place_of(name), self._figures.number(self.queue.progress().to_do)
        key = "place_prioritised" if self.queue.mode == "prioritised" else "place_other"
        key = key if place else "place_unknown"
        return filled(self.words[key], place=ordinal(place, self._figures), n=n)

    def _criteria(self, criteria: Sequence[Criterion]) -> list[dict[str, str]]:
        return [
            {"id": each.id, "short": each.id.split("_", 1)[0], "text": each.in_language(self.language)}
            for each in criteria
        ]

    def _criterion(self, criterion: str) -> str:
        found = [
            one
            for one in self._criteria(self.queue.review.protocol.criteria.exclusion)
            if one["id"] == criterion
        ]
        return f"{found[0]['short']} {found[0]['text']}" if found else criterion

    def _record(self, name: str) -> dict[str, Any]:
        record = self._row(name)
        title, abstract = formatted(str(record["title"])), formatted(str(record["abstract"]))
        marks: list[list[tuple[int, int, str]]] = [[], []]
        if self._highlights and isinstance(self.queue, ScreeningQueue):
            side = {term: "for" if share > 0 else "against" for term, share in self.queue.words_of(name)}
            marks = [
                [(start, end, side[term]) for start, end, term in self.queue.ranker.places_of(text, side)]
                for text in (plain(title), plain(abstract))
            ]
        rounds = self.queue.calibration_round(name) if isinstance(self.queue, ScreeningQueue) else 0
        return {
            "record_id": name,
            "own": self.queue.own.get(name, "") if isinstance(self.queue, ScreeningQueue) else "",
            "title": with_marks(title, marks[0]),
            "abstract": with_marks(abstract, marks[1]),
            "language": record["language"] if re.fullmatch("[a-z]{2}", str(record["language"])) else "",
            "calibration": filled(self.words["calibration"], n=rounds) if rounds else "",
            **self._face.of(record),
        }

    def _row(self, name: str) -> pd.Series:
        return cast(pd.Series, self.queue.records.loc[name])

    def _with_title(self, key: str, name: str, verdict: str = "") -> str:
        """The card's words that name a record, and a verdict on it."""
        title = self._plain_title(name) if name in self.queue.records.index else name
        return filled(self.words[key], title=title, verdict=self.words.get(f"verdict_{verdict}", ""))

    def _plain_title(self, name: str) -> str:
        return plain(formatted(str(self._row(name)["title"]))) or self.words["no_title"]

    def _why(self, name: str) -> dict[str, Any] | None:
        if not isinstance(self.queue, ScreeningQueue):
            return None
        if self.queue.mode in ("random", "newest"):
            mode = self.words[f"mode_{self.queue.mode}"].lower()
            return {"text": filled(self.words["why_unranked"], mode=mode), "rows": []}
        why, figures = self.queue.why_here(name), self._figures
        rows = [
            [
                word.term,
                self.words["for" if word.share > 0 else "against"],
                ("+" if word.share > 0 else "") + figures.decimal(100 * word.share, 1),
                f"{figures.number(word.n_included)} / {figures.number(word.n_excluded)}",
            ]
            for word in why.words
        ]
        return {"text": self.words["why_words" if rows else "why_none"], "rows": rows}

    def _near(self) -> list[dict[str, str]] | None:
        if not self._near_to or not isinstance(self.queue, ScreeningQueue):
            return None
        found = []
        for name in self.queue.nearest_titles(self._near_to):
            face = self._face.of(self._row(name))
            meta = " · ".join([face["authors_short"] or face["authors"], *face["facts"]])
            found.append({"record_id": name, "title": self._plain_title(name), "meta": meta})
        return found

    def _looked_back(self) -> dict[str, str] | None:
        if not self._back or not isinstance(self.queue, ScreeningQueue):
            return None
        made = self.queue.earlier()
        if not made:
            return None
        one = made[-min(self._back, len(made))]
        text = filled(
            self.words["you_decided"],
            when=local_time(one.decided_at), verdict=self.words[f"verdict_{one.verdict}"],
        )  # fmt: skip
        return {
            "record_id": one.record_id,
            "text": text + (f" · {self._criterion(one.criterion)}" if one.criterion else ""),
            "note": one.note,
            "verdict": one.verdict,
            "last": "" if self._back < len(made) else self.words["nothing_earlier"],
        }

    def _settling(self, name: str) -> dict[str, Any] | None:
        if not isinstance(self.queue, ConflictQueue):
            return None
        said, n_more = self.queue.said(name), self.queue.n_open() - 1
        key = {0: "you_settle_last", 1: "you_settle_1"}.get(n_more, "you_settle")
        return {
            "rows": [
                [
                    self._person(one.person), self.words[f"verdict_{one.verdict}"],
                    self._criterion(one.criterion) or "–", one.note or "–", one.decided_at[:10],
                ]
                for one in said
            ],
            # who are unsure alike do not differ
            "differ": [[why, self.words[f"differ_{why.split(' ')[0]}"]] for why in DIFFERENCES]
            if len({one.verdict for one in said}) > 1
            else [],
            "who": filled(
                self.words[key], person=self._person(self.queue.person), n=self._figures.number(n_more)
            ),
            "put_off": self.words["to_be_talked_over"] if self.queue.was_put_off(name) else "",
        }  # fmt: skip

    def _given_reason(self, name: str) -> str:
        """The reason that counts of those that who excluded gave, where a disagreement is settled."""
        given = self.queue.given_reason(name) if name and isinstance(self.queue, ConflictQueue) else ""
        return self._criterion(given) if given else ""

    def _person(self, person: str) -> str:
        names = {one.id: one.name for one in self.queue.review.protocol.people}
        return names.get(person) or person

    def _left(self) -> dict[str, Any]:
        queue, number = self.queue, self._figures.number
        rows = []
        for left in what_is_left(queue.review, queue.person, queue.stage):
            key = f"left_{left.kind}" + ("_1" if left.n == 1 else "")
            if left.n:
                text = filled(self.words[key], n=number(left.n), person=self._person(left.person))
                opens = {"yours": MODES[0]}
                if not self._settles:
                    opens |= {"conflicts": "conflicts", "unsure": "conflicts"}
                rows.append({"text": text, "mode": opens.get(left.kind, "")})
        if isinstance(queue, ConflictQueue):
            return {"text": self.words["no_conflict_left"], "read": "", "rows": rows}
        progress = queue.progress()
        key = "nothing_waits" if queue.mode == "waiting" else "nothing_left"
        words = self.words["read_kept_1" if progress.done == 1 else "read_kept"]
        read = filled(words, done=number(progress.done), included=number(progress.included))
        return {"text": self.words[key], "read": read, "rows": rows}
