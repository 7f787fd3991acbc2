"""Verdicts follow from decisions: a later line counts, a clash is shown, an adjudication settles it."""

import pandas as pd
import pytest

from corpus import (
    Protocol,
    UsageError,
    Wording,
    included_records,
    screening_decisions,
    screening_decisions_from_rows,
    screening_verdicts,
)
from corpus.protocol import Criteria, Criterion

PROTOCOL = Protocol(
    "p",
    Wording(),
    (),
    criteria=Criteria(exclusion=(Criterion("E1"), Criterion("E2", counts_as="not_retrieved"))),
)


def verdict_of(*lines: tuple[str, str] | tuple[str, str, dict]) -> dict:
    journal = [
        {
            "type": "screening",
            "record_id": "r:1",
            "stage": "title_abstract",
            "person": person,
            "verdict": verdict,
            **(more[0] if more else {}),
        }
        for person, verdict, *more in lines
    ]
    return screening_verdicts(screening_decisions(journal), criteria=["E1", "E2"]).iloc[0].to_dict()


def test_two_who_agree_give_the_verdict():
    assert verdict_of(("ann", "include"), ("bo", "include"))["verdict"] == "include"


def test_include_against_exclude_is_a_conflict():
    assert verdict_of(("ann", "include"), ("bo", "exclude"))["verdict"] == "conflict"


def test_include_against_unsure_is_a_conflict():
    assert verdict_of(("ann", "include"), ("bo", "unsure"))["verdict"] == "conflict"


def test_later_line_overrides_only_the_same_persons_earlier_one():
    assert verdict_of(("ann", "exclude"), ("bo", "include"), ("ann", "include"))["verdict"] == "include"


def test_adjudication_settles_and_names_who_settled():
    settled = verdict_of(("ann", "include"), ("bo", "exclude"), ("cy", "exclude", {"adjudicates": True}))
    assert (settled["verdict"], settled["settled_by"], settled["people"]) == ("exclude", "cy", "ann; bo")


def test_an_adjudicators_own_screening_does_not_count_as_settling():
    assert verdict_of(("ann", "include"), ("cy", "exclude"))["verdict"] == "conflict"


def test_of_two_reasons_the_first_of_the_protocol_counts():
    both = verdict_of(("ann", "exclude", {"criterion": "E2"}), ("bo", "exclude", {"criterion": "E1"}))
    assert (both["verdict"], both["criterion"]) == ("exclude", "E1")


def rows_fault(**row) -> str:
    with pytest.raises(UsageError) as fault:
        screening_decisions_from_rows(
            [{"record_id": "r:1", "verdict": "include"}, {"record_id": "r:1", "verdict": "include", **row}],
            known={"r:1": "r:1"},
            protocol=PROTOCOL,
            decided_at="",
            file="mine.csv",
        )
    return str(fault.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"record_id": "r:9"}, "row 3: no record r:9 in this review"),
        ({"verdict": "maybe"}, "known: include, exclude, unsure"),
        ({"stage": "abstract"}, "known: title_abstract, full_text"),
        ({"verdict": "exclude", "criterion": "E9"}, "known: E1, E2"),
        ({"criterion": "E1"}, "a criterion goes with the verdict exclude only"),
        (
            {"decided_at": "yesterday"},
            "row 3: the time 'yesterday' is none (write it as 2026-09-01T14:05:09Z",
        ),
        ({"decided_at": "2026-02-30"}, "row 3: the time '2026-02-30' is none"),
        ({"calibration": "2000000000"}, "the calibration round '2000000000' is no whole number below 1,000"),
    ],
)
def test_a_faulty_row_is_named_with_what_is_known_and_no_row_is_taken(row, said):
    assert said in rows_fault(**row)
    assert "mine.csv" in rows_fault(**row)


@pytest.mark.parametrize("rows", ["to-screen.csv", {"record_id": "r:1", "verdict": "include"}])
def test_what_are_no_rows_is_said_with_how_to_get_some(rows):
    with pytest.raises(
        UsageError, match=r"Rows are wanted, a DataFrame or a list of them; this is (str|dict)\."
    ):
        screening_decisions_from_rows(rows, known={"r:1": "r:1"}, protocol=PROTOCOL, decided_at="")


