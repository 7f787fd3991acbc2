"""The door for exports: what a file is, which reader takes it, and records or unreadable entries out."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from corpus.bibtex import BibtexEntry, authors_of, count_bibtex, read_bibtex
from corpus.delimited import COLUMN_NAMES, DelimitedRow, count_delimited, looks_delimited, read_delimited
from corpus.errors import UsageError
from corpus.records import (
    Reading,
    UnreadableEntry,
    clean_doi,
    distinct_ids,
    identity,
    language_code,
    records_frame,
    year_in,
)
from corpus.tagged import JOINED, NBIB, RIS, Dialect, TaggedEntry, count_tagged, read_tagged

KNOWN_FORMATS = "RIS, BibTeX, PubMed (NBIB), CSV or TSV"

# what exports write where there is no abstract
_NO_ABSTRACT = re.compile(r"(?i)^\W*(na|n/a|null|none|no abstract( available)?)?\W*$")
_RIS_TYPES = {
    "article": "JOUR", "journal article": "JOUR", "review": "JOUR", "book": "BOOK", "incollection": "CHAP",
    "inbook": "CHAP", "book chapter": "CHAP", "inproceedings": "CPAPER", "conference paper": "CPAPER",
    "phdthesis": "THES", "thesis": "THES", "techreport": "RPRT", "report": "RPRT", "editorial": "JOUR",
}  # fmt: skip


def read_records(path: str | Path, *, database: str = "") -> Reading:
    r"""Read an export file of references; the format is recognised from the content.

    Parameters
    ----------
    path : str or Path
        An export in RIS, BibTeX, PubMed (NBIB), CSV or TSV.
    database : str, optional
        The database it came from, if known; part of the identity of records without an accession.

    Returns
    -------
    Reading
        Records and unreadable entries; ``n_entries == len(records) + len(unreadable)``.

    Raises
    ------
    UsageError
        When there is no such file, or it is not an export of references; the message says what the file
        looks like and what to export instead.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "refs.ris")
    >>> _ = file.write_text("TY  - JOUR\nTI  - Time\nPY  - 2019\nER  - \n", encoding="utf-8")
    >>> reading = read_records(file)
    >>> reading.format, len(reading.records), reading.unreadable
    ('ris', 1, [])
    """
    path = Path(path)
    text, encoding = _text_of(path)
    form = recognise(text)
    if form in {"ris", "nbib"}:
        dialect = RIS if form == "ris" else NBIB
        n_entries = count_tagged(text, dialect)
        rows = [_tagged_row(entry, dialect) for entry in read_tagged(text, dialect)]
    elif form == "bibtex":
        n_entries = count_bibtex(text)
        rows = [_bibtex_row(entry) for entry in read_bibtex(text)]
    elif form == "csv":
        n_entries = count_delimited(text)
        rows = [_delimited_row(row) for row in read_delimited(text)]
    else:
        raise UsageError(
            f"{path.name} {_looks_like(text)}.",
            next_step=f"Export the references as {KNOWN_FORMATS} and add that file.",
        )
    return _reading(rows, path.name, form, n_entries, database, encoding)


def recognise(text: str) -> str:
    r"""The format of an export from its content: "ris", "nbib", "bibtex", "csv" or ``""``.

    Examples
    --------
    >>> recognise("PMID- 90555017\nOWN - NLM\n"), recognise("A letter to a friend")
    ('nbib', '')
    """
    if re.search(r"^PMID *- *\d", text, re.MULTILINE):
        return "nbib"
    if re.search(r"^TY {0,2}- ?\w", text, re.MULTILINE):
        return "ris"
    if re.search(r"^[ \t]*@[ \t]*\w+[ \t]*[{(]", text, re.MULTILINE):
        return "bibtex"
    return "csv" if looks_delimited(text) else ""


def _text_of(path: Path) -> tuple[str, str]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.", next_step="Check the name and the folder.") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder.", next_step="Name the export files in it.") from None
    except PermissionError:
        raise UsageError(f"{path} may not be read.", next_step="Allow reading it, or copy it.") from None
    for start, what in _NOT_TEXT.items():
        if data.startswith(start):
            raise UsageError(
                f"{path.name} is {what}, not an export of references.",
                next_step=f"Export the references as {KNOWN_FORMATS} and add that file.",
            )
    text, encoding = _decoded(data)
    if not text.strip("\ufeff \r\n\t\0"):
        raise UsageError(f"{path.name} is empty.", next_step="Export it again from the database.")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""), encoding


_NOT_TEXT = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or an Office document (xlsx, docx)",
    b"\xd0\xcf\x11\xe0": "an old Office document (xls, doc)",
    b"\x89PNG": "a picture",
    b"\xff\xd8": "a picture",
    b"\x1f\x8b": "a gzip archive",
    b"SQLite format": "a database file",
}


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"


def _looks_like(text: str) -> str:
    start = text.lstrip().lower()
    if start.startswith(("<!doctype html", "<html")):
        return "is a web page, not an export of references"
    if start.startswith("<?xml") or start.startswith("<"):
        return "is XML, which is not read yet"
    if start.startswith(("{", "[")):
        return "is JSON, which is not read yet"
    first = text.strip().split("\n", 1)[0].strip()
    return f"does not look like an export of references (it begins with {first[:60]!r})"


# --- entries of each format as rows of the records frame -------------------------------------------------

Row = dict[str, Any]


def _tagged_row(entry: TaggedEntry, dialect: Dialect) -> Row:
    row: Row = {column: entry.first(dialect, column) for column in dialect.columns}
    row |= {column: entry.joined(dialect, column) for column in JOINED}
    if dialect is NBIB:
        dois = [v for tag in ("LID", "AID") for v in entry.fields.get(tag, ()) if v.endswith("[doi]")]
        row["doi"] = dois[0].removesuffix("[doi]") if dois else ""
        row |= {"database": "PubMed", "type": "JOUR"}
        serial = [v.split(" ")[0] for v in entry.fields.get("IS", ())]
        row["serial"] = serial[0] if serial else ""
    elif row["end_page"] and "-" not in row["pages"]:
        row["pages"] = f"{row['pages']}-{row['end_page']}"
    if not row["accession"]:
        places = f"{row.get('url')} {row['notes']}"
        found = re.search(r"eid=(2-s2\.0-\d+)|Accession Number: ([^;\s]+)", places)
        row["accession"] = next((part for part in found.groups() if part), "") if found else ""
    row["issn" if re.fullmatch(r"\d{4}-?\d{3}[\dXx]", row["serial"]) else "isbn"] = row["serial"]
    if dialect.starts not in entry.fields:
        row["why"] = f"no {dialect.starts} tag begins it"
    return {**row, "line": entry.line, "raw": entry.raw}


def _bibtex_row(entry: BibtexEntry) -> Row:
    get = entry.fields.get
    return {
        "type": entry.entry_type, "title": get("title", ""), "abstract": get("abstract", ""),
        "authors": authors_of(get("author", "") or get("editor", "")),
        "year": get("year", "") or get("date", ""),
        "journal": get("journal", "") or get("journaltitle", "") or get("booktitle", ""),
        "volume": get("volume", ""), "issue": get("number", "") or get("issue", ""),
        "pages": re.sub(r"\s*[-–]+\s*", "-", get("pages", "") or get("article-number", "")),
        "doi": get("doi", ""), "pmid": get("pmid", "") or get("pubmed-id", ""), "isbn": get("isbn", ""),
        "issn": get("issn", ""), "keywords": get("keywords", "") or get("keyword", ""),
        "language": get("language", ""), "url": get("url", ""), "accession": get("unique-id", ""),
        "notes": get("note", ""), "line": entry.line, "raw": entry.raw, "why": entry.why,
        "database": "Web of Science" if get("unique-id", "").startswith(("WOS:", "ISI:")) else "",
    }  # fmt: skip


def _delimited_row(row: DelimitedRow) -> Row:
    cells = {column: row.first(column) for column in COLUMN_NAMES}
    return {**cells, "line": row.line, "raw": row.raw, "why": row.why}


def _reading(
    rows: Iterable[Row], file: str, form: str, n_entries: int, database: str, encoding: str
) -> Reading:
    records: list[Row] = []
    unreadable: list[UnreadableEntry] = []
    for row in rows:
        why = row.pop("why", "")
        if not why and not (row["title"] or row["abstract"]):
            why = "neither a title nor an abstract"
        if why:
            unreadable.append(UnreadableEntry(file, row["line"], why, row["raw"]))
        else:
            records.append(_cleaned(row, database))
    named = {row["database"] for row in records if row["database"]}
    ids = distinct_ids(row["record_id"] for row in records)
    frame = records_frame(
        {**row, "record_id": name, "source_id": file, "source_line": row["line"]}
        for row, name in zip(records, ids, strict=True)
    ).drop(columns=["line", "database", "serial", "end_page"], errors="ignore")
    return Reading(frame, unreadable, form, n_entries, named.pop() if len(named) == 1 else "", encoding)


def _cleaned(row: Row, database: str) -> Row:
    row = {"database": "", **row}
    accession, own_database = _known_accession(row["accession"], row["database"] or database)
    row |= {
        "accession": accession,
        "database": row["database"] or own_database,
        "type": _RIS_TYPES.get(row["type"].casefold(), row["type"].upper()[:12]),
        "abstract": "" if _NO_ABSTRACT.match(row["abstract"]) else row["abstract"],
        "year": year_in(row["year"]),
        "doi": clean_doi(row["doi"]) or (clean_doi(row["url"]) if "doi.org/" in row.get("url", "") else ""),
        "pmid": re.sub(r"\D", "", row["pmid"]),
        "language": language_code(row["language"]),
        "keywords": "; ".join(_keywords(row["keywords"])),
    }
    prefix = {"web of science": "wos"}.get(row["database"].casefold(), row["database"]) or database
    if not row.get("record_id"):
        row["record_id"] = identity(prefix, accession, row["raw"])
    return row


def _known_accession(accession: str, database: str) -> tuple[str, str]:
    if accession.startswith("2-s2.0-"):
        return accession, "Scopus"
    if accession.startswith(("WOS:", "ISI:")):
        return accession.split(":", 1)[1], "Web of Science"
    # an accession without its database says nothing about who the record is
    return (accession, database) if database else ("", "")


def _keywords(text: str) -> list[str]:
    if text.startswith('["'):
        text = ";".join(next(csv.reader([text.strip("[]")], skipinitialspace=True), []))
    return [" ".join(word.split()) for word in re.split(r"\s*;\s*", text) if word.strip()]
