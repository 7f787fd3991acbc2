"""Two screeners from plan to flow diagram, and their decisions out to other tools and back.

No person screened these records: a deterministic rule stands in for each of the two, and differs where they
would. On records made up here, and on 300 real ones where this machine has them.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from corpus import UsageError, latest_decisions, read_records, write_records
from samsyn import Review
from samsyn.command_line import main
from samsyn.decision_tables import read_rows, write_rows

PLAN = """
people: [{id: anna, name: Anna B}, {id: bo}, {id: cy}]
screening: {plan: overlap, overlap: 20, full_text: all_twice, screeners: [anna, bo]}
"""
SUBJECTS = ["Trust", "Talk", "Power", "Time", "Money", "Housing", "Water", "Forests", "Steel", "Bridges"]
PLACES = ["harbours", "partnerships", "councils", "villages", "schools", "clinics", "rivers"]


def invented_records(n: int) -> pd.DataFrame:
    """Records that exist nowhere else; every ninth has no abstract."""
    rows = []
    for i in range(n):
        subject, place = SUBJECTS[i % 10], PLACES[i % 7]
        word = ["citizens take part", "local governance", "prices rise", "they cooperate"][i % 4]
        rows.append(
            {
                "record_id": f"invented:{i}",
                "title": f"{subject} in {place}, case {i}",
                "abstract": "" if i % 9 == 8 else f"Where {word} in {place}, {subject.casefold()} follows.",
                "authors": f"Alder{i % 31}, J.",
                "year": 2000 + i % 24,
                "doi": f"10.5555/samsyn.{i}" if i % 3 else "",
            }
        )
    return pd.DataFrame(rows)


def real_records(shared_data: Path, n: int) -> pd.DataFrame:
    """``n`` of the records of the topic libraries, drawn by a fixed seed."""
    files = sorted((shared_data / "topic").iterdir())
    every = pd.concat([read_records(path).records for path in files], ignore_index=True)
    every = every[~every["title"].str.casefold().duplicated() & (every["title"] != "")]
    chosen = np.random.default_rng(20230906).choice(len(every), n, replace=False)
    return every.iloc[sorted(chosen)].reset_index(drop=True)


def anna_says(title: str, abstract: str) -> tuple[str, str, str]:
    """(verdict, criterion, note)"""
    text = f"{title} {abstract}".casefold()
    if not abstract:
        return ("unsure", "", "no abstract; see the report") if len(title) % 3 == 0 else ("include", "", "")
    if "citizen" in text or "communit" in text or "governance" in text:
        return "include", "", ""
    return ("exclude", "E05_not_partnership", "") if len(text) % 2 else ("exclude", "", "off topic")


def bo_says(title: str, abstract: str) -> tuple[str, str, str]:
    """As anna, but stricter on governance, in every fourth record."""
    verdict, criterion, note = anna_says(title, abstract)
    if "governance" in f"{title} {abstract}".casefold() and len(title) % 4 == 0:
        return "exclude", "E07_two_party", "between two only"
    return (
        ("exclude", "E04_type", "") if verdict == "unsure" and len(title) % 2 else (verdict, criterion, note)
    )


RULES = {"anna": anna_says, "bo": bo_says}


def started(folder: Path, records: pd.DataFrame, plan: str = PLAN) -> Review:
    review = Review.new(folder / "review")
    protocol = review.folder / "protocol.yaml"
    text = protocol.read_text(encoding="utf-8")
    protocol.write_text(re.sub("\npeople: .*\n", lambda _: plan, text), encoding="utf-8")
    write_records(records, folder / "records.csv")
    review.add(folder / "records.csv")
    return review


def screened_by(review: Review, person: str, stage: str = "title_abstract") -> int:
    """One person works through their queue, as the ranking gives it, in the table the command writes."""
    rows = []
    for row in review.rank(person=person, stage=stage).to_dict("records"):
        verdict, criterion, note = RULES[person](row["title"], row["abstract"])
        if stage == "full_text":
            # reports are judged by their year
            verdict, criterion = ("include", "") if row["year"] % 3 else ("exclude", "E03_period")
            verdict, criterion = ("exclude", "") if row["year"] % 15 == 0 else (verdict, criterion)
            verdict = "include" if person == "bo" and row["year"] % 7 == 0 else verdict
            criterion, note = ("" if verdict == "include" else criterion), ""
        rows.append(
            {"record_id": row["record_id"], "verdict": verdict, "criterion": criterion, "note": note,
             "stage": stage, "decided_at": f"2026-09-0{1 + len(rows) % 9}T10:00:00Z"}
        )  # fmt: skip
    return review.screen(rows, person=person) if rows else 0


def settled(review: Review) -> int:
    rows = review.conflicts().to_dict("records")
    for row in rows:
        row["verdict"] = "include" if len(row["title"]) % 2 else "exclude"
    return review.screen(rows, person="cy", adjudicates=True)


@pytest.fixture(scope="module", params=["invented", "real"])
def records(request) -> pd.DataFrame:
    if request.param == "invented":
        return invented_records(300)
    return real_records(request.getfixturevalue("shared_data"), 300)


@pytest.fixture(scope="module")
def screened(records, tmp_path_factory) -> tuple[Review, dict[str, pd.DataFrame]]:
    """The review after both stages, and what was open on the way."""
    review = started(tmp_path_factory.mktemp("team"), records)
    seen: dict[str, pd.DataFrame] = {}
    screened_by(review, "anna")
    seen["waiting"] = review.waiting()
    screened_by(review, "bo")
    seen["conflicts"] = review.conflicts()
    seen["progress"] = review.screening_progress()
    settled(review)
    for person in ("anna", "bo"):
        screened_by(review, person, "full_text")
    settled(review)
    return review, seen


def first_verdicts(review: Review) -> dict[str, str]:
    """By the rules alone, without any of the code under test beyond who screens what."""
    shares = review.assignments().query("stage == 'title_abstract'").groupby("record_id")["person"].agg(list)
    verdicts = {}
    for row in review.records.to_dict("records"):
        said = {RULES[person](row["title"], row["abstract"])[0] for person in shares[row["record_id"]]}
        verdict = said.pop() if len(said) == 1 else "unsure"
        settles = "include" if len(row["title"]) % 2 else "exclude"
        verdicts[row["record_id"]] = settles if verdict == "unsure" else verdict
    return verdicts


def test_a_fifth_of_the_records_is_screened_twice(screened):
    review, seen = screened
    share = review.assignments().query("stage == 'title_abstract'")["record_id"].value_counts()
    n_records, n_twice = len(review.records), int((share == 2).sum())
    assert len(share) == n_records >= 290
    assert abs(n_twice - 0.2 * n_records) < 3 * (0.16 * n_records) ** 0.5
    decided = review.screening_decisions().query("stage == 'title_abstract' and not adjudicates")
    assert decided["record_id"].value_counts().to_dict() == share.to_dict()
    assert len(seen["waiting"]) == n_twice
    assert set(seen["waiting"]["waits_for"]) == {"bo"}


def test_conflicts_and_doubts_are_those_of_the_rules_and_are_settled(screened):
    review, seen = screened
    shares = review.assignments().query("stage == 'title_abstract'").groupby("record_id")["person"].agg(list)
    open_ = {}
    for row in review.records.to_dict("records"):
        said = {RULES[person](row["title"], row["abstract"])[0] for person in shares[row["record_id"]]}
        if len(said) > 1 or said == {"unsure"}:
            open_[row["record_id"]] = "conflict" if len(said) > 1 else "unsure"
    listed = seen["conflicts"].set_index("record_id")["open"].to_dict()
    assert listed == open_
    assert set(open_.values()) == {"conflict", "unsure"}
    assert len(review.conflicts()) == len(review.waiting()) == 0


def test_kappa_and_its_interval_are_those_of_the_records_both_screened(screened):
    from sklearn.metrics import cohen_kappa_score

    review, _ = screened
    row = review.agreement().query("stage == 'title_abstract'").iloc[0]
    own = review.screening_decisions().query("stage == 'title_abstract' and not adjudicates")
    wide = own.pivot(index="record_id", columns="person", values="verdict").dropna()
    assert (row["pair"], row["n"]) == ("anna, bo", len(wide))
    assert row["kappa"] == pytest.approx(cohen_kappa_score(wide["anna"], wide["bo"]))
    assert row["kappa_low"] < row["kappa"] < row["kappa_high"] <= 1
    # the interval against resampling written out plainly
    rng = np.random.default_rng(5)
    drawn = [
        cohen_kappa_score(part["anna"], part["bo"])
        for part in (wide.iloc[rng.integers(0, len(wide), len(wide))] for _ in range(400))
    ]
    assert row[["kappa_low", "kappa_high"]].tolist() == pytest.approx(
        np.nanpercentile(drawn, [2.5, 97.5]).tolist(), abs=0.06
    )


def test_the_flow_diagram_is_what_the_rules_make_it(screened):
    review, _ = screened
    first = first_verdicts(review)
    sought = {name for name, verdict in first.items() if verdict == "include"}
    years = review.records.set_index("record_id")[["year", "title"]]
    reasons: dict[str, int] = {}
    for name in sorted(sought):
        year, title = int(years.loc[name, "year"]), years.loc[name, "title"]
        anna = "exclude" if year % 3 == 0 or year % 15 == 0 else "include"
        bo = "include" if year % 7 == 0 else anna
        verdict = anna if anna == bo else ("include" if len(title) % 2 else "exclude")
        if verdict == "exclude":
            reason = "" if year % 15 == 0 else "E03_period"
            reasons[reason] = reasons.get(reason, 0) + 1
    flow = review.flow()
    assert list(flow.broken_identities()) == []
    assert (flow.screened, flow.not_yet_screened, flow.undecided_screening) == (len(first), 0, 0)
    assert (flow.excluded_screening, flow.sought) == (len(first) - len(sought), len(sought))
    assert dict(flow.excluded_reasons) == reasons
    assert flow.included_reports == len(sought) - sum(reasons.values())
    assert review.check() == []


def test_progress_says_what_each_has_done(screened):
    _, seen = screened
    progress = seen["progress"].query("stage == 'title_abstract'").set_index("person")
    assert progress[["to_do", "waiting"]].to_numpy().sum() == 0
    assert (progress["assigned"] == progress["done"]).all()


@pytest.mark.parametrize("suffix", [".ris", ".csv", ".xlsx", ".json", ".bib"])
def test_an_export_taken_into_a_new_copy_gives_every_decision_back(screened, records, tmp_path, suffix):
    review, _ = screened
    review.export(tmp_path / f"out{suffix}")
    copy = started(tmp_path, records)
    outcome = copy.import_screening(tmp_path / f"out{suffix}")
    assert set(outcome["outcome"]) == {"saved"}
    columns = ["record_id", "stage", "verdict", "criterion", "person", "adjudicates", "note", "decided_at"]
    pd.testing.assert_frame_equal(
        latest_decisions(copy.screening_decisions())[columns],
        latest_decisions(review.screening_decisions())[columns],
    )
    pd.testing.assert_frame_equal(copy.verdicts(), review.verdicts())
    assert copy.flow() == review.flow()
    assert set(copy.import_screening(tmp_path / f"out{suffix}")["outcome"]) == {"already here"}


# --- read by ASReview's own reader -------------------------------------------------------------------------

# ASReview wants an older pandas than this project, so it lives in an environment of its own
READ_BY_ASREVIEW = """
import json, sys
from asreview.data.loader import load_records
print(json.dumps([[[one.title, one.included] for one in load_records(path)] for path in sys.argv[1:]]))
"""
# what ASReview's export does: its reader reads the file, labels are added, its writer writes
WRITTEN_BY_ASREVIEW = """
import sys
from pathlib import Path
import pandas as pd
from asreview.data.loader import _get_reader, _get_writer
for source, target in zip(sys.argv[1::2], sys.argv[2::2]):
    frame = _get_reader(source).read_data(Path(source))
    rows = range(len(frame))
    added = {
        "asreview_label": [1 if row % 3 == 0 else 0 if row % 3 == 1 else None for row in rows],
        "asreview_time": ["2026-09-01 10:11:12" if row % 3 < 2 else None for row in rows],
        "asreview_note": ["by the book" if row % 6 == 0 else None for row in rows],
        "asreview_user_name": ["Anna B" if row % 3 < 2 else None for row in rows],
    }
    for name, values in added.items():
        frame[name] = pd.Series(values, index=frame.index, dtype=object)
    frame.index.name = "record_id"
    _get_writer(target).write_data(frame, Path(target))
