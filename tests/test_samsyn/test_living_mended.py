"""A review that lives on: protocol, scheme and sources change, records leave a stage, copies grow apart."""

import json
import shutil

import pandas as pd
import pytest
from click.testing import CliRunner

from corpus import journal
from samsyn import Review
from samsyn.command_line import main

TOPICS = [
    "trust between towns and volunteers", "shared kitchens for lonely elders", "alliances against eviction",
    "youth clubs and the police", "school meals run by parents", "language cafes for refugees",
    "debt advice in libraries", "night shelters and churches", "gardens tended by neighbours",
    "sports clubs for veterans",
]  # fmt: skip
MONEY = "Money for two years is not enough."
PROTOCOL = """
id: living
version: "0.1"
title: {en: A review that lives on}
languages: [en]
seed: 7
questions: [{id: Q1, en: What of it?}]
criteria:
  inclusion: [{id: I1, en: A partnership}]
  exclusion:
    - {id: E1, en: Another topic}
    - {id: E2, en: Another type}
    - {id: E3, en: No full text, counts_as: not_retrieved}
stages: [title_abstract, full_text]
people: [{id: ann, name: Ann}, {id: bo, name: Bo}, {id: cy}, {id: di}]
"""
TWICE = "screening: {plan: all_twice, screeners: [ann, bo]}\n"


def entries(*numbers, **changes):
    """RIS entries with accession numbers X0, X1, ...; a change gives an entry another title."""
    return "".join(
        f"TY  - JOUR\nAN  - X{n}\nTI  - {changes.get(f'x{n}', TOPICS[n].capitalize())}\n"
        f"AU  - Author{n}, A.\nPY  - {2000 + n}\nJO  - Journal {n}\n"
        f"AB  - We studied {TOPICS[n]} in {n + 3} towns. {MONEY} Shared aims help.\nER  - \n\n"
        for n in numbers
    )


@pytest.fixture
def living(tmp_path):
    """``living(protocol)``: a review of the records scopus:X0 to scopus:X4 in the folder "living"."""

    def start(protocol=PROTOCOL, name="living"):
        review = Review.new(tmp_path / name)
        (review.folder / "protocol.yaml").write_text(protocol)
        add(review, "a.ris", entries(0, 1, 2, 3, 4), "--database", "Scopus")
        return review

    return start


def run(review, *words, exit_code=0):
    done = CliRunner().invoke(main, [*map(str, words), "--review", str(review.folder)])
    assert done.exit_code == exit_code, (done.output, done.exception)
    return done.output


def add(review, name, text, *options, **how):
    path = review.folder.parent / name
    path.write_text(text)
    return run(review, "add", path, *options, **how)


def screen(review, person, stage="title_abstract", settles=False, **said):
    """``x0="exclude E1"``; underscores of other databases: ``wos_X1``."""
    rows = []
    for name, words in said.items():
        verdict, _, criterion = words.partition(" ")
        record_id = name.replace("_", ":") if "_" in name else f"scopus:{name.upper()}"
        rows.append({"record_id": record_id, "verdict": verdict, "criterion": criterion, "stage": stage})
    review.screen(rows, person=person, adjudicates=settles)


def code(review, person, record_id, code_id, quotation=MONEY, value="present"):
    is_there = value == "present"
    row = {"record_id": record_id, "code_id": code_id, "value": value}
    row |= {"direction": "promotes", "quotation": quotation} if is_there else {}
    review.code([row], person=person)


def verdict_on(review, record_id, stage="title_abstract"):
    verdicts = review.verdicts().set_index(["record_id", "stage"])["verdict"]
    return verdicts.get((record_id, stage), "")


def copy_of(review, name):
    shutil.copytree(review.folder, review.folder.parent / name)
    return Review.open(review.folder.parent / name)


# --- stages ---------------------------------------------------------------------------------------------


def test_who_has_left_a_stage_waits_for_nobody(living):
    review = living(PROTOCOL + TWICE)
    for person in ("ann", "bo"):
        screen(review, person, x0="include", x1="include")
    screen(review, "ann", "full_text", x0="include", x1="include")
    for person in ("ann", "bo"):
        screen(review, person, x0="exclude E1")
    assert "scopus:X1" in run(review, "screen", "--waiting")
    assert review.waiting()["record_id"].tolist() == ["scopus:X1"]
    assert review.status()["waiting_for_screener"] == 1
    progress = review.screening_progress().set_index(["stage", "person"])
    assert progress.loc[("full_text", "ann"), "waiting"] == 1
    # included again, what was said of its full text counts again
    for person in ("ann", "bo"):
        screen(review, person, x0="include")
    assert review.waiting()["record_id"].tolist() == ["scopus:X0", "scopus:X1"]


