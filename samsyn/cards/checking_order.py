"""The order of a coder's queue, worked out beside the card: the library's suggestions, and the classifier.

Reading a large library takes minutes; it is done in small steps, so that the card answers between them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from coding_scheme import CodeClassifier, CodingScheme, coding_queue, suggest

if TYPE_CHECKING:
    from samsyn.review import Review

# seconds between two records, or two codes
_REST = 0.001
# seconds after which it learns again, at most
_LEARNS_AFTER = 20.0


@dataclass(frozen=True)
class Order:
    """What was found out: the records in order, why each comes, and the classifier if it speaks on a code."""

    order: list[str]
    reasons: dict[str, str]
    classifier: CodeClassifier | None


class Beside:
    """What is worked out beside the card.

    Parameters
    ----------
    records : DataFrame
        The included ones.
    scheme : CodingScheme
        Without retired codes.
    """

    def __init__(self, records: pd.DataFrame, scheme: CodingScheme) -> None:
        self._records, self._scheme = records.reset_index(drop=True), scheme
        self._suggestions: pd.DataFrame | None = None
        self._classifier: CodeClassifier | None = None
        self._learned_from = -1
        self._rests_until = 0.0

    def take_in(self, records: pd.DataFrame) -> None:
        """Go on with these records; what was read of the earlier ones is kept."""
        records = records.reset_index(drop=True)
        if self._suggestions is not None:
            late = records[~records["record_id"].isin(self._records["record_id"])]
            read = suggest(late, self._scheme, progress=_gently)
            self._suggestions = pd.concat([self._suggestions, read], ignore_index=True)
        self._records, self._classifier, self._learned_from = records, None, -1

    def go_on(self, review: Review, person: str, language: str) -> Order | None:
        """Read and learn, where there is something new; None where there is not."""
        decisions = review.coding_decisions()
        if len(decisions) == self._learned_from or time.monotonic() < self._rests_until:
            return None
        began = time.monotonic()
        if self._suggestions is None:
            self._suggestions = suggest(self._records, self._scheme, progress=_gently)
        before = self._classifier or CodeClassifier(
            self._records, self._scheme, seed=review.protocol.seed, progress=_gently
        )
        # a copy learns, since the card may ask the other one meanwhile
        self._classifier = learned = copy(before).learn(decisions, progress=_gently)
        queue = coding_queue(
            self._records, decisions, self._scheme, person, classifier=learned,
            suggestions=self._suggestions, seed=review.protocol.seed, language=language,
        )  # fmt: skip
        queue = queue[~queue["kind"].isin(["blind", "disagreement"])].drop_duplicates("record_id")
        self._learned_from = len(decisions)
        self._rests_until = time.monotonic() + min(_LEARNS_AFTER, 10 * (time.monotonic() - began))
        names = [str(name) for name in queue["record_id"]]
        known = queue["kind"] != "unread"
        reasons = dict(zip(queue.loc[known, "record_id"], queue.loc[known, "reason"], strict=True))
        if not learned.codes["speaks"].any():
            return Order(names, reasons, None)
        # what it needs for the first answer takes seconds to load; nobody is to wait for that
        learned.suggestions(names[:1])
        return Order(names, reasons, learned)


def _gently(parts: Iterable[Any]) -> Iterator[Any]:
    """The parts, with a rest after each in which a key may be answered."""
    for part in parts:
        yield part
        time.sleep(_REST)
