"""The rules' suggestions, partition by partition; each worker makes its readers of the scheme once."""

from __future__ import annotations

import pandas as pd

from coding_scheme import CodingScheme, suggest
from samsyn.cluster.connection import Cluster, Progress
from samsyn.cluster.store import Store, content_name, in_parts

_FOLDER = "suggest"
_READ = ("record_id", "title", "abstract", "language")


def suggested(
    cluster: Cluster,
    records: pd.DataFrame,
    scheme: CodingScheme,
    progress: Progress | None = None,
    *,
    language: str = "en",
) -> pd.DataFrame:
    """What :func:`coding_scheme.suggest` gives, to the byte."""
    if records.empty:
        return suggest(records, scheme, language=language)
    names = []
    for part in in_parts(records[[name for name in _READ if name in records]]):
        names.append(f"{_FOLDER}/{content_name(part)}")
        if not cluster.store.has(names[-1]):
            cluster.store.write(names[-1], part)
    calls = cluster.each(
        suggest_part, names, store=cluster.store, scheme=cluster.shared(scheme), language=language
    )
    found = cluster.results(calls, progress)
    cluster.store.keep(_FOLDER, set())
    # suggestions of a record come from one part, so that no order among equals is lost
    every = pd.concat(found, ignore_index=True)
    return every.sort_values(["record_id", "field", "start", "code_id"], kind="stable", ignore_index=True)


def suggest_part(name: str, *, store: Store, scheme: CodingScheme, language: str) -> pd.DataFrame:
    """The suggestions of one part of the records."""
    return suggest(store.read(name), scheme, language=language)
