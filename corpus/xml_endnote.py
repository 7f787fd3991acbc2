"""A record of EndNote XML as an entry."""

from __future__ import annotations

from lxml import etree

from corpus.entries import Entry
from corpus.xml_pubmed import words_of

_PATHS = {
    "title": ("titles/title",), "abstract": ("abstract",),
    "authors": ("contributors/authors/author",), "year": ("dates/year", "dates/pub-dates/date"),
    "journal": ("titles/secondary-title", "periodical/full-title", "alt-periodical/full-title",
                "periodical/abbr-1", "titles/alt-title"),
    "volume": ("volume",), "issue": ("number", "issue"), "pages": ("pages",),
    "doi": ("electronic-resource-num",), "keywords": ("keywords/keyword",), "language": ("language",),
    "url": ("urls/related-urls/url", "urls/web-urls/url"), "notes": ("notes", "research-notes", "label"),
}  # fmt: skip
_TYPES = {
    "journal article": "JOUR", "electronic article": "JOUR", "book": "BOOK", "edited book": "BOOK",
    "electronic book": "BOOK", "book section": "CHAP", "electronic book section": "CHAP",
    "conference paper": "CPAPER", "conference proceedings": "CPAPER", "report": "RPRT",
    "government document": "RPRT", "thesis": "THES", "web page": "ELEC", "generic": "GEN",
}  # fmt: skip
# where the value is a name of EndNote's own or already taken
_LEFT_OUT = {"database", "source-app", "foreign-keys", "ref-type", "contributors", "titles", "keywords",
             "dates", "urls", "periodical", "alt-periodical", "isbn", "accession-num",
             "remote-database-name"}  # fmt: skip
_MULTIPLE = ("authors", "keywords", "url", "notes")


def endnote_entry(element: etree._Element, entry: Entry) -> None:
    """Fill an entry from EndNote's ``record``."""
    for column, paths in _PATHS.items():
        found = [words_of(found) for path in paths for found in element.findall(path)]
        found = list(dict.fromkeys(words for words in found if words))
        if found:
            entry.values[column] = found if column in _MULTIPLE else found[:1]
    if "authors" not in entry.values and (
        editors := _words(element, "contributors/secondary-authors/author")
    ):
        entry.values["authors"] = editors
    kind = element.find("ref-type")
    if kind is not None:
        entry.values["type"] = [_TYPES.get(kind.get("name", "").casefold(), kind.get("name", "") or "GEN")]
    # an ISSN or ISBN, as the reference type has it, at times both
    if serial := _words(element, "isbn"):
        entry.values["serial"] = [serial[0].split(";")[0].strip()]
    accession, database = _words(element, "accession-num"), _words(element, "remote-database-name")
    if accession:
        entry.values["accession"] = accession[:1]
        entry.database = database[0] if database else ""
        if database and "pubmed" in database[0].casefold() and accession[0].isdigit():
            entry.values["pmid"] = accession[:1]
    places = {path.split("/")[0] for paths in _PATHS.values() for path in paths}
    for child in element:
        if child.tag not in places | _LEFT_OUT and (words := words_of(child)):
            entry.extra.setdefault(str(child.tag), []).append(words)
    for path in (
        "contributors/secondary-authors/author",
        "contributors/tertiary-authors/author",
        "titles/short-title",
    ):
        if words_found := _words(element, path):
            entry.extra[path.split("/")[-2] if path.endswith("author") else path.split("/")[-1]] = words_found


def _words(element: etree._Element, path: str) -> list[str]:
    return [words for found in element.findall(path) if (words := words_of(found))]
