"""Agreement: published examples to three decimals, and the table of pairs."""

import json

import numpy as np
import pandas as pd
import pytest

from coding_scheme import (
    Code,
    CodingDecision,
    CodingScheme,
    Segment,
    Theme,
    agreement,
    agreement_rows,
    as_line,
    coding_decisions,
)
from corpus.errors import UsageError
from corpus.protocol import Wording

# Krippendorff (2011): sections A, B and C; "." is a missing judgement
BINARY = {"meg": "0100000010", "owen": "1110010000"}
NOMINAL = {"ben": "aabbdcccedda", "gerry": "babbbcccedddd"[:12]}
FOUR_CODERS = {"a": "123321412...", "b": "1233224125.3", "c": ".3332342251.", "d": "12332441251."}
# Fleiss (1971): ten units, fourteen raters, five categories
FLEISS = ["0000E", "02642", "00356", "03920", "22811", "77000", "32630", "25322", "65210", "02237"]


def judged(table: dict[str, str], number: bool = False) -> pd.DataFrame:
    rows = [
        (unit, coder, int(value) if number else value)
        for coder, values in table.items() for unit, value in enumerate(values) if value != "."
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["unit", "coder", "value"])


def square(yes_yes: int, yes_no: int, no_yes: int, no_no: int) -> pd.DataFrame:
    first = "y" * (yes_yes + yes_no) + "n" * (no_yes + no_no)
    second = "y" * yes_yes + "n" * yes_no + "y" * no_yes + "n" * no_no
    return judged({"one": first, "two": second})


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_four_coders_with_missing_judgements(level, alpha):
    measured = agreement(judged(FOUR_CODERS, number=True), level=level)
    assert measured.krippendorff_alpha == pytest.approx(alpha, abs=0.0005)
    assert measured.n_coders == 4
    assert measured.n_units == 11
    assert np.isnan(measured.cohen_kappa)
    # units that not all have judged; pairs of values without first and second
    assert np.isnan(measured.fleiss_kappa)
    table = measured.confusion
    assert (table.index.name, table.columns.name, table.equals(table.T)) == (None, None, True)
    assert table.to_numpy().sum() == pytest.approx(40)


@pytest.mark.parametrize(("table", "alpha"), [(BINARY, 0.095), (NOMINAL, 0.692)])
def test_alpha_of_two_coders(table, alpha):
    assert agreement(judged(table)).krippendorff_alpha == pytest.approx(alpha, abs=0.0005)


def test_fleiss_kappa_of_his_own_example():
    rows = []
    for unit, counts in enumerate(FLEISS):
        values = [
            value for value, count in enumerate(counts) for _ in range(14 if count == "E" else int(count))
        ]
        rows += [(unit, f"rater {n:02}", value) for n, value in enumerate(values)]
    measured = agreement(pd.DataFrame(rows, columns=["unit", "coder", "value"]))
    assert measured.fleiss_kappa == pytest.approx(0.210, abs=0.0005)


@pytest.mark.parametrize(
    ("cells", "kappa"), [((20, 5, 10, 15), 0.40), ((45, 15, 25, 15), 0.1304), ((25, 35, 5, 35), 0.2593)]
)
def test_cohens_kappa_of_the_textbook(cells, kappa):
    assert agreement(square(*cells)).cohen_kappa == pytest.approx(kappa, abs=0.0001)


def test_cohens_kappa_with_the_interval_that_textbooks_print():
    measured = agreement(square(20, 5, 10, 15))
    assert measured.kappa_large_sample == pytest.approx((0.151, 0.649), abs=0.0005)
    low, high = measured.kappa_interval
    assert low == pytest.approx(0.151, abs=0.04)
    assert high == pytest.approx(0.649, abs=0.04)


def test_ac1_where_kappa_fails():
    measured = agreement(square(118, 5, 2, 0))
    assert measured.ac1 == pytest.approx(0.9408, abs=0.0001)
    assert measured.cohen_kappa == pytest.approx(-0.0234, abs=0.0001)


