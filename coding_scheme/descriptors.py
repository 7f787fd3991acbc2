"""Study descriptors: what people noted about a study, and on what they agree."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

COLUMNS = ("record_id", "descriptor", "value", "person", "decided_at")
PART_OF_STUDY = "part_of_study"
WITHDRAWN = "withdrawn"


def descriptors(lines: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The descriptors among the lines of a journal: each person's latest value.

    Parameters
    ----------
    lines : iterable of mappings
        From ``corpus.journal.read``; lines of another type are left out.

    Returns
    -------
    DataFrame
        Columns record_id, descriptor, value, person, decided_at, adjudicates (bool: said to settle what
        others differ on); sorted by record_id, descriptor, person. A value "withdrawn" takes the earlier one
        back.

    Examples
    --------
    >>> line = {"type": "descriptor", "record_id": "r1", "descriptor": "country", "person": "ann"}
    >>> descriptors([line | {"value": "Norway"}, line | {"value": "Denmark"}])["value"].tolist()
    ['Denmark']
    """
    latest: dict[tuple[str, str, str, bool], dict[str, Any]] = {}
    for line in lines:
        if line.get("type") == "descriptor":
            row: dict[str, Any] = {name: str(line.get(name, "")) for name in COLUMNS}
            row["adjudicates"] = line.get("adjudicates") is True
            latest[row["record_id"], row["descriptor"], row["person"], row["adjudicates"]] = row
    rows = [row for _, row in sorted(latest.items()) if row["value"] != WITHDRAWN]
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "adjudicates"])
    return frame.astype({**dict.fromkeys(COLUMNS, "str"), "adjudicates": bool})


def settled_descriptors(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per record and descriptor on which all agree or which somebody settled; else one per person.

    Parameters
    ----------
    frame : DataFrame
        From :func:`descriptors`.

    Returns
    -------
    DataFrame
        Columns record_id, descriptor, value, person ("; "-joined where they agree; who settled it where they
        did not), decided_at (the latest); sorted by record_id and descriptor.

    Examples
    --------
    >>> line = {"type": "descriptor", "record_id": "r1", "descriptor": "n"}
    >>> lines = [line | {"value": "12", "person": "ann"}, line | {"value": "14", "person": "bo"}]
    >>> settled_descriptors(descriptors(lines))[["value", "person"]].values.tolist()
    [['12', 'ann'], ['14', 'bo']]
    >>> settling = line | {"value": "14", "person": "cy", "adjudicates": True}
    >>> settled_descriptors(descriptors([*lines, settling]))[["value", "person"]].values.tolist()
    [['14', 'cy']]
    """
    together: dict[tuple[str, str], list[dict[Hashable, Any]]] = {}
    for row in frame.to_dict("records"):
        together.setdefault((row["record_id"], row["descriptor"]), []).append(row)
    rows = []
    for noted in together.values():
        speaking = [row for row in noted if row["adjudicates"]] or noted
        values = {frozenset(part.strip() for part in row["value"].split(";")) for row in speaking}
        if len(values) == 1:
            people = "; ".join(sorted({row["person"] for row in speaking}))
            latest = max(row["decided_at"] for row in speaking)
            speaking = [speaking[0] | {"person": people, "decided_at": latest}]
        rows += speaking
    settled = pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")
    return settled.sort_values(["record_id", "descriptor", "person"], kind="stable", ignore_index=True)


def main_reports(frame: pd.DataFrame) -> dict[str, str]:
    """record_id of a report -> record_id of its study's main report, where people do not differ on it.

    Parameters
    ----------
    frame : DataFrame
        From :func:`settled_descriptors`; the descriptor "part_of_study" is read. A report that is part of one
        that is itself part of another belongs to the last of them.

    Examples
    --------
    >>> rows = [("r2", "part_of_study", "r1", "ann", ""), ("r3", "part_of_study", "r2", "ann", "")]
    >>> main_reports(pd.DataFrame(rows, columns=list(COLUMNS)))
    {'r2': 'r1', 'r3': 'r1'}
    """
    said: dict[str, set[str]] = {}
    for row in frame[frame["descriptor"] == PART_OF_STUDY].to_dict("records"):
        said.setdefault(row["record_id"], set()).add(row["value"])
    # who has nothing to be part of, or is part of itself, stands alone
    part_of = {report: values.pop() for report, values in said.items() if len(values) == 1}
    part_of = {
        report: main for report, main in part_of.items()
        if main not in ("", report, "not applicable", "not reported")
    }  # fmt: skip
    mains = {}
    for report in part_of:
        passed = [report]
        while passed[-1] in part_of and part_of[passed[-1]] not in passed:
            passed.append(part_of[passed[-1]])
        # in a ring the first by name is the main one, whoever is asked
        in_ring = passed[-1] in part_of
        mains[report] = min(passed[passed.index(part_of[passed[-1]]) :]) if in_ring else passed[-1]
    return mains
