"""The records and labels in a project file of ASReview 3 (.asreview); its models are not touched.

The file is a zip archive with an SQLite database. It is read in memory, nothing is unpacked to disk, and what
ASReview pickled beside it is never opened.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from corpus.archives import DAMAGED_ZIP, check_sizes
from corpus.errors import UsageError
from corpus.json_text import from_json
from corpus.own_files import refuse_other_than_file
from corpus.records import clean_doi, identity, records_frame

_DATABASE = "results.db"
_LABELLED = """
    SELECT record.title, record.abstract, record.authors, record.year, record.doi, record.url,
           results.label, results.time, results.note, results.user_id
    FROM results JOIN record USING (record_id) WHERE results.label IS NOT NULL ORDER BY record.record_id
"""


def is_asreview_project(path: Path) -> bool:
    """Whether the file is called a project file of ASReview."""
    return path.suffix.lower() == ".asreview"


def read_asreview_project(path: Path) -> pd.DataFrame:
    """The labelled records of an ASReview project, with labels and notes in ``extra`` as in its tables.

    Parameters
    ----------
    path : Path

    Returns
    -------
    DataFrame
        Record columns, one row per labelled record. People are known by number only: "user 1".

    Raises
    ------
    UsageError
        When the file is no project of ASReview 3, or is damaged.
    """
    rows = []
    for title, abstract, authors, year, doi, url, label, time, note, user in _labelled(path):
        said = {"asreview_label": label, "asreview_note": note, "asreview_time": _when(time)}
        said["asreview_user_name"] = f"user {user}" if user is not None else ""
        extra = {name: [str(value)] for name, value in said.items() if value not in (None, "")}
        record_id = identity("asreview", "", f"{title}\n{abstract}\n{authors}\n{year}\n{doi}")
        rows.append(
            {"record_id": record_id, "title": title, "abstract": abstract, "authors": _names(authors),
             "year": year, "doi": clean_doi(doi or ""), "url": url, "extra": json.dumps(extra)}
        )  # fmt: skip
    return records_frame(rows)


def _labelled(path: Path) -> list[tuple]:
    refuse_other_than_file(path)
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise UsageError(f"{path} cannot be read: {fault.strerror}.") from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_sizes(path.name, archive)
            database = archive.read(_DATABASE)
    except UsageError:
        raise
    except (KeyError, *DAMAGED_ZIP):
        raise _no_project(path) from None
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(database)
        # the file comes from somebody else: it may say what it holds, not what to run
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        return connection.execute(_LABELLED).fetchall()
    except sqlite3.Error:
        raise _no_project(path) from None
    finally:
        connection.close()


def _no_project(path: Path) -> UsageError:
    return UsageError(
        f"{path.name} is no project file of ASReview 3, or is damaged.",
        next_step="Export the records with their labels from ASReview as CSV or RIS, and take that file.",
    )


def _names(cell: str | None) -> str:
    """Authors as the database keeps them: a list in JSON."""
    try:
        names = from_json(cell or "[]")
    except ValueError:
        return str(cell)
    return "; ".join(str(name) for name in names) if isinstance(names, list) else str(names)


def _when(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
