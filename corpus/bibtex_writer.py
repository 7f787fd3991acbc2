"""Records as BibTeX, in the fields that Zotero, JabRef, EndNote and Mendeley read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from corpus.bibtex_names import OTHERS
from corpus.export_rows import Row, addresses, extra_fields, one_line, parts

_TYPES = {
    "JOUR": "article", "BOOK": "book", "CHAP": "incollection", "THES": "phdthesis", "RPRT": "techreport",
    "CPAPER": "inproceedings", "CONF": "proceedings", "ELEC": "online", "UNPB": "unpublished",
    "DATA": "dataset", "PAT": "patent", "COMP": "software", "GEN": "misc", "JFULL": "periodical",
}  # fmt: skip
# the work that holds an entry of these types is a book
_IN_A_BOOK = ("incollection", "inproceedings")
_SIGNS = {
    "\\": "{\\textbackslash}",
    "{": "{\\textbraceleft}",
    "}": "{\\textbraceright}",
    "~": "{\\textasciitilde}",
    "@": "{@}",
}
# an at sign only where it would be read as the begin of an entry
_SPECIAL = re.compile(r"[\\{}~&%$#_]|@(?=\s*\w+\s*[{(])")
# two of these in a row are one typographic sign in LaTeX
_DOUBLED = re.compile(r"([-`'])(?=\1)")
_BREAKING = re.compile(r"[\\{}]")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_-]{1,40}")
_READ_AS_FIELDS = re.compile(r"(?i)\b(and|others|family|given)\b")
# what the writer fills from columns, or what bibtexparser and BibTeX read in a way of their own
_TAKEN = {
    "title", "author", "authors", "year", "date", "journal", "journaltitle", "booktitle", "maintitle",
    "volume", "number", "issue", "pages", "article-number", "eid", "doi", "pmid", "pubmed-id", "isbn",
    "issn", "keywords", "keyword", "author_keywords", "keywords-plus", "language", "langid", "url",
    "unique-id", "note", "annote", "abstract", "subtitle", "titleaddon", "shorttitle", "crossref", "xdata",
    "editor", "source",
}  # fmt: skip


def bibtex_entries(rows: Iterable[Row]) -> Iterator[str]:
    """The entries of a BibTeX file, each with a key of its own.

    Examples
    --------
    >>> rows = [{"record_id": "wos:7", "title": "Time & trust", "authors": "Alder, Jo; WHO", "year": 2019}]
    >>> print(*bibtex_entries(rows))
    @article{wos:7,
      title = {Time \\& trust},
      author = {Alder, Jo and {WHO}},
      year = {2019},
      samsyn-id = {wos:7},
    }
    <BLANKLINE>
    <BLANKLINE>
    """
    keys: set[str] = set()
    for row in rows:
        kind = str(row.get("type", "JOUR"))
        entry_type = _TYPES.get(kind, "misc")
        key = re.sub(r"[^\w:.-]", "_", str(row["record_id"]))
        while key in keys:
            key += "_"
        keys.add(key)
        named = _fields(row, entry_type)
        if kind not in _TYPES:
            named["samsyn-type"] = latex(kind)
        fields = "".join(f"  {name} = {{{value}}},\n" for name, value in named.items() if value)
        yield f"@{entry_type}{{{key},\n{fields}}}\n\n"


def _fields(row: Row, entry_type: str) -> dict[str, str]:
    get = row.get
    urls = addresses(get("url", ""))
    holder = "booktitle" if entry_type in _IN_A_BOOK and "title" in row else "journal"
    named = {
        "title": latex(get("title", "")),
        "author": " and ".join(_name(name) for name in parts(get("authors", ""))),
        "year": str(get("year", "")), holder: latex(get("journal", "")), "volume": latex(get("volume", "")),
        "number": latex(get("issue", "")),
        "pages": latex(get("pages", "")).replace("-{}-", "-").replace("-", "--"),
        "doi": _address(get("doi", "")), "pmid": _address(get("pmid", "")),
        "issn": _BREAKING.sub("", one_line(get("issn", ""))),
        "isbn": _BREAKING.sub("", one_line(get("isbn", ""))),
        "url": _address(urls[0]) if urls else "", "abstract": latex(get("abstract", "")),
        "keywords": _keywords(get("keywords", "")), "language": latex(get("language", "")),
        "note": latex(get("notes", "")),
        "samsyn-more-urls": "; ".join(map(_address, urls[1:])),
        "samsyn-accession": latex(get("accession", "")), "samsyn-id": latex(row["record_id"]),
    }  # fmt: skip
    if "extra" in row:
        for name, values in extra_fields(row).items():
            if _FIELD_NAME.fullmatch(name) and name not in _TAKEN and name not in named:
                named[name] = latex("; ".join(values))
    return named


def latex(value: object) -> str:
    r"""A text on one line as LaTeX, so that it reads back as it stands.

    Examples
    --------
    >>> latex("80 % of R&D -- {a}")
    '80 \\% of R\\&D -{}- {\\textbraceleft}a{\\textbraceright}'
    """
    text = one_line(value)
    if _SPECIAL.search(text):
        text = _SPECIAL.sub(lambda sign: _SIGNS.get(sign.group(), f"\\{sign.group()}"), text)
    return _DOUBLED.sub(r"\1{}", text)


def _keywords(value: object) -> str:
    written = latex(value)
    # a comma in the only keyword parts nothing
    return f"{written};" if "," in written and ";" not in written else written


def _address(value: object) -> str:
    """An identifier or address as it stands; what would break the entry as per cent signs and figures."""
    return re.sub(r"[\\{}]|\s+", lambda sign: "".join(f"%{ord(s):02X}" for s in sign.group()), str(value))


def _name(name: str) -> str:
    """A name that BibTeX takes apart at the comma alone; a body's stays whole."""
    written = latex(name)
    if name in (OTHERS, "et al", "and others"):
        return "others"
    if "," not in name:
        return f"{{{written}}}"
    return ", ".join(f"{{{part}}}" if _READ_AS_FIELDS.search(part) else part for part in written.split(", "))
