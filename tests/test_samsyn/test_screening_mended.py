"""What a screener is told and may take back: two windows, settlings, what comes late or is decided anew."""

import csv
import json
import shutil

import pytest
import yaml

from coding_scheme.scheme import DIRECTIONS
from corpus import UsageError
from samsyn import Review
from samsyn.cards.conflict_queue import ConflictQueue
from samsyn.cards.record_shown import directions_shown
from samsyn.cards.screening_card import ScreeningCard
from samsyn.cards.screening_queue import ScreeningQueue
from samsyn.cards.words import _every_word, card_words
from samsyn.pages.address import PageAddress
from samsyn.pages.content import card_of

TITLES = ("Trust in partnerships", "Steel bridges", "School meals", "Whale songs", "Shared goals", "Water")
PLAN = {
    "people": [{"id": "ann"}, {"id": "bo"}, {"id": "cy", "name": "Cy"}],
    "screening": {"plan": "all_twice", "screeners": ["ann", "bo"]},
}


@pytest.fixture
def made(tmp_path):
    """``made(n, **protocol)``: a review of n records, and their ids."""

    def make(n=3, **protocol):
        review = Review.new(tmp_path / "review")
        path = review.folder / "protocol.yaml"
        written = yaml.safe_load(path.read_text("utf-8")) | protocol
        path.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), "utf-8")
        add(review.folder, tmp_path / "export.csv", TITLES[:n])
        return opened(review)

    return make


def add(folder, export, titles):
    with export.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["title", "year"])
        writer.writeheader()
        writer.writerows({"title": title, "year": 2030 - place} for place, title in enumerate(titles))
    Review.open(folder).add(export)


def opened(review):
    review = Review.open(review.folder)
    return review, review.records.sort_values("year", ascending=False)["record_id"].tolist()


def differ_on(review, name, *, criterion=""):
    review.screen([{"record_id": name, "verdict": "include"}], person="ann")
    review.screen([{"record_id": name, "verdict": "exclude", "criterion": criterion}], person="bo")


def newest(review, person="ann", **more):
    return ScreeningQueue(review, person, mode="newest", learns_beside=False, **more)


class Keys:
    """What a page sends to a card, one message after the other."""

    def __init__(self, card):
        self.card, self.n = card, 0

    def __call__(self, do, **more):
        self.n += 1
        self.card._take(None, {"do": do, "view": "here", "n": self.n, **more}, None)
        return self.card.state

    def decide(self, verdict, **more):
        record = self.card.state["record"]
        return self(
            "decide", record_id=record["record_id"], verdict=verdict, instead_of=record["own"], **more
        )

    @property
    def record(self):
        return (self.card.state["record"] or {}).get("record_id", "")


def lines(review, person, kind="screening"):
    path = review.folder / "decisions" / kind / f"{person}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


# --- disagreements ------------------------------------------------------------------------------------------


def test_who_settles_too_late_is_told_so_and_shown_the_next_disagreement(made):
    review, names = made(3)
    for name in names[:2]:
        differ_on(review, name)
    press = Keys(ScreeningCard(ConflictQueue(review, "cy")))
    first = press.record
    ConflictQueue(review, "dan").settle(first, "include")
    state = press("decide", record_id=first, verdict="exclude")
    assert "is no longer open" in state["fault"]
    assert not state["try_again"]
    assert press.record == next(name for name in names[:2] if name != first)
    assert lines(review, "cy") == []
    assert press("decide", record_id=press.record, verdict="exclude")["fault"] == ""


@pytest.mark.parametrize("language", ["en", "da"])
def test_what_people_say_by_now_is_shown_before_it_is_settled(made, language):
    review, [name] = made(1)
    differ_on(review, name, criterion="E02_language")
    press = Keys(ScreeningCard(ConflictQueue(review, "cy"), language=language))
    Review.open(review.folder).screen([{"record_id": name, "verdict": "unsure"}], person="bo")
    state = press("decide", record_id=name, verdict="exclude")
    assert state["fault"] == card_words(language)["screening"]["said_anew"].replace("{title}", TITLES[0])
    assert press.record == name
    assert state["settling"]["rows"][1][1] == card_words(language)["screening"]["verdict_unsure"]
    assert press("decide", record_id=name, verdict="exclude")["fault"] == ""
    assert [line["verdict"] for line in lines(review, "cy")] == ["exclude"]


