"""The evidence gap map, laid out and drawn as SVG."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from synthesis.drawing import COLOURS, GLYPHS, MARK_CLASSES, POINTINGS, lines_of, mark_path, text_width
from synthesis.evidence import Evidence, EvidenceTable
from synthesis.gap_map import EVERY, GapMapPlan, gap_map_columns, gap_map_group, gap_map_table
from synthesis.words import Words

_LABEL, _LARGEST, _EMPTY, _TOTAL = 190, 44, 14, 84
_HALF = 4


@dataclass(frozen=True)
class GapShare:
    """How many studies of a cell point one way: a small mark and its number."""

    cls: str
    colour: str
    path: str
    is_hollow: bool
    x: int
    text: str


@dataclass(frozen=True)
class GapCell:
    """A cell of the map: a square about a point, its side (0 for a gap), and what stands in or under it."""

    cell_id: str
    x: int
    y: int
    side: float
    text: str
    is_inside: bool
    shares: tuple[GapShare, ...]

    @property
    def path(self) -> str:
        """The square's outline."""
        side = self.side or _EMPTY
        return f"M{self.x - side / 2:g} {self.y - side / 2:g}h{side:g}v{side:g}h-{side:g}z"

    @property
    def text_x(self) -> int:
        """Where its number stands: in the middle, or beside a square too small for it."""
        return self.x if self.is_inside else self.x + round(self.side / 2) + 4


@dataclass(frozen=True)
class GapRow:
    """A theme's row."""

    theme_id: str
    y: int
    lines: tuple[str, ...]
    cells: tuple[GapCell, ...]
    total: str


@dataclass(frozen=True, eq=False)
class GapMap:
    """S7, laid out, and the table that says the same.

    Attributes
    ----------
    title, description : str
        The text alternative.
    headings : tuple of (int, tuple of str)
        Middle and lines of each column's name; the last is that of the totals.
    rows : tuple of GapRow
    counts : tuple of (int, str)
        Under each column how many studies it holds, with a finding or not.
    legend : tuple of (str, int, int, int, str)
        Kind ("square", "empty" or a direction), x, y, side, text.
    notes : tuple of str
    """

    id: str
    title: str
    description: str
    width: int
    height: int
    top: int
    row_height: int
    group: str
    headings: tuple[tuple[int, tuple[str, ...]], ...]
    rows: tuple[GapRow, ...]
    counts: tuple[tuple[int, str], ...]
    counts_label: str
    legend: tuple[tuple[GapShare | None, str, int, int, int, str], ...]
    table: EvidenceTable
    columns: tuple[tuple[str, str], ...]
    language: str

    @property
    def pointings(self) -> tuple[tuple[str, str, str], ...]:
        """The directions as the twin writes them: name, class, glyph."""
        return tuple((name, MARK_CLASSES[name], GLYPHS[name]) for name in POINTINGS)

    def table_rows(self) -> list[list[dict[str, Any]]]:
        """The table's rows by theme, the total last in each."""
        return [[one for one in self.table.rows() if one["theme_id"] == row.theme_id] for row in self.rows]

    def svg(self) -> str:
        """The map as an SVG document that stands alone."""
        from synthesis.rendering import drawing_svg  # noqa: PLC0415 (rendering knows figures, not the reverse)

        return drawing_svg("gap_map.svg.j2", self)

    def _repr_html_(self) -> str:
        return f"{self.svg()}{self.table._repr_html_()}"


