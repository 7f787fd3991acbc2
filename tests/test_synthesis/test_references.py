# ruff: noqa: E501 (references stand whole)
"""References in their styles: hard cases by hand, real ones from the team's list, and what must hold for any."""

from __future__ import annotations

import csv
import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import read_records
from corpus.protocol import Protocol
from synthesis import Evidence, reference, reference_files, references, render_report, studies
from synthesis.reference_styles import in_words, styled
from synthesis.studies import study_labels

ARTICLE = {"type": "JOUR", "journal": "Invented Studies", "volume": "31", "issue": "2", "pages": "27-43",
           "year": 2019, "title": "Rivals at one table", "authors": "Alder, Jo"}  # fmt: skip
MANY = "; ".join(f"Name{chr(97 + n)}, A" for n in range(21))
PLACE = "Invented Studies, 31(2), 27–43."
BOOK = {"type": "BOOK", "authors": "Huxham, Chris", "year": 2005, "title": "Managing", "journal": "Routledge"}
CHAPTER = {"type": "CHAP", "authors": "Ringholm, T. M.", "year": 2018, "title": "Medvirkning",
           "journal": "Plan og samfunn", "pages": "191–210",
           "extra": '{"ED": ["Elm, Ada", "Fir, Bo"], "PB": ["Invented Press"]}'}  # fmt: skip
THESIS = {"type": "THES", "authors": "Tortzen, A", "year": 2016, "title": "Samskabelse",
          "journal": "Ph.d.-afhandling, Roskilde Universitet"}  # fmt: skip


def without(record: dict, *names: str) -> dict:
    return {name: value for name, value in record.items() if name not in names}


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (ARTICLE | {"authors": "Alder, Jo; Vine, Pat K."}, f"Alder, J., & Vine, P. K. (2019). Rivals at one table. {PLACE}"),
        (ARTICLE | {"authors": "Dupont, Jean-Paul"}, f"Dupont, J.-P. (2019). Rivals at one table. {PLACE}"),
        (ARTICLE | {"authors": "Speer, P.W."}, f"Speer, P. W. (2019). Rivals at one table. {PLACE}"),
        (ARTICLE | {"authors": "Speer, PW"}, f"Speer, P. W. (2019). Rivals at one table. {PLACE}"),
        (ARTICLE | {"authors": "van Meerkerk, Ingmar"}, f"van Meerkerk, I. (2019). Rivals at one table. {PLACE}"),
        (ARTICLE | {"authors": "King, Martin L., Jr."}, f"King, M. L., Jr. (2019). Rivals at one table. {PLACE}"),
        (ARTICLE | {"authors": "World Health Organization"}, f"World Health Organization. (2019). Rivals at one table. {PLACE}"),
        (without(ARTICLE, "authors"), f"Rivals at one table. (2019). {PLACE}"),
        (without(ARTICLE, "year"), f"Alder, J. (n.d.). Rivals at one table. {PLACE}"),
        (ARTICLE | {"authors": "Alder, Jo; and others"}, f"Alder, J., et al. (2019). Rivals at one table. {PLACE}"),
        (ARTICLE | {"title": "Rivals at one table?"}, f"Alder, J. (2019). Rivals at one table? {PLACE}"),
        (ARTICLE | {"title": "Rivals at one table."}, f"Alder, J. (2019). Rivals at one table. {PLACE}"),
        (without(ARTICLE, "volume"), "Alder, J. (2019). Rivals at one table. Invented Studies, (2), 27–43."),
        (ARTICLE | {"pages": "27-"}, "Alder, J. (2019). Rivals at one table. Invented Studies, 31(2), 27."),
        (ARTICLE | {"pages": "1203-15"}, "Alder, J. (2019). Rivals at one table. Invented Studies, 31(2), 1203–1215."),
        (ARTICLE | {"pages": "S21-1-S21-8"}, "Alder, J. (2019). Rivals at one table. Invented Studies, 31(2), S21-1–S21-8."),
        (ARTICLE | {"type": "CPAPER"}, f"Alder, J. (2019). Rivals at one table. {PLACE}"),
        (ARTICLE | {"pages": "e123"}, "Alder, J. (2019). Rivals at one table. Invented Studies, 31(2), Article e123."),
        (BOOK, "Huxham, C. (2005). Managing. Routledge."),
        ({"type": "RPRT", "authors": "VIVE", "year": 2023, "title": "Partnerskaber", "journal": "VIVE"}, "VIVE. (2023). Partnerskaber."),
        (CHAPTER, "Ringholm, T. M. (2018). Medvirkning. In A. Elm & B. Fir (Eds.), Plan og samfunn (pp. 191–210). Invented Press."),
        (THESIS, "Tortzen, A. (2016). Samskabelse [Ph.d.-afhandling, Roskilde Universitet]."),
    ],
)  # fmt: skip
def test_apa_of_hard_cases(record: dict, wanted: str) -> None:
    assert reference(record).text() == wanted


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (ARTICLE | {"doi": "10.5555/samsyn.1"}, "Alder J. Rivals at one table. Invented Studies. 2019;31(2):27-43. doi:10.5555/samsyn.1"),
        (ARTICLE | {"pages": "1203-1215"}, "Alder J. Rivals at one table. Invented Studies. 2019;31(2):1203-15."),
        (ARTICLE | {"authors": MANY}, "Namea A, Nameb A, Namec A, Named A, Namee A, Namef A, et al. Rivals at one table. Invented Studies. 2019;31(2):27-43."),
        (without(ARTICLE, "authors", "volume", "issue", "pages"), "Rivals at one table. Invented Studies. 2019."),
        (without(ARTICLE, "year"), "Alder J. Rivals at one table. Invented Studies. [date unknown];31(2):27-43."),
        (BOOK, "Huxham C. Managing. Routledge; 2005."),
        (CHAPTER, "Ringholm TM. Medvirkning. In: Elm A, Fir B, editors. Plan og samfunn. Invented Press; 2018. p. 191-210."),
        (THESIS, "Tortzen A. Samskabelse [Ph.d.-afhandling, Roskilde Universitet]. 2016."),
    ],
)  # fmt: skip
def test_vancouver_of_hard_cases(record: dict, wanted: str) -> None:
    assert reference(record).text("vancouver") == wanted


