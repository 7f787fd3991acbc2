"""Agreement as a table: for each stage and each pair of people, and what became of the disagreements."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pandas as pd

from coding_scheme.agreement import agreement
from coding_scheme.scheme import CodingScheme
from coding_scheme.verdicts import coding_conflicts, readers, standing_decisions

COLUMNS = ("stage", "pair", "n", "percent", "kappa", "kappa_low", "kappa_high", "ac1", "alpha", "alpha_low",
           "alpha_high", "n_conflicts", "n_settled", "confusion")  # fmt: skip
_STAGES = ("title_abstract", "full_text", "coding", "coding:direction")
_VERDICTS = ("include", "exclude", "unsure")


def agreement_rows(
    coding_decisions: pd.DataFrame, screening_decisions: pd.DataFrame, scheme: CodingScheme, *,
    seed: int = 1, n_bootstrap: int = 1000,
) -> pd.DataFrame:  # fmt: skip
    """Agreement of each pair of people, in screening and in coding.

    Screening: the first verdict of each on the records that both screened, which is what they said before
    they talked about it; adjudications apart. Coding: presence of every code of the scheme in the records
    that both read blind (without suggestions); direction where both found the code and said one. Intervals
    are drawn over records.

    Parameters
    ----------
    coding_decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.
    screening_decisions : DataFrame
        Columns record_id, stage, verdict, person, adjudicates (bool), journal_line; in the order made.
    scheme : CodingScheme
    seed, n_bootstrap : int

    Returns
    -------
    DataFrame
        Columns stage ("title_abstract", "full_text", "coding", "coding:direction"), pair, n (units), percent,
        kappa, kappa_low, kappa_high, ac1, alpha, alpha_low, alpha_high (NaN = undefined), n_conflicts,
        n_settled (units on which the two differ, and those of them that an adjudication settled), confusion
        (JSON: labels, counts with the first person's values as rows).

    Examples
    --------
    >>> from coding_scheme.decisions import coding_decisions
    >>> columns = ["record_id", "stage", "verdict", "person", "adjudicates", "journal_line"]
    >>> said = {"ann": "include", "bo": "exclude"}
    >>> screened = pd.DataFrame([("r1", "title_abstract", verdict, person, False, 1)
    ...                          for person, verdict in said.items()], columns=columns)
    >>> from corpus.protocol import Wording
    >>> rows = agreement_rows(coding_decisions([]), screened, CodingScheme("demo", Wording(en="Demo"), ()))
    >>> rows[["stage", "pair", "n", "percent", "n_conflicts"]].to_dict("records")
    [{'stage': 'title_abstract', 'pair': 'ann, bo', 'n': 1, 'percent': 0.0, 'n_conflicts': 1}]
    """
    judged = [*_screened(screening_decisions), *_coded(coding_decisions, scheme)]
    rows = []
    for stage, pair, frame, settled in judged:
        measured = agreement(frame, seed=seed, n_bootstrap=n_bootstrap)
        values = frame.groupby("unit")["value"].nunique()
        conflicts = set(values.index[values > 1])
        confusion = {
            "labels": [str(label) for label in measured.confusion.index],
            "counts": [[int(count) for count in row] for row in measured.confusion.to_numpy()],
        }
        rows.append((
            stage, ", ".join(pair), measured.n_units, measured.percent, measured.cohen_kappa,
            *measured.kappa_interval, measured.ac1, measured.krippendorff_alpha,
            *measured.alpha_interval, len(conflicts), len(conflicts & settled),
            json.dumps(confusion, ensure_ascii=False),
        ))  # fmt: skip
    rows.sort(key=lambda row: (_STAGES.index(row[0]) if row[0] in _STAGES else len(_STAGES), row[0], row[1]))
    numbers = {"n": "int64", "n_conflicts": "int64", "n_settled": "int64", "stage": "str", "pair": "str",
               "confusion": "str"}  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {name: numbers.get(name, "float64") for name in COLUMNS}
    )


Judged = tuple[str, tuple[str, str], pd.DataFrame, set[Any]]


def _screened(decisions: pd.DataFrame) -> list[Judged]:
    judged: list[Judged] = []
    if decisions.empty:
        return judged
    # an adjudication is no reading of one's own
    adjudicates = decisions["adjudicates"].astype(bool)
    own = decisions[~adjudicates].drop_duplicates(["stage", "person", "record_id"], keep="first")
    own = own[own["verdict"].isin(_VERDICTS)]
    for stage, rows in own.groupby("stage"):
        settled = _settled(decisions[adjudicates & (decisions["stage"] == stage)])
        for pair in combinations(sorted(rows["person"].unique()), 2):
            both = rows[rows["person"].isin(pair)]
            both = both[both.groupby("record_id")["person"].transform("size") == 2]
            if not both.empty:
                frame = both.rename(columns={"record_id": "unit", "person": "coder", "verdict": "value"})
                judged.append((str(stage), pair, frame[["unit", "coder", "value"]], settled))
    return judged


def _settled(adjudications: pd.DataFrame) -> set[Any]:
    """The records on which whoever settled last is not unsure."""
    order = [name for name in ("decided_at", "person") if name in adjudications]
    last = adjudications.sort_values(order, kind="stable").drop_duplicates("record_id", keep="last")
    return set(last.loc[last["verdict"] != "unsure", "record_id"])


def _coded(decisions: pd.DataFrame, scheme: CodingScheme) -> list[Judged]:
    judged: list[Judged] = []
    standing = standing_decisions(decisions)
    if standing.empty:
        return judged
    read_by = readers(decisions, ("blind",))
    blind = standing[standing["round"] == "blind"]
    said = {(row["person"], row["record_id"], row["code_id"]): (row["value"], row["direction"])
            for row in blind.to_dict("records")}  # fmt: skip
    adjudicated = standing[standing["round"] == "adjudication"]
    settled = _units(adjudicated) - _units(coding_conflicts(decisions))
    codes = [code.id for code in scheme.codes]
    people = sorted({person for names in read_by.values() for person in names})
    for pair in combinations(people, 2):
        shared = sorted(record for record, names in read_by.items() if set(pair) <= set(names))
        positions = [
            (f"{record} {code}", record, person, *said.get((person, record, code), ("absent", "")))
            for record in shared for code in codes for person in pair
        ]  # fmt: skip
        if not positions:
            continue
        frame = pd.DataFrame(positions, columns=["unit", "group", "coder", "value", "direction"])
        judged.append(("coding", pair, frame[["unit", "group", "coder", "value"]], settled))
        present = frame[(frame["value"] == "present") & (frame["direction"] != "")]
        present = present[present.groupby("unit")["coder"].transform("size") == 2]
        if not present.empty:
            directions = present[["unit", "group", "coder", "direction"]].rename(
                columns={"direction": "value"}
            )
            judged.append(("coding:direction", pair, directions, settled))
    return judged


def _units(frame: pd.DataFrame) -> set[Any]:
    return {f"{record} {code}" for record, code in zip(frame["record_id"], frame["code_id"], strict=True)}
