"""Records with what people decided on them, in columns and in words that Samsyn and other tools read back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from corpus.errors import UsageError
from corpus.protocol import STAGES, Protocol
from corpus.screening import included_records, latest_decisions

SUBSETS = ("all", "included", "excluded", "unscreened", "waiting", "unsure", "conflicts")
# what stands before the decisions of a record in its notes; behind it JSON
MARK = "samsyn-screening:"
MARKED = ("stage", "verdict", "criterion", "person", "adjudicates", "note", "decided_at", "calibration")
RAYYAN_WORDS = {"include": "Included", "exclude": "Excluded", "unsure": "Maybe"}
# what an earlier export left in the notes says nothing any more
_OWN_RAYYAN = re.compile(
    r"; RAYYAN-INCLUSION: \{[^{}]*\}( \| RAYYAN-EXCLUSION-REASONS: [^|;]*)?( \| USER-NOTES: \{[^{}]*\})?"
)
_NOT_IN_RAYYAN = rf'["|{{}}\[\]]|RAYYAN-|{MARK}'
_STALE = re.compile(
    r"ASReview_(relevant|irrelevant|not_seen)\b|samsyn: (include|exclude|unsure|conflict|waiting)\b[^;]*"
)


def with_verdicts(
    records: pd.DataFrame,
    verdicts: pd.DataFrame,
    decisions: pd.DataFrame,
    protocol: Protocol,
    *,
    which: str = "all",
) -> pd.DataFrame:
    """Records with the verdict of the last stage they have reached, and every person's standing decisions.

    Adds the columns stage, verdict, criterion, people and included ("1", "0" or ``""``: what ASReview reads
    from a table). ``notes`` says the same in words: for people, as labels for ASReview, in Rayyan's form, and
    as JSON that :func:`~corpus.read_decisions` reads back without loss.

    Parameters
    ----------
    records, verdicts, decisions : DataFrame
        Unique records; as ``screening_verdicts`` and ``screening_decisions`` give them.
    protocol : Protocol
    which : {"all", "included", "excluded", "unscreened", "waiting", "unsure", "conflicts"}
        Which of them.

    Raises
    ------
    UsageError
        When there is no such subset.

    Examples
    --------
    >>> from corpus.protocol import Wording
    >>> from corpus.screening import screening_decisions, screening_verdicts
    >>> records = pd.DataFrame({"record_id": ["a", "b"], "notes": ["", "signed"]})
    >>> decisions = screening_decisions([{"type": "screening", "record_id": "b", "stage": "title_abstract",
    ...                                   "verdict": "exclude", "criterion": "E04", "person": "ann"}])
    >>> verdicts = screening_verdicts(decisions)
    >>> out = with_verdicts(records, verdicts, decisions, Protocol("p", Wording(), ()), which="excluded")
    >>> out.loc[0, "notes"].split("; ")[:3]
    ['signed', 'samsyn: exclude (E04) by ann', 'ASReview_irrelevant']
    """
    if which not in SUBSETS:
        raise UsageError(f"No subset {which!r}.", next_step=f"Known: {', '.join(SUBSETS)}.")
    last = reached_stage(verdicts, protocol).set_index("record_id")
    chosen = records.copy()
    for column in ("stage", "verdict", "criterion", "people"):
        chosen[column] = chosen["record_id"].map(last[column]).astype(object).fillna("").astype("str")
    chosen["included"] = chosen["verdict"].map({"include": "1", "exclude": "0"}).astype(object).fillna("")
    if which == "included":
        chosen = chosen[chosen["record_id"].isin(included_records(verdicts, protocol))]
    elif which != "all":
        word = {"excluded": "exclude", "unscreened": "", "conflicts": "conflict"}.get(which, which)
        chosen = chosen[chosen["verdict"] == word]
    said: dict[str, list[dict[Any, Any]]] = {}
    for row in latest_decisions(decisions).to_dict("records"):
        said.setdefault(row["record_id"], []).append(row)
    rows = chosen.to_dict("records")
    notes = pd.Series([_notes(row, said.get(row["record_id"], [])) for row in rows], dtype="str")
    return chosen.reset_index(drop=True).assign(notes=notes)


def reached_stage(verdicts: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """The verdict of the last stage each record has reached: the first at which it was not included.

    Returns
    -------
    DataFrame
        As ``verdicts``, one row per record.
    """
    rows: dict[str, dict[Any, Any]] = {}
    place = {stage: number for number, stage in enumerate(protocol.stages)}
    known = verdicts[verdicts["stage"].isin(place)]
    for row in known.sort_values("stage", key=lambda stages: stages.map(place), kind="stable").to_dict(
        "records"
    ):
        before = rows.get(row["record_id"])
        if row["stage"] == STAGES[0] or (before is not None and before["verdict"] == "include"):
            rows[row["record_id"]] = row
    return pd.DataFrame(list(rows.values()), columns=list(verdicts.columns))


def _notes(row: Mapping[Any, Any], decisions: list[dict[Any, Any]]) -> str:
    """A record's notes with its verdict and decisions in the words that tools and people read."""
    notes = [_without_marks(row["notes"])] if row["notes"] else []
    if row["verdict"]:
        reason = f" ({row['criterion']})" if row["criterion"] else ""
        by = f" by {row['people'].replace('; ', ', ')}" if row["people"] else ""
        notes.append(f"samsyn: {row['verdict']}{reason}{by}")
    notes.append(
        {"1": "ASReview_relevant", "0": "ASReview_irrelevant"}.get(row["included"], "ASReview_not_seen")
    )
    if decisions:
        notes.append(f"{MARK} {_as_json(row['record_id'], decisions)}")
        # last, as Rayyan has it: what reads it takes all up to the next bar or the end
        notes += _as_rayyan([one for one in decisions if one["stage"] == row["stage"]])
    return "; ".join(note for note in notes if note)


