"""Agreement of coders code by code, on words, on sets and with oneself; and what never changes it."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_scheme import (
    Code,
    CodingDecision,
    CodingScheme,
    Segment,
    Theme,
    agreement,
    as_line,
    character_alpha,
    coding_agreement,
    coding_decisions,
    coding_disagreements,
    masi_distance,
    set_alpha,
    span_f1,
)
from coding_scheme.scheme import DIRECTIONS
from corpus.errors import UsageError
from corpus.protocol import Wording

CODES = ("trust", "silos", "money")
SCHEME = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", tuple(Code(name) for name in CODES)),))
ABSTRACT = "Trust grew in both towns. Silos fell. Money was short. Nobody left."
PEOPLE = ("ann", "bo", "cy")
FIGURES = ["n", "n_disagreements", "percent", "kappa", "ac1", "alpha"]


def records(n: int = 6) -> pd.DataFrame:
    return pd.DataFrame(
        [{"record_id": f"r{number}", "title": "A title", "abstract": ABSTRACT} for number in range(n)]
    )


def said(record, code, person, value="present", direction="promotes", words=(0, 10), **more):
    segments = (Segment("abstract", *words, ABSTRACT[slice(*words)]),) if value == "present" else ()
    return CodingDecision(
        record, code, value, person, direction if value == "present" else "", segments, **more
    )


def frame_of(*decisions: CodingDecision) -> pd.DataFrame:
    return coding_decisions([as_line(each) for each in decisions])


def measured(*decisions: CodingDecision, **more):
    return coding_agreement(frame_of(*decisions), SCHEME, records(), n_bootstrap=200, **more)


@st.composite
def codings(draw, people=PEOPLE) -> list[CodingDecision]:
    """What two or three people said of a few records; each has read all of them, or some."""
    decisions = []
    for person in people:
        for number in range(4):
            if not draw(st.integers(0, 5)):
                continue  # not read
            decisions.append(CodingDecision(f"r{number}", "", "absent", person))
            for code in CODES:
                value = draw(st.sampled_from(["", "present", "absent", "unclear", "present"]))
                if value:
                    start = draw(st.integers(0, 40))
                    words = (start, start + draw(st.integers(1, 20)))
                    direction = draw(st.sampled_from(DIRECTIONS))
                    decisions.append(said(f"r{number}", code, person, value, direction, words))
    return decisions


def test_masi_of_half_a_set():
    """Passonneau 2006: {1, 2} and {1, 2, 3, 4}"""
    assert masi_distance("12", "1234") == pytest.approx(0.6667, abs=0.0001)


def test_alpha_of_characters_by_hand():
    spans = {"ann": [("abstract", 10, 30)], "bo": [("abstract", 20, 40)]}
    assert character_alpha(spans, 100) == pytest.approx(0.3781, abs=0.0001)


def test_characters_are_the_units_of_krippendorffs_alpha():
    """The same as alpha of one judgement per character, with three coders and segments that overlap."""
    spans = {
        "ann": [("abstract", 3, 9), ("abstract", 7, 12), ("title", 0, 4)],
        "bo": [("abstract", 5, 20)],
        "cy": [("title", 2, 5)],
    }
    n_title, n_abstract = 6, 30
    rows = []
    for person, marked in spans.items():
        for name, length in (("title", n_title), ("abstract", n_abstract)):
            rows += [
                (f"{name} {place}", person, any(f == name and s <= place < e for f, s, e in marked))
                for place in range(length)
            ]
    by_character = agreement(pd.DataFrame(rows, columns=["unit", "coder", "value"]), n_bootstrap=10)
    found = character_alpha(spans, n_title + n_abstract)
    assert found == pytest.approx(by_character.krippendorff_alpha, abs=1e-9)


def test_f1_of_segments_is_the_same_whoever_is_held_for_right():
    one, other = [("abstract", 0, 9), ("title", 0, 4)], [("abstract", 0, 9)]
    assert span_f1(one, other) == span_f1(other, one) == pytest.approx(2 / 3)
    assert np.isnan(span_f1([], []))


def test_set_alpha_of_two_people_by_hand():
    """Sets {t, s} and {t}, then {m} and {m}: distances 2/3 and 0; expected over all pairs of the four."""
    members = np.array([[[1, 1], [1, 0], [0, 0]], [[0, 0], [0, 0], [1, 1]]]) > 0
    # pairs of the four values: ts-t 2/3, ts-m 1 (twice), t-m 1 (twice), m-m 0
    observed, expected = (2 / 3) / 2, (2 / 3 + 4) * 2 / 12
    alpha, low, high = set_alpha(members, np.ones((2, 2)) > 0, n_bootstrap=100)
    assert alpha == pytest.approx(1 - observed / expected)
    assert low - 1e-9 <= alpha <= high + 1e-9


def test_each_code_has_the_figures_that_it_has_alone():
    decisions = [
        said("r0", "trust", "ann"), said("r0", "trust", "bo"), said("r1", "trust", "ann"),
        CodingDecision("r1", "", "absent", "bo"), CodingDecision("r2", "", "absent", "ann"),
        said("r2", "silos", "bo"), said("r3", "silos", "ann", "unclear"), said("r3", "silos", "bo"),
    ]  # fmt: skip
    table = measured(*decisions).presence.set_index("code_id")
    alone = {
        "trust": {"ann": ["present", "present", "absent", "absent"],
                  "bo": ["present", "absent", "absent", "absent"]},
        "silos": {"ann": ["absent", "absent", "absent", "unclear"],
                  "bo": ["absent", "absent", "present", "present"]},
    }  # fmt: skip
    for code, values in alone.items():
        rows = [(unit, who, value) for who, row in values.items() for unit, value in enumerate(row)]
        one = agreement(pd.DataFrame(rows, columns=["unit", "coder", "value"]), n_bootstrap=200)
        expected = [4, one.percent, one.cohen_kappa, one.ac1, one.krippendorff_alpha]
        found = table.loc[code, ["n", "percent", "kappa", "ac1", "alpha"]].astype(float)
        assert found.tolist() == pytest.approx(expected)
        assert table.loc[code, ["alpha_low", "alpha_high"]].tolist() == pytest.approx(one.alpha_interval)
    assert table.loc["", "n"] == 12
    assert table.loc["trust", "prevalence"] == pytest.approx(3 / 8)


def test_kappa_is_that_of_scikit_learn():
    from sklearn.metrics import cohen_kappa_score

    rng = np.random.default_rng(7)
    one, other = rng.integers(0, 3, 50), rng.integers(0, 3, 50)
    rows = [(n, who, v) for who, row in (("ann", one), ("bo", other)) for n, v in enumerate(row)]
    found = agreement(pd.DataFrame(rows, columns=["unit", "coder", "value"]), n_bootstrap=10).cohen_kappa
    assert found == pytest.approx(cohen_kappa_score(one, other))


def test_a_code_that_nobody_found_is_undefined_with_its_percentage_beside_it():
    table = measured(said("r0", "trust", "ann"), said("r0", "trust", "bo")).presence.set_index("code_id")
    assert table.loc["money", "percent"] == 1
    assert table.loc["money", ["kappa", "ac1", "alpha", "alpha_low"]].isna().all()
    assert table.loc["money", "note"] == "undefined (no variation)"


def test_nobody_in_common_is_measured_as_nothing():
    found = measured(said("r0", "trust", "ann"), said("r1", "trust", "bo"))
    assert (found.n_records, found.people, len(found.disagreements)) == (0, (), 0)
    assert found.presence["note"].str.startswith("undefined").all()
    assert found.summary() == "no record was read by two people"


def test_only_the_blind_round_is_reliability_and_the_assisted_one_stands_apart():
    decisions = [
        said("r0", "trust", "ann"), CodingDecision("r0", "", "absent", "bo"),
        said("r0", "trust", "bo", round="assisted"), said("r1", "silos", "ann", round="assisted"),
        said("r1", "silos", "bo", round="assisted"),
    ]  # fmt: skip
    blind, assisted = measured(*decisions), measured(*decisions, round="assisted")
    assert (blind.n_records, assisted.n_records) == (1, 1)
    assert blind.presence.loc[0, "n_disagreements"] == 1
    assert assisted.presence.loc[0, "n_disagreements"] == 0


def test_direction_is_compared_where_both_found_the_code():
    decisions = [
        said("r0", "trust", "ann"), said("r0", "trust", "bo", direction="hinders"),
        said("r1", "trust", "ann", direction="hinders"), said("r1", "trust", "bo", direction="hinders"),
        said("r2", "trust", "ann"), CodingDecision("r2", "", "absent", "bo"),
    ]  # fmt: skip
    row = measured(*decisions).direction.set_index("code_id").loc["trust"]
    assert (row["n"], row["n_disagreements"], row["percent"]) == (2, 1, 0.5)


def test_at_sentence_level_the_same_code_in_different_sentences_is_a_disagreement():
    decisions = [said("r0", "trust", "ann", words=(0, 10)), said("r0", "trust", "bo", words=(26, 35))]
    by_record, by_sentence = measured(*decisions), measured(*decisions, level="sentence")
    assert by_record.presence.set_index("code_id").loc["trust", "percent"] == 1
    row = by_sentence.presence.set_index("code_id").loc["trust"]
    assert (row["n"], row["n_disagreements"]) == (5, 2)  # the title and four sentences
    assert by_record.disagreements["kind"].tolist() == ["segments"]


def test_who_reads_the_same_record_twice_is_compared_with_themselves():
    decisions = [
        said("r0", "trust", "ann"), said("r0", "trust", "ann", reading=2), said("r1", "silos", "ann"),
        CodingDecision("r1", "", "absent", "ann", reading=2), said("r2", "money", "ann"),
    ]  # fmt: skip
    [row] = measured(*decisions).intra.to_dict("records")
    assert (row["person"], row["n_records"], row["n"], row["n_disagreements"]) == ("ann", 2, 6, 1)
    assert row["percent"] == pytest.approx(5 / 6)


def test_unclear_lies_between_absent_and_present_on_an_ordinal_scale():
    far = [said("r0", "trust", "ann"), said("r0", "trust", "bo", "absent")]
    near = [said("r0", "trust", "ann"), said("r0", "trust", "bo", "unclear")]
    rest = [
        said(record, code, who, value)
        for who in ("ann", "bo")
        for record, code, value in (("r1", "trust", "absent"), ("r2", "trust", "present"),
                                    ("r3", "trust", "unclear"), ("r4", "trust", "absent"))
    ]  # fmt: skip

    def alpha(first, scale):
        return measured(*first, *rest, scale=scale).presence.set_index("code_id").loc["trust", "alpha"]

    assert alpha(near, "ordinal") > alpha(far, "ordinal")


def test_the_disagreements_say_who_said_what_and_what_became_of_it():
    frame = frame_of(
        said("r0", "trust", "ann", note="plain"), CodingDecision("r0", "", "absent", "bo"),
        said("r1", "silos", "ann", "unclear", note="which silos?"), said("r1", "silos", "bo"),
        said("r2", "money", "ann"), said("r2", "money", "bo", direction="hinders"),
        said("r0", "trust", "cy", round="adjudication", reason="overlooked"),
    )  # fmt: skip
    found = coding_disagreements(frame).set_index("code_id")
    assert found["kind"].to_dict() == {"trust": "presence", "silos": "unclear", "money": "direction"}
    assert found.loc["trust", ["person_1", "quotations_1", "note_1", "value_2"]].tolist() == [
        "ann", "Trust grew", "plain", "absent",
    ]  # fmt: skip
    assert found.loc["trust", ["settled_by", "settled_as", "reason"]].tolist() == [
        "cy", "present, promotes", "overlooked",
    ]  # fmt: skip
    assert found.loc["silos", "settled_by"] == ""


def test_a_note_is_no_disagreement():
    frame = frame_of(
        said("r0", "trust", "ann", note="surely"),
        said("r0", "trust", "bo", note="hardly", finding="It grew."),
    )
    assert coding_disagreements(frame).empty


@pytest.mark.parametrize(
    "wrong",
    [{"round": "adjudication"}, {"level": "word"}, {"scale": "ratio"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_cannot_be_measured_names_what_can(wrong):
    with pytest.raises(UsageError, match="Known: "):
        measured(**wrong)


def test_the_table_for_people_escapes_what_is_in_it():
    found = measured(said("r0", "trust", "<b>"), said("r0", "trust", "bo"))
    page = found._repr_html_()
    assert "&lt;b&gt;" in page
    assert page.count("<th scope='col'>") == len(found.for_people().columns)
    assert "<caption>" in page


@given(codings(), st.permutations(PEOPLE))
def test_who_is_called_what_changes_no_figure(decisions, names):
    renamed = dict(zip(PEOPLE, names, strict=True))
    other = [
        CodingDecision(**{**vars(each), "person": renamed[each.person]}) for each in decisions
    ]  # fmt: skip
    one, same = measured(*decisions), measured(*other)
    for table in ("presence", "direction"):
        ours, theirs = getattr(one, table)[FIGURES], getattr(same, table)[FIGURES]
        np.testing.assert_allclose(ours.astype(float), theirs.astype(float), equal_nan=True)
    np.testing.assert_allclose(one.sets, same.sets, equal_nan=True)
    words = ["character_alpha", "span_f1", "overlap_f1"]
    np.testing.assert_allclose(one.segments[words], same.segments[words], equal_nan=True)


@given(codings(), st.permutations(PEOPLE))
def test_the_order_in_which_peoples_files_are_read_changes_nothing(decisions, order):
    by_person = [each for person in order for each in decisions if each.person == person]
    one, other = measured(*decisions), measured(*by_person)
    assert one._repr_html_() == other._repr_html_()
    pd.testing.assert_frame_equal(one.disagreements, other.disagreements)


@given(codings())
def test_figures_stay_in_their_range_and_the_list_of_disagreements_is_what_they_count(decisions):
    found = measured(*decisions)
    for table in (found.presence, found.direction):
        assert table["percent"].dropna().between(0, 1).all()
        for figure in ("kappa", "ac1", "alpha"):
            assert table[figure].dropna().between(-1 - 1e-9, 1 + 1e-9).all()
            assert (table[f"{figure}_low"].dropna() <= table[f"{figure}_high"].dropna()).all()
        assert table.loc[0, "n_disagreements"] == table.loc[1:, "n_disagreements"].sum()
    kinds = found.disagreements["kind"].value_counts()
    assert kinds.get("presence", 0) + kinds.get("unclear", 0) == found.presence.loc[0, "n_disagreements"]


@given(codings(people=("ann", "bo")))
def test_relabelling_values_changes_no_nominal_figure(decisions):
    frame = frame_of(*decisions)
    rows = frame[frame["code_id"] != ""].drop_duplicates(["record_id", "code_id", "person"])
    judged = rows.assign(unit=rows["record_id"] + " " + rows["code_id"], coder=rows["person"])
    other = judged.assign(value=judged["value"].map({"present": "a", "absent": "z", "unclear": "m"}))
    for one, same in [(agreement(judged, n_bootstrap=20), agreement(other, n_bootstrap=20))]:
        ours = (one.percent, one.cohen_kappa, one.ac1, one.krippendorff_alpha, one.fleiss_kappa)
        theirs = (same.percent, same.cohen_kappa, same.ac1, same.krippendorff_alpha, same.fleiss_kappa)
        np.testing.assert_allclose(ours, theirs, equal_nan=True)


def test_intervals_hold_the_true_alpha_about_as_often_as_they_say():
    """Two coders who each find a code of prevalence .4 with 90 % certainty, in 60 records, 200 times."""
    rng = np.random.default_rng(5)
    truth, held = [], 0
    samples = []
    for _ in range(200):
        is_there = rng.random(60) < 0.4
        judged = [np.where(rng.random(60) < 0.9, is_there, ~is_there) for _ in range(2)]
        rows = [(n, who, bool(v)) for who, row in enumerate(judged) for n, v in enumerate(row)]
        found = agreement(pd.DataFrame(rows, columns=["unit", "coder", "value"]), n_bootstrap=300)
        truth.append(found.krippendorff_alpha)
        samples.append(found.alpha_interval)
    expected = float(np.mean(truth))
    held = sum(low <= expected <= high for low, high in samples)
    assert held >= 180
    assert all(low <= alpha <= high for (low, high), alpha in zip(samples, truth, strict=True))


def test_masi_is_a_distance_of_sets():
    sets = [set(), {"a"}, {"b"}, {"a", "b"}, {"a", "c"}, {"a", "b", "c"}]
    for one, other in combinations(sets, 2):
        assert masi_distance(one, other) == masi_distance(other, one)
        assert 0 < masi_distance(one, other) <= 1
    assert all(masi_distance(one, one) == 0 for one in sets)
