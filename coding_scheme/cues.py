"""The direction cues of a sentence and how far each reaches: negation, contrast, clauses, questions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate

from coding_scheme.indicators import Match, Units

POLES = ("promotes", "hinders", "mixed")
OPPOSITE = {"promotes": "hinders", "hinders": "promotes", "mixed": "mixed"}
FARTHEST_CONDITION = 30
BEFORE_CONDITION = 4
BEFORE_CUE = 2
AFTER_PURPOSE = 2
# what asks, answers or intends: read apart from the cues, since a word may be both ("suggest")
_CLAIMS = frozenset({"questions", "findings", "purposes"})
# a clause of its own begins with these, and its cue does not speak of what stands before a contrast
_RELATIVES = {"en": frozenset({"which", "that", "who"}), "da": frozenset({"som", "der", "hvilket"})}
# negations that follow the Danish verb they negate: "fremmer ikke"
_AFTER_VERB = {"da": frozenset({"ikke", "aldrig", "næppe", "ej"})}
# these negate verbs: right before a noun only, while "without" and "lack of" speak of the nouns that follow
OF_VERBS = frozenset({"not", "n't", "n’t", "never", "cannot", "ikke", "aldrig", "næppe", "ej"})
LIGHT = frozenset(
    [
        *("to", "a", "an", "the", "as", "yet", "any", "much", "enough", "sufficient", "adequate"),
        *("at", "en", "et", "som", "nok", "endnu", "nogen", "tilstrækkelig"),
    ]
)
# what follows these is what a "conditional" cue depends on: "take part when"
_CONDITIONS = {
    "en": frozenset({"when", "if", "because", "where", "once"}),
    "da": frozenset({"når", "hvis", "fordi", "hvor", "da"}),
}
JOINING = frozenset({"and", "or", "og", "eller", "both", "både"})


@dataclass(frozen=True)
class Cue:
    """A cue in a sentence.

    Attributes
    ----------
    first, last : int
        Its units.
    pole : str
        "promotes", "hinders" or "mixed", after negation.
    reach : int
        The first unit it may speak of.
    speaks_from : int
        The unit from which its distance counts when not its own last one, or -1.
    parts : tuple
        Units of the negations that turned it.
    rejected : bool
        Whether a contrast rejects the cue itself ("rather than promote").
    lists : bool
        Whether a list may follow, so that commas do not end it: "key factors include A, B and C".
    """

    first: int
    last: int
    pole: str
    reach: int = 0
    speaks_from: int = -1
    parts: tuple[tuple[int, int], ...] = ()
    rejected: bool = False
    lists: bool = False


@dataclass(frozen=True)
class Region:
    """What a contrast rejects: units ``start`` up to, not including, ``end``."""

    contrast: tuple[int, int]
    start: int
    end: int


class ScopedCues:
    """The cues of one sentence and their scope.

    Parameters
    ----------
    matches : iterable of Match
        Cue phrases found in the sentence; where they overlap the longest counts.
    units : Units
    first, after : int
        The units of the sentence, ``after`` not included.
    language : str
    """

    def __init__(self, matches: Iterable[Match], units: Units, first: int, after: int, language: str) -> None:
        self.units, self.first, self.after, self.language = units, first, after, language
        self._stops_before = list(accumulate(map(bool, units.stops), initial=0))
        self._kinds: dict[str, list[Match]] = {}
        listed = list(matches)
        claims = [match for match in listed if match.phrase.kind in _CLAIMS]
        cues = [match for match in listed if match.phrase.kind not in _CLAIMS]
        for match in [*_longest(claims), *_longest(cues)]:
            self._kinds.setdefault(match.phrase.kind, []).append(match)
        # the "non" of "non-hierarchical" is a part of that word
        self._negations = [
            match
            for match in self._of("negation")
            if match.last + 1 == after or not units.joined[match.last + 1]
        ]
        raw = [Cue(match.first, match.last, kind) for kind in POLES for match in self._of(kind)]
        raw += [
            Cue(match.first, match.last, "promotes", reach=match.last + 1) for match in self._of("requires")
        ]
        raw += [
            Cue(match.first, match.last, pole, lists=True)
            for kind, pole in (("gains", "promotes"), ("suffers", "hinders"))
            for match in self._of(kind)
        ]
        raw += [cue for match in self._of("conditional") for cue in self._conditional(match)]
        raw.sort(key=lambda cue: cue.first)
        self._clauses = self._clause_starts(raw)
        self._asked = self._asked_at()
        # "in order to strengthen": what is intended
        purposes = {
            match.last + 1 + words for match in self._of("purposes") for words in range(AFTER_PURPOSE + 1)
        }
        raw = [cue for cue in raw if not self._question(cue.first) and cue.first not in purposes]
        self._regions = [self._region(contrast, raw) for contrast in self._of("contrast")]
        self._cues = [self._scoped(self._negated(cue, raw)) for cue in raw]

    def _of(self, kind: str) -> list[Match]:
        return self._kinds.get(kind, [])

    def _conditional(self, match: Match) -> list[Cue]:
        """The cues of "take part when A and when B": one for each condition."""
        conditions = _CONDITIONS.get(self.language, frozenset())
        forms, first = self.units.forms, match.last + 1
        # "take part more often, when"; Danish sets a comma there
        near = range(first, min(first + BEFORE_CONDITION + 1, self.after))
        at = next((place for place in near if forms[place] in conditions), None)
        if at is None or self._commas(first, at):
            return []
        more = [
            each
            for each in range(at + 2, min(at + FARTHEST_CONDITION, self.after))
            if forms[each] == forms[at] and forms[each - 1] in JOINING
        ]
        return [
            Cue(match.first, match.last, "promotes", reach=condition + 1, speaks_from=condition)
            for condition in [at, *more]
        ]

    def _asked_at(self) -> list[Match | None]:
        """For each unit the question it is part of: begun before, not yet answered nor left by a "but"."""
        begins: dict[int, Match | None] = {match.last + 1: match for match in self._of("questions")}
        begins |= {match.last + 1: None for match in self._of("findings")}
        begins |= {match.first: None for match in self._of("breaks")}
        asked: list[Match | None] = []
        question = None
        for at in range(self.first, self.after):
            question = begins.get(at, question)
            asked.append(question)
        return asked

    def _intended(self, at: int) -> bool:
        """Whether a purpose stands before a unit in its clause, with no finding after it."""
        aims = [
            match.last
            for match in self._of("purposes")
            if match.last < at and self._clause(match.first) == self._clause(at)
        ]
        found = [match.first for match in self._of("findings") if match.first < at]
        return bool(aims) and max(aims) > max(found, default=-1)

    def _framed(self, at: int) -> bool:
        """Whether a question begins after a unit in its clause."""
        return any(
            match.first > at and self._clause(match.first) == self._clause(at)
            for match in self._of("questions")
        )

    def _question(self, at: int) -> Match | None:
        return self._asked[at - self.first]

    def _clause_starts(self, cues: list[Cue]) -> list[int]:
        starts = [self.first]
        starts += [match.first for match in self._of("breaks")]
        starts += [at for at in range(self.first, self.after) if set(self.units.stops[at]) & {";", ":"}]
        for turn in self._of("turns"):
            poles = [cue for cue in cues if cue.pole != "mixed"]
            if any(cue.last < turn.first for cue in poles) and any(cue.first > turn.last for cue in poles):
                starts.append(turn.first)
        return sorted(set(starts))

    def _clause(self, at: int) -> int:
        place = bisect_right(self._clauses, at)
        return self._clauses[place - 1] if place else self.first

    def _clause_end(self, at: int) -> int:
        place = bisect_right(self._clauses, at)
        return self._clauses[place] if place < len(self._clauses) else self.after

    def _commas(self, first: int, after: int) -> int:
        """Places with punctuation before the units from ``first`` up to, not including, ``after``."""
        return self._stops_before[after] - self._stops_before[first] if first < after else 0

    def _region(self, contrast: Match, cues: list[Cue]) -> Region:
        start, end = contrast.last + 1, self._clause_end(contrast.first)
        end = next((at for at in range(start + 1, end) if self.units.stops[at]), end)
        for cue in cues:
            # "rather than control strengthens": the verb of the sentence ends the alternative
            if start < cue.first < end and not self._is_direct(cue, start) and not self._is_relative(cue):
                end = cue.first
                break
        return Region((contrast.first, contrast.last), start, end)

    def _is_direct(self, cue: Cue, start: int) -> bool:
        """Whether a cue is the first that stands after a contrast: "rather than (to) promote"."""
        return cue.first == start or (cue.first == start + 1 and self.units.forms[start] in LIGHT)

    def _is_relative(self, cue: Cue) -> bool:
        """Whether a cue belongs to a clause such as "which (often) hinders"."""
        before = self.units.forms[max(cue.first - 2, self.first) : cue.first]
        return bool(_RELATIVES.get(self.language, frozenset()) & set(before))

    def _scoped(self, cue: Cue) -> Cue:
        for region in self._regions:
            if cue.first < region.start or self._clause(cue.first) != self._clause(region.start - 1):
                continue
            if cue.first < region.end and self._is_direct(cue, region.start):
                # "rather than promote": the cue itself is rejected
                parts = (region.contrast, *cue.parts)
                reach = max(cue.reach, region.start)
                return replace(cue, pole=OPPOSITE[cue.pole], reach=reach, parts=parts, rejected=True)
            if cue.first < region.end or self._is_relative(cue):
                return replace(cue, reach=max(cue.reach, region.start))
        return cue

    def _negated(self, cue: Cue, cues: list[Cue]) -> Cue:
        chain = self._negation_chain(cue.first, BEFORE_CUE, cues, of_cue=True)
        after_verb = _AFTER_VERB.get(self.language, frozenset())
        for negation in self._negations:
            if (
                0 <= negation.first - cue.last - 1 <= 1
                and self.units.forms[negation.first] in after_verb
                and not self._commas(cue.last + 1, negation.first + 1)
            ):
                chain.append((negation.first, negation.last))
        failing = next(
            (
                other
                for other in cues
                if other.pole == "hinders"
                and cue.pole == "promotes"
                and 0 <= cue.first - other.last - 1 <= 1
                and not self._commas(other.last + 1, cue.first + 1)
                and self.units.forms[cue.first - 1] not in JOINING
            ),
            None,
        )
        if failing:
            # "failed to improve", "lack of support"
            chain = [
                *self._negation_chain(failing.first, BEFORE_CUE, cues),
                (failing.first, failing.last),
                *chain,
            ]
        if not chain:
            return cue
        pole = OPPOSITE[cue.pole] if len(chain) % 2 else cue.pole
        return replace(cue, pole=pole, parts=tuple(chain))

    def _is_of_noun(self, negation: Match, before: int) -> bool:
        """Whether a negation speaks of a noun between it and a verb: "lack of time hinders"."""
        between = self.units.forms[negation.last + 1 : before]
        return self.units.forms[negation.first] not in OF_VERBS and bool(set(between) - LIGHT)

    def _negation_chain(
        self, before: int, reach: int, cues: list[Cue], *, of_cue: bool = False
    ) -> list[tuple[int, int]]:
        """The negations that stand at most ``reach`` words before a unit, and those before them in turn."""
        chain: list[tuple[int, int]] = []
        for negation in reversed(self._negations):
            gap = before - negation.last - 1
            if gap < 0 or negation.first < self._clause(before):
                continue
            if gap > reach or self._commas(negation.last + 1, before + 1):
                break
            if of_cue and self._is_of_noun(negation, before):
                break
            if any(negation.last < cue.first and cue.last < before for cue in cues):
                break
            chain.insert(0, (negation.first, negation.last))
            before = negation.first
        return chain


def overlap(match: Match, first: int, last: int) -> bool:
    """Whether a match shares a unit with ``first`` to ``last``."""
    return match.first <= last and match.last >= first


def _longest(matches: Iterable[Match]) -> list[Match]:
    """The matches without those that overlap a longer one, in the order of the text."""
    kept: list[Match] = []
    rank = {"not_cues": 0, "contrast": 1, "negation": 2}
    ordered = sorted(
        matches,
        key=lambda match: (
            match.first - match.last,
            rank.get(match.phrase.kind, 3),
            match.first,
            match.phrase.kind,
        ),
    )
    for match in ordered:
        if not any(overlap(other, match.first, match.last) for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda match: match.first)
