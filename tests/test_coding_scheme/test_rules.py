"""Suggestions from indicators: what is found, where, and what is not."""

import pandas as pd
import pytest

from coding_scheme import (
    Code,
    CodingScheme,
    DirectionCues,
    Theme,
    language_support,
    sentences,
    suggest,
    unread_languages,
)
from corpus.protocol import Wording

CODES = (
    Code("trust", indicators={"en": ("trust", "social capital"), "da": ("tillid*", "social kapital")}),
    Code(
        "hierarchy",
        indicators={"en": ("hierarch*", "top-down"), "da": ("hierarki*",)},
        exclude_phrases={"en": ("hierarchical regression",), "da": ("ikke-hierarkisk*",)},
    ),
    Code(
        "network",
        indicators={"en": ("non-hierarch*", "network governance"), "da": ("*styring*", "ikke-hierarki*")},
    ),
    Code("market", indicators={"en": ("purchaser-provider",), "da": ("bestiller-udfører",)}),
    Code("necessity", indicators={"da": ("opleve* nødvendighed*",)}),
    Code("vulnerable", indicators={"da": ("udsat borger",)}),
    Code("size", indicators={"en": ("[0-9]+ partner*",)}),
    Code("participation", weak_indicators={"en": ("public participation",)}),
)  # fmt: skip
CUES = DirectionCues(
    promotes={"en": ("promote*", "strengthen*"), "da": ("styrke*", "fremme*")},
    hinders={"en": ("hinder*",), "da": ("hæmme*",)},
    negation={"en": ("not", "non"), "da": ("ikke",)},
    hedges={"en": ("may",)},
)
SCHEME = CodingScheme("demo", Wording(en="Demo"), (Theme("all", CODES),), direction_cues=CUES)


def suggested(text: str, field: str = "abstract") -> pd.DataFrame:
    return suggest(pd.DataFrame([{"record_id": "r1", field: text}]), SCHEME)


def codes_in(text: str) -> list[str]:
    return suggested(text)["code_id"].tolist()


def test_not_hierarchical_is_not_hierarchy():
    assert codes_in("Parterne danner et ikke-hierarkisk netværk.") == ["network"]
    assert codes_in("The partners form a non-hierarchical circle.") == ["network"]
    assert codes_in("The partners form a nonhierarchical circle.") == ["network"]


def test_an_exclude_phrase_suppresses_only_what_it_overlaps():
    assert codes_in("We used hierarchical regression.") == []
    assert codes_in("We used hierarchical regression to study hierarchies.") == ["hierarchy"]


@pytest.mark.parametrize("written", ["top-down", "top down", "topdown", "Top-Down", "top\u2011down"])
def test_a_hyphen_may_be_written_or_not(written):
    assert codes_in(f"They worked in a {written} manner.") == ["hierarchy"]


def test_a_hyphenated_word_is_found_in_a_longer_one():
    assert codes_in("Det er en bestiller-udfører-model.") == ["market"]
    assert codes_in("A purchaser-provider-split was made.") == ["market"]


@pytest.mark.parametrize("word", ["netværksstyring", "Netværksstyringens", "styringsformer"])
def test_danish_compounds_are_found_through_the_star(word):
    assert codes_in(f"Her drøftes {word} i kommunen.") == ["network"]


def test_two_words_may_stand_between_three_may_not():
    assert codes_in("Borgerne oplever en nødvendighed.") == ["necessity"]
    assert codes_in("Borgerne oplever en ny nødvendighed.") == ["necessity"]
    assert codes_in("Borgerne oplever en ny stor nødvendighed.") == []
    assert codes_in("Borgerne oplever uro, og nødvendighed findes ikke.") == []


def test_people_in_vulnerable_positions_are_found_by_their_lemma():
    assert codes_in("Projektet nåede de udsatte borgere.") == ["vulnerable"]


def test_phrases_do_not_cross_sentences():
    assert codes_in("This is about network. Governance comes later.") == []


