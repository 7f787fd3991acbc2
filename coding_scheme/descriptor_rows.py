"""Study descriptors from the rows of a spreadsheet: all of them, or all that is wrong with them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from coding_scheme.descriptors import PART_OF_STUDY, WITHDRAWN
from coding_scheme.scheme import CodingScheme
from coding_scheme.table_rows import KnownRecords, some
from corpus.errors import all_faults
from corpus.table_cells import FIRST_ROW, Rows, text_cells

NOT_CODED = ("not reported", "not applicable")


def descriptor_lines(
    rows: Rows,
    records: pd.DataFrame,
    scheme: CodingScheme,
    *,
    person: str,
    adjudicates: bool = False,
    file: str = "The rows",
) -> list[dict[str, Any]]:
    """Study descriptors from a person's spreadsheet, as lines for the journal.

    Parameters
    ----------
    rows : DataFrame or iterable of mappings
        Columns record_id, descriptor, value, decided_at. ``value`` may be "not reported" or "not applicable",
        and "withdrawn" takes the person's earlier one back; of a descriptor with chosen values it is one id,
        or several joined by ";". The descriptor "part_of_study" names the record of the study's main report.
    records, scheme, person, file
        As for :func:`~coding_scheme.decision_rows.decisions_from_rows`.
    adjudicates : bool
        Whether the values settle what others differ on.

    Returns
    -------
    list of dict
        Keys type ("descriptor"), record_id, descriptor, value, person, decided_at, and adjudicates (true)
        where they do.

    Raises
    ------
    UsageError
        With all faults, each with its row (the header is row 1).

    Examples
    --------
    >>> from coding_scheme.scheme import Descriptor
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (), descriptors=(Descriptor("country"),))
    >>> row = {"record_id": "r1", "descriptor": "country", "value": "Norway"}
    >>> [line] = descriptor_lines([row], pd.DataFrame([{"record_id": "r1"}]), scheme, person="ann")
    >>> line["type"], line["value"], line["person"]
    ('descriptor', 'Norway', 'ann')
    """
    known = KnownRecords(records)
    faults: list[tuple[int, str]] = []
    lines = []
    cells = text_cells(rows, needs=("record_id", "descriptor", "value"), file=file)
    for number, row in enumerate(cells, start=FIRST_ROW):
        found = [known.fault(row.get("record_id", "")), _descriptor_fault(row, known, scheme)]
        faults += [(number, what) for what in found if what]
        value = row.get("value", "")
        if row.get("descriptor") == PART_OF_STUDY:
            value = known.unique_of.get(value, value)
        lines.append({
            "type": "descriptor", "record_id": known.unique_of.get(row.get("record_id", ""), ""),
            "descriptor": row.get("descriptor", ""), "value": value, "person": person,
            "decided_at": row.get("decided_at", ""), **({"adjudicates": True} if adjudicates else {}),
        })  # fmt: skip
    if faults:
        raise all_faults([f"row {number}: {what}." for number, what in faults], file=file)
    return lines


def _descriptor_fault(row: dict[str, str], known: KnownRecords, scheme: CodingScheme) -> str:
    name, value = row.get("descriptor", ""), row.get("value", "")
    if not value:
        return f"the value is missing (write {' or '.join(NOT_CODED)} where that is so)"
    if name == PART_OF_STUDY:
        return "" if value in (*NOT_CODED, WITHDRAWN) else known.fault(value)
    descriptor = next((each for each in scheme.descriptors if each.id == name), None)
    if descriptor is None:
        names = [PART_OF_STUDY, *(descriptor.id for descriptor in scheme.descriptors)]
        return f"there is no descriptor {name!r}. Known: {some(names)}"
    if value in (*NOT_CODED, WITHDRAWN) or descriptor.value_type not in {"one_of", "some_of"}:
        return ""
    ids = [each.id for each in descriptor.values]
    values = [part.strip() for part in value.split(";") if part.strip()]
    unknown = [part for part in values if part not in ids]
    if unknown:
        return f"unknown {name} {unknown[0]!r}. Known: {', '.join([*ids, *NOT_CODED, WITHDRAWN])}"
    return f"{name} takes one value" if descriptor.value_type == "one_of" and len(values) > 1 else ""
