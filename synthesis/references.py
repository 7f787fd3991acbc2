"""How a record is named: a short label, an anchor, and the parts of its reference."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import pandas as pd

from corpus.export_rows import extra_fields, one_line
from synthesis.reference_names import Name, names_of
from synthesis.words import LETTERS, Words

_KINDS = {
    "BOOK": "book", "EBOOK": "book", "EDBOOK": "book", "THES": "thesis", "RPRT": "report", "CHAP": "chapter",
    "ECHAP": "chapter", "CPAPER": "conference", "CONF": "conference",
}  # fmt: skip
_ADDRESS = re.compile(r"https?://[^\s/]+")
_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"
# fields of the sources that no column holds, in small letters
_EDITORS = ("editor", "editors", "ed", "a2", "fed")
_PUBLISHERS = ("publisher", "pb")


@dataclass(frozen=True)
class Reference:
    """The parts of a reference, before a style puts them together (``synthesis.reference_styles``).

    Attributes
    ----------
    names : tuple of Name
        Authors.
    has_others : bool
        The source leaves further authors out ("et al.").
    year : str
        "2019", or ``""``.
    title, container, volume, issue, pages : str
        The container is the journal, book or series it stands in, as the record has it.
    editors : tuple of Name
    publisher : str
    link : str
        Address of the DOI; for what is no article and has none, its own; else ``""``.
    language : str
        Language of the title, or ``""``.
    kind : str
        "article", "book", "report", "thesis", "chapter" or "conference".
    """

    names: tuple[Name, ...]
    has_others: bool
    year: str
    title: str
    container: str
    volume: str
    issue: str
    pages: str
    editors: tuple[Name, ...]
    publisher: str
    link: str
    language: str
    kind: str

    def text(self, style: str = "apa", language: str = "en", letter: str = "") -> str:
        """The reference in a style, as plain text."""
        from synthesis.reference_styles import in_words, styled  # noqa: PLC0415 (styles know references)

        return in_words(styled(self, style, language, letter))


def reference(record: Mapping[str, Any]) -> Reference:
    """The parts of a record's reference, from its fields alone.

    Parameters
    ----------
    record : mapping
        A row of a records frame; publisher and editors are looked for in ``extra``.

    Examples
    --------
    >>> record = {"authors": "Alder, Jo; Vine, Pat K.", "year": 2019, "title": "Rivals at one table",
    ...           "journal": "Invented Studies", "volume": "31", "issue": "2", "pages": "27-43",
    ...           "doi": "10.5555/samsyn.1", "type": "JOUR", "language": "en"}
    >>> reference(record).text()
    'Alder, J., & Vine, P. K. (2019). Rivals at one table. Invented Studies, 31(2), 27–43. https://doi.org/10.5555/samsyn.1'
    """
    kind = _KINDS.get(_text(record, "type"), "article")
    names, has_others = names_of(_text(record, "authors"))
    extra = {
        name.casefold(): values for name, values in extra_fields({"extra": _text(record, "extra")}).items()
    }
    editors = next(("; ".join(extra[name]) for name in _EDITORS if extra.get(name)), "")
    publisher = next((extra[name][0] for name in _PUBLISHERS if extra.get(name)), "")
    doi, pages = _text(record, "doi"), _text(record, "pages")
    container = _text(record, "journal")
    if kind == "conference" and _text(record, "issue"):
        # what has an issue stands in a journal
        kind = "article"
    elif kind == "conference" and (pages or _text(record, "volume")):
        kind = "chapter"
    return Reference(
        names=names,
        has_others=has_others,
        year=_year(record),
        title=_title(record),
        container=container,
        volume=_text(record, "volume"),
        issue=_text(record, "issue"),
        pages=pages,
        editors=names_of(editors.replace(" and ", "; "))[0] if kind == "chapter" else (),
        publisher=one_line(publisher),
        link="https://doi.org/" + quote(doi, safe="/:;()._-") if doi else _own_address(record, kind),
        language=language_tag(_text(record, "language")),
        kind=kind,
    )


def short_label(record: Mapping[str, Any], language: str = "en", letter: str = "") -> str:
    """A study's name in running text, with the letter behind its year (see ``letters``).

    Examples
    --------
    >>> short_label({"authors": "Elm, A; Fir, B; Oak, C", "year": 2021, "title": "Aligned"})
    'Elm et al. 2021'
    >>> short_label({"authors": "Elm, A; et al.", "year": 2021, "title": "Aligned"})
    'Elm et al. 2021'
    >>> short_label({"authors": "", "year": pd.NA, "title": "A long and winding title of a report"})
    'A long and winding … n.d.'
    >>> short_label({"authors": "Elm, A", "title": "Aligned"}, "da", "b")
    'Elm u.å.-b'
    """
    names, has_others = names_of(_text(record, "authors"))
    families = [name.family for name in names]
    if not families:
        words = _text(record, "title").split() or [_text(record, "record_id")]
        lead = " ".join(words[:4]) + (" …" if len(words) > 4 else "")
    elif len(families) <= 2 and not has_others:
        lead = " & ".join(families)
    else:
        lead = f"{families[0]} et al."
    year = _year(record)
    # as in references: "2021b", but "n.d.-b"
    no_date = Words(language)("ref_no_date") + (f"-{letter}" if letter else "")
    return f"{lead} {year}{letter}" if year else f"{lead} {no_date}"


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


def letters(records: Mapping[str, Mapping[str, Any]], main: Container[str]) -> dict[str, str]:
    """The letter behind each record's year, or ``""``: studies' main reports (``main``) get the first ones.

    Examples
    --------
    >>> record = {"authors": "Elm, A", "year": 2021}
    >>> letters({"x": {**record, "title": "A"}, "y": {**record, "title": "B"}}, main={"y"})
    {'x': 'b', 'y': 'a'}
    """
    return suffixes(
        {name: short_label(record) for name, record in records.items()},
        {name: f"{int(name not in main)}{record['title']}" for name, record in records.items()},
    )


@lru_cache(maxsize=1 << 16)
def slug(text: str) -> str:
    """A text as letters, digits, "-" and "_": fit for an anchor.

    Examples
    --------
    >>> slug("scopus:2-s2.0-85"), slug("Ærø & Sø"), slug("東京")
    ('scopus-2-s2-0-85', 'aero-so', 'u6771-u4eac')
    """
    folded = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
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
    return _text(record, "year").removesuffix(".0")


def _title(record: Mapping[str, Any]) -> str:
    title = _text(record, "title")
    # indexes close a title with a full stop of their own
    bare = title[:-1] if title.endswith(".") and not title.endswith("..") else title
    return bare or f"[{_text(record, 'record_id')}]"


def _own_address(record: Mapping[str, Any], kind: str) -> str:
    first = _text(record, "url").split("; ")[0]
    return quote(first, safe=_IN_ADDRESSES) if kind != "article" and _ADDRESS.match(first) else ""


def _letters(position: int) -> str:
    letter = chr(ord("a") + position % 26)
    return letter if position < 26 else _letters(position // 26 - 1) + letter
