"""The classifier of codes: learns from people's decisions only, and is silent on a code until it has enough.

Each code has a classifier of its own (:mod:`coding_scheme.one_code`) on shared features
(:mod:`coding_scheme.sentence_features`). What it suggests is a whole sentence with a calibrated probability,
the words that spoke for it, and the name of what it learned from: the hash changes with the examples.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coding_scheme.carried import fresh_decisions
from coding_scheme.coding_examples import ABSENT, PRESENT, UNKNOWN, coding_examples
from coding_scheme.languages_read import languages_read
from coding_scheme.rules import COLUMNS
from coding_scheme.scheme import CodingScheme
from coding_scheme.sentence_rows import sentence_rows
from corpus.languages import READ_LANGUAGES

if TYPE_CHECKING:
    from coding_scheme.one_code import OneCode
    from coding_scheme.sentence_features import FeatureMatrix, SentenceFeatures

# measured in benchmarks/coding.py: with five examples the scheme's words alone rank better in some codes
ENOUGH_PRESENT, ENOUGH_ABSENT, ENOUGH_RECORDS = 10, 10, 5
CODE_COLUMNS = ("code_id", "n_present", "n_absent", "n_records", "speaks", "average_precision", "why")
Progress = Callable[[Iterable[Any]], Iterable[Any]]


class CodeClassifier:
    """Records made ready to be learned from, again and again as decisions come in.

    Parameters
    ----------
    records : DataFrame
        Columns record_id, title, abstract: those with decisions and those to be coded. The order is of no
        matter.
    scheme : CodingScheme
    seed : int
        Deals the records into folds.
    progress : callable, optional
        Wraps what takes time, for instance ``tqdm``.

    Attributes
    ----------
    sentences : DataFrame
        Of all records, see :func:`~coding_scheme.sentence_rows.sentence_rows`.
    codes : DataFrame
        What was learned of each code: code_id, n_present, n_absent, n_records, speaks, average_precision,
        why.
    n_left_out : int
        Decisions that were not learned from, since their code has come to mean something else.

    Examples
    --------
    >>> from coding_scheme.decisions import coding_decisions
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (Code("trust"),)),))
    >>> records = pd.DataFrame([{"record_id": "r1", "abstract": "Trust grew."}])
    >>> classifier = CodeClassifier(records, scheme).learn(coding_decisions([]))
    >>> classifier.codes["why"].tolist(), len(classifier.suggestions())
    (['trust: 0 of 10 examples'], 0)
    """

    def __init__(
        self, records: pd.DataFrame, scheme: CodingScheme, *, seed: int = 1, progress: Progress | None = None
    ) -> None:
        self.scheme, self.seed = scheme, seed
        languages = {*READ_LANGUAGES, *languages_read(scheme)}
        self.sentences = sentence_rows(records, languages=languages, progress=progress)
        self._learned: dict[str, OneCode] = {}
        self._probabilities: dict[str, np.ndarray] = {}
        self.codes = pd.DataFrame(columns=list(CODE_COLUMNS))
        self.n_left_out = 0

    @cached_property
    def _features(self) -> SentenceFeatures:
        from coding_scheme.sentence_features import SentenceFeatures  # noqa: PLC0415 (a second to load, and only learning needs it)

        return SentenceFeatures(self.scheme).fit(self.sentences)

    @cached_property
    def _matrix(self) -> FeatureMatrix:
        return self._features.transform(self.sentences)

    def learn(
        self,
        decisions: pd.DataFrame,
        *,
        kept: Mapping[str, CodingScheme] | None = None,
        progress: Progress | None = None,
    ) -> CodeClassifier:
        """Forget what was learned and learn from decisions; returns itself.

        Parameters
        ----------
        decisions : DataFrame
            From :func:`~coding_scheme.decisions.coding_decisions`; which sentences are examples of what says
            :func:`~coding_scheme.coding_examples.coding_examples`.
        kept : mapping, optional
            Earlier schemes by the first 12 letters of their hash; decisions on codes that meant something
            else in them are left out, :attr:`n_left_out` of them.
        progress : callable, optional
            Wraps the codes.
        """
        self._learned, self._probabilities = {}, {}
        self.n_left_out = fresh_decisions(decisions, self.scheme, kept)[1]
        self._labels = coding_examples(self.sentences, decisions, self.scheme, kept)
        record_ids = self.sentences["record_id"].to_numpy()
        rows = []
        codes = list(enumerate(self.scheme.codes))
        for column, code in progress(codes) if progress else codes:
            labels = self._labels[:, column]
            known = np.flatnonzero(labels != UNKNOWN)
            n_present, n_absent = int((labels == PRESENT).sum()), int((labels == ABSENT).sum())
            n_records = len(set(record_ids[labels == PRESENT]))
            lacking = _lacking(n_present, n_absent, n_records)
            precision = np.nan
            if not lacking:
                from coding_scheme.one_code import OneCode  # noqa: PLC0415 (a second to load, and only learning needs it)

                X = self._matrix.of_code(column)
                hits = self._matrix.hits_of_code(column)
                learned = OneCode(self.seed).fit(X[known], labels[known], record_ids[known], hits[known])
                probabilities = learned.probabilities(X, hits)
                # what it has learned by heart says nothing: there the held-out judgement counts
                probabilities[known] = learned.held_out_
                self._learned[code.id], self._probabilities[code.id] = learned, probabilities
                precision = learned.average_precision_
            why = f"{code.id}: {lacking}" if lacking else ""
            rows.append((code.id, n_present, n_absent, n_records, not lacking, precision, why))
        self.codes = pd.DataFrame(rows, columns=list(CODE_COLUMNS))
        return self

    def probabilities(self) -> pd.DataFrame:
        """How likely each code is in each sentence, for the codes it speaks on.

        Returns
        -------
        DataFrame (n_sentences, n_codes_that_speak)
            In the order of :attr:`sentences`; columns are code ids. Calibrated; held out where learned from.
        """
        return pd.DataFrame(self._probabilities, index=self.sentences.index, dtype="float64")

    def bar(self, code_id: str) -> float:
        """The probability from which on a sentence is suggested."""
        return self._learned[code_id].bar_

    def origin(self, code_id: str) -> str:
        """What ``proposed_by`` says: "classifier" and the hash of what it learned from."""
        labels = self._labels[:, [code.id for code in self.scheme.codes].index(code_id)]
        known = np.flatnonzero(labels != UNKNOWN)
        places = self.sentences.iloc[known][["record_id", "field", "start", "text"]].to_numpy().tolist()
        learned_from = [self.scheme.hash, code_id, self.seed, places, labels[known].tolist()]
        content = json.dumps(learned_from, ensure_ascii=False)
        return f"classifier {hashlib.sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"

    def suggestions(self, record_ids: Iterable[str] | None = None, *, language: str = "en") -> pd.DataFrame:
        """The sentences in which a code is likely.

        Parameters
        ----------
        record_ids : iterable of str, optional
            Only of these records.
        language : {"en", "da"}
            Of the reasons (``why``).

        Returns
        -------
        DataFrame
            The columns of :func:`~coding_scheme.rules.suggest`; ``proposed_by`` is "classifier" and the hash
            of what it learned from, ``score`` the calibrated probability. The direction is read by the rules
            at the code's indicator or else at the word that spoke most for it; ``cue`` has the words the
            direction rests on, ``why`` those that spoke for the code and how much it learned from.
        """
        if not self._learned:
            return _as_suggestions([])
        wanted = np.ones(len(self.sentences), dtype=bool)
        if record_ids is not None:
            wanted = self.sentences["record_id"].isin(set(record_ids)).to_numpy()
        from coding_scheme.learned_reasons import Reasons, learned_from  # noqa: PLC0415 (a second to load, as above)

        reasons = Reasons(self.scheme, self._features, language)
        counts = self.codes.set_index("code_id")
        rows = []
        for column, code in enumerate(self.scheme.codes):
            learned = self._learned.get(code.id)
            if learned is None:
                continue
            probability, origin = self._probabilities[code.id], self.origin(code.id)
            n_present, n_absent, n_records = (
                int(counts[name][code.id]) for name in ("n_present", "n_absent", "n_records")
            )
            at = np.flatnonzero(wanted & (probability >= learned.bar_))
            X = self._matrix.of_code(column)[at]
            for row, features in zip(at, X, strict=True):
                sentence = self.sentences.iloc[row]
                reason = reasons.of(sentence, code, features, learned.weights_)
                place = {name: sentence[name] for name in ("record_id", "field", "start", "end", "text")}
                from_what = learned_from(n_present, n_absent, n_records, language)
                rows.append({
                    **place, "code_id": code.id, "direction": reason.direction, "proposed_by": origin,
                    "score": probability[row], "indicator": reason.indicator, "cue": reason.cue,
                    "why": f"{reason.why}; {from_what}.",
                })  # fmt: skip
        return _as_suggestions(rows)


def _as_suggestions(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {name: {"start": "int64", "end": "int64", "score": "float64"}.get(name, "str") for name in COLUMNS}
    )
    return frame.sort_values(["record_id", "field", "start", "code_id"], kind="stable", ignore_index=True)


def _lacking(n_present: int, n_absent: int, n_records: int) -> str:
    """What is missing before a code can be learned, in words."""
    if n_present < ENOUGH_PRESENT:
        return f"{n_present} of {ENOUGH_PRESENT} examples"
    if n_records < ENOUGH_RECORDS:
        return f"examples from {n_records} of {ENOUGH_RECORDS} records"
    if n_absent < ENOUGH_ABSENT:
        return f"{n_absent} of {ENOUGH_ABSENT} sentences without it"
    return ""
