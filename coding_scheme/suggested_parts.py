"""Suggestions of the rules for many records: part by part, on several cores, and kept, so that work goes on.

Each record is read by itself, so that parts, workers and what was kept change nothing in the outcome.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from coding_scheme.rules import COLUMNS, suggest
from coding_scheme.scheme import CodingScheme

# records in a part: some seconds of work, which is what an interruption costs
PART = 1_000
# a process takes some seconds until it has its dictionaries
_WORTH_A_WORKER = 3 * PART
_READ = ("record_id", "title", "abstract", "language")
_scheme_of_worker: list[CodingScheme] = []


def suggest_in_parts(
    records: pd.DataFrame,
    scheme: CodingScheme,
    *,
    kept: Path | None = None,
    workers: int = 1,
    progress: Callable[[Iterable[Any]], Iterable[Any]] | None = None,
) -> pd.DataFrame:
    """The suggestions of :func:`coding_scheme.suggest`, the same in every way.

    Parameters
    ----------
    records : DataFrame
        Columns record_id, title, abstract, language.
    scheme : CodingScheme
    kept : Path, optional
        A folder where each part's suggestions are kept as Parquet as soon as they are there, named by all
        that they follow from. It may be deleted at any time. Parts that are no longer asked for are removed.
    workers : int
        Processes at most; each has the dictionaries in memory.
    progress : callable, optional
        Wraps the parts.

    Returns
    -------
    DataFrame
        Columns as of :func:`coding_scheme.suggest`.
    """
    records = records.reindex(columns=list(_READ)).reset_index(drop=True)
    parts = [records.iloc[start : start + PART] for start in range(0, len(records), PART)] or [records]
    names = [_name(part, scheme) if kept else "" for part in parts]
    found = {place: frame for place, name in enumerate(names) if (frame := _load(kept, name)) is not None}
    missing = [place for place in range(len(parts)) if place not in found]
    made = _made([parts[place] for place in missing], scheme, workers)
    for place, frame in zip(progress(missing) if progress else missing, made, strict=True):
        found[place] = frame
        _save(kept, names[place], frame)
    if kept and missing:
        _remove_others(kept, set(names))
    every = pd.concat([found[place] for place in range(len(parts))], ignore_index=True)
    return every.sort_values(["record_id", "field", "start", "code_id"], kind="stable", ignore_index=True)


def _made(parts: list[pd.DataFrame], scheme: CodingScheme, workers: int) -> Iterator[pd.DataFrame]:
    workers = min(workers, sum(map(len, parts)) // _WORTH_A_WORKER)
    if workers < 2:
        yield from (suggest(part, scheme) for part in parts)
        return
    # a fresh interpreter each, for one that is copied with its threads may stand still
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(scheme,)
    ) as pool:
        try:
            yield from pool.map(_suggest_part, parts)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _begin(scheme: CodingScheme) -> None:
    _scheme_of_worker[:] = [scheme]


def _suggest_part(part: pd.DataFrame) -> pd.DataFrame:
    return suggest(part, _scheme_of_worker[0])


# --- what is kept ----------------------------------------------------------------------------------------


def _name(part: pd.DataFrame, scheme: CodingScheme) -> str:
    digest = hashlib.blake2b(f"{_rules_read()}\0{scheme.hash}".encode(), digest_size=16)
    for column in _READ:
        said = json.dumps(["" if pd.isna(value) else str(value) for value in part[column]])
        digest.update(said.encode())
    return digest.hexdigest()


@cache
def _rules_read() -> str:
    """A hash of all that reads: the packages, and the code of this room and of the languages."""
    digest = hashlib.blake2b(digest_size=16)
    for package in ("spacy", "simplemma"):
        digest.update(f"{package} {version(package)}\0".encode())
    import corpus.languages  # noqa: PLC0415 (for its file)

    here = sorted(Path(__file__).parent.glob("*.py"), key=lambda path: path.name)
    for path in [*here, Path(corpus.languages.__file__)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _load(folder: Path | None, name: str) -> pd.DataFrame | None:
    if folder is None:
        return None
    try:
        table = pq.read_table(folder / f"{name}.parquet")
    except (OSError, pa.ArrowException):
        return None
    if tuple(table.column_names) != COLUMNS or (table.schema.metadata or {}).get(b"name") != name.encode():
        return None
    with suppress(ValueError, TypeError):
        return _typed(table.to_pandas())
    return None


def _save(folder: Path | None, name: str, frame: pd.DataFrame) -> None:
    if folder is None:
        return
    # on a full disk, or in a folder that can only be read, it is made again next time
    with suppress(OSError, pa.ArrowException, UnicodeError):
        folder.mkdir(parents=True, exist_ok=True)
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata({"name": name})
        unfinished = folder / f"{name}.parquet.new"
        pq.write_table(table, unfinished)
        unfinished.replace(folder / f"{name}.parquet")


def _remove_others(folder: Path, names: set[str]) -> None:
    for path in folder.glob("*.parquet"):
        if path.stem not in names:
            with suppress(OSError):
                path.unlink()


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = {"start": "int64", "end": "int64", "score": "float64"}
    return frame.astype({column: numbers.get(column, "str") for column in COLUMNS})
