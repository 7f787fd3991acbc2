"""Coding decisions: what a person found in a record, as a line of the journal and as a frame.

A later line of the same person in the same round on the same record and code overrides the earlier one; a
line with value "withdrawn" takes it back. Nothing is overwritten: :mod:`coding_scheme.verdicts` replays the
lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

VALUES = ("present", "absent", "unclear", "withdrawn")
ROUNDS = ("blind", "assisted", "adjudication")
COLUMNS = (
    "record_id", "code_id", "value", "direction", "field", "start", "end", "text", "finding", "facets",
    "person", "round", "scheme_version", "scheme_hash", "note", "decided_at", "journal_line",
)  # fmt: skip
WHOLE_NUMBERS = ("start", "end", "journal_line")


@dataclass(frozen=True)
class Segment:
    """Words of a record: ``text`` is what stands at code points ``start`` to ``end`` of its ``field``."""

    field: str
    start: int
    end: int
    text: str


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
    facets : mapping of facet id to value
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
    line["segments"] = [asdict(segment) for segment in decision.segments]
    return {"type": "coding", **line, "facets": dict(sorted(decision.facets.items()))}


def coding_decisions(lines: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The coding decisions among the lines of a journal, one row per segment.

    Parameters
    ----------
    lines : iterable of mappings
        From ``corpus.journal.read``; lines of another type are left out.

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
    for number, line in enumerate((line for line in lines if line.get("type") == "coding"), start=1):
        facets = json.dumps(line.get("facets", {}), ensure_ascii=False, sort_keys=True)
        own = {name: line.get(name, "") for name in COLUMNS if name not in nowhere}
        own |= {"facets": facets, "journal_line": line.get("journal_line", number)}
        rows += [{**own, **segment} for segment in line.get("segments") or [nowhere]]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({name: "int64" if name in WHOLE_NUMBERS else "str" for name in COLUMNS})
