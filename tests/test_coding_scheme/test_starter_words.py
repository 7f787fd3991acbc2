"""The words of the scheme that ships: none twice by accident, both languages, near misses left alone."""

from collections import defaultdict
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from coding_scheme import CodingScheme, read_coding_scheme, suggest

# words that two codes share because both may be meant
MEANT = {
    ("da", "dokumentationskrav"): ["governance_npm", "measurement_burden"],
    ("da", "delt ledelse"): ["governance_horizontal_network", "equality_shared_power_partners"],
}


@cache
def scheme() -> CodingScheme:
    return read_coding_scheme(Path(__file__).parents[2] / "samsyn" / "starter" / "coding_scheme.yaml")


def indicators(kinds: tuple[str, ...] = ("indicators", "weak_indicators")) -> list[tuple[str, str, str]]:
    return [
        (language, phrase.lower(), code.id)
        for code in scheme().codes
        for kind in kinds
        for language, phrases in getattr(code, kind).items()
        for phrase in phrases
    ]


def test_no_indicator_stands_with_two_codes_unless_meant():
    owners = defaultdict(list)
    for language, phrase, code_id in indicators():
        owners[language, phrase].append(code_id)
    assert {key: codes for key, codes in owners.items() if len(codes) > 1} == MEANT


def test_the_number_of_indicators_stays_manageable():
    assert 900 < len(indicators()) < 2000


@pytest.mark.parametrize("language", ["en", "da"])
def test_every_code_has_words_in_both_languages(language):
    assert [code.id for code in scheme().codes if len(code.indicators.get(language, ())) < 4] == []


def test_no_cue_says_two_things():
    owners = defaultdict(set)
    for kind, phrases in vars(scheme().direction_cues).items():
        for language, listed in phrases.items():
            for phrase in listed:
                owners[language, phrase].add(kind)
    # a finding may be hedged, and the conditional verbs promote of themselves
    meant = [{"findings", "hedges"}, {"conditional", "promotes"}]
    assert {key: kinds for key, kinds in owners.items() if len(kinds) > 1 and kinds not in meant} == {}


@pytest.mark.parametrize("language", ["en", "da"])
def test_no_near_miss_is_suggested_for_its_code(language):
    missed = {code.id: getattr(code.near_miss, language) for code in scheme().codes if code.near_miss.en}
    assert len(missed) > 15
    records = pd.DataFrame({"record_id": list(missed), "abstract": list(missed.values())})
    suggestions = suggest(records, scheme())
    assert suggestions.loc[suggestions["record_id"] == suggestions["code_id"], "text"].tolist() == []
