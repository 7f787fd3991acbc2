"""The queue behind the screening card: what may be asked of it, disagreements, odd records; no browser."""

import csv
import json
import shutil
from html.parser import HTMLParser

import pytest

from corpus import ReviewError, UsageError
from samsyn import Review
from samsyn.cards.conflict_queue import ConflictQueue
from samsyn.cards.formatted import formatted, plain, with_marks
from samsyn.cards.screening_card import ScreeningCard
from samsyn.cards.screening_queue import ScreeningQueue
from samsyn.cards.what_is_left import what_is_left

COLUMNS = (
    "title",
    "abstract",
    "authors",
    "year",
    "journal",
    "volume",
    "issue",
    "language",
    "doi",
    "url",
    "keywords",
)


@pytest.fixture
def review(unscreened_example, tmp_path) -> Review:
    return Review.open(shutil.copytree(unscreened_example, tmp_path / "review"))


@pytest.fixture
def queue(review) -> ScreeningQueue:
    return ScreeningQueue(review, "screener-1", learns_beside=False)


def review_of(folder, *records, protocol=""):
    """A review of these records, with the starter's protocol or another."""
    review = Review.new(folder / "own")
    if protocol:
        (review.folder / "protocol.yaml").write_text(protocol, "utf-8")
    export = folder / "export.csv"
    with export.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(records)
    review.add(export)
    return review


def lines(review, person, kind="screening"):
    path = review.folder / "decisions" / kind / f"{person}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def card_that_did(queue, *messages, language="en"):
    card = ScreeningCard(queue, language=language)
    for number, message in enumerate(messages, start=1):
        card._take(None, {**message, "view": "here", "n": number}, None)
    return card


# --- why here, another topic --------------------------------------------------------------------------------


def test_words_that_moved_a_record_are_counted_in_ones_own_decisions(queue):
    for verdict in ("include", "include", "exclude", "include"):
        queue.decide(queue.current(), verdict)
    name = queue.current()
    why = queue.why_here(name)
    assert (why.place, why.n_open) == (1, 114)
    assert any(word.share > 0 for word in why.words)
    record = queue.records.loc[name]
    for word in why.words:
        assert all(part in f"{record['title']} {record['abstract']}".lower() for part in word.term.split(" "))
        said = {"include": word.n_included, "exclude": word.n_excluded}
        for verdict, n in said.items():
            texts = [
                f" {queue.records.loc[one, 'title']} {queue.records.loc[one, 'abstract']} ".lower()
                for one, own in queue.own.items()
                if own == verdict
            ]
            assert n <= sum(word.term.split(" ")[0] in text for text in texts)
    assert sum(abs(word.share) for word in why.words) <= 1


def test_another_topic_is_likely_and_leaves_the_current_record_in_the_queue(queue):
    for _ in range(3):
        queue.decide(queue.current(), "include")
    before, likely = queue.current(), list(queue.in_order())[1:51]
    chosen = queue.another_topic()
    assert chosen in likely
    assert chosen == queue.current() != before
    assert before in queue.in_order()
    read = [*list(queue.own)[-10:], before]
    alike = queue.ranker.likeness(likely, read)
    assert alike[likely.index(chosen)] == pytest.approx(alike.min(), abs=1e-6)


@pytest.mark.parametrize("mode", ["prioritised", "random", "newest"])
def test_each_mode_leads_through_every_record_once(review, mode):
    queue = ScreeningQueue(review, "screener-1", learns_beside=False)
    queue.turn_to(mode)
    seen = []
    while name := queue.current():
        seen.append(name)
        if len(seen) > 12:
            break
        queue.decide(name, "exclude")
    assert len(seen) == len(set(seen)) == 13
    if mode == "newest":
        years = queue.records.loc[seen, "year"].tolist()
        assert years == sorted(years, reverse=True)
    else:
        assert ScreeningQueue(review, "screener-2", mode=mode, learns_beside=False).current()


def test_waiting_gives_only_what_another_has_screened(review):
    first = ScreeningQueue(review, "screener-1", learns_beside=False)
    done = [first.current()]
    first.decide(done[0], "include")
    second = ScreeningQueue(review, "screener-2", mode="waiting", learns_beside=False)
    assert second.current() == done[0]
    second.decide(done[0], "exclude")
    assert second.current() == ""


