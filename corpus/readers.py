"""The door for exports: what a file is, which reader takes it, and records or unreadable entries out."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from corpus.bibtex import BIBTEX
from corpus.csl_json import CSL_JSON
from corpus.delimited import DELIMITED, delimited
from corpus.entries import Entry, Format, Values
from corpus.errors import UsageError
from corpus.files import content_of
from corpus.records import (
    RECORD_COLUMNS,
    Reading,
    ReadingWarning,
    UnreadableEntry,
    clean_doi,
    distinct_ids,
    identity,
    language_code,
    year_in,
)
from corpus.spreadsheets import WORKBOOK, workbook
from corpus.tagged import TAGGED
from corpus.xml_exports import XML

# in the order in which they are tried: the ones with the surest signs first
FORMATS: tuple[Format, ...] = (*XML, CSL_JSON, *TAGGED, BIBTEX, DELIMITED, WORKBOOK)
# what to ask a database for: every one of them gives at least one of these
_KNOWN = "RIS, BibTeX or CSV"

# columns that take all values; of the others the first counts and the rest goes to ``extra``
_JOINED = ("authors", "keywords", "notes", "url")
# what exports write where there is no abstract
_NO_ABSTRACT = re.compile(r"(?i)^\W*(na|n/a|null|none|no abstract( available)?)?\W*$")
_quoted = json.JSONEncoder(ensure_ascii=False).encode
_ISSN = re.compile(r"\d{4}-?\d{3}[\dXx]\b")
_SHORT_NAMES = {"web of science": "wos"}
_RIS_TYPES = {
    "article": "JOUR", "journal article": "JOUR", "review": "JOUR", "book": "BOOK", "incollection": "CHAP",
    "inbook": "CHAP", "book chapter": "CHAP", "inproceedings": "CPAPER", "conference paper": "CPAPER",
    "phdthesis": "THES", "thesis": "THES", "techreport": "RPRT", "report": "RPRT", "editorial": "JOUR",
}  # fmt: skip


def read_records(
    path: str | Path, *, database: str = "", columns: Mapping[str, str] | None = None
) -> Reading:
    r"""Read an export file of references; the format is recognised from the content.

    Parameters
    ----------
    path : str or Path
        An export in one of :data:`FORMATS`, also zipped.
    database : str, optional
        The database it came from, if known; part of the identity of records without an accession.
    columns : mapping of str -> str, optional
        Of a table (CSV, TSV, XLSX): what its own columns hold, for instance
        ``{"Titel på artikel": "title"}``; beside the names that are known without.

    Returns
    -------
    Reading
        Records, unreadable entries and warnings; ``n_entries == len(records) + len(unreadable)``.

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
    content = content_of(path, known=_KNOWN)
    matter = content.matter
    try:
        form = recognise(matter, columns)
        if form is None:
            raise UsageError(
                f"{path.name} {_looks_like(matter)}.",
                next_step=f"Export the references as {_KNOWN} and add that file.",
            )
        reading = _reading(form.read(matter), path.name, database)
        n_entries = form.count(matter)
    except UsageError as fault:
        if path.name in fault.what:
            raise
        # the readers do not know what their text is called
        raise UsageError(fault.what, where=fault.where or path.name, next_step=fault.next_step) from None
    warnings = [ReadingWarning(path.name, 1, what) for what in content.warnings] + reading.warnings
    return Reading(
        reading.records,
        reading.unreadable,
        form.name,
        n_entries,
        reading.database,
        content.encoding,
        warnings,
    )


def recognise(matter: str | bytes, columns: Mapping[str, str] | None = None) -> Format | None:
    r"""The format of an export from its content, or None; with ``columns`` only tables are tried.

    Examples
    --------
    >>> recognise("PMID- 90555017\nOWN - NLM\n").name, recognise("A letter to a friend")
    ('nbib', None)
    """
    formats = (delimited(columns), workbook(columns)) if columns else FORMATS
    binary = isinstance(matter, bytes)
    return next((form for form in formats if form.binary == binary and form.recognise(matter)), None)


def _looks_like(text: str | bytes) -> str:
    if isinstance(text, bytes):
        return "is a workbook, but no sheet of it has columns of references (title, abstract, authors, ...)"
    start = text.lstrip().lower()
    if start.startswith(("<!doctype html", "<html")):
        return "is a web page, not an export of references"
    if start.startswith("<"):
        return "is XML, but not of a kind that holds references"
    if start.startswith(("{", "[")):
        return "is JSON, but not of a kind that holds references"
    first = text.strip().split("\n", 1)[0].strip()
    return f"does not look like an export of references (it begins with {first[:60]!r})"


