"""Studies, findings and the words they rest on."""

from __future__ import annotations

import pandas as pd
import pytest

from corpus.errors import ReviewError
from synthesis import (
    Evidence,
    example_evidence,
    findings,
    marks,
    segments,
    short_label,
    studies,
    unsettled_conflicts,
)
from synthesis.evidence_rows import evidence_view
from synthesis.references import suffixes


def test_reports_of_one_study_are_one_row(whole_evidence: Evidence) -> None:
    frame = studies(whole_evidence)
    assert len(frame) == 10
    elm = frame.set_index("label").loc["Elm et al. 2021"]
    assert elm["report_ids"] == "scopus:9002; scopus:9010"


def test_three_kinds_of_absence_stay_apart(whole_evidence: Evidence) -> None:
    frame = studies(whole_evidence).set_index("label")
    assert frame.loc["Poplar et al. 2023", "number_of_partners"] == "not reported"
    assert frame.loc["Cedar & Vine 2019", "partnership_age"] == "not applicable"
    assert frame.loc["Maple 2021", "partnership_age"] == "not yet coded"


def test_equal_labels_get_letters_by_title_whatever_the_order() -> None:
    labels = {"r2": "Elm 2021", "r1": "Elm 2021", "r3": "Fir 2020"}
    titles = {"r1": "Walls", "r2": "Bridges", "r3": "Roads"}
    assert suffixes(labels, titles) == suffixes(dict(reversed(labels.items())), titles)
    assert suffixes(labels, titles) == {"r1": "b", "r2": "a", "r3": ""}


@pytest.mark.parametrize(
    ("authors", "label"),
    [
        ("Alder, Jo", "Alder 2014"),
        ("Alder, Jo; Vine, Pat", "Alder & Vine 2014"),
        ("A, B; C, D; E, F", "A et al. 2014"),
        ("Fir, Bo; et al.", "Fir et al. 2014"),
        ("Fir, Bo; and others", "Fir et al. 2014"),
        ("Elm, Ada; Fir, Bo et al.", "Elm et al. 2014"),
    ],
)
def test_short_labels(authors: str, label: str) -> None:
    assert short_label({"authors": authors, "year": 2014, "title": "T"}) == label


def test_a_label_without_a_year_parts_its_letter_as_the_reference_does() -> None:
    record = {"authors": "Ærø, Lo", "title": "T"}
    assert short_label(record, letter="a") == "Ærø n.d.-a"
    assert short_label(record, "da", "b") == "Ærø u.å.-b"


def test_studies_stand_in_the_order_of_the_language_with_its_word_for_no_year(danish_names: Evidence) -> None:
    assert studies(danish_names, "da")["label"].tolist()[-2:] == ["Ærø u.å.", "Åberg 2014"]
    assert studies(danish_names)["label"].tolist()[:2] == ["Åberg 2014", "Ærø n.d."]


def test_ids_and_anchors_of_findings_are_the_same_in_both_languages(danish_names: Evidence) -> None:
    anchors = findings(danish_names).set_index("finding_id")["anchor"].to_dict()
    shown = evidence_view(danish_names, "da")["groups"]
    rows = [row for group in shown for code in group["codes"].values() for row in code["rows"]]
    assert {row["anchor"] for row in rows} == set(anchors.values())
    hindered = [row["study"] for row in rows if row["anchor"] in {
        anchors["npm--scopus-9001--hinders"], anchors["npm--other-9003--hinders"]}]  # fmt: skip
    assert hindered == ["Birk & Holm 2017", "Ærø u.å."]


def test_a_descriptor_in_dispute_has_no_value_and_its_positions_stand_among_the_disagreements(
    disputed: Evidence,
) -> None:
    of_alder = studies(disputed).set_index("label").loc["Alder 2014"]
    assert (of_alder["country"], of_alder["approach"]) == ("in dispute", "in dispute")
    listed = unsettled_conflicts(disputed).frame
    said = listed.loc[listed["kind"] == "descriptor", ["study", "positions"]].values.tolist()
    assert ["Alder 2014", "coder-1: US; coder-2: CA; MX"] in said


