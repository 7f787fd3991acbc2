"""Direction from cues: negation, contrast, clauses; with the scheme that ships."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from coding_scheme import CodingScheme, read_coding_scheme, suggest

TRUST, LEAD, CATALYST = "network_trust_partners", "facilitation_linear_lead", "facilitation_catalyst_process"
MARKET, HIERARCHY, SHARED = (
    "governance_market_business",
    "governance_hierarchy",
    "equality_shared_power_partners",
)

ENGLISH = "The coordinator is a catalyst rather than leading a linear process, and this strengthens the work."
DANISH = "Facilitatoren er katalysator fremfor at lede et lineært forløb, og det fremmer samarbejdet."


@cache
def scheme() -> CodingScheme:
    return read_coding_scheme(Path(__file__).parents[2] / "samsyn" / "starter" / "coding_scheme.yaml")


def suggestion(text: str, code_id: str) -> pd.Series:
    suggestions = suggest(pd.DataFrame([{"record_id": "r1", "abstract": text}]), scheme())
    return suggestions[suggestions["code_id"] == code_id].iloc[0]


@pytest.mark.parametrize(
    ("text", "code_id", "direction"),
    [
        # no cue, no direction
        ("Shared leadership was described.", SHARED, "descriptive"),
        ("Markedsprincipper blev beskrevet.", MARKET, "descriptive"),
        # negation turns the cue around
        ("The partnership did not strengthen social capital.", TRUST, "hinders"),
        ("The partnership didn't strengthen social capital.", TRUST, "hinders"),
        ("Resultatstyring fremmer ikke social kapital.", TRUST, "hinders"),
        ("Red tape did not hinder social capital.", TRUST, "promotes"),
        ("Kontrakter kan ikke hæmme social kapital.", TRUST, "promotes"),
        ("Social kapital er ikke en barriere.", TRUST, "promotes"),
        ("The project failed to strengthen social capital.", TRUST, "hinders"),
        # double negation
        ("The project did not fail to strengthen social capital.", TRUST, "promotes"),
        ("There was no lack of social capital.", TRUST, "promotes"),
        ("Partnerships do not succeed without social capital.", TRUST, "promotes"),
        # what is missing hinders
        ("Lack of social capital kept members apart.", TRUST, "hinders"),
        ("Without social capital the members stayed apart.", TRUST, "hinders"),
        ("Mangel på social kapital bremsede arbejdet.", TRUST, "hinders"),
        ("Uden social kapital gik arbejdet i stå.", TRUST, "hinders"),
        # not suited
        ("Market principles are not suited to large partnerships.", MARKET, "hinders"),
        ("Markedsprincipper er ikke egnet til store partnerskaber.", MARKET, "hinders"),
        # not only is no negation
        ("Not only social capital but also shared leadership promotes learning.", TRUST, "promotes"),
        ("Social kapital styrker ikke blot læring, men også samarbejde.", TRUST, "promotes"),
        # clauses
        ("Market principles promote innovation but hinder social capital.", MARKET, "promotes"),
        ("Market principles promote innovation but hinder social capital.", TRUST, "hinders"),
        ("Målstyring hæmmer samarbejdet, men social kapital fremmer det.", "governance_npm", "hinders"),
        ("Målstyring hæmmer samarbejdet, men social kapital fremmer det.", TRUST, "promotes"),
        ("Social capital, however, was weakened by red tape.", TRUST, "hinders"),
        ("Red tape hinders work; however, social capital promotes it.", TRUST, "promotes"),
        # both in one clause
        ("Market principles both promote and hinder social capital.", TRUST, "mixed"),
        ("Market principles promote innovation and hinder learning.", MARKET, "mixed"),
        ("Markedsprincipper både fremmer og hæmmer social kapital.", TRUST, "mixed"),
    ],
)
def test_direction(text, code_id, direction):
    assert suggestion(text, code_id)["direction"] == direction


@pytest.mark.parametrize(
    ("text", "code_id", "direction"),
    [
        (ENGLISH, LEAD, "hinders"),
        (ENGLISH, CATALYST, "promotes"),
        (DANISH, LEAD, "hinders"),
        (DANISH, CATALYST, "promotes"),
        ("Shared leadership rather than hierarchy strengthens learning.", SHARED, "promotes"),
        ("Shared leadership rather than hierarchy strengthens learning.", HIERARCHY, "hinders"),
        ("Instead of red tape, the network strengthened social capital.", HIERARCHY, "hinders"),
        ("Instead of red tape, the network strengthened social capital.", TRUST, "promotes"),
        ("Contracts block learning rather than trust-building.", TRUST, "descriptive"),
        # cues after a contrast do not reach back before it
        ("They used trust-building rather than contracts, which hinders learning.", TRUST, "descriptive"),
        ("They used trust-building rather than promoting competition.", TRUST, "descriptive"),
    ],
)  # fmt: skip
def test_what_stands_after_a_contrast_is_the_rejected_alternative(text, code_id, direction):
    assert suggestion(text, code_id)["direction"] == direction


def codes_in(text: str, field: str = "abstract") -> set[str]:
    return set(suggest(pd.DataFrame([{"record_id": "r1", field: text}]), scheme())["code_id"])


@pytest.mark.parametrize(
    "text",
    [
        "We examine whether shared leadership promotes learning.",
        "This paper explores shared leadership in three towns.",
        "The aim of the study is to understand how shared leadership works.",
        "Does shared leadership promote learning?",
        "Artiklen undersøger, hvorvidt delt ledelse fremmer samarbejdet.",
        "Formålet er at beskrive delt ledelse i tre kommuner.",
        "Fremmer delt ledelse samarbejdet mellem parterne?",
    ],
)
def test_what_is_asked_makes_no_claim(text):
    assert SHARED not in codes_in(text)


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("We examine three towns and find that shared leadership promotes learning.", "promotes"),
        ("This study shows that shared leadership hinders quick decisions.", "hinders"),
        ("We explored rivalry, but shared leadership promoted learning.", "promotes"),
        ("Artiklen undersøger tre kommuner og viser, at delt ledelse fremmer samarbejdet.", "promotes"),
    ],
)
def test_what_is_found_after_a_question_is_a_claim(text, direction):
    assert suggestion(text, SHARED)["direction"] == direction


@pytest.mark.parametrize(
    "text",
    [
        "The programme aims to strengthen shared leadership.",
        "Meetings were held in order to promote shared leadership.",
        "Shared leadership was designed to improve learning.",
        "Programmet har til formål at styrke delt ledelse.",
        "Møderne blev holdt for at fremme delt ledelse.",
    ],
)
def test_a_purpose_is_no_finding(text):
    assert suggestion(text, SHARED)["direction"] == "descriptive"


@pytest.mark.parametrize(
    ("text", "code_id", "direction"),
    [
        # what something requires is promoted, what requires it is not
        ("Shared leadership requires social capital.", TRUST, "promotes"),
        ("Shared leadership requires patience.", SHARED, "descriptive"),
        ("Delt ledelse kræver social kapital.", TRUST, "promotes"),
        # conditions
        ("Citizens take part when there is shared leadership.", SHARED, "promotes"),
        ("Citizens take part when it suits them and when there is shared leadership.", SHARED, "promotes"),
        ("Parterne deltager, når der er delt ledelse.", SHARED, "promotes"),
        # too little of it
        ("Members complained about the lack of funding.", "resources_staff_money", "hinders"),
        ("There was not yet sufficient trust between stakeholders.", TRUST, "hinders"),
        # a negation of a noun does not turn the verb
        ("Hidden agendas and inadequate advice impede work.", "goals_conflicting_agendas", "hinders"),
        # a verb after "and" speaks of what follows it
        ("The meetings strengthen social capital and reduce cost.", TRUST, "promotes"),
        ("They reduce distrust and enhance social capital.", TRUST, "promotes"),
        # what tears down silos promotes
        ("Joint budgets broke down silos.", "network_silos", "promotes"),
        ("Fælles budgetter nedbryder siloer.", "network_silos", "promotes"),
        # a clause inserted between two commas is stepped over
        ("Shared leadership, which all the members had asked for, promotes learning.", SHARED,
         "promotes"),
    ],
)  # fmt: skip
def test_who_helps_and_what_is_helped(text, code_id, direction):
    assert suggestion(text, code_id)["direction"] == direction


def test_a_title_with_a_finding_counts_and_a_question_does_not():
    assert SHARED in codes_in("Shared leadership strengthens partnerships: lessons from Aarhus", "title")
    assert SHARED not in codes_in("Does shared leadership strengthen partnerships?", "title")
    assert SHARED not in codes_in("Shared leadership in partnerships", "title")


def test_the_rejected_alternative_is_named_as_such():
    text = "Shared leadership rather than hierarchy strengthens learning."
    found = suggestion(text, HIERARCHY)
    assert found["cue"] == "rather than … strengthens"
    assert "rejected alternative" in found["why"]


def test_the_cue_is_given_as_it_stands():
    found = suggestion("The partnership did not really Strengthen social capital.", TRUST)
    assert found["cue"] == "not … Strengthen"
    assert found["indicator"] == "social capital"
    assert "negated" in found["why"]


def test_a_hedge_is_named_and_lowers_the_score():
    plain = suggestion("Shared leadership promotes learning.", SHARED)
    hedged = suggestion("Shared leadership may promote learning.", SHARED)
    assert hedged["direction"] == "promotes"
    assert hedged["score"] < plain["score"]
    assert "hedged by “may”" in hedged["why"]


@pytest.mark.parametrize(
    ("text", "english", "danish"),
    [
        ("Shared leadership promotes learning.", "promotes", "»promotes«: fremmer"),
        ("Shared leadership was seen.", "without a direction cue", "uden et ord, der giver en retning"),
        ("Shared leadership may promote learning.", "hedged by “may”", "sagt med forbehold (»may«)"),
        (
            "Lack of shared leadership kept members apart.",
            "said to be missing",
            "siges at mangle (»Lack of«)",
        ),
        (
            "Shared leadership did not promote learning.",
            "negated cue",
            "står med en nægtelse (»not … promote«)",
        ),
        ("Hierarchy rather than shared leadership helps.", "rejected alternative", "er det, der vælges fra"),
    ],
)
def test_reasons_are_given_in_danish_too_and_all_else_is_the_same(text, english, danish):
    records = pd.DataFrame([{"record_id": "r1", "title": "", "abstract": text, "language": "en"}])
    here, there = (suggest(records, scheme(), language=language) for language in ("en", "da"))
    assert english in here.loc[here["code_id"] == SHARED, "why"].item()
    assert danish in there.loc[there["code_id"] == SHARED, "why"].item()
    pd.testing.assert_frame_equal(here.drop(columns="why"), there.drop(columns="why"))


def test_the_typical_direction_is_never_used():
    silos = scheme().code("network_silos")
    assert silos.direction.typical == "hinders"
    assert suggestion("The departments were silos.", "network_silos")["direction"] == "descriptive"


def test_an_indicator_that_begins_with_a_cue_has_that_direction():
    found = suggestion("There were barriers to participation.", "participation_barriers")
    assert (found["direction"], found["cue"]) == ("hinders", "barriers")
    found = suggestion("The meetings reduced tensions.", "outcome_conflict_reduction")
    assert found["direction"] == "promotes"


def test_a_list_has_the_direction_of_what_opens_it():
    text = "Barriers to it included mistrust between partners, lack of funding and competing priorities."
    for code_id in (TRUST, "resources_staff_money", "goals_conflicting_agendas"):
        assert suggestion(text, code_id)["direction"] == "hinders"
    text = "Samarbejdet fremmes af en fælles vision, faste møder og tillid mellem parterne."
    for code_id in ("goals_shared_agenda", "communication_frequent", TRUST):
        assert suggestion(text, code_id)["direction"] == "promotes"


def test_a_condition_may_stand_some_words_after_its_verb():
    text = "Borgerne deltager i højere grad, når de har tillid til medarbejderne."
    assert suggestion(text, "participation_trust")["direction"] == "promotes"


def test_a_common_word_counts_in_company():
    text = "Tilliden mellem borgerne og planlæggerne styrkede deltagelsen."
    found = suggestion(text, "participation_trust")
    assert (found["direction"], found["indicator"], found["cue"]) == ("promotes", "Tilliden", "styrkede")


SEED = {
    "Markedsprincipper og forretningslogik passer dårligt til store partnerskaber og hæmmer samarbejdet.":
        {MARKET: "hinders"},
    "New public management med resultatkrav står i vejen for det fælles arbejde.":
        {"governance_npm": "hinders"},
    "Samarbejdet styrkes derimod af netværksstyring, hvor ingen bestemmer over de andre.":
        {"governance_horizontal_network": "promotes"},
    "En uafhængig facilitator, der er katalysator fremfor at lede et lineært forløb, er afgørende for os.":
        {"facilitation_independent": "promotes", LEAD: "hinders"},
    "At udligne magten mellem borgere og planlæggere fremmer deltagelsen.":
        {"equality_power_citizens_planners": "promotes"},
    "Borgerne kommer, når tillidsfulde relationer og praktisk hjælp som kørsel og følgeskab gør det muligt.":
        {"participation_trust": "promotes", "participation_practical_support": "promotes"},
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SEED.items())
def test_the_findings_of_the_model_study_are_suggested_with_their_direction(text, expected):
    suggestions = suggest(pd.DataFrame([{"record_id": "r1", "abstract": text}]), scheme())
    found = dict(zip(suggestions["code_id"], suggestions["direction"], strict=True))
    assert {code_id: found.get(code_id) for code_id in expected} == expected


def test_real_abstracts_are_read_with_exact_offsets(shared_data):
    frame = pd.read_csv(
        shared_data / "topic" / "citizen_participation_climate.csv", keep_default_na=False
    ).head(60)
    records = (
        frame[["title", "abstract"]].astype("str").assign(record_id=[f"r{n}" for n in range(len(frame))])
    )
    suggestions = suggest(records, scheme())
    texts = records.set_index("record_id")
    assert len(suggestions) > 5
    assert all(
        texts.loc[row.record_id, row.field][row.start : row.end] == row.text
        for row in suggestions.itertuples()
    )
