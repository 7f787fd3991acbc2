"""Where a review stands with stopping: the sequence from the journals, the levels, and their words."""

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

import corpus
from corpus import (
    Audit,
    FaultyFileError,
    StoppingPlan,
    level_in_words,
    past_figures,
    read_protocol,
    reading_order,
    screening_decisions,
    screening_verdicts,
    stopping_sentences,
    stopping_state,
    stopping_svg,
)
from corpus.stopping_levels import LEVELS, applied_level

PROTOCOL = "id: p\ntitle: {en: T}\nquestions: []\n"


def order_of(*said: tuple[str, str, str, str], adjudicated: tuple[tuple[str, str], ...] = ()) -> list[list]:
    lines = [
        {"type": "screening", "person": person, "record_id": record, "verdict": verdict,
         "stage": "title_abstract", "decided_at": time}
        for person, record, verdict, time in said
    ]  # fmt: skip
    lines += [
        {"type": "screening", "person": "chair", "record_id": record, "verdict": verdict,
         "stage": "title_abstract", "decided_at": "T9", "adjudicates": True}
        for record, verdict in adjudicated
    ]  # fmt: skip
    decisions = screening_decisions(lines)
    return reading_order(decisions, screening_verdicts(decisions)).values.tolist()


def state_of(found: list[int], n_total: int, plan: StoppingPlan | None = None, **more):
    order = pd.DataFrame(
        {"record_id": [f"r{n}" for n in range(len(found))], "relevant": found, "settled": True}
    )
    return stopping_state(order, n_total, plan or StoppingPlan(), **more)


def test_the_journal_gives_the_order_and_not_the_clock():
    assert order_of(("ann", "r1", "exclude", "T5"), ("ann", "r2", "include", "T1")) == [
        ["r1", 0, True],
        ["r2", 1, True],
    ]


def test_two_people_are_merged_by_time_each_in_their_own_order():
    said = order_of(
        ("ann", "r1", "exclude", "T1"),
        ("ann", "r3", "exclude", "T4"),
        ("bo", "r2", "include", "T2"),
        ("bo", "r4", "exclude", "T1"),  # bo's clock was set back
        ("bo", "r1", "exclude", "T6"),
    )
    assert [row[0] for row in said] == ["r1", "r2", "r4", "r3"]


def test_a_changed_mind_keeps_the_place_of_the_first_decision():
    said = order_of(
        ("ann", "r1", "exclude", "T1"), ("ann", "r2", "exclude", "T2"), ("ann", "r1", "include", "T3")
    )
    assert said == [["r1", 1, True], ["r2", 0, True]]


def test_unsure_and_conflict_count_as_relevant_until_settled():
    conflict = (("ann", "r1", "include", "T1"), ("bo", "r1", "exclude", "T2"), ("ann", "r2", "unsure", "T3"))
    assert order_of(*conflict) == [["r1", 1, False], ["r2", 1, False]]
    assert order_of(*conflict, adjudicated=(("r1", "exclude"),)) == [["r1", 0, True], ["r2", 1, False]]


def test_a_record_that_waits_counts_as_the_first_screener_said():
    lines = [
        {
            "type": "screening",
            "person": "ann",
            "record_id": f"r{n}",
            "verdict": verdict,
            "stage": "title_abstract",
        }
        for n, verdict in enumerate(["exclude", "include"])
    ]
    decisions = screening_decisions(lines)
    waiting = screening_verdicts(decisions).assign(verdict="waiting")
    assert reading_order(decisions, waiting).values.tolist() == [["r0", 0, False], ["r1", 1, False]]


def test_full_text_decisions_do_not_make_a_record_read():
    decisions = screening_decisions(
        [{"type": "screening", "person": "a", "record_id": "r1", "verdict": "include", "stage": "full_text"}]
    )
    assert len(reading_order(decisions, screening_verdicts(decisions))) == 0


