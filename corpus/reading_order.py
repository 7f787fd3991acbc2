"""The screened sequence: in which order the records were read, and which of them are relevant."""

from __future__ import annotations

import pandas as pd

from corpus.screening import latest_decisions

READING_COLUMNS = ("record_id", "relevant", "settled")


def reading_order(decisions: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """The records read at title and abstract, in the order of the first decision on each.

    One person's decisions stand in the order of their journal. Several people's are merged by the time of the
    decision, without ever turning a person's own order round (a clock set back is taken to have stood still);
    decisions of one time stand person by person. However a record came to be read (ranked, drawn at random,
    known beforehand), it counts from the moment of its first decision. Relevant records that were known
    beforehand and decided on first make the ranking look better than it was: the odds go by that, the tail
    test and the guard do not.

    Parameters
    ----------
    decisions : DataFrame
        As ``screening_decisions`` gives, in the order of the journals.
    verdicts : DataFrame
        As ``screening_verdicts`` gives.

    Returns
    -------
    DataFrame
        Columns record_id, relevant, settled (verdict include or exclude). One row per record. What is not
        settled (unsure, in conflict, waiting for a second screener) counts as relevant, unless all that was
        said of it so far is exclude.

    Examples
    --------
    >>> from corpus.screening import screening_decisions, screening_verdicts
    >>> said = [("ann", "r1", "exclude", "T1"), ("ann", "r3", "include", "T4"),
    ...         ("bo", "r2", "unsure", "T2"), ("bo", "r1", "exclude", "T3")]
    >>> lines = [{"type": "screening", "person": person, "record_id": record, "verdict": verdict,
    ...           "stage": "title_abstract", "decided_at": time} for person, record, verdict, time in said]
    >>> decisions = screening_decisions(lines)
    >>> reading_order(decisions, screening_verdicts(decisions)).values.tolist()
    [['r1', 0, True], ['r2', 1, False], ['r3', 1, True]]
    """
    first = decisions[decisions["stage"] == "title_abstract"].reset_index(drop=True)
    clock: dict[str, str] = {}
    times = []
    for person, time in zip(first["person"], first["decided_at"], strict=True):
        clock[person] = max(clock.get(person, ""), time)
        times.append(clock[person])
    ordered = first.assign(time=times, place=range(len(first))).sort_values(["time", "person", "place"])
    read = ordered["record_id"].drop_duplicates()
    stage = verdicts[verdicts["stage"] == "title_abstract"]
    verdict = read.map(dict(zip(stage["record_id"], stage["verdict"], strict=True)))
    settled = verdict.isin(["include", "exclude"])
    said = latest_decisions(first[~first["adjudicates"]])
    not_excluded = set(said.loc[said["verdict"] != "exclude", "record_id"])
    return pd.DataFrame(
        {
            "record_id": read.to_numpy(),
            "relevant": verdict.eq("include").where(settled, read.isin(not_excluded)).astype(int).to_numpy(),
            "settled": settled.to_numpy(),
        }
    )
