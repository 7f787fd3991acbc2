"""The tables of what the studies say, counted anew from a report's trace and held against their cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from math import comb
from typing import Any

from synthesis.check_findings import GLYPHS, counted, digits, distinct
from synthesis.check_output import Output
from synthesis.check_page import spaced

Trace = Mapping[str, Any]
Pointings = Mapping[tuple[str, str], tuple[str, int, int, int]]
POINTINGS = ("promotes", "hinders", "conflicting", "descriptive")
ABSENT = {
    "not reported": "not_reported", "not applicable": "not_applicable", "not yet coded": "not_yet_coded",
    "in dispute": "in_dispute",
}  # fmt: skip
_EVERY, _OTHERS = "*", "other values"
_WHOLE = re.compile(r"\d[\d.,]*")


def table_faults(output: Output) -> Iterator[str]:
    """Every table of findings and studies; those that were not written have no fault."""
    for check in (_evidence, _matrix, _themes, _plot, _plot_themes, _gap_map, _characteristics):
        yield from check(output)


def pointings(trace: Trace) -> dict[tuple[str, str], tuple[str, int, int, int]]:
    """(theme, study) -> where its findings point, how many agree, judge a direction, and are there.

    A direction needs 70 % of the findings that judge one; mixed ones judge and agree with neither side.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for finding in trace["findings"].values():
        found.setdefault((finding["theme_id"], finding["study_id"]), []).append(finding["direction"])
    pointing = {}
    for place, directions in found.items():
        n = Counter(directions)
        judged = n["promotes"] + n["hinders"] + n["mixed"]
        side = next((one for one in ("promotes", "hinders") if judged and 10 * n[one] >= 7 * judged), "")
        name = side or ("conflicting" if judged else "descriptive")
        pointing[place] = (name, n[side] if side else 0, judged, len(directions))
    return pointing


def theme_pointings(pointing: Pointings, theme: str, members: set[str] | None = None) -> Counter[str]:
    """How many studies point where under a theme, of all or of some."""
    return Counter(
        name
        for (its_theme, study), (name, *_) in pointing.items()
        if its_theme == theme and (members is None or study in members)
    )


def numbers(text: str) -> list[int]:
    """The whole numbers in a text, as a language writes them.

    Examples
    --------
    >>> numbers("promotes (3 of 1,204)")
    [3, 1204]
    """
    return [int(digits(found)) for found in _WHOLE.findall(text)]


def _evidence(output: Output) -> Iterator[str]:
    """S3: one row per finding, with its words."""
    trace, words = output.trace, output.words
    if "evidence" not in output.tables:
        return
    rows = output.rows("evidence")
    there = Counter(row["finding_id"] for row in rows)
    for name in sorted(set(there) ^ set(trace["findings"])):
        said = "is missing in" if name in trace["findings"] else "is not in the trace, but in"
        yield f"The finding {name} {said} the evidence table."
    for name in sorted(name for name, n in there.items() if n > 1):
        yield f"The finding {name} stands in {there[name]} rows of the evidence table."
    for row in rows:
        finding = trace["findings"].get(row["finding_id"])
        if finding is None:
            continue
        behind = [trace["segments"][name] for name in finding["segments"] if name in trace["segments"]]
        for heading, expected in (
            ("study_id", finding["study_id"]), ("theme_id", finding["theme_id"]),
            ("code_id", finding["code_id"]), ("segment_ids", "; ".join(finding["segments"])),
            (words("direction"), words.direction(finding["direction"])),
            (words("finding"), finding["finding"]),
            (words("quotation"), " […] ".join(segment["text"] for segment in behind)),
            (words("study"), trace["studies"].get(finding["study_id"], {}).get("label", "")),
        ):  # fmt: skip
            if plain(row.get(heading, "")) != plain(expected):
                yield (
                    f"The evidence table, {row['finding_id']}: {heading} is “{row.get(heading, '')}”, "
                    f"the trace says “{expected}”."
                )