"""


@pytest.fixture(scope="session")
def with_asreview():
    """Run a script with a Python that has ASReview."""
    python = os.environ.get("SAMSYN_ASREVIEW_PYTHON", "")
    if find_spec("asreview"):
        python = sys.executable
    if not python or not shutil.which(python):
        pytest.skip("ASReview is not here; name a Python that has it in SAMSYN_ASREVIEW_PYTHON")

    def run(code: str, *words: object) -> str:
        command = [python, "-W", "ignore", "-c", code, *map(str, words)]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_asreviews_own_reader_finds_every_label(screened, tmp_path, with_asreview):
    review, _ = screened
    files = [tmp_path / f"out{suffix}" for suffix in (".ris", ".csv", ".xlsx")]
    for file in files:
        review.export(file)
    included = set(review.included()["record_id"])
    written = [
        [" ".join(row["title"].split()), int(row["record_id"] in included)]
        for row in review.records.to_dict("records")
    ]
    assert {label for _, label in written} == {0, 1}
    for read in json.loads(with_asreview(READ_BY_ASREVIEW, *files)):
        assert [[" ".join(title.split()), label] for title, label in read] == written


def test_what_was_screened_in_asreview_comes_back(records, tmp_path, with_asreview):
    roads = [(".ris", ".ris"), (".csv", ".csv"), (".csv", ".xlsx")]
    review = started(tmp_path, records)
    for suffix in (".ris", ".csv"):
        review.export(tmp_path / f"out{suffix}")
    files = [tmp_path / name for out, back in roads for name in (f"out{out}", f"back{back}")]
    with_asreview(WRITTEN_BY_ASREVIEW, *files)
    record_ids = review.records["record_id"].tolist()
    expected = [
        (record_ids[row], ("include", "exclude")[row % 3], "" if row % 6 else "by the book", "anna",
         "2026-09-01T10:11:12Z")
        for row in range(len(record_ids)) if row % 3 < 2
    ]  # fmt: skip
    for number, (_, back) in enumerate(roads):
        (tmp_path / str(number)).mkdir()
        copy = started(tmp_path / str(number), records)
        outcome = copy.import_screening(tmp_path / f"back{back}")
        assert set(outcome["outcome"]) == {"saved"}
        made = copy.screening_decisions()[["record_id", "verdict", "note", "person", "decided_at"]]
        assert list(made.itertuples(index=False, name=None)) == expected


PROJECT_OF_ASREVIEW = """
import sys
from pathlib import Path
from asreview.project.api import Project
source, folder, target = map(Path, sys.argv[1:])
project = Project.create(folder)
project.add_dataset(source)
with project.db as db:
    db.label_record(0, 1)
    db.label_record(1, 0, user_id=7)
    db.update_note(1, "two only")
