"""People's word on pairs of records: from the rows of a table, and what it comes to."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import pandas as pd

from corpus import journal
from corpus.errors import all_faults
from corpus.table_cells import FIRST_ROW, Rows, text_cells, time_fault, utc_time

PAIR_VERDICTS = ("same", "different")
# "same" and "different" as everybody who spoke said, else they disagree
DISAGREE = "disagree"


@dataclass(frozen=True)
class Word:
    """What people said of a pair: ``verdict`` ("same", "different" or "disagree") and who, in words."""

    verdict: str
    why: str


def words_of_people(decisions: pd.DataFrame | None) -> dict[tuple[str, str], Word]:
    """What people said, by pair of record_ids in their order; each person's later line overrides the earlier.

    Examples
    --------
    >>> said = pd.DataFrame([{"record_id_a": "b", "record_id_b": "a", "verdict": "same", "person": "ann"}])
    >>> words_of_people(said)
    {('a', 'b'): Word(verdict='same', why='ann said so')}
    """
    if decisions is None or decisions.empty:
        return {}
    verdicts: dict[tuple[str, str], dict[str, str]] = {}
    for row in decisions.to_dict("records"):
        pair = pair_name(str(row["record_id_a"]), str(row["record_id_b"]))
        verdicts.setdefault(pair, {})[str(row["person"])] = str(row["verdict"])
    said = {}
    for pair, by_person in sorted(verdicts.items()):
        if len(set(by_person.values())) == 1:
            people = " and ".join(sorted(by_person))
            said[pair] = Word(next(iter(by_person.values())), f"{people} said so")
        else:
            words = ", ".join(f"{person}: {verdict}" for person, verdict in sorted(by_person.items()))
            said[pair] = Word(DISAGREE, f"people disagree ({words})")
    return said


def pair_name(a: str, b: str) -> tuple[str, str]:
    """Two record_ids in their order."""
    return (a, b) if a <= b else (b, a)


def duplicate_lines_from_rows(
    rows: Rows, *, known: Container[str], person: str, decided_at: str, file: str
) -> dict[str, list[dict[str, Any]]]:
    """People's word on pairs from the rows of a table, as journal lines by person; all or none.

    Parameters
    ----------
    rows : DataFrame, or iterable of mappings
        record_id_a, record_id_b, verdict ("same" or "different"), and if wanted person, note, decided_at;
        rows without a verdict are skipped.
    known : container of str
        The record_ids of the review.
    person : str
        Who decided; ``""`` if the rows say it.
    decided_at, file : str
        Time for rows that name none; where the rows come from, for the error.

    Raises
    ------
    UsageError
        With every faulty row, or when ``person`` cannot name a file.

    Examples
    --------
    >>> rows = [{"record_id_a": "a:1", "record_id_b": "b:2", "verdict": "same"}]
    >>> lines = duplicate_lines_from_rows(rows, known={"a:1", "b:2"}, person="ann", decided_at="", file="x")
    >>> lines["ann"][0]["verdict"]
    'same'
    """
    if person:
        journal.check_person(person)
    by_person: dict[str, list[dict[str, Any]]] = {}
    faults = []
    needed = ("record_id_a", "record_id_b", "verdict")
    cells = text_cells(rows, needs=needed, any_case=["verdict"], file=file)
    for number, row in enumerate(cells, start=FIRST_ROW):
        pair, verdict = (row.get("record_id_a", ""), row.get("record_id_b", "")), row.get("verdict", "")
        if not verdict:
            continue
        who = person or row.get("person", "")
        faults += [f"row {number}: no record {name} in this review" for name in pair if name not in known]
        if pair[0] == pair[1]:
            faults.append(f"row {number}: a record and itself ({pair[0]}) are no pair")
        if not who:
            faults.append(f"row {number}: no person is named")
        elif not journal.can_name_file(who):
            faults.append(
                f"row {number}: {who!r} cannot name a person's file (known: letters, digits, - and _)"
            )
        if verdict not in PAIR_VERDICTS:
            faults.append(f"row {number}: the verdict {verdict!r} is not known (known: same, different)")
        if untimely := time_fault(row.get("decided_at", "")):
            faults.append(f"row {number}: {untimely}")
        line = {
            "type": "duplicate",
            "record_id_a": pair[0],
            "record_id_b": pair[1],
            "verdict": verdict,
            "note": row.get("note", ""),
            "decided_at": utc_time(row.get("decided_at", "")) or decided_at,
        }
        by_person.setdefault(who, []).append(line)
    if faults:
        raise all_faults(faults, file=file)
    return by_person
