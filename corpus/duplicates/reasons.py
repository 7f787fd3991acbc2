"""Why two records are taken as one, kept apart or put to a person, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus.duplicates.compare import DIFFERENT, SAME

# column of the comparison, its noun for one, its noun for two that differ
_FIELDS = (
    ("doi", "DOI", "DOIs"), ("pmid", "PubMed identifier", "PubMed identifiers"),
    ("volume", "volume", "volumes"), ("page", "first page", "first pages"),
)  # fmt: skip


def what_agrees(pair: Mapping[str, Any]) -> list[str]:
    """What is the same, or nearly the same, of a compared pair.

    ``pair`` is a row of ``corpus.duplicates.compare``.
    """
    said = ["same " + one for name, one, _ in _FIELDS[:2] if pair[name] == SAME]
    if pair["title"] >= 0.995:
        said.append("same title")
    elif pair["title"] >= 0.8:
        said.append("nearly the same title")
    elif pair["title_part"] >= 0.9:
        said.append("one title holds the other")
    if pair["authors"] >= 0.85 and pair["first_author"] > 0.8:
        said.append("same authors")
    elif pair["first_author"] > 0.8:
        said.append("same first author")
    if pair["years_apart"] == 0:
        said.append("same year")
    if pair["journal"] >= 0.9:
        said.append("same journal")
    said += ["same " + one for name, one, _ in _FIELDS[2:] if pair[name] == SAME]
    if pair["abstract"] > 0.9:
        said.append("same abstract")
    # "same title, authors and year", not the word "same" six times
    return [
        word.removeprefix("same ") if place and "same " in said[0] else word
        for place, word in enumerate(said)
    ]


def what_differs(pair: Mapping[str, Any]) -> list[str]:
    """What differs of a compared pair, without what :func:`what_conflicts` says."""
    differing = []
    if pair["title"] < 0.8 and pair["title_part"] < 0.9:
        differing.append("titles")
    if 0 <= pair["first_author"] < 0.5 or 0.5 < pair["first_author"] <= 0.8:
        differing.append("first authors")
    elif pair["authors"] < 0.5:
        differing.append("authors")
    if pair["years_apart"] > 0:
        differing.append("years")
    if 0 <= pair["journal"] < 0.5:
        differing.append("journals")
    if pair["issues_differ"] == 1:
        differing.append("issues")
    differing += [several for name, _, several in _FIELDS if pair[name] == DIFFERENT]
    if 0 <= pair["abstract"] < 0.6:
        differing.append("abstracts")
    return differing


def what_conflicts(found: Mapping[str, Any], a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """The conflicts of a pair in words.

    ``found`` is a row of ``corpus.duplicates.conflicts``; ``a`` and ``b`` are the two prepared records.
    """
    said = []
    if found["generic"]:
        said.append("many works carry such a title, and too little else speaks for one")
    if found["kinds"]:
        kinds = set(a["kinds"].split("; ")) ^ set(b["kinds"].split("; "))
        said.append("only one is " + " or ".join(sorted(kind for kind in kinds if kind)))
    if found["numbers"]:
        numbers = f" ({a['numbers'] or 'none'} and {b['numbers'] or 'none'})"
        said.append("the numbers in the titles differ" + numbers)
    if found["place"]:
        said.append("volume, pages and identifier all differ")
    if found["preprint"]:
        said.append("only one is a preprint")
    return said


def reason(
    pair: Mapping[str, Any], found: Mapping[str, Any], a: Mapping[str, Any], b: Mapping[str, Any]
) -> str:
    """One sentence on a pair: what agrees, what differs, what conflicts."""
    agree, differ, conflict = what_agrees(pair), what_differs(pair), what_conflicts(found, a, b)
    parts = [listed(agree)] if agree else ["little agrees"]
    against = ([f"the {listed(differ)} differ"] if differ else []) + conflict
    if against:
        parts.append("but " + "; ".join(against))
    return ", ".join(parts)


def listed(words: list[str]) -> str:
    """Words in a row.

    Examples
    --------
    >>> listed(["same title", "authors", "year"])
    'same title, authors and year'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
