"""The effect direction plot, laid out in pages and drawn as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from synthesis.drawing import (
    COLOURS,
    MARK_CLASSES,
    POINTINGS,
    Pointing,
    cut_to,
    lines_of,
    mark_path,
    text_width,
)
from synthesis.effect_direction import (
    EffectDirectionPlan,
    cell_words,
    direction_cells,
    effect_direction_table,
    pointing_counts,
    sign_test_table,
    study_rows,
)
from synthesis.evidence import Evidence, EvidenceTable, rows_of
from synthesis.findings import MANY_REPORTS, findings
from synthesis.references import slug
from synthesis.studies import studies
from synthesis.words import Words

ROWS_PER_PAGE = 40
STUDIES_ON_THE_PAGE = MANY_REPORTS
_HALF = {"small": 4, "medium": 6, "large": 9, "unknown": 6}
_ROW, _BAND, _UPRIGHT, _WIDEST = 25, 26, 46, 1140
# at most so wide: name of the study, design, n
_LABEL, _DESIGN, _N = 210, 190, 110


@dataclass(frozen=True)
class PlotMark:
    """A mark about a point.

    ``k`` is the small figure beside it, ``title`` what it says, ``middle`` where it stands, ``name`` what it
    says with its study and theme, ``findings`` the anchors of the findings behind it in the page.
    """

    theme_id: str
    cls: str
    path: str
    is_hollow: bool
    k: str
    x: int
    title: str
    colour: str
    middle: int = 0
    name: str = ""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlotRow:
    """A study's row; ``anchor`` is that of its reference."""

    y: int
    study_id: str
    anchor: str
    label: str
    design: str
    n: str
    marks: tuple[PlotMark, ...]


@dataclass(frozen=True)
class PlotHeading:
    """A theme's heading above its column, in lines, or upright in one."""

    theme_id: str
    x: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class PlotPage:
    """One page of the plot, laid out.

    Attributes
    ----------
    id, title, description : str
        What it is called in the document, and the text alternative.
    headings : tuple of PlotHeading
    is_upright : bool
        Whether the headings run from below upwards.
    bands : tuple of (str, int)
        Names of the approaches, and where each starts.
    rows : tuple of PlotRow
    foot : tuple of (mark, text, y, tuple of (x, number))
        Studies by direction in each theme; on the last page only.
    legend : tuple of (mark, text, x, y)
    heads : tuple of (str, int, bool)
        The words above the columns at the left: text, x, whether it ends there.
    aside : int
        Width of design and n, which a narrow screen leaves out.
    """

    id: str
    title: str
    description: str
    width: int
    height: int
    top: int
    headings: tuple[PlotHeading, ...]
    is_upright: bool
    bands: tuple[tuple[str, int], ...]
    rows: tuple[PlotRow, ...]
    foot: tuple[tuple[PlotMark, str, int, tuple[tuple[int, str], ...]], ...]
    legend: tuple[tuple[PlotMark | None, str, int, int], ...]
    heads: tuple[tuple[str, int, bool], ...]
    aside: int
    language: str

    def svg(self) -> str:
        """The page as an SVG document that stands alone."""
        from synthesis.rendering import drawing_svg  # noqa: PLC0415 (rendering knows figures, not the reverse)

        return drawing_svg("effect_direction.svg.j2", self)


@dataclass(frozen=True, eq=False)
class EffectDirectionPlot:
    """S6, laid out: its pages, and the tables that say the same."""

    pages: tuple[PlotPage, ...]
    table: EvidenceTable
    by_theme: EvidenceTable
    language: str

    @cached_property
    def is_on_the_page(self) -> bool:
        """Whether there are few enough studies to draw in the report itself."""
        return len(self.table.frame) <= STUDIES_ON_THE_PAGE

    @cached_property
    def is_sized(self) -> bool:
        """Whether the scheme asks for the size of a study at all."""
        return bool((self.table.frame["n"] != "").any())

    @property
    def too_many(self) -> str:
        """What stands in the report instead of the drawing, when there are more studies than it holds."""
        words, names = Words(self.language), [f"{page.id}.svg" for page in self.pages]
        return words(
            "effect_direction_files",
            studies=words.count("n_studies", len(self.table.frame)),
            most=words.number(STUDIES_ON_THE_PAGE),
            first=names[0],
            last=names[-1],
        )

    def files(self) -> dict[str, str]:
        """File name -> SVG document; one file per page."""
        return {f"{page.id}.svg": page.svg() for page in self.pages}

    def _repr_html_(self) -> str:
        drawn = "".join(page.svg() for page in self.pages)
        return f"{drawn}{self.table._repr_html_()}{self.by_theme._repr_html_()}"


