"""What a review decided goes out with its records, in every format, in words that other tools read."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus import read_records
from samsyn import Review
from samsyn.command_line import main

DATA = Path(__file__).parents[1] / "data"
QUOTATION = "An independent facilitator promoted trust"


@pytest.fixture
def review(tmp_path) -> Review:
    """Two records, one included by two people and coded by one of them, the other excluded."""
    review = Review.new(tmp_path / "my-review")
    review.add(DATA / "two_records.ris")
    first, second = review.records["record_id"]
    for person in ("ann", "bo"):
        rows = [
            {"record_id": first, "verdict": "include"},
            {"record_id": second, "verdict": "exclude", "criterion": review.protocol.exclusion_order()[0]},
        ]
        review.screen(rows, person=person)
    row = {
        "record_id": first, "code_id": "facilitation_independent", "value": "present",
        "direction": "promotes", "field": "abstract", "quotation": QUOTATION,
        "finding": "A facilitator helped.",
    }  # fmt: skip
    review.code([row], person="ann")
    return review


@pytest.mark.parametrize("suffix", [".ris", ".bib", ".csv", ".json", ".xlsx"])
def test_verdict_reason_people_and_codes_are_in_every_format(review, tmp_path, suffix):
    assert review.export(tmp_path / f"out{suffix}") == 2
    records = read_records(tmp_path / f"out{suffix}").records.set_index("title")
    coded, excluded = (records.loc[title] for title in review.records["title"])
    assert "code:facilitation_independent" in coded["keywords"].split("; ")
    for said in ("samsyn: include by ann, bo", 'RAYYAN-INCLUSION: {"ann"=>"Included", "bo"=>"Included"}',
                 "ASReview_relevant", "samsyn codes: facilitation_independent (promotes)",
                 "RAYYAN-LABELS: facilitation_independent"):  # fmt: skip
        assert said in coded["notes"]
    reason = review.protocol.exclusion_order()[0]
    assert f"RAYYAN-EXCLUSION-REASONS: {reason}" in excluded["notes"]
    assert "ASReview_irrelevant" in excluded["notes"]
    assert "code:" not in excluded["keywords"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_tables_have_columns_of_their_own_for_what_was_decided(review, tmp_path, suffix):
    review.export(tmp_path / f"out{suffix}")
    kept = json.loads(read_records(tmp_path / f"out{suffix}").records.loc[0, "extra"])
    assert kept["verdict"] == ["include"]
    assert kept["people"] == ["ann; bo"]
    assert kept["codes"] == ["facilitation_independent"]
    assert kept["code_labels"] == [review.scheme.code("facilitation_independent").label.in_language("en")]


def test_each_subset_is_written_alone(review, tmp_path):
    counts = {which: review.export(tmp_path / f"{which}.ris", which=which)
              for which in ("all", "included", "excluded", "unscreened", "conflicts")}  # fmt: skip
    # one stage of two is decided, so nothing is included at every stage yet
    assert counts["all"] == 2
    assert counts["excluded"] == 1
    assert counts["unscreened"] == counts["conflicts"] == 0


def test_notes_and_labels_of_the_source_are_kept_beside_what_samsyn_adds(tmp_path):
    """A note over several lines, a numeric label, an address: nothing of it is lost on the way out."""
    review = Review.new(tmp_path / "my-review")
    review.add(DATA / "ris_note_over_lines.ris")
    review.export(tmp_path / "out.ris")
    record = read_records(tmp_path / "out.ris").records.iloc[0]
    assert "Using Smart Source Parsing Alder, Jo Birk, Pat Last line of the note" in record["notes"]
    assert "ASReview_not_seen" in record["notes"]
    assert json.loads(record["extra"])["LB"] == ["17"]
    assert json.loads(record["extra"])["AD"] == ["Department of Invention, Aarhus"]


def test_an_export_added_to_another_review_names_the_same_records(review, tmp_path):
    review.export(tmp_path / "out.ris")
    other = Review.new(tmp_path / "other")
    other.add(tmp_path / "out.ris")
    assert other.records["record_id"].tolist() == review.records["record_id"].tolist()


@pytest.mark.parametrize("suffix", [".ris", ".csv"])
def test_records_with_the_decisions_of_one_person_alone_are_refused(review, tmp_path, suffix):
    path = tmp_path / f"out{suffix}"
    words = ["export", str(path), "--as", "ann", "--review", str(review.folder)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert f"out{suffix} holds the decisions of all, not of ann alone" in done.output
    assert not path.exists()


def test_export_command_says_how_many(review, tmp_path):
    path = tmp_path / "out.json"
    done = CliRunner().invoke(main, ["export", str(path), "--review", str(review.folder)])
    assert done.output == f"2 records written to {path}.\n"
