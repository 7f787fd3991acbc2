"""The invented example runs from raw exports to the report, the same to the byte wherever it runs."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from samsyn import Review
from samsyn.review import example_folder as shipped_example

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def review(example_folder) -> Review:
    return Review.open(example_folder)


def test_every_entry_is_accounted_for(review):
    sources = review.sources
    assert (sources["n_entries"] == sources["n_records"] + sources["n_unreadable"]).all()
    assert (sources["n_entries"] == sources["hits_reported"]).all()
    assert len(review.unreadable) == 1


def test_example_says_that_it_is_invented_in_every_record(review):
    records = review.collection().records
    assert records["notes"].str.contains("Invented example record").all()
    assert records.loc[records["doi"] != "", "doi"].str.startswith("10.5555/").all()


def test_it_holds_what_a_real_review_holds(review):
    n = review.status()
    assert 110 <= n["unique_records"] <= 130
    assert n["duplicates"] >= 20
    assert n["without_abstract"] >= 5
    assert 20 <= n["included_studies"] < n["included_reports"] <= 30
    assert set(review.records["language"]) == {"en", "da"}
    verdicts = review.verdicts()
    assert (verdicts["settled_by"] != "").sum() >= 5
    assert n["screening_conflicts"] == n["coding_conflicts"] == n["doubtful_pairs"] == 0


def test_the_flow_adds_up(review):
    assert list(review.flow().broken_identities()) == []


def test_every_quotation_stands_where_its_offsets_say(review):
    texts = review.records.set_index("record_id")
    coded = review.coded()
    assert len(coded) > 80
    for row in coded.to_dict("records"):
        assert texts.loc[row["record_id"], row["field"]][row["start"] : row["end"]] == row["text"]


def test_two_coders_mostly_agree(review):
    coding = review.agreement().set_index("stage").loc["coding"]
    assert coding["alpha"] > 0.7
    assert coding["n_conflicts"] == coding["n_settled"] > 5


def test_suggestions_find_a_good_part_of_what_people_coded(review):
    suggestions, coded = review.suggest(), review.coded()
    found = set(zip(suggestions["record_id"], suggestions["code_id"], strict=True))
    truth = set(zip(coded["record_id"], coded["code_id"], strict=True))
    assert len(found & truth) > 0.25 * len(truth)


def output_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_output_is_the_same_to_the_byte_on_another_hash_seed_time_zone_and_locale(example_copy, tmp_path):
    elsewhere = {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LANG": "C", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-m", "samsyn", "demo", str(tmp_path / "two æ")],
        check=False,
        env={**os.environ, **elsewhere},
        capture_output=True,
        text=True,
        cwd=ROOT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert "all is well" in done.stdout
    Review.open(example_copy).render()
    output = output_of(example_copy / "output")
    assert output == output_of(tmp_path / "two æ" / "output")
    assert "report.html" in output


def test_the_report_in_danish_holds_the_same_findings(example_copy):
    review = Review.open(example_copy)
    review.render(language="da")
    page = (example_copy / "output" / "report.html").read_text(encoding="utf-8")
    assert '<html lang="da"' in page
    assert "Opdigtet eksempel" in page
    assert pd.read_csv(example_copy / "output" / "evidence.csv").shape[0] > 80


def test_order_of_adding_peoples_files_does_not_matter(example_copy, example_folder):
    folder = example_copy / "decisions" / "coding"
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    assert Review.open(example_copy).input_hash() == Review.open(example_folder).input_hash()


def test_shipped_files_hold_no_real_doi():
    for path in shipped_example().rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert "10.1" not in text.replace("10.10", ""), path
