"""What the cards share: messages from the keys to Python, the state that the page shows, faults in words.

The page sends one numbered message for each key; the card acts, and answers with a new ``state`` that names
the number. All that is decided, counted or worded is decided here; the script only draws the state. A message
that comes twice (the page asked again) is acted on once. A message ``look`` has no number: it asks what was
computed beside, and answers nothing else.
"""

from __future__ import annotations

from html import escape
from importlib import resources
from typing import Any

import anywidget
import traitlets
from IPython.display import display

from corpus import ReviewError, UsageError
from samsyn.cards.words import card_words, filled


def script(*names: str) -> str:
    """The script of a card: what all cards share, then its own parts."""
    return "\n".join(_text(f"{name}.js") for name in ("card", *names))


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
        was not carried out, ``try_again`` whether to ask again could help, ``look_again`` whether something
        is still being computed beside.
    words : dict
        The card's words in its language.
    language : {"en", "da"}
    letter_keys : bool
        Whether one-letter keys act; people who speak to the computer switch them off.
    """

    state = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)
    letter_keys = traitlets.Bool(True).tag(sync=True)

    def __init__(self, part: str, language: str) -> None:
        every = card_words(language)
        super().__init__(words=every["card"] | every[part], language=language)
        # the last message of each page that was carried out: two windows may show the same card
        self._carried_out: dict[str, int] = {}
        self._asked = {"answered": 0, "asked_by": "", "fault": "", "try_again": False}
        self.state = {**self.shown(), **self._asked}
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

    def look(self) -> None:
        """Begin what is computed beside, where a card has such."""

    def _take(self, _: object, message: dict[str, Any], __: object) -> None:
        if message.get("do") == "look":
            self.look()
            self.state = {**self.shown(), **self._asked}
            return
        asked_by, number = str(message.get("view", "")), int(message.get("n", 0))
        fault, try_again, shown = "", False, self.state
        is_done = self._carried_out.get(asked_by) == number
        try:
            if not is_done:
                self.act(message)
                self._carried_out[asked_by] = number
                is_done = True
            shown = self.shown()
        except ReviewError as error:
            place = f"({error.where})" if error.where else ""
            fault = " ".join(filter(None, (error.what, place, error.next_step)))
            try_again = not isinstance(error, UsageError)
            if not try_again:
                shown = self._shown_after(shown)
        except Exception as error:
            # a fault of ours: said on the card, since nobody sees the kernel's log
            fault, try_again = filled(self.words["broken"], what=f"{type(error).__name__}: {error}"), True
        # what was carried out stays so, also when what comes next cannot be shown
        try_again = try_again and not is_done
        self._asked = {"answered": number, "asked_by": asked_by, "fault": fault, "try_again": try_again}
        self.state = {**shown, **self._asked}

    def _shown_after(self, before: dict[str, Any]) -> dict[str, Any]:
        """What is to be seen after a refusal: the files may say more by now than the page shows."""
        try:
            return self.shown()
        except Exception:
            # the refusal is what must be read
            return before

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
