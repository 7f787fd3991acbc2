"""The effect direction plot and the gap map in a browser: legible, accessible, also narrow and printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthesis import Evidence, render_report

pytest.importorskip("playwright", reason="needs samsyn[test]")

from playwright.sync_api import Browser, Page

# texts that lie over one another, or outside their drawing
CROWDED = """() => [...document.querySelectorAll('.plot')].flatMap((plot) => {
    const texts = [...plot.querySelectorAll('text')]
        .filter((one) => one.textContent && one.getClientRects().length)
        .map((one) => ({ words: one.textContent, box: one.getBoundingClientRect() }));
    const paper = plot.getBoundingClientRect();
    const outside = texts.filter(({ box }) => box.left < paper.left - 1 || box.right > paper.right + 1
        || box.top < paper.top - 1 || box.bottom > paper.bottom + 1).map(({ words }) => words);
    const over = texts.flatMap((one, n) => texts.slice(n + 1).filter((other) =>
        one.box.left < other.box.right - 1 && other.box.left < one.box.right - 1
        && one.box.top < other.box.bottom - 4 && other.box.top < one.box.bottom - 4)
        .map((other) => `${one.words} / ${other.words}`));
    return [...outside, ...over];
})"""


@pytest.fixture(scope="module", params=["en", "da"])
def address(request, whole_evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("plots")
    return render_report(whole_evidence, folder, language=request.param, version="0.1.0")[0].as_uri()


def opened(browser: Browser, address: str, width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=False).new_page()
    page.goto(address)
    return page


@pytest.mark.parametrize("width", [1280, 320])
def test_no_text_of_a_drawing_lies_over_another_or_outside(browser: Browser, address: str, width: int):
    page = opened(browser, address, width)
    assert page.locator(".plot").count() == 2
    assert page.evaluate(CROWDED) == []
    page.context.close()


def test_a_narrow_screen_shows_marks_beside_the_names(browser: Browser, address: str):
    page = opened(browser, address, 320)
    first = page.locator("#effect_direction [data-study] path").first.bounding_box()
    assert first["x"] < 320
    assert page.locator("#effect_direction .aside").first.is_hidden()
    page.context.close()


def test_a_study_in_the_plot_leads_to_its_reference(browser: Browser, address: str):
    page = opened(browser, address, 1280)
    page.locator("#effect_direction a", has_text="Maple 2021").first.click()
    assert "Maple" in page.locator("li:target").inner_text()
    page.context.close()


def test_each_drawing_file_stands_alone_without_violation(
    browser: Browser, whole_evidence: Evidence, tmp_path: Path, axe_faults
):
    drawings = [path for path in render_report(whole_evidence, tmp_path) if path.suffix == ".svg"]
    assert {path.name for path in drawings} == {"effect_direction.svg", "gap_map.svg", "flow.svg"}
    for path in drawings:
        page = browser.new_page()
        page.set_content(
            f"<!doctype html><html lang=en><title>t</title><main><h1>t</h1>{path.read_text()}</main>"
        )
        assert page.get_by_role("img").first.get_attribute("aria-labelledby")
        assert axe_faults(page) == []
        page.close()


def test_drawings_fit_the_printed_page(browser: Browser, address: str):
    page = opened(browser, address, 1280)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 less its margins
    for plot in page.locator(".plot").all():
        box = plot.bounding_box()
        assert box["width"] <= 688
        assert box["height"] <= 950  # 250 mm
    page.context.close()


def test_each_mark_of_the_plot_is_a_link_to_its_findings(browser: Browser, address: str):
    page = opened(browser, address, 1280)
    marks = page.locator("#effect_direction [data-study] .across a")
    assert marks.count() == page.locator("#effect_direction [data-study] path[data-theme]").count() > 0
    assert all(": " in mark.get_attribute("aria-label") for mark in marks.all())
    for name in {name for mark in marks.all() for name in mark.get_attribute("data-f").split()}:
        assert page.locator(f"#evidence tr#{name}").count() == 1
    # without script it is a plain link, and the keyboard follows it
    marks.first.focus()
    page.keyboard.press("Enter")
    assert page.locator("tr:target").get_attribute("id") == marks.first.get_attribute("data-f").split()[0]
    page.context.close()


def test_a_mark_of_the_plot_opens_the_words_behind_it(browser: Browser, address: str):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    several = page.locator("#effect_direction .across a[data-f*=' ']").first
    several.focus()
    page.keyboard.press("Enter")
    assert page.locator("#panel:not([hidden]) section").count() == len(
        several.get_attribute("data-f").split()
    )
    page.keyboard.press("Escape")
    assert several.evaluate("one => one === document.activeElement")
    page.close()
