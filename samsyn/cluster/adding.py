"""Sources read on a cluster, a file at a time: what is in them, and the language of each record."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

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
                yield source_reading(folder, line, cache, partial(of_worker, place))
        finally:
            cluster.forget(list(calls.values()))
            cluster.store.keep(_FOLDER, set())

    return read


def _begun(cluster: Cluster, folder: Path, lines: Sequence[Line], start: int) -> dict[int, Any]:
    """Calls that read the sources from ``start`` on."""
    names = []
    for line in lines[start:]:
        names.append(f"{_FOLDER}/{line['sha256']}")
        cluster.store.put(source_path(folder, line), names[-1])
    calls = cluster.each(read_file, names, [dict(line) for line in lines[start:]], store=cluster.store)
    return dict(enumerate(calls, start))


def read_file(name: str, line: Line, *, store: Store) -> Reading:
    """One source, read on a worker."""
    with tempfile.TemporaryDirectory(prefix="samsyn-") as folder:
        store.get(name, Path(folder, str(line["source_id"])))
        return source_reading(Path(folder), line)
