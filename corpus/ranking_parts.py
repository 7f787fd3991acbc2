"""The parts of a ranking, each of which may be replaced: features, classifier, balance, query strategy."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from corpus.checked_yaml import read_checked_yaml
from corpus.errors import UsageError
from corpus.own_files import refuse_other_than_file

# of the records offered by max_random and max_uncertainty
_SHARE_OF_OTHERS = 0.05

ProtocolWords = Literal["questions_and_criteria", "questions", "none"]
QueryStrategy = Callable[[np.ndarray, int, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class RankingSettings:
    """Settings of the ranking, the section ``ranking`` of a protocol; by default those of ELAS u4.

    ELAS u4 is the default model of ASReview 3. Its classifier is trained again after every decision.

    Attributes
    ----------
    features : {"tfidf", "terms"}
        Weights of the terms in title and abstract, or only whether they are there.
    longest_term : int
        Words in the longest term.
    max_df : float
        Terms in a larger share of the records are left out.
    classifier : {"svm", "logistic", "naive_bayes"}
    c : float
        Inverse strength of regularisation of ``svm`` and ``logistic``.
    balance : {"balanced", "none"}
        Whether relevant records weigh more in total than irrelevant ones,
    ratio : float
        and how many times as much.
    query : {"max", "uncertainty", "random", "max_random", "max_uncertainty"}
        Which unread record comes next: the likeliest, the most doubtful, any; the last two are the likeliest,
        save for one in twenty.
    protocol_words : {"questions_and_criteria", "questions", "none"}
        What of the protocol, beside its title, leads before there are decisions.

    Examples
    --------
    >>> RankingSettings().parts().classifier
    SquaredHingeSVC(C=0.11, tol=0.0001)
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    features: Literal["tfidf", "terms"] = "tfidf"
    longest_term: Annotated[int, Field(ge=1, le=5)] = 2
    max_df: Annotated[float, Field(gt=0, le=1)] = 0.95
    classifier: Literal["svm", "logistic", "naive_bayes"] = "svm"
    c: Annotated[float, Field(gt=0)] = 0.11
    balance: Literal["balanced", "none"] = "balanced"
    ratio: Annotated[float, Field(gt=0)] = 9.8
    query: Literal["max", "uncertainty", "random", "max_random", "max_uncertainty"] = "max"
    protocol_words: ProtocolWords = "questions_and_criteria"

    def parts(self) -> RankingParts:
        """The parts that these settings name, not yet fitted."""
        from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer  # noqa: PLC0415 (a second to load, and only learning needs it)
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 (as above)
        from sklearn.naive_bayes import MultinomialNB  # noqa: PLC0415 (as above)

        from corpus.support_vectors import SquaredHingeSVC  # noqa: PLC0415 (as above)

        terms = {"ngram_range": (1, self.longest_term), "max_df": self.max_df}
        if self.features == "tfidf":
            features: Any = TfidfVectorizer(sublinear_tf=True, **terms)
        else:
            features = CountVectorizer(binary=True, **terms)
        if self.classifier == "svm":
            # as exact as is asked: scores are wrong by some millionths, the peer's by some ten-thousandths
            classifier: Any = SquaredHingeSVC(C=self.c, tol=1e-4)
        elif self.classifier == "logistic":
            classifier = LogisticRegression(C=self.c, max_iter=1000)
        else:
            classifier = MultinomialNB(alpha=1.0)
        balance = partial(balanced_weights, ratio=self.ratio) if self.balance == "balanced" else None
        return RankingParts(features, classifier, balance, QUERY_STRATEGIES[self.query])


@dataclass(frozen=True)
class _Section:
    """A protocol, or a part of one, of which only the ranking is looked at."""

    __pydantic_config__: ClassVar = {"extra": "ignore"}
    ranking: RankingSettings


def read_ranking_settings(path: Path) -> RankingSettings:
    """The section ``ranking`` of a YAML file, or a file that holds nothing else.

    Raises
    ------
    UsageError
        When there is no such file.
    FaultyFileError
        With all faults at once, each with its line.
    """
    refuse_other_than_file(path)
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}).") from None
    if re.search(r"^ranking\s*:", text, re.MULTILINE):
        return read_checked_yaml(path, _Section).ranking
    return read_checked_yaml(path, RankingSettings)


