"""The cards of a review: screening and checking in the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from corpus.protocol import Stage
from samsyn.ranking_desk import RankingDesk

if TYPE_CHECKING:
    from samsyn.cards.explorer import Explorer
    from samsyn.cards.screening_card import ScreeningCard
    from samsyn.cards.screening_queue import Mode
    from samsyn.review import Review


class CardDesk(RankingDesk):
    """The part of :class:`~samsyn.Review` that people look at and decide in."""

    def screening_card(
        self,
        person: str,
        *,
        mode: Mode = "prioritised",
        stage: Stage = "title_abstract",
        language: str = "en",
    ) -> ScreeningCard:
        """A card in the notebook to screen one record after the other, by key.

        Each decision is on disk before the next record appears.

        Parameters
        ----------
        person : str
            Who screens.
        mode : {"prioritised", "random", "newest", "waiting"}
            See :class:`samsyn.cards.screening_queue.ScreeningQueue`.
        stage : str
        language : {"en", "da"}
        """
        # the widgets take a second to load, and only a notebook needs them
        from samsyn.cards.screening_card import ScreeningCard  # noqa: PLC0415
        from samsyn.cards.screening_queue import ScreeningQueue  # noqa: PLC0415

        return ScreeningCard(ScreeningQueue(self, person, mode=mode, stage=stage), language=language)

    def explore(self, *, language: str = "en") -> Explorer:
        """The evidence table and the matrix of themes by study, to sort, search and trace in the notebook.

        What the report shows, from the same evidence; nothing is counted anew.

        Parameters
        ----------
        language : {"en", "da"}
        """
        from samsyn.cards.explorer import Explorer  # noqa: PLC0415 (as above)

        return Explorer(cast("Review", self).evidence(), language=language)
