"""A screener who decides otherwise after a conflict was settled: the settlement stands, and it is said."""

from pathlib import Path

import pytest

from samsyn import Review
from samsyn.cards.conflict_queue import ConflictQueue

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def settled(tmp_path) -> tuple[Review, str]:
    """A record on which ann and bo differed, and cy settled what ann says."""
    review = Review.new(tmp_path / "review", scheme="blank")
    review.add(DATA / "two_records.ris")
    record_id = str(review.records["record_id"].iloc[0])
    say(review, record_id, "ann", "include", day=5)
    say(review, record_id, "bo", "exclude", day=6)
    say(review, record_id, "cy", "include", day=7, adjudicates=True)
    return review, record_id


def say(review: Review, record_id: str, person: str, verdict: str, *, day: int, adjudicates=False) -> None:
    row = {"record_id": record_id, "verdict": verdict, "decided_at": f"2026-01-0{day}T09:00:00Z"}
    review.screen([row], person=person, adjudicates=adjudicates)


def verdict_of(review: Review, record_id: str) -> str:
    return review.verdicts().set_index("record_id").loc[record_id, "verdict"]


def test_what_was_settled_stands_and_check_says_who_changed_what(settled):
    review, record_id = settled
    assert review.check() == []
    say(review, record_id, "bo", "exclude", day=8)
    assert review.check() == []
    say(review, record_id, "ann", "exclude", day=9)
    assert verdict_of(review, record_id) == "include"
    [fault] = review.check()
    assert fault == (
        f"changed since settled: {record_id} at title_abstract (ann: include → exclude); what cy settled "
        "stands (include) until it is settled anew: samsyn screen --conflicts --csv settle.csv"
    )


def test_it_is_among_the_conflicts_until_it_is_settled_anew_in_table_or_card(settled):
    review, record_id = settled
    assert review.conflicts().empty
    say(review, record_id, "ann", "exclude", day=9)
    open_now = review.conflicts()
    assert open_now[["record_id", "open"]].values.tolist() == [[record_id, "changed since settled"]]
    assert set(open_now.filter(like="person_").iloc[0]) == {"ann", "bo", "cy"}
    queue = ConflictQueue(review, "cy")
    assert queue.current() == record_id
    queue.settle(record_id, "exclude")
    again = Review.open(review.folder)
    assert again.conflicts().empty
    assert again.check() == []
    assert verdict_of(again, record_id) == "exclude"


def test_a_word_that_is_taken_back_changes_nothing(settled):
    review, record_id = settled
    say(review, record_id, "ann", "exclude", day=9)
    review.undo_screening("ann")
    assert review.check() == []
    assert review.conflicts().empty
