"""The independent count finds what was tampered with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthesis import Evidence, check_report, render_report


@pytest.fixture
def report(whole_evidence: Evidence, tmp_path: Path) -> Path:
    render_report(whole_evidence, tmp_path, version="0.1.0")
    return tmp_path


def change_page(folder: Path, old: str, new: str) -> None:
    path = folder / "report.html"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def change_trace(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "trace.json"
    trace = json.loads(path.read_text(encoding="utf-8"))
    change(trace)
    path.write_text(json.dumps(trace), encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_sound_report_has_no_fault(whole_evidence, tmp_path, review_folder, language) -> None:
    render_report(whole_evidence, tmp_path, language=language)
    assert check_report(tmp_path, review_folder) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'data-margin="theme--governance--hinders">4<',
            'data-margin="theme--governance--hinders">5<',
            "The margin governance, hinders shows 5; distinct studies are 4.",
        ),
        (
            "drew agency staff back to their own departments and away from the joint work.</q>",
            "drew agency staff back to their own homes and away from the joint work.</q>",
            "The page quotes",
        ),
        (
            "Records screened (n = 1,957)",
            "Records screened (n = 1,958)",
            "The box screened shows [1958], the counts are [1957].",
        ),
        ("<a id=m1 ", "<a id=m9999 ", "cannot be traced"),
        ("<sub>2</sub></a>", "<sub>3</sub></a>", "shows 3, but 2 findings stand behind it."),
        (
            "<a id=m1 href=#f1 ",
            "<a id=m1 href=#f9999 ",
            "leads nowhere: #f9999",
        ),
        (
            'class=h aria-label="hinders">▼</a>',
            'class=p aria-label="promotes">▲</a>',
            "shows ▲, but its findings say hinders.",
        ),
        (
            "<tr id=f7 ",
            "<tr id=gone ",
            "The evidence table has 39 rows and the trace 40 findings",
        ),
    ],
)
def test_what_is_wrong_on_the_page_is_found(report, review_folder, old, new, fault) -> None:
    change_page(report, old, new)
    assert any(fault in found for found in check_report(report, review_folder))


def test_a_changed_word_in_the_record_is_found(report, review_folder) -> None:
    def change(trace: dict[str, Any]) -> None:
        record = trace["records"]["other:9003"]
        record["abstract"] = record["abstract"].replace("resultatkrav", "resultatmål")

    change_trace(report, change)
    assert any(
        "are not in the abstract of other:9003 at 50-119" in found
        for found in check_report(report, review_folder)
    )


def test_a_broken_sum_is_found(report, review_folder) -> None:
    change_trace(report, lambda trace: trace["flow"].update(screened=1900))
    assert any(
        "screened is 1900, the sum gives 1957" in found for found in check_report(report, review_folder)
    )


def test_a_finding_without_segments_is_found(report, review_folder) -> None:
    change_trace(report, lambda trace: trace["findings"]["market--soc-9000--hinders"].update(segments=[]))
    faults = check_report(report, review_folder)
    assert "Finding market--soc-9000--hinders rests on no words." in faults


def test_an_altered_source_and_a_missing_one_are_found(report, review_folder, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("altered") / "sources"
    shutil.copytree(review_folder, folder)
    with (folder / "wos.ris").open("a", encoding="utf-8") as file:
        file.write("\n")
    (folder / "soc.ris").unlink()
    faults = check_report(report, folder)
    assert any(found.startswith("wos.ris has been altered: its sha256 is") for found in faults)
    assert "soc.ris is not among the sources." in faults


def test_an_entry_that_is_elsewhere_in_its_file_is_found(report, review_folder) -> None:
    change_trace(report, lambda trace: trace["records"]["scopus:9002"].update(source_line=2))
    assert "scopus:9002 does not begin on line 2 of scopus.ris." in check_report(report, review_folder)


def test_a_report_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert check_report(tmp_path, tmp_path)[0].startswith("The report cannot be read")