def test_a_study_that_is_no_record_is_refused(changed, whole_evidence: Evidence) -> None:
    descriptors = whole_evidence.descriptors.replace({"value": {"scopus:9002": "scopus:none"}})
    with pytest.raises(ReviewError, match="part of the study scopus:none"):
        studies(changed(descriptors=descriptors))


def test_only_included_reports_give_findings(changed, whole_evidence: Evidence) -> None:
    elsewhere = whole_evidence.coded_segments.head(1).assign(record_id="wos:9050")
    evidence = changed(
        coded_segments=pd.concat([whole_evidence.coded_segments, elsewhere], ignore_index=True)
    )
    assert len(findings(evidence)) == len(findings(whole_evidence)) == 40


def test_findings_stand_in_the_schemes_order(whole_evidence: Evidence) -> None:
    order = [code.id for code in whole_evidence.scheme.codes]
    places = [order.index(code) for code in findings(whole_evidence)["code_id"]]
    assert places == sorted(places)
    assert findings(whole_evidence)["segment_ids"].str.len().min() > 0


def test_the_row_order_of_the_journal_does_not_matter(changed, whole_evidence: Evidence) -> None:
    turned = changed(coded_segments=whole_evidence.coded_segments.iloc[::-1].reset_index(drop=True))
    pd.testing.assert_frame_equal(findings(turned), findings(whole_evidence))


def test_of_two_coders_words_for_one_segment_the_first_stand(changed, whole_evidence: Evidence) -> None:
    coded = whole_evidence.coded_segments
    second = coded.head(1).assign(people="coder-3", finding="Other words.")
    evidence = changed(coded_segments=pd.concat([coded, second], ignore_index=True))
    row = findings(evidence).set_index("finding_id").loc["market--soc-9000--hinders"]
    assert row["finding"] == "Competing for money made members hold back what they knew."
    held = segments(evidence).set_index("segment_id").loc[row["segment_ids"]]
    assert held["people"] == "coder-1; coder-2; coder-3"


def test_words_that_have_drifted_stop_the_build(changed, whole_evidence: Evidence) -> None:
    coded = whole_evidence.coded_segments.copy()
    coded.loc[0, "start"] += 1
    with pytest.raises(ReviewError, match=r"soc:9000, abstract 51-150, code market.*are not in the record"):
        segments(changed(coded_segments=coded))


def test_a_finding_without_words_stops_the_build(changed, whole_evidence: Evidence) -> None:
    coded = whole_evidence.coded_segments.copy()
    coded.loc[0, ["text", "start", "end"]] = ["", 0, 0]
    with pytest.raises(ReviewError, match="rests on nothing"):
        findings(changed(coded_segments=coded))


def test_a_code_that_the_scheme_does_not_know_is_named(changed, whole_evidence: Evidence) -> None:
    coded = whole_evidence.coded_segments.replace({"code_id": {"market": "costs"}})
    with pytest.raises(ReviewError, match="no code 'costs'"):
        findings(changed(coded_segments=coded))


def test_offsets_count_code_points(changed) -> None:
    evidence = example_evidence()
    evidence.records.loc[0, "abstract"] = "🌱 " + evidence.records.loc[0, "abstract"]
    evidence.coded_segments.loc[evidence.coded_segments["record_id"] == "scopus:1", ["start", "end"]] += 2
    assert len(findings(evidence)) == 3


def test_marks_count_findings_of_a_cell(whole_evidence: Evidence) -> None:
    held = marks(whole_evidence).set_index("mark_id")
    assert held.loc["theme--participation--other-9003--promotes", "n"] == 2
    assert held.loc["code--trust--other-9003--promotes", "n"] == 1
