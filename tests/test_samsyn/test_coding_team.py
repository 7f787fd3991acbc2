"""Two coders and who settles, at the command line: blind first, then with suggestions, then the conflicts."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from samsyn import Review
from samsyn.command_line import main
from samsyn.decision_tables import read_rows, write_rows
from samsyn.demonstration import copy_example


def run(*words: object, exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == exit_code, done.output
    return done.output


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> Review:
    """The invented example, coded by its two coders; not to be written to."""
    return copy_example(tmp_path_factory.mktemp("coding") / "example")


@pytest.fixture
def review(example, tmp_path) -> Review:
    """The example screened and not yet coded."""
    folder = shutil.copytree(example.folder, tmp_path / "example")
    shutil.rmtree(folder / "decisions" / "coding")
    return Review.open(folder)


def filled(table: Path, *, fill: dict[int, dict[str, str]]) -> Path:
    """A sheet with some cells of some rows filled in by hand."""
    rows = read_rows(table)
    for number, cells in fill.items():
        rows[number] |= cells
    write_rows(pd.DataFrame(rows), table)
    return table


def first_words(row: dict[str, str]) -> str:
    return " ".join(row["abstract"].split()[:9])


def test_from_the_blind_sheet_to_the_settled_conflict(review, tmp_path):
    folder = review.folder
    sheets = {}
    for person in ("anna", "bo"):
        sheets[person] = tmp_path / f"{person}.csv"
        said = run("code", "--blind", "--sample", 4, "--as", person, "--csv", sheets[person],
                   "--review", folder)  # fmt: skip
        assert "4 records written" in said
    rows = read_rows(sheets["anna"])
    assert [row["record_id"] for row in read_rows(sheets["bo"])] == [row["record_id"] for row in rows]
    present = {"code_id": "participation_trust", "value": "present", "direction": "promotes",
               "quotation": first_words(rows[0]), "note": "as defined"}  # fmt: skip
    nothing = {"value": "absent"}
    filled(sheets["anna"], fill={0: present, 1: nothing, 2: nothing})
    filled(sheets["bo"], fill={0: nothing, 1: nothing})
    assert "3 decisions of anna saved" in run("code", sheets["anna"], "--as", "anna", "--review", folder)

    # who has still to read these blind is shown no suggestion on them
    to_read = {row["record_id"] for row in rows[:3]}
    run("suggest", "--as", "bo", "--csv", tmp_path / "bo-suggestions.csv", "--review", folder)
    assert not to_read & {row["record_id"] for row in read_rows(tmp_path / "bo-suggestions.csv")}

    said = run("code", sheets["bo"], "--as", "bo", "--review", folder)
    assert "1 conflict to settle: samsyn code --conflicts" in said
    lines = [json.loads(line) for line in (folder / "decisions/coding/bo.jsonl").read_text().splitlines()]
    assert {(line["round"], line["suggestions_shown"]) for line in lines} == {("blind", False)}

    settle = tmp_path / "settle.csv"
    assert "1 conflict written" in run("code", "--conflicts", "--csv", settle, "--review", folder)
    [row] = read_rows(settle)
    assert (row["person_1"], row["value_1"], row["note_1"]) == ("anna", "present", "as defined")
    assert (row["person_2"], row["value_2"]) == ("bo", "absent")
    filled(settle, fill={0: {"agree_with": "anna"}})
    assert "row 2: the reason is missing" in run(
        "code", settle, "--as", "cy", "--review", folder, exit_code=2
    )
    filled(settle, fill={0: {"reason": "overlooked"}})
    assert "1 decision of cy saved" in run("code", settle, "--as", "cy", "--review", folder)
    assert json.loads(run("code", "--conflicts", "--json", "--review", folder))["n_conflicts"] == 0
    [line] = [json.loads(text) for text in (folder / "decisions/coding/cy.jsonl").read_text().splitlines()]
    assert (line["reason"], len(line["settles"])) == ("overlooked", 2)

    found = json.loads(run("agreement", "--json", "--review", folder))["coding"]
    assert (found["people"], found["n_records"]) == (["anna", "bo"], 2)
    [difference] = found["disagreements"]
    assert (difference["kind"], difference["settled_as"]) == ("presence", "present, promotes")

    assert "1 decision of cy taken back" in run("code", "--undo", 1, "--as", "cy", "--review", folder)
    assert json.loads(run("code", "--conflicts", "--json", "--review", folder))["n_conflicts"] == 1
    said = run("code", "--undo", 1, "--as", "cy", "--review", folder, exit_code=2)
    assert "cy has 0 coding decisions to take back, not 1" in said


def test_suggestions_go_into_the_line_of_who_saw_them(review, tmp_path):
    table = tmp_path / "to-code.csv"
    run("suggest", "--csv", table, "--review", review.folder)
    filled(table, fill={0: {"value": "present"}})
    run("code", table, "--as", "anna", "--review", review.folder)
    [line] = map(json.loads, (review.folder / "decisions/coding/anna.jsonl").read_text().splitlines())
    assert (line["round"], line["suggestions_shown"]) == ("assisted", True)
    assert line["suggested"][0]["text"] == line["segments"][0]["text"]
    assert line["suggested"][0]["proposed_by"]
    filled(table, fill={1: {"value": "present", "round": "blind"}})
    assert "this is no blind reading" in run(
        "code", table, "--as", "bo", "--review", review.folder, exit_code=2
    )


def test_records_read_blind_are_given_out_again_to_their_reader(review, tmp_path):
    table = tmp_path / "blind.csv"
    run("code", "--blind", "--sample", 3, "--as", "anna", "--csv", table, "--review", review.folder)
    filled(table, fill={0: {"value": "absent"}, 1: {"value": "absent"}})
    run("code", table, "--as", "anna", "--review", review.folder)
    left = json.loads(
        run("code", "--blind", "--sample", 3, "--as", "anna", "--json", "--review", review.folder)
    )
    assert left["n_records"] == 1
    run("code", "--again", "--as", "anna", "--csv", table, "--review", review.folder)
    rows = read_rows(table)
    assert [row["reading"] for row in rows] == ["2", "2"]
    again = {"code_id": "participation_trust", "value": "present", "direction": "promotes",
             "quotation": first_words(rows[0])}  # fmt: skip
    filled(table, fill={0: again, 1: {"value": "absent"}})
    run("code", table, "--as", "anna", "--review", review.folder)
    [own] = review.coding_agreement().intra.to_dict("records")
    assert (own["person"], own["n_records"], own["n_disagreements"]) == ("anna", 2, 1)
    assert review.coded().empty  # the first reading stands


def test_a_record_whose_coding_was_withdrawn_has_been_seen_and_is_not_given_out_again(review):
    read = set(review.blind_sheet("anna")["record_id"])
    rows = [{"record_id": min(read), "code_id": "", "value": value} for value in ("absent", "withdrawn")]
    for row in rows:
        review.code([row], person="anna", round_="blind")
    assert set(review.blind_sheet("anna")["record_id"]) == read - {min(read)}
    assert review.blind_sheet("anna", again=True).empty
    review.code(rows[:1], person="bo", round_="blind")
    assert review.to_read_blind("anna") == set()


def test_agreement_shows_each_code_and_lists_the_disagreements(example, tmp_path):
    table = tmp_path / "disagreements.csv"
    said = run("agreement", "--csv", table, "--review", example.folder)
    assert "Coding, blind round (reliability), record by code: coder-1, coder-2; 20 records" in said
    assert "participation_tokenism" in said
    assert len(read_rows(table)) == len(example.coding_disagreements())
    assert {"person_1", "quotations_1", "settled_as", "reason"} <= set(read_rows(table)[0])
    said = run("agreement", "--level", "sentence", "--ordinal", "--review", example.folder)
    assert "sentence by code" in said


def test_the_pairs_table_and_the_table_of_codes_tell_the_same(example):
    pair = example.agreement().set_index("stage").loc["coding"]
    over_all = example.coding_agreement().presence.iloc[0]
    for theirs, ours in (("percent", "percent"), ("kappa", "kappa"), ("ac1", "ac1"), ("alpha", "alpha")):
        assert over_all[ours] == pytest.approx(pair[theirs])
    assert over_all["n_disagreements"] == pair["n_conflicts"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Say one of: a CSV of decisions, --next, --conflicts, --blind"),
        (("--conflicts", "--blind", "--as", "anna"), "Say one of"),
        (("--blind",), "Who decides is not said"),
        (("--blind", "--as", "a/b"), "cannot name a person's file"),
        (("--blind", "--as", "anna", "--sample", "-2"), "A sample has no -2 records"),
        (("--undo", "-1", "--as", "coder-1"), "-1 decisions cannot be taken back"),
    ],
)
def test_what_is_asked_wrongly_is_told(example, words, told):
    assert told in run("code", *words, "--review", example.folder, exit_code=2)