@dataclass(frozen=True)
class RankingParts:
    """The parts themselves; replace any with :func:`dataclasses.replace`.

    Attributes
    ----------
    features : transformer or callable
        scikit-learn transformer of texts (list of str) to a matrix (n_records, n_features), or a function
        that does so, such as a model's ``encode``.
    classifier : estimator
        scikit-learn classifier with ``decision_function`` or ``predict_proba``.
    balance : callable, optional
        Labels (array of 0 and 1) to a weight for each.
    query : callable
        ``query(scores, n, generator)``: the positions of the ``n`` records to read next, best first.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> parts = replace(RankingSettings().parts(), classifier=RandomForestClassifier(random_state=1))
    """

    features: Any
    classifier: Any
    balance: Callable[[np.ndarray], np.ndarray] | None
    query: QueryStrategy


def balanced_weights(labels: np.ndarray, ratio: float) -> np.ndarray:
    """A weight per label such that those of 1 sum to ``ratio`` times those of 0, and all to their number.

    Examples
    --------
    >>> balanced_weights(np.array([1, 0, 0, 0]), ratio=3.0).round(3).tolist()
    [3.0, 0.333, 0.333, 0.333]
    """
    n_relevant = int(labels.sum())
    weights = np.where(labels == 1, 1.0, n_relevant / (ratio * (len(labels) - n_relevant)))
    return weights * (len(labels) / weights.sum())


def most_likely(scores: np.ndarray, n: int, generator: np.random.Generator) -> np.ndarray:
    """The highest scores; ties in the order of the records."""
    del generator
    if n == 1:
        return np.array([np.argmax(scores)])
    if n >= len(scores):
        return np.argsort(-scores, kind="stable")[:n]
    # those as good as the n-th, then in order: sorting all takes longer than learning
    chosen = np.flatnonzero(scores >= -np.partition(-scores, n - 1)[n - 1]) if n else np.zeros(0, dtype=int)
    return chosen[np.argsort(-scores[chosen], kind="stable")][:n]


def most_doubtful(scores: np.ndarray, n: int, generator: np.random.Generator) -> np.ndarray:
    """The scores nearest to the classifier's border."""
    return most_likely(-np.abs(scores), n, generator)


def at_random(scores: np.ndarray, n: int, generator: np.random.Generator) -> np.ndarray:
    """Any."""
    return generator.permutation(len(scores))[:n]


def most_likely_but_some(
    scores: np.ndarray, n: int, generator: np.random.Generator, *, others: QueryStrategy
) -> np.ndarray:
    """The highest scores, save for one place in twenty, which goes to the records of another strategy."""
    likely = most_likely(scores, n, generator)
    is_other = generator.random(n) < _SHARE_OF_OTHERS
    if not is_other.any():
        return likely
    by_likelihood = iter(most_likely(scores, len(scores), generator).tolist())
    otherwise = iter(others(scores, len(scores), generator).tolist())
    chosen: dict[int, None] = {}
    for place in range(n):
        source = otherwise if is_other[place] else by_likelihood
        chosen[next(i for i in source if i not in chosen)] = None
    return np.array(list(chosen))


QUERY_STRATEGIES: dict[str, QueryStrategy] = {
    "max": most_likely,
    "uncertainty": most_doubtful,
    "random": at_random,
    "max_random": partial(most_likely_but_some, others=at_random),
    "max_uncertainty": partial(most_likely_but_some, others=most_doubtful),
}


def transformer(features: Any) -> Any:
    """A fresh transformer; a plain function becomes one."""
    if hasattr(features, "fit_transform"):
        return fresh(features)
    from sklearn.preprocessing import FunctionTransformer  # noqa: PLC0415 (a second to load, and only learning needs it)

    return FunctionTransformer(features, validate=False)


def fresh(part: Any) -> Any:
    """The part with its settings, and nothing learned."""
    from sklearn.base import clone  # noqa: PLC0415 (a second to load, and only learning needs it)

    return clone(part)
