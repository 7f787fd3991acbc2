# ruff: noqa: E501 (sentences stand whole)
"""The methods paragraph says what the journal holds and no more; no checklist item is done without a place."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pandas as pd
import pytest

from corpus.checked_yaml import FaultyFileError
from corpus.protocol import ScreeningPlan
from synthesis import (
    Evidence,
    Fact,
    checklists_table,
    example_evidence,
    methods,
    read_checklist,
    render_report,
)
from synthesis.checklist_items import CHECKLISTS, checklist_items


def told(evidence: Evidence, language: str = "en") -> dict[str, str]:
    return {paragraph.id: paragraph.text() for paragraph in methods(evidence, language)}


def test_methods_tell_searches_counts_and_people(whole_evidence: Evidence) -> None:
    said = told(whole_evidence)
    assert "Scopus (Scopus.com), 2 September 2026" in said["search"]
    assert (
        "Records were also found by other methods: Websites and organisations, 2 September 2026."
        in said["search"]
    )
    assert "Records identified: 3,034." in said["search"]
    assert "Duplicate records removed: 861." in said["search"]
    assert "Titles and abstracts of 1,957 records were screened by Coder A and Coder B." in said["screening"]
    assert "Verdicts settled by Coder C: 7." in said["screening"]
    assert "Included: 10 (studies), in 11 (reports)." in said["screening"]
    assert "Cohen’s kappa 0.73 (95% interval 0.63 to 0.81)." in said["agreement"]
    assert "Cohen’s kappa is undefined, for want of variation." in said["agreement"]
    assert whole_evidence.input_hash in said["software"]


def test_danish_methods_are_danish(whole_evidence: Evidence) -> None:
    said = told(whole_evidence, "da")
    assert "Titel og resumé af 1.957 poster blev screenet af Coder A og Coder B." in said["screening"]
    assert "Cohens kappa 0,73 (95 %-interval 0,63 til 0,81)." in said["agreement"]


def test_one_screened_record_is_told_in_the_singular() -> None:
    evidence = example_evidence()
    one = dataclasses.replace(evidence, flow=dataclasses.replace(evidence.flow, screened=1))
    assert told(one)["screening"].startswith("Title and abstract of 1 record were screened by Coder A")
    assert told(one, "da")["screening"].startswith("Titel og resumé af 1 post blev screenet af Coder A")


def test_every_number_is_a_count_of_the_flow_or_of_a_table(whole_evidence: Evidence) -> None:
    flow = dataclasses.asdict(whole_evidence.flow)
    flow["identified"] = sum(n for *_, n in flow["identified"])
    flow["excluded_reasons"] = sum(n for _, n in flow["excluded_reasons"])
    facts = [piece for paragraph in methods(whole_evidence) for sentence in paragraph.sentences
             for piece in sentence.pieces if isinstance(piece, Fact)]  # fmt: skip
    from_flow = [fact for fact in facts if fact.name.startswith("flow.")]
    assert len(from_flow) >= 10
    for fact in from_flow:
        assert flow[fact.name.removeprefix("flow.")] == fact.value
    # outside its facts, a sentence holds no number but dates, hashes and the words of its names
    for paragraph in methods(whole_evidence):
        for sentence in paragraph.sentences:
            if sentence.key in ("m_searched", "m_other", "m_as_of", "m_input", "m_coded", "m_software_used"):
                continue
            rest = "".join(piece for piece in sentence.pieces if isinstance(piece, str))
            assert not re.search(r"\d", rest.replace("95%", "")), sentence


def test_nothing_is_said_on_the_first_day(nothing_included: Evidence) -> None:
    assert methods(nothing_included) == []


def test_what_nobody_did_is_not_said(changed, whole_evidence: Evidence, without_coding: Evidence) -> None:
    assert "coding" not in told(without_coding)
    assert "agreement" not in told(without_coding)
    flow = dataclasses.replace(whole_evidence.flow, other_removed=0)
    assert "for other reasons" not in told(changed(flow=flow))["search"]
    assert "Calibration" not in told(whole_evidence)["screening"]
    assert "plans" not in told(whole_evidence)["screening"]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (ScreeningPlan("all_twice", screeners=("coder-1", "coder-2")), "plans two screeners for every record at every stage."),
        (ScreeningPlan("single", screeners=("coder-1",)), "plans one screener for every record at every stage."),
        (ScreeningPlan("overlap", overlap=15, full_text="all_twice", screeners=("coder-1", "coder-2")),
         "plans one screener for every record on title and abstract, and a second one for a random 15%."),
    ],
)  # fmt: skip
def test_the_screening_plan_is_told_as_a_plan(
    changed, whole_evidence: Evidence, plan: ScreeningPlan, words: str
) -> None:
    protocol = dataclasses.replace(whole_evidence.protocol, screening=plan)
    assert words in told(changed(protocol=protocol))["screening"]


def test_calibration_rounds_coding_rounds_and_judged_pairs_are_told(
    changed, whole_evidence: Evidence
) -> None:
    screened = pd.DataFrame([(f"r{n}", person, 1 if n < 3 else 0) for n in range(5) for person in ("coder-2", "coder-1")],
                            columns=["record_id", "person", "calibration"])  # fmt: skip
    pairs = pd.DataFrame(
        [("a", "b", "same", "coder-3")], columns=["record_id_a", "record_id_b", "verdict", "person"]
    )
    coding = whole_evidence.coding_decisions.assign(round="blind", scheme_version="0.3")
    said = told(changed(screening_decisions=screened, duplicate_decisions=pairs, coding_decisions=coding))
    assert "Calibration round 1: Coder A and Coder B screened 3 records." in said["screening"]
    assert "Doubtful pairs judged by Coder C: 1." in said["search"]
    assert "version 0.3: 10." in said["coding"]
    assert "Decisions taken blind, with no suggestions shown, by Coder A and Coder B: 20." in said["coding"]
    assert "suggestions shown, by Coder A and Coder B" not in said["coding"].replace(
        "no suggestions shown", ""
    )


def test_what_a_later_file_brought_again_is_told(changed, whole_evidence: Evidence) -> None:
    assert "counted once" not in told(whole_evidence)["search"]
    sources = whole_evidence.sources.assign(n_new=whole_evidence.sources["n_records"] - 3)
    said = told(changed(sources=sources))["search"]
    assert f"with the same identifier, counted once: {3 * len(sources)}." in said


def test_records_of_which_only_a_settled_verdict_is_known_were_read_by_nobody_on_record(
    changed, whole_evidence: Evidence
) -> None:
    rows = [("a", "include", "coder-1; coder-2", "", 2), ("b", "include", "", "coder-3", 0),
            ("c", "unsure", "coder-1; coder-2", "coder-3", 2)]  # fmt: skip
    columns = ["record_id", "verdict", "people", "settled_by", "n_people"]
    verdicts = pd.DataFrame(rows, columns=columns).assign(stage="title_abstract", criterion="")
    said = told(changed(screening_verdicts=verdicts))["screening"]
    assert (
        "At least two people read 2 of them, one person 0. Of 1 only the settled verdict is on record."
        in said
    )
    # "unsure" settles nothing
    assert "Verdicts settled by Coder C: 1." in said


def test_checklists_have_all_their_items_in_both_languages() -> None:
    numbers = {name: list(held["items"]) for name, held in checklist_items().items()}
    assert tuple(numbers) == CHECKLISTS
    assert list(dict.fromkeys(int(re.sub(r"\D", "", item)) for item in numbers["prisma_2020"])) == list(
        range(1, 28)
    )
    assert len(numbers["prisma_2020"]) == 42
    assert numbers["prisma_s"] == [str(n) for n in range(1, 17)]
    assert numbers["entreq"] == [str(n) for n in range(1, 22)]
    for held in checklist_items().values():
        assert all(item["en"] and item["da"] for item in held["items"].values())


def test_no_item_is_done_without_a_place(
    changed, whole_evidence: Evidence, nothing_included: Evidence, tmp_path: Path
) -> None:
    page = render_report(whole_evidence, tmp_path)[0].read_text(encoding="utf-8")
    frame = checklists_table(whole_evidence).frame
    for row in frame.to_dict("records"):
        assert (row["status"] == "in this report") == bool(row["anchor"])
        assert (row["status"] == "not reported") == (not row["anchor"] and not row["page"])
        assert not row["anchor"] or f'id="{row["anchor"]}"' in page
    by_item = frame.set_index(["checklist", "item"])["status"]
    assert by_item["prisma_2020", "16b"] == "in this report"
    assert by_item["prisma_2020", "11"] == "not reported"
    sources = whole_evidence.sources.assign(query="")
    lost = checklists_table(changed(sources=sources)).frame.set_index(["checklist", "item"])["status"]
    assert lost["prisma_s", "8"] == "not reported"
    empty = checklists_table(nothing_included).frame
    assert set(empty.loc[empty["anchor"] != "", "anchor"]) == {"methods-questions", "methods-criteria"}


def test_the_authors_pages_stand_beside_and_never_make_a_place_in_the_report(changed, tmp_path: Path) -> None:
    file = tmp_path / "checklist.yaml"
    file.write_text('prisma_2020: {"24a": "page 5", "16a": "<b>page</b> 9"}\n', encoding="utf-8")
    evidence = changed(checklist=read_checklist(file))
    frame = checklists_table(evidence).frame.set_index(["checklist", "item"])
    assert frame.loc[("prisma_2020", "24a"), ["place", "page", "status"]].tolist() == [
        "",
        "page 5",
        "named by the authors",
    ]
    assert frame.loc[("prisma_2020", "16a"), ["place", "status"]].tolist() == [
        "Flow of records",
        "in this report",
    ]
    assert "&lt;b&gt;page&lt;/b&gt; 9" in render_report(evidence, tmp_path / "out")[0].read_text(
        encoding="utf-8"
    )


def test_an_unknown_item_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "checklist.yaml"
    file.write_text('prisma_s:\n  "17": page 3\n', encoding="utf-8")
    with pytest.raises(
        FaultyFileError, match=r"checklist\.yaml line 2: .*there is no such item; known: 1, 2"
    ):
        read_checklist(file)


def test_what_people_judged_has_its_place_and_what_nobody_judged_has_none() -> None:
    evidence = example_evidence()
    status = checklists_table(evidence).frame.set_index(["checklist", "item"])["anchor"]
    places = {"11": "appraisal", "13c": "effect_direction", "15": "review_findings", "18": "appraisal",
              "20a": "review_findings", "20b": "themes", "22": "review_findings"}  # fmt: skip
    assert {item: status["prisma_2020", item] for item in places} == places
    unjudged = dataclasses.replace(evidence, judgements=evidence.judgements.iloc[:0])
    status = checklists_table(unjudged).frame.set_index(["checklist", "item"])["anchor"]
    assert all(status["prisma_2020", item] == "" for item in ("11", "15", "18", "20a", "22"))
    assert status["entreq", "13"] == ""
