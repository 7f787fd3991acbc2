"""Hard cases, each an invented pair in English or Danish: what becomes of it, and why."""

import pandas as pd
import pytest

from corpus import explain_duplicates, find_duplicates

ENGLISH = {
    "title": "Trust and time in neighbourhood partnerships: a randomised trial",
    "authors": "Alder, Jo; Vine, Pat; Birk, Ann",
    "year": 2019,
    "journal": "Imaginary Journal of Trust",
    "volume": "12",
    "issue": "3",
    "pages": "27-43",
    "doi": "10.5555/trust.27",
}
DANISH = {
    "title": "Tillid og tid i partnerskaber om udsatte boligområder: et lodtrækningsforsøg",
    "authors": "Ellekær, Åse; Vinsø, Per",
    "year": 2019,
    "journal": "Opdigtet Tidsskrift for Samarbejde",
    "volume": "8",
    "issue": "1",
    "pages": "5-19",
    "doi": "",
}


def judged(first: dict, **second) -> tuple[str, str]:
    """("same", "doubtful" or "different", why) for a record and the same one with other values."""
    records = pd.DataFrame([{"record_id": "a:1", **first}, {"record_id": "b:2", **first, **second}])
    found = find_duplicates(records)
    if found.groups.nunique() == 1:
        return "same", found.matches["why"].iloc[0]
    if len(found.doubtful):
        return "doubtful", found.doubtful["why"].iloc[0]
    near = explain_duplicates(records, found, "a:1").neighbours["why"]
    return "different", near.iloc[0] if len(near) else ""


ELSEWHERE = {"volume": "9", "issue": "1", "pages": "e12", "doi": "10.5555/trust.12"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ENGLISH, {"title": f"{ENGLISH['title']}: study protocol", "year": 2016, **ELSEWHERE}),
        (DANISH, {"title": f"{DANISH['title']} - protokol", "year": 2017, **ELSEWHERE}),
    ],
)
def test_protocol_and_result_of_one_trial_stay_two(first, second):
    assert judged(first, **second)[0] == "different"


def test_a_protocol_in_the_same_place_is_for_a_person():
    outcome, why = judged({**ENGLISH, "doi": ""}, title=f"Protocol: {ENGLISH['title']}")
    assert outcome == "doubtful"
    assert "only one is a protocol" in why


@pytest.mark.parametrize(("first", "word"), [(ENGLISH, "part"), (DANISH, "del")])
def test_part_1_and_part_2_are_not_merged_and_the_numbers_are_named(first, word):
    one = {**first, "title": f"{first['title']}, {word} 1", "doi": ""}
    outcome, why = judged(one, title=f"{first['title']}, {word} 2", pages="44-60")
    assert outcome == "doubtful"
    assert "the numbers in the titles differ (1 and 2)" in why
    # Roman or not, the same part is the same part
    assert judged(one, title=f"{first['title']}, {word} I")[0] == "same"


@pytest.mark.parametrize(
    "title", ["Editorial", "Editor's comments", "Leder", "Boganmeldelser", "In this issue"]
)
def test_an_editorial_title_in_ten_years_is_ten_works(title):
    shared = {**ENGLISH, "title": title, "doi": ""}
    records = pd.DataFrame(
        [
            {"record_id": f"a:{year}", **shared, "year": year, "volume": str(year - 2007), "issue": "1",
             "pages": "1-2"}
            for year in range(2010, 2020)
        ]
    )  # fmt: skip
    found = find_duplicates(records)
    assert found.groups.nunique() == 10
    assert found.doubtful.empty


def test_one_editorial_in_two_databases_is_one():
    assert judged({**ENGLISH, "title": "Editorial", "doi": ""}, title="EDITORIAL.")[0] == "same"


@pytest.mark.parametrize("doi", ["", "10.5555/tillid.5"])
def test_a_danish_title_and_its_english_translation_in_one_place_are_for_a_person(doi):
    english = "Trust and time in partnerships on deprived housing areas: a randomised trial"
    outcome, why = judged({**DANISH, "doi": doi}, title=english)
    assert outcome == "doubtful"
    assert "the titles differ" in why


def test_a_translation_published_elsewhere_is_another_report():
    english = "Trust and time in partnerships on deprived housing areas: a randomised trial"
    assert judged(DANISH, title=english, journal="Imaginary Journal of Trust", year=2021, **ELSEWHERE)[0] == (
        "different"
    )


def test_a_title_that_carries_its_translation_is_one_record():
    title = f"{DANISH['title']} [in Danish]"
    assert judged(DANISH, title=title)[0] == "same"


