"""How a text is cut into written words and sentences, each written word taken apart only once.

A written word is what stands between two white spaces, with its punctuation and the white space after it.
spaCy's tokenizer never looks beyond it, so what it makes of one ("(place-based," -> four tokens) can be kept
for the next time; a text is then put together from parts known already. Tests hold that the outcome is that
of the whole pipeline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from coding_scheme.sentence_ends import OPENING, SentenceEnds
from corpus.lately_met import LatelyMet

# what is longer is no word that anybody reads; tokenizers may take quadratic time over it, so it is cut
LONGEST = 500
# a chain of more words is a list
LONGEST_COMPOUND = 10
# in words; of 258,050 sentences of abstracts six are longer: lists, and texts without full stops
LONGEST_SENTENCE = 300
_WRITTEN = re.compile(rf"\S{{1,{LONGEST}}}\s*")
HYPHENS = re.compile(r"[-\u2010-\u2015/]+")
# the signs of a tag that stands in the text ("trust</i>") are no part of its words
_PARTS = re.compile(r"[^-\u2010-\u2015/<>]+")
_WORD = re.compile(r"\w")
_STOPPING = re.compile(r"[,;:()\[\]{}—–]")
_CLITICS = frozenset({"'s", "’s", "'", "’"})


@dataclass(frozen=True, slots=True)
class Part:
    """A word or, where hyphens join several, one of them.

    Attributes
    ----------
    form : str
        In lower case, without soft hyphens.
    start, end : int
        Code points in the written word.
    stops : str
        The punctuation of the same written word directly before it.
    joined : bool
        Whether a hyphen joins it to what stands before.
    word : int
        Which word of the written word it is part of.
    """

    form: str
    start: int
    end: int
    stops: str
    joined: bool
    word: int


@dataclass(frozen=True, slots=True)
class WrittenWord:
    """What one written word, with the white space after it, brings to a text.

    Attributes
    ----------
    length, n_signs : int
        Code points with and without the white space.
    parts : tuple of Part
    n_words : int
    stops : str
        Punctuation after the last part.
    joins : bool
        Whether it ends in a hyphen that joins the next word.
    closing : (str, bool) or None
        The word before a sign that may end the sentence, and whether that sign is a token of its own.
    first, opening : str
        The first token; and the first that is no opening sign ("" if there is none).
    breaks : bool
        Whether a blank line follows.
    """

    length: int
    n_signs: int
    parts: tuple[Part, ...]
    n_words: int
    stops: str
    joins: bool
    closing: tuple[str, bool] | None
    first: str
    opening: str
    breaks: bool


class Tokens(LatelyMet[str, str]):
    """What a tokenizer makes of words without white space in them: the tokens, spaces between them.

    Parameters
    ----------
    new_tokenizer : callable
        Gives one, which gives tokens with ``text``, which stand side by side; spaCy's. It remembers all that
        it has met, so that now and then it has to be a new one.
    """

    def __init__(self, new_tokenizer: Callable[[], Any]) -> None:
        super().__init__(self._tokens)
        self._new_tokenizer = new_tokenizer
        self._tokenizer: Any = None

    def _tokens(self, signs: str) -> str:
        if self._tokenizer is None:
            self._tokenizer = self._new_tokenizer()
        return " ".join(token.text for token in self._tokenizer(signs))

    def turn(self) -> None:
        """As that of all that is met lately; the tokenizer is forgotten as well."""
        super().turn()
        self._tokenizer = None


class WrittenWords(LatelyMet[str, WrittenWord]):
    """The written words of one language met lately, and how texts are made of them.

    Parameters
    ----------
    language : str
    new_tokenizer : callable
        As of :class:`Tokens`.

    Attributes
    ----------
    tokens : Tokens
        Of each without the white space after it.
    """

    def __init__(self, language: str, new_tokenizer: Callable[[], Any]) -> None:
        super().__init__(self._taken_apart)
        self.ends, self.tokens = SentenceEnds(language), Tokens(new_tokenizer)

    def _taken_apart(self, written: str) -> WrittenWord:
        signs = written.rstrip()
        space, texts = written[len(signs) :], self.tokens[signs].split(" ")
        tokens = list(zip(texts, accumulate(map(len, texts), initial=0), strict=False))
        parts: list[Part] = []
        stops, joins, n_words = "", False, 0
        for number, (text, start) in enumerate(tokens):
            if text in _CLITICS:
                continue
            if not _WORD.search(text):
                # a lone hyphen or slash between two words without spaces joins them
                if HYPHENS.fullmatch(text) and not (number == len(tokens) - 1 and space.startswith(" ")):
                    joins = True
                elif _STOPPING.search(text) or text == "-":
                    stops += text
                continue
            found = _parts(text)
            for place, (part, offset) in enumerate(found):
                form = part.lower().replace("\u00ad", "")  # soft hyphens are not written
                at = start + offset
                n_words += place > 0 and len(found) > LONGEST_COMPOUND
                own = "" if place else stops
                parts.append(Part(form, at, at + len(part), own, place > 0 or joins, n_words))
            stops, joins = "", False
            n_words += 1
        # a second white space is a token of its own to spaCy
        more = space[1:] if space.startswith(" ") else space
        opening = texts[0]
        if opening in OPENING:
            opening = texts[1] if len(texts) > 1 else more
        return WrittenWord(
            len(signs) + len(space), len(signs), tuple(parts), n_words, stops, joins,
            self.ends.closing(texts), texts[0], opening, space.count("\n") > 1,
        )  # fmt: skip

    def of(self, text: str) -> list[WrittenWord]:
        """The written words of a text; what stands before the first, white space, is left out."""
        return [self[written] for written in written_in(text)]

    def sentences(self, text: str) -> list[tuple[int, int]]:
        """Where the sentences of a text stand, without the white space around them; end exclusive."""
        words = self.of(text)
        at = offsets(text, words)
        return [
            (at[first], at[after - 1] + words[after - 1].n_signs)
            for first, after in pairwise([*self.sentence_starts(words), len(words)])
        ]

    def sentence_starts(self, words: Sequence[WrittenWord]) -> list[int]:
        """The numbers of the written words at which sentences begin."""
        starts = [0] if words else []
        for number in [number for number, word in enumerate(words[:-1]) if word.closing or word.breaks]:
            word = words[number]
            if word.breaks or (word.closing and self.ends.ends(*word.closing, _following(words, number + 1))):
                starts.append(number + 1)
        n_parts = [len(word.parts) for word in words]
        return starts if sum(n_parts) <= LONGEST_SENTENCE else _shortened(starts, n_parts)


def _shortened(starts: list[int], n_parts: Sequence[int]) -> list[int]:
    """The starts of sentences and, in those that are too long, places to cut them."""
    cut, length = set(starts), 0
    for number, n in enumerate(n_parts):
        if number in cut or length + n > LONGEST_SENTENCE:
            cut.add(number)
            length = 0
        length += n
    return sorted(cut)


def written_in(text: str) -> list[str]:
    """The written words of a text as they stand, each with the white space after it.

    Examples
    --------
    >>> written_in(" De kom\\n(alle).")
    ['De ', 'kom\\n', '(alle).']
    """
    return _WRITTEN.findall(text)


def offsets(text: str, words: Sequence[WrittenWord]) -> list[int]:
    """Where each written word of a text begins, and where the text ends."""
    return list(accumulate((word.length for word in words), initial=len(text) - len(text.lstrip())))


def _following(words: Sequence[WrittenWord], number: int) -> str:
    word = words[number]
    if word.opening:
        return word.opening
    return words[number + 1].first if number + 1 < len(words) else word.first


def _parts(text: str) -> list[tuple[str, int]]:
    found = [(part.group(), part.start()) for part in _PARTS.finditer(text)]
    return [(part, start) for part, start in found if _WORD.search(part)]
