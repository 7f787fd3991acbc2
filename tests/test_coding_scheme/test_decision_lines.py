"""Decisions as lines: taken back, read again, made with suggestions in sight, settled with a reason."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_scheme import (
    Code,
    CodingDecision,
    CodingScheme,
    Facet,
    Segment,
    Suggested,
    Theme,
    as_line,
    blind_sheet,
    coded_segments,
    coding_conflicts,
    coding_decisions,
    coding_sample,
    conflict_sheet,
    decisions_from_rows,
    standing_decisions,
    undo_lines,
)
from coding_scheme.scheme import FacetValue
from corpus import journal
from corpus.errors import UsageError
from corpus.protocol import Wording
from corpus.undone import line_id

SCHEME = CodingScheme(
    "demo",
    Wording(en="Demo"),
    (Theme("ties", (Code("trust"), Code("silos"))),),
    facets=(Facet("strength_of_claim", (FacetValue("data"), FacetValue("argued"))),),
)
RECORDS = pd.DataFrame(
    [{"record_id": "r1", "title": "Ties", "abstract": "Trust grew. Silos fell.", "members": "r1"},
     {"record_id": "r2", "title": "More", "abstract": "Nothing.", "members": "r2"}]
)  # fmt: skip
ROW = {"record_id": "r1", "code_id": "trust", "value": "present", "direction": "promotes",
       "field": "abstract", "quotation": "Trust grew"}  # fmt: skip
NOTHING = {"record_id": "r1", "code_id": "", "value": "absent"}


class Journal:
    """The lines of a journal, and decisions added to them as a review does it."""

    def __init__(self, *lines: dict) -> None:
        self.lines = list(lines)

    @property
    def frame(self) -> pd.DataFrame:
        return coding_decisions({**line, "journal_line": n} for n, line in enumerate(self.lines, start=1))

    def code(self, *rows: dict, person: str, round: str = "blind") -> list[CodingDecision]:
        made = decisions_from_rows(
            rows, RECORDS, SCHEME, person=person, round=round, decisions=self.frame
        )  # fmt: skip
        self.lines += [as_line(each) for each in made]
        return made

    def undo(self, person: str, n: int = 1) -> int:
        undone = undo_lines(self.lines, person, n)
        self.lines += undone
        return len(undone)


def test_lines_of_an_earlier_samsyn_are_read():
    """As version 0.1.0 wrote them."""
    old = {
        "type": "coding", "record_id": "r1", "code_id": "trust", "value": "present", "person": "ann",
        "direction": "promotes", "round": "blind", "scheme_version": "0.1", "scheme_hash": "ab",
        "finding": "", "facets": {"strength_of_claim": "data"}, "note": "", "v": 1,
        "decided_at": "2026-01-02T03:04:05Z",
        "segments": [{"field": "abstract", "start": 0, "end": 10, "text": "Trust grew"}],
    }  # fmt: skip
    frame = coding_decisions([old])
    [row] = frame.to_dict("records")
    assert (row["reading"], row["suggestions_shown"], row["reason"], row["settles"]) == (1, "", "", "")
    assert json.loads(row["facets"]) == {"strength_of_claim": "data"}
    assert coded_segments(frame)["text"].tolist() == ["Trust grew"]
    assert len(undo_lines([old], "ann")) == 1


def test_undo_lets_what_stood_before_stand_again():
    book = Journal()
    book.code(ROW, person="ann")
    book.code(ROW | {"direction": "mixed"}, person="ann")
    assert coded_segments(book.frame)["direction"].tolist() == ["mixed"]
    assert book.undo("ann") == 1
    assert coded_segments(book.frame)["direction"].tolist() == ["promotes"]
    assert book.undo("ann") == 1
    assert book.frame.empty
    assert book.undo("ann") == 0


def test_what_was_taken_back_and_made_again_within_a_second_comes_last():
    first, other = (as_line(CodingDecision("r1", code, "absent", "ann")) for code in ("trust", "silos"))
    taken_back = undo_lines([first], "ann")
    [last] = undo_lines([first, *taken_back, other, first], "ann")
    assert last["undoes"] == line_id(first)


def test_start_says_which_of_two_places_a_quotation_stands_at():
    records = pd.DataFrame([{"record_id": "r1", "title": "", "abstract": "🎉 Trust grew. Trust grew."}])
    row = {
        "record_id": "r1",
        "code_id": "trust",
        "value": "present",
        "direction": "promotes",
        "quotation": "Trust grew",
    }
    [decision] = decisions_from_rows([row | {"start": 14}], records, SCHEME, person="ann")
    assert decision.segments == (Segment("abstract", 14, 24, "Trust grew"),)
    # a place where other words stand counts for nothing
    with pytest.raises(UsageError, match="stands 2 times"):
        decisions_from_rows([row | {"start": 3}], records, SCHEME, person="ann")


def test_undo_takes_back_ones_own_decisions_only():
    book = Journal()
    book.code(ROW, person="ann")
    book.code(ROW, person="bo")
    book.undo("ann")
    assert book.frame["person"].tolist() == ["bo"]


def test_undo_of_a_withdrawal_brings_the_decision_back():
    book = Journal()
    book.code(ROW, person="ann")
    book.code({"record_id": "r1", "code_id": "trust", "value": "withdrawn"}, person="ann")
    assert coded_segments(book.frame).empty
    book.undo("ann")
    assert coded_segments(book.frame)["code_id"].tolist() == ["trust"]


def test_of_two_decisions_with_the_same_content_one_is_taken_back():
    line = as_line(CodingDecision("r1", "trust", "absent", "ann"))
    assert len(coding_decisions([line, line, *undo_lines([line, line], "ann")])) == 1


def test_a_line_has_its_name_from_what_it_says_not_from_where_it_stands(tmp_path):
    journal.append(tmp_path, "ann", [as_line(CodingDecision("r1", "trust", "absent", "ann"))])
    journal.append(tmp_path, "bo", [as_line(CodingDecision("r2", "", "absent", "bo"))])
    journal.append(tmp_path, "bo", [as_line(CodingDecision("r1", "trust", "absent", "bo"))])
    names = {line_id(line) for line in journal.read(tmp_path)[0]}
    assert len(names) == 3
    moved = [{**line, "journal_line": 99} for line in journal.read(tmp_path)[0]]
    assert {line_id(line) for line in moved} == names


_moves = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bo"]),
        st.sampled_from(["present", "absent", "unclear", "withdrawn"]),
        st.sampled_from(["trust", "silos"]),
    ),
    max_size=8,
)


@given(_moves, _moves, st.sampled_from(["ann", "bo"]))
def test_undo_restores_the_earlier_state(before, after, person):
    """Whatever was decided, taking back all that a person added leads back to where they began."""

    def line(who, value, code):
        words = (Segment("abstract", 0, 5, "Trust"),) if value == "present" else ()
        return as_line(
            CodingDecision("r1", code, value, who, "promotes" if value == "present" else "", words)
        )

    lines = [line(*move) for move in before]
    added = [line(*move) for move in after if move[0] == person]
    undone = undo_lines([*lines, *added], person, len(added))
    again = coding_decisions([*lines, *added, *undone])
    # what undo took back need not stand at the end of the file, but the state is the same
    columns = ["record_id", "code_id", "value", "direction", "person", "round", "text"]
    pd.testing.assert_frame_equal(
        standing_decisions(again)[columns], standing_decisions(coding_decisions(lines))[columns]
    )
    pd.testing.assert_frame_equal(coding_conflicts(again), coding_conflicts(coding_decisions(lines)))


@given(_moves, _moves)
def test_the_order_of_peoples_files_changes_no_verdict(moves, more):
    """One person's lines keep their order, as they stand in their file."""
    lines = {who: [] for who in ("ann", "bo")}
    for number, (who, value, code) in enumerate([*moves, *more]):
        words = (Segment("abstract", number, number + 3, "abc"),) if value == "present" else ()
        direction = ("promotes", "hinders")[number % 2] if value == "present" else ""
        lines[who].append(as_line(CodingDecision("r1", code, value, who, direction, words)))
    one = coding_decisions([*lines["ann"], *lines["bo"]])
    other = coding_decisions([*lines["bo"], *lines["ann"]])
    pd.testing.assert_frame_equal(coded_segments(one), coded_segments(other))
    pd.testing.assert_frame_equal(coding_conflicts(one), coding_conflicts(other))


