"""Indicator phrases: the finder finds what its definition says, no less and no more."""

import re
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from coding_scheme.indicators import PhraseFinder, parse_phrases, units_of
from coding_scheme.language import lemma, written_words

WORDS = ["trust", "trusts", "mistrust", "net", "nets", "work", "working", "non", "12", "3.5", "a's"]
PATTERNS = ["trust", "trust*", "*trust*", "n*t", "*s", "w*k*g", "*", "[0-9]+", "net-work", "non-net", "net*"]
JOINS = [" ", " ", " ", "-", "/", ", ", " (", ") ", " – ", "; "]
sentences = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(JOINS)), min_size=1, max_size=9).map(
    lambda pairs: "".join(word + join for word, join in pairs)
)
phrases = st.lists(st.sampled_from(PATTERNS[:6] + PATTERNS[7:]), min_size=1, max_size=3).map(" ".join)


def stands_for(pattern: str, form: str) -> bool:
    if pattern == "[0-9]+":
        return bool(re.fullmatch(r"[0-9]+([.,][0-9]+)*", form))
    expression = r"\w*".join(map(re.escape, pattern.split("*")))
    # a star at the end may stand for anything that is left of the word
    expression = (
        expression.removesuffix(r"\w*") + ".*" if pattern.index("*") == len(pattern) - 1 else expression
    )
    return any(re.fullmatch(expression, word) for word in (form, lemma(form, "en")))


def found_naively(phrase, units):
    """All unit positions are tried for all words."""
    found = {}
    for places in combinations(range(len(units.forms)), len(phrase.words)):
        fits = all(
            (stands_for(word, units.forms[at]) if "*" in word or word == "[0-9]+" else word in
             (units.forms[at], lemma(units.forms[at], "en")))
            for at, (word, _) in zip(places, phrase.words, strict=True)
        )  # fmt: skip
        for before, at, (_, gap) in zip(places, places[1:], phrase.words[1:], strict=False):
            words_between = units.word[at] - units.word[before] - 1
            fits = fits and words_between <= gap and not any(units.stops[before + 1 : at + 1])
            fits = fits and (gap > 0 or at == before + 1)
        opposite = units.joined[places[0]] and units.forms[places[0] - 1] == "non"
        if fits and not opposite:
            found[places[0]] = min(places[-1], found.get(places[0], places[-1]))
    return set(found.items())


@given(text=sentences, written=phrases, gap=st.sampled_from([0, 1, 2]))
def test_the_finder_finds_exactly_what_a_naive_search_finds(text, written, gap):
    units = units_of(written_words("en").of(text))
    ways = parse_phrases(written, "indicator", "code", gap=gap)
    found = PhraseFinder(ways, "en", negations=["non"]).find(units)
    for way in ways:
        assert {(match.first, match.last) for match in found if match.phrase == way} == found_naively(
            way, units
        )


def test_a_nearer_word_does_not_hide_one_that_fits():
    units = units_of(written_words("en").of("trust net net is a work"))
    found = PhraseFinder(parse_phrases("trust net work", "indicator"), "en").find(units)
    assert [(match.first, match.last) for match in found] == [(0, 5)]


def test_stars_by_the_dozen_take_no_time():
    units = units_of(written_words("en").of("a" * 90 + " " + "a" * 400 + "b"))
    finder = PhraseFinder(parse_phrases("*".join("a" * 30) + "*b", "indicator"), "en")
    assert finder.find(units) == []
    finder = PhraseFinder(parse_phrases("*".join("a" * 30), "indicator"), "en")
    assert [match.first for match in finder.find(units)] == [0]


def test_words_that_could_start_a_phrase_everywhere_take_little_time():
    units = units_of(written_words("en").of("a " * 5000))
    finder = PhraseFinder(parse_phrases("a a a a a a a a b", "indicator"), "en")
    assert finder.find(units) == []
