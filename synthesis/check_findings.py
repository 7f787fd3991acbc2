"""Findings and the marks of the matrix, counted anew from the segments of a report's trace."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from synthesis.check_output import Output
from synthesis.check_page import spaced

Trace = Mapping[str, Any]
Place = tuple[str, str, str, str]
GLYPHS = {"▲": "promotes", "▼": "hinders", "◆": "mixed", "○": "descriptive", "•": ""}


def link_faults(trace: Trace) -> Iterator[str]:
    """Every finding rests on segments that say the same code, direction and study; a study stands once."""
    held_by: dict[str, list[str]] = {}
    labels = Counter(study["label"] for study in trace["studies"].values())
    for study_id, study in trace["studies"].items():
        if labels[study["label"]] > 1:
            yield f"Two studies are called {study['label']}; one of them is {study_id}."
        for report in study["reports"]:
            held_by.setdefault(report, []).append(study_id)
            if report not in trace["records"]:
                yield f"The study {study_id} names a report that is not in the trace: {report}."
    for report in trace["records"]:
        mine = held_by.get(report, [])
        if len(mine) != 1:
            said = f"in {len(mine)} studies ({', '.join(mine)})" if mine else "in no study"
            yield f"The report {report} stands {said}; it belongs to one."
    yield from _findings(trace, {report: held[0] for report, held in held_by.items()})


def _findings(trace: Trace, study_of: Mapping[str, str]) -> Iterator[str]:
    """Each finding against its segments and its theme; no segment stands behind none."""
    used = set()
    for finding_id, finding in trace["findings"].items():
        if not finding["segments"]:
            yield f"Finding {finding_id} rests on no words."
        for segment_id in finding["segments"]:
            used.add(segment_id)
            segment = trace["segments"].get(segment_id)
            if segment is None:
                yield f"Finding {finding_id} names a segment that is not there: {segment_id}."
            elif (study_of.get(segment["record_id"]), segment["code_id"], segment["direction"]) != (
                finding["study_id"], finding["code_id"], finding["direction"],
            ):  # fmt: skip
                yield f"Finding {finding_id} rests on words of another study, code, direction: {segment_id}."
        if finding["theme_id"] not in trace["themes"]:
            yield f"Finding {finding_id} stands under no theme of the scheme: {finding['theme_id']}."
        elif finding["code_id"] not in trace["themes"][finding["theme_id"]]:
            yield f"Finding {finding_id}: {finding['code_id']} is no code of {finding['theme_id']}."
    for segment_id in sorted(set(trace["segments"]) - used):
        yield f"Segment {segment_id} stands behind no finding."


def row_faults(output: Output) -> Iterator[str]:
    """The evidence table of the page, row by row and quotation by quotation."""
    page, trace, words = output.page, output.trace, output.words
    if page is None:
        return
    for name in sorted(name for name, n in Counter(page.ids).items() if n > 1):
        yield f"The page holds the id {name} twice."
    named = {finding["anchor"]: finding_id for finding_id, finding in trace["findings"].items()}
    rows = page.finding_rows()
    there = [row.id for row in rows]
    if sorted(there) != sorted(named):
        differing = [named.get(row, row) for row in sorted(set(there) ^ set(named))]
        more = f" and {len(differing) - 5} more" if len(differing) > 5 else ""
        yield (
            f"The evidence table has {len(there)} rows and the trace {len(trace['findings'])} "
            f"findings; they differ in {', '.join(differing[:5]) or 'one that stands twice'}{more}."
        )
    for row in rows:
        finding = trace["findings"].get(named.get(row.id, ""))
        if finding is None:
            continue
        study = trace["studies"].get(finding["study_id"], {}).get("label", finding["study_id"])
        direction = words.direction(finding["direction"])
        for what, shown, expected in (
            ("direction", row.direction, direction), ("study", row.study, study),
            ("finding", row.finding, finding["finding"] or words("no_own_words")),
        ):  # fmt: skip
            if spaced(shown) != spaced(expected):
                yield (
                    f"The evidence table says the {what} “{shown}” of {named[row.id]}, "
                    f"the trace “{spaced(expected)}”."
                )
    quoted = page.quotations()
    for segment_id, segment in trace["segments"].items():
        words_there = quoted.get(segment["anchor"])
        if words_there is None:
            yield f"The words of segment {segment_id} are not on the page."
        elif words_there != spaced(segment["text"]):
            yield f"The page quotes “{words_there}”, but segment {segment_id} says “{segment['text']}”."


def mark_faults(output: Output) -> Iterator[str]:
    """Each mark of the page against the findings, counted anew from the segments."""
    page, trace = output.page, output.trace
    if page is None:
        return
    counts = counted(trace)
    named = {mark["anchor"]: mark_id for mark_id, mark in trace["marks"].items()}
    finding_at = {finding["anchor"]: finding_id for finding_id, finding in trace["findings"].items()}
    ids, seen = set(page.ids), set()
    for mark in page.marks():
        mark_id = named.get(mark.id)
        if mark_id is None:
            yield f"The mark {mark.id} cannot be traced: it is not in trace.json."
            continue
        held = trace["marks"][mark_id]
        place = (held["row_kind"], held["row_id"], held["study_id"], held["direction"])
        seen.add(place)
        behind = counts.get(place, set())
        n = int(digits(mark.text) or 1)
        if GLYPHS.get(mark.text[:1]) != held["direction"]:
            yield f"The mark {mark_id} shows {mark.text[:1]}, but its findings say {held['direction']}."
        if n != len(behind):
            yield f"The mark {mark_id} shows {n}, but {len(behind)} findings stand behind it."
        if {finding_at.get(one) for one in mark.findings} != behind or set(held["findings"]) != behind:
            yield f"The mark {mark_id} names other findings than the segments give."
        if mark.href.removeprefix("#") not in ids:
            yield f"The mark {mark_id} leads nowhere: {mark.href}."
    kinds = {mark["row_kind"] for mark in trace["marks"].values()}
    for place in sorted(set(counts) - seen):
        if place[0] == "theme" or place[0] in kinds:
            yield f"No mark is drawn for {', '.join(part or 'no direction' for part in place)}."


def margin_faults(output: Output) -> Iterator[str]:
    """The margins of the page's matrix: distinct studies, counted anew."""
    if output.page is None:
        return
    counts = counted(output.trace)
    for name, text in output.page.margins().items():
        kind, rest = name.split("--", 1)
        row_id, direction = rest.rsplit("--", 1)
        n = distinct(counts, kind, row_id, direction)
        if digits(text) != str(n):
            row = row_id or "of all themes"
            yield f"The margin {row}, {direction} shows {text}; distinct studies are {n}."


