"""The effect direction plot: when findings make a direction, how large a study is, what is drawn."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from coding_scheme.scheme import Descriptor
from corpus.errors import UsageError
from corpus.protocol import Wording
from synthesis import (
    EffectDirectionPlan,
    Evidence,
    direction_cells,
    effect_direction_plot,
    effect_direction_table,
    overall_direction,
    sign_test_table,
    theme_matrix,
)
from synthesis.effect_direction import sign_test, study_size
from synthesis.effect_direction_figure import ROWS_PER_PAGE, STUDIES_ON_THE_PAGE

SVG = "{http://www.w3.org/2000/svg}"
DIRECTIONS = ("promotes", "hinders", "mixed", "descriptive", "")


@pytest.fixture
def sized(changed: Callable[..., Evidence], whole_evidence: Evidence) -> Evidence:
    """The invented review with the size of five of its studies."""
    return with_sizes(changed, whole_evidence, ["40", "50", "300", "1,175 residents", "not reported"])


def with_sizes(changed: Callable[..., Evidence], evidence: Evidence, sizes: list[str]) -> Evidence:
    scheme = evidence.scheme
    descriptors = (
        *scheme.descriptors,
        Descriptor("n", Wording(en="Size of the study", da="Studiets størrelse")),
    )
    noted = pd.DataFrame(
        [(f"{name}", "n", size) for name, size in zip(evidence.records["record_id"], sizes, strict=False)],
        columns=["record_id", "descriptor", "value"],
    ).assign(person="coder-1", decided_at="2026-11-12T09:00:00Z")
    return changed(
        scheme=dataclasses.replace(scheme, descriptors=descriptors),
        descriptors=pd.concat([evidence.descriptors, noted], ignore_index=True),
    )


def cells_of(svg: str) -> dict[tuple[str, str], str]:
    """(study, theme) -> class of the mark drawn there."""
    root = etree.fromstring(svg)
    return {
        (row.get("data-study"), mark.get("data-theme")): mark.get("class").split()[0]
        for row in root.iter(f"{SVG}g")
        if row.get("data-study")
        for mark in row.iter(f"{SVG}path")
    }


@pytest.mark.parametrize(
    ("agreeing", "of", "is_shown"),
    [
        (7, 10, True), (6, 10, False), (6, 9, False), (2, 3, False), (3, 4, True), (5, 7, True),
        (14, 20, True), (13, 20, False), (1, 1, True), (1, 2, False),
        (69, 100, False), (70, 100, True), (7, 11, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("against", ["hinders", "mixed"])
def test_a_direction_needs_seventy_per_cent_of_the_findings_that_judge_one(agreeing, of, is_shown, against):
    found = ["promotes"] * agreeing + [against] * (of - agreeing)
    shown = overall_direction(found)
    assert shown == (("promotes", agreeing, of) if is_shown else ("conflicting", 0, of))
    mirrored = [
        {"promotes": "hinders", "hinders": "promotes"}.get(direction, direction) for direction in found
    ]
    assert overall_direction(mirrored)[0] == ("hinders" if is_shown else "conflicting")


def test_a_tie_is_conflicting():
    assert overall_direction(["promotes", "hinders"]) == ("conflicting", 0, 2)


def test_descriptive_findings_do_not_count_against_a_direction():
    assert overall_direction(["promotes", *["descriptive"] * 9, ""]) == ("promotes", 1, 1)


def test_a_study_that_only_describes_has_no_direction_and_no_conflict():
    assert overall_direction(["descriptive", ""]) == ("descriptive", 0, 0)


def test_mixed_findings_alone_are_conflicting():
    assert overall_direction(["mixed"]) == ("conflicting", 0, 1)


@given(st.lists(st.sampled_from(DIRECTIONS), min_size=1), st.integers(min_value=51, max_value=100))
def test_the_rule_is_blind_to_order_and_fair_to_both_sides(found, percent):
    shown, agreeing, judged = overall_direction(found, percent)
    assert overall_direction(reversed(found), percent) == (shown, agreeing, judged)
    mirrored = [
        {"promotes": "hinders", "hinders": "promotes"}.get(direction, direction) for direction in found
    ]
    other = {"promotes": "hinders", "hinders": "promotes"}.get(shown, shown)
    assert overall_direction(mirrored, percent) == (other, agreeing, judged)
    if shown in ("promotes", "hinders"):
        assert agreeing == found.count(shown)
        assert agreeing / judged >= percent / 100 - 1e-9


@pytest.mark.parametrize("percent", [0, 50, 101])
def test_a_share_that_lets_two_directions_win_is_refused(percent):
    with pytest.raises(UsageError, match="cannot rest on"):
        EffectDirectionPlan(agree_percent=percent)


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("412", 412), ("n = 141", 141), ("1.175", 1175), ("1 175 beboere", 1175), ("40 interviews", 40),
        ("ca. 60", 60), ("not reported", None), ("not yet coded", None), ("", None), ("30+", None),
        (">300", None), ("40–60", None), ("14 interviews, 120 answers", None), ("12.5", None),
        ("40 (coder-1) / 50 (coder-2)", None), ("81 %", None), ("over 300", None), ("mere end 300", None),
        ("At most 50", None), ("40 eller flere", None), ("0.125", None),
        ("40 interviews under feltarbejdet", 40),
    ],
)  # fmt: skip
def test_size_is_read_only_where_one_number_is_given(text, n):
    assert study_size(text) == n


def test_a_study_of_unknown_size_is_drawn_hollow_and_never_small(sized: Evidence):
    (page,) = effect_direction_plot(sized).pages
    rows = {row.label: row for row in page.rows}
    unknown = rows["Fir et al. 2020"]
    assert unknown.n == "not reported"
    assert all(mark.is_hollow for mark in unknown.marks)
    table = effect_direction_table(sized).frame.set_index("label")
    assert table.loc["Alder 2014", "size"] == "small"
    assert table.loc["Cedar & Vine 2019", "size"] == "medium"
    assert table.loc["Elm et al. 2021", "size"] == "medium"
    assert table.loc["Birk & Holm 2017", ["size", "n"]].tolist() == ["large", "1,175 residents"]
    assert table.loc["Fir et al. 2020", "size"] == "n unknown"


def test_a_scheme_without_sizes_draws_every_mark_hollow_and_says_so(whole_evidence: Evidence):
    plot = effect_direction_plot(whole_evidence)
    assert not plot.is_sized
    assert all(mark.is_hollow for page in plot.pages for row in page.rows for mark in row.marks)


def test_each_mark_is_what_the_studys_findings_say_and_blank_is_nothing_coded(sized: Evidence):
    (page,) = effect_direction_plot(sized).pages
    drawn = cells_of(page.svg())
    cells = direction_cells(sized)
    expected = {
        (row["study_id"], row["theme_id"]): {"promotes": "p", "hinders": "h", "conflicting": "x"}.get(
            row["pointing"], "o"
        )
        for row in cells.to_dict("records")
    }
    assert drawn == expected
    frame = theme_matrix(sized).frame.query("row_kind == 'theme'").set_index("row_id")
    coded = {(study, theme) for study, theme in itertools.product(cells["study_id"].unique(), frame.index)
             if frame.loc[theme, study]}  # fmt: skip
    assert set(drawn) == coded


def test_two_findings_each_way_are_drawn_to_both_sides_with_their_number(sized: Evidence):
    cells = direction_cells(sized).set_index("cell_id")
    assert cells.loc["time--wos-9005", ["pointing", "judged"]].tolist() == ["conflicting", 2]
    assert effect_direction_table(sized).frame.set_index("study_id").loc["wos:9005", "theme:time"] == (
        "mixed or conflicting (2)"
    )


def test_counts_by_theme_add_up_to_its_distinct_studies(sized: Evidence):
    frame = sign_test_table(sized).frame
    parts = frame[["promotes", "hinders", "conflicting", "descriptive"]].sum(axis=1)
    assert parts.tolist() == frame["studies"].tolist()
    themes = theme_matrix(sized).frame.query("row_kind == 'theme'")
    assert frame["studies"].tolist() == themes["studies"].tolist()


def test_the_sign_test_gives_the_published_values():
    # Boon & Thomson's review of housing improvement: nine of nine, and five of six
    assert round(sign_test(9, 0), 4) == 0.0039
    assert round(sign_test(5, 1), 4) == 0.2188


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_does_not_care_which_side_is_which(one, other):
    if one + other:
        assert sign_test(one, other) == sign_test(other, one)
        assert 0 < sign_test(one, other) <= 1


def test_the_text_alternative_says_the_counts_of_every_theme(sized: Evidence):
    for language, words in (("en", "Governance style: "), ("da", "Styringsform: ")):
        (page,) = effect_direction_plot(sized, language).pages
        root = etree.fromstring(page.svg())
        description = root.findtext(f"{SVG}desc")
        assert root.get("role") == "img"
        assert root.get("aria-labelledby").split() == [f"{page.id}-title", f"{page.id}-desc"]
        assert description.startswith("10 stud")
        assert words in description
        row = sign_test_table(sized, language).frame.iloc[0]
        assert f"{row['promotes']} " in description.split(words)[1]
    (page,) = effect_direction_plot(sized).pages
    assert "Time and resources: 1 promotes, 1 hinders" in page.svg()


def many_studies(evidence: Evidence, changed: Callable[..., Evidence], n: int) -> Evidence:
    """The first study over and over, under other names."""
    first = evidence.records.iloc[0]
    records = pd.DataFrame(
        [{**first, "record_id": f"made:{k:04d}", "authors": f"Author{k:04d}, A"} for k in range(n)]
    )
    segments = evidence.coded_segments[evidence.coded_segments["record_id"] == first["record_id"]]
    return changed(
        records=records,
        coded_segments=pd.concat([segments.assign(record_id=name) for name in records["record_id"]]),
        screening_verdicts=pd.DataFrame(
            [(name, stage, "include", "", "coder-1", "", 1) for name in records["record_id"]
             for stage in ("title_abstract", "full_text")],
            columns=evidence.screening_verdicts.columns,
        ),
        descriptors=evidence.descriptors.iloc[:0],
        flow=dataclasses.replace(evidence.flow, included_reports=n, included_studies=n),
    )  # fmt: skip


def test_a_hundred_studies_stand_on_pages_each_with_its_headings(
    changed: Callable[..., Evidence], whole_evidence: Evidence
):
    plot = effect_direction_plot(many_studies(whole_evidence, changed, 100))
    assert [len(page.rows) for page in plot.pages] == [ROWS_PER_PAGE, ROWS_PER_PAGE, 100 - 2 * ROWS_PER_PAGE]
    assert list(plot.files()) == [f"effect_direction_{n}.svg" for n in (1, 2, 3)]
    assert all(page.headings == plot.pages[0].headings for page in plot.pages)
    assert [bool(page.foot) for page in plot.pages] == [False, False, True]
    assert plot.pages[1].bands[0][0] == "not yet coded (continued)"
    shown = [row.study_id for page in plot.pages for row in page.rows]
    assert len(set(shown)) == len(shown) == 100


def test_more_studies_than_a_page_holds_are_drawn_in_files_and_the_page_says_so(
    changed: Callable[..., Evidence], whole_evidence: Evidence
):
    n = STUDIES_ON_THE_PAGE + 1
    plot = effect_direction_plot(many_studies(whole_evidence, changed, n))
    assert not plot.is_on_the_page
    assert sum(len(page.rows) for page in plot.pages) == n
    assert "effect_direction_1.svg to effect_direction_2.svg" in plot.too_many


def test_names_and_descriptors_cannot_bring_markup(
    changed: Callable[..., Evidence], whole_evidence: Evidence
):
    evidence = with_sizes(changed, whole_evidence, ["<script>alert(1)</script>"])
    theme = dataclasses.replace(evidence.scheme.themes[0], label=Wording(en="<b>Time</b> & “more” 🙂"))
    evidence = dataclasses.replace(
        evidence, scheme=dataclasses.replace(evidence.scheme, themes=(theme, *evidence.scheme.themes[1:]))
    )
    svg = effect_direction_plot(evidence).pages[0].svg()
    assert "<script" not in svg
    assert "<b>" not in svg
    etree.fromstring(svg)


def test_a_notebook_shows_the_plot_with_its_tables(sized: Evidence):
    shown = effect_direction_plot(sized, "da")._repr_html_()
    assert shown.startswith("<svg")
    assert shown.count("<table") == 2
