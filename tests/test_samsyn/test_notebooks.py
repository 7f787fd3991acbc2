"""The notebooks run top to bottom, and as pages nothing in them is blank, offline too."""

import re
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from samsyn.notebook_pages import render_notebook, run_notebook, write_page

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
CARDS = re.compile(r"\.(screening_card|checking_card|explore)\(")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_as_a_page_is_whole_without_a_network(path, tmp_path, browser, axe_faults):
    notebook = run_notebook(path, tmp_path)
    no_output_is_a_warning_or_an_error(notebook)
    page_is_accessible_fetches_nothing_and_shows_a_twin_for_each_card(notebook, tmp_path, browser, axe_faults)
    plain_nbconvert_is_not_blank_where_a_card_stands(notebook, tmp_path, browser)


def no_output_is_a_warning_or_an_error(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert outputs
    assert [output for output in outputs if output.output_type in ("error", "stream")] == []


def page_is_accessible_fetches_nothing_and_shows_a_twin_for_each_card(notebook, folder, browser, axe_faults):
    written = write_page(notebook, folder / "page.html")
    html = written.read_text(encoding="utf-8")
    # a record's address may be followed; nothing else leads out of the page
    assert re.findall(r"""<(?!a\b)[^>]*\s(?:src|href)=["'](?!#)[^"']+""", html) == []
    assert "@import" not in html
    assert "<script" not in html
    assert html.count("<h1") == 1
    for width in (1280, 320):
        page = browser.new_page(viewport={"width": width, "height": 900})
        requests = []
        page.on("request", lambda one, seen=requests: seen.append(one.url))
        page.goto(written.as_uri())
        assert axe_faults(page, contrast=width == 1280) == []
        assert requests == [written.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") == width
        each_card_has_its_twin(page, notebook)
        page.close()


def plain_nbconvert_is_not_blank_where_a_card_stands(notebook, folder, browser):
    html, _ = HTMLExporter().from_notebook_node(notebook)
    written = folder / "plain.html"
    written.write_text(html, encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(written.as_uri())
    each_card_has_its_twin(page, notebook)
    context.close()


def each_card_has_its_twin(page, notebook):
    n_cards = sum(bool(CARDS.search(cell.source)) for cell in notebook.cells if cell.cell_type == "code")
    twins = page.locator(".samsyn-twin").all()
    assert len(twins) == n_cards
    assert all(twin.is_visible() and len(twin.inner_text()) > 100 for twin in twins)


def test_every_notebook_holds_a_card():
    assert all(CARDS.search(path.read_text(encoding="utf-8")) for path in NOTEBOOKS)


def test_code_is_left_off_the_page_on_request(tmp_path):
    one = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("secret = 6\nprint(secret * 7)")])
    nbformat.write(one, tmp_path / "one.ipynb")
    shown = render_notebook(tmp_path / "one.ipynb", tmp_path / "p.html").read_text()
    bare = write_page(run_notebook(tmp_path / "one.ipynb"), tmp_path / "p.html", code=False).read_text()
    assert [("secret" in page, "42" in page) for page in (shown, bare)] == [(True, True), (False, True)]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_kept_without_output(notebook):
    cells = nbformat.read(notebook, as_version=4).cells
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)
