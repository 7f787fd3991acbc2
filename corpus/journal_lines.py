"""What a line of a journal must hold to be one; what is no line is shown as such, and counts as nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus.controls import may_hold_controls, without_controls
from corpus.json_text import from_json

_TEXT = (
    "type", "person", "record_id", "record_id_a", "record_id_b", "stage", "verdict", "criterion", "note",
    "reason", "code_id", "value", "direction", "finding", "round", "descriptor", "about", "item",
    "explanation", "decided_at", "drawn_at", "undoes", "scheme_hash", "scheme_version", "after",
)  # fmt: skip
_KINDS: dict[str, type] = {
    **dict.fromkeys(_TEXT, str), "v": int, "reading": int, "calibration": int, "adjudicates": bool,
    "segments": list, "suggested": list, "settles": list, "record_ids": list,
    "facets": dict,
}  # fmt: skip
_NEEDED: dict[str, tuple[str, ...]] = {
    "screening": ("person", "record_id", "stage", "verdict"),
    "coding": ("person", "record_id", "code_id", "value"),
    "duplicate": ("person", "record_id_a", "record_id_b", "verdict"),
    "descriptor": ("person", "record_id", "descriptor", "value"),
    "judgement": ("person", "about", "item", "value"),
    "undo": ("person", "undoes"),
}
_SEGMENT = {"field": str, "start": int, "end": int, "text": str}
# more digits than this no count and no version has
_LARGEST = 10**9


def whole_line(raw: bytes) -> dict[str, Any] | None:
    """A line of a journal; None where it is not a whole decision, cut short or made into something else.

    Examples
    --------
    >>> whole_line(b'{"v": 2, "type": "undo", "person": "ann", "undoes": "0b3a178d3458979e"}')["undoes"]
    '0b3a178d3458979e'
    >>> whole_line(b'{"v": 2, "record_'), whole_line(b'{"v": 2, "type": []}'), whole_line(b"[" * 99_999)
    (None, None, None)
    """
    try:
        line = from_json(raw)
    except ValueError:
        return None
    if not isinstance(line, dict) or "v" not in line or not _is_sound(line):
        return None
    return without_controls(line) if may_hold_controls(raw) else line


def _is_sound(line: Mapping[str, Any]) -> bool:
    kind_of_line = line.get("type", "")
    if not isinstance(kind_of_line, str):
        return False
    if kind_of_line not in _NEEDED:
        # of logs, whose readers look for themselves
        return True
    for name, value in line.items():
        kind = _KINDS.get(name)
        if kind is not None and type(value) is not kind:
            return False
        if isinstance(value, int) and abs(value) > _LARGEST:
            return False
    if any(name not in line for name in _NEEDED[kind_of_line]):
        return False
    return (
        # null where a program that does not know has written the line
        line.get("suggestions_shown") in (None, True, False)
        and all(_is_segment(one) for one in line.get("segments", ()))
        and all(_holds(one, (str, int, float)) for one in line.get("suggested", ()))
        and all(isinstance(one, str) for name in ("settles", "record_ids") for one in line.get(name, ()))
        and _holds(line.get("facets", {}), (str,))
    )


def _is_segment(value: Any) -> bool:
    return isinstance(value, dict) and all(type(value.get(name)) is kind for name, kind in _SEGMENT.items())


def _holds(value: Any, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, dict) and all(isinstance(one, kinds) for one in value.values())
