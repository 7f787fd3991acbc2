"""Decisions from spreadsheets, in the journal, and what stands after everybody has coded."""

from pathlib import Path

import pandas as pd
import pytest

from coding_scheme import (
    Code,
    CodingDecision,
    CodingScheme,
    Descriptor,
    Facet,
    Segment,
    Theme,
    as_line,
    coded_segments,
    coding_conflicts,
    coding_decisions,
    decisions_from_rows,
    descriptor_lines,
    descriptors,
    main_reports,
    settled_descriptors,
)
from coding_scheme.scheme import CodeDirection, DescriptorValue, FacetValue
from corpus import journal
from corpus.errors import UsageError
from corpus.protocol import Wording

SCHEME = CodingScheme(
    "demo",
    Wording(en="Demo"),
    (
        Theme(
            "ties",
            (Code("trust"), Code("silos", direction=CodeDirection("hinders", ("hinders", "descriptive")))),
        ),
    ),
    facets=(
        Facet("strength_of_claim", (FacetValue("data"), FacetValue("argued"))),
        Facet("support_type", (FacetValue("transport"), FacetValue("food")), applies_to=("silos",)),
    ),
    descriptors=(
        Descriptor("country"),
        Descriptor(
            "approach", value_type="some_of", values=(DescriptorValue("place"), DescriptorValue("other"))
        ),
    ),
)
RECORDS = pd.DataFrame([
    {"record_id": "r1", "title": "Ties 🌱", "members": "r1; twin-of-r1",
     "abstract": "Trust  grew\nslowly. Silos fell. Trust held. Silos fell."},
    {"record_id": "r2", "title": "More", "abstract": "Nothing.", "members": "r2"},
])  # fmt: skip
ROW = {"record_id": "r1", "code_id": "trust", "value": "present", "direction": "promotes",
       "field": "abstract", "quotation": "Trust grew slowly", "decided_at": "2026-01-02"}  # fmt: skip


def decided(*rows, person="ann", round="blind"):
    return decisions_from_rows(rows, RECORDS, SCHEME, person=person, round=round)


def fault_of(*rows) -> str:
    with pytest.raises(UsageError) as raised:
        decided(*rows)
    return str(raised.value)


def frame_of(*decisions) -> pd.DataFrame:
    return coding_decisions(
        [{**as_line(each), "journal_line": n} for n, each in enumerate(decisions, start=1)]
    )


def coded(
    person="ann", code_id="trust", direction="promotes", quotation="Trust held", round="blind", record_id="r1"
):
    row = ROW | {"record_id": record_id, "code_id": code_id, "direction": direction, "quotation": quotation}
    return decided(row, person=person, round=round)[0]


def read_nothing(
    person: str, record_id: str = "r1", code_id: str = "", value: str = "absent", round: str = "blind"
):
    return decided({"record_id": record_id, "code_id": code_id, "value": value}, person=person, round=round)[
        0
    ]


def test_offsets_point_into_the_true_text_whatever_the_white_space():
    [decision] = decided(ROW)
    [segment] = decision.segments
    assert segment.text == "Trust  grew\nslowly"
    assert RECORDS.loc[0, "abstract"][segment.start : segment.end] == segment.text
    assert decision.scheme_hash == SCHEME.hash


def test_an_entry_that_was_merged_names_its_unique_record():
    assert decided(ROW | {"record_id": "twin-of-r1"})[0].record_id == "r1"


def test_several_rows_on_a_record_and_code_are_one_decision():
    rows = [ROW | {"finding": "It grew."}, ROW | {"quotation": "Trust held", "strength_of_claim": "data"}]
    [decision] = decided(*rows)
    assert [segment.text for segment in decision.segments] == ["Trust  grew\nslowly", "Trust held"]
    assert decision.finding == "It grew."
    assert decision.facets == {"strength_of_claim": "data"}


def test_words_from_the_lists_count_in_any_case():
    capitals = {"value": "Present", "direction": "PROMOTES", "field": "Abstract"}
    assert decided(ROW | capitals) == decided(ROW)


