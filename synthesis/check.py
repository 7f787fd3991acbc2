"""An independent count of a finished report: from its page, its trace and the raw exports alone.

Nothing here comes from the code that made the tables, so a fault there cannot hide itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

# how rows, marks and quotations are numbered in the page; the trace says which is which
_FINDING, _MARK, _SEGMENT = re.compile("f[0-9]+"), re.compile("m[0-9]+"), re.compile("s[0-9]+")
_GLYPHS = {"▲": "promotes", "▼": "hinders", "◆": "mixed", "○": "descriptive", "•": ""}


def check_report(folder: Path | str, sources_folder: Path | str) -> list[str]:
    """What is wrong with a report, in words; an empty list when nothing is.

    Looked at: each export file's sha256 and the line each record begins on; each quotation at its offsets
    in its record; each mark of the matrix and each row of the evidence table against the segments; each
    margin counted anew; the sums of the flow diagram and the numbers it shows.

    Parameters
    ----------
    folder : Path or str
        Holds ``report.html`` and ``trace.json``.
    sources_folder : Path or str
        Holds the export files.

    Examples
    --------
    >>> import tempfile
    >>> from synthesis import example_evidence, render_report
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = render_report(example_evidence(), folder)
    >>> check_report(folder, folder)
    ['scopus.ris is not among the sources.']
    """
    folder, sources_folder = Path(folder), Path(sources_folder)
    try:
        trace = json.loads((folder / "trace.json").read_text(encoding="utf-8"))
        text = (folder / "report.html").read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        return [f"The report cannot be read: {error}"]
    page = _Page()
    page.feed(text)
    page.close()
    try:
        return [
            *_sources(trace, sources_folder),
            *_quotations(trace),
            *_links(trace),
            *_rows(trace, page),
            *_marks(trace, page),
            *_margins(trace, page),
            *_flow(trace, page),
        ]
    except (KeyError, TypeError) as error:
        return [f"trace.json is not whole: {type(error).__name__} {error}"]


class _Page(HTMLParser):
    """What the page shows: marks, margins, quotations, ids, numbers of the flow."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.marks: list[dict[str, Any]] = []
        self.margins: dict[str, str] = {}
        self.quotations: dict[str, str] = {}
        self.boxes: list[tuple[str, str]] = []
        self.finding_rows: list[str] = []
        self._open: list[tuple[str, str, dict[str, str | None]]] = []
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what this element is, if it is one that is counted."""
        held = dict(attrs)
        if held.get("id"):
            self.ids.append(str(held["id"]))
        anchor = held.get("id") or ""
        if tag == "tr" and _FINDING.fullmatch(anchor):
            self.finding_rows.append(anchor)
        kind = (
            "mark" if tag == "a" and _MARK.fullmatch(anchor)
            else "margin" if "data-margin" in held
            else "quotation" if tag == "q" and _SEGMENT.fullmatch(anchor)
            else "box" if "data-box" in held
            else ""
        )  # fmt: skip
        if kind:
            self._open.append((kind, tag, held))
            self._text = []

    def handle_data(self, data: str) -> None:
        """Collect the text of the element at hand."""
        if self._open:
            # the lines of a box in the drawing are elements of their own
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Close the element at hand."""
        if not self._open or self._open[-1][1] != tag:
            return
        kind, _, held = self._open.pop()
        text = "".join(self._text).strip()
        if kind == "mark":
            self.marks.append(
                {
                    "id": held["id"],
                    "text": text,
                    "findings": (held.get("data-f") or (held.get("href") or "").removeprefix("#")).split(),
                    "href": held.get("href") or "",
                }
            )
        elif kind == "margin":
            self.margins[str(held["data-margin"])] = text
        elif kind == "quotation":
            self.quotations[str(held["id"])] = text
        else:
            self.boxes.append((str(held["data-box"]), text))