def _as_rayyan(decisions: list[dict[Any, Any]]) -> list[str]:
    own = [one for one in decisions if not one["adjudicates"]] or decisions
    if not own:
        return []
    said = ", ".join(f'"{one["person"]}"=>"{RAYYAN_WORDS[one["verdict"]]}"' for one in own)
    parts = [f"RAYYAN-INCLUSION: {{{said}}}"]
    if reasons := list(dict.fromkeys(one["criterion"] for one in own if one["criterion"])):
        parts.append(f"RAYYAN-EXCLUSION-REASONS: {','.join(reasons)}")
    if noted := [(one["person"], one["note"]) for one in own if one["note"]]:
        # nothing that would end the list or begin another
        words = ", ".join(
            f'"{person}"=>["{" ".join(re.sub(_NOT_IN_RAYYAN, " ", note).split())}"]' for person, note in noted
        )
        parts.append(f"USER-NOTES: {{{words}}}")
    return [" | ".join(parts)]


def _as_json(record_id: str, decisions: list[dict[Any, Any]]) -> str:
    rows = [{name: one[name] for name in MARKED if one[name]} for one in decisions]
    text = json.dumps({"record_id": record_id, "decisions": rows}, ensure_ascii=True)
    # formats fold white space; two blanks in a row stand within words only
    return text.replace("  ", " \\u0020").replace(MARK, MARK.replace("-", "\\u002d"))


def marked_decisions(notes: str) -> tuple[dict[str, Any], tuple[int, int]] | None:
    """The decisions that an export of Samsyn left in a record's notes, and where they stand; the last ones.

    Examples
    --------
    >>> found = marked_decisions('signed; samsyn-screening: {"record_id": "a", "decisions": []}; more')
    >>> found[0]["record_id"]
    'a'
    """
    begin = notes.rfind(MARK)
    if begin < 0:
        return None
    start = notes.find("{", begin)
    try:
        found, end = json.JSONDecoder().raw_decode(notes, start)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("decisions"), list):
        return None
    return found, (begin, end)


def _without_marks(notes: str) -> str:
    while found := marked_decisions(notes):
        begin, end = found[1]
        rayyan = _OWN_RAYYAN.match(notes, end)
        notes = notes[:begin] + notes[rayyan.end() if rayyan else end :]
    parts = [part.strip() for part in _STALE.sub("", notes).split(";")]
    return "; ".join(part for part in parts if part)
