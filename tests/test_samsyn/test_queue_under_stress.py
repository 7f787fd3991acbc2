"""The screening queue when several windows, people and processes are at it, and when the disk is not."""

import json
import multiprocessing
import os
import shutil
import subprocess
import threading
import time
import zlib
from collections import Counter
from pathlib import Path

import pytest

from corpus import ReviewError, UsageError, journal
from samsyn import Review
from samsyn.cards.screening_queue import DecidedElsewhere, ScreeningQueue

TEAM = """
screening:
  plan: all_twice
  screeners: [ann, bo]
people: [{id: ann}, {id: bo}]
"""


@pytest.fixture
def review(tmp_path) -> Review:
    """An invented review of 240 records that nobody has screened."""
    return make_review(tmp_path, 240)


def make_review(folder: Path, n_records: int, team: str = "") -> Review:
    review = Review.new(folder / "review")
    if team:
        protocol = review.folder / "protocol.yaml"
        protocol.write_text(protocol.read_text("utf-8").replace("\npeople: []", "\n#", 1) + team, "utf-8")
    review.add(write_export(folder / "invented.csv", range(n_records)))
    return review


def write_export(path: Path, numbers) -> Path:
    topics = ("Trust in partnerships", "Steel bridges", "Patients as partners", "Power of words")
    rows = [f"{topics[n % 4]} number {n} of {n * n},{2000 + n % 20}" for n in numbers]
    path.write_text("\n".join(["title,year", *rows]) + "\n")
    return path


def lines_of(review: Review, person: str) -> list[dict]:
    path = review.folder / "decisions" / "screening" / f"{person}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def still(review: Review, person: str) -> ScreeningQueue:
    return ScreeningQueue(review, person, learns_beside=False)


# --- one person, two windows ------------------------------------------------------------------------------


def test_a_record_decided_in_another_window_is_not_decided_again(review):
    here, there = still(review, "ann"), still(review, "ann")
    name = here.current()
    assert there.current() == name
    here.decide(name, "include")
    with pytest.raises(DecidedElsewhere, match="in another window: include"):
        there.decide(name, "exclude")
    assert [line["verdict"] for line in lines_of(review, "ann")] == ["include"]
    assert there.current() != name
    assert there.progress() == here.progress()


def test_a_window_that_has_seen_the_other_decision_only_in_its_files_still_does_not_override_it(review):
    here, there = still(review, "ann"), still(review, "ann")
    name = there.current()
    here.decide(name, "include")
    there.keep_up()
    with pytest.raises(DecidedElsewhere):
        there.decide(name, "exclude", instead_of="")
    there.decide(name, "exclude", instead_of="include")
    assert [line["verdict"] for line in lines_of(review, "ann")] == ["include", "exclude"]


def test_undo_takes_back_the_last_decision_of_whichever_window_once(review):
    here, there = still(review, "ann"), still(review, "ann")
    first = here.current()
    here.decide(first, "include")
    second = here.current()
    here.decide(second, "exclude")
    assert there.undo() == second
    assert here.undo() == first
    with pytest.raises(UsageError, match="no decision to take back"):
        there.undo()
    assert [line["type"] for line in lines_of(review, "ann")] == ["screening"] * 2 + ["undo"] * 2
    assert here.current() == first
    assert still(review, "ann").progress() == here.progress()


def test_a_decision_taken_back_elsewhere_is_said(review):
    here, there = still(review, "ann"), still(review, "ann")
    name = here.current()
    here.decide(name, "include")
    there.undo()
    with pytest.raises(DecidedElsewhere, match="taken back"):
        here.decide(name, "exclude", instead_of="include")


def test_what_undo_leaves_standing_is_shown_as_it_stood(review):
    queue = still(review, "ann")
    name = queue.current()
    queue.decide(name, "include")
    queue.decide(name, "exclude")
    assert queue.undo() == name
    assert queue.own == {name: "include"}
    assert queue.progress().included == 1
    queue.keep_up()
    assert queue.current() != name


