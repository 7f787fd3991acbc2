"""The checking card where keys are refused, two windows are open, and records come meanwhile."""

import csv
import json
from pathlib import Path

import pytest

from coding_scheme import coding_decisions
from corpus import UsageError
from samsyn import Review
from samsyn.cards import settling_queue
from samsyn.cards.checking_card import CheckingCard
from samsyn.cards.checking_queue import CheckingQueue
from samsyn.cards.settling_queue import SettlingQueue
from samsyn.cards.words import card_words

TRUST = "Trust grew slowly among partners."
FALL = "Trust declined among citizens."
# so many that some are read with suggestions: the sample that is read blind is at least ten
PLENTY = 14


def add_included(review: Review, *records: tuple[str, str]) -> Review:
    """A review with further records (title, abstract), each of them included."""
    before = set(review.records["record_id"])
    export = review.folder.parent / f"export-{len(before)}.csv"
    with export.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("title", "abstract"), *records])
    review.add(export)
    review = Review.open(review.folder)
    late = [name for name in review.records["record_id"] if name not in before]
    for stage in review.protocol.stages:
        rows = [{"record_id": name, "verdict": "include", "stage": stage} for name in late]
        review.screen(rows, person="ann")
    return Review.open(review.folder)


@pytest.fixture
def trusting(tmp_path) -> Review:
    """Records in which two codings are suggested, all included; nobody has coded."""
    review = Review.new(tmp_path / "review")
    return add_included(review, *((f"Study {n}", f"{TRUST} {FALL}") for n in range(PLENTY)))


@pytest.fixture
def differing(tmp_path) -> Review:
    """Two records on which two coders differ."""
    review = Review.new(tmp_path / "review")
    review = add_included(review, *((f"Study {n}", f"{TRUST} The end.") for n in range(2)))
    for name in review.records["record_id"]:
        differ(review, name)
    return Review.open(review.folder)


def differ(review: Review, name: str, *absent: str) -> None:
    code = review.scheme.active_codes[0]
    row = {"record_id": name, "code_id": code.id}
    present = {"value": "present", "direction": code.direction.allowed[0], "quotation": TRUST}
    review.code([row | present], person="ann", round_="blind")
    for person in ("bo", *absent):
        review.code([row | {"value": "absent"}], person=person, round_="blind")


def press(card: CheckingCard, do: str, **details) -> dict:
    """Send a key's message as a page does; return the state that the page then shows."""
    shown = {"record_id": card.state.get("record", {}).get("record_id", "")}
    shown |= {"code_id": card.state["code_id"]} if "code_id" in card.state else {}
    number = card.state["answered"] + 1
    card._take(None, {"do": do, "view": "page", "n": number, **shown, **details}, None)
    return card.state


def lines_of(review: Review, person: str = "bo") -> list[dict]:
    path = review.folder / "decisions" / "coding" / f"{person}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def queue_of(review: Review, person: str = "bo") -> CheckingQueue:
    return CheckingQueue(review, person, round_="assisted", learns_beside=False)


def card_of(review: Review, person: str = "bo", **options) -> CheckingCard:
    """A card whose queue looks for others only when a test says so."""
    return CheckingCard(lambda _: queue_of(review, person), round_="assisted", **options)


def test_a_refused_key_keeps_words_direction_and_note(trusting):
    card = card_of(trusting)
    words = press(card, "span", how="shorter")["span"]["text"]
    press(card, "direction", direction="mixed")
    press(card, "note", note="ask about this")
    shown = press(card, "undo")
    assert shown["fault"]
    assert (shown["span"]["text"], shown["question"]["direction"]) == (words, "mixed")
    assert shown["note"] == "ask about this"
    press(card, "answer", verdict="present")
    [line] = lines_of(trusting)
    assert ([each["text"] for each in line["segments"]], line["direction"]) == ([words], "mixed")
    assert line["note"] == "ask about this"


def test_an_item_decided_on_in_another_window_is_shown_as_it_stands(trusting):
    here, there = card_of(trusting), card_of(trusting)
    press(here, "span", how="shorter")
    press(here, "note", note="ask about this")
    press(there, "answer", verdict="present")
    shown = press(here, "answer", verdict="absent")
    assert "in another window" in shown["fault"]
    assert (shown["question"]["answer"], shown["span"]["text"]) == ("accepted", TRUST)
    assert shown["note"] == "ask about this"


def test_a_window_behind_another_is_refused_also_after_its_queue_has_caught_up(trusting):
    here, there = card_of(trusting), card_of(trusting)
    press(there, "answer", verdict="absent")
    here.queue.keep_up()
    assert "in another window" in press(here, "answer", verdict="present")["fault"]
    assert [line["value"] for line in lines_of(trusting)] == ["absent"]
    # what the refusal showed is what the next key is about
    assert not press(here, "answer", verdict="present")["fault"]


