"""What stands between the entries of a tagged export: a line's class, and what is no reference."""

from __future__ import annotations

import re

from corpus.dialects import Dialect

# what databases put around each entry: numbers, headers, links
_FRAME = r"""record\s*\#?\s?\d+(\ of\ \d+)? | \d{1,6}\s*[.)]? | <\d+\.?\ ?> | links?\ to\ (the\ ovid\b|.{0,60}https?://).*
    | (provider|platform|database)s?:.* | content:?\ ?text/.*"""
# and around the whole export: headers and lines of a search history
_AROUND = r"""\d+[.)]?\s+\#?\d+(\s+(or|and|not|adj\d*)\s+\#?\d+)* | \#\s?\d+\b.*
    | \d+[.):\s]+(or|and|not|exp|limit)\b.* | .*\bor/\d+(-\d+)?
    | \d+[.)]?\s+.*(/|\bexp\b|\.(mp|tw|ti|ab|kw|pt)\b|\$).*
    | (content|host|interface|date|date\ run|date\ of\ search|export\ date|exported|query|search|search\ name
      |search\ history|search\ strategy|search\ terms|results|hits|set|comment|description|last\ saved|url
      |source|character\ set|tag\ legend|font\ attribute\ legend|begin\ exported\ references
      |end\ exported\ references|refworks\ export\ tagged\ format|end\ of\ file)\b\s*([:=].*|\(.*|\d*)
    | (fn|vr)\ .* | ef | [a-z]\w{1,4}=.* | (start|end)\ \w+\ =.*
    | (title-abs-key|ts|ti|ab|kw|all)\s*=?\s*\(.*"""
_FRAME_LINE = re.compile(rf"(?xi)^\W*({_FRAME})\W*$")
_PREAMBLE = re.compile(rf"(?xi)^\W*({_FRAME} | {_AROUND})?\W*$")


def is_preamble(line: str, *, inside: bool = False) -> bool:
    """Whether a line is clearly a header, a number or a line of a search history, no part of a reference.

    Parameters
    ----------
    line : str
    inside : bool
        Whether it may be part of an abstract: then only what databases put around each entry counts.

    Examples
    --------
    >>> is_preamble("Provider: JSTOR http://www.jstor.org"), is_preamble("3. exp Trust/ or lonel*.ti,ab.")
    (True, True)
    >>> is_preamble("Alder J. Time and again. J Time 2019;3:1-9."), is_preamble("Results: 3", inside=True)
    (False, False)
    """
    return len(line) < 2000 and (_FRAME_LINE if inside else _PREAMBLE).match(line) is not None


def line_class(line: str, dialect: Dialect) -> str:  # noqa: PLR0911 (one line per class)
    """What a line is by its looks alone, in one letter.

    "S" begins an entry, "E" ends one, "e" does so with words behind, "T" has a title, "t" another tag,
    "b" is blank, "p" clearly preamble, "x" other text, "i" text that is indented.
    """
    if not line or line.isspace():
        return "b"
    if line.startswith(dialect.sign) and dialect.start_line.match(line):
        return "S"
    if dialect.ends and line.rstrip(" -\t") == dialect.ends:
        return "E"
    found = dialect.tag_line.match(line)
    if found is None or is_header(line, dialect):
        if dialect.indented and line[0] in " \t":
            return "i"
        return "p" if is_preamble(line) else "x"
    tag = found.group(1)
    if tag == dialect.ends:
        return "e" if (found.group(2) or "").strip() else "E"
    return "T" if dialect.column_of.get(tag) == "title" else "t"


def is_header(line: str, dialect: Dialect) -> bool:
    """Whether a line that looks tagged frames the whole file (Web of Science's FN, VR and EF)."""
    return dialect.sign == "PT" and line[:2] in ("FN", "VR", "EF")
