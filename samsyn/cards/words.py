"""The words of the cards, in English and Danish."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

import yaml

from corpus import UsageError

LANGUAGES = ("en", "da")


def card_words(language: str) -> dict[str, Any]:
    """The words of a language: part of the cards -> key -> text.

    Raises
    ------
    UsageError
        When the cards do not speak the language.

    Examples
    --------
    >>> card_words("da")["screening"]["include"]
    'Medtag'
    """
    if language not in LANGUAGES:
        raise UsageError(f"The cards do not speak {language!r}. Known: {', '.join(LANGUAGES)}.")
    return {
        part: {key: both[language] for key, both in texts.items()} for part, texts in _every_word().items()
    }


def filled(text: str, **values: object) -> str:
    """A text with its ``{fields}`` filled; what a value holds is not read again.

    Examples
    --------
    >>> filled("{n} of {all}", n=3, all="{n}")
    '3 of {n}'
    """
    return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1], found[0])), text)


@cache
def _every_word() -> dict[str, dict[str, dict[str, str]]]:
    text = (resources.files("samsyn.cards") / "words.yaml").read_text("utf-8")
    found: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(text)
    return found
