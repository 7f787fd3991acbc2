"""Who screens which record: drawn from the record's id and the protocol's seed, never from its place.

A record's screeners are those whose hash of (seed, stage, record, person) is highest (rendezvous hashing), so
adding records reassigns none, and a screener who joins or leaves moves no record between the others.
Source: Thaler and Ravishankar 1998, Using name-based mappings to increase hit rates, doi 10.1109/90.663936.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from itertools import islice

import pandas as pd

from corpus.protocol import ScreeningPlan, Stage

ASSIGNMENT_COLUMNS = ("record_id", "stage", "person")


def assignments(
    record_ids: Iterable[str],
    plan: ScreeningPlan,
    *,
    seed: int,
    stage: Stage = "title_abstract",
    everybody: Collection[str] = (),
) -> pd.DataFrame:
    """Each record's screeners.

    Parameters
    ----------
    record_ids : iterable of str
        Unique records that are to be screened at this stage.
    plan : ScreeningPlan
    seed : int
        The protocol's seed.
    stage : str
    everybody : collection of str
        Records that all screeners screen: the calibration rounds.

    Returns
    -------
    DataFrame
        Columns record_id, stage, person; one row per record and screener, in the order of ``record_ids`` and,
        within a record, of the plan.

    Examples
    --------
    >>> plan = ScreeningPlan("overlap", overlap=50, screeners=("ann", "bo"))
    >>> assignments(["r1", "r2", "r3"], plan, seed=1)[["record_id", "person"]].values.tolist()
    [['r1', 'ann'], ['r2', 'ann'], ['r2', 'bo'], ['r3', 'ann']]
    """
    share = plan.per_cent_twice(stage) / 100
    rows = []
    for record_id in record_ids:
        if record_id in everybody:
            chosen = set(plan.screeners)
        else:
            n_people = 1 + (draw(seed, stage, "twice", record_id) < share)
            order = sorted(plan.screeners, key=lambda person: -draw(seed, stage, "who", record_id, person))
            chosen = set(order[:n_people])
        rows += [(record_id, stage, person) for person in plan.screeners if person in chosen]
    return pd.DataFrame(rows, columns=list(ASSIGNMENT_COLUMNS), dtype="str")


def calibration_sample(
    record_ids: Iterable[str], size: int, *, seed: int, drawn: Mapping[str, int], round_: int = 1
) -> list[str]:
    """The records of a calibration round: a random sample, in which those stay that somebody decided on.

    Parameters
    ----------
    record_ids : iterable of str
        All unique records.
    size : int
        How many records the round has.
    seed : int
        The protocol's seed.
    drawn : mapping of str -> int
        Record_ids on which somebody has decided in a calibration round -> the number of the round; they stay
        in it when records are added later.
    round_ : int
        From 1; each round leaves out the records of those before it.

    Returns
    -------
    list of str
        Record_ids in the order in which they were drawn.

    Examples
    --------
    >>> first = calibration_sample(["r1", "r2", "r3", "r4"], 2, seed=1, drawn={})
    >>> calibration_sample(["r1", "r2", "r3", "r4", "r5"], 2, seed=1, drawn=dict.fromkeys(first, 1)) == first
    True
    >>> sorted(first + calibration_sample(["r1", "r2", "r3", "r4"], 2, seed=1, drawn={}, round_=2))
    ['r1', 'r2', 'r3', 'r4']
    """
    order = sorted(record_ids, key=lambda record_id: (draw(seed, "calibration", record_id), record_id))
    taken = {record_id for record_id, number in drawn.items() if number != round_}
    chosen: list[str] = []
    for number in range(1, round_ + 1):
        begun = {record_id for record_id in order if drawn.get(record_id) == number}
        rest = (record_id for record_id in order if record_id not in taken and record_id not in begun)
        filled = begun | set(islice(rest, max(0, size - len(begun))))
        chosen = [record_id for record_id in order if record_id in filled]
        taken |= filled
    return chosen


def draw(*parts: object) -> float:
    """A number from 0 up to 1 that depends on the parts alone: the same on every machine, in any order.

    Examples
    --------
    >>> draw(1, "r1") == draw(1, "r1"), draw(1, "r1") == draw(1, "r2")
    (True, False)
    """
    key = "\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass")
    # 53 bits are what a float holds exactly
    return (int.from_bytes(blake2b(key, digest_size=8).digest(), "big") >> 11) / 2**53