def _sources(trace: dict[str, Any], folder: Path) -> Iterator[str]:
    lines_of: dict[str, list[str]] = {}
    for source_id, source in trace["sources"].items():
        path = folder / Path(source["file"] or source_id).name
        if not path.is_file():
            yield f"{path.name} is not among the sources."
            continue
        data = path.read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != source["sha256"]:
            yield f"{path.name} has been altered: its sha256 is {found}, the trace says {source['sha256']}."
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
        lines_of[source_id] = data.decode(encoding, "replace").splitlines()
    for record_id, record in trace["records"].items():
        lines, line = lines_of.get(record["source_id"]), record["source_line"]
        if lines is None or line is None:
            continue
        first = next((_letters(raw) for raw in record["raw"].splitlines() if raw.strip()), "")
        # a few lines of leave: entries may begin with blank lines
        near = " ".join(_letters(text) for text in lines[line - 1 : line + 4])
        if line > len(lines) or first not in near:
            yield f"{record_id} does not begin on line {line} of {record['source_id']}."


def _quotations(trace: dict[str, Any]) -> Iterator[str]:
    for segment_id, segment in trace["segments"].items():
        record = trace["records"].get(segment["record_id"])
        if record is None:
            yield f"Segment {segment_id} names a record that is not in the trace: {segment['record_id']}."
        elif not segment["text"].strip():
            yield f"Segment {segment_id} holds no words."
        elif record.get(segment["field"], "")[segment["start"] : segment["end"]] != segment["text"]:
            yield (
                f"Segment {segment_id}: the words “{segment['text']}” are not in the {segment['field']} of "
                f"{segment['record_id']} at {segment['start']}-{segment['end']}."
            )


def _links(trace: dict[str, Any]) -> Iterator[str]:
    """Every finding rests on segments that say the same code, direction and study."""
    study_of = {report: study for study, held in trace["studies"].items() for report in held["reports"]}
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
    for segment_id in sorted(set(trace["segments"]) - used):
        yield f"Segment {segment_id} stands behind no finding."


def _rows(trace: dict[str, Any], page: _Page) -> Iterator[str]:
    for name in sorted(name for name, n in Counter(page.ids).items() if n > 1):
        yield f"The page holds the id {name} twice."
    named = {finding["anchor"]: finding_id for finding_id, finding in trace["findings"].items()}
    if sorted(page.finding_rows) != sorted(named):
        differing = [named.get(row, row) for row in sorted(set(page.finding_rows) ^ set(named))]
        more = f" and {len(differing) - 5} more" if len(differing) > 5 else ""
        yield (
            f"The evidence table has {len(page.finding_rows)} rows and the trace {len(trace['findings'])} "
            f"findings; they differ in {', '.join(differing[:5]) or 'one that stands twice'}{more}."
        )
    for segment_id, segment in trace["segments"].items():
        shown = page.quotations.get(segment["anchor"])
        if shown is None:
            yield f"The words of segment {segment_id} are not on the page."
        elif _spaced(shown) != _spaced(segment["text"]):
            yield f"The page quotes “{shown}”, but segment {segment_id} says “{segment['text']}”."


def _marks(trace: dict[str, Any], page: _Page) -> Iterator[str]:
    """Each mark against the findings, counted anew from the segments."""
    counted = _counted(trace)
    named = {mark["anchor"]: mark_id for mark_id, mark in trace["marks"].items()}
    finding_at = {finding["anchor"]: finding_id for finding_id, finding in trace["findings"].items()}
    seen = set()
    for mark in page.marks:
        mark_id = named.get(mark["id"])
        if mark_id is None:
            yield f"The mark {mark['id']} cannot be traced: it is not in trace.json."
            continue
        held = trace["marks"][mark_id]
        place = (held["row_kind"], held["row_id"], held["study_id"], held["direction"])
        seen.add(place)
        behind = counted.get(place, set())
        n = int(_digits(mark["text"]) or 1)
        if _GLYPHS.get(mark["text"][:1]) != held["direction"]:
            yield f"The mark {mark_id} shows {mark['text'][:1]}, but its findings say {held['direction']}."
        if n != len(behind):
            yield f"The mark {mark_id} shows {n}, but {len(behind)} findings stand behind it."
        if {finding_at.get(one) for one in mark["findings"]} != behind or set(held["findings"]) != behind:
            yield f"The mark {mark_id} names other findings than the segments give."
        if mark["href"].removeprefix("#") not in page.ids:
            yield f"The mark {mark_id} leads nowhere: {mark['href']}."
    kinds = {mark["row_kind"] for mark in trace["marks"].values()}
    for place in sorted(set(counted) - seen):
        if place[0] == "theme" or place[0] in kinds:
            yield f"No mark is drawn for {', '.join(part or 'no direction' for part in place)}."


