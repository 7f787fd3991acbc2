"""What a coder is asked next, and what each of their keys writes: the journal is read line by line."""

import json
import shutil
import weakref
from pathlib import Path

import pytest

from coding_scheme import Segment, standings
from corpus import ReviewError, UsageError
from samsyn import Review
from samsyn.cards import checking_queue
from samsyn.cards.checking_face import CheckingFace
from samsyn.cards.checking_queue import CheckingQueue
from samsyn.cards.settling_face import SettlingFace
from samsyn.cards.settling_queue import SettlingQueue
from samsyn.cards.spans import moved, trimmed
from samsyn.cards.words import card_words

WORDS = card_words("en")["checking"]


@pytest.fixture
def uncoded(example_folder, tmp_path) -> Review:
    """The example review, screened; nobody has coded."""
    folder = Path(shutil.copytree(example_folder, tmp_path / "review"))
    shutil.rmtree(folder / "decisions" / "coding")
    return Review.open(folder)


def queue_of(review: Review, person: str = "coder-1", round_: str = "assisted") -> CheckingQueue:
    return CheckingQueue(review, person, round_=round_, learns_beside=False)


def lines_of(review: Review, person: str = "coder-1") -> list[dict]:
    path = review.folder / "decisions" / "coding" / f"{person}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def with_suggestions(queue: CheckingQueue, n: int, *, same_code: bool = False) -> str:
    """Go to the first record with so many suggestions that wait, of one code if wanted."""
    for name in queue.waiting():
        codes = [item.code_id for item in queue.items(name)]
        if max([codes.count(code) for code in codes], default=0) >= n if same_code else len(codes) >= n:
            queue.go(name)
            return name
    raise LookupError("no such record in the example")


def waiting_items(queue: CheckingQueue) -> list:
    return [item for item in queue.items(queue.current()) if not item.answer]


# --- what comes next ------------------------------------------------------------------------------------


def test_the_reliability_sample_comes_first_and_shows_no_suggestion(uncoded):
    queue = queue_of(uncoded, round_="")
    name = queue.current()
    assert queue.round_of(name) == "blind"
    assert queue.why(name) == "sample"
    assert queue.items(name) == []
    assert queue.progress().blind_to_read == 10


def test_after_the_sample_suggestions_are_shown(uncoded):
    queue = queue_of(uncoded, round_="")
    while queue.round_of(queue.current()) == "blind":
        queue.nothing()
        queue.next()
    assert queue.round_of(queue.current()) == "assisted"
    assert {line["round"] for line in lines_of(uncoded)} == {"blind"}
    assert {line["suggestions_shown"] for line in lines_of(uncoded)} == {False}
    assert queue.progress().blind_read == 10


def test_what_another_coder_read_blind_is_read_blind_too(uncoded):
    queue = queue_of(uncoded)
    name = queue.current()
    uncoded.code([{"record_id": name, "code_id": "", "value": "absent"}], person="bo", round_="blind")
    assert name not in queue_of(uncoded).waiting()
    later = queue_of(uncoded, round_="")
    assert later.round_of(name) == "blind"
    assert later.why(name) == "other reader"


def test_with_suggestions_also_offers_what_was_read_blind_before(uncoded):
    blind = queue_of(uncoded, round_="blind")
    name = blind.current()
    blind.nothing()
    assert name in queue_of(uncoded).waiting()
    assert queue_of(uncoded).why(name) == "again"
    assert name not in queue_of(uncoded, round_="").waiting()


def test_opening_reads_only_the_record_that_is_shown(uncoded, monkeypatch):
    read = []
    suggest = checking_queue.suggest
    monkeypatch.setattr(
        checking_queue,
        "suggest",
        lambda records, scheme: read.extend(records["record_id"]) or suggest(records, scheme),
    )
    queue = queue_of(uncoded)
    CheckingFace(queue, WORDS, "en").shown()
    assert read == [queue.current()]