def counted(trace: Trace) -> dict[Place, set[str]]:
    """(row kind, row, study, direction) -> findings, from the segments up."""
    counts: dict[Place, set[str]] = {}
    study_of = {report: study for study, held in trace["studies"].items() for report in held["reports"]}
    for finding_id, finding in trace["findings"].items():
        for segment_id in finding["segments"]:
            segment = trace["segments"].get(segment_id)
            if segment is None:
                continue
            study = study_of.get(segment["record_id"], "")
            for kind, row in (("theme", finding["theme_id"]), ("code", segment["code_id"])):
                counts.setdefault((kind, row, study, segment["direction"]), set()).add(finding_id)
    return counts


def distinct(counts: Mapping[Place, set[str]], kind: str, row_id: str, direction: str) -> int:
    """Distinct studies of a row ("total" is all themes) in a direction ("studies" is all directions)."""
    return len({
        study
        for row_kind, row, study, its_direction in counts
        if (row_kind == kind and row == row_id if kind != "total" else row_kind == "theme")
        and direction in ("studies", its_direction or "no_direction")
    })  # fmt: skip


def digits(text: str) -> str:
    """The digits of a number as a language writes it.

    Examples
    --------
    >>> digits("1.957")
    '1957'
    """
    return re.sub(r"[^0-9]", "", text)
