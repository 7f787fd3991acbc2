# ruff: noqa: E501 (what is planted stands as it stands in the files)
"""`samsyn check` holds the report against the decisions it was made from."""

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from samsyn import Review
from samsyn.command_line import main


@pytest.fixture(scope="module")
def rendered(example_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented example with its report."""
    folder = tmp_path_factory.mktemp("rendered") / "review"
    shutil.copytree(example_folder, folder)
    Review.open(folder).render()
    return folder


@pytest.fixture
def review(rendered: Path, tmp_path: Path) -> Path:
    shutil.copytree(rendered, tmp_path / "review")
    return tmp_path / "review"


def without_line(kind: str, person: str, number: int) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        path = folder / "decisions" / kind / f"{person}.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        del lines[number - 1]
        path.write_bytes(b"".join(lines))

    return plant


def changed(file: str, old: str, new: str) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        data = (folder / file).read_bytes()
        assert old.encode() in data
        (folder / file).write_bytes(data.replace(old.encode(), new.encode(), 1))

    return plant


# each lot in one folder, since what one hides of another would show as one left unsaid
PLANTED: list[dict[str, tuple[Callable[[Path], None], str]]] = [
    {
        "a removed screening decision": (
            without_line("screening", "screener-1", 1), "The flow says included reports 28; the decisions give 27."),
        "a removed coding decision": (
            without_line("coding", "coder-1", 1),
            "No decision of coder-1 that stands holds the segment scopus-2-s2-0-10555000001--equality_power"),
        "a removed judgement": (
            without_line("judgements", "coder-1", 4),
            "The judgement D1 of wos:000555000000025 rests on no line of decisions/judgements."),
        "a removed word on a pair": (
            without_line("duplicates", "screener-1", 1),
            "The methods say 2 (journal.duplicate_pairs); the journals give 1."),
    },
    {
        "a turned screening decision": (
            changed("decisions/screening/screener-1.jsonl", '"verdict": "include"', '"verdict": "exclude"'),
            "is in the report, but not included by the decisions"),
        "a coded direction turned": (
            changed("decisions/coding/coder-2.jsonl", '"direction": "promotes"', '"direction": "hinders"'),
            "is said to be “promotes”; coder-2 decided “hinders”."),
        "another country of a study": (
            changed("decisions/coding/coder-1.jsonl", '"value": "SE"', '"value": "NO"'),
            "country is “SE” in the report, “NO” in the decisions."),
        "another explanation": (
            changed("decisions/judgements/adjudicator.jsonl", "small concern", "big concern"),
            "The confidence of RF2 is explained by"),
        "another ground of a review finding": (
            changed("synthesis.yaml", "codes: [measurement_burden]", "codes: [time_short_funding]"),
            "synthesis.yaml says that RF2 rests on something else than the report does."),
    },
    {
        "a removed adjudication": (
            without_line("screening", "adjudicator", 1),
            "The flow says undecided screening 0; the decisions give 1."),
        "a changed sha256 in the log of sources": (
            changed("sources/sources.jsonl", '"sha256": "09c5', '"sha256": "19c5'), "sources.jsonl says sha256 19c5"),
    },
    {
        "other words of the author": (
            changed("synthesis.yaml", "Money for two years", "Cash for two years"),
            "have changed since the report was made. Make it anew: samsyn render"),
    },
]  # fmt: skip


@pytest.mark.parametrize("lot", range(len(PLANTED)))
def test_what_the_decisions_do_not_say_is_caught(review: Path, lot: int) -> None:
    for plant, _ in PLANTED[lot].values():
        plant(review)
    faults = Review.open(review).check()
    uncaught = [name for name, (_, said) in PLANTED[lot].items() if not any(said in one for one in faults)]
    assert uncaught == [], faults


def test_an_untouched_review_is_well_and_the_danish_one_too(review: Path) -> None:
    assert Review.open(review).check() == []
    Review.open(review).render(language="da")
    assert Review.open(review).check() == []


def test_what_was_taken_back_leaves_a_review_well_once_it_is_rendered_anew(review: Path) -> None:
    said = Review.open(review)
    said.undo_coding("coder-1")
    said.undo_duplicates("screener-1")
    [judged] = said.judgements().head(1)[["about", "item"]].to_dict("records")
    for person in ("coder-1", "coder-2", "adjudicator"):
        said.judge([judged | {"value": "withdrawn"}], person=person)
    excluded = (
        said.verdicts().query("stage == 'title_abstract' and verdict == 'exclude'")["record_id"].iloc[0]
    )
    said.screen([{"record_id": excluded, "verdict": "unsure"}], person="screener-1")
    said.undo_screening("screener-1")
    said.render()
    assert Review.open(review).check() == []


def test_a_study_whose_main_report_is_excluded_is_known_by_the_next(tmp_path: Path) -> None:
    review = Review.new(tmp_path / "review", scheme="blank")
    (tmp_path / "a.csv").write_text(
        'title,abstract,authors\nTrust in towns,Trust grew.,"Alder, J"\nThe whole study,All of it.,"Cole, K"\n'
    )
    review.add(tmp_path / "a.csv")
    part, whole = review.records["record_id"]
    for stage in review.protocol.stages:
        verdicts = {part: "include", whole: "exclude" if stage == "full_text" else "include"}
        rows = [{"record_id": name, "verdict": verdict, "stage": stage} for name, verdict in verdicts.items()]
        review.screen(rows, person="ann")
    review.describe([{"record_id": part, "descriptor": "part_of_study", "value": whole}], person="ann")
    asked = review.to_judge("appraisal")
    assert set(asked["about"]) == {part}
    review.judge(asked.assign(value="yes"), person="ann")
    review.render()
    assert review.check() == []


def test_a_map_by_another_descriptor_is_well(review: Path) -> None:
    Review.open(review).render(map_by="country", references="vancouver")
    assert Review.open(review).check() == []


def test_faults_are_told_with_what_next_and_as_json(review: Path) -> None:
    changed("output/matrix.csv", "▲", "▼")(review)
    told = CliRunner().invoke(main, ["check", "--review", str(review)])
    assert told.exit_code == 1
    assert "samsyn render" in told.output
    listed = CliRunner().invoke(main, ["check", "--json", "--review", str(review)])
    faults = json.loads(listed.stdout)["faults"]
    assert any(fault.startswith("The matrix, ") for fault in faults)


def test_a_report_of_an_earlier_scheme_is_held_against_that_scheme(review: Path) -> None:
    scheme = review / "coding_scheme.yaml"
    text = scheme.read_text(encoding="utf-8")
    version = str(Review.open(review).scheme.version)
    changed, n_changed = re.subn(r"(?m)^( *version: ).*$", r'\1"9.0"', text, count=1)
    assert n_changed == 1
    scheme.write_text(changed, encoding="utf-8")
    faults = Review.open(review).check()
    assert not any("have changed since the report was made" in fault for fault in faults), faults
    [note] = Review.open(review).check_notes()
    assert note.startswith(f"The report was made under version {version} of the coding scheme")
    assert note.endswith("is another since, version 9.0")


def test_totals_of_an_updated_review_are_counted_anew(review: Path) -> None:
    protocol = review / "protocol.yaml"
    earlier = "previous_review: {reference: An invented earlier review, studies: 12, reports: 15}\n"
    protocol.write_text(protocol.read_text(encoding="utf-8") + earlier, encoding="utf-8")
    Review.open(review).render()
    assert Review.open(review).check() == []
    changed("output/report.html", "(n\xa0=\xa043)", "(n\xa0=\xa044)")(review)
    assert any("The box total_studies shows [38, 44]" in fault for fault in Review.open(review).check())


def test_a_changed_decision_is_named_with_file_and_line_in_the_chain_and_since_the_report(
    review: Path,
) -> None:
    changed("decisions/screening/screener-1.jsonl", '"note": ""', '"note": "x"')(review)
    faults = Review.open(review).check()
    assert any(
        fault.startswith("decisions/screening/screener-1.jsonl line 2: line 1 was changed")
        for fault in faults
    )
    assert any("screener-1.jsonl is not what it was when the report was made" in fault for fault in faults), (
        faults
    )


def test_an_edit_that_no_table_shows_is_found_since_the_report_is_made_anew(review: Path) -> None:
    crate = review / "output" / "ro-crate-metadata.json"
    crate.write_bytes(crate.read_bytes() + b" ")
    [fault] = Review.open(review).check()
    assert fault.startswith("output/ro-crate-metadata.json is not what the review gives")


def test_a_damaged_workbook_is_said_in_words(review: Path) -> None:
    path = review / "output" / "tables.xlsx"
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data.replace(b"</row>", b"</rox>", 1) if "sheet2" in name else data)
    assert any("tables.xlsx" in fault or "cannot be read" in fault for fault in Review.open(review).check())


def test_a_copy_that_was_edited_apart_is_merged_by_the_command(review: Path, tmp_path: Path) -> None:
    other = shutil.copytree(review, tmp_path / "other")
    record = str(Review.open(other).records["record_id"].iloc[0])
    Review.open(other).screen([{"record_id": record, "verdict": "include"}], person="bo")
    told = CliRunner().invoke(main, ["merge", str(other), "--review", str(review)])
    assert told.output == "decisions/screening/bo.jsonl: 1 line taken in.\n", told.output
    again = CliRunner().invoke(main, ["merge", str(other), "--review", str(review)])
    assert again.output == "The other copy has no decision that is not here.\n"
