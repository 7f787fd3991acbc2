"""The trace says of every mark what it rests on."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from coding_scheme.descriptors import PART_OF_STUDY
from coding_scheme.scheme import Descriptor
from corpus import ReviewError, Wording
from corpus.previous_review import PreviousReview
from corpus.protocol import Criterion
from synthesis import AuthorText, ReviewFinding, example_evidence
from synthesis.provenance import trace


def test_each_mark_leads_by_findings_and_segments_to_words_in_a_record_of_a_source():
    evidence = example_evidence()
    held = trace(evidence, version="1.2")
    assert (held["format"], held["v"], held["review"]["samsyn"]) == ("samsyn-trace", 1, "1.2")
    texts = evidence.records.set_index("record_id")
    walked = set()
    for mark in held["marks"].values():
        for name in mark["findings"]:
            finding = held["findings"][name]
            assert (finding["study_id"], finding["direction"]) == (mark["study_id"], mark["direction"])
            for part in finding["segments"]:
                segment = held["segments"][part]
                text = texts.loc[segment["record_id"], segment["field"]]
                assert text[segment["start"] : segment["end"]] == segment["text"]
                assert held["records"][segment["record_id"]]["source_id"] in held["sources"]
                walked.add(part)
    assert walked == set(held["segments"]) and len(walked) == 3
    rows = [(mark["row_kind"], mark["row_id"]) for mark in held["marks"].values()]
    assert {row for row in rows if row[0] == "theme"} == {("theme", "steering"), ("theme", "time")}


def test_what_is_not_there_is_an_empty_text_or_no_number():
    evidence = example_evidence()
    records, sources = evidence.records.copy(), evidence.sources.copy()
    first = records.index[records["record_id"] == "scopus:1"]
    for name, value in (("doi", None), ("keywords", float("nan")), ("year", pd.NA)):
        records[name] = records[name].astype(object)
        records.loc[first, name] = value
    sources["hits_reported"] = pd.array([pd.NA], dtype="Int64")
    held = trace(
        dataclasses.replace(
            evidence, records=records.drop(columns=["journal", "source_line"]), sources=sources
        )
    )
    one, source = held["records"]["scopus:1"], held["sources"]["scopus.ris"]
    assert (one["doi"], one["keywords"], one["journal"]) == ("", "", "")
    assert (one["year"], one["source_line"]) == (None, None)
    assert held["records"]["scopus:2"]["year"] == 2021
    assert (source["hits_reported"], source["n_entries"]) == (None, 5)


def test_a_record_of_a_source_that_is_not_there_stops_the_trace():
    evidence = example_evidence()
    with pytest.raises(ReviewError, match=r"scopus:1 comes from 'scopus\.ris', which is not a source"):
        trace(dataclasses.replace(evidence, sources=evidence.sources.assign(source_id="wos.ris")))


def test_why_reports_are_out_and_which_were_never_retrieved():
    evidence = example_evidence()
    held = trace(evidence)["excluded"]
    assert held == {"scopus:4": {"criterion": "E1", "not_retrieved": False}}
    [criterion] = [one for one in evidence.protocol.criteria.exclusion if one.id == "E1"]
    for changed, lost in (
        (dataclasses.replace(criterion, counts_as="not_retrieved"), True),
        (Criterion("E1"), False),
    ):
        criteria = dataclasses.replace(evidence.protocol.criteria, exclusion=(changed,))
        protocol = dataclasses.replace(evidence.protocol, criteria=criteria)
        held = trace(dataclasses.replace(evidence, protocol=protocol))["excluded"]
        assert held["scopus:4"]["not_retrieved"] is lost


def test_a_review_finding_names_the_findings_behind_it_and_those_against():
    stated = (
        ReviewFinding("RF1", "Money holds.", codes=("shared_money", "targets"), direction="promotes"),
        ReviewFinding("RF2", "Targets hinder.", codes=("targets",), direction="hinders"),
    )
    held = trace(dataclasses.replace(example_evidence(), author=AuthorText((), stated)))
    first, second = held["review_findings"].values()
    assert first["contributes"] == ["shared_money--scopus-1--promotes"]
    assert first["against"] == ["targets--scopus-1--hinders"]
    assert (second["contributes"], second["against"]) == (["targets--scopus-1--hinders"], [])


def test_parts_of_a_study_are_told_by_its_reports_and_are_no_descriptor():
    evidence = example_evidence()
    scheme = dataclasses.replace(
        evidence.scheme,
        descriptors=(*evidence.scheme.descriptors, Descriptor(PART_OF_STUDY, Wording(en="Part"))),
    )
    held = trace(dataclasses.replace(evidence, scheme=scheme))
    assert list(held["descriptors"]) == ["approach", "country"]
    assert {tuple(one["descriptors"]) for one in held["studies"].values()} == {("approach", "country")}
    assert held["studies"]["scopus:1"]["reports"] == ["scopus:1", "scopus:3"]


def test_an_earlier_review_is_told_where_there_is_one():
    evidence = example_evidence()
    assert "previous_review" not in trace(evidence)["review"]
    protocol = dataclasses.replace(
        evidence.protocol, previous_review=PreviousReview("An earlier one", studies=3, reports=4)
    )
    told = trace(dataclasses.replace(evidence, protocol=protocol))["review"]["previous_review"]
    assert (told["studies"], told["reports"]) == (3, 4)
