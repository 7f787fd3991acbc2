"""The page and the files beside it."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import synthesis
from corpus.errors import ReviewError
from corpus.protocol import Wording
from synthesis import Evidence, check_report, evidence_table, example_evidence, flow_figure, render_report

HOSTILE = "<script>alert(1)</script> \"'&amp; \u202eevil \U0001f331 </style> {{ 7*7 }}"


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(page)
    return parser.found


@pytest.fixture(scope="module")
def page(whole_evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    return render_report(whole_evidence, folder, version="0.1.0")[0].read_text(encoding="utf-8")


def test_sections_stand_in_their_order(page: str) -> None:
    ids = [attrs.get("id") for tag, attrs in elements(page) if tag == "section"]
    assert ids == [
        "themes",
        "review_findings",
        "matrix",
        "effect_direction",
        "gap_map",
        "evidence",
        "characteristics",
        "appraisal",
        "flow",
        "agreement",
        "search",
        "excluded",
        "methods",
        "references",
        "checklists",
    ]


def test_the_page_is_semantic_and_asks_no_network(page: str) -> None:
    found = elements(page)
    tags = [tag for tag, _ in found]
    assert (tags.count("h1"), tags.count("main")) == (1, 1)
    assert page.partition("<body>")[0].count("<title>") == 1  # the others name drawings and their marks
    assert all(attrs.get("scope") for tag, attrs in found if tag == "th")
    assert not [tag for tag in tags if tag in ("link", "img", "iframe", "base", "object", "embed")]
    assert not [attrs for _, attrs in found if "src" in attrs]
    assert "url(" not in page
    assert "@import" not in page


def test_every_link_inside_the_page_leads_somewhere(page: str) -> None:
    found = elements(page)
    ids = [attrs["id"] for _, attrs in found if attrs.get("id")]
    assert len(ids) == len(set(ids))
    inside = [attrs["href"] for tag, attrs in found if tag == "a" and str(attrs.get("href")).startswith("#")]
    assert {str(link)[1:] for link in inside} <= set(ids)


def test_header_says_what_the_report_rests_on(page: str) -> None:
    for words in (
        "Every study, quotation and number on this page is invented.",
        "23 November 2026",
        "Samsyn 0.1.0",
        "10 studies in 11 reports. 40 findings under 8 themes and 16 codes",
        "1 disagreement is not settled",
        "Coder A, Coder B, Coder C",
        "4,120 on screening, 20 on coding",
    ):
        assert words in page


def test_danish_page_is_danish(whole_evidence: Evidence, tmp_path: Path) -> None:
    page = render_report(whole_evidence, tmp_path, language="da")[0].read_text(encoding="utf-8")
    assert '<html lang="da">' in page
    assert "Evidenstabel" in page
    assert "Poster screenet (n = 1.957)" in page
    assert "Evidence table" not in page


def test_quotations_carry_their_language(page: str) -> None:
    assert re.search(r"<q id=s\d+ lang=da>Et forum, hvor hver part", page)
    # the page's own language need not be said
    assert re.search(r"<q id=s\d+>Rotating the chair", page)


def test_everything_from_files_is_escaped(changed, whole_evidence: Evidence, tmp_path: Path) -> None:
    records = whole_evidence.records.copy()
    records.loc[0, ["title", "authors", "journal", "doi"]] = [
        HOSTILE,
        f"{HOSTILE}, J",
        HOSTILE,
        '10.1/"><script>',
    ]
    records.loc[0, "abstract"] = records.loc[0, "abstract"] + HOSTILE
    coded = whole_evidence.coded_segments.copy()
    length = len(records.loc[0, "abstract"])
    coded.loc[0, ["start", "end", "text", "finding", "people"]] = [
        length - len(HOSTILE),
        length,
        HOSTILE,
        HOSTILE,
        HOSTILE,
    ]
    sources = whole_evidence.sources.copy()
    sources.loc[0, ["query", "platform", "limits"]] = HOSTILE
    unreadable = whole_evidence.unreadable.copy()
    unreadable.loc[0, ["why", "raw"]] = HOSTILE
    conflicts = whole_evidence.coding_conflicts.assign(positions=HOSTILE)
    protocol = whole_evidence.protocol.__class__(
        **{
            **{
                name: getattr(whole_evidence.protocol, name)
                for name in ("id", "questions", "criteria", "stages", "people")
            },
            "title": Wording(en=HOSTILE),
            "invented": Wording(en=HOSTILE),
        }
    )
    evidence = changed(
        records=records,
        coded_segments=coded,
        sources=sources,
        unreadable=unreadable,
        coding_conflicts=conflicts,
        protocol=protocol,
        input_hash=HOSTILE,
    )
    written = render_report(evidence, tmp_path)
    files = {
        path.name: path.read_text(encoding="utf-8")
        for path in written
        if path.suffix not in (".docx", ".xlsx")
    }
    found = elements(files["report.html"])
    assert [tag for tag, _ in found].count("script") == 1
    assert not [attrs for _, attrs in found if any(name.startswith("on") for name in attrs)]
    assert "{{ 7*7 }}" in files["report.html"]
    assert "<script" not in files["flow.svg"]
    assert json.loads(files["trace.json"])["records"]["soc:9000"]["title"] == HOSTILE.strip()


@pytest.mark.parametrize("language", ["en", "da"])
def test_empty_states_say_so_and_do_not_crash(
    nothing_included, without_coding, tmp_path: Path, language: str
) -> None:
    first = render_report(nothing_included, tmp_path / "a", language=language)[0].read_text(encoding="utf-8")
    assert "samsyn screen" in first
    assert "samsyn add" in first
    second = render_report(without_coding, tmp_path / "b", language=language)[0].read_text(encoding="utf-8")
    assert "samsyn code" in second
    assert check_report(tmp_path / "a", tmp_path) == []


def test_a_review_without_full_text_stage_or_descriptors_renders(tmp_path: Path) -> None:
    evidence = example_evidence()
    scheme = dataclasses.replace(evidence.scheme, descriptors=())
    evidence = dataclasses.replace(evidence, scheme=scheme)
    page = render_report(evidence, tmp_path)[0].read_text(encoding="utf-8")
    assert "Directions of findings by theme and study<" in page


def test_studies_that_differ_from_the_flow_stop_the_build_and_nothing_is_written(
    changed, whole_evidence, tmp_path
) -> None:
    flow = dataclasses.replace(whole_evidence.flow, included_studies=9)
    with pytest.raises(
        ReviewError, match="10 included studies in 11 reports, but the flow diagram counts 9 in 11"
    ):
        render_report(changed(flow=flow), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    whole_evidence, tmp_path: Path, monkeypatch
) -> None:
    render_report(whole_evidence, tmp_path, version="0.1.0")
    before = (tmp_path / "report.html").read_bytes()

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ReviewError, match=r"report\.html was not written: No space left"):
        render_report(whole_evidence, tmp_path, version="0.2.0")
    assert (tmp_path / "report.html").read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_table_that_the_report_no_longer_has_does_not_stay_behind(
    changed, whole_evidence, tmp_path
) -> None:
    render_report(whole_evidence, tmp_path)
    (tmp_path / "mine.csv").write_text("a\n1\n", encoding="utf-8")
    assert (tmp_path / "matrix.csv").exists()
    render_report(whole_evidence, tmp_path, formats=("html",))
    assert not (tmp_path / "matrix.csv").exists()
    assert (tmp_path / "mine.csv").exists()
    assert (tmp_path / "report.docx").exists()  # a document somebody may have edited is left


def test_same_bytes_on_any_hash_seed_time_zone_and_locale(tmp_path: Path) -> None:
    code = (
        "import sys; from synthesis import example_evidence, render_report\n"
        "for language in ('en', 'da'):\n"
        "    render_report(example_evidence(), sys.argv[1] + '/' + language, language=language, version='1')"
    )
    here, elsewhere, root = tmp_path / "here", tmp_path / "elsewhere", str(Path(__file__).parents[2])
    setting = {"PYTHONHASHSEED": "77", "TZ": "Pacific/Auckland", "LANG": "C", "LC_ALL": "C"}
    subprocess.run(
        [sys.executable, "-c", code, str(elsewhere)],
        check=True,
        cwd=root,
        env={**os.environ, **setting, "PYTHONPATH": root},
    )
    for language in ("en", "da"):
        render_report(example_evidence(), here / language, language=language, version="1")
    made, made_elsewhere = (
        {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.*"))}
        for folder in (here, elsewhere)
    )
    assert len(made) == 62
    assert made == made_elsewhere


def test_notebooks_show_tables_and_the_flow(whole_evidence: Evidence) -> None:
    assert evidence_table(whole_evidence)._repr_html_().lstrip().startswith("<table")
    assert flow_figure(whole_evidence.flow, whole_evidence.protocol)._repr_html_().startswith("<svg")


def test_the_face_lists_what_it_has_in_order() -> None:
    assert sorted(synthesis.__all__) == synthesis.__all__
    assert all(hasattr(synthesis, name) for name in synthesis.__all__)
