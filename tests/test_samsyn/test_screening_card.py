"""The screening card in JupyterLab, Notebook 7 and voila, driven by keys in a real browser."""

import json
import shutil
import string

CARD = "from samsyn import Review\nReview.open('review').screening_card('screener-1')"


def verdicts(server) -> list[str]:
    path = server.folder / "review" / "decisions" / "screening" / "screener-1.jsonl"
    return [json.loads(line)["verdict"] for line in path.read_text("utf-8").splitlines()]


def test_each_key_decides_once_and_none_leaks_into_the_notebook(jupyter, browser, unscreened_example):
    shutil.copytree(unscreened_example, jupyter.folder / "review")
    jupyter.write_notebook(CARD)
    page = jupyter.open(browser)
    if jupyter.kind != "voila":
        jupyter.run_all(page)
    page.wait_for_selector(".samsyn-card .title")
    page.focus(".samsyn-card")
    for done, key in enumerate("iui", start=1):
        page.keyboard.press(key)
        page.wait_for_function(
            f"document.querySelector('.samsyn-card .strip').innerText.startsWith('{done} of')"
        )
    page.keyboard.press("e")
    page.keyboard.press("2")
    page.wait_for_selector(".strip:has-text('4 of 118')")
    assert verdicts(jupyter) == ["include", "unsure", "include", "exclude"]
    cells = page.locator(".jp-Cell").count()
    for key in set(string.ascii_lowercase) - set("iuezsnwhtdc"):
        page.keyboard.press(key)
    assert page.locator(".jp-Cell").count() == cells
    assert page.locator(".samsyn-card").count() == 1
    assert len(verdicts(jupyter)) == 4
    page.close()
