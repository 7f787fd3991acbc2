"""The example's report in a browser: accessible, quiet, traced from mark to source file."""

import shutil
from pathlib import Path

import pytest

from samsyn import Review


@pytest.fixture(scope="module")
def report(example_folder, tmp_path_factory) -> Path:
    folder = shutil.copytree(example_folder, tmp_path_factory.mktemp("reported") / "review")
    return Review.open(folder).render()[0]


@pytest.mark.parametrize("width", [1280, 320])
def test_no_axe_violation_no_request_and_no_sideways_scroll(browser, report, axe_faults, width):
    address = report.as_uri()
    page = browser.new_page(viewport={"width": width, "height": 900})
    requests = []
    page.on("request", lambda one: requests.append(one.url))
    page.goto(address)
    assert axe_faults(page, contrast=width == 1280) == []
    assert requests == [address]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


def test_from_a_mark_to_the_sentence_the_record_and_the_source_file(browser, report):
    review = Review.open(report.parents[1])
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(report.as_uri())
    page.locator("#matrix td a").first.click()
    said = page.locator("[role=dialog], #trace, aside").first.inner_text()
    coded = review.coded()
    assert any(text in said for text in coded["text"])
    assert "sha256" in said
    assert any(source in said for source in review.sources["source_id"])
    assert "10.5555/" in said
    page.close()


def test_without_script_a_mark_leads_to_its_row(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    page.locator("#matrix td a").first.click()
    target = page.url.split("#", 1)[1]
    assert page.locator(f"[id='{target}'] q").count() > 0
    context.close()
