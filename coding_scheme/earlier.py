"""What was decided before, as far as new decisions depend on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from coding_scheme.decisions import Segment
from coding_scheme.verdicts import Position, kind_of, positions, standing_decisions


class EarlierDecisions:
    """The positions on each record and code, and the records a person has seen suggestions on.

    Parameters
    ----------
    decisions : DataFrame or None
        From :func:`~coding_scheme.decisions.coding_decisions`; None knows nothing.
    person : str
        Who decides now.
    """

    def __init__(self, decisions: pd.DataFrame | None, person: str) -> None:
        self.person = person
        self.positions: dict[tuple[str, str], tuple[Position, ...]] = {}
        self.seen_with_suggestions: set[str] = set()
        self._readings: dict[str, list[tuple[str, str]]] = {}
        if decisions is None or decisions.empty:
            return
        self.positions = {(record, code): said for record, code, said, _ in positions(decisions)}
        own = decisions[(decisions["person"] == person) & (decisions["round"] == "assisted")]
        self.seen_with_suggestions = set(own["record_id"])
        standing = standing_decisions(decisions)
        # "read, nothing to code": the line on which somebody's silence about a code rests
        for row in standing[standing["code_id"] == ""].to_dict("records"):
            self._readings.setdefault(row["record_id"], []).append((row["person"], row["line_id"]))

    def disagree(self, record_id: str, code_id: str) -> bool:
        """Whether those who read the record differ on the code."""
        said = self.positions.get((record_id, code_id), ())
        return bool(said) and kind_of(said) in {"presence", "direction"}

    def settled_lines(self, record_id: str, code_id: str) -> tuple[str, ...]:
        """The lines that hold what the readers of a record say of a code."""
        said = self.positions.get((record_id, code_id), ())
        silent = {position.person for position in said if not position.rows}
        lines = [row["line_id"] for position in said for row in position.rows]
        lines += [line for person, line in self._readings.get(record_id, []) if person in silent]
        return tuple(dict.fromkeys(lines))

    def of_coder(
        self, record_id: str, code_id: str, person: str
    ) -> tuple[Mapping[str, str], tuple[Segment, ...]] | str:
        """A coder's value, direction, finding and facets, and the segments; or why there are none."""
        said = {each.person: each for each in self.positions.get((record_id, code_id), ())}
        if person not in said:
            known = ", ".join(said) or "nobody"
            return f"{person!r} said nothing of {code_id} in {record_id}. Those who read it: {known}"
        position = said[person]
        values: dict[str, Any] = {"value": position.value, "direction": position.direction}
        if position.rows:
            facets = json.loads(position.rows[0]["facets"] or "{}")
            values |= {"finding": position.rows[0]["finding"], **facets}
        places = [row for row in position.rows if row["start"] >= 0]
        return values, tuple(
            Segment(row["field"], int(row["start"]), int(row["end"]), row["text"]) for row in places
        )
