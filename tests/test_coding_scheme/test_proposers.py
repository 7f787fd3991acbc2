"""Suggestions from a team's own function are checked; those of several origins are one row. All invented."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_scheme import Code, CodingScheme, Theme, combined, propose, suggest
from coding_scheme.rules import COLUMNS
from coding_scheme.scheme import CodeDirection
from corpus.errors import ReviewError
from corpus.protocol import Wording

SCHEME = CodingScheme(
    "demo",
    Wording(en="Demo"),
    (
        Theme(
            "ties",
            (
                Code("trust", indicators={"en": ("trust",)}),
                Code("silos", direction=CodeDirection("hinders", ("hinders",))),
            ),
        ),
    ),
)
ABSTRACT = "We met 🌱. Trust  grew\nslowly. Silos fell. Then Silos fell."
RECORDS = pd.DataFrame([{"record_id": "r1", "title": "On trust", "abstract": ABSTRACT}])
START = ABSTRACT.index("Silos")
ROW = {"record_id": "r1", "text": "Silos fell.", "start": START, "end": START + 11, "code_id": "silos",
       "direction": "hinders", "score": 0.7}  # fmt: skip
GROWN = {"record_id": "r1", "text": "Trust grew slowly.", "code_id": "trust", "score": 0.9}


def checked(*rows):
    return propose(lambda records, scheme: pd.DataFrame(rows), RECORDS, SCHEME, name="model")


def test_a_quotation_that_stands_where_it_is_said_is_taken_as_it_is():
    found = checked(ROW)
    assert found.n_mended == 0
    assert found.suggestions[["start", "end", "proposed_by", "score"]].to_numpy().tolist() == [
        [START, START + 11, "model", 0.7]
    ]


def test_offsets_are_mended_where_the_quotation_stands_once_and_the_records_own_words_are_kept():
    found = checked({**GROWN, "start": 0, "end": 3})
    row = found.suggestions.iloc[0]
    assert found.n_mended == 1
    assert row["text"] == "Trust  grew\nslowly." == ABSTRACT[row["start"] : row["end"]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"text": "Silos rose."}, "does not stand in the abstract of r1"),
        ({"text": "Silos fell", "start": 0, "end": 5}, "stands 2 times"),
        ({"text": "  "}, "the quotation is missing"),
        ({"text": None}, "the quotation is missing"),
        ({"field": "keywords"}, "unknown field 'keywords'"),
        ({"record_id": "r9"}, "no record 'r9'"),
        ({"code_id": "costs"}, "no code 'costs'"),
        ({"direction": "promotes"}, "'promotes' is not allowed for silos. Allowed: hinders"),
        ({"direction": None}, "'descriptive' is not allowed"),
        ({"score": 1.2}, "1.2 does not lie between 0 and 1"),
        ({"score": "high"}, "'high' is no number"),
        ({"score": None}, "is no number"),
        ({"score": float("nan")}, "is no number"),
        ({"score": float("inf")}, "does not lie between 0 and 1"),
        ({"cue": "because of"}, "do not stand in the text"),
    ],
)
def test_what_does_not_hold_is_listed_with_the_reason(change, why):
    found = checked(ROW, {**ROW, **change})
    assert len(found.suggestions) == 1
    [refused] = found.refused.to_dict("records")
    assert refused["proposed_by"] == "model"
    assert refused["row"] == 2
    assert why in refused["why"]


@given(
    st.lists(
        st.fixed_dictionaries({
            "record_id": st.sampled_from(["r1", "r2", 7, None]),
            "text": st.one_of(st.sampled_from(["Silos fell.", "We met"]), st.text(max_size=5), st.none()),
            "start": st.one_of(st.integers(-5, 70), st.floats(), st.none()),
            "end": st.one_of(st.integers(-5, 70), st.floats(), st.none()),
            "code_id": st.sampled_from(["trust", "silos", "", None, "x"]),
            "direction": st.sampled_from(["promotes", "hinders", "", None, 3]),
            "score": st.one_of(st.floats(), st.text(max_size=3), st.none()),
        }),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_every_row_is_either_suggested_word_for_word_or_refused(rows):
    found = checked(*rows)
    assert len(found.suggestions) + len(found.refused) == len(rows)
    assert (found.refused["why"] != "").all()
    for row in found.suggestions.to_dict("records"):
        assert ABSTRACT[row["start"] : row["end"]] == row["text"]
        assert 0 <= row["score"] <= 1
        assert row["direction"] in SCHEME.code(row["code_id"]).direction.allowed


def test_a_proposer_cannot_change_the_records():
    def careless(records, scheme):
        records["abstract"] = "changed"
        return pd.DataFrame([GROWN])

    assert len(propose(careless, RECORDS, SCHEME, name="careless").suggestions) == 1
    assert RECORDS.loc[0, "abstract"] == ABSTRACT


def test_a_proposer_that_fails_or_returns_something_else_is_named():
    def failing(records, scheme):
        raise RuntimeError("no connection")

    with pytest.raises(ReviewError, match="proposer ours: It failed with RuntimeError: no connection"):
        propose(failing, RECORDS, SCHEME, name="ours")
    with pytest.raises(ReviewError, match="is no DataFrame"):
        propose(lambda records, scheme: [ROW], RECORDS, SCHEME, name="ours")
    with pytest.raises(ReviewError, match="lacks score"):
        propose(
            lambda records, scheme: pd.DataFrame([{**ROW}]).drop(columns="score"),
            RECORDS,
            SCHEME,
            name="ours",
        )


def test_nothing_suggested_is_nothing_refused():
    empty = pd.DataFrame(columns=list(ROW))
    found = propose(lambda records, scheme: empty, RECORDS, SCHEME, name="model")
    assert found.suggestions.empty
    assert found.refused.empty
    assert list(found.suggestions.columns) == list(COLUMNS)


def test_one_row_names_all_origins_of_the_same_place_and_code():
    rules = suggest(RECORDS, SCHEME)
    ours = checked(GROWN, ROW).suggestions
    both = combined([rules, ours])
    assert both[["code_id", "proposed_by"]].to_numpy().tolist() == [
        ["trust", "rule; model"],
        ["silos", "model"],
    ]
    assert both.loc[0, "score"] == rules.loc[0, "score"]
    assert both.loc[0, "why"] == f"{rules.loc[0, 'why']} model says so."


def test_origins_that_read_other_directions_are_both_heard():
    one = checked({**GROWN, "direction": "promotes"}).suggestions
    other = one.assign(proposed_by="other", direction="hinders")
    row = combined([one, other]).iloc[0]
    assert row["direction"] == "promotes"
    assert "other reads the direction hinders" in row["why"]


@given(st.permutations(range(4)))
def test_the_order_of_rows_does_not_matter(order):
    rows = [GROWN, {**GROWN, "text": "grew slowly."}, ROW, {**GROWN, "text": "We met 🌱."}]
    given_so = combined([checked(*(rows[at] for at in order)).suggestions])
    pd.testing.assert_frame_equal(given_so, combined([checked(*rows).suggestions]))
