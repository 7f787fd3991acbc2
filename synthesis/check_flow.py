"""The flow diagram: its sums, and the numbers that page, drawing and tables show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from synthesis.check_findings import digits
from synthesis.check_output import Output
from synthesis.check_page import named, parsed_svg, with_attribute

Trace = Mapping[str, Any]
_COUNT = re.compile(r"\(n\s*=\s*([\d.,\s]+)\)")


def flow_faults(output: Output) -> Iterator[str]:
    """Sums that do not hold, and boxes that show another number."""
    yield from _sums(output.trace)
    boxes = [] if output.page is None else [
        (str(e.get("data-box")), e.text_content()) for e in output.page.with_data("box")
    ]  # fmt: skip
    if output.page is not None and not boxes:
        yield "The page has no flow diagram."
    drawing = output.folder / "flow.svg"
    if output.has("flow.svg"):
        root = parsed_svg(drawing.read_text(encoding="utf-8"))
        boxes += [
            (
                f"{e.get('data-box')} of flow.svg",
                " ".join("".join(one.itertext()) for one in named(e, "text")),
            )
            for e in with_attribute(root, "data-box")
        ]
    for box, text in boxes:
        shown = [int(digits(found)) for found in _COUNT.findall(text)]
        expected = _expected_numbers(output.trace, box.removesuffix(" of flow.svg"))
        if sorted(shown) != sorted(expected):
            yield f"The box {box} shows {shown}, the counts are {expected}."


def excluded_faults(output: Output) -> Iterator[str]:
    """The list of reports excluded at full text against the boxes."""
    flow, excluded = output.trace["flow"], output.trace["excluded"]
    counts = {name: n for name, n in flow["excluded_reasons"] if n}
    lost = sum(1 for one in excluded.values() if one["not_retrieved"])
    listed = Counter(one["criterion"] for one in excluded.values() if not one["not_retrieved"])
    if dict(listed) != counts or lost != flow["not_retrieved"]:
        yield (
            f"The reports excluded at full text are {dict(listed)} and {lost} not retrieved, the flow counts "
            f"{counts} and {flow['not_retrieved']}."
        )
    if "excluded" in output.tables:
        rows = {row["record_id"]: row["criterion"] for row in output.rows("excluded")}
        for record_id in sorted(set(rows) ^ set(excluded)):
            where = "is missing in" if record_id in excluded else "stands without a decision in"
            yield f"{record_id} {where} the list of reports excluded at full text."
        for record_id in sorted(set(rows) & set(excluded)):
            if rows[record_id] != excluded[record_id]["criterion"]:
                yield (
                    f"{record_id} is said to be excluded for {rows[record_id]}, "
                    f"the decision says {excluded[record_id]['criterion']}."
                )


def _sums(trace: Trace) -> Iterator[str]:
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
    for source_id, _, _, n in flow["identified"]:
        brought = trace["sources"].get(source_id, {}).get("n_new")
        if brought != n:
            yield f"The flow shows {n} records from {source_id}, the source brought {brought}."


def _expected_numbers(trace: Trace, box: str) -> list[int]:
    flow, previous = trace["flow"], trace["review"].get("previous_review")
    if previous and box in ("previous_studies", "total_studies"):
        is_total = box == "total_studies"
        return [
            previous["studies"] + is_total * (flow["included_studies"] - previous["studies_again"]),
            previous["reports"] + is_total * flow["included_reports"],
        ]
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
