"""The protocol: what the review asks, whom it lets in, who takes part; fixed before the reading starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from corpus.checked_yaml import Fault, read_checked_yaml
from corpus.ranking_parts import ProtocolWords, RankingSettings

Stage = Literal["title_abstract", "full_text"]
STAGES: tuple[Stage, ...] = ("title_abstract", "full_text")
STRICT = {"extra": "forbid"}


@dataclass(frozen=True)
class Wording:
    """The same words in English and Danish; one of them may be missing.

    Examples
    --------
    >>> Wording(en="Time", da="Tid").in_language("da")
    'Tid'
    >>> Wording(en="Time").in_language("da")
    'Time'
    """

    __pydantic_config__: ClassVar = STRICT
    en: str = ""
    da: str = ""

    def in_language(self, language: str) -> str:
        """The words in ``language`` ("en" or "da"), else in the other one."""
        first, second = (self.da, self.en) if language == "da" else (self.en, self.da)
        return first or second


@dataclass(frozen=True)
class Question:
    """A review question."""

    __pydantic_config__: ClassVar = STRICT
    id: str
    en: str = ""
    da: str = ""


@dataclass(frozen=True)
class Criterion:
    """A criterion of the protocol.

    Attributes
    ----------
    id : str
        What decisions refer to, for instance ``"E05_not_partnership"``.
    en, da : str
        The criterion in words.
    counts_as : str
        For an exclusion criterion: "excluded" or "not_retrieved" (the PRISMA 2020 box it is counted in).
    guides_ranking : bool
        For an inclusion criterion: whether its words lead the first ranking; not where it is formal
        (language, period, type of publication, country).
    """

    __pydantic_config__: ClassVar = STRICT
    id: str
    en: str = ""
    da: str = ""
    counts_as: Literal["excluded", "not_retrieved"] = "excluded"
    guides_ranking: bool = True

    def in_language(self, language: str) -> str:
        """The criterion's words in ``language`` ("en" or "da"), else in the other one."""
        return Wording(self.en, self.da).in_language(language)


@dataclass(frozen=True)
class Criteria:
    """Inclusion criteria, and exclusion criteria in the order in which they are tried."""

    __pydantic_config__: ClassVar = STRICT
    inclusion: tuple[Criterion, ...] = ()
    exclusion: tuple[Criterion, ...] = ()


@dataclass(frozen=True)
class Person:
    """Somebody who takes decisions; ``id`` names their files."""

    __pydantic_config__: ClassVar = STRICT
    id: str
    name: str = ""


@dataclass(frozen=True)
class Protocol:
    """A review's protocol, as read from ``protocol.yaml``.

    Attributes
    ----------
    id, version : str
    title : Wording
    questions : tuple of Question
    criteria : Criteria
    stages : tuple of str
        The screening stages in use, in order: "title_abstract" and, if reports are read whole, "full_text".
    people : tuple of Person
    languages : tuple of str
    seed : int
        The one seed from which every random draw of the review is made.
    ranking : RankingSettings
        How unread records are ranked.
    invented : Wording
        Said on every page made from the review when its data are not real; empty otherwise.
    flags, appraisal : tuple of Criterion
        Marks that are not reasons for exclusion; appraisal items.
    notes : mapping
        Anything else the team wants to keep: frames, search blocks, rules.
    """

    __pydantic_config__: ClassVar = STRICT
    id: str
    title: Wording
    questions: tuple[Question, ...]
    version: str = "0.1"
    criteria: Criteria = field(default_factory=Criteria)
    stages: tuple[Stage, ...] = STAGES
    people: tuple[Person, ...] = ()
    languages: tuple[str, ...] = ("en", "da")
    seed: int = 1
    ranking: RankingSettings = field(default_factory=RankingSettings)
    invented: Wording = field(default_factory=Wording)
    flags: tuple[Criterion, ...] = ()
    appraisal: tuple[Criterion, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)

    def query(self, wanted: ProtocolWords | None = None) -> str:
        """What is looked for, in the protocol's own words: title, questions and inclusion criteria.

        ``wanted`` leaves the criteria out, or all; by default the setting ``protocol_words`` of the ranking.
        """
        wanted = wanted or self.ranking.protocol_words
        if wanted == "none":
            return ""
        parts: list[Wording | Question | Criterion] = [self.title, *self.questions]
        if wanted == "questions_and_criteria":
            parts += [criterion for criterion in self.criteria.inclusion if criterion.guides_ranking]
        words = [word for part in parts for word in (part.en, part.da)]
        return " ".join(word for word in words if word)

    def exclusion_order(self) -> list[str]:
        """Ids of the exclusion criteria, in the order in which the first that applies is the reason."""
        return [criterion.id for criterion in self.criteria.exclusion]


def place_in(order: Sequence[str], name: str) -> tuple[int, str]:
    """Where a reason stands in the protocol's order, for sorting; unknown ones last, by name.

    Examples
    --------
    >>> sorted(["E9", "E1", "E2"], key=lambda name: place_in(["E2", "E1"], name))
    ['E2', 'E1', 'E9']
    """
    return (list(order).index(name) if name in order else len(order), name)


def read_protocol(path: Path) -> Protocol:
    """Read and check ``protocol.yaml``.

    Raises
    ------
    FaultyFileError
        With all faults at once, each with its line.
    """
    return read_checked_yaml(path, Protocol, cross_checks=_cross_checks)


def _cross_checks(protocol: Protocol) -> Iterator[Fault]:
    lists: list[tuple[tuple[str, ...], tuple[Any, ...]]] = [
        (("questions",), protocol.questions),
        (("criteria", "inclusion"), protocol.criteria.inclusion),
        (("criteria", "exclusion"), protocol.criteria.exclusion),
        (("people",), protocol.people),
    ]
    for path, items in lists:
        seen: set[str] = set()
        for position, item in enumerate(items):
            if item.id in seen:
                yield Fault((*path, position, "id"), f"the id {item.id!r} is used twice")
            seen.add(item.id)
    if not protocol.stages or protocol.stages[0] != "title_abstract":
        yield Fault(("stages",), "the first stage must be title_abstract")