@pytest.mark.parametrize("catches_up", [False, True])
def test_nothing_to_code_takes_back_no_coding_of_another_window(trusting, catches_up):
    here, there = card_of(trusting), card_of(trusting)
    press(there, "answer", verdict="present")
    if catches_up:
        here.queue.keep_up()
    assert "in another window" in press(here, "nothing")["fault"]
    assert [line["value"] for line in lines_of(trusting)] == ["present"]
    assert "accepted" in {item["answer"] for item in here.state["items"]}
    assert "You have coded" in press(here, "nothing")["fault"]


def test_adding_a_code_decided_on_in_another_window_is_refused(trusting):
    here, there = card_of(trusting), card_of(trusting)
    code_id = here.state["question"]["code_id"]
    press(there, "answer", verdict="absent")
    here.queue.keep_up()
    shown = press(here, "add", code_id=code_id, direction="promotes")
    assert "in another window" in shown["fault"]
    assert len(lines_of(trusting)) == 1


# --- the same words twice -------------------------------------------------------------------------------


@pytest.fixture
def twice(tmp_path) -> CheckingQueue:
    """A queue at a record with the same sentence twice, read blind before, so that suggestions are shown."""
    review = add_included(Review.new(tmp_path / "review"), ("Study", f"{TRUST} Time was short. {TRUST}"))
    [name] = review.records["record_id"]
    review.code([{"record_id": name, "code_id": "", "value": "absent"}], person="bo", round_="blind")
    return queue_of(review)


def test_the_same_words_at_two_places_are_answered_one_by_one(twice):
    name = twice.current()
    first, second = twice.items(name)
    assert first.segment.text == second.segment.text
    twice.answer(first, "present")
    assert [item.answer for item in twice.items(name)] == ["accepted", ""]
    twice.answer(twice.items(name)[1], "absent")
    assert [item.answer for item in queue_of(twice.review).items(name)] == ["accepted", "rejected"]
    last = lines_of(twice.review)[-1]
    places = [(shown["field"], shown["start"]) for shown in last["suggested"]]
    assert places == [("abstract", str(item.segment.start)) for item in (first, second)]
    assert [segment["start"] for segment in last["segments"]] == [first.segment.start]
    progress = twice.progress()
    assert (progress.accepted, progress.changed, progress.rejected) == (1, 0, 1)


def test_lines_without_a_place_are_read_as_before(twice):
    name = twice.current()
    first, _ = twice.items(name)
    twice.answer(first, "present")
    [line] = [line for line in lines_of(twice.review) if line["code_id"]]
    for shown in line["suggested"]:
        del shown["field"], shown["start"]
    path = twice.review.folder / "decisions" / "coding" / "bo.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in [lines_of(twice.review)[0], line]), "utf-8")
    again = queue_of(Review.open(twice.review.folder))
    assert [item.answer for item in again.items(name)] == ["accepted", "rejected"]


def test_words_that_stand_once_are_noted_without_a_place(trusting):
    queue = queue_of(trusting)
    queue.answer(queue.items(queue.current())[0], "absent")
    [line] = lines_of(trusting)
    assert set(line["suggested"][0]) == {"direction", "text", "proposed_by", "score"}
    assert coding_decisions([line])["suggested"].str.contains(TRUST).all()


# --- undo, and records that come ------------------------------------------------------------------------


def test_undo_takes_back_all_of_nothing_to_code_after_the_card_was_opened_again(trusting):
    queue = queue_of(trusting)
    name = queue.current()
    waiting = len(queue.items(name))
    queue.nothing()
    again = queue_of(trusting)
    assert again.undo() == name
    assert again.stands(name) == {}
    assert [item.answer for item in again.items(name)] == [""] * waiting
    assert trusting.coding_decisions().empty


def test_undo_of_nothing_to_code_leaves_what_was_refused_before(trusting, monkeypatch):
    queue = queue_of(trusting)
    name = queue.current()
    first = queue.items(name)[0]
    monkeypatch.setattr("corpus.journal.now", lambda: "2026-01-01T10:00:00Z")
    queue.answer(first, "absent")
    monkeypatch.setattr("corpus.journal.now", lambda: "2026-01-01T10:00:09Z")
    queue.nothing()
    again = queue_of(trusting)
    again.undo()
    assert {code: stand.value for code, stand in again.stands(name).items()} == {first.code_id: "absent"}


