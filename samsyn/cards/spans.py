"""Moving a span of words through a text: longer and shorter by a word, on and back by a sentence.

All places are code points, as in segments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from coding_scheme import Segment, sentences
from corpus import language_of

FIELDS = ("title", "abstract")
MOVES = ("longer", "shorter", "starts later", "starts earlier", "next", "previous")
_WORD = re.compile(r"\w+(?:[-'’./]\w+)*")


def moved(texts: Mapping[str, str], span: Segment | None, how: str, *, language: str = "") -> Segment | None:
    """A span after a move; the same one where the text ends, None where there is no text.

    Parameters
    ----------
    texts : mapping of field to text
    span : Segment or None
    how : {"longer", "shorter", "starts later", "starts earlier", "next", "previous"}
        By a word at the end or at the beginning; "next" and "previous" are whole sentences.
    language : str
        Of the record; where it is neither "en" nor "da", the text tells.

    Examples
    --------
    >>> texts = {"title": "Trust", "abstract": "We met. Trust grew slowly."}
    >>> span = moved(texts, Segment("abstract", 0, 7, "We met."), "next")
    >>> span.text, moved(texts, span, "shorter").text, moved(texts, span, "starts later").text
    ('Trust grew slowly.', 'Trust grew', 'grew slowly.')
    """
    if span is None or how in ("next", "previous"):
        return _sentence(texts, span, how, language)
    text, start, end = texts.get(span.field, ""), span.start, span.end
    words = [match.span() for match in _WORD.finditer(text)]
    inside = [(first, last) for first, last in words if first < end and last > start]
    match how:
        case "longer":
            end = next((last for _, last in words if last > end), end)
        case "shorter" if len(inside) > 1:
            end = inside[-2][1]
        case "starts later" if len(inside) > 1:
            start = inside[1][0]
        case "starts earlier":
            start = next((first for first, _ in reversed(words) if first < start), start)
    return Segment(span.field, start, end, text[start:end])


def trimmed(texts: Mapping[str, str], field: str, start: int, end: int) -> Segment | None:
    """The span without white space at its ends, within the text; None where nothing is left.

    Examples
    --------
    >>> trimmed({"abstract": "We met. Trust grew."}, "abstract", 7, 14)
    Segment(field='abstract', start=8, end=13, text='Trust')
    """
    text = texts.get(field, "")
    start, end = max(0, min(start, end)), min(len(text), max(start, end))
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Segment(field, start, end, text[start:end]) if end > start else None


def _sentence(texts: Mapping[str, str], span: Segment | None, how: str, language: str) -> Segment | None:
    every = [
        Segment(field, start, end, texts[field][start:end])
        for field in FIELDS
        if texts.get(field, "").strip()
        for start, end in sentences(texts[field], _read_in(texts[field], language))
    ]
    if not every:
        return span
    if span is None:
        # the text comes before the title, which seldom claims something
        return next((each for each in every if each.field == "abstract"), every[0])
    places = [(FIELDS.index(each.field), each.start) for each in every]
    here = (FIELDS.index(span.field), span.start)
    if how == "previous":
        return next(
            (each for each, place in zip(every[::-1], places[::-1], strict=True) if place < here), span
        )
    return next((each for each, place in zip(every, places, strict=True) if place > here), span)


def _read_in(text: str, language: str) -> str:
    return language if language in ("en", "da") else language_of(text)
