"""A protocol with faults is refused with all of them at once, each with its line."""

import pytest

from corpus import FaultyFileError, ReviewError, read_protocol

FAULTY = """\
id: p
title: {en: Title}
questions:
  - {id: Q1, en: One}
  - {id: Q1, en: Two}
stages: [full_text]
seeed: 3
seed: many
"""


def test_all_faults_at_once_with_line_and_path(tmp_path):
    (tmp_path / "protocol.yaml").write_text(FAULTY)
    with pytest.raises(FaultyFileError) as fault:
        read_protocol(tmp_path / "protocol.yaml")
    assert [(line, path) for line, path, _ in fault.value.faults] == [(7, "seeed"), (8, "seed")]
    assert "line 7: seeed: is not a known key here" in str(fault.value)


def test_repeated_ids_and_wrong_order_of_stages(tmp_path):
    (tmp_path / "protocol.yaml").write_text(FAULTY.replace("seeed: 3\nseed: many\n", ""))
    with pytest.raises(FaultyFileError) as fault:
        read_protocol(tmp_path / "protocol.yaml")
    assert [(line, path) for line, path, _ in fault.value.faults] == [(5, "questions.1.id"), (6, "stages")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: [p\n", "not valid YAML"),
        ("id: p\nid: q\ntitle: {en: T}\nquestions: []\n", "stands twice"),
        ("!!python/object/apply:os.system ['true']\n", "line 1: not valid YAML"),
    ],
)
def test_what_is_no_protocol_is_refused(tmp_path, text, said):
    (tmp_path / "protocol.yaml").write_text(text)
    with pytest.raises(ReviewError, match=said):
        read_protocol(tmp_path / "protocol.yaml")


def test_dates_and_byte_order_marks_are_no_trouble(tmp_path):
    text = "\ufeffid: p\nversion: 2026-11-23\ntitle: {en: T}\nquestions: []\n"
    (tmp_path / "protocol.yaml").write_text(text, encoding="utf-8")
    assert read_protocol(tmp_path / "protocol.yaml").version == "2026-11-23"


def test_the_rankings_settings_are_checked_like_the_rest(tmp_path):
    text = "id: p\ntitle: {en: T}\nquestions: []\nranking:\n  longest_term: 9\n  classifier: forest\n"
    (tmp_path / "protocol.yaml").write_text(text)
    with pytest.raises(FaultyFileError) as fault:
        read_protocol(tmp_path / "protocol.yaml")
    found = [(line, path) for line, path, _ in fault.value.faults]
    assert found == [(5, "ranking.longest_term"), (6, "ranking.classifier")]
    assert "known: 'svm', 'logistic' or 'naive_bayes'" in str(fault.value)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [("questions_and_criteria", "T Who? Adults"), ("questions", "T Who?"), ("none", "")],
)
def test_what_of_the_protocol_leads_the_ranking_is_a_setting(tmp_path, wanted, words):
    text = (
        "id: p\ntitle: {en: T}\nquestions: [{id: Q, en: Who?}]\n"
        "criteria: {inclusion: [{id: I1, en: Adults}, {id: I2, en: Since 2000, guides_ranking: false}]}\n"
        f"ranking: {{protocol_words: {wanted}}}\n"
    )
    (tmp_path / "protocol.yaml").write_text(text)
    assert read_protocol(tmp_path / "protocol.yaml").query() == words


@pytest.mark.parametrize("name", ["relevance", "credibility", "confidence"])
def test_an_appraisal_item_is_not_named_like_what_is_judged_of_findings(tmp_path, name):
    text = "id: p\ntitle: {en: T}\nquestions: []\nappraisal:\n  - {id: A1}\n  - {id: NAME, en: Two}\n"
    (tmp_path / "protocol.yaml").write_text(text.replace("NAME", name))
    with pytest.raises(FaultyFileError, match="is judged of findings, not of studies") as fault:
        read_protocol(tmp_path / "protocol.yaml")
    assert [(line, path) for line, path, _ in fault.value.faults] == [(6, "appraisal.1.id")]


TITLED = "id: p\ntitle: {en: T}\nquestions: []\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "people:\n  - {id: ann}\n  - {id: ann/bo}\n",
            "line 6: people.1.id: 'ann/bo' cannot name a person's",
        ),
        ("people: [{id: ''}]\n", "line 4: people.0.id: '' cannot name a person's file"),
        ("people:\n  - {id: ann}\n  - {id: Ann}\n", "line 6: people.1.id: the ids 'ann' and 'Ann' differ in"),
        ("seed: -1\n", "line 4: seed: is a whole number from 0"),
        ("stages: [title_abstract, full_text, full_text]\n", "line 4: stages.2: names 'full_text' twice"),
        ("criteria:\n  exclusion:\n    - {id: '', en: Old}\n", "line 6: criteria.exclusion.0.id: is empty"),
        ("flags:\n  - {id: F1}\n  - {id: F1}\n", "line 6: flags.1.id: the id 'F1' is used twice"),
    ],
)
def test_what_would_fail_later_is_a_fault_of_the_protocol(tmp_path, text, said):
    (tmp_path / "protocol.yaml").write_text(TITLED + text)
    with pytest.raises(FaultyFileError) as fault:
        read_protocol(tmp_path / "protocol.yaml")
    assert len(fault.value.faults) == 1
    assert said in str(fault.value)