def _reading(entries: Iterable[Entry], file: str, database: str) -> Reading:
    columns: dict[str, list[object]] = {column: [] for column in RECORD_COLUMNS}
    appends = [(column, cells.append) for column, cells in columns.items()]
    unreadable: list[UnreadableEntry] = []
    warnings: list[ReadingWarning] = []
    named: set[str] = set()
    for entry in entries:
        values = entry.values
        if not entry.why and not _filled(values.get("title")) and not _filled(values.get("abstract")):
            entry.why = "neither a title nor an abstract"
        if entry.why:
            unreadable.append(UnreadableEntry(file, entry.line, entry.why, entry.raw))
            continue
        warnings += [ReadingWarning(file, entry.line, what) for what in entry.warnings]
        row, own_database = _row(entry, database)
        named.add(own_database)
        row["source_id"] = file
        cell = row.get
        for column, append in appends:
            append(cell(column, ""))
    columns["record_id"] = list(distinct_ids(str(name) for name in columns["record_id"]))
    frame = pd.DataFrame(
        {
            name: pd.Series([cell or pd.NA for cell in cells], dtype="Int64")
            if name in ("year", "source_line")
            else pd.Series(cells, dtype="str")
            for name, cells in columns.items()
        }
    )
    named.discard("")
    own_database = named.pop() if len(named) == 1 else ""
    return Reading(frame, unreadable, "", 0, database=own_database, warnings=warnings)


def _row(entry: Entry, database: str) -> tuple[dict[str, object], str]:
    """The cells of an entry's record, and the database it names itself."""
    row: dict[str, object] = {}
    extra = dict(entry.extra)
    for column, found in entry.values.items():
        if len(found) == 1 and column not in _JOINED:
            if found[0]:
                row[column] = found[0]
            continue
        if column in _JOINED:
            if joined := "; ".join(filter(None, dict.fromkeys([value.strip(" ;") for value in found]))):
                row[column] = joined
        elif filled := [value for value in found if value]:
            row[column] = filled[0]
            if len(filled) > 1:
                extra[f"more {column}"] = filled[1:]
    if extra:
        row["extra"] = _as_json(extra)
    accession, own_database = _known_accession(str(row.get("accession", "")), entry.database or database)
    own = entry.database or own_database
    row["accession"] = accession
    _clean(row)
    prefix = _SHORT_NAMES.get(own.casefold(), own) or database
    row["record_id"] = row.get("record_id") or identity(prefix, accession, entry.raw)
    row["source_line"], row["raw"] = entry.line, entry.raw
    return row, own


def _as_json(extra: Values) -> str:
    """What ``json.dumps`` gives with sorted keys, at half the time."""
    fields = (f"{_quoted(name)}: [{', '.join(map(_quoted, extra[name]))}]" for name in sorted(extra))
    return "{" + ", ".join(fields) + "}"


def _clean(row: dict[str, object]) -> None:
    """Bring the cells into the form that the columns promise."""
    get = row.get
    pages, end_page = str(get("pages", "")), str(get("end_page", ""))
    if end_page and "-" not in pages and pages != end_page:
        row["pages"] = f"{pages}-{end_page}" if pages else end_page
    if serial := str(get("serial", "")):
        row["issn" if _ISSN.match(serial) else "isbn"] = serial
    url, kind, abstract = str(get("url", "")), str(get("type", "")), str(get("abstract", ""))
    row["type"] = _RIS_TYPES.get(kind.casefold(), kind.upper()[:12])
    row["year"] = int(year_in(str(get("year", ""))) or 0)
    if "doi" in row or "doi.org/" in url:
        row["doi"] = clean_doi(str(get("doi", ""))) or clean_doi(url)
    if abstract and len(abstract) < 100 and _NO_ABSTRACT.match(abstract):
        row["abstract"] = ""
    if "pmid" in row:
        row["pmid"] = re.sub(r"\D", "", str(row["pmid"]))
    if "language" in row:
        row["language"] = language_code(str(row["language"]))
    if "keywords" in row:
        row["keywords"] = "; ".join(_keywords(str(row["keywords"])))


def _filled(values: list[str] | None) -> bool:
    return values is not None and any(value and not value.isspace() for value in values)


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
    return [" ".join(words) for word in text.split(";") if (words := word.split())]