def test_records_included_meanwhile_come_into_an_open_queue(tmp_path):
    review = Review.new(tmp_path / "review")
    card = CheckingCard(lambda _: CheckingQueue(review, "bo", learns_beside=False))
    assert card.state["view"] == "done"
    review = add_included(review, ("Bees", TRUST))
    card.queue.keep_up()
    card._take(None, {"do": "look"}, None)
    assert card.state["record"]["title"] == "Bees"
    press(card, "nothing")
    assert card.state["view"] == "done"
    add_included(review, ("Wasps", FALL))
    card.queue.keep_up()
    card._take(None, {"do": "look"}, None)
    assert card.state["record"]["title"] == "Wasps"
    assert press(card, "nothing")["fault"] == ""
    assert len(lines_of(review)) == 2


def test_a_record_being_read_stays_in_its_round_when_others_come(trusting):
    queue = queue_of(trusting)
    name, waiting = queue.current(), queue.waiting()
    add_included(trusting, *((f"Late {n}", TRUST) for n in range(200)))
    queue.keep_up()
    assert len(queue.records) == PLENTY + 200
    assert (queue.current(), queue.round_of(name)) == (name, "assisted")
    assert set(waiting) <= set(queue.waiting())
    assert queue._beside._suggestions["record_id"].nunique() == PLENTY + 200


def test_a_record_added_while_disagreements_are_settled_can_be_shown(differing):
    card = CheckingCard(lambda _: SettlingQueue(differing, "cy"), round_="adjudication")
    for _ in range(2):
        press(card, "keep", person="bo", reason="overlooked")
    assert card.state["view"] == "done"
    review = add_included(differing, ("Bees", TRUST))
    [late] = review.records.loc[review.records["title"] == "Bees", "record_id"]
    differ(review, late)
    shown = press(card, "undo")
    assert (shown["fault"], shown["view"]) == ("", "settle")
    assert late in [row["record_id"].split()[0] for row in shown["queue"]]


def test_disagreements_that_come_meanwhile_are_noticed(differing, monkeypatch):
    monkeypatch.setattr(settling_queue, "_LOOKS_EVERY", 0)
    card = CheckingCard(lambda _: SettlingQueue(differing, "cy"), round_="adjudication")
    for _ in range(2):
        press(card, "keep", person="bo", reason="overlooked")
    review = add_included(differing, ("Bees", TRUST))
    [late] = review.records.loc[review.records["title"] == "Bees", "record_id"]
    differ(review, late)
    card._take(None, {"do": "look"}, None)
    assert card.state["record"]["record_id"] == late


def test_what_somebody_else_has_settled_leaves_an_open_card(differing, monkeypatch):
    monkeypatch.setattr(settling_queue, "_LOOKS_EVERY", 0)
    here, there = (SettlingQueue(differing, person) for person in ("cy", "dan"))
    first, second = here.waiting()
    there.go(*second)
    there.keep("bo", "overlooked")
    assert here.waiting() == [first, second]
    here.keep_up()
    assert here.waiting() == [first]


# --- the page -------------------------------------------------------------------------------------------


def test_the_loser_of_two_settling_windows_sees_the_next_disagreement(show_card, differing, press_answered):
    here, there = (
        CheckingCard(lambda _, who=who: SettlingQueue(differing, who), round_="adjudication")
        for who in ("cy", "dan")
    )
    first = here.state["record"]["title"]
    with show_card(here) as page:
        page.focus(".samsyn-card")
        press_answered(page, "1")
        press(there, "keep", person="bo", reason="overlooked")
        press_answered(page, "1")
        assert "since it was shown" in page.locator("[role=alert]").inner_text()
        assert page.locator(".title").inner_text() != first
        assert page.locator("[data-panel=reason]").count() == 0
        # the whole way again, and not the reason for what was chosen before
        press_answered(page, "1")
        assert page.locator("[data-panel=reason]").count() == 1
        assert lines_of(differing, "cy") == []


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_letter_after_choosing_a_reading_decides(show_card, trusting, press_answered, language):
    card = trusting.checking_card("bo", language=language)
    with show_card(card) as page:
        page.locator("select[name=reading]").focus()
        page.locator("select[name=reading]").select_option("assisted")
        page.wait_for_function("window.asked === window.answered")
        page.wait_for_selector(".asking")
        press_answered(page, "a")
        page.wait_for_timeout(200)
        assert card.state["reading"] == "assisted"
        assert [line["value"] for line in lines_of(trusting)] == ["present"]


