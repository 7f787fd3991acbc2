"""Which columns of a table hold what, by the names that databases, screening tools and people give them."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus.entries import Entry
from corpus.errors import UsageError
from corpus.json_text import from_json

# record column -> names of columns, in lower case; of those filled the first wins, others are kept
COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("title", "article title", "document title", "titel", "primary_title", "item title",
              "title primary",
              "primary title", "title, primary", "artikeltitel", "publication_title", "display_name", "titre",
              "original title", "paper title", "study title"),
    "abstract": ("abstract", "abstract note", "abstracts", "resumé", "resume", "sammendrag", "abstrakt",
                 "abstract_text", "notes_abstract", "abstract text", "summary", "original abstract"),
    "authors": ("author full names", "authors", "author", "author(s)", "author/s", "author names", "creator",
                "authors, primary", "forfatter", "forfattere", "forfatter(e)", "book authors"),
    "year": ("year", "publication year", "year published", "publication_year", "pub year", "pub_year",
             "årstal",
             "år", "udgivelsesår", "published year", "publication date", "date published", "date", "yr",
             "dato",
             "publication_date", "cover date", "pubdate", "early access date"),
    "journal": ("journal", "source title", "publication title", "journal title", "periodical full",
                "journal/book", "publication", "source", "secondary_title", "secondary title",
                "booktitle", "book title",
                "pubtitle",
                "tidsskrift", "tidskrift", "periodical abbrev", "container-title", "venue"),
    "volume": ("volume", "journal volume", "bind", "årgang", "vol"),
    "issue": ("issue", "number", "issue number", "journal issue", "nummer", "hæfte"),
    "pages": ("pages", "sider", "page range", "page start", "start page", "start_page", "first page",
              "art. no.", "article number", "startpage"),
    "end_page": ("page end", "end page", "end_page", "last page", "other pages"),
    "doi": ("doi", "item doi", "doi link", "doi number", "digital object identifier",
            "digitalobjectidentifier"),
    "pmid": ("pmid", "pubmed id", "pubmed_id", "medline pmid", "accession number (pubmed)"),
    "isbn": ("isbn", "isbns", "isbn(s)"),
    "issn": ("issn", "issns", "issn(s)", "eissn"),
    "serial": ("issn/isbn", "isbn/issn"),
    "keywords": ("keywords", "author keywords", "manual tags", "keyword", "emneord", "nøgleord", "søgeord",
                 "index keywords", "keywords plus", "automatic tags", "subjects", "mesh terms",
                 "emtree medical index terms", "subjectterms"),
    "language": ("language", "language of original document", "language(s)", "sprog", "article language"),
    "url": ("url", "link", "urls", "plink", "source url", "fulltext url", "open url link", "documenturl",
            "full text link",
            "pdf link"),
    "type": ("type", "document type", "item type", "publication type", "type_of_reference", "reference type",
             "content type", "doctype", "documenttype", "publikationstype"),
    "notes": ("notes", "note", "noter", "bemærkninger", "personal notes", "tags"),
    "accession": ("eid", "ut (unique wos id)", "accession number", "accession_number", "accession", "key",
                  "unique id", "pui", "storeid", "central id", "lens id", "openalex_id", "ut"),
    "record_id": ("record_id",),
}  # fmt: skip
# the two-letter names of Web of Science's tab-delimited files
WOS_NAMES = {
    "ti": "title", "ab": "abstract", "af": "authors", "au": "authors", "py": "year", "so": "journal",
    "vl": "volume", "is": "issue", "bp": "pages", "ar": "pages", "ep": "end_page", "di": "doi", "pm": "pmid",
    "sn": "issn", "bn": "isbn", "de": "keywords", "id": "keywords", "la": "language", "dt": "type",
    "ut": "accession", "ea": "year",
}  # fmt: skip
_COLUMN_OF = {name: column for column, names in COLUMN_NAMES.items() for name in names}
_RANKS = {name: rank for names in COLUMN_NAMES.values() for rank, name in enumerate(names)}
_WOS_RANKS = {name: rank for rank, name in enumerate(WOS_NAMES)}
# columns of which the values of several are joined, not the best taken
_JOINED = ("keywords", "notes", "url")
# numbers that people give their rows; a key of Zotero's has eight signs, which may all be digits
_RUNNING_NUMBER = re.compile(r"\d{1,7}(\.0)?")
_SCOPUS_ID = re.compile(r" \(\d{6,}\)")
# the apostrophe that keeps a spreadsheet from taking a cell for a formula
_DEFUSED = re.compile(r"^'(?='*[=+\-@\t\r])")
# a text as a formula, which keeps Excel from taking it for a number
_FORMULA_TEXT = re.compile(r'="((?:[^"]|"")*)"')
# a text that went on in another cell, as "abstract (2)"
_CONTINUED = re.compile(r"(.+) \(\d+\)")
_INITIALS_FIRST = re.compile(r"((?:[^\W\d_]\.[ -]?)+) ?([^\W\d_][^.,;]*)$")
_DOTTED_LAST = re.compile(r"([^\W\d_][\w' -]*?) ((?:[^\W\d_]\.[ -]?){1,4})")
_INITIALS_LAST = re.compile(r"([^\W\d_][\w' -]*?) ([A-Z]{1,4})(?: (?:Jr|Sr|2nd|3rd))?\.?$")


@dataclass(frozen=True)
class Heading:
    """The head of a table: its names, and the record column of each, ``""`` where there is none."""

    names: tuple[str, ...]
    columns: tuple[str, ...]
    ranks: tuple[int, ...]

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.names)

    @property
    def is_own(self) -> bool:
        """Whether this project wrote the table; its names and keywords are as they should be."""
        return {"record_id", "source_id", "source_line"} <= set(self.names)

    @property
    def is_web_of_science(self) -> bool:
        """Whether these are Web of Science's two-letter names, which it writes without quotation marks."""
        return _is_web_of_science([name.casefold() for name in self.names])