# --- duplicates ---------------------------------------------------------------------------------------------


def test_a_marked_duplicate_leaves_the_queue_and_comes_back_by_undo(tmp_path):
    twins = [
        {"title": "Trust and time in local partnerships", "authors": "Alder, J.", "year": 2019},
        {"title": "Steel bridges", "authors": "Birk, A.", "year": 2020},
        {"title": "Trust and time in the local partnership: a study", "authors": "Alder, J.", "year": 2020},
    ]
    review = review_of(tmp_path, *twins)
    queue = ScreeningQueue(review, "ann", learns_beside=False)
    queue.turn_to("newest")
    name = next(one for one in queue.records["record_id"] if "a study" in queue.records.loc[one, "title"])
    other = next(
        one
        for one in queue.records["record_id"]
        if queue.records.loc[one, "title"].startswith("Trust and time in local")
    )
    assert queue.nearest_titles(name) == [other]
    queue.mark_duplicate(name, other)
    assert name not in queue.in_order()
    assert lines(review, "ann", "duplicates")[0]["verdict"] == "same"
    queue.keep_up()
    assert len(queue.records) == queue.progress().to_do == 2
    assert Review.open(review.folder).records["record_id"].tolist() == queue.records["record_id"].tolist()
    assert queue.undo() == name == queue.current()
    queue.keep_up()
    assert queue.progress().to_do == 3
    assert len(Review.open(review.folder).records) == 3
    # a window that opens later knows nothing of it, and takes back decisions only
    with pytest.raises(UsageError, match="to take back"):
        ScreeningQueue(review, "ann", learns_beside=False).undo()


def test_a_duplicate_of_what_was_decided_needs_no_second_decision(tmp_path):
    review = review_of(tmp_path, {"title": "Trust and time"}, {"title": "Trust and times"})
    queue = ScreeningQueue(review, "ann", learns_beside=False)
    first, second = queue.records["record_id"]
    queue.decide(first, "include")
    queue.mark_duplicate(second, first)
    assert queue.current() == ""
    queue.keep_up()
    assert (queue.current(), queue.progress().done) == ("", 1)


# --- looking back -------------------------------------------------------------------------------------------


def test_a_decision_made_anew_overrides_and_the_earlier_line_is_kept(queue):
    names = []
    for verdict in ("include", "exclude", "unsure"):
        names.append(queue.current())
        queue.decide(names[-1], verdict, note=verdict)
    assert [(one.record_id, one.verdict, one.note) for one in queue.earlier()] == list(
        zip(names, ["include", "exclude", "unsure"], ["include", "exclude", "unsure"], strict=True)
    )
    card = card_that_did(queue, {"do": "back"}, {"do": "back"})
    assert card.state["record"]["record_id"] == card.state["earlier"]["record_id"] == names[1]
    assert "exclude" in card.state["earlier"]["text"]
    card._take(
        None, {"do": "decide", "record_id": names[1], "verdict": "include", "view": "here", "n": 3}, None
    )
    assert (card.state["fault"], card.state["earlier"]) == ("", None)
    assert [line["verdict"] for line in lines(queue.review, "screener-1")] == [
        "include",
        "exclude",
        "unsure",
        "include",
    ]
    assert [one.record_id for one in queue.earlier()] == [names[0], names[2], names[1]]
    assert queue.progress().included == 2


# --- disagreements ------------------------------------------------------------------------------------------


def disagreed(review, n=2):
    """Both screeners decide on the first records: they differ on all but the last."""
    for person, verdict, criterion in (
        ("screener-1", "include", ""),
        ("screener-2", "exclude", "E06_single_sector"),
    ):
        queue = ScreeningQueue(review, person, mode="random", learns_beside=False)
        for _ in range(n):
            queue.decide(queue.current(), verdict, criterion=criterion, note=f"by {person}")
    return ConflictQueue(review, "adjudicator")


def test_nothing_is_shown_before_both_have_decided(review):
    first = ScreeningQueue(review, "screener-1", mode="random", learns_beside=False)
    name = first.current()
    first.decide(name, "include", note="only for me")
    assert ConflictQueue(review, "adjudicator").current() == ""
    second = ScreeningCard(ScreeningQueue(review, "screener-2", mode="random", learns_beside=False))
    assert second.state["record"]["record_id"] == name
    assert "only for me" not in json.dumps(second.state)
    assert second.state["settling"] is second.state["earlier"] is None


