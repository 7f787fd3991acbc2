"""What was read of a source, kept in a file that may be deleted: reading that takes a twentieth of the time.

A kept reading counts only for the very bytes it was read from, and for the code that read them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from corpus.kept_frames import keep_frame, kept_frame
from corpus.records import Reading, ReadingWarning, UnreadableEntry, as_records

# reading a smaller file takes no time worth keeping a copy of it
KEPT_FROM_BYTES = 300_000
# these read files, or tell languages
_READ_WITH = ("bibtexparser", "lxml", "openpyxl", "pandas", "pyarrow", "simplemma")
_FIELDS = ("format", "n_entries", "database", "encoding", "dialect")


@dataclass(frozen=True)
class Counts:
    """What is counted of a reading: whose the records are, and how many of what."""

    record_ids: np.ndarray
    n_entries: int
    n_unreadable: int
    n_without_abstract: int
    n_warnings: int
    encoding: str
    dialect: str

    @classmethod
    def of(cls, reading: Reading) -> Counts:
        """Counted anew."""
        return cls(
            reading.records["record_id"].to_numpy(object),
            reading.n_entries,
            len(reading.unreadable),
            int((reading.records["abstract"] == "").sum()),
            len(reading.warnings),
            reading.encoding,
            reading.dialect,
        )


def kept_reading(file: Path, folder: Path, name: Callable[[], str], read: Callable[[], Reading]) -> Reading:
    """What ``read()`` finds in a file, from ``folder`` when it was found before.

    Parameters
    ----------
    file : Path
        The source.
    folder : Path
        Where readings are kept, one Parquet file for each source; small ones are not.
    name : callable
        Gives the name of all that the reading depends on; not called for a small file.
    read : callable
        Reads the file; called when there is no reading of this file by this code, or it is damaged.

    Examples
    --------
    >>> import tempfile
    >>> from corpus import read_records
    >>> file = Path(tempfile.mkdtemp(), "refs.ris")
    >>> _ = file.write_text("TY  - JOUR\\nTI  - Time\\nER  - \\n" * 20_000, encoding="utf-8")
    >>> first = kept_reading(file, file.parent / "kept", lambda: "1", lambda: read_records(file))
    >>> again = kept_reading(file, file.parent / "kept", lambda: "1", lambda: None)
    >>> again.records.equals(first.records), again.n_entries
    (True, 20000)
    """
    if file.stat().st_size < KEPT_FROM_BYTES:
        return read()
    kept, made_from = folder / f"{file.name}.parquet", name()
    found = _load(kept, made_from)
    if found is None:
        found = read()
        told = {name: getattr(found, name) for name in _FIELDS}
        told["unreadable"] = [astuple(entry) for entry in found.unreadable]
        told["warnings"] = [astuple(warning) for warning in found.warnings]
        told["n_without_abstract"] = Counts.of(found).n_without_abstract
        keep_frame(kept, made_from, found.records, told)
    return found


def kept_counts(file: Path, folder: Path, name: str) -> Counts | None:
    """What is counted of a kept reading (:func:`kept_reading`), without its texts; None when none is kept."""
    if file.stat().st_size < KEPT_FROM_BYTES:
        return None
    found = kept_frame(folder / f"{file.name}.parquet", name, ["record_id"])
    if found is None:
        return None
    records, told = found
    return Counts(
        records["record_id"].to_numpy(object),
        told["n_entries"],
        len(told["unreadable"]),
        told["n_without_abstract"],
        len(told["warnings"]),
        told["encoding"],
        told["dialect"],
    )


def _load(kept: Path, made_from: str) -> Reading | None:
    found = kept_frame(kept, made_from)
    if found is None:
        return None
    records, told = found
    reading = Reading(as_records(records), [], told["format"], told["n_entries"])
    return replace(
        reading,
        unreadable=[UnreadableEntry(*entry) for entry in told["unreadable"]],
        warnings=[ReadingWarning(*warning) for warning in told["warnings"]],
        **{name: told[name] for name in _FIELDS},
    )


@cache
def code_read() -> str:
    """Names the code that reads and groups: this room's files, and the versions of what they use."""
    digest = hashlib.sha256(" ".join(version(name) for name in _READ_WITH).encode())
    room = Path(__file__).parent
    for path in sorted([*room.glob("*.py"), *room.glob("duplicates/*")]):
        if path.is_dir():
            continue
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