def test_no_variation_is_undefined_not_perfect():
    measured = agreement(judged({"one": "nnn", "two": "nnn"}))
    assert measured.percent == 1
    assert np.isnan(
        [
            measured.cohen_kappa,
            measured.ac1,
            measured.krippendorff_alpha,
            measured.fleiss_kappa,
            *measured.alpha_interval,
            *measured.kappa_interval,
            *measured.kappa_large_sample,
        ]
    ).all()
    assert measured.notes == ("undefined (no variation)",)


def test_the_confusion_has_the_first_coder_as_rows():
    confusion = agreement(square(20, 5, 10, 15)).confusion
    assert confusion.loc["y", "n"] == 5
    assert confusion.loc["n", "y"] == 10
    assert (confusion.index.name, confusion.columns.name) == ("one", "two")


def test_the_interval_is_drawn_over_records_and_is_the_same_at_every_run():
    frame = judged({"one": "aabbaabbaabbaabb", "two": "aabbaabbaabbabab"})
    wide = frame.assign(group=frame["unit"] // 4)
    assert agreement(frame, seed=3).alpha_interval == agreement(frame, seed=3).alpha_interval
    low, high = agreement(wide, seed=3).alpha_interval
    # three of four records agree wholly: drawn by records the interval is wider than drawn by units
    assert low < agreement(frame, seed=3).alpha_interval[0]
    assert high == 1


def test_an_outlying_unit_judged_once_does_not_count():
    frame = pd.concat(
        [judged(NOMINAL), pd.DataFrame([("lone", "ben", "z")], columns=["unit", "coder", "value"])]
    )
    assert agreement(frame).n_units == 12
    assert "z" not in agreement(frame).confusion.index


@pytest.mark.parametrize(
    ("frame", "level", "told"),
    [
        (judged(NOMINAL), "interval", "needs numbers; found 'a'"),
        (judged(NOMINAL), "cardinal", "Unknown level 'cardinal'"),
        (judged(NOMINAL).drop(columns="coder"), "nominal", "lacks the column coder"),
        (pd.concat([judged(NOMINAL), judged(NOMINAL).head(1)]), "nominal", "ben judged unit 0 twice"),
    ],
)
def test_what_cannot_be_measured_is_told(frame, level, told):
    with pytest.raises(UsageError, match=told):
        agreement(frame, level=level)


def test_nobody_in_common_is_no_unit_and_no_figure():
    measured = agreement(
        pd.DataFrame([(0, "ben", "a"), (1, "gerry", "a")], columns=["unit", "coder", "value"])
    )
    assert (measured.n_units, measured.confusion.empty) == (0, True)
    assert np.isnan([measured.percent, measured.krippendorff_alpha, measured.ac1]).all()


def test_the_table_for_people_escapes_names():
    shown = agreement(judged({"<b>": "ab", "two": "ab"}))._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "1.00" in shown


SCHEME = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (Code("trust"), Code("silos"))),))


def decision(record: str, code: str, value: str, person: str, direction: str = "", round: str = "blind"):
    segments = (Segment("title", 0, 5, "Trust"),) if value == "present" else ()
    return CodingDecision(record, code, value, person, direction, segments, round)


def coded(*decisions: CodingDecision) -> pd.DataFrame:
    return coding_decisions(
        [{**as_line(each), "journal_line": n} for n, each in enumerate(decisions, start=1)]
    )


def screened(*rows) -> pd.DataFrame:
    columns = ["record_id", "stage", "verdict", "person", "adjudicates"]
    return pd.DataFrame(rows, columns=columns).assign(journal_line=range(1, len(rows) + 1))


def test_screening_agreement_leaves_adjudications_out_and_counts_what_they_settled():
    stage = "title_abstract"
    frame = screened(
        ("r1", stage, "exclude", "ann", False), ("r1", stage, "include", "ann", False),
        ("r1", stage, "include", "bo", False), ("r2", stage, "include", "ann", False),
        ("r2", stage, "exclude", "bo", False), ("r3", stage, "unsure", "ann", False),
        ("r3", stage, "exclude", "bo", False), ("r2", stage, "include", "cy", True),
        ("r4", stage, "include", "ann", False),
    )  # fmt: skip
    [row] = agreement_rows(coded(), frame, SCHEME).to_dict("records")
    assert (row["stage"], row["pair"], row["n"]) == (stage, "ann, bo", 3)
    # ann's first word on r1 counts, which she said before she knew bo's
    assert row["percent"] == 0
    assert (row["n_conflicts"], row["n_settled"]) == (3, 1)
    confusion = json.loads(row["confusion"])
    assert confusion["labels"] == ["exclude", "include", "unsure"]
    assert confusion["counts"] == [[0, 1, 0], [1, 0, 0], [1, 0, 0]]