def test_a_settled_record_puts_off_no_other(made):
    review, names = made(2)
    for name in names:
        differ_on(review, name)
    press = Keys(ScreeningCard(ConflictQueue(review, "cy")))
    first = press.record
    ConflictQueue(review, "dan").settle(first, "include")
    state = press("put_off")
    assert (state["settling"]["put_off"], state["said"]) == ("", "")
    assert "is no longer open" in state["notice"]


@pytest.mark.parametrize("stage", ["title_abstract", "full_text"])
def test_undo_among_disagreements_leaves_ones_own_screening_alone(made, stage):
    review, names = made(2)
    differ_on(review, names[0])
    review.screen([{"record_id": names[1], "verdict": "include"}], person="ann")
    if stage == "full_text":
        review.screen([{"record_id": names[1], "verdict": "include", "stage": stage}], person="ann")
    before = lines(review, "ann")
    press = Keys(ScreeningCard(ConflictQueue(review, "ann")))
    assert "was not settled here" in press("undo")["fault"]
    assert (press.record, lines(review, "ann")) == (names[0], before)
    with pytest.raises(UsageError, match="no decision to take back"):
        ConflictQueue(review, "cy").undo()


def test_undo_in_the_queue_leaves_a_settling_alone(made):
    review, names = made(2)
    differ_on(review, names[0])
    press = Keys(ScreeningCard(ConflictQueue(review, "ann")))
    press("decide", record_id=names[0], verdict="include")
    press("mode", mode="newest")
    assert "take it back under Disagreements" in press("undo")["fault"]
    assert Review.open(review.folder).verdicts()["settled_by"].tolist() == ["ann"]
    # what is decided after it is taken back as ever
    press.decide("unsure")
    assert press("undo")["said"] == "Taken back; here it is again."
    press("mode", mode="conflicts")
    press("undo")
    assert (press.card.state["fault"], press.record) == ("", names[0])


def test_a_disagreement_on_a_record_that_came_later_is_shown(made, tmp_path):
    review, names = made(2)
    differ_on(review, names[0])
    press = Keys(ScreeningCard(ConflictQueue(review, "cy")))
    add(review.folder, tmp_path / "later.csv", ["Bees"])
    later, every = opened(review)
    [new] = set(every) - set(names)
    differ_on(later, new)
    state = press("decide", record_id=names[0], verdict="include")
    assert (state["fault"], press.record) == ("", new)
    assert state["progress"]["text"] == "1 open, 1 settled"


def test_the_reason_offered_is_the_one_that_counts(made):
    review, [name] = made(1)
    order = review.protocol.exclusion_order()
    for person, verdict, criterion in (
        ("ann", "exclude", order[4]),
        ("bo", "exclude", order[1]),
        ("cal", "include", ""),
    ):
        review.screen([{"record_id": name, "verdict": verdict, "criterion": criterion}], person=person)
    press = Keys(ScreeningCard(ConflictQueue(review, "cy")))
    assert press.card.state["given_reason"].startswith(order[1].split("_")[0])
    press("decide", record_id=name, verdict="exclude")
    assert Review.open(review.folder).verdicts()["criterion"].tolist() == [order[1]]


def test_where_the_protocol_names_no_reason_none_is_asked_for_at_full_text(made):
    review, names = made(2, criteria={"inclusion": [], "exclusion": []})
    for person in ("ann", "bo"):
        review.screen([{"record_id": name, "verdict": "include"} for name in names], person=person)
    card = ScreeningCard(newest(review, stage="full_text"))
    assert not card.state["reason_required"]
    press = Keys(card)
    assert press.decide("exclude")["fault"] == ""
    review.screen([{"record_id": names[0], "verdict": "include", "stage": "full_text"}], person="bo")
    settles = ConflictQueue(review, "cy", stage="full_text")
    assert not ScreeningCard(settles).state["reason_required"]
    settles.settle(settles.current(), "exclude")
    assert lines(review, "cy")[0]["verdict"] == "exclude"


