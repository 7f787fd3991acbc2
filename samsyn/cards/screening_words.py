"""Figures of the screening in words: recall, agreement, a place in the queue, when something was decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from corpus.stopping_state import at_least
from samsyn.cards.words import filled
from synthesis import Words

if TYPE_CHECKING:
    from corpus import StoppingState
    from samsyn.cards.conflict_queue import AgreementSoFar


def recall_in_words(state: StoppingState, words: Mapping[str, str]) -> dict[str, Any]:
    """The recall so far: ``text``, and where it is known ``low``, ``high``, ``target`` and ``advice``."""
    if not state.look.n_found:
        return {"text": words["recall_unknown"]}
    low, high, plan = state.recall_low, state.recall_high, state.plan
    text = filled(
        words["recall" if state.n_unread else "recall_whole"],
        # a lower bound is never said too high
        low=f"{100 * at_least(low, 2):.0f}",
        high=f"{100 * high:.0f}",
        confidence=f"{100 * plan.confidence:.0f}",
        target=f"{100 * plan.target_recall:.0f}",
    )
    advice = words["may_stop"] if state.chosen.says_stop and state.n_unread else ""
    return {"text": text, "low": low, "high": high, "target": plan.target_recall, "advice": advice}


def agreement_in_words(agreed: AgreementSoFar, words: Mapping[str, str], figures: Words) -> dict[str, Any]:
    """The agreement of two screeners: ``text``."""
    text = filled(
        words["agreement"],
        percent=f"{100 * agreed.percent:.0f}",
        alpha=figures.decimal(agreed.alpha),
        low=figures.decimal(agreed.alpha_low),
        high=figures.decimal(agreed.alpha_high),
        n=figures.number(agreed.n),
    )
    return {"text": text}


def ordinal(n: int, figures: Words) -> str:
    """A place in a row.

    Examples
    --------
    >>> [ordinal(n, Words("en")) for n in (1, 2, 3, 4, 11, 1022)], ordinal(1022, Words("da"))
    (['1st', '2nd', '3rd', '4th', '11th', '1,022nd'], '1.022.')
    """
    if figures.language == "da":
        return f"{figures.number(n)}."
    ending = {1: "st", 2: "nd", 3: "rd"}.get(0 if n % 100 in (11, 12, 13) else n % 10, "th")
    return f"{figures.number(n)}{ending}"


def local_time(decided_at: str) -> str:
    """A time of the journal as this machine's clock says it: day and minute.

    Examples
    --------
    >>> local_time("some day")
    'some day'
    """
    try:
        time = datetime.strptime(decided_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return decided_at
    return f"{time.astimezone():%Y-%m-%d %H:%M}"