def test_a_settling_names_who_and_why_and_keeps_what_was_said(review):
    queue = disagreed(review)
    assert queue.n_open() == 2
    name = queue.current()
    assert [(one.person, one.verdict, one.criterion, one.note) for one in queue.said(name)] == [
        ("screener-1", "include", "", "by screener-1"),
        ("screener-2", "exclude", "E06_single_sector", "by screener-2"),
    ]
    queue.settle(name, "exclude", note="both are public", differ_because="overlooked")
    [line] = lines(review, "adjudicator")
    assert (line["adjudicates"], line["verdict"], line["differ_because"], line["note"]) == (
        True, "exclude", "overlooked", "both are public",
    )  # fmt: skip
    verdict = Review.open(review.folder).verdicts().set_index("record_id").loc[name]
    # without a reason of its own a settling takes that of who excluded
    assert verdict[["verdict", "settled_by", "criterion"]].tolist() == [
        "exclude",
        "adjudicator",
        "E06_single_sector",
    ]
    assert len(lines(review, "screener-1")) == len(lines(review, "screener-2")) == 2
    assert queue.current() not in ("", name)
    assert queue.undo() == name == queue.current()


def test_put_off_stays_open_and_comes_again(review):
    queue = disagreed(review)
    name = queue.current()
    other = queue.put_off()
    assert other not in ("", name)
    assert queue.was_put_off(name)
    queue.settle(other, "include")
    assert (queue.current(), queue.n_open()) == (name, 1)


def test_a_settling_that_came_too_late_is_refused(review):
    queue = disagreed(review, n=1)
    name = queue.current()
    ConflictQueue(review, "screener-2").settle(name, "include")
    with pytest.raises(UsageError, match="no longer open"):
        queue.settle(name, "exclude")
    with pytest.raises(UsageError, match="not known"):
        disagreed_again = disagreed(review, n=1)
        disagreed_again.settle(disagreed_again.current(), "include", differ_because="mood")


def test_the_card_of_one_who_does_not_screen_offers_disagreements_only(review):
    disagreed(review)
    card = review.screening_card("adjudicator", mode="conflicts")
    assert [mode for mode, _ in card.state["modes"]] == ["conflicts"]
    assert card.state["settling"]["who"] == "You settle as Adjudicator. 1 more waits."
    assert [row[0] for row in card.state["settling"]["rows"]] == ["Screener 1", "Screener 2"]
    name = card.state["record"]["record_id"]
    message = {
        "do": "decide",
        "record_id": name,
        "verdict": "include",
        "differ_because": "judged differently",
    }
    card._take(None, {**message, "view": "here", "n": 1}, None)
    assert card.state["fault"] == ""
    assert lines(review, "adjudicator")[0]["differ_because"] == "judged differently"
    with pytest.raises(UsageError, match="no screener"):
        review.screening_card("adjudicator")


# --- stages, rounds, what is left ---------------------------------------------------------------------------


def test_at_full_text_an_exclusion_needs_its_reason(review):
    queue = ScreeningQueue(review, "screener-1", mode="random", learns_beside=False)
    name = queue.current()
    for person in ("screener-1", "screener-2"):
        review.screen([{"record_id": name, "verdict": "include"}], person=person)
    full = ScreeningQueue(review, "screener-1", stage="full_text", learns_beside=False)
    card = ScreeningCard(full)
    assert (card.state["stage"], card.state["reason_required"]) == ("Full text", True)
    assert "E16_no_full_text" in [one["id"] for one in card.state["exclusion"]]
    assert "E16_no_full_text" not in [one["id"] for one in ScreeningCard(queue).state["exclusion"]]
    with pytest.raises(UsageError, match="needs its reason"):
        full.decide(name, "exclude")
    full.decide(name, "exclude", criterion="E16_no_full_text")
    assert lines(review, "screener-1")[-1]["stage"] == "full_text"


