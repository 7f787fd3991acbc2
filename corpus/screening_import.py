"""Decisions found in another program's file, made decisions of this review: whose, on which record, why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from corpus import journal
from corpus.errors import UsageError, all_faults, counted
from corpus.protocol import STAGES, Protocol, place_in
from corpus.screening import VERDICTS, ScreeningDecision

SAVED = "saved"
HERE = "already here"
OLDER = "older than the decision here"
# of a decision without a time: an earlier import brought it, and the person has decided anew here
BEFORE = "brought before, and decided otherwise here since"
TWICE = "said twice, differently"
Here = dict[tuple[Any, ...], list[dict[Any, Any]]]
_KEYS = ("record_id", "stage", "person", "adjudicates")
OUTCOME_COLUMNS = (
    "row", "title", "name", "person", "record_id", "stage", "verdict", "criterion", "note", "decided_at",
    "adjudicates", "calibration", "outcome",
)  # fmt: skip


def import_decisions(
    found: pd.DataFrame,
    matches: Sequence[tuple[str, str]],
    standing: pd.DataFrame,
    protocol: Protocol,
    *,
    titles: Sequence[str],
    person: str = "",
    people: Mapping[str, str] | None = None,
    reasons: Mapping[str, str] | None = None,
    adjudicates: bool = False,
    file: str = "file",
) -> pd.DataFrame:
    """What becomes of each decision in a file; all are taken that can be, or none when a name is not known.

    Parameters
    ----------
    found : DataFrame
        As :func:`~corpus.decisions_in` gives it.
    matches : sequence of tuple
        For each row of the file the record_id it is, or why it is none (:func:`~corpus.match_records`).
    standing : DataFrame
        The decisions that the review has (``screening_decisions``).
    protocol : Protocol
        Its people, criteria and stages.
    titles : sequence of str
        Title of each row of the file, for the list.
    person : str
        Whose the decisions are that name nobody.
    people, reasons : mapping
        Names in the file -> ids of people; reasons in the file -> ids of criteria. People and criteria of the
        protocol are known by their ids and words without.
    adjudicates : bool
        Whether the decisions settle what others decided: a team's final verdicts.
    file : str
        Name of the file, for the error.

    Returns
    -------
    DataFrame
        Columns row (from 1), title, name, person, record_id, stage, verdict, criterion, note, decided_at,
        adjudicates, calibration, outcome: "saved" for those to be written, else why not ("already here",
        "older than the decision here", "brought before, and decided otherwise here since", "said twice,
        differently", "no record matches", "the protocol has no stage full_text", ...). A reason that is no
        criterion is kept in the note, unless the person's own decision here already names it.

    Raises
    ------
    UsageError
        With every name, verdict and stage that is not known.
    """
    known_people = {one.name.casefold(): one.id for one in protocol.people if one.name}
    known_people |= {one.id.casefold(): one.id for one in protocol.people}
    known_people |= {name.casefold(): own for name, own in (people or {}).items()}
    criteria = _criteria(protocol, reasons or {})
    who = {name: _person(name, person, known_people) for name in found["name"].unique()}
    _refuse(found, who, protocol, file=file)
    here = _said_here(standing)
    rows = []
    for one in found.to_dict("records"):
        record_id, why = matches[one["row"]]
        if one["stage"] not in protocol.stages:
            why = why or f"the protocol has no stage {one['stage']}"
        key = (record_id, one["stage"], who[one["name"]], bool(one["adjudicates"]) or adjudicates)
        # a criterion that the protocol had when the decision was made is no new word
        former = {
            _folded(row["criterion"]): row["criterion"] for row in here.get(key, ()) if row["criterion"]
        }
        criterion, note = _reason(one["reasons"], one["note"], former | criteria, protocol)
        rows.append(
            {
                **{name: one[name] for name in ("name", "stage", "verdict", "decided_at", "calibration")},
                "row": one["row"] + 1,
                "title": titles[one["row"]],
                "person": who[one["name"]],
                "record_id": record_id,
                "criterion": criterion,
                "note": note,
                "adjudicates": bool(one["adjudicates"]) or adjudicates,
                "outcome": why or SAVED,
            }
        )
    _settle(rows, here)
    return pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS))


def imported_lines(outcome: pd.DataFrame, *, now: str, file: str) -> dict[str, list[dict[str, Any]]]:
    """The decisions to be saved as journal lines by person; each says from which file it came."""
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in outcome[outcome["outcome"] == SAVED].to_dict("records"):
        decision = ScreeningDecision(
            record_id=row["record_id"],
            stage=row["stage"],
            verdict=row["verdict"],
            criterion=row["criterion"],
            adjudicates=row["adjudicates"],
            note=row["note"],
            decided_at=row["decided_at"] or now,
            calibration=row["calibration"],
        )
        lines.setdefault(row["person"], []).append({**decision.as_line(), "imported_from": file})
    return lines


def _person(name: str, person: str, known: Mapping[str, str]) -> str:
    return known.get(name.casefold(), "") if name else person


def _refuse(found: pd.DataFrame, who: Mapping[str, str], protocol: Protocol, *, file: str) -> None:
    faults = []
    for name in sorted(name for name, own in who.items() if not own):
        n = int((found["name"] == name).sum())
        if name:
            faults.append(
                f"{counted(n, 'decision')} of {name!r}, whose id is not known: --person {name!r}=ID"
            )
        else:
            faults.append(f"{counted(n, 'decision')} without a name: say with --as ID whose they are")
    # a stage that the protocol has not, or no longer, is said of each decision
    for column, known in (("verdict", VERDICTS), ("stage", STAGES)):
        faults += [
            f"the {column} {value!r} is not known (known: {', '.join(known)})"
            for value in sorted(set(found[column].astype(str)) - set(known))
        ]
    if faults:
        raise all_faults(faults, file=file)
    for own in who.values():
        journal.check_person(own)


def _criteria(protocol: Protocol, reasons: Mapping[str, str]) -> dict[str, str]:
    ids = protocol.exclusion_order()
    unknown = sorted(set(reasons.values()) - set(ids))
    if unknown:
        raise UsageError(f"No criterion {unknown[0]!r}.", next_step=f"Known: {', '.join(ids) or 'none'}.")
    words = {
        _folded(words): criterion.id
        for criterion in protocol.criteria.exclusion
        for words in (criterion.en, criterion.da, criterion.id)
        if words
    }
    return words | {_folded(text): criterion for text, criterion in reasons.items()}


def _reason(
    texts: Sequence[str], note: str, criteria: Mapping[str, str], protocol: Protocol
) -> tuple[str, str]:
    """The first criterion of the protocol's order that is named, and the note with what is left over."""
    named: list[str] = []
    left: list[str] = []
    for text in texts:
        # a reason may hold a comma itself
        for part in [text] if _folded(text) in criteria else text.split(","):
            if _folded(part) in criteria:
                named.append(criteria[_folded(part)])
            elif part.strip():
                left.append(f"reason: {part.strip()}")
    order = protocol.exclusion_order()
    named = sorted(set(named), key=lambda name: place_in(order, name))
    left += [f"also: {name}" for name in named[1:]]
    return (named[0] if named else ""), "; ".join(filter(None, [note, *left]))


def _said_here(standing: pd.DataFrame) -> Here:
    """What each person has said of each record at each stage, the decision that stands last."""
    here: Here = {}
    for row in standing.to_dict("records"):
        here.setdefault(tuple(row[key] for key in _KEYS), []).append(row)
    return here


def _settle(rows: list[dict[str, Any]], here: Here) -> None:
    """Mark what is here already, and what the file says twice."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if row["outcome"] == SAVED:
            groups.setdefault(tuple(row[key] for key in _KEYS), []).append(row)
    for key, group in groups.items():
        told, earlier = {_said(row) for row in group}, here.get(key, [])
        own = earlier[-1] if earlier else None
        brought = {_said(row) for row in earlier if row["imported_from"]}
        for number, row in enumerate(group):
            if len(told) > 1:
                row["outcome"] = TWICE
            elif number or (own is not None and _said(own) == _said(row)):
                row["outcome"] = HERE
            elif own is not None and "" < row["decided_at"] < own["decided_at"]:
                row["outcome"] = OLDER
            elif not row["decided_at"] and _said(row) in brought:
                row["outcome"] = BEFORE


def _said(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    return row["verdict"], row["criterion"], row["note"]


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
