"""Screening decisions in the exports of Rayyan, ASReview, Covidence and Samsyn itself, found and named."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from corpus.errors import UsageError
from corpus.json_text import from_json
from corpus.protocol import STAGES, Protocol, Stage
from corpus.screening_export import MARK, MARKED, marked_decisions

PROGRAMS = ("samsyn", "rayyan", "asreview", "covidence")
FOUND_COLUMNS = (
    "row", "record_id", "name", "stage", "verdict", "reasons", "note", "decided_at", "adjudicates",
    "calibration",
)  # fmt: skip
# a list of Covidence -> the decisions it stands for, by stage
COVIDENCE_LISTS: dict[str, tuple[tuple[Stage, str], ...]] = {
    "irrelevant": (("title_abstract", "exclude"),),
    "select": (("title_abstract", "include"),),
    "excluded": (("title_abstract", "include"), ("full_text", "exclude")),
    "included": (("title_abstract", "include"), ("full_text", "include")),
}
# columns that hold a label of 1 or 0, the surest first (the first is ASReview's own)
LABEL_COLUMNS = (
    "asreview_label", "included", "label", "final_included", "label_included", "included_label",
    "included_final", "included_flag", "include",
)  # fmt: skip
_RAYYAN_VERDICTS = {"included": "include", "excluded": "exclude", "maybe": "unsure"}
_ASREVIEW_LABELS = {"relevant": "include", "irrelevant": "exclude"}
_LABELS = {"1": "include", "0": "exclude", "1.0": "include", "0.0": "exclude"}
Row = dict[str, Any]


def decisions_in(
    records: pd.DataFrame,
    protocol: Protocol,
    *,
    file: str,
    program: str = "",
    stage: Stage = "title_abstract",
    covidence_list: str = "",
    label: str = "",
) -> tuple[pd.DataFrame, str]:
    """The screening decisions that an export holds.

    Parameters
    ----------
    records : DataFrame
        The export, as ``read_records`` gives it; with ``raw``, what passed through Rayyan last is told from
        what only mentions it.
    protocol : Protocol
        Its stages are those that Covidence's lists stand for.
    file : str
        Name of the file; Covidence writes its list into it.
    program : {"", "samsyn", "rayyan", "asreview", "covidence"}
        What wrote the file; told from its content when empty.
    stage : str
        The stage that was screened, where the file does not say it.
    covidence_list : {"", "irrelevant", "select", "excluded", "included"}
        Which of Covidence's lists it is; told from the file's name when empty.
    label : str
        Column that is 1 where included and 0 where excluded; found by the usual names when empty.

    Returns
    -------
    decisions : DataFrame
        Columns row (from 0), record_id (where the file says it), name (of the person, as the file has it),
        stage, verdict, reasons (tuple of texts), note, decided_at (UTC), adjudicates, calibration.
    program : str

    Raises
    ------
    UsageError
        When there are no decisions in the file, or it is not clear which.

    Examples
    --------
    >>> from corpus.protocol import Wording
    >>> records = pd.DataFrame({"notes": ['RAYYAN-INCLUSION: {"Emily"=>"Maybe"}'], "extra": "", "raw": ""})
    >>> found, program = decisions_in(records, Protocol("p", Wording(), ()), file="refs.ris")
    >>> program, found[["name", "verdict"]].values.tolist()
    ('rayyan', [['Emily', 'unsure']])
    """
    notes = records["notes"].tolist()
    extras = [_extra(text) for text in records["extra"]]
    if program and program not in PROGRAMS:
        raise UsageError(f"No program {program!r}.", next_step=f"Known: {', '.join(PROGRAMS)}.")
    program = program or ("asreview" if label else _program_of(records, notes, extras))
    if program == "covidence":
        listed = covidence_list or _list_in(file)
        if listed not in COVIDENCE_LISTS:
            raise UsageError(
                "Which of Covidence's lists is this?",
                where=file,
                next_step=f"Say --list with one of: {', '.join(COVIDENCE_LISTS)}.",
            )
        decided = _stages_of(COVIDENCE_LISTS[listed], protocol)
        found = [row for at, note in enumerate(notes) for row in _from_covidence(at, note, decided)]
    elif program == "asreview":
        column = label or _label_column(extras)
        found = [row for at, note in enumerate(notes) for row in _from_asreview(at, note, extras[at], column)]
    else:
        read: Callable[[int, str], Iterator[Row]] = _from_rayyan if program == "rayyan" else _from_samsyn
        found = [row for at, note in enumerate(notes) for row in read(at, note)]
    if not found:
        raise UsageError(
            "The file holds no screening decisions.",
            where=file,
            next_step="Known: exports of Rayyan, ASReview, Covidence, Samsyn; a column of labels: --label.",
        )
    empty = dict.fromkeys(FOUND_COLUMNS, "") | {"stage": stage, "reasons": (), "adjudicates": False,
                                                "calibration": 0}  # fmt: skip
    return pd.DataFrame([empty | row for row in found], columns=list(FOUND_COLUMNS)), program


# a text in quotation marks, which may hold some after a backslash
_QUOTED = r'"((?:[^"\\]|\\.)*)"'


def _program_of(records: pd.DataFrame, notes: list[str], extras: list[Row]) -> str:
    """What wrote the file: the program that had it last, if it passed through several."""
    text = "\n".join(notes)
    raws = records["raw"].tolist()
    if any("asreview_label" in extra for extra in extras) or "asreview_time: " in text:
        return "asreview"
    if any("Covidence #" in extra for extra in extras):
        return "covidence"
    is_rayyan = any(re.search(r"\brayyan-\d", raw[:2000]) for raw in raws[:20]) or MARK not in text
    if "RAYYAN-INCLUSION" in text and is_rayyan:
        return "rayyan"
    if MARK in text:
        return "samsyn"
    return "asreview"


def _from_samsyn(at: int, notes: str) -> Iterator[Row]:
    marked = marked_decisions(notes)
    if marked is None:
        return
    for one in marked[0]["decisions"]:
        if isinstance(one, dict):
            said = {name: str(one.get(name, "")) for name in MARKED}
            round_ = said["calibration"]
            yield {
                **{name: said[name] for name in ("stage", "verdict", "note", "decided_at")},
                "row": at,
                "record_id": str(marked[0].get("record_id", "")),
                "name": said["person"],
                "reasons": (said["criterion"],) if said["criterion"] else (),
                "adjudicates": one.get("adjudicates") is True,
                "calibration": int(round_) if round_.isdecimal() and len(round_) < 4 else 0,
            }


def _from_rayyan(at: int, notes: str) -> Iterator[Row]:
    """Rayyan's own come last: what stood in the notes when the file went in stands before them."""
    begin = notes.rfind("RAYYAN-INCLUSION:")
    if begin < 0:
        return
    parts = dict(part.split(":", 1) for part in _parts(notes[begin:]) if ":" in part)
    reasons = tuple(filter(None, [parts.get("RAYYAN-EXCLUSION-REASONS", "").strip(" ;")]))
    labels = parts.get("RAYYAN-LABELS", "").strip(" ;")
    noted = dict(re.findall(rf"{_QUOTED}\s*=>\s*\[(.*?)\](?=\s*[,}}])", parts.get("USER-NOTES", "")))
    for name, word in re.findall(rf'{_QUOTED}\s*=>\s*"?(\w+)"?', parts["RAYYAN-INCLUSION"]):
        if word.casefold() == "undecided":
            continue
        verdict = _RAYYAN_VERDICTS.get(word.casefold(), word)
        own = re.findall(_QUOTED, noted.get(name, ""))
        note = "; ".join([*own, *([f"labels: {labels}"] if labels else [])])
        yield {"row": at, "name": re.sub(r"\\(.)", r"\1", name), "verdict": verdict, "note": note,
               "reasons": reasons if verdict == "exclude" else ()}  # fmt: skip