def effect_direction_plot(
    evidence: Evidence, language: str = "en", plan: EffectDirectionPlan | None = None
) -> EffectDirectionPlot:
    """S6: the effect direction plot: an arrow per study and theme.

    Rows stand by approach and label, forty to a page, with the headings on each; so a hundred studies stay
    legible on paper.

    Parameters
    ----------
    evidence : Evidence
    language : str
        "en" or "da".
    plan : EffectDirectionPlan, optional

    Source
    ------
    Thomson & Thomas 2013, doi 10.1002/jrsm.1060; Boon & Thomson 2021, doi 10.1002/jrsm.1458.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> plot = effect_direction_plot(example_evidence())
    >>> [row.label for page in plot.pages for row in page.rows], list(plot.files())
    (['Alder & Vine 2019', 'Birk 2021'], ['effect_direction.svg'])
    """
    words = Words(language)
    table = effect_direction_table(evidence, language, plan)
    by_theme = sign_test_table(evidence, language, plan)
    cells = direction_cells(evidence, plan)
    anchor = {row["finding_id"]: row["anchor"] for row in rows_of(findings(evidence))}
    by_study: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows_of(cells):
        behind = tuple(anchor[name] for name in row["finding_ids"].split("; "))
        by_study.setdefault(row["study_id"], {})[row["theme_id"]] = {**row, "anchors": behind}
    groups = study_rows(evidence, language, plan)
    chunks = list(_chunks(groups, words))
    description = _description(evidence, by_theme, words)
    layout = _Layout.of(evidence, groups, language, plan or EffectDirectionPlan())
    pages = []
    for n, chunk in enumerate(chunks, start=1):
        several = len(chunks) > 1
        page = layout.page(chunk, by_study, is_last=n == len(chunks))
        title = words("effect_direction_caption")
        pages.append(
            replace(
                page,
                id=f"effect_direction_{n}" if several else "effect_direction",
                title=words("effect_direction_page", title=title, n=n, pages=len(chunks))
                if several
                else title,
                description=description,
                foot=layout.foot(cells, page) if n == len(chunks) else (),
            )
        )
    return EffectDirectionPlot(tuple(pages), table, by_theme, language)


_Chunk = list[tuple[str, list[dict[str, Any]]]]


def _chunks(groups: _Chunk, words: Words) -> Iterator[_Chunk]:
    """The groups cut into pages; a group that goes on is named again. A heading never stands last."""
    page: _Chunk = []
    room = ROWS_PER_PAGE
    for name, members in groups:
        left, shown = members, name
        while left:
            if room < min(len(left), 3) and page:
                yield page
                page, room = [], ROWS_PER_PAGE
            page.append((shown, left[:room]))
            left, room = left[room:], room - len(left[:room])
            shown = words("plot_continued", name=name) if name else ""
    if page:
        yield page