def test_a_csv_with_empty_cells_is_read(tmp_path: Path):
    path = tmp_path / "coding.csv"
    path.write_text(
        "record_id,code_id,value,direction,field,quotation,finding\nr2,,absent,,,,\n", encoding="utf-8"
    )
    [decision] = decisions_from_rows(pd.read_csv(path), RECORDS, SCHEME, person="ann")
    assert (decision.record_id, decision.code_id, decision.value) == ("r2", "", "absent")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"record_id": "r9"}, "there is no record 'r9'. Known: r1, r2"),
        ({"code_id": "costs"}, "there is no code 'costs'. Known: silos, trust"),
        ({"value": "maybe"}, "unknown value 'maybe'. Known: present, absent"),
        ({"direction": "up"}, "unknown direction 'up'"),
        ({"direction": ""}, "present needs a direction"),
        ({"quotation": ""}, "present needs a quotation"),
        ({"quotation": "Trust fell"}, "does not stand in the abstract of r1"),
        (
            {"quotation": "Silos fell", "code_id": "silos", "direction": "hinders"},
            "stands 2 times in the abstract",
        ),
        (
            {"code_id": "silos", "quotation": "Trust held"},
            "'promotes' is not allowed for silos. Allowed: hinders",
        ),
        ({"field": "keywords"}, "unknown field 'keywords'. Known: title, abstract"),
        ({"round": "third"}, "unknown round 'third'"),
        ({"strength_of_claim": "strong"}, "unknown strength_of_claim 'strong'. Known: data, argued"),
        ({"support_type": "food"}, "support_type does not apply to trust"),
        ({"value": "absent"}, "absent has neither direction nor quotation"),
        ({"code_id": ""}, "the code is missing"),
    ],
)
def test_each_fault_names_its_row_and_the_alternatives(change, told):
    text = fault_of(ROW, ROW | change)
    assert "row 3: " in text
    assert told in text


def test_all_faults_are_told_at_once_and_nothing_is_taken():
    text = fault_of(
        ROW, ROW | {"code_id": "costs"}, ROW | {"record_id": "r9"}, ROW | {"direction": "hinders"}
    )
    assert "3 faults" in text
    assert [line.split(":")[0] for line in text.splitlines()[1:]] == ["row 3", "row 4", "row 5"]
    assert "differs from 'promotes' in row 2" in text


def test_decisions_come_back_from_the_journal_as_they_went_in(tmp_path: Path):
    lines = [
        as_line(decision) for decision in decided(ROW, {"record_id": "r2", "code_id": "", "value": "absent"})
    ]
    journal.append(tmp_path, "ann", lines)
    frame = coding_decisions(journal.read(tmp_path)[0])
    assert frame["record_id"].tolist() == ["r1", "r2"]
    assert frame["journal_line"].tolist() == [1, 2]
    assert frame["start"].tolist() == [0, -1]
    assert frame.loc[0, "facets"] == "{}"


def test_a_later_line_overrides_the_same_persons_earlier_one():
    frame = frame_of(coded(direction="hinders"), coded(direction="promotes", quotation="Trust grew slowly"))
    segments = coded_segments(frame)
    assert segments[["direction", "text"]].to_numpy().tolist() == [["promotes", "Trust  grew\nslowly"]]


def test_a_withdrawn_line_takes_the_decision_back():
    frame = frame_of(coded(), read_nothing("ann", code_id="trust", value="withdrawn"))
    assert coded_segments(frame).empty
    assert coding_conflicts(frame).empty


def test_who_read_the_record_without_finding_the_code_says_absent():
    frame = frame_of(coded("ann"), read_nothing("bo"))
    assert coded_segments(frame).empty
    assert coding_conflicts(frame).to_dict("records") == [
        {"record_id": "r1", "code_id": "trust", "kind": "presence",
         "positions": "ann: present, promotes; bo: absent"},
    ]  # fmt: skip


def test_who_withdraws_all_they_said_of_a_record_no_longer_disagrees():
    read = [coded("ann"), coded("bo"), read_nothing("cy")]
    assert coding_conflicts(frame_of(*read))["kind"].tolist() == ["presence"]
    frame = frame_of(*read, read_nothing("cy", value="withdrawn"))
    assert coding_conflicts(frame).empty
    assert coded_segments(frame)["people"].tolist() == ["ann; bo"]


