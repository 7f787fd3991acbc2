"""A coding scheme changes while people code: earlier decisions follow or wait, and none is lost."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from coding_scheme import read_coding_scheme
from samsyn import Review
from samsyn.command_line import main

DATA = Path(__file__).parents[1] / "data"
SCHEME = (DATA / "hand_hygiene.yaml").read_text(encoding="utf-8")
QUOTATIONS = {
    "dispensers": ("promotes", "Dispensers at each bed increased hand hygiene."),
    "gloves": ("promotes", "Dispensers at each bed"),
    "workload": ("hinders", "A high workload reduced it."),
    "role_models": ("promotes", "Leaders as role models improved compliance among nurses."),
}


def run(*words: object, exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == exit_code, done.output
    return done.output


@pytest.fixture
def review(tmp_path) -> Review:
    """Hand hygiene: two records, the English one coded by two people under version 1.0."""
    review = Review.new(tmp_path / "hygiene")
    (review.folder / "coding_scheme.yaml").write_text(SCHEME, encoding="utf-8")
    protocol = review.folder / "protocol.yaml"
    protocol.write_text(
        protocol.read_text(encoding="utf-8").replace("[title_abstract, full_text]", "[title_abstract]"),
        encoding="utf-8",
    )
    review.add(DATA / "hand_hygiene.ris")
    rows = [{"record_id": name, "verdict": "include"} for name in review.records["record_id"]]
    for person in ("ann", "bo"):
        review.screen(rows, person=person)
        review.code([coded(review, code) for code in QUOTATIONS], person=person, round_="blind")
    return review


def coded(review: Review, code: str, *, as_code: str = "", direction: str = "") -> dict[str, str]:
    """A row that codes the English record with the words of a code."""
    records = review.records
    english = records.loc[records["title"].str.startswith("Dispensers"), "record_id"].iloc[0]
    usual, quotation = QUOTATIONS[code]
    return {"record_id": english, "code_id": as_code or code, "value": "present", "field": "abstract",
            "direction": direction or usual, "quotation": quotation}  # fmt: skip


def rewrite(review: Review, *changes: tuple[str, str]) -> None:
    path = review.folder / "coding_scheme.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def journals(review: Review) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(review.folder.glob("decisions/coding/*.jsonl"))}


def output(review: Review) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((review.folder / "output").iterdir())}


def meaning_changed_one_split_one_merged(review: Review) -> None:
    """Version 2.0: workload means more, role models are split, dispensers and gloves merged."""
    where = review.folder
    run("scheme", "merge", "dispensers", "gloves", "--into", "at_hand", "--version", "2.0", "--review", where)
    run("scheme", "split", "role_models", "--into", "leaders", "--into", "colleagues", "--version", "2.0",
        "--review", where)  # fmt: skip
    rewrite(
        review,
        ("How busy the staff are.", "How busy staff are and how ill."),
        ("- version: '2.0'\n", "- version: '2.0'\n  meaning: [workload]\n"),
    )


def test_one_meaning_changed_one_split_one_merged_and_nothing_is_lost(review):
    before, journal = review.coded(), journals(review)
    meaning_changed_one_split_one_merged(review)
    assert review.scheme.version == "2.0"
    assert journals(review) == journal
    # the merged codes' segments are under the new code; workload still counts; the split code waits
    after = review.coded()
    assert sorted(after["code_id"]) == ["at_hand", "at_hand", "workload"]
    assert set(after["text"]) == set(before["text"]) - {QUOTATIONS["role_models"][1]}
    stale = review.stale_decisions()
    assert stale[["code_id", "person", "now"]].values.tolist() == [
        ["role_models", "ann", "leaders; colleagues"],
        ["role_models", "bo", "leaders; colleagues"],
        ["workload", "ann", "workload"],
        ["workload", "bo", "workload"],
    ]
    faults = review.check()
    assert [fault.split(":")[0] for fault in faults] == ["stale", "stale"]
    assert "2 decisions of ann, bo on role_models (split in version 2.0)" in faults[0]
    assert "on workload (its meaning changed in version 2.0)" in faults[1]
    told = run("scheme", "diff", "1.0", "--review", review.folder)
    assert "4 decisions of this review wait for a person" in told


def test_coding_again_ends_the_waiting_and_an_adjudication_ends_it_for_all(review):
    meaning_changed_one_split_one_merged(review)
    review.code([coded(review, "workload"), coded(review, "role_models", as_code="leaders")], person="ann")
    assert set(review.stale_decisions()["person"]) == {"bo"}
    again = [
        coded(review, "workload") | {"reason": "definition unclear"},
        coded(review, "role_models", as_code="leaders") | {"reason": "overlooked"},
    ]
    review.code(again, person="cai", round_="adjudication")
    assert review.stale_decisions().empty
    assert review.check() == []
    assert sorted(review.coded()["code_id"]) == ["at_hand", "at_hand", "leaders", "workload"]


def test_the_report_of_the_old_scheme_is_the_same_to_the_byte_after_the_change(review):
    review.render()
    old = output(review)
    meaning_changed_one_split_one_merged(review)
    review.code([coded(review, "workload"), coded(review, "role_models", as_code="leaders")], person="ann")
    run("render", "--review", review.folder)
    assert output(review)["report.html"] != old["report.html"]
    run("render", "--scheme", "1.0", "--review", review.folder)
    assert output(review) == old


def test_second_readings_follow_merged_codes_so_that_agreement_with_oneself_stands(review):
    again = [coded(review, code) | {"reading": "2"} for code in QUOTATIONS]
    review.code(again, person="ann", round_="blind")

    def with_herself():
        return review.coding_agreement().intra.set_index("person").loc["ann", "percent"]

    assert with_herself() == 1
    run("scheme", "merge", "dispensers", "gloves", "--into", "at_hand", "--review", review.folder)
    assert with_herself() == 1


def test_a_code_that_codes_were_merged_into_may_be_renamed_in_the_same_version(review):
    where = review.folder
    run("scheme", "merge", "dispensers", "gloves", "--into", "at_hand", "--version", "2.0", "--review", where)
    run("scheme", "rename", "at_hand", "nearby", "--version", "2.0", "--review", where)
    assert set(review.coded()["code_id"]) == {"nearby", "role_models", "workload"}
    assert review.check() == []


def test_facets_of_a_split_code_hold_for_its_parts(review):
    own = SCHEME[SCHEME.index("- {id: shown") :].splitlines()[0]
    for codes in ("[gloves, role_models]", "\n  - gloves\n  - role_models"):
        text = SCHEME.replace(own, f"- id: who\n  applies_to: {codes}\n  values: [{{id: nurses}}]")
        (review.folder / "coding_scheme.yaml").write_text(text, encoding="utf-8")
        run(
            "scheme",
            "split",
            "role_models",
            "--into",
            "leaders",
            "--into",
            "peers",
            "--review",
            review.folder,
        )
        [who] = [facet for facet in review.scheme.facets if facet.id == "who"]
        assert who.applies_to == ("gloves", "role_models", "leaders", "peers")


def test_what_was_judged_of_a_finding_follows_its_renamed_code(review):
    (review.folder / "synthesis.yaml").write_text(
        "findings:\n- {id: RF1, en: They help., codes: [dispensers], direction: promotes}\n", encoding="utf-8"
    )
    rows = review.to_judge("credibility")
    judged = rows[rows["about"].str.startswith("dispensers--")].assign(value="unequivocal")
    review.judge(judged, person="ann")
    told = run("scheme", "rename", "dispensers", "alcohol_rub", "--review", review.folder)
    assert "synthesis.yaml still names dispensers" in told
    author = review.folder / "synthesis.yaml"
    author.write_text(
        author.read_text(encoding="utf-8").replace("dispensers", "alcohol_rub"), encoding="utf-8"
    )
    now = [about.replace("dispensers", "alcohol_rub") for about in judged["about"]]
    assert review.judgements()["about"].tolist() == now
    review.render(formats=["csv"])
    assert review.check() == []


def test_questions_may_stand_without_quotation_marks_in_a_scheme_that_is_changed(review):
    rewrite(review, ("{en: How busy the staff are.,", "{en: How busy are they?,"))
    run("scheme", "rename", "dispensers", "alcohol_rub", "--review", review.folder)
    assert review.scheme.code("workload").definition.en == "How busy are they?"
    assert "alcohol_rub" in set(review.coded()["code_id"])


def test_a_renamed_code_keeps_its_decisions_and_its_comment(review):
    before = review.coded()
    run("scheme", "rename", "dispensers", "alcohol_rub", "--review", review.folder)
    text = (review.folder / "coding_scheme.yaml").read_text(encoding="utf-8")
    assert "- id: alcohol_rub  # the most frequent one" in text
    assert text.count("#") == SCHEME.count("#")
    after = review.coded()
    assert sorted(after["code_id"]) == ["alcohol_rub", "gloves", "role_models", "workload"]
    assert set(after["text"]) == set(before["text"])
    assert review.stale_decisions().empty
    assert review.check() == []


def test_merged_codes_of_different_directions_are_mixed_until_a_person_looks(review):
    english = coded(review, "gloves", direction="hinders")
    review.code([english], person="ann")
    run("scheme", "merge", "dispensers", "gloves", "--into", "dispensers", "--review", review.folder)
    decisions = review.coding_decisions()
    own = decisions[(decisions["person"] == "ann") & (decisions["round"] == "assisted")]
    assert own["direction"].tolist() == ["hinders"]
    # both were said in the blind round by bo, in the same direction
    assert review.stale_decisions().empty
    review.code([coded(review, "gloves", direction="hinders", as_code="workload")], person="ann")
    run("scheme", "merge", "dispensers", "workload", "--into", "dispensers", "--review", review.folder)
    stale = review.stale_decisions()
    assert set(stale["why"]) == {"the codes that were merged had different directions"}
    decisions = review.coding_decisions()
    mixed = decisions[(decisions["person"] == "bo") & (decisions["code_id"] == "dispensers")]
    assert set(mixed["direction"]) == {"mixed"}
    assert len(mixed) == 3
    review.render()
    assert not [fault for fault in review.check() if "decided" in fault]


def test_a_meaning_that_changed_without_a_new_first_number_is_a_fault_that_says_so(review):
    rewrite(
        review, ("How busy the staff are.", "How ill the staff are."), ("version: '1.0'", "version: '1.1'")
    )
    told = run("scheme", "diff", "--review", review.folder, exit_code=1)
    assert "The meaning of workload changed (definition) from version 1.0 to 1.1: make it version 2.0" in told
    assert any("make it version 2.0" in fault for fault in review.check())
    with (review.folder / "coding_scheme.yaml").open("a", encoding="utf-8") as file:
        file.write("changelog:\n- {version: '1.1', reworded: [workload]}\n")
    assert review.check() == []
    changes = review.scheme_diff()
    assert changes[["code_id", "change", "stale"]].values.tolist() == [["workload", "words", False]]


def test_labels_indicators_and_white_space_make_nothing_stale(review):
    rewrite(
        review,
        ("label: {en: Workload, da: Travlhed}", "label: {en: Work load, da: Travlhed}"),
        ("en: [workload, understaff*, busy]", "en: [workload*, understaff*, rushed]"),
        ("How busy the staff are.", "How busy the  staff are"),
        ("{en: What leaders and colleagues do themselves.}",
         "{en: What leaders and colleagues do themselves., da: Hvad ledere og kolleger selv gør.}"),
    )  # fmt: skip
    changes = review.scheme_diff()
    assert changes[["code_id", "change", "stale"]].values.tolist() == [
        ["workload", "words", False], ["workload", "label", False], ["workload", "indicators", False],
        ["role_models", "words", False],
    ]  # fmt: skip
    assert review.check() == []


def test_a_code_that_vanished_without_a_word_is_told_and_its_decisions_wait(review):
    start = SCHEME.index("  - {id: gloves")
    rewrite(review, (SCHEME[start : SCHEME.index("\n", start) + 1], ""))
    faults = " ".join(review.check())
    assert "The code gloves was removed from version 1.0 to 1.0: make it version 2.0" in faults
    assert "whose changelog does not say what became of it" in faults
    review.render()
    assert "gloves" not in set(review.coded()["code_id"])


def test_stale_decisions_are_written_to_be_decided_anew(review, tmp_path):
    meaning_changed_one_split_one_merged(review)
    run("scheme", "stale", "--csv", tmp_path / "again.csv", "--review", review.folder)
    lines = (tmp_path / "again.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5
    # rows without a value are skipped
    said = run("code", tmp_path / "again.csv", "--as", "ann", "--review", review.folder)
    assert "0 decisions of ann saved" in said
    told = json.loads(run("scheme", "stale", "--json", "--review", review.folder))
    assert told["stale_decisions"] == 4


def test_versions_are_listed_and_an_unknown_one_is_refused_with_those_known(review):
    run("scheme", "rename", "gloves", "glove_use", "--review", review.folder)
    told = json.loads(run("scheme", "versions", "--json", "--review", review.folder))["versions"]
    assert [(row["version"], row["present"]) for row in told] == [("1.0", False), ("1.1", True)]
    refused = run("render", "--scheme", "0.7", "--review", review.folder, exit_code=2)
    assert "No scheme of version 0.7 was kept. Known: 1.0-" in refused


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("rename", "soap", "x"),
            "There is no code 'soap'. Known: dispensers, gloves, role_models, workload.",
        ),
        (("rename", "gloves", "workload"), "The id 'workload' is taken."),
        (("rename", "gloves", "Glove use"), "'Glove use' is no id."),
        (("rename", "gloves", "no"), "'no' is no word to YAML. Choose another"),
        (("merge", "gloves", "--into", "gloves"), "A merger needs two codes."),
        (("split", "gloves", "--into", "a"), "A split needs two or more codes"),
        (("rename", "gloves", "g", "--version", "0.9"), "0.9 is earlier than the scheme's version, 1.0."),
    ],
)
def test_a_change_that_cannot_be_made_changes_nothing(review, words, told):
    assert told in run("scheme", *words, "--review", review.folder, exit_code=2)
    assert (review.folder / "coding_scheme.yaml").read_text(encoding="utf-8") == SCHEME


def test_codes_written_on_one_line_are_split_by_hand(review):
    start = SCHEME.index("  - {id: gloves")
    flow = SCHEME[start : SCHEME.index("\n", start)].strip("- ")
    rewrite(review, ("definition: {en: What people do and have time for., da: Hvad folk gør og har tid til.}",
                     "definition: {en: What people do.}"),
            ("- id: people", "- id: hands\n  label: {en: H}\n  definition: {en: H}\n  codes: ["
             + flow.replace("gloves", "rings") + "]\n- id: people"))  # fmt: skip
    told = run(
        "scheme", "split", "rings", "--into", "a", "--into", "b", "--review", review.folder, exit_code=2
    )
    assert "By hand: copy the code rings once for each of a, b" in told


@pytest.mark.parametrize("command", ["diff", "stale", "versions", "rename", "merge", "split"])
def test_every_part_of_the_command_has_help_with_an_example(command):
    assert f"Example: samsyn scheme {command}" in run("scheme", command, "--help")


def test_a_scheme_of_another_topic_runs_from_suggestion_to_report(review):
    """Nothing about partnerships is in the code."""
    suggestions = review.suggest()
    assert set(suggestions["code_id"]) == {"dispensers", "workload", "role_models"}
    danish = suggestions[suggestions["text"].str.contains("øgede")].iloc[0]
    assert (danish["code_id"], danish["direction"]) == ("dispensers", "promotes")
    texts = review.records.set_index("record_id")["abstract"]
    assert texts[danish["record_id"]][danish["start"] : danish["end"]] == danish["text"]
    assert set(review.agreement()["stage"]) >= {"title_abstract", "coding"}
    report = next(path for path in review.render(language="da") if path.name == "report.html")
    assert "Travlhed" in report.read_text(encoding="utf-8")
    assert review.check() == []


def test_the_scheme_of_another_topic_holds_what_it_says():
    scheme = read_coding_scheme(DATA / "hand_hygiene.yaml")
    assert scheme.code("dispensers").near_miss.en == "Dispensers of medicine."
    assert [facet.id for facet in scheme.facets_of("role_models")] == ["shown"]
    assert scheme.facets_of("gloves") == ()


def test_stale_decisions_are_counted_and_not_learned_from(review):
    assert review.classifier().n_left_out == 0
    meaning_changed_one_split_one_merged(review)
    status = json.loads(run("status", "--json", "--review", review.folder))
    assert status["stale_coding_decisions"] == 4
    # the split codes have no decision of their own; two people decided on workload before it meant this
    assert review.classifier().n_left_out == 2
    told = json.loads(run("suggest", "--json", "--review", review.folder))
    assert told["stale_decisions_not_learned_from"] == 2
    counts = review.classifier().codes.set_index("code_id")
    # silence in a reading made before says nothing of codes that were not there or meant something else
    assert counts.loc[["workload", "leaders", "colleagues"], ["n_present", "n_absent"]].to_numpy().sum() == 0
    assert counts.loc["at_hand", "n_present"] == 1
    # what bo says of the new meaning is not known until bo has decided, too
    for person, n_present in (("ann", 0), ("bo", 1)):
        review.code([coded(review, "workload")], person=person)
        assert review.classifier().codes.set_index("code_id").loc["workload", "n_present"] == n_present


def test_a_report_under_the_old_scheme_leaves_out_what_only_the_new_one_has(review):
    meaning_changed_one_split_one_merged(review)
    (review.folder / "synthesis.yaml").write_text(
        "themes:\n- {id: people, en: People matter.}\n"
        "findings:\n- {id: RF1, en: Leaders matter., codes: [leaders]}\n"
        "- {id: RF2, en: Time matters., codes: [workload]}\n",
        encoding="utf-8",
    )
    told = run("render", "--scheme", "1.0", "--review", review.folder)
    assert "Left out: the review finding RF1, which rests on leaders, which version 1.0 of the scheme" in told
    page = (review.folder / "output" / "report.html").read_text(encoding="utf-8")
    assert "Time matters." in page
    assert "People matter." in page
    assert "Leaders matter." not in page
    assert "Left out" not in run("render", "--review", review.folder)
    assert "Leaders matter." in (review.folder / "output" / "report.html").read_text(encoding="utf-8")


def test_what_neither_scheme_has_is_still_a_fault(review):
    meaning_changed_one_split_one_merged(review)
    (review.folder / "synthesis.yaml").write_text(
        "themes:\n- {id: peoples, en: People matter.}\n", encoding="utf-8"
    )
    told = run("render", "--scheme", "1.0", "--review", review.folder, exit_code=1)
    assert "there is no theme 'peoples'" in told
