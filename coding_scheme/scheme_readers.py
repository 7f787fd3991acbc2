"""A scheme's phrases, ready to be found in texts of each of its languages; and how often they are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, reduce
from itertools import pairwise
from operator import or_
from typing import Any

import numpy as np

from coding_scheme.indicators import (
    COMPANY,
    INDICATORS,
    SUBJECT,
    WORDS_BETWEEN,
    Match,
    Phrase,
    PhraseFinder,
    Units,
    least,
    parse_phrases,
    units_of,
)
from coding_scheme.language import written_words
from coding_scheme.languages_read import languages_read
from coding_scheme.scheme import CodingScheme
from coding_scheme.written_words import WrittenWord, offsets, written_in
from corpus.languages import language_of, stop_word_counts
from corpus.lately_met import LatelyMet

WEAK_HIT = 0.5
_BITS = 32


@dataclass(frozen=True, slots=True)
class Met:
    """A written word as the readers of a scheme know it.

    Attributes
    ----------
    word : WrittenWord
    needed : tuple of int
        For the indicators that begin in it the words that must follow, as bits.
    subject : tuple of int
        The same for the phrases of the scheme's subject.
    present : int
        The words of the scheme's phrases that stand in it, as bits.
    stop_words : int
        How often frequent words of each of the scheme's languages stand in it, 32 bits each.
    """

    word: WrittenWord
    needed: tuple[int, ...]
    subject: tuple[int, ...]
    present: int
    stop_words: int


class Reader(LatelyMet[str, Met]):
    """Sentences and phrases of one language of a scheme; each written word is learned once.

    Parameters
    ----------
    scheme : CodingScheme
    language : str
    languages : sequence of str
        All languages that are read, to tell which sentences are in another one.
    """

    def __init__(self, scheme: CodingScheme, language: str, languages: Sequence[str]) -> None:
        super().__init__(self._met)
        self.language, self._languages = language, languages
        self.finder = PhraseFinder(
            _phrases(scheme, language),
            language,
            negations=scheme.direction_cues.negation.get(language, ()),
            lemmas=scheme.lemmas.get(language),
        )
        self.words = written_words(language)

    def _met(self, written: str) -> Met:
        word = self.words[written]
        forms = [self.finder.form(part.form) for part in word.parts]
        needed = {bits for form in forms for bits in form.needed}
        subject = {bits for form in forms for bits in form.subject}
        present = reduce(or_, (form.present for form in forms), 0)
        counts = stop_word_counts([part.form for part in word.parts])
        stop_words = sum(
            int(counts.get(language, 0)) << _BITS * place for place, language in enumerate(self._languages)
        )
        return Met(word, least(needed), least(subject), present, stop_words)

    def read(self, text: str) -> Reading:
        """A text, cut into its written words."""
        return Reading(text, self)


class Reading:
    """A text as a reader reads it."""

    def __init__(self, text: str, reader: Reader) -> None:
        self.reader = reader
        self._met = [reader[written] for written in written_in(text)]
        self._words = [met.word for met in self._met]
        self._text = text

    @cached_property
    def _offsets(self) -> list[int]:
        return offsets(self._text, self._words)

    def sentences(self) -> list[tuple[int, int]]:
        """The first written word of each sentence and the one after its last."""
        return list(pairwise([*self.reader.words.sentence_starts(self._words), len(self._words)]))

    def place(self, first: int, after: int) -> tuple[int, int]:
        """The code points at which the written words ``first`` up to ``after`` begin and end."""
        return self._offsets[first], self._offsets[after - 1] + self._words[after - 1].n_signs

    def promises(self, first: int, after: int) -> bool:
        """Whether all words of an indicator are there; if not, nothing need be looked for."""
        here = self._met[first:after]
        return _stand_in(here, [bits for met in here for bits in met.needed])

    def n_on_subject(self) -> int:
        """How many sentences hold all words of a phrase of the scheme's subject."""
        sentences = [self._met[first:after] for first, after in self.sentences()]
        return sum(_stand_in(here, [bits for met in here for bits in met.subject]) for here in sentences)

    def units(self, first: int, after: int, *, shifted: int = 0) -> Units:
        """The units of the written words ``first`` up to ``after``; ``shifted`` code points further on."""
        return units_of(self._words[first:after], self._offsets[first] + shifted)

    def whole(self) -> tuple[int, int]:
        """All written words."""
        return 0, len(self._words)

    def is_mixed(self) -> bool:
        """Whether so many frequent words are of another of the scheme's languages that some sentences are."""
        languages = self.reader._languages
        if len(languages) < 2:
            return False
        total = sum([met.stop_words for met in self._met])
        counts = {
            language: total >> _BITS * place & (1 << _BITS) - 1 for place, language in enumerate(languages)
        }
        own = counts.pop(self.reader.language)
        return any(count >= 8 and count > 0.2 * own for count in counts.values())


def _stand_in(words: list[Met], needed: list[int]) -> bool:
    if not needed or 0 in needed:
        return bool(needed)
    present = reduce(or_, [met.present for met in words])
    return any(bits & present == bits for bits in needed)


