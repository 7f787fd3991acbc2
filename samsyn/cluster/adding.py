"""Sources read on a cluster, a file at a time: what is in them, and the language of each record."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus.languages import with_languages
from corpus.records import Reading
from corpus.sources import read_source, source_path
from samsyn.cluster.connection import Cluster, Progress
from samsyn.cluster.store import Store

_FOLDER = "sources"


def reader_on(
    cluster: Cluster, progress: Progress | None = None
) -> Callable[[Path, Sequence[Mapping[str, Any]]], Iterable[Reading]]:
    """A reader for :func:`corpus.sources.read_sources` that has each file read by a worker."""

    def read(folder: Path, lines: Sequence[Mapping[str, Any]]) -> Iterable[Reading]:
        names = []
        for line in lines:
            names.append(f"{_FOLDER}/{line['sha256']}")
            cluster.store.put(source_path(folder, line), names[-1])
        calls = cluster.each(read_file, names, [dict(line) for line in lines], store=cluster.store)
        readings = cluster.results(calls, progress)
        cluster.store.keep(_FOLDER, set())
        return readings

    return read


def read_file(name: str, line: Mapping[str, Any], *, store: Store) -> Reading:
    """One source, read on a worker."""
    with tempfile.TemporaryDirectory(prefix="samsyn-") as folder:
        store.get(name, Path(folder, str(line["source_id"])))
        reading = read_source(Path(folder), line)
    return replace(reading, records=with_languages(reading.records))
