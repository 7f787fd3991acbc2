"""BibTeX entries through bibtexparser 2: nothing that sits in its failed blocks is lost."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import bibtexparser
from bibtexparser.middlewares.names import parse_single_name_into_parts
from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, ParsingFailedBlock
from bibtexparser.model import Entry as BibtexEntry
from pylatexenc.latex2text import LatexNodes2Text

from corpus.entries import Entry, Format

_NO_ENTRY = re.compile(r"@\s*(comment|string|preamble)\b", re.IGNORECASE)


# BibTeX field -> record column; other fields are kept under their own names
_COLUMNS = {
    "title": "title", "abstract": "abstract", "author": "authors", "year": "year", "date": "year",
    "journal": "journal", "journaltitle": "journal", "booktitle": "journal", "volume": "volume",
    "number": "issue", "issue": "issue", "pages": "pages", "article-number": "pages", "doi": "doi",
    "pmid": "pmid", "pubmed-id": "pmid", "isbn": "isbn", "issn": "issn", "keywords": "keywords",
    "keyword": "keywords", "language": "language", "langid": "language", "url": "url",
    "unique-id": "accession", "note": "notes",
}  # fmt: skip


def read_bibtex(text: str) -> Iterator[Entry]:
    r"""The entries of a BibTeX file in order, those that could not be parsed with the reason.

    Examples
    --------
    >>> [entry.values["title"] for entry in read_bibtex(r"@article{a, title={{Tid og }{\o}l}}")]
    [['Tid og øl']]
    """
    log = logging.getLogger("bibtexparser")
    level = log.level
    log.setLevel(logging.CRITICAL)  # what it would say there comes back as values
    try:
        blocks = bibtexparser.parse_string(text).blocks
    finally:
        log.setLevel(level)
    for block in blocks:
        line, raw = (block.start_line or 0) + 1, block.raw or ""
        # two records with one citation key are two records
        entry = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else block
        if isinstance(entry, BibtexEntry):
            yield _read(entry, line, raw)
        elif isinstance(block, DuplicateFieldKeyBlock):
            repeated = ", ".join(sorted(block.duplicate_keys))
            yield Entry(line, raw, why=f"the field {repeated} stands twice")
        elif isinstance(block, ParsingFailedBlock) and not _NO_ENTRY.match(raw):
            yield Entry(line, raw, why="not a whole BibTeX entry (is a brace or comma missing?)")


def count_bibtex(text: str) -> int:
    """How many entries a BibTeX file holds: lines that begin with @type, other than comments and strings.

    A per cent sign does not hide an entry: BibTeX knows no such comment.
    """
    starts = re.finditer(r"^[ \t%]*(@[ \t]*\w+)[ \t]*[{(]", text, re.MULTILINE)
    return sum(not _NO_ENTRY.match(start.group(1)) for start in starts)


def authors_of(names: str) -> str:
    """BibTeX's names ("Jo Alder and Vine, Pat") as "Family, Given" joined by "; ".

    Examples
    --------
    >>> authors_of("Jo Alder and Vine, Pat and others")
    'Alder, Jo; Vine, Pat'
    """
    written = []
    for name in re.split(r"\s+and\s+", names.strip()):
        if not name or name == "others":
            continue
        if "," in name or " " not in name:
            written.append(" ".join(name.split()))
            continue
        parts = parse_single_name_into_parts(name, strict=False)
        family = " ".join([*parts.von, *parts.last, *parts.jr])
        given = " ".join(parts.first)
        written.append(f"{family}, {given}" if given else family)
    return "; ".join(written)


def _read(block: BibtexEntry, line: int, raw: str) -> Entry:
    entry = Entry(line, raw, {"type": [block.entry_type.lower()]})
    for field in block.fields:
        name, value = field.key.lower(), _decoded(str(field.value))
        column = _COLUMNS.get(name)
        if column is None:
            entry.extra.setdefault(name, []).append(value)
            continue
        if column == "authors":
            value = authors_of(value)
        elif column == "pages":
            value = re.sub(r"\s*[-–]+\s*", "-", value)
        entry.values.setdefault(column, []).append(value)
    if "authors" not in entry.values and "editor" in entry.extra:
        entry.values["authors"] = [authors_of(entry.extra["editor"][0])]
    accession = entry.values.get("accession", [""])[0]
    entry.database = "Web of Science" if accession.startswith(("WOS:", "ISI:")) else ""
    return entry


def _decoded(value: str) -> str:
    # decoding costs 45 times the parsing, so only values that need it; % is a sign here, never a comment
    if re.search(r"[\\{}$]", value):
        value = LatexNodes2Text(math_mode="text").latex_to_text(re.sub(r"(?<!\\)%", r"\\%", value))
    return " ".join(value.split())


def _recognise(text: str) -> bool:
    return bool(re.search(r"^[ \t]*@[ \t]*\w+[ \t]*[{(]", text, re.MULTILINE))


BIBTEX = Format("bibtex", "BibTeX", _recognise, read_bibtex, count_bibtex)
