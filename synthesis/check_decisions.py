"""A report against what people decided: journals, protocol and author's file, replayed anew.

The rules are those that the journals state: a later line of a person overrides their earlier one, who settled
last wins, else all must agree; what is said of a record that no source holds counts for nothing. Duplicates
are taken as they were found, see ``unique_id``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus import journal
from corpus.checked_yaml import yaml_values
from corpus.undone import standing_lines
from synthesis.check_coding import coding_faults
from synthesis.check_output import DAMAGED, Output
from synthesis.check_told import method_numbers, same_number

Lines = list[dict[str, Any]]
Needed = Mapping[tuple[str, str], int]
Verdict = tuple[str, str, int, bool]
_NEXT = "Make the report anew: samsyn render"


def decision_faults(
    folder: Path | str, review: Path | str, *, unique_id: Mapping[str, str], needed: Needed
) -> list[str]:
    """Where a report says something else than the decisions of its review; empty when nowhere.

    Parameters
    ----------
    folder : Path or str
        The report: holds ``trace.json``.
    review : Path or str
        The review: holds ``decisions/``, ``protocol.yaml`` and, where there is one, ``synthesis.yaml``.
    unique_id : mapping
        record_id of every record -> that of the unique record it was merged into.
    needed : mapping
        (record_id, stage) -> by how many people it is to be screened; one where it is not named.
    """
    review = Path(review)
    try:
        output = Output.read(Path(folder))
        protocol = yaml_values((review / "protocol.yaml").read_text(encoding="utf-8-sig")) or {}
        every = {kind: journal.read(review / "decisions" / kind)[0]
                 for kind in ("duplicates", "screening", "coding", "judgements")}  # fmt: skip
        # an undo names the line as it was written
        lines = every | {
            kind: [dict(line) for line in standing_lines(every[kind])]
            for kind in ("duplicates", "screening", "coding")
        }
        for kind in ("screening", "coding"):
            lines[kind] = [line for line in lines[kind] if line.get("record_id") in unique_id]
        for kind in ("screening", "coding", "judgements"):
            lines[kind] = [_merged(line, unique_id) for line in lines[kind]]
        verdicts = replayed_screening(lines["screening"], protocol, needed)
        faults = [
            *_screening(output, verdicts, protocol),
            *coding_faults(output.trace, lines["coding"], unique_id),
            *_judgements(output.trace, lines["judgements"]),
            *_author(output.trace, review / "synthesis.yaml"),
            *_methods(output, lines, verdicts, protocol),
            *_latest(output.trace, every),
        ]
    except (OSError, LookupError, TypeError, AttributeError, ArithmeticError, *DAMAGED) as error:
        return [f"The report cannot be held against the decisions: {type(error).__name__} {error}. {_NEXT}"]
    return list(dict.fromkeys(faults))


def replayed_screening(lines: Iterable[dict[str, Any]], protocol: Mapping[str, Any], needed: Needed) -> dict[
    tuple[str, str], Verdict
]:  # fmt: skip
    """(record, stage) -> verdict, criterion, number of screeners, whether somebody settled it.

    Examples
    --------
    >>> line = {"type": "screening", "record_id": "a", "stage": "title_abstract", "verdict": "include"}
    >>> replayed_screening([line | {"person": "ann"}, line | {"person": "bo", "verdict": "unsure"}], {}, {})
    {('a', 'title_abstract'): ('conflict', '', 2, False)}
    """
    order = [str(one["id"]) for one in (protocol.get("criteria") or {}).get("exclusion") or ()]
    latest: dict[tuple[str, str], dict[tuple[str, bool], dict[str, Any]]] = {}
    for line in lines:
        if line.get("type") == "screening":
            who = (str(line["person"]), bool(line.get("adjudicates")))
            latest.setdefault((line["record_id"], line["stage"]), {})[who] = line
    verdicts = {}
    for place, said in latest.items():
        # of several who settled it the last one
        settling = sorted(
            (line for (_, adjudicates), line in said.items() if adjudicates),
            key=lambda line: (line.get("decided_at") or "", str(line["person"])),
        )[-1:]
        own = [line for (_, adjudicates), line in said.items() if not adjudicates]
        told = {line["verdict"] for line in settling or own}
        verdict = told.pop() if len(told) == 1 else "conflict"
        if not settling and len(own) < needed.get(place, 0):
            verdict = "waiting"
        reasons = [
            {line.get("criterion", "") for line in group if line["verdict"] == "exclude"} - {""}
            for group in (settling, own)
        ]
        ranked = sorted(
            reasons[0] or reasons[1], key=lambda one: (order.index(one) if one in order else len(order), one)
        )
        why = ranked[0] if ranked and verdict == "exclude" else ""
        verdicts[place] = (verdict, why, len(own), bool(settling))
    return verdicts


def _merged(line: dict[str, Any], unique_id: Mapping[str, str]) -> dict[str, Any]:
    named: dict[str, Any] = {
        key: unique_id.get(line[key], line[key]) for key in ("record_id", "about") if key in line
    }
    return {**line, **named}


def _screening(
    output: Output, verdicts: Mapping[tuple[str, str], Verdict], protocol: Mapping[str, Any]
) -> Iterator[str]:
    """The flow diagram and what is included, from the verdicts."""
    trace, flow = output.trace, output.trace["flow"]
    of = {record: said for (record, stage), said in verdicts.items() if stage == "title_abstract"}
    n = Counter(verdict for verdict, *_ in of.values())
    sought = {record for record, (verdict, *_) in of.items() if verdict == "include"}
    expected = {
        "screened": len(of), "excluded_screening": n["exclude"], "sought": len(sought),
        "undecided_screening": len(of) - n["exclude"] - n["include"],
    }  # fmt: skip
    included, excluded = sought, {}
    if "full_text" in trace["review"]["stages"]:
        lost = {str(one["id"]) for one in (protocol.get("criteria") or {}).get("exclusion") or ()
                if one.get("counts_as") == "not_retrieved"}  # fmt: skip
        nothing: Verdict = ("", "", 0, False)
        last = {record: verdicts.get((record, "full_text"), nothing) for record in sought}
        included = {record for record, (verdict, *_) in last.items() if verdict == "include"}
        excluded = {record: why for record, (verdict, why, *_) in last.items() if verdict == "exclude"}
        gone = sum(why in lost for why in excluded.values())
        waiting = len(sought) - len(included) - len(excluded)
        expected |= {
            "not_retrieved": gone, "not_yet_assessed": waiting, "assessed": len(sought) - gone - waiting,
            "included_reports": len(included),
        }  # fmt: skip
        reasons = Counter(why for why in excluded.values() if why not in lost)
        if dict(reasons) != {name: k for name, k in flow["excluded_reasons"] if k}:
            shown = flow["excluded_reasons"]
            yield f"The reasons in the flow are {shown}; the decisions give {dict(reasons)}."
    for name, count in expected.items():
        if flow[name] != count:
            yield f"The flow says {name.replace('_', ' ')} {flow[name]}; the decisions give {count}. {_NEXT}"
    for record in sorted(included ^ set(trace["records"])):
        said = (
            "included by the decisions and not in"
            if record in included
            else "in the report, but not included by"
        )
        yield f"{record} is {said} {'the report' if record in included else 'the decisions'}. {_NEXT}"
    for record in sorted(set(excluded) & set(trace["excluded"])):
        if excluded[record] != trace["excluded"][record]["criterion"]:
            told = trace["excluded"][record]["criterion"]
            yield f"{record} is excluded for {told} in the report, for {excluded[record]} in the decisions."


def _judgements(trace: Mapping[str, Any], lines: Lines) -> Iterator[str]:
    latest: dict[tuple[str, str], dict[tuple[str, bool], dict[str, Any]]] = {}
    for line in lines:
        if line.get("type") == "judgement":
            who = (str(line["person"]), line.get("adjudicates") is True)
            latest.setdefault((line["about"], line["item"]), {})[who] = line
    expected: dict[tuple[str, str], tuple[str, str]] = {}
    for place, said in latest.items():
        standing = {who: line for who, line in sorted(said.items()) if line["value"] != "withdrawn"}
        settling = [line for (_, adjudicates), line in standing.items() if adjudicates]
        speaking = settling or list(standing.values())
        if not speaking:
            continue
        values = {line["value"] for line in speaking}
        why = " / ".join(
            dict.fromkeys(line.get("explanation") or "" for line in speaking if line.get("explanation"))
        )
        expected[place] = (values.pop(), why) if len(values) == 1 else ("in conflict", "")
    held = {(row["about"], row["item"]): (row["value"], row["explanation"]) for row in trace["judgements"]}
    for about, item in sorted(set(held) | set(expected)):
        shown, judged = held.get((about, item)), expected.get((about, item))
        if judged is None or shown is None:
            where = "rests on no line of" if judged is None else "is missing in the report, but stands in"
            yield f"The judgement {item} of {about} {where} decisions/judgements. {_NEXT}"
        elif shown != judged:
            what = "is" if shown[0] != judged[0] else "is explained by"
            told = 0 if shown[0] != judged[0] else 1
            yield (
                f"The {item} of {about} {what} “{shown[told]}” in the report, "
                f"“{judged[told]}” in the decisions."
            )


def _author(trace: Mapping[str, Any], path: Path) -> Iterator[str]:
    """The review findings of the author's file."""
    text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    stated = {str(one["id"]): one for one in ((yaml_values(text) or {}).get("findings") or ())}
    for name in sorted(set(stated) ^ set(trace["review_findings"])):
        said = "not in the report" if name in stated else f"in the report, but not in {path.name}"
        yield f"The review finding {name} is {said}. {_NEXT}"
    for name in sorted(set(stated) & set(trace["review_findings"])):
        held, one = trace["review_findings"][name], stated[name]
        for key in ("en", "da"):
            if held["statement"].get(key, "") != (one.get(key) or ""):
                yield f"{path.name} words {name} ({key}) otherwise than the report. {_NEXT}"
        rests = {
            **{key: one.get(key) or "" for key in ("theme", "direction")},
            **{key: list(one.get(key) or ()) for key in ("codes", "findings")},
        }
        if held["rests_on"] != rests:
            yield f"{path.name} says that {name} rests on something else than the report does. {_NEXT}"


