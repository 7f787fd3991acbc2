"""samsyn suggest with a team's own function, and samsyn code --next; on an invented review."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from coding_scheme import suggested_parts
from corpus import UsageError
from corpus.protocol import STAGES
from samsyn import Review, suggestion_desk
from samsyn.command_line import main
from samsyn.decision_tables import read_rows

ABSTRACT = "We met. Independent facilitation strengthened trust between the partners. It took years."
SENTENCE = "Independent facilitation strengthened trust between the partners."


def run(*words: object, exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == exit_code, done.output
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done.output


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "my-review"
    review = Review.new(folder)
    entries = [
        f"TY  - JOUR\nTI  - Partnership number {n}\nAB  - {ABSTRACT}\nDO  - 10.1000/x{n}\nER  - \n"
        for n in range(14)
    ]
    (tmp_path / "export.ris").write_text("\n".join(entries), encoding="utf-8")
    review.add(tmp_path / "export.ris")
    rows = [{"record_id": name, "verdict": "include"} for name in review.records["record_id"]]
    for stage in STAGES:
        review.screen([{**row, "stage": stage} for row in rows], person="ann")
    return folder


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A module of the team's, beside the review."""
    place = tmp_path / "modules"
    place.mkdir()
    (place / "our_invented_model.py").write_text(
        "import pandas as pd\n"
        "def ask(records, scheme):\n"
        "    first = {'record_id': records['record_id'].iloc[0], 'code_id': 'outcome_results'}\n"
        "    rows = [{**first, 'text': text, 'score': 0.5} for text in ('It took years.', 'It took days.')]\n"
        "    return pd.DataFrame(rows)\n"
    )
    monkeypatch.syspath_prepend(str(place))
    return "our_invented_model:ask"


def test_a_function_of_ones_own_is_asked_and_what_does_not_hold_is_listed(folder, model):
    said = json.loads(run("suggest", "--by", model, "--json", "--review", folder))
    assert said["by"] == {model: 1}
    assert said["mended"] == 1
    [refused] = said["refused"]
    assert refused["proposed_by"] == model
    assert "'It took days.' does not stand" in refused["why"]
    assert "It took days." in run("suggest", "--by", model, "--review", folder)


def test_rules_and_classifier_by_default_and_the_silent_codes_are_named(folder):
    said = run("suggest", "--review", folder)
    assert "The classifier is silent on 46 of 46 codes: " in said
    assert "0 of 10 examples" in said
    assert json.loads(run("suggest", "--json", "--review", folder))["by"].keys() == {"rule"}
    assert "silent" not in run("suggest", "--by", "rules", "--review", folder)


def test_the_rules_say_why_in_danish_where_that_is_asked_for(folder, tmp_path):
    run("suggest", "--possible", "--language", "da", "--csv", tmp_path / "da.csv", "--review", folder)
    reasons = pd.read_csv(tmp_path / "da.csv")["why"]
    assert len(reasons)
    assert reasons.str.match("»[^«]+« (står|siges|er) ").all()


def test_the_classifier_speaks_once_there_are_enough_decisions(folder):
    review = Review.open(folder)
    names = review.records["record_id"].tolist()
    rows = [
        {"record_id": name, "code_id": "facilitation_independent", "value": "present",
         "direction": "promotes", "field": "abstract", "quotation": SENTENCE}
        for name in names[:11]
    ]  # fmt: skip
    review.code(rows, person="ann", round_="blind")
    found = review.suggest(by=["classifier"])
    waiting = found[found["record_id"].isin(names[11:])]
    assert set(waiting["code_id"]) == {"facilitation_independent"}
    assert set(waiting["text"]) == {SENTENCE}
    both = review.suggest()
    named = both.loc[both["code_id"] == "facilitation_independent", "proposed_by"]
    assert named.str.fullmatch(r"rule; classifier [0-9a-f]{8}").all()


def test_a_module_in_the_review_folder_is_never_run(folder, monkeypatch):
    (folder / "invented_inside.py").write_text("raise SystemExit('was run')")
    monkeypatch.syspath_prepend(str(folder))
    said = run("suggest", "--by", "invented_inside:ask", "--review", folder, exit_code=2)
    assert "lies in the review folder" in said


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("rule", "Known: rules, classifier, or MODULE:FUNCTION"),
        ("no_such_module_here:ask", "There is no module 'no_such_module_here'"),
        ("json:no_such_function", "has no function 'no_such_function'"),
        ("json.nothing:ask", "cannot be imported"),
    ],
)
def test_an_origin_that_is_not_there_is_named_with_what_to_do(folder, name, why):
    assert why in run("suggest", "--by", name, "--review", folder, exit_code=2)


