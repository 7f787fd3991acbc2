"""Every entry of an export becomes a record or an unreadable entry with its place; one file per oddity."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corpus import UsageError, as_records, read_records
from corpus.tagged import NBIB, RIS, count_tagged, read_tagged

DATA = Path(__file__).parents[1] / "data"
TAGGED_NAMES = (".txt", ".ciw", ".isi", ".enw", ".nbib", ".ris", ".medline")


def titles(name: str) -> list[str]:
    reading = read_records(DATA / name)
    assert reading.n_entries == len(reading.records) + len(reading.unreadable)
    return reading.records["title"].tolist()


def test_last_ris_record_without_er_is_read():
    assert titles("ris_last_record_without_er.ris") == ["Last record without an end"]


def test_missing_er_between_two_records_costs_neither():
    assert titles("ris_er_missing_between_two.ris") == ["First", "Second"]


def test_byte_order_mark_does_not_hide_the_first_record():
    assert titles("ris_with_byte_order_mark.ris") == ["After a byte order mark"]


def test_one_space_tags_are_tags():
    reading = read_records(DATA / "ris_one_space_tags.ris")
    assert reading.records[["title", "authors"]].values.tolist() == [["One-space tags", "Alder, Jo"]]


def test_tags_before_the_type_belong_to_the_record():
    assert read_records(DATA / "ris_tags_before_type.ris").records["authors"].tolist() == ["Birk, Pat"]


def test_damaged_entry_is_kept_with_line_reason_and_raw_text():
    reading = read_records(DATA / "ris_damaged_entry.ris")
    assert titles("ris_damaged_entry.ris") == ["Sound", "Sound too"]
    (entry,) = reading.unreadable
    assert (entry.source_id, entry.line) == ("ris_damaged_entry.ris", 5)
    assert "no TY tag" in entry.why
    assert "rtnership between the library" in entry.raw


def test_wrapped_abstract_is_one_text():
    reading = read_records(DATA / "ris_wrapped_abstract.ris")
    assert reading.records.loc[0, "abstract"] == "The first line of an abstract that goes on."


def test_words_for_no_abstract_are_no_abstract():
    assert read_records(DATA / "ris_no_abstract_in_words.ris").records["abstract"].tolist() == ["", ""]


def test_danish_letters_of_an_old_windows_file():
    reading = read_records(DATA / "ris_cp1252_crlf.ris")
    assert reading.records.loc[0, "title"] == "Sårbare borgere"
    assert reading.encoding == "cp1252"


def test_two_bibtex_records_with_one_key_are_two_records():
    assert titles("bibtex_duplicate_keys.bib") == ["One", "Two"]


def test_broken_bibtex_entry_is_reported_and_the_others_read():
    reading = read_records(DATA / "bibtex_unclosed_brace.bib")
    assert titles("bibtex_unclosed_brace.bib") == ["Sound", "Sound too"]
    (entry,) = reading.unreadable
    assert entry.line == 5
    assert "brace" in entry.why


def test_latex_is_decoded_and_a_per_cent_sign_is_no_comment():
    reading = read_records(DATA / "bibtex_latex.bib")
    assert reading.records.loc[0, "title"] == "Support for 80% of Ørsted residents & staff"
    assert reading.records.loc[0, "authors"] == "Åberg, Kåre; Vine, Jo"


def test_last_nbib_record_without_blank_line_is_read_and_wrapped_title_joined():
    reading = read_records(DATA / "nbib_last_without_blank_line.nbib")
    assert titles("nbib_last_without_blank_line.nbib") == [
        "A title that is wrapped.",
        "The last one, no blank line behind",
    ]
    assert reading.records["record_id"].tolist() == ["pubmed:90555101", "pubmed:90555102"]
    assert reading.records.loc[0, "doi"] == "10.5555/samsyn.a"


def test_csv_row_with_too_many_cells_is_not_guessed_at():
    reading = read_records(DATA / "csv_oddities.csv")
    assert titles("csv_oddities.csv") == ["A title, with comma\nand a line break", "Last"]
    (entry,) = reading.unreadable
    assert (entry.line, entry.why.split(" (")[0]) == (4, "6 cells under 3 headings")


def test_danish_column_names_semicolons_and_old_encoding():
    reading = read_records(DATA / "csv_danish_semicolons_cp1252.csv")
    row = reading.records.iloc[0]
    assert (row["title"], row["authors"], row["year"]) == ("Sårbare borgere", "Alder, Jo", 2019)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("refs.ris", b"%PDF-1.7 ...", "refs.ris is a PDF document"),
        ("refs.csv", b"PK\x03\x04....", "zip archive or an Office document"),
        ("refs.ris", b"", "refs.ris is empty"),
        ("refs.html", b"<!doctype html><p>Scopus</p>", "is a web page"),
        ("refs.txt", b"A letter to a friend.\n", "it begins with 'A letter to a friend.'"),
    ],
)
def test_what_is_no_export_is_refused_with_what_to_export_instead(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError, match="refs") as fault:
        read_records(path)
    assert said in str(fault.value)
    assert "xport" in fault.value.next_step


def test_no_such_file_is_said(tmp_path):
    with pytest.raises(UsageError, match="There is no file"):
        read_records(tmp_path / "none.ris")


@pytest.mark.parametrize(
    ("given", "year"),
    [
        (2019, 2019), (2019.0, 2019), (476, 476), (np.int64(2019), 2019), ("2019", 2019), ("2019a", 2019),
        ("2019-03-12", 2019), (pd.Timestamp("2019-03-12"), 2019), (date(2019, 3, 12), 2019),
        (2019.5, None), (float("inf"), None), (10**30, None), ("in press", None), (pd.NaT, None),
        (pd.NA, None), (None, None),
    ],
)  # fmt: skip
def test_the_year_of_a_frame_may_be_a_number_a_date_or_a_text(given, year):
    for years in ([given], [given, None], [given, "x"]):
        found = as_records(pd.DataFrame({"title": "Time", "year": years}))["year"]
        assert found.dtype == "Int64"
        assert (None if pd.isna(found[0]) else found[0]) == year


def test_identity_is_the_accession_else_the_raw_entry_not_the_place_in_the_file(tmp_path):
    one, two = "TY  - JOUR\nTI  - One\nER  - \n", "TY  - JOUR\nTI  - Two\nER  - \n"
    (tmp_path / "a.ris").write_text(one + two)
    (tmp_path / "b.ris").write_text(two + "\n\n" + one)
    first, second = (read_records(tmp_path / name).records.set_index("title") for name in ("a.ris", "b.ris"))
    assert first["record_id"].to_dict() == second["record_id"].to_dict()


def test_the_same_entry_twice_in_a_file_is_two_records(tmp_path):
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - One\nER  - \n" * 2)
    reading = read_records(tmp_path / "a.ris")
    assert reading.records["record_id"].is_unique
    assert reading.n_entries == len(reading.records) == 2


@pytest.mark.parametrize("dialect", [RIS, NBIB])
@pytest.mark.parametrize(
    "text",
    [
        "", "\n\n", "stray\n", "TY  - A\nER  - \nER  - \n", "AU  - x\nTY  - A\nTI  - t\n",
        "TI  - t\nTY  - A\n",
        "PMID- 1\nTI  - t\nPMID- 2\n", "note\nPMID- 1\n", "TY  - A\nstray\nER  - \nstray\nTY  - B\n",
    ],
)  # fmt: skip
def test_count_from_starts_and_ends_is_that_of_the_reader(dialect, text):
    assert count_tagged(text, dialect) == len(list(read_tagged(text, dialect)))


def test_real_exports_keep_the_count_identity(shared_data):
    """Every other file is read in full or refused in words; benchmarks/import_files.py reads all."""
    n_read = Counter()
    for path in sorted((shared_data / "import").rglob("*.*"))[::2]:
        # what is tagged is read fast enough to be read whole, of the rest what is small
        if path.suffix.lower() not in TAGGED_NAMES and path.stat().st_size > 300_000:
            continue
        try:
            reading = read_records(path)
        except UsageError:
            continue
        n_read[path.suffix.lower()] += 1
        assert reading.n_entries == len(reading.records) + len(reading.unreadable), path.name
    assert n_read[".bib"] > 50
    assert sum(n_read[name] for name in TAGGED_NAMES) > 75
    assert sum(n_read[name] for name in (".xml", ".json", ".xlsx", ".tsv", ".bibtex")) > 40


def test_fields_that_no_column_holds_are_kept_as_plain_json(tmp_path):
    value = 'a "quoted" \\ word, æøå 😀 and a tab\tin it'
    (tmp_path / "a.ris").write_text(
        f"TY  - JOUR\nTI  - One\nZZ  - {value}\nC1  - first\nER  - \n", encoding="utf-8"
    )
    extra = read_records(tmp_path / "a.ris").records.loc[0, "extra"]
    assert json.loads(extra)["ZZ"] == [value]
    assert extra == json.dumps(json.loads(extra), ensure_ascii=False, sort_keys=True)


def test_entry_with_an_identifier_alone_is_a_record_with_a_warning_one_without_is_unreadable():
    reading = read_records(DATA / "ris_identifier_alone.ris")
    assert reading.records[["doi", "title"]].values.tolist() == [["10.5555/samsyn.alone", ""]]
    assert [(warning.line, warning.what[:17]) for warning in reading.warnings] == [(1, "neither a title n")]
    assert [(entry.line, entry.why) for entry in reading.unreadable] == [
        (7, "neither a title nor an abstract")
    ]