def _matrix(output: Output) -> Iterator[str]:
    """S2: the marks of each cell and the margins."""
    trace, words = output.trace, output.words
    counts = counted(trace)
    study_of = {study["label"]: study_id for study_id, study in trace["studies"].items()}
    glyph_of = {direction: glyph for glyph, direction in GLYPHS.items()}
    margin_of = {words.direction(name): name or "no_direction" for name in GLYPHS.values()}
    margin_of[words("studies")] = "studies"
    themes_of: dict[str, set[str]] = {}
    for its_kind, name, study, _ in counts:
        if its_kind == "theme":
            themes_of.setdefault(study, set()).add(name)
    seen = set()
    for row in output.rows("matrix"):
        kind, row_id = row["row_kind"], row["row_id"]
        seen.add((kind, row_id))
        for heading, cell in row.items():
            if heading in study_of:
                study = study_of[heading]
                if kind == "total":
                    expected = str(len(themes_of.get(study, ())))
                else:
                    marks = [
                        (glyph_of[name], len(counts.get((kind, row_id, study, name), ())))
                        for name in GLYPHS.values()
                    ]
                    expected = " ".join(f"{glyph}{n if n > 1 else ''}" for glyph, n in marks if n)
            elif heading in margin_of:
                expected = str(distinct(counts, kind, row_id, margin_of[heading]))
            else:
                continue
            if plain(cell) != expected:
                yield (
                    f"The matrix, {row_id or 'the last row'}, {heading}: “{cell}”; "
                    f"the findings give “{expected}”."
                )
    for place in sorted({(kind, row) for kind, row, *_ in counts} - seen) if seen else ():
        yield f"The matrix has no row for the {place[0]} {place[1]}."


def _themes(output: Output) -> Iterator[str]:
    """S15: the counts of each theme, in the table."""
    trace, words = output.trace, output.words
    counts = counted(trace)
    for row in output.rows("themes"):
        theme = row["theme_id"]
        found = [one for one in trace["findings"].values() if one["theme_id"] == theme]
        expected = {
            words("findings"): len(found),
            words("studies"): distinct(counts, "theme", theme, "studies"),
        }
        for name in GLYPHS.values():
            if words.direction(name) in row:
                expected[words.direction(name)] = distinct(counts, "theme", theme, name or "no_direction")
        for heading, n in expected.items():
            if row.get(heading) != str(n):
                yield f"The theme {theme}: {heading} {row.get(heading)}; the findings give {n}."
        places = Counter(
            place
            for study in {one["study_id"] for one in found}
            for place in described(trace, study, "country").split("; ") if place
        )  # fmt: skip
        told = numbers_after(row.get(words("countries"), ""))
        if told != sorted(places.values()):
            yield f"The theme {theme}: countries {row.get(words('countries'))}; counted {dict(places)}."


def _plot(output: Output) -> Iterator[str]:
    """S6: where each study points, in the table."""
    trace, words = output.trace, output.words
    pointing = pointings(trace)
    held = output.tables.get("effect_direction")
    if held is None:
        return
    themes = list(trace["themes"])
    there = Counter(row[0] for row in held.rows)
    for study in sorted(set(there) ^ set(trace["studies"])):
        yield f"The effect direction plot and the trace differ in the study {study}."
    for row in held.rows:
        for theme, cell in zip(themes, row[len(row) - len(themes) :], strict=True):
            expected = said_of(pointing.get((theme, row[0])), words)
            if spaced(cell) != spaced(expected):
                yield (
                    f"The effect direction plot, {row[0]}, {theme}: “{cell}”; the findings give “{expected}”."
                )


def said_of(cell: tuple[str, int, int, int] | None, words: Any) -> str:
    """What a cell of the effect direction plot must say."""
    if cell is None:
        return ""
    name, agreeing, judged, there = cell
    behind = judged or there
    said = str(words(f"pointing_{name}"))
    if behind == 1:
        return said
    if name in ("conflicting", "descriptive"):
        return f"{said} ({words.number(behind)})"
    return f"{said} ({words('n_of_m', n=words.number(agreeing), m=words.number(behind))})"


def _plot_themes(output: Output) -> Iterator[str]:
    """S6 by theme: studies by direction, and the sign test."""
    words, pointing = output.words, pointings(output.trace)
    for row in output.rows("effect_direction_themes"):
        theme = row["theme_id"]
        n = theme_pointings(pointing, theme)
        expected = {words(f"pointing_{name}"): str(n[name]) for name in POINTINGS}
        expected[words("studies")] = str(sum(n.values()))
        for heading, told in expected.items():
            if row.get(heading) != told:
                yield f"The effect directions of {theme}: {heading} {row.get(heading)}; counted {told}."
        up, down = n["promotes"], n["hinders"]
        p = two_sided(up, down)
        told_p = row.get(words("sign_test_p"), "").replace(",", ".")
        is_small = told_p.startswith("<")
        if up + down == 0:
            right = told_p == words("sign_test_none").replace(",", ".")
        else:
            shown = re.sub(r"[^0-9.]", "", told_p)
            digits_shown = len(shown.partition(".")[2])
            right = bool(shown) and (
                p < float(shown) if is_small else abs(float(shown) - p) <= 0.51 * 10**-digits_shown
            )
        if not right:
            yield f"The sign test of {theme} says {told_p}; {up} against {down} give {p:.4f}."


