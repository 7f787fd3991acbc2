"""What is left of the screening when one person's queue is empty, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.protocol import Stage

if TYPE_CHECKING:
    from samsyn.review import Review


@dataclass(frozen=True)
class Left:
    """So many records of a kind are left.

    The kinds are "yours" (for who asks, to screen), "conflicts", "unsure", "doubtful" and "to_screen" (for
    another ``person``).
    """

    kind: str
    n: int
    person: str = ""


def what_is_left(review: Review, person: str, stage: Stage) -> list[Left]:
    """What is left at a stage; of other people only how many records, never what they said.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from samsyn import Review
    >>> review = Review.new(Path(tempfile.mkdtemp(), "review"))
    >>> [(left.kind, left.n) for left in what_is_left(review, "ann", "title_abstract")]
    [('conflicts', 0), ('unsure', 0), ('doubtful', 0)]
    """
    verdicts = review.verdicts()
    here = verdicts.loc[verdicts["stage"] == stage, "verdict"]
    n_own = _n_own(review, person, stage)
    left = [Left("yours", n_own, person)] if n_own else []
    left += [
        Left(kind, int((here == verdict).sum()))
        for kind, verdict in (("conflicts", "conflict"), ("unsure", "unsure"))
    ]
    left.append(Left("doubtful", len(review.duplicates().doubtful)))
    progress = review.screening_progress()
    others = progress[(progress["stage"] == stage) & (progress["person"] != person)]
    return left + [
        Left("to_screen", int(n), str(who))
        for who, n in zip(others["person"], others["to_do"], strict=True)
        if n
    ]


def _n_own(review: Review, person: str, stage: Stage) -> int:
    """How many records the person has still to screen; none where they are no screener, or settle only."""
    plan = review.protocol.screening
    screens = stage in review.protocol.stages and (plan is None or person in plan.screeners)
    return len(review.queue(person, stage=stage)) if screens else 0
