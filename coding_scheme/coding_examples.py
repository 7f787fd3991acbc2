"""What people's decisions say of each sentence: the examples that a classifier may learn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from coding_scheme.carried import changed_since, fresh_decisions
from coding_scheme.scheme import CodingScheme
from coding_scheme.verdicts import coded_segments, coding_conflicts, standing_decisions

PRESENT, ABSENT, UNKNOWN = 1, 0, -1


def coding_examples(
    sentences: pd.DataFrame,
    decisions: pd.DataFrame,
    scheme: CodingScheme,
    kept: Mapping[str, CodingScheme] | None = None,
) -> np.ndarray:
    """For each sentence and code what people decided, if they did.

    A sentence is an example of a code where a standing decision says so with a segment that shares at least
    half of the shorter of the two with it. It is a counter-example where the record was finished for that
    code: somebody decided on the code, read the record blind (what a blind reader is silent on is absent), or
    said that there is nothing to code. Where people differ on presence, or are unclear, or no segment can be
    found in the text, nothing is known. Adjudication settles; withdrawn decisions are forgotten; suggestions
    never count. Nor do decisions made before a code came to mean something else, nor the silence on it then.

    Parameters
    ----------
    sentences : DataFrame (n_sentences rows)
        From :func:`~coding_scheme.sentence_rows.sentence_rows`.
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.
    scheme : CodingScheme
    kept : mapping, optional
        Earlier schemes by the first 12 letters of their hash, as for :func:`coding_scheme.in_todays_codes`.

    Returns
    -------
    array of int8 (n_sentences, n_codes)
        1 present, 0 absent, -1 not known; codes in the order of ``scheme.codes``.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
    >>> from coding_scheme.scheme import Code, Theme
    >>> from coding_scheme.sentence_rows import sentence_rows
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (Code("trust"), Code("power"))),))
    >>> sentences = sentence_rows(pd.DataFrame([{"record_id": "r1", "abstract": "We met. Trust grew."}]))
    >>> trust = Segment("abstract", 8, 19, "Trust grew.")
    >>> present = CodingDecision("r1", "trust", "present", "ann", "promotes", (trust,), round="assisted")
    >>> coding_examples(sentences, coding_decisions([as_line(present)]), scheme).tolist()
    [[0, -1], [1, -1]]
    """
    column_of = {code.id: column for column, code in enumerate(scheme.codes)}
    labels = np.full((len(sentences), len(column_of)), UNKNOWN, dtype=np.int8)
    if decisions.empty or sentences.empty:
        return labels
    rows_of = {str(name): np.asarray(rows) for name, rows in sentences.groupby("record_id").indices.items()}
    changed = changed_since(decisions, scheme, kept)
    decisions, _ = fresh_decisions(decisions, scheme, kept)
    standing = standing_decisions(decisions)
    conflicts = coding_conflicts(decisions)
    contested = conflicts[conflicts["kind"] == "presence"]
    # a decision on a code that was split has no code until a person decides anew, and is no reading of others
    nothing = (standing["code_id"] == "") & (standing["value"] == "absent")
    whole = standing[nothing | (standing["round"] == "blind")]
    read = whole[["record_id", "scheme_version", "scheme_hash"]].drop_duplicates()
    for record_id, version, digest in sorted(read.itertuples(index=False, name=None)):
        if record_id in rows_of:
            same = [column for name, column in column_of.items() if name not in changed[version, digest]]
            labels[np.ix_(rows_of[record_id], np.array(same, dtype=int))] = ABSENT
    for record_id, code_id in _pairs(standing):
        if record_id in rows_of and code_id in column_of:
            labels[rows_of[record_id], column_of[code_id]] = ABSENT
    settled = coded_segments(decisions)
    only_direction = _pairs(conflicts[conflicts["kind"] == "direction"])
    differing = [
        pair in only_direction for pair in zip(standing["record_id"], standing["code_id"], strict=True)
    ]
    places = ["record_id", "code_id", "field", "start", "end", "text"]
    # agreed on being present, though not on the direction
    present = pd.concat([settled[places], standing.loc[differing, places]])
    lost, listed = set(), sentences.to_dict("records")
    for record_id, code_id, field, start, end, text in sorted(
        set(present.itertuples(index=False, name=None))
    ):
        if record_id not in rows_of or code_id not in column_of:
            continue
        here = [row for row in rows_of[record_id] if _shares(listed[row], field, start, end, text)]
        labels[here, column_of[code_id]] = PRESENT
        if not here:
            lost.add((record_id, code_id))
    for record_id, code_id in _pairs(contested) | lost:
        if record_id in rows_of and code_id in column_of:
            labels[rows_of[record_id], column_of[code_id]] = UNKNOWN
    return labels


def _pairs(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(frame["record_id"], frame["code_id"], strict=True))


def _shares(sentence: dict[Any, Any], field: str, start: int, end: int, text: str) -> bool:
    """Whether a segment and a sentence share at least half of the shorter one, and the same words."""
    first, last = max(start, sentence["start"]), min(end, sentence["end"])
    shorter = min(end - start, sentence["end"] - sentence["start"])
    if sentence["field"] != field or 2 * (last - first) < shorter or last <= first:
        return False
    own = sentence["text"][first - sentence["start"] : last - sentence["start"]]
    return bool(own == text[first - start : last - start])
