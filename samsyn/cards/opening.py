"""What a card waits for while it opens, said in the notebook when that may take long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from samsyn.cards.words import card_words, filled

# bytes of sources from which on a card takes more than about two seconds to open
_TAKES_LONG = 3_000_000


@contextmanager
def said_while_opening(folder: Path, language: str) -> Iterator[Callable[[str], None]]:
    """A function that says each step of opening in the cell; what it said goes when the card is there.

    Parameters
    ----------
    folder : Path
        The review's; nothing is said where its sources are small, or outside a notebook.
    language : {"en", "da"}
    """
    # the notebook's part takes long to load, and is there when a card is
    from IPython import get_ipython  # noqa: PLC0415
    from IPython.display import display  # noqa: PLC0415

    size = sum(path.stat().st_size for path in folder.glob("sources/*"))
    if get_ipython() is None or size < _TAKES_LONG:
        yield lambda step: None
        return
    words = card_words(language)["card"]
    shown = display({"text/plain": ""}, raw=True, display_id=True)

    def say(step: str) -> None:
        text = filled(words[f"opening_{step}"], size=f"{size / 1e6:.0f}")
        shown.update({"text/plain": text}, raw=True)

    try:
        yield say
    finally:
        shown.update({"text/plain": ""}, raw=True)
