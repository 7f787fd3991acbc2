"""Keys of the screening card that had meant something else than what was open, in a plain page."""

import csv
import json

import pytest
import yaml

from samsyn import Review
from samsyn.cards.conflict_queue import ConflictQueue

TITLES = ("Trust in partnerships", "Trust in partnership work", "Trust in the partnerships", "Steel bridges")


@pytest.fixture
def made(tmp_path):
    """``made(**protocol)``: a review of four records, the newest first as named above, and their ids."""

    def make(**protocol):
        review = Review.new(tmp_path / "review")
        path = review.folder / "protocol.yaml"
        written = yaml.safe_load(path.read_text("utf-8")) | protocol
        path.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), "utf-8")
        export = tmp_path / "export.csv"
        with export.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["title", "year"])
            writer.writeheader()
            writer.writerows({"title": title, "year": 2030 - n} for n, title in enumerate(TITLES))
        review.add(export)
        review = Review.open(review.folder)
        return review, review.records.sort_values("year", ascending=False)["record_id"].tolist()

    return make


def lines(review, person="ann", kind="screening"):
    path = review.folder / "decisions" / kind / f"{person}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_a_number_is_the_reasons_while_the_reasons_are_open(made, show_card, press_answered):
    review, names = made()
    card = review.screening_card("ann", mode="newest")
    with show_card(card) as page:
        page.focus(".samsyn-card")
        press_answered(page, "m", "e")
        assert (page.locator(".near").count(), page.locator("[data-key='1']").count()) == (0, 1)
        press_answered(page, "Escape")
        assert page.locator(".near li").count() > 0
        press_answered(page, "e", "1")
    first = review.protocol.exclusion_order()[0]
    assert [(line["record_id"], line["criterion"]) for line in lines(review)] == [(names[0], first)]
    assert lines(review, kind="duplicates") == []


def test_reasons_that_were_open_do_not_stay_open_on_the_next_disagreement(made, show_card, press_answered):
    review, names = made()
    for name in names[:2]:
        for person, verdict in (("ann", "include"), ("bo", "exclude")):
            review.screen([{"record_id": name, "verdict": verdict}], person=person)
    card = review.screening_card("cy", mode="conflicts")
    with show_card(card) as page:
        page.focus(".samsyn-card")
        first = card.state["record"]["record_id"]
        press_answered(page, "e")
        ConflictQueue(review, "dan").settle(first, "include")
        press_answered(page, "1")
        assert "is no longer open" in page.locator(".alert").inner_text()
        assert page.locator(".reasons").count() == 0
        assert page.locator(".foot [aria-pressed=true]").count() == 0
        assert card.state["record"]["record_id"] in set(names[:2]) - {first}
        press_answered(page, "i")
        assert page.locator(".alert").count() == 0
    assert [line["record_id"] for line in lines(review, "cy")] == list(set(names[:2]) - {first})


@pytest.mark.parametrize("language", ["en", "da"])
def test_after_a_queue_is_chosen_the_next_key_decides(made, show_card, press_answered, language):
    review, names = made()
    card = review.screening_card("ann", language=language)
    with show_card(card) as page:
        page.focus("select[name=mode]")
        # letters choose nothing in the closed list: "l", "n" and "t" begin names of queues
        press_answered(page, "i", "n", "t", "l")
        page.focus(".samsyn-card")
        press_answered(page, "e")
        page.focus("select[name=mode]")
        press_answered(page, "Enter")
        assert (card.state["mode"], lines(review)) == ("prioritised", [])
        page.select_option("select[name=mode]", "newest")
        page.wait_for_function("window.asked === 1 && window.answered === 1")
        assert page.evaluate("document.activeElement.className") == "samsyn-card"
        press_answered(page, "i")
        assert card.state["mode"] == "newest"
    assert [(line["record_id"], line["verdict"]) for line in lines(review)] == [(names[0], "include")]


def test_without_criteria_an_exclusion_at_full_text_is_saved_by_enter(made, show_card, press_answered):
    review, names = made(criteria={"inclusion": [], "exclusion": []})
    review.screen([{"record_id": names[0], "verdict": "include"}], person="ann")
    card = Review.open(review.folder).screening_card("ann", stage="full_text", mode="newest")
    with show_card(card) as page:
        page.focus(".samsyn-card")
        press_answered(page, "e")
        assert "The protocol names no reasons." in page.locator(".reasons").inner_text()
        press_answered(page, "Enter")
    assert [(line["stage"], line["verdict"]) for line in lines(review)][1:] == [("full_text", "exclude")]


def test_escape_closes_why_after_the_titles(made, show_card, press_answered):
    review, _ = made()
    with show_card(review.screening_card("ann", mode="newest")) as page:
        page.focus(".samsyn-card")
        press_answered(page, "w", "m")
        assert (page.locator(".why").count(), page.locator(".near").count()) == (1, 1)
        press_answered(page, "Escape")
        assert (page.locator(".why").count(), page.locator(".near").count()) == (1, 0)
        press_answered(page, "Escape")
        assert page.locator(".why").count() == 0


def test_a_note_waits_while_one_looks_back(made, show_card, press_answered):
    review, names = made()
    with show_card(review.screening_card("ann", mode="newest")) as page:
        page.focus(".samsyn-card")
        press_answered(page, "i", "n")
        page.keyboard.type("important")
        press_answered(page, "Escape", "b")
        assert page.locator("textarea").count() == 0
        press_answered(page, "Escape")
        assert page.locator("textarea").input_value() == "important"
        press_answered(page, "i")
        assert page.locator("textarea").count() == 0
        # what is saved is shown as it was saved
        press_answered(page, "b")
        assert page.locator("textarea").input_value() == "important"
    assert [(line["record_id"], line["note"]) for line in lines(review)] == [
        (names[0], ""), (names[1], "important"),
    ]  # fmt: skip
