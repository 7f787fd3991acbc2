"""Sources are kept as downloaded; adding again adds nothing, an updated export only what is new."""

import json
from pathlib import Path

import pytest

from corpus import (
    ReviewError,
    Search,
    UsageError,
    add_source,
    changed_sources,
    read_sources,
    uncounted_entries,
)

ONE = "TY  - JOUR\nTI  - Trust among the partners of a network\nAB  - The partners met and talked.\nER  - \n"
TWO = "TY  - JOUR\nTI  - Tillid i partnerskaber og netværk\nER  - \n"


@pytest.fixture
def exports(tmp_path) -> Path:
    (tmp_path / "monday.ris").write_text(ONE, encoding="utf-8")
    (tmp_path / "friday.ris").write_text(ONE + TWO, encoding="utf-8")
    return tmp_path


def test_adding_the_same_file_again_adds_nothing(exports):
    folder = exports / "sources"
    assert add_source(folder, exports / "monday.ris", Search("Scopus")) == ("monday.ris", True)
    (exports / "renamed.ris").write_bytes((exports / "monday.ris").read_bytes())
    assert add_source(folder, exports / "renamed.ris", Search("Scopus")) == ("monday.ris", False)
    assert len(read_sources(folder).records) == 1


def test_an_updated_export_adds_the_new_records_only(exports):
    folder = exports / "sources"
    add_source(folder, exports / "monday.ris", Search("Scopus"))
    before = read_sources(folder).records["record_id"].tolist()
    add_source(folder, exports / "friday.ris", Search("Scopus"))
    collection = read_sources(folder)
    assert collection.records["record_id"].tolist()[:1] == before
    assert collection.sources["n_new"].tolist() == [1, 1]
    assert collection.sources["n_records"].tolist() == [1, 2]


def test_the_same_entry_from_another_database_is_another_record(exports):
    folder = exports / "sources"
    add_source(folder, exports / "monday.ris", Search("Scopus"))
    add_source(folder, exports / "friday.ris", Search("SocINDEX"))
    assert len(read_sources(folder).records) == 3


def test_the_language_is_told_where_the_source_does_not_say_it(exports):
    add_source(exports / "sources", exports / "friday.ris", Search())
    assert read_sources(exports / "sources").records["language"].tolist() == ["en", "da"]


def test_what_is_counted_for_each_source(exports):
    add_source(exports / "sources", exports / "friday.ris", Search(hits_reported=5))
    sources = read_sources(exports / "sources").sources
    columns = ["n_entries", "n_records", "n_unreadable", "n_without_abstract", "hits_reported"]
    assert sources.loc[0, columns].tolist() == [2, 2, 0, 1, 5]
    assert uncounted_entries(sources) == []


def test_a_missing_and_an_edited_source_are_named(exports):
    folder = exports / "sources"
    add_source(folder, exports / "monday.ris", Search())
    (folder / "monday.ris").write_text(TWO, encoding="utf-8")
    assert changed_sources(folder) == [
        "sources/monday.ris is not the file that was added (its sha256 differs)"
    ]
    (folder / "monday.ris").unlink()
    assert changed_sources(folder) == ["sources/monday.ris is missing"]
    with pytest.raises(ReviewError, match=r"monday\.ris is missing"):
        read_sources(folder)


def test_a_review_of_a_stranger_cannot_name_a_source_outside_its_folder(exports):
    folder = exports / "sources"
    add_source(folder, exports / "monday.ris", Search())
    line = json.loads((folder / "sources.jsonl").read_text(encoding="utf-8"))
    (folder / "sources.jsonl").write_text(
        json.dumps({**line, "source_id": "../friday.ris"}) + "\n", encoding="utf-8"
    )
    with pytest.raises(ReviewError, match="is missing"):
        read_sources(folder)


def test_a_source_that_is_no_export_leaves_no_trace(exports):
    (exports / "letter.txt").write_text("Dear all", encoding="utf-8")
    with pytest.raises(UsageError):
        add_source(exports / "sources", exports / "letter.txt", Search())
    assert not (exports / "sources").exists()


def test_a_kind_of_source_that_prisma_does_not_know_is_refused():
    with pytest.raises(UsageError, match="kind of source"):
        Search(kind="friend")


def test_a_hand_made_table_is_read_by_its_own_columns_each_time(exports):
    (exports / "mine.csv").write_text("Overskrift;Hvem\nTillid i netværk;Alder, Jo\n", encoding="utf-8")
    columns = {"Overskrift": "title", "Hvem": "authors"}
    add_source(exports / "sources", exports / "mine.csv", Search(), columns=columns)
    record = read_sources(exports / "sources").records.iloc[0]
    assert (record["title"], record["authors"]) == ("Tillid i netværk", "Alder, Jo")


@pytest.mark.parametrize("column", ["record_id", "Key"])
def test_row_numbers_of_two_tables_are_not_taken_for_the_same_records(tmp_path, column):
    tables = {"one.csv": ["Trust", "Time"], "two.csv": ["Bridges", "Water", "Fire"]}
    for name, titles in tables.items():
        rows = [f"{number},{title},1" for number, title in enumerate(titles)]
        (tmp_path / name).write_text("\n".join([f"{column},title,included", *rows]), encoding="utf-8")
        add_source(tmp_path / "sources", tmp_path / name, Search("Scopus"))
    collection = read_sources(tmp_path / "sources")
    assert collection.records["title"].tolist() == ["Trust", "Time", "Bridges", "Water", "Fire"]
    assert collection.sources["n_new"].tolist() == [2, 3]
    assert json.loads(collection.records.loc[3, "extra"])[column] == ["1"]


def test_record_ids_of_samsyn_and_keys_of_zotero_still_say_which_record_it_is(tmp_path):
    (tmp_path / "a.csv").write_text("record_id,title\nscopus:85,Trust\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("Key,Item Type,Title\n23456789,book,Time\nAB3D5F7H,book,Talk\n", "utf-8")
    for name in ("a.csv", "b.csv"):
        add_source(tmp_path / "sources", tmp_path / name, Search("Zotero"))
    assert read_sources(tmp_path / "sources").records["record_id"].tolist() == [
        "scopus:85", "zotero:23456789", "zotero:AB3D5F7H",
    ]  # fmt: skip
