"""The drawings of the Word document, which are tables of marks: held against the CSV files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synthesis.check_counts import numbers, plain
from synthesis.check_output import Output, WrittenTable
from synthesis.check_page import spaced

Rows = Sequence[Sequence[str]]
_MARKS = {
    "▲": "promotes", "△": "promotes", "▼": "hinders", "▽": "hinders",
    "◄►": "conflicting", "◅▻": "conflicting", "○": "descriptive",
}  # fmt: skip
_SQUARES = ("■", "□")


def is_drawn(rows: Rows) -> bool:
    """Whether a table of the document shows marks or squares in place of words."""
    return any(cell.startswith((*_MARKS, *_SQUARES)) for row in rows[1:] for cell in row)


def document_drawing_faults(
    name: str, drawn: Sequence[Rows], table: WrittenTable, output: Output
) -> Iterator[str]:
    """Marks of the plot that point another way, cells of the map that show another number."""
    for rows in drawn:
        if name == "effect_direction":
            yield from _plot(rows, table, output)
        elif name == "gap_map":
            yield from _map(rows, table)


def _plot(rows: Rows, table: WrittenTable, output: Output) -> Iterator[str]:
    head = rows[0]
    # a group of studies has a row of its own
    told = [row for row in rows[1:] if len(row) == len(head)]
    headings = [plain(text) for text in table.headings]
    if len(told) != len(table.rows):
        yield f"report.docx, the plot: {len(told)} studies; effect_direction.csv has {len(table.rows)}."
        return
    for shown, written in zip(told, table.rows, strict=True):
        for heading, cell in zip(head, shown, strict=True):
            mark = next((name for glyph, name in _MARKS.items() if cell.startswith(glyph)), "")
            said = plain(written[headings.index(heading)]) if heading in headings else ""
            wanted = output.words(f"pointing_{mark}") if mark else cell
            if bool(said) != bool(cell) or not said.startswith(wanted):
                yield (
                    f"report.docx, the plot, {shown[0]}, {heading}: “{cell}”; "
                    f"effect_direction.csv says “{said}”."
                )


def _map(rows: Rows, table: WrittenTable) -> Iterator[str]:
    shown = {(row[0], heading): cell for row in rows[1:] for heading, cell in zip(rows[0], row, strict=True)}
    for written in table.rows:
        # after the ids: theme, what the columns are, studies
        theme, value, studies = written[3:6]
        cell = shown.get((spaced(theme), spaced(value)))
        if cell is not None and numbers(cell)[:1] != [int(studies)]:
            yield f"report.docx, the map, {theme}, {value}: “{cell}”; gap_map.csv says {studies}."
