"""The README runs; the changelog has its form."""

import doctest
import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_readme_python_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert (failed, tried > 5) == (0, True)


def test_readme_commands_run_in_order(tmp_path, monkeypatch):
    """The review of your own, with a person's part done by filling in the first row."""
    from click.testing import CliRunner

    from samsyn.command_line import main

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = next(
        part for part in re.findall(r"```console\n(.*?)```", readme, re.DOTALL) if "samsyn new" in part
    )
    (tmp_path / "scopus.ris").write_bytes((ROOT / "tests" / "data" / "two_records.ris").read_bytes())
    monkeypatch.chdir(tmp_path)
    for line in block.strip().splitlines():
        command = line.removeprefix("$ ")
        if command.startswith("cd "):
            os.chdir(command.split()[1])
            protocol = Path("protocol.yaml").read_text(encoding="utf-8")
            Path("protocol.yaml").write_text(
                protocol.replace("[title_abstract, full_text]", "[title_abstract]"), encoding="utf-8"
            )
            continue
        words = [word.strip("'") for word in re.findall(r"'[^']*'|\S+", command)][1:]
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, (line, done.output)
        if words[0] in ("rank", "suggest"):
            table = Path(words[-1])
            verdict = "include" if words[0] == "rank" else "present"
            table.write_text(
                re.sub(r"^([^,\n]+,[^,\n]+),,", rf"\1,{verdict},", table.read_text(), flags=re.MULTILINE)
            )
    assert Path("output/report.html").exists()


def test_first_screen_of_the_readme_names_two_commands():
    first = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:20]
    assert "$ make demo" in first
    assert "$ make test" in first


def test_changelog_keeps_its_form():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text
    from samsyn import __version__

    assert f"## [{__version__}]" in text


def test_constraints_hold_names_and_versions_only():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", line) for line in lines)
