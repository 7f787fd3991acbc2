"""Sentences as numbers: TF-IDF of lemmas and of the beginnings and ends of words, the sentences around, hits.

English and Danish share one space of terms. Beginnings and ends let *netværksstyring*, *styringen* and
*styringsformer* speak for each other. The indicator hits of a code are the same features in both languages,
so that what was learned in one helps in the other. The weights were chosen on the training part of
``benchmarks/coding.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from coding_scheme.language import lemma
from coding_scheme.scheme import CodingScheme
from coding_scheme.scheme_readers import indicator_hits

_WORD = re.compile(r"\w+")
# of words longer than PART + 1 letters the first and the last PART letters are terms too
PART = 5
# how much the sentences around count, and the hits
NEIGHBOUR, HIT = 0.3, 0.4
PLACES = ("", "in the sentence before", "in the sentence after")


def terms(form: str, language: str, lemmas: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """The terms that a written word stands for: its lemma, its beginning and its end.

    ``lemmas`` are those of the scheme, which come before the dictionary's.

    Examples
    --------
    >>> terms("netværksstyringens", "da", {}), terms("we", "en", {})
    (('netværksstyring', 'netvæ-', '-yring'), ('we',))
    """
    word = lemmas.get(language, {}).get(form) or lemma(form, language)
    return (word, word[:PART] + "-", "-" + word[-PART:]) if len(word) > PART + 1 else (word,)


class SentenceFeatures:
    """Turns sentences into features for the classifiers of a scheme's codes.

    Parameters
    ----------
    scheme : CodingScheme
    with_hits : bool
        Whether the scheme's indicators count; without them TF-IDF alone is left.

    Examples
    --------
    >>> from coding_scheme.scheme import Code, Theme
    >>> from coding_scheme.sentence_rows import sentence_rows
    >>> from corpus.protocol import Wording
    >>> codes = (Code("trust", indicators={"en": ("trust*",)}),)
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", codes),))
    >>> abstract = "They met and trust grew. Trust lasts here."
    >>> records = pd.DataFrame([{"record_id": "r1", "abstract": abstract}])
    >>> features = SentenceFeatures(scheme).fit(sentence_rows(records))
    >>> features.terms.tolist()
    ['trust']
    >>> features.transform(sentence_rows(records)).of_code(0).shape
    (2, 6)
    """

    def __init__(self, scheme: CodingScheme, *, with_hits: bool = True) -> None:
        self.scheme, self.with_hits = scheme, with_hits
        # a term that stands in one sentence alone says nothing of another
        self._tfidf = TfidfVectorizer(
            analyzer=partial(_terms_of, lemmas=scheme.lemmas), sublinear_tf=True, min_df=2
        )

    def fit(self, sentences: pd.DataFrame) -> SentenceFeatures:
        """Learn the terms and how common they are; of decisions nothing is needed."""
        try:
            self._tfidf.fit(_texts(sentences))
            self.terms = self._tfidf.get_feature_names_out()
        except ValueError:  # no term stands in two sentences
            self.terms = np.array([], dtype=object)
        return self

    def transform(self, sentences: pd.DataFrame) -> FeatureMatrix:
        """The features of sentences (columns: ``coding_scheme.sentence_rows``, in its order)."""
        n = len(sentences)
        own = (
            self._tfidf.transform(_texts(sentences))
            if len(self.terms) and n
            else csr_matrix((n, len(self.terms)))
        )
        before, after = _neighbours(sentences)
        shared = hstack([own, NEIGHBOUR * (before @ own), NEIGHBOUR * (after @ own)]).tocsr()
        if self.with_hits:
            hits = indicator_hits(sentences["text"], self.scheme, sentences["language"])
            hits.data = np.log1p(hits.data)
        else:
            hits = csr_matrix((n, len(self.scheme.codes)))
        around = [HIT * hits, HIT * NEIGHBOUR * 2 * (before @ hits), HIT * NEIGHBOUR * 2 * (after @ hits)]
        return FeatureMatrix(shared, [part.tocsc() for part in around])


class FeatureMatrix:
    """The features of sentences: terms, which all codes share, and the hits of each code."""

    def __init__(self, shared: Any, hits: list[Any]) -> None:
        self.shared, self.hits = shared, hits

    def hits_of_code(self, column: int) -> np.ndarray:
        """Whether an indicator of one code stands in each sentence, array of bool (n_sentences,)."""
        return self.hits[0][:, [column]].toarray().ravel() > 0

    def of_code(self, column: int) -> Any:
        """The features for one code, csr_matrix (n_sentences, 3 * n_terms + 3).

        The terms of the sentence itself, of the one before and of the one after; then the code's hits in the
        same three places.
        """
        return hstack([self.shared, *(part[:, [column]] for part in self.hits)]).tocsr()


def _texts(sentences: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(sentences["text"], sentences["language"], strict=True))


def _terms_of(sentence: tuple[str, str], lemmas: Mapping[str, Mapping[str, str]]) -> list[str]:
    text, language = sentence
    return [term for form in _WORD.findall(text.lower()) for term in terms(form, language, lemmas)]


def _neighbours(sentences: pd.DataFrame) -> tuple[Any, Any]:
    """Matrices (n, n) that fetch the sentence before and the one after, in the same field of the record."""
    n = len(sentences)
    place = (sentences["record_id"] + "\0" + sentences["field"]).to_numpy()
    same = np.flatnonzero(place[1:] == place[:-1]) if n > 1 else np.array([], dtype=int)
    ones = np.ones(len(same))
    before = csr_matrix((ones, (same + 1, same)), shape=(n, n))
    return before, before.T.tocsr()
