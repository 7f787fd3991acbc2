"""What to read next: the ranking of a review's records, wired to its protocol and verdicts."""

from __future__ import annotations

from collections.abc import Set

import pandas as pd

from corpus import Protocol, Ranker

SHOWN = ("title", "abstract", "authors", "year", "journal")


def ranker_of(records: pd.DataFrame, protocol: Protocol) -> Ranker:
    """The review's ranker: the protocol's words, settings and seed."""
    return Ranker(records, query=protocol.query(), settings=protocol.ranking, seed=protocol.seed)


def reading_list(
    ranker: Ranker,
    records: pd.DataFrame,
    labels: dict[str, int],
    among: Set[str],
    *,
    top: int | None,
    are_new: bool,
) -> pd.DataFrame:
    """The records of ``among``, best first, with their reasons and what a screener looks at."""
    worth = set(ranker.worth_a_look(labels, among)) if are_new else set()
    ranking = ranker.rank(labels, among=among, top=top)
    ranking["why"] = ranking["record_id"].map(ranker.reasons(ranking["record_id"]))
    ranking["worth_a_look"] = ranking["record_id"].isin(worth)
    merged = ranking.merge(records[["record_id", *SHOWN]], on="record_id", how="left")
    marks = ["worth_a_look"] if are_new else []
    return merged[["rank", "record_id", "score", "why", *marks, *SHOWN]]