def screen_in_process(folder: Path, person: str, n: int, kept: Path) -> None:
    queue, acknowledged = still(Review.open(folder), person), []
    while len(acknowledged) < n and (name := queue.current()):
        # a choice that follows from the record and the person alone, so that it can be counted again
        verdict = choice(person, name)
        try:
            queue.decide(name, verdict)
        except DecidedElsewhere:
            continue
        acknowledged.append([name, verdict])
    kept.write_text(json.dumps(acknowledged))


def choice(person: str, name: str) -> str:
    return ("include", "exclude", "unsure")[zlib.crc32(f"{person} {name}".encode()) % 3]


def render_in_process(folder: Path, until: Path) -> None:
    n = 0
    while n < 2 or (n < 6 and not until.exists()):
        Review.open(folder).render()
        n += 1
    until.with_suffix(".renders").write_text(str(n))


def run_at_once(*calls) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=call, args=arguments) for call, *arguments in calls]
    for process in processes:
        process.start()
    for process in processes:
        process.join(300)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def test_two_processes_of_one_person_double_nothing(review, tmp_path):
    review.records, review.assignments()
    kept = [tmp_path / "a.json", tmp_path / "b.json"]
    run_at_once(*((screen_in_process, review.folder, "ann", 500, path) for path in kept))
    acknowledged = [tuple(pair) for path in kept for pair in json.loads(path.read_text())]
    written = [(line["record_id"], line["verdict"]) for line in lines_of(review, "ann")]
    assert sorted(written) == sorted(acknowledged)
    assert sorted(name for name, _ in written) == sorted(review.records["record_id"])


def test_two_people_screen_two_hundred_each_while_a_third_renders(tmp_path):
    review = make_review(tmp_path, 240, TEAM)
    kept = {person: tmp_path / f"{person}.json" for person in ("ann", "bo")}
    done = tmp_path / "done"
    renderer = multiprocessing.get_context("spawn").Process(
        target=render_in_process, args=(review.folder, done)
    )
    renderer.start()
    run_at_once(*((screen_in_process, review.folder, person, 200, path) for person, path in kept.items()))
    done.touch()
    renderer.join(300)
    assert renderer.exitcode == 0
    assert int(done.with_suffix(".renders").read_text()) >= 2

    # counted again from the lines themselves
    said = {}
    for person, path in kept.items():
        acknowledged = json.loads(path.read_text())
        assert [[line["record_id"], line["verdict"]] for line in lines_of(review, person)] == acknowledged
        said[person] = dict(acknowledged)
        assert len(said[person]) == len(acknowledged) == 200
    ids = set(review.records["record_id"])
    both = said["ann"].keys() & said["bo"].keys()
    expected = dict.fromkeys((said["ann"].keys() | said["bo"].keys()) - both, "waiting")
    for name in both:
        pair = {said["ann"][name], said["bo"][name]}
        expected[name] = pair.pop() if len(pair) == 1 else "conflict"
    verdicts = review.verdicts()
    assert dict(zip(verdicts["record_id"], verdicts["verdict"], strict=True)) == expected
    assert {"include", "exclude", "unsure", "conflict"} <= set(expected.values())
    conflicts = review.conflicts()
    n_open = Counter(verdict for verdict in expected.values() if verdict in ("conflict", "unsure"))
    assert dict(Counter(conflicts["open"])) == dict(n_open)
    for row in conflicts.to_dict("records"):
        people = {row["person_1"]: row["verdict_1"], row["person_2"]: row["verdict_2"]}
        assert people == {person: said[person][row["record_id"]] for person in said}
    assert set(review.queue("ann")) == ids - said["ann"].keys()
    # blind: nobody's ranking has learned what the other said of a record they have still to read
    for person, other in (("ann", "bo"), ("bo", "ann")):
        only_the_other = said[other].keys() - said[person].keys()
        assert not only_the_other & review.labels(person).keys()


# --- files that change under an open queue ----------------------------------------------------------------


