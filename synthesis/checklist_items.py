"""The items of PRISMA 2020, PRISMA-S and ENTREQ, and the pages on which the authors say they report them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar

import yaml

from corpus.checked_yaml import Fault, read_checked_yaml, says_nothing

CHECKLISTS = ("prisma_2020", "prisma_s", "entreq")


@dataclass(frozen=True)
class Checklist:
    """Where the authors report items that the report itself does not hold, as read from ``checklist.yaml``.

    Attributes
    ----------
    prisma_2020, prisma_s, entreq : mapping
        Item ("24a") -> place in the authors' own words ("page 5").
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    prisma_2020: dict[str, str] = field(default_factory=dict)
    prisma_s: dict[str, str] = field(default_factory=dict)
    entreq: dict[str, str] = field(default_factory=dict)

    def place_of(self, checklist: str, item: str) -> str:
        """What the authors say of an item, or ``""``."""
        named: Mapping[str, str] = getattr(self, checklist)
        return " ".join(named.get(item, "").split())


def read_checklist(path: Path) -> Checklist:
    """Read and check ``checklist.yaml``; without such a file the authors have named no page.

    Raises
    ------
    FaultyFileError
        With all faults at once: unknown checklists, items that a checklist does not have.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "checklist.yaml")
    >>> read_checklist(file).place_of("prisma_2020", "24a")
    ''
    >>> _ = file.write_text('prisma_2020: {"24a": "page 5"}')
    >>> read_checklist(file).place_of("prisma_2020", "24a")
    'page 5'
    """
    if says_nothing(path):
        return Checklist()
    return read_checked_yaml(path, Checklist, cross_checks=_unknown_items)


def checklist_items() -> dict[str, dict[str, Any]]:
    """Checklist -> its name, doi and items (id -> en, da and, where the report may answer it, place)."""
    return _items()


@cache
def _items() -> dict[str, dict[str, Any]]:
    text = resources.files("synthesis").joinpath("checklists.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return loaded


def _unknown_items(checklist: Checklist) -> Iterator[Fault]:
    for name in CHECKLISTS:
        known = _items()[name]["items"]
        for item in getattr(checklist, name):
            if item not in known:
                yield Fault((name, item), f"there is no such item; known: {', '.join(known)}")
