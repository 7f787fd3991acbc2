"""Strong and possible suggestions: a record's own subject and what is only aimed at weigh half."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from coding_scheme import Code, CodingScheme, DirectionCues, Theme, read_coding_scheme, standings, suggest
from corpus.checked_yaml import FaultyFileError
from corpus.protocol import Wording

CODES = (Code("trust", indicators={"en": ("mutual trust",), "da": ("gensidig tillid",)}),)
CUES = DirectionCues(
    promotes={"en": ("strengthen*",), "da": ("styrke*",)},
    purposes={"en": ("aim* to",), "da": ("sigter mod at",)},
    findings={"en": ("found that",), "da": ("fandt",)},
)
SCHEME = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", CODES),), direction_cues=CUES)
CLAIM = "Meetings strengthened mutual trust."


def suggested(abstract: str, title: str = "") -> pd.Series:
    records = pd.DataFrame([{"record_id": "r1", "title": title, "abstract": abstract, "language": "en"}])
    found = suggest(records, SCHEME)
    row = found[found["field"] == "abstract"].iloc[0]
    return pd.concat([row, standings(found, SCHEME).rename({row.name: "standing"})[["standing"]]])


def test_a_claim_made_once_is_strong():
    found = suggested(f"We met. {CLAIM}")
    assert (found["score"], found["standing"]) == (0.7, "strong")


@pytest.mark.parametrize(
    ("abstract", "title"),
    [(CLAIM, "On Mutual Trust"), (f"{CLAIM} We then left. Mutual trust was there.", "")],
)
def test_words_said_elsewhere_in_the_record_make_a_possible_one_that_says_why(abstract, title):
    found = suggested(abstract, title)
    assert (found["score"], found["standing"]) == (0.35, "possible")
    assert "elsewhere too" in found["why"]


@pytest.mark.parametrize(
    ("abstract", "title", "said"),
    [
        (CLAIM, "On Mutual Trust", "Posten siger også disse ord andre steder"),
        ("The partnership aims to build mutual trust.", "", "sagt som et mål"),
        ("", CLAIM, "Det står i titlen"),
        (f"{CLAIM} One came. Two came. Three came. Four came.", "", "Det står i abstractets begyndelse"),
    ],
)
def test_what_halves_a_score_is_said_in_danish_too(abstract, title, said):
    records = pd.DataFrame([{"record_id": "r1", "title": title, "abstract": abstract, "language": "en"}])
    assert said in suggest(records, SCHEME, language="da")["why"].iloc[0]


def test_an_aim_is_possible_until_something_is_found():
    aim = suggested("The partnership aims to build mutual trust.")
    assert aim["standing"] == "possible"
    assert "said as an aim" in aim["why"]
    found = suggested("It aims to help, and we found that meetings strengthened mutual trust.")
    assert found["standing"] == "strong"


def test_the_scheme_sets_its_own_bar():
    rows = pd.DataFrame({"code_id": ["trust", "trust"], "score": [0.35, 0.7]})
    assert standings(rows, SCHEME).tolist() == ["possible", "strong"]
    assert standings(rows, replace(SCHEME, strong_from=0.3)).tolist() == ["strong", "strong"]


def test_a_code_may_be_kept_from_being_strong():
    scheme = replace(SCHEME, themes=(Theme("ties", (replace(CODES[0], never_strong=True),)),))
    rows = pd.DataFrame({"code_id": ["trust"], "score": [1.0]})
    assert standings(rows, scheme).tolist() == ["possible"]
    assert (
        replace(SCHEME, themes=(Theme("ties", (replace(CODES[0], never_strong=False),)),)).hash == SCHEME.hash
    )
    assert scheme.hash != SCHEME.hash


LONG = "We met at the town hall. People talked. Nobody left. It rained. {} We went home."


def test_what_opens_an_abstract_or_stands_in_a_title_weighs_half_and_says_why():
    later = suggested(LONG.format(CLAIM))
    assert later["standing"] == "strong"
    first = suggested(LONG.replace("We met at the town hall.", CLAIM).format("It was late."))
    assert (first["score"], first["standing"]) == (later["score"] / 2, "possible")
    assert first["why"] != later["why"]


def test_the_default_bar_does_not_change_what_a_scheme_is():
    assert replace(SCHEME, strong_from=0.5).hash == SCHEME.hash
    assert replace(SCHEME, strong_from=0.6).hash != SCHEME.hash


def test_a_bar_beyond_one_is_a_fault_with_its_line(tmp_path):
    path = tmp_path / "coding_scheme.yaml"
    path.write_text(
        "id: demo\ntitle: {en: Demo}\nstrong_from: 40\nthemes:\n- id: ties\n  label: {en: Ties}\n"
        "  definition: {en: Ties}\n  codes:\n  - {id: trust, label: {en: Trust}, definition: {en: Trust}}\n",
        encoding="utf-8",
    )
    with pytest.raises(FaultyFileError, match="line 3: strong_from: 40 does not lie between 0 and 1"):
        read_coding_scheme(path)


STARTER = Path(__file__).parents[2] / "samsyn" / "starter" / "coding_scheme.yaml"


@pytest.fixture(scope="module")
def starter() -> CodingScheme:
    return read_coding_scheme(STARTER)


@pytest.mark.parametrize(
    ("claim", "code_id", "only_spoken_of"),
    [
        ("Mutual trust between partners strengthened the partnership.", "network_trust_partners", False),
        (
            "Mutual trust between citizens and nurses strengthened the partnership.",
            "participation_trust",
            False,
        ),
        ("The role of mutual trust between partners is discussed.", "network_trust_partners", True),
    ],
)
def test_starter_tells_whose_trust_it_is_and_what_a_study_only_speaks_of(
    starter, claim, code_id, only_spoken_of
):
    abstract = "This partnership met often. People talked. Nobody left. It rained. " + claim
    records = pd.DataFrame([{"record_id": "r1", "title": "", "abstract": abstract, "language": "en"}])
    found = suggest(records, starter)
    assert found["code_id"].tolist() == [code_id]
    assert ("said of what" in found["why"].item()) == only_spoken_of
