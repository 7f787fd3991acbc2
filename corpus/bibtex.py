"""BibTeX and BibLaTeX entries through bibtexparser 2; what it gives up or merges is mended or reported.

Sound entries are bibtexparser's. An entry that it puts among its failed blocks (a brace or comma missing, a
field twice, a key used before), or whose value swallowed the next field, is read again by
``corpus.bibtex_fields``, which knows the place of the fault; what cannot be mended is unreadable, with its
line.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator

import bibtexparser
from bibtexparser.model import Entry as ParsedEntry

from corpus.bibtex_fields import Fields, fields_of
from corpus.bibtex_names import authors_of
from corpus.entries import Entry, Format
from corpus.latex import decoded, without_braces

_START = re.compile(r"(?:^[ \t%]*|(?<=[})])[ \t,]*)(@[ \t]*([^\W\d]\w*)[ \t]*\n?[ \t]*[{(])", re.MULTILINE)
# a value that holds the end of one field and the begin of the next: bibtexparser merges them where a comma
# is missing
_MERGED = re.compile(r"""["}]\s*[^\W\d][\w-]*\s*=\s*["{\w]""")
_NO_ENTRY = ("comment", "string", "preamble")

# BibTeX field -> record column; other fields are kept under their own names
_COLUMNS = {
    "title": "title", "abstract": "abstract", "author": "authors", "authors": "authors", "year": "year",
    "date": "year", "journal": "journal", "journaltitle": "journal", "booktitle": "journal",
    "maintitle": "journal", "volume": "volume", "number": "issue", "issue": "issue", "pages": "pages",
    "article-number": "pages", "eid": "pages", "doi": "doi", "pmid": "pmid", "pubmed-id": "pmid",
    "isbn": "isbn", "issn": "issn", "keywords": "keywords", "keyword": "keywords",
    "author_keywords": "keywords",
    "keywords-plus": "keywords", "language": "language", "langid": "language", "url": "url",
    "unique-id": "accession", "note": "notes", "annote": "notes",
    "samsyn-id": "record_id", "samsyn-accession": "accession", "samsyn-more-urls": "url",
}  # fmt: skip
_TYPES = {
    "conference": "CPAPER", "proceedings": "CONF", "inreference": "CHAP", "mastersthesis": "THES",
    "misc": "GEN",
    "online": "ELEC", "electronic": "ELEC", "www": "ELEC", "unpublished": "UNPB", "manual": "GEN",
    "booklet": "BOOK", "collection": "BOOK", "mvbook": "BOOK", "periodical": "JFULL", "dataset": "DATA",
    "patent": "PAT", "software": "COMP",
}  # fmt: skip
# identifiers and addresses, in which ~ and -- are signs
_VERBATIM = ("doi", "url", "samsyn-more-urls", "eprint", "file", "issn", "isbn", "pmid", "unique-id", "eid")
# where an entry has no title of its own
_INSTEAD_OF_A_TITLE = ("booktitle", "maintitle", "shorttitle", "titleaddon")


def read_bibtex(text: str) -> Iterator[Entry]:
    r"""The entries of a BibTeX file in order, those that could not be read with the reason.

    Examples
    --------
    >>> [entry.values["title"] for entry in read_bibtex(r"@article{a, title={{Tid og }{\o}l}}")]
    [['Tid og øl']]
    """
    starts = list(_START.finditer(text))
    ends = [start.start(1) for start in starts[1:]] + [len(text)]
    strings = _strings(text, starts, ends)
    parsed = _sound_entries(text)
    keys: dict[str, int] = {}
    line, counted = 1, 0
    for start, end in zip(starts, ends, strict=True):
        if start.group(2).lower() in _NO_ENTRY:
            continue
        line, counted = line + text.count("\n", counted, start.start(1)), start.start(1)
        stretch = text[start.start(1) : end]
        fields = parsed.get(line)
        if fields is None or fields.end > len(stretch):
            fields = fields_of(stretch, strings)
        raw = text[start.start(1) : start.start(1) + fields.end].rstrip()
        entry = Entry(line, raw, why=fields.why, warnings=fields.warnings)
        if fields.key and fields.key in keys:
            # two records with one citation key are two records
            entry.warnings.append(
                f"the key {fields.key!r} stands in line {keys[fields.key]} too; both are kept"
            )
        keys.setdefault(fields.key, line)
        if not fields.why:
            _fill(entry, start.group(2).lower(), fields)
        yield entry


def count_bibtex(text: str) -> int:
    """How many entries a BibTeX file holds: @type at the begin of a line or behind a closing brace.

    A per cent sign does not hide an entry: BibTeX knows no such comment. Comments, strings and preambles
    are no entries.
    """
    n_entries = 0
    for place in re.finditer(r"@[ \t]*([^\W\d]\w*)[ \t]*\n?[ \t]*[{(]", text):
        at = place.start()
        while at and text[at - 1] in " \t,%":
            at -= 1
        between, before = text[at : place.start()], text[at - 1 : at]
        begins = "," not in between if before in ("", "\n") else before in "})" and "%" not in between
        n_entries += begins and place.group(1).lower() not in _NO_ENTRY
    return n_entries


def _sound_entries(text: str) -> dict[int, Fields]:
    """The entries that bibtexparser reads and that hold no merged fields, by the line they begin on."""
    log = logging.getLogger("bibtexparser")
    level = log.level
    log.setLevel(logging.CRITICAL)  # what it would say there is said with the entry
    try:
        blocks = bibtexparser.parse_string(text).blocks
    finally:
        log.setLevel(level)
    on_line = Counter(block.start_line for block in blocks)
    sound = {}
    for block in blocks:
        if not isinstance(block, ParsedEntry) or block.start_line is None or on_line[block.start_line] > 1:
            continue
        values = [(field.key.lower(), str(field.value)) for field in block.fields]
        if not any(_MERGED.search(value) or value.count("{") != value.count("}") for _, value in values):
            sound[block.start_line + 1] = Fields(block.key, values, end=len(block.raw or ""))
    return sound


def _strings(text: str, starts: list[re.Match[str]], ends: list[int]) -> dict[str, str]:
    """The file's abbreviations; one may be made of others before it."""
    strings: dict[str, str] = {}
    for start, end in zip(starts, ends, strict=True):
        if start.group(2).lower() == "string":
            # an abbreviation has no key before its name
            strings.update(fields_of(text[start.start(1) : end], strings).values)
    return strings


def _fill(entry: Entry, entry_type: str, fields: Fields) -> None:
    entry.values["type"] = [_TYPES.get(entry_type, entry_type)]
    seen: dict[str, str] = {}
    for name, value in fields.values:
        if name in seen:
            entry.warnings.append(
                f"the field {name!r} stands twice; the first counts, the other is kept beside it"
            )
            entry.extra.setdefault(f"more {name}", []).append(decoded(value))
            continue
        seen[name] = value
        column = _COLUMNS.get(name)
        plain = _plain(name, value)
        if column is None:
            if name not in ("subtitle", "crossref") or plain:
                entry.extra.setdefault(name, []).append(plain)
        elif plain:
            entry.values.setdefault(column, []).append(plain)
    _title(entry, seen)
    if "authors" not in entry.values and "editor" in seen:
        entry.values["authors"] = [authors_of(seen["editor"])]
    accession = entry.values.get("accession", [""])[0]
    entry.database = "Web of Science" if accession.startswith(("WOS:", "ISI:")) else ""
    source = entry.extra.get("source", [""])[0]
    if "record_id" in entry.values:
        entry.database = entry.values["record_id"][0].partition(":")[0]
    if kind := entry.extra.pop("samsyn-type", []):
        entry.values["type"] = kind
    if source == "Scopus" and (found := re.search(r"eid=(2-s2\.0-\d+)", entry.raw)):
        entry.values["accession"] = [found.group(1)]


def _plain(name: str, value: str) -> str:
    column = _COLUMNS.get(name)
    if column == "authors":
        return authors_of(value)
    if name in _VERBATIM:
        return without_braces(value)
    plain = decoded(value)
    if column == "pages":
        plain = re.sub(r"\s*[-–—]+\s*", "-", plain)
    elif column == "keywords" and ";" not in plain:
        plain = re.sub(r"\s*,\s+", "; ", plain) if name != "keywords-plus" else plain
    return plain


def _title(entry: Entry, seen: dict[str, str]) -> None:
    title = entry.values.get("title", [""])[0]
    subtitle = entry.extra.get("subtitle", [""])[0]
    if title and subtitle and subtitle not in title:
        entry.values["title"] = [f"{title}: {subtitle}"]
    elif not title:
        instead = next((seen[name] for name in _INSTEAD_OF_A_TITLE if seen.get(name)), "")
        if instead:
            entry.values["title"] = [decoded(instead)]


def _recognise(text: str) -> bool:
    """Whether a line begins an entry; one within a line may be text of a table."""
    places = (start.start(1) for start in _START.finditer(text))
    return any(not text[text.rfind("\n", 0, place) + 1 : place].strip(" \t%,") for place in places)


BIBTEX = Format("bibtex", "BibTeX", _recognise, read_bibtex, count_bibtex)
