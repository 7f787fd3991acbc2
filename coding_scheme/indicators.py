"""Indicator phrases: their syntax, and where they stand in a sentence.

A phrase is one or more words separated by spaces, upper and lower case alike. Each word stands for a word
form or a lemma of the text; ``*`` in it stands for any letters (at the end, inside, at the start), so that
``*styring*`` finds *netværksstyringens*; ``[0-9]+`` is a number. The words must stand in this order with at
most ``gap`` words and no punctuation between. Hyphens make no difference: ``multi-actor`` finds
*multi-actor*, *multi actor* and *multiactor*; and ``hierarch*`` finds *pseudo-hierarchical*, but not
*non-hierarchical*.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from coding_scheme.language import lemma

WORDS_BETWEEN = 2
_HYPHENS = re.compile(r"[-\u2010-\u2015/]+")
_WORD = re.compile(r"\w")
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_STOPPING = re.compile(r"[,;:()\[\]{}—–]")
_CLITICS = frozenset({"'s", "’s", "'", "’"})


@dataclass(frozen=True)
class Phrase:
    """A phrase to look for.

    Attributes
    ----------
    words : tuple of (str, int)
        Each word and how many words may stand before it, counted from the word before.
    kind : str
        What it is for: "indicator", "weak", "exclude", "promotes", "negation", ...
    owner : str
        The code it belongs to, or "".
    """

    words: tuple[tuple[str, int], ...]
    kind: str
    owner: str = ""


@dataclass(frozen=True)
class Match:
    """A phrase found in a text: units ``first`` to ``last``, both included."""

    first: int
    last: int
    phrase: Phrase


@dataclass
class Units:
    """The words of a text, hyphenated words in their parts, punctuation left out.

    Attributes
    ----------
    forms : list of str
        In lower case.
    starts, ends : list of int
        Code points in the text.
    stops : list of str
        The punctuation standing directly before each unit.
    joined : list of bool
        Whether the unit is joined to the one before by a hyphen.
    word : list of int
        The running number of the written word a unit is part of.
    """

    forms: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    joined: list[bool] = field(default_factory=list)
    word: list[int] = field(default_factory=list)

    def between(self, start: int, end: int) -> tuple[int, int]:
        """The units that begin in ``text[start:end]``, as a half-open range."""
        return bisect_left(self.starts, start), bisect_left(self.starts, end)


def parse_phrases(phrase: str, kind: str, owner: str = "", *, gap: int = WORDS_BETWEEN) -> list[Phrase]:
    """The ways in which a phrase of the scheme may be written.

    Examples
    --------
    >>> [[word for word, _ in each.words] for each in parse_phrases("non-hierarch* network", "indicator")]
    [['non', 'hierarch*', 'network'], ['nonhierarch*', 'network']]
    """
    parted: list[tuple[str, int]] = []
    fused: list[tuple[str, int]] = []
    for word in phrase.lower().split():
        parts = [part for part in _HYPHENS.split(word) if part] if word != "[0-9]+" else [word]
        parted += [(part, 0 if number else gap) for number, part in enumerate(parts)]
        # "mål- og" keeps its parts; only a hyphen inside a word may be left out
        fused.append(("".join(parts) if word != "[0-9]+" else word, gap))
    ways = [tuple(parted)] if parted else []
    if tuple(fused) not in ways and parted:
        ways.append(tuple(fused))
    return [Phrase(words, kind, owner) for words in ways]


class PhraseFinder:
    """Finds the phrases of one language; each distinct word form is looked up once.

    Parameters
    ----------
    phrases : iterable of Phrase
    language : str
        For the lemmas.
    negations : collection of str
        Words that, joined by a hyphen, make the rest of a word its opposite ("non").

    Examples
    --------
    >>> from coding_scheme.language import pipeline
    >>> finder = PhraseFinder(parse_phrases("opleve* nødvendighed*", "indicator"), "da")
    >>> units = units_of(pipeline("da")("Borgerne oplevede en stor nødvendighed."))
    >>> [(match.first, match.last) for match in finder.find(units, 0, len(units.forms))]
    [(1, 4)]
    """

    def __init__(self, phrases: Iterable[Phrase], language: str, *, negations: Iterable[str] = ()) -> None:
        self.language, self.negations = language, frozenset(negations)
        self._exact: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._patterns: list[tuple[re.Pattern[str], int]] = []
        self._word_ids: dict[str, int] = {}
        self._beginnings: dict[int, list[tuple[Phrase, tuple[tuple[int, int], ...]]]] = {}
        for phrase in phrases:
            ids = tuple((self._word_id(word), gap) for word, gap in phrase.words)
            self._beginnings.setdefault(ids[0][0], []).append((phrase, ids[1:]))
        self._known_forms: dict[str, tuple[frozenset[int], tuple[Any, ...]]] = {}

    def _word_id(self, word: str) -> int:
        if word in self._word_ids:
            return self._word_ids[word]
        number = self._word_ids[word] = len(self._word_ids)
        if word == "[0-9]+":
            self._patterns.append((_NUMBER, number))
        elif "*" not in word:
            self._exact[word] = number
        elif word.index("*") == len(word) - 1:
            self._prefixes[word[:-1]] = number
        else:
            pieces = r"\w*".join(re.escape(piece) for piece in word.split("*"))
            self._patterns.append((re.compile(pieces), number))
        return number

    def _look_up(self, form: str) -> tuple[frozenset[int], tuple[Any, ...]]:
        ids = set()
        for word in {form, lemma(form, self.language)}:
            if word in self._exact:
                ids.add(self._exact[word])
            for length in range(1, len(word) + 1):
                if word[:length] in self._prefixes:
                    ids.add(self._prefixes[word[:length]])
            ids.update(number for pattern, number in self._patterns if pattern.fullmatch(word))
        beginnings = [beginning for number in sorted(ids) for beginning in self._beginnings.get(number, ())]
        found = self._known_forms[form] = (frozenset(ids), tuple(beginnings))
        return found

    def find(self, units: Units, first: int, after: int) -> list[Match]:
        """All phrases in the units from ``first`` up to, not including, ``after``; overlaps included."""
        known, forms = self._known_forms, units.forms
        met = [known.get(form) or self._look_up(form) for form in forms[first:after]]
        matches = []
        for offset, (_, beginnings) in enumerate(met):
            if not beginnings:
                continue
            at = first + offset
            if units.joined[at] and forms[at - 1] in self.negations:
                continue  # "non-hierarchical" is not hierarchical
            for phrase, rest in beginnings:
                last = _follow(rest, at, first, met, units) if rest else at
                if last >= 0:
                    matches.append(Match(at, last, phrase))
        return matches


def _follow(rest: Iterable[tuple[int, int]], at: int, first: int, met: list[Any], units: Units) -> int:
    """The unit at which the rest of a phrase ends when it begins at ``at``, or -1."""
    for number, gap in rest:
        place, word = at + 1, units.word[at]
        while place - first < len(met) and not units.stops[place]:
            if gap == 0 and place > at + 1:
                return -1
            if units.word[place] - word > gap + 1:
                return -1
            if number in met[place - first][0]:
                break
            place += 1
        else:
            return -1
        at = place
    return at


def units_of(doc: Any) -> Units:
    """The units of a spaCy document.

    Examples
    --------
    >>> from coding_scheme.language import pipeline
    >>> units = units_of(pipeline("en")("A place-based, slow process."))
    >>> units.forms, units.word, units.stops
    (['a', 'place', 'based', 'slow', 'process'], [0, 1, 1, 2, 3], ['', '', '', ',', ''])
    """
    units = Units()
    stop, hyphen, word = "", False, 0
    for token in doc:
        text = token.text
        if text.isalnum():
            parts: tuple[tuple[str, int], ...] = ((text, 0),)
        elif text in _CLITICS or text.isspace():
            continue
        elif not _WORD.search(text):
            # a lone hyphen or slash between two words without spaces joins them
            if _HYPHENS.fullmatch(text) and not token.whitespace_:
                hyphen = True
            elif _STOPPING.search(text) or text == "-":
                stop += text
            continue
        else:
            parts = _parts(text)
        for number, (part, offset) in enumerate(parts):
            units.forms.append(part.lower().replace("\u00ad", ""))  # soft hyphens are not written
            units.starts.append(token.idx + offset)
            units.ends.append(token.idx + offset + len(part))
            units.stops.append("" if number else stop)
            units.joined.append(number > 0 or hyphen)
            units.word.append(word)
            hyphen = False
        stop, hyphen = "", False
        word += 1
    return units


def _parts(text: str) -> tuple[tuple[str, int], ...]:
    if not _HYPHENS.search(text):
        return ((text, 0),)
    return tuple(
        (part.group(), part.start())
        for part in re.finditer(r"[^-\u2010-\u2015/]+", text)
        if _WORD.search(part.group())
    )
