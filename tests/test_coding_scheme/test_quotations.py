"""Whatever stands in a text, a suggestion quotes it exactly."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_scheme import Code, CodingScheme, DirectionCues, Theme, indicator_hits, suggest
from corpus.protocol import Wording

TRUST = Code(
    "trust",
    indicators={"en": ("trust*", "social capital"), "da": ("tillid*", "social* kapital")},
    exclude_phrases={"en": ("trust fund",), "da": ("tillidsmand",)},
)
COSTS = Code("costs", weak_indicators={"en": ("cost*", "a"), "da": ("udgift*",)})
CUES = DirectionCues(
    promotes={"en": ("strengthen*",), "da": ("styrke*",)},
    hinders={"en": ("hinder*",), "da": ("hæmme*",)},
    contrast={"en": ("rather than",), "da": ("fremfor",)},
    negation={"en": ("not", "non"), "da": ("ikke",)},
    breaks={"en": ("but",), "da": ("men",)},
    hedges={"en": ("may",), "da": ("måske",)},
)
SCHEME = CodingScheme("demo", Wording(en="Demo"), (Theme("all", (TRUST, COSTS)),), direction_cues=CUES)
ENGLISH = "the trust social capital trust fund costs strengthen hinder rather than not non-trust but may of a"
DANISH = "tilliden sociale kapital tillidsmand udgifter styrker hæmmer fremfor ikke men måske af det på"
ODD = ["🌱", "👩🏽\u200d🌾", "e\u0301", "\u0301", "tru\u00adst", "tillid\u00adens", "<b>trust</b>", "&amp;",
       "<br/>", "ﬁ", "İ", "\ufeff", "\x00", "\u202e", "𝔱rust", "．", "。"]  # fmt: skip
SPACES = [" ", " ", "\u00a0", "\u2028", "\u2029", "\r\n", "\n\n", "\t", "\u3000", "\x1c", "  ", "\u200b"]
pieces = st.sampled_from([*ENGLISH.split(" "), *DANISH.split(" "), *ODD])
joins = st.sampled_from([*SPACES, ". ", "! ", ", ", "; ", " (", ") ", "-", "/", '." '])
texts = st.lists(st.tuples(pieces, joins), max_size=30).map(
    lambda pairs: "".join(piece + join for piece, join in pairs)
)


@given(start=st.sampled_from(["", "The study shows that this is ", "Vi har set, at det er "]), text=texts)
def test_every_quotation_stands_in_its_text(start, text):
    records = pd.DataFrame([{"record_id": "r1", "title": text[:60], "abstract": start + text}])
    suggestions = suggest(records, SCHEME)
    for row in suggestions.itertuples():
        field = records.loc[0, row.field]
        assert field[row.start : row.end] == row.text == row.text.strip() != ""
        assert row.indicator in row.text
        assert all(word in row.text for word in re.split(" … |; ", row.cue))
        assert 0 <= row.score <= 1
    assert not suggestions.duplicated(["record_id", "field", "start", "code_id"]).any()


def test_soft_hyphens_html_and_emoji_do_not_move_a_quotation():
    text = "🌱👩🏽\u200d🌾 The <b>tru\u00adst</b> of the partners is strengthened.\r\nThe end\u00a0of it."
    row = suggest(pd.DataFrame([{"record_id": "r1", "abstract": text}]), SCHEME).iloc[0]
    assert row["indicator"] == "tru\u00adst"
    assert text[row["start"] : row["end"]] == row["text"]


@pytest.mark.parametrize(
    "abstract",
    [
        "The trust of the partners is what strengthens them, but contracts may hinder it. " * 380,
        "The study of the partners is here. " + "trust not strengthened rather than hindered, but " * 2000,
        "The study of the partners is here. " + "trust" * 20_000,
        "The study of the partners is here. " + "a-" * 50_000,
        "The study of the partners is here. " + "(" * 100_000,
        "The study of the partners is here. " + "a\u0301" * 50_000,
    ],
    ids=["30,000 signs", "no full stop", "one word", "hyphens", "brackets", "accents"],
)
def test_very_long_texts_are_read_to_their_end(abstract):
    # each took minutes or never ended when the time grew with the square of the length
    suggestions = suggest(pd.DataFrame([{"record_id": "r1", "abstract": abstract}]), SCHEME)
    assert all(abstract[row.start : row.end] == row.text for row in suggestions.itertuples())
    if "strengthen" in abstract:
        assert suggestions["end"].max() > len(abstract) - 100


def test_hits_are_counted_per_text_and_code():
    texts = [
        "Trust and social capital are trust.",
        "A trust fund costs.",
        "Tilliden er en udgift.",
        "",
        "Trust",
    ]
    hits = indicator_hits(texts, SCHEME, ["en", "en", "da", "en", "da"])
    assert hits.toarray().tolist() == [[3, 0], [0, 1.0], [1, 0.5], [0, 0], [0, 0]]
    assert hits.shape == (5, 2)
    assert indicator_hits([], SCHEME).shape == (0, 2)


def test_hits_are_in_the_language_of_each_text_where_it_is_not_given():
    texts = ["The trust of the partners is strong.", "Tilliden mellem parterne er stærk, og det er godt."]
    assert indicator_hits(texts, SCHEME).toarray()[:, 0].tolist() == [1, 1]
