"""The direction of a finding, read from the cues around an indicator; a method by rules, with its reasons.

In order: what stands after a contrast ("rather than") is the rejected alternative; a negation directly
before the indicator says that it is missing, which hinders; else the nearest cue of the same clause
speaks, turned around if it is negated; two cues joined to each other ("promotes and hinders") are mixed;
without a cue there is no direction. What is asked ("we examine whether") makes no claim until the answer
begins ("and find that"), and a purpose ("aims to strengthen") is no cue. Clauses end at ";", ":" and the
scheme's breaks ("but"). That cues have a scope which ends at such words is the idea of NegEx (Chapman et al.
2001) and ConText (Harkema et al. 2009).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from coding_scheme.cues import JOINING, LIGHT, OF_VERBS, Cue, Region, ScopedCues, overlap

# how far cues reach, in words; tried on English and Danish abstracts
FARTHEST = 12
FARTHEST_MIXED = 5
FARTHEST_LISTED = 30
# the verb of a sentence stands far from the alternative that ends it
FARTHEST_REJECTED = 24
# a relative clause between two commas is stepped over when it is no longer
INSERTION = 8
OTHER_VERB = 4
# Danish sets a comma before every clause, so that one says less there
COMMA = {"en": 5, "da": 3}
BEFORE_INDICATOR = 2
# words for too little, which say so within an indicator as well: "lack of funding"
_SCARCE = re.compile(
    r"lack|insufficient|inadequate|limited|poor|mangel|mangl|begrænset|utilstrækkelig|dårlig"
)
_NEXT_VERB = frozenset({"and", "or", "to", "og", "eller", "at"})


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
        "" (no cue), "cue", "negated", "missing", "rejected", "both", "asked" (no claim).
    intended : bool
        Whether an aim stands before it in the clause ("aims to build trust").
    framed : bool
        Whether what the study does is said after it in the clause ("barriers to trust are discussed").
    """

    direction: str = "descriptive"
    cues: tuple[tuple[int, int], ...] = ()
    hedges: tuple[tuple[int, int], ...] = ()
    how: str = ""
    intended: bool = False
    framed: bool = False


class SentenceCues(ScopedCues):
    """The cues of one sentence, asked for the direction of indicators; made as :class:`ScopedCues`."""

    def read(self, first: int, last: int) -> DirectionReading:
        """The direction of an indicator standing at units ``first`` to ``last``."""
        return replace(self._read(first, last), intended=self._intended(first), framed=self._framed(last))

    def _read(self, first: int, last: int) -> DirectionReading:
        question = self._question(first)
        if question:
            return DirectionReading(cues=((question.first, question.last),), how="asked")
        hedges = tuple(
            (hedge.first, hedge.last)
            for hedge in self._of("hedges")
            if self._clause(hedge.first) == self._clause(first) and not overlap(hedge, first, last)
        )
        region = next((region for region in self._regions if region.start <= first < region.end), None)
        missing = self._missing(first)
        if missing and not (region and region.start > missing.cues[0][0]):
            return replace(missing, hedges=hedges)
        reading = replace(self._by_cue(first, last, region), hedges=hedges)
        if not reading.how and region is None and _SCARCE.match(self.units.forms[first]):
            return DirectionReading("hinders", ((first, first),), hedges, "missing")
        if not reading.how and region is None:
            # "barriers to participation", "reduced conflicts": the indicator begins with its own cue
            own = next((cue for cue in self._cues if cue.first == first and cue.last <= last), None)
            if own and first < last:
                return DirectionReading(own.pole, tuple(sorted(_words(own))), hedges, "cue")
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

    def _missing(self, first: int) -> DirectionReading | None:
        chain = self._negation_chain(first, BEFORE_INDICATOR, self._cues)
        if not chain:
            return None
        nearest = range(chain[-1][1] + 1, first)
        if self.units.forms[chain[-1][0]] in OF_VERBS and any(
            self.units.forms[at] not in LIGHT for at in nearest
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
             and not first <= cue.first <= last
             and not (cue.rejected and region is None)),
            key=lambda pair: (pair[0], pair[1].first),
        )  # fmt: skip
        farthest = FARTHEST_REJECTED if region else FARTHEST
        near = [
            (distance, cue)
            for distance, cue in near
            if distance <= (FARTHEST_MIXED if cue.pole == "mixed" else farthest)
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
            if self._joined(nearest, rival, first, last):
                words = tuple(sorted([*_words(nearest), *_words(rival)]))
                return DirectionReading("mixed", words, how="both")
        how = "negated" if nearest.parts else "cue"
        return DirectionReading(nearest.pole, tuple(sorted(_words(nearest))), how=how)

    def _distance(self, cue: Cue, first: int, last: int) -> int:
        """Words between a cue and an indicator; commas count more, a rejected alternative does not count."""
        before = cue.first <= last
        start, end = (max(cue.last, cue.speaks_from) + 1, first) if before else (last + 1, cue.first)
        passed = sum(
            region.end - region.contrast[0]
            for region in self._regions
            if start <= region.contrast[0] and region.end <= end
        )
        commas = [at for at in range(start, end + 1) if self.units.stops[at]]
        if cue.lists and before:
            # a list reaches as far as its last item; no comma ends it
            passed += max(end - start - passed - FARTHEST, 0) if end - start <= FARTHEST_LISTED else 0
            commas = []
        if len(commas) == 2 and commas[1] - commas[0] <= INSERTION:
            passed += commas[1] - commas[0]
            commas = commas[:1]
        # "promotes trust and reduces cost": a verb after "and" speaks of what follows it
        joined = 0 if before else OTHER_VERB * (self.units.forms[cue.first - 1] in _NEXT_VERB)
        return end - start - passed + COMMA.get(self.language, 4) * len(commas) + joined

    def _joined(self, one: Cue, other: Cue, first: int, last: int) -> bool:
        """Whether two cues speak of the same: "promote and hinder it", "it promotes A and hinders B"."""
        left, right = sorted((one, other), key=lambda cue: cue.first)
        between = self.units.forms[left.last + 1 : right.first]
        if not JOINING & set(between) or self._commas(left.last + 1, right.first + 1):
            return False
        # before the indicator only "promote and hinder it", not "reduce A and promote it"
        return len(between) <= (5 if left.first > last else 1 if right.last < first else 2)


def _words(cue: Cue) -> list[tuple[int, int]]:
    return [(cue.first, cue.last), *cue.parts]