def test_a_stage_that_is_dropped_leaves_nothing_open(living):
    review = living(PROTOCOL + TWICE)
    for person in ("ann", "bo"):
        screen(review, person, x0="include", x1="include", x2="include")
    screen(review, "ann", "full_text", x0="include", x1="unsure", x2="include")
    screen(review, "bo", "full_text", x0="exclude E2", x1="unsure")
    screen(review, "cy", "full_text", settles=True, x0="include")
    screen(review, "ann", "full_text", x0="exclude E1")
    run(review, "export", review.folder.parent / "all.csv")
    path = review.folder / "protocol.yaml"
    path.write_text((PROTOCOL + TWICE).replace("[title_abstract, full_text]", "[title_abstract]"))
    status = review.status()
    opened = ("waiting_for_screener", "screening_conflicts", "screening_unsure")
    assert [status[name] for name in opened] == [0, 0, 0]
    assert review.conflicts().empty and set(review.screening_progress()["stage"]) == {"title_abstract"}
    review.render(formats=["html"])
    told = json.loads(run(review, "check", "--json"))
    assert told["faults"] == []
    assert "7 decisions at full_text are not counted: protocol.yaml has no such stage" in told["notes"]
    # what was exported before still comes in, as far as it goes
    taken = json.loads(run(review, "import", review.folder.parent / "all.csv", "--json"))
    assert taken["outcomes"] == {"already here": 6, "the protocol has no stage full_text": 6}


# --- criteria -------------------------------------------------------------------------------------------


def test_a_criterion_that_is_renamed_keeps_its_reasons(living):
    review = living()
    screen(review, "ann", x0="exclude E2", x1="exclude E1", x2="include")
    screen(review, "ann", "full_text", x2="exclude E3")
    (review.folder / "protocol.yaml").write_text(
        PROTOCOL.replace("{id: E2,", "{id: E2b,").replace(
            "    - {id: E3, en: No full text, counts_as: not_retrieved}\n", ""
        )
    )
    for name in ("own.csv", "own.ris"):
        run(review, "export", review.folder.parent / name)
        outcome = review.import_screening(review.folder.parent / name)
        assert set(outcome["outcome"]) == {"already here"}
    criteria = review.verdicts().set_index(["record_id", "stage"])["criterion"]
    assert criteria["scopus:X0", "title_abstract"] == "E2"
    notes = json.loads(run(review, "check", "--json"))["notes"]
    assert notes == [f"1 decision names {name}, which protocol.yaml no longer has" for name in ("E2", "E3")]


# --- what comes again -----------------------------------------------------------------------------------


def rayyan(review, **said):
    path = review.folder.parent / "rayyan.csv"
    lines = ["key,title,year,authors,abstract,notes"]
    for name, word in said.items():
        n = int(name[1:])
        said_there = f'"RAYYAN-INCLUSION: {{""Ann""=>""{word}""}}"'
        lines.append(f'r{n},{TOPICS[n].capitalize()},{2000 + n},"Author{n}, A.",,{said_there}')
    path.write_text("\n".join(lines) + "\n")
    return review.import_screening(path)["outcome"].tolist()


def test_an_enlarged_export_does_not_revert_what_was_decided_since(living):
    review = living()
    assert rayyan(review, x0="Excluded", x1="Included") == ["saved", "saved"]
    screen(review, "ann", x0="include")
    since = "brought before, and decided otherwise here since"
    assert rayyan(review, x0="Excluded", x1="Included", x2="Included") == [since, "already here", "saved"]
    assert verdict_on(review, "scopus:X0") == "include"
    # another word there is news
    assert rayyan(review, x0="Maybe") == ["saved"]


def test_a_project_given_back_does_not_revert_the_coding(living):
    review = living(PROTOCOL.replace("[title_abstract, full_text]", "[title_abstract]"))
    screen(review, "ann", x0="include", x1="include", x2="include")
    trust = review.scheme.codes[0].id
    for n in range(3):
        code(review, "ann", f"scopus:X{n}", trust)
    project = review.folder.parent / "project.qdpx"
    review.export(project)
    code(review, "ann", "scopus:X0", trust, value="withdrawn")
    code(review, "ann", "scopus:X1", trust, "Shared aims help.")
    before = review.coded()
    outcome = review.import_coding(project)[0]["outcome"].tolist()
    since = "said here before, and decided otherwise since"
    assert sorted(outcome) == ["already here", since, since]
    pd.testing.assert_frame_equal(review.coded(), before)


