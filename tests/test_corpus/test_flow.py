"""The boxes of the PRISMA 2020 flow diagram add up, on every road through the review."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest

from corpus import Protocol, Wording, prisma_flow
from corpus.protocol import Criteria, Criterion

CRITERIA = Criteria(exclusion=(Criterion("E1"), Criterion("E2"), Criterion("E3", counts_as="not_retrieved")))
SOURCES = pd.DataFrame(
    {"source_id": ["a.ris", "b.bib"], "database": ["Scopus", "WoS"], "kind": "database", "n_new": [30, 20]}
)


def verdicts(rows: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["record_id", "stage", "verdict", "criterion"])


def groups(n_records: int, n_unique: int) -> pd.Series:
    return pd.Series({f"r:{i}": f"r:{i % n_unique}" for i in range(n_records)})


def test_reports_not_retrieved_are_not_reports_excluded():
    protocol = Protocol("p", Wording(), (), criteria=CRITERIA)
    found = verdicts(
        [(f"r:{i}", "title_abstract", "include", "") for i in range(4)]
        + [
            ("r:0", "full_text", "exclude", "E3"),
            ("r:1", "full_text", "exclude", "E2"),
            ("r:2", "full_text", "include", ""),
        ]
    )
    flow = prisma_flow(SOURCES, groups(50, 40), found, protocol)
    assert (flow.sought, flow.not_retrieved, flow.not_yet_assessed, flow.assessed) == (4, 1, 1, 2)
    assert (flow.excluded_reasons, flow.included_reports) == ((("E2", 1),), 1)
    assert list(flow.broken_identities()) == []


def test_two_reports_of_one_study_are_one_study():
    protocol = Protocol("p", Wording(), (), stages=("title_abstract",))
    found = verdicts([("r:0", "title_abstract", "include", ""), ("r:1", "title_abstract", "include", "")])
    flow = prisma_flow(SOURCES, groups(50, 40), found, protocol, part_of_study={"r:1": "r:0"})
    assert (flow.included_reports, flow.included_studies) == (2, 1)


@pytest.mark.parametrize(
    ("part_of_study", "n_studies"),
    [
        ({"r:1": "r:2", "r:2": "r:3"}, 2),
        ({"r:1": "r:9", "r:2": "r:9", "r:9": "r:8"}, 3),
        ({"r:0": "r:1", "r:1": "r:2", "r:2": "r:1"}, 2),
        ({"r:0": "r:0"}, 4),
    ],
)
def test_a_report_of_a_report_is_of_the_same_study(part_of_study, n_studies):
    protocol = Protocol("p", Wording(), (), stages=("title_abstract",))
    found = verdicts([(f"r:{i}", "title_abstract", "include", "") for i in range(4)])
    flow = prisma_flow(SOURCES, groups(50, 40), found, protocol, part_of_study=part_of_study)
    assert (flow.included_reports, flow.included_studies) == (4, n_studies)


def test_identities_hold_whatever_people_decide():
    rng = np.random.default_rng(7)
    protocol = Protocol("p", Wording(), (), criteria=CRITERIA)
    for _ in range(60):
        rows = []
        for i in range(40):
            first = rng.choice(["include", "exclude", "unsure", "conflict", ""])
            rows += [(f"r:{i}", "title_abstract", first, "")] if first else []
            second = rng.choice(["include", "exclude", "unsure", "conflict", ""])
            criterion = rng.choice(["E1", "E2", "E3", ""]) if second == "exclude" else ""
            rows += [(f"r:{i}", "full_text", second, criterion)] if second else []
        flow = prisma_flow(SOURCES, groups(50, 40), verdicts(rows), protocol)
        assert list(flow.broken_identities()) == []


def test_reasons_stand_in_the_order_of_the_protocol():
    protocol = Protocol("p", Wording(), (), criteria=CRITERIA)
    reasons = ["", "E2", "E1"]
    rows = [(f"r:{i}", "title_abstract", "include", "") for i in range(3)]
    for order in itertools.permutations(reasons):
        found = verdicts(
            rows + [(f"r:{i}", "full_text", "exclude", reason) for i, reason in enumerate(order)]
        )
        flow = prisma_flow(SOURCES, groups(50, 40), found, protocol)
        assert [name for name, _ in flow.excluded_reasons] == ["E1", "E2", ""]


def test_a_review_of_titles_and_abstracts_alone_has_no_boxes_of_full_texts():
    protocol = Protocol("p", Wording(), (), stages=("title_abstract",))
    found = verdicts([("r:0", "title_abstract", "include", ""), ("r:1", "title_abstract", "exclude", "")])
    flow = prisma_flow(SOURCES, groups(50, 40), found, protocol)
    assert (flow.sought, flow.not_retrieved, flow.not_yet_assessed, flow.assessed) == (1, 0, 0, 1)
    assert (flow.excluded_screening, flow.undecided_screening, flow.not_yet_screened) == (1, 0, 38)
    none = prisma_flow(SOURCES, groups(50, 40), found.iloc[1:], protocol)
    assert (none.sought, none.excluded_screening, none.undecided_screening) == (0, 1, 0)
    assert (none.included_reports, none.included_studies) == (0, 0)
    one = prisma_flow(SOURCES, groups(50, 40), found.iloc[:1], protocol)
    assert (one.excluded_screening, one.undecided_screening) == (0, 0)
    assert (one.automation_removed, one.other_removed) == (0, 0)


def test_what_was_removed_before_screening_counts_once_each():
    flow = prisma_flow(SOURCES, groups(50, 40), verdicts([]), Protocol("p", Wording(), ()))
    by_machine = dataclasses.replace(flow, automation_removed=2, other_removed=3, not_yet_screened=35)
    assert list(by_machine.broken_identities()) == []
    [told] = dataclasses.replace(by_machine, other_removed=4).broken_identities()
    assert told == "identified 50 - removed 16 - not yet screened 35 = -1, but screened are 0"