def test_beside_the_card_the_library_is_read_and_the_reasons_are_found(example_copy):
    review = Review.open(example_copy)
    queue = queue_of(review, "somebody-new", "")
    assert queue.classifier is None
    queue.keep_up()
    assert queue.classifier is not None
    # all of the example was read blind by others, so all is to be read blind
    assert {queue.round_of(name) for name in queue.waiting()} == {"blind"}
    assert len(queue.waiting()) == 28


def test_a_skipped_record_comes_again_at_the_end(uncoded):
    queue = queue_of(uncoded)
    first = queue.current()
    assert queue.skip() != first
    assert queue.waiting()[-1] == first


def test_an_empty_review_says_that_nothing_is_left(tmp_path):
    review = Review.new(tmp_path / "review")
    shown = CheckingFace(queue_of(review, "ann", ""), WORDS, "en").shown()
    assert shown["view"] == "done"


@pytest.mark.parametrize("round_", ["adjudicated", "Blind"])
def test_an_unknown_round_is_refused_with_the_known_ones(uncoded, round_):
    with pytest.raises(UsageError, match="blind, assisted, adjudication"):
        queue_of(uncoded, round_=round_)


# --- decisions ------------------------------------------------------------------------------------------


def test_accepting_writes_the_words_the_direction_and_what_was_shown(uncoded):
    queue = queue_of(uncoded)
    name = with_suggestions(queue, 1)
    item = waiting_items(queue)[0]
    queue.answer(item, "present", note="clear")
    [line] = lines_of(uncoded)
    text = queue.records.loc[name, item.segment.field]
    [segment] = line["segments"]
    assert text[segment["start"] : segment["end"]] == segment["text"] == item.segment.text
    assert (line["value"], line["direction"], line["note"]) == ("present", item.direction, "clear")
    assert line["suggestions_shown"] is True
    assert line["suggested"][0]["text"] == item.segment.text
    assert line["suggested"][0]["proposed_by"] == "rule"
    assert [each.answer for each in queue.items(name) if each.key == item.key] == ["accepted"]


def test_rejected_and_unclear_are_told_apart_and_survive_opening_again(uncoded):
    queue = queue_of(uncoded)
    name = with_suggestions(queue, 3)
    for item, verdict in zip(waiting_items(queue), ["absent", "unclear", "present"], strict=False):
        queue.answer(item, verdict)
    again = queue_of(uncoded)
    again.go(name)
    answers = {item.code_id: item.answer for item in again.items(name)}
    values = {line["code_id"]: line["value"] for line in lines_of(uncoded)}
    said = {"absent": "rejected", "unclear": "unclear", "present": "accepted"}
    assert {code: said[value] for code, value in values.items()} == {
        code: answer for code, answer in answers.items() if answer
    }


def test_two_places_of_a_code_are_one_decision_and_can_be_refused_one_by_one(uncoded):
    queue = queue_of(uncoded)
    name = with_suggestions(queue, 2, same_code=True)
    codes = [item.code_id for item in waiting_items(queue)]
    first, second = [item for item in waiting_items(queue) if codes.count(item.code_id) > 1][:2]
    queue.answer(first, "present")
    queue.answer(second, "present", direction=first.direction)
    last = lines_of(uncoded)[-1]
    assert [each["text"] for each in last["segments"]] == [first.segment.text, second.segment.text]
    assert len(last["suggested"]) == 2
    accepted = next(item for item in queue.items(name) if item.key == first.key)
    queue.answer(accepted, "absent")
    last = lines_of(uncoded)[-1]
    assert (last["value"], [each["text"] for each in last["segments"]]) == ("present", [second.segment.text])
    queue.answer(next(item for item in queue.items(name) if item.key == second.key), "absent")
    assert lines_of(uncoded)[-1]["value"] == "absent"


