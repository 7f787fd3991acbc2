"""A review folder that a stranger made: it leads nowhere else, never hangs, and cannot steer the terminal."""

import json
import os
import socket
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus import FaultyFileError, UsageError, read_protocol, read_records
from samsyn import Review
from samsyn.command_line import main
from samsyn.commands.console import printable

DATA = Path(__file__).parents[1] / "data"
needs_links = pytest.mark.skipif(os.name == "nt", reason="links and pipes as Linux and macOS have them")
HOSTILE = {
    "ansi": "\x1b[2J\x1b]0;owned\x07red", "c1": "\x9b31mred", "nul": "a\x00b",
    "backspace": "good\b\b\b\bevil",
    "return": "good\revil", "surrogate": "half \ud800 letter", "bidi": "\u202efdp.exe", "isolate": "\u2066x",
    "script": "</script><script>window.hit=1</script>", "image": "<img src=x onerror=window.hit=1>",
    "formula": "=HYPERLINK(\"http://x\")", "at": "@SUM(1)", "minus": "-1+cmd|' /C calc'!A0",
    "url": "javascript:window.hit=1", "sql": "\"; DROP TABLE records;--", "jinja": "{{ 7*7 }}{% raw %}",
    "cdata": "]]><!--", "entity": "&lol; &amp;lt;", "path": "../../etc/passwd", "backslash": "..\\..\\x",
    "long": "w" * 40_000, "bibtex": "} @book{x, title={y", "ris": "x\nER  - \nTY  - JOUR",
}  # fmt: skip


def run(*words: object, exit_code: int | None = 0) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    assert exit_code is None or done.exit_code == exit_code, done.output
    return done.output


def steers(said: str) -> list[str]:
    """The signs of a text that a terminal would obey, or that turn the direction of reading."""
    return [
        sign for sign in said if sign != "\n" and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]


@pytest.fixture(scope="module")
def hostile_review(tmp_path_factory) -> Path:
    """A review whose records hold each hostile text in every field, screened with it as a note."""
    place = tmp_path_factory.mktemp("hostile")
    items = [
        {"type": "article-journal", "id": name, "title": f"{text} {name}", "abstract": f"We saw. {text}",
         "author": [{"family": text, "given": text}], "container-title": text, "keyword": text, "URL": text,
         "DOI": text, "volume": text, "note": text, "issued": {"date-parts": [[2020]]}}
        for name, text in HOSTILE.items()
    ]  # fmt: skip
    (place / "items.json").write_text(json.dumps(items), encoding="utf-8")
    review = Review.new(place / "review", scheme="blank")
    run("add", place / "items.json", "--review", review.folder, "--query", HOSTILE["ansi"] + HOSTILE["bidi"])
    protocol = review.folder / "protocol.yaml"
    text = protocol.read_text(encoding="utf-8").replace("[title_abstract, full_text]", "[title_abstract]")
    protocol.write_text(text, encoding="utf-8")
    rows = [
        {"record_id": name, "verdict": "include", "note": text}
        for name, text in zip(review.records["record_id"], list(HOSTILE.values()) * 2, strict=False)
        if "\ud800" not in text
    ]
    review.screen(rows, person="ann")
    review.screen([row | {"verdict": "exclude"} for row in rows[:4]], person="bo")
    return review.folder


@pytest.mark.parametrize(
    "words",
    [["status"], ["rank", "--all"], ["duplicates"], ["screen", "--conflicts"], ["screen", "--waiting"],
     ["check"],
     ["agreement"], ["suggest"], ["status", "--json"], ["rank", "--all", "--json"],
     ["screen", "--conflicts", "--json"], ["duplicates", "--json"]],
    ids=" ".join,
)  # fmt: skip
def test_no_command_lets_a_files_words_steer_the_terminal(hostile_review, words):
    said = run(*words, "--review", hostile_review, exit_code=None)
    assert said
    assert steers(said) == []
    if "--json" in words:
        json.loads(said.splitlines()[-1])


def test_a_fault_that_quotes_a_call_or_a_file_cannot_steer_the_terminal(hostile_review, tmp_path):
    text = "".join(HOSTILE[name] for name in ("ansi", "c1", "backspace", "return", "bidi", "isolate", "path"))
    place = ["--review", hostile_review]
    table = tmp_path / "decisions.csv"
    table.write_bytes(f"record_id,verdict\n{json.dumps(text)},include\n".encode("utf-8", "replace"))
    for words in (["duplicates", "--explain", text], ["screen", table, "--as", text], ["add", text],
                  ["screen", table, "--as", "ann"], ["rank", "--stage", text], [text]):  # fmt: skip
        assert steers(run(*words, *place, exit_code=None)) == []


@pytest.mark.parametrize("suffix", [".ris", ".bib", ".csv", ".json", ".xlsx"])
def test_every_record_and_no_more_comes_back_from_what_was_exported(hostile_review, tmp_path, suffix):
    n_records = len(Review.open(hostile_review).records)
    run("export", tmp_path / f"out{suffix}", "--review", hostile_review)
    reading = read_records(tmp_path / f"out{suffix}")
    assert (len(reading.records), len(reading.unreadable)) == (n_records, 0)


def test_printable_keeps_the_letters_of_every_language():
    assert printable("Æble, 東京, שלום, 🌱\n") == "Æble, 東京, שלום, 🌱\n"
    for text in HOSTILE.values():
        assert steers(printable(text)) == []


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


def test_a_cache_that_somebody_else_filled_changes_nothing(example_copy):
    before = Review.open(example_copy).duplicates().groups
    for path in (example_copy / ".cache").rglob("*"):
        if path.is_file():
            path.write_bytes(b"PAR1 not a table PAR1")
    assert Review.open(example_copy).duplicates().groups.equals(before)


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
    assert f"{called} open tables --review {folder}" in tables
    assert f"{called} status --review {folder}" in status


# --- old and odd --------------------------------------------------------------------------------------------

AS_PROGRAM = [sys.executable, "-c", "from samsyn.command_line import main; main()"]


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
