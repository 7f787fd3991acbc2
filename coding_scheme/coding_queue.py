"""What a coder should look at next, and why.

In order: the records of the reliability sample that one has not read blind; where the classifier is least
sure; records in which codes with few examples may stand; the disagreements that wait; then the records nobody
has read. Nothing is said of a record that one has still to read blind.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from coding_scheme.classifier import ENOUGH_PRESENT, CodeClassifier
from coding_scheme.coding_sheets import coding_sample
from coding_scheme.scheme import CodingScheme
from coding_scheme.verdicts import coding_conflicts, standing_decisions

QUEUE_COLUMNS = ("place", "record_id", "code_id", "kind", "reason", "probability", "hidden")
BLIND_SHARE, BLIND_AT_LEAST = 0.1, 10
# how near to the bar, in log odds, the classifier is called unsure
UNSURE_WITHIN = 1.0
UNSURE_AT_MOST = 20
# records to look at for each code with few examples
FEW_EACH = 3
# record_id, code_id, kind, reason, probability
_Row = tuple[str, str, str, str, float]
_WORDS = {
    "blind": ("reliability sample: read it blind, without suggestions",
              "pålidelighedsprøve: læs den blindt, uden forslag"),
    "disagreement": ("people differ: {}", "I er uenige: {}"),
    "unsure": ("the classifier is unsure: {:.0%} in “{}”", "klassifikatoren er usikker: {:.0%} i “{}”"),
    "few examples": ("{} has {} of {} examples; the scheme's words stand here",
                     "{} har {} af {} eksempler; kodeskemaets ord står her"),
    "unread": ("nobody has coded it", "ingen har kodet den"),
}  # fmt: skip


def blind_sample(record_ids: list[str], *, seed: int) -> list[str]:
    """The records that everybody reads blind, so that agreement can be measured: a tenth, at least ten.

    Drawn by a hash of seed and record_id, so that records which come later hardly change who was drawn.

    Parameters
    ----------
    record_ids : list of str
        In any order.
    seed : int

    Returns
    -------
    list of str
        In the order drawn.

    Examples
    --------
    >>> names = [f"r{number}" for number in range(50)]
    >>> blind_sample(names, seed=1) == blind_sample(names[::-1], seed=1), len(blind_sample(names, seed=1))
    (True, 10)
    """
    names = set(record_ids)
    return coding_sample(names, max(BLIND_AT_LEAST, math.ceil(BLIND_SHARE * len(names))), seed=seed)


def unread_sample(record_ids: list[str], decisions: pd.DataFrame, person: str, *, seed: int) -> list[str]:
    """The part of the reliability sample that a person has not read yet, in the order drawn."""
    own = set(decisions.loc[decisions["person"] == person, "record_id"])
    return [name for name in blind_sample(record_ids, seed=seed) if name not in own]


def coding_queue(
    records: pd.DataFrame,
    decisions: pd.DataFrame,
    scheme: CodingScheme,
    person: str,
    *,
    classifier: CodeClassifier | None = None,
    suggestions: pd.DataFrame | None = None,
    seed: int = 1,
    language: str = "en",
) -> pd.DataFrame:
    """What a person should look at next, and why.

    Parameters
    ----------
    records : DataFrame
        Column record_id: those to be coded.
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.
    scheme : CodingScheme
    person : str
    classifier : CodeClassifier, optional
        That has learned from the decisions.
    suggestions : DataFrame, optional
        Of the rules; where codes with few examples may stand.
    seed : int
        Draws the reliability sample.
    language : str
        "en" or "da", of the reasons.

    Returns
    -------
    DataFrame
        Columns place (from 1), record_id, code_id ("" for the whole record), kind ("blind", "unsure",
        "few examples", "disagreement", "unread"), reason (in words), probability (of the classifier, else
        NaN), hidden (whether suggestions must not be shown). A record and code stands there once; a record
        that one has read oneself stands there only for disagreements.

    Examples
    --------
    >>> from coding_scheme.decisions import coding_decisions
    >>> from corpus.protocol import Wording
    >>> records = pd.DataFrame({"record_id": ["r1", "r2"]})
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), ())
    >>> queue = coding_queue(records, coding_decisions([]), scheme, "ann")
    >>> sorted(queue["record_id"]), queue["kind"].unique().tolist(), queue["hidden"].unique().tolist()
    (['r1', 'r2'], ['blind'], [True])
    """
    which = 1 if language == "da" else 0
    words = {kind: both[which] for kind, both in _WORDS.items()}
    names = sorted({str(name) for name in records["record_id"]})
    blind = unread_sample(names, decisions, person, seed=seed)
    standing = standing_decisions(decisions)
    own = set(standing.loc[standing["person"] == person, "record_id"])
    open_to_all = [name for name in names if name not in set(blind)]
    waiting = set(open_to_all) - own
    rows: list[_Row] = [(name, "", "blind", words["blind"], np.nan) for name in blind]
    if classifier is not None:
        rows += _unsure(classifier, waiting, words["unsure"])
        if suggestions is not None:
            rows += _few(classifier, suggestions, waiting, words["few examples"])
    conflicts = coding_conflicts(decisions)
    for each in conflicts[conflicts["record_id"].isin(open_to_all)].to_dict("records"):
        said = words["disagreement"].format(each["positions"])
        rows.append((each["record_id"], each["code_id"], "disagreement", said, np.nan))
    coded = set(standing["record_id"])
    rows += [(name, "", "unread", words["unread"], np.nan) for name in names if name in waiting - coded]
    frame = pd.DataFrame(rows, columns=["record_id", "code_id", "kind", "reason", "probability"])
    frame = frame.drop_duplicates(["record_id", "code_id"], ignore_index=True)
    frame["hidden"] = frame["kind"] == "blind"
    frame["place"] = np.arange(1, len(frame) + 1)
    texts = dict.fromkeys(("record_id", "code_id", "kind", "reason"), "str")
    return frame[list(QUEUE_COLUMNS)].astype({**texts, "probability": "float64", "hidden": "bool"})


def _unsure(classifier: CodeClassifier, waiting: set[str], words: str) -> list[_Row]:
    """For each record and code the sentence nearest to the bar, the nearest first."""
    texts, names = classifier.sentences["text"].tolist(), classifier.sentences["record_id"].tolist()
    asked = classifier.sentences["record_id"].isin(waiting).to_numpy()
    found: list[tuple[float, str, str, int, float]] = []
    for code_id, column in classifier.probabilities().items():
        probability = column.to_numpy()
        bar = np.array([classifier.bar(str(code_id))])
        away = np.abs(_log_odds(probability) - _log_odds(bar)).round(4)
        for row in np.flatnonzero(asked & (away <= UNSURE_WITHIN)).tolist():
            found.append((float(away[row]), names[row], str(code_id), row, float(probability[row])))
    nearest: dict[tuple[str, str], _Row] = {}
    for _, record_id, code_id, row, likely in sorted(found):
        reason = words.format(likely, _short(texts[row]))
        nearest.setdefault((record_id, code_id), (record_id, code_id, "unsure", reason, likely))
    return list(nearest.values())[:UNSURE_AT_MOST]


def _few(classifier: CodeClassifier, suggestions: pd.DataFrame, waiting: set[str], words: str) -> list[_Row]:
    """For each code that the classifier is silent on the records in which the rules are surest of it."""
    rows: list[_Row] = []
    silent = classifier.codes[~classifier.codes["speaks"].astype(bool)]
    ordered = suggestions[suggestions["record_id"].isin(waiting)].sort_values(
        ["score", "record_id", "start"], ascending=[False, True, True], kind="stable"
    )
    for code in silent.sort_values(["n_present", "code_id"]).to_dict("records"):
        here = (
            ordered.loc[ordered["code_id"] == code["code_id"], "record_id"].drop_duplicates().head(FEW_EACH)
        )
        reason = words.format(code["code_id"], min(code["n_present"], ENOUGH_PRESENT), ENOUGH_PRESENT)
        rows += [(str(name), code["code_id"], "few examples", reason, np.nan) for name in here]
    return rows


def _log_odds(probability: np.ndarray) -> np.ndarray:
    bounded = probability.clip(1e-4, 1 - 1e-4)
    return np.log(bounded / (1 - bounded))


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79].rstrip()}…"
