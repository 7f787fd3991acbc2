"""What is written and read again says the same, whatever letters and signs it is made of."""

import json
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import read_records, write_records
from corpus.records import RECORD_COLUMNS

# every column but those that say where in which file a record stands
COLUMNS = [column for column in RECORD_COLUMNS if column not in ("source_id", "source_line", "raw")]
SUFFIXES = [".ris", ".bib", ".csv", ".xlsx", ".json"]
# letters of many scripts (some written from right to left), signs of the formats, emoji, line ends
signs = st.one_of(
    st.characters(categories=["Lu", "Ll", "Lo", "Nd"]),
    st.sampled_from(
        list("abcæøå \"'{}\\%&$#_~^`=+-@/<>()[],;:.!?|*\n\t“”–—…😀🇩🇰漢字рушלאلا\u200f\u2028\u00a0")
    ),
    st.sampled_from(
        ["ER  - ", "TY  - JOUR", "@article{a,", "\\&", "{\\o}", "&amp;", "<b>x", "''", "--", "=1+1"]
    ),
)


def folded(text: str) -> str:
    return " ".join(text.split())


# a title of signs alone, or "n/a" for an abstract, is what exports write where there is none
texts = (
    st.lists(signs, min_size=1, max_size=40)
    .map("".join)
    .map(folded)
    .map(lambda text: f"{text} om tid".strip())
)
maybe = st.one_of(st.just(""), texts)
words = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=2, max_size=12)
bodies = st.sampled_from(["WHO", "Ligue and Co", "The Walking Group of 2019", "Åben & Fri", "d'Arc {X}"])
names = st.one_of(
    st.builds(
        "{}, {}".format, words, st.one_of(words, st.sampled_from(["J.", "J. P.", "Anne-Marie", "Kim Jr."]))
    ),
    bodies,
)
keywords = st.one_of(
    words, st.sampled_from(["trust, mutual", "R&D", "C++ / C#", "80 %", "*Trust/psychology", "=x"])
)


def joined(each, n_most=4):
    return st.lists(each, max_size=n_most, unique=True).map("; ".join)


def column_of_records():
    accessions = st.sampled_from(["", "2-s2.0-85000000001", "90555017", "2099-00001-001"])
    others = st.dictionaries(
        st.sampled_from(["AD", "LB", "publisher", "Cited by", "Årgang: x"]),
        st.lists(texts, min_size=1, max_size=2),
        max_size=2,
    )
    return {
        "type": st.sampled_from(
            ["JOUR", "BOOK", "CHAP", "CPAPER", "THES", "RPRT", "GEN", "ELEC", "NEWS", "ICOMM"]
        ),
        "title": texts,
        "abstract": maybe,
        "authors": joined(names),
        "year": st.integers(1900, 2030),
        "journal": maybe,
        "volume": st.integers(1, 300).map(str),
        "issue": st.sampled_from(["", "2", "3-4", "Suppl 1", "S2", "1/2"]),
        "pages": st.sampled_from(["", "27-43", "e1017", "S1-S9", "5-5", "1-3, 7-9", "a_1"]),
        "doi": st.from_regex(r"10\.5555/[a-z0-9._()<>-]{0,12}[a-z0-9]", fullmatch=True),
        "pmid": st.one_of(st.just(""), st.integers(1, 40_000_000).map(str)),
        "isbn": st.sampled_from(["", "978-5-5555-0101-1", "5555010112"]),
        "issn": st.sampled_from(["", "1234-5678", "2049-363X"]),
        "keywords": joined(keywords),
        "language": st.sampled_from(["", "en", "da", "de", "zh"]),
        "url": joined(
            st.sampled_from(["https://example.org/a_b?c=1;d=2&e=%20#f", "http://x.y/~z", "https://æ.dk/(1)"])
        ),
        "notes": joined(texts.map(lambda text: text.strip(" ;")), 2),
        "accession": accessions,
        "extra": others,
    }


records = st.fixed_dictionaries(column_of_records())


def named(written: list[dict]) -> pd.DataFrame:
    """The records with the identity that reading would give them, and extra fields as JSON."""
    rows = []
    for number, record in enumerate(written):
        accession = record["accession"]
        record_id = f"scopus:{accession}" if accession else f"record:{number:016x}"
        extra = json.dumps(record["extra"], ensure_ascii=False, sort_keys=True) if record["extra"] else ""
        rows.append({**record, "record_id": distinct(record_id, rows), "extra": extra})
    return pd.DataFrame(rows)


def distinct(record_id: str, rows: list[dict]) -> str:
    n_before = sum(row["record_id"].partition("~")[0] == record_id for row in rows)
    return f"{record_id}~{n_before + 1}" if n_before else record_id


