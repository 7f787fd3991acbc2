"""The direction of a finding, read from the cues around an indicator; a method by rules, with its reasons.

In order: what stands after a contrast ("rather than") is the rejected alternative; a negation directly
before the indicator says that it is missing, which hinders; else the nearest cue of the same clause
speaks, turned around if it is negated; two cues joined to each other ("promotes and hinders") are mixed;
without a cue there is no direction. Clauses end at ";", ":" and the scheme's breaks ("but"). That cues
have a scope which ends at such words is the idea of NegEx (Chapman et al. 2001) and ConText (Harkema et
al. 2009).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate

from coding_scheme.indicators import Match, Units

POLES = ("promotes", "hinders", "mixed")
OPPOSITE = {"promotes": "hinders", "hinders": "promotes", "mixed": "mixed"}
# how far cues reach, in words; tried on English and Danish abstracts
FARTHEST = 12
FARTHEST_MIXED = 5
# Danish sets a comma before every clause, so that one says less there
COMMA = {"en": 5, "da": 3}
BEFORE_CUE = 2
BEFORE_INDICATOR = 2
# a clause of its own begins with these, and its cue does not speak of what stands before a contrast
_RELATIVES = {"en": frozenset({"which", "that", "who"}), "da": frozenset({"som", "der", "hvilket"})}
# negations that follow the Danish verb they negate: "fremmer ikke"
_AFTER_VERB = {"da": frozenset({"ikke", "aldrig", "næppe", "ej"})}
# these negate verbs: right before a noun only, while "without" and "lack of" speak of the nouns that follow
_OF_VERBS = frozenset({"not", "n't", "n’t", "never", "cannot", "ikke", "aldrig", "næppe", "ej"})
_LIGHT = frozenset({"to", "at", "a", "an", "the", "as", "en", "et", "som"})
_JOINING = frozenset({"and", "or", "og", "eller", "both", "både"})


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
    parts : tuple
        Units of the negations that turned it.
    rejected : bool
        Whether a contrast rejects the cue itself ("rather than promote").
    """

    first: int
    last: int
    pole: str
    reach: int = 0
    parts: tuple[tuple[int, int], ...] = ()
    rejected: bool = False


@dataclass(frozen=True)
class Region:
    """What a contrast rejects: units ``start`` up to, not including, ``end``."""

    contrast: tuple[int, int]
    start: int
    end: int


@dataclass(frozen=True)
class DirectionReading:
    """What the cues say about one indicator.

    Attributes
    ----------
    direction : str
    cues : tuple of (int, int)
        Units of the words the direction rests on, in the order of the text.
    hedges : tuple of (int, int)
        Units of the hedges in the same clause.
    how : str
        "" (no cue), "cue", "negated", "missing", "rejected", "both".
    """

    direction: str = "descriptive"
    cues: tuple[tuple[int, int], ...] = ()
    hedges: tuple[tuple[int, int], ...] = ()
    how: str = ""


