"""A living review: which records came after the screening had begun."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd


def records_of_new_sources(
    records: pd.DataFrame, groups: pd.Series, decided: Collection[str], later: Collection[str] = ()
) -> list[str]:
    """Unique records that came with a source added after the screening had begun.

    They stay new, whatever is decided on others of their source; whoever asks leaves out those that are
    decided on. Of sources of which it is not known (an earlier Samsyn added them) those count that came after
    all in which somebody has decided on a record. A record that an earlier source holds too is not new. No
    clock is asked: the order of the sources says it, and what was noted when they were added.

    Parameters
    ----------
    records : DataFrame
        Every record of every source (record_id, source_id), sources in the order in which they were added.
    groups : Series
        record_id -> id of the unique record.
    decided : collection of str
        Ids of the unique records that somebody has decided on.
    later : collection of str
        The sources of which it is known that somebody had screened before they were added.

    Returns
    -------
    list of str
        Ids of unique records, in order; all of them before the first decision.

    Examples
    --------
    >>> records = pd.DataFrame({"record_id": ["a", "b", "a2", "c"],
    ...     "source_id": ["2024.ris", "2024.ris", "2025.ris", "2025.ris"]})
    >>> groups = pd.Series({"a": "a", "b": "b", "a2": "a", "c": "c"})
    >>> records_of_new_sources(records, groups, {"b"})
    ['c']
    >>> records_of_new_sources(records, groups, {"b", "c"}, later={"2025.ris"})
    ['c']
    """
    home = records.assign(unique=records["record_id"].map(groups)).drop_duplicates("unique")
    place = pd.Series(pd.factorize(records["source_id"])[0], index=records.index)[home.index]
    is_decided = home["unique"].isin(set(decided))
    last = place[is_decided].max() if is_decided.any() else -1
    is_new = (place > last) | home["source_id"].isin(set(later))
    return [str(name) for name in home.loc[is_new, "unique"]]