def test_what_is_said_of_a_code_is_never_what_was_said_before(uncoded):
    queue = queue_of(uncoded)
    with_suggestions(queue, 1)
    item, name = waiting_items(queue)[0], queue.current()
    for verdict in ("present", "unclear", "absent"):
        queue.answer(item, verdict)
        assert queue.stands(name)[item.code_id].value == verdict
    # what it remembers by is held: other decisions at the same place in memory would pass for these
    decisions = weakref.ref(queue.lines.of(name))
    queue.lines._frames.clear()
    assert decisions() is not None


def test_other_words_of_the_same_suggestion_are_a_change(uncoded):
    queue = queue_of(uncoded)
    name = with_suggestions(queue, 1)
    item = waiting_items(queue)[0]
    texts = {"abstract": queue.records.loc[name, "abstract"], "title": queue.records.loc[name, "title"]}
    shorter = moved(texts, item.segment, "shorter")
    queue.answer(item, "present", segment=shorter, direction="mixed")
    assert lines_of(uncoded)[0]["segments"][0]["text"] == shorter.text
    assert [each.answer for each in queue.items(name) if each.key == item.key] == ["changed"]
    progress = queue.progress()
    assert (progress.accepted, progress.changed, progress.rejected) == (0, 1, 0)


def test_a_code_of_ones_own_at_suggested_words_answers_the_suggestion(uncoded):
    queue = queue_of(uncoded)
    with_suggestions(queue, 1)
    item = waiting_items(queue)[0]
    field, start = item.segment.field, item.segment.start
    part = trimmed({field: queue.records.loc[queue.current(), field]}, field, start, start + 5)
    queue.add(item.code_id, part, "mixed")
    assert lines_of(uncoded)[0]["suggested"][0]["text"] == item.segment.text
    assert item.key not in [each.key for each in waiting_items(queue)]


def test_nothing_here_refuses_every_suggestion_and_one_undo_takes_it_all_back(uncoded):
    queue = queue_of(uncoded)
    name = with_suggestions(queue, 2)
    codes = {item.code_id for item in queue.items(name)}
    queue.nothing()
    assert {line["code_id"]: line["value"] for line in lines_of(uncoded)} == dict.fromkeys(
        [*codes, ""], "absent"
    )
    queue.next()
    assert queue.undo() == name == queue.current()
    assert len([line for line in lines_of(uncoded) if line["type"] == "undo"]) == len(codes) + 1
    assert uncoded.coding_decisions().empty
    assert len(waiting_items(queue)) == len(queue.items(name))


def test_nothing_here_is_refused_where_something_is_coded(uncoded):
    queue = queue_of(uncoded)
    with_suggestions(queue, 1)
    queue.answer(waiting_items(queue)[0], "present")
    with pytest.raises(UsageError, match="You have coded"):
        queue.nothing()
    assert len(lines_of(uncoded)) == 1


def test_findings_and_facets_of_the_coding_stay_when_its_words_change(uncoded):
    queue = queue_of(uncoded, round_="blind")
    name = queue.current()
    words = queue.records.loc[name, "abstract"][:40].rsplit(" ", 1)[0]
    row = {"record_id": name, "code_id": "participation_practical_support", "value": "present"}
    row |= {
        "direction": "promotes",
        "quotation": words,
        "finding": "Lifts helped.",
        "support_type": "transport",
    }
    uncoded.code([row], person="coder-1", round_="blind")
    queue = queue_of(uncoded, round_="blind")
    queue.go(name)
    [item] = queue.items(name)
    queue.answer(item, "present", direction="mixed")
    last = lines_of(uncoded)[-1]
    assert (last["finding"], last["facets"], last["direction"]) == (
        "Lifts helped.",
        {"support_type": "transport"},
        "mixed",
    )


