"""The screening card in JupyterLab, Notebook 7 and voila, and each of its states in a plain page."""

import json
import re
import shutil
import string
from importlib.resources import files

import pytest

from corpus import ReviewError
from samsyn import Review
from samsyn.cards.screening_queue import ScreeningQueue

CARD = "from samsyn import Review\nReview.open('review').screening_card('screener-1')"
# letters that decide or write; all others may be pressed anywhere
DECIDING = set("iuezsnbtmd")


@pytest.fixture
def review(unscreened_example, tmp_path) -> Review:
    return Review.open(shutil.copytree(unscreened_example, tmp_path / "review"))


def lines(folder, person="screener-1", kind="screening"):
    path = folder / "decisions" / kind / f"{person}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def press(page, *keys, until=""):
    for key in keys:
        page.keyboard.press(key)
    if until:
        page.wait_for_selector(until)


def test_each_key_decides_once_and_none_leaks_into_the_notebook(jupyter, browser, unscreened_example):
    folder = shutil.copytree(unscreened_example, jupyter.folder / "review")
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
    press(page, "e", until=".reasons")
    press(page, "2", until=".strip:has-text('4 of 118')")
    # the second page of reasons, with a note, by key alone
    press(page, "n", until="textarea:focus")
    page.keyboard.type("dime mbra")
    press(page, "Enter", "e", "0", until=".reasons:has-text('Reasons 10–15 of 15')")
    press(page, "1", until=".strip:has-text('5 of 118')")
    said = [(line["verdict"], line["criterion"], line["note"]) for line in lines(folder)]
    assert said == [
        ("include", "", ""), ("unsure", "", ""), ("include", "", ""), ("exclude", "E02_language", ""),
        ("exclude", "E10_clinical", "dime mbra"),
    ]  # fmt: skip
    # undone by a line, decided anew
    press(page, "z", until=".strip:has-text('4 of 118')")
    press(page, "w", until=".why table")
    press(page, "h", until="mark")
    press(page, "b", until=".earlier")
    press(
        page,
        "i",
        until=".strip:has-text('4 of 118, 3 included'), .strip:has-text('4 of 118 screened, 3 included')",
    )
    assert [line.get("verdict", line["type"]) for line in lines(folder)][5:] == ["undo", "include"]
    # the choices stay within reach however long the abstract is
    foot = page.locator(".samsyn-card .foot").bounding_box()
    assert foot["y"] + foot["height"] <= 901
    # the recall is computed beside, while nobody presses a key
    page.wait_for_selector(".strip .recall")
    cells, kept = page.locator(".jp-Cell").count(), len(lines(folder))
    for key in sorted(set(string.ascii_lowercase + "/.,-") - DECIDING - set("?")):
        page.keyboard.press(key)
    assert page.locator(".jp-Cell").count() == cells
    assert page.locator(".samsyn-card").count() == 1
    assert len(lines(folder)) == kept
    page.close()


# --- states, in a plain page --------------------------------------------------------------------------------


def screened(review, n=12):
    """Two screeners who have decided on the same records in turn, and differ on every third."""
    for person in ("screener-1", "screener-2"):
        queue = ScreeningQueue(review, person, mode="random", learns_beside=False)
        for place in range(n):
            differs = place % 3 == 0 and person == "screener-2"
            queue.decide(queue.current(), "include" if (place % 2 == 0) != differs else "exclude")


def check(page, faults):
    """Nothing for axe to find, no sideways scroll; each control has a name and shows its focus."""
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    unseen = page.evaluate("""() => [...document.querySelectorAll(
        ".samsyn-card :is(button, a, select, input, textarea, [tabindex='0']):not(:disabled)")]
        .filter((it) => { it.focus(); return getComputedStyle(it).outlineStyle !== "solid"; })
        .map((it) => it.outerHTML)""")
    assert unseen == []
    tree = page.locator(".samsyn-card").aria_snapshot()
    unnamed = re.findall(
        r"- (?:button|link|combobox|textbox|switch|radio|list|region)(?: \[.*|:)?$", tree, re.MULTILINE
    )
    # the list of criteria stands under its heading
    assert set(unnamed) <= {"- list:"}
    page.focus(".samsyn-card")


# what is pressed, and what is to be seen then; one after the other
WALK = [
    ("", ".title"), ("hw", ".why"), ("w", ".foot"), ("e", ".reasons"), ("0", ".reasons"),
    (["Escape"], ".foot"), ("m", ".near"), ("n", "textarea"), (["Escape", "Escape"], ".foot"),
    ("bb", ".earlier"), (["Escape"], ".foot"), ("?", ".help"), (["Escape"], ".foot"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "width", "dark"), [("en", 1280, True), ("da", 320, False), ("en", 640, False)]
)
def test_every_state_is_accessible(review, show_card, language, width, dark, axe_faults, press_answered):
    screened(review)
    card = review.screening_card("screener-1", language=language)
    # 640 pixels are a window of 1280 at 200 % zoom
    with show_card(card, width=width, height=450 if width == 640 else 900, dark=dark) as page:
        requests = []
        page.on("request", lambda one: requests.append(one.url))
        page.focus(".samsyn-card")
        for keys, seen in WALK:
            press_answered(page, *keys)
            page.wait_for_selector(f".samsyn-card {seen}")
            # the colours are those of 320 pixels
            check(page, axe_faults(page, contrast=width != 640))
        page.select_option("select[name=mode]", "conflicts")
        page.wait_for_selector(".settling")
        check(page, axe_faults(page))
        page.select_option("select[name=mode]", "waiting")
        page.wait_for_selector(".done")
        check(page, axe_faults(page))
        press(page, "?", until=".help")
        page.locator("input[name=letters]").press(" ")
        press(page, "Escape", until=".done")
        check(page, axe_faults(page))
        assert requests == []


