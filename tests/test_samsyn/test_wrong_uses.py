"""What people do wrong with each command: what is wrong, where and what next, never a traceback."""

import json
import os
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from samsyn.command_line import main

DATA = Path(__file__).parents[1] / "data"
WRONG_USES = [
    (command, wrong["call"], wrong["says"], wrong.get("exit", 2))
    for command, uses in yaml.safe_load((DATA / "wrong_uses.yaml").read_text(encoding="utf-8")).items()
    for wrong in uses
]


def run(*words: str):
    return CliRunner().invoke(main, list(words), prog_name="samsyn")


def written_in(folder: Path) -> list[Path]:
    """What stands in a folder, but for what may be deleted, and the kept version of the scheme."""
    found = sorted(folder.rglob("*"))
    return [path for path in found if path.suffix != ".lock" and not {".cache", "schemes"} & {*path.parts}]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder with a review of two records, and files with which things go wrong."""
    place = tmp_path_factory.mktemp("wrong")
    before = Path.cwd()
    os.chdir(place)
    try:
        run("new", "review", "--scheme", "blank")
        run("add", str(DATA / "two_records.ris"), "--review", "review")
        first = json.loads(run("rank", "--json", "--review", "review").output)["ranking"][0]
    finally:
        os.chdir(before)
    texts = {
        "export.ris": (DATA / "two_records.ris").read_text(encoding="utf-8"),
        "empty.csv": "",
        "empty.ris": "",
        "other_columns.csv": "a,b\n1,2\n",
        "unknown_record.csv": "record_id,verdict\nx:1,include\n",
        "maybe.csv": f"record_id,verdict\n{first},maybe\n",
        "wide.csv": "record_id,verdict\na,b,c,d\n",
        "good.csv": f"record_id,verdict\n{first},include\n",
        "no_value.csv": f"record_id,code_id,present\n{first},trust,yes\n",
        "unknown_code.csv": f"record_id,code_id,value\n{first},nocode,present\n",
        "pairs.csv": "record_id_a,record_id_b,verdict\nq,w,same\n",
        "codebook.qdc": "<a>",
        "project.qdpx": "no archive",
        "page.ipynb": "{",
        "faulty.yaml": "themes: [\n",
        "bomb.yaml": "a: &a [x]\nb: [*a, *a]\n",
        "tag.yaml": "themes: !!python/object/apply:os.getcwd []\n",
        "one_label.csv": "title,abstract,label\na,b,1\n",
        "odd_label.csv": "title,abstract,label\na,b,2\n",
    }
    for name, text in texts.items():
        (place / name).write_text(text, encoding="utf-8")
    for name in ("binary.csv", "project.qdpx"):
        (place / name).write_bytes(b"\0\1\2")
    (place / "damaged.zip").write_bytes(b"PK\3\4junk")
    if hasattr(os, "mkfifo"):
        os.mkfifo(place / "pipe.ris")
    return place


def test_the_table_of_wrong_uses_names_every_command_and_at_least_sixty():
    commands = {call.split()[0] for _, call, *_ in WRONG_USES}
    assert set(main.commands) <= commands
    assert len({call for _, call, *_ in WRONG_USES}) >= 60


@pytest.mark.parametrize(
    ("command", "call", "says", "exit_code"), WRONG_USES, ids=[use[1] for use in WRONG_USES]
)
def test_a_wrong_use_is_answered_in_words(command, call, says, exit_code, place, monkeypatch):
    if "pipe.ris" in call and not (place / "pipe.ris").exists():
        pytest.skip("this system has no named pipes")
    monkeypatch.chdir(place)
    files = written_in(place)
    done = run(*call.replace("REVIEW", "--review review").split())
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == exit_code, done.output
    assert says in re.sub(r"\s+", " ", done.stderr), done.stderr
    assert "Traceback" not in done.output
    assert written_in(place) == files
