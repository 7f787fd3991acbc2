"""The protocol: what the review asks, whom it lets in, who takes part; fixed before the reading starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from corpus.checked_yaml import Fault, read_checked_yaml
from corpus.journal import can_name_file
from corpus.previous_review import PreviousReview, previous_faults
from corpus.ranking_parts import ProtocolWords, RankingSettings

Stage = Literal["title_abstract", "full_text"]
STAGES: tuple[Stage, ...] = ("title_abstract", "full_text")
Level = Literal["cautious", "standard", "fast", "certified", "in_a_row"]
# what is judged of findings and review findings, whatever the protocol asks of the studies
OTHER_JUDGEMENTS = (
    "credibility", "methodological_limitations", "coherence", "adequacy", "relevance", "confidence",
)  # fmt: skip
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
class AppraisalItem:
    """A question that people answer about each included study, such as an item of MMAT or a JBI checklist.

    Attributes
    ----------
    id : str
        What judgements refer to, for instance ``"A3"``; none of ``OTHER_JUDGEMENTS``.
    en, da : str
        The question in words.
    assesses : str
        What ConQual reads from the answers: "dependability" (five items), "qualitative_research" (one item:
        yes is qualitative research, no is text and opinion), or "" for items it does not read.
    """

    __pydantic_config__: ClassVar = STRICT
    id: str
    en: str = ""
    da: str = ""
    assesses: Literal["", "dependability", "qualitative_research"] = ""

    def in_language(self, language: str) -> str:
        """The question in ``language`` ("en" or "da"), else in the other one."""
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
class ScreeningPlan:
    """Who screens what, fixed before the screening starts.

    Attributes
    ----------
    plan : str
        "all_twice" (two people screen each record), "overlap" (one person, and a second one for a random
        share) or "single" (one person).
    overlap : float
        With the plan "overlap": per cent of the records that two people screen.
    full_text : str
        The plan for reports read whole; ``""`` is the same as ``plan``.
    screeners : tuple of str
        Ids of the people who screen.
    calibration : int
        Records of a calibration round, screened by everybody; 0 is none.
    """

    __pydantic_config__: ClassVar = STRICT
    plan: Literal["all_twice", "overlap", "single"] = "all_twice"
    overlap: float = 20.0
    full_text: Literal["", "all_twice", "overlap", "single"] = ""
    screeners: tuple[str, ...] = ()
    calibration: int = 0

    def per_cent_twice(self, stage: Stage) -> float:
        """Per cent of the records that two people screen at a stage.

        Examples
        --------
        >>> plan = ScreeningPlan("overlap", overlap=15, full_text="all_twice")
        >>> plan.per_cent_twice("title_abstract"), plan.per_cent_twice("full_text")
        (15, 100.0)
        """
        plan = self.full_text if stage == "full_text" and self.full_text else self.plan
        return {"all_twice": 100.0, "overlap": self.overlap, "single": 0.0}[plan]


@dataclass(frozen=True)
class StoppingPlan:
    """When the reading may stop; decided on before it starts.

    Attributes
    ----------
    level : str
        "cautious", "standard", "fast", "certified" or "in_a_row" (``corpus.stopping_levels`` says what each
        assumes and how it did).
    target_recall : float
        Share of the relevant records to be found; "standard" and "fast" are made for 0.95 only.
    confidence : float
        Of the recall interval, of the level "cautious" and of an audit.
    in_a_row : int
        For the level of that name: how many irrelevant records in a row.
    """

    __pydantic_config__: ClassVar = STRICT
    level: Level = "standard"
    target_recall: float = 0.95
    confidence: float = 0.95
    in_a_row: int = 200


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
    screening : ScreeningPlan, optional
        Who screens what; without it everybody may screen everything, and one decision is a verdict.
    languages : tuple of str
    seed : int
        The one seed from which every random draw of the review is made.
    stopping : StoppingPlan
        The rule by which the reading may stop.
    references : str
        The style of the report's references: "apa" (7th edition) or "vancouver".
    licence : str
        Address or name of the licence under which the report may be used, ``""`` where none is given.
    ranking : RankingSettings
        How unread records are ranked.
    invented : Wording
        Said on every page made from the review when its data are not real; empty otherwise.
    flags : tuple of Criterion
        Marks that are not reasons for exclusion.
    previous_review : PreviousReview, optional
        For an update: the review that it updates, and how much that included.
    appraisal : tuple of AppraisalItem
        What is judged of each included study; never a reason for exclusion.
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
    screening: ScreeningPlan | None = None
    languages: tuple[str, ...] = ("en", "da")
    seed: int = 1
    stopping: StoppingPlan = field(default_factory=StoppingPlan)
    references: Literal["apa", "vancouver"] = "apa"
    licence: str = ""
    ranking: RankingSettings = field(default_factory=RankingSettings)
    invented: Wording = field(default_factory=Wording)
    flags: tuple[Criterion, ...] = ()
    previous_review: PreviousReview | None = None
    appraisal: tuple[AppraisalItem, ...] = ()
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
        (("appraisal",), protocol.appraisal),
        (("flags",), protocol.flags),
    ]
    for path, items in lists:
        seen: set[str] = set()
        for position, item in enumerate(items):
            if item.id in seen:
                yield Fault((*path, position, "id"), f"the id {item.id!r} is used twice")
            # an empty id of a person cannot name a file, either
            if not item.id.strip() and path != ("people",):
                yield Fault((*path, position, "id"), "is empty")
            seen.add(item.id)
    yield from _people_faults(protocol.people)
    if protocol.seed < 0:
        yield Fault(("seed",), f"is a whole number from 0 (found {protocol.seed})")
    for position, stage in enumerate(protocol.stages):
        if stage in protocol.stages[:position]:
            yield Fault(("stages", position), f"names {stage!r} twice")
    yield from _screening_faults(protocol)
    if not protocol.stages or protocol.stages[0] != "title_abstract":
        yield Fault(("stages",), "the first stage must be title_abstract")
    yield from _stopping_faults(protocol.stopping)
    yield from _appraisal_faults(protocol.appraisal)
    if protocol.previous_review:
        yield from previous_faults(protocol.previous_review)


def _people_faults(people: tuple[Person, ...]) -> Iterator[Fault]:
    ids: dict[str, str] = {}
    for position, person in enumerate(people):
        path = ("people", position, "id")
        if not can_name_file(person.id):
            yield Fault(path, f"{person.id!r} cannot name a person's file: use letters, digits, - and _")
        # on Windows and macOS their files would be one
        other = ids.setdefault(person.id.casefold(), person.id)
        if other != person.id:
            yield Fault(path, f"the ids {other!r} and {person.id!r} differ in capitals only")


def _appraisal_faults(items: tuple[AppraisalItem, ...]) -> Iterator[Fault]:
    for at, item in enumerate(items):
        if item.id in OTHER_JUDGEMENTS:
            yield Fault(
                ("appraisal", at, "id"),
                f"{item.id!r} is what is judged of findings, not of studies; give the item another id",
            )
    dependability = [at for at, item in enumerate(items) if item.assesses == "dependability"]
    if len(dependability) not in (0, 5):
        yield Fault(
            ("appraisal", dependability[-1], "assesses"),
            f"ConQual reads five dependability items; {len(dependability)} are marked",
        )
    for at in [at for at, item in enumerate(items) if item.assesses == "qualitative_research"][1:]:
        yield Fault(("appraisal", at, "assesses"), "one item at most says what is qualitative research")


def _screening_faults(protocol: Protocol) -> Iterator[Fault]:
    plan = protocol.screening
    if plan is None:
        return
    people = [person.id for person in protocol.people]
    for position, person in enumerate(plan.screeners):
        path = ("screening", "screeners", position)
        if person not in people:
            yield Fault(path, f"names unknown person {person!r}; known: {', '.join(people) or 'nobody'}")
        if person in plan.screeners[:position]:
            yield Fault(path, f"names {person!r} twice")
    n_needed = 2 if any(plan.per_cent_twice(stage) > 0 for stage in protocol.stages) else 1
    if len(set(plan.screeners)) < n_needed:
        words = "two screeners" if n_needed == 2 else "a screener"
        yield Fault(("screening", "screeners"), f"this plan needs at least {words}")
    if not 0 <= plan.overlap <= 100:
        yield Fault(("screening", "overlap"), f"is a per cent between 0 and 100 (found {plan.overlap:g})")
    if plan.calibration < 0:
        yield Fault(("screening", "calibration"), f"is a number of records (found {plan.calibration})")


def _stopping_faults(plan: StoppingPlan) -> Iterator[Fault]:
    for name, value, low, high in (
        ("target_recall", plan.target_recall, 0.5, 1.0),
        ("confidence", plan.confidence, 0.5, 0.999),
        ("in_a_row", plan.in_a_row, 1, 1_000_000),
    ):
        if not low <= value <= high:
            yield Fault(("stopping", name), f"must be from {low:g} to {high:,} (found {value:g})")