def test_unknown_origins_in_a_notebook(folder):
    with pytest.raises(UsageError, match="Known: rules, classifier"):
        Review.open(folder).suggest(by=["model"])


def test_what_to_code_next_begins_with_the_blind_sample_which_suggestions_leave_out(folder, tmp_path):
    said = json.loads(run("code", "--next", "--as", "ann", "--json", "--review", folder))
    blind = [row["record_id"] for row in said["next"] if row["hidden"]]
    assert said["kinds"]["blind"] == len(blind) == 10
    suggestions = Review.open(folder).suggest(person="ann")
    assert not set(suggestions["record_id"]) & set(blind)
    assert "10 records left out" in run("suggest", "--as", "ann", "--review", folder)
    table = tmp_path / "next.csv"
    run("code", "--next", "--as", "ann", "--language", "da", "--csv", table, "--review", folder)
    assert read_rows(table)[0]["reason"].startswith("pålidelighedsprøve")


def test_next_and_decisions_are_two_calls(folder):
    assert "--next" in run("code", "--as", "ann", "--review", folder, exit_code=2)
    assert "--next" in run("code", "some.csv", "--next", "--as", "ann", "--review", folder, exit_code=2)


def test_an_empty_review_has_nothing_waiting(tmp_path):
    Review.new(tmp_path / "empty")
    assert "Nothing waits." in run("code", "--next", "--as", "ann", "--review", tmp_path / "empty")
    assert isinstance(Review.open(tmp_path / "empty").suggest(), pd.DataFrame)


def test_the_languages_read_are_named_and_those_that_are_not(folder):
    records = "".join(
        f"TY  - JOUR\nTI  - {title}\nAB  - {abstract}\nER  - \n"
        for title, abstract in (
            (
                "La confianza",
                "La confianza se construye entre los socios y las personas del barrio.",
            ),
            ("Trust", "Trust grew between the partners in the network, and it was of use to all of them."),
        )
    )
    (folder.parent / "two.ris").write_text(records, encoding="utf-8")
    Review.open(folder).add(folder.parent / "two.ris")
    told = run("suggest", "--all", "--review", folder)
    assert "Read with lemmas: en, da." in told
    assert "Not read, no indicators in the language: 1 record in es." in told
    figures = json.loads(run("suggest", "--all", "--json", "--review", folder))
    assert [(row["language"], row["lemmas"]) for row in figures["languages"]] == [("en", True), ("da", True)]
    assert figures["unread_languages"] == [{"language": "es", "n_records": 1}]


def test_possible_suggestions_are_counted_and_listed_only_when_asked_for(tmp_path):
    review = Review.new(tmp_path / "my-review")
    (tmp_path / "export.ris").write_text(
        "TY  - JOUR\nTI  - Mutual trust in partnerships\n"
        "AB  - The partners met. Independent facilitation strengthened mutual trust.\nER  - \n",
        encoding="utf-8",
    )
    review.add(tmp_path / "export.ris")
    listed = {}
    for name, options in (("strong", ()), ("all", ("--possible",))):
        table = tmp_path / f"{name}.csv"
        said = run("suggest", "--all", *options, "--csv", table, "--review", review.folder)
        listed[name] = pd.DataFrame(read_rows(table))
        assert ("1 suggestion more, only possible" in said) == (name == "strong")
    assert listed["strong"]["code_id"].tolist() == ["facilitation_independent"]
    assert dict(listed["all"][["code_id", "standing"]].to_numpy()) == {
        "facilitation_independent": "strong",
        "network_trust_partners": "possible",
    }
    counts = json.loads(run("suggest", "--all", "--json", "--review", review.folder))
    assert (counts["suggestions"], counts["strong"], counts["possible"]) == (1, 1, 1)


def test_what_was_read_for_all_serves_one_who_must_not_see_some_of_it(folder, monkeypatch):
    monkeypatch.setattr(suggestion_desk, "_KEPT_FROM", 1)
    every = Review.open(folder).proposals(by=["rules"]).suggestions
    hidden = every["record_id"].iloc[0]

    def no(part, scheme):
        raise AssertionError("records were read again")

    monkeypatch.setattr(suggested_parts, "suggest", no)
    monkeypatch.setattr(Review, "_unread_sample", lambda self, person: [hidden])
    found = Review.open(folder).proposals(by=["rules"], person="bo")
    assert found.n_hidden == 1
    shown = every[every["record_id"] != hidden].reset_index(drop=True)
    assert len(shown) < len(every)
    pd.testing.assert_frame_equal(found.suggestions, shown)
