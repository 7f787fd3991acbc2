"""Languages: how a text is cut into tokens, sentences and lemmas; no downloads."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np

from coding_scheme.written_words import WrittenWords
from corpus.lately_met import LatelyMet

# wrong or missing in simplemma; forms in lower case
_LEMMAS = {
    "da": {"udsatte": "udsat", "udsat": "udsat", "mål": "mål", "målene": "mål", "målet": "mål"},
    "en": {"n't": "not", "n’t": "not"},
}


# the names of Norwegian
_SPACY = {"no": "nb"}
_SIMPLEMMA = {"no": "nb"}
# what is longer is no word; looking for its parts would take long
_LONGEST = 100


def lemma(form: str, language: str) -> str:
    """The lemma of a word form in lower case; the form itself in a language without lemmas.

    Examples
    --------
    >>> lemma("Udsatte", "da"), lemma("partnerskabernes", "da"), lemma("strengthened", "en")
    ('udsat', 'partnerskab', 'strengthen')
    """
    return known_lemmas(language)[form.lower()]


@cache
def known_lemmas(language: str) -> LatelyMet[str, str]:
    """The lemmas of the forms (in lower case) met lately in a language; the same object at every call."""
    own = _LEMMAS.get(language, {})

    def look_up(form: str) -> str:
        found = own.get(form, "")
        if not found and form[:1].isalpha() and len(form) <= _LONGEST and has_lemmas(language):
            import simplemma  # noqa: PLC0415 (its dictionaries load slowly)

            found = str(simplemma.lemmatize(form, lang=_SIMPLEMMA.get(language, language))).lower()
        return found or form

    return LatelyMet(look_up)


@cache
def has_lemmas(language: str) -> bool:
    """Whether there is a dictionary of lemmas for a language.

    Examples
    --------
    >>> has_lemmas("sv"), has_lemmas("xx")
    (True, False)
    """
    # which there are stands in no other place, and asking for a word would load the whole dictionary
    from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES  # noqa: PLC0415 (slow)

    return _SIMPLEMMA.get(language, language) in SUPPORTED_LANGUAGES


class Lemmas:
    """spaCy component: gives each token its lemma."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, doc: Any) -> Any:
        """Set ``lemma_`` of every token."""
        for token in doc:
            token.lemma_ = lemma(token.lower_, self.language)
        return doc


class Sentences:
    """spaCy component: marks the first token of each sentence."""

    def __init__(self, language: str) -> None:
        self.words = written_words(language)

    def __call__(self, doc: Any) -> Any:
        """Set ``is_sent_start`` of every token."""
        if not len(doc):
            return doc
        starts = {start for start, _ in self.words.sentences(doc.text)}
        marks = [1 if token.idx in starts else -1 for token in doc]
        marks[0] = 1
        # all at once: token by token spaCy looks through the whole text each time
        return doc.from_array(["SENT_START"], np.array(marks, dtype="int64").reshape(-1, 1).view("uint64"))


@cache
def pipeline(language: str) -> Any:
    """The spaCy pipeline of a language: tokens, sentences, lemmas; the same object at every call.

    Parameters
    ----------
    language : str
        "en", "da" or any other: a language that spaCy knows gets its tokens, one that simplemma knows its
        lemmas; for the rest general rules hold, and a form is its own lemma.

    Returns
    -------
    spacy.language.Language
        With the components "sentence_ends" and "lemmas". Hyphenated words are one token. Of a token spaCy
        tells its text, that in lower case, and whether it is white space; the rest nobody asks for.

    Examples
    --------
    >>> doc = pipeline("da")("Kommunen kom bl.a. med midler. De udsatte borgere deltog.")
    >>> [sentence.text for sentence in doc.sents]
    ['Kommunen kom bl.a. med midler.', 'De udsatte borgere deltog.']
    >>> [token.lemma_ for token in doc][-4:]
    ['udsat', 'borger', 'deltage', '.']
    """
    return _made_pipeline(language)


def _made_pipeline(language: str) -> Any:
    import spacy  # noqa: PLC0415 (half a second that imports of this room need not cost)
    from spacy.attrs import IS_SPACE, LOWER  # noqa: PLC0415 (as spaCy)
    from spacy.util import compile_infix_regex  # noqa: PLC0415 (as spaCy)

    _register(spacy.language.Language)
    try:
        nlp: Any = spacy.blank(_SPACY.get(language, language))
    except ImportError:  # spaCy does not know it, or needs more packages for it
        nlp = spacy.blank("xx")
    infixes = [infix for infix in nlp.Defaults.infixes or () if not re.search(infix, "a-b")]
    nlp.tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    # a third of the time that a new word takes goes to what else spaCy could tell of it
    told = nlp.vocab.lex_attr_getters
    nlp.vocab.lex_attr_getters = {attribute: told[attribute] for attribute in (LOWER, IS_SPACE)}
    nlp.add_pipe("samsyn_sentence_ends", name="sentence_ends", config={"language": language})
    nlp.add_pipe("samsyn_lemmas", name="lemmas", config={"language": language})
    return nlp


@cache
def written_words(language: str) -> WrittenWords:
    """The written words of a language; the same object at every call, so that each is learned once."""
    # not the pipeline that everybody shares: it goes when it has met too many words
    return WrittenWords(language, lambda: _made_pipeline(language).tokenizer)


def sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Where the sentences of a text stand, without the white space around them.

    Parameters
    ----------
    text : str
    language : str
        "en", "da"; for any other language only general rules hold.

    Returns
    -------
    list of (int, int)
        Code points, end exclusive, in the order of the text.

    Examples
    --------
    >>> text = " De kom bl.a. i går.  Alle gik."
    >>> [text[start:end] for start, end in sentences(text, "da")]
    ['De kom bl.a. i går.', 'Alle gik.']
    """
    return written_words(language).sentences(text)


@cache
def _register(language_class: Any) -> None:
    @language_class.factory("samsyn_sentence_ends", default_config={"language": ""})
    def _(nlp: Any, name: str, language: str) -> Sentences:
        return Sentences(language)

    @language_class.factory("samsyn_lemmas", default_config={"language": ""})
    def _(nlp: Any, name: str, language: str) -> Lemmas:
        return Lemmas(language)
