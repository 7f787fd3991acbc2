"""The report's own words in English and Danish, and numbers and dates as each language writes them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from corpus.errors import UsageError
from corpus.protocol import Wording

LANGUAGES = ("en", "da")
LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ß": "ss", "đ": "d", "ł": "l", "þ": "th"})
_DANISH_ORDER = str.maketrans({"æ": "zzz1", "ä": "zzz1", "ø": "zzz2", "ö": "zzz2", "å": "zzz3"})
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "da": [
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
    ],
}


@dataclass(frozen=True)
class Words:
    """The texts of one language.

    Parameters
    ----------
    language : str
        "en" or "da".

    Raises
    ------
    UsageError
        For any other language.

    Examples
    --------
    >>> words = Words("da")
    >>> words("promotes"), words.count("n_studies", 1), words.count("n_studies", 1200)
    ('fremmer', '1 studie', '1.200 studier')
    >>> words.number(2157), words.decimal(0.7312), words.percent(95.2), words.decimal(-0.18)
    ('2.157', '0,73', '95\\xa0%', '−0,18')
    >>> words.date("2026-11-23T08:00:00Z"), Words("en").date("2026-11-23")
    ('23. november 2026', '23 November 2026')
    """

    language: str

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise UsageError(
                f"There is no report in the language {self.language!r}.",
                next_step=f"Known: {', '.join(LANGUAGES)}.",
            )

    def __call__(self, key: str, **values: object) -> str:
        """A text, with its fields filled."""
        text = _texts()[key][self.language]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether there is a text of that name."""
        return key in _texts()

    def count(self, key: str, n: int, **values: object) -> str:
        """A text that has one form for one and another for several, with its number."""
        return self.form(key, n).format(n=self.number(n), **values)

    def form(self, key: str, n: int) -> str:
        """The form of a text for so many, its fields not yet filled; a text may have one form for all."""
        text = _texts()[key][self.language]
        return text if isinstance(text, str) else text[0 if n == 1 else 1]

    def direction(self, direction: str) -> str:
        """A direction in words."""
        return self(direction or "no_direction")

    def number(self, n: int) -> str:
        """A whole number with the language's separator of thousands."""
        text = f"{int(n):,}".replace("-", "−")
        return text.replace(",", ".") if self.language == "da" else text

    def decimal(self, value: float, digits: int = 2) -> str:
        """A number with decimals; an undefined one (NaN) in words."""
        if math.isnan(value):
            return self("undefined")
        # "z": nothing below zero is left of what is rounded to zero
        text = f"{value:z.{digits}f}".replace("-", "−")
        return text.replace(".", ",") if self.language == "da" else text

    def percent(self, value: float) -> str:
        """A percentage, given from 0 to 100; a half is rounded up.

        Examples
        --------
        >>> words = Words("en")
        >>> words.percent(14.5), words.percent(99.7), words.percent(100), words.percent(0.04)
        ('15%', '99.7%', '100%', '0.04%')
        """
        if math.isnan(value):
            return self("undefined")
        # rounded twice, since a share such as 0.145 is a little less as a float
        whole = math.floor(round(value, 6) + 0.5)
        if whole in (0, 100) and 0 < value < 100:
            # nearly none and nearly all are not said to be none and all
            digits = next(n for n in range(1, 9) if n == 8 or 0 < round(value, n) < 100)
            text = f"{value:.{digits}f}"
            return f"{text.replace('.', ',')}\u00a0%" if self.language == "da" else f"{text}%"
        return f"{whole}\u00a0%" if self.language == "da" else f"{whole}%"

    def listed(self, texts: Sequence[str]) -> str:
        """Several things in a row: "a, b and c"; with semicolons where they hold commas themselves.

        Examples
        --------
        >>> Words("en").listed(["a", "b", "c"]), Words("da").listed(["Scopus, maj", "ERIC"])
        ('a, b and c', 'Scopus, maj; ERIC')
        """
        if any("," in text for text in texts):
            return "; ".join(texts)
        lead = ", ".join(texts[:-1])
        return f"{lead} {self('and')} {texts[-1]}" if lead else "".join(texts)

    def order(self, text: str) -> str:
        """What a text is sorted by: Danish letters behind z in Danish, with their base letters in English.

        Examples
        --------
        >>> names = ["Ørsted", "Zahle", "Aagaard", "Obel", "Æble"]
        >>> sorted(names, key=Words("da").order), sorted(names, key=Words("en").order)
        (['Obel', 'Zahle', 'Æble', 'Ørsted', 'Aagaard'], ['Aagaard', 'Æble', 'Obel', 'Ørsted', 'Zahle'])
        """
        folded = text.casefold()
        if self.language == "da":
            # as the Danish dictionary sorts: æ ø å at the end, ä and ö as æ and ø, Aa in names as å
            folded = re.sub(r"\baa", "å", folded).translate(_DANISH_ORDER)
        plain = unicodedata.normalize("NFKD", folded.translate(LETTERS))
        return re.sub(r"^[\W_]+", "", "".join(sign for sign in plain if not unicodedata.combining(sign)))

    def date(self, text: str) -> str:
        """A date in prose, from ISO 8601; anything else comes back as it is."""
        try:
            day = date.fromisoformat(text[:10])
        except ValueError:
            return text
        dot = "." if self.language == "da" else ""
        return f"{day.day}{dot} {_MONTHS[self.language][day.month - 1]} {day.year}"


@dataclass(frozen=True)
class OwnWords:
    """Words of the review, and the language they are in when it is not the page's."""

    text: str
    language: str = ""


def own_language(wording: Wording, language: str) -> OwnWords:
    """A wording for a page in ``language``; says so when only the other language is there.

    Examples
    --------
    >>> own_language(Wording(en="Time"), "da")
    OwnWords(text='Time', language='en')
    """
    text = wording.in_language(language)
    written = wording.da if language == "da" else wording.en
    return OwnWords(text, "" if written or not text else "en" if language == "da" else "da")


@cache
def _texts() -> dict[str, dict[str, Any]]:
    text = resources.files("synthesis").joinpath("words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return loaded
