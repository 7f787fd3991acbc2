"""The boxes of the PRISMA 2020 flow diagram add up, on every road through the review."""

import itertools

import numpy as np
import pandas as pd

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