class SentenceCues:
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
        for match in _longest(matches):
            self._kinds.setdefault(match.phrase.kind, []).append(match)
        # the "non" of "non-hierarchical" is a part of that word
        self._negations = [
            match
            for match in self._of("negation")
            if match.last + 1 == after or not units.joined[match.last + 1]
        ]
        raw = [Cue(match.first, match.last, kind) for kind in POLES for match in self._of(kind)]
        raw.sort(key=lambda cue: cue.first)
        self._clauses = self._clause_starts(raw)
        self._regions = [self._region(contrast, raw) for contrast in self._of("contrast")]
        self._cues = [self._scoped(self._negated(cue, raw)) for cue in raw]

    def read(self, first: int, last: int) -> DirectionReading:
        """The direction of an indicator standing at units ``first`` to ``last``."""
        hedges = tuple(
            (hedge.first, hedge.last)
            for hedge in self._of("hedges")
            if self._clause(hedge.first) == self._clause(first) and not _overlap(hedge, first, last)
        )
        region = next((region for region in self._regions if region.start <= first < region.end), None)
        missing = self._missing(first)
        if missing and not (region and region.start > missing.cues[0][0]):
            return replace(missing, hedges=hedges)
        reading = replace(self._by_cue(first, last, region), hedges=hedges)
        if (
            region is None
            or not reading.how
            or any(region.start <= at < region.end for at, _ in reading.cues)
        ):
            return reading
        # the direction of the sentence is not that of the alternative it rejects
        direction = "hinders" if reading.direction == "promotes" else "descriptive"
        cues = tuple(sorted({region.contrast, *reading.cues}))
        return replace(reading, direction=direction, cues=cues, how="rejected")

    def _of(self, kind: str) -> list[Match]:
        return self._kinds.get(kind, [])

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
        return cue.first == start or (cue.first == start + 1 and self.units.forms[start] in _LIGHT)

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
                return replace(cue, pole=OPPOSITE[cue.pole], reach=region.start, parts=parts, rejected=True)
            if cue.first < region.end or self._is_relative(cue):
                return replace(cue, reach=region.start)
        return cue

    def _negated(self, cue: Cue, cues: list[Cue]) -> Cue:
        chain = self._negation_chain(cue.first, BEFORE_CUE, cues)
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
                and self.units.forms[cue.first - 1] not in _JOINING
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

    def _negation_chain(self, before: int, reach: int, cues: list[Cue]) -> list[tuple[int, int]]:
        """The negations that stand at most ``reach`` words before a unit, and those before them in turn."""
        chain: list[tuple[int, int]] = []
        for negation in reversed(self._negations):
            gap = before - negation.last - 1
            if gap < 0 or negation.first < self._clause(before):
                continue
            if gap > reach or self._commas(negation.last + 1, before + 1):
                break
            if any(negation.last < cue.first and cue.last < before for cue in cues):
                break
            chain.insert(0, (negation.first, negation.last))
            before = negation.first
        return chain

    def _missing(self, first: int) -> DirectionReading | None:
        chain = self._negation_chain(first, BEFORE_INDICATOR, self._cues)
        if not chain:
            return None
        nearest = range(chain[-1][1] + 1, first)
        if self.units.forms[chain[-1][0]] in _OF_VERBS and any(
            self.units.forms[at] not in _LIGHT for at in nearest
        ):
            return None
        if any(cue.last < chain[-1][0] and chain[-1] in cue.parts for cue in self._cues):
            return None  # "fremmer ikke tillid": the negation is the verb's
        for cue in self._cues:
            if cue.pole == "hinders" and cue.parts and 0 <= chain[0][0] - cue.last - 1 <= 1:
                # "do not succeed without trust"
                return DirectionReading("promotes", (*sorted(_words(cue)), *chain), how="negated")
        even = len(chain) % 2 == 0
        return DirectionReading(
            "promotes" if even else "hinders", tuple(chain), how="negated" if even else "missing"
        )

    def _by_cue(self, first: int, last: int, region: Region | None) -> DirectionReading:
        clause = self._clause(first)
        near = sorted(
            ((self._distance(cue, first, last), cue) for cue in self._cues
             if self._clause(cue.first) == clause and cue.reach <= first
             and not (cue.first <= last and cue.last >= first)
             and not (cue.rejected and region is None)),
            key=lambda pair: (pair[0], pair[1].first),
        )  # fmt: skip
        near = [
            (distance, cue)
            for distance, cue in near
            if distance <= (FARTHEST_MIXED if cue.pole == "mixed" else FARTHEST)
        ]
        if not near:
            return DirectionReading()
        nearest = near[0][1]
        rivals = [
            (far, cue)
            for far, cue in near[1:]
            if cue.pole not in {nearest.pole, "mixed"}
            and (nearest.first, nearest.last) not in cue.parts
            and (cue.first, cue.last) not in nearest.parts
        ]
        for _, rival in rivals:
            if nearest.pole == "mixed":
                break
            if self._joined(nearest, rival, last):
                words = tuple(sorted([*_words(nearest), *_words(rival)]))
                return DirectionReading("mixed", words, how="both")
        how = "negated" if nearest.parts else "cue"
        return DirectionReading(nearest.pole, tuple(sorted(_words(nearest))), how=how)

    def _distance(self, cue: Cue, first: int, last: int) -> int:
        """Words between a cue and an indicator; commas count more, a rejected alternative does not count."""
        start, end = (last + 1, cue.first) if cue.first > last else (cue.last + 1, first)
        passed = sum(
            region.end - region.contrast[0]
            for region in self._regions
            if start <= region.contrast[0] and region.end <= end
        )
        return end - start - passed + COMMA.get(self.language, 4) * self._commas(start, end + 1)

    def _joined(self, one: Cue, other: Cue, last: int) -> bool:
        """Whether two cues speak of the same: "promote and hinder it", "it promotes A and hinders B"."""
        left, right = sorted((one, other), key=lambda cue: cue.first)
        between = self.units.forms[left.last + 1 : right.first]
        if not _JOINING & set(between) or self._commas(left.last + 1, right.first + 1):
            return False
        return len(between) <= (5 if left.first > last else 2)


def _words(cue: Cue) -> list[tuple[int, int]]:
    return [(cue.first, cue.last), *cue.parts]


def _overlap(match: Match, first: int, last: int) -> bool:
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
        if not any(_overlap(other, match.first, match.last) for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda match: match.first)
