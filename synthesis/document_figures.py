"""The plot and the map of the report as tables of a Word document: marks are letters, sized and coloured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from synthesis.drawing import COLOURS, GLYPHS, MARK_CLASSES, POINTINGS
from synthesis.effect_direction import EffectDirectionPlan, direction_cells, study_rows
from synthesis.evidence import Evidence, rows_of
from synthesis.gap_map_figure import GapMap
from synthesis.word_xml import Cell, letter, paragraph, run
from synthesis.words import Words

Drawn = tuple[list[Cell], list[list[Cell]], list[int]]
# half points: a mark by the size of its study, the largest square of the map, an empty one
SIZES = {"small": 16, "medium": 22, "large": 30, "unknown": 22}
_LARGEST_SQUARE, _EMPTY_SQUARE, _SMALL = 46, 16, 14
_HOLLOW = {"promotes": "△", "hinders": "▽", "conflicting": "◅▻", "descriptive": "○"}
_STUDY, _DESIGN, _N, _LABEL = 2300, 2000, 900, 2600


def effect_direction_rows(evidence: Evidence, language: str, total: int) -> Drawn:
    """S6 as head, rows and widths of a Word table: one row per study, one column per theme.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> head, rows, widths = effect_direction_rows(example_evidence(), "en", 14000)
    >>> len(head), len(rows), sum(widths), "◅▻" in rows[1][3].content
    (5, 4, 14000, True)
    """
    words = Words(language)
    cells = {(row["study_id"], row["theme_id"]): row for row in rows_of(direction_cells(evidence))}
    themes = [(theme.id, theme.label.in_language(language) or theme.id) for theme in evidence.scheme.themes]
    each = (total - _STUDY - _DESIGN - _N) // max(1, len(themes))
    widths = [total - _DESIGN - _N - each * len(themes), _DESIGN, _N, *([each] * len(themes))]
    head = [
        Cell(paragraph(run(text), "TableHead"))
        for text in (words("study"), words("plot_design"), "n")
    ]  # fmt: skip
    head += [Cell(paragraph(run(name), "TableHead"), is_upright=len(themes) > 6) for _, name in themes]
    rows = []
    for name, members in study_rows(evidence, language):
        if name:
            rows.append([Cell(paragraph(run(name), "TableGroup"), span=len(widths))])
        for study in members:
            row = [Cell(paragraph(run(study[key]), "TableText")) for key in ("label", "design", "n")]
            row += [_mark(cells.get((study["study_id"], theme)), study["size"]) for theme, _ in themes]
            rows.append(row)
    return head, rows, widths


def effect_direction_legend(language: str) -> str:
    """The marks and sizes in words, as the runs of a paragraph."""
    words, plan = Words(language), EffectDirectionPlan()
    bounds = {"small": words.number(plan.medium_from), "large": words.number(plan.large_above)}
    told = [pointing_legend(language)]
    told += [_glyph("promotes", size) + run(f" {words(f'legend_{size}', **bounds)}   ") for size in SIZES]
    return "".join([*told, run(words("plot_blank"))])


def pointing_legend(language: str) -> str:
    """The four marks in words, as the runs of a paragraph."""
    words = Words(language)
    return "".join(_glyph(name, "medium") + run(f" {words(f'pointing_{name}')}   ") for name in POINTINGS)


def gap_map_rows(figure: GapMap, total: int) -> Drawn:
    """S7 as head, rows and widths of a Word table: squares whose area is the number of studies.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> from synthesis.gap_map_figure import gap_map
    >>> head, rows, widths = gap_map_rows(gap_map(example_evidence()), 14000)
    >>> ["■" in cell.content for cell in rows[0]], "□" in rows[0][2].content
    ([False, True, False, False], True)
    """
    words = Words(figure.language)
    each = (total - _LABEL) // (len(figure.columns) + 1)
    widths = [total - each * (len(figure.columns) + 1), *([each] * (len(figure.columns) + 1))]
    names = [words("theme"), *(name for _, name in figure.columns), words("gap_map_all")]
    head = [Cell(paragraph(run(name), "TableHead")) for name in names]
    told = figure.table_rows()
    largest = max((row["studies"] for here in told for row in here[:-1]), default=0)
    rows = []
    for here in told:
        cells = [Cell(paragraph(run(here[0]["theme"], style="Strong"), "TableText"))]
        cells += [_square(row, largest, words) for row in here[:-1]]
        cells.append(Cell(paragraph(run(words.number(here[-1]["studies"]), style="Strong"), "Arrow")))
        rows.append(cells)
    return head, rows, widths


def _mark(cell: Mapping[str, Any] | None, size: str) -> Cell:
    if cell is None:
        return Cell(paragraph("", "Arrow"))
    n = letter(str(cell["findings"]), _SMALL) if cell["findings"] > 1 else ""
    return Cell(paragraph(_glyph(cell["pointing"], size) + n, "Arrow"))


def _glyph(pointing: str, size: str) -> str:
    glyphs = _HOLLOW if size == "unknown" else GLYPHS
    return letter(glyphs[pointing], SIZES[size], COLOURS[MARK_CLASSES[pointing]])


def _square(row: Mapping[str, Any], largest: int, words: Words) -> Cell:
    if not row["studies"]:
        return Cell(paragraph(letter("□", _EMPTY_SQUARE) + run(" 0"), "Arrow"))
    side = max(8, round(_LARGEST_SQUARE * math.sqrt(row["studies"] / largest)))
    square = letter("■", side, "#7d8690") + run(f" {words.number(row['studies'])}")
    shares = [
        _glyph(name, "small") + letter(words.number(row[name]), _SMALL) for name in POINTINGS if row[name]
    ]
    return Cell(paragraph(square, "Arrow") + paragraph(letter(" ", _SMALL).join(shares), "Arrow"))