def test_what_two_copies_took_back_can_be_said_again(living):
    review = living()
    screen(review, "ann", x0="include", x1="exclude E1")
    run(review, "export", review.folder.parent / "own.csv")
    other = copy_of(review, "other")
    review.undo_screening("ann", 2)
    lines = review.folder / "decisions" / "screening" / "ann.jsonl"
    other.undo_screening("ann", 2)
    # the other copy did so a minute later
    path = other.folder / "decisions" / "screening" / "ann.jsonl"
    kept, undone = path.read_text().splitlines()[:2], lines.read_text().splitlines()[2:]
    later = [json.loads(line) | {"decided_at": "2030-01-01T00:00:00Z"} for line in undone]
    path.write_text("\n".join([*kept, *map(json.dumps, later)]) + "\n")
    run(review, "merge", other.folder)
    assert sum('"undo"' in line for line in lines.read_text().splitlines()) == 4
    again = [json.loads(line) for line in kept]
    again = [{key: value for key, value in line.items() if key not in ("after", "v")} for line in again]
    journal.append(lines.parent, "ann", again)
    assert [verdict_on(review, f"scopus:X{n}") for n in (0, 1)] == ["include", "exclude"]


# --- several settle, and records become one ---------------------------------------------------------------


def test_of_several_who_settle_the_last_one_counts(living):
    review = living(PROTOCOL.replace("[title_abstract, full_text]", "[title_abstract]"))
    screen(review, "ann", x0="include")
    screen(review, "bo", x0="exclude E1")
    for day, (person, verdict) in enumerate([("di", "exclude"), ("cy", "include"), ("ann", "exclude")], 1):
        row = {"record_id": "scopus:X0", "verdict": verdict, "decided_at": f"2040-01-0{day}"}
        review.screen([row], person=person, adjudicates=True)
        found = review.verdicts().set_index("record_id").loc["scopus:X0"]
        assert (found["verdict"], found["settled_by"]) == (verdict, person)
        assert review.conflicts().empty
        review.render(formats=["html"])
        assert review.check() == []


def test_a_record_merged_of_two_names_who_said_what(living):
    review = living(PROTOCOL.replace("[title_abstract, full_text]", "[title_abstract]"))
    add(review, "b.ris", entries(0, x0="Trust between town people and helpers"), "--database", "WoS")
    screen(review, "ann", x0="include")
    screen(review, "bo", x0="include", wos_X0="include")
    screen(review, "ann", wos_X0="exclude E1")
    told = "ann said include on scopus:X0, exclude on wos:X0; they are one record now"
    assert told not in run(review, "check")
    same = run(review, "duplicates", "--same", "scopus:X0", "wos:X0", "--as", "cy")
    assert told in same and "bo said" not in same
    assert told in run(review, "check")
    # the later counts still, and who decides again on the one record has seen to it
    assert verdict_on(review, "scopus:X0") == "conflict"
    screen(review, "ann", x0="include")
    assert told not in run(review, "check") and verdict_on(review, "scopus:X0") == "include"


# --- copies ---------------------------------------------------------------------------------------------


def test_merge_says_which_line_counts_when_one_was_taken_back(living):
    review = living()
    other = copy_of(review, "other")
    screen(review, "ann", x0="include")
    screen(other, "ann", x0="exclude")
    other.undo_screening("ann")
    assert "differ" not in run(review, "merge", other.folder)
    assert "differ" not in run(review, "check") and verdict_on(review, "scopus:X0") == "include"


def test_merge_refuses_another_review_and_names_what_is_missing(living):
    review = living()
    another = living(PROTOCOL.replace("id: living", "id: another"), "another")
    screen(another, "ann", x0="include")
    said = run(review, "merge", another.folder, exit_code=2)
    assert "is another review: its protocol has the id another, this one living" in said
    assert not (review.folder / "decisions" / "screening").exists()
    other = copy_of(review, "other")
    add(other, "more.ris", entries(8, 9), "--database", "ERIC")
    screen(other, "bo", eric_X8="include")
    assert "sources/more.ris is in the other copy only" in run(review, "merge", other.folder)
    assert json.loads(run(review, "merge", other.folder, "--json"))["sources_not_here"] == ["more.ris"]


def test_merge_takes_the_scheme_that_the_coding_was_made_under(living):
    review = living()
    screen(review, "ann", x0="include")
    screen(review, "ann", "full_text", x0="include")
    other = copy_of(review, "other")
    run(other, "scheme", "rename", other.scheme.codes[1].id, "another_name")
    code(other, "bo", "scopus:X0", other.scheme.codes[0].id)
    other.keep_scheme()
    newest = other.keep_scheme().name
    assert f"schemes/{newest}" in run(review, "merge", other.folder)
    assert (review.folder / "schemes" / newest).read_bytes() == (
        other.folder / "schemes" / newest
    ).read_bytes()
    made = f"1 coding decision of version {other.scheme.version} of the coding scheme"
    assert f"{made}: coding_scheme.yaml is older" in run(review, "check", exit_code=1)
    (review.folder / "schemes" / newest).unlink()
    assert f"{made}: schemes/ does not hold it" in run(review, "check")