def expected(row: dict, suffix: str) -> dict:
    """What the format can hold: RIS and BibTeX keep other fields only under names they can write."""
    kept = json.loads(row["extra"] or "{}")
    if suffix == ".ris":
        kept = {name: values for name, values in kept.items() if name in ("AD", "LB")}
    if suffix == ".bib":
        kept = {name: ["; ".join(values)] for name, values in kept.items() if name == "publisher"}
    return {**row, "extra": json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else ""}


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(written=st.lists(records, min_size=1, max_size=4))
def test_every_column_is_the_same_after_writing_and_reading(suffix, written):
    frame = named(written)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"refs{suffix}")
        write_records(frame, path)
        reading = read_records(path)
    assert not reading.unreadable
    assert reading.n_entries == len(written)
    wanted = [expected(row, suffix) for row in frame[COLUMNS].to_dict("records")]
    for column in COLUMNS:
        assert reading.records[column].tolist() == [row[column] for row in wanted], column


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "title",
    [
        "=1+1", "'=1+1", '="007"', "-- ''quoted'' --",
        "a \\emph{b} $c$ 100% & ~ {", "{both} {sides}", '"both" "sides"',
        "ER - positive", "שלום עולם \u200f(x)", "👩‍🔬 and 🇩🇰", "C:\\temp\\new", "a\u0301 combining",
        "#N/A", "007",
    ],
)  # fmt: skip
def test_odd_titles_come_back_as_they_are(suffix, title, tmp_path):
    write_records(pd.DataFrame({"record_id": ["record:1"], "title": [title]}), tmp_path / f"refs{suffix}")
    assert read_records(tmp_path / f"refs{suffix}").records["title"].tolist() == [title]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_authors_that_a_source_leaves_out_are_still_left_out_after_writing(suffix, tmp_path):
    path = tmp_path / f"refs{suffix}"
    write_records(pd.DataFrame({"title": ["Tid"], "authors": ["Alder, Jo; Elm, Ada; et al."]}), path)
    assert read_records(path).records["authors"].tolist() == ["Alder, Jo; Elm, Ada; et al."]
    if suffix == ".bib":
        assert "author = {Alder, Jo and Elm, Ada and others}" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_tables_keep_the_lines_of_an_abstract(suffix, tmp_path):
    abstract = "Background: one.\n\nMethods: two.\nResults: three."
    write_records(pd.DataFrame({"title": ["Tid"], "abstract": [abstract]}), tmp_path / f"refs{suffix}")
    assert read_records(tmp_path / f"refs{suffix}").records["abstract"].tolist() == [abstract]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_text_longer_than_a_cell_of_excel_comes_back_whole(suffix, tmp_path):
    longs = ["word " * 9000 + "end", "=" + "x " * 20_000 + "end", "😀" * 20_000, "a" * 32_767, "short"]
    frame = pd.DataFrame({"title": [f"Tid {n}" for n in range(5)], "abstract": longs})
    frame["extra"] = json.dumps({"CR": ["a reference"] * 4000})
    write_records(frame, tmp_path / f"refs{suffix}")
    records = read_records(tmp_path / f"refs{suffix}").records
    assert records["abstract"].tolist() == longs
    assert records["extra"].map(lambda text: len(json.loads(text)["CR"])).tolist() == [4000] * 5


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_letters_that_are_none_do_not_stop_an_export(suffix, tmp_path):
    items = [
        {"type": "book", "title": f"{odd} here", "abstract": "Said."}
        for odd in ("half \ud83d", "\0 and \x1b")
    ]
    (tmp_path / "damaged.json").write_text(json.dumps(items), encoding="utf-8")
    write_records(read_records(tmp_path / "damaged.json").records, tmp_path / f"refs{suffix}")
    assert read_records(tmp_path / f"refs{suffix}").records["abstract"].tolist() == ["Said.", "Said."]


@pytest.mark.parametrize("suffix", [".bib", ".ris"])
def test_a_real_export_read_written_and_read_again_is_the_same(shared_data, tmp_path, suffix):
    """The largest export of each kind under 300 kB; every column comes back."""
    files = (path for path in (shared_data / "import").rglob(f"*{suffix}") if path.stat().st_size < 300_000)
    first = read_records(max(files, key=lambda path: (path.stat().st_size, path.name))).records
    write_records(first, tmp_path / f"again{suffix}")
    second = read_records(tmp_path / f"again{suffix}").records
    columns = [column for column in COLUMNS if column != "extra"]
    folded = [
        frame[columns].astype(str).apply(lambda cells: cells.str.split().str.join(" "))
        for frame in (first, second)
    ]
    pd.testing.assert_frame_equal(*folded)
