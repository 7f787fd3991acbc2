"""The rules' suggestions, part by part; each worker makes its readers of the scheme once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import pandas as pd

from coding_scheme import CodingScheme
from coding_scheme.suggested_parts import Read, read_part
from samsyn.cluster.connection import Cluster
from samsyn.cluster.store import Store, content_name

_FOLDER = "suggest"


def part_reader(cluster: Cluster) -> Callable[[Sequence[pd.DataFrame], CodingScheme, str], Iterable[Read]]:
    """What reads parts for :func:`coding_scheme.suggested_parts.suggest_in_parts`: the workers."""

    def read(parts: Sequence[pd.DataFrame], scheme: CodingScheme, language: str) -> Iterator[Read]:
        names = [f"{_FOLDER}/{content_name(part)}" for part in parts]
        for name, part in zip(names, parts, strict=True):
            if not cluster.store.has(name):
                cluster.store.write(name, part)
        given = {"store": cluster.store, "scheme": cluster.shared(scheme), "language": language}
        yield from cluster.in_order(cluster.each(suggest_part, names, **given))
        cluster.store.keep(_FOLDER, set())

    return read


def suggest_part(name: str, *, store: Store, scheme: CodingScheme, language: str) -> Read:
    """What is found in one part of the records."""
    return read_part(store.read(name), scheme, language)
