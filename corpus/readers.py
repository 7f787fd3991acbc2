"""The door for exports: what a file is, which reader takes it, and records or unreadable entries out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from corpus.bibtex import BIBTEX
from corpus.columns import Batch, batches_of, records_of
from corpus.csl_json import CSL_JSON
from corpus.delimited import DELIMITED, delimited
from corpus.entries import Format
from corpus.errors import UsageError
from corpus.files import content_of
from corpus.records import Reading, ReadingWarning, UnreadableEntry
from corpus.spreadsheets import WORKBOOK, workbook
from corpus.tagged import TAGGED
from corpus.xml_exports import XML

# in the order in which they are tried: the ones with the surest signs first
FORMATS: tuple[Format, ...] = (*XML, CSL_JSON, *TAGGED, BIBTEX, DELIMITED, WORKBOOK)
# what to ask a database for: every one of them gives at least one of these
_KNOWN = "RIS, BibTeX or CSV"


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
        reading = _reading(batches_of(form.read(matter)), path.name, database)
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


def _reading(batches: Iterable[Batch], file: str, database: str) -> Reading:
    records, own_database, odd = records_of(batches, file, database)
    return Reading(
        records,
        [UnreadableEntry(file, entry.line, entry.why, entry.raw) for entry in odd if entry.why],
        "",
        0,
        database=own_database,
        warnings=[ReadingWarning(file, entry.line, what) for entry in odd if not entry.why for what in entry.warnings],
    )
