"""Why the classifier suggests a code in a sentence: the words that spoke for it, and the direction there."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from coding_scheme.directions import SentenceCues
from coding_scheme.indicators import Units
from coding_scheme.scheme import Code, CodingScheme
from coding_scheme.scheme_readers import readers_of, unexcluded
from coding_scheme.sentence_features import SentenceFeatures, terms

_WORD = re.compile(r"\w+")
N_WORDS = 3
_WORDS = {
    "en": {
        "spoke": "for it spoke ", "and": " and ", "hits": "the scheme's indicators",
        "around": "the sentences around it most of all",
        "common": "it is common enough to be likely anywhere",
        "learned": "learned from {present} sentences with it, {absent} without ({records} records)",
    },
    "da": {
        "spoke": "for den talte ", "and": " og ", "hits": "kodeskemaets indikatorer",
        "around": "mest af alt sætningerne omkring",
        "common": "den er så almindelig, at den er sandsynlig overalt",
        "learned": "lært af {present} sætninger med den, {absent} uden ({records} poster)",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """What a suggestion of the classifier says beside its probability.

    Attributes
    ----------
    direction, cue : str
        As the rules read it, and the words it rests on.
    indicator : str
        The code's indicator in the sentence, or the word that spoke most for it.
    why : str
    """

    direction: str
    cue: str
    indicator: str
    why: str


def learned_from(n_present: int, n_absent: int, n_records: int, language: str = "en") -> str:
    """How much a classifier learned from, in words.

    Examples
    --------
    >>> learned_from(12, 340, 9, "da")
    'lært af 12 sætninger med den, 340 uden (9 poster)'
    """
    return _WORDS[language]["learned"].format(present=n_present, absent=n_absent, records=n_records)


class Reasons:
    """Gives the reasons for suggestions of a scheme's classifiers.

    Parameters
    ----------
    scheme : CodingScheme
    features : SentenceFeatures
        Fitted.
    language : {"en", "da"}
        Of the reasons.
    """

    def __init__(self, scheme: CodingScheme, features: SentenceFeatures, language: str = "en") -> None:
        self._said, self._lemmas = _WORDS[language], scheme.lemmas
        self._readers = readers_of(scheme)
        self._column_of = {term: column for column, term in enumerate(features.terms)}

    def of(self, sentence: pd.Series, code: Code, features: Any, weights: np.ndarray) -> Reason:
        """The reason for one suggestion.

        Parameters
        ----------
        sentence : Series
            With text and language.
        code : Code
        features : csr_matrix (1, n_features)
            Of the sentence for this code.
        weights : array (n_features,)
            Learned.
        """
        text, n_terms = sentence["text"], len(self._column_of)
        spoke = np.zeros(len(weights))
        spoke[features.indices] = features.data * weights[features.indices]
        words = self._words(text, sentence["language"], spoke)
        indicator, direction, cue = self._direction(text, sentence["language"], code, words)
        shown = [f"“{text[start:end]}”" for start, end in words[:N_WORDS]]
        of_hits, around = (
            spoke[3 * n_terms],
            spoke[n_terms : 3 * n_terms].sum() + spoke[3 * n_terms + 1 :].sum(),
        )
        parts = []
        if shown:
            parts.append(", ".join(shown))
        if of_hits > 0:
            parts.append(self._said["hits"])
        if around > 0 and around > spoke[:n_terms].sum() + of_hits:
            parts.append(self._said["around"])
        why = self._said["spoke"] + self._said["and"].join(parts) if parts else self._said["common"]
        return Reason(direction, cue, indicator, why)

    def _words(self, text: str, language: str, spoke: np.ndarray) -> list[tuple[int, int]]:
        """Where the words stand that spoke for the code, the strongest first, each word form once."""
        found: dict[str, tuple[float, int, int]] = {}
        for match in _WORD.finditer(text):
            form = match.group().lower()
            columns = [
                self._column_of[term]
                for term in terms(form, language, self._lemmas)
                if term in self._column_of
            ]
            strength = float(spoke[columns].sum().round(6)) if columns else 0.0
            if strength > 0 and form not in found:
                found[form] = (-strength, match.start(), match.end())
        return [(start, end) for _, start, end in sorted(found.values())]

    def _direction(
        self, text: str, language: str, code: Code, words: list[tuple[int, int]]
    ) -> tuple[str, str, str]:
        """Indicator, direction and its words, as the rules read them."""
        allowed = code.direction.allowed
        neutral = "descriptive" if "descriptive" in allowed else allowed[0] if allowed else ""
        first_word = text[slice(*words[0])] if words else ""
        reader = self._readers.get(language)
        if reader is None:
            return first_word, neutral, ""
        reading = reader.read(text)
        units = reading.units(*reading.whole())
        matches = reader.finder.find(units)
        own = [match for match in unexcluded(matches) if match.phrase.owner == code.id]
        if own:
            first, last = own[0].first, own[0].last
        elif words:
            first = bisect_left(units.starts, words[0][0])
            last = max(bisect_left(units.starts, words[0][1]) - 1, first)
        if not units.forms or not (own or words) or first >= len(units.forms):
            return first_word, neutral, ""
        cues = (match for match in matches if not match.phrase.owner)
        read = SentenceCues(cues, units, 0, len(units.forms), language).read(first, last)
        indicator = _quoted(text, units, first, last)
        cue = " … ".join(_quoted(text, units, *part) for part in read.cues)
        return indicator, read.direction if read.direction in allowed else neutral, cue


def _quoted(text: str, units: Units, first: int, last: int) -> str:
    return text[units.starts[first] : units.ends[last]]
