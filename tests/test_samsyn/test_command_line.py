"""The command line is the twin of Review: each command documented, each fault one clear message."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from samsyn.command_line import main

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
COMMANDS = (
    "demo",
    "new",
    "add",
    "duplicates",
    "rank",
    "screen",
    "open",
    "calibrate",
    "import",
    "priors",
    "stopping",
    "scheme",
    "suggest",
    "code",
    "judge",
    "agreement",
    "render",
    "status",
    "export",
    "check",
    "merge",
    "simulate",
)


def run(*words: object, exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == exit_code, done.output
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done.output


@pytest.fixture
def review(tmp_path) -> Path:
    run("new", tmp_path / "my-review")
    run("add", DATA / "two_records.ris", "--review", tmp_path / "my-review")
    return tmp_path / "my-review"


@pytest.fixture
def record_ids(review) -> list[str]:
    return json.loads(run("rank", "--json", "--review", review))["ranking"]


def decisions(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_all_commands_of_the_design_are_there():
    assert tuple(sorted(main.commands)) == tuple(sorted(COMMANDS))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_and_stands_in_the_readme(command):
    assert f"Example: samsyn {command}" in run(command, "--help")
    assert f"| `{command}` |" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_adding_a_file_copies_it_unchanged_and_adding_it_again_adds_nothing(review):
    kept = review / "sources" / "two_records.ris"
    assert kept.read_bytes() == (DATA / "two_records.ris").read_bytes()
    said = run("add", DATA / "two_records.ris", "--review", review)
    assert "was added before; nothing was changed" in said
    assert json.loads(run("status", "--json", "--review", review))["records"] == 2


def test_another_file_of_the_same_name_is_kept_beside_the_first(review, tmp_path):
    other = tmp_path / "two_records.ris"
    other.write_text("TY  - JOUR\nTI  - A third record\nER  - \n")
    run("add", other, "--review", review)
    assert sorted(path.name for path in (review / "sources").glob("*.ris")) == [
        "two_records-2.ris",
        "two_records.ris",
    ]
    assert json.loads(run("status", "--json", "--review", review))["records"] == 3


def test_what_was_searched_stands_in_the_search_log(review):
    run(
        "add",
        DATA / "nbib_last_without_blank_line.nbib",
        "--review",
        review,
        "--database",
        "PubMed",
        "--date",
        "2026-09-01",
        "--query",
        "a[tiab]",
        "--hits",
        2,
    )
    line = json.loads((review / "sources" / "sources.jsonl").read_text().splitlines()[-1])
    assert (line["database"], line["date"], line["query"], line["hits_reported"]) == (
        "PubMed",
        "2026-09-01",
        "a[tiab]",
        2,
    )


def test_a_ranking_filled_in_by_a_person_is_taken_as_decisions(review, tmp_path, record_ids):
    table = tmp_path / "to-screen.csv"
    run("rank", "--csv", table, "--review", review)
    filled = re.sub(r"^1,([^,]+),,", r"1,\1,include,", table.read_text(), flags=re.MULTILINE)
    table.write_text(filled)
    assert "1 decision of ann saved" in run("screen", table, "--as", "ann", "--review", review)
    figures = json.loads(run("status", "--json", "--review", review))
    assert (figures["screened"], figures["not_yet_screened"]) == (1, 1)


def test_a_conflict_is_shown_and_settled(review, tmp_path, record_ids):
    for person, verdict in (("ann", "include"), ("bo", "exclude")):
        table = decisions(tmp_path / f"{person}.csv", "record_id,verdict", f"{record_ids[0]},{verdict}")
        said = run("screen", table, "--as", person, "--review", review)
    assert "1 conflict to settle" in said
    table = decisions(tmp_path / "cy.csv", "record_id,verdict", f"{record_ids[0]},include")
    assert "conflict" not in run("screen", table, "--as", "cy", "--adjudicate", "--review", review)


def test_coding_from_quotation_to_report(review, tmp_path, record_ids):
    protocol = review / "protocol.yaml"
    protocol.write_text(
        protocol.read_text(encoding="utf-8").replace("[title_abstract, full_text]", "[title_abstract]"),
        encoding="utf-8",
    )
    run(
        "screen",
        decisions(tmp_path / "s.csv", "record_id,verdict", f"{record_ids[0]},include"),
        "--as",
        "ann",
        "--review",
        review,
    )
    suggestions = json.loads(run("suggest", "--json", "--review", review))
    assert suggestions["suggestions"] > 0
    table = decisions(
        tmp_path / "c.csv",
        "record_id,code_id,value,direction,field,quotation,finding",
        f"{record_ids[0]},facilitation_independent,present,promotes,abstract,"
        "An independent facilitator promoted trust,A facilitator helped.",
    )
    assert "1 decision of ann saved" in run("code", table, "--as", "ann", "--review", review)
    run("render", "--review", review)
    assert "An independent facilitator promoted trust" in (review / "output" / "report.html").read_text(
        encoding="utf-8"
    )
    assert "All is well" in run("check", "--review", review)


def test_export_of_the_included_goes_to_citation_managers(review, tmp_path, record_ids):
    run(
        "screen",
        decisions(tmp_path / "s.csv", "record_id,verdict", f"{record_ids[0]},exclude"),
        "--as",
        "ann",
        "--review",
        review,
    )
    assert "1 record written" in run(
        "export", tmp_path / "out.ris", "--which", "excluded", "--review", review
    )
    assert "samsyn: exclude" in (tmp_path / "out.ris").read_text()


def test_what_is_to_be_typed_next_can_be_copied_whatever_the_folder_is_called(tmp_path):
    folder = tmp_path / "vores gennemgang"
    assert f"cd '{folder}'" in run("new", folder)


def test_simulation_gives_the_figures_machines_ask_for(tmp_path):
    table = decisions(
        tmp_path / "f.csv",
        "title,abstract,label",
        *(f"trust {i},tenants talk,1" for i in range(3)),
        *(f"steel {i},bridges bend,0" for i in range(20)),
    )
    figures = json.loads(run("simulate", table, "--label", "label", "--seed", 1, "--json"))
    named = {"n_records", "n_included", "loss", "ndr", "wss95", "recall_at_10pct", "seconds"}
    assert named <= set(figures)
    assert figures["loss"] == 0


def labelled(path):
    return decisions(
        path,
        "title,abstract,label",
        *(f"trust {i},tenants talk {'of power' if i % 2 else ''},1" for i in range(4)),
        *(f"steel {i},bridges bend,0" for i in range(20)),
    )


def test_simulations_of_several_settings_compare_draw_by_draw_with_a_plot(tmp_path):
    (tmp_path / "words.yaml").write_text("ranking:\n  longest_term: 1\n")
    asked = ("simulate", labelled(tmp_path / "f.csv"), "--seeds", 2, "--settings", tmp_path / "words.yaml")
    figures = json.loads(run(*asked, "--plot", tmp_path / "recall.svg", "--json").split("\n", 1)[-1])
    assert list(figures["settings"]) == ["default", "words"]
    assert figures["seeds"] == [1, 2]
    assert len(figures["settings"]["words"]["runs"]) == 2
    assert figures["loss"] == figures["settings"]["default"]["loss"]
    assert (tmp_path / "recall.svg").read_text(encoding="utf-8").startswith("<svg")
    said = run(*asked)
    assert "loss_ratio" in said
    assert "words" in said


def test_a_plot_that_is_no_svg_and_faulty_settings_are_refused_before_anything_runs(tmp_path):
    table = labelled(tmp_path / "f.csv")
    said = run("simulate", table, "--plot", tmp_path / "recall.png", exit_code=2)
    assert "Give it a name that ends in .svg" in said
    (tmp_path / "s.yaml").write_text("clasifier: svm\n")
    said = run("simulate", table, "--settings", tmp_path / "s.yaml", exit_code=1)
    assert "s.yaml line 1: clasifier: is not a known key here" in said


def test_new_records_of_a_living_review_are_counted(review, tmp_path, record_ids):
    both = [f"{record_ids[0]},include", *(f"{name},exclude" for name in record_ids[1:3])]
    run(
        "screen", decisions(tmp_path / "s.csv", "record_id,verdict", *both), "--as", "ann", "--review", review
    )
    assert run("rank", "--new", "--review", review).startswith("0 new records, 0 of them worth a look.")
    later = tmp_path / "later.ris"
    later.write_text(
        "TY  - JOUR\nTI  - A partnership that nobody had seen\nPY  - 2026\nER  - \n", encoding="utf-8"
    )
    run("add", later, "--review", review)
    figures = json.loads(run("rank", "--new", "--json", "--review", review).split("\n", 1)[-1])
    assert figures["n_new"] == 1
    assert figures["n_worth_a_look"] in (0, 1)
    assert len(figures["ranking"]) == 1


# --- what a new user does wrong ---------------------------------------------------------------------------


def test_no_such_file(review):
    said = run("add", "no-such.ris", "--review", review, exit_code=2)
    assert "There is no file no-such.ris" in said


def test_a_pdf_is_no_export_and_nothing_is_added(review):
    before = sorted(review.rglob("*"))
    said = run("add", DATA / "a_pdf.ris", "--review", review, exit_code=2)
    assert "is a PDF document" in said
    assert "Export the references as" in said
    assert sorted(review.rglob("*")) == before


def test_not_a_review_folder(tmp_path):
    assert "is not a review folder" in run("status", "--review", tmp_path, exit_code=2)


def test_a_folder_that_is_not_empty_is_not_made_a_review(tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    assert "already there and not empty" in run("new", tmp_path, exit_code=2)


def test_a_scheme_with_three_faults_names_all_three_at_once_with_their_lines(review):
    (review / "coding_scheme.yaml").write_bytes((DATA / "scheme_with_three_faults.yaml").read_bytes())
    said = run("suggest", "--review", review, exit_code=1)
    assert "coding_scheme.yaml has 3 faults; nothing was changed" in said
    assert re.findall(r"coding_scheme\.yaml line (\d+): themes", said) == ["12", "13", "18"]
    assert "names unknown code 'costs'. Known: trust" in said


def test_unknown_keys_and_wrong_values_of_a_scheme_are_named_at_once(review):
    scheme = review / "coding_scheme.yaml"
    text = scheme.read_text(encoding="utf-8").replace("typical: hinders", "typical: 7", 1)
    scheme.write_text(
        re.sub(r"^languages:", "langauges:", text, count=1, flags=re.MULTILINE), encoding="utf-8"
    )
    said = run("suggest", "--review", review, exit_code=1)
    assert "langauges: is not a known key here" in said
    assert "direction.typical" in said


def test_a_decision_on_an_unknown_record_saves_nothing(review, tmp_path, record_ids):
    table = decisions(
        tmp_path / "s.csv", "record_id,verdict", f"{record_ids[0]},include", "scopus:404,include"
    )
    said = run("screen", table, "--as", "ann", "--review", review, exit_code=2)
    assert "s.csv" in said
    assert "row 3: no record scopus:404 in this review" in said
    assert not (review / "decisions" / "screening").exists()


def test_a_quotation_that_does_not_stand_in_the_record(review, tmp_path, record_ids):
    table = decisions(
        tmp_path / "c.csv",
        "record_id,code_id,value,direction,field,quotation",
        f"{record_ids[0]},facilitation_independent,present,promotes,abstract,words of my own",
    )
    said = run("code", table, "--as", "ann", "--review", review, exit_code=2)
    assert "words of my own" in said
    assert "row 2" in said


def test_a_half_written_journal_line_is_reported_and_costs_no_other(review, tmp_path, record_ids):
    table = decisions(tmp_path / "s.csv", "record_id,verdict", f"{record_ids[0]},include")
    run("screen", table, "--as", "ann", "--review", review)
    with (review / "decisions" / "screening" / "ann.jsonl").open("ab") as file:
        file.write(b'{"record_id": "scopus:1", "verdi')
    assert json.loads(run("status", "--json", "--review", review))["screened"] == 1
    said = run("check", "--review", review, exit_code=1)
    assert "decisions/screening/ann.jsonl line 2 is cut short" in said


def test_a_source_edited_since_is_named(review):
    (review / "sources" / "two_records.ris").write_text("TY  - JOUR\nTI  - Changed\nER  - \n")
    assert "two_records.ris is not the file that was added" in run("check", "--review", review, exit_code=1)


def test_a_date_that_is_no_day(review):
    said = run("add", DATA / "two_records.ris", "--date", "yesterday", "--review", review, exit_code=2)
    assert "Write it as 2026-09-01" in said


def test_an_unknown_command_and_a_missing_option_are_wrong_usage(review):
    assert "No such command" in run("screeen", exit_code=2)
    assert "--as" in run("screen", DATA / "two_records.ris", "--review", review, exit_code=2)
