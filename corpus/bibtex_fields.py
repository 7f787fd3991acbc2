"""The fields of one BibTeX entry; a missing brace, comma or quotation mark mended as far as it is sure.

bibtexparser 2.1 gives an entry with such a fault up as a whole, or merges two fields without a word where a
comma is missing; this reads those entries, and finds the fault at its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_KEY = re.compile(r'\s*([^,={}"\n]*)')
_FIELD = re.compile(r"\s*([^\W\d][\w:.+/*-]*(?: [\w-]+){0,3})\s*=(?!=)\s*")
# a value that holds such a line swallowed the next field
_SWALLOWED = re.compile(
    r"""\n\s*(?:title|author|editor|journal|journaltitle|booktitle|year|date|month|volume|number|issue|pages|doi|url|
    abstract|keywords?|publisher|issn|isbn|language|note|file|annote|owner|timestamp|eprint|address|school|series)
    \s*=\s*["{\d]""",
    re.VERBOSE | re.IGNORECASE,
)
_NEXT_FIELD = re.compile(r"""\n\s*[^\W\d][\w-]*\s*=\s*(?=["{\d])""")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_BRACES_AND_QUOTES = re.compile(r'\\.|[{}"]', re.DOTALL)
_BARE = re.compile(r'[^,#{}"\n]*')
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# with more faults than this it is no entry
_MOST_FAULTS = 20
_NOT_WHOLE = "not a whole BibTeX entry (is a brace or comma missing?)"


@dataclass
class Fields:
    """What an entry holds: its key, fields in order, where it ends, what was mended or why not."""

    key: str = ""
    values: list[tuple[str, str]] = field(default_factory=list)
    end: int = 0
    warnings: list[str] = field(default_factory=list)
    why: str = ""


class _UnclosedError(ValueError):
    pass


def fields_of(text: str, strings: Mapping[str, str]) -> Fields:
    """The fields of an entry.

    Parameters
    ----------
    text : str
        From the entry's ``@`` to the next entry's.
    strings : mapping of str -> str
        The abbreviations that the file defines.

    Examples
    --------
    >>> found = fields_of("@book{a, title = {Time} year = 2019}", {})
    >>> found.values, found.warnings
    ([('title', 'Time'), ('year', '2019')], ["the comma before the field 'year' is missing; mended"])
    """
    found = Fields()
    opened = re.search(r"[{(]", text)
    if opened is None:
        return Fields(why=_NOT_WHOLE, end=len(text))
    close = "}" if opened.group() == "{" else ")"
    at = opened.end()
    key = _KEY.match(text, at)
    if key is not None and text[key.end() : key.end() + 1] != "=":
        found.key, at = key.group(1).strip(), key.end()
    try:
        _read_fields(text, at, close, strings, found)
    except _UnclosedError:
        found.why = _NOT_WHOLE
        found.end = len(text.rstrip())
    return found


def _read_fields(text: str, at: int, close: str, strings: Mapping[str, str], found: Fields) -> None:
    missing_brace, comma, size = False, True, len(text)
    while True:
        before = at
        if len(found.warnings) > _MOST_FAULTS:
            raise _UnclosedError
        while at < size and (text[at].isspace() or text[at] == ","):
            comma |= text[at] == ","
            at += 1
        if at >= size:
            if missing_brace or (found.values and found.end):
                break
            raise _UnclosedError
        if text[at] == close or text[at] == "}":
            found.end = at + 1
            more = _FIELD.match(text, _after_comma(text, at + 1))
            if (
                more is None
                or missing_brace
                or not found.values
                or text[more.end() : more.end() + 1] not in '{"'
            ):
                break
            found.warnings.append(f"a closing brace too many before the field {more.group(1)!r}; passed over")
            at += 1
            continue
        name = _FIELD.match(text, at)
        if name is None:
            at = _pass_over(text, at, found)
            continue
        if not comma and found.values:
            found.warnings.append(f"the comma before the field {name.group(1)!r} is missing; mended")
        comma = False
        value, at, mended = _value(text, name.end(), strings, found, name.group(1))
        missing_brace |= mended
        found.values.append((name.group(1).lower(), value))
        if at <= before:
            raise _UnclosedError
    found.end = max(found.end, len(text.rstrip())) if missing_brace else found.end or len(text.rstrip())


def _after_comma(text: str, at: int) -> int:
    after = re.compile(r"\s*,?").match(text, at)
    return after.end() if after else at


def _pass_over(text: str, at: int, found: Fields) -> int:
    """Beyond words that are no field; they are kept in the warning."""
    if text[at] == "{":
        return _closing(text, at) + 1
    stop = re.compile(r"[,}\n{]").search(text, at + 1)
    if stop is None:
        raise _UnclosedError
    found.warnings.append(
        f"words that belong to no field were passed over: {text[at : stop.start()].strip()[:60]!r}"
    )
    return stop.start()


def _value(text: str, at: int, strings: Mapping[str, str], found: Fields, name: str) -> tuple[str, int, bool]:
    """A value, where it ends, and whether its closing brace is missing."""
    parts = []
    while True:
        sign = text[at : at + 1]
        if sign == "{":
            part, at, mended = _braced(text, at, found, name)
        elif sign == '"':
            part, at, mended = _quoted(text, at, found, name)
        else:
            bare = _BARE.match(text, at)
            written = bare.group().strip() if bare else ""
            part, at, mended = _meant(written, strings), bare.end() if bare else at, False
        parts.append(part)
        joined = re.compile(r"\s*#\s*").match(text, at)
        if joined is None or mended:
            return "".join(parts), at, mended
        at = joined.end()


def _meant(written: str, strings: Mapping[str, str]) -> str:
    folded = written.lower()
    return strings.get(folded, folded if folded in _MONTHS else written)


def _braced(text: str, at: int, found: Fields, name: str) -> tuple[str, int, bool]:
    try:
        end = _closing(text, at)
    except _UnclosedError:
        stop = _NEXT_FIELD.search(text, at)
        if not text.rstrip().endswith("}"):
            raise
        end = stop.start() if stop else len(text.rstrip()) - 1
    else:
        swallowed = _SWALLOWED.search(text, at, end)
        if swallowed is None:
            return text[at + 1 : end], end + 1, False
        end = swallowed.start()
    found.warnings.append(
        f"the brace that closes the field {name!r} is missing; the value was cut at the next field"
    )
    return text[at + 1 : end].rstrip().rstrip(",}").rstrip(), end, True


def _closing(text: str, at: int) -> int:
    depth = 0
    for brace in _BRACES.finditer(text, at):
        sign = brace.group()
        depth += (sign == "{") - (sign == "}")
        if depth == 0 and sign == "}":
            return brace.start()
    raise _UnclosedError


def _quoted(text: str, at: int, found: Fields, name: str) -> tuple[str, int, bool]:
    depth, begin = 0, at + 1
    for mark in _BRACES_AND_QUOTES.finditer(text, begin):
        sign = mark.group()
        depth += (sign == "{") - (sign == "}")
        if sign == '"' and depth <= 0:
            if re.compile(r"\s*(?:[,#})]|$|[\w-]+\s*=)").match(text, mark.end()):
                return text[begin : mark.start()], mark.end(), False
            found.warnings.append(f"a quotation mark within the field {name!r} was taken as it stands")
    stop = _NEXT_FIELD.search(text, begin)
    if stop is None or not text.rstrip().endswith(("}", ")")):
        raise _UnclosedError
    found.warnings.append(
        f"the quotation mark that closes the field {name!r} is missing; cut at the next field"
    )
    return text[begin : stop.start()].rstrip().rstrip(',"').rstrip(), stop.start(), False
