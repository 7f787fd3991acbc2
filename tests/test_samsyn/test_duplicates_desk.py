"""Duplicates in a review folder: side by side, explained, undone, remembered."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from corpus import Search, UsageError
from samsyn import Review, duplicates_desk
from samsyn.command_line import main
from samsyn.decision_tables import read_rows

ENTRY = """TY  - JOUR
TI  - {title}
AU  - Alder, Jo
AU  - Vine, Pat
PY  - {year}
JO  - Imaginary Journal of Trust
N1  - Invented example record
ER  -

"""
TITLE = "Trust and time in neighbourhood partnerships"


@pytest.fixture
def review(tmp_path) -> Review:
    """Three exports: a record, the same, and one of the year after that a person must look at."""
    review = Review.new(tmp_path / "review")
    for name, title, year in (
        ("Scopus", TITLE, 2019),
        ("Embase", TITLE.upper(), 2019),
        ("ERIC", TITLE, 2020),
    ):
        (tmp_path / f"{name}.ris").write_text(ENTRY.format(title=title, year=year), encoding="utf-8")
        review.add(tmp_path / f"{name}.ris", Search(name))
    return review


def run(review: Review, *arguments: object):
    return CliRunner().invoke(
        main, ["duplicates", *map(str, arguments), "--review", str(review.folder)], catch_exceptions=False
    )


def ids(review: Review) -> list[str]:
    return review.collection().records["record_id"].tolist()


def test_doubtful_pairs_go_out_side_by_side_and_come_back_with_a_verdict(review, tmp_path):
    assert (
        "3 records, 1 duplicates, 2 unique, 1 doubtful pair"
        in run(review, "--csv", tmp_path / "d.csv").output
    )
    [row] = read_rows(tmp_path / "d.csv")
    assert row["why"] == "same title, authors and journal, but the years differ"
    assert {row["year_a"], row["year_b"]} == {"2019", "2020"}
    assert {row["title_a"].upper(), row["title_b"].upper()} == {TITLE.upper()}
    table = pd.read_csv(tmp_path / "d.csv", dtype="str", keep_default_na=False)
    table.assign(verdict="different").to_csv(tmp_path / "d.csv", index=False)
    done = run(review, "--decide", tmp_path / "d.csv", "--as", "ann", "--json")
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "records": 3, "unique": 2, "duplicates": 1, "doubtful_pairs": 0, "kept_apart_by_people": 0,
        "decided_apart": [],
    }  # fmt: skip


def test_a_word_can_be_said_of_two_records_and_taken_back(review):
    first, second, third = ids(review)
    files = {path: path.read_bytes() for path in review.folder.glob("decisions/**/*.jsonl")}
    assert files == {}
    assert "3 records, 2 duplicates, 1 unique" in run(review, "--same", first, third, "--as", "ann").output
    assert "3 records, 2 duplicates" in run(review, "--same", second, third, "--as", "ann").output
    assert "2 decisions of ann taken back" in run(review, "--undo", 2, "--as", "ann").output
    # nothing was deleted: two words and two lines that take them back
    [path] = review.folder.glob("decisions/duplicates/*.jsonl")
    assert len(path.read_text(encoding="utf-8").splitlines()) == 4
    again = Review.open(review.folder)
    assert again.duplicates().groups.nunique() == 2
    assert len(again.duplicates().doubtful) == 1
    assert again.evidence().duplicate_decisions.empty
    with pytest.raises(UsageError, match="ann has 0 duplicate decisions to take back, not 1"):
        again.undo_duplicates("ann")


def test_what_an_undone_word_had_overridden_stands_again(review):
    first, _, third = ids(review)
    for verdict in ("different", "same"):
        row = {"record_id_a": first, "record_id_b": third, "verdict": verdict}
        review.decide_duplicates([row], person="ann")
    assert len(review.records) == 1
    review.undo_duplicates("ann")
    assert len(review.records) == 2
    assert review.duplicates().doubtful.empty


def test_what_was_settled_of_a_study_stays_settled_when_a_duplicate_of_it_is_found(review):
    first, _, other = ids(review)
    noted = [{"record_id": name, "descriptor": "country", "value": said}
             for name, said in ((first, "Denmark"), (other, "Sweden"))]  # fmt: skip
    review.describe(noted, person="ann")
    review.describe([noted[0] | {"value": "Norway"}], person="cy", adjudicates=True)
    review.decide_duplicates([{"record_id_a": first, "record_id_b": other, "verdict": "same"}], person="ann")
    assert review.descriptors()[["record_id", "value", "person"]].to_numpy().tolist() == [
        [review.records.loc[0, "record_id"], "Norway", "cy"]
    ]


def test_people_who_name_two_entries_of_one_main_report_agree_once_these_are_merged(review, tmp_path):
    (tmp_path / "part.ris").write_text(ENTRY.format(title="Interviews on money", year=2021), "utf-8")
    review.add(tmp_path / "part.ris", Search("ERIC"))
    first, _, other, part = ids(review)
    for stage in review.protocol.stages:
        included = [{"record_id": name, "verdict": "include", "stage": stage} for name in (first, part)]
        review.screen(included, person="ann")
    for person, main_report in (("ann", first), ("bo", other)):
        row = {"record_id": part, "descriptor": "part_of_study", "value": main_report}
        review.describe([row], person=person)
    review.decide_duplicates([{"record_id_a": first, "record_id_b": other, "verdict": "same"}], person="ann")
    assert review.descriptors()["person"].tolist() == ["ann; bo"]
    review.render(formats=["html", "csv"])
    assert review.check() == []
    assert review.flow().included_studies == 1


def test_an_explanation_can_be_asked_of_any_member(review):
    first, second, third = ids(review)
    said = run(review, "--explain", second).output
    assert f"{first}: merged from 2 records" in said
    assert "same title, authors, year and journal" in said
    assert "but the years differ" in said
    told = json.loads(run(review, "--explain", third, "--json").output)
    assert [row["record_id"] for row in told["members"]] == [third]
    assert {row["outcome"] for row in told["neighbours"]} == {"doubtful"}
    assert "There is no record 'nothing'" in run(review, "--explain", "nothing").output


def test_who_says_so_must_be_named_and_one_thing_is_asked_at_a_time(review):
    first, second, _ = ids(review)
    assert "Who says so?" in run(review, "--different", first, second).output
    assert "one at a time" in run(review, "--undo", 1, "--explain", first).output


def test_comparisons_of_a_large_review_are_kept_and_may_be_deleted(review, monkeypatch, tmp_path):
    monkeypatch.setattr(duplicates_desk, "_KEPT_FROM", 2)
    before = review.duplicates()
    kept = review.folder / ".cache" / "duplicates"
    assert sorted(path.name.split("-")[0] for path in kept.iterdir()) == [
        "compared.json", "order", "pairs", "records"
    ]  # fmt: skip
    again = Review.open(review.folder).duplicates()
    assert again.compared.n_compared == 0
    assert again.groups.equals(before.groups)
    (tmp_path / "more.ris").write_text(ENTRY.format(title="Steel bridges under load", year=2019))
    review.add(tmp_path / "more.ris", Search("PsycINFO"))
    assert review.duplicates().groups.nunique() == before.groups.nunique() + 1
    for path in kept.iterdir():
        path.unlink()
    assert Review.open(review.folder).duplicates().groups.equals(review.duplicates().groups)