def test_reading_again_beside_decisions_and_undos_loses_none_of_them(review):
    queue = still(review, "ann")
    stop, faults = threading.Event(), []

    def read_again() -> None:
        while not stop.is_set():
            try:
                queue.read_again()
            except Exception as error:
                faults.append(error)

    reader = threading.Thread(target=read_again)
    reader.start()
    expected: dict[str, str] = {}
    order = []
    for n in range(28):
        if n % 7 == 6:
            taken_back = queue.undo()
            assert taken_back == order.pop()
            del expected[taken_back]
            assert queue.current() == taken_back
        else:
            name = queue.current()
            queue.decide(name, verdict := ("include", "exclude", "unsure")[n % 3])
            assert name not in expected
            expected[name] = verdict
            order.append(name)
        assert queue.own == expected
    stop.set()
    reader.join()
    assert faults == []
    assert queue.own == expected
    assert queue.progress().to_do == 240 - len(expected)
    fresh = still(review, "ann")
    assert (fresh.own, fresh.progress()) == (queue.own, queue.progress())


def test_a_torn_own_line_costs_nothing_else(review):
    queue = still(review, "ann")
    path = review.folder / "decisions" / "screening" / "ann.jsonl"
    first = queue.current()
    queue.decide(first, "include")
    with path.open("ab") as file:
        file.write(b'{"type": "screening", "record_id": "x", "verd')
    second = queue.current()
    queue.decide(second, "exclude")
    assert queue.own == {first: "include", second: "exclude"} == still(review, "ann").own
    assert journal.read(path.parent)[1][0].line == 2


def test_a_line_that_is_only_half_there_is_taken_in_once_it_is_whole(review):
    queue, other = still(review, "ann"), still(review, "ann")
    name = queue.current()
    other.decide(name, "include")
    path = review.folder / "decisions" / "screening" / "ann.jsonl"
    line = path.read_bytes()
    path.write_bytes(line[:30])
    queue.read_again()
    assert queue.own == {}
    path.write_bytes(line)
    queue.keep_up()
    assert queue.own == {name: "include"}


def test_a_file_that_was_replaced_by_a_synchronised_one_is_read_again(review):
    queue = still(review, "ann")
    names = [queue.current()]
    queue.decide(names[0], "include")
    path = review.folder / "decisions" / "screening" / "ann.jsonl"
    other = str(next(name for name in review.records["record_id"] if name != names[0]))
    line = json.loads(path.read_text())
    path.write_text("".join(json.dumps(line | {"record_id": other, "note": "n" * k}) + "\n" for k in (1, 2)))
    queue.keep_up()
    assert queue.own == {other: "include"}
    path.unlink()
    queue.keep_up()
    assert (queue.own, queue.progress().to_do) == ({}, 240)


def test_lines_of_the_command_line_come_in_and_go_out_again(review):
    queue = still(review, "ann")
    name = queue.current()
    review.screen([{"record_id": name, "verdict": "include"}], person="ann")
    queue.keep_up()
    assert queue.own == {name: "include"}
    assert queue.current() != name
    review.undo_screening("ann")
    queue.keep_up()
    assert queue.own == {}
    assert queue.progress().to_do == 240


def test_what_others_decide_and_settle_leaves_the_queue(tmp_path):
    review = make_review(tmp_path, 20, TEAM)
    ann = still(review, "ann")
    name = ann.current()
    review.screen([{"record_id": name, "verdict": "exclude"}], person="chair", adjudicates=True)
    ann.keep_up()
    assert ann.current() != name
    assert ann.progress().to_do == 19
    waiting = ScreeningQueue(review, "ann", mode="waiting", learns_beside=False)
    assert waiting.current() == ""
    bo = still(review, "bo")
    said = bo.current()
    bo.decide(said, "include")
    waiting.keep_up()
    assert waiting.current() == said