def gap_map(evidence: Evidence, language: str = "en", plan: GapMapPlan | None = None) -> GapMap:
    """S7: the evidence gap map: themes by a descriptor of the studies, area proportional to their number.

    Parameters
    ----------
    evidence : Evidence
    language : str
        "en" or "da".
    plan : GapMapPlan, optional
        Which descriptor, and whether directions are shown.

    Raises
    ------
    UsageError
        When the scheme has no such descriptor.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> figure = gap_map(example_evidence())
    >>> figure.title
    'Studies by theme and approach'
    >>> [(cell.text, cell.side) for row in figure.rows for cell in row.cells]
    [('1', 44.0), ('', 0), ('', 0), ('1', 44.0)]
    """
    asked, words = plan or GapMapPlan(), Words(language)
    table = gap_map_table(evidence, language, asked)
    columns = gap_map_columns(evidence, language, asked)
    rows = table.rows()
    largest = max((row["studies"] for row in rows if row["value"] != EVERY), default=0)
    share_room = max((_shares_width(row, words) for row in rows if row["value"] != EVERY), default=0)
    wide = max(96, (share_room + 14) if asked.shows_directions else 0)
    heads = [lines_of(name, wide - 8, 12, most=4) for _, name, _ in columns]
    total_head = lines_of(words("gap_map_all"), _TOTAL - 8, 12, most=4)
    top = 12 + 15 * max(len(lines) for lines in [*heads, total_head])
    height = 74 if asked.shows_directions else 58
    middles = [_LABEL + 8 + wide * n + wide // 2 for n in range(len(columns))]
    total_x = _LABEL + 8 + wide * len(columns) + _TOTAL // 2
    drawn = []
    for n, theme in enumerate(evidence.scheme.themes):
        y = top + 6 + height * n
        here = [row for row in rows if row["theme_id"] == theme.id]
        drawn.append(
            GapRow(
                theme.id,
                y,
                lines_of(here[-1]["theme"], _LABEL - 6, 13, most=3),
                tuple(
                    _cell(row, x, y + 26, largest, words, shows_directions=asked.shows_directions)
                    for row, x in zip(here[:-1], middles, strict=True)
                ),
                words.number(here[-1]["studies"]),
            )
        )
    bottom = top + 6 + height * len(drawn)
    width = max(total_x + _TOTAL // 2 + 4, 560)
    legend = _legend(width, bottom + 62, largest, words, shows_directions=asked.shows_directions)
    n_studies = len({study for _, _, members in columns for study in members})
    return GapMap(
        "gap_map",
        table.title,
        _description(rows, n_studies, words),
        width,
        legend[-1][3] + 30,
        top,
        height,
        gap_map_group(evidence, asked, words),
        (*zip(middles, heads, strict=True), (total_x, total_head)),
        tuple(drawn),
        (
            *((x, words.number(len(members))) for x, (_, _, members) in zip(middles, columns, strict=True)),
            (total_x, words.number(n_studies)),
        ),
        words("gap_map_counts"),
        legend,
        table,
        tuple((value, name) for value, name, _ in columns),
        language,
    )


def _cell(
    row: dict[str, Any], x: int, y: int, largest: int, words: Words, *, shows_directions: bool
) -> GapCell:
    n = row["studies"]
    if not n:
        return GapCell(row["cell_id"], x, y, 0, "", False, ())
    side = round(_LARGEST * math.sqrt(n / largest), 1)
    text = words.number(n)
    return GapCell(
        row["cell_id"],
        x,
        y,
        side,
        text,
        side >= text_width(text, 13) + 4 and side >= 16,
        _shares(row, x, y + _LARGEST // 2 + 10, words) if shows_directions else (),
    )


def _shares(row: dict[str, Any], middle: int, y: int, words: Words) -> tuple[GapShare, ...]:
    x = middle - _shares_width(row, words) // 2
    shares = []
    for pointing in POINTINGS:
        if row[pointing]:
            shares.append(_share(pointing, x, y, words.number(row[pointing])))
            x += _share_width(pointing, words.number(row[pointing]))
    return tuple(shares)


def _share(pointing: str, x: int, y: int, text: str) -> GapShare:
    cls = MARK_CLASSES[pointing]
    reach = _HALF + 2 if pointing == "conflicting" else _HALF
    path = mark_path(pointing, x + reach, y, _HALF)
    return GapShare(cls, COLOURS[cls], path, pointing == "descriptive", x + 2 * reach + 2, text)


def _share_width(pointing: str, text: str) -> int:
    return 2 * (_HALF + 2 if pointing == "conflicting" else _HALF) + 2 + text_width(text, 11) + 6


def _shares_width(row: dict[str, Any], words: Words) -> int:
    return (
        sum(_share_width(p, words.number(row[p])) for p in POINTINGS if row[p]) - 6 if row["studies"] else 0
    )


def _legend(
    width: int, top: int, largest: int, words: Words, *, shows_directions: bool
) -> tuple[tuple[GapShare | None, str, int, int, int, str], ...]:
    items: list[tuple[str, str, int]] = []
    for n in sorted({1, largest} if largest else set()):
        items.append(("square", words.count("n_studies", n), round(_LARGEST * math.sqrt(n / largest))))
    items.append(("empty", words("gap_map_empty"), _EMPTY))
    if shows_directions:
        items += [(p, words(f"pointing_{p}"), 2 * _HALF + 4) for p in POINTINGS]
    placed: list[tuple[GapShare | None, str, int, int, int, str]] = []
    x, y = 0, top
    for kind, text, side in items:
        needed = side + 8 + text_width(text, 12) + 20
        if x and (x + needed > width or kind == POINTINGS[0]):
            x, y = 0, y + (_LARGEST - 4 if y == top else 26)
        share = _share(kind, x, y, "") if kind in POINTINGS else None
        placed.append((share, kind, x, y, side, text))
        x += needed
    return tuple(placed)


def _description(rows: list[dict[str, Any]], n_studies: int, words: Words) -> str:
    """What the map shows: each theme's columns with studies, and how many cells are empty."""
    cells = [row for row in rows if row["value"] != EVERY]
    told = []
    for total in (row for row in rows if row["value"] == EVERY):
        here = [row for row in cells if row["theme_id"] == total["theme_id"] and row["studies"]]
        named = ", ".join(f"{row['group']} {words.number(row['studies'])}" for row in here)
        n = words.count("n_studies", total["studies"])
        told.append(f"{total['theme']}: {n}{f' ({named})' if named else ''}.")
    return words(
        "gap_map_desc",
        studies=words.count("n_studies", n_studies),
        empty=words.number(sum(not row["studies"] for row in cells)),
        cells=words.number(len(cells)),
        list=" ".join(told),
    )