def heading_of(cells: Sequence[str], own: Mapping[str, str] | None = None) -> Heading | None:
    """The head of a table of references, or None when these cells are not one.

    It is one when at least two columns are known, one of them a title or an abstract.

    Parameters
    ----------
    cells : sequence of str
        The cells of the row.
    own : mapping of str -> str, optional
        Names of this table's own -> record columns.

    Examples
    --------
    >>> heading_of(["Titel", "Forfatter", "Farve"]).columns
    ('title', 'authors', '')
    >>> heading_of(["Person", "Age"])
    """
    names = [cell.strip().strip("\ufeff") for cell in cells]
    folded = [_folded(name) for name in names]
    mine = {_folded(name): column for name, column in (own or {}).items()}
    known, ranks = (WOS_NAMES, _WOS_RANKS) if _is_web_of_science(folded) else (_COLUMN_OF, _RANKS)
    columns = [mine.get(name) or known.get(name, "") for name in folded]
    n_needed = 1 if any(name in mine for name in folded) else 2
    if not {"title", "abstract"} & set(columns) or len(set(columns) - {""}) < n_needed:
        return None
    order = [-1 if name in mine else ranks.get(name, 0) for name in folded]
    return Heading(tuple(names), tuple(columns), tuple(order))


def check_own_names(own: Mapping[str, str] | None) -> None:
    """Refuse a mapping to columns that records do not have.

    Raises
    ------
    UsageError
    """
    for name, column in (own or {}).items():
        if column not in COLUMN_NAMES:
            raise UsageError(
                f"columns={{{name!r}: {column!r}}}: records have no column {column!r}.",
                next_step=f"Known: {', '.join(COLUMN_NAMES)}.",
            )


