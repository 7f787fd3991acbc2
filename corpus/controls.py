"""Characters that are no writing: they steer a terminal, and most of them no XML document may hold.

They become \ufffd, one for one, where records and decisions are read, so that every output holds the same
words and offsets stay what they are. Tabs and line ends are writing.
"""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
CONTROLS = re.compile(f"[{_CONTROLS}\ud800-\udfff\ufffe\uffff]")
# as JSON may write them
_ESCAPED = re.compile(rb"\\u(00|[dD][89a-fA-F]|[fF][fF][fF])")


def without_controls(value: Any) -> Any:
    r"""A value as JSON has it, with \ufffd for each control character of its texts.

    Examples
    --------
    >>> without_controls({"note": "a\x1b[2Jb", "spans": [["\ud800", 2]]})
    {'note': 'a�[2Jb', 'spans': [['�', 2]]}
    """
    if isinstance(value, str):
        return CONTROLS.sub("\ufffd", value)
    if isinstance(value, list):
        return [without_controls(one) for one in value]
    if isinstance(value, dict):
        return {without_controls(key): without_controls(one) for key, one in value.items()}
    return value


def may_hold_controls(raw: bytes) -> bool:
    """Whether a line of JSON may hold control characters: escaped, or those that JSON leaves as they are."""
    return _ESCAPED.search(raw) is not None or b"\xc2" in raw or b"\x7f" in raw or b"\xef\xbf" in raw


def texts_without_controls(texts: pa.Array) -> pa.Array:
    """An arrow array of texts with \\ufffd for each control character; as it was where there is none."""
    if not pc.any(pc.match_substring_regex(texts, f"[{_CONTROLS}]")).as_py():
        return texts
    return pc.replace_substring_regex(texts, f"[{_CONTROLS}]", "\ufffd")
