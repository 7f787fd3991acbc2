"""Sources come one after the other, while people already decide: no decision is lost or asked for twice."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus import Search
from samsyn import Review
from samsyn.command_line import main

DATA = Path(__file__).parents[1] / "data"
ENTRY = "TY  - JOUR\nTI  - {title}\nAU  - Alder, Jo\nPY  - 2019\nAB  - {abstract}\nDO  - {doi}\nER  - \n\n"
TRUST = ENTRY.format(title="Trust among the partners", abstract="They talked about trust.", doi="10.5555/t")
POWER = ENTRY.format(title="Power in a council of tenants", abstract="Tenants voted twice.", doi="10.5555/p")
TIME = ENTRY.format(title="Time to talk in networks", abstract="They had time.", doi="10.5555/u")
TRUST_AGAIN = TRUST.replace("TI  - Trust among", "T1  - Trust Among").replace("AB  - ", "N2  - ")


@pytest.fixture
def review(tmp_path) -> Review:
    """Two records of Scopus, one included, one excluded."""
    review = Review.new(tmp_path / "my-review")
    (tmp_path / "monday.ris").write_text(TRUST + POWER, encoding="utf-8")
    review.add(tmp_path / "monday.ris", Search("Scopus", date="2026-09-07"))
    trust, power = review.records["record_id"]
    rows = [{"record_id": trust, "verdict": "include"}, {"record_id": power, "verdict": "exclude"}]
    review.screen(rows, person="ann")
    return review


def run(*words: object, exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == exit_code, done.output
    return done.output


def verdicts(review: Review) -> dict[str, str]:
    titles = review.records.set_index("record_id")["title"]
    found = review.verdicts()
    return dict(zip(found["record_id"].map(titles), found["verdict"], strict=True))


def test_an_updated_export_adds_the_new_records_and_keeps_every_decision(review, tmp_path):
    before = verdicts(review)
    (tmp_path / "friday.ris").write_text(TIME + POWER + TRUST, encoding="utf-8")
    row, is_new = review.add(tmp_path / "friday.ris", Search("Scopus", date="2026-09-11"))
    assert (is_new, row["n_records"], row["n_new"]) == (True, 3, 1)
    assert verdicts(review) == before
    assert review.rank()["title"].tolist() == ["Time to talk in networks"]
    assert review.check() == []


def test_adding_the_same_file_again_changes_nothing(review, tmp_path):
    before = {path: path.read_bytes() for path in review.folder.rglob("*") if path.is_file()}
    (tmp_path / "copy.ris").write_bytes((tmp_path / "monday.ris").read_bytes())
    assert review.add(tmp_path / "copy.ris", Search("Scopus"))[1] is False
    assert {path: path.read_bytes() for path in review.folder.rglob("*") if path.is_file()} == before


def test_another_database_with_the_same_record_keeps_the_decision_on_it(review, tmp_path):
    (tmp_path / "embase.ris").write_text(TRUST_AGAIN + TIME, encoding="utf-8")
    row, _ = review.add(tmp_path / "embase.ris", Search("Embase"))
    assert row["n_new"] == 2
    assert len(review.records) == 3
    assert sorted(verdicts(review).values()) == ["exclude", "include"]
    assert len(review.rank()) == 1
    assert review.flow().duplicates_removed == 1


def test_a_database_whose_name_was_misspelt_is_another_source_but_no_decision_is_lost(review, tmp_path):
    (tmp_path / "again.ris").write_text(POWER + TRUST, encoding="utf-8")
    review.add(tmp_path / "again.ris", Search("Scoppus"))
    assert sorted(verdicts(review).values()) == ["exclude", "include"]
    assert len(review.records) == 2


def test_a_duplicate_found_while_screening_is_taken_out_and_both_decisions_stand(review, tmp_path):
    """Two records that no rule joins: a person says they are one, and both words stand on it."""
    other = ENTRY.format(title="On being trusted", abstract="Another wording.", doi="10.5555/v")
    (tmp_path / "other.ris").write_text(other, encoding="utf-8")
    review.add(tmp_path / "other.ris", Search("ERIC"))
    first, second, third = review.records["record_id"]
    review.screen([{"record_id": third, "verdict": "include"}], person="bo")
    review.decide_duplicates([{"record_id_a": first, "record_id_b": third, "verdict": "same"}], person="bo")
    assert len(review.records) == 2
    decisions = review.screening_decisions()
    assert sorted(decisions.loc[decisions["record_id"] == first, "person"]) == ["ann", "bo"]
    assert review.status()["duplicates"] == 1
    # and it can be undone: a later line of the same person counts
    review.decide_duplicates(
        [{"record_id_a": first, "record_id_b": third, "verdict": "different"}], person="bo"
    )
    assert len(review.records) == 3
    assert second in review.records["record_id"].tolist()


def test_missing_abstracts_and_languages_are_known_by_source(review, tmp_path):
    danish = "TY  - JOUR\nTI  - Tillid i partnerskaber og netværk mellem borgere\nLA  - Danish\nER  - \n\n"
    told = "TY  - JOUR\nTI  - Det er vigtigt at have tid til samtaler mellem borgere og kommune\nER  - \n"
    (tmp_path / "danish.ris").write_text(danish + told, encoding="utf-8")
    row, _ = review.add(tmp_path / "danish.ris", Search("Bibliotek.dk"))
    assert row["n_without_abstract"] == 2
    assert review.sources["n_without_abstract"].tolist() == [0, 2]
    assert review.records["language"].tolist() == ["en", "en", "da", "da"]


def test_add_shows_a_table_of_what_each_file_holds(review):
    files = [DATA / "ris_embase_link_between.txt", DATA / "ris_damaged_entry.ris"]
    said = run("add", *files, "--hits", 2, "--review", review.folder)
    heading, first, second, *_ = said.splitlines()
    named = "file format dialect encoding entries records unreadable new without abstract warnings"
    assert heading.split() == named.split()
    assert first.split() == [
        "ris_embase_link_between.txt",
        "ris",
        "Embase",
        "utf-8",
        "2",
        "2",
        "0",
        "2",
        "0",
        "1",
    ]
    assert second.split()[:6] == ["ris_damaged_entry.ris", "ris", "utf-8", "3", "2", "1"]
    assert "2 hits were reported, 3 entries are in the file" in said
    assert "no TY tag begins it" in said


def test_status_shows_what_each_source_brought(review):
    run("add", DATA / "merge_refworks.ris", "--database", "PubMed", "--hits", 2, "--review", review.folder)
    said = run("status", "--review", review.folder)
    assert "       4  entries" in said
    line = next(line for line in said.splitlines() if "merge_refworks.ris" in line)
    assert line.split() == ["merge_refworks.ris", "PubMed", "2", "2", "0", "2", "1", "2"]


def test_several_searches_of_one_file_come_from_a_table(review, tmp_path):
    (tmp_path / "searches.csv").write_text(
        "database,date,hits_reported\nScopus,2026-09-01,1\nERIC,2026-09-02,2\n"
    )
    run("add", DATA / "merge_ebsco.ris", "--searches", tmp_path / "searches.csv", "--review", review.folder)
    assert review.searches["database"].tolist() == ["Scopus", "Scopus", "ERIC"]
    both = ("--searches", tmp_path / "searches.csv", "--database", "ERIC")
    said = run("add", DATA / "merge_embase.ris", *both, "--review", review.folder, exit_code=2)
    assert "--searches stands beside other options" in said
