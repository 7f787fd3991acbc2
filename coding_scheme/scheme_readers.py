"""A scheme's phrases, ready to be found in texts of each of its languages; and how often they are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from coding_scheme.indicators import Match, Phrase, PhraseFinder, Units, parse_phrases, units_of
from coding_scheme.language import pipeline, stripped
from coding_scheme.scheme import CodingScheme
from corpus.languages import language_of

INDICATORS = ("indicator", "weak")
WEAK_HIT = 0.5


class Reader:
    """Tokens, sentences and phrases of one language of a scheme."""

    def __init__(self, scheme: CodingScheme, language: str) -> None:
        self.language = language
        self.finder = PhraseFinder(
            _phrases(scheme, language), language, negations=scheme.direction_cues.negation.get(language, ())
        )

    def units(self, text: str) -> Units:
        """The units of a text."""
        # forms are lemmatised once each by the finder, which is faster than token by token
        return units_of(pipeline(self.language)(text, disable=["lemmas"]))

    def units_and_sentences(self, text: str) -> tuple[Units, list[tuple[int, int]]]:
        """The units of a text and its sentences as stripped (start, end)."""
        doc = pipeline(self.language)(text, disable=["lemmas"])
        return units_of(doc), [
            stripped(text, sentence.start_char, sentence.end_char) for sentence in doc.sents
        ]


def readers_of(scheme: CodingScheme) -> dict[str, Reader]:
    """A reader for each language of a scheme."""
    return {language: Reader(scheme, language) for language in scheme.languages if language in ("en", "da")}


def unexcluded(matches: list[Match]) -> list[Match]:
    """The indicators among the matches that no exclude phrase of their code overlaps, the longest first.

    Of nested or overlapping indicators of a code only the longest is kept.
    """
    excluded = [match for match in matches if match.phrase.kind == "exclude"]
    kept = [
        match for match in matches
        if match.phrase.kind in INDICATORS and not any(
            other.phrase.owner == match.phrase.owner and other.first <= match.last and other.last >=
            match.first for other in excluded)
    ]  # fmt: skip
    longest: list[Match] = []
    for match in sorted(kept, key=lambda match: (match.first - match.last, match.first)):
        if not any(
            other.phrase.owner == match.phrase.owner
            and other.first <= match.last
            and other.last >= match.first
            for other in longest
        ):
            longest.append(match)
    return longest


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
        units = reader.units(text)
        for match in unexcluded(reader.finder.find(units, 0, len(units.forms))):
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
    for kind, phrases in vars(scheme.direction_cues).items():
        for phrase in phrases.get(language, ()):
            yield from parse_phrases(phrase, kind, gap=0)
