"""The nouns of this room: coding scheme, themes, codes, facets, descriptors.

The frames of this room (all text is plain ``str`` with ``""`` for "not there"; offsets are Unicode code
points into the untouched text of the field, end exclusive, so that ``text_of_field[start:end] == text``):

=================  ==========================================================================================
frame              columns
=================  ==========================================================================================
suggestions        record_id, field ("title" or "abstract"), start, end (int), text, code_id, direction,
                   proposed_by, score (float, 0 to 1), indicator, cue, why
coding_decisions   record_id, code_id, value ("present", "absent", "unclear", "withdrawn"), direction, field,
                   start, end, text, finding, facets (JSON), person, round, reading (int; 2 where a record
                   was read again), scheme_version, scheme_hash, note, decided_at, reason and settles (of an
                   adjudication: why, and the line_ids joined by "; "), suggestions_shown ("yes", "no", "" not
                   noted), suggested (JSON), line_id, journal_line (int); one row per segment; without
                   segment: "", -1, -1, ""
coded_segments     record_id, code_id, direction, field, start, end, text, finding, facets, people,
                   settled_by, decided_at
coding_conflicts   record_id, code_id, kind ("presence" or "direction"), positions
disagreements      record_id, code_id, kind, person_1, value_1, direction_1, quotations_1, note_1, person_2
                   ..., settled_by, settled_as, reason
descriptors        record_id, descriptor, value, person, decided_at
agreement rows     stage, pair, n, percent, kappa, kappa_low, kappa_high, ac1, alpha, alpha_low, alpha_high,
                   n_conflicts, n_settled, confusion (JSON)
agreement by code  code_id ("" all codes), n, n_disagreements, prevalence, percent, kappa, ac1, alpha (each
                   with _low, _high), note
=================  ==========================================================================================
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Literal

from coding_scheme.changelog import SchemeChange
from corpus.errors import ReviewError
from corpus.protocol import Wording

DIRECTIONS = ("promotes", "hinders", "mixed", "descriptive")
STRICT = {"extra": "forbid"}
Phrases = dict[str, tuple[str, ...]]
ValueType = Literal["one_of", "some_of", "text", "number"]
Status = Literal["active", "retired"]


@dataclass(frozen=True)
class Direction:
    """A direction that a finding may have; ``id`` is one of "promotes", "hinders", "mixed", "descriptive"."""

    __pydantic_config__: ClassVar = STRICT
    id: str
    label: Wording = field(default_factory=Wording)
    symbol: str = ""


@dataclass(frozen=True)
class DirectionCues:
    """Phrases, by language, from which the rules read the direction of a finding.

    Attributes
    ----------
    promotes, hinders, mixed : mapping of language to phrases
        What says that something helps, stands in the way, or does both.
    requires : mapping
        Promotes only what follows it ("requires", "thanks to").
    gains, suffers : mapping
        Promotes or hinders what stands with it, and the whole list that follows it ("key factors include",
        "hampered by").
    conditional : mapping
        Promotes what follows, where a condition does ("take part" before "when").
    contrast : mapping
        What stands after such a phrase is the rejected alternative ("rather than").
    negation : mapping
        Turns a cue around, or says that the thing itself is missing ("without").
    not_cues : mapping
        Looks like a cue and is none ("not only", "but also", "increasingly").
    breaks : mapping
        Words at which a new clause with a direction of its own begins ("but").
    turns : mapping
        The same, though only between two cues ("however").
    hedges : mapping
        What makes a claim weaker ("may").
    questions : mapping
        What follows is asked or studied, so that it makes no claim ("this paper examines", "whether").
    findings : mapping
        What ends a question: after it something is claimed ("we find").
    purposes : mapping
        The cue that follows is what is intended ("aims to", "in order to").
    """

    __pydantic_config__: ClassVar = STRICT
    promotes: Phrases = field(default_factory=dict)
    hinders: Phrases = field(default_factory=dict)
    mixed: Phrases = field(default_factory=dict)
    requires: Phrases = field(default_factory=dict)
    gains: Phrases = field(default_factory=dict)
    suffers: Phrases = field(default_factory=dict)
    conditional: Phrases = field(default_factory=dict)
    contrast: Phrases = field(default_factory=dict)
    negation: Phrases = field(default_factory=dict)
    not_cues: Phrases = field(default_factory=dict)
    breaks: Phrases = field(default_factory=dict)
    turns: Phrases = field(default_factory=dict)
    hedges: Phrases = field(default_factory=dict)
    questions: Phrases = field(default_factory=dict)
    findings: Phrases = field(default_factory=dict)
    purposes: Phrases = field(default_factory=dict)


@dataclass(frozen=True)
class FacetValue:
    """A value of a facet."""

    __pydantic_config__: ClassVar = STRICT
    id: str
    en: str = ""
    da: str = ""


@dataclass(frozen=True)
class Facet:
    """Something noted beside a coding, such as the strength of the claim.

    Attributes
    ----------
    applies_to : tuple of str
        Code or theme ids; empty means all codes.
    """

    __pydantic_config__: ClassVar = STRICT
    id: str
    values: tuple[FacetValue, ...]
    label: Wording = field(default_factory=Wording)
    applies_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeDirection:
    """The direction findings under a code usually have (for people's eyes only), and those allowed."""

    __pydantic_config__: ClassVar = STRICT
    typical: str = "descriptive"
    allowed: tuple[str, ...] = DIRECTIONS


@dataclass(frozen=True)
class Code:
    """A code: what it means, when it is used, and the words that suggest it.

    Attributes
    ----------
    indicators : mapping of language to phrases
        Space-separated lemmas or word forms; syntax in :mod:`coding_scheme.indicators`.
    weak_indicators : mapping
        Phrases too common to count unless a direction cue stands with them.
    exclude_phrases : mapping
        Phrases that look like the code and are not; an indicator that overlaps one does not count.
    example, near_miss : Wording
        Words that are coded so; words that look as if, and are not.
    status : str
        "active", or "retired": decisions on it stand, new ones are not made.
    never_strong : bool
        Its suggestions are only "possible", whatever they score (:func:`coding_scheme.standings`): for a code
        whose words often stand where it is not meant.
    """

    __pydantic_config__: ClassVar = STRICT
    id: str
    label: Wording = field(default_factory=Wording)
    definition: Wording = field(default_factory=Wording)
    use_when: Wording = field(default_factory=Wording)
    do_not_use_when: Wording = field(default_factory=Wording)
    indicators: Phrases = field(default_factory=dict)
    weak_indicators: Phrases = field(default_factory=dict)
    exclude_phrases: Phrases = field(default_factory=dict)
    direction: CodeDirection = field(default_factory=CodeDirection)
    example: Wording = field(default_factory=Wording)
    near_miss: Wording = field(default_factory=Wording)
    status: Status = "active"
    basis: str = ""
    often_coded_with: tuple[str, ...] = ()
    never_strong: bool = False


@dataclass(frozen=True)
class Theme:
    """A theme: codes that belong together."""

    __pydantic_config__: ClassVar = STRICT
    id: str
    codes: tuple[Code, ...]
    label: Wording = field(default_factory=Wording)
    definition: Wording = field(default_factory=Wording)


@dataclass(frozen=True)
class DescriptorValue:
    """A value of a descriptor."""

    __pydantic_config__: ClassVar = STRICT
    id: str
    label: Wording = field(default_factory=Wording)
    indicators: Phrases = field(default_factory=dict)


@dataclass(frozen=True)
class Descriptor:
    """What is noted once per study: country, design, size.

    Attributes
    ----------
    value_type : str
        "one_of" or "some_of" the ``values``; "text" or "number" are written freely and may list ``values``
        as a help.
    """

    __pydantic_config__: ClassVar = STRICT
    id: str
    label: Wording = field(default_factory=Wording)
    definition: Wording = field(default_factory=Wording)
    value_type: ValueType = "text"
    values: tuple[DescriptorValue, ...] = ()
    indicators: Phrases = field(default_factory=dict)


@dataclass(frozen=True)
class CodingScheme:
    """How texts are read: themes with their codes, directions, facets and study descriptors.

    Attributes
    ----------
    subject : mapping of language to phrases
        Words of the review's subject: in a record that does not speak of it nothing is suggested (see
        :func:`coding_scheme.suggest`). Without them every record is read.
    word_groups : mapping of name to phrases by language
        Words of one sort ("citizens": citizen*, resident*) that indicators name as "@citizens".
    strong_from : float
        The score from which a suggestion counts as strong (:func:`coding_scheme.standings`); 0 to 1.
    lemmas : mapping of language to mapping of form to lemma
        Which lemma a word form has where the dictionary is wrong or lacks it: {"da": {"udsatte": "udsat"}},
        in lower case. Indicators and the classifier go by it.

    Examples
    --------
    >>> trust = Code("trust", label=Wording(en="Trust"), indicators={"en": ("trust*",)})
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (trust,)),))
    >>> scheme.code("trust").label.en, scheme.theme_of("trust").id
    ('Trust', 'ties')
    >>> scheme.code("cost")
    Traceback (most recent call last):
    ...
    corpus.errors.ReviewError: coding scheme demo: There is no code 'cost'. Known: trust.
    """

    __pydantic_config__: ClassVar = STRICT
    id: str
    title: Wording
    themes: tuple[Theme, ...]
    version: str = "0.1"
    languages: tuple[str, ...] = ("en", "da")
    lemmas: dict[str, dict[str, str]] = field(default_factory=dict)
    provenance: Wording = field(default_factory=Wording)
    unit_of_coding: Wording = field(default_factory=Wording)
    rules: tuple[Wording, ...] = ()
    directions: tuple[Direction, ...] = tuple(Direction(name) for name in DIRECTIONS)
    direction_cues: DirectionCues = field(default_factory=DirectionCues)
    subject: Phrases = field(default_factory=dict)
    word_groups: dict[str, Phrases] = field(default_factory=dict)
    facets: tuple[Facet, ...] = ()
    descriptors: tuple[Descriptor, ...] = ()
    changelog: tuple[SchemeChange, ...] = ()
    strong_from: float = 0.5

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """All codes, in the order of the themes."""
        return tuple(code for theme in self.themes for code in theme.codes)

    @cached_property
    def active_codes(self) -> tuple[Code, ...]:
        """The codes that new decisions are made on, in the order of the themes."""
        return tuple(code for code in self.codes if code.status == "active")

    def without_retired(self) -> CodingScheme:
        """The scheme with its active codes only, to suggest from."""
        if len(self.active_codes) == len(self.codes):
            return self
        themes = (
            replace(theme, codes=tuple(code for code in theme.codes if code.status == "active"))
            for theme in self.themes
        )
        return replace(self, themes=tuple(themes))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content; white space, comments and key order of the file do not change it."""
        content = json.dumps(as_mapping(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def code(self, code_id: str) -> Code:
        """The code with this id; ReviewError with the known ids when there is none."""
        for code in self.codes:
            if code.id == code_id:
                return code
        raise self._unknown("code", code_id, [code.id for code in self.codes])

    def theme_of(self, code_id: str) -> Theme:
        """The theme a code belongs to; ReviewError with the known ids when there is none."""
        for theme in self.themes:
            if any(code.id == code_id for code in theme.codes):
                return theme
        raise self._unknown("code", code_id, [code.id for code in self.codes])

    def facets_of(self, code_id: str) -> tuple[Facet, ...]:
        """The facets that may be noted with a code."""
        places = {code_id, self.theme_of(code_id).id}
        return tuple(facet for facet in self.facets if not facet.applies_to or places & set(facet.applies_to))

    def descriptor(self, descriptor_id: str) -> Descriptor:
        """The descriptor with this id; ReviewError with the known ids when there is none."""
        for descriptor in self.descriptors:
            if descriptor.id == descriptor_id:
                return descriptor
        raise self._unknown("descriptor", descriptor_id, [descriptor.id for descriptor in self.descriptors])

    def _unknown(self, kind: str, name: str, known: list[str]) -> ReviewError:
        return ReviewError(
            f"There is no {kind} {name!r}.",
            where=f"coding scheme {self.id}",
            next_step=f"Known: {', '.join(known) or 'none'}.",
        )


def as_mapping(noun: Any) -> Any:
    """A scheme, or a part of one, as it would be written in YAML: plain values, without what is not said.

    Examples
    --------
    >>> as_mapping(Code("trust", label=Wording(en="Trust"), indicators={"en": ("trust*",)}))
    {'id': 'trust', 'label': {'en': 'Trust'}, 'indicators': {'en': ['trust*']}}
    """
    if is_dataclass(noun) and not isinstance(noun, type):
        unsaid = {
            part.name: part.default if part.default_factory is MISSING else part.default_factory()
            for part in fields(noun)
        }
        return {
            name: as_mapping(getattr(noun, name))
            for name, default in unsaid.items()
            if getattr(noun, name) != default
        }
    if isinstance(noun, dict):
        return {name: as_mapping(value) for name, value in noun.items()}
    return [as_mapping(value) for value in noun] if isinstance(noun, (tuple, list)) else noun
