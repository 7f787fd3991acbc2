"""Exports in pieces, regular entries a field at a time: the same as whole and entry by entry."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import read_records
from corpus.columns import batches_of, records_of
from corpus.pieces import Mending, pieces
from corpus.tagged import TAGGED

FORMATS = {form.name: form for form in TAGGED}
RIS_LINES = (
    "TY  - JOUR", "TY  - BOOK", "ER  - ", "ER  -", "ER  - positive", "TI  - Time", "T1  - Trust", "AB  - One",
    "AB  - ", "KW  - a; b", "KW  -",
    "AU  - Elm, K", "A1  - Ash, B", "more words", " indented ", "\u00a0wide", "",
    " ", "DO  - 10.5555/X.1",
    "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-90000000001", "TY - x",
    "N1  - Accession Number: 90555201; a note", "SN  - 1234-5678", "SN  - 9780000000002",
    "XQ  - nobody's", "ER",
    "L3  - 10.5555/l3", "L1  - 10.5555/l1", "PY  - in press", "Y1  - 2018", "C6  - OCT 2022",
    "C3  - PUBMED 90555101", "CP  - 24th Made-up Congress", "SP  - 3", "EP  - 9", "3. exp Trust/ or time.ti",
    "Provider: Made-up House", "AB  - \"quoted\" \\ and \t tab\u3000",
)  # fmt: skip
NBIB_LINES = (
    "PMID- 1", "PMID- 2", "PMID-3", "", "", " ", "OWN - NLM", "OWN - ERIC", "TI  - Time", "      and again",
    "       and more ", "AB  - Words", "AB  -", "FAU - Elm, Kim", "AU  - Elm K", "LID - 10.5555/a [doi]",
    "AID - 10.5555/a [doi]", "AID - S1 [pii]",
    "LID - S2 [pii]", "PT  - Journal Article", "PT  - Book", "DP  - 2019",
    "CN  - The Made-up Group",
    "MH  - Trust", "OT  - trust", "XYZ - unknown", "stray", "      \u00a0", "LA  - eng",
)  # fmt: skip
ENTRIES = {
    "ris": "TY  - JOUR\nTI  - Time\nAB  - An abstract\nthat goes on\nKW  - a\nKW  - b\nER  - \n\n",
    "nbib": "PMID- 7\nTI  - Time\nAB  - An abstract\n      that goes on\nPT  - Book\n\n",
}


def by_piece(form, text, size):
    """The records, what was odd and the count of a text read in pieces."""
    counts, batches, n_lines = [], [], 0
    for piece in pieces(BytesIO(text.encode()), form.by_piece.cut, size=size):
        counts.append(form.by_piece.count(piece))
        batch = form.by_piece.read(piece)
        batch.lines = batch.lines + n_lines
        for entry in batch.odd:
            entry.line += n_lines
        n_lines += piece.count(b"\n")
        batches.append(batch)
    records, _, odd = records_of(batches, "file", "", keep_raw=True)
    return records, [(entry.line, entry.why, entry.raw, entry.warnings) for entry in odd], sum(counts)


@st.composite
def exports(draw, lines, entry):
    """Mostly regular entries, with any lines between and inside them."""
    parts = draw(
        st.lists(
            st.one_of(
                st.just(entry), st.just(entry), st.lists(st.sampled_from(lines), max_size=6).map("\n".join)
            ),
            min_size=1, max_size=8,
        )
    )  # fmt: skip
    return "\n".join(parts) if draw(st.booleans()) else "".join(part + "\n" for part in parts)


@pytest.mark.parametrize(("name", "lines"), [("ris", RIS_LINES), ("nbib", NBIB_LINES)])
@given(data=st.data(), size=st.integers(20, 400))
def test_pieces_read_a_field_at_a_time_are_the_whole_read_entry_by_entry(name, lines, data, size):
    form = FORMATS[name]
    text = data.draw(exports(lines, ENTRIES[name]))
    if not text.strip():
        return
    records, _, odd = records_of(batches_of(form.read(text)), "file", "", keep_raw=True)
    found, found_odd, n_entries = by_piece(form, text, size)
    assert found.equals(records)
    assert found_odd == [(entry.line, entry.why, entry.raw, entry.warnings) for entry in odd]
    assert n_entries == form.count(text) == len(records) + sum(bool(entry.why) for entry in odd)


def test_real_exports_are_the_same_in_pieces(shared_data):
    n_read = 0
    for path in sorted((shared_data / "import").rglob("*")):
        if path.suffix.lower() not in (".ris", ".nbib", ".txt", ".medline") or path.stat().st_size > 100_000:
            continue
        text = (
            path.read_bytes()
            .decode("utf-8", "replace")
            .replace("\r\n", "\n")
            .replace("\r", "\n")
            .lstrip("\ufeff")
        )
        form = next((form for form in FORMATS.values() if form.recognise(text)), None)
        if form is None or form.by_piece is None:
            continue
        n_read += 1
        records, _, odd = records_of(batches_of(form.read(text)), "file", "", keep_raw=True)
        found, found_odd, n_entries = by_piece(form, text, 5_000)
        assert found.equals(records), path.name
        assert found_odd == [(entry.line, entry.why, entry.raw, entry.warnings) for entry in odd], path.name
        assert n_entries == len(records) + sum(bool(entry.why) for entry in odd), path.name
    assert n_read > 90


def test_line_ends_of_windows_that_a_piece_cuts_in_two_are_one():
    text = b"a\r\nb\r\r\nc\rd\r\n"
    for size in range(1, len(text) + 1):
        assert b"".join(pieces(BytesIO(text), lambda _data, _since: 0, size=size)) == b"a\nb\n\nc\nd\n"


def test_letters_read_wrongly_are_mended_and_said_in_pieces_too(tmp_path):
    entry = "TY  - JOUR\nTI  - SÃ¸ren\nAB  - S\ufffdren\nER  - \n\n"
    (tmp_path / "a.ris").write_text(entry * 3, encoding="utf-8")
    reading = read_records(tmp_path / "a.ris")
    assert reading.records["title"].tolist() == ["Søren"] * 3
    assert [warning.what[:2] for warning in reading.warnings] == ["3 ", "3 "]
    assert Mending().warnings == []


def test_raw_text_is_there_when_asked_for_and_else_empty(tmp_path):
    (tmp_path / "a.ris").write_text(ENTRIES["ris"] * 2, encoding="utf-8")
    assert read_records(tmp_path / "a.ris").records["raw"].tolist() == ["", ""]
    raw = read_records(tmp_path / "a.ris", keep_raw=True).records["raw"]
    assert raw.tolist() == [ENTRIES["ris"].strip("\n")] * 2
