"""The cards of a review: screening and checking in the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from corpus.protocol import Stage
from samsyn.ranking_desk import RankingDesk

if TYPE_CHECKING:
    from samsyn.cards.screening_card import ScreeningCard
    from samsyn.cards.screening_queue import Mode
    from samsyn.review import Review


class CardDesk(RankingDesk):
    """The part of :class:`~samsyn.Review` that people look at and decide in."""

    def screening_card(
        self,
        person: str,
        *,
        mode: Mode | Literal["conflicts"] = "prioritised",
        stage: Stage = "title_abstract",
        language: str = "en",
    ) -> ScreeningCard:
        """A card in the notebook to screen one record after the other, by key, or to settle disagreements.

        Each decision is on disk before the next record appears.

        Parameters
        ----------
        person : str
            Who screens, or settles.
        mode : {"prioritised", "random", "newest", "waiting", "conflicts"}
            See :class:`samsyn.cards.screening_queue.ScreeningQueue`; with "conflicts" what people differ on
            is settled (:class:`samsyn.cards.conflict_queue.ConflictQueue`). The card can turn to another.
        stage : str
        language : {"en", "da"}
        """
        # the widgets take a second to load, and only a notebook needs them
        from samsyn.cards.conflict_queue import ConflictQueue  # noqa: PLC0415
        from samsyn.cards.opening import said_while_opening  # noqa: PLC0415
        from samsyn.cards.screening_card import ScreeningCard  # noqa: PLC0415
        from samsyn.cards.screening_queue import ScreeningQueue  # noqa: PLC0415

        review = cast("Review", self)
        if mode == "conflicts":
            return ScreeningCard(ConflictQueue(review, person, stage=stage), language=language)
        with said_while_opening(self.folder, language) as say:
            queue = ScreeningQueue(review, person, mode=mode, stage=stage, say=say)
            return ScreeningCard(queue, language=language)