def test_a_report_is_not_called_edited_when_the_scheme_changed(living):
    review = living(PROTOCOL.replace("[title_abstract, full_text]", "[title_abstract]"))
    screen(review, "ann", x0="include", x1="include")
    first, second, third = (one.id for one in review.scheme.codes[:3])
    code(review, "ann", "scopus:X0", first)
    path = review.folder / "coding_scheme.yaml"
    former = path.read_bytes()
    run(review, "scheme", "rename", third, "another_name")
    code(review, "bo", "scopus:X1", second)
    # the scheme of before is put back, and the report counts what bo coded
    path.write_bytes(former)
    review.render(formats=["html"])
    run(review, "scheme", "rename", third, "yet_another_name")
    said = run(review, "check", exit_code=1)
    assert "decisions/coding/bo.jsonl" not in said
    assert "coding_scheme.yaml is not what it was when the report was made" in said
    # rendered as the earlier scheme sees it, it is what it says
    path.write_bytes(former)
    kept = next(each.name for each in review.kept_schemes() if each.path.read_bytes() == former)
    run(review, "scheme", "rename", third, "another_name")
    run(review, "render", "--scheme", kept)
    assert "All is well." in run(review, "check")


# --- sources --------------------------------------------------------------------------------------------


def test_decisions_on_records_without_a_source_count_for_nothing_and_can_be_taken_back(living):
    review = living(PROTOCOL.replace("[title_abstract, full_text]", "[title_abstract]"))
    add(review, "more.ris", entries(8, 9), "--database", "ERIC")
    screen(review, "ann", x0="include", eric_X8="include")
    log = review.folder / "sources" / "sources.jsonl"
    log.write_text(log.read_text().splitlines()[0] + "\n")
    (review.folder / "sources" / ".sources.last").unlink()
    review.render(formats=["html"])
    [fault] = review.check()
    assert "no source holds the record eric:X8" in fault and fault.endswith("Add its source: samsyn add")
    review.undo_screening("ann")
    review.render(formats=["html"])
    assert review.check() == []


def test_what_is_new_stays_new_until_it_is_decided(living):
    review = living()
    screen(review, "ann", x0="include", x1="exclude")
    add(review, "later.ris", entries(4, 5, 6, 7), "--database", "Scopus")
    new = {f"scopus:X{n}" for n in (5, 6, 7)}
    assert set(review.rank(new=True)["record_id"]) == new
    screen(review, "ann", x5="exclude")
    assert set(review.rank(new=True)["record_id"]) == new - {"scopus:X5"}
    add(review, "latest.ris", entries(8), "--database", "Scopus")
    screen(review, "bo", x8="include")
    assert set(review.rank(new=True)["record_id"]) == new - {"scopus:X5"}


def test_a_later_export_that_says_otherwise_is_named(living):
    review = living()
    changed = entries(0, 1, 2, 5, x1="Retracted: shared kitchens")
    said = add(review, "later.ris", changed, "--database", "Scopus")
    assert "later.ris: 1 entry differs from what was read before under the same id" in said
    same = add(review, "same.ris", entries(0, 6), "--database", "Scopus")
    assert "differ" not in same


def test_what_was_said_of_a_search_can_be_put_right(living):
    review = living()
    screen(review, "ann", x0="include")
    export = review.folder.parent / "a.ris"
    former = review.records["record_id"].tolist()
    assert "nothing was changed" in run(review, "add", export, "--database", "Scopus")
    said = run(
        review, "add", export, "--database", "Web of Science", "--date", "2026-01-02", "--query", "trust"
    )
    assert "said of its search from now on: database Web of Science, date 2026-01-02, query trust" in said
    [source] = review.sources[["database", "date", "query", "n_new"]].to_dict("records")
    assert source == {"database": "Web of Science", "date": "2026-01-02", "query": "trust", "n_new": 5}
    assert review.searches["query"].tolist() == ["trust"]
    # the records keep their ids, and with them what was decided
    assert review.records["record_id"].tolist() == former
    assert verdict_on(review, "scopus:X0") == "include"
    assert "nothing was changed" in run(review, "add", export)
    review.render(formats=["html"])
    assert "All is well." in run(review, "check")
