"""Parts of a frame as Parquet files under one path that client and workers reach: a folder, s3://, memory://."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import ReviewError

# rows of a partition: no more than so many, unless there were too many partitions; no fewer than so many,
# even if there are fewer partitions than so many
LARGEST_PART, MOST_PARTS, FEWEST_ROWS, PARTS = 20_000, 500, 1_000, 16
# a shuffle takes as many calls as there are partitions times buckets
MOST_BUCKETS = 200


@dataclass(frozen=True)
class Store:
    """Frames as Parquet, one file each, on any path that fsspec knows; nothing but Parquet is ever read.

    Attributes
    ----------
    path : str
        A folder, or a URL such as ``s3://bucket/folder``.

    Examples
    --------
    >>> store = Store("memory://samsyn-example")
    >>> store.write("words/a", pd.DataFrame({"record_id": ["r1"], "title": ["Trust"]}))
    >>> store.read("words/a")["title"].tolist(), store.has("words/a"), store.has("words/b")
    (['Trust'], True, False)
    >>> store.keep("words", set())
    >>> store.has("words/a")
    False
    """

    path: str

    def write(self, name: str, frame: pd.DataFrame) -> None:
        """Write a frame whole or not at all: aside, flushed to the disk, then under its name.

        Raises
        ------
        ReviewError
            When there is no room, or the path cannot be written.
        """
        table = pa.Table.from_pandas(frame, preserve_index=False)
        self._write(name, lambda file: pq.write_table(table, file, compression="zstd"))

    def write_arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Write arrays of any lengths in one file, as :meth:`write` does.

        Examples
        --------
        >>> store = Store("memory://samsyn-example")
        >>> store.write_arrays("a", {"x": np.arange(3), "y": np.array([0.5])})
        >>> store.read_arrays("a", ["y", "x"])
        [array([0.5]), array([0, 1, 2])]
        """
        table = pa.table({key: pa.array([values]) for key, values in arrays.items()})
        # figures such as these become little smaller, and reading them is what has to be quick
        write = {"compression": "none", "use_dictionary": False, "write_statistics": False}
        self._write(name, lambda file: pq.write_table(table, file, **write))

    def read_arrays(self, name: str, keys: Iterable[str]) -> list[np.ndarray]:
        """Some of the arrays of a file; raises as :meth:`read`."""
        wanted = list(keys)
        table = self._table(name, wanted)
        return [table[key].combine_chunks().flatten().to_numpy() for key in wanted]

    def put(self, path: Path, name: str) -> None:
        """Copy a file here as it is, whole or not at all; raises as :meth:`write`."""
        with path.open("rb") as source:
            self._write(name, lambda file: shutil.copyfileobj(source, file))

    def get(self, name: str, path: Path) -> None:
        """Copy a file that :meth:`put` brought; raises as :meth:`read`."""
        files, place = self._place(name)
        try:
            with files.open(place, "rb") as file, path.open("wb") as copy:
                shutil.copyfileobj(file, copy)
        except FileNotFoundError as error:
            raise _unreached(name, self.path) from error

    def read(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """Read a frame, or some of its columns.

        Raises
        ------
        ReviewError
            When it is not there or is no Parquet file.
        """
        return self._table(name, columns).to_pandas()

    def _table(self, name: str, columns: list[str] | None) -> pa.Table:
        files, place = self._place(name)
        try:
            with files.open(place, "rb") as file:
                return pq.read_table(file, columns=columns)
        except FileNotFoundError as error:
            raise _unreached(name, self.path) from error
        except (OSError, pa.ArrowException) as error:
            raise ReviewError(
                f"{name} cannot be read: {error}.",
                where=self.path,
                next_step="Delete that folder; it is remade.",
            ) from error

    def has(self, name: str) -> bool:
        """Whether a frame was written."""
        files, place = self._place(name)
        return bool(files.exists(place))

    def keep(self, folder: str, names: set[str]) -> None:
        """Delete all frames of a folder but those named."""
        files, place = self._place(folder)
        kept = {self._place(name)[1] for name in names}
        place = place.removesuffix(".parquet")
        for found in files.find(place) if files.exists(place) else []:
            if found not in kept:
                files.rm(found)

    def _write(self, name: str, fill: Callable[[Any], None]) -> None:
        files, place = self._place(name)
        # a name that no other process has, on this computer or another
        aside = f"{place}.{uuid4().hex}.part"
        is_local = "file" in (files.protocol if isinstance(files.protocol, tuple) else (files.protocol,))
        try:
            files.makedirs(place.rpartition("/")[0], exist_ok=True)
            try:
                with Path(aside).open("wb") if is_local else files.open(aside, "wb") as file:
                    fill(file)
                    if is_local:
                        file.flush()
                        os.fsync(file.fileno())
                files.mv(aside, place)
            except BaseException:
                if files.exists(aside):
                    files.rm(aside)
                raise
        except OSError as error:
            raise ReviewError(
                f"The parts of the records were not written: {error.strerror or error}.",
                where=self.path,
                next_step="Make room or name another place with --partitions; then the same command again.",
            ) from error

    def _place(self, name: str) -> tuple[Any, str]:
        from fsspec.core import url_to_fs  # noqa: PLC0415 (comes with the extra only)

        files, root = url_to_fs(self.path)
        return files, f"{root}/{name}.parquet"


def in_parts(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """A frame cut into parts of alike length, by its length alone.

    Examples
    --------
    >>> [len(part) for part in in_parts(pd.DataFrame({"x": range(2_500)}))]
    [1000, 1000, 500]
    """
    n = len(frame)
    size = max(FEWEST_ROWS, min(LARGEST_PART, -(-n // PARTS)), -(-n // MOST_PARTS))
    return [frame.iloc[first : first + size].reset_index(drop=True) for first in range(0, len(frame), size)]


def n_in(n_records: int, so_many: int) -> int:
    """How many buckets of so many records are needed; at least one, and no more than scheduling them pays.

    Examples
    --------
    >>> n_in(0, 200_000), n_in(1_000_000, 200_000), n_in(10**9, 200_000)
    (1, 5, 200)
    """
    return max(1, min(MOST_BUCKETS, -(-n_records // so_many)))


def slice_of(slices: Any, *, place: int) -> Any:
    """One of the slices that a call made, for whom it is for."""
    return slices[place]


def content_name(frame: pd.DataFrame, *more: Any) -> str:
    """A name that is the same for the same content: rows, columns, and what else the outcome depends on."""
    digest = hashlib.blake2b(repr((list(frame.columns), len(frame), more)).encode(), digest_size=16)
    for column in frame.columns:
        digest.update(pd.util.hash_array(frame[column].to_numpy(object), categorize=False).tobytes())
    return digest.hexdigest()


def _unreached(name: str, path: str) -> ReviewError:
    return ReviewError(
        f"A worker does not find {name}, which was written for it.",
        where=path,
        next_step="Name a path that all workers reach: --partitions s3://BUCKET/FOLDER",
    )
