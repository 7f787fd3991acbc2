"""The checking card driven in a real browser: in Jupyter by keys and mouse, and each of its states."""

import json
import shutil
from pathlib import Path

import pytest

from samsyn import Review
from samsyn.cards.checking_queue import CheckingQueue

CARDS = """
from IPython.display import display
from samsyn import Review
review = Review.open('review')
codes = review.checking_card('coder-1', round_='assisted')
settles = review.checking_card('adjudicator', round_='adjudication')
display(codes, settles)
"""


@pytest.fixture
def uncoded(example_folder, tmp_path) -> Path:
    """The example review, screened; of its codings only those of two coders on one record, who differ."""
    folder = Path(shutil.copytree(example_folder, tmp_path / "uncoded"))
    shutil.rmtree(folder / "decisions" / "coding")
    review = Review.open(folder)
    sample = CheckingQueue(review, "coder-1", learns_beside=False).waiting()[0]
    words = review.records.set_index("record_id").loc[sample, "title"]
    present = {
        "record_id": sample,
        "code_id": "governance_npg",
        "value": "present",
        "field": "title",
        "quotation": words,
    }
    review.code([present | {"direction": "promotes"}], person="coder-2", round_="blind")
    review.code([present | {"direction": "hinders"}], person="coder-3", round_="blind")
    return folder


def lines_of(folder: Path, person: str) -> list[dict]:
    path = folder / "decisions" / "coding" / f"{person}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


class Coder:
    """Somebody at the keyboard, who remembers what they saw and pressed."""

    def __init__(self, page) -> None:
        self.page, self.card = page, page.locator(".samsyn-card").first
        self.saw: list[tuple[str, str, str]] = []

    def key(self, key: str, then: str | None = None) -> None:
        """Press a key and wait until the card has drawn its answer."""
        self.page.evaluate("document.querySelector('.samsyn-card .strip').dataset.old = 'yes'")
        self.page.keyboard.press(key)
        self.page.wait_for_function("!document.querySelector('.samsyn-card .strip').dataset.old")
        if then:
            self.card.locator(then).first.wait_for()

    def asked(self) -> str:
        return "".join(self.card.locator("mark.asked > span, mark.asked mark > span").all_text_contents())

    def label(self) -> str:
        return self.card.locator(".which .chip").inner_text()[2:]

    def answer(self, key: str) -> None:
        self.saw.append(
            (
                self.label(),
                {"a": "present", "r": "absent", "u": "unclear"}[key],
                self.asked() if key != "r" else "",
            )
        )
        self.key(key)
        if not self.card.locator(".asking").count():
            self.key("Enter")
        # records in which nothing is suggested
        while not self.card.locator(".asking").count():
            self.key("s")

    def drag_over(self, words: str) -> None:
        """Select words with the mouse, as a hand does."""
        place = self.page.evaluate(
            """(words) => {
              for (const piece of document.querySelectorAll(".samsyn-card [data-field] [data-start]")) {
                const at = piece.firstChild.data.indexOf(words);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(piece.firstChild, at); range.setEnd(piece.firstChild, at + words.length);
                range.startContainer.parentElement.scrollIntoView({ block: "center" });
                const boxes = [...range.getClientRects()], first = boxes[0], last = boxes.at(-1);
                return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2];
              }
            }""",
            words,
        )
        self.page.mouse.move(place[0] + 1, place[1])
        self.page.mouse.down()
        self.page.mouse.move(place[2] - 1, place[3], steps=6)
        self.page.mouse.up()
        for _ in range(600):
            if self.asked() == words:
                return
            self.page.wait_for_timeout(50)
        raise TimeoutError(f"{words!r} was selected, and {self.asked()!r} is asked about")


