"""The drawings, read mark by mark: effect direction plot and gap map, in the page and in their files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from synthesis.check_counts import POINTINGS, gap_members, numbers, pointings, said_of, theme_pointings
from synthesis.check_findings import digits
from synthesis.check_output import Output
from synthesis.check_page import named, parsed_svg, shown_text, spaced, with_attribute

_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_CLASSES = {"p": "promotes", "h": "hinders", "x": "conflicting", "o": "descriptive"}
# an arrow up, down, to both sides, a ring
_SHAPES = (
    ("promotes", re.compile(r"M[\d.-]+ [\d.-]+l\d+ \d+h-\d+z")),
    ("hinders", re.compile(r"M[\d.-]+ [\d.-]+l\d+ -\d+h-\d+z")),
    ("conflicting", re.compile(r"M.*v.*M.*v.*z")),
    ("descriptive", re.compile(r"M.*a.*a.*z")),
)


def drawing_faults(output: Output) -> Iterator[str]:
    """Marks that point another way than the findings, cells that show another number."""
    drawn = [
        (path.name, parsed_svg(path.read_text(encoding="utf-8")))
        for path in sorted(output.folder.glob("*.svg"))
        if output.has(path.name)
    ]
    plots = [(name, root) for name, root in drawn if name.startswith("effect_direction")]
    maps = [(name, root) for name, root in drawn if name.startswith("gap_map")]
    yield from _plot(output, plots)
    yield from _map(output, maps)
    if output.page is not None:
        inline = {name: _inline(output, name) for name in ("effect_direction", "gap_map", "flow")}
        if inline["effect_direction"]:
            yield from _plot(output, [("the page", one) for one in inline["effect_direction"]])
        yield from _map(output, [("the page", one) for one in inline["gap_map"]])
        yield from _twin(output)
        for name, on_page in inline.items():
            in_files = [root for file, root in drawn if file.startswith(name)]
            if on_page and in_files:
                yield from _other_words(name, on_page, in_files)


def _inline(output: Output, section: str) -> list[Any]:
    """The drawings of a section of the page."""
    here = output.page.by_id.get(section) if output.page is not None else None
    return [one for one in named(here, "svg") if section in _names(one)] if here is not None else []


def _names(drawing: Any) -> str:
    return str(drawing.get("aria-labelledby") or "")


def _other_words(name: str, on_page: list[Any], in_files: list[Any]) -> Iterator[str]:
    """Words of a drawing that differ between the page and the file; marks that turn text are in neither."""
    page, file = (
        [spaced(_BIDI.sub("", "".join(one.itertext())))
         for root in roots for tag in ("title", "desc", "text") for one in named(root, tag)]
        for roots in (on_page, in_files)
    )  # fmt: skip
    only = sorted((Counter(page) - Counter(file)).keys()), sorted((Counter(file) - Counter(page)).keys())
    if any(only):
        told = [f"“{texts[0][:60]}”" if texts else "nothing" for texts in only]
        yield f"The drawing {name} reads {told[0]} on the page where its file reads {told[1]}."


def _plot(output: Output, pages: list[tuple[str, Any]]) -> Iterator[str]:
    """S6: each study's marks, over all pages together, and the counts at the foot."""
    trace, words = output.trace, output.words
    pointing = pointings(trace)
    if not pages:
        if pointing and output.entities:
            yield "The effect direction plot has no drawing."
        return
    where, seen = pages[0][0], set()
    for name, root in pages:
        for row in with_attribute(root, "data-study"):
            study = str(row.get("data-study"))
            if study in seen:
                yield f"The effect direction plot in {name} draws {study} twice."
            seen.add(study)
            label = spaced("".join((named(row, "text") or [row])[0].itertext())).removesuffix("…")
            # a drawing is without the marks that turn the direction of what follows them
            known = _BIDI.sub("", trace["studies"].get(study, {}).get("label", ""))
            if not spaced(known).startswith(spaced(_BIDI.sub("", label))):
                yield f"The effect direction plot in {name} calls {study} “{label}”."
            marks = {str(one.get("data-theme")): one for one in with_attribute(row, "data-theme")}
            for theme in trace["themes"]:
                cell, mark = pointing.get((theme, study)), marks.get(theme)
                if (cell is None) != (mark is None):
                    said = "no mark" if mark is None else "a mark"
                    at = f"The effect direction plot in {name}, {study}, {theme}"
                    yield f"{at}: {said}; the findings differ."
                elif cell is not None and mark is not None:
                    shown = _pointing_of(mark)
                    said = spaced("".join("".join(one.itertext()) for one in named(mark, "title")))
                    if shown != cell[0] or said != spaced(said_of(cell, words)):
                        yield (
                            f"The effect direction plot in {name}, {study}, {theme}: the mark says {shown} "
                            f"(“{said}”), the findings say {cell[0]}."
                        )
            small = [int(digits("".join(one.itertext()))) for k in row.xpath(".//*[contains(@class,'k')]")
                     for one in named(k, "text")]  # fmt: skip
            several = [
                cell[3] for theme in trace["themes"]
                if (cell := pointing.get((theme, study))) and cell[3] > 1
            ]  # fmt: skip
            if small != several:
                told = f"small figures {small}, counted {several}"
                yield f"The effect direction plot in {name}, {study}: {told}."
        yield from _foot(output, name, root)
    if seen != set(trace["studies"]):
        differing = ", ".join(sorted(seen ^ set(trace["studies"])))
        yield f"The effect direction plot in {where} and the trace differ in {differing}."