def test_a_number_is_any_number():
    assert codes_in("It had 40 partners.") == ["size"]
    assert codes_in("It had forty partners.") == []


def test_the_segment_is_the_sentence_as_it_stands():
    text = "  Før 🌱 mødet.\n\nMålet:  Tilliden \tstyrkes i kvarteret.  Slut.\n"
    suggestion = suggested(text).iloc[0]
    assert text[suggestion["start"] : suggestion["end"]] == suggestion["text"]
    assert suggestion["text"].startswith("Målet:")
    assert suggestion["text"].endswith("kvarteret.")
    assert suggestion["indicator"] == "Tilliden"
    assert suggestion["cue"] == "styrkes"


def test_one_suggestion_for_a_sentence_and_code():
    suggestions = suggested("Trust and social capital are trust. Trust is needed.")
    assert suggestions["start"].tolist() == [0, 36]


def test_a_title_counts_only_with_a_direction():
    assert suggested("Trust in partnerships", "title").empty
    assert suggested("Contracts that strengthen trust", "title")["direction"].tolist() == ["promotes"]


def test_a_weak_indicator_counts_only_with_a_direction():
    assert suggested("The paper is about public participation.").empty
    weak = suggested("Meetings strengthen public participation.").iloc[0]
    strong = suggested("Meetings strengthen social capital.").iloc[0]
    assert weak["direction"] == "promotes"
    assert weak["score"] < strong["score"]
    assert "weak" in weak["why"]


def test_the_score_orders_suggestions():
    bare = suggested("They spoke of trust.").iloc[0]["score"]
    with_cue = suggested("Meetings strengthen trust.").iloc[0]["score"]
    hedged = suggested("Meetings may strengthen trust.").iloc[0]["score"]
    longer = suggested("Meetings strengthen social capital.").iloc[0]["score"]
    assert 0 <= bare < hedged < with_cue < longer <= 1


def test_each_text_is_read_in_its_own_language():
    records = pd.DataFrame([
        {"record_id": "r2", "title": "Et studie af kommunen", "abstract": "Tilliden styrkes af møderne."},
        {"record_id": "r1", "title": "A study", "abstract": "The trust is strengthened by meetings."},
    ])  # fmt: skip
    suggestions = suggest(records, SCHEME)
    assert suggestions["record_id"].tolist() == ["r1", "r2"]
    assert suggestions["indicator"].tolist() == ["trust", "Tilliden"]


def test_a_text_that_mixes_languages_is_read_sentence_by_sentence():
    text = (
        "Vi undersøger, hvordan parterne i kommunen kan arbejde sammen om det, der er vigtigt for dem. "
        "Tilliden styrkes af de møder, som er planlagt af parterne. "
        "This study shows that the meetings of the partners hinder trust and that they are not liked."
    )
    suggestions = suggested(text)
    assert suggestions["indicator"].tolist() == ["Tilliden", "trust"]
    assert suggestions["direction"].tolist() == ["promotes", "hinders"]
    assert all(text[row.start : row.end] == row.text for row in suggestions.itertuples())


def test_records_in_other_languages_are_counted_openly():
    records = pd.DataFrame([
        {"record_id": "r1", "title": "Trust in the city", "abstract": ""},
        {"record_id": "r2", "title": "", "abstract": "La confianza se construye entre los socios"},
        {"record_id": "r3", "title": "", "abstract": ""},
    ])  # fmt: skip
    assert suggest(records, SCHEME).empty
    unread = unread_languages(records, SCHEME)
    assert unread.to_dict("records") == [{"language": "es", "n_records": 1, "record_ids": "r2"}]


def test_no_records_give_an_empty_frame_with_its_columns():
    empty = suggest(pd.DataFrame({"record_id": [], "title": []}), SCHEME)
    assert list(empty.columns)[:4] == ["record_id", "field", "start", "end"]
    assert empty["start"].dtype == "int64"


def test_suggestions_are_the_same_at_every_run():
    records = pd.DataFrame(
        [{"record_id": f"r{n}", "abstract": "Hierarchies hinder trust. Trust, top-down."} for n in (2, 1)]
    )
    pd.testing.assert_frame_equal(suggest(records, SCHEME), suggest(records, SCHEME))