def test_coding_agreement_takes_every_code_of_the_records_both_read_blind():
    frame = coded(
        decision("r1", "trust", "present", "ann", "promotes"),
        decision("r1", "trust", "present", "bo", "mixed"),
        decision("r2", "silos", "present", "ann", "hinders"), decision("r2", "", "absent", "bo"),
        decision("r3", "trust", "present", "ann", "promotes"),
        decision("r2", "silos", "absent", "cy", round="adjudication"),
        decision("r4", "trust", "present", "ann", "promotes", round="assisted"),
        decision("r4", "", "absent", "bo"),
    )  # fmt: skip
    rows = agreement_rows(frame, screened(), SCHEME).set_index("stage")
    assert rows["pair"].tolist() == ["ann, bo", "ann, bo"]
    presence, direction = rows.loc["coding"], rows.loc["coding:direction"]
    assert presence["n"] == 4  # two records, two codes
    assert presence["percent"] == pytest.approx(0.75)
    assert (presence["n_conflicts"], presence["n_settled"]) == (1, 1)
    assert (direction["n"], direction["n_conflicts"], direction["n_settled"]) == (1, 1, 0)


def test_nobody_in_common_gives_no_rows():
    rows = agreement_rows(coded(decision("r1", "trust", "present", "ann", "promotes")), screened(), SCHEME)
    assert rows.empty
    assert rows["n"].dtype == "int64"


@pytest.mark.parametrize(("settles", "n_settled"), [("unsure", 0), ("exclude", 1)])
def test_a_conflict_is_settled_as_whoever_settles_it_last_has_it(settles, n_settled):
    stage = "title_abstract"
    frame = screened(
        ("r1", stage, "include", "ann", False), ("r1", stage, "exclude", "bo", False),
        ("r1", stage, settles, "cy", True), ("r1", stage, "include", "di", True),
    ).assign(decided_at=["T1", "T2", "T4", "T3"])  # fmt: skip
    [row] = agreement_rows(coded(), frame, SCHEME).to_dict("records")
    assert (row["n_conflicts"], row["n_settled"]) == (1, n_settled)


def test_direction_is_compared_only_where_both_said_one():
    made = coded(
        *(decision(f"r{n}", "trust", "present", person, "") for n in range(6) for person in ("ann", "bo")),
        decision("r6", "trust", "present", "ann", "promotes"),
        decision("r6", "trust", "present", "bo", "hinders"),
    )  # fmt: skip
    rows = agreement_rows(made, screened(), SCHEME).set_index("stage")
    assert rows.loc["coding:direction", ["n", "percent"]].tolist() == [1, 0]
    assert rows.loc["coding", "n"] == 7 * len(SCHEME.codes)


@pytest.mark.parametrize(("n", "lowest"), [(4, -0.5), (10, 0.4), (20, 0.77), (200, 0.98)])
def test_the_fewer_records_without_a_difference_the_less_they_say(n, lowest):
    pair = [(f"r{number}", ("include", "exclude")[number % 2]) for number in range(n)]
    said = [(name, "title_abstract", verdict, who, False) for name, verdict in pair for who in ("ann", "bo")]
    [row] = agreement_rows(coded(), screened(*said), SCHEME).to_dict("records")
    assert (row["percent"], row["kappa"]) == (1, 1)
    for name in ("kappa", "alpha"):
        assert row[f"{name}_low"] == pytest.approx(lowest, abs=0.12)
        assert row[f"{name}_high"] == 1


def test_one_record_has_no_interval():
    said = [
        ("r1", "title_abstract", verdict, who, False)
        for who, verdict in (("ann", "include"), ("bo", "exclude"))
    ]
    [row] = agreement_rows(coded(), screened(*said), SCHEME).to_dict("records")
    assert row["percent"] == 0
    assert pd.isna([row[f"{name}_{end}"] for name in ("kappa", "alpha") for end in ("low", "high")]).all()
