"""Names of authors and editors: taken apart, and written as APA and Vancouver write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# what stands behind a given name and is no part of it
_RANK = re.compile(r"(?i)(jr|sr)\.?|I{2,3}|IV|V")
_AND_OTHERS = re.compile(r"(?i)(and others|et al|m\.?\s?fl|u\.?\s?a)\.?")
# "PW", "P.W.", "ME": initials without spaces, in capitals
_CLOSED_INITIALS = re.compile(r"(?:[^\W\d_a-zæøåäöüß]\.?){2,3}")
_FIRST, _IN_VANCOUVER = 19, 6


@dataclass(frozen=True)
class Name:
    """A name of a person or of a body.

    Attributes
    ----------
    family : str
        Family name with its particle ("van Meerkerk"), or the whole name of a body.
    initials : tuple of str
        One per given name, hyphenated ones whole: ("J.-P.", "K."); empty for a body.
    rank : str
        "Jr.", "III", or ``""``.
    """

    family: str
    initials: tuple[str, ...] = ()
    rank: str = ""


def names_of(joined: str) -> tuple[tuple[Name, ...], bool]:
    """The names of a cell ("Family, Given" joined by "; "), and whether the source leaves further ones out.

    Examples
    --------
    >>> names, has_others = names_of("King, Martin L., Jr.; Dupont, Jean-Paul; WHO; et al.")
    >>> [name.family for name in names], names[0].initials, names[0].rank, names[1].initials, has_others
    (['King', 'Dupont', 'WHO'], ('M.', 'L.'), 'Jr.', ('J.-P.',), True)
    """
    found, has_others = [], False
    for part in (part.strip() for part in joined.split(";")):
        bare = re.sub(r"(?i)[,\s]+et al\.?$", "", part)
        has_others = has_others or bare != part or bool(_AND_OTHERS.fullmatch(bare))
        if bare and not _AND_OTHERS.fullmatch(bare):
            found.append(_name(bare))
    return tuple(found), has_others


def _name(text: str) -> Name:
    family, *rest = [part.strip() for part in text.split(",")]
    rank = next((part for part in rest if _RANK.fullmatch(part)), "")
    given = " ".join(part for part in rest if part and part is not rank)
    if rank[:1].lower() in ("j", "s"):
        rank = f"{rank.rstrip('.').capitalize()}."
    # a role that the source put behind the name is no given name
    given = re.sub(r"\(.*?\)", " ", given)
    return Name(family, tuple(_initials(given)), rank)


def _initials(given: str) -> list[str]:
    if _CLOSED_INITIALS.fullmatch(given):
        return [f"{letter}." for letter in given if letter != "."]
    words = given.replace(".", ". ").split()
    return [
        "-".join(f"{part[0].upper()}." for part in word.split("-") if part)
        for word in words
        if any(letter.isalpha() for letter in word)
    ]


def in_apa(names: Sequence[Name], has_others: bool = False) -> str:
    """The names as APA 7 lists authors: all up to twenty, else nineteen and the last.

    Examples
    --------
    >>> in_apa(names_of("Alder, Jo; Vine, Pat K.")[0])
    'Alder, J., & Vine, P. K.'
    >>> in_apa(*names_of("Panjwani, S.; and others"))
    'Panjwani, S., et al.'
    """
    written = [", ".join(part for part in (name.family, " ".join(name.initials), name.rank) if part)
               for name in names]  # fmt: skip
    if has_others:
        return ", ".join([*written, "et al."])
    if len(written) > _FIRST + 1:
        return ", ".join(written[:_FIRST]) + f", … {written[-1]}"
    return ", ".join(written[:-1]) + f", & {written[-1]}" if len(written) > 1 else "".join(written)


def editors_in_apa(names: Sequence[Name]) -> str:
    """Editors as APA 7 names them inside a chapter's reference: initials first.

    Examples
    --------
    >>> editors_in_apa(names_of("Vine, Pat K.; Elm, Ada")[0])
    'P. K. Vine & A. Elm'
    """
    written = [" ".join(part for part in (*name.initials, name.family, name.rank) if part) for name in names]
    if len(written) > 2:
        return ", ".join(written[:-1]) + f", & {written[-1]}"
    return " & ".join(written)


def in_vancouver(names: Sequence[Name], has_others: bool = False) -> str:
    """The names as Vancouver lists them: all up to six, else the first six.

    Examples
    --------
    >>> in_vancouver(names_of("Alder, Jo; Dupont, Jean-Paul; King, M. L., Jr")[0])
    'Alder J, Dupont JP, King ML Jr'
    """
    written = [
        " ".join(
            part for part in
            (name.family, re.sub(r"[^\w]", "", "".join(name.initials)), name.rank.rstrip(".")) if part
        )
        for name in names
    ]  # fmt: skip
    if has_others or len(written) > _IN_VANCOUVER:
        return ", ".join([*written[:_IN_VANCOUVER], "et al"])
    return ", ".join(written)
