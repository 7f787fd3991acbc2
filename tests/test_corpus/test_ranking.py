"""The protocol's words lead at first, the decisions afterwards; simulations compare with the peer's."""

import math

import numpy as np
import pandas as pd
import pytest

from corpus import UsageError, rank, read_labelled, screening_metrics, simulate

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


def test_priors_are_drawn_as_the_peer_draws_them():
    records, included = collection()
    simulation = simulate(records, included, seed=5)
    rows = np.flatnonzero(np.array(included) == 1)
    assert (
        simulation.order[0]
        == records["record_id"][np.random.RandomState(5).choice(rows, 1, replace=False)[0]]
    )
    assert simulation.found[:2] == [1, 0]


def test_a_simulation_reads_every_record_once_and_finds_an_easy_topic_at_once():
    records, included = collection()
    simulation = simulate(records, included, seed=1)
    assert sorted(simulation.order) == sorted(records["record_id"])
    assert simulation.metrics["loss"] < 0.02
    assert simulate(records, included, seed=1).order == simulation.order


def test_cold_start_is_led_by_the_protocol():
    records, included = collection()
    simulation = simulate(records, included, priors="none", query="trust between tenants and council")
    assert simulation.n_priors == 0
    assert simulation.found[0] == 1


@pytest.mark.parametrize(("found", "loss"), [([1, 1, 0, 0], 0.0), ([0, 0, 1, 1], 1.0), ([1, 0, 1, 0], 0.25)])
def test_loss_is_the_area_above_the_recall_curve(found, loss):
    assert screening_metrics(found)["loss"] == loss


def test_metrics_without_both_labels_are_undefined():
    assert all(math.isnan(value) for value in screening_metrics([0, 0]).values())


def test_labels_in_words_and_faulty_labels(tmp_path):
    (tmp_path / "a.csv").write_text("Title,Abstract,Included\nTrust,x,ja\nSteel,y,nej\n")
    records, included = read_labelled(tmp_path / "a.csv", "included")
    assert (records["title"].tolist(), included) == (["Trust", "Steel"], [1, 0])
    (tmp_path / "b.csv").write_text("title,label\nTrust,1\nSteel,perhaps\n")
    with pytest.raises(UsageError, match=r"b\.csv row 3: the label 'perhaps'"):
        read_labelled(tmp_path / "b.csv")
    with pytest.raises(UsageError, match="no column 'included'"):
        read_labelled(tmp_path / "b.csv", "included")


def test_a_finished_review_is_ranked_as_well_as_the_peer_ranks_it(shared_data):
    """ASReview 3's default on this set: mean loss .066 (spread between seeds 5 to 35 %)."""
    records, included = read_labelled(shared_data / "screening" / "syn_Donners_2021.csv.gz")
    losses = [simulate(records, included, seed=seed).metrics["loss"] for seed in (1, 2, 3)]
    assert np.mean(losses) < 0.08
