"""Where the entries of a tagged export stand, found by reading on from start to end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus.dialects import Dialect
from corpus.stray_text import line_class


@dataclass(slots=True)
class Stretch:
    """A stretch of the file that is an entry, or text that is none.

    Attributes
    ----------
    pieces : list of (int, int)
        From where to where in the text; nearly always one.
    begun : bool
        Whether a start begins it.
    stray : bool
        Whether it is text outside the entries that may hold a reference.
    said : list of str
        Headers and the like that stand around it.
    """

    pieces: list[tuple[int, int]]
    begun: bool = True
    stray: bool = False
    said: list[str] = field(default_factory=list)


def stretches(text: str, dialect: Dialect) -> Iterator[Stretch]:  # noqa: PLR0912 (one loop over the file)
    r"""The places of the entries in the text, in order, and of text that may be one.

    An entry begins with the dialect's start, also where the one before it was never ended. Tags directly
    before a start belong to the entry that follows; tags behind an end to the one before, unless they
    have a title or an end of their own.

    Examples
    --------
    >>> from corpus.dialects import RIS
    >>> [stretch.pieces for stretch in stretches("TY  - A\nER  - \nTY  - B\n", RIS)]
    [[(0, 14)], [(15, 23)]]
    """
    held: Stretch | None = None
    said: list[str] = []
    waits = -1
    start = -1
    following = _next_start(text, 0, dialect)
    while start < len(text):
        end = max(start, 0)
        if start >= 0:
            if dialect.ends:
                following = _behind_repeats(text, start, following, dialect)
            end = _end(text, start, following, dialect)
            if held is not None:
                yield held
            held = Stretch([(start if waits < 0 else waits, end)], said=said)
            waits, said = -1, []
        if end < following and not (rest := text[end:following]).isspace() and rest:
            lines = _classed_lines(text, end, following, dialect)
            parts = _after_end(lines, dialect, text, following, any_before=held is not None)
            if not dialect.ends:
                seen = held is not None and _has_title(text, start, end, dialect)
                parts = _after_blank(lines, dialect, text, following, held is not None, seen)
            for kind, first, last in parts:
                if kind == "said":
                    said.append(text[first:last].strip())
                elif kind == "next":
                    waits = first
                elif kind == "more" and held is not None:
                    held.pieces.append((first, last))
                else:
                    if held is not None:
                        yield held
                    held = Stretch([(first, last)], begun=False, stray=kind == "stray", said=said)
                    said = []
        start, following = following, _next_start(text, following + 1, dialect)
    if held is None and text.strip():
        held = Stretch([(len(text) - len(text.lstrip()), len(text))], begun=False, stray=True)
    elif held is not None:
        held.said += said
    if held is not None:
        yield held


def _next_start(text: str, at: int, dialect: Dialect) -> int:
    """Where the next entry begins, from ``at`` (the begin of a line or inside one); else the text's end."""
    matches = dialect.start_line.match
    if at == 0 and text.startswith(dialect.sign) and matches(text[: (text + "\n").index("\n")]):
        return 0
    sign, place = "\n" + dialect.sign, max(at - 1, 0)
    while (place := text.find(sign, place)) >= 0:
        place += 1
        line_end = text.find("\n", place)
        if matches(text[place : line_end if line_end >= 0 else len(text)]):
            return place
    return len(text)


def _end(text: str, start: int, following: int, dialect: Dialect) -> int:
    """Where the entry that begins at ``start`` ends: behind its end, or at the first blank line."""
    if not dialect.ends:
        blank = _BLANK_LINE.search(text, start, following)
        return blank.start() + 1 if blank and text[blank.end() : following].strip() else following
    at = text.find("\n" + dialect.ends, start, following)
    while at >= 0:
        line_end = text.find("\n", at + 1, following)
        line_end = following if line_end < 0 else line_end
        shape = line_class(text[at + 1 : line_end], dialect)
        # an end with words behind it, and more to come, is a line of an abstract
        if shape == "E" or (shape == "e" and not text[line_end:following].strip()):
            return line_end
        at = text.find("\n" + dialect.ends, line_end, following)
    return following


_BLANKS = re.compile(r"\s*")
_BLANK_LINE = re.compile(r"\n[^\S\n]*(?=\n)")
_Line = tuple[str, int, int]
_Part = tuple[str, int, int]


