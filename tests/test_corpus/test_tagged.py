"""Tagged exports: each way in which databases write, and readers lose, a record; one file per oddity."""

from pathlib import Path

import pytest

from corpus import read_records
from corpus.readers import FORMATS, recognise
from corpus.tagged import TAGGED

DATA = Path(__file__).parents[1] / "data"


def read(name: str):
    reading = read_records(DATA / name)
    assert reading.n_entries == len(reading.records) + len(reading.unreadable)
    return reading


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("tagged_no_end_at_all.ris", "ris"), ("tagged_search_history_between.ris", "ris"),
        ("tagged_fields_behind_end.ris", "ris"), ("tagged_eric.nbib", "nbib"), ("tagged_refer.enw", "enw"),
        ("tagged_refworks.txt", "refworks"), ("tagged_ovid.txt", "ovid"),
        ("tagged_ovid_fields.txt", "ovid_text"), ("tagged_cochrane.txt", "cochrane"),
    ],
)  # fmt: skip
def test_both_records_of_each_dialect_are_read(name, form):
    reading = read(name)
    assert (reading.format, reading.unreadable) == (form, [])
    assert reading.records["title"].tolist() == ["First", "Second"]


@pytest.mark.parametrize(
    "name",
    ["tagged_eric.nbib", "tagged_refworks.txt", "tagged_ovid_fields.txt", "tagged_cochrane.txt"],
)
def test_authors_of_each_dialect_keep_their_order(name):
    first = read(name).records.loc[0]
    assert first["authors"].startswith("Elm")
    assert first["year"] in (2003, 2019, 2021)


def test_second_title_and_abstract_are_kept_beside_the_first():
    record = read("tagged_two_titles_two_abstracts.ris").records.loc[0]
    assert (record["title"], record["abstract"]) == ("The title", "The abstract")
    assert "Another title" in record["extra"]
    assert "Another abstract" in record["extra"]


def test_abstract_line_that_looks_like_an_end_is_text():
    reading = read("tagged_end_inside_abstract.ris")
    assert reading.records["title"].tolist() == ["Tumours", "Next"]
    assert reading.records.loc[0, "abstract"] == "Most were ER  - positive and grew slowly."
    assert reading.records.loc[0, "keywords"] == "tumour"
    assert "looks like an end" in reading.warnings[0].what


def test_search_history_and_headers_are_a_warning_with_their_words():
    warnings = read("tagged_search_history_between.ris").warnings
    assert any("exp Loneliness/" in warning.what and "1 or 2" in warning.what for warning in warnings)
    assert any("Provider: Made-up House" in warning.what for warning in warnings)


def test_text_that_may_be_a_reference_is_an_unreadable_entry():
    reading = read("tagged_reference_between.ris")
    assert reading.records["title"].tolist() == ["First", "Second"]
    (entry,) = reading.unreadable
    assert (entry.line, entry.raw[:10]) == (5, "Elm K, Ash")


def test_fields_behind_the_end_stay_with_the_record_before_it():
    records = read("tagged_fields_behind_end.ris").records
    assert ["J Made-up" in records.loc[0, "extra"], "J Other" in records.loc[1, "extra"]] == [True, True]


def test_record_without_a_type_is_read_with_a_warning():
    reading = read("tagged_no_type.ris")
    assert reading.records[["title", "year"]].values.tolist() == [["Untyped", 2001]]
    assert "no TY tag" in reading.warnings[0].what


def test_accession_is_found_where_scopus_ebsco_and_web_of_science_write_it():
    records = read("tagged_accessions.ris").records
    assert records["record_id"].tolist() == [
        "scopus:2-s2.0-90000000001", "psycinfo:90555201", "wos:000900000000001",
    ]  # fmt: skip
    assert (records.loc[2, "pages"], records.loc[2, "issue"]) == ("3", "")
    assert "24th Made-up Congress" in records.loc[2, "extra"]


