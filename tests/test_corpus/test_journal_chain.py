"""An edit of a journal shows: which line, in which file; two copies of a file are merged and lose nothing."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corpus import ReviewError, UsageError, journal, journal_faults, journal_notes, merge_copy, undo_lines
from corpus.chain import chain_of, last_file

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "journal.py"


def said(record_id: str, verdict: str = "include", **more) -> dict:
    return {
        "type": "screening",
        "record_id": record_id,
        "stage": "title_abstract",
        "verdict": verdict,
        **more,
    }


def decided(folder: Path, *decisions: dict, person: str = "ann") -> Path:
    for decision in decisions:
        journal.append(folder / "decisions" / "screening", person, [decision])
    return folder / "decisions" / "screening" / f"{person}.jsonl"


@pytest.fixture
def path(tmp_path) -> Path:
    return decided(tmp_path, *(said(f"r{n}") for n in range(6)))


def edited(path: Path, change) -> list[int]:
    lines = path.read_bytes().splitlines(keepends=True)
    change(lines)
    path.write_bytes(b"".join(lines))
    return [line for line, _ in chain_of(path).faults]


def test_an_untouched_file_is_sound_written_one_by_one_or_at_once(path):
    journal.append(path.parent, "ann", [said("a"), said("b")])
    assert (chain_of(path).faults, chain_of(path).joined, chain_of(path).n_unchained) == ((), (), 0)


@pytest.mark.parametrize("number", range(6))
def test_every_removed_line_shows_the_last_one_too(path, number):
    assert edited(path, lambda lines: lines.pop(number)) == [min(number + 1, 5)]


@pytest.mark.parametrize("number", range(6))
def test_every_changed_line_shows(path, number):
    def change(lines):
        lines[number] = lines[number].replace(b"include", b"exclude")

    assert edited(path, change) == [min(number + 2, 6)]


def test_lines_removed_from_the_beginning_are_said_to_be(path):
    edited(path, lambda lines: lines.__delitem__(slice(0, 2)))
    assert chain_of(path).faults == ((1, "the lines at the beginning were removed"),)


def test_a_blank_line_before_the_first_is_said_to_be_put_in(path):
    edited(path, lambda lines: lines.insert(0, b"\n"))
    assert chain_of(path).faults == ((2, "line 2 was the first; what stands before it was put in"),)


def test_white_space_at_a_lines_end_shows(path):
    def change(lines):
        lines[2] = lines[2].replace(b"\n", b" \n")

    assert edited(path, change) == [4]


def test_swapped_lines_show(path):
    def change(lines):
        lines[2], lines[3] = lines[3], lines[2]

    assert 3 in edited(path, change)
    assert "was moved" in chain_of(path).faults[0][1]


def test_a_line_or_a_blank_line_put_in_shows(path):
    assert edited(path, lambda lines: lines.insert(3, b'{"v": 2, "record_id": "r9"}\n'))[0] == 4
    assert "does not name the line before it" in chain_of(path).faults[0][1]
    assert edited(path, lambda lines: lines.insert(1, b"\n"))[0] == 2
    assert "does not name the line before it" in chain_of(path).faults[0][1]


def test_a_last_line_removed_before_the_next_decision_shows_after_it_too(path):
    edited(path, lambda lines: lines.pop())
    decided(path.parents[2], said("r7"))
    [(line, told)] = chain_of(path).faults
    assert (line, "the last one here" in told) == (6, True)


def test_line_ends_exchanged_by_git_are_no_edit(path):
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    decided(path.parents[2], said("r7"))
    assert chain_of(path).faults == ()


def test_a_torn_line_keeps_the_chain_sound(path):
    with path.open("ab") as file:
        file.write(b'{"record_id": "r8", "verd')
    decided(path.parents[2], said("r7"), said("r8"))
    assert chain_of(path).faults == ()
    assert [cut.line for cut in journal.read(path.parent)[1]] == [7]


def test_a_line_longer_than_what_is_read_of_the_end_is_named_whole(path):
    decided(path.parents[2], said("r7", note="n" * 300_000), said("r8"))
    assert chain_of(path).faults == ()


def test_lines_of_an_earlier_samsyn_are_read_and_said_to_be_unchained(tmp_path):
    path = tmp_path / "decisions" / "screening" / "ann.jsonl"
    path.parent.mkdir(parents=True)
    old = {**said("r1"), "person": "ann", "v": 1}
    path.write_text(json.dumps(old) + "\n")
    decided(tmp_path, said("r2"))
    assert [line["record_id"] for line in journal.read(path.parent)[0]] == ["r1", "r2"]
    assert journal_faults(tmp_path) == []
    assert journal_notes(tmp_path)[0].endswith("the first 1 lines; an edit of them cannot be seen")
    edited(path, lambda lines: lines.__setitem__(0, lines[0].replace(b"include", b"exclude")))
    assert [line for line, _ in chain_of(path).faults] == [2]


def test_a_file_that_is_gone_is_named(path):
    path.unlink()
    assert journal_faults(path.parents[2])[0].startswith("decisions/screening/ann.jsonl is gone")


def test_a_newer_file_is_read_and_named_and_not_written_to(path):
    newer = {"after": "0" * 16, "person": "ann", "v": 99, **said("r9"), "zone": "new"}
    with path.open("a") as file:
        file.write(json.dumps(newer, sort_keys=True) + "\n")
    whole = path.read_bytes()
    with pytest.raises(ReviewError, match="newer Samsyn"):
        decided(path.parents[2], said("r7"))
    assert path.read_bytes() == whole
    assert journal.read(path.parent)[0][-1]["record_id"] == "r9"
    assert any("newer Samsyn" in fault for fault in journal_faults(path.parents[2]))


def test_a_text_that_looks_like_a_newer_version_is_no_version(path):
    decided(path.parents[2], said("r7", note='{"v": 99}'), said("r8"))
    assert len(journal.read(path.parent)[0]) == 8


# --- a person's two copies ----------------------------------------------------------------------------------


@pytest.fixture
def copies(path, tmp_path_factory) -> tuple[Path, Path]:
    """Two copies of a folder that went on apart: one includes what the other excludes."""
    here, there = path.parents[2], tmp_path_factory.mktemp("other") / "review"
    shutil.copytree(here, there)
    # a clock that goes backwards reorders nothing
    decided(here, said("a1", decided_at="2026-03-01"), said("both", decided_at="2026-03-02"))
    decided(there, said("b1", decided_at="2026-02-01"), said("both", "exclude", decided_at="2026-02-02"))
    return here, there


def ids(folder: Path) -> list[str]:
    return [line["record_id"] for line in journal.read(folder / "decisions" / "screening")[0]]


def test_two_copies_merge_lose_nothing_show_what_differs_and_end_alike(copies):
    here, there = copies
    [merged] = merge_copy(here, there)
    assert (merged.file, merged.n_lines) == ("screening/ann.jsonl", 2)
    [conflict] = merged.conflicts
    assert "both title_abstract: include in line 8, exclude in line 10; line 10 counts" in conflict
    assert ids(here) == [*(f"r{n}" for n in range(6)), "a1", "both", "b1", "both"]
    assert (journal_faults(here), journal_notes(here)) == ([], [])
    assert merge_copy(here, there) == []
    merge_copy(there, here)
    name = "decisions/screening/ann.jsonl"
    assert (here / name).read_bytes() == (there / name).read_bytes()
    assert journal_faults(there) == []


def test_an_undo_that_only_the_other_copy_has_still_takes_its_line_back(copies):
    here, there = copies
    folder = there / "decisions" / "screening"
    undo = undo_lines(journal.read(folder)[0], "ann", kind="screening", names=("record_id", "stage"))
    journal.append(folder, "ann", undo)
    merge_copy(here, there)
    lines = journal.read(here / "decisions" / "screening")[0]
    [taken_back] = [line for line in lines if line["type"] == "undo"]
    assert taken_back["undoes"] == undo[0]["undoes"]
    more = undo_lines(lines, "ann", kind="screening", names=("record_id",))
    assert more[0]["record_id"] == "b1"


def test_copies_joined_by_hand_are_named_and_count_each_line_once(copies):
    here, there = copies
    name = "decisions/screening/ann.jsonl"
    (here / name).write_bytes((here / name).read_bytes() + (there / name).read_bytes())
    assert ids(here) == [*(f"r{n}" for n in range(6)), "a1", "both", "b1", "both"]
    assert journal_faults(here) == []
    assert "another copy of the file, from its beginning" in journal_notes(here)[0]
    assert chain_of(here / name).forks == ((9, 0),)


def test_copies_joined_by_gits_union_are_named_with_what_differs(copies):
    here, there = copies
    name = "decisions/screening/ann.jsonl"
    theirs = (there / name).read_bytes().splitlines(keepends=True)
    (here / name).write_bytes((here / name).read_bytes() + b"".join(theirs[6:]))
    assert journal_faults(here) == []
    notes = journal_notes(here)
    assert "another copy of the file, written after line 6" in notes[0]
    assert chain_of(here / name).forks == ((9, 6),)
    assert "include in line 8, exclude in line 10" in notes[1]


def test_a_conflicted_copy_of_a_synchronising_program_is_counted_and_named(copies):
    here, there = copies
    shutil.copy(there / "decisions/screening/ann.jsonl", here / "decisions/screening/ann-LAPTOP.jsonl")
    assert sorted(ids(here)) == sorted([*(f"r{n}" for n in range(6)), "a1", "both", "b1", "both"])
    notes = journal_notes(here)
    assert notes[0].startswith("decisions/screening/ann-LAPTOP.jsonl holds lines of ann")
    assert any("the two copies differ in both" in note for note in notes)


@pytest.mark.parametrize("person", ["1" * 5_000, "../../x", "a\x00b"])
def test_a_line_of_a_person_whose_file_cannot_be_is_named_and_no_such_file_sought(path, person):
    path.write_text(
        path.read_text(encoding="utf-8").replace("ann", person.replace("\x00", "\\u0000"), 1),
        encoding="utf-8",
    )
    [note] = journal_notes(path.parents[2])
    assert note.startswith("decisions/screening/ann.jsonl, line 1, is of ")
    assert "cannot name a person's file" in note
    assert len(note) < 250


def test_a_copy_that_took_the_place_of_newer_lines_is_named(copies):
    here, there = copies
    shutil.copy(there / "decisions/screening/ann.jsonl", here / "decisions/screening/ann.jsonl")
    assert "was the last one here was changed or is gone" in journal_faults(here)[0]


def test_what_is_no_copy_is_refused(path, tmp_path_factory):
    with pytest.raises(UsageError, match="has no decisions"):
        merge_copy(path.parents[2], tmp_path_factory.mktemp("empty"))
    with pytest.raises(UsageError, match="is this review itself"):
        merge_copy(path.parents[2], path.parents[2])


# --- crashes and disks --------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the benchmark's writers are forked")
def test_writers_killed_at_random_lose_no_acknowledged_decision():
    named = importlib.util.spec_from_file_location("journal_benchmark", BENCHMARK)
    benchmark = importlib.util.module_from_spec(named)
    sys.modules[named.name] = benchmark
    named.loader.exec_module(benchmark)
    count = benchmark.kill_writers(10, seed=3)
    assert count.faults == []
    assert count.n["decisions acknowledged"] > 20


@pytest.mark.parametrize("options", ["ro", "size=16k"])
def test_a_read_only_or_full_disk_is_said_and_leaves_the_file_whole(tmp_path, options):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here (that takes an administrator)")
    try:
        journal.append(disk, "ann", [said("r1")])
        whole = (disk / "ann.jsonl").read_bytes()
        if options == "ro":
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(ReviewError, match=r"Nothing was saved: (No space left|Read-only file system)"):
            journal.append(disk, "ann", [said("r2", note="n" * 20_000)])
        assert (disk / "ann.jsonl").read_bytes() == whole
        assert chain_of(disk / "ann.jsonl").faults == ()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_what_vouches_for_the_last_line_costs_no_decision_where_it_cannot_be_written(path):
    last_file(path).unlink()
    last_file(path).mkdir()
    decided(path.parents[2], said("r7"))
    assert len(journal.read(path.parent)[0]) == 7


# --- git ----------------------------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> str:
    named = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.autocrlf=true"]
    done = subprocess.run(["git", *named, *words], cwd=folder, check=False, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize(
    "attributes", ["*.jsonl merge=union -text\n*.last merge=union -text\n", ""], ids=["union", "none"]
)
def test_two_clones_edited_apart_are_merged_by_git_and_lose_nothing(tmp_path, attributes):
    first, second = tmp_path / "first", tmp_path / "second"
    decided(first, *(said(f"r{n}") for n in range(3)))
    if attributes:
        (first / ".gitattributes").write_text(attributes)
    for words in (("init", "-b", "main"), ("add", "-A"), ("commit", "-m", "begun")):
        git(first, *words)
    git(tmp_path, "clone", "first", "second")
    for folder, name, verdict in ((first, "a1", "include"), (second, "b1", "exclude")):
        decided(folder, said(name), said("both", verdict))
        decided(folder, said(name), person=f"only-{name}")
        git(folder, "add", "-A")
        git(folder, "commit", "-m", name)
    told = git(second, "pull", "--no-rebase", "origin", "main")
    assert ("CONFLICT" in told) == (not attributes)
    everything = ["r0", "r1", "r2", "a1", "both", "b1", "both", "a1", "b1"]
    assert sorted(ids(second)) == sorted(everything)
    notes = " ".join([*journal_notes(second), *journal_faults(second)])
    assert "both title_abstract" in notes
    # marks of a conflict that nobody took out are no decisions, and are shown
    torn = [cut.raw.strip()[:7] for cut in journal.read(second / "decisions" / "screening")[1]]
    assert torn == ([] if attributes else ["<<<<<<<", "=======", ">>>>>>>"])