@pytest.mark.parametrize(
    ("n", "en", "da"), [(2, "1 more waits.", "1 mere venter."), (3, "2 more wait.", "2 flere venter.")]
)
def test_one_that_waits_is_told_as_one(made, n, en, da):
    review, names = made(n)
    for name in names:
        differ_on(review, name)
    for language, said in (("en", en), ("da", da)):
        card = ScreeningCard(ConflictQueue(review, "cy"), language=language)
        assert card.state["settling"]["who"].endswith(said)


# --- what is left -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [{}, PLAN])
@pytest.mark.parametrize("mode", ["conflicts", "waiting"])
def test_who_has_records_left_is_led_to_them(made, mode, plan):
    review, _ = made(3, **plan)
    card = review.screening_card("ann", mode=mode)
    row = card.state["left"]["rows"][0]
    assert row == {"text": "3 records are left for you to screen", "mode": "prioritised"}
    press = Keys(card)
    assert press("mode", mode=row["mode"])["record"]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "1 record read, 1 kept."), ("da", "1 post læst, 1 beholdt.")]
)
def test_one_record_read_is_told_as_one(made, language, said):
    review, _ = made(1)
    press = Keys(ScreeningCard(newest(review), language=language))
    assert press.decide("include")["left"]["read"] == said


def test_who_settles_only_has_nothing_left_to_screen(made):
    review, _ = made(2, **PLAN)
    rows = review.screening_card("cy", mode="conflicts").state["left"]["rows"]
    assert [row["text"] for row in rows] == ["2 records wait for ann", "2 records wait for bo"]


# --- undo ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Taken back. What you decided before on “Trust in partnerships” stands again: include."),
        ("da", "Fortrudt. Det, du før afgjorde om »Trust in partnerships«, gælder igen: medtag."),
    ],
)
def test_undo_of_a_decision_made_anew_names_what_stands(made, language, said):
    review, names = made(3)
    press = Keys(ScreeningCard(newest(review), language=language))
    press.decide("include")
    press("back")
    press.decide("exclude")
    state = press("undo")
    assert (state["notice"], state["said"], press.record) == (said, "", names[1])
    assert press("undo")["said"] == card_words(language)["screening"]["said_undo"]
    assert press.record == names[0]
    assert press("undo")["fault"] == card_words(language)["screening"]["said_nothing_to_undo"]


def test_a_pair_taken_back_elsewhere_does_not_stop_undo(made):
    review, names = made(4)
    queue = newest(review)
    queue.decide(names[0], "include")
    queue.mark_duplicate(names[1], names[2])
    Review.open(review.folder).undo_duplicates("ann")
    assert queue.undo() == names[0]


def test_a_decision_taken_back_elsewhere_does_not_stop_the_pair_before_it(made):
    review, names = made(4)
    queue = newest(review)
    queue.mark_duplicate(names[1], names[2])
    queue.decide(names[0], "include")
    Review.open(review.folder).undo_screening("ann")
    assert queue.undo() == names[1]
    assert len(Review.open(review.folder).duplicate_decisions()) == 0


def test_each_window_takes_back_its_own_pair(made):
    review, names = made(5)
    first, second = newest(review), newest(Review.open(review.folder))
    first.mark_duplicate(names[0], names[1])
    second.mark_duplicate(names[2], names[3])
    assert first.undo() == names[0]
    assert Review.open(review.folder).duplicate_decisions()["record_id_a"].tolist() == [names[2]]
    with pytest.raises(UsageError, match="to take back"):
        first.undo()
    with pytest.raises(UsageError, match="nothing of a pair here"):
        first.undo_duplicate()


# --- other keys ---------------------------------------------------------------------------------------------


