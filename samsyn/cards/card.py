"""What the cards share: messages from the keys to Python, the state that the page shows, faults in words.

The page sends one numbered message for each key; the card acts, and answers with a new ``state`` that names
the number. All that is decided, counted or worded is decided here; the script only draws the state. A message
that comes twice (the page asked again) is acted on once.
"""

from __future__ import annotations

from html import escape
from importlib import resources
from typing import Any

import anywidget
import traitlets
from IPython.display import display

from corpus import ReviewError
from samsyn.cards.words import card_words


def script(name: str) -> str:
    """The script of a card: what all cards share, then its own."""
    return "\n".join(_text(part) for part in ("card.js", f"{name}.js"))


def style(name: str) -> str:
    """The style of a card: what all cards share, then its own, where it has any."""
    own = resources.files("samsyn.cards") / f"{name}.css"
    return _text("card.css") + (own.read_text("utf-8") if own.is_file() else "")


def _text(name: str) -> str:
    return (resources.files("samsyn.cards") / name).read_text("utf-8")


class Card(anywidget.AnyWidget):
    """A card in a notebook.

    A card of its own gives ``_esm = script("name")``, ``_css = style("name")``, :meth:`act`, :meth:`shown`
    and :meth:`static_html`.

    Attributes
    ----------
    state : dict
        What the page shows; ``answered`` is the number of the last message, ``fault`` says in words why it
        was not carried out.
    words : dict
        The card's words in its language.
    language : {"en", "da"}
    """

    state = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)

    def __init__(self, part: str, language: str) -> None:
        every = card_words(language)
        super().__init__(words=every["card"] | every[part], language=language)
        self._last: tuple[str, int] = ("", 0)
        self.state = {**self.shown(), "answered": 0, "asked_by": "", "fault": ""}
        self.on_msg(self._take)

    def act(self, message: dict[str, Any]) -> None:
        """Do what a key asks for: ``message["do"]``, with its details.

        Raises
        ------
        ReviewError
            In the user's words, when it cannot be done.
        """
        raise NotImplementedError

    def shown(self) -> dict[str, Any]:
        """The state to show now, JSON-able."""
        raise NotImplementedError

    def static_html(self) -> str:
        """The card as plain HTML, for a page without Python behind it."""
        raise NotImplementedError

    def _take(self, _: object, message: dict[str, Any], __: object) -> None:
        asked_by, number = str(message.get("view", "")), int(message.get("n", 0))
        fault = ""
        if (asked_by, number) != self._last:
            try:
                self.act(message)
                self._last = (asked_by, number)
            except ReviewError as error:
                fault = str(error)
        self.state = {**self.shown(), "answered": number, "asked_by": asked_by, "fault": fault}

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**options) or ({}, {})
        # what an exported page shows, where no Python answers
        return {**data, "text/html": self.static_html()}, metadata

    def _ipython_display_(self) -> None:
        # an exported page cannot draw the widget without the network, and would be blank where it stands:
        # the static twin is an output of its own, and the style that comes with the live card hides it
        twin = f'<div class="samsyn-twin" lang="{escape(self.language)}">{self.static_html()}</div>'
        data, metadata = self._repr_mimebundle_()
        display({"text/html": twin, "text/plain": ""}, raw=True)
        display({**data, "text/html": "", "text/plain": ""}, metadata=metadata, raw=True)
