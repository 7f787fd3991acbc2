"""The changelog of a coding scheme: what each version did to the codes before it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar

from corpus.protocol import Wording

_VERSION = re.compile(r"\d+(\.\d+)*")


@dataclass(frozen=True)
class SchemeChange:
    """What one version of a coding scheme changed, so that earlier decisions can follow.

    Attributes
    ----------
    version : str
        The version that brought the change: numbers joined by dots. The first rises when a meaning changes.
    date : str
    note : Wording
        Why, in words.
    meaning : tuple of str
        Codes that mean something else now; decisions on them wait for a person.
    reworded : tuple of str
        Codes explained in other words that mean the same.
    renamed : mapping of old id to new id
        The meaning is the same; decisions carry over.
    merged : mapping of old id to new id
        Decisions on the old codes count for the new one.
    split : mapping of old id to new ids
        A person must say which of the new codes each decision belongs to.
    added, retired : tuple of str
        Codes that are new; codes that are no longer used for new decisions.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    version: str
    date: str = ""
    note: Wording = field(default_factory=Wording)
    meaning: tuple[str, ...] = ()
    reworded: tuple[str, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    split: dict[str, tuple[str, ...]] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()

    @property
    def changes_meaning(self) -> bool:
        """Whether decisions made before may no longer say what they said."""
        return bool(self.meaning or self.merged or self.split)


def version_parts(version: str) -> tuple[int, ...]:
    """A version as numbers, to be compared; ``()`` when it is none.

    Examples
    --------
    >>> version_parts("1.10") > version_parts("1.9"), version_parts("2") == version_parts("2.0")
    (True, True)
    >>> version_parts("draft")
    ()
    """
    if not _VERSION.fullmatch(version.strip()):
        return ()
    parts = [int(part) for part in version.strip().split(".")]
    while parts[-1:] == [0] and len(parts) > 1:
        parts.pop()
    return tuple(parts)


def next_version(version: str, *, major: bool) -> str:
    """The version after this one.

    Examples
    --------
    >>> next_version("1.2", major=False), next_version("1.2", major=True), next_version("", major=True)
    ('1.3', '2.0', '1.0')
    """
    parts = [*version_parts(version), 0, 0][:2]
    return f"{parts[0] + 1}.0" if major else f"{parts[0]}.{parts[1] + 1}"