def test_preprint_and_article_are_for_a_person():
    outcome, why = judged(
        ENGLISH,
        journal="medRxiv",
        doi="10.1101/2018.01.01.18000001",
        year=2018,
        volume="",
        issue="",
        pages="",
    )
    assert outcome == "doubtful"
    assert "only one is a preprint" in why


@pytest.mark.parametrize(
    ("first", "title"),
    [(ENGLISH, f"Erratum: {ENGLISH['title']}"), (DANISH, f"Rettelse til {DANISH['title']}")],
)
def test_an_erratum_is_never_merged(first, title):
    outcome, why = judged(first, title=title, volume="13", pages="99", doi="10.5555/trust.99")
    assert outcome in ("different", "doubtful")
    assert "only one is a correction" in why or not why


def test_a_note_that_an_erratum_appeared_does_not_make_it_one():
    title = f"{ENGLISH['title']}.[Erratum appears in Imaginary J Trust. 2020;13(1):99]"
    assert judged(ENGLISH, title=title)[0] == "same"


def test_a_conference_abstract_and_the_paper_stay_two():
    outcome, _ = judged(
        ENGLISH, journal="Annals of Nothing. Conference: 12th Nordic Meeting on Trust", year=2017,
        volume="71", issue="", pages="S14", doi="10.5555/nordic.14",
    )  # fmt: skip
    assert outcome == "different"


def test_a_comment_and_its_reply_stay_two_and_apart_from_the_article():
    place = {"volume": "13", "issue": "1", "pages": "77-78", "doi": ""}
    comment = {**ENGLISH, **place, "title": f"Comment on {ENGLISH['title']}", "authors": "Elm, Ida"}
    assert judged(ENGLISH, **{name: comment[name] for name in ("title", "authors", *place)})[0] == "different"
    title = f"Reply to comment on {ENGLISH['title']}"
    reply = {"title": title, "authors": ENGLISH["authors"], "pages": "79"}
    assert judged(comment, **reply)[0] == "different"


def test_a_journal_and_its_abbreviation_are_one():
    assert (
        judged({**ENGLISH, "doi": ""}, journal="Imag. J. Trust", authors="Alder J.Vine P.Birk A.")[0]
        == "same"
    )


def test_pages_written_short_are_the_same_pages():
    assert judged({**ENGLISH, "doi": ""}, pages="27-43 2019", title=ENGLISH["title"].upper())[0] == "same"


REPORT = {
    "title": "Færre på støtte: bæredygtige forløb for borgere på kanten af arbejdsmarkedet",
    "authors": "Sørensen, Bjørn; Ærø, Åse",
    "year": 2019,
    "journal": "Opdigtet Center for Velfærd",
}
WAYS = {
    "aa": {"å": "aa", "æ": "ae", "ø": "oe", "Å": "Aa", "Æ": "Ae"},
    "a": {"å": "a", "æ": "ae", "ø": "o", "Å": "A", "Æ": "Ae"},
    "ä": {"æ": "ä", "ø": "ö", "Æ": "Ä"},
    "apart": {"å": "a\u030a", "Å": "A\u030a"},
    "read wrong": {letter: letter.encode().decode("latin-1") for letter in "åæøÅÆ"},
}


@pytest.mark.parametrize("way", list(WAYS))
def test_danish_letters_written_otherwise_are_the_same_letters(way):
    """A report of which only the words are known: no DOI, no volume, no pages."""
    table = str.maketrans(WAYS[way])
    written = {name: REPORT[name].translate(table) for name in ("title", "authors", "journal")}
    assert judged(REPORT, **written)[0] == "same"


def test_a_title_that_lost_its_danish_letters_is_for_a_person_at_least():
    table = str.maketrans(dict.fromkeys("æøåÆØÅ", "?"))
    damaged = {name: DANISH[name].translate(table) for name in ("title", "authors", "journal")}
    assert "boligomr?der" in damaged["title"]
    outcome, why = judged(DANISH, **damaged, volume="", issue="")
    assert outcome in ("same", "doubtful")
    assert "nearly the same title" in why


@pytest.mark.parametrize(
    ("tail", "kind"),
    [
        (". Bilagsrapport", "an appendix"),
        (": bilag", "an appendix"),
        (" - kort fortalt", "a summary"),
        (": midtvejsevaluering", "an interim report"),
        (". Delrapport", "an interim report"),
    ],
)
def test_the_reports_of_one_evaluation_are_not_merged(tail, kind):
    report = {**DANISH, "journal": "Opdigtet Center for Velfærd", "volume": "", "issue": "", "pages": ""}
    outcome, why = judged(report, title=report["title"] + tail)
    assert outcome == "doubtful"
    assert f"only one is {kind}" in why
