"""README and notebooks run; the changelog has its form."""

import doctest
import os
import re
from pathlib import Path

import nbformat
import pytest

from samsyn.notebook_pages import render_notebook

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


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


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_and_its_page_fetches_nothing(notebook, tmp_path):
    page = render_notebook(notebook, tmp_path / "page.html", folder=tmp_path)
    html = page.read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)=["'](?!#)[^"']+""", html) == []
    assert "@import" not in html
    assert "<script" not in html.split("</style>", 1)[0]
    assert html.count("<h1") == 1
    assert "<main>" in html


def test_code_is_left_off_the_page_on_request(tmp_path):
    one = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("secret = 6\nprint(secret * 7)")])
    nbformat.write(one, tmp_path / "one.ipynb")
    pages = [
        render_notebook(tmp_path / "one.ipynb", tmp_path / "p.html", code=code).read_text()
        for code in (True, False)
    ]
    assert [("secret" in page, "42" in page) for page in pages] == [(True, True), (False, True)]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_kept_without_output(notebook):
    cells = nbformat.read(notebook, as_version=4).cells
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)


def test_changelog_keeps_its_form():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text
    from samsyn import __version__

    assert f"## [{__version__}]" in text


def test_constraints_hold_names_and_versions_only():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", line) for line in lines)
