"""When to stop: buscar's test, the odds-adjusted rule, recall as an interval, and n irrelevant in a row."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from corpus import (
    first_run,
    first_stop,
    in_a_row,
    look_at,
    looks,
    missed_p_value,
    missed_test,
    odds_adjusted,
    ranking_odds,
    recall_interval,
)
from corpus.stopping import least_missed

SQUARES = [i * i for i in range(1, 100)]
CUBES = [i**3 for i in range(1, 30)]
FIRST_40 = list(range(1, 41))
FIBONACCI = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233]

# sequences of an unfinished screening, and how many are unread
sequences = st.tuples(st.lists(st.sampled_from([0, 0, 0, 1]), min_size=1, max_size=60), st.integers(0, 40))


def sequence(places: list[int], n_read: int) -> list[int]:
    found = [0] * n_read
    for place in places:
        if place <= n_read:
            found[place - 1] = 1
    return found


# made once with buscarpy 0.0.2: calculate_h0(numpy.array(sequence(places, n_read)), n_total, target)
@pytest.mark.parametrize(
    ("places", "n_total", "n_read", "target", "p_value"),
    [
        (SQUARES, 400, 250, 0.95, 0.8571428571428572),
        (SQUARES, 900, 600, 0.8, 0.519504238738298),
        (CUBES, 1000, 700, 0.95, 0.6147540983606556),
        (CUBES, 5000, 4000, 0.95, 0.6153846153846154),
        (CUBES, 1000, 990, 0.9, 0.001123628425274502),
        (FIRST_40, 500, 120, 0.95, 0.5629613911256548),
        (FIRST_40, 500, 200, 0.95, 0.2764220680994377),
    ],
)
def test_the_test_gives_the_same_numbers_as_buscarpy(places, n_total, n_read, target, p_value):
    assert missed_p_value(sequence(places, n_read), n_total, target=target) == pytest.approx(
        p_value, rel=1e-9
    )


# made once with buscarpy 0.0.2: retrospective_h0(..., batch_size=n_total // 100), its last batch and p
@pytest.mark.parametrize(
    ("places", "n_total", "confidence", "stopped_at", "p_value"),
    [
        (FIRST_40, 500, 0.95, 330, 0.04991245279834608),
        (FIRST_40, 500, 0.8, 235, 0.19026966523588104),
        (FIBONACCI, 2000, 0.95, 1920, 0.0452744765138653),
    ],
)
def test_the_rule_stops_where_buscarpy_stops(places, n_total, confidence, stopped_at, p_value):
    made = list(looks(sequence(places, n_total), n_total))
    assert first_stop(made, missed_test(confidence)) == stopped_at
    assert missed_p_value(sequence(places, stopped_at), n_total) == pytest.approx(p_value, rel=1e-9)


def least_of_all_tails(found: list[int], n_total: int, target: Fraction) -> Fraction:
    """The test as it is written down: every tail, in whole numbers."""
    n_found = sum(found)
    n_missed = math.floor(n_found * (1 - target) / target) + 1
    if n_missed > n_total - len(found):
        return Fraction(0)
    least = Fraction(1)
    for start in range(len(found)):
        tail, population = found[start:], n_total - start
        hits, relevant = sum(tail), n_missed + sum(tail)
        ways = sum(
            math.comb(relevant, x) * math.comb(population - relevant, len(tail) - x) for x in range(hits + 1)
        )
        least = min(least, Fraction(ways, math.comb(population, len(tail))))
    return least


@given(sequences, st.sampled_from([0.8, 0.9, 0.95]))
def test_no_tail_is_rarer_than_those_after_a_relevant_record(case, target):
    found, n_unread = case
    n_total = len(found) + n_unread
    exact = least_of_all_tails(found, n_total, Fraction(str(target)))
    assert missed_p_value(found, n_total, target=target) == pytest.approx(float(exact), abs=1e-12)


@given(sequences)
def test_one_more_irrelevant_record_never_takes_a_stop_back(case):
    found, n_unread = case
    n_total = len(found) + n_unread + 1
    now, then = look_at(found, n_total), look_at([*found, 0], n_total)
    assert 0 <= then.p_value <= now.p_value + 1e-12 <= 1 + 1e-12
    for rule in (missed_test(), odds_adjusted(strict=True), odds_adjusted(strict=False), in_a_row(5)):
        assert rule(then) or not rule(now)


@given(sequences)
def test_the_strict_guard_never_stops_before_the_plain_one(case):
    found, n_unread = case
    look = look_at(found, len(found) + n_unread)
    assert odds_adjusted(strict=False)(look) or not odds_adjusted(strict=True)(look)


@given(st.integers(1, 300), st.integers(0, 2))
def test_no_odds_adjusted_stop_before_the_third_relevant_record(n_read, n_found):
    found = sequence(list(range(1, n_found + 1)), n_read)
    assert not odds_adjusted(strict=False)(look_at(found, n_read + 1))


def test_the_last_half_holds_the_hits_that_the_guard_goes_by():
    found = sequence([1, 2, 50, 51, 100], 100)
    assert look_at(found, 200).in_last_half == 2
    assert look_at(found[:99], 200).in_last_half == 1  # of 99 read the last 49: from the 51st on


def test_the_guard_holds_back_while_hits_still_come():
    """20 of 200 at the start, then one hit just now: the unread may hold 100 * 1 / 50 = 2 more."""
    found = sequence([*range(1, 21), 60], 100)
    look = look_at(found, 200)
    assert (look.in_last_half, look.least_missed) == (1, 2)
    generous = look_at(sequence([*range(1, 21), 60], 140), 200)
    assert odds_adjusted(strict=False)(generous)
    assert (generous.in_last_half, generous.least_missed) == (0, 2)


def test_a_ranking_as_good_as_chance_or_worse_has_odds_of_one():
    assert ranking_odds(sequence([90, 95, 99], 100), 100) == 1.0
    # by hand: 2 / (-ln(1 - 0.5/100) - ln(1 - 1.5/100))
    assert ranking_odds([1, 1, 0], 100) == pytest.approx(2 / (-math.log(0.995) - math.log(0.985)))


def test_a_poor_ranking_leaves_buscars_test_at_confidence_97():
    rng = np.random.default_rng(3)
    found = rng.permutation([1] * 60 + [0] * 440).tolist()
    look = look_at(found[:490], 500)
    assert look.odds < 1.15
    assert odds_adjusted(strict=False)(look) == (look.p_value <= math.exp(-3.5 / look.odds ** (1 / 3)))


@given(sequences, st.sampled_from([0.8, 0.95]))
def test_what_may_be_left_is_the_exact_bound_from_the_last_half_of_those_read(case, confidence):
    found, n_unread = case
    low, high, most = recall_interval(found, len(found) + n_unread, confidence=confidence)
    half = found[len(found) - max(1, len(found) // 2) :] if found else []
    hits, population = sum(half), len(half) + n_unread

    def chance(n_left: int) -> float:
        return hypergeom.cdf(hits, population, hits + n_left, len(half))

    assert high == 1
    assert 0 <= most <= n_unread
    assert low == (sum(found) / (sum(found) + most) if sum(found) else 0)
    assert most == 0 or chance(most) >= 1 - confidence - 1e-9
    assert most == n_unread or chance(most + 1) < 1 - confidence + 1e-9


@pytest.mark.parametrize(("n_total", "n_relevant", "n_read"), [(1000, 50, 500), (2000, 400, 1000)])
def test_where_the_unread_are_no_richer_the_interval_holds_as_often_as_it_says(n_total, n_relevant, n_read):
    rng, held = np.random.default_rng(5), 0
    for _ in range(400):
        found = rng.permutation(np.arange(n_total) < n_relevant).astype(int)
        held += found[n_read:].sum() <= recall_interval(found[:n_read], n_total)[2]
    # 95 % but for chance in 400 draws; the most favourable of all tails would hold in 71 to 85 %
    assert held >= 0.93 * 400


def test_everything_read_is_a_recall_of_one_and_nothing_found_none():
    assert recall_interval([1, 0, 1], 3) == (1.0, 1.0, 0)
    assert recall_interval([0, 0], 10)[0] == 0.0


def test_least_missed_is_exact_where_decimals_are_not():
    assert [least_missed(n) for n in (19, 38, 57, 19_000)] == [2, 3, 4, 1001]
    assert least_missed(50, 1.0) == 1


def test_a_run_begins_after_a_relevant_record_only():
    assert first_stop(list(looks([0] * 100, 200)), in_a_row(50)) is None
    assert first_stop(list(looks([1, *[0] * 99], 100)), in_a_row(50)) == 51


@given(st.lists(st.sampled_from([0, 0, 0, 1]), max_size=60), st.integers(1, 8))
def test_the_first_run_is_seen_at_the_record_that_completes_it(found, n):
    def is_there(n_read: int) -> bool:
        return in_a_row(n)(look_at(found[:n_read], 1000))

    assert first_run(found, n) == next(filter(is_there, range(1, len(found) + 1)), None)


def test_nothing_read_is_no_reason_to_stop():
    assert missed_p_value([], 0) == missed_p_value([], 10) == 1.0


def test_looks_come_after_each_hundredth_of_the_records():
    assert [look.n_read for look in looks([0] * 70, 1000)] == [10, 20, 30, 40, 50, 60, 70]
    assert [look.n_read for look in looks([0] * 3, 20)] == [1, 2, 3]
