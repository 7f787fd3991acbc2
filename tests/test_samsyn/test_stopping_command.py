"""samsyn stopping and Review.stopping: from the journals to the word on whether to stop, and the audit."""

import json

import pytest
from click.testing import CliRunner

from samsyn import Review
from samsyn.command_line import main

N = 80


@pytest.fixture
def review(tmp_path) -> Review:
    """An invented review of 80 records, the first 30 read: 8 included, then none."""
    review = Review.new(tmp_path / "review")
    entries = [f"TY  - JOUR\nTI  - Invented record {n:02}\nAN  - {n:02}\nER  - \n" for n in range(N)]
    source = tmp_path / "invented.ris"
    source.write_text("\n".join(entries), encoding="utf-8")
    review.add(source)
    assert len(review.records) == N
    names = review.records["record_id"].tolist()
    review.screen(
        [
            {"record_id": name, "verdict": "include" if n < 8 else "exclude"}
            for n, name in enumerate(names[:30])
        ],
        person="ann",
    )
    return review


def run(*words: object, exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == exit_code, done.output
    return done.stdout if exit_code == 0 else done.output


def test_the_command_is_the_twin_of_the_method(review):
    assert json.loads(run("stopping", "--json", "--review", review.folder)) == review.stopping().figures()
    said = run("stopping", "--review", review.folder)
    assert "30 of 80 records are read, 8 of them relevant; 50 are left unread." in said
    assert "Recall so far is between" in said
    for level in ("cautious", "standard", "fast", "certified", "200 irrelevant in a row"):
        assert level in said
    assert "30 af 80 poster er læst" in run("stopping", "--language", "da", "--review", review.folder)


def test_an_audit_is_drawn_once_and_judged_when_it_is_read(review, tmp_path):
    table = tmp_path / "audit.csv"
    words = ["stopping", "--audit", 48, "--csv", table, "--as", "ann", "--review", review.folder]
    run(*words)
    first = table.read_text()
    run(*words)
    assert table.read_text() == first
    journal = (review.folder / "decisions" / "audits" / "ann.jsonl").read_text().splitlines()
    assert len(journal) == 1
    assert json.loads(journal[0])["n_read"] == 30
    figures = json.loads(run("stopping", "--json", "--review", review.folder))["audit"]
    assert (figures["n_waiting"], figures["certified"]) == (48, False)
    rows = [{"record_id": name, "verdict": "exclude"} for name in json.loads(journal[0])["record_ids"]]
    review.screen(rows, person="bo")
    figures = json.loads(run("stopping", "--json", "--review", review.folder))["audit"]
    assert (figures["n_waiting"], figures["n_relevant"], figures["certified"]) == (0, 0, True)
    assert review.check() == []


def test_an_audit_needs_a_person_a_file_and_enough_unread_records(review, tmp_path):
    assert "needs --csv FILE and --as PERSON" in run(
        "stopping", "--audit", 5, "--review", review.folder, exit_code=2
    )
    words = ["--audit", 51, "--csv", tmp_path / "a.csv", "--as", "ann", "--review", review.folder]
    said = run("stopping", *words, exit_code=2)
    assert "An audit of 51 cannot be drawn from 50 unread records" in said
    assert not (tmp_path / "a.csv").exists()
    assert not (review.folder / "decisions" / "audits").exists()


def test_a_table_that_cannot_be_written_is_said_and_the_draw_stays_the_same(review, tmp_path):
    words = ["stopping", "--audit", 5, "--as", "ann", "--review", review.folder, "--csv"]
    assert "cannot be written" in run(*words, tmp_path / "nowhere" / "a.csv", exit_code=2)
    run(*words, tmp_path / "a.csv")
    assert len((review.folder / "decisions" / "audits" / "ann.jsonl").read_text().splitlines()) == 1


def test_records_added_later_are_unread_and_the_stop_is_judged_anew(review, tmp_path):
    before = review.stopping().look.n_total
    more = tmp_path / "more.ris"
    more.write_text("TY  - JOUR\nTI  - One record more\nER  - \n", encoding="utf-8")
    review.add(more)
    assert review.stopping().look.n_total == before + 1


@pytest.mark.parametrize(("language", "said"), [("en", "are left unread"), ("da", "er ikke læst")])
def test_the_report_says_rule_target_and_what_was_left_unread(review, language, said):
    written = {path.name: path for path in review.render(language=language)}
    page = written["report.html"].read_text(encoding="utf-8")
    assert said in page
    assert 'id="stopping"' in page
    assert "standard" in written["stopping.csv"].read_text(encoding="utf-8-sig")
    assert review.check() == []
    first = {name: path.read_bytes() for name, path in written.items()}
    again = {path.name: path.read_bytes() for path in Review.open(review.folder).render(language=language)}
    assert first == again
