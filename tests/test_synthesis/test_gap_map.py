"""The evidence gap map: what is counted where, and that gaps are drawn."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import pandas as pd
import pytest
from lxml import etree

from coding_scheme.scheme import Descriptor, DescriptorValue
from corpus.errors import UsageError
from corpus.protocol import Wording
from synthesis import Evidence, GapMapPlan, gap_map, gap_map_table, theme_matrix
from synthesis.gap_map import gap_map_columns

SVG = "{http://www.w3.org/2000/svg}"


def noted(evidence: Evidence, descriptor: Descriptor, values: list[str]) -> Evidence:
    """The review with one descriptor more, noted for its first studies."""
    rows = pd.DataFrame(
        list(zip(evidence.records["record_id"], [descriptor.id] * len(values), values, strict=False)),
        columns=["record_id", "descriptor", "value"],
    ).assign(person="coder-1", decided_at="2026-11-12T09:00:00Z")
    scheme = dataclasses.replace(evidence.scheme, descriptors=(*evidence.scheme.descriptors, descriptor))
    return dataclasses.replace(
        evidence, scheme=scheme, descriptors=pd.concat([evidence.descriptors, rows], ignore_index=True)
    )


def test_the_map_is_by_approach_unless_told_otherwise(whole_evidence: Evidence):
    assert gap_map(whole_evidence).title == "Studies by theme and approach"
    assert gap_map(whole_evidence, "da").title == "Studier efter tema og tilgang"
    by_design = gap_map(whole_evidence, plan=GapMapPlan(by="design"))
    assert by_design.title == "Studies by theme and study design"
    asked = dataclasses.replace(whole_evidence, gap_map_by="country")
    assert gap_map(asked).title == "Studies by theme and country"


def test_an_unknown_descriptor_is_refused_with_the_known_ones(whole_evidence: Evidence):
    with pytest.raises(UsageError, match="'planet'") as told:
        gap_map(whole_evidence, plan=GapMapPlan(by="planet"))
    assert "approach" in str(told.value.next_step)


def test_cells_count_distinct_studies_and_directions_add_up(whole_evidence: Evidence):
    frame = gap_map_table(whole_evidence).frame
    parts = frame[["promotes", "hinders", "conflicting", "descriptive"]].sum(axis=1)
    assert parts.tolist() == frame["studies"].tolist()
    totals = frame[frame["value"] == "*"].set_index("theme_id")["studies"]
    margins = theme_matrix(whole_evidence).frame.query("row_kind == 'theme'").set_index("row_id")["studies"]
    assert totals.to_dict() == margins.to_dict()
    # each study has one approach here, so the columns make up the total
    cells = frame[frame["value"] != "*"].groupby("theme_id")["studies"].sum()
    assert cells.to_dict() == totals.to_dict()


def test_every_gap_is_drawn_as_a_dashed_square(whole_evidence: Evidence):
    figure = gap_map(whole_evidence)
    frame = figure.table.frame
    gaps = set(frame.loc[(frame["studies"] == 0) & (frame["value"] != "*"), "cell_id"])
    root = etree.fromstring(figure.svg())
    dashed = {
        group.get("data-cell")
        for group in root.iter(f"{SVG}g")
        if group.get("data-cell") and group.find(f"{SVG}path").get("stroke-dasharray")
    }
    assert dashed == gaps
    assert gaps


def test_a_value_without_any_study_is_a_column_of_gaps(whole_evidence: Evidence):
    values = (DescriptorValue("seen", Wording(en="Seen")), DescriptorValue("unseen", Wording(en="Unseen")))
    kind = Descriptor("kind", Wording(en="Kind"), value_type="one_of", values=values)
    figure = gap_map(noted(whole_evidence, kind, ["seen"] * 10), plan=GapMapPlan(by="kind"))
    assert [name for _, name in figure.columns] == ["Seen", "Unseen"]
    frame = figure.table.frame
    assert frame.loc[frame["value"] == "unseen", "studies"].sum() == 0


def test_areas_are_proportional_to_the_number_of_studies(whole_evidence: Evidence):
    figure = gap_map(whole_evidence)
    drawn = [(int(cell.text), cell.side**2) for row in figure.rows for cell in row.cells if cell.text]
    per_study = [area / n for n, area in drawn]
    assert max(n for n, _ in drawn) > 1
    assert all(math.isclose(area, per_study[0], rel_tol=0.01) for area in per_study)


def test_a_study_with_two_values_stands_under_both_and_once_in_the_total(whole_evidence: Evidence):
    kind = Descriptor("kind", Wording(en="Kind"), value_type="some_of", values=(
        DescriptorValue("a", Wording(en="A")), DescriptorValue("b", Wording(en="B"))))  # fmt: skip
    frame = gap_map_table(noted(whole_evidence, kind, ["a; b"] * 10), plan=GapMapPlan(by="kind")).frame
    one = frame[frame["theme_id"] == "governance"].set_index("value")["studies"]
    assert one["a"] == one["b"] == one["*"] > 0


def test_not_reported_and_not_yet_coded_are_columns_of_their_own(whole_evidence: Evidence):
    place = Descriptor("place", Wording(en="Place"))
    evidence = noted(whole_evidence, place, ["not applicable", "not reported", "Town"])
    figure = gap_map(evidence, "da", GapMapPlan(by="place"))
    assert [name for _, name in figure.columns] == [
        "Town",
        "ikke relevant",
        "ikke oplyst",
        "endnu ikke kodet",
    ]


def test_studies_in_dispute_are_the_last_column(disputed: Evidence):
    assert [value for value, *_ in gap_map_columns(disputed)][-1] == "in dispute"
    by_country = gap_map(disputed, "da", GapMapPlan(by="country"))
    names = [name for _, name in by_country.columns]
    assert names[-1] == "uenighed"
    assert not any("coder" in name or "MX" in name for name in names)


def test_rare_values_written_freely_are_gathered(whole_evidence: Evidence):
    place = Descriptor("place", Wording(en="Place"))
    evidence = noted(whole_evidence, place, ["Town", "Town", *(f"Village {n}" for n in range(8))])
    figure = gap_map(evidence, plan=GapMapPlan(by="place", most_columns=3))
    assert [name for _, name in figure.columns] == ["Town", "Village 0", "other values"]
    assert "gathered" in figure.table.note
    assert "gathered" not in gap_map(whole_evidence).table.note
    total = figure.table.frame
    one = total[total["theme_id"] == "participation"].set_index("value")["studies"]
    assert one.drop("*").sum() == one["*"]


def test_a_scheme_without_descriptors_has_one_column(
    changed: Callable[..., Evidence], whole_evidence: Evidence
):
    scheme = dataclasses.replace(whole_evidence.scheme, descriptors=())
    figure = gap_map(changed(scheme=scheme))
    assert [name for _, name in figure.columns] == ["all studies"]
    assert figure.title == "Studies by theme"


def test_directions_can_be_left_out(whole_evidence: Evidence):
    plain = gap_map(whole_evidence, plan=GapMapPlan(shows_directions=False))
    assert not any(cell.shares for row in plain.rows for cell in row.cells)
    assert plain.height < gap_map(whole_evidence).height


def test_the_text_alternative_says_where_studies_are_and_how_many_cells_are_empty(whole_evidence: Evidence):
    figure = gap_map(whole_evidence)
    root = etree.fromstring(figure.svg())
    frame = figure.table.frame
    cells = frame[frame["value"] != "*"]
    assert root.get("role") == "img"
    description = root.findtext(f"{SVG}desc")
    assert f"{(cells['studies'] == 0).sum()} of {len(cells)} cells are empty" in description
    for row in frame[frame["value"] == "*"].to_dict("records"):
        assert f"{row['theme']}: {row['studies']} stud" in description


def test_values_cannot_bring_markup(whole_evidence: Evidence):
    place = Descriptor("place", Wording(en="Place"))
    evidence = noted(whole_evidence, place, ["<script>x</script>", "=1+1"])
    shown = gap_map(evidence, plan=GapMapPlan(by="place"))._repr_html_()
    assert "<script" not in shown
    assert shown.count("<table") == 1
