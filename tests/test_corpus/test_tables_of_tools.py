"""Tables and texts as databases and screening tools write them, and a Danish one by hand; invented data."""

import json
from pathlib import Path

import pytest

from corpus import read_records

DATA = Path(__file__).parents[1] / "data"


def first(name: str):
    reading = read_records(DATA / name)
    assert reading.n_entries == len(reading.records) + len(reading.unreadable)
    assert reading.unreadable == []
    return reading.records.iloc[0]


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("covidence.csv", "Covidence"), ("rayyan.csv", "Rayyan"), ("ieee_xplore.csv", "IEEE Xplore"),
        ("proquest.csv", "ProQuest"), ("proquest.ris", "ProQuest"),
        ("cochrane_central.txt", "Cochrane Library"),
        ("wos_tab_delimited_full.txt", "Web of Science"), ("embase.csv", "Embase"), ("pubmed.csv", "PubMed"),
        ("dansk_tabel.csv", ""),
    ],
)  # fmt: skip
def test_title_authors_and_year_are_where_they_belong(name, dialect):
    record = first(name)
    assert record["title"].startswith(("Trust", "Tillid"))
    assert record["year"] == 2019
    assert record["authors"].startswith("Elm")
    assert ";" in record["authors"]
    assert read_records(DATA / name).dialect == dialect


@pytest.mark.parametrize(
    ("name", "journal", "doi", "pages"),
    [
        ("covidence.csv", "Made-up Journal", "10.5555/cov.1", "27-43"),
        ("rayyan.csv", "Made-up Journal", "10.5555/ray.1", "27-43"),
        ("ieee_xplore.csv", "2019 Made-up Conference on Trust (MCT)", "10.5555/mct.2019.1", "27-43"),
        ("proquest.csv", "Made-up Journal", "10.5555/pq.1", "27-43"),
        ("cochrane_central.txt", "Made-up Journal", "10.5555/cen.1", "27-43"),
        ("wos_tab_delimited_full.txt", "MADE-UP JOURNAL", "10.5555/wos.1", "27-43"),
        ("embase.csv", "Made-up Journal", "10.5555/emb.1", "27-43"),
        ("dansk_tabel.csv", "Opfundet Tidsskrift", "", "27-43"),
    ],
)
def test_journal_doi_pages_volume_and_abstract(name, journal, doi, pages):
    record = first(name)
    assert record[["journal", "doi", "pages"]].tolist() == [journal, doi, pages]
    assert record["abstract"]
    assert record["volume"] == ("" if name == "ieee_xplore.csv" else "3")


def test_authors_of_rayyan_are_parted_at_and_but_a_body_is_not():
    records = read_records(DATA / "rayyan.csv").records
    assert records["authors"].tolist() == ["Elm, Kim; Ash, Bo; van Oak, Per", "The Walking Group"]


def test_authors_of_embase_and_ieee_are_family_name_first():
    assert first("embase.csv")["authors"] == "Elm, K.; Ash, B.P."
    assert first("ieee_xplore.csv")["authors"] == "Elm, K.; Ash, B. P."


def test_notes_labels_and_tags_of_screening_tools_are_kept():
    assert "RAYYAN-LABELS: pilot,rural" in first("rayyan.csv")["notes"]
    covidence = read_records(DATA / "covidence.csv").records
    assert "Exclusion reason: Wrong setting" in covidence.loc[0, "notes"]
    assert covidence.loc[1, "notes"] == "pilot, rural"
    assert json.loads(covidence.loc[0, "extra"])["Covidence #"] == ["#101"]


def test_identifiers_of_each_database():
    assert first("embase.csv")[["record_id", "pmid"]].tolist() == ["embase:L2099000301", "90556101"]
    assert first("cochrane_central.txt")[["record_id", "pmid"]].tolist() == [
        "cochrane:CN-09055501",
        "90556001",
    ]
    assert first("wos_tab_delimited_full.txt")[["record_id", "pmid"]].tolist() == [
        "wos:000990555000002", "90555901",
    ]  # fmt: skip
    assert first("pubmed.csv")["pmid"] == "90556201"


def test_the_first_type_of_cochrane_counts():
    assert first("cochrane_central.txt")["type"] == "JOUR"


def test_quotation_marks_of_web_of_science_are_text():
    record = first("wos_tab_delimited_full.txt")
    assert (record["title"], record["abstract"]) == ('Trust among "tenants"', 'They "talked.')


def test_columns_of_a_danish_table():
    record = first("dansk_tabel.csv")
    assert record[["authors", "issue", "keywords", "language", "url", "notes"]].tolist() == [
        "Elm, Kim; Åberg, Kåre", "2", "tillid", "da", "https://example.org/1", "læst af Ann",
    ]  # fmt: skip
    assert json.loads(record["extra"]) == {"Forlag": ["Opfundet Forlag"]}


def test_a_table_with_twenty_thousand_blank_lines_is_read_and_told_from_no_tool(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("title,year\nTime,2019\n" + "\n" * 20_000 + "Trust,2020\n", encoding="utf-8")
    reading = read_records(path)
    assert (reading.records["title"].tolist(), reading.dialect) == (["Time", "Trust"], "")


def test_a_mark_or_a_quotation_mark_before_the_first_column_does_not_hide_who_wrote_a_table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        '"PMID","Title","Authors","Citation"\n"90555101","Time","Elm K","J"\n', encoding="utf-8-sig"
    )
    assert read_records(path).dialect == "PubMed"
