"""Indicator phrases: their syntax, and where they stand in a sentence.

A phrase is one or more words separated by spaces, upper and lower case alike. Each word stands for a word
form or a lemma of the text; ``*`` in it stands for any letters (at the end, inside, at the start), so that
``*styring*`` finds *netværksstyringens*; ``[0-9]+`` is a number. The words must stand in this order with at
most ``gap`` words and no punctuation between. Hyphens make no difference: ``multi-actor`` finds
*multi-actor*, *multi actor* and *multiactor*; and ``hierarch*`` finds *pseudo-hierarchical*, but not
*non-hierarchical*.

A word that begins with ``@`` names a group of words of the scheme (``trust* @citizens``): the phrase counts
only in company, where a word of that group stands in the same sentence, before it or after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from coding_scheme.language import lemma
from coding_scheme.written_words import HYPHENS, WrittenWord
from corpus.lately_met import LatelyMet

WORDS_BETWEEN = 2
INDICATORS = ("indicator", "weak")
COMPANY = "company"
SUBJECT = "subject"
# a longer form is no word, and matches none
LONGEST_FORM = 100
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


@dataclass(frozen=True)
class Phrase:
    """A phrase to look for.

    Attributes
    ----------
    words : tuple of (str, int)
        Each word and how many words may stand before it, counted from the word before.
    kind : str
        What it is for: "indicator", "weak", "exclude", "company", "subject", "promotes", "negation", ...
    owner : str
        The code it belongs to, of company words their group, or "".
    company : tuple of str
        The groups of which a word must stand in the same sentence.
    """

    words: tuple[tuple[str, int], ...]
    kind: str
    owner: str = ""
    company: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """A phrase found in a text: units ``first`` to ``last``, both included."""

    first: int
    last: int
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Form:
    """What a word form may be part of.

    Attributes
    ----------
    ids : frozenset of int
        The words of phrases that it stands for.
    beginnings : tuple
        The phrases that begin with one of them, each with the (word, gap) pairs that must follow.
    present : int
        ``ids`` as bits.
    needed : tuple of int
        For the indicators among ``beginnings`` the words that must follow, as bits; (0,) if none need.
    subject : tuple of int
        The same for the phrases of the scheme's subject.
    """

    ids: frozenset[int]
    beginnings: tuple[tuple[Phrase, tuple[tuple[int, int], ...]], ...]
    present: int
    needed: tuple[int, ...]
    subject: tuple[int, ...]


@dataclass
class Units:
    """The words of a sentence, hyphenated words in their parts, punctuation left out.

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
        The running number of the word a unit is part of.
    """

    forms: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    joined: list[bool] = field(default_factory=list)
    word: list[int] = field(default_factory=list)


def units_of(words: Sequence[WrittenWord], at: int = 0) -> Units:
    """The units of written words that stand together, the first of them at code point ``at``.

    Examples
    --------
    >>> from coding_scheme.language import written_words
    >>> units = units_of(written_words("en").of("A place-based, slow process."))
    >>> units.forms, units.word, units.stops
    (['a', 'place', 'based', 'slow', 'process'], [0, 1, 1, 2, 3], ['', '', '', ',', ''])
    """
    units = Units()
    stops, joined, number = "", False, 0
    for word in words:
        for part in word.parts:
            units.forms.append(part.form)
            units.starts.append(at + part.start)
            units.ends.append(at + part.end)
            units.stops.append(stops + part.stops)
            units.joined.append(part.joined or joined)
            units.word.append(number + part.word)
            stops, joined = "", False
        stops, joined = stops + word.stops, joined or word.joins
        number += word.n_words
        at += word.length
    if units.joined:
        units.joined[0] = False  # to nothing in this sentence
    return units


def parse_phrases(phrase: str, kind: str, owner: str = "", *, gap: int = WORDS_BETWEEN) -> list[Phrase]:
    """The ways in which a phrase of the scheme may be written.

    Examples
    --------
    >>> [[word for word, _ in each.words] for each in parse_phrases("non-hierarch* network", "indicator")]
    [['non', 'hierarch*', 'network'], ['nonhierarch*', 'network']]
    >>> parse_phrases("trust* @citizens", "indicator")[0].company
    ('citizens',)
    """
    parted: list[tuple[str, int]] = []
    fused: list[tuple[str, int]] = []
    words, company = parted_company(phrase)
    for word in words:
        parts = [part for part in HYPHENS.split(word) if part] if word != "[0-9]+" else [word]
        parted += [(part, 0 if number else gap) for number, part in enumerate(parts)]
        # "mål- og" keeps its parts; only a hyphen inside a word may be left out
        fused.append(("".join(parts) if word != "[0-9]+" else word, gap))
    ways = [tuple(parted)] if parted else []
    if tuple(fused) not in ways and parted:
        ways.append(tuple(fused))
    return [Phrase(way, kind, owner, company) for way in ways]


def parted_company(phrase: str) -> tuple[list[str], tuple[str, ...]]:
    """The words of a phrase, and the groups it names.

    Examples
    --------
    >>> parted_company("Trust* @citizens")
    (['trust*'], ('citizens',))
    """
    words = phrase.split()
    company = tuple(word[1:] for word in words if word.startswith("@"))
    return [word.lower() for word in words if not word.startswith("@")], company


class PhraseFinder:
    """Finds the phrases of one language; each distinct word form is looked up once.

    The time it takes grows with the length of the text, whatever the phrases: no part of a phrase is ever
    read as a regular expression.

    Parameters
    ----------
    phrases : iterable of Phrase
    language : str
        For the lemmas.
    negations : collection of str
        Words that, joined by a hyphen, make the rest of a word its opposite ("non").
    lemmas : mapping, optional
        The lemmas of word forms for which the dictionary's do not hold.

    Examples
    --------
    >>> from coding_scheme.language import written_words
    >>> finder = PhraseFinder(parse_phrases("opleve* nødvendighed*", "indicator"), "da")
    >>> units = units_of(written_words("da").of("Borgerne oplevede en stor nødvendighed."))
    >>> [(match.first, match.last) for match in finder.find(units)]
    [(1, 4)]
    """

    def __init__(
        self,
        phrases: Iterable[Phrase],
        language: str,
        *,
        negations: Iterable[str] = (),
        lemmas: Mapping[str, str] | None = None,
    ) -> None:
        self.language, self.negations, self.lemmas = language, frozenset(negations), lemmas or {}
        self._exact: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._starred: list[tuple[list[str], int]] = []
        self._number = -1
        self._word_ids: dict[str, int] = {}
        self._beginnings: dict[int, list[tuple[Phrase, tuple[tuple[int, int], ...]]]] = {}
        for phrase in phrases:
            ids = tuple((self._word_id(word), gap) for word, gap in phrase.words)
            self._beginnings.setdefault(ids[0][0], []).append((phrase, ids[1:]))
        self._longest_prefix = max(map(len, self._prefixes), default=0)
        self._forms = LatelyMet(self._look_up)

    def _word_id(self, word: str) -> int:
        if word in self._word_ids:
            return self._word_ids[word]
        number = self._word_ids[word] = len(self._word_ids)
        if word == "[0-9]+":
            self._number = number
        elif "*" not in word:
            self._exact[word] = number
        elif word.index("*") == len(word) - 1:
            self._prefixes[word[:-1]] = number
        else:
            self._starred.append((word.split("*"), number))
        return number

    def form(self, form: str) -> Form:
        """What a word form in lower case may be part of."""
        return self._forms[form]

    def _look_up(self, form: str) -> Form:
        ids = set()
        if self._number >= 0 and _NUMBER.fullmatch(form):
            ids.add(self._number)
        own = self.lemmas.get(form) or lemma(form, self.language)
        for word in {form, own} if len(form) <= LONGEST_FORM else ():
            if word in self._exact:
                ids.add(self._exact[word])
            for length in range(1, min(len(word), self._longest_prefix) + 1):
                if word[:length] in self._prefixes:
                    ids.add(self._prefixes[word[:length]])
            ids.update(number for pieces, number in self._starred if _fits(pieces, word))
        beginnings = tuple(
            beginning for number in sorted(ids) for beginning in self._beginnings.get(number, ())
        )
        rest_of: dict[str, set[int]] = {"needed": set(), SUBJECT: set()}
        for phrase, rest in beginnings:
            bits = sum(1 << number for number in {number for number, _ in rest})
            if phrase.kind in INDICATORS:
                rest_of["needed"].add(bits)
            elif phrase.kind == SUBJECT:
                rest_of[SUBJECT].add(bits)
        present = sum(1 << number for number in ids)
        return Form(frozenset(ids), beginnings, present, least(rest_of["needed"]), least(rest_of[SUBJECT]))

    def find(self, units: Units) -> list[Match]:
        """All phrases in a sentence; overlaps included, for each phrase and beginning the shortest."""
        forms = units.forms
        met = [self.form(form) for form in forms]
        matches = []
        for at, form in enumerate(met):
            if not form.beginnings:
                continue
            if units.joined[at] and forms[at - 1] in self.negations:
                continue  # "non-hierarchical" is not hierarchical
            for phrase, rest in form.beginnings:
                last = _follow(rest, at, met, units) if rest else at
                if last >= 0:
                    matches.append(Match(at, last, phrase))
        return matches


def least(needed: set[int]) -> tuple[int, ...]:
    """Sets of words of which one must stand there, as bits; (0,) where one of them is empty."""
    return (0,) if 0 in needed else tuple(sorted(needed))


def _follow(rest: Iterable[tuple[int, int]], at: int, met: Sequence[Form], units: Units) -> int:
    """The first unit at which the rest of a phrase can end when it begins at ``at``, or -1."""
    places = [at]
    for number, gap in rest:
        reached: list[int] = []
        looked_at = 0
        for before in places:
            farthest = units.word[before] + gap + 1
            place = max(before + 1, looked_at)
            end = before + 2 if gap == 0 else len(met)
            while place < min(end, len(met)) and not units.stops[place] and units.word[place] <= farthest:
                if number in met[place].ids:
                    reached.append(place)
                place += 1
            looked_at = max(looked_at, place)
        if not reached:
            return -1
        places = reached
    return places[0]


def _fits(pieces: Sequence[str], word: str) -> bool:
    """Whether a word is made of the pieces of a starred word with any letters and digits between.

    Examples
    --------
    >>> [_fits("*styring*".split("*"), word) for word in ("netværksstyringens", "styring", "styrke")]
    [True, True, False]
    """
    if any(piece not in word for piece in pieces) or not word.startswith(pieces[0]):
        return False
    reached = {len(pieces[0])}
    for piece in pieces[1:]:
        ends, within = set(), False
        for at in range(len(word) + 1):
            within = within or at in reached
            if within and word.startswith(piece, at):
                ends.add(at + len(piece))
            # a star is no apostrophe and no full stop
            within = within and at < len(word) and (word[at].isalnum() or word[at] == "_")
        reached = ends
    return len(word) in reached
