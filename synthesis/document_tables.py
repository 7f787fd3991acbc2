"""Tables of the report, and its flow diagram, as tables of a Word document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from synthesis.evidence import Column, EvidenceTable, rows_of
from synthesis.figures import FlowBox, FlowFigure
from synthesis.rendering import short_hash
from synthesis.word_xml import CELL_MARGINS, LETTER, Cell, paragraph, run, table, widths
from synthesis.words import Words

_NUMBERS = ("number", "decimal", "percent")
# a page on its side holds this many columns of marks beside the first and the margins
MARKS_A_TABLE, _UPRIGHT_COLUMNS = 12, 5
_LEAST_WIDTH, _ARROW_WIDTH = 700, 460


def is_wide(one: EvidenceTable) -> bool:
    """Whether a table needs a page on its side."""
    return len(_shown(one)) > _UPRIGHT_COLUMNS


def table_blocks(one: EvidenceTable, total: int, *, quotation_languages: Mapping[str, str]) -> Iterator[str]:
    """A table as one Word table, or as several where it has more columns of marks than a page holds.

    Rows of one theme stand under a row that names it. Quotations carry their language.

    Examples
    --------
    >>> frame = pd.DataFrame({"theme": ["Time"], "n": [2]})
    >>> columns = (Column("theme", "Theme"), Column("n", "Studies", "number"))
    >>> blocks = list(table_blocks(EvidenceTable("t", "T", columns, frame), 9000, quotation_languages={}))
    >>> len(blocks), "tblHeader" in blocks[0]
    (1, True)
    """
    words = Words(one.language)
    shown = _shown(one)
    marks = [column for column in shown if column.kind == "marks"]
    if len(marks) <= MARKS_A_TABLE:
        yield _written(one, shown, total, words, quotation_languages)
        return
    first = shown[: shown.index(marks[0])]
    margins = shown[shown.index(marks[-1]) + 1 :]
    for start in range(0, len(marks), MARKS_A_TABLE):
        here = marks[start : start + MARKS_A_TABLE]
        is_last = start + MARKS_A_TABLE >= len(marks)
        columns = [*first, *here, *(margins if is_last else [])]
        yield _written(one, columns, total, words, quotation_languages)


def flow_rows(figure: FlowFigure, total: int) -> tuple[list[Cell], list[list[Cell]], list[int]]:
    """The flow diagram as a table that reads in order and can be edited: boxes with arrows between them."""
    # what an earlier review included stands above, since its column would leave the others no room
    before = [box for box in figure.boxes if box.id == "previous_studies"]
    sides = sorted({box.x for box in figure.boxes if box not in before})
    n_sides = max(2, len(sides))
    box_width = (total - (n_sides - 1) * _ARROW_WIDTH) // n_sides
    columns = [width for _ in range(n_sides) for width in (box_width, _ARROW_WIDTH)][:-1]
    bands = [text for text, *_, is_upright in figure.bands if not is_upright]
    if before:
        bands.pop()
    head = [Cell(paragraph(run(bands[0]), "TableHead"), span=3)]
    if n_sides > 2:
        head += [Cell(paragraph("", "Arrow")), Cell(paragraph(run(bands[-1]), "TableHead"))]
    mains = [box for box in figure.boxes if box.x == sides[0]]
    rows: list[list[Cell]] = []
    for place, main in enumerate(mains):
        below = mains[place + 1].y if place + 1 < len(mains) else float("inf")
        row = [_boxed([main])]
        for side in range(1, n_sides):
            here = [box for box in figure.boxes
                    if side < len(sides) and box.x == sides[side] and main.y <= box.y < below]  # fmt: skip
            arrow = "→" if here and side == 1 else ""
            row += [
                Cell(paragraph(run(arrow), "Arrow")),
                _boxed(here) if here else Cell(paragraph("", "Arrow")),
            ]
        if main.id == "total_studies":
            row[1:3] = [Cell(paragraph(run("←"), "Arrow")), _boxed(before)]
        rows.append(row)
        if place + 1 < len(mains):
            joins = place == 0 and n_sides > 2
            rows.append([
                Cell(paragraph(run("↓"), "Arrow")),
                *(Cell(paragraph(run("↙" if joins and n == 2 * n_sides - 3 else ""), "Arrow"))
                  for n in range(2 * n_sides - 2)),
            ])  # fmt: skip
    return head, rows, columns


def _boxed(boxes: list[FlowBox]) -> Cell:
    paragraphs = [
        paragraph(run(_unbroken(line.text), style="Strong" if line.is_heading else ""), "TableText")
        for box in boxes for line in box.lines
    ]  # fmt: skip
    return Cell("".join(paragraphs), border=True)


def _unbroken(text: str) -> str:
    """A count that stays on its line."""
    return text.replace("(n = ", "(n\u00a0=\u00a0")


def _shown(one: EvidenceTable) -> list[Column]:
    """The columns for readers; a long table's themes stand in rows of their own."""
    columns = [column for column in one.columns if column.kind != "id"]
    return [column for column in columns if column.key != _group_key(one)]


def _group_key(one: EvidenceTable) -> str:
    return "theme" if {"theme", "code", "finding"} <= {column.key for column in one.columns} else ""


def _written(
    one: EvidenceTable, columns: list[Column], total: int, words: Words, languages: Mapping[str, str]
) -> str:
    group_key, last = _group_key(one), None
    asked = {group_key, "finding_id", *(column.key for column in columns)}
    rows = rows_of(one.frame[[name for name in one.frame.columns if name in asked]])
    texts = [
        [column.heading, *(_text(row[column.key], column, words) for row in rows)] for column in columns
    ]  # fmt: skip
    written: list[list[Cell]] = []
    for number, row in enumerate(rows, start=1):
        if group_key and row[group_key] != last:
            last = row[group_key]
            written.append([Cell(paragraph(run(str(last)), "TableGroup"), span=len(columns))])
        cells = []
        for column, column_texts in zip(columns, texts, strict=True):
            language = languages.get(row.get("finding_id", ""), "") if column.kind == "quotation" else ""
            style = "TableNumber" if column.kind in _NUMBERS else "TableText"
            character = "Code" if column.kind in ("code", "hash") else ""
            cells.append(
                Cell(paragraph(run(column_texts[number], style=character, language=language), style))
            )
        written.append(cells)
    head = [
        Cell(paragraph(run(column.heading), "TableHeadNumber" if column.kind in _NUMBERS else "TableHead"))
        for column in columns
    ]
    return table(head, written, _widths(columns, texts, total), title=one.title, note=one.note)


def _widths(columns: list[Column], texts: list[list[str]], total: int) -> list[int]:
    if not any(column.kind == "marks" for column in columns):
        return widths(texts, total)
    # as wide as their longest word, and no narrower than a hand of marks
    found = [
        max(_LEAST_WIDTH, CELL_MARGINS + LETTER * max(map(len, column.heading.split())))
        if column.kind in ("marks", "number")
        else 0
        for column in columns
    ]
    if sum(found) > total * 4 // 5:
        found = [width * total * 4 // (5 * sum(found)) for width in found]
    return [width or (total - sum(found)) // found.count(0) for width in found]


def _text(value: Any, column: Column, words: Words) -> str:
    if column.kind in _NUMBERS and pd.isna(value):
        return words("not_reported") if column.kind == "number" else words("undefined")
    if column.kind == "number":
        return words.number(int(value))
    if column.kind == "decimal":
        return words.decimal(float(value))
    if column.kind == "percent":
        return words.percent(float(value))
    text = "" if value is None else str(value)
    return short_hash(text) if column.kind == "hash" else text