def test_the_declared_language_counts_where_the_text_does_not_tell_its_own():
    records = pd.DataFrame([
        {"record_id": "r1", "title": "Tillidsfremme styrker tillidsnetværk", "language": "da"},
        {"record_id": "r2", "title": "The trust is strengthened by the meetings", "language": "Danish"},
        {"record_id": "r3", "title": "Netværk i skolen, tillid", "abstract": "2019", "language": "sv"},
        {"record_id": "r4", "title": "Tillid styrkes", "language": None},
    ])  # fmt: skip
    assert suggest(records, SCHEME)["record_id"].tolist() == ["r1", "r2", "r4"]


def test_a_scheme_in_another_language_has_its_lemmas_and_says_what_it_lacks():
    codes = (Code("trust", indicators={"sv": ("förtroende",), "fo": ("álit*",)}),)
    cues = DirectionCues(promotes={"sv": ("stärka",)})
    scheme = CodingScheme(
        "demo", Wording(en="Demo"), (Theme("all", codes),), languages=("en", "sv", "fo"), direction_cues=cues
    )
    swedish = "Vi har undersökt hur förtroendet stärker samarbetet mellan dem och varför."
    records = pd.DataFrame([
        {"record_id": "r1", "abstract": swedish},
        {"record_id": "r2", "abstract": "Álitið veksur.", "language": "fo"},
        {"record_id": "r3", "abstract": "The trust of the partners is the key."},
    ])  # fmt: skip
    suggestions = suggest(records, scheme)
    assert suggestions["record_id"].tolist() == ["r1", "r2"]
    assert suggestions["indicator"].tolist() == ["förtroendet", "Álitið"]
    assert suggestions["direction"].tolist() == ["promotes", "descriptive"]
    assert unread_languages(records, scheme)["language"].tolist() == ["en"]
    support = language_support(scheme).set_index("language")
    assert support["lemmas"].to_dict() == {"sv": True, "fo": False}
    assert support["told"].to_dict() == {"sv": True, "fo": False}


def test_a_language_that_nobody_knows_is_read_by_general_rules():
    assert sentences("Aa bb. Cc dd! Ee.", "qq") == [(0, 6), (7, 13), (14, 17)]


def with_company(**more):
    trust = Code("trust", weak_indicators={"en": ("trust @people",)})
    groups = {"people": {"en": ("citizen*", "trust")}}
    themes = (Theme("t", (trust,)),)
    return CodingScheme("demo", Wording(en="Demo"), themes, direction_cues=CUES, word_groups=groups, **more)


def found_in(abstract, scheme, title=""):
    records = pd.DataFrame([{"record_id": "r", "title": title, "abstract": abstract}])
    return suggest(records, scheme)["code_id"].tolist()


@pytest.mark.parametrize(
    ("abstract", "found"),
    [
        ("Trust promotes what the citizens do.", ["trust"]),
        ("The citizens met. Trust promotes it.", []),  # not in the same sentence
        ("Trust promotes it.", []),  # a word is no company for itself
        ("The citizens know trust.", []),  # weak: no direction
    ],
)
def test_an_indicator_that_needs_company_counts_beside_a_word_of_the_group(abstract, found):
    assert found_in(abstract, with_company()) == found


def test_a_record_beside_the_subject_gets_no_suggestion():
    scheme = with_company(subject={"en": ("partnership*", "work together")})
    beside = "Trust promotes the citizens. It rained. We met. We left. We slept. It snowed. It froze."
    assert found_in(beside, scheme) == []
    assert found_in(beside, with_company()) == ["trust"]
    assert found_in(beside, scheme, title="A partnership") == ["trust"]
    assert found_in(beside + " Partnerships work. They work well together. A partnership.", scheme) == [
        "trust"
    ]
    assert found_in("Trust promotes the citizens. It rained.", scheme) == ["trust"]  # too short to tell
