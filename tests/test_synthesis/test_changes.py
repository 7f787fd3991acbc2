"""What changed between two reports is named with its reason."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from corpus import UsageError
from synthesis import Evidence, read_trace, render_report, report_changes, trace


@pytest.fixture
def before(whole_evidence: Evidence) -> dict[str, Any]:
    return trace(whole_evidence)


def changed_cells(before: dict[str, Any], after: dict[str, Any], language: str = "en") -> list[list[str]]:
    return report_changes(before, after, language).frame.to_numpy().tolist()


def test_the_same_report_has_no_change(before) -> None:
    assert changed_cells(before, deepcopy(before)) == []


def test_a_withdrawn_finding_is_a_changed_decision(before) -> None:
    after = deepcopy(before)
    finding = after["findings"].pop("npm--other-9003--hinders")
    [[cell, was, now, why]] = changed_cells(before, after)
    assert cell.endswith(", npm")
    assert (was[:1], now, why) == ("▼", "", "changed decision")
    assert finding["finding"] in was


def test_a_finding_from_a_new_source_says_so_and_the_flow_with_it(before) -> None:
    earlier = deepcopy(before)
    record = earlier["segments"][earlier["findings"]["npm--other-9003--hinders"]["segments"][0]]["record_id"]
    source = earlier["records"][record]["source_id"]
    del earlier["sources"][source]
    earlier["flow"]["screened"] -= 3
    del earlier["findings"]["npm--other-9003--hinders"]
    (flow, *_), (finding, *_) = [
        [row for row in changed_cells(earlier, before) if ("screened" in row[0]) is is_flow]
        for is_flow in (True, False)
    ]
    assert flow[3] == finding[3] == "new source"
    assert finding[1] == ""


def test_an_altered_source_and_a_new_scheme_are_told_apart(before) -> None:
    after = deepcopy(before)
    for finding in after["findings"].values():
        finding["finding"] = "Said in other words."
    after["review"].update(scheme_hash="f" * 64, scheme_version="2.0")
    after["sources"]["other.ris"]["sha256"] = "0" * 64
    reasons = {row[3] for row in changed_cells(before, after, "da")}
    assert reasons == {"ændret kilde", f"kodeskema {before['review']['scheme_version']} → 2.0"}


def test_a_finding_coded_by_another_person_has_changed(before) -> None:
    after = deepcopy(before)
    next(iter(after["segments"].values()))["people"] = "coder-9"
    assert [row[3] for row in changed_cells(before, after)] == ["changed decision"]


def test_a_trace_is_read_from_its_folder_and_what_is_none_is_told(whole_evidence, tmp_path) -> None:
    render_report(whole_evidence, tmp_path, version="0.1.0", formats=("csv",))
    assert read_trace(tmp_path)["format"] == "samsyn-trace"
    with pytest.raises(UsageError, match="no report to compare with"):
        read_trace(tmp_path / "nowhere")
    (tmp_path / "other.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="not the trace of a report"):
        read_trace(tmp_path / "other.json")