def _margins(trace: dict[str, Any], page: _Page) -> Iterator[str]:
    counted = _counted(trace)
    for name, text in page.margins.items():
        kind, rest = name.split("--", 1)
        row_id, direction = rest.rsplit("--", 1)
        distinct = {
            study
            for row_kind, row, study, its_direction in counted
            if (row_kind == kind and row == row_id if kind != "total" else row_kind == "theme")
            and direction in ("studies", its_direction or "no_direction")
        }
        if _digits(text) != str(len(distinct)):
            row = row_id or "of all themes"
            yield f"The margin {row}, {direction} shows {text}; distinct studies are {len(distinct)}."


def _counted(trace: dict[str, Any]) -> dict[tuple[str, str, str, str], set[str]]:
    """(row kind, row, study, direction) -> findings, from the segments up."""
    counted: dict[tuple[str, str, str, str], set[str]] = {}
    study_of = {report: study for study, held in trace["studies"].items() for report in held["reports"]}
    for finding_id, finding in trace["findings"].items():
        for segment_id in finding["segments"]:
            segment = trace["segments"].get(segment_id)
            if segment is None:
                continue
            study = study_of.get(segment["record_id"], "")
            for kind, row in (("theme", finding["theme_id"]), ("code", segment["code_id"])):
                counted.setdefault((kind, row, study, segment["direction"]), set()).add(finding_id)
    return counted


def _flow(trace: dict[str, Any], page: _Page) -> Iterator[str]:
    flow = trace["flow"]
    identified = sum(n for *_, n in flow["identified"])
    reasons = sum(n for _, n in flow["excluded_reasons"])
    removed = flow["duplicates_removed"] + flow["automation_removed"] + flow["other_removed"]
    sums = {
        "screened": identified - removed - flow["not_yet_screened"],
        "sought": flow["screened"] - flow["excluded_screening"] - flow["undecided_screening"],
        "assessed": flow["sought"] - flow["not_retrieved"] - flow["not_yet_assessed"],
        "included_reports": flow["assessed"] - reasons,
    }
    for name, sum_ in sums.items():
        if flow[name] != sum_:
            yield f"The flow does not add up: {name} is {flow[name]}, the sum gives {sum_}."
    for name, n in (
        ("included_studies", len(trace["studies"])),
        ("included_reports", sum(len(held["reports"]) for held in trace["studies"].values())),
    ):
        if flow[name] != n:
            yield f"The flow shows {name} {flow[name]}, the trace holds {n}."
    if not page.boxes:
        yield "The page has no flow diagram."
    for box, text in page.boxes:
        shown = [int(_digits(found)) for found in re.findall(r"\(n\s*=\s*([\d.,\s]+)\)", text)]
        expected = _expected_numbers(flow, box)
        if sorted(shown) != sorted(expected):
            yield f"The box {box} shows {shown}, the counts are {expected}."


def _expected_numbers(flow: dict[str, Any], box: str) -> list[int]:
    if box in ("identified", "identified_other"):
        by_name: dict[tuple[str, str], int] = {}
        for _, database, kind, n in flow["identified"]:
            if (kind == "other") == (box == "identified_other"):
                by_name[kind, database] = by_name.get((kind, database), 0) + n
        totals = [
            sum(n for (kind, _), n in by_name.items() if kind == wanted)
            for wanted in ("database", "register")
        ]
        return [*([] if box == "identified_other" else totals), *by_name.values()]
    if box == "removed":
        return [flow["duplicates_removed"], flow["automation_removed"], flow["other_removed"]]
    if box == "excluded_reasons":
        return [sum(n for _, n in flow[box]), *(n for _, n in flow[box])]
    if box == "included_studies":
        return [flow["included_studies"], flow["included_reports"]]
    return [flow[box]]


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _letters(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text)


def _spaced(text: str) -> str:
    return " ".join(text.split())
