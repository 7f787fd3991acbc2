"""What is written is read back, and no cell of it is taken for a formula."""

import json

import openpyxl
import pandas as pd
import pytest

from corpus import UsageError, read_records, write_records

RECORDS = pd.DataFrame(
    [
        {
            "record_id": "wos:7",
            "title": "Støtte til 80 % & {flere} borgere",
            "authors": "Åberg, Kåre; Vine, Jo",
            "abstract": "Én sætning. Another one.",
            "year": 2019,
            "journal": "Journal of Invented Partnerships",
            "volume": "8",
            "issue": "2",
            "pages": "27-43",
            "doi": "10.5555/a",
            "keywords": "tillid; trust",
        },
        {"record_id": "wos:8", "title": "=HYPERLINK(1)", "authors": "@Elm", "year": pd.NA},
    ]
)
FIELDS = ["title", "authors", "abstract", "year", "journal", "volume", "issue", "pages", "doi", "keywords"]


@pytest.mark.parametrize("suffix", [".ris", ".bib"])
def test_written_and_read_again_the_fields_are_the_same(tmp_path, suffix):
    path = tmp_path / f"refs{suffix}"
    write_records(RECORDS, path)
    row = read_records(path).records.iloc[0]
    expected = RECORDS.iloc[0]
    assert row[FIELDS].tolist() == expected[FIELDS].tolist()


def test_cells_that_begin_like_formulas_are_defused(tmp_path):
    write_records(RECORDS, tmp_path / "refs.csv")
    assert "'=HYPERLINK(1)" in (tmp_path / "refs.csv").read_text()
    write_records(RECORDS, tmp_path / "refs.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "refs.xlsx").active
    titles = [row[2].value for row in sheet.iter_rows(min_row=2)]
    assert titles[1] == "'=HYPERLINK(1)"


def test_csl_json_names_what_citation_managers_read(tmp_path):
    write_records(RECORDS, tmp_path / "refs.json")
    item = json.loads((tmp_path / "refs.json").read_text())[0]
    assert item["author"][0] == {"family": "Åberg", "given": "Kåre"}
    assert item["issued"] == {"date-parts": [[2019]]}


def test_unknown_suffix_is_said_and_nothing_written(tmp_path):
    with pytest.raises(UsageError, match=r"Known: \.ris"):
        write_records(RECORDS, tmp_path / "refs.doc")
    assert list(tmp_path.iterdir()) == []
