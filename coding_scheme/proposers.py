"""Suggestions from several origins as one frame: the rules, the classifier, and what a team plugs in.

A proposer is any function ``(records, scheme) -> DataFrame``, for instance one that asks a language model.
What it says is checked row by row: the quotation must stand in the record, the code and the direction must be
the scheme's, the score must lie between 0 and 1. What fails is listed with its reason.

Where several origins suggest the same code at the same place there is one row: its words, direction and
reason are the first origin's, unless that read no direction and another did; ``proposed_by`` names all,
joined by "; ", and ``why`` has what each says. ``score`` is the classifier's probability where it spoke, else
that of the first origin; only the classifier's is a calibrated probability.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from coding_scheme.rules import COLUMNS
from coding_scheme.scheme import Code, CodingScheme
from corpus.errors import ReviewError

Proposer = Callable[[pd.DataFrame, CodingScheme], pd.DataFrame]
REFUSED_COLUMNS = ("proposed_by", "row", "record_id", "code_id", "text", "why")
_NEEDED = ("record_id", "text", "code_id", "score")
_NUMBERS = {"start": "int64", "end": "int64", "score": "float64"}


@dataclass(frozen=True)
class Checked:
    """What a proposer said, checked.

    Attributes
    ----------
    suggestions : DataFrame
        The rows that hold, with the columns of :func:`~coding_scheme.rules.suggest`.
    refused : DataFrame
        Columns proposed_by, row (int, from 1), record_id, code_id, text, why.
    n_mended : int
        Rows whose offsets were wrong or missing, while the quotation stands in the field once.
    """

    suggestions: pd.DataFrame
    refused: pd.DataFrame
    n_mended: int = 0


def propose(proposer: Proposer, records: pd.DataFrame, scheme: CodingScheme, *, name: str) -> Checked:
    """Ask a proposer, and check what it says.

    Parameters
    ----------
    proposer : callable
        Takes records and scheme; returns a DataFrame with the columns record_id, text (the quotation),
        code_id, score (0 to 1), and, where it has them, field ("abstract" otherwise), start, end, direction
        ("descriptive" otherwise), cue (words of the field that the direction rests on, parts joined by "…"),
        indicator, why.
    records : DataFrame
        Columns record_id, title, abstract.
    scheme : CodingScheme
    name : str
        What ``proposed_by`` says.

    Returns
    -------
    Checked

    Raises
    ------
    ReviewError
        When the proposer fails, or does not return a DataFrame with these columns.

    Examples
    --------
    >>> from coding_scheme.scheme import Theme
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (Code("trust"),)),))
    >>> records = pd.DataFrame([{"record_id": "r1", "title": "", "abstract": "We met. Trust grew."}])
    >>> def model(records, scheme):
    ...     rows = [("r1", "Trust grew.", "trust", 0.9), ("r1", "Trust fell.", "trust", 0.8)]
    ...     return pd.DataFrame(rows, columns=["record_id", "text", "code_id", "score"])
    >>> checked = propose(model, records, scheme, name="our model")
    >>> checked.suggestions[["start", "text", "direction", "proposed_by"]].to_numpy().tolist()
    [[8, 'Trust grew.', 'descriptive', 'our model']]
    >>> checked.refused["why"].tolist()
    ["the quotation 'Trust fell.' does not stand in the abstract of r1"]
    """
    try:
        rows = proposer(records.copy(), scheme)
    except Exception as error:  # whatever a team's own function may raise
        raise ReviewError(
            f"It failed with {type(error).__name__}: {error}", where=f"proposer {name}"
        ) from error
    if not isinstance(rows, pd.DataFrame) or not set(_NEEDED) <= set(rows.columns):
        lacks = "is no DataFrame"
        if isinstance(rows, pd.DataFrame):
            lacks = f"lacks {', '.join(column for column in _NEEDED if column not in rows.columns)}"
        raise ReviewError(
            f"What it returned {lacks}.",
            where=f"proposer {name}",
            next_step=f"It must have the columns {', '.join(_NEEDED)}.",
        )
    return _checked(rows, records, scheme, name)


def combined(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """One frame of the suggestions of several origins, one row for each place and code.

    Two suggestions are at the same place when they share at least half of the shorter one.

    Parameters
    ----------
    frames : iterable of DataFrame
        With the columns of :func:`~coding_scheme.rules.suggest`; the first origin first.

    Returns
    -------
    DataFrame
        The same columns; sorted by record_id, field, start, code_id.

    Examples
    --------
    >>> row = {"record_id": "r1", "field": "abstract", "start": 0, "end": 11, "text": "Trust grew.",
    ...        "code_id": "trust", "direction": "descriptive", "proposed_by": "rule", "score": 0.4,
    ...        "indicator": "Trust", "cue": "", "why": "Said by rule."}
    >>> other = {**row, "direction": "promotes", "proposed_by": "classifier 1a2b", "score": 0.71,
    ...          "cue": "grew", "why": "Learned."}
    >>> both = combined([pd.DataFrame([row]), pd.DataFrame([other])])
    >>> both[["direction", "proposed_by", "score", "why"]].to_numpy().tolist()
    [['promotes', 'rule; classifier 1a2b', 0.71, 'Said by rule. Learned.']]
    """
    kept: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for frame in frames:
        ordered = frame.sort_values(
            ["record_id", "field", "start", "end", "code_id", "proposed_by", "score", "why"]
        )
        for row in ordered[list(COLUMNS)].to_dict("records"):
            here = kept.setdefault((row["record_id"], row["field"], row["code_id"]), [])
            same = next((other for other in here if _share(row, other)), None)
            if same is None:
                here.append({str(name): value for name, value in row.items()})
            else:
                _join(same, row)
    return _framed([row for rows in kept.values() for row in rows])


def _join(first: dict[str, Any], other: dict[Any, Any]) -> None:
    """Add what another origin says to a suggestion."""
    origins = first["proposed_by"].split("; ")
    if other["proposed_by"] not in origins:
        first["proposed_by"] = "; ".join([*origins, other["proposed_by"]])
    said = " ".join(part for part in (first["why"], other["why"]) if part)
    if first["direction"] == "descriptive" and other["direction"] != "descriptive":
        first["direction"], first["cue"] = other["direction"], other["cue"]
    elif other["direction"] not in {first["direction"], "descriptive"}:
        said += f" ({other['proposed_by']} reads the direction {other['direction']}.)"
    first["why"] = said
    if other["proposed_by"].startswith("classifier "):
        first["score"] = other["score"]


def _share(one: dict[Any, Any], other: dict[str, Any]) -> bool:
    shared = min(one["end"], other["end"]) - max(one["start"], other["start"])
    shorter = min(one["end"] - one["start"], other["end"] - other["start"])
    return bool(shared > 0 and 2 * shared >= shorter)


def _framed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame.astype({name: _NUMBERS.get(name, "str") for name in COLUMNS})
    return frame.sort_values(
        ["record_id", "field", "start", "code_id", "end"], kind="stable", ignore_index=True
    )


def _checked(rows: pd.DataFrame, records: pd.DataFrame, scheme: CodingScheme, name: str) -> Checked:
    texts = {str(row["record_id"]): row for row in records.to_dict("records")}
    codes = {code.id: code for code in scheme.codes}
    held, refused, n_mended = [], [], 0
    for number, given in enumerate(rows.to_dict("records"), start=1):
        row = {str(column): "" if _is_missing(value) else value for column, value in given.items()}
        place = _place(row, texts)
        why = place if isinstance(place, str) else _fault(row, codes, texts)
        if why or isinstance(place, str):
            said = [str(row[column]) for column in ("record_id", "code_id", "text")]
            refused.append((name, number, *said, why))
            continue
        field, start, end, text = place
        n_mended += (start, end) != (row.get("start"), row.get("end"))
        held.append({
            "record_id": str(row["record_id"]), "field": field, "start": start, "end": end, "text": text,
            "code_id": str(row["code_id"]), "direction": row.get("direction") or "descriptive",
            "proposed_by": name, "score": float(row["score"]), "indicator": str(row.get("indicator", "")),
            "cue": str(row.get("cue", "")), "why": str(row.get("why") or f"{name} says so."),
        })  # fmt: skip
    frame = pd.DataFrame(refused, columns=list(REFUSED_COLUMNS))
    frame = frame.astype({column: "int64" if column == "row" else "str" for column in REFUSED_COLUMNS})
    return Checked(_framed(held), frame, n_mended)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _place(row: dict[str, Any], texts: dict[str, Any]) -> tuple[str, int, int, str] | str:
    """Where a quotation stands: field, start, end and the words as they stand there; or why it does not."""
    record_id, field, quotation = str(row["record_id"]), row.get("field") or "abstract", row["text"]
    if record_id not in texts:
        return f"there is no record {record_id!r} among those asked about"
    if field not in {"title", "abstract"}:
        return f"unknown field {field!r}. Known: title, abstract"
    if not isinstance(quotation, str) or not quotation.strip():
        return "the quotation is missing"
    text = texts[record_id].get(field)
    text = text if isinstance(text, str) else ""
    start, end = _number(row.get("start")), _number(row.get("end"))
    if end > start >= 0 and text[start:end] == quotation:
        return field, start, end, quotation
    # white space is often changed on the way; the record's own words are kept
    pattern = r"\s+".join(re.escape(word) for word in quotation.split())
    found = [match.span(1) for match in re.finditer(f"(?=({pattern}))", text)]
    if len(found) == 1:
        return field, *found[0], text[slice(*found[0])]
    shown = quotation if len(quotation) <= 60 else quotation[:59] + "…"
    times = f"stands {len(found)} times, and not where start and end say," if found else "does not stand"
    return f"the quotation {shown!r} {times} in the {field} of {record_id}"


def _number(value: Any) -> int:
    """A whole number, or -1; pandas makes floats of whole numbers where some are missing."""
    return int(value) if isinstance(value, (int, float)) and float(value).is_integer() else -1


def _fault(row: dict[str, Any], codes: dict[str, Code], texts: dict[str, Any]) -> str:
    """Why a row whose quotation stands is refused, or ""."""
    code = codes.get(str(row["code_id"]))
    if code is None:
        return f"there is no code {row['code_id']!r} in the scheme"
    direction, allowed = row.get("direction") or "descriptive", code.direction.allowed
    if direction not in allowed:
        return f"the direction {direction!r} is not allowed for {code.id}. Allowed: {', '.join(allowed)}"
    try:
        score = float(row["score"])
    except (TypeError, ValueError):
        return f"the score {row['score']!r} is no number"
    if not 0 <= score <= 1:
        return f"the score {score:g} does not lie between 0 and 1"
    text = texts[str(row["record_id"])][row.get("field") or "abstract"]
    for part in re.split(r"[…;]", str(row.get("cue", ""))):
        if part.strip() and part.strip() not in text:
            return f"the words {part.strip()!r} that the direction rests on do not stand in the text"
    return ""