def _methods(
    output: Output,
    lines: Mapping[str, Lines],
    verdicts: Mapping[tuple[str, str], Verdict],
    protocol: Mapping[str, Any],
) -> Iterator[str]:
    """S12: the numbers of the methods that count lines of the journals."""
    expected: dict[str, float] = {}
    pairs = [line for line in lines["duplicates"] if line.get("type") == "duplicate"]
    expected["journal.duplicate_pairs"] = len({(line["record_id_a"], line["record_id_b"]) for line in pairs})
    rounds: dict[int, set[str]] = {}
    for line in lines["screening"]:
        if line.get("type") == "screening" and line.get("calibration"):
            rounds.setdefault(int(line["calibration"]), set()).add(line["record_id"])
    expected |= {f"journal.calibration.{name}": len(records) for name, records in rounds.items()}
    stages = output.trace["review"]["stages"]
    lost = {one for one, said in output.trace["excluded"].items() if said["not_retrieved"]}
    for stage in stages:
        here = [
            said for (record, its_stage), said in verdicts.items()
            if its_stage == stage and (stage == "title_abstract" or (
                verdicts.get((record, "title_abstract"), ("",))[0] == "include" and record not in lost
                and said[0] in ("include", "exclude")))
        ]  # fmt: skip
        expected[f"verdicts.{stage}.twice"] = sum(n >= 2 for _, _, n, _ in here)
        expected[f"verdicts.{stage}.once"] = sum(n == 1 for _, _, n, _ in here)
        expected[f"verdicts.{stage}.only_settled"] = sum(n == 0 for _, _, n, _ in here)
        expected[f"verdicts.{stage}.settled"] = sum(
            settled and verdict in ("include", "exclude") for verdict, _, _, settled in here
        )
    for name, shown in method_numbers(output):
        if name in expected and not same_number(shown, expected[name]):
            yield f"The methods say {shown} ({name}); the journals give {expected[name]:g}."


def _latest(trace: Mapping[str, Any], lines: Mapping[str, Lines]) -> Iterator[str]:
    kinds = ("screening", "coding", "judgements")
    latest = max((str(line.get("decided_at", "")) for kind in kinds for line in lines[kind]), default="")
    if latest != trace["review"]["data_as_of"]:
        told = trace["review"]["data_as_of"] or "nothing"
        yield f"The report holds decisions to {told}, the journals to {latest or 'nothing'}. {_NEXT}"
