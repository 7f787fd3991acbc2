"""A record waits for all its screeners; conflicts show both sides; progress shows nobody's verdict."""

import pandas as pd

from corpus import (
    Protocol,
    ScreeningPlan,
    Wording,
    open_conflicts,
    open_queue,
    prisma_flow,
    screening_decisions,
    screening_progress,
    screening_verdicts,
    waiting_records,
)

ASSIGNED = pd.DataFrame(
    [("r1", "ann"), ("r1", "bo"), ("r2", "ann"), ("r2", "bo"), ("r3", "ann")], columns=["record_id", "person"]
).assign(stage="title_abstract")
RECORDS = pd.DataFrame(
    {"record_id": ["r3", "r2", "r1"], "title": ["Three", "Two", "One"], "abstract": "Talk takes time."}
)


def decisions(*rows: tuple) -> pd.DataFrame:
    """(record_id, person, verdict, more)"""
    return screening_decisions(
        {"type": "screening", "record_id": record_id, "stage": "title_abstract", "person": person,
         "verdict": verdict, **(more[0] if more else {})}
        for record_id, person, verdict, *more in rows
    )  # fmt: skip


def verdicts_of(made: pd.DataFrame) -> dict[str, str]:
    found = screening_verdicts(made, assigned=ASSIGNED)
    return dict(zip(found["record_id"], found["verdict"], strict=True))


def test_one_of_two_screeners_is_no_verdict_yet():
    made = decisions(("r1", "ann", "include"), ("r3", "ann", "exclude"))
    assert verdicts_of(made) == {"r1": "waiting", "r3": "exclude"}


def test_two_of_two_agree_or_conflict():
    made = decisions(("r1", "ann", "include"), ("r1", "bo", "include"), ("r2", "ann", "include"),
                     ("r2", "bo", "exclude"))  # fmt: skip
    assert verdicts_of(made) == {"r1": "include", "r2": "conflict"}


def test_somebody_who_helps_out_is_the_second_screener():
    assert verdicts_of(decisions(("r1", "ann", "include"), ("r1", "cy", "include"))) == {"r1": "include"}


def test_an_adjudication_ends_the_waiting():
    made = decisions(("r1", "ann", "include"), ("r1", "cy", "exclude", {"adjudicates": True}))
    assert verdicts_of(made) == {"r1": "exclude"}


def test_who_waits_for_whom():
    made = decisions(("r1", "ann", "include"), ("r2", "bo", "unsure"))
    found = waiting_records(screening_verdicts(made, assigned=ASSIGNED), ASSIGNED)
    assert found[["record_id", "screened_by", "waits_for"]].values.tolist() == [
        ["r1", "ann", "bo"],
        ["r2", "bo", "ann"],
    ]
    assert "verdict" not in found


def test_a_waiting_record_is_screened_but_not_sought_in_the_flow():
    sources = pd.DataFrame({"source_id": ["a"], "database": "Scopus", "kind": "database", "n_new": [3]})
    groups = pd.Series({"r1": "r1", "r2": "r2", "r3": "r3"})
    protocol = Protocol("p", Wording(), (), screening=ScreeningPlan(screeners=("ann", "bo")))
    made = decisions(("r1", "ann", "include"), ("r3", "ann", "include"))
    flow = prisma_flow(sources, groups, screening_verdicts(made, assigned=ASSIGNED), protocol)
    assert (flow.screened, flow.undecided_screening, flow.sought) == (2, 1, 1)
    assert list(flow.broken_identities()) == []


def test_conflicts_and_doubts_show_everybodys_words_in_the_order_of_the_records():
    made = decisions(
        ("r1", "ann", "include", {"note": "clearly"}),
        ("r1", "bo", "exclude", {"criterion": "E1", "note": "two parties"}),
        ("r3", "ann", "unsure"),
        ("r2", "ann", "include"),
    )
    found = open_conflicts(screening_verdicts(made, assigned=ASSIGNED), made, RECORDS)
    assert found[["record_id", "open"]].values.tolist() == [["r3", "unsure"], ["r1", "conflict"]]
    assert found.loc[1, ["person_1", "verdict_1", "note_1"]].tolist() == ["ann", "include", "clearly"]
    assert found.loc[1, ["person_2", "verdict_2", "criterion_2", "note_2"]].tolist() == [
        "bo",
        "exclude",
        "E1",
        "two parties",
    ]
    assert found.loc[0, ["person_2", "verdict_2"]].tolist() == ["", ""]
    assert found["title"].tolist() == ["Three", "One"]


def test_without_conflicts_the_table_has_its_columns():
    found = open_conflicts(screening_verdicts(decisions()), decisions(), RECORDS)
    assert len(found) == 0
    assert {"record_id", "open", "verdict_1", "verdict_2", "title"} <= set(found.columns)


def test_progress_counts_each_screener():
    made = decisions(("r1", "ann", "include"), ("r1", "bo", "exclude"), ("r2", "ann", "include"),
                     ("r1", "cy", "include", {"adjudicates": True}))  # fmt: skip
    found = screening_progress(
        ASSIGNED, made, screening_verdicts(made, assigned=ASSIGNED), people=("bo", "ann")
    )
    assert found.drop(columns="stage").values.tolist() == [
        ["bo", 2, 1, 1, 0, 0, 0],
        ["ann", 3, 2, 1, 1, 0, 0],
    ]


def test_who_helped_out_or_settled_leaves_nothing_to_do():
    made = decisions(("r1", "ann", "include"), ("r1", "cy", "include"),
                     ("r2", "cy", "exclude", {"adjudicates": True}))  # fmt: skip
    verdicts = screening_verdicts(made, assigned=ASSIGNED)
    progress = screening_progress(ASSIGNED, made, verdicts).set_index("person")
    assert progress["to_do"].to_dict() == {"ann": 1, "bo": 0, "cy": 0}
    queue = open_queue(ASSIGNED, made, person="bo", stage="title_abstract", closed={"r1", "r2"})
    assert queue == []


def test_a_queue_ends_where_a_person_has_decided_and_ignores_the_others():
    made = decisions(("r1", "bo", "include"), ("r2", "ann", "include"), ("r3", "bo", "exclude"))
    assert open_queue(ASSIGNED, made, person="ann", stage="title_abstract") == ["r1", "r3"]
    assert open_queue(ASSIGNED, made, person="bo", stage="title_abstract") == ["r2"]
