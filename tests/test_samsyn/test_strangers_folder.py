"""A review folder that a stranger made: it leads nowhere else and never hangs; what is old and odd."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus import FaultyFileError, UsageError, read_protocol, read_records
from samsyn import Review
from samsyn.command_line import main
from samsyn.commands.console import called_as

DATA = Path(__file__).parents[1] / "data"
needs_links = pytest.mark.skipif(os.name == "nt", reason="links and pipes as Linux and macOS have them")


def run(*words: object, exit_code: int | None = 0) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    assert exit_code is None or done.exit_code == exit_code, done.output
    return done.output


# --- the folder ---------------------------------------------------------------------------------------------


@needs_links
@pytest.mark.parametrize("name", ["sources", "decisions", "output", ".cache", "schemes"])
def test_a_folder_that_is_a_link_to_elsewhere_is_refused(tmp_path, name):
    review, elsewhere = Review.new(tmp_path / "review", scheme="blank").folder, tmp_path / "elsewhere"
    elsewhere.mkdir()
    if (review / name).exists():
        (review / name).rmdir()
    (review / name).symlink_to(elsewhere)
    assert f"{name} in the review folder is a link to another place" in run(
        "status", "--review", review, exit_code=2
    )
    assert list(elsewhere.iterdir()) == []


@needs_links
@pytest.mark.parametrize(
    "name", ["protocol.yaml", "coding_scheme.yaml", "sources/x.ris", "decisions/screening/ann.jsonl"]
)
def test_a_file_that_is_a_link_or_a_pipe_is_refused(tmp_path, name):
    review, secret = Review.new(tmp_path / "review", scheme="blank").folder, tmp_path / "secret"
    secret.write_text("title: mine\n")
    path = review / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(secret)
    assert "is a link to another place" in run("status", "--review", review, exit_code=2)
    path.unlink()
    os.mkfifo(path)
    # a pipe instead of the protocol is no review folder at all
    said = run("status", "--review", review, exit_code=2)
    assert "is a pipe or a device" in said or "is not a review folder" in said


@needs_links
@pytest.mark.parametrize("name", ["schemes/9.9-0b3a178d.yaml", "decisions/screening/ann.jsonl"])
def test_a_copy_whose_files_lead_elsewhere_is_not_merged(tmp_path, name):
    review, secret = Review.new(tmp_path / "review", scheme="blank").folder, tmp_path / "secret"
    secret.write_text("mine\n")
    other = tmp_path / "other"
    shutil.copytree(review, other)
    (other / name).parent.mkdir(exist_ok=True)
    (other / name).symlink_to(secret)
    said = run("merge", other, "--review", review, exit_code=2)
    assert f"{name} in the review folder is a link to another place" in said
    assert not (review / name).exists()


@needs_links
def test_a_review_that_is_itself_reached_by_a_link_opens(tmp_path):
    (tmp_path / "link").symlink_to(Review.new(tmp_path / "review", scheme="blank").folder)
    assert "0  sources" in run("status", "--review", tmp_path / "link")


@needs_links
def test_a_pipe_is_no_source_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.ris")
    with pytest.raises(UsageError, match="is a pipe or a device"):
        read_records(tmp_path / "pipe.ris")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "refers to an anchor"),
        ("a: &a [*a]\n", "refers to an anchor"),
        ("x: " + "[" * 5000 + "]" * 5000, "nested far deeper"),
        ("title: !!python/object/apply:os.system ['touch hit']\n", "not valid YAML"),
        ("seed: " + "1" * 5000 + "\n", "not valid YAML"),
        ("seed: !!int x\n", "not valid YAML"),
        ("seed: !!timestamp x\n", "not valid YAML"),
        ("title: \x1b[2J\n", "not valid YAML"),
    ],
    ids=["laughs", "recursion", "depth", "object", "number", "tagged number", "tagged time", "control"],
)
def test_yaml_that_is_made_to_do_harm_is_a_fault_with_its_line(tmp_path, text, said):
    (tmp_path / "protocol.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FaultyFileError, match=said):
        read_protocol(tmp_path / "protocol.yaml")


# --- no surprise --------------------------------------------------------------------------------------------


def test_the_demo_reaches_no_network_and_ends_with_the_commands_that_come_next(tmp_path, monkeypatch):
    def refuse(*_args, **_settings):
        raise AssertionError("a connection was tried")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    called, folder = Path("some") / "bin" / "samsyn", tmp_path / "demo æøå"
    monkeypatch.setattr("sys.argv", [str(called), "demo"])
    *said, screen, tables, status = run("demo", folder).splitlines()
    assert any("check: all is well" in line for line in said)
    assert f"{called} open screen --practice" in screen
    assert f"{called} open tables --review '{folder}'" in tables
    assert f"{called} status --review '{folder}'" in status


def test_called_as_a_module_the_commands_to_copy_are_called_so_too(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", [str(tmp_path / "samsyn" / "__main__.py"), "demo"])
    monkeypatch.setattr("sys.executable", "python")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert called_as() == "python -m samsyn"


# --- old and odd --------------------------------------------------------------------------------------------

AS_PROGRAM = [sys.executable, "-m", "samsyn"]


def test_an_old_machine_without_home_language_or_colour_and_a_path_with_spaces(tmp_path):
    review = Review.new(tmp_path / "min søgning æøå").folder
    (tmp_path / "én eksport.ris").write_bytes((DATA / "two_records.ris").read_bytes())
    run("add", tmp_path / "én eksport.ris", "--review", review)
    odd = {"LC_ALL": "C", "NO_COLOR": "1", "PATH": "",
           "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "ascii"}  # fmt: skip
    done = subprocess.run([*AS_PROGRAM, "status"], cwd=review, env=odd, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "én eksport.ris" in done.stdout.decode()


def test_who_stops_reading_early_gets_no_traceback(tmp_path):
    review = Review.new(tmp_path / "review", scheme="blank").folder
    asked = subprocess.Popen(
        [*AS_PROGRAM, "status", "--review", str(review)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    asked.stdout.close()
    said = asked.stderr.read()
    asked.stderr.close()
    assert (asked.wait(), said) == (0, b"")


def test_own_files_with_line_ends_of_windows_say_the_same(example_folder, example_copy):
    for path in [*example_copy.glob("*.yaml"), *example_copy.rglob("*.jsonl")]:
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert Review.open(example_copy).status() == Review.open(example_folder).status()


@pytest.mark.parametrize(
    "source_id", ["..\\secret.ris", "C:\\secret.ris", "../secret.ris", "/etc/passwd", "a\0b"]
)
def test_a_list_of_sources_whose_names_lead_out_is_refused(tmp_path, source_id):
    review = Review.new(tmp_path / "review", scheme="blank")
    review.add(DATA / "two_records.ris")
    lines = review.folder / "sources" / "sources.jsonl"
    lines.write_text(json.dumps(json.loads(lines.read_text()) | {"source_id": source_id}) + "\n")
    assert "is missing" in run("status", "--review", review.folder, exit_code=1)