def test_a_second_reading_settles_nothing_and_overrides_nothing():
    book = Journal()
    book.code(ROW, person="ann")
    book.code(ROW | {"direction": "hinders", "reading": "2"}, person="ann")
    assert coded_segments(book.frame)["direction"].tolist() == ["promotes"]
    assert standing_decisions(book.frame, reading=2)["direction"].tolist() == ["hinders"]


def test_what_was_shown_stands_in_the_line():
    shown = {"proposed_by": "rules", "score": "0.8", "suggested_direction": "hinders",
             "suggested_quotation": "Trust grew"}  # fmt: skip
    book = Journal()
    [assisted] = book.code(ROW | shown, person="ann", round="assisted")
    assert assisted.suggestions_shown is True
    assert assisted.suggested == (Suggested("hinders", "Trust grew", "rules", "0.8"),)
    [blind] = book.code(ROW, person="bo")
    assert (blind.suggestions_shown, blind.suggested) == (False, ())
    assert book.frame["suggestions_shown"].tolist() == ["yes", "no"]
    assert json.loads(book.frame.loc[0, "suggested"])[0]["direction"] == "hinders"


@pytest.mark.parametrize(
    ("change", "round", "told"),
    [
        ({"score": "0.8"}, "blind", "a suggestion was shown (score '0.8'), so this is no blind reading"),
        ({"reading": "first"}, "blind", "reading 'first' is no number from 1"),
        ({"reading": "2"}, "assisted", "a record is read again blind"),
        (
            {"reason": "tired"},
            "adjudication",
            "unknown reason 'tired'. Known: definition unclear, overlooked",
        ),
        ({"agree_with": "ann"}, "adjudication", "'ann' said nothing of trust in r1"),
    ],
)
def test_a_row_that_cannot_be_is_told(change, round, told):
    with pytest.raises(UsageError) as raised:
        Journal().code(ROW | change, person="cy", round=round)
    assert f"row 2: {told}" in str(raised.value)


