"""The random audit: its bound holds for every number that may be left, and its draw follows from the seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from corpus import UsageError, audit_bound, audit_size, draw_audit


@given(st.integers(2, 60), st.data())
def test_the_bound_fails_no_more_often_than_stated(n_unread, data):
    n_audited = data.draw(st.integers(1, n_unread))
    n_left = data.draw(st.integers(0, n_unread))
    # over all samples of that size: how likely does the bound fall short of what is there?
    short = sum(
        hypergeom.pmf(drawn, n_unread, n_left, n_audited)
        for drawn in range(min(n_left, n_audited) + 1)
        if drawn + audit_bound(n_unread, n_audited, drawn, 10).most_left < n_left
        and n_audited - drawn <= n_unread - n_left
    )
    assert short <= 0.05 + 1e-9


@pytest.mark.parametrize(("n_found", "share"), [(18, 0.95), (19, 0.78), (38, 0.63), (57, 0.53)])
def test_a_clean_audit_certifies_from_the_size_asked_for_and_not_before(n_found, share):
    size = audit_size(2000, n_found)
    assert size / 2000 == pytest.approx(share, abs=0.005)
    assert audit_bound(2000, size, 0, n_found).certified
    assert not audit_bound(2000, size - 1, 0, n_found).certified


def test_an_audit_of_everything_leaves_nothing():
    bound = audit_bound(50, 50, 3, 20)
    assert (bound.most_left, bound.recall_low, bound.certified) == (0, 1.0, True)


def test_relevant_records_found_in_the_audit_count_as_found():
    bound = audit_bound(1000, 900, 2, 40)
    assert bound.recall_low == 42 / (42 + bound.most_left)


def test_the_draw_depends_on_seed_and_records_only():
    unread = [f"r{n}" for n in range(200)]
    first = draw_audit(unread, 20, seed=7)
    assert draw_audit(reversed(unread), 20, seed=7) == first
    assert draw_audit(unread, 50, seed=7)[:20] == first
    assert draw_audit(unread, 20, seed=8) != first
    assert len(set(first)) == 20


@pytest.mark.parametrize("size", [0, -1, 4])
def test_a_size_that_cannot_be_drawn_is_refused_in_words(size):
    with pytest.raises(UsageError, match=f"An audit of {size} cannot be drawn from 3 unread records"):
        draw_audit(["a", "b", "c"], size, seed=1)
