"""Coding decisions: what a person found in a record, as a line of the journal and as a frame.

A later line of the same person in the same round on the same record and code overrides the earlier one; a
line with value "withdrawn" takes all of them back; a line of type "undo" takes back one line, so that what
stood before it stands again. Nothing is overwritten: :mod:`coding_scheme.verdicts` replays the lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from corpus import undone
from corpus.undone import line_id, not_undone

VALUES = ("present", "absent", "unclear", "withdrawn")
ROUNDS = ("blind", "assisted", "adjudication")
# why people had differed, said by who settles it
REASONS = ("definition unclear", "overlooked", "out of scope", "direction")
COLUMNS = (
    "record_id", "code_id", "value", "direction", "field", "start", "end", "text", "finding", "facets",
    "person", "round", "reading", "scheme_version", "scheme_hash", "note", "decided_at", "reason", "settles",
    "suggestions_shown", "suggested", "line_id", "journal_line",
)  # fmt: skip
WHOLE_NUMBERS = ("start", "end", "reading", "journal_line")


@dataclass(frozen=True)
class Segment:
    """Words of a record: ``text`` is what stands at code points ``start`` to ``end`` of its ``field``."""

    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Suggested:
    """What a model had said of a record and code, as it was shown to the person who decided.

    ``field`` and ``start`` say where the words stand; "" in lines of before this was noted, and where the
    words stand once.
    """

    direction: str = ""
    text: str = ""
    proposed_by: str = ""
    score: str = ""
    field: str = ""
    start: str = ""


@dataclass(frozen=True)
class CodingDecision:
    """One person's decision on one code in one record.

    Attributes
    ----------
    record_id, code_id : str
        An empty code with value "absent" says: read, nothing to code.
    value : str
        "present", "absent", "unclear" or "withdrawn".
    direction : str
        "promotes", "hinders", "mixed", "descriptive", or "" where the code is not present.
    segments : tuple of Segment
        The words it rests on.
    round : str
        "blind" (no suggestions shown), "assisted" or "adjudication" (settles a disagreement).
    reading : int
        From 1; a second blind reading of one's own measures agreement with oneself and settles nothing.
    facets : mapping of facet id to value
    suggestions_shown : bool or None
        Whether suggestions were shown; None in lines of before this was noted.
    suggested : tuple of Suggested
        What was shown on this record and code.
    settles : tuple of str
        Of an adjudication: the lines (:func:`line_id`) whose disagreement it settles.
    reason : str
        Why they differed: "definition unclear", "overlooked", "out of scope" or "direction".
    """

    record_id: str
    code_id: str
    value: str
    person: str
    direction: str = ""
    segments: tuple[Segment, ...] = ()
    round: str = "blind"
    scheme_version: str = ""
    scheme_hash: str = ""
    finding: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    decided_at: str = ""
    reading: int = 1
    suggestions_shown: bool | None = None
    suggested: tuple[Suggested, ...] = ()
    settles: tuple[str, ...] = ()
    reason: str = ""


def as_line(decision: CodingDecision) -> dict[str, Any]:
    """A decision as a line for ``corpus.journal.append``, with ``"type": "coding"``.

    Examples
    --------
    >>> trust = Segment("title", 0, 5, "Trust")
    >>> line = as_line(CodingDecision("r1", "trust", "present", "ann", "promotes", (trust,)))
    >>> line["type"], line["segments"]
    ('coding', [{'field': 'title', 'start': 0, 'end': 5, 'text': 'Trust'}])
    """
    line = asdict(decision)
    line["segments"] = [asdict(each) for each in decision.segments]
    line["suggested"] = [_shown(each) for each in decision.suggested]
    line |= {"settles": list(decision.settles), "facets": dict(sorted(decision.facets.items()))}
    return {"type": "coding", **line}


def _shown(suggested: Suggested) -> dict[str, str]:
    """What was shown; its place only where it is noted, so that other lines are what they were."""
    return {name: said for name, said in asdict(suggested).items() if said or name not in ("field", "start")}


def undo_lines(lines: Iterable[Mapping[str, Any]], person: str, n: int = 1) -> list[dict[str, Any]]:
    """Lines that take back a person's last decisions; what these had overridden stands again.

    Parameters
    ----------
    lines : iterable of mappings
        From ``corpus.journal.read``.
    person : str
    n : int
        How many decisions; those already taken back do not count.

    Returns
    -------
    list of dict
        For ``corpus.journal.append``, the last decision first; fewer than ``n`` when there are no more.

    Examples
    --------
    >>> values = ("present", "absent")
    >>> lines = [as_line(CodingDecision("r1", "trust", value, "ann")) for value in values]
    >>> [undo] = undo_lines(lines, "ann")
    >>> coding_decisions([*lines, undo])["value"].tolist()
    ['present']
    """
    return undone.undo_lines(lines, person, n, kind="coding", names=("record_id", "code_id"))


def coding_decisions(lines: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The coding decisions among the lines of a journal, one row per segment.

    Parameters
    ----------
    lines : iterable of mappings
        From ``corpus.journal.read``; lines of another type are left out, and those that were undone.

    Returns
    -------
    DataFrame
        Columns: see :mod:`coding_scheme.scheme`; in the order of the lines. Overridden and withdrawn lines
        are there too.

    Examples
    --------
    >>> frame = coding_decisions([as_line(CodingDecision("r1", "trust", "absent", "ann"))])
    >>> frame[["record_id", "code_id", "value", "start", "person"]].to_dict("records")
    [{'record_id': 'r1', 'code_id': 'trust', 'value': 'absent', 'start': -1, 'person': 'ann'}]
    """
    rows = []
    nowhere = {"field": "", "start": -1, "end": -1, "text": ""}
    plain = dict.fromkeys((name for name in COLUMNS if name not in nowhere), "")
    for number, line in enumerate(not_undone(lines, "coding"), start=1):
        shown = line.get("suggestions_shown")
        own = plain | {name: cell for name, cell in line.items() if name in plain}
        own |= {
            "facets": _json(line.get("facets", {})),
            "suggested": _json(line.get("suggested", [])),
            "suggestions_shown": "" if shown is None else "yes" if shown else "no",
            "settles": "; ".join(line.get("settles", ())),
            "reading": line.get("reading", 1),
            "line_id": line_id(line),
            "journal_line": line.get("journal_line", number),
        }
        rows += [{**own, **segment} for segment in line.get("segments") or [nowhere]]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({name: "int64" if name in WHOLE_NUMBERS else "str" for name in COLUMNS})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else "{}" if value == {} else "[]"