def test_words_that_stand_twice_after_an_emoji_are_kept_at_their_place(tmp_path):
    review = Review.new(tmp_path / "review")
    export = tmp_path / "two.csv"
    export.write_text("title,abstract\nTies,👩‍👩‍👧 Trust grew. 🎉 Trust grew. It fell.\n", encoding="utf-8")
    review.add(export)
    [name] = review.records["record_id"]
    both = [
        {"record_id": name, "verdict": "include", "stage": stage} for stage in ("title_abstract", "full_text")
    ]
    for person in ("ann", "bo"):
        review.screen(both, person=person)
    queue = queue_of(review, "ann", "blind")
    text = queue.records.loc[name, "abstract"]
    start = text.rindex("Trust")
    queue.add("participation_trust", Segment("abstract", start, start + 10, "Trust grew"), "promotes")
    assert lines_of(review, "ann")[0]["segments"] == [
        {"field": "abstract", "start": start, "end": start + 10, "text": "Trust grew"}
    ]


def test_a_decision_made_in_another_window_is_not_overwritten(uncoded):
    one, other = queue_of(uncoded), queue_of(uncoded)
    with_suggestions(one, 1)
    with_suggestions(other, 1)
    item = waiting_items(one)[0]
    one.answer(item, "absent")
    with pytest.raises(UsageError, match="in another window"):
        other.answer(item, "present")
    assert len(lines_of(uncoded)) == 1
    # what is shown now is what stands
    assert [each.answer for each in other.items(other.current()) if each.key == item.key] == ["rejected"]


def test_undo_takes_back_the_last_line_whichever_window_wrote_it(uncoded):
    one, other = queue_of(uncoded), queue_of(uncoded)
    name = with_suggestions(one, 2)
    with_suggestions(other, 2)
    first, second = waiting_items(one)[:2]
    one.nothing()
    one.undo()
    other.answer(first, "present")
    one.answer(second, "absent")
    assert other.undo() == name
    assert uncoded.coding_decisions()["code_id"].tolist() == [first.code_id]


def test_it_is_taken_up_where_it_was_left(uncoded):
    queue = queue_of(uncoded)
    name = with_suggestions(queue, 2)
    queue.answer(waiting_items(queue)[0], "present")
    assert queue_of(uncoded).current() == name
    for item in waiting_items(queue):
        queue.answer(item, "absent")
    assert queue_of(uncoded).current() != name


def test_a_retired_code_is_refused_without_row_numbers(uncoded):
    path = uncoded.folder / "coding_scheme.yaml"
    queue = queue_of(uncoded, round_="blind")
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("- id: governance_npm\n", "- id: governance_npm\n    status: retired\n", 1), "utf-8"
    )
    words = queue.records.loc[queue.current(), "title"]
    with pytest.raises(ReviewError) as fault:
        queue.add("governance_npm", Segment("title", 0, len(words), words), "hinders")
    assert "governance_npm" in str(fault.value)
    assert "row" not in str(fault.value)
    assert lines_of(uncoded) == []


def test_a_journal_that_cannot_be_written_leaves_the_suggestion_waiting(uncoded):
    queue = queue_of(uncoded)
    with_suggestions(queue, 1)
    item = waiting_items(queue)[0]
    in_the_way = uncoded.folder / "decisions" / "coding"
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("no folder")
    with pytest.raises(ReviewError):
        queue.answer(item, "present")
    in_the_way.unlink()
    queue.answer(item, "present")
    assert len(lines_of(uncoded)) == 1


# --- words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "start", "end", "becomes"),
    [
        ("longer", 0, 3, "Vi mødtes"), ("shorter", 0, 10, "Vi"), ("shorter", 0, 2, "Vi"),
        ("starts later", 0, 10, "mødtes."),
        ("starts earlier", 3, 10, "Vi mødtes."), ("longer", 11, 37, "🎉 Tilliden voksede bl.a. i byen"),
        ("next", 0, 10, "🎉 Tilliden voksede bl.a. i byen."), ("previous", 11, 13, "Vi mødtes."),
        ("next", 11, 21, "🎉 Tilliden"),
    ],
)  # fmt: skip
def test_moving_by_word_and_by_sentence(how, start, end, becomes):
    texts = {"title": "", "abstract": "Vi mødtes. 🎉 Tilliden voksede bl.a. i byen."}
    span = trimmed(texts, "abstract", start, end)
    assert moved(texts, span, how, language="da").text == becomes