def test_vancouver_shows_a_doi_as_it_is_and_links_to_it_encoded() -> None:
    *_, doi = styled(reference(ARTICLE | {"doi": "10.1/x<y>"}), "vancouver")
    assert (doi.text, doi.link) == ("doi:10.1/x<y>", "https://doi.org/10.1/x%3Cy%3E")


def test_twenty_one_authors_are_nineteen_and_the_last() -> None:
    lead = reference(ARTICLE | {"authors": MANY}).text().split(" (2019)")[0]
    assert lead.startswith("Namea, A., Nameb, A.")
    assert lead.endswith("Names, A., … Nameu, A.")
    assert "Namet" not in lead


def test_danish_reference_says_i_and_s_and_uden_aar() -> None:
    assert reference(CHAPTER).text(language="da") == (
        "Ringholm, T. M. (2018). Medvirkning. I A. Elm & B. Fir (Red.), Plan og samfunn (s. 191–210). Invented Press."
    )
    assert "(u.å.)" in reference(without(ARTICLE, "year")).text(language="da")


def test_whole_works_and_journals_stand_in_italics() -> None:
    italic = [
        [piece.text for piece in styled(reference(one)) if piece.is_italic]
        for one in (ARTICLE, BOOK, CHAPTER)
    ]
    assert italic == [["Invented Studies, 31"], ["Managing"], ["Plan og samfunn"]]


cells = st.text(max_size=25)


@given(
    kind=st.sampled_from(["JOUR", "BOOK", "CHAP", "THES", "RPRT", "CPAPER", "GEN", ""]),
    authors=cells, title=cells, journal=cells, volume=cells, issue=cells, pages=cells, doi=cells, url=cells,
    year=st.one_of(st.none(), st.integers(1500, 2100)),
)  # fmt: skip
def test_any_record_has_a_reference_that_names_title_and_never_doubles_the_stop(kind, year, **record) -> None:
    of = reference({**record, "type": kind, "year": year, "record_id": "r1"})
    for style in ("apa", "vancouver"):
        pieces = styled(of, style)
        assert [piece.text for piece in pieces if piece.role == "title"] == [of.title]
        for piece in pieces:
            assert piece.role != "link" or piece.link.startswith(("https://", "http://"))
        assert len(in_words(pieces)) < 600


