"""What changed between two reports, cell by cell, and why: read from their traces alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from corpus.errors import UsageError
from corpus.json_text import from_json
from synthesis.evidence import MARKS, Column, EvidenceTable
from synthesis.words import Words

Trace = Mapping[str, Any]


def read_trace(path: Path | str) -> dict[str, Any]:
    """The trace of a report: ``trace.json``, or the folder that holds it.

    Raises
    ------
    UsageError
        When there is none, or the file is not a trace.
    """
    path = Path(path)
    file = path / "trace.json" if path.is_dir() else path
    try:
        held = from_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"There is no report to compare with at {path}.", next_step="Name a folder that holds trace.json."
        ) from error
    except ValueError as error:
        raise UsageError(f"{file} cannot be read: {error}.") from error
    if not isinstance(held, dict) or held.get("format") != "samsyn-trace":
        raise UsageError(f"{file} is not the trace of a report.", next_step="Name the folder of a report.")
    return held


def report_changes(before: Trace, after: Trace, language: str = "en") -> EvidenceTable:
    """The cells that differ between an earlier report and a later one.

    Looked at: the findings of the evidence table, which are the cells of the matrix by code, and the numbers
    of the flow diagram. A finding has changed when its words in the study or the finding in own words did.

    Parameters
    ----------
    before, after : mapping
        Traces, as :func:`read_trace` and :func:`~synthesis.provenance.trace` give them.
    language : str
        "en" or "da".

    Returns
    -------
    EvidenceTable
        Frame: cell, before, after (what stands there; "" is nothing), why: the source is new or gone or has
        been altered, the coding scheme is another version, or a decision has changed. Flow first, then the
        findings by id.

    Examples
    --------
    >>> from copy import deepcopy
    >>> from synthesis import example_evidence, trace
    >>> old = trace(example_evidence())
    >>> new = deepcopy(old)
    >>> finding = new["findings"].pop("targets--scopus-1--hinders")
    >>> report_changes(old, new).frame[["cell", "before", "after", "why"]].values.tolist()
    [['Alder & Vine 2019, targets', '▼ Targets pull staff home.', '', 'changed decision']]
    """
    words = Words(language)
    rows = [*_flow_rows(before, after, words), *_finding_rows(before, after, words)]
    columns = (
        Column("cell", words("change_cell")),
        Column("before", words("change_before")),
        Column("after", words("change_after")),
        Column("why", words("change_why")),
    )
    frame = pd.DataFrame(rows, columns=[column.key for column in columns], dtype="str")
    return EvidenceTable("changes", words("changes_caption"), columns, frame, words("changes_note"), language)


def _flow_rows(before: Trace, after: Trace, words: Words) -> Iterator[tuple[str, str, str, str]]:
    old, new = _numbers(before["flow"]), _numbers(after["flow"])
    why = _why(before, after, set(), set(), words)
    for name in dict.fromkeys([*old, *new]):
        if old.get(name, 0) != new.get(name, 0):
            cell = f"{words('flow')}: {name.replace('_', ' ')}"
            yield cell, words.number(old.get(name, 0)), words.number(new.get(name, 0)), why


def _numbers(flow: Mapping[str, Any]) -> dict[str, int]:
    counts = {name: n for name, n in flow.items() if isinstance(n, int)}
    sources = {f"identified, {row[0]}": int(row[-1]) for row in flow["identified"]}
    return {**sources, **counts, **{f"excluded, {row[0]}": int(row[1]) for row in flow["excluded_reasons"]}}


def _finding_rows(before: Trace, after: Trace, words: Words) -> Iterator[tuple[str, str, str, str]]:
    for finding_id in sorted(set(before["findings"]) | set(after["findings"])):
        old, new = before["findings"].get(finding_id), after["findings"].get(finding_id)
        if _content(before, old) == _content(after, new):
            continue
        known, study = (after, new) if new else (before, old or {})
        cell = f"{known['studies'][study['study_id']]['label']}, {study['code_id']}"
        records = {
            side["segments"][segment]["record_id"]
            for side, finding in ((before, old), (after, new)) if finding
            for segment in finding["segments"] if segment in side["segments"]
        }  # fmt: skip
        why = _why(before, after, records, {study["code_id"]}, words)
        yield cell, _shown(before, old), _shown(after, new), why


def _content(side: Trace, finding: Mapping[str, Any] | None) -> Any:
    """What a reader sees of a finding, and who stands behind it."""
    if finding is None:
        return None
    behind = [side["segments"].get(segment, {}) for segment in finding["segments"]]
    return finding["finding"], [(one.get("text"), one.get("people"), one.get("settled_by")) for one in behind]


def _shown(side: Trace, finding: Mapping[str, Any] | None) -> str:
    if finding is None:
        return ""
    said = finding["finding"] or " […] ".join(
        side["segments"].get(segment, {}).get("text", "") for segment in finding["segments"]
    )
    return f"{MARKS[finding['direction']]} {said}"


def _why(before: Trace, after: Trace, records: set[str], codes: set[str], words: Words) -> str:
    """The nearest cause: the sources of these records (of all, if none is named), the scheme, a decision."""
    sources = {
        side["records"][record]["source_id"] for side in (before, after) for record in records
        if record in side["records"]
    } or {*before["sources"], *after["sources"]}  # fmt: skip
    old, new = before["sources"], after["sources"]
    if any(source not in old for source in sources):
        return words("why_new_source")
    if any(source not in new for source in sources):
        return words("why_lost_source")
    if any(old[source]["sha256"] != new[source]["sha256"] for source in sources):
        return words("why_altered_source")
    if codes and before["review"]["scheme_hash"] != after["review"]["scheme_hash"]:
        version = after["review"]["scheme_version"]
        return words("why_new_scheme", before=before["review"]["scheme_version"], after=version)
    return words("why_decision")