def test_no_text_gives_no_span():
    assert moved({"title": "", "abstract": " "}, None, "next") is None
    assert trimmed({"abstract": " \n "}, "abstract", 0, 3) is None


# --- the face -------------------------------------------------------------------------------------------


def test_a_key_meant_for_another_record_writes_nothing(uncoded):
    queue = queue_of(uncoded)
    face = CheckingFace(queue, WORDS, "en")
    with pytest.raises(UsageError, match="another record"):
        face.act({"do": "nothing", "record_id": "elsewhere"})
    assert lines_of(uncoded) == []


def test_words_that_differ_from_the_record_are_refused(uncoded):
    queue = queue_of(uncoded)
    face = CheckingFace(queue, WORDS, "en")
    with pytest.raises(UsageError, match="Other words stand"):
        face.act(
            {
                "do": "span",
                "record_id": queue.current(),
                "field": "abstract",
                "start": 0,
                "end": 4,
                "text": "????",
            }
        )


def test_a_second_place_read_otherwise_is_offered_as_mixed_and_the_card_says_why(uncoded):
    queue = queue_of(uncoded)
    with_suggestions(queue, 2, same_code=True)
    face = CheckingFace(queue, WORDS, "en")
    codes = [item.code_id for item in waiting_items(queue)]
    first, second = [item for item in waiting_items(queue) if codes.count(item.code_id) > 1][:2]
    other = "hinders" if second.direction != "hinders" else "promotes"
    queue.answer(first, "present", direction=other)
    face.act({"do": "go", "go_to": queue.current()})
    face.act({"do": "item", "record_id": queue.current(), "key": second.key})
    question = face.shown()["question"]
    assert (question["direction"], question["elsewhere"], question["suggested"]) == (
        "mixed",
        other,
        second.direction,
    )


def test_a_direction_the_scheme_does_not_allow_is_refused(uncoded):
    queue = queue_of(uncoded)
    with_suggestions(queue, 1)
    face = CheckingFace(queue, WORDS, "en")
    with pytest.raises(UsageError, match="does not allow"):
        face.act({"do": "direction", "record_id": queue.current(), "direction": "sideways"})


def test_the_blind_face_holds_no_suggestion_and_nothing_of_others(example_copy):
    review = Review.open(example_copy)
    shown = CheckingFace(queue_of(review, "somebody-new", ""), WORDS, "en").shown()
    assert shown["round"] == "blind"
    told = json.dumps(shown)
    assert shown["items"] == []
    assert "coder-1" not in told
    assert "coder-2" not in told


# --- settling -------------------------------------------------------------------------------------------


@pytest.fixture
def unsettled(example_copy) -> Review:
    """The example review before the adjudicator."""
    (example_copy / "decisions" / "coding" / "adjudicator.jsonl").unlink()
    return Review.open(example_copy)


def test_keeping_a_coder_writes_what_they_said_and_names_both_lines(unsettled):
    queue = SettlingQueue(unsettled, "adjudicator")
    n = len(queue.waiting())
    record_id, code_id = queue.current()
    sides = queue.sides(record_id, code_id)
    kept = next(side for side in sides if side.value == "present")
    queue.keep(kept.person, "overlooked", note="it is there")
    [line] = lines_of(unsettled, "adjudicator")
    assert (line["round"], line["value"], line["direction"]) == ("adjudication", "present", kept.direction)
    assert (line["reason"], line["note"]) == ("overlooked", "it is there")
    assert [each["text"] for each in line["segments"]] == [each.text for each in kept.segments]
    decisions = unsettled.coding_decisions()
    here = decisions[(decisions["record_id"] == record_id) & (decisions["code_id"].isin([code_id, ""]))]
    assert line["settles"]
    assert set(line["settles"]) <= set(here["line_id"])
    assert (len(queue.waiting()), queue.n_settled) == (n - 1, 1)
    assert len(unsettled.coding_conflicts()) == n - 1
    queue.undo()
    assert queue.current() == (record_id, code_id)
    assert len(unsettled.coding_conflicts()) == n