def test_faults_of_the_card_speak_of_no_rows_and_no_files(queue):
    name = queue.current()
    for said in ({"criterion": "E99"}, {"verdict": "maybe"}):
        with pytest.raises(UsageError) as caught:
            queue.decide(name, said.get("verdict", "exclude"), criterion=said.get("criterion", ""))
        assert "not known" in str(caught.value)
        assert "row" not in str(caught.value)
        assert "card" not in str(caught.value)
    assert not (queue.review.folder / "decisions" / "screening" / "screener-1.jsonl").exists()


def test_a_calibration_record_is_said_and_marked(review):
    path = review.folder / "protocol.yaml"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace(
            "screeners: [screener-1, screener-2]", "screeners: [screener-1, screener-2]\n  calibration: 3"
        ),
        "utf-8",
    )
    queue = ScreeningQueue(review, "screener-1", learns_beside=False)
    chosen = [name for name in queue.in_order() if queue.calibration_round(name)]
    assert len(chosen) == 3
    queue.show(chosen[0])
    assert card_that_did(queue).state["record"]["calibration"].startswith("Calibration round 1")
    queue.decide(chosen[0], "include")
    assert lines(review, "screener-1")[0]["calibration"] == 1


def test_done_says_what_is_left_and_for_whom(tmp_path):
    protocol = """id: p
title: {en: Two records}
questions: [{id: Q1, en: What?}]
people: [{id: ann, name: A. Friis}, {id: bo, name: B. Lund}]
screening: {plan: all_twice, screeners: [ann, bo]}
"""
    review = review_of(
        tmp_path,
        {"title": "Trust in time"},
        {"title": "Bridges of steel"},
        {"title": "Water"},
        protocol=protocol,
    )
    first = ScreeningQueue(review, "ann", learns_beside=False)
    second = ScreeningQueue(review, "bo", learns_beside=False)
    names = list(first.in_order())
    for name, verdict in zip(names, ("include", "unsure", "exclude"), strict=True):
        first.decide(name, verdict)
    for name, verdict in zip(names[:2], ("exclude", "unsure"), strict=True):
        second.decide(name, verdict)
    left = what_is_left(Review.open(review.folder), "ann", "title_abstract")
    assert [(one.kind, one.n, one.person) for one in left] == [
        ("conflicts", 1, ""), ("unsure", 1, ""), ("doubtful", 0, ""), ("to_screen", 1, "bo"),
    ]  # fmt: skip
    state = ScreeningCard(first).state
    assert state["record"] is None
    assert state["left"]["text"] == "Nothing is left for you to screen."
    assert [row["text"] for row in state["left"]["rows"]] == [
        "1 disagreement waits to be settled",
        "1 unsure record to look at again",
        "1 record waits for B. Lund",
    ]  # fmt: skip
    danish = ScreeningCard(first, language="da").state["left"]
    assert danish["rows"][2]["text"] == "1 post venter på B. Lund"


# --- the card's messages ------------------------------------------------------------------------------------


def test_a_fault_says_whether_to_try_again_helps(queue, monkeypatch):
    card = card_that_did(queue, {"do": "undo"})
    assert "to take back" in card.state["fault"]
    assert not card.state["try_again"]

    def full(*_, **__):
        raise ReviewError("Nothing was saved: No space left on device.", next_step="Free some space.")

    monkeypatch.setattr("corpus.journal.append", full)
    name = card.state["record"]["record_id"]
    message = {"do": "decide", "record_id": name, "verdict": "include", "view": "here", "n": 2}
    card._take(None, message, None)
    assert card.state["fault"].startswith("Nothing was saved: No space left")
    assert card.state["try_again"]
    assert card.state["record"]["record_id"] == name
    monkeypatch.undo()
    card._take(None, message, None)
    assert card.state["fault"] == ""
    card._take(None, message, None)
    assert [line["record_id"] for line in lines(queue.review, "screener-1")] == [name]


def test_recall_is_computed_beside_and_shown_when_it_is_there(queue):
    queue.decide(queue.current(), "include")
    card = ScreeningCard(queue)
    assert (card.state["beside"], card.state["look_again"]) == (None, True)
    card._take(None, {"do": "look"}, None)
    card._stopping.wait()
    card._take(None, {"do": "look"}, None)
    assert card.state["beside"]["text"].startswith("Recall ")
    assert not card.state["look_again"]
    queue.decide(queue.current(), "exclude")
    assert card_that_did(queue).state["look_again"]


# --- odd records --------------------------------------------------------------------------------------------


