"""What is no fault in a screening and good to know: decisions that count otherwise than it seems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from corpus.errors import counted
from corpus.protocol import Protocol
from corpus.screening import counted_decisions, latest_decisions
from corpus.undone import not_undone

Line = Mapping[str, Any]


def screening_notes(lines: Iterable[Line], unique_id: Mapping[str, str], protocol: Protocol) -> Iterator[str]:
    """Decisions at stages or for reasons that the protocol no longer has, and on merged records, in words.

    Parameters
    ----------
    lines : iterable of mappings
        The screening journal.
    unique_id : mapping
        record_id of every record -> that of the unique record it was merged into.
    protocol : Protocol

    Examples
    --------
    >>> from corpus.protocol import Wording
    >>> line = {"type": "screening", "record_id": "a", "verdict": "exclude", "person": "ann"}
    >>> lines = [line | {"stage": "title_abstract", "criterion": "E3"}, line | {"stage": "full_text"}]
    >>> protocol = Protocol("p", Wording(), (), stages=("title_abstract",))
    >>> for note in screening_notes(lines, {"a": "a"}, protocol):
    ...     print(note)
    1 decision at full_text is not counted: protocol.yaml has no such stage
    1 decision names E3, which protocol.yaml no longer has
    """
    listed = list(lines)
    known = set(protocol.exclusion_order())
    stages = Counter(str(line.get("stage")) for line in not_undone(listed, "screening"))
    for stage, n in sorted(stages.items()):
        if stage not in protocol.stages:
            said = counted(n, "decision")
            yield f"{said} at {stage} {_is(n)} not counted: protocol.yaml has no such stage"
    standing = latest_decisions(counted_decisions(listed, unique_id, protocol.stages))
    for criterion, n in sorted(Counter(standing["criterion"]).items()):
        if criterion and criterion not in known:
            names = "names" if n == 1 else "name"
            yield f"{counted(n, 'decision')} {names} {criterion}, which protocol.yaml no longer has"
    yield from merged_apart(listed, unique_id, protocol.stages)


def merged_apart(
    lines: Iterable[Line], unique_id: Mapping[str, str], stages: Collection[str]
) -> Iterator[str]:
    """Records merged of several on which one person, or those who settled them, said different things.

    The later line counts, as always. Whoever decides again on the merged record has seen to it, and who
    settles it has, too.

    Examples
    --------
    >>> line = {"type": "screening", "stage": "title_abstract", "person": "ann"}
    >>> lines = [line | {"record_id": "scopus:X0", "verdict": "include"},
    ...          line | {"record_id": "wos:W1", "verdict": "exclude"}]
    >>> unique_id = {"scopus:X0": "scopus:X0", "wos:W1": "scopus:X0"}
    >>> list(merged_apart(lines, unique_id, ["title_abstract"]))[0].partition(";")[0]
    'scopus:X0 at title_abstract: ann said include on scopus:X0, exclude on wos:W1'
    """
    said: dict[tuple[str, str, str], list[Line]] = {}
    settled: dict[tuple[str, str], str] = {}
    for line in not_undone(lines, "screening"):
        record_id, stage = unique_id.get(str(line["record_id"])), str(line["stage"])
        if record_id is None or stage not in stages:
            continue
        at = str(line.get("decided_at") or "")
        if line.get("adjudicates"):
            settled[record_id, stage] = max(settled.get((record_id, stage), ""), at)
        # whoever settles: the last of all of them counts
        who = "" if line.get("adjudicates") else str(line["person"])
        said.setdefault((record_id, stage, who), []).append(line)
    for (record_id, stage, who), listed in sorted(said.items()):
        ordered = listed if who else sorted(listed, key=_when)
        latest = {str(line["record_id"]): line for line in ordered}
        if len({line["verdict"] for line in latest.values()}) < 2 or _again(record_id, ordered):
            continue
        since = settled.get((record_id, stage)) if who else None
        if since is not None and since >= max(map(_when, latest.values()))[0]:
            continue
        told = ", ".join(
            f"{line['person']} {'said' if who else 'settled'} {line['verdict']} on {part}"
            for part, line in sorted(latest.items())
        ).replace(f", {who} said", ",")
        yield (
            f"{record_id} at {stage}: {told}; they are one record now, and what was said later counts "
            f"({ordered[-1]['verdict']}). Decide again where it should not"
        )


def _again(record_id: str, said: list[Line]) -> bool:
    """Whether the last word is on the merged record itself, and was not the first on it."""
    own = [number for number, line in enumerate(said) if line["record_id"] == record_id]
    return len(own) > 1 and own[-1] == len(said) - 1


def _when(line: Line) -> tuple[str, str]:
    return str(line.get("decided_at") or ""), str(line["person"])


def _is(n: int) -> str:
    return "is" if n == 1 else "are"
