"""What people reported that their tools lost: each shape a small file of its own, in invented data."""

import json
from pathlib import Path

import pandas as pd
import pytest

from corpus import Search, add_source, find_duplicates, merge_duplicates, read_records, read_sources

DATA = Path(__file__).parents[1] / "data"


def read(name: str):
    reading = read_records(DATA / name)
    assert reading.n_entries == len(reading.records) + len(reading.unreadable)
    return reading


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        # a stray tag and a search strategy between records, numbers before them
        ("ris_ovid_stray_tag_and_strategy.ris", ["Loneliness after retirement", "Talking helps"]),
        # a link under each record, in a file called txt
        ("ris_embase_link_between.txt", ["First of two", "Second of two"]),
        # EndNote's tagged format called ris, with a byte order mark and Greek letters
        ("enw_greek_named_ris.ris", ["Effects of β-carotene on the Ἀθῆναι cohort", "Second, τοῦ λόγου"]),
        # the type in the middle of each entry
        ("ris_type_in_the_middle.ris", ["Habitat use of invented baboons", "Second of the kind"]),
        # blank lines where a reference manager had no value
        ("ris_blank_lines_inside.ris", ["A book with gaps", "Another one"]),
        # lines of an abstract that begin with ER and TY
        ("ris_lines_that_begin_with_er.ris", ["Stress of the endoplasmic reticulum", "Next"]),
        ("nbib_abstract_in_sections.nbib", ["Sections of an abstract", "Next"]),
        # keys that come again, also with the same entry behind them
        (
            "bibtex_scopus_same_key.bib",
            ["First under the key", "Second under the key", "Second under the key"],
        ),
        ("bibtex_field_twice.bib", ["One title", "Sound"]),
        ("bibtex_missing_comma.bib", ["Two fields in one", "Sound"]),
        ("bibtex_cp1252.bib", ["Sårbare borgere – en “undersøgelse”"]),
    ],
)
def test_every_record_is_read(name, titles):
    reading = read(name)
    assert reading.unreadable == []
    assert reading.records["title"].tolist() == titles


def test_a_search_strategy_between_records_is_kept_and_goes_into_no_field_of_theirs():
    records = read("ris_ovid_stray_tag_and_strategy.ris").records
    assert records["abstract"].tolist() == ["Background: We asked.", "Results: It did."]
    assert "exp Loneliness/ (1234)" in records.loc[0, "extra"]


def test_an_empty_tag_is_no_part_of_the_value_before_it():
    record = read("ris_ovid_stray_tag_and_strategy.ris").records.loc[0]
    assert (record["issue"], record["pages"]) == ("9", "")


def test_links_under_records_are_a_warning():
    warnings = read("ris_embase_link_between.txt").warnings
    assert any("https://embase.example.org/?id=L2099000001" in warning.what for warning in warnings)


def test_embase_gives_its_identifiers_and_the_journal_in_full():
    record = read("ris_embase_link_between.txt").records.loc[0]
    assert record[["record_id", "pmid", "journal"]].tolist() == [
        "embase:L2099000001", "90555401", "Made-up Journal",
    ]  # fmt: skip
    assert json.loads(record["extra"])["JO"] == ["Made-up J."]


def test_a_corrupt_record_is_named_with_its_line_and_costs_no_other():
    reading = read("ris_endnote_corrupt_record.txt")
    assert reading.records["title"].tolist() == ["Sound", "Sound too"]
    (entry,) = reading.unreadable
    assert (entry.source_id, entry.line) == ("ris_endnote_corrupt_record.txt", 8)
    assert "half a rec" in entry.raw


def test_labels_in_place_of_an_article_number_are_no_pages():
    records = read("ris_labels_in_article_number.ris").records
    assert records["pages"].tolist() == ["", "e1017"]
    assert json.loads(records.loc[0, "extra"])["C7"] == ["search"]


def test_fields_before_a_type_in_the_middle_belong_to_its_record():
    record = read("ris_type_in_the_middle.ris").records.loc[0]
    assert record[["authors", "pages", "volume", "abstract"]].tolist() == ["Elm, A. J.", "67-76", "49", ""]


def test_lines_of_an_abstract_stay_together():
    abstract = read("ris_lines_that_begin_with_er.ris").records.loc[0, "abstract"]
    assert abstract == "We studied ER stress in cells and ER-positive tumours; TY is no type here."
    abstract = read("nbib_abstract_in_sections.nbib").records.loc[0, "abstract"]
    assert abstract == "BACKGROUND: We asked. METHODS: We counted. CONCLUSIONS: We know."


def test_a_second_title_and_abstract_are_kept_beside_the_first():
    record = read("ris_second_abstract_and_title.ris").records.loc[0]
    assert (record["title"], record["abstract"]) == ("The title", "In English.")
    assert json.loads(record["extra"]) == {"more abstract": ["På dansk."], "more title": ["Titlen"]}


def test_two_fields_that_a_missing_comma_joined_are_two_again_and_it_is_said():
    reading = read("bibtex_missing_comma.bib")
    assert reading.records.loc[0, ["journal", "year"]].tolist() == ["Made-up Journal", 2019]
    assert [(warning.line, "comma" in warning.what) for warning in reading.warnings] == [(1, True)]