def test_rows_that_contradict_each_other_are_named_and_none_is_taken():
    rows = [
        {"record_id": "r:1", "verdict": "include"},
        {"record_id": "r:2", "verdict": "exclude", "criterion": "E1"},
        {"record_id": "r:1", "verdict": "include", "note": "read twice"},
        # its duplicate
        {"record_id": "r:3", "verdict": "exclude", "criterion": "E2"},
        # at another time, and at another stage, one may say something else
        {"record_id": "r:1", "verdict": "unsure", "decided_at": "2026-11-03T10:00:00Z"},
        {"record_id": "r:1", "verdict": "unsure", "stage": "full_text"},
    ]
    known = {"r:1": "r:1", "r:2": "r:2", "r:3": "r:2"}
    with pytest.raises(UsageError, match=r"row 5: exclude E2 for r:3, but exclude E1 in row 3") as error:
        screening_decisions_from_rows(rows, known=known, protocol=PROTOCOL, decided_at="now")
    assert "1 fault" in str(error.value)
    del rows[3]
    assert len(screening_decisions_from_rows(rows, known=known, protocol=PROTOCOL, decided_at="now")) == 5


def test_rows_without_a_verdict_are_skipped():
    rows = [{"record_id": "r:1", "verdict": ""}, {"record_id": "r:1", "verdict": "include"}]
    taken = screening_decisions_from_rows(rows, known={"r:1": "r:1"}, protocol=PROTOCOL, decided_at="now")
    assert [decision.decided_at for decision in taken] == ["now"]


def test_words_from_the_lists_count_in_any_case_and_a_frame_is_as_good_as_rows():
    rows = [
        {"record_id": "r:1", "verdict": " Exclude", "stage": "Title_abstract", "criterion": "E1"},
        {"record_id": "r:1", "verdict": None, "stage": None, "criterion": None},
    ]
    for given in (rows, pd.DataFrame(rows)):
        (taken,) = screening_decisions_from_rows(
            given, known={"r:1": "r:1"}, protocol=PROTOCOL, decided_at="now"
        )
        assert (taken.verdict, taken.stage, taken.criterion) == ("exclude", "title_abstract", "E1")


@pytest.mark.parametrize(
    ("given", "saved"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02 03:04:05", "2026-01-02T03:04:05Z"),
        ("2026-01-02", "2026-01-02T00:00:00Z"),
        (pd.Timestamp("2026-01-02 03:04:05.678"), "2026-01-02T03:04:05Z"),
        (pd.Timestamp("2026-01-02 03:04:05", tz="Europe/Copenhagen"), "2026-01-02T02:04:05Z"),
        (pd.NaT, "now"), (pd.NA, "now"), (float("nan"), "now"), ("", "now"),
    ],
)  # fmt: skip
def test_the_time_of_a_row_is_saved_as_the_journal_writes_times(given, saved):
    rows = [{"record_id": "r:1", "verdict": "include", "decided_at": given}]
    (taken,) = screening_decisions_from_rows(rows, known={"r:1": "r:1"}, protocol=PROTOCOL, decided_at="now")
    assert taken.decided_at == saved


def test_rounds_in_a_column_with_gaps_are_whole_numbers():
    rows = pd.DataFrame({"record_id": "r:1", "verdict": "include", "calibration": [1, None]})
    taken = screening_decisions_from_rows(rows, known={"r:1": "r:1"}, protocol=PROTOCOL, decided_at="")
    assert [decision.calibration for decision in taken] == [1, 0]


def test_included_means_included_at_every_stage():
    lines = [
        {"type": "screening", "record_id": name, "stage": stage, "person": "ann", "verdict": verdict}
        for name, stage, verdict in [
            ("r:1", "title_abstract", "include"),
            ("r:1", "full_text", "include"),
            ("r:2", "title_abstract", "include"),
            ("r:3", "title_abstract", "include"),
            ("r:3", "full_text", "exclude"),
        ]
    ]
    verdicts = screening_verdicts(screening_decisions(lines))
    assert included_records(verdicts, PROTOCOL) == ["r:1"]
