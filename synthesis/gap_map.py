"""The evidence gap map before it is drawn: how many studies there are of each theme in each group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from corpus.errors import UsageError
from synthesis.drawing import POINTINGS
from synthesis.effect_direction import EffectDirectionPlan, direction_cells, pointing_counts
from synthesis.evidence import Column, Evidence, EvidenceTable, counted_once
from synthesis.studies import NO_VALUE, studies
from synthesis.tables import GROUP_BY, descriptor_words
from synthesis.words import Words

_OTHERS = "other values"
EVERY = "*"


@dataclass(frozen=True)
class GapMapPlan:
    """How the map is made.

    Attributes
    ----------
    by : str
        The descriptor whose values are the columns; "" for the evidence's ``gap_map_by``, else approach, else
        the scheme's first descriptor that lists its values.
    shows_directions : bool
        Whether each cell says how many studies promote, hinder, conflict or only describe.
    most_columns : int
        Freely written values beyond so many are gathered in one column, the rarest first.
    direction : EffectDirectionPlan
        When a study is said to promote or hinder.
    """

    by: str = ""
    shows_directions: bool = True
    most_columns: int = 12
    direction: EffectDirectionPlan = field(default_factory=EffectDirectionPlan)


def gap_map_descriptor(evidence: Evidence, plan: GapMapPlan) -> str:
    """The descriptor whose values are the columns; "" where the scheme has none to group by.

    Raises
    ------
    UsageError
        When the scheme has no descriptor of that id.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> gap_map_descriptor(example_evidence(), GapMapPlan())
    'approach'
    """
    known = [descriptor.id for descriptor in evidence.scheme.descriptors]
    if by := plan.by or evidence.gap_map_by:
        if by not in known:
            raise UsageError(
                f"The coding scheme has no descriptor {by!r} to map studies by.",
                next_step=f"Known: {', '.join(known) or 'none'}.",
            )
        return by
    listing = [
        d.id for d in evidence.scheme.descriptors if d.value_type in ("one_of", "some_of") and d.values
    ]
    return GROUP_BY if GROUP_BY in known else next(iter(listing), "")


@counted_once
def gap_map_columns(
    evidence: Evidence, language: str = "en", plan: GapMapPlan | None = None
) -> list[tuple[str, str, list[str]]]:
    """The columns of the map: value, its name, and the study_ids that have it.

    Values the scheme lists come in its order, those without a study too (a gap); then values written freely,
    most studies first; then "not applicable", "not reported", "not yet coded" and "in dispute" where they
    occur. A study with several values stands under each.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> gap_map_columns(example_evidence())
    [('place_based', 'Place-based', ['scopus:1']), ('not yet coded', 'not yet coded', ['scopus:2'])]
    """
    asked, words = plan or GapMapPlan(), Words(language)
    frame, by = studies(evidence), gap_map_descriptor(evidence, asked)
    if not by:
        return [("", words("gap_map_all"), frame["study_id"].tolist())]
    held: dict[str, list[str]] = {}
    for study, text in frame[["study_id", by]].itertuples(index=False):
        for value in dict.fromkeys(str(text).split("; ")):
            held.setdefault(value, []).append(study)
    descriptor = evidence.scheme.descriptor(by)
    is_closed = descriptor.value_type in ("one_of", "some_of")
    listed = [value.id for value in descriptor.values if is_closed or value.id in held]
    free = sorted(
        (value for value in held if value not in listed and value not in NO_VALUE),
        key=lambda value: (-len(held[value]), value.casefold(), value),
    )
    room = max(0, asked.most_columns - len(listed))
    if len(free) > room:
        kept, gathered = free[: max(0, room - 1)], free[max(0, room - 1) :]
        held[_OTHERS] = sorted({study for value in gathered for study in held[value]})
        free = [*kept, _OTHERS]
    names = {_OTHERS: words("gap_map_others")}
    return [
        (value, names.get(value) or descriptor_words(evidence, by, value, words), held.get(value, []))
        for value in [*listed, *free, *(value for value in NO_VALUE if value in held)]
    ]


@counted_once
def gap_map_table(evidence: Evidence, language: str = "en", plan: GapMapPlan | None = None) -> EvidenceTable:
    """S7 as a table: one row per theme and column of the map, empty ones too.

    Returns
    -------
    EvidenceTable
        Frame: cell_id, theme_id, value, theme, group, studies (distinct studies), promotes, hinders,
        conflicting, descriptive (they add up to studies), study_ids ("; "-joined). After each theme's
        columns a row with value "*": its distinct studies, however many columns they stand in.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> frame = gap_map_table(example_evidence()).frame
    >>> frame[["theme", "group", "studies"]].values.tolist()[:3]
    [['Steering', 'Place-based', 1], ['Steering', 'not yet coded', 0], ['Steering', 'all studies', 1]]
    """
    asked, words = plan or GapMapPlan(), Words(language)
    cells = direction_cells(evidence, asked.direction)
    columns = gap_map_columns(evidence, language, asked)
    every = studies(evidence)["study_id"].tolist()
    rows: list[dict[str, Any]] = []
    for theme in evidence.scheme.themes:
        under = cells[cells["theme_id"] == theme.id]
        for value, name, members in [*columns, (EVERY, words("gap_map_all"), every)]:
            here = under[under["study_id"].isin(members)]
            rows.append({
                "cell_id": f"{theme.id}--{value}", "theme_id": theme.id, "value": value,
                "theme": theme.label.in_language(language) or theme.id, "group": name,
                "studies": int(here["study_id"].nunique()), **pointing_counts(here),
                "study_ids": "; ".join(here["study_id"]),
            })  # fmt: skip
    group = gap_map_group(evidence, asked, words)
    shown = (
        *(Column(key, key, "id") for key in ("cell_id", "theme_id", "value")),
        Column("theme", words("theme")),
        Column("group", group or words("studies")),
        Column("studies", words("studies"), "number"),
        *(Column(name, words(f"pointing_{name}"), "number") for name in POINTINGS),
        Column("study_ids", "study_ids", "id"),
    )
    return EvidenceTable(
        "gap_map",
        words("gap_map_caption", group=group.lower()) if group else words("gap_map_caption_plain"),
        shown,
        pd.DataFrame(rows, columns=[column.key for column in shown]),
        " ".join(
            [
                words("gap_map_note"),
                *([words("gap_map_gathered")] if any(value == _OTHERS for value, _, _ in columns) else []),
            ]
        ),
        language,
    )


def gap_map_group(evidence: Evidence, plan: GapMapPlan, words: Words) -> str:
    """What the columns are, in words; "" where there is nothing to group by."""
    by = gap_map_descriptor(evidence, plan)
    return (evidence.scheme.descriptor(by).label.in_language(words.language) or by) if by else ""