def test_ten_codes_two_spans_an_added_code_an_undo_and_a_settlement(jupyter, browser, uncoded):
    folder = jupyter.folder / "review"
    shutil.copytree(uncoded, folder)
    jupyter.write_notebook(CARDS)
    page = jupyter.open(browser)
    if jupyter.kind != "voila":
        jupyter.run_all(page)
    page.wait_for_function("document.querySelectorAll('.samsyn-card').length === 2")
    cells = page.locator(".jp-Cell").count()
    coder = Coder(page)
    coder.card.scroll_into_view_if_needed()
    coder.card.focus()
    while not coder.card.locator(".asking").count():
        coder.key("s")

    # ten codes: as suggested, rejected, unclear; one with fewer words by key, one by mouse
    for key in "aarau":
        coder.answer(key)
    before = coder.asked()
    coder.key("[")
    assert before.startswith(coder.asked())
    assert len(coder.asked()) < len(before)
    coder.answer("a")
    first, second, third = coder.asked().split()[:3]
    coder.drag_over(f"{first} {second} {third}")
    coder.key("2")
    coder.answer("a")
    for key in "ara":
        coder.answer(key)

    # a code of one's own, found by its Danish name, on words chosen by mouse
    words = " ".join(coder.card.locator("[data-field=title]").inner_text().split()[:2])
    coder.drag_over(words)
    coder.key("c", then="input[name=code]")
    page.keyboard.type("fælles læring")
    coder.card.locator("li[role=option]").nth(0).wait_for()
    coder.key("Enter", then="[data-panel='which direction']")
    coder.key("4", then=".strip:has-text('Saved')")
    coder.key("z")
    written = [line for line in lines_of(folder, "coder-1") if line["type"] == "coding"]
    undone = [line for line in lines_of(folder, "coder-1") if line["type"] == "undo"]
    labels = {code.id: code.label.en for code in Review.open(folder).scheme.codes}
    assert [labels[line["code_id"]] for line in written[:10]] == [label for label, _, _ in coder.saw]
    for place, (line, (label, verdict, asked)) in enumerate(zip(written, coder.saw, strict=False)):
        said = {before for code, before, _ in coder.saw[:place] if code == label}
        marked = [mark["text"] for mark in line["segments"]]
        # a code that other words of the record hold stays as was said of these when others are refused
        assert (asked in marked) == (verdict != "absent")
        assert line["value"] == verdict or (verdict == "absent" and line["value"] in said and marked)
        assert line["suggested"][-1]["text"].startswith(asked) or line["direction"] == "hinders"
    assert written[6]["direction"] == "hinders"
    assert (written[10]["segments"][0]["field"], written[10]["segments"][0]["text"]) == ("title", words)
    assert len(written) == 11
    assert len(undone) == 1
    assert {line["round"] for line in written} == {"assisted"}
    assert all(line["suggested"] for line in written[:10])
    records = Review.open(folder).records.set_index("record_id")
    for line in written:
        for mark in line["segments"]:
            assert records.loc[line["record_id"], mark["field"]][mark["start"] : mark["end"]] == mark["text"]

    # no key does anything to the notebook around it
    for state in ("Escape", "c", "Escape", "n", "Escape", "q", "?"):
        page.keyboard.press(state)
    page.keyboard.press("Escape")
    for key in [*"bdefghijklmopqtvwy567890", *"'!\"#%&/()=+-_<>|*~", "Delete", "Escape"]:
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.locator(".jp-Cell").count() == cells
    assert page.locator(".samsyn-card").count() == 2
    assert len(lines_of(folder, "coder-1")) == 12

    # the other card: a disagreement is settled by two keys
    settles = page.locator(".samsyn-card").nth(1)
    settles.locator("table").wait_for()
    settles.focus()
    page.keyboard.press("2")
    settles.locator("[data-panel=reason]").wait_for()
    page.keyboard.press("4")
    # what the first card left unclear meanwhile may wait now
    settles.locator(".strip:has-text('1 settled')").wait_for()
    [settled] = lines_of(folder, "adjudicator")
    assert (settled["direction"], settled["reason"], len(settled["settles"])) == ("hinders", "direction", 2)
    assert settled["record_id"] not in set(Review.open(folder).coding_conflicts()["record_id"])
    page.close()


