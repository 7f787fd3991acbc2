"""The cards of a review: screening and checking in the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from corpus import UsageError
from corpus.protocol import Stage
from samsyn.ranking_desk import RankingDesk

if TYPE_CHECKING:
    from samsyn.cards.checking_card import CheckingCard
    from samsyn.cards.checking_queue import Round
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

    def checking_card(self, person: str, *, round_: str = "", language: str = "en") -> CheckingCard:
        """A card in the notebook to code one record after the other, by key.

        Each decision is on disk before the next thing appears.

        Parameters
        ----------
        person : str
            Who codes.
        round_ : {"", "blind", "assisted", "adjudication"}
            "" is what comes next: the reliability sample, read blind, then records with suggestions. "blind"
            reads every record without suggestions, "assisted" also shows them for records read blind before,
            "adjudication" settles disagreements. See :class:`samsyn.cards.checking_queue.CheckingQueue`.
        language : {"en", "da"}
        """
        # the widgets take a second to load, and only a notebook needs them
        from samsyn.cards.checking_card import ROUNDS, CheckingCard  # noqa: PLC0415
        from samsyn.cards.checking_queue import CheckingQueue  # noqa: PLC0415
        from samsyn.cards.opening import said_while_opening  # noqa: PLC0415
        from samsyn.cards.settling_queue import SettlingQueue  # noqa: PLC0415

        if round_ not in ROUNDS:
            raise UsageError(
                f"There is no round {round_!r}. Known: {', '.join(name for name in ROUNDS if name)}."
            )

        review = cast("Review", self)

        def open_queue(which: str) -> CheckingQueue | SettlingQueue:
            if which == "adjudication":
                return SettlingQueue(review, person)
            return CheckingQueue(review, person, round_=cast("Round", which), language=language)

        with said_while_opening(self.folder, language) as say:
            say("records")
            return CheckingCard(open_queue, round_=round_, language=language)

    def explore(self, *, language: str = "en") -> Explorer:
        """The evidence table and the matrix of themes by study, to sort, search and trace in the notebook.

        What the report shows, from the same evidence; nothing is counted anew.

        Parameters
        ----------
        language : {"en", "da"}
        """
        from samsyn.cards.explorer import Explorer  # noqa: PLC0415 (as above)

        return Explorer(cast("Review", self).evidence(), language=language)
