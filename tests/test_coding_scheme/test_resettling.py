"""A coder decides otherwise after a disagreement was settled: the settlement stands and is listed anew."""

import pandas as pd
import pytest

from coding_scheme import (
    Code,
    CodingDecision,
    CodingScheme,
    Segment,
    Theme,
    as_line,
    changed_settlements,
    coded_segments,
    coding_decisions,
    coding_disagreements,
    conflict_sheet,
    decisions_from_rows,
    undo_lines,
)
from corpus.protocol import Wording

SCHEME = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (Code("trust"),)),))
RECORDS = pd.DataFrame([{"record_id": "r1", "title": "Trust grew", "abstract": ""}])
WORDS = (Segment("title", 0, 5, "Trust"),)


def said(person, value, direction="", round="blind", note="", **more):
    words = WORDS if value == "present" else ()
    decision = CodingDecision("r1", "trust", value, person, direction, words, round=round, note=note, **more)
    return as_line(decision)


def adjudicated(lines, person="cy", agree_with="ann"):
    """The lines, and those by which a person settles what is open."""
    row = {"record_id": "r1", "code_id": "trust", "agree_with": agree_with, "reason": "overlooked"}
    made = decisions_from_rows(
        [row], RECORDS, SCHEME, person=person, round="adjudication", decisions=coding_decisions(lines)
    )
    return [*lines, *(as_line(decision) for decision in made)]


@pytest.fixture
def settled():
    """Ann found trust, Bo did not, Cy agreed with Ann."""
    return adjudicated([said("ann", "present", "promotes"), said("bo", "absent")])


def test_a_changed_decision_is_listed_and_the_settlement_stands(settled):
    decisions = coding_decisions([*settled, said("ann", "present", "hinders")])
    [row] = changed_settlements(decisions).to_dict("records")
    assert row["changed"] == "ann: present, promotes → present, hinders"
    assert (row["settled_by"], row["settled_as"]) == ("cy", "present, promotes")
    assert coded_segments(decisions)[["direction", "settled_by"]].values.tolist() == [["promotes", "cy"]]
    assert coding_disagreements(decisions)["since"].tolist() == ["changed since settled"]
    assert conflict_sheet(decisions, RECORDS, SCHEME)["kind"].tolist() == ["changed since settled"]


def test_what_was_settled_and_not_changed_is_not_listed(settled):
    decisions = coding_decisions(settled)
    assert changed_settlements(decisions).empty
    assert coding_disagreements(decisions)["since"].tolist() == [""]
    assert conflict_sheet(decisions, RECORDS, SCHEME).empty


def test_a_note_added_later_changes_nothing(settled):
    assert changed_settlements(coding_decisions([*settled, said("bo", "absent", note="sure")])).empty


def test_coders_who_agree_afterwards_are_listed_too(settled):
    decisions = coding_decisions([*settled, said("ann", "absent")])
    assert changed_settlements(decisions)["changed"].tolist() == ["ann: present, promotes → absent"]
    assert coding_disagreements(decisions).empty
    assert len(conflict_sheet(decisions, RECORDS, SCHEME)) == 1


def test_a_decision_taken_back_is_listed(settled):
    undone = undo_lines([{**line, "journal_line": n} for n, line in enumerate(settled, 1)], "bo")
    assert changed_settlements(coding_decisions([*settled, *undone]))["changed"].tolist() == [
        "a settled decision was taken back"
    ]


def test_who_was_silent_and_then_speaks_is_listed():
    lines = [said("ann", "present", "promotes"), as_line(CodingDecision("r1", "", "absent", "bo"))]
    lines = adjudicated(lines)
    assert changed_settlements(coding_decisions(lines)).empty
    later = [*lines, said("bo", "present", "hinders")]
    assert changed_settlements(coding_decisions(later))["changed"].tolist() == [
        "bo: absent → present, hinders"
    ]


def test_settling_anew_ends_it(settled):
    lines = [*settled, said("ann", "present", "hinders")]
    again = adjudicated(lines)
    assert changed_settlements(coding_decisions(again)).empty
    assert coded_segments(coding_decisions(again))["direction"].tolist() == ["hinders"]


def test_an_adjudication_that_names_no_lines_is_not_judged():
    lines = [said("ann", "present", "promotes"), said("cy", "absent", round="adjudication")]
    assert changed_settlements(coding_decisions([*lines, said("ann", "absent")])).empty
