"""Frames kept in Parquet files that may be deleted at any time; a damaged or foreign file is none."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.json_text import from_json

# rows that are written, and read, together
_ROWS_TOGETHER = 50_000


def keep_frame(path: Path, name: str, frame: pd.DataFrame, told: Mapping[str, Any] | None = None) -> None:
    """Keep a frame in a file, whole or not at all; on a full or read-only disk it is not kept.

    Parameters
    ----------
    path : Path
    name : str
        Of all that the frame follows from; it is found again by this name only.
    frame : DataFrame
    told : mapping, optional
        What else is to be kept with it, as JSON has it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "kept", "records.parquet")
    >>> keep_frame(path, "one", pd.DataFrame({"record_id": ["a"], "title": ["Trust"]}), {"n": 1})
    >>> frame, told = kept_frame(path, "one", columns=["title"])
    >>> frame.columns.tolist(), told["n"], kept_frame(path, "other")
    (['title'], 1, None)
    """
    with suppress(OSError, pa.ArrowException, UnicodeError):
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.Table.from_pandas(frame, preserve_index=False)
        said = {"name": name, "told": json.dumps(dict(told or {}))}
        unfinished = path.with_name(f"{path.name}.new")
        try:
            pq.write_table(
                table.replace_schema_metadata({**(table.schema.metadata or {}), **said}),
                unfinished,
                write_page_checksum=True,
                # so that of many rows some are read without all of them in memory
                row_group_size=_ROWS_TOGETHER,
            )
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def kept_frame(
    path: Path,
    name: str,
    columns: Iterable[str] | None = None,
    *,
    only: tuple[str, Collection[Any]] | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]] | None:
    """The frame that was kept under a name, or some of its columns, and what was told with it; else None.

    ``only`` names a column and the values that are asked for; other rows are left out.
    """
    wanted = None if columns is None else list(columns)
    try:
        told_by = pq.read_schema(path).metadata or {}
        if told_by.get(b"name", b"").decode() != name:
            return None
        if only is None:
            table = pq.read_table(path, columns=wanted, page_checksum_verification=True)
        else:
            table = _some_rows(path, wanted, *only)
        frame, told = table.to_pandas(), from_json(told_by[b"told"])
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError):
        return None
    if wanted is not None and frame.columns.tolist() != wanted:
        return None
    return frame, told


def _some_rows(path: Path, columns: list[str] | None, column: str, values: Collection[Any]) -> pa.Table:
    """Of many rows some, without more of the others in memory than were written together."""
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        found = [file.schema_arrow.empty_table()]
        if columns is not None:
            found = [found[0].select(columns)]
        asked = pa.array(list(values), found[0].schema.field(column).type)
        for number in range(file.num_row_groups):
            some = file.read_row_group(number, columns=columns).select(found[0].column_names)
            found.append(some.filter(pc.is_in(some[column], asked)))
    return pa.concat_tables(found)
