"""How many entries a tagged export holds, counted from the looks of its lines alone, without reading it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from corpus.dialects import Dialect
from corpus.stray_text import line_class

_CHUNK = 1 << 20
# a line of white space alone is a blank one
_BLANK_BYTES = re.compile(rb"\n[ \t\x0b\x0c\x1c-\x1f]+(?=\n|\Z)")
_SPACES = np.frombuffer(b" \t\x0b\x0c\x1c\x1d\x1e\x1f", dtype=np.uint8)
_BLANK_LINE = re.compile(r"\n[^\S\n]+(?=\n|\Z)")
_OUTSIDE = re.compile(r"(?P<lead>[xpib]*)(?P<body>[tT][^ENn]*)?(?P<end>E|(?=[Nn])|$)")


def count_tagged(text: str, dialect: Dialect) -> int:
    r"""How many entries a tagged export holds.

    Each line is reduced to a letter (see :func:`corpus.stray_text.line_class`), and the entries are counted
    in the word that the letters make.

    Examples
    --------
    >>> from corpus.dialects import RIS
    >>> count_tagged("TY  - JOUR\nTI  - Time\nER  - \nstray words\nTY  - JOUR\n", RIS)
    3
    """
    shape = "".join(_shape(text, dialect))
    n_entries = _count_ended(shape) if dialect.ends else _count_blank_ended(shape, indented=dialect.indented)
    return n_entries or (1 if text.strip() else 0)


def count_piece(piece: bytes, dialect: Dialect) -> int:
    """As :func:`count_tagged`, of UTF-8 text; quickly where it is as most exports are."""
    count = _count_regular if dialect.ends else _count_blocks
    return count(piece, dialect) or count_tagged(piece.decode(), dialect)


def _count_regular(data: bytes, dialect: Dialect) -> int:
    """The count where starts and ends take turns with nothing between, as most exports are; else 0."""
    sign, start = f"\n{dialect.sign}".encode(), f"{dialect.starts}{dialect.mark}".encode()
    ends = f"\n{dialect.ends}".encode()
    data = b"\n" + data.strip(b"\n")
    n_entries = data.count(ends)
    if data.count(sign) != n_entries or not data.startswith(b"\n" + start) or not _ended(data, ends):
        return 0
    # an end and the start behind it, as each program writes them: so many, then no two starts meet
    n_turns = 0
    for mark in (b"  - ", b"  -"):
        for gap in (b"\n\n", b"\n"):
            n_turns += data.count(ends + mark + gap + start)
            if n_turns == n_entries - 1:
                return n_entries
    return 0


def _ended(data: bytes, ends: bytes) -> bool:
    last = data[-len(ends) - 5 :]
    return last.endswith((ends, ends + b"  -", ends + b"  - "))


def _count_blocks(data: bytes, dialect: Dialect) -> int:
    """The count where one blank line parts the entries, each of which begins with a start; else 0."""
    data = b"\n" + data.strip(b"\n")
    signs = np.frombuffer(data, dtype=np.uint8)
    before_breaks = signs[np.flatnonzero(signs == 10)[1:] - 1]
    # a line of white space alone is a blank one
    if np.isin(before_breaks, _SPACES).any() and _BLANK_BYTES.search(data):
        return 0
    if (before_breaks > 127).any() and _BLANK_LINE.search(data.decode()):
        return 0
    n_entries = data.count(f"\n{dialect.sign}".encode())
    n_turns = data.count(f"\n\n{dialect.starts}{dialect.mark}".encode())
    if n_turns == data.count(b"\n\n") == n_entries - 1 and data.startswith(b"\n" + dialect.starts.encode()):
        return n_entries
    return 0


def _shape(text: str, dialect: Dialect) -> Iterator[str]:
    width = dialect.width
    # most lines are of a tag that decides nothing
    titles = set(dialect.columns["title"])
    plain = {begins for begins, tag in dialect.tag_of.items() if tag != dialect.starts and tag not in titles}
    start = 0
    while start < len(text):
        end = text.find("\n", start + _CHUNK)
        end = len(text) if end < 0 else end
        yield "".join(
            "t" if line[:width] in plain else line_class(line, dialect) if line else "b"
            for line in text[start:end].split("\n")
        )
        start = end + 1


def _count_ended(shape: str) -> int:
    shape = re.sub(r"S(?:b*S)+", "S", shape)
    # an end with words behind it, and more to come, is a line of an abstract
    shape = re.sub(r"e(?=b*(?:S|$))", "E", shape).replace("e", "x")
    shape = re.sub(r"S[^SE]*E?", lambda entry: "N" if "T" in entry.group() else "n", shape)
    if not shape.strip("Nnb"):
        return len(shape) - shape.count("b")
    n_entries = 0
    at = 0
    while at < len(shape):
        if shape[at] in "Nn":
            n_entries += 1
            at += 1
            continue
        found = _OUTSIDE.match(shape, at)
        if found is None:
            break
        lead, body, ended = found["lead"], found["body"] or "", found["end"] == "E"
        at = found.end()
        n_entries += "x" in lead
        following = shape[at : at + 1] if not ended else ""
        if not body or (following and body[-1] not in "bp" and not ("T" in body and following == "N")):
            continue
        n_entries += "T" in body or ended or (not n_entries and not following)
    return n_entries


def _count_blank_ended(shape: str, *, indented: bool) -> int:
    n_entries = 0
    begins = [place.start() for place in re.finditer("S", shape)]
    edges = [0, *begins, len(shape)]
    for i, (start, end) in enumerate(pairwise(edges)):
        blocks = re.split("b+", shape[start:end])
        begun, seen = i > 0, False
        if begun:
            n_entries += 1
            seen = "T" in blocks.pop(0)
        following = re.match("S[^bS]*", shape[end:])
        for j, block in enumerate(blocks, 1):
            lead = block[: len(block) - len(block.lstrip("xpi"))]
            body = block[len(lead) :]
            # where lines that go on are indented, others stand outside; before any entry all text does
            outside = "xi" if not n_entries else "x" if indented else ""
            if any(letter in lead for letter in outside):
                n_entries += 1
                seen = True
            if not body:
                continue
            titled = "T" in body
            if j == len(blocks) and following and not (titled and "T" in following.group()):
                continue
            if not n_entries or (titled and seen):
                n_entries += 1
                seen = titled
            else:
                seen = seen or titled
    return n_entries