def test_tags_of_older_tools_fill_the_same_columns_and_unknown_ones_are_kept():
    record = read("tagged_t1_n2_and_others.ris").records.loc[0]
    columns = ["title", "abstract", "authors", "year", "journal", "issue"]
    assert record[columns].tolist() == [
        "Ovid writes T1", "and N2", "Elm, Kim; Ash, Bo", 2019, "Made-up Journal", "4",
    ]  # fmt: skip
    assert '"XQ": ["a tag of nobody"]' in record["extra"]
    assert '"JA": ["Made-up J"]' in record["extra"]


def test_web_of_science_with_an_unknown_tag_and_a_missing_end():
    reading = read("tagged_unknown_tag.ciw")
    assert reading.records["title"].tolist() == ["A title that is wrapped", "The end is missing"]
    assert reading.records["record_id"].tolist() == ["wos:000900000000002", "medline:90555301"]
    assert reading.records.loc[0, "authors"] == "Elm, Kim; Ash, Bo"
    assert '"Z7": ["nobody knows"]' in reading.records.loc[0, "extra"]


def test_refer_lines_go_on_with_keywords_and_abstract():
    record = read("tagged_refer.enw").records.loc[0]
    assert (record["keywords"], record["abstract"]) == ("trust; time", "An abstract in two paragraphs.")


def test_ovid_source_line_gives_journal_volume_issue_and_pages():
    record = read("tagged_ovid.txt").records.loc[0]
    assert record[["journal", "volume", "issue", "pages", "year"]].tolist() == [
        "Made-up Journal", "43", "5", "623-634", 2019,
    ]  # fmt: skip
    assert record["record_id"] == "psycinfo:2099-00001-001"


@pytest.mark.parametrize(
    "text",
    [
        "A letter to a friend.\n\nTI meant nothing to him.\n",
        "@article{a,\n  abstract = {Text\nTY  - JOUR\nER  - }\n}\n",
        "title,abstract\nTime,Again\n",
        '<?xml version="1.0"?>\n<a>\nPT J\nTI x\n</a>\n',
        '[{"title": "Time"}]\n',
        "# Notes\n\n1. First\n2. Second\n",
    ],
)
def test_prose_and_other_formats_are_not_taken_for_tagged(text):
    assert recognise(text) not in TAGGED
    assert all(form in FORMATS for form in TAGGED)


@pytest.mark.parametrize(
    "text",
    [
        "TY  - A\nER  - x\nTI  - t\nER  - \n", "TY  - A\nTY  - B\nTI  - t\n",
        "TY  - A\nER  - \nER  - x\nER  - \n",
        "TY  - A\nER\nwords\nTI  - t\nTY  - B\n", "TY  - A\n\x1c\nTY  - B\n",
        "TY  - A\nER  - \nTI  - t\nTY  - B\nTI  - u\n",
        "PMID- 1\n\x0c\nwords\nTI  - t\n\nTI  - u\n",
        "PT J\nER  -\n   words\nPT J\nTI t\nEF\n", "%0 A\n%T t\n\n%T u\n\n1.\n",
        "RT A\nT1 t\n\nT1 u\n", "<1>\nTitle\n  t\n\nTitle\n  u\n", "Record #1 of 2\nTI: t\n\nTI: u\n",
        "Record #1 of 2\nTI: t\n\n\nRecord #: u\n\nRecord #: v\n",
    ],
)  # fmt: skip
def test_count_by_line_shapes_is_that_of_every_reader(text):
    for form in TAGGED:
        assert form.count(text) == len(list(form.read(text))), form.name


def test_a_source_line_that_a_fault_repeated_a_thousand_times_is_still_read(tmp_path):
    line = "  Made-up Quarterly.   28(2rce\n"
    (tmp_path / "a.txt").write_text(f"<1>\nTitle\n  First\nSource\n{line * 1000}", encoding="utf-8")
    assert read_records(tmp_path / "a.txt").records["title"].tolist() == ["First"]