def test_a_third_reading_is_written_with_its_own_words(unsettled):
    queue = SettlingQueue(unsettled, "adjudicator")
    record_id, code_id = queue.current()
    text = queue.records.loc[record_id, "abstract"]
    queue.write_third(
        "present", "direction", direction="mixed", segment=Segment("abstract", 0, 20, text[:20])
    )
    [line] = lines_of(unsettled, "adjudicator")
    assert (line["direction"], line["segments"][0]["text"], line["code_id"]) == ("mixed", text[:20], code_id)


@pytest.mark.parametrize("reason", ["", "because"])
def test_settling_needs_a_known_reason(unsettled, reason):
    queue = SettlingQueue(unsettled, "adjudicator")
    with pytest.raises(UsageError, match="definition unclear, overlooked, out of scope, direction"):
        queue.keep(queue.sides(*queue.current())[0].person, reason)
    assert lines_of(unsettled, "adjudicator") == []


def test_what_changed_since_it_was_shown_is_not_settled_blindly(unsettled):
    queue = SettlingQueue(unsettled, "adjudicator")
    record_id, code_id = queue.current()
    side = next(side for side in queue.sides(record_id, code_id) if side.value == "present")
    row = {"record_id": record_id, "code_id": code_id, "value": "absent"}
    unsettled.code([row], person=side.person, round_="assisted")
    with pytest.raises(UsageError, match="since it was shown"):
        queue.keep(side.person, "overlooked")
    assert lines_of(unsettled, "adjudicator") == []


def test_a_coder_sees_no_disagreement_on_records_still_to_be_read_blind(unsettled):
    coder = queue_of(unsettled, "coder-3", "blind")
    # a first reading makes them a coder
    coder.nothing()
    queue = SettlingQueue(unsettled, "coder-3")
    assert queue.n_hidden > 0
    assert len(queue.waiting()) == len(unsettled.coding_conflicts()) - queue.n_hidden


def test_the_settling_face_says_where_they_differ(unsettled):
    face = SettlingFace(SettlingQueue(unsettled, "adjudicator"), WORDS, "en")
    shown = face.shown()
    assert {side["name"] for side in shown["sides"]} == {"Coder 1", "Coder 2"}
    assert any(side["before"] == WORDS["before_blind"] for side in shown["sides"])
    assert shown["you"] == "You settle as Adjudicator. Both lines are kept, and named in yours."
    with pytest.raises(UsageError, match="another record"):
        face.act(
            {"do": "keep", "person": "coder-1", "reason": "overlooked", "record_id": "r", "code_id": "c"}
        )


def test_strong_suggestions_are_asked_before_possible_ones_and_the_card_says_which(uncoded):
    queue = queue_of(uncoded)
    standing_of = {}
    for name in queue.waiting():
        found = queue.suggestions(name)
        standing_of = dict(enumerate(standings(found, queue.scheme)))
        if {"strong", "possible"} <= set(standing_of.values()):
            queue.go(name)
            break
    face = CheckingFace(queue, WORDS, "en")
    asked = []
    while question := face.shown()["question"]:
        asked.append("possible" if question["standing"].startswith("Only possible") else "strong")
        face.act({"do": "answer", "record_id": queue.current(), "verdict": "absent"})
    assert set(asked) == {"strong", "possible"}
    assert asked == sorted(asked, reverse=True)