class Readers(Mapping[str, Reader]):
    """A reader for each language of a scheme that has indicators; each is made when first asked for.

    Examples
    --------
    >>> from coding_scheme.scheme import Code, CodingScheme, Theme
    >>> from corpus.protocol import Wording
    >>> trust = Code("trust", indicators={"en": ("trust*",), "da": ("tillid*",)})
    >>> readers = Readers(CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (trust,)),)))
    >>> list(readers), "fr" in readers, readers["da"].language
    (['en', 'da'], False, 'da')
    """

    def __init__(self, scheme: CodingScheme) -> None:
        self._scheme, self._languages = scheme, languages_read(scheme)
        self._made: dict[str, Reader] = {}

    def __getitem__(self, language: str) -> Reader:
        if language not in self._languages:
            raise KeyError(language)
        if language not in self._made:
            # the tokenizer of a language takes a quarter of a second, and most reviews need one
            self._made[language] = Reader(self._scheme, language, self._languages)
        return self._made[language]

    def __contains__(self, language: object) -> bool:
        return language in self._languages

    def __iter__(self) -> Iterator[str]:
        return iter(self._languages)

    def __len__(self) -> int:
        return len(self._languages)


def readers_of(scheme: CodingScheme) -> Readers:
    """The readers of a scheme; the same for schemes that say the same."""
    return _readers(_Content(scheme.hash, scheme))


@dataclass(frozen=True)
class _Content:
    """A scheme, equal to every other with the same content."""

    hash: str
    scheme: CodingScheme = field(compare=False)


@lru_cache(maxsize=4)
def _readers(content: _Content) -> Readers:
    return Readers(content.scheme)


def unexcluded(matches: list[Match]) -> list[Match]:
    """The indicators of a sentence that no exclude phrase of their code overlaps, the longest first.

    Of nested or overlapping indicators of a code only the longest is kept; one that needs company counts
    only where a word of each group it names stands beside it.

    Parameters
    ----------
    matches : list of Match
        All phrases found in the sentence.
    """
    taken = {
        (match.phrase.owner, unit)
        for match in matches
        if match.phrase.kind == "exclude"
        for unit in range(match.first, match.last + 1)
    }
    company: dict[str, list[Match]] = {}
    for match in matches:
        if match.phrase.kind == COMPANY:
            company.setdefault(match.phrase.owner, []).append(match)
    kept = []
    for match in sorted(
        (match for match in matches if match.phrase.kind in INDICATORS and _in_company(match, company)),
        key=lambda match: (match.first - match.last, match.first),
    ):
        places = {(match.phrase.owner, unit) for unit in range(match.first, match.last + 1)}
        if taken.isdisjoint(places):
            kept.append(match)
            taken |= places
    return kept


def _in_company(match: Match, company: dict[str, list[Match]]) -> bool:
    return all(
        any(word.last < match.first or word.first > match.last for word in company.get(group, ()))
        for group in match.phrase.company
    )


def indicator_hits(texts: Iterable[str], scheme: CodingScheme, language: Iterable[str] | None = None) -> Any:
    """How often the indicators of each code stand in each text.

    Parameters
    ----------
    texts : iterable of str, length n_texts
        Sentences, already cut (phrases are looked for across the whole text).
    scheme : CodingScheme
    language : iterable of str, length n_texts, optional
        The language of each text ("en", "da"); by default told from each text by itself, which is unsure
        for short ones. A text in a language that the scheme has no words for gets no hits.

    Returns
    -------
    scipy.sparse.csr_matrix of float64, shape (n_texts, n_codes)
        Columns in the order of ``scheme.codes``. An indicator that an exclude phrase of its code overlaps
        does not count, a weak one counts one half, of overlapping ones of a code only the longest counts.

    Examples
    --------
    >>> from coding_scheme.scheme import Code, CodingScheme, Theme
    >>> from corpus.protocol import Wording
    >>> trust = Code("trust", indicators={"en": ("trust*",)})
    >>> codes = (trust, Code("meeting", weak_indicators={"en": ("met",)}))
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", codes),))
    >>> hits = indicator_hits(["Trust is trust.", "We met.", "Nothing."], scheme, ["en", "en", "en"])
    >>> hits.toarray().tolist()
    [[2.0, 0.0], [0.0, 0.5], [0.0, 0.0]]
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 (imports of this room need not cost)

    readers = readers_of(scheme)
    column_of = {code.id: column for column, code in enumerate(scheme.codes)}
    texts = list(texts)
    told = list(language) if language is not None else [language_of(text) for text in texts]
    rows: list[int] = []
    columns: list[int] = []
    counts: list[float] = []
    for row, (text, code) in enumerate(zip(texts, told, strict=True)):
        reader = readers.get(code)
        if reader is None or not text.strip():
            continue
        reading = reader.read(text)
        if not reading.promises(*reading.whole()):
            continue
        for match in unexcluded(reader.finder.find(reading.units(*reading.whole()))):
            rows.append(row)
            columns.append(column_of[match.phrase.owner])
            counts.append(WEAK_HIT if match.phrase.kind == "weak" else 1.0)
    # equal places are summed
    return csr_matrix(
        (
            np.array(counts, dtype=np.float64),
            (np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)),
        ),
        shape=(len(texts), len(column_of)),
    )


def _phrases(scheme: CodingScheme, language: str) -> Iterator[Phrase]:
    for code in scheme.codes:
        for kind, phrases in (
            ("indicator", code.indicators),
            ("weak", code.weak_indicators),
            ("exclude", code.exclude_phrases),
        ):
            for phrase in phrases.get(language, ()):
                yield from parse_phrases(phrase, kind, code.id)
    for phrase in scheme.subject.get(language, ()):
        yield from parse_phrases(phrase, SUBJECT, SUBJECT)
    for group, phrases in scheme.word_groups.items():
        for phrase in phrases.get(language, ()):
            yield from parse_phrases(phrase, COMPANY, group)
    for kind, phrases in vars(scheme.direction_cues).items():
        # "facilitators of the partnership included": what opens a list may be parted
        gap = WORDS_BETWEEN if kind in {"gains", "suffers"} else 0
        for phrase in phrases.get(language, ()):
            yield from parse_phrases(phrase, kind, gap=gap)
