# ruff: noqa: E501 (lines of messages and of a file stand whole)
"""What people judge of studies, findings and review findings, and what is computed from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.checked_yaml import FaultyFileError
from corpus.errors import ReviewError, UsageError
from corpus.protocol import OTHER_JUDGEMENTS
from synthesis import (
    AuthorSummary,
    AuthorText,
    Evidence,
    ReviewFinding,
    appraisal_table,
    appraisals,
    characteristics,
    conqual,
    conqual_table,
    contributions,
    evidence_profile,
    example_evidence,
    judgement_lines,
    judgements,
    read_author_text,
    render_report,
    rows_to_judge,
    settled_judgements,
    summary_of_findings,
    table_csv,
    theme_summary_table,
    trace,
    unknown_judgements,
    unsettled_conflicts,
)
from synthesis.conqual import credibility_down, dependability_down, level_of_most, lowered
from synthesis.judgements import COMPONENTS, CONFIDENCE, CREDIBILITIES, CREDIBILITY, LEVELS

FIRST, SECOND = "scopus:1", "scopus:2"
MONEY, TARGETS, LONG = "shared_money--scopus-1--promotes", "targets--scopus-1--hinders", "long_run--scopus-2--promotes"  # fmt: skip


def said(about: str, item: str, value: str, person: str = "coder-1", why: str = "", **more) -> dict:
    line = {"type": "judgement", "about": about, "item": item, "value": value, "person": person}
    return {**line, "explanation": why, "decided_at": "2026-11-05T10:00:00Z", **more}


def with_judgements(*lines: dict, evidence: Evidence | None = None, **changes) -> Evidence:
    """The example with these judgements and no others."""
    settled = settled_judgements(judgements(lines))
    return dataclasses.replace(evidence or example_evidence(), judgements=settled, **changes)


def answers(study: str, dependability: str, research: str = "yes") -> list[dict]:
    """Answers to the five dependability items, "y" for yes and "n" for no, and to the one on research."""
    words = {"y": "yes", "n": "no", "u": "can't tell", "x": "not applicable"}
    lines = [said(study, f"Q{n}", words[letter]) for n, letter in enumerate(dependability, start=1)]
    return [*lines, said(study, "Q6", research)] if research else lines


def scored(
    studies: Sequence[tuple[str, str]], credibilities: dict[str, str], finding: ReviewFinding
) -> tuple[str, tuple]:
    lines = [line for study, given in studies for line in answers(study, given)]
    lines += [said(name, "credibility", value) for name, value in credibilities.items()]
    [one] = conqual(with_judgements(*lines, author=AuthorText((), (finding,))))
    return one.score, one.missing


ONE = ReviewFinding("RF1", "Money holds.", findings=(MONEY,))
BOTH = ReviewFinding("RF1", "Money and time hold.", findings=(MONEY, LONG))


@pytest.mark.parametrize(
    ("n_yes", "score"),
    [(5, "high"), (4, "high"), (3, "moderate"), (2, "moderate"), (1, "low"), (0, "low")],
)
def test_dependability_at_each_edge(n_yes: int, score: str) -> None:
    given = "y" * n_yes + "n" * (5 - n_yes)
    assert scored([(FIRST, given)], {MONEY: "unequivocal"}, ONE) == (score, ())


@pytest.mark.parametrize(
    ("credibilities", "score"),
    [
        (("unequivocal", "unequivocal"), "high"),
        (("unequivocal", "credible"), "moderate"),
        (("credible", "credible"), "low"),
        (("credible", "unsupported"), "very low"),
        (("unequivocal", "unsupported"), "very low"),
        (("unsupported", "unsupported"), "very low"),
    ],
)
def test_credibility_of_the_findings_together(credibilities: tuple[str, str], score: str) -> None:
    named = dict(zip((MONEY, LONG), credibilities, strict=True))
    assert scored([(FIRST, "yyyyy"), (SECOND, "yyyyy")], named, BOTH)[0] == score


def test_text_and_opinion_starts_low_and_nothing_is_lower_than_very_low() -> None:
    lines = [*answers(FIRST, "nnnnn", "no"), said(MONEY, "credibility", "unsupported")]
    [one] = conqual(with_judgements(*lines, author=AuthorText((), (ONE,))))
    assert (one.starts, one.dependable, one.score) == ((("low", 1),), "very low", "very low")


def test_two_studies_that_differ_stand_at_the_lower_level() -> None:
    named = {MONEY: "unequivocal", LONG: "unequivocal"}
    assert scored([(FIRST, "yyyyy"), (SECOND, "nnnnn")], named, BOTH)[0] == "low"


@pytest.mark.parametrize(
    ("levels", "level"),
    [
        (["high", "high", "very low"], "high"),
        (["very low", "moderate", "moderate"], "moderate"),
        (["high", "high", "low", "low"], "low"),
        (["high", "moderate", "low", "very low"], "low"),
    ],
)
def test_the_level_of_more_than_half_else_the_middle_one_the_lower_of_two(levels, level) -> None:
    assert level_of_most(levels) == level


@given(st.lists(st.sampled_from(LEVELS), min_size=1), st.lists(st.sampled_from(CREDIBILITIES), min_size=1))
def test_a_score_is_never_above_its_best_study_and_a_majority_always_wins(levels, credibilities) -> None:
    level = level_of_most(levels)
    assert min(map(LEVELS.index, levels)) <= LEVELS.index(level) <= max(map(LEVELS.index, levels))
    assert all(name == level for name in LEVELS if 2 * levels.count(name) > len(levels))
    score = lowered(level, credibility_down(credibilities))
    assert LEVELS.index(score) >= LEVELS.index(level)
    assert credibility_down(credibilities) == credibility_down(credibilities[::-1])


def test_more_answers_of_yes_never_lower_a_study() -> None:
    downs = [dependability_down(n) for n in range(6)]
    assert downs == sorted(downs, reverse=True)


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        (answers(FIRST, "yyyy"), ("item:Q5", "not yet judged", (FIRST,))),
        (answers(FIRST, "yyyyx"), ("item:Q5", "not applicable", (FIRST,))),
        (answers(FIRST, "yyyyy", ""), ("research", "not yet judged", (FIRST,))),
        (answers(FIRST, "yyyyy", "can't tell"), ("research", "can't tell", (FIRST,))),
        (
            [*answers(FIRST, "yyyyy"), said(FIRST, "Q5", "no", "coder-2")],
            ("item:Q5", "in conflict", (FIRST,)),
        ),
    ],
    ids=["an item open", "does not apply", "research open", "cannot tell", "people differ"],
)
def test_a_missing_input_leaves_the_score_open_and_is_named(lines, missing) -> None:
    evidence = with_judgements(
        *lines, said(MONEY, "credibility", "unequivocal"), author=AuthorText((), (ONE,))
    )
    [one] = conqual(evidence)
    assert (one.score, one.missing) == ("", (missing,))
    row = conqual_table(evidence).frame.loc[0]
    assert row["score"] == "not computed"
    assert "Alder & Vine 2019" in row["missing"]


def test_missing_credibility_names_study_and_code() -> None:
    table = conqual_table(with_judgements(*answers(FIRST, "yyyyy")), "da")
    assert table.frame.loc[0, "missing"] == (
        "Troværdighed er »endnu ikke vurderet« for Alder & Vine 2019 (Fælles penge)."
    )


def test_a_protocol_without_marked_items_computes_nothing_and_says_what_to_mark() -> None:
    evidence = example_evidence()
    plain = tuple(dataclasses.replace(item, assesses="") for item in evidence.protocol.appraisal)
    protocol = dataclasses.replace(evidence.protocol, appraisal=plain)
    row = conqual_table(dataclasses.replace(evidence, protocol=protocol)).frame.loc[0]
    assert (row["score"], "assesses: dependability" in row["missing"]) == ("not computed", True)


def test_appraisal_of_another_report_of_the_study_counts_where_the_main_one_has_none() -> None:
    evidence = with_judgements(
        said("scopus:3", "Q1", "no"), said("scopus:3", "Q2", "no"), said(FIRST, "Q2", "yes")
    )
    found = appraisals(evidence)
    assert found[found["study_id"] == FIRST]["value"].tolist()[:2] == ["no", "yes"]


def test_appraisal_stands_in_the_characteristics_in_words() -> None:
    frame = characteristics(example_evidence(), "da").frame
    assert frame["appraisal"].tolist() == ["4 af 6 ja", "endnu ikke vurderet"]


def test_the_protocol_knows_all_that_is_judged_of_findings() -> None:
    assert set(OTHER_JUDGEMENTS) == {CREDIBILITY, *COMPONENTS, CONFIDENCE}


def test_no_appraisal_items_no_table_and_no_column() -> None:
    evidence = example_evidence()
    bare = dataclasses.replace(evidence, protocol=dataclasses.replace(evidence.protocol, appraisal=()))
    assert appraisal_table(bare) is None
    assert "appraisal" not in characteristics(bare).frame


def test_the_three_kinds_of_absence_are_three_words_in_page_and_csv(tmp_path: Path) -> None:
    evidence = example_evidence()
    rows = [(FIRST, "size", "not applicable"), (SECOND, "country", "not reported")]
    noted = pd.DataFrame(rows, columns=["record_id", "descriptor", "value"])
    size = dataclasses.replace(evidence.scheme.descriptors[1], id="size")
    scheme = dataclasses.replace(evidence.scheme, descriptors=(*evidence.scheme.descriptors, size))
    described = noted.assign(person="coder-1", decided_at="2026-11-03T10:00:00Z")
    parts = evidence.descriptors[evidence.descriptors["descriptor"] == "part_of_study"]
    evidence = dataclasses.replace(evidence, scheme=scheme, descriptors=pd.concat([described, parts]))
    csv = table_csv(characteristics(evidence)).decode("utf-8-sig").splitlines()
    assert csv[1].startswith("scopus:1,Alder & Vine 2019,2,not yet coded,not applicable,")
    assert csv[2].startswith("scopus:2,Birk 2021,1,not reported,not yet coded,")
    page = render_report(evidence, tmp_path)[0].read_text(encoding="utf-8")
    for shown in ('<span class="nr">not reported', 'class="na"', '<span class="ny">not yet coded'):
        assert shown in page


def test_counter_examples_are_findings_of_the_same_codes_that_say_the_opposite() -> None:
    stated = (
        ReviewFinding("RF1", "Steering holds.", theme="steering", direction="promotes"),
        ReviewFinding("RF2", "Steering hinders.", theme="steering", direction="hinders"),
        ReviewFinding("RF3", "Money holds.", codes=("shared_money",), direction="promotes"),
        ReviewFinding("RF4", "Everything.", theme="steering"),
    )
    roles = contributions(dataclasses.replace(example_evidence(), author=AuthorText((), stated)))
    assert roles[["review_finding", "role", "finding_id"]].to_numpy().tolist() == [
        ["RF1", "contributes", MONEY],
        ["RF1", "against", TARGETS],
        ["RF2", "contributes", TARGETS],
        ["RF2", "against", MONEY],
        ["RF3", "contributes", MONEY],
        ["RF4", "contributes", TARGETS],
        ["RF4", "contributes", MONEY],
    ]


def test_a_mixed_finding_of_the_same_code_speaks_against() -> None:
    evidence = example_evidence()
    mixed = evidence.coded_segments.iloc[2:].assign(code_id="shared_money", direction="mixed")
    coded = pd.concat([evidence.coded_segments.iloc[:2], mixed], ignore_index=True)
    table = summary_of_findings(dataclasses.replace(evidence, coded_segments=coded))
    assert table.frame.loc[0, "against"] == "Birk 2021 (mixed)"


def test_confidence_is_the_one_judged_and_never_computed() -> None:
    for level in LEVELS:
        evidence = with_judgements(said("RF1", "confidence", level, why="Because."))
        assert summary_of_findings(evidence).frame.loc[0, "confidence"] == level
    assert summary_of_findings(with_judgements()).frame.loc[0, "confidence"] == "not yet judged"


@pytest.mark.parametrize("item", [*COMPONENTS, "confidence"])
def test_the_build_refuses_a_level_without_an_explanation(item: str, tmp_path: Path) -> None:
    value = "high" if item == "confidence" else "minor"
    with pytest.raises(ReviewError, match=f"The {item} of RF1 .* without an explanation"):
        render_report(with_judgements(said("RF1", item, value, why="  ")), tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_build_refuses_confidence_in_what_no_finding_stands_behind() -> None:
    stated = AuthorText((), (ReviewFinding("RF1", "None.", codes=("long_run",), direction="hinders"),))
    with pytest.raises(ReviewError, match="no coded finding stands behind it"):
        summary_of_findings(dataclasses.replace(example_evidence(), author=stated))


def test_a_finding_that_is_not_there_is_named_with_those_that_are() -> None:
    stated = AuthorText((), (ReviewFinding("RF1", "Gone.", findings=("targets--scopus-9--hinders",)),))
    with pytest.raises(ReviewError, match="Known under that code: targets--scopus-1--hinders"):
        contributions(dataclasses.replace(example_evidence(), author=stated))


def test_people_who_differ_are_shown_until_somebody_settles_it() -> None:
    lines = [
        said("RF1", "confidence", "low", why="One."),
        said("RF1", "confidence", "high", "coder-2", "Two."),
    ]
    evidence = with_judgements(*lines)
    assert (
        summary_of_findings(evidence).frame.loc[0, "confidence"] == "in dispute (coder-1: low; coder-2: high)"
    )
    conflict = unsettled_conflicts(evidence).frame.loc[0]
    assert conflict[["study", "about", "kind"]].tolist() == ["RF1", "Confidence", "judgement"]
    settling = said("RF1", "confidence", "moderate", "coder-3", "Between.", adjudicates=True)
    row = summary_of_findings(with_judgements(*lines, settling)).frame.loc[0]
    assert row[["confidence", "explanation", "judged_by"]].tolist() == ["moderate", "Between.", "coder-3"]


def test_people_who_agree_keep_each_their_explanation() -> None:
    lines = [
        said("RF1", "coherence", "minor", why="One."),
        said("RF1", "coherence", "minor", "coder-2", "Two."),
    ]
    assert evidence_profile(with_judgements(*lines)).frame.loc[0, "coherence_why"] == "One. / Two."


def test_evidence_coded_after_a_judgement_is_said() -> None:
    early = said("RF1", "confidence", "low", why="One.", decided_at="2026-11-01T10:00:00Z")
    assert (
        summary_of_findings(with_judgements(early)).frame.loc[0, "warning"].startswith("The coded evidence")
    )
    assert summary_of_findings(example_evidence()).frame.loc[0, "warning"] == ""


@pytest.mark.parametrize(
    ("record_id", "code_id", "is_said"),
    [
        (SECOND, "shared_money", True),
        (FIRST, "shared_money", False),
        (SECOND, "long_run", False),
        ("scopus:4", "shared_money", False),
    ],
    ids=["a finding behind it", "where it was never found", "another code", "a report not included"],
)
def test_a_code_set_to_absent_after_a_judgement_is_said(record_id: str, code_id: str, is_said: bool) -> None:
    found_in = "scopus:4" if record_id == "scopus:4" else SECOND
    decided = pd.DataFrame(
        [
            (found_in, code_id, "present", "coder-2", "2026-11-04T10:00:00Z"),
            (record_id, code_id, "absent", "coder-2", "2026-11-06T10:00:00Z"),
        ],
        columns=["record_id", "code_id", "value", "person", "decided_at"],
    )
    table = summary_of_findings(dataclasses.replace(example_evidence(), coding_decisions=decided))
    assert table.frame.loc[0, "warning"].startswith("The coded evidence has changed") == is_said


def test_a_spreadsheet_of_judgements_is_taken_whole_or_every_fault_is_named() -> None:
    rows = [
        {"about": FIRST, "item": "Q1", "value": "Yes"},
        {"about": "scopus:4", "item": "Q1", "value": "yes"},
        {"about": FIRST, "item": "Q9", "value": "yes"},
        {"about": FIRST, "item": "Q2", "value": "perhaps"},
        {"about": "RF1", "item": "adequacy", "value": "Serious concerns"},
        {"about": "RF7", "item": "confidence", "value": "Very_low", "explanation": "Thin."},
        {"about": "targets--nobody", "item": "credibility", "value": "credible"},
        {"about": FIRST, "item": "Q3", "value": ""},
        {"about": FIRST, "item": "Q1", "value": "no"},
    ]
    with pytest.raises(UsageError) as caught:
        judgement_lines(rows, example_evidence(), person="ann", file="judged.csv")
    text = str(caught.value)
    assert text.startswith("judged.csv: 7 faults, no judgement was saved.")
    for part in (
        "row 3: 'scopus:4' is not an included report. Known: scopus:1, scopus:2, scopus:3",
        "row 4: unknown item 'Q9'. Known: Q1, Q2",
        "row 5: 'perhaps' is not a value of Q2. Known: yes, no, can't tell, not applicable",
        "row 6: 'serious' needs an explanation",
        "row 7: there is no review finding 'RF7'. Known: RF1",
        "row 8: there is no finding 'targets--nobody'. Known: targets--scopus-1--hinders",
        "row 10: Q1 of scopus:1 stands in two rows",
    ):
        assert part in text


def test_the_rows_to_judge_can_be_given_back_as_they_are_filled_in() -> None:
    evidence = example_evidence()
    for kind, value in (("appraisal", "can't tell"), ("credibility", "credible")):
        rows = rows_to_judge(evidence, kind).assign(value=value)
        assert len(judgement_lines(rows, evidence, person="ann")) == len(rows) > 0
    assert judgement_lines(rows_to_judge(evidence, "confidence"), evidence, person="ann") == []


def test_a_judgement_of_what_is_no_longer_there_is_named() -> None:
    evidence = with_judgements(said("targets--scopus-9--hinders", "credibility", "credible"))
    [fault] = unknown_judgements(evidence)
    assert "there is no finding 'targets--scopus-9--hinders'" in fault


@pytest.mark.parametrize(
    ("about", "item", "value"),
    [("scopus:4", "Q1", "no"), (FIRST, "Q9", "yes"), ("RF7", "coherence", "minor"),
     ("targets--scopus-9--hinders", "credibility", "credible")],
    ids=["an excluded report", "a removed item", "a removed review finding", "a finding that is gone"],
)  # fmt: skip
def test_what_is_no_longer_there_can_be_taken_back_by_who_judged_it(about, item, value) -> None:
    lines = [said(about, item, value, why="Thin."),
             said(about, item, value, person="cy", why="Thin.", adjudicates=True)]  # fmt: skip
    evidence, row = with_judgements(*lines), {"about": about, "item": item, "value": "withdrawn"}
    assert len(unknown_judgements(evidence)) == 1
    for person, adjudicates in (("ann", False), ("cy", False), ("coder-1", True)):
        with pytest.raises(UsageError, match=f"row 2: .*{item if item == 'Q9' else about}"):
            judgement_lines([row], evidence, person=person, adjudicates=adjudicates)
    lines += judgement_lines([row], evidence, person="coder-1")
    lines += judgement_lines([row], evidence, person="cy", adjudicates=True)
    assert unknown_judgements(with_judgements(*lines)) == []


def test_confidence_in_what_no_finding_stands_behind_is_refused_named_and_can_be_withdrawn() -> None:
    bare = ReviewFinding("RF1", "None.", codes=("long_run",), direction="hinders")
    evidence = dataclasses.replace(example_evidence(), author=AuthorText((), (bare,)))
    row = {"about": "RF1", "item": "confidence", "value": "low", "explanation": "Thin."}
    with pytest.raises(UsageError, match="row 2: no coded finding stands behind RF1"):
        judgement_lines([row], evidence, person="ann")
    [fault] = unknown_judgements(evidence)
    assert fault.startswith("The judgement confidence of RF1 (coder-1): no coded finding stands behind RF1")
    withdrawn = row | {"value": "withdrawn"}
    assert judgement_lines([withdrawn], evidence, person="ann")[0]["value"] == "withdrawn"


def test_every_fault_of_the_authors_file_has_its_line_and_the_known_names(tmp_path: Path) -> None:
    path = tmp_path / "synthesis.yaml"
    path.write_text(
        "themes:\n- {id: times, en: Words}\n- {id: time}\nfindings:\n- {id: RF 1, en: S, codes: [cost]}\n"
        "- {id: RF2, en: S, theme: steering, findings: [x]}\n- {id: RF3, en: S, theme: time, direction: up}\n",
        encoding="utf-8",
    )
    with pytest.raises(FaultyFileError) as caught:
        read_author_text(path, example_evidence().scheme)
    text = str(caught.value)
    for part in (
        "line 2: themes.0.id: there is no theme 'times'. Known: steering, time.",
        "line 3: themes.1: time: no words",
        "line 5: findings.0.id: 'RF 1'",
        "line 5: findings.0.codes.0: there is no code 'cost'. Known: targets, shared_money, long_run.",
        "line 6: findings.1: RF2: says by one of theme, codes, findings what it rests on (theme and findings)",
        "line 7: findings.2.direction: unknown direction 'up'",
    ):
        assert part in text
    assert read_author_text(tmp_path / "none.yaml", example_evidence().scheme) == AuthorText()


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n", "\ufeff# nothing yet\n---\n"])
def test_an_empty_file_of_the_author_is_no_fault(tmp_path: Path, text: str) -> None:
    path = tmp_path / "synthesis.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_author_text(path, example_evidence().scheme) == AuthorText()


def test_the_authors_sentences_stand_apart_and_say_when_the_studies_have_changed() -> None:
    text = AuthorText((AuthorSummary("time", "Five years.\n\nOr ten.", studies=3),))
    evidence = dataclasses.replace(example_evidence(), author=text)
    row = theme_summary_table(evidence).frame.set_index("theme_id").loc["time"]
    assert row[["studies", "author"]].tolist() == [1, "Five years.\n\nOr ten."]


def test_what_people_write_comes_through_as_text(tmp_path: Path) -> None:
    hostile = '<script>alert("x")</script> & “q” שלום 🙂'
    text = AuthorText(
        (AuthorSummary("steering", hostile, studies=9),),
        (ReviewFinding("RF1", hostile, codes=("shared_money",), direction="promotes"),),
    )
    lines = [said("RF1", item, "minor", why=hostile) for item in COMPONENTS]
    lines += [said("RF1", "confidence", "low", why=f"=1+1 {hostile}"), said(FIRST, "Q1", "no", why=hostile)]
    render_report(with_judgements(*lines, author=text), tmp_path, language="da")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt; &amp; “q” שלום 🙂") >= 9
    assert "<script>alert" not in page
    assert "Skrevet, da 9 studier havde fund her; nu er det 1 studie." in page
    assert "'=1+1 <script>" in (tmp_path / "summary_of_findings.csv").read_text(encoding="utf-8-sig")


def test_review_findings_and_judgements_are_in_the_trace_and_their_marks_lead_to_findings(
    tmp_path: Path,
) -> None:
    evidence = example_evidence()
    held = trace(evidence)
    assert held["review_findings"]["RF1"]["contributes"] == [MONEY]
    assert held["review_findings"]["RF1"]["conqual"] == "moderate"
    assert len(held["judgements"]) == len(evidence.judgements)
    page = render_report(evidence, tmp_path)[0].read_text(encoding="utf-8")
    anchor = held["findings"][MONEY]["anchor"]
    assert f'data-review-finding="RF1" data-contributes="{anchor}"' in page
    assert f'<a class="trace-of" href="#{anchor}">Alder &amp; Vine 2019</a>' in page
    assert 'id="appraisal--scopus-1--q1"' in page


def test_a_report_without_review_findings_says_how_to_write_them(
    whole_evidence: Evidence, tmp_path: Path
) -> None:
    page = render_report(whole_evidence, tmp_path)[0].read_text(encoding="utf-8")
    assert "No review finding has been written yet." in page
    assert not (tmp_path / "summary_of_findings.csv").exists()


@pytest.mark.parametrize("build", [appraisal_table, summary_of_findings, evidence_profile, conqual_table])
def test_tables_show_themselves_in_a_notebook(build: Callable) -> None:
    for language in ("en", "da"):
        html = build(example_evidence(), language)._repr_html_()
        assert f'<table lang="{language}"' in html
        assert build(example_evidence(), language).title in html


def test_the_word_document_has_the_authors_sentences_and_the_tables_of_judgements(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    render_report(example_evidence(), tmp_path)
    document = docx.Document(tmp_path / "report.docx")
    words = [one.text for one in document.paragraphs]
    assert words.index("In the author’s words:") + 1 == words.index(
        "Money kept at the table binds; targets do not."
    )
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert {"One study of one place.", "serious concerns", "4 of 6 yes"} <= cells