def _classed_lines(text: str, start: int, end: int, dialect: Dialect) -> list[_Line]:
    lines, at = [], start
    for line in text[start:end].removesuffix("\n").split("\n"):
        lines.append((line_class(line, dialect), at, at + len(line)))
        at += len(line) + 1
    return lines


def _has_title(text: str, start: int, end: int, dialect: Dialect) -> bool:
    return any(line_class(line, dialect) == "T" for line in text[start:end].split("\n"))


def _next_has_title(text: str, following: int, dialect: Dialect) -> bool:
    after = _next_start(text, following + 1, dialect)
    if dialect.ends:
        after = _behind_repeats(text, following, after, dialect)
    return _has_title(text, following, _end(text, following, after, dialect), dialect)


def _behind_repeats(text: str, start: int, following: int, dialect: Dialect) -> int:
    """The next start that is more than the same start again, directly below (some tools write several)."""
    begun = start
    # cheap in nearly all cases: another line follows the start at once
    behind = text.find("\n", start) + 1
    if not behind or not (text[behind : behind + 1].isspace() or behind == following):
        return following
    while following < len(text):
        blanks = _BLANKS.match(text, text.find("\n", begun))
        if blanks is None or blanks.end() < following:
            break
        begun, following = following, _next_start(text, following + 1, dialect)
    return following


def _lead(lines: list[_Line]) -> Iterator[_Part]:
    """Text that stands alone: one stretch where any of it may hold a reference, else headers."""
    filled = [line for line in lines if line[0] != "b"]
    if any(shape in "xi" for shape, _, _ in filled):
        yield "stray", filled[0][1], filled[-1][2]
    else:
        yield from (("said", first, last) for _, first, last in filled)


def _split_at_tags(block: list[_Line]) -> tuple[list[_Line], list[_Line]]:
    n_lead = next((i for i, line in enumerate(block) if line[0] in "tT"), len(block))
    return block[:n_lead], block[n_lead:]


def _after_end(
    lines: list[_Line], dialect: Dialect, text: str, following: int, *, any_before: bool
) -> Iterator[_Part]:
    """What the lines between an end and the next start are."""
    n_filled = max((i for i, line in enumerate(lines, 1) if line[0] != "b"), default=0)
    blocks: list[list[_Line]] = [[]]
    for i, (shape, first, last) in enumerate(lines, 1):
        ends = shape == "E" or (shape == "e" and i == n_filled)
        blocks[-1].append(("E" if ends else "x" if shape == "e" else shape, first, last))
        if ends:
            blocks.append([])
    for i, block in enumerate(blocks, 1):
        ended = bool(block) and block[-1][0] == "E"
        lead, body = _split_at_tags(block[:-1] if ended else block)
        for part in _lead(lead):
            any_before = any_before or part[0] == "stray"
            yield part
        if not body:
            continue
        titled = any(line[0] == "T" for line in body)
        is_last = i == len(blocks) and following < len(text)
        place = body[0][1], block[-1][2] if ended else body[-1][2]
        if is_last and body[-1][0] not in "bp" and not (titled and _next_has_title(text, following, dialect)):
            yield "next", *place
        elif titled or ended:
            yield "own", *place
        else:
            yield "more" if any_before else "next" if is_last else "own", *place
        any_before = True


def _after_blank(
    lines: list[_Line], dialect: Dialect, text: str, following: int, any_before: bool, seen: bool
) -> Iterator[_Part]:
    """What the lines behind a blank line are, where no tag ends an entry."""
    blocks: list[list[_Line]] = [[]]
    for line in lines:
        if line[0] != "b":
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    for i, block in enumerate(blocks, 1):
        lead, body = _split_at_tags(block)
        if any_before:
            goes_on = [line for line in lead if line[0] == "i"] if dialect.indented else lead
            if goes_on and any(line[0] != "p" for line in goes_on):
                yield "more", goes_on[0][1], goes_on[-1][2]
                lead = [line for line in lead if line not in goes_on]
        for part in _lead(lead):
            if part[0] == "stray":
                any_before = seen = True
            yield part
        if not body:
            continue
        titled = any(line[0] == "T" for line in body)
        is_last = i == len(blocks) and following < len(text)
        place = body[0][1], body[-1][2]
        if is_last and not (titled and _next_has_title(text, following, dialect)):
            yield "next", *place
        elif not any_before or (titled and seen):
            yield "own", *place
            seen = titled
        else:
            yield "more", *place
            seen = seen or titled
        any_before = True
