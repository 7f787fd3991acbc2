"""Coding and descriptors replayed from their journal, and held against a report's segments and studies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Trace = Mapping[str, Any]
Lines = list[dict[str, Any]]
Noted = Mapping[tuple[str, str], Mapping[str, str]]
Place = tuple[str, str, str, str, int, int]
_ABSENT = ("not reported", "not applicable")
_NEXT = "Make the report anew: samsyn render"


def coding_faults(trace: Trace, lines: Lines, unique_id: Mapping[str, str]) -> Iterator[str]:
    """Segments that nobody's standing decision holds, decisions without a segment, descriptors, studies.

    Parameters
    ----------
    trace : mapping
        ``trace.json``.
    lines : list of dict
        The coding journal without what was undone, each record by its unique id.
    unique_id : mapping
    """
    coding = [_at_its_words(line, trace["records"]) for line in _standing(lines)]
    yield from _unsupported(trace, coding)
    if {line.get("scheme_hash") for line in coding} <= {trace["review"]["scheme_hash"]}:
        # decisions under other versions of the scheme are carried over or wait for a person
        yield from _settled(trace, coding)
    noted = _noted(lines)
    yield from _parts(trace, noted, unique_id)
    yield from _descriptors(trace, noted)


def _standing(lines: Lines) -> Lines:
    """First readings that nothing overrides or withdraws."""
    latest: dict[tuple[str, ...], dict[str, Any]] = {}
    for line in reversed(lines):
        if line.get("type") != "coding" or line.get("reading", 1) != 1:
            continue
        latest.setdefault((line["person"], line["round"], line["record_id"], line["code_id"]), line)
    return [line for line in latest.values() if line["value"] != "withdrawn"]


def _at_its_words(line: dict[str, Any], records: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A decision with its words where they stand now: a longer abstract may hold them elsewhere, but once."""
    record, segments = records.get(line["record_id"], {}), []
    for one in line.get("segments") or ():
        text, words, start = str(record.get(one["field"], "")), one["text"], one["start"]
        at = text.find(words)
        if words and text[start : one["end"]] != words and at >= 0 and text.find(words, at + 1) < 0:
            start = at
        segments.append({**one, "start": start, "end": start + len(words)})
    return {**line, "segments": segments}


def _unsupported(trace: Trace, coding: Lines) -> Iterator[str]:
    """Each person named at a segment has a decision that stands, with these words in this direction."""
    said: dict[tuple[str, str, str, int, int], list[dict[str, Any]]] = {}
    for line in coding:
        for one in line.get("segments") or ():
            place = (line["person"], line["record_id"], one["field"], one["start"], one["end"])
            said.setdefault(place, []).append({**line, "text": one["text"]})
    for segment_id, segment in trace["segments"].items():
        where = (segment["record_id"], segment["field"], segment["start"], segment["end"])
        for person in segment["people"].split("; "):
            standing = [
                line for line in said.get((person, *where), ())
                if line["value"] == "present" and line["text"] == segment["text"]
                and (line["code_id"] == segment["code_id"]
                     or line.get("scheme_hash") != trace["review"]["scheme_hash"])
            ]  # fmt: skip
            if not standing:
                yield (
                    f"No decision of {person} that stands holds the segment {segment_id}; it was there when "
                    f"the report was made. Look in decisions/coding/{person}.jsonl, then: samsyn render"
                )
            elif segment["direction"] not in _directions(standing, str(trace["review"]["scheme_hash"])):
                yield (
                    f"The segment {segment_id} is said to be “{segment['direction']}”; "
                    f"{person} decided “{standing[0]['direction']}”."
                )


def _directions(standing: Lines, scheme_hash: str) -> set[str]:
    """What somebody said, and "mixed" where codes of an earlier scheme may have been merged."""
    earlier = any(line.get("scheme_hash") != scheme_hash for line in standing)
    return {line["direction"] for line in standing} | ({"mixed"} if earlier else set())