def no_violation(page, faults: list[str], state: str) -> None:
    assert faults == [], state
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{state} scrolls sideways"
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll(".samsyn-card :is(button, input, textarea, select)")]
             .filter((each) => !(each.textContent.trim() || each.labels?.length || each.ariaLabel))
             .map((each) => each.outerHTML)"""
    )
    assert unnamed == [], state


@pytest.mark.parametrize(
    ("language", "page_like"),
    [
        ("en", {}),
        ("da", {"dark": True, "width": 320}),
        # twice as large on a screen of 1280
        ("en", {"dark": True, "width": 640, "height": 450, "device_scale_factor": 2}),
    ],
)
def test_every_state_can_be_used_by_everybody(
    show_card, example_copy, language, page_like, axe_faults, press_answered
):
    (example_copy / "decisions" / "coding" / "adjudicator.jsonl").unlink()
    review = Review.open(example_copy)

    def states(card, keys_to: dict[str, str]):
        with show_card(card, **page_like) as page:
            page.focus(".samsyn-card")
            for state, keys in keys_to.items():
                press_answered(page, *keys.split())
                no_violation(page, axe_faults(page), state)
            yield page

    blind = review.checking_card("coder-9", language=language)
    for page in states(blind, {
        "blind": "", "add a code": "ArrowRight c", "direction": "Enter", "coded": "1", "queue": "q",
        "note": "n",
        "keys": "Escape ?", "nothing to code": "Escape Enter x",
    }):  # fmt: skip
        assert page.locator(".title").count() == 1
    assisted = review.checking_card("coder-1", round_="assisted", language=language)
    for page in states(assisted, {"suggestion": "", "changed, with the definition": "d 2 ["}):
        while page.locator(".asking").count():
            press_answered(page, "u")
        no_violation(page, axe_faults(page), "all answered")
    settles = review.checking_card("adjudicator", round_="adjudication", language=language)
    for page in states(settles, {
        "two coders": "", "why they differ": "1", "a third": "Escape 3", "definition": "Escape d",
        "keys": "?",
    }):  # fmt: skip
        assert page.locator(".keylists").count() == 1
    for page in states(review.checking_card("coder-1", language=language), {"done": ""}):
        assert page.locator(".big").count() == 1
        shutil.rmtree(example_copy / "decisions" / "coding")
        (example_copy / "decisions" / "coding").write_text("in the way of the journal")
        press_answered(page, "z")
        page.wait_for_selector("[role=alert]")
        no_violation(page, axe_faults(page), "not done")


ODD = {
    "emoji": ("Emoji first 🧑🏽‍🤝‍🧑🏻", "🎉🎉 We met 👩‍👩‍👧. Trust grew. Trust between the partners grew."),
    "no abstract": ("No abstract", ""),
    "html": (
        "<b>Tillid</b> & <script>window.hurt = 1</script>",
        '<p>Tilliden voksede.</p> <img src=x onerror="window.hurt = 1">',
    ),
    "right to left": ("الثقة بين الشركاء", "الثقة بين الشركاء مهمة. وجدنا أن الدعم العملي يساعد."),
    "long": ("Long", "Trust between partners strengthened the participation of residents. " * 450),
}


@pytest.fixture
def odd(tmp_path) -> Review:
    """Records as exports have them now and then, all included."""
    review = Review.new(tmp_path / "odd")
    rows = [{"id": name, "title": title, "abstract": abstract} for name, (title, abstract) in ODD.items()]
    export = tmp_path / "odd.json"
    export.write_text(json.dumps([{**row, "type": "article-journal"} for row in rows]), encoding="utf-8")
    review.add(export)
    for person in ("ann", "bo"):
        review.screen(
            [
                {"record_id": name, "verdict": "include", "stage": stage}
                for name in review.records["record_id"]
                for stage in ("title_abstract", "full_text")
            ],
            person=person,
        )
    return review


def test_odd_records_are_shown_as_they_are_and_words_are_taken_exactly(
    show_card, odd, axe_faults, press_answered
):
    card = odd.checking_card("ann", round_="blind")
    faults: list[str] = []
    seen = set()
    with show_card(card) as page:
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.focus(".samsyn-card")
        while page.locator(".title").count():
            title = page.locator(".title").inner_text()
            record = card.queue.records.loc[card.queue.current()]
            seen.add(title)
            if record["abstract"]:
                text = "".join(page.locator("[data-field=abstract] [data-start]").all_text_contents())
                assert text == record["abstract"]
                last = record["abstract"].split()[-1]
                page.evaluate(
                    """(word) => {
                      const node = document.querySelector("[data-field=abstract] [data-start]").firstChild;
                      const range = document.createRange(), at = node.data.lastIndexOf(word);
                      range.setStart(node, at); range.setEnd(node, at + word.length);
                      getSelection().removeAllRanges(); getSelection().addRange(range);
                      const card = document.querySelector(".samsyn-card");
                      card.dispatchEvent(new MouseEvent("mouseup", { bubbles: true }));
                    }""",
                    last,
                )
                page.wait_for_selector("mark.asked")
                span = card.state["span"]
                assert record["abstract"][span["start"] : span["end"]] == span["text"] == last
                assert span["start"] == record["abstract"].rindex(last)
                no_violation(page, axe_faults(page), title)
                # the keys stay within reach below a long text
                assert page.locator("[data-key=c]").bounding_box()["y"] < 900
            else:
                assert page.locator("text=No abstract in the source.").count() == 1
            press_answered(page, "x")
        assert len(seen) == len(ODD)
        assert page.evaluate("window.hurt") is None
    assert faults == []


def test_letters_can_be_switched_off_and_buttons_still_work(show_card, odd, press_answered):
    card = odd.checking_card("ann", round_="blind")
    first = card.queue.current()
    with show_card(card) as page:
        page.focus(".samsyn-card")
        press_answered(page, "?")
        page.uncheck("input[name=letters]")
        press_answered(page, "Escape")
        page.focus(".samsyn-card")
        press_answered(page, "s", "x", ".")
        assert card.queue.current() == first
        assert card.state["span"] is None
        assert lines_of(odd.folder, "ann") == []
        page.click("[data-key=s]")
        page.wait_for_function("window.asked === window.answered")
        assert card.queue.current() != first


def test_the_still_picture_shows_the_record_and_no_suggestion_of_a_blind_reading(example_copy):
    review = Review.open(example_copy)
    blind = review.checking_card("coder-9").static_html()
    assert "<h3" in blind
    assert "suggested" not in blind
    assisted = review.checking_card("coder-1", round_="assisted", language="da").static_html()
    assert "foreslået" in assisted or "kodet af dig" in assisted


def test_every_word_of_the_card_has_both_languages():
    from samsyn.cards.words import card_words

    english, danish = card_words("en")["checking"], card_words("da")["checking"]
    assert english.keys() == danish.keys()
    assert all(english.values())
    assert all(danish.values())
