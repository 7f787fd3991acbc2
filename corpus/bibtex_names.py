"""The names in BibTeX's author and editor fields."""

from __future__ import annotations

import re

from corpus.latex import decoded

_SUFFIXES = re.compile(r"(?:Jr|Sr)\.?|[IVX]{2,}")
# a space within braces, where it parts no name
_HELD = "\ue010"
OTHERS = "et al."


def authors_of(names: str) -> str:
    r"""BibTeX's names ("Jo Alder and Vine, Pat") as "Family, Given" joined by "; ".

    A name in braces is a body's and stays whole; "von" parts belong to the family name; "and others" is
    "et al.".

    Examples
    --------
    >>> authors_of("Jo Alder and Vine, Pat and others")
    'Alder, Jo; Vine, Pat; et al.'
    >>> authors_of(r"{Alder and Birk Ltd} and Ludwig van Elm and {\O}re, Jr., Kim")
    'Alder and Birk Ltd; van Elm, Ludwig; Øre Jr., Kim'
    """
    held = _hold_spaces(" ".join(names.split()))
    written = [_name(name.strip(" ,")) for name in re.split(r"\s+and(?:\s+|$)", f" {held}")]
    return "; ".join(name for name in written if name)


def _hold_spaces(names: str) -> str:
    if "{" not in names:
        return names
    depth, signs = 0, []
    for sign in names:
        depth = max(0, depth + (sign == "{") - (sign == "}"))
        signs.append(_HELD if sign == " " and depth else "\ue011" if sign == "," and depth else sign)
    return "".join(signs)


def _name(name: str) -> str:
    if not name:
        return ""
    if name in ("others", "{others}"):
        return OTHERS
    if re.search(r"\b(?:family|given)\s*=", name):
        return _named_parts(name)
    plain = decoded(name)
    parts = [part.strip() for part in plain.split(",")]
    if len(parts) > 2 and _SUFFIXES.fullmatch(parts[1]):
        parts = [f"{parts[0]} {parts[1]}", " ".join(parts[2:])]
    elif len(parts) > 2:
        parts = [parts[0], ", ".join(parts[1:])]
    elif len(parts) == 1:
        parts = _family_and_given(plain.split(" "))
    written = ", ".join(part for part in parts if part)
    # a semicolon parts the names in the column
    return written.replace(_HELD, " ").replace("\ue011", ",").replace(";", ",")


def _family_and_given(words: list[str]) -> list[str]:
    """ "First von Last" as [family, given]."""
    last = len(words) - 1
    if last > 1 and _SUFFIXES.fullmatch(words[last]):
        last -= 1
    begin = next((n for n, word in enumerate(words[:last]) if word[:1].islower()), last)
    return [" ".join(words[begin:]), " ".join(words[:begin])]


def _named_parts(name: str) -> str:
    """BibLaTeX's "family=Elm, given=Kim, prefix=van"."""
    part = {key: decoded(value) for key, value in re.findall(r"([\w-]+)\s*=\s*([^,]*)", name)}
    family = " ".join(filter(None, (part.get("prefix"), part.get("family"), part.get("suffix"))))
    written = ", ".join(filter(None, (family, part.get("given"))))
    return written.replace(_HELD, " ").replace("\ue011", ",").strip('"')
