"""What is open in a team's screening: who waits for whom, what people differ on, how far each has come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from corpus.protocol import STAGES
from corpus.screening import latest_decisions

WAITING_COLUMNS = ("record_id", "stage", "screened_by", "waits_for")
PROGRESS_COLUMNS = ("stage", "person", "assigned", "done", "to_do", "waiting", "conflicts", "unsure")
# verdicts that somebody has to settle
OPEN = ("conflict", "unsure")
CHANGED = "changed since settled"
CHANGED_COLUMNS = ("record_id", "stage", "settled_by", "settled_as", "changed")
_PLACE = ["record_id", "stage"]


def waiting_records(verdicts: pd.DataFrame, assigned: pd.DataFrame) -> pd.DataFrame:
    """Records that some but not all of their screeners have screened; nobody's verdict is shown.

    Parameters
    ----------
    verdicts, assigned : DataFrame
        As ``screening_verdicts`` and ``assignments`` give them.

    Returns
    -------
    DataFrame
        Columns record_id, stage, screened_by, waits_for (people joined by "; ").

    Examples
    --------
    >>> from corpus.screening import screening_decisions, screening_verdicts
    >>> assigned = pd.DataFrame({"record_id": "r1", "stage": "title_abstract", "person": ["ann", "bo"]})
    >>> decisions = screening_decisions([{"type": "screening", "record_id": "r1", "stage": "title_abstract",
    ...                                   "verdict": "include", "person": "ann"}])
    >>> verdicts = screening_verdicts(decisions, assigned=assigned)
    >>> waiting_records(verdicts, assigned)[["screened_by", "waits_for"]].values.tolist()
    [['ann', 'bo']]
    """
    people = assigned.groupby(["record_id", "stage"])["person"].agg(list).to_dict()
    rows = []
    for row in verdicts[verdicts["verdict"] == "waiting"].to_dict("records"):
        done = row["people"].split("; ")
        # a record that has left the stage is nobody's any more
        missing = [name for name in people.get((row["record_id"], row["stage"]), ()) if name not in done]
        if not missing:
            continue
        rows.append((row["record_id"], row["stage"], row["people"], "; ".join(missing)))
    return pd.DataFrame(rows, columns=list(WAITING_COLUMNS), dtype="str")


def open_conflicts(verdicts: pd.DataFrame, decisions: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """What somebody has to settle: conflicts and doubts, everybody's decisions side by side.

    Parameters
    ----------
    verdicts, decisions : DataFrame
        As ``screening_verdicts`` and ``screening_decisions`` give them.
    records : DataFrame
        Unique records: record_id, title, abstract.

    Returns
    -------
    DataFrame
        Columns record_id, stage, open ("conflict", "unsure", or "changed since settled": what was settled
        stands, but somebody has decided otherwise since), then person_1, verdict_1, criterion_1,
        note_1, person_2 ... for as many as there are, then title, abstract; in the order of stages and
        ``records``.

    Examples
    --------
    >>> from corpus.screening import screening_decisions, screening_verdicts
    >>> decisions = screening_decisions([{"type": "screening", "record_id": "r1", "stage": "title_abstract",
    ...     "verdict": verdict, "person": who} for who, verdict in [("ann", "include"), ("bo", "exclude")]])
    >>> records = pd.DataFrame({"record_id": ["r1"], "title": ["Time"], "abstract": ["Talk takes time."]})
    >>> found = open_conflicts(screening_verdicts(decisions), decisions, records)
    >>> found[["open", "person_1", "verdict_1", "person_2", "verdict_2"]].values.tolist()
    [['conflict', 'ann', 'include', 'bo', 'exclude']]
    """
    said: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in latest_decisions(decisions).to_dict("records"):
        said.setdefault((row["record_id"], row["stage"]), []).append(row)
    place = {record_id: number for number, record_id in enumerate(records["record_id"])}
    rows = []
    changed = outdated_settlements(decisions)
    is_changed = pd.MultiIndex.from_frame(verdicts[_PLACE]).isin(pd.MultiIndex.from_frame(changed[_PLACE]))
    is_open = verdicts["verdict"].isin(OPEN)
    shown_as = verdicts[_PLACE].assign(open=verdicts["verdict"].where(is_open, CHANGED))
    for row in shown_as[is_open | is_changed].to_dict("records"):
        shown: dict[Any, Any] = row
        for number, one in enumerate(said[(row["record_id"], row["stage"])], start=1):
            shown |= {f"{name}_{number}": one[name] for name in ("person", "verdict", "criterion", "note")}
        rows.append(shown)
    rows.sort(key=lambda row: (STAGES.index(row["stage"]), place.get(row["record_id"], len(place))))
    n_people = max((len(row) // 4 for row in rows), default=2)
    columns = [f"{name}_{number}" for number in range(1, n_people + 1)
               for name in ("person", "verdict", "criterion", "note")]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["record_id", "stage", "open", *columns]).astype(object).fillna("")
    return frame.merge(records[["record_id", "title", "abstract"]], on="record_id", how="left").astype("str")


def outdated_settlements(decisions: pd.DataFrame) -> pd.DataFrame:
    """The settled verdicts whose grounds a screener has changed since; they stand until settled anew.

    Parameters
    ----------
    decisions : DataFrame
        As ``screening_decisions`` gives them.

    Returns
    -------
    DataFrame
        Columns record_id, stage, settled_by, settled_as, changed (in words); sorted. What each screener said
        last when the record was settled is held against what they say now.

    Examples
    --------
    >>> from corpus.screening import screening_decisions
    >>> line = {"type": "screening", "record_id": "r1", "stage": "title_abstract"}
    >>> said = [line | {"person": who, "verdict": verdict, "decided_at": at, "adjudicates": who == "cy"}
    ...         for who, verdict, at in [("ann", "include", "2026-01-05"), ("bo", "exclude", "2026-01-06"),
    ...                                  ("cy", "exclude", "2026-01-07"), ("bo", "include", "2026-01-08")]]
    >>> outdated_settlements(screening_decisions(said)).values.tolist()
    [['r1', 'title_abstract', 'cy', 'exclude', 'bo: exclude → include']]
    """
    rows = []
    settling = decisions[decisions["adjudicates"].astype(bool)]
    in_order = settling.sort_values(["decided_at", "person"], kind="stable")
    settled = in_order.drop_duplicates(_PLACE, keep="last")
    own = decisions[~decisions["adjudicates"].astype(bool)]
    said = own.merge(settled[[*_PLACE, "person", "verdict", "decided_at"]], on=_PLACE, suffixes=("", "_then"))
    for (record_id, stage, by, as_what), lines in said.groupby([*_PLACE, "person_then", "verdict_then"]):
        before = lines[lines["decided_at"] <= lines["decided_at_then"]]
        then = dict(zip(before["person"], before["verdict"], strict=True))
        now = dict(zip(lines["person"], lines["verdict"], strict=True))
        changed = [f"{who}: {then[who]} → {now[who]}" for who in sorted(then) if now[who] != then[who]]
        if changed:
            rows.append((record_id, stage, by, as_what, "; ".join(changed)))
    return pd.DataFrame(rows, columns=list(CHANGED_COLUMNS)).astype("str")


def screening_progress(
    assigned: pd.DataFrame, decisions: pd.DataFrame, verdicts: pd.DataFrame, *, people: Sequence[str] = ()
) -> pd.DataFrame:
    """How far each screener has come at each stage; no verdict of anybody is shown.

    Parameters
    ----------
    assigned, decisions, verdicts : DataFrame
        As ``assignments``, ``screening_decisions`` and ``screening_verdicts`` give them.
    people : sequence of str
        The screeners in the order of the protocol; others who decided stand behind them.

    Returns
    -------
    DataFrame
        Columns stage, person, assigned, done (records screened, also beyond the assigned), to_do (assigned,
        not screened and without a verdict), waiting (screened, another has not yet), conflicts, unsure
        (screened and open).

    Examples
    --------
    >>> from corpus.screening import screening_decisions, screening_verdicts
    >>> assigned = pd.DataFrame({"record_id": "r1", "stage": "title_abstract", "person": ["ann", "bo"]})
    >>> decisions = screening_decisions([{"type": "screening", "record_id": "r1", "stage": "title_abstract",
    ...                                   "verdict": "include", "person": "ann"}])
    >>> verdicts = screening_verdicts(decisions, assigned=assigned)
    >>> found = screening_progress(assigned, decisions, verdicts)
    >>> found[["person", "done", "to_do", "waiting"]].values.tolist()
    [['ann', 1, 0, 1], ['bo', 0, 1, 0]]
    """
    own = decisions[~decisions["adjudicates"].astype(bool)]
    done = _by_person(own)
    share = _by_person(assigned)
    state = {(row["record_id"], row["stage"]): row["verdict"] for row in verdicts.to_dict("records")}
    names = [*people, *sorted({person for _, person in {*done, *share}} - set(people))]
    rows: list[tuple[object, ...]] = []
    for stage in STAGES:
        for person in names:
            screened, given = done.get((stage, person), set()), share.get((stage, person), set())
            if screened or given:
                states = [state.get((record_id, stage)) for record_id in screened]
                counts = [states.count(word) for word in ("waiting", *OPEN)]
                to_do = [
                    name for name in given - screened if state.get((name, stage), "waiting") == "waiting"
                ]
                rows.append((stage, person, len(given), len(screened), len(to_do), *counts))
    return pd.DataFrame(rows, columns=list(PROGRESS_COLUMNS)).astype(
        {name: "str" if name in ("stage", "person") else "int64" for name in PROGRESS_COLUMNS}
    )


def open_queue(
    assigned: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    person: str,
    stage: str,
    closed: Collection[str] = (),
) -> list[str]:
    """Record_ids that a person is assigned and has not screened at a stage, in the order of ``assigned``.

    ``closed`` are those that need nobody any more: settled, or screened by somebody who helped out.

    Examples
    --------
    >>> from corpus.screening import screening_decisions
    >>> assigned = pd.DataFrame({"record_id": ["r1", "r2"], "stage": "title_abstract", "person": "ann"})
    >>> decisions = screening_decisions([{"type": "screening", "record_id": "r1", "stage": "title_abstract",
    ...                                   "verdict": "include", "person": "ann"}])
    >>> open_queue(assigned, decisions, person="ann", stage="title_abstract")
    ['r2']
    """
    done = _by_person(decisions[~decisions["adjudicates"].astype(bool)]).get((stage, person), set())
    is_mine = (assigned["person"] == person) & (assigned["stage"] == stage)
    mine = assigned.loc[is_mine, "record_id"]
    return [record_id for record_id in mine if record_id not in done and record_id not in closed]


def _by_person(frame: pd.DataFrame) -> Mapping[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for stage, person, record_id in zip(frame["stage"], frame["person"], frame["record_id"], strict=True):
        found.setdefault((stage, person), set()).add(record_id)
    return found
