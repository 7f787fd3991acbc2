"""What the drawings share: how wide text will be at most, how it breaks, and the marks as paths."""

from __future__ import annotations

from typing import Literal

# the four ways a study can point under a theme, in the order in which they are listed
Pointing = Literal["promotes", "hinders", "conflicting", "descriptive"]
POINTINGS: tuple[Pointing, ...] = ("promotes", "hinders", "conflicting", "descriptive")
GLYPHS: dict[str, str] = {"promotes": "▲", "hinders": "▼", "conflicting": "◄►", "descriptive": "○"}
# classes and colours are those of the report's marks (light; the page's style sets the dark ones)
MARK_CLASSES: dict[str, str] = {"promotes": "p", "hinders": "h", "conflicting": "x", "descriptive": "o"}
COLOURS: dict[str, str] = {"p": "#0b62ab", "h": "#b03d06", "x": "#3b2148", "o": "#5f6770"}
_NARROWEST = 0.40  # em
_NARROW, _WIDE = "iljtfr.,:;'|!()[] \xa0-", "mwMW@%—"


def text_width(text: str, size: int = 13, *, is_heading: bool = False) -> int:
    """Width in pixels in the widest of the fonts we name; a little more than it will take.

    Examples
    --------
    >>> text_width("Trust"), text_width("Trust", is_heading=True)
    (36, 40)
    """
    ems = sum(
        _NARROWEST if letter in _NARROW else 0.98 if letter in _WIDE else 1.0 if ord(letter) > 0x2E7F
        else 0.72 if letter.isupper() else 0.64
        for letter in text
    )  # fmt: skip
    return round(ems * size * (1.1 if is_heading else 1.0))


def cut_to(text: str, width: int, size: int = 13, *, is_heading: bool = False) -> str:
    """The text, or as much of it as fits with "…" behind.

    Examples
    --------
    >>> cut_to("Citizen participation", 90)
    'Citizen part…'
    """
    if text_width(text, size, is_heading=is_heading) <= width:
        return text
    # no more letters fit than of the narrowest; what a file calls a word may be a million letters long
    kept = text[: int(width / (_NARROWEST * size)) + 2]
    while kept and text_width(f"{kept}…", size, is_heading=is_heading) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def lines_of(
    text: str, width: int, size: int = 13, *, most: int = 3, is_heading: bool = False
) -> tuple[str, ...]:
    """The text in lines that fit; what is too long for them is cut.

    Examples
    --------
    >>> lines_of("Facilitation and backbone", 90)
    ('Facilitation', 'and', 'backbone')
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, is_heading=is_heading) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines[most - 1 :] = [" ".join(lines[most - 1 :])]
    return tuple(cut_to(line, width, size, is_heading=is_heading) for line in lines)


def mark_path(pointing: str, x: int, y: int, half: int) -> str:
    """The path of a mark about a point: an arrow up, down or to both sides, or a ring.

    Examples
    --------
    >>> mark_path("promotes", 10, 20, 6)
    'M10 14l6 12h-12z'
    """
    if pointing == "promotes":
        return f"M{x} {y - half}l{half} {2 * half}h-{2 * half}z"
    if pointing == "hinders":
        return f"M{x} {y + half}l{half} -{2 * half}h-{2 * half}z"
    if pointing == "conflicting":
        left = f"M{x - 2} {y - half}v{2 * half}l-{half} -{half}z"
        return f"{left}M{x + 2} {y - half}v{2 * half}l{half} -{half}z"
    r = max(half - 1, 3)
    return f"M{x - r} {y}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 -{2 * r} 0z"