def two_sided(up: int, down: int) -> float:
    """Exact two-sided p of a sign test.

    Examples
    --------
    >>> round(two_sided(5, 1), 4)
    0.2188
    """
    n, least = up + down, min(up, down)
    return min(1.0, 2 * sum(comb(n, k) for k in range(least + 1)) / 2**n)


def gap_members(trace: Trace, values: set[str], value: str) -> set[str]:
    """The studies that stand in a column of the gap map; ``values`` are all its columns."""
    by = trace["review"]["gap_map_by"]
    held = {study: set(described(trace, study, by).split("; ")) for study in trace["studies"]}
    if value == _EVERY or not by:
        return set(held)
    if value == _OTHERS:
        return {study for study, own in held.items() if own - values}
    return {study for study, own in held.items() if value in own}


def _gap_map(output: Output) -> Iterator[str]:
    """S7: distinct studies of each cell, and where they point."""
    trace, held = output.trace, output.tables.get("gap_map")
    if held is None:
        return
    rows, pointing = output.rows("gap_map"), pointings(trace)
    values = {row["value"] for row in rows}
    members = {value: gap_members(trace, values, value) for value in values}
    for place in sorted({(theme, value) for theme in trace["themes"] for value in values}
                        - {(row["theme_id"], row["value"]) for row in rows}):  # fmt: skip
        yield f"The gap map has no cell for {' and '.join(place)}."
    left = set(trace["studies"]) - set().union(*(members[value] for value in values - {_EVERY}))
    if rows and left:
        yield f"The gap map has no column for {', '.join(sorted(left))}."
    for row, raw in zip(rows, held.rows, strict=True):
        here = {
            study for theme, study in pointing
            if theme == row["theme_id"] and study in members[row["value"]]
        }  # fmt: skip
        n = theme_pointings(pointing, row["theme_id"], members[row["value"]])
        expected = [str(len(here)), *(str(n[name]) for name in POINTINGS)]
        if list(raw[-6:-1]) != expected or set(filter(None, raw[-1].split("; "))) != here:
            yield (
                f"The gap map, {row['cell_id']}: {', '.join(raw[-6:-1])} (studies, promotes, hinders, "
                f"conflicting, descriptive); counted {', '.join(expected)}."
            )


def _characteristics(output: Output) -> Iterator[str]:
    """S1: one row per study, with what is noted of it."""
    trace, words = output.trace, output.words
    if "characteristics" not in output.tables:
        return
    rows = output.rows("characteristics")
    there = Counter(row["study_id"] for row in rows)
    for study in sorted(set(there) ^ set(trace["studies"])):
        said = "is missing in" if study in trace["studies"] else "is not in the trace, but in"
        yield f"The study {study} {said} the characteristics of included studies."
    for study, n in sorted(there.items()):
        if n > 1:
            yield f"The study {study} stands in {n} rows of the characteristics of included studies."
    labels = {
        name: label_of(one["label"], output.language) or name for name, one in trace["descriptors"].items()
    }
    shared = Counter(labels.values())
    for row in rows:
        study = trace["studies"].get(row["study_id"])
        if study is None:
            continue
        expected = {words("study"): study["label"], words("reports"): str(len(study["reports"]))}
        expected |= {
            heading: valued(trace, name, study["descriptors"][name], output)
            for name, heading in labels.items()
            if heading in row and shared[heading] == 1 and heading not in expected
        }
        for heading, told in expected.items():
            if plain(row[heading]) != plain(told):
                yield (
                    f"The characteristics of {study['label']}: {heading} is “{row[heading]}”, "
                    f"the trace says “{told}”."
                )


def described(trace: Trace, study: str, descriptor: str) -> str:
    """What is noted of a study, as coded; "" where the scheme does not ask."""
    return str(trace["studies"].get(study, {}).get("descriptors", {}).get(descriptor, ""))


def valued(trace: Trace, descriptor: str, value: str, output: Output) -> str:
    """A descriptor's value in the report's words."""
    if value in ABSENT:
        return output.words(ABSENT[value])
    known = trace["descriptors"][descriptor]["values"]
    told = {name: label_of(one, output.language) or name for name, one in known.items()}
    return "; ".join(told.get(part, part) for part in value.split("; "))


def label_of(wording: Mapping[str, str], language: str) -> str:
    """A wording in the report's language, else in the other."""
    other = "en" if language == "da" else "da"
    return wording.get(language) or wording.get(other) or ""


def numbers_after(text: str) -> list[int]:
    """The number that ends each part of "DK 2; UK 1", sorted."""
    ends = [digits(part.rsplit(" ", 1)[-1]) for part in text.split("; ")]
    return sorted(int(end) for end in ends if end)


def plain(text: str) -> str:
    """A cell's text without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return spaced(text[1:] if re.match(r"'[=+\-@\t\r\n＝＋－＠]", text) else text)
