# ruff: noqa: E501 (sentences stand whole)
"""The Word document, the workbook and the crate: whole, quiet about the clock, and everything in them is text."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from corpus.errors import UsageError
from corpus.protocol import Wording
from synthesis import Evidence, render_report

HOSTILE = "<script>alert(1)</script> \"'&amp; \u202eevil \u05e9\u05dc\u05d5\u05dd \U0001f331 \x00\x0b]]> =1+1"
SHOWN = HOSTILE.replace("\x00", "\ufffd").replace("\x0b", "\ufffd")


@pytest.fixture(scope="module")
def output(whole_evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    render_report(whole_evidence, folder, version="0.1.0")
    return folder


def test_plot_and_map_are_figures_with_caption_and_text_alternative(output: Path) -> None:
    document = docx.Document(output / "report.docx")
    captions = ["".join(node.text for node in one._p.iter(qn("w:t")))
                for one in document.paragraphs if one.style.name == "Caption"]  # fmt: skip
    assert [text for text in captions if text.startswith("Figure")] == [
        "Figure 1. Direction of findings by study and theme", "Figure 2. Studies by theme and approach",
        "Figure 3. PRISMA 2020 flow diagram",
    ]  # fmt: skip
    drawn = [one._tbl for one in document.tables if next(one._tbl.iter(qn("w:sz")), None) is not None]
    plot, squares = [one.tblPr.find(qn("w:tblDescription")).get(qn("w:val")) for one in drawn]
    assert plot.startswith("10 studies by ")
    assert squares.startswith("10 studies. ")
    assert "■" in "".join(node.text or "" for node in drawn[1].iter(qn("w:t")))


def words_of(document) -> str:
    return "\n".join(
        "".join(node.text or "" for node in element.iter(qn("w:t")))
        for element in document.element.body.iter(qn("w:p"))
    )


def test_document_has_the_headings_of_the_page_and_numbered_captions(output: Path) -> None:
    document = docx.Document(output / "report.docx")
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings == [
        "Theme summaries", "Summary of findings", "Themes by study", "Effect direction plot", "Evidence gap map",
        "Evidence table", "Characteristics of the studies", "Appraisal", "Flow of records",
        "Agreement between people", "Search log", "Excluded at full text", "Methods", "References",
        "Reporting checklists",
    ]  # fmt: skip
    captions = ["".join(node.text for node in one._p.iter(qn("w:t")))
                for one in document.paragraphs if one.style.name == "Caption"]  # fmt: skip
    numbers = [one.split(". ")[0] for one in captions]
    assert [name for name in numbers if name.startswith("Table")] == [
        f"Table {n + 1}" for n in range(len(numbers) - 3)
    ]
    assert "Figure 3. PRISMA 2020 flow diagram" in captions


def test_tables_repeat_their_head_and_say_what_they_show(output: Path) -> None:
    document = docx.Document(output / "report.docx")
    assert len(document.tables) == 17
    for one in document.tables:
        assert one._tbl.tblPr.find(qn("w:tblCaption")) is not None
        is_flow = one._tbl.tblPr.find(qn("w:tblStyle")).get(qn("w:val")) == "TableNormal"
        assert is_flow or one.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_wide_tables_lie_on_their_side_and_text_stands_upright(output: Path) -> None:
    sections = docx.Document(output / "report.docx").sections
    turns = [section.orientation for section in sections]
    assert turns[0] == turns[-1] == WD_ORIENT.PORTRAIT
    assert WD_ORIENT.LANDSCAPE in turns
    assert all(
        (one.page_width > one.page_height) == (one.orientation == WD_ORIENT.LANDSCAPE) for one in sections
    )


def test_quotations_and_document_carry_their_language(output: Path) -> None:
    document = docx.Document(output / "report.docx")
    default = document.styles.element.find(qn("w:docDefaults")).iter(qn("w:lang"))
    assert [one.get(qn("w:val")) for one in default] == ["en-GB"]
    danish = [run for run in document.element.body.iter(qn("w:r"))
              if (lang := run.find(f"{qn('w:rPr')}/{qn('w:lang')}")) is not None and lang.get(qn("w:val")) == "da-DK"]  # fmt: skip
    assert any("Beboerne kom" in "".join(node.text for node in run.iter(qn("w:t"))) for run in danish)


def test_nothing_is_formatted_outside_the_styles_but_the_marks_of_figures(output: Path) -> None:
    for properties in docx.Document(output / "report.docx").element.body.iter(qn("w:rPr")):
        tags = {child.tag for child in properties}
        if not tags <= {qn("w:rStyle"), qn("w:lang")}:
            # size and colour of a mark are what it says
            assert tags <= {qn("w:color"), qn("w:sz"), qn("w:szCs")}
            text = "".join(node.text or "" for node in properties.getparent().iter(qn("w:t")))
            assert not any(one.isalpha() for one in text)


def test_every_link_inside_the_document_leads_somewhere(output: Path) -> None:
    body = docx.Document(output / "report.docx").element.body
    names = [one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))]
    wanted = {one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink"))} - {None}
    assert len(names) == len(set(names))
    assert wanted <= set(names)


def test_properties_and_members_know_no_clock(output: Path) -> None:
    for name in ("report.docx", "tables.xlsx"):
        with zipfile.ZipFile(output / name) as parts:
            assert {member.date_time for member in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert parts.read("docProps/core.xml").decode().count("2026-11-23T08:15:00Z") == 2


def test_a_matrix_with_many_studies_is_split_over_tables(whole_evidence: Evidence) -> None:
    import pandas as pd

    from synthesis import Column, EvidenceTable
    from synthesis.document_tables import table_blocks

    studies = [f"s{n}" for n in range(30)]
    columns = (
        Column("label", "Theme"),
        *(Column(one, f"Elm {one}", "marks") for one in studies),
        Column("n", "Studies", "number"),
    )
    frame = pd.DataFrame([{"label": "Time", **dict.fromkeys(studies, "▲"), "n": 30}])
    blocks = list(table_blocks(EvidenceTable("m", "M", columns, frame), 14000, quotation_languages={}))
    assert [block.count("▲") for block in blocks] == [12, 12, 6]
    assert [block.count("Studies") for block in blocks] == [0, 0, 1]


def test_workbook_has_a_sheet_for_each_table_and_a_list_of_them(output: Path) -> None:
    book = openpyxl.load_workbook(output / "tables.xlsx")
    tables = [path.stem for path in output.glob("*.csv")]
    assert book.sheetnames[0] == "contents"
    assert sorted(book.sheetnames[1:]) == sorted(tables)
    evidence = book["evidence"]
    assert evidence.max_row == 41
    assert evidence.freeze_panes == "A2"
    kappa = [cell.value for cell in book["agreement"]["E"]]
    assert kappa == ["Cohen’s kappa", 0.729, "undefined (no variation)", 0.77, 0.785]


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_workbook_is_a_formula(
    changed, whole_evidence: Evidence, tmp_path: Path, lead: str
) -> None:
    coded = whole_evidence.coded_segments.copy()
    coded.loc[0, "finding"] = f"{lead}1+cmd|' /C calc'!A0"
    render_report(changed(coded_segments=coded), tmp_path, formats=["xlsx"])
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    found = [str(cell.value) for cell in cells if "cmd|" in str(cell.value)]
    assert found
    assert all(value.startswith("'") for value in found)


def test_strange_words_come_through_as_text_everywhere(
    changed, whole_evidence: Evidence, tmp_path: Path
) -> None:
    records = whole_evidence.records.copy()
    records.loc[0, ["title", "journal"]] = [HOSTILE, HOSTILE]
    records.loc[0, "abstract"] = records.loc[0, "abstract"] + HOSTILE
    coded = whole_evidence.coded_segments.copy()
    end = len(records.loc[0, "abstract"])
    coded.loc[0, ["start", "end", "text", "finding"]] = [end - len(HOSTILE), end, HOSTILE, HOSTILE]
    protocol = dataclasses.replace(
        whole_evidence.protocol, title=Wording(en=HOSTILE), invented=Wording(en=HOSTILE)
    )
    evidence = changed(records=records, coded_segments=coded, protocol=protocol)
    render_report(evidence, tmp_path)
    document = docx.Document(tmp_path / "report.docx")
    assert words_of(document).count(SHOWN) >= 6
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    found = [
        cell.value for row in book["evidence"].iter_rows() for cell in row if "\u202eevil" in str(cell.value)
    ]
    assert found == [SHOWN, SHOWN]
    graph = json.loads((tmp_path / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    assert graph[1]["name"] == HOSTILE


def test_crate_names_every_file_with_its_hash_and_who_decided(output: Path) -> None:
    held = json.loads((output / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    graph = {entity["@id"]: entity for entity in held["@graph"]}
    assert len(graph) == len(held["@graph"])
    root = graph["./"]
    assert {one["@id"] for one in root["hasPart"]} == {path.name for path in output.iterdir()} - {
        "ro-crate-metadata.json"
    }
    for one in root["hasPart"]:
        data = (output / one["@id"]).read_bytes()
        assert graph[one["@id"]]["sha256"] == hashlib.sha256(data).hexdigest()
        assert graph[one["@id"]]["contentSize"] == str(len(data))
    people = [entity for entity in held["@graph"] if entity["@type"] == "Person"]
    assert [(one["identifier"], one["name"]) for one in people] == [
        ("coder-1", "Coder A"), ("coder-2", "Coder B"), ("coder-3", "Coder C")]  # fmt: skip
    assert graph["#licence"]["name"] == "The protocol states no licence."
    assert root["datePublished"] == "2026-11-23"
    assert graph["#samsyn"]["version"] == "0.1.0"
    linked = [one["@id"] for entity in held["@graph"] for value in entity.values()
              for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]  # fmt: skip
    assert {name for name in linked if not name.startswith("https://")} <= set(graph)


def test_crate_states_the_protocols_licence(changed, whole_evidence: Evidence, tmp_path: Path) -> None:
    address = "https://creativecommons.org/licenses/by/4.0/"
    render_report(changed(protocol=dataclasses.replace(whole_evidence.protocol, licence=address)), tmp_path)
    graph = json.loads((tmp_path / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    assert graph[1]["license"] == {"@id": address}


def test_formats_are_chosen_and_an_unknown_one_is_named(whole_evidence: Evidence, tmp_path: Path) -> None:
    files = {path.name for path in render_report(whole_evidence, tmp_path, formats=["html"])}
    assert {"report.html", "trace.json", "flow.svg", "references_included.bib"} <= files
    assert not [name for name in files if name.endswith((".csv", ".docx", ".xlsx"))]
    with pytest.raises(UsageError, match=r"no format pdf\. Known: html, csv, xlsx, docx"):
        render_report(whole_evidence, tmp_path, formats=["html", "pdf"])


@pytest.mark.parametrize("language", ["en", "da"])
def test_an_office_program_opens_the_document_and_shows_all_of_it(
    whole_evidence: Evidence, nothing_included: Evidence, tmp_path: Path, language: str
) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip(
            "LibreOffice (soffice) is not on this machine; install libreoffice-writer-nogui to run this"
        )
    for name, evidence in (("whole", whole_evidence), ("empty", nothing_included)):
        render_report(evidence, tmp_path / name, language=language, formats=["docx"])
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        subprocess.run(
            [program, profile, "--headless", "--convert-to", "txt:Text", "--outdir", str(tmp_path / name),
             str(tmp_path / name / "report.docx")],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        text = (tmp_path / name / "report.txt").read_text(encoding="utf-8-sig")
        document = docx.Document(io.BytesIO((tmp_path / name / "report.docx").read_bytes()))
        for heading in (one.text for one in document.paragraphs if one.style.name.startswith("Heading")):
            assert heading in text
        if name == "whole":
            assert "Et forum, hvor hver part havde én stemme" in text
            assert "https://doi.org/10.5555/samsyn.0008" in text