def test_sources_added_while_a_card_is_open_come_into_it(review, tmp_path):
    queue = still(review, "ann")
    name = queue.current()
    queue.decide(name, "include")
    shown = queue.current()
    review.add(write_export(tmp_path / "later.csv", range(1000, 1030)))
    queue.keep_up()
    assert queue.trouble == ""
    assert queue.progress().to_do == 269
    assert queue.current() == shown
    queue.decide(shown, "exclude")
    added = set(review.records["record_id"]) - {name, shown}
    seen = set()
    while each := queue.current():
        queue.decide(each, "exclude")
        seen.add(each)
    assert seen == added


def test_a_protocol_that_is_being_written_stops_only_the_learning_and_says_so(review):
    queue = still(review, "ann")
    path = review.folder / "protocol.yaml"
    whole = path.read_text("utf-8")
    path.write_text(whole + "\nno_such_section: 1\n", "utf-8")
    queue.keep_up()
    assert "no_such_section" in queue.trouble
    path.write_text(whole, "utf-8")
    queue.keep_up()
    assert queue.trouble == ""


def test_the_thread_learns_and_ends_with_its_queue(review):
    before = threading.active_count()
    queue = ScreeningQueue(review, "ann")
    for _ in range(30):
        name = queue.current()
        queue.decide(name, "include" if "Trust" in queue.records.loc[name, "title"] else "exclude")
    deadline = time.monotonic() + 20
    while "Trust" not in queue.records.loc[queue.current(), "title"] and time.monotonic() < deadline:
        time.sleep(0.05)
        queue.skip()
    assert "Trust" in queue.records.loc[queue.current(), "title"]
    assert queue.trouble == ""
    changed = queue._changed
    del queue
    changed.set()
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() == before


# --- a disk that does not take it -------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 256 KB, where this machine lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if (
        os.name == "nt"
        or shutil.which("mount") is None
        or subprocess.run(command, check=False, capture_output=True).returncode
    ):
        pytest.skip("no file system can be mounted here (that takes an administrator)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_said_and_the_decision_can_be_made_again(review, small_disk):
    shutil.copytree(review.folder, small_disk / "review")
    review = Review.open(small_disk / "review")
    queue = still(review, "ann")
    first = queue.current()
    queue.decide(first, "include")
    name, filler = queue.current(), small_disk / "filler"
    with pytest.raises(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    # the file's last page takes some more
    with pytest.raises(ReviewError, match=r"Nothing was saved: No space left.*Free some space"):
        queue.decide(name, "exclude", note="n" * 5000)
    assert [line["record_id"] for line in lines_of(review, "ann")] == [first]
    assert queue.current() == name
    assert queue.own == {first: "include"}
    filler.unlink()
    queue.decide(name, "exclude", note="n" * 5000)
    assert [line["record_id"] for line in lines_of(review, "ann")] == [first, name]


def test_a_journal_that_cannot_be_written_is_said(review):
    queue = still(review, "ann")
    name = queue.current()
    path = review.folder / "decisions" / "screening" / "ann.jsonl"
    # who runs tests as root may write everywhere, but not into a folder
    path.mkdir(parents=True)
    with pytest.raises(ReviewError, match=r"ann\.jsonl: This file cannot be read: Is a directory"):
        queue.decide(name, "include")
    assert queue.current() == name
    path.rmdir()
    queue.decide(name, "include")
    assert queue.own == {name: "include"}


def test_a_program_that_keeps_the_file_is_waited_for_and_then_named(review, monkeypatch):
    monkeypatch.setattr(journal, "_WAITS", 0.2)
    queue = still(review, "ann")
    name = queue.current()
    path = review.folder / "decisions" / "screening" / "ann.jsonl"
    kept, free = threading.Event(), threading.Event()

    def keep() -> None:
        with journal.held(path):
            kept.set()
            free.wait(30)

    keeper = threading.Thread(target=keep)
    keeper.start()
    kept.wait(30)
    with pytest.raises(ReviewError, match="another program has kept this file"):
        queue.decide(name, "include")
    free.set()
    keeper.join()
    queue.decide(name, "include")
    assert [line["record_id"] for line in lines_of(review, "ann")] == [name]
