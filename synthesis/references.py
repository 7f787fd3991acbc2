"""How a record is named: a short label, and a reference in the style of APA 7."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pandas as pd

_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ß": "ss", "đ": "d", "ł": "l", "þ": "th"})
_WHOLE_WORKS = {"BOOK", "THES", "RPRT", "EBOOK", "EDBOOK"}


@dataclass(frozen=True)
class Reference:
    """The parts of a reference; the container (or, for a whole work, the title) stands in italics.

    Attributes
    ----------
    authors, year, title, container, place : str
        "Alder, J., & Vine, P."; "2019" or "n.d."; title; journal with volume; "(4), 27-43".
    link : str
        Address of the DOI, or ``""``.
    language : str
        Language of the title, or ``""``.
    is_whole_work : bool
        A book, thesis or report of its own.
    """

    authors: str
    year: str
    title: str
    container: str
    place: str
    link: str
    language: str
    is_whole_work: bool

    def text(self) -> str:
        """The reference as plain text."""
        title = self.title if self.title.endswith(("?", "!", ".")) else f"{self.title}."
        container = f" {self.container}{self.place}." if self.container else ""
        lead = f"{self.authors} " if self.authors else ""
        return f"{lead}({self.year}). {title}{container} {self.link}".strip()


def reference(record: Mapping[str, Any]) -> Reference:
    """The parts of a record's reference, from its fields alone.

    Parameters
    ----------
    record : mapping
        A row of a records frame.

    Source
    ------
    Publication Manual of the American Psychological Association, 7th edition (journal articles, books).

    Examples
    --------
    >>> record = {"authors": "Alder, Jo; Vine, Pat K.", "year": 2019, "title": "Rivals at one table",
    ...           "journal": "Invented Studies", "volume": "31", "issue": "2", "pages": "27-43",
    ...           "doi": "10.5555/samsyn.1", "type": "JOUR", "language": "en"}
    >>> reference(record).text()
    'Alder, J., & Vine, P. K. (2019). Rivals at one table. Invented Studies, 31(2), 27–43. https://doi.org/10.5555/samsyn.1'
    """
    names = [_initials(name) for name in _names(record)]
    journal, volume, issue, pages, doi = (
        _text(record, key) for key in ("journal", "volume", "issue", "pages", "doi")
    )
    container = ", ".join(part for part in (journal, volume) if part)
    place = (f"({issue})" if issue else "") + (
        f", {re.sub(r'(?<=[0-9])-(?=[0-9])', '–', pages)}" if pages else ""
    )
    return Reference(
        authors=_listed(names),
        year=_year(record),
        title=_text(record, "title") or f"[{_text(record, 'record_id')}]",
        container=container,
        place=place,
        link="https://doi.org/" + quote(doi, safe="/:;()._-") if doi else "",
        language=language_tag(_text(record, "language")),
        is_whole_work=_text(record, "type") in _WHOLE_WORKS,
    )


def short_label(record: Mapping[str, Any]) -> str:
    """A study's name in running text.

    Examples
    --------
    >>> short_label({"authors": "Elm, A; Fir, B; Oak, C", "year": 2021, "title": "Aligned"})
    'Elm et al. 2021'
    >>> short_label({"authors": "", "year": pd.NA, "title": "A long and winding title of a report"})
    'A long and winding … n.d.'
    """
    families = [name.split(",")[0].strip() for name in _names(record)]
    if not families:
        words = _text(record, "title").split() or [_text(record, "record_id")]
        lead = " ".join(words[:4]) + (" …" if len(words) > 4 else "")
    elif len(families) <= 2:
        lead = " & ".join(families)
    else:
        lead = f"{families[0]} et al."
    return f"{lead} {_year(record)}"


def suffixes(labels: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, str]:
    """A letter for each id whose label others share, in the order of their titles; else ``""``.

    Examples
    --------
    >>> suffixes({"x": "Elm 2021", "y": "Elm 2021", "z": "Fir 2020"}, {"x": "B", "y": "A", "z": "C"})
    {'x': 'b', 'y': 'a', 'z': ''}
    """
    sharing: dict[str, list[str]] = {}
    for name, label in labels.items():
        sharing.setdefault(label, []).append(name)
    for names in sharing.values():
        names.sort(key=lambda name: (titles[name].casefold(), name))
    return {
        name: _letters(sharing[label].index(name)) if len(sharing[label]) > 1 else ""
        for name, label in labels.items()
    }


def slug(text: str) -> str:
    """A text as letters, digits, "-" and "_": fit for an anchor.

    Examples
    --------
    >>> slug("scopus:2-s2.0-85"), slug("Ærø & Sø"), slug("東京")
    ('scopus-2-s2-0-85', 'aero-so', 'u6771-u4eac')
    """
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(
        letter if letter.isascii() else f"-u{ord(letter):x}-"
        for letter in folded
        if not unicodedata.combining(letter)
    )
    return re.sub(r"-+", "-", re.sub(r"[^a-z0-9_]", "-", plain)).strip("-") or "x"


def language_tag(code: str) -> str:
    """A language code that is safe in a ``lang`` attribute, or ``""``.

    Examples
    --------
    >>> language_tag("da"), language_tag("en-GB"), language_tag("dansk og engelsk")
    ('da', 'en-GB', '')
    """
    return code if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", code) else ""


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key, "")
    return "" if value is None or pd.isna(value) else str(value).strip()


def _year(record: Mapping[str, Any]) -> str:
    return _text(record, "year").removesuffix(".0") or "n.d."


def _names(record: Mapping[str, Any]) -> list[str]:
    return [name.strip() for name in _text(record, "authors").split(";") if name.strip()]


def _initials(name: str) -> str:
    family, _, given = name.partition(",")
    letters = [
        "-".join(f"{part[0].upper()}." for part in word.split("-") if part) for word in given.split() if word
    ]
    return ", ".join(part for part in (family.strip(), " ".join(letters)) if part)


def _listed(names: list[str]) -> str:
    if len(names) > 20:
        return ", ".join(names[:19]) + f", … {names[-1]}"
    return ", ".join(names[:-1]) + f", & {names[-1]}" if len(names) > 1 else "".join(names)


def _letters(position: int) -> str:
    letter = chr(ord("a") + position % 26)
    return letter if position < 26 else _letters(position // 26 - 1) + letter
