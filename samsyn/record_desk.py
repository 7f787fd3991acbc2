"""The unique records of a review: computed once, kept, and read again by column."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from corpus import merge_duplicates
from corpus.kept_frames import keep_frame, kept_frame
from samsyn.duplicates_desk import RECORD_FILES, DuplicatesDesk

# of smaller reviews the sources are read as quickly
_KEPT_FROM = 2_000
# of larger ones not everything is held in memory at once
_LET_GO_FROM = 200_000


class RecordDesk(DuplicatesDesk):
    """The part of :class:`~samsyn.Review` that is about the unique records.

    Of a large review they are kept in ``.cache/records``, which may be deleted: named by the bytes of the
    sources, people's word on duplicates and the code that reads, so that what is kept is what would be read.
    """

    @property
    def records(self) -> pd.DataFrame:
        """The unique records, duplicates merged (columns: ``corpus.records``, and ``members``)."""

        def compute() -> pd.DataFrame:
            return self._kept_or("unique", lambda: self._merged()[0])

        found: pd.DataFrame = self._remembered("records", RECORD_FILES, compute)
        return found.copy()

    def record_columns(self, *names: str, only: set[str] | None = None) -> pd.DataFrame:
        """Some columns of the unique records; of a large review no others are read.

        Parameters
        ----------
        names : str
        only : set of str, optional
            The record_ids of those that are asked for; ``record_id`` must be among the names.
        """

        def compute() -> pd.DataFrame:
            return self._kept_or("unique", lambda: self._merged()[0][list(names)], names)

        if only is not None and f"records: {names}" not in self._kept:
            found = kept_frame(
                self._path_of("unique"), self._name_of_records(), names, only=("record_id", only)
            )
            if found is not None:
                return found[0]
        columns: pd.DataFrame = self._remembered(f"records: {names}", RECORD_FILES, compute)
        return columns.copy() if only is None else columns[columns["record_id"].isin(only)].copy()

    def _unique_id(self) -> dict[str, str]:
        def compute() -> dict[str, str]:
            found = self._kept_or("groups", lambda: self._merged()[1])
            return dict(zip(found["record_id"], found["group"], strict=True))

        unique_id: dict[str, str] = self._remembered("unique ids", RECORD_FILES, compute)
        return unique_id

    def _in_unique_records(self, frame: pd.DataFrame) -> pd.DataFrame:
        unique_id = self._unique_id()
        known = frame[frame["record_id"].isin(unique_id)].reset_index(drop=True)
        known["record_id"] = known["record_id"].map(unique_id)
        return known

    # --- inside -----------------------------------------------------------------------------------------

    def _merged(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The unique records, and of every record the one it is merged into; both kept."""

        def compute() -> tuple[pd.DataFrame, pd.DataFrame]:
            found = self.duplicates().groups
            groups = pd.DataFrame({"record_id": found.index, "group": found.to_numpy()}).astype("str")
            self._let_go(len(groups), "duplicates")
            unique = merge_duplicates(self.collection().records, found)
            if len(groups) >= _KEPT_FROM:
                for kept, frame in (("groups", groups), ("unique", unique)):
                    keep_frame(self._path_of(kept), self._name_of_records(), frame)
            self._let_go(len(groups), "collection")
            return unique, groups

        merged: tuple[pd.DataFrame, pd.DataFrame] = self._remembered("merged", RECORD_FILES, compute)
        return merged

    def _kept_or(
        self, kept: str, compute: Callable[[], pd.DataFrame], columns: tuple[str, ...] | None = None
    ) -> pd.DataFrame:
        path = self._path_of(kept)
        if path.exists():
            found = kept_frame(path, self._name_of_records(), columns)
            if found is not None:
                return found[0]
        frame = compute()
        if path.exists():
            self._let_go(len(frame), "merged")
        return frame

    def _let_go(self, n_records: int, name: str) -> None:
        """Forget what was computed of very many records, so that the next step has the memory."""
        if n_records >= _LET_GO_FROM:
            self._kept.pop(name, None)

    def _path_of(self, kept: str) -> Path:
        return self.cache_folder / "records" / f"{kept}.parquet"

    def _name_of_records(self) -> str:
        def compute() -> str:
            digest = hashlib.sha256(" ".join(self._names_of_sources()).encode())
            for path in sorted((self.folder / "decisions" / "duplicates").glob("*")):
                digest.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
            return digest.hexdigest()

        name: str = self._remembered("name of records", RECORD_FILES, compute)
        return name