project.export(target)
"""


def test_a_project_file_of_asreview_is_read_as_it_is(tmp_path, with_asreview):
    review = started(tmp_path, invented_records(12))
    review.export(tmp_path / "out.csv")
    with_asreview(PROJECT_OF_ASREVIEW, tmp_path / "out.csv", tmp_path / "project", tmp_path / "p.asreview")
    outcome = review.import_screening(tmp_path / "p.asreview", person="anna", people={"user 7": "bo"})
    first, second = review.records["record_id"].tolist()[:2]
    assert outcome[["record_id", "person", "verdict", "note", "outcome"]].values.tolist() == [
        [first, "anna", "include", "", "saved"],
        [second, "bo", "exclude", "two only", "saved"],
    ]
    assert outcome["decided_at"].str.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()


@pytest.mark.parametrize("content", [b"", b"PK", b"title,label"])
def test_what_is_no_project_file_is_said_to_be_none(review, tmp_path, content):
    (tmp_path / "p.asreview").write_bytes(content)
    with pytest.raises(UsageError, match="no project file of ASReview 3"):
        review.import_screening(tmp_path / "p.asreview")


def test_a_damaged_project_file_is_said_to_be_one(review, tmp_path):
    with zipfile.ZipFile(tmp_path / "p.asreview", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("results.db", "SQLite format 3" * 40)
    data = (tmp_path / "p.asreview").read_bytes()
    for at in range(0, len(data), 3):
        (tmp_path / "p.asreview").write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        with pytest.raises(UsageError, match=r"p.asreview"):
            review.import_screening(tmp_path / "p.asreview")


# --- blind -------------------------------------------------------------------------------------------------


@pytest.fixture
def review(tmp_path) -> Review:
    return started(tmp_path, invented_records(60), PLAN.replace("plan: overlap", "plan: all_twice"))


def test_ones_own_queue_does_not_move_with_what_the_other_decides(review):
    before = review.rank(person="bo")
    first = review.records["record_id"].tolist()
    review.screen([{"record_id": name, "verdict": "exclude"} for name in first[:30]], person="anna")
    # anna's words on records that bo has still to read are not learned from
    pd.testing.assert_frame_equal(review.rank(person="bo"), before)
    review.screen([{"record_id": name, "verdict": "include"} for name in first[25:30]], person="anna")
    pd.testing.assert_frame_equal(review.rank(person="bo"), before)
    assert len(review.rank(person="anna")) == 30


def test_no_table_for_a_screener_holds_the_others_verdict(review, tmp_path):
    name = review.records["record_id"].iloc[0]
    review.screen(
        [{"record_id": name, "verdict": "exclude", "criterion": "E07_two_party", "note": "telltale"}],
        person="anna",
    )
    run = ["rank", "--as", "bo", "--top", "99", "--csv", str(tmp_path / "bo.csv"), "--review", review.folder]
    done = CliRunner().invoke(main, [str(word) for word in run])
    assert done.exit_code == 0, done.output
    rows = read_rows(tmp_path / "bo.csv")
    assert len(rows) == 60
    assert {row["verdict"] for row in rows} == {""}
    said = (tmp_path / "bo.csv").read_text(encoding="utf-8")
    for command in ("status", "screen --waiting"):
        said += CliRunner().invoke(main, [*command.split(), "--review", str(review.folder)]).output
    assert "telltale" not in said
    assert "E07_two_party" not in said
    assert review.verdicts()["verdict"].tolist() == ["waiting"]
    assert review.flow().excluded_screening == 0


def test_a_record_that_was_settled_or_helped_out_with_leaves_the_queue(review):
    first, second, third = review.records["record_id"].tolist()[:3]
    for name, person, adjudicates in [(first, "cy", True), (second, "anna", False), (second, "cy", False),
                                      (third, "anna", False)]:  # fmt: skip
        review.screen([{"record_id": name, "verdict": "include"}], person=person, adjudicates=adjudicates)
    assert {first, second} & set(review.queue("bo")) == set()
    assert third in review.queue("bo")
    assert review.waiting()["record_id"].tolist() == [third]
    with pytest.raises(UsageError, match="no stage 'abstract'"):
        review.queue("bo", stage="abstract")


def test_who_is_no_screener_has_no_share(review):
    with pytest.raises(UsageError, match="'cy' is no screener of this review"):
        review.rank(person="cy")


def test_without_a_plan_everybody_may_screen_everything(tmp_path):
    review = started(tmp_path, invented_records(5), "\npeople: [{id: anna}]\n")
    name = review.records["record_id"].iloc[0]
    review.screen([{"record_id": name, "verdict": "include"}], person="anna")
    assert review.verdicts()["verdict"].tolist() == ["include"]
    assert (len(review.queue("anna")), len(review.queue("bo")), len(review.assignments())) == (4, 5, 0)


# --- settling, calibration, priors, from the command line --------------------------------------------------


def run(review: Review, *words: object, exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, [*map(str, words), "--review", str(review.folder)])
    assert done.exit_code == exit_code, done.output
    return done.output


def test_conflicts_are_settled_in_the_table_they_come_in(review, tmp_path):
    name = review.records["record_id"].iloc[0]
    review.screen([{"record_id": name, "verdict": "include", "note": "yes"}], person="anna")
    assert "1 record waiting" not in run(review, "status")
    said = run(review, "screen", "--waiting")
    assert "anna" in said and "bo" in said
    review.screen([{"record_id": name, "verdict": "exclude", "criterion": "E07_two_party"}], person="bo")
    run(review, "screen", "--conflicts", "--csv", tmp_path / "settle.csv")
    (row,) = read_rows(tmp_path / "settle.csv")
    assert [row[key] for key in ("verdict_1", "note_1", "verdict_2", "criterion_2")] == [
        "include", "yes", "exclude", "E07_two_party",
    ]  # fmt: skip
    write_rows(pd.DataFrame([row | {"verdict": "exclude"}]), tmp_path / "settle.csv")
    said = run(review, "screen", tmp_path / "settle.csv", "--as", "cy", "--adjudicate", "--json")
    assert json.loads(said) == {
        "saved": 1, "conflicts": 0, "unsure": 0, "waiting": 0, "full_text_without_reason": 0
    }  # fmt: skip
    (verdict,) = review.verdicts().to_dict("records")
    # the one who settled named no reason: the screener's counts
    assert [verdict[key] for key in ("verdict", "criterion", "settled_by")] == [
        "exclude", "E07_two_party", "cy",
    ]  # fmt: skip
    assert json.loads(run(review, "screen", "--conflicts", "--json"))["n_records"] == 0


def test_a_full_text_exclusion_without_a_reason_is_said_and_counted_openly(tmp_path):
    review = started(tmp_path, invented_records(5), PLAN.replace("all_twice", "single"))
    name = review.records["record_id"].iloc[0]
    (tmp_path / "s.csv").write_text(
        f"record_id,stage,verdict\n{name},title_abstract,include\n{name},full_text,exclude\n"
    )
    said = run(review, "screen", tmp_path / "s.csv", "--as", "anna", "--adjudicate")
    assert "1 full-text exclusion without a criterion" in said
    assert review.flow().excluded_reasons == (("", 1),)


def test_what_was_asked_of_screen_must_be_one_thing(review):
    assert "one at a time" in run(review, "screen", "--conflicts", "--waiting", exit_code=2)
    assert "whose" in run(review, "screen", "x.csv", exit_code=2)


def test_calibration_from_sample_to_kappa(review, tmp_path):
    run(review, "calibrate", "--size", 30, "--csv", tmp_path / "sample.csv")
    sample = read_rows(tmp_path / "sample.csv")
    assert len({row["record_id"] for row in sample}) == 30
    for person in ("anna", "bo"):
        for row in sample:
            row["verdict"], row["criterion"], row["note"] = RULES[person](row["title"], row["abstract"])
        write_rows(pd.DataFrame(sample), tmp_path / "mine.csv")
        run(review, "screen", tmp_path / "mine.csv", "--as", person)
    figures = json.loads(run(review, "calibrate", "--size", 30, "--json"))
    (pair,) = figures["agreement"]
    assert (pair["pair"], pair["n"], figures["n_sample"]) == ("anna, bo", 30, 30)
    assert pair["kappa_low"] < pair["kappa"] < pair["kappa_high"]
    assert json.loads(run(review, "calibrate", "--size", 30, "--json")) == figures
    # records added afterwards change neither the sample nor its agreement
    write_records(invented_records(90).tail(30), tmp_path / "more.csv")
    review.add(tmp_path / "more.csv")
    assert json.loads(run(review, "calibrate", "--size", 30, "--json")) == figures
    second = json.loads(run(review, "calibrate", "--size", 30, "--round", 2, "--json"))
    assert not set(second["sample"]) & set(figures["sample"])
    assert second["agreement"] == []


def test_three_people_calibrate_with_partial_overlap(tmp_path):
    plan = PLAN.replace("screeners: [anna, bo]", "screeners: [anna, bo, cy], calibration: 20")
    review = started(tmp_path, invented_records(60), plan)
    sample = review.calibration_sample()["record_id"].tolist()
    everybody = review.assignments()["record_id"].value_counts()
    assert (everybody[sample] == 3).all()
    for person, names in {"anna": sample, "bo": sample[:15], "cy": sample[5:]}.items():
        rows = [
            {
                "record_id": name,
                "verdict": "include" if (i + len(person)) % 3 else "exclude",
                "calibration": 1,
            }
            for i, name in enumerate(names)
        ]
        review.screen(rows, person=person)
    found = review.calibration().set_index("pair")
    assert found["n"].to_dict() == {"anna, bo": 15, "anna, cy": 15, "bo, cy": 10, "all": 20}
    assert np.isnan(found.loc["all", "kappa"])  # not everybody screened everything
    assert found.loc["all", "alpha_low"] < found.loc["all", "alpha"] < found.loc["all", "alpha_high"]


def test_priors_lead_the_ranking_and_are_counted_nowhere(review, tmp_path):
    (tmp_path / "earlier.csv").write_text(
        "title,abstract,included\n"
        + "".join(f"Forests and rivers {i},Water and forests of rivers,1\n" for i in range(5))
        + "".join(f"Money in councils {i},Prices and money,0\n" for i in range(20))
    )
    before = review.status(), review.flow(), review.input_hash()
    said = run(review, "priors", tmp_path / "earlier.csv", "--label", "included")
    assert "5 included, 20 excluded" in said
    assert json.loads(run(review, "priors", "--json")) == {"n_priors": 25, "n_included": 5}
    assert (review.status(), review.flow(), review.input_hash()) == before
    ranking = review.rank()
    assert set(ranking["record_id"]) == set(review.records["record_id"])
    assert ranking["title"].head(6).str.contains("Forests|rivers|Water").all()
    assert "rivers" in ranking.loc[0, "why"] or "forests" in ranking.loc[0, "why"]
    run(review, "priors", tmp_path / "earlier.csv")  # the same file again adds nothing
    assert json.loads(run(review, "priors", "--json"))["n_priors"] == 25


def test_what_was_settled_in_an_earlier_review_is_a_label_of_a_prior(review, example_folder, tmp_path):
    earlier = shutil.copytree(example_folder, tmp_path / "earlier")
    Review.open(earlier).export(tmp_path / "earlier.csv")
    run(review, "priors", tmp_path / "earlier.csv")
    assert json.loads(run(review, "priors", "--json")) == {"n_priors": 118, "n_included": 28}


def test_a_prior_without_labels_is_refused_and_nothing_is_written(review, tmp_path):
    (tmp_path / "earlier.csv").write_text("title,abstract\nForests,Water\n")
    assert "no screening decisions" in run(review, "priors", tmp_path / "earlier.csv", exit_code=2)
    assert not (review.folder / "priors").exists()


def test_import_lists_what_it_could_not_match(review, tmp_path):
    (tmp_path / "rayyan.csv").write_text(
        "key,title,notes\n"
        'rayyan-1,"Trust in harbours, case 0","RAYYAN-INCLUSION: {""Anna B""=>""Included""}"\n'
        'rayyan-2,Of another review,"RAYYAN-INCLUSION: {""Anna B""=>""Excluded""}"\n'
    )
    said = run(review, "import", tmp_path / "rayyan.csv")
    assert "1  saved" in said
    assert "1  no record matches" in said
    assert "Of another review" in said
    figures = json.loads(run(review, "import", tmp_path / "rayyan.csv", "--json"))
    assert figures["outcomes"] == {"already here": 1, "no record matches": 1}


def test_what_went_out_and_came_back_through_rayyan_counts_as_rayyan_has_it(review, tmp_path):
    """Rayyan keeps the notes a file came with and puts its own behind them."""
    name = review.records["record_id"].iloc[0]
    for person in ("anna", "bo"):
        review.screen([{"record_id": name, "verdict": "include"}], person=person)
    review.export(tmp_path / "out.ris")
    text = (tmp_path / "out.ris").read_text(encoding="utf-8")
    (tmp_path / "same.ris").write_text(text.replace("ID  - invented:", "AN  - rayyan-"), encoding="utf-8")
    own = '{"anna"=>"Included", "bo"=>"Included"}'
    assert own in text
    changed = text.replace(own, f'{own} | RAYYAN-INCLUSION: {{"Anna B"=>"Included", "bo"=>"Excluded"}} | '
                           "RAYYAN-EXCLUSION-REASONS: E07_two_party")  # fmt: skip
    changed = changed.replace("ID  - invented:", "AN  - rayyan-")
    (tmp_path / "back.ris").write_text(changed, encoding="utf-8")
    assert set(review.import_screening(tmp_path / "same.ris")["outcome"]) == {"already here"}
    found = review.import_screening(tmp_path / "back.ris")
    assert found[["person", "verdict", "criterion", "outcome"]].values.tolist() == [
        ["anna", "include", "", "already here"],
        ["bo", "exclude", "E07_two_party", "saved"],
    ]
    assert review.verdicts()["verdict"].tolist() == ["conflict"]


def test_import_of_an_unknown_name_saves_nothing_and_says_how_to_name_it(review, tmp_path):
    (tmp_path / "rayyan.csv").write_text(
        "key,title,notes\n"
        'rayyan-1,"Trust in harbours, case 0","RAYYAN-INCLUSION: {""E. S.""=>""Included""}"\n'
    )
    said = run(review, "import", tmp_path / "rayyan.csv", exit_code=2)
    assert "--person 'E. S.'=ID" in said
    assert len(review.screening_decisions()) == 0
    assert "1  saved" in run(review, "import", tmp_path / "rayyan.csv", "--person", "E. S.=bo")


def test_faults_of_the_plan_are_said_with_their_lines(tmp_path):
    plan = "\npeople: [{id: anna}]\nscreening:\n  plan: overlap\n  overlap: 120\n  screeners: [anna, zed]\n"
    with pytest.raises(ValueError, match="2 faults") as fault:
        print(started(tmp_path, invented_records(2), plan).protocol)
    assert "screening.overlap: is a per cent between 0 and 100 (found 120)" in str(fault.value)
    assert "screening.screeners.1: names unknown person 'zed'; known: anna" in str(fault.value)
