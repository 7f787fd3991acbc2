"""The coding scheme and its file."""

from pathlib import Path

import pytest

from coding_scheme import read_coding_scheme
from corpus.checked_yaml import FaultyFileError
from corpus.errors import ReviewError

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "samsyn" / "starter" / "coding_scheme.yaml"
SMALL = """
id: small
title: {en: Small}
themes:
- id: ties
  label: {en: Ties}
  definition: {en: What binds people}
  codes:
  - id: trust
    label: {en: Trust}
    definition: {en: To rely on one another}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "coding_scheme.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(FaultyFileError) as raised:
        read_coding_scheme(written(folder, text))
    return raised.value.faults


def test_the_scheme_that_ships_is_whole_in_both_languages():
    scheme = read_coding_scheme(STARTER)
    assert len(scheme.themes) == 10
    assert len(scheme.codes) == 46
    for code in scheme.codes:
        for wording in (code.label, code.definition, code.use_when, code.do_not_use_when, code.example):
            assert wording.en, code.id
            assert wording.da, code.id
        assert set(code.indicators) == {"en", "da"}, code.id
    for descriptor in scheme.descriptors:
        assert descriptor.label.en, descriptor.id
        assert descriptor.label.da, descriptor.id


def test_the_scheme_that_ships_says_that_it_is_no_studys_code_book():
    provenance = read_coding_scheme(STARTER).provenance
    assert "not the study’s own code book" in provenance.en
    assert "ikke studiets egen kodebog" in provenance.da


def test_a_characteristics_table_finds_its_descriptors():
    scheme = read_coding_scheme(STARTER)
    for name in (
        "country",
        "setting",
        "aim",
        "design",
        "data",
        "n",
        "population",
        "partnership_type",
        "partners",
    ):
        assert scheme.descriptor(name).value_type == "text"
    approach = scheme.descriptor("approach")
    assert [value.id for value in approach.values] == [
        "collective_impact", "place_based", "community_organizing", "other",
    ]  # fmt: skip


def test_three_faults_are_told_at_once_with_their_lines():
    path = Path(__file__).parents[1] / "data" / "scheme_with_three_faults.yaml"
    with pytest.raises(FaultyFileError) as raised:
        read_coding_scheme(path)
    assert [line for line, _, _ in raised.value.faults] == [12, 13, 18]
    told = str(raised.value)
    assert "3 faults" in told
    assert "line 12: themes.0.codes.0.indicators.en.1: '*' cannot be looked for" in told
    assert "line 13: themes.0.codes.0.often_coded_with.0: names unknown code 'costs'. Known: trust" in told
    assert "line 18: themes.1.codes.0.id: the id 'trust' is used twice" in told


@pytest.mark.parametrize(
    ("more", "path", "what"),
    [
        (
            "    direction: {typical: sideways}",
            "direction.typical",
            "unknown direction 'sideways'. Known: promotes",
        ),
        (
            "    direction: {typical: mixed, allowed: [promotes]}",
            "direction.typical",
            "not allowed for trust",
        ),
        (
            "    direction: {typical: promotes, allowed: [promotes, up]}",
            "allowed.1",
            "unknown direction 'up'",
        ),
        ("    indicators: {en: ['']}", "indicators.en.0", "it is empty"),
        ("    indicators: {en: ['trust (or*']}", "indicators.en.0", "holds signs other than"),
        (
            "    indicators: {de: [Vertrauen]}",
            "indicators.de",
            "is not a language of this scheme. Known: en, da",
        ),
        (
            "facets:\n- {id: strength, applies_to: [costs], values: [{id: data}]}",
            "facets.0.applies_to.0",
            "'costs'",
        ),
        ("facets:\n- {id: strength, values: []}", "facets.0.values", "strength: lists no value"),
        ("    status: gone", "status", "known: 'active' or 'retired'"),
        ("    status: retired", "themes", "every code is retired"),
        ("directions:\n- {id: sideways}", "directions.0.id", "unknown direction 'sideways'"),
        ("descriptors:\n- {id: design, value_type: one_of}", "descriptors.0", "lists none"),
        ("    indicators: {en: ['trust @people']}", "indicators.en.0", "unknown word group '@people'. Known"),
        ("    exclude_phrases: {en: ['trust @people']}", "exclude_phrases.en.0", "holds signs other than"),
        (
            "    indicators: {en: ['@people']}\nword_groups: {people: {en: [they]}}",
            "indicators.en.0",
            "is empty",
        ),
        ("subject: {en: ['']}", "subject.en.0", "it is empty"),
        ("    colour: red", "colour", "is not a known key here"),
    ],
)
def test_each_fault_has_its_path_and_the_alternatives(tmp_path, more, path, what):
    [(_, where, told)] = faults_of(tmp_path, SMALL + more + "\n")
    assert where.endswith(path)
    assert what in told


def test_a_code_without_label_or_definition_is_a_fault(tmp_path):
    text = SMALL.replace("    label: {en: Trust}\n    definition: {en: To rely on one another}\n", "")
    told = [what for _, _, what in faults_of(tmp_path, text)]
    assert told == ["trust: the definition is missing", "trust: the label is missing"]


def test_white_space_and_comments_do_not_change_the_hash_but_words_do(tmp_path):
    before = read_coding_scheme(written(tmp_path, SMALL)).hash
    assert (
        read_coding_scheme(
            written(tmp_path, "# a comment\n" + SMALL.replace("{en: Trust}", "{en:   Trust}"))
        ).hash
        == before
    )
    assert read_coding_scheme(written(tmp_path, SMALL.replace("rely", "lean"))).hash != before


def test_an_unknown_code_is_told_with_the_known_ones(tmp_path):
    scheme = read_coding_scheme(written(tmp_path, SMALL))
    assert scheme.theme_of("trust").id == "ties"
    with pytest.raises(ReviewError, match=r"no code 'cost'. Known: trust"):
        scheme.code("cost")
    with pytest.raises(ReviewError, match="no code 'cost'"):
        scheme.theme_of("cost")


def test_a_facet_belongs_to_all_codes_or_to_those_it_names():
    scheme = read_coding_scheme(STARTER)
    of_support = {facet.id for facet in scheme.facets_of("participation_practical_support")}
    of_silos = {facet.id for facet in scheme.facets_of("network_silos")}
    assert of_support - of_silos == {"support_type"}
