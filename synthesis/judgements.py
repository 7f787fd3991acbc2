"""Judgements: what people judge of a study, a finding or a review finding; settled, never computed.

Of what a judgement is, its item says:

====================================  =============================  =======================================
item                                  about                          value
====================================  =============================  =======================================
an appraisal item of the protocol     record_id of a report          yes, no, can't tell, not applicable
credibility                           finding_id (``findings``)      unequivocal, credible, unsupported
methodological_limitations,           id of a review finding         no or very minor, minor, moderate,
coherence, adequacy, relevance        (``synthesis.yaml``)           serious (concerns)
confidence                            id of a review finding         high, moderate, low, very low
====================================  =============================  =======================================

The components and the confidence are those of GRADE-CERQual (Lewin et al. 2018, doi
10.1186/s13012-017-0689-2); each needs an explanation. Credibility is ConQual's (Munn et al. 2014, doi
10.1186/1471-2288-14-108). A line of the journal ``decisions/judgements/<person>.jsonl`` holds one
judgement; a later line overrides only the same person's earlier one, and "withdrawn" takes it back.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from corpus.errors import ReviewError

ANSWERS = ("yes", "no", "can't tell", "not applicable")
CREDIBILITY = "credibility"
CREDIBILITIES = ("unequivocal", "credible", "unsupported")
COMPONENTS = ("methodological_limitations", "coherence", "adequacy", "relevance")
CONCERNS = ("no or very minor", "minor", "moderate", "serious")
CONFIDENCE = "confidence"
LEVELS = ("high", "moderate", "low", "very low")
WITHDRAWN = "withdrawn"
IN_CONFLICT = "in conflict"

TEXTS = ("about", "item", "value", "explanation", "person", "decided_at")
JUDGEMENT_COLUMNS = [*TEXTS, "adjudicates"]
SETTLED_COLUMNS = [
    "about", "item", "value", "explanation", "people", "settled_by", "decided_at", "positions",
]  # fmt: skip


def known_values(item: str) -> tuple[str, ...]:
    """The values that a judgement on an item may have.

    Examples
    --------
    >>> known_values("confidence"), known_values("A1")[:2]
    (('high', 'moderate', 'low', 'very low'), ('yes', 'no'))
    """
    if item == CREDIBILITY:
        return CREDIBILITIES
    if item == CONFIDENCE:
        return LEVELS
    return CONCERNS if item in COMPONENTS else ANSWERS


def needs_explanation(item: str) -> bool:
    """Whether a value says nothing without the reason for it: all of GRADE-CERQual's."""
    return item == CONFIDENCE or item in COMPONENTS


def judgements(lines: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The judgements among the lines of a journal: each person's latest on each item of each thing.

    Parameters
    ----------
    lines : iterable of mappings
        From ``corpus.journal.read``; lines of another type are left out.

    Returns
    -------
    DataFrame
        Columns about, item, value, explanation, person, decided_at, adjudicates (bool);
        sorted by about, item, person.

    Examples
    --------
    >>> line = {"type": "judgement", "about": "r1", "item": "A1", "value": "no", "person": "ann"}
    >>> judgements([line, line | {"value": "yes"}])["value"].tolist()
    ['yes']
    >>> len(judgements([line, line | {"value": "withdrawn"}]))
    0
    """
    latest: dict[tuple[str, str, str, bool], dict[str, Any]] = {}
    for line in lines:
        if line.get("type") == "judgement":
            row: dict[str, Any] = {name: str(line.get(name, "")) for name in TEXTS}
            row["adjudicates"] = line.get("adjudicates") is True
            latest[row["about"], row["item"], row["person"], row["adjudicates"]] = row
    rows = [row for _, row in sorted(latest.items()) if row["value"] != WITHDRAWN]
    frame = pd.DataFrame(rows, columns=JUDGEMENT_COLUMNS)
    return frame.astype({**dict.fromkeys(TEXTS, "str"), "adjudicates": bool})


def settled_judgements(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per item of each thing: what all agree on or somebody settled, else "in conflict".

    People who agree on the value may explain it in their own words: all explanations are kept, each once.

    Parameters
    ----------
    frame : DataFrame
        From :func:`judgements`.

    Returns
    -------
    DataFrame
        Columns about, item, value, explanation, people ("; "), settled_by ("" or who did), decided_at (the
        latest), positions ("" or who says what, of a conflict); sorted by about and item.

    Examples
    --------
    >>> line = {"type": "judgement", "about": "r1", "item": "A1"}
    >>> lines = [line | {"value": "yes", "person": "ann"}, line | {"value": "no", "person": "bo"}]
    >>> settled_judgements(judgements(lines))[["value", "positions"]].values.tolist()
    [['in conflict', 'ann: yes; bo: no']]
    >>> lines.append(line | {"value": "no", "person": "cy", "adjudicates": True})
    >>> settled_judgements(judgements(lines))[["value", "people", "settled_by"]].values.tolist()
    [['no', 'ann; bo', 'cy']]
    """
    together: dict[tuple[str, str], list[dict[Hashable, Any]]] = {}
    for row in frame.sort_values(["about", "item"], kind="stable").to_dict("records"):
        together.setdefault((row["about"], row["item"]), []).append(row)
    rows = []
    for (about, item), given in together.items():
        own = [row for row in given if not row["adjudicates"]]
        settling = [row for row in given if row["adjudicates"]]
        speaking = settling or own
        agreed = len({row["value"] for row in speaking}) == 1
        explained = dict.fromkeys(row["explanation"] for row in speaking if row["explanation"])
        rows.append({
            "about": about,
            "item": item,
            "value": speaking[0]["value"] if agreed else IN_CONFLICT,
            "explanation": " / ".join(explained) if agreed else "",
            "people": "; ".join(row["person"] for row in own),
            "settled_by": "; ".join(row["person"] for row in settling),
            "decided_at": max(row["decided_at"] for row in given),
            "positions": "" if agreed else "; ".join(f"{row['person']}: {row['value']}" for row in speaking),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=SETTLED_COLUMNS).astype("str")


def require_whole(settled: pd.DataFrame) -> None:
    """Stop when a value is not known, or one of GRADE-CERQual's stands without an explanation.

    Raises
    ------
    ReviewError

    Examples
    --------
    >>> line = {"type": "judgement", "about": "RF1", "item": "confidence", "value": "high", "person": "ann"}
    >>> require_whole(settled_judgements(judgements([line])))
    Traceback (most recent call last):
    ...
    corpus.errors.ReviewError: decisions/judgements (ann): The confidence of RF1 is said to be ...
    """
    for row in settled.to_dict("records"):
        where = f"decisions/judgements ({row['settled_by'] or row['people']})"
        known = known_values(row["item"])
        if row["value"] not in (*known, IN_CONFLICT):
            raise ReviewError(
                f"{row['value']!r} is not a value of {row['item']} (about {row['about']}).",
                where=where,
                next_step=f"Known: {', '.join(known)}. Judge it again: samsyn judge FILE.csv",
            )
        if needs_explanation(row["item"]) and not row["explanation"].strip() and not row["positions"]:
            raise ReviewError(
                f"The {row['item']} of {row['about']} is said to be {row['value']!r} without an explanation.",
                where=where,
                next_step="Judge it again with its explanation: samsyn judge FILE.csv",
            )