@pytest.mark.parametrize(
    ("written", "line", "said"),
    [
        (
            "stopping:\n  level: brave\n",
            5,
            "known: 'cautious', 'standard', 'fast', 'certified' or 'in_a_row'",
        ),
        ("stopping:\n  level: fast\n  target_recall: 95\n", 6, "must be from 0.5 to 1.0 (found 95)"),
        ("stopping:\n  confidence: 0\n", 5, "must be from 0.5 to 0.999 (found 0)"),
        ("stopping:\n  in_a_row: 0\n", 5, "must be from 1 to 1,000,000 (found 0)"),
        ("stopping:\n  recall: 0.9\n", 5, "is not a known key here"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_its_line(tmp_path, written, line, said):
    (tmp_path / "protocol.yaml").write_text(PROTOCOL + written)
    with pytest.raises(FaultyFileError) as fault:
        read_protocol(tmp_path / "protocol.yaml")
    assert [found for found, _, _ in fault.value.faults] == [line]
    assert said in str(fault.value)


def test_without_a_word_in_the_protocol_the_standard_level_holds(tmp_path):
    (tmp_path / "protocol.yaml").write_text(PROTOCOL)
    assert read_protocol(tmp_path / "protocol.yaml").stopping == StoppingPlan("standard", 0.95, 0.95, 200)


def test_a_level_not_made_for_the_target_gives_way_to_buscars_test_and_says_so():
    plan = StoppingPlan("standard", target_recall=0.9)
    state = state_of([1] * 30 + [0] * 200, 300, plan)
    assert state.level == "cautious"
    assert state.chosen.level == "cautious"
    assert "made for a target recall of 95% only; for 90%" in " ".join(stopping_sentences(state))
    assert "kun lavet til et mål på 95\u00a0%" in " ".join(stopping_sentences(state, "da"))
    assert applied_level(StoppingPlan("in_a_row", target_recall=0.9)) == "in_a_row"


def test_a_stop_stays_known_when_reading_went_on_and_found_more():
    found = [1] * 20 + [0] * 150 + [1, 1, 1, 1, 1, 1]
    state = state_of(found, 200)
    assert state.chosen.stopped_at is not None
    assert not state.chosen.says_stop
    said = " ".join(stopping_sentences(state))
    assert f"said stop after {state.chosen.stopped_at} records" in said
    assert "no longer says so: read on" in said


def test_few_relevant_records_are_said_to_be_few():
    assert "means all of them" in " ".join(stopping_sentences(state_of([1] * 10 + [0] * 60, 100)))
    assert "means all of them" not in " ".join(stopping_sentences(state_of([1] * 20 + [0] * 60, 100)))


def test_nothing_read_and_nothing_found_are_said():
    assert stopping_sentences(state_of([], 50))[1] == "No record has been read yet."
    assert "nothing can be said of recall" in " ".join(stopping_sentences(state_of([0] * 10, 50)))


def test_all_figures_are_plain_values():
    figures = state_of([1, 1, 1] + [0] * 90, 100).figures()
    assert (figures["n_read"], figures["n_unread"], figures["n_relevant"]) == (93, 7, 3)
    assert list(figures["levels"]) == [
        "cautious", "standard", "fast", "certified", "in_a_row_50", "in_a_row_100", "in_a_row_200",
    ]  # fmt: skip


def test_a_run_of_the_protocols_own_length_stands_among_the_others():
    state = state_of([1, *[0] * 80], 400, StoppingPlan("in_a_row", in_a_row=75))
    assert (state.chosen.n, state.chosen.stopped_at) == (75, 76)


# --- the audit ----------------------------------------------------------------------------------------------


def audited(verdicts: dict[str, str], n_total: int = 60):
    found = [1] * 20 + [0] * 20
    names = [f"r{n}" for n in range(40)] + [name for name in verdicts if verdicts[name]]
    order = pd.DataFrame({
        "record_id": names,
        "relevant": [*found, *(int(verdicts[name] != "exclude") for name in names[40:])],
        "settled": [True] * 40 + [verdicts[name] in ("include", "exclude") for name in names[40:]],
    })  # fmt: skip
    audit = Audit(tuple(verdicts), n_read=40, n_total=60)
    return stopping_state(order, n_total, StoppingPlan("certified"), audits=[audit], verdicts=verdicts)


def test_an_audit_that_found_nothing_certifies_once_the_last_is_decided():
    verdicts = {f"a{n}": "exclude" for n in range(16)}
    waiting = audited({**verdicts, "a15": ""})
    assert (waiting.audit.n_waiting, waiting.audit.bound, waiting.chosen.says_stop) == (1, None, False)
    assert "1 wait for a verdict" in " ".join(stopping_sentences(waiting))
    done = audited(verdicts)
    assert (done.audit.bound.certified, done.chosen.stopped_at) == (True, 56)
    assert "recall is at least 95.2%" in " ".join(stopping_sentences(done))


def test_an_unsure_record_of_an_audit_waits():
    assert audited({"a0": "exclude", "a1": "unsure"}).audit.n_waiting == 1


def test_records_added_after_an_audit_make_it_outdated():
    state = audited({f"a{n}": "exclude" for n in range(16)}, n_total=70)
    assert (state.audit.is_outdated, state.audit.bound, state.chosen.says_stop) == (True, None, False)
    assert "draw a new one" in " ".join(stopping_sentences(state))


# --- words and picture --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("level", LEVELS)
def test_every_level_says_what_it_assumes_and_how_it_did(level, language):
    words = level_in_words(level, StoppingPlan(), language)
    assert words.name and len(words.assumes) > 60
    assert re.search(r"\d+ (past|tidligere) reviews", words.past)
    assert re.search(r"\d%" if language == "en" else r"\d\u00a0%", words.past)
    assert "{" not in words.name + words.assumes + words.past


def test_figures_measured_at_another_target_or_confidence_say_so():
    for plan, level, is_said in (
        (StoppingPlan(), "cautious", False),
        (StoppingPlan(confidence=0.8), "cautious", True),
        (StoppingPlan(confidence=0.8), "standard", False),
        (StoppingPlan(target_recall=0.9), "in_a_row", True),
    ):
        assert ("not with the protocol’s own" in level_in_words(level, plan).past) == is_said


def test_no_level_but_the_certified_promises_a_guarantee():
    for level in ("standard", "fast"):
        assert "not a strict guarantee" in level_in_words(level, StoppingPlan()).assumes
        assert "ingen streng garanti" in level_in_words(level, StoppingPlan(), "da").assumes


def test_the_measured_failure_rate_stands_beside_the_heuristic():
    failed = 1 - past_figures()["rules"]["in_a_row_50"]["runs_kept"]
    assert failed > 0.5
    assert (
        f"in {100 * failed:.1f}".rstrip("0").rstrip(".")
        in level_in_words("in_a_row", StoppingPlan(), n=50).past
    )


def test_the_standard_level_was_measured_to_do_what_it_says():
    measured = past_figures()["rules"]
    assert measured["standard"]["runs_kept"] >= 0.95
    assert measured["standard"]["large_sets_short"] == 0
    assert measured["standard"]["saved"] >= 1.5 * measured["cautious"]["saved"]


def test_every_text_stands_in_both_languages_once():
    text = (Path(corpus.__file__).parent / "stopping_words.yaml").read_text(encoding="utf-8")
    keys = re.findall(r"^(\w+):$", text, re.MULTILINE)
    assert len(keys) == len(set(keys))
    for key, words in yaml.safe_load(text).items():
        assert set(words) == {"en", "da"}, key
        fields = [set(re.findall(r"\{(\w+)\}", str(words[language]))) for language in ("en", "da")]
        assert fields[0] == fields[1], key


def test_one_record_is_said_in_the_singular():
    state = state_of([1], 1)
    assert stopping_sentences(state)[1] == "The only record is read; relevant: 1."
    assert stopping_sentences(state, "da")[1] == "Den eneste post er læst; relevante: 1."
    assert ">1 record, in the order read<" in stopping_svg(state)
    assert stopping_sentences(state_of([1, 0], 2))[1] == "All 2 records are read, 1 of them relevant."


def test_the_picture_says_in_words_what_it_shows_and_escapes_nothing_twice():
    state = state_of([1] * 25 + [0] * 250, 400)
    picture = stopping_svg(state)
    assert picture.startswith("<svg") and 'role="img"' in picture
    assert "275 of 400 records are read, 25 of them relevant" in picture
    assert f">stop: {state.chosen.stopped_at}</text>" in picture
    assert 'lang="da"' in stopping_svg(state, "da")
    assert "<table" in state._repr_html_()
