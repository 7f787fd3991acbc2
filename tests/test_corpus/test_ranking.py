"""The protocol's words lead at first, the decisions afterwards; every part can be replaced."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from corpus import Ranker, RankingSettings, rank, records_of_new_sources
from corpus.ranking_parts import QUERY_STRATEGIES, balanced_weights

TOPICS = {
    "welfare": ["trust", "tenants", "council", "power", "partnership"],
    "steel": ["bridge", "load", "beam", "weld", "rust"],
}


def collection(n_each: int = 20) -> tuple[pd.DataFrame, list[int]]:
    rng = np.random.default_rng(3)
    rows = [
        {
            "record_id": f"{topic}:{i}",
            "title": " ".join(rng.choice(words, 3)),
            "abstract": " ".join(rng.choice(words, 12)),
        }
        for topic, words in TOPICS.items()
        for i in range(n_each)
    ]
    return pd.DataFrame(rows), [int(row["record_id"].startswith("welfare")) for row in rows]


def test_before_any_decision_the_protocols_words_lead():
    records, _ = collection()
    top = rank(records, {}, query="trust between tenants and council").head(20)
    assert top["record_id"].str.startswith("welfare").all()
    assert top.loc[0, "why"].startswith("for: ")


def test_decisions_overrule_the_query():
    records, _ = collection()
    labels = {"welfare:0": 0, "welfare:1": 0, "steel:0": 1, "steel:1": 1}
    ranking = rank(records, labels, query="trust between tenants and council")
    assert ranking.loc[:15, "record_id"].str.startswith("steel").all()


def test_ranking_holds_every_record_once_and_is_the_same_each_time():
    records, _ = collection()
    labels = {"welfare:0": 1, "steel:0": 0}
    first, second = (rank(records, labels) for _ in range(2))
    assert sorted(first["record_id"]) == sorted(records["record_id"])
    pd.testing.assert_frame_equal(first, second)


def test_titles_without_a_word_do_not_stop_the_ranking():
    assert len(rank(pd.DataFrame({"record_id": ["a", "b"], "title": ["?", "!"]}), {}, query="trust")) == 2


def test_reasons_are_given_for_the_records_asked_for_only():
    records, _ = collection()
    ranker = Ranker(records, query="trust between tenants and council")
    ranker.rank({"welfare:0": 1, "steel:0": 0})
    reasons = ranker.reasons(["steel:3"])
    assert list(reasons) == ["steel:3"]
    assert "against: " in reasons["steel:3"]
    assert len(rank(records, {}, query="trust", top=3)) == 3


def test_the_protocols_words_fade_as_decisions_come_in():
    records, _ = collection()
    ranker = Ranker(records, query="bridge load beam weld rust")
    unread = [f"{topic}:{i}" for topic in TOPICS for i in range(12, 20)]
    few = ranker.rank({}, among=unread)
    assert few.loc[:7, "record_id"].str.startswith("steel").all()
    decided = {f"{topic}:{i}": int(topic == "welfare") for topic in TOPICS for i in range(12)}
    many = ranker.rank(decided, among=unread)
    assert many.loc[:7, "record_id"].str.startswith("welfare").all()


def test_a_ranking_does_not_depend_on_what_was_ranked_before():
    records, _ = collection()
    labels = {"welfare:0": 1, "steel:0": 0, "steel:1": 0}
    used, fresh = (Ranker(records, query="trust") for _ in range(2))
    used.rank({"steel:5": 1, "welfare:7": 0})
    pd.testing.assert_frame_equal(used.start_again().rank(labels), fresh.rank(labels))


@pytest.mark.parametrize("classifier", ["svm", "logistic", "naive_bayes"])
@pytest.mark.parametrize("features", ["tfidf", "terms"])
def test_every_setting_of_features_and_classifier_finds_an_easy_topic(features, classifier):
    records, _ = collection()
    labels = {"welfare:0": 1, "welfare:1": 1, "steel:0": 0, "steel:1": 0}
    settings = RankingSettings(features=features, classifier=classifier, balance="none")
    assert rank(records, labels, settings=settings).loc[:14, "record_id"].str.startswith("welfare").all()


def test_any_estimator_and_any_function_can_take_a_parts_place():
    records, _ = collection()
    labels = {"welfare:0": 1, "welfare:1": 1, "steel:0": 0, "steel:1": 0}

    def counted(texts: list[str]) -> np.ndarray:
        words = [word for words in TOPICS.values() for word in words]
        return np.array([[text.count(word) for word in words] for text in texts], dtype=float)

    parts = RankingSettings().parts()
    dense = make_pipeline(TfidfVectorizer(), TruncatedSVD(5, random_state=0))
    for changed in (
        replace(parts, features=counted),
        replace(parts, features=dense),
        replace(parts, classifier=RandomForestClassifier(50, random_state=0)),
        replace(parts, balance=lambda labels: np.where(labels == 1, 5.0, 1.0)),
    ):
        ranking = rank(records, labels, query="tenants", parts=changed)
        assert ranking.loc[:9, "record_id"].str.startswith("welfare").all(), changed
    assert (rank(records, labels, parts=replace(parts, features=counted))["why"] == "").all()


def test_a_fault_of_a_part_is_not_hidden():
    def broken(texts: list[str]) -> np.ndarray:
        raise ValueError("the model is missing")

    records, _ = collection()
    with pytest.raises(ValueError, match="the model is missing"):
        rank(records, {}, parts=replace(RankingSettings().parts(), features=broken))


@pytest.mark.parametrize("name", sorted(QUERY_STRATEGIES))
def test_a_query_strategy_names_each_record_once(name):
    scores = np.random.default_rng(2).normal(size=200)
    order = QUERY_STRATEGIES[name](scores, 200, np.random.default_rng(1))
    assert sorted(order.tolist()) == list(range(200))
    first = QUERY_STRATEGIES[name](scores, 1, np.random.default_rng(1))
    assert len(first) == 1
    again = QUERY_STRATEGIES[name](scores, 200, np.random.default_rng(1))
    assert order.tolist() == again.tolist()


def test_one_place_in_twenty_goes_to_others():
    scores = np.linspace(1, 0, 2000)
    order = QUERY_STRATEGIES["max_random"](scores, 1000, np.random.default_rng(1))
    # of some fifty others about half come from the lower half of the scores
    assert 10 < (order >= 1000).sum() < 50


def test_relevant_records_weigh_more_as_the_peer_has_it():
    labels = np.array([1, 0, 0, 1, 0])
    weights = balanced_weights(labels, 9.8)
    assert weights[labels == 1].sum() / weights[labels == 0].sum() == pytest.approx(9.8)
    assert weights.sum() == pytest.approx(5)


# --- Danish and mixed collections -------------------------------------------------------------------------


def mixed_collection() -> pd.DataFrame:
    """English and Danish records of two topics; invented."""
    rng = np.random.default_rng(5)
    words = {
        "da:on": ["frivillige", "sårbare", "borgere", "partnerskab", "kommunen", "fællesskab", "deltagelse"],
        "da:off": ["ståldragere", "brobyggeri", "svejsning", "korrosion", "bæreevne", "måling", "øgning"],
        "en:on": ["volunteers", "vulnerable", "citizens", "partnership", "municipality", "participation"],
        "en:off": ["girders", "bridges", "welding", "corrosion", "capacity", "measurement", "fatigue"],
    }
    counts = {"da:on": 8, "da:off": 12, "en:on": 30, "en:off": 60}
    rows = [
        {
            "record_id": f"{kind}:{i}",
            "title": " ".join(rng.choice(words[kind], 3)),
            "abstract": " ".join(rng.choice(words[kind], 9)),
        }
        for kind, n in counts.items()
        for i in range(n)
    ]
    return pd.DataFrame(rows)


def test_danish_words_of_the_protocol_lead_to_danish_records_in_a_mixed_collection():
    ranking = rank(mixed_collection(), {}, query="Partnerskab med frivillige og sårbare borgere")
    assert ranking.loc[:7, "record_id"].str.startswith("da:on").all()
    assert "sårbare" in " ".join(ranking.loc[:7, "why"])


def test_a_protocol_in_both_languages_finds_the_records_of_both():
    query = (
        "Partnership with volunteers and vulnerable citizens Partnerskab med frivillige og sårbare borgere"
    )
    ranking = rank(mixed_collection(), {}, query=query)
    assert ranking.loc[:37, "record_id"].str.contains(":on:").all()


def test_letters_written_in_two_signs_are_the_same_letters():
    records = pd.DataFrame({"record_id": ["a", "b"], "title": ["sa\u030arbare borgere", "brobyggeri i stål"]})
    ranking = rank(records, {}, query="sårbare")
    assert ranking.loc[0, ["record_id", "why"]].tolist() == ["a", "for: sårbare"]


# --- a living review --------------------------------------------------------------------------------------


def test_records_that_an_earlier_source_holds_too_are_not_new():
    records = pd.DataFrame({"record_id": list("abcd"), "source_id": ["1.ris", "1.ris", "2.ris", "2.ris"]})
    groups = pd.Series({"a": "a", "b": "b", "c": "a", "d": "d"})
    assert records_of_new_sources(records, groups, {"a"}) == ["d"]
    assert records_of_new_sources(records, groups, set()) == ["a", "b", "d"]
    assert records_of_new_sources(records, groups, {"d"}) == []


def test_new_records_worth_a_look_are_those_like_the_included_ones():
    records, included = collection(30)
    decided = dict(zip(records["record_id"], included, strict=True))
    new = [name for name in decided if int(name.split(":")[1]) >= 20]
    labels = {name: label for name, label in decided.items() if name not in new}
    worth = Ranker(records).worth_a_look(labels, new)
    assert set(worth) <= set(new)
    assert sum(name.startswith("welfare") for name in worth) >= 9
    assert sum(name.startswith("steel") for name in worth) == 0
    assert Ranker(records).worth_a_look({}, new) == sorted(new, key=list(decided).index)


# --- the same everywhere ----------------------------------------------------------------------------------

ORDER = """
import sys, numpy as np, pandas as pd
from corpus import simulate
rng = np.random.default_rng(4)
words = [f"w{i}" for i in range(300)]
texts = [" ".join(rng.choice(words[(i % 7 == 0) * 20:], 40)) for i in range(150)]
records = pd.DataFrame({"record_id": [f"r{i}" for i in range(150)], "title": texts})
included = [int(i % 7 == 0) for i in range(150)]
cold = simulate(records, included, seed=3, priors="none", query="w1 w25 w40")
print(",".join([*simulate(records, included, seed=3).order, *cold.order]))
"""


def test_the_order_is_the_same_whatever_the_process_threads_and_hash_seed():
    root = Path(__file__).parents[2]
    orders = set()
    for threads, hash_seed in (("1", "0"), ("4", "77")):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        wanted = {**dict.fromkeys(names, threads), "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root)}
        done = subprocess.run(
            [sys.executable, "-c", ORDER],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **wanted},
        )
        orders.add(done.stdout)
    assert len(orders) == 1
