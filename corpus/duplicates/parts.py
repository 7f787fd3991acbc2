"""Rows that only ever grow in number, in parts as they came: kept in files, and looked up there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# so many rows in one part of a file that is written anew
_ROWS_OF_A_PART = 20_000
# of more files than this one is made
_MOST_FILES = 32


@dataclass(frozen=True)
class Parts:
    """Rows in parts, of which the first may lie in files already.

    What lies in a file is not read into memory but mapped; only the rows that are asked for are touched.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of every part.
    batches : tuple of pyarrow.RecordBatch
    files : tuple of (str, int)
        Names of the files, each with the number of parts in it; the parts after these are in none.

    Examples
    --------
    >>> none = Parts(schema_of(pd.DataFrame({"record_id": ["a:1"], "year": [2019]})))
    >>> parts = none.plus(pd.DataFrame({"record_id": ["b:2", "a:1"], "year": [2019, 2021]}))
    >>> parts.rows(np.array([1, 0]))["year"].tolist(), parts.column("record_id").tolist(), len(parts)
    ([2021, 2019], ['b:2', 'a:1'], 2)
    """

    schema: pa.Schema
    batches: tuple[pa.RecordBatch, ...] = ()
    files: tuple[tuple[str, int], ...] = ()

    def __len__(self) -> int:
        return sum(batch.num_rows for batch in self.batches)

    def plus(self, frame: pd.DataFrame) -> Parts:
        """These and the rows of a frame behind them."""
        if frame.empty:
            return self
        columns = [_as_arrow(frame[name], self.schema.field(name).type) for name in self.schema.names]
        batch = pa.RecordBatch.from_arrays(columns, schema=self.schema)
        return Parts(self.schema, (*self.batches, batch), self.files)

    def column(self, name: str) -> np.ndarray:
        """One column of all rows."""
        arrays = [batch.column(name).to_numpy(zero_copy_only=False) for batch in self.batches]
        return np.concatenate(arrays) if arrays else np.zeros(0, dtype=_dtype(self.schema.field(name).type))

    def order(self, name: str) -> np.ndarray:
        """The rows in the order of a column of texts."""
        arrays = [batch.column(name) for batch in self.batches]
        texts = pa.chunked_array(arrays, self.schema.field(name).type)
        return pc.sort_indices(texts).to_numpy().astype(np.int64)

    def rows(self, places: np.ndarray, columns: Iterable[str] | None = None) -> pd.DataFrame:
        """Some rows, in the order they are asked for; texts as plain objects."""
        names = list(self.schema.names if columns is None else columns)
        starts = np.cumsum([0, *(batch.num_rows for batch in self.batches)])
        part = np.searchsorted(starts, places, side="right") - 1
        by_part = np.argsort(part, kind="stable")
        found: dict[str, list[np.ndarray]] = {name: [] for name in names}
        for number in np.unique(part).tolist():
            local = pa.array(places[part == number] - starts[number])
            batch = self.batches[number]
            for name in names:
                found[name].append(batch.column(name).take(local).to_numpy(zero_copy_only=False))
        frame = {}
        for name, arrays in found.items():
            kind = _dtype(self.schema.field(name).type)
            values = np.empty(len(places), dtype=kind)
            if arrays:
                values[by_part] = np.concatenate(arrays)
            frame[name] = pd.Series(values, dtype=kind)
        return pd.DataFrame(frame)

    def save(self, folder: Path, name: str) -> Parts:
        """Write the parts that are in no file yet to a new one; of many files one is made."""
        n_written = sum(n for _, n in self.files)
        batches, files = self.batches[n_written:], self.files
        if len(files) >= _MOST_FILES:
            whole = pa.Table.from_batches(self.batches, self.schema).combine_chunks()
            batches, files = tuple(whole.to_batches(max_chunksize=_ROWS_OF_A_PART)), ()
        if not batches:
            return self
        unfinished = folder / f"{name}.new"
        try:
            with pa.OSFile(str(unfinished), "wb") as file, pa.ipc.new_file(file, self.schema) as written:
                for batch in batches:
                    written.write_batch(batch)
            # named by its content: a damaged one is known by its name
            file_name = f"{name}-{_hash_of(unfinished)}.arrow"
            unfinished.replace(folder / file_name)
        finally:
            unfinished.unlink(missing_ok=True)
        every = self.batches if files else batches
        return Parts(self.schema, every, (*files, (file_name, len(batches))))

    @classmethod
    def load(cls, folder: Path, schema: pa.Schema, files: Sequence[Any]) -> Parts:
        """The parts of files that were saved.

        Raises
        ------
        ValueError
            When a file is damaged or foreign (also pyarrow.ArrowInvalid, which is one), or OSError.
        """
        batches: list[pa.RecordBatch] = []
        for name, n_parts in files:
            path = folder / Path(name).name
            if not path.name.endswith(f"-{_hash_of(path)}.arrow"):
                raise ValueError(name)
            read = pa.ipc.open_file(pa.memory_map(str(path)))
            if not read.schema.equals(schema) or read.num_record_batches != n_parts:
                raise ValueError(name)
            for number in range(n_parts):
                batch = read.get_batch(number)
                # a stranger may have written it: no offset must lead out of it
                batch.validate(full=True)
                if any(column.null_count for column in batch.columns):
                    raise ValueError(name)
                batches.append(batch)
        return cls(schema, tuple(batches), tuple((str(name), int(n)) for name, n in files))


def schema_of(frame: pd.DataFrame) -> pa.Schema:
    """How the columns of a frame are kept: numbers and truth values as they are, all else as text."""
    kinds = {
        str(name): pa.from_numpy_dtype(kind)
        if isinstance(kind, np.dtype) and kind.kind != "O"
        else pa.string()
        for name, kind in frame.dtypes.items()
    }
    return pa.schema(list(kinds.items()))


def without(folder: Path, files: Mapping[str, Parts]) -> None:
    """Delete what is in a folder and belongs to none of these."""
    kept = {name for parts in files.values() for name, _ in parts.files}
    for path in folder.iterdir():
        if path.name not in kept and path.suffix != ".json":
            # where a file that is mapped can't be deleted, it is the next time
            with suppress(OSError):
                path.unlink()


def _as_arrow(column: pd.Series, kind: pa.DataType) -> pa.Array:
    return pa.array(column.to_numpy(object) if kind == pa.string() else column.to_numpy(), kind)


def _dtype(kind: pa.DataType) -> np.dtype:
    return np.dtype(object) if kind == pa.string() else np.dtype(kind.to_pandas_dtype())


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
