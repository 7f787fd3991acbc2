"""Who screens what depends on the record and the seed alone; shares are what the plan says."""

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import ScreeningPlan, assignments, calibration_sample

record_ids = st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=40)
plans = st.builds(
    ScreeningPlan,
    plan=st.sampled_from(["all_twice", "overlap", "single"]),
    overlap=st.floats(0, 100),
    full_text=st.sampled_from(["", "all_twice", "single"]),
    screeners=st.sampled_from([("ann", "bo"), ("ann", "bo", "cy"), ("bo", "ann")]),
)
MANY = [f"scopus:{number}" for number in range(5000)]


def people_of(frame) -> dict[str, list[str]]:
    return frame.groupby("record_id")["person"].agg(list).to_dict()


@given(record_ids, plans, st.integers(0, 2**32), st.randoms())
def test_adding_records_or_shuffling_them_reassigns_nobody(ids, plan, seed, shuffler):
    every = people_of(assignments(ids, plan, seed=seed))
    some = [record_id for record_id in ids if shuffler.random() < 0.5]
    shuffler.shuffle(some)
    assert people_of(assignments(some, plan, seed=seed)) == {name: every[name] for name in some}


@given(record_ids, plans, st.sampled_from(["title_abstract", "full_text"]))
def test_every_record_has_one_or_two_different_screeners(ids, plan, stage):
    found = people_of(assignments(ids, plan, seed=1, stage=stage))
    assert list(found) == sorted(ids, key=list(found).index)
    assert all(len(people) == len(set(people)) in (1, 2) for people in found.values())
    if plan.per_cent_twice(stage) in (0, 100):
        assert {len(people) for people in found.values()} <= {1 + (plan.per_cent_twice(stage) == 100)}


@pytest.mark.parametrize("per_cent", [5, 20, 50])
@pytest.mark.parametrize("screeners", [("ann", "bo"), ("ann", "bo", "cy")])
def test_overlap_and_load_are_what_the_plan_says(per_cent, screeners):
    """Within four standard deviations of the binomial; a fixed draw, so it cannot come out otherwise."""
    plan = ScreeningPlan("overlap", overlap=per_cent, screeners=screeners)
    found = people_of(assignments(MANY, plan, seed=20230906))
    twice = sum(len(people) == 2 for people in found.values())
    spread = (len(MANY) * per_cent / 100 * (1 - per_cent / 100)) ** 0.5
    assert abs(twice - len(MANY) * per_cent / 100) < 4 * spread
    load = Counter(person for people in found.values() for person in people)
    fair = sum(load.values()) / len(screeners)
    assert all(abs(load[person] - fair) < 4 * fair**0.5 for person in screeners)


def test_a_screener_who_joins_moves_no_record_between_the_others():
    two = people_of(assignments(MANY, ScreeningPlan("single", screeners=("ann", "bo")), seed=7))
    three = people_of(assignments(MANY, ScreeningPlan("single", screeners=("ann", "bo", "cy")), seed=7))
    moved = {name for name in MANY if two[name] != three[name]}
    assert moved
    assert all(three[name] == ["cy"] for name in moved)


def test_calibration_records_go_to_everybody():
    plan = ScreeningPlan("single", screeners=("ann", "bo", "cy"))
    found = people_of(assignments(["r1", "r2"], plan, seed=1, everybody={"r2"}))
    assert (len(found["r1"]), found["r2"]) == (1, ["ann", "bo", "cy"])


def test_assignments_are_the_same_in_another_process_with_another_hash_seed():
    code = (
        "from corpus import ScreeningPlan, assignments; import hashlib;"
        "plan = ScreeningPlan('overlap', overlap=20, screeners=('ann', 'bo', 'cy'));"
        "frame = assignments([f'ø:{i}' for i in range(300)], plan, seed=3);"
        "print(hashlib.sha256(frame.to_csv().encode()).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1


@given(record_ids, st.integers(1, 20), st.integers(0, 1000), st.lists(st.text(max_size=5), max_size=20))
def test_a_calibration_sample_stays_once_begun_and_rounds_share_no_record(ids, size, seed, added):
    first = calibration_sample(ids, size, seed=seed, drawn={})
    assert len(first) == min(size, len(ids))
    drawn = dict.fromkeys(first, 1)
    later = list(dict.fromkeys([*added, *ids]))
    again = calibration_sample(later, size, seed=seed, drawn=drawn)
    assert set(first) <= set(again)  # a round that was short is filled up
    assert again == first or len(first) < size
    first, drawn = again, dict.fromkeys(again, 1)
    second = calibration_sample(later, size, seed=seed, drawn=drawn, round_=2)
    assert not set(first) & set(second)
    assert len(second) == min(size, len(later) - len(first))
    both = drawn | dict.fromkeys(second, 2)
    assert calibration_sample(later, size, seed=seed, drawn=both, round_=2) == second


def test_a_calibration_sample_is_drawn_evenly():
    """Each tenth of the records is drawn from about as often as any other."""
    tenths = Counter(
        MANY.index(name) // 500
        for seed in range(40) for name in calibration_sample(MANY, 50, seed=seed, drawn={})
    )  # fmt: skip
    assert all(abs(tenths[tenth] - 200) < 4 * 200**0.5 for tenth in range(10))
