"""Searches as PRISMA-S wants them: also several whose hits stand in one file; and who wrote a file."""

from pathlib import Path

import pytest

from corpus import Search, UsageError, add_source, read_records, read_searches, read_sources
from corpus.origins import origin_of
from corpus.searches import as_one

DATA = Path(__file__).parents[1] / "data"
TABLE = (
    "database;platform;date;query;limits;hits_reported\n"
    "Scopus;scopus.com;2026-09-01;TITLE-ABS-KEY(trust);English;1,200\n"
    'ERIC;EBSCOhost;2026-09-02;"TI trust; AB trust";;30\n'
)


@pytest.fixture
def table(tmp_path) -> Path:
    (tmp_path / "searches.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path / "searches.csv"


def test_one_file_may_hold_the_hits_of_several_searches(table, tmp_path):
    add_source(tmp_path / "sources", DATA / "two_records.ris", read_searches(table))
    add_source(tmp_path / "sources", DATA / "tagged_accessions.ris", Search("PsycINFO", date="2026-09-03"))
    collection = read_sources(tmp_path / "sources")
    assert collection.sources["database"].tolist() == ["Scopus; ERIC", "PsycINFO"]
    assert collection.sources["hits_reported"].tolist()[0] == 1230
    searches = collection.searches
    assert searches[["source_id", "database", "date"]].values.tolist() == [
        ["two_records.ris", "Scopus", "2026-09-01"],
        ["two_records.ris", "ERIC", "2026-09-02"],
        ["tagged_accessions.ris", "PsycINFO", "2026-09-03"],
    ]
    assert searches["query"].tolist()[:2] == ["TITLE-ABS-KEY(trust)", "TI trust; AB trust"]


def test_searches_of_several_kinds_are_refused():
    with pytest.raises(UsageError, match="PRISMA counts them apart"):
        as_one([Search("Scopus"), Search("ClinicalTrials.gov", kind="register")])


def test_hits_are_added_up_only_where_all_are_known():
    assert as_one([Search("Scopus", hits_reported=5), Search("ERIC")])["hits_reported"] is None


def test_every_fault_of_a_table_of_searches_is_named(tmp_path):
    path = tmp_path / "searches.csv"
    path.write_text("database,day,hits_reported,date\nScopus,x,many,\nERIC,x,,yesterday\n", encoding="utf-8")
    with pytest.raises(UsageError) as fault:
        read_searches(path)
    said = str(fault.value)
    assert "searches.csv" in said
    assert "row 1: no column 'day' is known" in said
    assert "row 2: hits_reported 'many' is no number" in said
    assert "row 3: The date 'yesterday' is not a day" in said


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("database,query,hits_reported\nScopus,trust, time,30\n",
         r"row 2: 4 cells under 3 headings \(is a quotation mark missing\?\)"),
        ("database,query,query\nScopus,trust,time\n", "row 1: the column 'query' stands twice"),
        ("database,date\nScopus,2026-09-01\n\nERIC,yesterday\n", "row 4: The date 'yesterday'"),
    ],
)  # fmt: skip
def test_no_cell_of_a_table_of_searches_is_shifted_or_lost(tmp_path, content, fault):
    (tmp_path / "searches.csv").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=fault):
        read_searches(tmp_path / "searches.csv")


def test_empty_cells_behind_the_last_column_of_searches_are_nothing(tmp_path):
    (tmp_path / "searches.csv").write_text("database,query\nScopus,trust,,\nERIC\n", encoding="utf-8")
    assert read_searches(tmp_path / "searches.csv") == [Search("Scopus", query="trust"), Search("ERIC")]


@pytest.mark.parametrize(
    "date", ["2026-99-99", "2026-02-30", "\uff12\uff10\uff12\uff16-09-01", "20260901", "2026-W36-2"]
)
def test_the_date_of_a_search_is_a_day_of_the_calendar(date):
    with pytest.raises(UsageError, match="is not a day"):
        Search("Scopus", date=date)


@pytest.mark.parametrize("content", ["database,query\n", "\n\nx", "database\n,\n", "database,query\n,\n"])
def test_a_table_without_searches_is_refused(tmp_path, content):
    (tmp_path / "searches.csv").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="no search stands in it"):
        read_searches(tmp_path / "searches.csv")


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("ris_ovid_stray_tag_and_strategy.ris", "Ovid"), ("ris_embase_link_between.txt", "Embase"),
        ("bibtex_scopus_same_key.bib", "Scopus"), ("enw_greek_named_ris.ris", "EndNote"),
        ("nbib_abstract_in_sections.nbib", "PubMed"), ("tagged_eric.nbib", "ERIC"),
        ("tagged_unknown_tag.ciw", "Web of Science"), ("tagged_cochrane.txt", "Cochrane Library"),
        ("wos_tab_delimited_utf16.txt", "Web of Science"), ("two_records.ris", ""),
    ],
)  # fmt: skip
def test_who_wrote_a_file_is_known_where_its_content_shows_it(name, dialect):
    assert read_records(DATA / name).dialect == dialect


def test_one_address_of_a_platform_among_many_entries_says_nothing():
    entry = "TY  - JOUR\nTI  - t\nER  - \n"
    address = "TY  - JOUR\nUR  - https://search.proquest.com/x\nER  - \n"
    assert origin_of("ris", address + entry) == "ProQuest"
    assert origin_of("ris", address + 9 * entry) == ""


def test_a_source_is_of_the_database_that_wrote_it_where_nobody_says_another(tmp_path):
    add_source(tmp_path / "sources", DATA / "ris_embase_link_between.txt", Search())
    add_source(tmp_path / "sources", DATA / "ris_ovid_stray_tag_and_strategy.ris", Search("Medline"))
    sources = read_sources(tmp_path / "sources").sources
    assert sources["database"].tolist() == ["Embase", "Medline"]
    assert sources["platform"].tolist() == ["", "Ovid"]
