"""What to code next: the blind sample first, and nothing said of what is to be read blind. All invented."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from coding_scheme import (
    Code,
    CodeClassifier,
    CodingDecision,
    CodingScheme,
    Segment,
    Theme,
    as_line,
    blind_sample,
    coding_decisions,
    coding_queue,
    suggest,
)
from corpus.protocol import Wording

TRUST = Code("trust", indicators={"en": ("trust*",)})
POWER = Code("power", indicators={"en": ("power*",)})
SCHEME = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (TRUST, POWER)),))
NEUTRAL = "The survey was sent to all towns in the spring of that year."
TOLD = "Power lay with the funders who met in the capital every month."
RECORDS = pd.DataFrame([
    {"record_id": f"r{n:02}", "title": "",
     "abstract": f"{NEUTRAL} {'Trust between them grew over time.' if n % 2 else TOLD} They met in town {n}."}
    for n in range(40)
])  # fmt: skip
SAMPLE = blind_sample(RECORDS["record_id"].tolist(), seed=1)
OTHERS = [name for name in RECORDS["record_id"] if name not in SAMPLE]
ABSTRACT = RECORDS.set_index("record_id")["abstract"]


def decided(record_id, person, value="present", round="blind"):
    if value != "present":
        return as_line(CodingDecision(record_id, "trust", value, person, round=round))
    abstract = ABSTRACT[record_id]
    start = len(NEUTRAL) + 1
    end = abstract.index(".", start) + 1
    segment = Segment("abstract", start, end, abstract[start:end])
    return as_line(CodingDecision(record_id, "trust", "present", person, "promotes", (segment,), round=round))


def read_sample(person):
    return [as_line(CodingDecision(name, "", "absent", person)) for name in SAMPLE]


def queue_of(person, lines, records=RECORDS, language="en"):
    decisions = coding_decisions(lines)
    return coding_queue(
        records,
        decisions,
        SCHEME,
        person,
        classifier=CodeClassifier(records, SCHEME).learn(decisions),
        suggestions=suggest(records, SCHEME),
        language=language,
    )


def test_the_blind_sample_comes_first_with_its_suggestions_hidden():
    queue = queue_of("ann", [])
    assert queue["record_id"].tolist()[: len(SAMPLE)] == SAMPLE
    assert queue["hidden"].tolist() == [kind == "blind" for kind in queue["kind"]]
    assert queue["place"].tolist() == list(range(1, len(queue) + 1))


def test_nothing_is_said_of_a_record_before_it_was_read_blind():
    contested = [decided(SAMPLE[0], "bo"), decided(SAMPLE[0], "cy", "absent")]
    queue = queue_of("ann", contested)
    about = queue[queue["record_id"].isin(SAMPLE)]
    assert set(about["kind"]) == {"blind"}
    assert not about["reason"].str.contains("bo|cy|trust|%").any()


def test_the_sample_is_the_same_for_everybody_and_read_once_by_each():
    after = queue_of("ann", read_sample("ann"))
    assert "blind" not in set(after["kind"])
    assert queue_of("bo", read_sample("ann"))["record_id"].tolist()[: len(SAMPLE)] == SAMPLE


@given(st.sets(st.text(min_size=1, max_size=4), min_size=1, max_size=60), st.integers(0, 5))
def test_records_that_come_later_take_a_place_in_the_sample_and_move_nobody_else(names, seed):
    before = blind_sample(sorted(names), seed=seed)
    after = blind_sample([*sorted(names, reverse=True), "a later one"], seed=seed)
    assert len(before) == min(len(names), max(10, -(-len(names) // 10)))
    assert len(set(before) - set(after)) <= 1
    assert [name for name in after if name in before] == [name for name in before if name in after]


def test_codes_with_few_examples_are_looked_for_where_the_schemes_words_stand():
    queue = queue_of("ann", read_sample("ann"))
    few = queue[queue["kind"] == "few examples"]
    assert few.groupby("code_id").size().to_dict() == {"power": 3, "trust": 3}
    for row in few.to_dict("records"):
        assert {"trust": "Trust", "power": "Power"}[row["code_id"]] in ABSTRACT[row["record_id"]]
    assert "power has 0 of 10 examples" in few[few["code_id"] == "power"]["reason"].iloc[0]


def test_where_the_classifier_is_least_sure_comes_before_few_examples_and_the_nearest_first():
    learned = [name for name in OTHERS if "Trust" in ABSTRACT[name]][:11]
    learned += [name for name in OTHERS if "Trust" not in ABSTRACT[name]][:5]
    lines = [decided(name, "ann", "present" if "Trust" in ABSTRACT[name] else "absent") for name in learned]
    # two who read alike and coded otherwise: where it learned little there it is unsure
    queue = queue_of("bo", [*read_sample("bo"), *lines])
    kinds = list(dict.fromkeys(queue["kind"]))
    assert kinds == sorted(kinds, key=["unsure", "few examples", "disagreement", "unread"].index)
    unsure = queue[queue["kind"] == "unsure"]
    assert unsure["probability"].between(0, 1).all()
    assert unsure["probability"].notna().all()
    assert queue.loc[queue["kind"] != "unsure", "probability"].isna().all()


def test_disagreements_are_named_with_what_each_said():
    lines = [decided(OTHERS[0], "bo"), decided(OTHERS[0], "cy", "absent")]
    queue = queue_of("ann", [*read_sample("ann"), *lines])
    [row] = queue[queue["kind"] == "disagreement"].to_dict("records")
    assert (row["record_id"], row["code_id"]) == (OTHERS[0], "trust")
    assert row["reason"] == "people differ: bo: present, promotes; cy: absent"


def test_what_one_has_read_is_not_asked_again_and_what_nobody_has_read_is_there():
    queue = queue_of("ann", [*read_sample("ann"), decided(OTHERS[0], "ann"), decided(OTHERS[1], "bo")])
    assert OTHERS[0] not in set(queue["record_id"])
    unread = set(queue.loc[queue["kind"] == "unread", "record_id"])
    assert unread == set(OTHERS[2:])


def test_reasons_in_danish():
    queue = queue_of("ann", [], language="da")
    assert queue["reason"].iloc[0] == "pålidelighedsprøve: læs den blindt, uden forslag"


def test_the_order_of_records_does_not_matter():
    lines = [*read_sample("ann"), decided(OTHERS[1], "bo")]
    pd.testing.assert_frame_equal(queue_of("ann", lines), queue_of("ann", lines, RECORDS.iloc[::-1]))