def test_no_reading_is_blind_after_the_suggestions_were_seen():
    book = Journal()
    book.code(ROW, person="ann")
    book.code(ROW | {"direction": "mixed"}, person="ann", round="assisted")
    with pytest.raises(UsageError, match="ann has seen the suggestions on r1"):
        book.code(ROW | {"direction": "mixed"}, person="ann", round="blind")
    book.code(ROW, person="bo")  # who has not seen them reads blind


def test_a_settled_disagreement_names_the_lines_and_the_reason():
    book = Journal()
    book.code(ROW, person="ann")
    book.code(NOTHING, person="bo")
    [settled] = book.code(ROW | {"reason": "overlooked"}, person="cy", round="adjudication")
    assert settled.settles == tuple(line_id(line) for line in book.lines[:2])
    assert settled.reason == "overlooked"
    assert book.frame["settles"].iloc[-1] == "; ".join(settled.settles)


def test_settling_a_disagreement_without_a_reason_is_refused_with_the_reasons():
    book = Journal()
    book.code(ROW, person="ann")
    book.code(NOTHING, person="bo")
    with pytest.raises(UsageError, match="row 2: the reason is missing: why did people differ"):
        book.code(ROW, person="cy", round="adjudication")
    [no_clash] = book.code(
        {"record_id": "r1", "code_id": "silos", "value": "absent"}, person="cy", round="adjudication"
    )
    assert no_clash.reason == ""


def test_conflicts_are_settled_in_the_table_that_shows_them():
    book = Journal()
    book.code(ROW | {"strength_of_claim": "data", "finding": "It grew.", "note": "sure"}, person="ann")
    book.code(ROW | {"code_id": "silos", "quotation": "Silos fell"}, person="ann")
    book.code(NOTHING | {"note": "nothing here"}, person="bo")
    sheet = conflict_sheet(book.frame, RECORDS, SCHEME)
    assert sheet["code_id"].tolist() == ["trust", "silos"]
    assert sheet.loc[0, ["quotations_1", "note_1", "value_2", "abstract"]].tolist() == [
        "Trust grew", "sure", "absent", RECORDS.loc[0, "abstract"],
    ]  # fmt: skip
    sheet["agree_with"], sheet["reason"] = ["ann", "bo"], ["overlooked", "out of scope"]
    for_ann, for_bo = book.code(*sheet.to_dict("records"), person="cy")
    assert (for_ann.round, for_ann.value, for_ann.direction) == ("adjudication", "present", "promotes")
    assert (for_ann.segments, for_ann.facets) == (
        (Segment("abstract", 0, 10, "Trust grew"),), {"strength_of_claim": "data"},
    )  # fmt: skip
    assert (for_bo.value, for_bo.segments, for_bo.reason) == ("absent", (), "out of scope")
    assert coding_conflicts(book.frame).empty
    assert coded_segments(book.frame)["code_id"].tolist() == ["trust"]


def test_agreeing_with_a_coder_leaves_no_room_for_another_value():
    book = Journal()
    book.code(ROW, person="ann")
    book.code(NOTHING, person="bo")
    row = ROW | {"agree_with": "ann", "reason": "overlooked"}
    with pytest.raises(UsageError, match="in place of value and quotation"):
        book.code(row, person="cy", round="adjudication")


def test_a_blind_sheet_shows_the_text_and_no_suggestion():
    sheet = blind_sheet(RECORDS, SCHEME)
    assert not {"score", "proposed_by", "indicator", "why"} & set(sheet.columns)
    filled = sheet.to_dict("records")
    filled[0] |= {"code_id": "trust", "value": "present", "direction": "promotes", "quotation": "Trust grew"}
    filled[1] |= {"value": "absent"}
    made = Journal().code(*filled, person="ann", round="assisted")
    assert [(each.round, each.suggestions_shown) for each in made] == [("blind", False), ("blind", False)]


@given(st.lists(st.text(min_size=1, max_size=4), unique=True, max_size=30), st.integers(0, 10), st.data())
def test_the_sample_depends_on_the_records_and_the_seed_alone(names, size, data):
    shuffled = data.draw(st.permutations(names))
    drawn = coding_sample(names, size, seed=3)
    assert coding_sample(shuffled, size, seed=3) == drawn
    assert len(drawn) == min(size, len(names))
