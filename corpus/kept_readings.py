"""What was read of a source, kept in a file that may be deleted: reading that takes a twentieth of the time.

A kept reading counts only for the very bytes it was read from, and for the code that read them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.records import Reading, ReadingWarning, UnreadableEntry, as_records

# reading a smaller file takes no time worth keeping a copy of it
KEPT_FROM_BYTES = 300_000
# these read files, or tell languages
_READ_WITH = ("bibtexparser", "lxml", "openpyxl", "pandas", "pyarrow", "simplemma")
_FIELDS = ("format", "n_entries", "database", "encoding", "dialect")


def kept_reading(file: Path, folder: Path, said: str, read: Callable[[], Reading]) -> Reading:
    """What ``read()`` finds in a file, from ``folder`` when it was found before.

    Parameters
    ----------
    file : Path
        The source.
    folder : Path
        Where readings are kept, one Parquet file for each source; small ones are not.
    said : str
        What else the reading depends on: the database and columns that were named.
    read : callable
        Reads the file; called when there is no reading of this file by this code, or it is damaged.

    Examples
    --------
    >>> import tempfile
    >>> from corpus import read_records
    >>> file = Path(tempfile.mkdtemp(), "refs.ris")
    >>> _ = file.write_text("TY  - JOUR\\nTI  - Time\\nER  - \\n" * 20_000, encoding="utf-8")
    >>> first = kept_reading(file, file.parent / "kept", "", lambda: read_records(file))
    >>> again = kept_reading(file, file.parent / "kept", "", lambda: None)
    >>> again.records.equals(first.records), again.n_entries
    (True, 20000)
    """
    if file.stat().st_size < KEPT_FROM_BYTES:
        return read()
    with file.open("rb") as stream:
        content = hashlib.file_digest(stream, "sha256").hexdigest()
    made_from = hashlib.sha256(f"{content}\0{said}\0{_code()}".encode()).hexdigest()
    kept = folder / f"{file.name}.parquet"
    found = _load(kept, made_from)
    if found is None:
        found = read()
        # in a folder that can only be read it is read again next time
        with suppress(OSError):
            _save(found, kept, made_from)
    return found


def _save(reading: Reading, kept: Path, made_from: str) -> None:
    told = {name: getattr(reading, name) for name in _FIELDS}
    told["unreadable"] = [astuple(entry) for entry in reading.unreadable]
    told["warnings"] = [astuple(warning) for warning in reading.warnings]
    table = pa.Table.from_pandas(reading.records, preserve_index=False)
    table = table.replace_schema_metadata({"made_from": made_from, "told": json.dumps(told)})
    kept.parent.mkdir(parents=True, exist_ok=True)
    written = kept.with_name(f"{kept.name}.new")
    pq.write_table(table, written, write_page_checksum=True)
    written.replace(kept)


def _load(kept: Path, made_from: str) -> Reading | None:
    try:
        table = pq.read_table(kept, page_checksum_verification=True)
    except (OSError, pa.ArrowException):
        return None
    told_by = table.schema.metadata or {}
    if told_by.get(b"made_from", b"").decode() != made_from:
        return None
    told = json.loads(told_by[b"told"])
    reading = Reading(as_records(table.to_pandas()), [], told["format"], told["n_entries"])
    return replace(
        reading,
        unreadable=[UnreadableEntry(*entry) for entry in told["unreadable"]],
        warnings=[ReadingWarning(*warning) for warning in told["warnings"]],
        **{name: told[name] for name in _FIELDS},
    )


@cache
def _code() -> str:
    """Names the code that reads: this room's files, and the versions of what they use."""
    digest = hashlib.sha256(" ".join(version(name) for name in _READ_WITH).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
