"""What the cell of a clean page shows: the card its address names, or in words why there is none."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path

from IPython.display import HTML, display

from corpus import ReviewError
from samsyn.cards.card import Card
from samsyn.cards.words import card_words
from samsyn.pages.address import PageAddress
from samsyn.review import Review

# page -> the review's method that makes its card, and what that calls the page's mode
_CARDS = {"screen": ("screening_card", "mode"), "check": ("checking_card", "round_")}


def show(folder: str | Path) -> None:
    """Show in this cell what the page's address asks for; a fault is said in words, never as a traceback."""
    page = PageAddress.read(os.environ.get("QUERY_STRING", ""))
    words = card_words(page.language)["page"]
    try:
        card = card_of(Review.open(folder), page)
        # there is no cell to run again here
        card.words = {**card.words, "no_answer": words["no_answer"]}
        display(card)
    except ReviewError as fault:
        display(HTML(_fault(str(fault))))
    # the last resort: whoever reads this page does not read Python
    except Exception as fault:
        said = words["fault_inside"].replace("{fault}", f"{type(fault).__name__}: {fault}")
        display(HTML(_fault(said)))


def card_of(review: Review, page: PageAddress) -> Card:
    """The card that a page shows.

    Raises
    ------
    ReviewError
        When the person may not do this, or there is no such queue.
    """
    page = page.opened_for(review.protocol)
    if page.what == "tables":
        return review.explore(language=page.language)
    method, of_mode = _CARDS[page.what]
    more = {of_mode: page.mode} if page.mode else {}
    card: Card = getattr(review, method)(page.person, language=page.language, **more)
    return card


def _fault(said: str) -> str:
    return f'<p class="note alert samsyn-fault" role="alert">{escape(said)}</p>'
