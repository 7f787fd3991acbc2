"""JSON that anybody may have written: what is no JSON, or is nested without end, is one kind of fault."""

from __future__ import annotations

import json
from typing import Any

# far deeper than any file of ours or of another program; each level costs whoever walks through it a call
_DEEPEST = 100


def from_json(text: str | bytes) -> Any:
    """The value that a text holds.

    Raises
    ------
    ValueError
        When it is no JSON, has a number of thousands of digits, or is nested more than 100 deep.

    Examples
    --------
    >>> from_json('{"n": [1]}')
    {'n': [1]}
    >>> from_json("[" * 200 + "]" * 200)
    Traceback (most recent call last):
    ...
    ValueError: nested more than 100 deep
    """
    fault = ValueError(f"nested more than {_DEEPEST} deep")
    try:
        value = json.loads(text)
    except RecursionError:
        raise fault from None
    opening: tuple[Any, Any] = (b"[", b"{") if isinstance(text, bytes) else ("[", "{")
    # most lines need no closer look
    if sum(map(text.count, opening)) > _DEEPEST:
        level = [value]
        for _ in range(_DEEPEST):
            level = [
                inner
                for one in level
                if isinstance(one, dict | list)
                for inner in (one.values() if isinstance(one, dict) else one)
            ]
        if any(isinstance(one, dict | list) for one in level):
            raise fault
    return value
