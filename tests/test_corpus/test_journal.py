"""Decisions are appended, never rewritten; what a crash cut short is reported and costs nothing else."""

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from corpus import ReviewError, UsageError, journal


def test_a_line_carries_person_and_format_version(tmp_path):
    journal.append(tmp_path, "ann", [{"record_id": "pubmed:1"}])
    line = json.loads((tmp_path / "ann.jsonl").read_text())
    assert line == {"after": "", "person": "ann", "record_id": "pubmed:1", "v": journal.FORMAT_VERSION}


def test_a_line_is_utf_8_with_its_keys_in_order(tmp_path):
    journal.append(tmp_path, "ann", [{"verdict": "include", "note": "få år"}])
    raw = '{"after": "", "note": "få år", "person": "ann", "v": 2, "verdict": "include"}\n'
    assert (tmp_path / "ann.jsonl").read_bytes() == raw.encode("utf-8")


def test_half_written_last_line_is_reported_and_kept_and_the_next_decision_is_whole(tmp_path):
    journal.append(tmp_path, "ann", [{"record_id": "pubmed:1"}, {"record_id": "pubmed:2"}])
    with (tmp_path / "ann.jsonl").open("ab") as file:
        file.write(b'{"record_id": "pubmed:3", "verd')
    lines, torn = journal.read(tmp_path)
    assert [line["record_id"] for line in lines] == ["pubmed:1", "pubmed:2"]
    assert [(cut.file, cut.line) for cut in torn] == [("ann.jsonl", 3)]

    journal.append(tmp_path, "ann", [{"record_id": "pubmed:4"}])
    lines, torn = journal.read(tmp_path)
    assert [line["record_id"] for line in lines] == ["pubmed:1", "pubmed:2", "pubmed:4"]
    assert torn[0].raw == '{"record_id": "pubmed:3", "verd'


def test_a_whole_last_line_without_line_feed_is_a_decision(tmp_path):
    (tmp_path / "ann.jsonl").write_text('{"record_id": "pubmed:1", "v": 1}')
    journal.append(tmp_path, "ann", [{"record_id": "pubmed:2"}])
    lines, torn = journal.read(tmp_path)
    assert ([line["record_id"] for line in lines], torn) == (["pubmed:1", "pubmed:2"], [])


def test_order_is_that_of_the_file_whatever_the_clock_said(tmp_path):
    journal.append(tmp_path, "ann", [{"decided_at": "2026-02-02"}, {"decided_at": "2026-01-01"}])
    assert [line["decided_at"] for line in journal.read(tmp_path)[0]] == ["2026-02-02", "2026-01-01"]


def _write_fifty(folder: Path, start: int) -> None:
    for number in range(start, start + 50):
        journal.append(folder, "ann", [{"number": number}])


def test_processes_that_write_at_once_lose_and_double_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_fifty, args=(tmp_path, start)) for start in (0, 50)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines, torn = journal.read(tmp_path)
    assert sorted(line["number"] for line in lines) == list(range(100))
    assert torn == []


def test_a_file_of_a_newer_format_is_not_written_to(tmp_path):
    newer = '{"record_id": "pubmed:1", "v": 99}\n'
    (tmp_path / "ann.jsonl").write_text(newer)
    with pytest.raises(ReviewError, match="newer Samsyn"):
        journal.append(tmp_path, "ann", [{"record_id": "pubmed:2"}])
    assert (tmp_path / "ann.jsonl").read_text() == newer


@pytest.mark.parametrize("person", ["", "../ann", "a/b", ".hidden", "ann\n"])
def test_a_person_whose_id_cannot_name_a_file_is_refused(tmp_path, person):
    with pytest.raises(UsageError, match="cannot name"):
        journal.append(tmp_path, person, [{"record_id": "pubmed:1"}])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="rights as Linux and macOS have them")
@pytest.mark.parametrize(("shared", "folder", "file"), [(0o755, 0o700, 0o600), (0o2775, 0o770, 0o660)])
def test_decisions_are_private_and_a_teams_shared_folder_stays_the_teams(tmp_path, shared, folder, file):
    before = os.umask(0o022)
    try:
        tmp_path.chmod(shared)
        journal.append(tmp_path / "decisions" / "screening", "ann", [{"record_id": "r1", "note": "mine"}])
    finally:
        os.umask(before)
    made = {path: path.stat().st_mode & 0o777 for path in (tmp_path / "decisions").rglob("*")}
    assert {mode for path, mode in made.items() if path.is_dir()} == {folder}
    assert {mode for path, mode in made.items() if path.is_file()} == {file}
