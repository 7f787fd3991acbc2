"""Which language a text is read in, which records are in none of the scheme's, and how well each is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from coding_scheme import sentence_ends
from coding_scheme.language import has_lemmas
from coding_scheme.scheme import CodingScheme
from corpus.languages import TOLD_LANGUAGES, language_of
from corpus.records import language_code

# a text with fewer words may be told wrongly between close languages
SHORT = 12


def languages_read(scheme: CodingScheme) -> tuple[str, ...]:
    """The languages of a scheme for which at least one code has indicators.

    Examples
    --------
    >>> from coding_scheme.scheme import Code, CodingScheme, Theme
    >>> from corpus.protocol import Wording
    >>> trust = Code("trust", indicators={"da": ("tillid*",)})
    >>> languages_read(CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (trust,)),)))
    ('da',)
    """
    written = {
        language
        for code in scheme.codes
        for phrases in (code.indicators, code.weak_indicators)
        for language, listed in phrases.items()
        if listed
    }
    return tuple(language for language in scheme.languages if language in written)


def text_language(text: str, declared: Any, read: Collection[str]) -> str:
    """The language in which a text is read; "" when it cannot be told.

    What its words say counts; what the record declares counts where they say nothing, where a short text
    seems to be in a language that is not read, and for languages that are not told from words.

    Parameters
    ----------
    text : str
    declared : str
        The record's column ``language``; anything else is taken as empty.
    read : collection of str
        The languages of the scheme.

    Examples
    --------
    >>> text_language("Trust is built through dialogue.", "da", ["en", "da"])
    'en'
    >>> text_language("Facilitering", "da", ["en", "da"])
    'da'
    >>> text_language("Luottamus kasvaa", "fi", ["en", "fi"])
    'fi'
    """
    code = language_code(declared) if isinstance(declared, str) else ""
    if code in read and code not in TOLD_LANGUAGES:
        return code
    told = language_of(text)
    if not told or (told not in read and code in read and len(text.split()) < SHORT):
        return code
    return told


def unread_languages(
    records: pd.DataFrame, scheme: CodingScheme, *, fields: Iterable[str] = ("title", "abstract")
) -> pd.DataFrame:
    """Count the records for which :func:`coding_scheme.suggest` has no words, by language.

    Returns
    -------
    DataFrame
        Columns language ("" when it cannot be told), n_records (int), record_ids ("; "-joined).

    Examples
    --------
    >>> from coding_scheme.scheme import CodingScheme
    >>> from corpus.protocol import Wording
    >>> records = pd.DataFrame([{"record_id": "r1", "title": "La confianza se construye entre los socios"}])
    >>> unread_languages(records, CodingScheme("demo", Wording(en="Demo"), ())).to_dict("records")
    [{'language': 'es', 'n_records': 1, 'record_ids': 'r1'}]
    """
    return unread_frame(unread_by_language(records, scheme, fields=fields))


def unread_by_language(
    records: pd.DataFrame, scheme: CodingScheme, *, fields: Iterable[str] = ("title", "abstract")
) -> dict[str, list[str]]:
    """Language -> record_ids, as :func:`unread_languages` counts them."""
    read, empty = languages_read(scheme), [None] * len(records)
    columns = [
        records[name].tolist() if name in records else empty for name in (*fields, "language", "record_id")
    ]
    unread: dict[str, list[str]] = {}
    for *texts, declared, record_id in zip(*columns, strict=True):
        written = [text for text in texts if isinstance(text, str) and text.strip()]
        languages = [text_language(text, declared, read) for text in written]
        if written and not set(languages) & set(read):
            unread.setdefault(languages[-1], []).append(str(record_id))
    return unread


def unread_frame(unread: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """The frame of :func:`unread_languages`, from language -> record_ids."""
    by_language = {language: sorted(found) for language, found in sorted(unread.items())}
    rows = [(language, len(ids), "; ".join(ids)) for language, ids in by_language.items() if ids]
    return pd.DataFrame(rows, columns=["language", "n_records", "record_ids"]).astype(
        {"language": "str", "n_records": "int64", "record_ids": "str"}
    )


def language_support(scheme: CodingScheme) -> pd.DataFrame:
    """How well each language of a scheme is read.

    Returns
    -------
    DataFrame
        A row per language of the scheme that has indicators. Columns language; lemmas (bool): whether a
        dictionary gives the lemma of a form, else each form stands for itself and indicators need ``*``;
        abbreviations (bool): whether sentence ends know them, else every full stop before a capital ends
        one; told (bool): whether a text's language is told from its words, else the record has to say it in
        its column ``language``.

    Examples
    --------
    >>> from coding_scheme.scheme import Code, CodingScheme, Theme
    >>> from corpus.protocol import Wording
    >>> trust = Code("trust", indicators={"en": ("trust*",), "fo": ("álit*",)})
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (trust,)),), languages=("en", "fo"))
    >>> language_support(scheme)
      language  lemmas  abbreviations   told
    0       en    True           True   True
    1       fo   False          False  False
    """
    return pd.DataFrame(
        [
            (language, has_lemmas(language), language in sentence_ends.LANGUAGES, language in TOLD_LANGUAGES)
            for language in languages_read(scheme)
        ],
        columns=["language", "lemmas", "abbreviations", "told"],
    ).astype({"language": "str", "lemmas": bool, "abbreviations": bool, "told": bool})