def _foot(output: Output, name: str, root: Any) -> Iterator[str]:
    """The counts under the columns, where this page has them."""
    words, pointing = output.words, pointings(output.trace)
    names = {words(f"pointing_{one}"): one for one in POINTINGS}
    for group in root:
        before = (
            group.getprevious() if isinstance(group.tag, str) and group.get("class") == "across" else None
        )
        one = names.get(spaced("".join(before.itertext()))) if before is not None else None
        if one is None:
            continue
        shown = [int(digits("".join(text.itertext()))) for text in named(group, "text")]
        expected = [theme_pointings(pointing, theme)[one] for theme in output.trace["themes"]]
        if shown != expected:
            yield f"The counts under the effect direction plot in {name}, {one}: {shown}; counted {expected}."


def _pointing_of(mark: Any) -> str:
    """What a mark says by its class and by its shape; both when they differ."""
    cls = _CLASSES.get((mark.get("class") or " ").split()[0] if mark.get("class") else "", "")
    shape = next((name for name, form in _SHAPES if form.fullmatch(mark.get("d") or "")), "")
    return cls if cls == shape else f"{cls} in colour and {shape or 'nothing'} in shape"


def _map(output: Output, drawings: list[tuple[str, Any]]) -> Iterator[str]:
    """S7: the number in each square, its area, and the small numbers under it."""
    trace = output.trace
    pointing = pointings(trace)
    for name, root in drawings:
        cells = {str(one.get("data-cell")): one for one in with_attribute(root, "data-cell")}
        values = {cell.partition("--")[2] for cell in cells}
        scale: dict[float, str] = {}
        for cell_id, cell in cells.items():
            theme, _, value = cell_id.partition("--")
            n = theme_pointings(pointing, theme, gap_members(trace, values, value))
            expected = [sum(n.values()), *(n[one] for one in POINTINGS if n[one])] if n else []
            shown = [int(digits("".join(one.itertext()))) for one in named(cell, "text")]
            if shown != expected:
                yield f"The gap map in {name}, {cell_id}: {shown}; counted {expected}."
            side = re.search(r"h([\d.]+)v", (named(cell, "path") or [cell])[0].get("d") or "")
            if expected and side:
                scale[round(float(side[1]) ** 2 / expected[0], 1)] = cell_id
        # a side is rounded to a tenth of a pixel
        if scale and max(scale) > 1.1 * min(scale):
            yield f"The gap map in {name}: the square of {scale[max(scale)]} is too large for its number."
        for row in with_attribute(root, "data-theme"):
            total = [one for one in row if isinstance(one.tag, str) and one.tag.endswith("text")][-1]
            n_all = sum(theme_pointings(pointing, str(row.get("data-theme"))).values())
            if digits("".join(total.itertext())) != str(n_all):
                theme = row.get("data-theme")
                yield f"The gap map in {name}, {theme}, all studies: another number than {n_all}."
        missing = {f"{theme}--{value}" for theme in trace["themes"] for value in values} - set(cells)
        if missing:
            yield f"The gap map in {name} lacks {', '.join(sorted(missing))}."


def _twin(output: Output) -> Iterator[str]:
    """The table that says the same on the page."""
    table = output.page.table("gap_map") if output.page is not None else None
    if table is None:
        return
    values = list(dict.fromkeys(row["value"] for row in output.rows("gap_map")))
    pointing = pointings(output.trace)
    members = [gap_members(output.trace, set(values), value) for value in values]
    for theme, cells in zip(output.trace["themes"], table[1], strict=False):
        for value, held, cell in zip(values, members, cells[1:], strict=False):
            n = theme_pointings(pointing, theme, held)
            expected = [sum(n.values()), *(n[one] for one in POINTINGS if n[one])]
            if numbers(shown_text(cell)) != expected:
                yield (
                    f"The gap map’s table on the page, {theme}--{value}: “{shown_text(cell)}”; "
                    f"counted {expected}."
                )
