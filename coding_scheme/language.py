"""Languages: how a text is cut into tokens, sentences and lemmas; no downloads."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from coding_scheme.sentence_ends import SentenceEnds
from corpus.languages import READ_LANGUAGES

# wrong or missing in simplemma; forms in lower case
_LEMMAS = {
    "da": {"udsatte": "udsat", "udsat": "udsat", "mål": "mål", "målene": "mål", "målet": "mål"},
    "en": {"n't": "not", "n’t": "not"},
}


@lru_cache(maxsize=200_000)
def lemma(form: str, language: str) -> str:
    """The lemma of a word form in lower case.

    Examples
    --------
    >>> lemma("Udsatte", "da"), lemma("partnerskabernes", "da"), lemma("strengthened", "en")
    ('udsat', 'partnerskab', 'strengthen')
    """
    import simplemma  # noqa: PLC0415 (its dictionaries load slowly)

    low = form.lower()
    own = _LEMMAS.get(language, {}).get(low)
    if own:
        return own
    if language not in READ_LANGUAGES or not low[:1].isalpha():
        return low
    return str(simplemma.lemmatize(low, lang=language)).lower()


class Lemmas:
    """spaCy component: gives each token its lemma."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, doc: Any) -> Any:
        """Set ``lemma_`` of every token."""
        for token in doc:
            token.lemma_ = lemma(token.lower_, self.language)
        return doc


@cache
def pipeline(language: str) -> Any:
    """The spaCy pipeline of a language: tokens, sentences, lemmas; the same object at every call.

    Parameters
    ----------
    language : str
        "en" or "da".

    Returns
    -------
    spacy.language.Language
        With the components "sentence_ends" and "lemmas". Hyphenated words are one token.

    Examples
    --------
    >>> doc = pipeline("da")("Kommunen kom bl.a. med midler. De udsatte borgere deltog.")
    >>> [sentence.text for sentence in doc.sents]
    ['Kommunen kom bl.a. med midler.', 'De udsatte borgere deltog.']
    >>> [token.lemma_ for token in doc][-4:]
    ['udsat', 'borger', 'deltage', '.']
    """
    import spacy  # noqa: PLC0415 (half a second that imports of this room need not cost)
    from spacy.util import compile_infix_regex  # noqa: PLC0415 (as spaCy)

    _register(spacy.language.Language)
    nlp: Any = spacy.blank(language)
    infixes = [infix for infix in nlp.Defaults.infixes or () if not re.search(infix, "a-b")]
    nlp.tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    nlp.add_pipe("samsyn_sentence_ends", name="sentence_ends")
    nlp.add_pipe("samsyn_lemmas", name="lemmas")
    return nlp


def sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Where the sentences of a text stand, without the white space around them.

    Parameters
    ----------
    text : str
    language : str
        "en" or "da".

    Returns
    -------
    list of (int, int)
        Code points, end exclusive, in the order of the text; white space alone is no sentence.

    Examples
    --------
    >>> text = " De kom bl.a. i går.  Alle gik."
    >>> [text[start:end] for start, end in sentences(text, "da")]
    ['De kom bl.a. i går.', 'Alle gik.']
    """
    doc = pipeline(language)(text, disable=["lemmas"])
    cut = [stripped(text, sentence.start_char, sentence.end_char) for sentence in doc.sents]
    return [(start, end) for start, end in cut if start < end]


def stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """``start`` and ``end`` moved inwards over white space.

    Examples
    --------
    >>> stripped("ab  c ", 2, 6)
    (4, 5)
    """
    inside = text[start:end]
    begin = start + len(inside) - len(inside.lstrip())
    return begin, max(begin, start + len(inside.rstrip()))


@cache
def _register(language_class: Any) -> None:
    @language_class.factory("samsyn_sentence_ends")
    def _(nlp: Any, name: str) -> SentenceEnds:
        return SentenceEnds(nlp.lang)

    @language_class.factory("samsyn_lemmas")
    def _(nlp: Any, name: str) -> Lemmas:
        return Lemmas(nlp.lang)
