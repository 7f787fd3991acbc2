"""The way from a report's words back to the export files, gone anew."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus.json_text import from_json

Trace = Mapping[str, Any]
_LOG = "sources.jsonl"
# what the log of sources and the trace both say of an export file
_SAME = ("sha256", "database", "platform", "kind", "date", "n_entries", "n_records", "n_unreadable")


def source_faults(trace: Trace, folder: Path) -> Iterator[str]:
    """Export files that are gone or altered, and records that do not begin where they are said to."""
    lines_of: dict[str, list[str]] = {}
    for source_id, source in trace["sources"].items():
        path = folder / Path(source["file"] or source_id).name
        if not path.is_file():
            yield f"{path.name} is not among the sources. Put it back as it was downloaded."
            continue
        data = path.read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != source["sha256"]:
            yield (
                f"{path.name} has been altered: its sha256 is {found}, the trace says {source['sha256']}. "
                "Put back the file as it was downloaded."
            )
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
        lines_of[source_id] = data.decode(encoding, "replace").splitlines()
    for record_id, record in trace["records"].items():
        lines, line = lines_of.get(record["source_id"]), record["source_line"]
        if lines is None or line is None:
            continue
        entry = [raw for raw in record["raw"].splitlines() if _letters(raw)]
        # a few lines of leave: entries may begin with blank lines
        near = " ".join(_letters(text) for text in lines[line - 1 : line + 4])
        if line > len(lines) or (entry and _letters(entry[0]) not in near):
            yield f"{record_id} does not begin on line {line} of {record['source_id']}."
            continue
        here = " ".join(
            _letters(text) for text in lines[line - 1 : line + len(record["raw"].splitlines()) + 4]
        )
        changed = next((raw for raw in entry if _letters(raw) not in here), None)
        if changed is not None:
            yield (
                f"{record_id} no longer reads in {record['source_id']} as it did when it was imported: "
                f"“{changed.strip()[:80]}” is not there."
            )


def log_faults(trace: Trace, folder: Path) -> Iterator[str]:
    """Where the log of sources says something else than the trace; nothing where there is no log."""
    path = folder / _LOG
    if not path.is_file():
        return
    logged: dict[str, dict[str, Any]] = {}
    for number, raw in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        try:
            line = from_json(raw) if raw.strip() else {}
        except ValueError:
            yield f"{_LOG} line {number} cannot be read: {raw[:60]!r}."
            continue
        if isinstance(line, dict) and line.get("source_id"):
            logged[str(line["source_id"])] = {**logged.get(str(line["source_id"]), {}), **line}
    for source_id, source in trace["sources"].items():
        line = logged.get(source_id, {})
        for name in _SAME:
            if name in line and line[name] is not None and str(line[name]) != str(source[name] or 0 if
                    name.startswith("n_") else source[name] or ""):  # fmt: skip
                yield f"{_LOG} says {name} {line[name]} of {source_id}, the report {source[name]}."
    for source_id in sorted(set(logged) - set(trace["sources"])):
        yield f"{source_id} stands in {_LOG} and not in the report. Make the report anew: samsyn render"


def quotation_faults(trace: Trace) -> Iterator[str]:
    """Segments whose exact words are not in their record at their place."""
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


def _letters(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text)
