"""Decisions made under earlier versions of the coding scheme, seen from today's; the journal is untouched.

Decisions on a renamed code count for its new name, those on merged codes for the code they became, of each
person together. Decisions on a code that was split, or is gone, wait for a person: they are listed as stale,
and their record counts as read. Decisions on a code whose meaning changed still count and are listed as
stale. A later decision of the same person under today's meaning, or an adjudication, ends that.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from coding_scheme.changelog import version_parts
from coding_scheme.scheme import CodingScheme
from coding_scheme.scheme_changes import Fate, fate_of
from coding_scheme.verdicts import standing_decisions, standing_readings

HASH_LETTERS = 12
STALE_COLUMNS = (
    "record_id", "code_id", "now", "why", "value", "direction", "person", "round", "scheme_version",
    "decided_at", "journal_line",
)  # fmt: skip
_UNIT = ("person", "round", "reading", "record_id", "code_id")
_DIFFERING = "the codes that were merged had different directions"
_NOWHERE = {
    "value": "unclear",
    "direction": "",
    "field": "",
    "start": -1,
    "end": -1,
    "text": "",
    "finding": "",
}


def in_todays_codes(
    decisions: pd.DataFrame, scheme: CodingScheme, kept: Mapping[str, CodingScheme] | None = None
) -> pd.DataFrame:
    """Coding decisions of all versions in the codes of one.

    Parameters
    ----------
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.
    scheme : CodingScheme
        The version to see them in; its changelog says what became of earlier codes.
    kept : mapping, optional
        Earlier versions by the first 12 letters of their hash, so that words can be compared.

    Returns
    -------
    DataFrame
        The same columns. Of merged codes one decision per person, round and record: present where one of
        them is, with the segments of all; "mixed" where their directions differ.

    Examples
    --------
    >>> from coding_scheme.changelog import SchemeChange
    >>> from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> change = SchemeChange("2.0", merged={"silos": "barriers"})
    >>> ties = Theme("ties", (Code("barriers"),))
    >>> scheme = CodingScheme("s", Wording(), (ties,), version="2.0", changelog=(change,))
    >>> words = (Segment("title", 0, 5, "Silos"),)
    >>> old = CodingDecision("r1", "silos", "present", "ann", "hinders", words, scheme_version="1.0")
    >>> seen = in_todays_codes(coding_decisions([as_line(old)]), scheme)
    >>> seen[["code_id", "value", "direction"]].values.tolist()
    [['barriers', 'present', 'hinders']]
    """
    fates = _fates(decisions, scheme, kept or {})
    codes = decisions["code_id"]
    if all(fate.now == (code,) and not fate.merged for fate, code in zip(fates, codes, strict=True)):
        return decisions
    now = pd.Series([fate.now[0] if len(fate.now) == 1 else "" for fate in fates], index=decisions.index)
    merged = pd.Series([fate.merged for fate in fates], index=decisions.index, dtype=bool)
    homeless = pd.Series([len(fate.now) != 1 for fate in fates], index=decisions.index, dtype=bool)
    carried = decisions.assign(code_id=now.astype("str"))
    for name, value in _NOWHERE.items():
        carried[name] = carried[name].mask(homeless, value)
    before = standing_readings(decisions[merged])
    if len(before):
        before["now"] = before["code_id"].map(dict(zip(codes, now, strict=True)))
        unit = [*(name for name in _unit(before) if name != "code_id"), "now"]
        joined = [_joined(rows) for _, rows in before.groupby(unit, sort=True)]
        carried = pd.concat([carried[~merged], *joined], ignore_index=True)
    else:
        carried = carried[~merged].reset_index(drop=True)
    return carried[list(decisions.columns)].astype(decisions.dtypes.to_dict())


def stale_decisions(
    decisions: pd.DataFrame, scheme: CodingScheme, kept: Mapping[str, CodingScheme] | None = None
) -> pd.DataFrame:
    """The standing decisions that a person must look at again since the scheme changed.

    Parameters
    ----------
    decisions, scheme, kept
        As for :func:`in_todays_codes`; decisions as they were made.

    Returns
    -------
    DataFrame
        Columns record_id, code_id (as decided), now (ids today, joined by "; "), why, value, direction,
        person, round, scheme_version, decided_at, journal_line; one row per decision, sorted by record_id,
        code_id, person.

    Examples
    --------
    >>> from coding_scheme.changelog import SchemeChange
    >>> from coding_scheme.decisions import CodingDecision, as_line, coding_decisions
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> change = SchemeChange("2.0", meaning=("trust",))
    >>> ties = Theme("ties", (Code("trust"),))
    >>> scheme = CodingScheme("s", Wording(), (ties,), version="2.0", changelog=(change,))
    >>> old = as_line(CodingDecision("r1", "trust", "absent", "ann", scheme_version="1.0"))
    >>> stale_decisions(coding_decisions([old]), scheme)[["person", "why"]].values.tolist()
    [['ann', 'its meaning changed in version 2.0']]
    >>> new = as_line(CodingDecision("r1", "trust", "absent", "ann", scheme_version="2.0"))
    >>> len(stale_decisions(coding_decisions([old, new]), scheme))
    0
    """
    standing = standing_decisions(decisions)
    standing = standing.drop_duplicates(_unit(standing), ignore_index=True)
    fates = _fates(standing, scheme, kept or {})
    unsure = _differing(standing, fates)
    fresh = {
        (row["record_id"], row["code_id"], who)
        for row, fate in zip(standing.to_dict("records"), fates, strict=True)
        if fate == Fate((row["code_id"],))
        for who in {row["person"], "adjudication" if row["round"] == "adjudication" else row["person"]}
    }
    rows = []
    for number, (row, fate) in enumerate(zip(standing.to_dict("records"), fates, strict=True)):
        why = fate.why or (_DIFFERING if number in unsure else "")
        again = {
            (row["record_id"], code, who) for code in fate.now for who in (row["person"], "adjudication")
        }
        if why and not again & fresh:
            rows.append({**row, "now": "; ".join(fate.now), "why": why})
    frame = pd.DataFrame(rows, columns=list(STALE_COLUMNS))
    frame = frame.astype({name: "int64" if name == "journal_line" else "str" for name in STALE_COLUMNS})
    return frame.sort_values(["record_id", "code_id", "person", "round"], kind="stable", ignore_index=True)


def fresh_decisions(
    decisions: pd.DataFrame, scheme: CodingScheme, kept: Mapping[str, CodingScheme] | None = None
) -> tuple[pd.DataFrame, int]:
    """The decisions that say what today's scheme asks, and how many standing ones do not.

    Parameters
    ----------
    decisions : DataFrame
        From :func:`in_todays_codes`.
    scheme, kept
        As there.

    Returns
    -------
    (DataFrame, int)
        The rows on codes that mean what they meant when these were written; how many standing decisions were
        left out.

    Examples
    --------
    >>> from coding_scheme.changelog import SchemeChange
    >>> from coding_scheme.decisions import CodingDecision, as_line, coding_decisions
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> ties = Theme("ties", (Code("trust"), Code("power")))
    >>> change = SchemeChange("2.0", meaning=("trust",))
    >>> scheme = CodingScheme("s", Wording(), (ties,), version="2.0", changelog=(change,))
    >>> old = [as_line(CodingDecision("r1", code, "absent", "ann", scheme_version="1.0"))
    ...        for code in ("trust", "power")]
    >>> fresh, n_left_out = fresh_decisions(coding_decisions(old), scheme)
    >>> fresh["code_id"].tolist(), n_left_out
    (['power'], 1)
    """
    changed = changed_since(decisions, scheme, kept)
    versions = zip(decisions["scheme_version"], decisions["scheme_hash"], strict=True)
    stale = pd.Series(
        [code in changed[version] for code, version in zip(decisions["code_id"], versions, strict=True)],
        index=decisions.index, dtype=bool,
    )  # fmt: skip
    if not stale.any():
        return decisions, 0
    standing = standing_decisions(decisions)
    left_out = standing[standing["line_id"].isin(set(decisions.loc[stale, "line_id"]))]
    return decisions[~stale].reset_index(drop=True), len(left_out.drop_duplicates(_unit(left_out)))


def changed_since(
    decisions: pd.DataFrame, scheme: CodingScheme, kept: Mapping[str, CodingScheme] | None = None
) -> dict[tuple[str, str], frozenset[str]]:
    """For each (scheme_version, scheme_hash) of decisions today's codes that meant something else then, or
    were not there: who was silent on them did not say that they are absent.
    """  # fmt: skip
    versions = dict.fromkeys(zip(decisions["scheme_version"], decisions["scheme_hash"], strict=True))
    today = {code.id for code in scheme.codes}
    found = {}
    for version, digest in versions:
        old = (kept or {}).get(digest[:HASH_LETTERS])
        if digest == scheme.hash:
            found[version, digest] = frozenset[str]()
            continue
        since = version or (old.version if old else "")
        entries = [entry for entry in scheme.changelog if version_parts(entry.version) > version_parts(since)]
        named = {name for entry in entries for name in (*entry.split, *entry.renamed, *entry.merged)}
        then = {code.id for code in old.codes} if old else today | named
        fates = {name: fate_of(name, since, scheme, old) for name in then}
        stale = {now for fate in fates.values() if fate.why for now in fate.now}
        # without the scheme of then its changelog alone says which codes are new
        new = today - {now for fate in fates.values() for now in fate.now} if old else set()
        added = {name for entry in entries for name in entry.added}
        found[version, digest] = frozenset((stale | new | added) & today)
    return found


def _unit(decisions: pd.DataFrame) -> list[str]:
    return [name for name in _UNIT if name in decisions.columns]


def _fates(decisions: pd.DataFrame, scheme: CodingScheme, kept: Mapping[str, CodingScheme]) -> list[Fate]:
    own = scheme.hash
    known: dict[tuple[str, str, str], Fate] = {}
    keys = list(zip(decisions["code_id"], decisions["scheme_version"], decisions["scheme_hash"], strict=True))
    for code_id, version, digest in dict.fromkeys(keys):
        if digest == own and any(code.id == code_id for code in scheme.codes):
            fate = Fate((code_id,))
        else:
            old = kept.get(digest[:HASH_LETTERS])
            fate = fate_of(code_id, version or (old.version if old else ""), scheme, old)
        known[code_id, version, digest] = fate
    return [known[key] for key in keys]


def _joined(rows: pd.DataFrame) -> pd.DataFrame:
    """Of a person's decisions on codes that were merged the one that they make together."""
    value = next(each for each in ("present", "unclear", "absent") if each in set(rows["value"]))
    kept = rows[rows["value"] == value].drop_duplicates(["field", "start", "end", "finding"])
    directions = [each for each in dict.fromkeys(kept["direction"]) if each]
    return kept.assign(
        code_id=rows["now"].iloc[0],
        direction="mixed" if len(directions) > 1 else "".join(directions),
        note="; ".join(note for note in dict.fromkeys(rows["note"]) if note),
        journal_line=rows["journal_line"].max(),
    )


def _differing(standing: pd.DataFrame, fates: list[Fate]) -> set[int]:
    """The rows whose merged codes were given different directions by the same person."""
    units: dict[tuple[str, ...], list[int]] = {}
    for number, (row, fate) in enumerate(zip(standing.to_dict("records"), fates, strict=True)):
        if fate.merged and row["value"] == "present" and row["direction"]:
            key = (row["person"], row["round"], row["record_id"], *fate.now)
            units.setdefault(key, []).append(number)
    directions = standing["direction"].tolist()
    return {
        number
        for numbers in units.values()
        if len({directions[number] for number in numbers}) > 1
        for number in numbers
    }