def test_a_disagreement_is_settled_by_keys(review, show_card):
    screened(review, n=6)
    card = review.screening_card("adjudicator", mode="conflicts")
    with show_card(card) as page:
        page.focus(".samsyn-card")
        assert page.locator(".settling tbody tr").count() == 2
        first = page.locator(".title").inner_text()
        press(page, "d", until=f".title:not(:has-text({json.dumps(first)}))")
        press(page, "2", "n", until="textarea:focus")
        page.keyboard.type("read anew")
        press(page, "Enter", "i", until=".strip:has-text('1 open, 1 settled')")
        assert page.locator(".title").inner_text() == first
        assert "To be talked over" in page.locator(".settling").inner_text()
        press(page, "e", "2", until=".done")
        assert "No disagreement is open" in page.locator(".done").inner_text()
    said = [
        (line["verdict"], line["differ_because"], line["note"])
        for line in lines(review.folder, "adjudicator")[:1]
    ]
    assert said == [("include", "overlooked", "read anew")]
    last = lines(review.folder, "adjudicator")[1]
    assert (last["verdict"], last["criterion"], last["adjudicates"]) == ("exclude", "E02_language", True)
    assert "differ_because" not in last


def test_a_decision_that_failed_is_kept_on_the_card_and_saved_on_trying_again(review, show_card, axe_faults):
    card = review.screening_card("screener-1")
    real, broken = card.queue.decide, [True]

    def decide(*given, **said):
        if broken[0]:
            raise ReviewError("Nothing was saved: No space left on device.")
        real(*given, **said)

    card.queue.decide = decide
    with show_card(card, width=320, height=700) as page:
        page.focus(".samsyn-card")
        title = page.locator(".title").inner_text()
        press(page, "n", until="textarea:focus")
        page.keyboard.type("kept")
        press(page, "Enter", "i", until=".alert")
        # the card is longer than the window, and yet the alert is seen
        seen = page.locator(".alert").bounding_box()
        assert 0 <= seen["y"] < seen["y"] + seen["height"] <= 700
        check(page, axe_faults(page))
        assert page.locator(".title").inner_text() == title
        assert page.locator("textarea").input_value() == "kept"
        press(page, "u")
        broken[0] = False
        press(page, "r", until=".strip:has-text('1 of 118')")
        assert page.locator(".alert").count() == 0
    [line] = lines(review.folder)
    assert (line["verdict"], line["note"]) == ("include", "kept")


def test_one_letter_keys_can_be_switched_off_and_the_buttons_still_work(review, show_card):
    card = review.screening_card("screener-1")
    with show_card(card) as page:
        page.focus(".samsyn-card")
        press(page, "?", until=".help")
        page.locator("input[name=letters]").focus()
        press(page, " ", "Escape", until=".foot .letters")
        assert not card.letter_keys
        page.focus(".samsyn-card")
        press(page, "i", "u", "e")
        assert page.locator("[aria-keyshortcuts='i']").count() == page.locator(".foot kbd").count() == 0
        page.get_by_role("button", name="Unsure").focus()
        press(page, "Enter", until=".strip:has-text('1 of 118')")
        # the focus stays on the button that was used
        assert page.evaluate("document.activeElement.dataset.key") == "u"
    assert [line["verdict"] for line in lines(review.folder)] == ["unsure"]


def test_a_duplicate_is_chosen_by_number_and_undone(review, show_card):
    card = review.screening_card("screener-1", mode="random")
    card.queue.nearest_titles = lambda name, n=9: [one for one in card.queue.in_order() if one != name][:3]
    with show_card(card) as page:
        page.focus(".samsyn-card")
        press(page, "m", until=".near li")
        press(page, "2", until=".strip:has-text('0 of 117')")
        assert "Marked as the same report as" in page.locator("[role=status]").inner_text()
        press(page, "z", until=".strip:has-text('0 of 118')")
    assert [line["type"] for line in lines(review.folder, kind="duplicates")][-2:] == ["duplicate", "undo"]
    assert lines(review.folder) == []


def test_the_queue_is_chosen_in_the_card_and_typing_there_decides_nothing(review, show_card):
    card = review.screening_card("screener-1")
    with show_card(card) as page:
        page.select_option("select[name=mode]", "newest")
        page.wait_for_selector(".strip:has-text('in this queue')")
        page.focus("select[name=mode]")
        press(page, "i", "u")
        press(page, "Escape")
        assert card.queue.mode in (
            "newest",
            "random",
        )  # a letter may choose among the options, as it does in any list
        page.select_option("select[name=mode]", "conflicts")
        page.wait_for_selector(".done:has-text('No disagreement is open')")
    assert lines(review.folder) == []


def test_nothing_of_a_file_becomes_html(review, show_card):
    """A title that is markup is shown as it stands; no script of the cards writes HTML."""
    card = review.screening_card("screener-1")
    hostile = '<img src=x onerror="window.hit=1"><script>window.hit=1</script> <b>bold</b>'
    for column in ("title", "abstract", "authors", "journal", "keywords"):
        card.queue.records[column] = hostile
    card._take(None, {"do": "look"}, None)
    with show_card(card) as page:
        assert page.locator(".title").inner_text() == hostile.replace("<b>", "").replace("</b>", "")
        assert page.locator(".title b").inner_text() == "bold"
        assert page.locator(".samsyn-card :is(img, script)").count() == 0
        assert page.evaluate("window.hit") is None
    for script in (files("samsyn") / "cards").iterdir():
        if script.name.endswith(".js"):
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script.read_text("utf-8")
            ), script.name