def test_a_field_that_stands_twice_is_kept_twice():
    record = read("bibtex_field_twice.bib").records.loc[0]
    assert (record["notes"], json.loads(record["extra"])) == ("Note 1", {"more note": ["Note 2"]})


def test_keys_that_come_again_are_said_with_both_lines():
    warnings = read("bibtex_scopus_same_key.bib").warnings
    assert [warning.line for warning in warnings] == [9, 17]
    assert "line 1" in warnings[0].what


def test_a_doi_keeps_the_brackets_that_are_its_own():
    assert read("ris_brackets_in_doi.ris").records["doi"].tolist() == [
        "10.5555/(asce)0733-9429(2006)132:12(1282)",
        "10.5555/s0140-6736(03)00001-2",
        "10.5555/(sici)1099(199801)49:1<1::aid-1>3.0.co;2-b",
        "10.5555/in.brackets(2)",
    ]


@pytest.mark.parametrize(
    ("name", "years"),
    [
        ("ris_early_access_and_in_press.ris", [2022, None, 2018, 2017, 2023]),
        ("tagged_early_access.ciw", [2020, 2021]),
        ("wos_early_access_date.txt", [2020, 2021]),
        ("bibtex_early_access_and_in_press.bib", [2020, 2018]),
    ],
)
def test_the_year_of_early_access_and_the_date_beside_in_press_count_where_there_is_no_year(name, years):
    assert read(name).records["year"].astype(object).where(lambda year: year.notna(), None).tolist() == years


def test_a_doi_is_found_where_ebsco_and_ovid_write_it_but_not_in_the_name_of_a_file():
    assert read("ris_doi_in_l3_and_l1.ris").records["doi"].tolist() == [
        "10.5555/ebsco.l3", "10.5555/ovid.l1", "", "10.5555/belongs",
    ]  # fmt: skip


def test_a_group_is_an_author_in_pubmed_as_in_its_xml():
    assert read("nbib_group_author.nbib").records["authors"].tolist() == [
        "Elm, Kim; The Walking Group", "The Sitting Group",
    ]  # fmt: skip


def test_types_are_those_of_ris_whatever_words_a_table_has_for_them():
    assert read("csv_document_types.csv").records["type"].tolist() == [
        "JOUR", "CPAPER", "JOUR", "CHAP", "ELEC", "GEN", "EDBOOK", "MGZN",
    ]  # fmt: skip


def test_a_first_page_with_a_hyphen_keeps_its_last_and_a_range_is_one_already():
    assert read("ris_pages_with_hyphens.ris").records["pages"].tolist() == [
        "S21-1-S21-8", "27–43", "127-43", "27-43",
    ]  # fmt: skip


def test_cells_that_are_text_in_excel_are_read_without_their_signs():
    record = read("csv_excel_text_cells.csv").records.loc[0]
    assert (record["issn"], record["pages"]) == ("03785955", "27-43")


# --- from several sources -----------------------------------------------------------------------------------


@pytest.fixture
def collection(tmp_path):
    """Three databases that write titles under T1 or TI and abstracts under N2 or AB."""
    for name, database in (
        ("merge_refworks", "PubMed"),
        ("merge_ebsco", "PsycINFO"),
        ("merge_embase", "Embase"),
    ):
        add_source(tmp_path / "sources", DATA / f"{name}.ris", Search(database))
    return read_sources(tmp_path / "sources")


def test_merging_sources_loses_no_title_and_no_abstract(collection):
    records = collection.records
    assert len(records) == 5
    assert (records["title"] != "").all()
    assert collection.sources["n_without_abstract"].tolist() == [1, 0, 0]
    unique = merge_duplicates(records, find_duplicates(records))
    assert len(unique) == 3
    assert (unique["title"] != "").all()
    assert (unique["abstract"] != "").all()


def test_a_merged_record_has_what_any_of_its_members_has(collection):
    unique = merge_duplicates(collection.records, find_duplicates(collection.records))
    merged = unique[unique["doi"] == "10.5555/merge.1"].iloc[0]
    assert merged["abstract"] == "The partners met and talked about trust."
    assert merged["pmid"] == "90555503"
    assert len(merged["members"].split("; ")) == 3


def test_not_a_duplicate_is_remembered_when_another_source_comes(tmp_path):
    for name in ("merge_ebsco", "merge_embase"):
        add_source(tmp_path / "sources", DATA / f"{name}.ris", Search(name))
    records = read_sources(tmp_path / "sources").records
    first, second = records.loc[records["doi"] == "10.5555/merge.1", "record_id"]
    assert find_duplicates(records).groups[second] == find_duplicates(records).groups[first]
    word = pd.DataFrame(
        [{"record_id_a": first, "record_id_b": second, "verdict": "different", "person": "ann"}]
    )
    add_source(tmp_path / "sources", DATA / "two_records.ris", Search("Scopus"))
    groups = find_duplicates(read_sources(tmp_path / "sources").records, word).groups
    assert groups[first] != groups[second]
