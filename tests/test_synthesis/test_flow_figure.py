"""The PRISMA 2020 flow diagram."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import pytest

from corpus.checked_yaml import FaultyFileError
from corpus.errors import ReviewError
from corpus.flow import Flow
from corpus.previous_review import PreviousReview
from corpus.protocol import read_protocol
from synthesis import Evidence, flow_figure

WORDING = [
    "Identification of studies via databases and registers", "Identification of studies via other methods",
    "Records identified from:", "Records removed before screening:", "Duplicate records removed (n = 861)",
    "Records marked as ineligible by automation tools (n = 0)", "Records removed for other reasons (n = 6)",
    "Records screened (n = 1,957)", "Records excluded (n = 1,836)", "Reports sought for retrieval (n = 118)",
    "Reports not retrieved (n = 5)", "Reports assessed for eligibility (n = 111)",
    "Reports excluded (n = 100)",
    "Studies included in review (n = 10)", "Reports of included studies (n = 11)",
    "Records not yet screened (n = 210)", "Records undecided (in doubt or in dispute) (n = 3)",
    "Reports not yet assessed (n = 2)", "Scopus (n = 1,412)", "Registers (n = 0)",
]  # fmt: skip


@pytest.fixture
def figure(whole_evidence: Evidence):
    return flow_figure(whole_evidence.flow, whole_evidence.protocol)


def test_wording_is_that_of_prisma_2020(figure) -> None:
    said = {line.text for box in figure.boxes for line in box.lines} | {band[0] for band in figure.bands}
    assert set(WORDING) <= said


def test_sums_are_shown_as_they_were_checked(figure) -> None:
    assert figure.sums == (
        "3,034 − 861 − 0 − 6 − 210 = 1,957",
        "1,957 − 1,836 − 3 = 118",
        "118 − 5 − 2 = 111",
        "111 − 100 = 11",
        "10 ≤ 11",
    )


def test_the_drawing_says_what_the_list_says(figure) -> None:
    root = ET.fromstring(figure.svg())  # noqa: S314 (our own drawing)
    name = "{http://www.w3.org/2000/svg}"
    drawn = {
        group.get("data-box"): " ".join("".join(text.itertext()) for text in group.iter(f"{name}text"))
        for group in root.iter(f"{name}g")
    }
    for box in figure.boxes:
        words = " ".join(line.text for line in box.lines)
        assert drawn[box.id].replace("\u00a0", " ").split() == words.split()
    assert root.get("role") == "img"
    assert root.find(f"{name}title").text == "PRISMA 2020 flow diagram"
    assert "11 reports of 10 studies included" in root.find(f"{name}desc").text


def test_nothing_open_is_drawn_when_all_is_done(whole_evidence: Evidence) -> None:
    flow = dataclasses.replace(
        whole_evidence.flow,
        not_yet_screened=0,
        screened=2167,
        undecided_screening=0,
        excluded_screening=2049,
        not_yet_assessed=0,
        not_retrieved=7,
    )
    assert not [box for box in flow_figure(flow, whole_evidence.protocol).boxes if box.is_open]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"duplicates_removed": 860}, "identified 3034 .* but screened are 1957"),
        ({"excluded_screening": 1}, "screened 1957 .* but sought are 118"),
        ({"not_retrieved": 4}, "sought 118 .* but assessed are 111"),
        ({"included_reports": 12}, "assessed 111 .* but included reports are 12"),
        ({"included_studies": 12}, "12 studies are more than 11 reports"),
    ],
)
def test_a_sum_that_fails_stops_the_build_and_is_named(whole_evidence: Evidence, change, message) -> None:
    with pytest.raises(ReviewError, match=message):
        flow_figure(dataclasses.replace(whole_evidence.flow, **change), whole_evidence.protocol)


def test_without_a_full_text_stage_no_such_box_is_drawn(whole_evidence: Evidence) -> None:
    flow = dataclasses.replace(
        whole_evidence.flow,
        sought=11,
        not_retrieved=0,
        not_yet_assessed=0,
        assessed=11,
        excluded_screening=1943,
        excluded_reasons=(),
    )
    figure = flow_figure(flow, dataclasses.replace(whole_evidence.protocol, stages=("title_abstract",)))
    assert "assessed" not in {box.id for box in figure.boxes}
    assert "no full-text stage" in " ".join(figure.notes)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "1 record identified by all routes; 1 report"),
        ("da", "1 post identificeret ad alle veje; 1 rapport"),
    ],
)
def test_one_record_is_said_in_the_singular(language: str, said: str, whole_evidence: Evidence) -> None:
    flow = Flow((("a.ris", "A", "database", 1),), 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, (), 1, 1)
    assert flow_figure(flow, whole_evidence.protocol, language).description.startswith(said)


def test_boxes_do_not_touch_each_other(figure) -> None:
    for one in figure.boxes:
        for other in figure.boxes:
            apart = (
                one.x + one.width <= other.x
                or other.x + other.width <= one.x
                or one.y + one.height <= other.y
                or other.y + other.height <= one.y
            )
            assert one is other or apart, (one.id, other.id)


def test_hostile_source_names_stay_text(whole_evidence: Evidence) -> None:
    identified = (("x", '<script>"&\u202e\x00', "database", 3003), ("other.ris", "Ord" * 60, "other", 31))
    flow = dataclasses.replace(whole_evidence.flow, identified=identified)
    svg = flow_figure(flow, whole_evidence.protocol).svg()
    assert "<script" not in svg
    assert "\u202e" not in svg
    ET.fromstring(svg)  # noqa: S314 (our own drawing)


# --- an update of an earlier review ----------------------------------------------------------------------

EARLIER = PreviousReview(
    "Elm, A. (2018). An invented earlier review.", studies=12, reports=15, studies_again=1
)


def drawn(evidence: Evidence, *, is_update: bool, has_other: bool, language: str = "en"):
    """One of the four templates, from the same counts; the other routes' records counted as a database's."""
    flow, protocol = evidence.flow, evidence.protocol
    if not has_other:
        kinds = {"other": "database"}
        flow = dataclasses.replace(
            flow,
            identified=tuple((s, name, kinds.get(kind, kind), n) for s, name, kind, n in flow.identified),
        )
    if is_update:
        protocol = dataclasses.replace(protocol, previous_review=EARLIER)
    return flow_figure(flow, protocol, language)


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("is_update", [False, True])
@pytest.mark.parametrize("has_other", [False, True])
def test_the_four_templates(
    whole_evidence: Evidence, is_update: bool, has_other: bool, language: str
) -> None:
    figure = drawn(whole_evidence, is_update=is_update, has_other=has_other, language=language)
    boxes = {box.id: box for box in figure.boxes}
    assert {"previous_studies", "total_studies"} <= set(boxes) if is_update else "total_studies" not in boxes
    assert ("identified_other" in boxes) == has_other
    assert len([band for band in figure.bands if not band[-1]]) == 1 + is_update + has_other
    for box in figure.boxes:
        assert box.x >= 0 and box.x + box.width <= figure.width
        assert box.y >= 0 and box.y + box.height <= figure.height
        for other in figure.boxes:
            beside = box.x + box.width <= other.x or other.x + other.width <= box.x
            apart = beside or box.y + box.height <= other.y or other.y + other.height <= box.y
            assert box is other or apart, f"{box.id} lies on {other.id}"
    ET.fromstring(figure.svg())  # noqa: S314 (our own drawing)


def test_an_update_adds_the_earlier_review_and_checks_the_sum(whole_evidence: Evidence) -> None:
    figure = drawn(whole_evidence, is_update=True, has_other=True)
    text = {box.id: box.text() for box in figure.boxes}
    assert text["previous_studies"].startswith("Studies included in previous version of review (n = 12); ")
    assert text["included_studies"].startswith("New studies included in review (n = 10)")
    assert text["total_studies"] == (
        "Total studies included in review (n = 21); Reports of total included studies (n = 26)"
    )
    assert figure.sums[-2:] == ("12 + 10 − 1 = 21", "15 + 11 = 26")
    assert figure.notes[0] == "The earlier version: Elm, A. (2018). An invented earlier review."
    assert "21 studies in 26 reports" in figure.description


def test_more_studies_in_both_than_either_has_is_refused(whole_evidence: Evidence) -> None:
    earlier = dataclasses.replace(EARLIER, studies_again=11)
    protocol = dataclasses.replace(whole_evidence.protocol, previous_review=earlier)
    with pytest.raises(ReviewError, match="11 studies are said to be in the earlier review too"):
        flow_figure(whole_evidence.flow, protocol)


def test_faults_of_the_earlier_reviews_numbers_are_all_told(tmp_path) -> None:
    path = tmp_path / "protocol.yaml"
    path.write_text(
        "id: p\ntitle: {en: T}\nquestions: []\n"
        "previous_review: {reference: ' ', studies: 16, reports: 15, studies_again: -1}\n"
    )
    with pytest.raises(FaultyFileError) as told:
        read_protocol(path)
    for fault in ("name the earlier review", "16 studies are more than 15 reports", "found -1"):
        assert fault in str(told.value)