@dataclass(frozen=True)
class _Layout:
    """What all pages share: the columns and their headings."""

    language: str
    themes: tuple[tuple[str, str], ...]
    headings: tuple[PlotHeading, ...]
    heads: tuple[tuple[str, int, bool], ...]
    is_upright: bool
    top: int
    width: int
    aside: int
    plan: EffectDirectionPlan

    @classmethod
    def of(cls, evidence: Evidence, groups: _Chunk, language: str, plan: EffectDirectionPlan) -> _Layout:
        words = Words(language)
        themes = tuple((t.id, t.label.in_language(language) or t.id) for t in evidence.scheme.themes)
        rows = [row for _, members in groups for row in members]
        label, design, n = (
            min(most, max((text_width(row[key], size) for row in rows), default=0))
            for key, most, size in (("label", _LABEL, 13), ("design", _DESIGN, 12), ("n", _N, 12))
        )
        # the counts at the foot name the directions in the first column
        label = max(label, 26 + max(text_width(words(f"pointing_{name}"), 12) for name in POINTINGS))
        design_x = label + 14
        n_x = design_x + (design + 14 if design else 0) + max(n, 40 if n else 0)
        start = n_x + 14
        longest = max((text_width(word, 12) for _, name in themes for word in name.split()), default=0)
        column = max(72, min(longest + 14, 116))
        is_upright = start + column * len(themes) > _WIDEST
        column = _UPRIGHT if is_upright else column
        headings = tuple(
            PlotHeading(
                theme,
                start + column * place + column // 2,
                lines_of(name, 150, 12, most=2) if is_upright else lines_of(name, column - 6, 12, most=4),
            )
            for place, (theme, name) in enumerate(themes)
        )
        if is_upright:
            top = 16 + max(
                (text_width(line, 12) for heading in headings for line in heading.lines), default=0
            )
        else:
            top = 14 + 15 * max((len(heading.lines) for heading in headings), default=1)
        heads = [(words("study"), 0, False)]
        heads += [(words("plot_design"), design_x, False)] if design else []
        heads += [("n", n_x, True)] if n else []
        return cls(
            language, themes, headings, tuple(heads), is_upright, top,
            max(start + column * len(themes) + 4, 620), start - label - 14, plan,
        )  # fmt: skip

    def page(
        self, chunk: _Chunk, by_study: dict[str, dict[str, dict[str, Any]]], *, is_last: bool
    ) -> PlotPage:
        words = Words(self.language)
        y, bands, rows = self.top + 6, [], []
        for name, members in chunk:
            if name:
                bands.append((cut_to(name, self.width - 20, is_heading=True), y))
                y += _BAND
            for study in members:
                rows.append(self._row(study, by_study.get(study["study_id"], {}), y + _ROW // 2, words))
                y += _ROW
        # where the counts stand below they say what the marks are
        legend = _legend(
            self.width, y + (4 * 22 + 34 if is_last else 24), words, self.plan, has_marks=not is_last
        )
        return PlotPage(
            "", "", "", self.width, legend[-1][3] + 14, self.top, self.headings, self.is_upright,
            tuple(bands), tuple(rows), (), legend, self.heads, self.aside, self.language,
        )  # fmt: skip

    def foot(
        self, cells: Any, page: PlotPage
    ) -> tuple[tuple[PlotMark, str, int, tuple[tuple[int, str], ...]], ...]:
        """Studies by direction under each theme, of all pages together."""
        words = Words(self.language)
        counts = [pointing_counts(cells[cells["theme_id"] == theme]) for theme, _ in self.themes]
        top = page.rows[-1].y + _ROW // 2 + 8
        return tuple(
            (
                _mark("", name, 10, top + 12 + 22 * n, "medium", ""),
                words(f"pointing_{name}"),
                top + 12 + 22 * n,
                tuple(
                    (heading.x, words.number(count[name]))
                    for heading, count in zip(self.headings, counts, strict=True)
                ),
            )
            for n, name in enumerate(POINTINGS)
        )

    def _row(self, study: dict[str, Any], cells: dict[str, dict[str, Any]], y: int, words: Words) -> PlotRow:
        return PlotRow(
            y,
            study["study_id"],
            slug(study["study_id"]),
            cut_to(study["label"], _LABEL),
            cut_to(study["design"], _DESIGN, 12),
            cut_to(study["n"], _N, 12),
            tuple(
                replace(
                    _mark(heading.theme_id, cell["pointing"], heading.x, 0, study["size"],
                          words.number(cell["findings"]) if cell["findings"] > 1 else ""),
                    title=cell_words(cell, words),
                    middle=heading.x,
                    name=f"{study['label']}, {theme}: {cell_words(cell, words)}",
                    findings=cell["anchors"],
                )
                for heading, (_, theme) in zip(self.headings, self.themes, strict=True)
                if (cell := cells.get(heading.theme_id))
            ),
        )  # fmt: skip


def _mark(theme: str, pointing: Pointing, x: int, y: int, size: str, k: str) -> PlotMark:
    cls, half = MARK_CLASSES[pointing], _HALF[size]
    reach = half + 2 if pointing == "conflicting" else half
    path = mark_path(pointing, x, y, half - 1 if pointing == "conflicting" and half > 4 else half)
    return PlotMark(
        theme, cls, path, size == "unknown" or pointing == "descriptive", k, x + reach + 2, "", COLOURS[cls]
    )


def _legend(
    width: int, top: int, words: Words, plan: EffectDirectionPlan, *, has_marks: bool
) -> tuple[tuple[PlotMark | None, str, int, int], ...]:
    """Marks and sizes with their words, in as many lines as they need."""
    bounds = {"small": words.number(plan.medium_from), "large": words.number(plan.large_above)}
    items: list[tuple[Pointing | None, str, str]] = [
        *((name, "medium", words(f"pointing_{name}")) for name in POINTINGS if has_marks),
        *(("promotes", size, words(f"legend_{size}", **bounds)) for size in _HALF),
        (None, "", words("plot_blank")),
    ]
    placed: list[tuple[PlotMark | None, str, int, int]] = []
    x, y = 0, top
    for pointing, size, text in items:
        needed = (26 if pointing else 0) + text_width(text, 12) + 18
        if x + needed > width and x:
            x, y = 0, y + 24
        mark = _mark("", pointing, x + 12, y, size, "") if pointing else None
        placed.append((mark, text, x + (26 if pointing else 0), y))
        x += needed
    return tuple(placed)


def _description(evidence: Evidence, by_theme: EvidenceTable, words: Words) -> str:
    """What the plot shows: the counts of every theme."""
    return words(
        "effect_direction_desc",
        studies=words.count("n_studies", len(studies(evidence))),
        themes=words.count("n_themes", len(by_theme.frame)),
        list=" ".join(
            words(
                "effect_direction_desc_theme",
                theme=row["theme"],
                **{name: words.count(f"n_pointing_{name}", row[name]) for name in POINTINGS},
            )
            for row in by_theme.rows()
        ),
    )
