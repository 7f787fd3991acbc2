"""Writing records: RIS, BibTeX, CSV, CSL-JSON and XLSX, by the suffix of the file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from corpus.bibtex_writer import bibtex_entries
from corpus.csl_writer import csl_entries
from corpus.errors import ReviewError, UsageError
from corpus.export_rows import Row, filled_rows
from corpus.records import as_records
from corpus.ris_writer import ris_entries
from corpus.table_writers import write_csv, write_xlsx


def write_records(records: pd.DataFrame, path: str | Path) -> None:
    """Write records to a file whose suffix names the format: .ris .bib .csv .json (CSL-JSON) .xlsx.

    Every column but ``extra`` is kept in every format, so that :func:`corpus.read_records` gives the same
    records again (but for the line they stood on, their raw entry, and line breaks within a value, which only
    tables hold). CSV, XLSX and CSL-JSON keep ``extra``, too; RIS keeps of it what stands under a tag of RIS
    to which no column is written, BibTeX what has a name in small letters that is none of its columns'
    fields, several values joined. Other columns (verdicts, codes) are written to CSV and XLSX as they are;
    for the other formats the caller puts them into keywords and notes. Nothing is half-written: the file
    appears whole.

    Parameters
    ----------
    records : DataFrame
        With record columns; those that lack are taken as empty.
    path : str or Path

    Raises
    ------
    UsageError
        When the suffix is not known.
    ReviewError
        When the file cannot be written there.

    Examples
    --------
    >>> records = pd.DataFrame({"record_id": ["wos:7"], "title": ["Time"], "year": [2019]})
    >>> file = Path(tempfile.mkdtemp(), "refs.ris")
    >>> write_records(records, file)
    >>> print(file.read_text(encoding="utf-8").strip())
    TY  - JOUR
    TI  - Time
    PY  - 2019
    ID  - wos:7
    DP  - Samsyn
    ER  -
    """
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UsageError(
            f"{path.name}: the suffix {path.suffix!r} names no format that can be written.",
            next_step=f"Known: {', '.join(_WRITERS)}.",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partly = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    except OSError as fault:
        raise ReviewError(f"{path} was not written: {fault.strerror}.") from fault
    os.close(handle)
    try:
        writer(as_records(records), Path(partly))
        Path(partly).chmod(0o644)
        Path(partly).replace(path)
    except OSError as fault:
        raise ReviewError(f"{path} was not written: {fault.strerror}.") from fault
    finally:
        Path(partly).unlink(missing_ok=True)


def _write_text(entries: Callable[[Iterable[Row]], Iterator[str]], records: pd.DataFrame, path: Path) -> None:
    # halves of pairs, as damaged JSON leaves them, are no letters that UTF-8 can write
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        file.writelines(entries(filled_rows(records)))


_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    ".ris": partial(_write_text, ris_entries), ".bib": partial(_write_text, bibtex_entries),
    ".csv": write_csv, ".json": partial(_write_text, csl_entries), ".xlsx": write_xlsx,
}  # fmt: skip
