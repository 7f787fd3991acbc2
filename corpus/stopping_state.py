"""Where a review stands with stopping: recall so far as an interval, and what each level says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from corpus.audit import AuditBound, audit_bound, audit_outcome, audit_size
from corpus.protocol import Level, StoppingPlan
from corpus.stopping import Look, first_run, first_stop, in_a_row, look_at, looks, recall_interval
from corpus.stopping_levels import HEURISTICS, LEVELS, applied_level, level_in_words, rule_of


@dataclass(frozen=True)
class LevelState:
    """What one level says.

    Attributes
    ----------
    level : str
    n : int
        For "in_a_row": how many; else 0.
    stopped_at : int or None
        After how many records read it first said stop; None where it has not.
    says_stop : bool
        Whether it says stop now; a level may have said so and, as more was found, say so no longer.
    """

    level: Level
    n: int
    stopped_at: int | None
    says_stop: bool


@dataclass(frozen=True)
class Audit:
    """A random sample of the unread, as drawn.

    Attributes
    ----------
    record_ids : tuple of str
    n_read, n_total : int
        Records read, and in the review, when it was drawn.
    person : str
        Who had it drawn.
    drawn_at : str
        UTC time.
    """

    record_ids: tuple[str, ...]
    n_read: int
    n_total: int
    person: str = ""
    drawn_at: str = ""

    def as_line(self) -> dict[str, Any]:
        """The audit as a line of the journal."""
        return {
            "type": "audit",
            "record_ids": list(self.record_ids),
            "n_read": self.n_read,
            "n_total": self.n_total,
            "drawn_at": self.drawn_at,
        }


def at_least(share: float, decimals: int = 4) -> float:
    """A lower bound, rounded down so that it is never said too high.

    Examples
    --------
    >>> at_least(0.94995), at_least(0.96)
    (0.9499, 0.96)
    """
    return math.floor(share * 10**decimals + 1e-9) / 10**decimals


def audits_from(lines: Iterable[Mapping[str, Any]]) -> list[Audit]:
    """The audits of a journal, in the order of drawing."""
    drawn = [
        Audit(
            record_ids=tuple(line["record_ids"]),
            n_read=int(line["n_read"]),
            n_total=int(line["n_total"]),
            person=str(line.get("person", "")),
            drawn_at=str(line.get("drawn_at", "")),
        )
        for line in lines
        if line.get("type") == "audit"
    ]
    return sorted(drawn, key=lambda audit: audit.drawn_at)


@dataclass(frozen=True)
class AuditState:
    """How far the latest audit is, and what it assures once it is read.

    Attributes
    ----------
    n_audited, n_waiting : int
        Records in it; those that wait for a verdict (or for a conflict to be settled).
    bound : AuditBound or None
        None while any waits, or where records were added to the review since it was drawn.
    n_drawn : int
        Audits drawn in all; the bound holds for one, fixed beforehand.
    is_outdated : bool
        Whether records were added since.
    is_refuted : bool
        Whether more relevant ones were found since than it left possible.
    """

    n_audited: int
    n_waiting: int
    bound: AuditBound | None
    n_drawn: int
    is_outdated: bool
    is_refuted: bool


@dataclass(frozen=True)
class StoppingState:
    """Where a review stands with stopping; :attr:`levels` side by side, the protocol's among them.

    Attributes
    ----------
    plan : StoppingPlan
        As the protocol has it now.
    level : str
        The level in force (:func:`~corpus.stopping_levels.applied_level`).
    look : Look
        All that the rules see now.
    n_unsettled : int
        Records read whose verdict is not settled (:func:`~corpus.reading_order.reading_order`).
    recall_low, recall_high : float
        Recall so far at the plan's confidence; see :func:`~corpus.stopping.recall_interval`.
    most_missed : int
        Relevant records that may at most be left, at that confidence.
    levels : tuple of LevelState
    audit : AuditState or None
    audit_size : int
        How many of the unread an audit needs for a certificate, should none of them be relevant.
    places : tuple of int
        Places (from 1) of the relevant records in reading order.
    """

    plan: StoppingPlan
    level: Level
    look: Look
    n_unsettled: int
    recall_low: float
    recall_high: float
    most_missed: int
    levels: tuple[LevelState, ...]
    audit: AuditState | None
    audit_size: int
    places: tuple[int, ...]

    @property
    def n_unread(self) -> int:
        """Records not yet read."""
        return self.look.n_total - self.look.n_read

    @property
    def chosen(self) -> LevelState:
        """What the level in force says."""
        n = self.plan.in_a_row if self.level == "in_a_row" else 0
        return next(state for state in self.levels if (state.level, state.n) == (self.level, n))

    def frame(self, language: str = "en") -> pd.DataFrame:
        """The levels side by side: level, says_stop, stopped_at, left_unread, assumes, past_reviews."""
        rows = []
        for state in self.levels:
            words = level_in_words(state.level, self.plan, language, n=state.n or None)
            at = state.stopped_at
            left = None if at is None else self.look.n_total - at
            rows.append((words.name, state.says_stop, at, left, words.assumes, words.past))
        columns = ["level", "says_stop", "stopped_at", "left_unread", "assumes", "past_reviews"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.astype({"stopped_at": "Int64", "left_unread": "Int64"})

    def figures(self) -> dict[str, Any]:
        """The figures as plain values, for JSON."""
        audit = self.audit
        bound = audit.bound if audit else None
        return {
            "level": self.level,
            "level_in_protocol": self.plan.level,
            "target_recall": self.plan.target_recall,
            "confidence": self.plan.confidence,
            "says_stop": self.chosen.says_stop,
            "stopped_at": self.chosen.stopped_at,
            "n_records": self.look.n_total,
            "n_read": self.look.n_read,
            "n_unread": self.n_unread,
            "n_relevant": self.look.n_found,
            "n_unsettled": self.n_unsettled,
            "recall_low": at_least(self.recall_low),
            "recall_high": self.recall_high,
            "most_missed": self.most_missed,
            "p_value": round(self.look.p_value, 6),
            "ranking_odds": round(self.look.odds, 3),
            "levels": {
                f"{state.level}_{state.n}" if state.n else state.level: {
                    "says_stop": state.says_stop,
                    "stopped_at": state.stopped_at,
                }
                for state in self.levels
            },
            "audit_size": self.audit_size,
            "audit": audit and {
                "n_audited": audit.n_audited,
                "n_waiting": audit.n_waiting,
                "n_relevant": bound.n_found if bound else None,
                "most_left": bound.most_left if bound else None,
                "recall_low": at_least(bound.recall_low) if bound else None,
                "certified": bool(bound and bound.certified and not audit.is_refuted),
                "is_outdated": audit.is_outdated,
                "is_refuted": audit.is_refuted,
            },
        }  # fmt: skip

    def _repr_html_(self) -> str:
        from corpus.stopping_picture import stopping_html  # noqa: PLC0415 (the picture knows the state)

        return stopping_html(self)


def stopping_state(
    order: pd.DataFrame,
    n_total: int,
    plan: StoppingPlan,
    *,
    audits: Iterable[Audit] = (),
    verdicts: Mapping[str, str] | None = None,
) -> StoppingState:
    """Where a review stands with stopping.

    Parameters
    ----------
    order : DataFrame
        As :func:`~corpus.reading_order.reading_order` gives.
    n_total : int
        Unique records of the review.
    plan : StoppingPlan
    audits : iterable of Audit
        As drawn, in order; the latest counts.
    verdicts : mapping, optional
        record_id -> verdict at title and abstract, for the audits.

    Examples
    --------
    >>> order = pd.DataFrame({"record_id": range(64), "relevant": [1, 1, 0, 1] + [0] * 60, "settled": True})
    >>> state = stopping_state(order, 100, StoppingPlan("standard"))
    >>> state.chosen.says_stop, state.n_unread, state.recall_low
    (False, 36, 0.42857142857142855)
    """
    found = order["relevant"].tolist()
    made = list(looks(found, n_total, target=plan.target_recall))
    settled = order["relevant"].astype(bool) & order["settled"].astype(bool)
    now = look_at(found, n_total, target=plan.target_recall)
    low, high, most = recall_interval(found, n_total, confidence=plan.confidence)
    audit = _audit_state(order, n_total, plan, list(audits), verdicts or {})
    runs = sorted({*HEURISTICS, plan.in_a_row})
    levels = [_level_state(level, plan, made, now, audit) for level in LEVELS if level != "in_a_row"]
    levels += [LevelState("in_a_row", n, first_run(found, n), in_a_row(n)(now)) for n in runs]
    return StoppingState(
        plan=plan,
        level=applied_level(plan),
        look=now,
        n_unsettled=int((~order["settled"].astype(bool)).sum()),
        recall_low=low,
        recall_high=high,
        most_missed=most,
        levels=tuple(levels),
        audit=audit,
        audit_size=audit_size(
            n_total - now.n_read, int(settled.sum()), target=plan.target_recall, confidence=plan.confidence
        ),
        places=tuple(place for place, relevant in enumerate(found, start=1) if relevant),
    )


def _level_state(
    level: Level, plan: StoppingPlan, made: list[Look], now: Look, audit: AuditState | None
) -> LevelState:
    rule, bound = rule_of(level, plan), audit.bound if audit else None
    at = first_stop(made, rule) if rule else None
    if now.n_read == now.n_total > 0:
        return LevelState(level, 0, at or now.n_total, True)
    if rule is not None:
        # measured at regular looks only; what was found since the last of them may speak against it
        return LevelState(level, 0, at, bool(made) and rule(made[-1]) and rule(now))
    if audit is None or bound is None or not bound.certified or audit.is_refuted:
        return LevelState(level, 0, None, False)
    return LevelState(level, 0, now.n_total - bound.n_unread + bound.n_audited, True)


def _audit_state(
    order: pd.DataFrame, n_total: int, plan: StoppingPlan, audits: list[Audit], verdicts: Mapping[str, str]
) -> AuditState | None:
    if not audits:
        return None
    latest = audits[-1]
    n_relevant, n_waiting = audit_outcome(latest.record_ids, verdicts)
    # a certificate must hold whichever way it goes with those that are not settled
    relevant = order["relevant"].astype(bool) & order["settled"].astype(bool)
    place = np.arange(len(order))
    elsewhere = relevant & ~order["record_id"].isin(latest.record_ids)
    n_since = int((elsewhere & (place >= latest.n_read)).sum())
    is_outdated = n_total != latest.n_total
    bound = None
    if not n_waiting and not is_outdated:
        bound = audit_bound(
            latest.n_total - latest.n_read,
            len(latest.record_ids),
            n_relevant,
            int((elsewhere & (place < latest.n_read)).sum()),
            target=plan.target_recall,
            confidence=plan.confidence,
        )
    is_refuted = bound is not None and n_since > bound.most_left
    return AuditState(len(latest.record_ids), n_waiting, bound, len(audits), is_outdated, is_refuted)
