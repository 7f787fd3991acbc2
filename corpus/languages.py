"""Which language a text is in, told from its frequent words and, where they do not decide, dictionaries."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from typing import NamedTuple

import pandas as pd

from corpus.lately_met import LatelyMet

READ_LANGUAGES = ("en", "da")

# frequent words that are rare in the other languages listed
_STOP_WORDS = {
    "en": """
        the of and to in is that with as by are this from was were on which be it these an or their
        between have has how we our can into through
    """,
    "da": """
        og af at den det til som en er på med et de ikke der om har fra kan mellem være eller hvordan blev
        også disse hvor denne ved skal mere efter sig deres bliver gennem uden viser hvad når over
    """,
    "no": """
        og av at den det til som en er på med et de ikke om har fra kan mellom være eller hvordan ble også
        disse hvor denne ved skal mer etter seg deres blir gjennom uten viser hva når over hvilke noe
    """,
    "sv": """
        och av att den det till som en är på med ett de inte om har från kan mellan vara eller hur blev
        också dessa där denna vid ska mer efter sig deras blir genom utan visar vad när över
    """,
    "de": """
        der die und das von zu den mit ist im des auf für eine dem nicht werden sich wird als auch durch
        bei oder zur zwischen wie sind
    """,
    "fr": """
        le la les des et de du une un dans pour est que par sur qui en au aux avec sont cette ces entre
        plus pas
    """,
    "es": """
        el la los las de del en que un una por con para es se como entre su al más son esta este
    """,
    "pt": """
        os as de da do das dos em que um uma por com para é se como entre seu ao mais são esta este não na
        no
    """,
    "nl": """
        de het een van en in is dat op te met voor zijn aan door die als bij tussen niet worden deze ook
    """,
    "it": """
        il la le di del della in che un una per con è si come tra suo al più sono questa questo non gli
    """,
}
TOLD_LANGUAGES = tuple(_STOP_WORDS)
_LISTS = {language: frozenset(words.split()) for language, words in _STOP_WORDS.items()}
_ALSO_FREQUENT = """
    or not more than who what when where they them but all if so do did may will would should about over only
    some such other there he she it you op ud ind da man men os vi var ved hun han hos samt
"""
# words that say nothing of a subject, in the languages that are read and their neighbours
FREQUENT_WORDS = frozenset(_ALSO_FREQUENT.split()).union(*(_LISTS[name] for name in ("en", "da", "no", "sv")))
# each word counts once for its languages, twice where it belongs to one alone
_WEIGHTS = {
    word: tuple((language, 2.0 if len(places) == 1 else 1.0) for language in places)
    for word in sorted(frozenset().union(*_LISTS.values()))
    for places in [[language for language, words in _LISTS.items() if word in words]]
}
_WORD = re.compile(r"[^\W\d_]+")
_NEIGHBOURS = frozenset({"no", "sv"})
# words read where the whole does not tell, and the count of frequent words that needs no dictionary
_FIRST, _MANY = 40, 6


def names_a_subject(term: str) -> bool:
    """Whether no word of a term is one that every text has, and that says nothing to a person who asks why.

    Examples
    --------
    >>> names_a_subject("trust"), names_a_subject("and"), names_a_subject("trust in")
    (True, False, False)
    """
    return FREQUENT_WORDS.isdisjoint(term.split(" "))


def language_of(text: str) -> str:
    """The language of a text: "en", "da", the code of a few others, or "" when it cannot be told.

    Frequent words are counted first; where they do not decide (titles), simplemma's dictionaries do.

    Parameters
    ----------
    text : str
        A title, an abstract, a sentence.

    Returns
    -------
    str

    Examples
    --------
    >>> language_of("Trust is built through dialogue between the partners.")
    'en'
    >>> language_of("Tillid opbygges gennem dialog mellem parterne.")
    'da'
    >>> language_of("La confianza se construye entre los socios.")
    'es'
    >>> language_of("10.5555/12345")
    ''
    """
    words = _WORD.findall(text[:2000].lower())
    whole = _Frequent.of(words)
    if whole.n > 1.3 * whole.rest and whole.n >= (2 if whole.best in READ_LANGUAGES else 4):
        return whole.best
    # an abstract in two languages is told by how it begins
    for part in (whole, _Frequent.of(words[:_FIRST])):
        if part.best in READ_LANGUAGES and part.n >= _MANY and part.n > 1.3 * part.foreign:
            return part.best
    return _by_dictionary(tuple(words[:_FIRST]), whole.best if whole.n >= 2 else "")


class _Frequent(NamedTuple):
    """The language that most frequent words are of, their count, and that of the next language.

    ``foreign`` is that of the next one that is no neighbour of Danish, where Danish is best: the dictionaries
    that could be asked do not tell those apart either.
    """

    best: str
    n: float
    rest: float
    foreign: float

    @classmethod
    def of(cls, words: list[str]) -> _Frequent:
        counts = stop_word_counts(words)
        best = max(counts, key=lambda language: counts[language])
        rest = {language: n for language, n in counts.items() if language != best}
        near = _NEIGHBOURS if best == "da" else frozenset()
        foreign = max(n for language, n in rest.items() if language not in near)
        return cls(best, counts[best], max(rest.values()), foreign)


def stop_word_counts(words: list[str]) -> dict[str, float]:
    """How often each language's frequent words occur; those of one language alone count double.

    Examples
    --------
    >>> counts = stop_word_counts(["the", "partners", "og", "af"])
    >>> counts["en"], counts["da"], counts["no"]
    (2.0, 3.0, 1.0)
    """
    counts = dict.fromkeys(_STOP_WORDS, 0.0)
    for word, n in Counter(filter(_WEIGHTS.__contains__, words)).items():
        for language, weight in _WEIGHTS[word]:
            counts[language] += n * weight
    return counts


@cache
def known_words(language: str) -> LatelyMet[str, bool]:
    """Whether the words met lately stand in the dictionary of a language; the same object at every call."""

    def is_known(word: str) -> bool:
        import simplemma  # noqa: PLC0415 (its dictionaries load slowly; many texts never need them)

        return bool(simplemma.is_known(word, lang=language))

    return LatelyMet(is_known)


@lru_cache(maxsize=50_000)
def _by_dictionary(words: tuple[str, ...], otherwise: str) -> str:
    known = [word for word in words if len(word) > 2]
    if not known:
        return ""
    shares = {}
    for language in READ_LANGUAGES:
        found = sum(known_words(language)[word] for word in known)
        # long Danish compounds are in no dictionary, their letters give them away
        found += sum(language == "da" and bool(re.search("[æøå]", word)) for word in known)
        shares[language] = found / len(known)
    best = max(READ_LANGUAGES, key=lambda language: shares[language])
    if shares[best] >= 0.5 and (otherwise in {"", best, *_NEIGHBOURS} or shares[best] >= 0.9):
        return best
    return otherwise


def with_languages(records: pd.DataFrame) -> pd.DataFrame:
    """Records with the language told from title and abstract where the source does not say it.

    Examples
    --------
    >>> records = pd.DataFrame({"title": ["Tillid i partnerskaber og netværk", "Trust"], "abstract": "",
    ...                         "language": ["", "en"]})
    >>> with_languages(records)["language"].tolist()
    ['da', 'en']
    """
    said = records["language"].tolist()
    texts = (records["title"] + " " + records["abstract"]).tolist()
    told = [code or language_of(text) for code, text in zip(said, texts, strict=True)]
    return records.assign(language=pd.Series(told, index=records.index, dtype="str"))