def test_who_withdraws_one_of_two_decisions_has_still_read_the_record():
    said = [
        coded("ann"),
        coded("bo"),
        coded("bo", code_id="silos", direction="hinders", quotation="Trust held"),
    ]
    frame = frame_of(*said, read_nothing("bo", code_id="trust", value="withdrawn"))
    assert coding_conflicts(frame)["positions"].tolist() == [
        "ann: absent; bo: present, hinders",
        "ann: present, promotes; bo: absent",
    ]


def test_who_has_not_read_the_record_says_nothing():
    frame = frame_of(coded("ann"), read_nothing("bo", record_id="r2"))
    assert coded_segments(frame)["people"].tolist() == ["ann"]
    assert coding_conflicts(frame).empty


def test_a_clash_of_directions_is_a_conflict_of_its_own_kind():
    frame = frame_of(coded("ann"), coded("bo", direction="mixed"))
    assert coding_conflicts(frame)["kind"].tolist() == ["direction"]


def test_settled_segments_are_the_union_of_what_people_marked():
    frame = frame_of(coded("bo"), coded("ann"), coded("cy", quotation="Trust grew slowly"))
    segments = coded_segments(frame)
    assert segments["people"].tolist() == ["cy", "ann; bo"]
    assert segments["start"].tolist() == sorted(segments["start"])


def test_adjudication_settles_and_its_segments_stand():
    frame = frame_of(
        coded("ann"),
        read_nothing("bo"),
        coded("cy", direction="mixed", quotation="Trust grew slowly", round="adjudication"),
    )
    assert coding_conflicts(frame).empty
    [row] = coded_segments(frame).to_dict("records")
    assert (row["direction"], row["settled_by"], row["people"]) == ("mixed", "cy", "cy")


def test_an_adjudicated_absence_leaves_nothing():
    frame = frame_of(
        coded("ann"), read_nothing("bo"), read_nothing("cy", code_id="trust", round="adjudication")
    )
    assert coded_segments(frame).empty
    assert coding_conflicts(frame).empty


def test_the_adjudicator_does_not_become_a_reader_of_the_other_codes():
    other = coded("ann", code_id="silos", direction="hinders", quotation="Silos fell. Trust")
    frame = frame_of(coded("ann"), other, read_nothing("cy", code_id="trust", round="adjudication"))
    assert coded_segments(frame)["code_id"].tolist() == ["silos"]


def test_an_assisted_reading_replaces_ones_own_blind_one():
    frame = frame_of(coded("ann", direction="mixed"), coded("ann", round="assisted"), coded("bo"))
    assert coded_segments(frame)["direction"].tolist() == ["promotes"]


def test_empty_journals_give_empty_frames():
    frame = coding_decisions([])
    assert coded_segments(frame).empty
    assert coding_conflicts(frame).empty
    assert settled_descriptors(descriptors([])).empty


def described(person: str, value: str, descriptor: str = "country", record_id: str = "r1"):
    rows = [{"record_id": record_id, "descriptor": descriptor, "value": value}]
    return descriptor_lines(rows, RECORDS, SCHEME, person=person)


def test_descriptors_on_which_people_agree_are_settled():
    lines = [*described("ann", "Norway"), *described("ann", "Denmark"), *described("bo", "Denmark")]
    settled = settled_descriptors(descriptors(lines))
    assert settled[["value", "person"]].to_numpy().tolist() == [["Denmark", "ann; bo"]]


def test_descriptors_on_which_people_differ_stay_with_their_people_until_somebody_settles_them():
    lines = [*described("ann", "Denmark"), *described("bo", "not reported")]
    settled = settled_descriptors(descriptors(lines))
    assert settled[["value", "person"]].to_numpy().tolist() == [["Denmark", "ann"], ["not reported", "bo"]]
    rows = [{"record_id": "r1", "descriptor": "country", "value": "Denmark"}]
    lines += descriptor_lines(rows, RECORDS, SCHEME, person="cy", adjudicates=True)
    settled = settled_descriptors(descriptors(lines))
    assert settled[["value", "person"]].to_numpy().tolist() == [["Denmark", "cy"]]