def _parts(notes: str) -> list[str]:
    return [part.strip() for part in re.split(r"[|;]\s*(?=RAYYAN-|USER-NOTES:|samsyn )", notes)]


def _from_asreview(at: int, notes: str, extra: Row, column: str) -> Iterator[Row]:
    said = {name.removeprefix("asreview_"): values[0] for name, values in extra.items()
            if name.startswith("asreview_")}  # fmt: skip
    for found in re.finditer(r"\basreview_(\w+): (?=[\"\d])", notes):
        try:
            said[found.group(1)] = str(json.JSONDecoder().raw_decode(notes, found.end())[0])
        except (ValueError, RecursionError):
            continue
    cell = extra.get(column, [""])[0].strip().casefold() if column else ""
    if not column and (label := re.search(r"\bASReview_(relevant|irrelevant)\b", notes)):
        cell = label.group(1)
    if not cell or cell in ("nan", "none", "-1"):
        return
    verdict = _ASREVIEW_LABELS.get(cell) or _LABELS.get(cell, cell)
    tags = [name.removeprefix("tag_").replace("_", ": ", 1) for name, value in said.items()
            if name.startswith("tag_") and value in ("1", "1.0")]  # fmt: skip
    note = "; ".join(filter(None, [said.get("note", ""), f"tags: {', '.join(tags)}" if tags else ""]))
    yield {"row": at, "name": said.get("user_name", ""), "verdict": verdict, "note": note,
           "decided_at": _utc(said.get("time", ""))}  # fmt: skip


def _from_covidence(at: int, notes: str, decided: tuple[tuple[Stage, str], ...]) -> Iterator[Row]:
    reasons = tuple(reason.strip() for reason in re.findall(r"(?i)exclusion reason: *([^;]+)", notes))
    note = "; ".join(filter(None, (part.strip() for part in notes.split(";"))))
    for number, (stage, verdict) in enumerate(decided, start=1):
        is_last = number == len(decided)
        yield {"row": at, "stage": stage, "verdict": verdict, "note": note if is_last else "",
               "reasons": reasons if verdict == "exclude" else ()}  # fmt: skip


def _stages_of(decided: tuple[tuple[Stage, str], ...], protocol: Protocol) -> tuple[tuple[Stage, str], ...]:
    # a protocol of one stage has one decision: the last
    return decided if len(protocol.stages) > 1 else ((STAGES[0], decided[-1][1]),)


def _list_in(file: str) -> str:
    named = re.search(rf"(?:^|[_ -])({'|'.join(COVIDENCE_LISTS)})(?:[_ .-]|$)", file.casefold())
    return named.group(1) if named else ""


def _label_column(extras: list[Row]) -> str:
    names = {name.casefold(): name for extra in extras for name in extra}
    return next((names[name] for name in LABEL_COLUMNS if name in names), "")


def _extra(text: str) -> Row:
    try:
        found = from_json(text) if text else {}
    except ValueError:
        return {}
    return {name: [str(value) for value in values] for name, values in found.items() if values}


def _utc(text: str) -> str:
    """A time as ASReview writes it ("2026-09-01 10:11:12", UTC) in the journal's form."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?Z?", text.strip())
    return f"{found.group(1)}T{found.group(2)}Z" if found else ""
