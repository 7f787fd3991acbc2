"""The door for exports: what a file is, which reader takes it, and records or unreadable entries out."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from corpus.archives import LARGEST
from corpus.bibtex import BIBTEX
from corpus.columns import batches_of, records_of
from corpus.csl_json import CSL_JSON
from corpus.delimited import DELIMITED, delimited
from corpus.entries import Format
from corpus.errors import UsageError
from corpus.files import content_of
from corpus.origins import origin_of
from corpus.own_files import refuse_other_than_file
from corpus.pieces import Mending, pieces
from corpus.records import Reading, ReadingWarning, UnreadableEntry
from corpus.spreadsheets import WORKBOOK, workbook
from corpus.tagged import TAGGED
from corpus.values import Batch
from corpus.xml_exports import XML

# in the order in which they are tried: the ones with the surest signs first
FORMATS: tuple[Format, ...] = (*XML, CSL_JSON, *TAGGED, BIBTEX, DELIMITED, WORKBOOK)
# what to ask a database for: every one of them gives at least one of these
_KNOWN = "RIS, BibTeX or CSV"
# signs of a tagged export stand in the beginning
_BEGINNING = 1 << 20


def read_records(
    path: str | Path, *, database: str = "", columns: Mapping[str, str] | None = None, keep_raw: bool = False
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
    keep_raw : bool
        Whether ``raw`` holds each record's entry as it stands in the file; it takes as much memory as the
        file. Without, ``source_line`` says where it stands.

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
    if not columns and (reading := _read_in_pieces(path, database, keep_raw)):
        return reading
    content = content_of(path, known=_KNOWN)
    matter = content.matter
    try:
        form = recognise(matter, columns)
        if form is None:
            raise UsageError(
                f"{path.name} {_looks_like(matter)}.",
                next_step=f"Export the references as {_KNOWN} and add that file.",
            )
        if form.by_piece and isinstance(matter, str):
            reading = _by_piece(
                form, pieces(BytesIO(matter.encode()), form.by_piece.cut), path.name, database, keep_raw
            )
        else:
            n_entries = form.count(matter)
            reading = _reading(
                form, batches_of(form.read(matter)), path.name, database, keep_raw, lambda: n_entries
            )
    except UsageError as fault:
        if path.name in fault.what:
            raise
        # the readers do not know what their text is called
        raise UsageError(fault.what, where=fault.where or path.name, next_step=fault.next_step) from None
    warnings = [ReadingWarning(path.name, 1, what) for what in content.warnings] + reading.warnings
    # of a workbook the names of the columns that it alone has stand beside the records
    shown = matter if isinstance(matter, str) else " ".join(map(str, reading.records["extra"][:50]))
    dialect = origin_of(reading.format, shown)
    return replace(reading, encoding=content.encoding, warnings=warnings, dialect=dialect)


def _read_in_pieces(path: Path, database: str, keep_raw: bool) -> Reading | None:
    """What a plain file holds, read without all of it in memory; None where it must be."""
    refuse_other_than_file(path)
    mending = Mending()
    try:
        with path.open("rb") as stream:
            beginning = stream.read(_BEGINNING)
            has_mark = beginning.startswith(BOM_UTF8)
            text = (
                beginning.removeprefix(BOM_UTF8)
                .decode("utf-8", "ignore")
                .replace("\r\n", "\n")
                .replace("\r", "\n")
            )
            form = next((form for form in TAGGED if form.recognise(text)), None)
            if form is None or form.by_piece is None or path.stat().st_size > LARGEST:
                return None
            stream.seek(0)
            mended = map(mending.mended, pieces(stream, form.by_piece.cut))
            reading = _by_piece(form, mended, path.name, database, keep_raw)
    except (OSError, UnicodeDecodeError):
        return None
    warnings = [ReadingWarning(path.name, 1, what) for what in mending.warnings] + reading.warnings
    encoding = "utf-8-sig" if has_mark else "utf-8"
    return replace(reading, encoding=encoding, warnings=warnings, dialect=origin_of(form.name, text))


def _by_piece(form: Format, some: Iterable[bytes], file: str, database: str, keep_raw: bool) -> Reading:
    if (by_piece := form.by_piece) is None:
        raise TypeError(f"{form.label} is not read piece by piece")
    counts: list[int] = []

    def batches() -> Iterator[Batch]:
        n_lines = 0
        for piece in some:
            counts.append(by_piece.count(piece))
            batch = by_piece.read(piece)
            batch.lines = batch.lines + n_lines
            for entry in batch.odd:
                entry.line += n_lines
            n_lines += batch.n_lines
            yield batch

    return _reading(form, batches(), file, database, keep_raw, lambda: sum(counts))


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


def _reading(
    form: Format,
    batches: Iterable[Batch],
    file: str,
    database: str,
    keep_raw: bool,
    n_entries: Callable[[], int],
) -> Reading:
    records, own_database, odd = records_of(batches, file, database, keep_raw=keep_raw)
    return Reading(
        records,
        [UnreadableEntry(file, entry.line, entry.why, entry.raw) for entry in odd if entry.why],
        form.name,
        n_entries(),
        database=own_database,
        warnings=[
            ReadingWarning(file, entry.line, what)
            for entry in odd
            if not entry.why
            for what in entry.warnings
        ],
    )
