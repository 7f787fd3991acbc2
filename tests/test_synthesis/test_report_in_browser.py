"""The page in a browser: accessible, quiet on the network, and usable by mouse and by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthesis import Evidence, render_report
from synthesis.provenance import trace

pytest.importorskip("playwright", reason="needs samsyn[test]")

from playwright.sync_api import Browser, Page

WIDTHS = (1280, 320)


@pytest.fixture(scope="module")
def anchors(whole_evidence: Evidence) -> tuple[str, str]:
    """Where the mark and the first finding of trust in Birk's study stand in the page."""
    held = trace(whole_evidence)
    mark = held["marks"]["theme--participation--other-9003--promotes"]["anchor"]
    return mark, held["findings"]["trust--other-9003--promotes"]["anchor"]


@pytest.fixture(scope="module", params=["en", "da"])
def address(request, whole_evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> str:
    return address_of(whole_evidence, tmp_path_factory.mktemp("browser"), request.param)


@pytest.fixture(scope="module")
def english(whole_evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> str:
    return address_of(whole_evidence, tmp_path_factory.mktemp("browser"), "en")


def address_of(evidence: Evidence, folder: Path, language: str) -> str:
    return render_report(evidence, folder, language=language, version="0.1.0")[0].as_uri()


def opened(browser: Browser, address: str, width: int, *, script: bool = True, scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        java_script_enabled=script,
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    return page


def opened_whole(browser: Browser, address: str, width: int, scheme: str) -> Page:
    """The page with everything that can be folded away shown."""
    page = opened(browser, address, width, scheme=scheme)
    page.check("#show-codes")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    return page


@pytest.mark.parametrize("width", WIDTHS)
def test_no_axe_violation(
    browser: Browser, address: str, width: int, anchors: tuple[str, str], axe_faults
) -> None:
    page = opened_whole(browser, address, width, "light")
    assert axe_faults(page, contrast=False) == []
    page.click(f"#{anchors[0]}")
    assert axe_faults(page, contrast=False) == []
    page.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")])
def test_colours_can_be_told_apart(
    browser: Browser, english: str, width: int, scheme: str, anchors: tuple[str, str], axe_faults
) -> None:
    page = opened_whole(browser, english, width, scheme)
    page.click(f"#{anchors[0]}")
    assert axe_faults(page, contrast="only") == []
    page.context.close()


def test_empty_report_has_no_axe_violation(
    browser: Browser, nothing_included: Evidence, tmp_path: Path, axe_faults
) -> None:
    page = opened(browser, render_report(nothing_included, tmp_path)[0].as_uri(), 320)
    assert axe_faults(page) == []
    page.context.close()


def test_nothing_is_asked_of_the_network(browser: Browser, address: str, anchors: tuple[str, str]) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    messages: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.goto(address)
    page.click(f"#{anchors[0]}")
    page.keyboard.press("Escape")
    assert asked == [address]
    assert messages == []
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_does_not_scroll_sideways(browser: Browser, address: str, width: int) -> None:
    page = opened(browser, address, width)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_text_of_the_drawing_stays_in_its_boxes(browser: Browser, address: str) -> None:
    page = opened(browser, address, 1280)
    outside = page.evaluate("""() => [...document.querySelectorAll('.flow g[data-box]')].flatMap((group) => {
        const box = group.querySelector('rect').getBBox();
        return [...group.querySelectorAll('text')].filter((text) => {
            const words = text.getBBox();
            return words.x + words.width > box.x + box.width - 4
                || words.y + words.height > box.y + box.height;
        }).map((text) => text.textContent);
    })""")
    assert outside == []
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_mark_opens_its_words_and_their_source(
    browser: Browser, address: str, width: int, anchors: tuple[str, str]
) -> None:
    page = opened(browser, address, width)
    page.click(f"#{anchors[0]}")
    shown = page.locator("#panel")
    assert shown.is_visible()
    text = shown.inner_text()
    for words in (
        "Beboerne kom, fordi de kendte dem, der spurgte.",
        "Fælles kørsel og børnepasning",
        "other.ris",
        "sha256",
        "Coder A, Coder B, 2026-11-12",
        "Én stemme hver",
        "10.5555/samsyn.0003",
    ):
        assert words in text
    assert shown.locator("mark").count() == 2
    page.context.close()


def test_a_mark_works_by_keyboard_and_gives_the_focus_back(
    browser: Browser, address: str, anchors: tuple[str, str]
) -> None:
    page = opened(browser, address, 1280)
    page.focus(f"#{anchors[0]}")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "panel"
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    assert page.evaluate("document.activeElement.id") == anchors[0]
    page.context.close()


def test_without_script_a_mark_leads_to_its_row(
    browser: Browser, address: str, anchors: tuple[str, str]
) -> None:
    page = opened(browser, address, 1280, script=False)
    page.click(f"#{anchors[0]}")
    assert page.url.endswith("#" + anchors[1])
    assert (
        page.locator("tr:target q").inner_text().strip("»«")
        == "Beboerne kom, fordi de kendte dem, der spurgte."
    )
    assert "[3]" in page.locator("tr:target td:nth-child(3)").inner_text()
    assert page.locator("#filter").is_hidden()
    page.context.close()


def test_rows_can_be_filtered_folded_and_ordered(browser: Browser, address: str) -> None:
    page = opened(browser, address, 1280)
    page.fill("#filter [type=search]", "forum")
    assert page.locator(".ev tr[id]:visible").count() == 1
    page.fill("#filter [type=search]", "")
    for kind in ("p", "x", "o"):
        page.uncheck(f"#filter [value={kind}]")
    hindering = page.locator(".ev tr[id]:visible").count()
    assert hindering == page.locator(".ev tr.h[id]").count()
    page.click("#rows-governance button")
    assert page.locator("#rows-governance tr[id]:visible").count() == 0
    page.click("#rows-governance button")
    page.check("#filter [value=p]")
    page.select_option("#filter select", "study")
    studies = page.locator("#rows-governance tr[id]:visible").evaluate_all(
        "rows => rows.map((row) => row.cells[3].querySelector('a').textContent)"
    )
    assert studies == sorted(studies)
    page.context.close()
