"""A finished review replayed: draws and figures as the peer has them, several rankings side by side."""

import math

import numpy as np
import pandas as pd
import pytest

from corpus import (
    FaultyFileError,
    RankingSettings,
    UsageError,
    read_labelled,
    read_ranking_settings,
    recall_curve,
    screening_metrics,
    simulate,
    simulate_many,
    simulation,
)


def collection(n_each: int = 20) -> tuple[pd.DataFrame, list[int]]:
    """As many records on welfare, which are included, as on steel."""
    rng = np.random.default_rng(3)
    topics = {
        "welfare": ["trust", "tenants", "council", "power", "partnership"],
        "steel": ["bridge", "load", "beam", "weld", "rust"],
    }
    rows = [
        {"record_id": f"{topic}:{i}", "title": " ".join(rng.choice(words, 15))}
        for topic, words in topics.items()
        for i in range(n_each)
    ]
    return pd.DataFrame(rows), [int(row["record_id"].startswith("welfare")) for row in rows]


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


def test_insights_figures_by_hand():
    """20 records, 3 relevant, found at 2, 5 and 11; in random order the second would stand at 10."""
    found = [int(place in (2, 5, 11)) for place in range(1, 21)]
    metrics = screening_metrics(found)
    # 95 % of three are two whole ones; rounded, a random order has found the second at the tenth record
    at_random = np.round(np.linspace(0, 3, 20))
    assert metrics["wss95_insights"] == (np.argmax(at_random >= 2) - 4) / 20
    assert metrics["wss95"] == pytest.approx((20 - 11) / 20 - 0.05)
    assert metrics["atd"] == 6
    assert metrics["recall_at_10pct"] == pytest.approx(1 / 3, abs=1e-6)


def test_recall_after_a_tenth_rounds_the_records_down_as_insights_does():
    assert screening_metrics([0, 1] + [0] * 17)["recall_at_10pct"] == 0
    assert screening_metrics([0, 1] + [0] * 18)["recall_at_10pct"] == 1
    assert screening_metrics([1, 0, 0])["recall_at_10pct"] == 0


def test_the_recall_curve_rises_from_none_to_all():
    curve = recall_curve([0, 1, 0, 1, 1, 0])
    assert (curve[0], curve[-1]) == (0, 1)
    assert (np.diff(curve) >= 0).all()


def test_rankings_side_by_side_have_the_same_draws_and_processes_change_nothing(monkeypatch):
    records, included = collection()
    rankings = {"default": RankingSettings(), "naive": RankingSettings(classifier="naive_bayes")}
    alone = simulate_many(records, included, seeds=[1, 2], settings=rankings)
    monkeypatch.setattr(simulation, "_WORTH_PROCESSES", 0.0)
    together = simulate_many(records, included, seeds=[1, 2], settings=rankings, n_jobs=2)
    assert alone == together
    assert alone["default"][1].order[:2] == alone["naive"][1].order[:2]
    assert alone["default"][1] == simulate(records, included, seed=2)
    assert alone["default"][0].order[:2] != alone["default"][1].order[:2]


def test_settings_are_read_from_a_protocol_or_alone_with_all_faults(tmp_path):
    (tmp_path / "alone.yaml").write_text("classifier: naive_bayes\n")
    (tmp_path / "section.yaml").write_text("id: p\nranking:\n  longest_term: 3\n")
    assert read_ranking_settings(tmp_path / "alone.yaml").classifier == "naive_bayes"
    assert read_ranking_settings(tmp_path / "section.yaml").longest_term == 3
    (tmp_path / "faulty.yaml").write_text("ranking:\n  c: -1\n  query: best\n  clasifier: svm\n")
    with pytest.raises(FaultyFileError) as fault:
        read_ranking_settings(tmp_path / "faulty.yaml")
    assert [(line, path) for line, path, _ in fault.value.faults] == [
        (2, "ranking.c"),
        (3, "ranking.query"),
        (4, "ranking.clasifier"),
    ]
    with pytest.raises(UsageError, match="cannot be read"):
        read_ranking_settings(tmp_path / "missing.yaml")


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
