"""Terms counted part by part are those that scikit-learn counts of all texts at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from corpus import Ranker, ranking_features, term_counts
from corpus.ranking_features import read_features
from corpus.ranking_parts import RankingSettings

# letters of several alphabets, figures, what is between words, and what becomes longer in lower case
SIGNS = st.sampled_from("aAbåÅzß0_9 -.'\n\tİıǅ東京é\u0301")
TEXTS = st.lists(st.text(SIGNS, max_size=25), min_size=1, max_size=8)


def peer_of(chosen):
    terms = {"ngram_range": (1, chosen.longest_term), "max_df": chosen.max_df}
    if chosen.features == "terms":
        return CountVectorizer(binary=True, **terms)
    return TfidfVectorizer(sublinear_tf=True, **terms)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(1, 2), st.sampled_from(["tfidf", "terms"]), st.sampled_from([0.5, 0.95, 1.0]))
@example(["aa bb", "aab b", "aa_ bb aa"], 2, "tfidf", 1.0)
def test_the_features_are_those_of_scikit_learn_whatever_the_parts(texts, longest, features, max_df):
    chosen = RankingSettings(features=features, longest_term=longest, max_df=max_df)
    query = texts[0][:9]
    peer = peer_of(chosen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking_features, "_PART", 3)
        patch.setattr(term_counts, "_MERGED_AT_ONCE", 2)
        matrix, terms = read_features(texts, chosen, query)
    try:
        wanted = peer.fit_transform(texts)
    except ValueError:
        assert len(terms) == 0
        assert matrix.nnz == 0
        return
    assert list(terms) == peer.get_feature_names_out().tolist()
    assert terms.searchsorted(list(terms)).tolist() == list(range(len(terms)))
    np.testing.assert_allclose(matrix[: len(texts)].toarray(), wanted.toarray(), rtol=0, atol=1e-15)
    if query:
        asked = peer.transform([query]).toarray()[0]
        np.testing.assert_allclose(matrix[len(texts) :].toarray()[0], asked, rtol=0, atol=1e-15)


def test_parts_files_and_workers_change_no_bit(tmp_path, monkeypatch):
    words = [f"word{n}" for n in range(40)]
    rng = np.random.default_rng(3)
    texts = [" ".join(rng.choice(words, 12)) for _ in range(60)]
    chosen = RankingSettings()
    whole, terms = read_features(texts, chosen, "word1 word2")
    monkeypatch.setattr(ranking_features, "_PART", 7)
    monkeypatch.setattr(ranking_features, "_WORTH_A_WORKER", 10)
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        folder.mkdir()
        found, found_terms = read_features(texts, chosen, "word1 word2", folder=folder, workers=workers)
        assert list(found_terms) == list(terms)
        for part in ("data", "indices", "indptr"):
            np.testing.assert_array_equal(getattr(found, part), getattr(whole, part))


@pytest.mark.parametrize("longest", [2, 3])
def test_terms_of_three_words_are_ranked_by_too(tmp_path, longest):
    records = pd.DataFrame(
        {"record_id": list("abc"), "title": ["Time for trust", "Steel", "Time for steel"], "abstract": ""}
    )
    ranker = Ranker(records, settings=RankingSettings(longest_term=longest), kept=tmp_path / "kept")
    assert ranker.rank({"a": 1, "b": 0})["record_id"].tolist() == ["a", "c", "b"]
    found = [term for term, _ in ranker.terms("a", ranker.term_weights())]
    assert ("time for trust" in found) == (longest == 3)
    assert ranker.n_with(["time", "steel"], ["a", "b", "c"]) == [2, 2]