@pytest.mark.parametrize(
    ("descriptor", "value"), [("country", "Norway"), ("approach", "place; other"), ("part_of_study", "r2")]
)
def test_a_descriptor_can_be_taken_back(descriptor, value):
    lines = [*described("ann", value, descriptor), *described("bo", "not reported", descriptor)]
    lines += described("ann", "withdrawn", descriptor)
    assert settled_descriptors(descriptors(lines))["person"].tolist() == ["bo"]


def test_a_report_that_turns_out_to_be_part_of_no_other_stands_alone():
    lines = described("ann", "r1", "part_of_study", "r2")
    assert main_reports(settled_descriptors(descriptors(lines))) == {"r2": "r1"}
    lines += described("ann", "not applicable", "part_of_study", "r2")
    assert main_reports(settled_descriptors(descriptors(lines))) == {}


def test_a_descriptor_that_the_scheme_does_not_have_cannot_be_withdrawn():
    with pytest.raises(UsageError, match="row 2: there is no descriptor 'colour'"):
        described("ann", "withdrawn", "colour")


@pytest.mark.parametrize(
    ("said", "main"),
    [
        ([("r2", "r1", "ann"), ("r3", "r2", "ann")], {"r2": "r1", "r3": "r1"}),
        ([("r2", "r1", "ann"), ("r2", "r3", "bo")], {}),
        ([("r2", "r3", "ann"), ("r3", "r2", "ann")], {"r2": "r2", "r3": "r2"}),
        ([("r1", "r1", "ann"), ("r2", "not applicable", "ann")], {}),
    ],
    ids=["parts of parts", "people differ", "a ring", "part of itself or nothing"],
)
def test_reports_of_one_study_have_one_main_report(said, main):
    rows = [(record, "part_of_study", value, person, "") for record, value, person in said]
    columns = ["record_id", "descriptor", "value", "person", "decided_at"]
    assert main_reports(pd.DataFrame(rows, columns=columns)) == main


def test_the_main_report_of_a_study_is_a_known_record():
    [line] = described("ann", "twin-of-r1", descriptor="part_of_study", record_id="r2")
    assert line["value"] == "r1"
    with pytest.raises(UsageError, match="row 2: there is no record 'r7'"):
        described("ann", "r7", descriptor="part_of_study")


def test_descriptor_faults_are_told_at_once():
    rows = [
        {"record_id": "r9", "descriptor": "country", "value": "Norway"},
        {"record_id": "r1", "descriptor": "colour", "value": "red"},
        {"record_id": "r1", "descriptor": "approach", "value": "place; somewhere"},
        {"record_id": "r1", "descriptor": "country", "value": ""},
        {"record_id": "r1", "descriptor": "approach", "value": "not reported"},
    ]
    with pytest.raises(UsageError) as raised:
        descriptor_lines(rows, RECORDS, SCHEME, person="ann")
    told = str(raised.value)
    assert "4 faults" in told
    assert "row 3: there is no descriptor 'colour'. Known: approach, country, part_of_study" in told
    assert "row 4: unknown approach 'somewhere'. Known: place, other" in told


def test_who_settles_need_not_write_the_finding_anew():
    trust = Segment("abstract", 0, 5, "Trust")
    lines = [
        as_line(CodingDecision("r1", "trust", "present", "ann", "promotes", (trust,), finding="Helped.")),
        as_line(CodingDecision("r1", "", "absent", "bo")),
        as_line(CodingDecision("r1", "trust", "present", "cy", "promotes", (trust,), round="adjudication")),
    ]
    settled = coded_segments(coding_decisions(lines))
    assert settled[["finding", "settled_by"]].to_numpy().tolist() == [["Helped.", "cy"]]


def test_of_many_records_only_the_nearest_are_named() -> None:
    many = pd.DataFrame({"record_id": [f"scopus:{number}" for number in range(100, 200)], "title": "T"})
    row = {"record_id": "scopus:1400", "code_id": "trust", "value": "present"}
    with pytest.raises(UsageError, match=r"no record 'scopus:1400'\. Of 100 the nearest: ") as told:
        decisions_from_rows([row], many, SCHEME, person="ann")
    named = str(told.value).partition("nearest: ")[2].rstrip(".").split(", ")
    assert len(named) == 3
    assert "scopus:140" in named