def test_only_marks_on_the_list_become_formatting():
    text = (
        '<jats:title>Aim</jats:title><jats:p>CO<sub>2</sub> &amp; <i class="x">time</i>, p <0.05 '
        "<b onclick=x>no</b></jats:p><script>alert(1)</script>"
    )
    shown = formatted(text)
    assert plain(shown) == "Aim\nCO2 & time, p <0.05 <b onclick=x>no\n<script>alert(1)</script>"
    assert [(run.text, run.form) for run in shown[1] if run.form] == [("2", ("sub",)), ("time", ("i",))]
    assert formatted("<p></p>") == []
    assert plain(formatted("&lt;i&gt;not a mark&lt;/i&gt;")) == "<i>not a mark</i>"
    marked = with_marks(formatted("a <i>partnership of</i> many"), [(2, 13, "for")])
    assert marked == [[["a ", "", ""], ["partnership", "i", "for"], [" of", "i", ""], [" many", "", ""]]]


@pytest.mark.parametrize("language", ["en", "da"])
def test_odd_records_are_shown_whole_and_nothing_of_them_is_html(tmp_path, language):
    authors = "; ".join(f"Author{n}, A." for n in range(60))
    review = review_of(
        tmp_path,
        {
            "title": "Many <i>hands</i> <img src=x onerror=alert(1)>", "authors": authors, "year": 2020,
            "journal": "Odd & Sons", "volume": "3", "issue": "2", "doi": "10.5555/odd.1", "language": "en",
            "keywords": "a; <b>b</b>",
        },
        {"title": "Long", "abstract": "Partnership and trust. " * 1_400, "url": "javascript:alert(1)"},
        {"title": "شراكات بين البلديات", "abstract": "تتناول هذه الدراسة", "language": "ar"},
        {"title": "Naboskabets værksted", "language": "da", "url": "https://bibliotek.example/41"},
        {"title": "", "abstract": "Words without a title."},
    )  # fmt: skip
    queue = ScreeningQueue(review, "ann", mode="newest", learns_beside=False)
    shown = {}
    while name := queue.current():
        card = ScreeningCard(queue, language=language)
        record = card.state["record"]
        title = "".join(text for runs in record["title"] for text, *_ in runs)
        shown[title.split(" ")[0]] = record
        page = card.static_html()
        checked = WellFormed()
        checked.feed(page)
        assert checked.open == []
        assert not checked.seen & {"script", "img", "style"}
        assert "javascript:" not in page
        queue.decide(name, "unsure")
    many = shown["Many"]
    assert [run[:2] for run in many["title"][0]][1] == ["hands", "i"]
    assert many["authors_short"] == "Author0, A.; Author1, A.; Author2, A.; … Author59, A."
    assert many["authors"] == authors
    assert many["facts"][:3] == ["2020", "Odd & Sons 3(2)", "English" if language == "en" else "engelsk"]
    assert many["facts"][-1] == f"export.csv, {'line' if language == 'en' else 'linje'} 2"
    assert many["link"]["address"] == "https://doi.org/10.5555/odd.1"
    assert sum(len(text) for text, *_ in shown["Long"]["abstract"][0]) > 30_000
    assert shown["Long"]["link"] is None
    assert shown["Naboskabets"]["abstract"] == []
    assert shown["Naboskabets"]["link"]["text"] == "bibliotek.example/41"
    assert shown[""]["title"] == []


class WellFormed(HTMLParser):
    """Which elements a page has, and which it leaves open."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        assert not [name for name, _ in attributes if name.startswith("on")]
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_words_marked_in_the_text_are_those_that_moved_it(queue):
    for verdict in ("include", "exclude", "include"):
        queue.decide(queue.current(), verdict)
    card = card_that_did(queue, {"do": "highlight"})
    record = card.state["record"]
    marked = {text.lower() for runs in record["title"] + record["abstract"] for text, _, mark in runs if mark}
    terms = {term for term, _ in queue.words_of(record["record_id"])}
    assert marked
    assert all(
        any(" ".join(text.split()) == term or text in term.split(" ") for term in terms) for text in marked
    )
    whole = "\n".join("".join(text for text, *_ in runs) for runs in record["abstract"])
    assert whole == plain(formatted(queue.records.loc[record["record_id"], "abstract"]))
