"""What goes out comes back: every person's decision, reason and note, in every format."""

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus import (
    Protocol,
    UsageError,
    Wording,
    decisions_in,
    latest_decisions,
    read_records,
    screening_decisions,
    screening_verdicts,
    with_verdicts,
    write_records,
)
from corpus.protocol import Criteria, Criterion
from corpus.records import as_records

PROTOCOL = Protocol("p", Wording(), (), criteria=Criteria(exclusion=(Criterion("E1"), Criterion("E2"))))
RECORDS = as_records(
    pd.DataFrame(
        {
            "record_id": ["r:1", "r:2", "r:3"],
            "title": ["Time", "Trust", "Talk"],
            "notes": ["", "signed; by hand", "ASReview_irrelevant"],
        }
    )
)


def line(record_id="r:1", person="ann", verdict="include", **more) -> dict:
    return {"type": "screening", "record_id": record_id, "stage": "title_abstract", "person": person,
            "verdict": verdict, **more}  # fmt: skip


def out_of(*lines: dict, which: str = "all") -> pd.DataFrame:
    made = screening_decisions(lines)
    return with_verdicts(RECORDS, screening_verdicts(made), made, PROTOCOL, which=which)


def notes_of(frame: pd.DataFrame, record_id: str) -> str:
    return frame.set_index("record_id").loc[record_id, "notes"]


def test_the_words_that_people_asreview_and_rayyan_read():
    notes = notes_of(out_of(line("r:2", verdict="exclude", criterion="E1", note="two | parties")), "r:2")
    assert notes.startswith("signed; by hand; samsyn: exclude (E1) by ann; ASReview_irrelevant; ")
    assert notes.endswith(
        'RAYYAN-INCLUSION: {"ann"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: E1 | '
        'USER-NOTES: {"ann"=>["two parties"]}'
    )


def test_in_a_conflict_each_goes_out_with_their_own_word():
    frame = out_of(line(), line(person="bo", verdict="exclude"))
    assert frame["verdict"].tolist() == ["conflict", "", ""]
    assert frame["included"].tolist() == ["", "", ""]
    assert '{"ann"=>"Included", "bo"=>"Excluded"}' in notes_of(frame, "r:1")


def test_what_an_earlier_program_left_in_the_notes_does_not_speak_for_this_review():
    assert notes_of(out_of(), "r:3") == "ASReview_not_seen"
    assert "ASReview_irrelevant" not in notes_of(out_of(line("r:3")), "r:3")


def test_an_export_of_an_export_says_only_the_present():
    made = screening_decisions([line()])
    again = with_verdicts(out_of(line(verdict="exclude")), screening_verdicts(made), made, PROTOCOL)
    assert notes_of(again, "r:1") == notes_of(out_of(line()), "r:1")


def test_a_full_text_verdict_counts_only_after_inclusion_on_title_and_abstract():
    second = line(verdict="include", stage="full_text")
    assert out_of(line(), second)["stage"].tolist() == ["full_text", "", ""]
    frame = out_of(line(verdict="exclude"), second)
    assert frame.loc[0, ["stage", "verdict"]].tolist() == ["title_abstract", "exclude"]


@pytest.mark.parametrize(
    ("which", "record_ids"),
    [
        ("all", ["r:1", "r:2", "r:3"]),
        ("included", []),  # nothing is included at full text yet
        ("excluded", ["r:2"]),
        ("unscreened", ["r:3"]),
        ("unsure", []),
        ("conflicts", []),
    ],
)
def test_subsets(which, record_ids):
    frame = out_of(line("r:1"), line("r:2", verdict="exclude"), which=which)
    assert frame["record_id"].tolist() == record_ids


def test_no_such_subset():
    with pytest.raises(UsageError, match="No subset 'some'"):
        out_of(which="some")


# letters of many scripts, signs of the formats and of the notes themselves, line ends, blanks in a row
texts = st.text(
    st.one_of(
        st.characters(categories=["Lu", "Ll", "Lo", "Nd", "So"]),
        st.sampled_from(list("abæøå   \n\t\"'{}\\%&$#_~^`=>+-@/<>()[],;:.|“”–\u2003\xa0")),
    ),
    max_size=30,
)
lines = st.builds(
    line,
    record_id=st.sampled_from(["r:1", "r:2", "r:3"]),
    person=st.sampled_from(["ann", "bo", "bø-2"]),
    verdict=st.sampled_from(["include", "exclude", "unsure"]),
    stage=st.sampled_from(["title_abstract", "full_text"]),
    note=texts,
    adjudicates=st.booleans(),
    decided_at=st.sampled_from(["", "2026-09-01T10:11:12Z"]),
    calibration=st.sampled_from([0, 1]),
)
reasons = st.sampled_from(["", "E1", "E2"])
KEPT = ["record_id", "stage", "verdict", "criterion", "person", "adjudicates", "note", "decided_at",
        "calibration"]  # fmt: skip


@pytest.mark.parametrize("suffix", [".ris", ".bib", ".csv", ".xlsx", ".json"])
@given(made=st.lists(st.tuples(lines, reasons), min_size=1, max_size=8))
@example(made=[(line(note='}]} samsyn-screening: {"a": "  b  "} ; | RAYYAN-INCLUSION: {"x"=>"Maybe"}'), "")])
@example(made=[(line(note="=1+1", verdict="exclude"), "E2"), (line(note="-- ''", person="bo"), "")])
def test_every_standing_decision_is_the_same_after_export_and_import(suffix, made):
    rows = [one | {"criterion": reason if one["verdict"] == "exclude" else ""} for one, reason in made]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"out{suffix}")
        write_records(out_of(*rows), path)
        found, program = decisions_in(read_records(path).records, PROTOCOL, file=path.name)
    assert program == "samsyn"
    found = found.rename(columns={"name": "person"})
    found["criterion"] = [";".join(reason) for reason in found["reasons"]]
    written = latest_decisions(screening_decisions(rows))[KEPT]
    read = found[KEPT].sort_values(["record_id", "stage", "person", "adjudicates"], ignore_index=True)
    assert read.to_dict("records") == written.to_dict("records")
