"""A review on a computer where only its folder can be written, and on one that knows English letters only."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from samsyn import Review

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parents[1] / "data"
# no home, no path to other programs, no cache of compiled code
BARE = {"PATH": "", "PYTHONPATH": str(ROOT), "LC_ALL": "C"}
WHOLE_REVIEW = """
import sys
from samsyn.command_line import main

folder, source = sys.argv[1:]
for words in (["new", folder], *([*command, "--review", folder] for command in (
    ["add", source, "--database", "Scopus"], ["status"], ["rank"], ["suggest", "--all"],
    ["render", "--language", "da"], ["check"], ["export", folder + "/out.csv"],
))):
    try:
        main(words)
    except SystemExit as end:
        print("exit code", end.code, words[0])
"""
# everything read-only but what was bound before; seen by this process and its children only
ALL_READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind / && cd "$1" && shift && exec "$@"'


@pytest.fixture
def source(tmp_path) -> Path:
    path = tmp_path / "én eksport.ris"
    path.write_bytes((DATA / "two_records.ris").read_bytes())
    return path


def test_nothing_is_written_outside_the_review_and_the_folder_for_temporary_files(tmp_path, source):
    (tmp_path / "temporary").mkdir()
    program = shutil.which("unshare")
    namespace = [
        program,
        "--mount",
        *([] if os.geteuid() == 0 else ["--map-root-user"]),
        "sh",
        "-c",
        ALL_READ_ONLY,
        "sh",
    ]
    tried = program and subprocess.run([*namespace, tmp_path, "true"], capture_output=True, check=False)
    if not tried or tried.returncode:
        pytest.skip("this system makes no read-only view of itself")
    [written] = (
        subprocess.run([*namespace, tmp_path, "touch", ROOT / "x"], capture_output=True, check=False),
    )
    assert b"Read-only file system" in written.stderr
    done = subprocess.run(
        [*namespace, tmp_path, sys.executable, "-c", WHOLE_REVIEW, tmp_path / "min søgning", source],
        env={**BARE, "PATH": os.defpath, "TMPDIR": str(tmp_path / "temporary")},
        capture_output=True, check=False,
    )  # fmt: skip
    said = done.stdout.decode().splitlines()
    commands = ("new", "add", "status", "rank", "suggest", "render", "check", "export")
    assert done.stderr == b""
    assert [line for line in said if line.startswith("exit code")] == [
        f"exit code 0 {name}" for name in commands
    ]
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows writes names of files as it does in every language")
def test_where_python_is_told_to_know_english_letters_only_names_and_words_are_kept(tmp_path, source):
    review = Review.new(tmp_path / "min søgning", scheme="blank")
    odd = {**BARE, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    words = [sys.executable, "-m", "samsyn", "add", source, "--review", review.folder]
    done = subprocess.run(words, env=odd, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "én eksport.ris" in done.stdout.decode("utf-8")
    assert (review.folder / "sources" / source.name).read_bytes() == source.read_bytes()
    line = (review.folder / "sources" / "sources.jsonl").read_text(encoding="utf-8")
    assert json.loads(line)["source_id"] == source.name