def _settled(trace: Trace, coding: Lines) -> Iterator[str]:
    """Settled codings that the report lacks, and segments that are not settled."""
    readers: dict[str, set[str]] = {}
    units: dict[tuple[str, str], Lines] = {}
    for line in coding:
        if line["round"] in ("blind", "assisted"):
            readers.setdefault(line["record_id"], set()).add(line["person"])
        if line["code_id"]:
            units.setdefault((line["record_id"], line["code_id"]), []).append(line)
    expected: set[Place] = set()
    for (record_id, code_id), lines in units.items():
        if record_id not in trace["records"]:
            continue
        settling = [line for line in lines if line["round"] == "adjudication"]
        if settling:
            last = max(settling, key=lambda line: (line["decided_at"], line["person"]))
            speaking, n_needed = [line for line in settling if line["person"] == last["person"]], 1
        else:
            # an assisted reading replaces one's blind one
            own = {
                line["person"]: line for line in sorted(lines, key=lambda line: line["round"] == "assisted")
            }
            speaking, n_needed = list(own.values()), len(readers.get(record_id, ()))
        agreed = {(line["value"], line["direction"]) for line in speaking}
        if len(speaking) == n_needed and len(agreed) == 1 and speaking[0]["value"] == "present":
            expected |= {
                (record_id, code_id, line["direction"], one["field"], one["start"], one["end"])
                for line in speaking for one in line.get("segments") or ()
            }  # fmt: skip
    held = {
        (one["record_id"], one["code_id"], one["direction"], one["field"], one["start"], one["end"])
        for one in trace["segments"].values()
    }
    for place in sorted(expected - held):
        yield f"The coding {_in_words(place)} is settled and not in the report. {_NEXT}"
    for place in sorted(held - expected):
        yield f"The coding {_in_words(place)} is in the report and not settled by the decisions. {_NEXT}"


def _in_words(place: Place) -> str:
    record_id, code_id, direction, field, start, end = place
    return f"{code_id} ({direction or 'no direction'}) of {record_id}, {field} {start}-{end},"


def _noted(lines: Lines) -> dict[tuple[str, str], dict[str, str]]:
    """(record, descriptor) -> person -> value: of who settles, else of all."""
    latest: dict[tuple[str, str], dict[tuple[str, bool], str]] = {}
    for line in lines:
        if line.get("type") == "descriptor":
            who = (str(line["person"]), line.get("adjudicates") is True)
            latest.setdefault((line["record_id"], str(line["descriptor"])), {})[who] = str(line["value"])
    noted = {}
    for place, said in latest.items():
        standing = {who: value for who, value in said.items() if value != "withdrawn"}
        settling = {person: value for (person, adjudicates), value in standing.items() if adjudicates}
        noted[place] = settling or {person: value for (person, _), value in standing.items()}
    return {place: said for place, said in noted.items() if said}


def _agreed(said: Mapping[str, str]) -> str | None:
    """What all say, in whatever order they name several values; None when they differ."""
    kinds = {frozenset(part.strip() for part in value.split(";")) for value in said.values()}
    return said[min(said)] if len(kinds) == 1 else None


def _parts(trace: Trace, noted: Noted, unique_id: Mapping[str, str]) -> Iterator[str]:
    """Which reports belong to one study."""
    part_of = {}
    for (record_id, name), said in noted.items():
        now = {person: unique_id.get(main, main) for person, main in said.items()}
        main = _agreed(now) if name == "part_of_study" else None
        if main and main != record_id and main not in _ABSENT:
            part_of[record_id] = main
    reports = [report for study in trace["studies"].values() for report in study["reports"]]
    said = {report: _last(report, part_of) for report in reports}
    # of a study whose main report was excluded the first included one stands for it
    standing: dict[str, str] = {}
    for report, main in sorted(said.items()):
        standing.setdefault(main, main if main in said else report)
    for study_id, study in trace["studies"].items():
        for report in study["reports"]:
            main = said[report]
            in_ring = main in part_of
            if not in_ring and standing[main] != study_id:
                yield f"The report {report} stands under the study {study_id}; people said {main}. {_NEXT}"


def _last(report: str, part_of: Mapping[str, str]) -> str:
    """The main report at the end of a chain; in a ring the last one before it closes."""
    passed = [report]
    while passed[-1] in part_of and part_of[passed[-1]] not in passed:
        passed.append(part_of[passed[-1]])
    return passed[-1]


def _descriptors(trace: Trace, noted: Noted) -> Iterator[str]:
    """What is noted of each study: of its main report, else of the first other that says it."""
    for study in trace["studies"].values():
        for name, held in study["descriptors"].items():
            said = [noted[report, name] for report in study["reports"] if (report, name) in noted]
            agreed = [_agreed(one) for one in said]
            values = ["in dispute" if value is None else value for value in agreed]
            told = [value for value in values if value not in _ABSENT and value]
            expected = [*told, *(value for value in values if value), "not yet coded"][0]
            if held != expected:
                differing = f"“{held}” in the report, “{expected}” in the decisions"
                yield f"{study['label']}: {name} is {differing}. {_NEXT}"
