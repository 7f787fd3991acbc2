# ruff: noqa: E501 (what is planted stands as it stands in the files)
"""The independent count finds what was tampered with."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import synthesis.tables
from synthesis import Evidence, check_report, example_evidence, render_report


@pytest.fixture(scope="session")
def rendered(whole_evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered") / "output"
    render_report(whole_evidence, folder, version="0.1.0")
    return folder


@pytest.fixture
def report(rendered: Path, tmp_path: Path) -> Path:
    """The report of the invented review, to be tampered with."""
    shutil.copytree(rendered, tmp_path, dirs_exist_ok=True)
    return tmp_path


def change_file(path: Path, old: str, new: str) -> None:
    data = path.read_bytes()
    assert old.encode() in data
    path.write_bytes(data.replace(old.encode(), new.encode(), 1))


def change_trace(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "trace.json"
    trace = json.loads(path.read_text(encoding="utf-8"))
    change(trace)
    path.write_text(json.dumps(trace), encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_sound_report_has_no_fault(whole_evidence, tmp_path, review_folder, language) -> None:
    render_report(whole_evidence, tmp_path, language=language)
    assert check_report(tmp_path, review_folder) == []


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_report_with_descriptors_in_dispute_has_no_fault(
    disputed, tmp_path, review_folder, language
) -> None:
    render_report(disputed, tmp_path, language=language)
    assert check_report(tmp_path, review_folder) == []


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_report_with_danish_names_has_no_fault(danish_names, tmp_path, review_folder, language) -> None:
    render_report(danish_names, tmp_path, language=language)
    assert check_report(tmp_path, review_folder) == []
    assert ("n.d." in (tmp_path / "report.html").read_text(encoding="utf-8")) == (language == "en")


def test_a_changed_word_in_the_record_is_found(report, review_folder) -> None:
    def change(trace: dict[str, Any]) -> None:
        record = trace["records"]["other:9003"]
        record["abstract"] = record["abstract"].replace("resultatkrav", "resultatmål")

    change_trace(report, change)
    assert any(
        "are not in the abstract of other:9003 at 50-119" in found
        for found in check_report(report, review_folder)
    )


def test_an_altered_source_and_a_missing_one_are_found(report, review_folder, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("altered") / "sources"
    shutil.copytree(review_folder, folder)
    with (folder / "wos.ris").open("a", encoding="utf-8") as file:
        file.write("\n")
    (folder / "soc.ris").unlink()
    faults = check_report(report, folder)
    assert any(found.startswith("wos.ris has been altered: its sha256 is") for found in faults)
    assert "soc.ris is not among the sources. Put it back as it was downloaded." in faults


def test_a_report_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert check_report(tmp_path, tmp_path)[0].startswith("The report cannot be read")


@pytest.mark.parametrize(
    "crate", ["[]", "{}", '{"@graph": null}', '{"@graph": [null]}', '{"@graph": [{"@type": "File"}]}']
)
def test_a_crate_that_lists_no_files_of_a_report_is_said(report: Path, crate: str) -> None:
    (report / "ro-crate-metadata.json").write_text(crate, encoding="utf-8")
    [fault] = check_report(report, report)
    assert "ro-crate-metadata.json does not list the files of a report" in fault


# Each fault as somebody might plant it: file, what stands there, what is put in its place, what must be said.
PLANTED_TEXT = {
    "a wrong count in a margin of the page": (
        "report.html", 'data-margin="theme--governance--hinders">4<', 'data-margin="theme--governance--hinders">5<',
        "The margin governance, hinders shows 5; distinct studies are 4."),
    "an edited cell of the page": (
        "report.html", "<td>Mixed methods<td>", "<td>Quantitative study<td>",
        "The page, effect_direction, scopus:9001, Design: “Quantitative study”; effect_direction.csv says “Mixed methods”."),
    "an edited quotation on the page": (
        "report.html", "back to their own departments and away", "back to their own homes and away",
        "The page quotes “Quarterly output targets drew agency staff back to their own homes"),
    "a mark of the matrix turned": (
        "report.html", 'class=h aria-label="hinders">▼</a>', 'class=p aria-label="promotes">▲</a>',
        "shows ▲, but its findings say hinders."),
    "a swapped direction in the evidence table": (
        "report.html", "class=h><td>hinders<td>", "class=h><td>promotes<td>",
        "The evidence table says the direction “promotes” of "),
    "a mark that cannot be traced": (
        "report.html", "<a id=m1 ", "<a id=m9999 ", "The mark m9999 cannot be traced: it is not in trace.json."),
    "a row of the evidence table gone": (
        "report.html", "<tr id=f7 ", "<tr id=gone ", "The evidence table has 39 rows and the trace 40 findings"),
    "an edited number of the methods": (
        "report.html", 'data-fact="flow.screened">1,957', 'data-fact="flow.screened">1,975',
        "The methods say 1,975 (flow.screened); counted 1957."),
    "an edited sum of a theme": (
        "report.html", "<span>4 hinders</span>", "<span>3 hinders</span>", "The bars of governance say [3, 3, 0, 0]; counted [3, 4, 0, 0]."),
    "a checklist item that points nowhere": (
        "report.html", '<td><a href="#flow">Flow of records</a>', '<td><a href="#nowhere">Flow of records</a>',
        "The checklist prisma_2020, item 16a points to #nowhere, which is not in the report."),
    "a reference taken from the page": (
        "report.html", "<code>scopus:9002</code>", "<code>scopus:9999</code>",
        "scopus:9002 is not among the references of the page."),
    "another study's name on a link": (
        "report.html", ">Maple 2021</a>", ">Dock 2012</a>", "A link to Maple 2021 is called “Dock 2012”"),
    "a quotation's place on the page": (
        "report.html", "abstract 50–", "abstract 55–", " stands at “abstract 55–"),
    "a box of the flow on the page": (
        "report.html", "Records screened (n = 1,957)", "Records screened (n = 1,958)",
        "The box screened shows [1958], the counts are [1957]."),
    "a box of the flow in its drawing": (
        "flow.svg", "Records screened (n\xa0=\xa01,957)", "Records screened (n\xa0=\xa01,959)",
        "The box screened of flow.svg shows [1959], the counts are [1957]."),
    "an arrow of the effect direction plot turned": (
        "effect_direction.svg", '<path class="h', '<path class="p',
        "promotes in colour and hinders in shape"),
    "an edited word in a drawing": (
        "gap_map.svg", ">Collective</text>", ">Selective</text>",
        "The drawing gap_map reads “Collective” on the page where its file reads “Selective”."),
    "a count of the gap map in its drawing": (
        "gap_map.svg", 'font-weight="700">3</text>', 'font-weight="700">5</text>', "The gap map in gap_map.svg, "),
    "a count of the gap map in its table": (
        "gap_map.csv", "governance--collective_impact,governance,collective_impact,Governance style,Collective impact,2,",
        "governance--collective_impact,governance,collective_impact,Governance style,Collective impact,3,",
        "The gap map, governance--collective_impact: 3, 0, 2, 0, 0 "),
    "an edited cell of a CSV file": (
        "matrix.csv", "▼", "▲", "The matrix, governance, "),
    "an effect direction in its table": (
        "effect_direction.csv", ",hinders,", ",promotes,", "The effect direction plot, "),
    "a finding taken from a CSV file": (
        "evidence.csv", "market--soc-9000--hinders,", "market--soc-9001--hinders,",
        "The finding market--soc-9000--hinders is missing in the evidence table."),
    "a reference taken from a file": (
        "references_included.ris", "TY  - ", "XX  - ", "references_included.ris holds 10 references, 11 reports are included."),
    "another reason for an exclusion": (
        "excluded.csv", ",E05,", ",E06,", "is said to be excluded for E06, the decision says E05."),
    "an edited agreement": (
        "agreement.csv", "0.729", "0.829", "kappa 0.829; the confusion table gives 0."),
    "another count of records read": (
        "search.csv", ",1412,", ",1413,", "The search log, scopus.ris: Records read is “1413”, the trace says “1412”."),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED_TEXT)
def test_a_planted_fault_is_caught(report, review_folder, name) -> None:
    file, old, new, said = PLANTED_TEXT[name]
    change_file(report / file, old, new)
    faults = check_report(report, review_folder)
    assert any(said in fault for fault in faults), faults
    assert f"{file} has been altered since it was written: its sha256 is another one." in faults


def test_a_confusion_table_of_nothing_is_caught(report, review_folder) -> None:
    path = report / "agreement.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    emptied = [re.sub(r"(?<=[a-z]) \d+(?=;|$)", " 0", row) for row in rows]
    path.write_text("\n".join([head, *emptied]), encoding="utf-8")
    assert any("the confusion table holds 0." in fault for fault in check_report(report, review_folder))


def test_a_packed_file_that_is_packed_otherwise_is_said(report, review_folder) -> None:
    data = (report / "tables.xlsx").read_bytes()
    at = data.rindex(b"PK\x01\x02") + 10
    (report / "tables.xlsx").write_bytes(data[:at] + b"\x63" + data[at + 1 :])
    assert any("cannot be read" in fault for fault in check_report(report, review_folder))


def test_an_edited_cell_of_the_workbook_is_caught(report, review_folder) -> None:
    book = openpyxl.load_workbook(report / "tables.xlsx")
    book["characteristics"]["D2"] = "an edited cell"
    book.save(report / "tables.xlsx")
    faults = check_report(report, review_folder)
    assert any("tables.xlsx, characteristics, row 2" in one and "an edited cell" in one for one in faults)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (">Mixed methods<", ">Quantitative study<", "report.docx, the plot, Cedar & Vine 2019, Design"),
        ("1,957 records were", "1,975 records were", "report.docx tells otherwise than the page"),
        ("(n\xa0=\xa01,957)", "(n\xa0=\xa01,975)", "The flow diagram of report.docx shows other counts"),
    ],
)
def test_an_edited_word_document_is_caught(report, review_folder, old, new, said) -> None:
    change_docx(report / "report.docx", old, new)
    faults = check_report(report, review_folder)
    assert any(said in fault for fault in faults), faults


def change_docx(path: Path, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["word/document.xml"].decode()
    assert old in text
    parts["word/document.xml"] = text.replace(old, new, 1).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


PLANTED_TRACE: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a swapped direction": (
        lambda trace: next(iter(trace["findings"].values())).update(direction="promotes"),
        "rests on words of another study, code, direction: "),
    "a report in two studies": (
        lambda trace: trace["studies"]["soc:9000"]["reports"].append("scopus:9001"),
        "The report scopus:9001 stands in 2 studies (soc:9000, scopus:9001); it belongs to one."),
    "a duplicate study": (
        lambda trace: trace["studies"]["soc:9000"].update(label=trace["studies"]["scopus:9001"]["label"]),
        "Two studies are called Cedar & Vine 2019"),
    "a drifted offset": (
        lambda trace: next(iter(trace["segments"].values())).update(start=3), "are not in the abstract of "),
    "a broken sum": (
        lambda trace: trace["flow"].update(screened=1900),
        "The flow does not add up: screened is 1900, the sum gives 1957."),
    "a finding without words": (
        lambda trace: trace["findings"]["market--soc-9000--hinders"].update(segments=[]),
        "Finding market--soc-9000--hinders rests on no words."),
    "an entry that is elsewhere in its file": (
        lambda trace: trace["records"]["scopus:9002"].update(source_line=2),
        "scopus:9002 does not begin on line 2 of scopus.ris."),
    "a descriptor that nobody noted": (
        lambda trace: trace["studies"]["soc:9000"]["descriptors"].update(country="NO"),
        "The characteristics of Alder 2014: Country is “US”, the trace says “NO”."),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED_TRACE)
def test_a_fault_planted_in_the_trace_is_caught(report, review_folder, name) -> None:
    change, said = PLANTED_TRACE[name]
    change_trace(report, change)
    faults = check_report(report, review_folder)
    assert any(said in fault for fault in faults), faults


PLANTED_JUDGEMENTS = {
    "a confidence without explanation": (
        "trace.json", '"explanation": "One study of one place."', '"explanation": ""',
        "The confidence of RF1 is said to be “low” without an explanation."),
    "a ConQual level changed on the page": (
        "report.html", "<b>moderate</b>", "<b>high</b>",
        "The ConQual score of RF1 in the page is “high”; its inputs give “moderate”."),
    "a ConQual level changed in its table": (
        "conqual.csv", ",moderate,\n", ",high,\n",
        "The ConQual score of RF1 in the table is “high”; its inputs give “moderate”."),
    "a level of confidence raised": (
        "report.html", 'data-level="low"', 'data-level="high"', "The judgement says “low”."),
    "a study added to a review finding": (
        "summary_of_findings.csv", "Shared money holds partners.,1,", "Shared money holds partners.,2,",
        "The summary of findings, RF1: Studies is “2”, the trace says “1”."),
    "a concern made small": (
        "evidence_profile.csv", "no or very minor concerns", "serious concerns", "The evidence profile, RF1: "),
    "an answer of the appraisal turned": (
        "report.html", '<span aria-hidden="true" class="sign">✓</span> yes', '<span aria-hidden="true" class="sign">✗</span> no',
        "The appraisal on the page, Alder & Vine 2019, Q1: “no”; people said “yes”."),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED_JUDGEMENTS)
def test_a_fault_planted_in_what_people_judged_is_caught(tmp_path, name) -> None:
    render_report(example_evidence(), tmp_path, version="0.1.0")
    file, old, new, said = PLANTED_JUDGEMENTS[name]
    change_file(tmp_path / file, old, new)
    faults = check_report(tmp_path, tmp_path)
    assert any(said.casefold() in fault.casefold() for fault in faults), faults


def test_a_fault_of_the_code_that_makes_a_table_is_caught(
    whole_evidence, tmp_path, review_folder, monkeypatch
) -> None:
    right = synthesis.tables._margins
    monkeypatch.setattr(
        synthesis.tables, "_margins", lambda *given: {name: n + 1 for name, n in right(*given).items()}
    )
    render_report(whole_evidence, tmp_path)
    faults = check_report(tmp_path, review_folder)
    assert "The margin governance, hinders shows 5; distinct studies are 4." in faults
    assert not any("altered" in fault for fault in faults)


def test_a_changed_word_in_a_source_is_named(report, review_folder, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("changed") / "sources"
    shutil.copytree(review_folder, folder)
    change_file(folder / "other.ris", "resultatkrav", "resultatmål")
    faults = check_report(report, folder)
    assert any(one.startswith("other.ris has been altered: its sha256 is") for one in faults)
    assert any(
        "other:9003 no longer reads in other.ris as it did when it was imported" in one for one in faults
    )


def test_a_changed_sha256_in_the_log_of_sources_is_caught(report, review_folder, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("logged") / "sources"
    shutil.copytree(review_folder, folder)
    log = json.dumps({"source_id": "soc.ris", "sha256": "0" * 64, "v": 1})
    (folder / "sources.jsonl").write_text(log, encoding="utf-8")
    assert any(one.startswith("sources.jsonl says sha256 000") for one in check_report(report, folder))


def test_a_line_of_the_log_of_sources_that_is_nested_without_end_is_a_fault(
    report, review_folder, tmp_path_factory
) -> None:
    folder = tmp_path_factory.mktemp("nested") / "sources"
    shutil.copytree(review_folder, folder)
    (folder / "sources.jsonl").write_text("[" * 99_999, encoding="utf-8")
    assert any(one.startswith("sources.jsonl line 1 cannot be read") for one in check_report(report, folder))


@pytest.mark.parametrize("formats", [("html",), ("csv",), ("xlsx",), ("docx", "xlsx")])
def test_a_report_in_some_formats_only_has_no_fault(whole_evidence, tmp_path, review_folder, formats) -> None:
    render_report(whole_evidence, tmp_path, formats=formats)
    assert check_report(tmp_path, review_folder) == []


def test_a_file_of_an_earlier_report_is_told(whole_evidence, report, review_folder) -> None:
    render_report(whole_evidence, report, version="0.1.0", formats=("csv",))
    assert check_report(report, review_folder)[0].startswith("report.html is of an earlier report")


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("state", ["without_coding", "nothing_included"])
def test_a_review_at_its_beginning_has_no_fault(request, tmp_path, review_folder, language, state) -> None:
    render_report(request.getfixturevalue(state), tmp_path, language=language)
    assert check_report(tmp_path, review_folder) == []


def test_a_review_of_many_reports_has_no_fault(whole_evidence, changed, tmp_path, review_folder) -> None:
    # the reports that were excluded are included: the page leaves out what it has no room for
    verdicts = whole_evidence.screening_verdicts.assign(verdict="include", criterion="")
    n = len(whole_evidence.records)
    flow = dataclasses.replace(
        whole_evidence.flow, not_retrieved=0, not_yet_assessed=2, assessed=n, sought=n + 2,
        excluded_screening=1957 - 3 - n - 2, excluded_reasons=(), included_reports=n, included_studies=n - 1,
    )  # fmt: skip
    render_report(changed(screening_verdicts=verdicts, flow=flow), tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'data-margin="code--' not in page
    assert check_report(tmp_path, review_folder) == []
