"""The explorer shows what the report shows: its findings, marks, margins, and the way back to the words."""

import pytest

from samsyn import Review
from samsyn.cards.explorer import Explorer
from synthesis import evidence_table, example_evidence, findings, theme_matrix, trace


@pytest.fixture(scope="module")
def evidence(example_folder):
    return Review.open(example_folder).evidence()


@pytest.fixture(scope="module")
def state(evidence):
    return Explorer(evidence).state


def test_each_finding_of_the_report_is_there_once_in_its_order(evidence, state):
    table = evidence_table(evidence)
    assert [(row["code"], row["direction"], row["study"], row["finding"]) for row in state["findings"]] == [
        (row["code"], row["direction"], row["study"], row["finding"]) for row in table.rows()
    ]
    assert len(state["findings"]) == len(findings(evidence)) > 100


def test_every_quotation_leads_where_the_trace_of_the_report_leads(evidence, state):
    held = trace(evidence)
    by_anchor = {one["anchor"]: one for one in held["findings"].values()}
    n_quotations = 0
    for shown in state["findings"]:
        kept = by_anchor[shown["id"]]["segments"]
        assert len(kept) == len(shown["quotations"])
        for name, quotation in zip(kept, shown["quotations"], strict=True):
            segment = held["segments"][name]
            record = held["records"][segment["record_id"]]
            assert quotation["words"] == segment["text"]
            assert quotation["record_id"] == segment["record_id"]
            assert quotation["line"] == f"{record['source_line']:,}"
            assert quotation["sha256"] == held["sources"][record["source_id"]]["sha256"]
            around = quotation["before"].removeprefix("… ") + quotation["words"]
            around += quotation["after"].removesuffix(" …")
            assert around in record[segment["field"]]
            n_quotations += 1
    assert n_quotations == len(held["segments"])


def test_the_marks_and_margins_of_the_matrix_are_those_of_the_report(evidence, state):
    table, matrix = theme_matrix(evidence), state["matrix"]
    studies = [column.key for column in table.columns if column.kind == "marks"]
    assert sum(len(group["studies"]) for group in matrix["groups"]) == len(studies)
    for shown, row in zip(matrix["rows"], table.rows(), strict=True):
        assert shown["label"] == row["label"]
        for cell, study in zip(shown["cells"], studies, strict=True):
            marks = cell if isinstance(cell, str) else " ".join(
                mark["glyph"] + (str(mark["n"]) if mark["n"] > 1 else "") for mark in cell
            )  # fmt: skip
            assert marks == row[study]
        assert shown["margins"][-1] == str(row["studies"])
    known = {one["id"] for one in state["findings"]}
    named = [
        name for row in matrix["rows"] for cell in row["cells"] if isinstance(cell, list)
        for mark in cell for name in mark["findings"]
    ]  # fmt: skip
    assert set(named) == known


def test_sorting_by_study_follows_the_language(evidence):
    danish = Explorer(evidence, language="da").state["findings"]
    in_order = sorted(danish, key=lambda row: row["places"]["study"])
    names = list(dict.fromkeys(row["study"] for row in in_order))
    assert names.index("Løn et al. 2022") > names.index("Lind et al. 2021")
    assert danish[0]["direction"] in ("fremmer", "hæmmer", "blandet", "beskriver")


def test_a_review_without_findings_says_what_is_next(tmp_path):
    explorer = Review.new(tmp_path / "review").explore(language="da")
    assert "Screen poster" in explorer.state["empty"]
    assert explorer.state["findings"] == []


def test_the_still_picture_is_both_tables(evidence):
    still = Explorer(evidence).static_html()
    assert still.count("<table") == 2
    assert evidence_table(evidence).title in still
    assert theme_matrix(evidence).title in still


def test_html_in_a_source_stays_text():
    evidence = example_evidence()
    evidence.records["title"] = "<img src=x onerror=alert(1)>"
    state = Explorer(evidence).state
    assert state["findings"][0]["quotations"][0]["title"] == "<img src=x onerror=alert(1)>"
    assert "innerHTML" not in Explorer._esm
