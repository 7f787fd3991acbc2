"""Tables that coders fill in: records to be read blind, and conflicts to be settled."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from coding_scheme.disagreements import side_by_side, side_columns
from coding_scheme.resettling import CHANGED, changed_settlements
from coding_scheme.scheme import CodingScheme
from coding_scheme.verdicts import kind_of, last_adjudication, positions
from corpus.assignment import draw

# to be filled in by who settles, beside a column for each facet
TO_SETTLE = ("agree_with", "reason", "value", "direction", "field", "quotation", "finding", "note")
# to be filled in by who codes, beside a column for each facet
TO_CODE = ("code_id", "value", "direction", "field", "quotation", "finding", "note")


def blind_sheet(records: pd.DataFrame, scheme: CodingScheme, *, reading: int = 1) -> pd.DataFrame:
    """A table to code records in without any suggestion, one row for each record to begin with.

    Parameters
    ----------
    records : DataFrame
        Columns record_id, title, abstract.
    scheme : CodingScheme
    reading : int
        2 where somebody reads their records again, to be compared with themselves.

    Returns
    -------
    DataFrame
        Columns record_id, then empty code_id, value, direction, field, quotation, finding, note and facets,
        then round ("blind"), reading, title, abstract. A further code of a record is a further row; value
        "absent" without a code says: read, nothing to code.

    Examples
    --------
    >>> from corpus.protocol import Wording
    >>> records = pd.DataFrame([{"record_id": "r1", "title": "Trust", "abstract": "It grew."}])
    >>> sheet = blind_sheet(records, CodingScheme("demo", Wording(en="Demo"), ()))
    >>> sheet[["record_id", "code_id", "value", "round", "abstract"]].values.tolist()
    [['r1', '', '', 'blind', 'It grew.']]
    """
    empty = dict.fromkeys([*TO_CODE, *(facet.id for facet in scheme.facets)], "")
    sheet = records[["record_id"]].assign(**empty, round="blind", reading=str(reading))
    return sheet.assign(title=records["title"], abstract=records["abstract"]).reset_index(drop=True)


def coding_sample(record_ids: Iterable[str], size: int, *, seed: int) -> list[str]:
    """Records drawn at random by a seed, the same for every coder, in the order drawn.

    Records that come in later change the sample only by those of them that are drawn.

    Examples
    --------
    >>> names = [f"r{number}" for number in range(9)]
    >>> coding_sample(names, 3, seed=1) == coding_sample(reversed(names), 3, seed=1)
    True
    """
    order = sorted(record_ids, key=lambda record_id: (draw(seed, "coding sample", record_id), record_id))
    return order[:size]


def conflict_sheet(decisions: pd.DataFrame, records: pd.DataFrame, scheme: CodingScheme) -> pd.DataFrame:
    """What somebody has to settle, everybody's decision side by side, with columns to settle it in.

    Parameters
    ----------
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.
    records : DataFrame
        Columns record_id, title, abstract.
    scheme : CodingScheme

    Returns
    -------
    DataFrame
        Columns record_id, code_id, kind ("presence", "direction", or "changed since settled": a coder
        decided otherwise after the settlement, which stands until there is a new one), the empty ones to fill
        in (agree_with, or value, direction, field, quotation, finding and facets; reason; note), round
        ("adjudication"), then person_1, value_1, direction_1, quotations_1, note_1, person_2 ..., title,
        abstract. In the order of the records and of the scheme. Filled in, its rows go to
        :func:`~coding_scheme.decision_rows.decisions_from_rows`.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (Code("trust"),)),))
    >>> trust = Segment("title", 0, 5, "Trust")
    >>> lines = [as_line(CodingDecision("r1", "trust", "present", "ann", "promotes", (trust,))),
    ...          as_line(CodingDecision("r1", "", "absent", "bo"))]
    >>> records = pd.DataFrame([{"record_id": "r1", "title": "Trust", "abstract": ""}])
    >>> sheet = conflict_sheet(coding_decisions(lines), records, scheme)
    >>> sheet[["code_id", "agree_with", "person_1", "value_1", "person_2", "value_2"]].values.tolist()
    [['trust', '', 'ann', 'present', 'bo', 'absent']]
    """
    rows = []
    anew = changed_settlements(decisions)
    changed = set(zip(anew["record_id"], anew["code_id"], strict=True))
    for record_id, code_id, said, listed in positions(decisions):
        kind = CHANGED if (record_id, code_id) in changed else kind_of(said)
        is_open = kind in {"presence", "direction"} and not last_adjudication(listed)
        if said and (is_open or kind == CHANGED):
            rows.append({"record_id": record_id, "code_id": code_id, "kind": kind} | side_by_side(said))
    place = {record_id: number for number, record_id in enumerate(records["record_id"])}
    order = {code.id: number for number, code in enumerate(scheme.codes)}
    rows.sort(key=lambda row: (
        place.get(row["record_id"], len(place)), order.get(row["code_id"], len(order)), row["code_id"],
    ))  # fmt: skip
    facets = [facet.id for facet in scheme.facets]
    columns = ["record_id", "code_id", "kind", *TO_SETTLE, *facets, "round", *side_columns(rows)]
    frame = pd.DataFrame(rows, columns=columns).assign(round="adjudication")
    texts = records[["record_id", "title", "abstract"]]
    return frame.merge(texts, on="record_id", how="left").astype(object).fillna("").astype("str")
