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
_BLANK_BYTES = re.compile(rb"\n[ \t\x0b\x0c\x1c-\x1f]++(?=\n|\Z)")
_BLANK_LINE = re.compile(r"\n[^\S\n]++(?=\n|\Z)")
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
    """As :func:`count_tagged`, of UTF-8 text; quickly where it is as most exports are.

    The text is parted where an entry surely ends and the next begins; a part that holds one start and one end
    is an entry, and the lines of the others are looked at.
    """
    start, sign, ends = (
        text.encode() for text in (dialect.starts + dialect.mark, dialect.sign, dialect.ends)
    )
    if ends and (n_entries := _count_turns(piece, start, sign, ends)):
        return n_entries
    data = piece.strip(b"\n")
    parts = re.split(b"\n%b  - ?\n+%b" % (ends, start) if ends else b"\n\n+" + start, data)
    turn = b"\n%b  - \n" % ends if ends else b"\n\n"
    is_whole = _is_ended_entry if ends else is_block
    n_entries, held = 0, b""
    for i, part in enumerate(parts):
        is_last = i == len(parts) - 1
        begun = start + part if i else part
        whole = begun.startswith(start) and is_whole(begun if is_last else begun + turn, dialect)
        if whole and not held:
            n_entries += 1
            continue
        # what is no whole entry is looked at together with the one behind it, which says where it ends
        held += begun if is_last else begun + turn
        if whole or is_last:
            n_entries += count_tagged(held.decode(), dialect)
            held = b""
    return n_entries


def _count_turns(piece: bytes, start: bytes, sign: bytes, ends: bytes) -> int:
    """The count where starts and ends take turns throughout, with blank lines between at most; else 0."""
    if not piece.startswith(start) or not piece[-40:].rstrip(b" -\n").endswith(b"\n" + ends):
        return 0
    signs = np.frombuffer(piece, dtype=np.uint8)
    breaks = np.flatnonzero(signs[:-2] == 10)
    edges = signs[breaks + 1].astype(np.uint16) * 256 + signs[breaks + 2]
    edges = edges[(edges == int.from_bytes(ends)) | (edges == int.from_bytes(sign))]
    n_entries = (len(edges) + 1) // 2
    if len(edges) % 2 == 0 or (edges[0::2] != int.from_bytes(ends)).any() or (edges[1::2] == edges[0]).any():
        return 0
    turns = (b"\n%b%b%b" % (ends, end, start) for end in (b"  - \n\n", b"  - \n", b"  -\n\n", b"  -\n"))
    n_turns = 0
    for turn in turns:
        n_turns += piece.count(turn)
        if n_turns == n_entries - 1:
            return n_entries
    return 0


def _is_ended_entry(part: bytes, dialect: Dialect) -> bool:
    """Whether a part that begins with a start is one entry: no other start, one end, and that at its end."""
    part, _, end = part.rstrip(b"\n").rpartition(b"\n")
    is_ended = end.rstrip(b" -") == dialect.ends.encode()
    return (
        is_ended and b"\n" + dialect.sign.encode() not in part and b"\n" + dialect.ends.encode() not in part
    )


def is_block(part: bytes, dialect: Dialect) -> bool:
    """Whether a part that begins with a start is one entry: no other start and no blank line in it."""
    part = part.rstrip(b"\n")
    if b"\n\n" in part or b"\n" + dialect.sign.encode() in part:
        return False
    if part.isascii():
        return not _BLANK_BYTES.search(part)
    return not _BLANK_LINE.search(part.decode())


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
