"""A review folder damaged at random says what is wrong; at length: ``benchmarks/hostile_folder.py``."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

from corpus import ReviewError
from samsyn import Review

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "hostile_folder.py"


@pytest.fixture(scope="module")
def benchmark():
    named = importlib.util.spec_from_file_location("hostile_folder", BENCHMARK)
    module = importlib.util.module_from_spec(named)
    sys.modules[named.name] = module
    named.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def review(benchmark, tmp_path_factory) -> Review:
    return benchmark.small_review(tmp_path_factory.mktemp("small") / "review")


def test_files_damaged_at_random_are_refused_in_words_noticed_or_harmless(benchmark):
    n, crashes = benchmark.damage(range(5), seed=11)
    assert crashes == []
    assert sum(count for (_, outcome), count in n.items() if outcome == "damaged") == 5


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [("screening/screener-1", {"record_id": {"a": 1}}, "line 2 is cut short or no decision"),
     ("screening/screener-1", {"stage": None}, "line 2 is cut short or no decision"),
     ("coding/coder-1", {"segments": [{"start": "x"}]}, "line 2 is cut short or no decision"),
     ("coding/coder-1", {"reading": 10**30}, "line 2 is cut short or no decision"),
     ("coding/coder-1", {"facets": []}, "line 2 is cut short or no decision")],
)  # fmt: skip
def test_a_line_made_into_no_decision_is_shown_and_not_counted(review, kind, change, said):
    path = review.folder / f"decisions/{kind}.jsonl"
    before = path.read_bytes()
    lines = before.splitlines()
    lines[1] = json.dumps(json.loads(lines[1]) | change).encode()
    path.write_bytes(b"\n".join(lines) + b"\n")
    try:
        assert any(f"decisions/{kind}.jsonl {said}" in fault for fault in Review.open(review.folder).check())
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize(
    "change",
    [{"source_id": None}, {"sha256": 1}, {"columns": [1]}, {"searches": [1]}, {"date": []}, {"platform": {}}],
)
def test_a_line_that_does_not_say_its_source_is_refused_with_its_number(review, change):
    path = review.folder / "sources" / "sources.jsonl"
    before = path.read_bytes()
    line = json.loads(before)
    path.write_bytes(
        json.dumps({key: value for key, value in (line | change).items() if value is not None}).encode()
    )
    try:
        with pytest.raises(ReviewError, match=r"sources\.jsonl line 1: This line does not say"):
            Review.open(review.folder).status()
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("name", ["", ".", "..", "../sources", "a/../records.ris", "w" * 300, "\x00"])
def test_a_source_that_is_no_file_of_the_folder_is_said_to_be_missing(review, name):
    path = review.folder / "sources" / "sources.jsonl"
    before = path.read_bytes()
    path.write_bytes(json.dumps(json.loads(before) | {"source_id": name}).encode())
    shown = re.escape(name.replace("\0", "�"))
    try:
        for command in ("check", "status"):
            with pytest.raises(ReviewError, match=f"The source {shown} is missing"):
                getattr(Review.open(review.folder), command)()
    finally:
        path.write_bytes(before)


def test_a_control_character_in_an_own_file_is_a_fault_with_its_line(review):
    path = review.folder / "synthesis.yaml"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"en: It matters.", b'en: "It \\x1b[2J matters."'))
    try:
        with pytest.raises(
            ReviewError, match=r"synthesis\.yaml line 2: themes\.0\.en: holds a control character"
        ):
            _ = Review.open(review.folder).author
    finally:
        path.write_bytes(before)
