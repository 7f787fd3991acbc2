"""What a state of stopping must not say: stop and not yet at once, more than an audit holds."""

import numpy as np
import pandas as pd
import pytest

from corpus import Audit, StoppingPlan, stopping_sentences, stopping_state
from corpus.stopping_levels import LEVELS


def order_of(found: list[int], *, n_unsettled: int = 0) -> pd.DataFrame:
    """A reading order, of whose relevant records the last so many are not settled."""
    relevant = np.flatnonzero(found)
    open_ = set(relevant[len(relevant) - n_unsettled :]) if n_unsettled else set()
    names = [f"r{n}" for n in range(len(found))]
    return pd.DataFrame(
        {"record_id": names, "relevant": found, "settled": [n not in open_ for n in range(len(found))]}
    )


@pytest.mark.parametrize("level", LEVELS)
def test_a_rule_never_says_stop_and_not_yet_at_once(level):
    rng = np.random.default_rng(9)
    for _ in range(8):
        n_total = int(rng.integers(200, 900))
        n_read = int(rng.integers(n_total // 3, n_total))
        found = (rng.random(n_read) < 0.3 * np.exp(-np.arange(n_read) / 60)).astype(int).tolist()
        state = stopping_state(order_of(found), n_total, StoppingPlan(level))
        for each in state.levels:
            assert not each.says_stop or each.stopped_at is not None
            assert each.stopped_at is None or each.stopped_at <= n_read


@pytest.mark.parametrize("found", [[1], [0] * 40, [1, 0, 1] + [0] * 200])
def test_when_everything_is_read_every_rule_says_so(found):
    state = stopping_state(order_of(found), len(found), StoppingPlan())
    assert all(each.says_stop for each in state.levels if each.level != "in_a_row")
    assert all(each.stopped_at for each in state.levels if each.level != "in_a_row")


def test_an_audit_counts_only_settled_records_as_found():
    found = [1] * 102 + [0] * 98 + [0] * 300
    audit = Audit(tuple(f"r{n}" for n in range(200, 500)), n_read=200, n_total=600)
    verdicts = dict.fromkeys(audit.record_ids, "exclude")
    states = [
        stopping_state(
            order_of(found, n_unsettled=n), 600, StoppingPlan("certified"), audits=[audit], verdicts=verdicts
        )
        for n in (0, 100)
    ]
    assert [state.audit.bound.certified for state in states] == [True, False]
    assert states[1].audit.bound.recall_low == 2 / (2 + states[1].audit.bound.most_left)
    assert states[1].audit_size > states[0].audit_size


def test_an_audit_that_later_reading_refutes_certifies_nothing():
    found = [1] * 100 + [0] * 100 + [0] * 300
    audit = Audit(tuple(f"r{n}" for n in range(200, 500)), n_read=200, n_total=600)
    verdicts = dict.fromkeys(audit.record_ids, "exclude")

    def state(more: list[int]):
        plan = StoppingPlan("certified")
        return stopping_state(order_of(found + more), 600, plan, audits=[audit], verdicts=verdicts)

    n_possible = state([]).audit.bound.most_left
    held, refuted = state([1] * n_possible), state([1] * (n_possible + 1))
    assert (held.chosen.says_stop, refuted.chosen.says_stop) == (True, False)
    assert refuted.figures()["audit"]["certified"] is False
    assert any("assures nothing any more" in said for said in stopping_sentences(refuted))
    assert any("sikrer ikke længere noget" in said for said in stopping_sentences(refuted, "da"))