def row_entry(heading: Heading, cells: Sequence[str], line: int, raw: str) -> Entry:
    """A row below the head as an entry; what no record column holds is kept under its own name."""
    entry = Entry(line, raw)
    cells = _whole_cells(heading, cells) if heading.is_own else cells
    filled = [
        (rank, name, column, text)
        for rank, name, column, cell in zip(
            heading.ranks, heading.names, heading.columns, cells, strict=False
        )
        if (text := _DEFUSED.sub("", cell.strip() if heading.is_own else _plain(cell.strip())))
    ]
    taken: dict[str, str] = {}
    for _, name, column, cell in sorted(filled, key=lambda found: found[0]):
        if _is_row_number(name, column, cell) and not heading.is_own:
            entry.extra.setdefault(name, []).append(cell)
        elif column and (taken.setdefault(column, name) == name or column in _JOINED):
            entry.values.setdefault(column, []).append(cell)
        elif name.casefold() == "extra" and (kept := _kept_before(cell)):
            entry.extra.update(kept)
        else:
            entry.extra.setdefault(name or "unnamed", []).append(cell)
    if heading.is_own:
        # an accession says nothing without its database
        entry.database = entry.values.get("record_id", [""])[0].partition(":")[0]
        return entry
    if authors := entry.values.get("authors"):
        entry.values["authors"] = [_authors(authors[0], is_pubmed="Journal/Book" in heading.names)]
    if keywords := entry.values.get("keywords"):
        entry.values["keywords"] = [_listed(cell) for cell in keywords]
    if heading.is_web_of_science:
        entry.database = "Web of Science"
    elif "PUI" in heading.names:
        entry.database = "Embase"
    return entry


def _is_row_number(name: str, column: str, cell: str) -> bool:
    """Whether a cell only numbers the rows of its own table, where other tables number theirs the same."""
    if column == "record_id":
        # the ids of this project say the database: "scopus:85012345678"
        return ":" not in cell
    return column == "accession" and _folded(name) == "key" and bool(_RUNNING_NUMBER.fullmatch(cell))


def _whole_cells(heading: Heading, cells: Sequence[str]) -> list[str]:
    """The cells of a row with those put together that a workbook of this project had to split."""
    whole = list(cells)
    for number, name in enumerate(heading.names[: len(whole)]):
        continued = _CONTINUED.fullmatch(name)
        if continued and continued[1] in heading.names[:number]:
            whole[heading.names.index(continued[1])] += whole[number].removeprefix("…")
            whole[number] = ""
    return whole


def _plain(cell: str) -> str:
    if cell[:2] == '="' and (found := _FORMULA_TEXT.fullmatch(cell)):
        return found.group(1).replace('""', '"').strip()
    return cell


def _folded(name: str) -> str:
    return " ".join(name.strip("\ufeff \t\n").casefold().split())


def _is_web_of_science(folded: Sequence[str]) -> bool:
    return {"ti", "so", "au"} <= set(folded) or {"ti", "ut"} <= set(folded)


def _listed(cell: str) -> str:
    """A list as Python writes it, as ASReview's exports have them, joined by "; "."""
    if cell.startswith("[") and cell.endswith("]") and len(cell) < 100_000:
        try:
            parts = ast.literal_eval(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return cell
        if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
            return "; ".join(part.strip() for part in parts)
    return cell


def _authors(cell: str, *, is_pubmed: bool) -> str:
    cell = _SCOPUS_ID.sub("", _listed(cell))
    if is_pubmed and ";" not in cell:
        # "Lim SM, Shiau CWC."
        names = [_INITIALS_LAST.fullmatch(name.strip()) for name in cell.rstrip(".").split(",")]
        if all(names):
            return "; ".join(f"{name.group(1)}, {name.group(2)}" for name in names if name)
    if ";" not in cell and ("." in cell or " and " in cell):
        # "Elm K., Ash B.P." as Embase and Scopus write; "Elm, Kim and Ash, Bo" as Rayyan does
        with_initials = [_DOTTED_LAST.fullmatch(name.strip()) for name in cell.split(",")]
        if all(with_initials):
            return "; ".join(f"{name.group(1)}, {name.group(2).strip()}" for name in with_initials if name)
        parts = cell.split(" and ")
        if len(parts) > 1 and all("," in part for part in parts):
            cell = ";".join(parts)
    names_in_order = []
    for name in (part.strip() for part in cell.split(";")):
        initials = _INITIALS_FIRST.fullmatch(name)
        turned = f"{initials.group(2)}, {initials.group(1).strip()}" if initials else name
        names_in_order.append(re.sub(r",(?=\S)", ", ", turned))
    return "; ".join(filter(None, names_in_order))


def _kept_before(cell: str) -> dict[str, list[str]]:
    """What an earlier reading had kept beside the columns."""
    try:
        kept = from_json(cell)
    except ValueError:
        return {}
    is_kept = isinstance(kept, dict) and all(isinstance(values, list) for values in kept.values())
    return {name: [str(value) for value in values] for name, values in kept.items()} if is_kept else {}
