"""Judging on the command line and in a notebook: lists to fill in, judgements taken, conflicts settled."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus import UsageError
from samsyn import Review
from samsyn.command_line import main


def run(*words: object, exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == exit_code, done.output
    return done.output


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def written(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["about,item,value,explanation", *rows]) + "\n", encoding="utf-8")
    return path


def test_the_list_of_what_can_be_judged_is_filled_in_and_taken(example_copy: Path, tmp_path: Path) -> None:
    run("judge", "--list", "confidence", "--csv", tmp_path / "j.csv", "--review", example_copy)
    rows = rows_of(tmp_path / "j.csv")
    assert [row["about"] for row in rows[::5]] == ["RF1", "RF2", "RF3", "RF4"]
    taken = written(tmp_path / "mine.csv", "RF4,confidence,Low confidence,Three studies.")
    said = run("judge", taken, "--as", "coder-2", "--review", example_copy)
    assert "1 judgement of coder-2 saved." in said
    assert "coder-1: moderate; coder-2: low" in said
    assert json.loads(run("status", "--json", "--review", example_copy))["judgements_in_conflict"] == 1
    settling = written(tmp_path / "settled.csv", "RF4,confidence,low,Three studies.")
    said = run("judge", settling, "--as", "adjudicator", "--adjudicate", "--json", "--review", example_copy)
    assert json.loads(said) == {"saved": 1, "conflicts": 0}
    line = (
        (example_copy / "decisions" / "judgements" / "adjudicator.jsonl").read_text("utf-8").splitlines()[-1]
    )
    assert json.loads(line)["adjudicates"] is True


def test_a_level_without_explanation_is_refused_and_nothing_is_saved(
    example_copy: Path, tmp_path: Path
) -> None:
    journal = example_copy / "decisions" / "judgements" / "coder-2.jsonl"
    before = journal.read_bytes()
    faulty = written(tmp_path / "j.csv", "RF1,relevance,minor,Far away.", "RF1,confidence,high,")
    said = run("judge", faulty, "--as", "coder-2", "--review", example_copy, exit_code=2)
    assert "row 3: 'high' needs an explanation" in said
    assert journal.read_bytes() == before


@pytest.mark.parametrize("words", [(), ("x.csv",), ("x.csv", "--list", "appraisal")])
def test_judging_says_what_it_wants(example_folder: Path, words: tuple[str, ...]) -> None:
    assert (
        "Say who judged what" in (said := run("judge", *words, "--review", example_folder, exit_code=2))
        or "Do one at a time" in said
    )


def test_an_unknown_theme_of_the_author_is_a_fault_with_its_line(example_copy: Path) -> None:
    (example_copy / "synthesis.yaml").write_text("themes:\n- {id: tiem, en: Words}\n", encoding="utf-8")
    said = run("render", "--review", example_copy, exit_code=1)
    assert "synthesis.yaml line 2: themes.0.id: there is no theme 'tiem'. Known: governance_style" in said


def test_a_judgement_written_by_hand_without_explanation_stops_the_build_and_can_be_mended(
    example_copy: Path, tmp_path: Path
) -> None:
    line = {"type": "judgement", "about": "RF1", "item": "confidence", "value": "high", "person": "coder-1",
            "explanation": "", "decided_at": "2026-11-20T10:00:00Z", "v": 1}  # fmt: skip
    with (example_copy / "decisions" / "judgements" / "coder-1.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    said = run("render", "--review", example_copy, exit_code=1)
    assert "The confidence of RF1 is said to be 'high' without an explanation" in said
    run("judge", written(tmp_path / "j.csv", "RF1,confidence,high,Rich accounts."), "--as", "coder-1",
        "--review", example_copy)  # fmt: skip
    run("render", "--review", example_copy)


def test_check_names_judgements_of_findings_that_are_no_longer_there(example_copy: Path) -> None:
    review = Review.open(example_copy)
    text = (example_copy / "synthesis.yaml").read_text(encoding="utf-8")
    (example_copy / "synthesis.yaml").write_text(text.replace("id: RF4", "id: RF5"), encoding="utf-8")
    assert any(
        "there is no review finding 'RF4'. Known: RF1, RF2, RF3, RF5" in fault for fault in review.check()
    )


def test_judgements_of_a_report_that_was_excluded_since_are_taken_back_and_check_is_silent(
    example_copy: Path, tmp_path: Path
) -> None:
    review = Review.open(example_copy)
    judged = review.judgements()
    appraised = judged[judged["about"].isin(review.included()["record_id"]) & (judged["settled_by"] == "")]
    report = appraised["about"].iloc[0]
    excluded = {"record_id": report, "verdict": "exclude", "stage": "full_text", "criterion": "E04_type"}
    review.screen([excluded], person="adjudicator", adjudicates=True)
    assert any(f"{report!r} is not an included report" in fault for fault in review.check())
    taken_back = judged[judged["about"] == report]
    for people, adjudicate in (("people", ()), ("settled_by", ("--adjudicate",))):
        for person in sorted({who for each in taken_back[people] for who in each.split("; ") if who}):
            own = taken_back[[person in each.split("; ") for each in taken_back[people]]]
            rows = [f"{report},{item},withdrawn," for item in own["item"]]
            run("judge", written(tmp_path / "j.csv", *rows), "--as", person, *adjudicate,
                "--review", example_copy)  # fmt: skip
    assert not any("is not an included report" in fault for fault in review.check())


def test_the_authors_file_and_the_judgements_are_part_of_the_input_hash(example_copy: Path) -> None:
    review = Review.open(example_copy)
    hashes = [review.input_hash()]
    review.judge(
        [{"about": "RF1", "item": "coherence", "value": "minor", "explanation": "Two."}], person="bo"
    )
    hashes.append(review.input_hash())
    (example_copy / "synthesis.yaml").write_text("themes: []\n", encoding="utf-8")
    hashes.append(review.input_hash())
    assert len(set(hashes)) == 3


def test_a_review_without_the_authors_file_renders(example_copy: Path) -> None:
    (example_copy / "synthesis.yaml").unlink()
    for path in (example_copy / "decisions" / "judgements").glob("*.jsonl"):
        path.unlink()
    run("render", "--review", example_copy)
    assert not (example_copy / "output" / "conqual.csv").exists()


def test_a_descriptor_in_dispute_is_shown_with_its_people_and_settled_by_adjudication(
    example_copy: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "d.csv"
    rows.write_text("record_id,descriptor,value\nscopus:2-s2.0-10555000001,country,BE\n", encoding="utf-8")
    run("code", rows, "--as", "coder-2", "--descriptors", "--review", example_copy)
    run("render", "--review", example_copy)
    assert "coder-1: NL; coder-2: BE" in (example_copy / "output" / "conflicts.csv").read_text("utf-8-sig")
    shown = rows_of(example_copy / "output" / "characteristics.csv")
    assert [row["Country"] for row in shown if row["Study"] == "Yew et al. 2018"] == ["in dispute"]
    run("check", "--review", example_copy)
    run("code", rows, "--as", "cy", "--descriptors", "--round", "adjudication", "--review", example_copy)
    run("render", "--review", example_copy)
    assert "NL" not in (example_copy / "output" / "conflicts.csv").read_text("utf-8-sig")
    shown = rows_of(example_copy / "output" / "characteristics.csv")
    assert [row["Country"] for row in shown if row["Study"] == "Yew et al. 2018"] == ["BE"]


def test_a_new_review_has_an_empty_file_for_the_author(tmp_path: Path) -> None:
    review = Review.new(tmp_path / "r")
    assert review.author.themes == review.author.findings == ()
    with pytest.raises(UsageError, match="There is nothing to judge called 'taste'"):
        review.to_judge("taste")


def test_what_changed_since_the_last_report_is_listed_with_its_reason(example_copy: Path) -> None:
    run("render", "--formats", "csv", "--review", example_copy)
    undone = json.loads(run("code", "--undo", "1", "--as", "coder-1", "--json", "--review", example_copy))
    said = run("render", "--formats", "csv", "--against", example_copy / "output", "--review", example_copy)
    assert "changed since the earlier report (changes.csv)" in said
    changes = rows_of(example_copy / "output" / "changes.csv")
    assert undone["undone"][0]["code_id"] in {row["Cell"].rpartition(", ")[2] for row in changes}
    assert {row["Why"] for row in changes} == {"changed decision"}


def test_judging_counts_nothing_that_only_a_report_needs(
    example_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Review) -> None:
        raise AssertionError("not needed to judge")

    for name in ("agreement", "stopping", "input_hash"):
        monkeypatch.setattr(Review, name, fail)
    review = Review.open(example_copy)
    assert len(review.to_judge("confidence")) > 0
    assert len(review.to_judge("appraisal")) > 0