def test_a_pair_that_could_not_be_written_is_written_when_one_tries_again(made):
    review, names = made(3)
    press = Keys(ScreeningCard(newest(review)))
    press.card.queue.nearest_titles = lambda name, n=9: [names[1]]
    press("near")
    in_the_way = review.folder / "decisions" / "duplicates"
    shutil.rmtree(in_the_way, ignore_errors=True)
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("")
    state = press("same", other=names[1])
    assert (state["try_again"], len(state["near"])) == (True, 1)
    in_the_way.unlink()
    state = press("same", other=names[1])
    assert (state["fault"], state["near"]) == ("", None)
    assert state["said"] == "Marked as the same report as: Steel bridges"
    assert lines(review, "ann", "duplicates")[0]["record_id_a"] == names[0]


def test_skip_puts_off_only_what_was_shown(made):
    review, names = made(3)
    press = Keys(ScreeningCard(newest(review)))
    newest(Review.open(review.folder)).decide(names[0], "include")
    state = press("skip")
    assert (press.record, state["said"]) == (names[1], "")
    assert state["notice"].startswith(
        "You have decided on “Trust in partnerships” in another window: include."
    )
    assert press.card.queue.in_order() == names[1:]
    assert (press("skip")["said"], press.record) == ("Skipped.", names[2])
    assert press.card.queue.in_order() == [names[2], names[1]]


def test_recall_is_computed_anew_when_a_decision_is_made_anew(made):
    review, names = made(3)
    press = Keys(ScreeningCard(newest(review)))
    for verdict in ("include", "exclude", "exclude"):
        press.decide(verdict)
    look(press.card)
    assert not press.card.state["look_again"]
    for _ in names:
        press("back")
    press.decide("exclude")
    assert press.card.state["look_again"]
    look(press.card)
    assert press.card.state["beside"]["text"] == "Recall is not known yet"


def look(card):
    card._take(None, {"do": "look"}, None)
    card._stopping.wait()
    card._take(None, {"do": "look"}, None)


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize(
    ("key", "word"), [("back", "nothing_back"), ("topic", "no_other"), ("skip", "no_other")]
)
def test_a_key_that_can_do_nothing_says_so(made, language, key, word):
    review, [name] = made(1)
    press = Keys(ScreeningCard(newest(review), language=language))
    state = press(key)
    assert (state["notice"], state["said"]) == (card_words(language)["screening"][word], "")
    assert press.record == name


# --- words --------------------------------------------------------------------------------------------------


def test_every_word_is_there_in_both_languages_and_whole():
    for part, texts in _every_word().items():
        for key, both in texts.items():
            assert set(both) == {"en", "da"}, (part, key)
            assert all(isinstance(text, str) and text.strip() for text in both.values()), (part, key)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["promotes", "hinders", "mixed", "descriptive"]),
        ("da", ["fremmer", "hæmmer", "blandet", "beskrivende"]),
    ],
)
def test_a_scheme_that_names_no_directions_has_the_usual_ones(made, language, said):
    review, _ = made(1)
    path = review.folder / "coding_scheme.yaml"
    written = yaml.safe_load(path.read_text("utf-8"))
    written.pop("directions", None)
    path.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), "utf-8")
    shown = directions_shown(Review.open(review.folder).scheme, language)
    assert [each["id"] for each in shown] == list(DIRECTIONS)
    assert [each["label"] for each in shown] == said


# --- clean pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "label"), [("en", "Cy: settle disagreements"), ("da", "Cy: afgør uenigheder")]
)
def test_who_screens_nothing_reaches_the_disagreements_from_the_page(made, language, label):
    review, names = made(2, **PLAN)
    differ_on(review, names[0])
    page = PageAddress("screen", language=language)
    assert page.choices(review.protocol) == [("ann", "ann"), ("bo", "bo"), ("cy", label)]
    card = card_of(review, page.changed(person="cy"))
    assert (card.state["mode"], card.state["record"]["record_id"]) == ("conflicts", names[0])
    assert card_of(review, page.changed(person="ann")).state["mode"] == "prioritised"


def test_who_is_not_known_is_told_where_screeners_are_named(made):
    review, _ = made(1, **PLAN)
    with pytest.raises(UsageError, match=r"Known: ann, bo\. Others are added under screening\.screeners\."):
        PageAddress("screen", "zed").check_person(review.protocol)
    with pytest.raises(UsageError, match=r"Known: ann, bo, cy\. Others are added under people\."):
        PageAddress("check", "zed").check_person(review.protocol)
