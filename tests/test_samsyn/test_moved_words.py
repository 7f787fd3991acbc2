"""Coded words when a duplicate comes later with another abstract: followed where they stand once."""

from pathlib import Path

import pytest

from samsyn import Review
from samsyn.cards.checking_queue import CheckingQueue
from synthesis import read_trace

ENTRY = """TY  - JOUR
TI  - Shared trust in groups of towns
AU  - Alder, Jo
PY  - 2019
DO  - 10.5555/a
AB  - {}
ER  -
"""
WORDS = "Trust grew slowly. Money was short."
LONGER = "More follows. " * 12


@pytest.fixture
def coded(tmp_path) -> Review:
    """A review of one included record in which ann has coded "Money was short"."""
    review = Review.new(tmp_path / "review", scheme="blank")
    review.add(export(tmp_path / "one.ris", WORDS))
    [record_id] = review.records["record_id"]
    for stage in review.protocol.stages:
        review.screen([{"record_id": record_id, "verdict": "include", "stage": stage}], person="ann")
    code(review, record_id)
    assert review.check() == []
    return review


def export(path: Path, abstract: str) -> Path:
    path.write_text(ENTRY.format(abstract), encoding="utf-8")
    return path


def code(review: Review, record_id: str, quotation: str = "Money was short") -> None:
    row = {"record_id": record_id, "code_id": "first_code", "value": "present", "direction": "promotes"}
    review.code([row | {"quotation": quotation}], person="ann")


def test_what_stands_once_in_the_longer_abstract_is_followed_to_report_check_and_card(coded, tmp_path):
    coded.add(export(tmp_path / "two.ris", f"Background: much is said. {WORDS} {LONGER}"))
    [segment] = coded.coded().to_dict("records")
    [abstract] = coded.records["abstract"]
    assert abstract.startswith("Background")
    assert abstract[segment["start"] : segment["end"]] == segment["text"] == "Money was short"
    assert coded.check() == []
    coded.render()
    assert Review.open(coded.folder).check() == []
    [traced] = read_trace(coded.folder / "output" / "trace.json")["segments"].values()
    assert (traced["start"], traced["end"]) == (segment["start"], segment["end"])
    queue = CheckingQueue(coded, "bo", learns_beside=False)
    [shown] = queue.lines.of(segment["record_id"])[["start", "end"]].values.tolist()
    assert shown == [segment["start"], segment["end"]]
    # taken back by the name of the line, which is still that of the words as they were coded
    coded.undo_coding("ann")
    assert coded.coded().empty


@pytest.mark.parametrize(
    "abstract", [f"Background. {WORDS} {WORDS} {LONGER}", f"Trust grew. Money was scarce. {LONGER}"]
)
def test_words_that_are_gone_or_stand_twice_are_listed_for_people(coded, tmp_path, abstract):
    coded.add(export(tmp_path / "two.ris", abstract))
    [fault] = coded.check()
    assert "“Money was short”, coded as first_code by ann, is not at its place in the abstract" in fault
    if "short" in abstract:
        [record_id] = coded.records["record_id"]
        code(coded, record_id, "Money was short. More")
        assert coded.check() == []
