"""The rules' suggestions, part by part; each worker makes its readers of the scheme once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import pandas as pd

from coding_scheme import CodingScheme
from coding_scheme.suggested_parts import Read, read_part
from samsyn.cluster.connection import Cluster
from samsyn.cluster.store import Store, content_name

_FOLDER = "suggest"


def part_reader(cluster: Cluster) -> Callable[[Sequence[pd.DataFrame], CodingScheme], Iterable[Read]]:
    """What reads parts for :func:`coding_scheme.suggested_parts.suggest_in_parts`: the workers."""

    def read(parts: Sequence[pd.DataFrame], scheme: CodingScheme) -> Iterator[Read]:
        names = [f"{_FOLDER}/{content_name(part)}" for part in parts]
        for name, part in zip(names, parts, strict=True):
            if not cluster.store.has(name):
                cluster.store.write(name, part)
        shared = cluster.shared(scheme)
        yield from cluster.in_order(cluster.each(suggest_part, names, store=cluster.store, scheme=shared))
        cluster.store.keep(_FOLDER, set())

    return read


def suggest_part(name: str, *, store: Store, scheme: CodingScheme) -> Read:
    """What is found in one part of the records."""
    return read_part(store.read(name), scheme)
