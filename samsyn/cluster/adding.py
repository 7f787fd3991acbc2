"""Sources read on a cluster, a file at a time: what is in them, and the language of each record."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from corpus.readers import read_records
from corpus.records import Reading
from corpus.sources import source_path, source_reading
from samsyn.cluster.connection import Cluster, Progress
from samsyn.cluster.store import Store

_FOLDER = "sources"
Line = Mapping[str, Any]


def reader_on(
    cluster: Cluster, cache: Path | None = None, progress: Progress | None = None
) -> Callable[[Path, Sequence[Line]], Iterable[Reading]]:
    """A reader for :func:`corpus.sources.read_sources`: what is not in ``cache`` is read by the workers."""

    def read(folder: Path, lines: Sequence[Line]) -> Iterator[Reading]:
        calls: dict[int, Any] = {}

        def of_worker(place: int) -> Reading:
            if place not in calls:
                # what comes after a source that was not read before was mostly not read either
                calls.update(_begun(cluster, folder, lines, place))
            reading: Reading = cluster.results([calls.pop(place)])[0]
            return reading

        try:
            for place, line in enumerate(progress(lines) if progress else lines):
                yield source_reading(folder, line, "", cache, partial(of_worker, place))
        finally:
            cluster.forget(list(calls.values()))
            cluster.store.keep(_FOLDER, set())

    return read


def _begun(cluster: Cluster, folder: Path, lines: Sequence[Line], start: int) -> dict[int, Any]:
    """Calls that read the sources from ``start`` on."""
    names = []
    for line in lines[start:]:
        names.append(_brought(cluster.store, source_path(folder, line), str(line["sha256"])))
    calls = cluster.each(read_file, names, [dict(line) for line in lines[start:]], store=cluster.store)
    return dict(enumerate(calls, start))


def checker_on(
    cluster: Cluster, paths: Sequence[Path], database: str, columns: Mapping[str, str]
) -> Callable[..., Reading]:
    """What reads files for :func:`corpus.sources.add_source`: the workers, all at once.

    Of the records there is ``record_id`` only. What the workers cannot read is read here, which says why.
    """
    calls: dict[Path, Any] = {}
    for path in paths:
        with suppress(OSError):
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            name = _brought(cluster.store, path, content)
            calls[path] = cluster.one(check_file, name, path.name, database, columns, store=cluster.store)

    def read(path: Path, *, database: str, columns: Mapping[str, str] | None) -> Reading:
        with suppress(UsageError):
            if path in calls:
                reading: Reading = cluster.results([calls.pop(path)])[0]
                return reading
        return read_records(path, database=database, columns=columns)

    return read


def _brought(store: Store, path: Path, content: str) -> str:
    """The name under which the workers find a file."""
    name = f"{_FOLDER}/{content}"
    if not store.has(name):
        store.put(path, name)
    return name


def check_file(
    name: str, file_name: str, database: str, columns: Mapping[str, str], *, store: Store
) -> Reading:
    """An export file that is to be added, read on a worker; of the records nothing but their names."""
    with tempfile.TemporaryDirectory(prefix="samsyn-") as folder:
        path = Path(folder, file_name)
        store.get(name, path)
        reading = read_records(path, database=database, columns=columns)
    return replace(reading, records=reading.records[["record_id"]])


def read_file(name: str, line: Line, *, store: Store) -> Reading:
    """One source, read on a worker."""
    with tempfile.TemporaryDirectory(prefix="samsyn-") as folder:
        store.get(name, Path(folder, str(line["source_id"])))
        return source_reading(Path(folder), line)
