"""Texts put together from written words known already are those that the whole pipeline reads."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_scheme import sentences
from coding_scheme.indicators import units_of
from coding_scheme.language import pipeline, written_words
from coding_scheme.written_words import LONGEST, LONGEST_SENTENCE, WrittenWords, offsets

WRITTEN = """
    . , ; : ! ? … ... - – — / ( ) [ ] " ' “ ” « » 's n't % & * _ @ # + = :) <b> </b> 🌱 e.g. bl.a. f.eks. 3.
    3.5 U.S. et al. nr. osv. A. Dr. don't it’s can't place-based mål- og/eller Trust tillid NPM x Å 40 3,000
    http://a.b/c samfund.dk 10.1000/182 İ ß ﬁ
"""
SIGNS = [*WRITTEN.split(), "\u00ad", "\u0301"]
SPACES = [" ", " ", " ", "", "", "\n", "\n\n", "\r\n", "\t", "  ", "\u00a0", "\u2028", " \n "]
texts = st.lists(st.sampled_from(SIGNS) | st.sampled_from(SPACES), max_size=25).map("".join)


@given(text=texts, language=st.sampled_from(["en", "da"]))
def test_a_written_word_has_the_tokens_it_has_in_any_text(text, language):
    words = written_words(language).of(text)
    tokens = [token for token in pipeline(language).tokenizer(text) if not token.is_space]
    units = units_of(words, offsets(text, words)[0])
    for token in tokens:
        inside = [
            form
            for form, start, end in zip(units.forms, units.starts, units.ends, strict=True)
            if token.idx <= start and end <= token.idx + len(token)
        ]
        if re.search(r"\w", token.text) and token.text not in {"'s", "’s"}:
            parts = [part for part in re.split(r"[-\u2010-\u2015/<>]+", token.text) if re.search(r"\w", part)]
            assert inside == [part.lower().replace("\u00ad", "") for part in parts]
        else:
            assert inside == []


@given(text=texts, language=st.sampled_from(["en", "da"]))
def test_sentences_cover_all_that_is_written_and_the_pipeline_has_the_same(text, language):
    places = sentences(text, language)
    ends = [0, *(end for _, end in places)]
    starts = [*(start for start, _ in places), len(text)]
    assert all(not text[end:start].strip() for end, start in zip(ends, starts, strict=True))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in places)
    by_pipeline = [sentence.text.strip() for sentence in pipeline(language)(text).sents]
    assert [text[start:end] for start, end in places] == [each for each in by_pipeline if each]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u2028 \u00a0"])
def test_white_space_holds_no_sentence(text):
    assert sentences(text, "en") == []


def test_only_a_hyphen_inside_a_word_joins():
    words = written_words("en").of("A multi-\nactor network, short- and long-term")
    units = units_of(words)
    joined = [form for form, joined in zip(units.forms, units.joined, strict=True) if joined]
    assert joined == ["term"]


def test_words_that_were_forgotten_are_read_the_same_and_the_tokenizer_with_them():
    made = []
    words = WrittenWords("en", lambda: made.append(1) or pipeline("en").tokenizer)
    words._kept = words.tokens._kept = 3
    text = "The partners' (slowly) grown trust, e.g. the trust. The partners' trust grew."
    for _ in range(3):
        assert words.of(text) == written_words("en").of(text)
        assert words.sentences(text) == sentences(text, "en")
    assert len(made) > 1
    assert max(len(known) for known in (words, words.tokens)) == 3
    assert max(len(known.both()) for known in (words, words.tokens)) <= 6


def test_what_is_no_sentence_is_cut_and_nothing_gets_lost():
    for text in ("trust " * 1000, "trust-" * 1000, "a" * 20_000, "(" * 20_000, "x/y " * 2000):
        places = sentences(text, "en")
        assert sum(len(text[start:end].split()) for start, end in places) >= len(text.split())
        assert "".join(text[start:end] for start, end in places).replace(" ", "") == text.replace(" ", "")
        for start, end in places:
            assert len(units_of(written_words("en").of(text[start:end])).forms) <= LONGEST_SENTENCE
    assert len(sentences("a" * (LONGEST + 1) + ". He", "en")) == 2
