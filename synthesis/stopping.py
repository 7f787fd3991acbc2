"""By which rule the reading stopped, and what that assures."""

from __future__ import annotations

from typing import Any

import pandas as pd

from corpus.stopping_levels import level_in_words
from corpus.stopping_picture import stop_in_words, stopping_sentences, stopping_svg
from synthesis.evidence import Column, Evidence, EvidenceTable, rows_of
from synthesis.words import Words


def stopping_table(evidence: Evidence, language: str = "en") -> EvidenceTable:
    """The stopping rules side by side, that of the protocol among them.

    Returns
    -------
    EvidenceTable
        Frame: level, stopped_at (in words), left_unread (blank where the rule has not said stop), assumes,
        past_reviews.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> stopping_table(example_evidence()).frame.loc[1, "level"]
    'standard: odds-adjusted test, strict guard (the protocol’s)'
    """
    words = Words(language)
    columns = (
        Column("level", words("stopping_rule")),
        Column("stopped_at", words("stopping_at")),
        Column("left_unread", words("stopping_left")),
        Column("assumes", words("stopping_assumes")),
        Column("past_reviews", words("stopping_past")),
    )
    keys = [column.key for column in columns]
    state, rows = evidence.stopping, []
    if state is not None:
        for said, row in zip(state.levels, rows_of(state.frame(language)), strict=True):
            is_chosen = said == state.chosen
            rows.append({
                **row,
                "level": words("stopping_chosen", rule=row["level"]) if is_chosen else row["level"],
                "stopped_at": stop_in_words(state, said.stopped_at, said.says_stop, language),
                "left_unread": "" if said.stopped_at is None else words.number(row["left_unread"]),
            })  # fmt: skip
    frame = pd.DataFrame(rows, columns=keys)
    return EvidenceTable(
        "stopping", words("stopping_caption"), columns, frame, words("stopping_note"), language
    )


def stopping_view(evidence: Evidence, language: str) -> dict[str, Any]:
    """What the page says of stopping: sentences and the recall curve; empty when nothing is known of it."""
    state = evidence.stopping
    if state is None:
        return {}
    return {
        "sentences": stopping_sentences(state, language),
        "level": level_in_words(state.level, state.plan, language, n=state.chosen.n or None),
        "curve": stopping_svg(state, language) if state.look.n_read else "",
    }