def test_same_authors_and_year_get_letters_that_agree_with_the_study_labels(
    changed, whole_evidence: Evidence
) -> None:
    records = whole_evidence.records.copy()
    records.loc[1, ["authors", "year"]] = records.loc[0, ["authors", "year"]]
    evidence = changed(records=records)
    frame = references(evidence).frame.set_index("record_id")
    for row in studies(evidence).to_dict("records"):
        letter = re.search(r"\d{4}([a-z]?)$", row["label"])
        assert letter
        if letter[1]:
            assert f"(2014{letter[1]})" in frame.loc[row["study_id"], "reference"]
    assert frame["reference"].str.contains(r"\(2014[ab]\)").sum() >= 2
    vancouver = dataclasses.replace(evidence.protocol, references="vancouver")
    assert (
        not references(changed(records=records, protocol=vancouver))
        .frame["reference"]
        .str.contains(r"2014[ab]")
        .any()
    )


def test_two_reports_of_one_study_from_one_year_have_the_letters_of_its_label(
    changed, whole_evidence: Evidence
) -> None:
    records = whole_evidence.records.copy()
    records.loc[records["record_id"] == "scopus:9010", ["year", "title"]] = [2021, "A title that comes first"]
    evidence = changed(records=records)
    label = study_labels(evidence)["scopus:9002"]
    assert label == "Elm et al. 2021a"
    frame = references(evidence).frame.set_index("record_id")
    assert frame.loc["scopus:9002", "reference"].startswith("Elm, A., Fir, B., & Oak, C. (2021a).")
    assert frame.loc["scopus:9010", "reference"].startswith("Elm, A., Fir, B., & Oak, C. (2021b).")
    assert set(frame.loc[["scopus:9002", "scopus:9010"], "study"]) == {label}


def test_danish_list_puts_danish_letters_last(changed, whole_evidence: Evidence) -> None:
    records = whole_evidence.records.copy()
    records.loc[0:2, "authors"] = ["Ørsted, A", "Zahle, B", "Aagaard, C"]
    evidence = changed(records=records)
    for language, last in (("da", ["Zahle", "Ørsted", "Aagaard"]), ("en", ["Yew", "Zahle"])):
        frame = references(evidence, language).frame
        names = frame.loc[frame["set"] == "included", "reference"].str.split(",").str[0].tolist()
        assert [name for name in names if name in last][-len(last) :] == [
            name for name in last if name in names
        ]


def test_bibtex_and_ris_hold_included_and_excluded_apart(whole_evidence: Evidence, tmp_path: Path) -> None:
    counts = {}
    for name, data in reference_files(whole_evidence).items():
        (tmp_path / name).write_bytes(data)
        counts[name] = len(read_records(tmp_path / name).records)
    assert counts == {"references_included.bib": 11, "references_included.ris": 11,
                      "references_excluded.bib": 105, "references_excluded.ris": 105}  # fmt: skip


def test_the_protocol_chooses_the_style_of_the_page(
    changed, whole_evidence: Evidence, tmp_path: Path
) -> None:
    protocol: Protocol = dataclasses.replace(whole_evidence.protocol, references="vancouver")
    page = render_report(changed(protocol=protocol), tmp_path)[0].read_text(encoding="utf-8")
    assert "in the style of Vancouver" in page
    assert '<bdi>Birk I, Holm O</bdi>. <cite lang="da">Én stemme hver</cite>.' in page


def test_real_references_are_written_without_doubled_signs(shared_data: Path) -> None:
    file = shared_data.parent / "drafts" / "references.csv"
    if not file.is_file():
        pytest.skip("the team's list of references is not here")
    kinds = {
        "report": "RPRT",
        "chapter": "CHAP",
        "book": "BOOK",
        "conference paper": "CPAPER",
        "thesis": "THES",
    }
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            record = {**row, "journal": row["container"], "type": kinds.get(row["type"], "JOUR")}
            for style in ("apa", "vancouver"):
                text = reference(record).text(style)
                assert not re.search(r"[?!]\.|\.\.(?!\.)|  |\(\)|, ,|\[\]", text), text
                assert row["title"].rstrip(".") in text