def test_a_code_that_was_refused_can_still_be_added(show_card, trusting, press_answered):
    here, there = card_of(trusting), card_of(trusting)
    label = next(code["label"] for code in here.codes if code["id"] == here.state["question"]["code_id"])
    with show_card(here) as page:
        page.focus(".samsyn-card")
        press_answered(page, "c")
        page.keyboard.type(label)
        press_answered(page, "Enter")
        press(there, "answer", verdict="absent")
        press_answered(page, "1")
        assert "in another window" in page.locator("[role=alert]").inner_text()
        assert label in page.locator("[data-panel='which direction'] h3").first.inner_text()
        press_answered(page, "1")
        assert [line["value"] for line in lines_of(trusting)] == ["absent", "present"]


def test_escape_closes_definition_and_queue(show_card, trusting, press_answered):
    with show_card(card_of(trusting)) as page:
        page.focus(".samsyn-card")
        for key, panel in (("d", ".definition"), ("q", "[data-panel=queue]")):
            press_answered(page, key)
            assert page.locator(panel).count() == 1
            press_answered(page, "Escape")
            assert page.locator(panel).count() == 0
        assert lines_of(trusting) == []


def test_the_key_list_counts_the_coders(show_card, differing, press_answered):
    name = differing.records["record_id"].iloc[0]
    differ(differing, name, "di")
    queue = SettlingQueue(differing, "cy")
    queue.go(name, differing.scheme.active_codes[0].id)
    with show_card(CheckingCard(lambda _: queue, round_="adjudication")) as page:
        page.focus(".samsyn-card")
        press_answered(page, "?")
        keys = page.locator(".help dl").first.inner_text().split("\n")
        third = card_words("en")["checking"]["third"]
        assert keys[0] == "1 2 3"
        assert keys[keys.index(third) - 1] == "4"


def test_the_words_in_the_frame_can_be_copied(show_card, trusting):
    with show_card(card_of(trusting)) as page:
        page.evaluate(
            """document.addEventListener("copy", (event) => {
              window.copied = event.clipboardData.getData("text/plain");
            })"""
        )
        box = page.locator("p.abstract").bounding_box()
        page.mouse.move(box["x"] + 2, box["y"] + 10)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 10, steps=4)
        page.mouse.up()
        page.wait_for_function("window.asked && window.asked === window.answered")
        framed = "".join(page.locator("mark.asked [data-start]").all_text_contents())
        assert framed in TRUST
        assert framed != TRUST
        page.keyboard.press("Control+c")
        assert page.evaluate("window.copied") == framed
        assert page.locator("[data-panel]").count() == 0


def test_the_card_says_that_letter_keys_are_off(show_card, trusting, differing_card, axe_faults):
    said = card_words("en")["card"]["keys_off"]
    for card in (card_of(trusting), differing_card):
        with show_card(card) as page:
            assert page.locator(f"text={said}").count() == 0
        card.letter_keys = False
        with show_card(card) as page:
            assert page.locator(f"text={said}").count() == 1
            assert axe_faults(page) == []


@pytest.fixture
def differing_card(tmp_path) -> CheckingCard:
    review = add_included(Review.new(tmp_path / "differing" / "review"), ("Study", TRUST))
    differ(review, review.records["record_id"].iloc[0])
    return CheckingCard(lambda _: SettlingQueue(review, "cy"), round_="adjudication")


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_record_without_title_has_a_heading_in_the_still_picture(tmp_path, language):
    review = add_included(Review.new(tmp_path / "review"), ("", TRUST))
    still = review.checking_card("bo", language=language).static_html()
    assert f'<h3 dir="auto">{card_words(language)["checking"]["no_title"]}</h3>' in still


# --- notebooks ------------------------------------------------------------------------------------------

NO_NOTEBOOKS = {
    "latin.ipynb": '{"cells": [], "metadata": {"a": "æ"}, "nbformat": 4, "nbformat_minor": 5}'.encode(
        "latin-1"
    ),
    "list.ipynb": b"[]",
    "empty object.ipynb": b"{}",
    "number.ipynb": b"3",
    "cells.ipynb": b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    "deep.ipynb": b"[" * 100_000,
    "text.ipynb": b"words",
}


@pytest.mark.parametrize("name", [*NO_NOTEBOOKS, "folder.ipynb", "missing.ipynb"])
def test_a_file_that_is_no_notebook_is_one_error_with_its_name(tmp_path, name):
    from samsyn.notebook_pages import render_notebook

    path: Path = tmp_path / name
    if name in NO_NOTEBOOKS:
        path.write_bytes(NO_NOTEBOOKS[name])
    elif name == "folder.ipynb":
        path.mkdir()
    with pytest.raises(UsageError) as fault:
        render_notebook(path, tmp_path / "page.html")
    assert name in str(fault.value)
    assert not (tmp_path / "page.html").exists()
