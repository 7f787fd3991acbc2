"""Why a rule suggests a code in a sentence, in words, English or Danish."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from coding_scheme.directions import DirectionReading

_DIRECTIONS: dict[str, dict[str, str]] = {
    "en": {},
    "da": {"promotes": "fremmer", "hinders": "hæmmer", "mixed": "blandet", "descriptive": "beskrivende"},
}  # fmt: skip
_WORDS = {
    "en": {
        "": "“{indicator}” stands without a direction cue",
        "missing": "“{indicator}” is said to be missing (“{cue}”), which hinders",
        "rejected, hinders": "“{indicator}” is the rejected alternative (“{cue}”), so it hinders",
        "rejected": "“{indicator}” is the rejected alternative (“{cue}”), so it has no direction of its own",
        "both": "“{indicator}” stands with cues of both directions (“{cue}”)",
        "negated": "“{indicator}” stands with a negated cue (“{cue}”): {direction}",
        "cue": "“{indicator}” stands with “{cue}”: {direction}",
        "rival": "; elsewhere in the sentence it stands with “{cue}”: {direction}",
        "weak": "; a weak indicator",
        "intended": "; said as an aim",
        "framed": "; said of what the study does",
        "hedged": "; hedged by “{cue}”",
        "title": " It stands in the title: perhaps only background.",
        "opening": " It stands in the opening of the abstract: perhaps only background.",
        "elsewhere": " The record says these words elsewhere too: perhaps only its subject.",
    },
    "da": {
        "": "»{indicator}« står uden et ord, der giver en retning",
        "missing": "»{indicator}« siges at mangle (»{cue}«), og det hæmmer",
        "rejected, hinders": "»{indicator}« er det, der vælges fra (»{cue}«), så det hæmmer",
        "rejected": "»{indicator}« er det, der vælges fra (»{cue}«), så det har ikke selv en retning",
        "both": "»{indicator}« står med ord for begge retninger (»{cue}«)",
        "negated": "»{indicator}« står med en nægtelse (»{cue}«): {direction}",
        "cue": "»{indicator}« står med »{cue}«: {direction}",
        "rival": "; et andet sted i sætningen står det med »{cue}«: {direction}",
        "weak": "; en svag indikator",
        "intended": "; sagt som et mål",
        "framed": "; sagt om, hvad studiet gør",
        "hedged": "; sagt med forbehold (»{cue}«)",
        "title": " Det står i titlen: måske kun baggrund.",
        "opening": " Det står i abstractets begyndelse: måske kun baggrund.",
        "elsewhere": " Posten siger også disse ord andre steder: måske kun dens emne.",
    },
}  # fmt: skip
_HOW = {"", "missing", "rejected, hinders", "rejected", "both", "negated"}


def reason(
    indicator: str,
    reading: DirectionReading,
    rivals: Iterable[DirectionReading],
    words: Callable[[Any], str],
    *,
    weak: bool,
    language: str,
) -> str:
    """The reason for one suggestion: its indicator, what gives the direction, and what speaks against it."""
    said = _WORDS[language]

    def direction(of: DirectionReading) -> str:
        return _DIRECTIONS[language].get(of.direction, of.direction)

    how = reading.how
    if how == "rejected" and reading.direction == "hinders":
        how = "rejected, hinders"
    why = said[how if how in _HOW else "cue"].format(
        indicator=indicator, cue=words(reading.cues), direction=direction(reading)
    )
    for other in rivals:
        why += said["rival"].format(cue=words(other.cues), direction=direction(other))
    if weak:
        why += said["weak"]
    if reading.intended:
        why += said["intended"]
    elif reading.framed:
        why += said["framed"]
    if reading.hedges:
        why += said["hedged"].format(cue=words(reading.hedges))
    return why + "."


def where_it_stands(place: str, language: str) -> str:
    """What is added where a suggestion weighs half: in the "title" or "opening", or said "elsewhere" too.

    Examples
    --------
    >>> where_it_stands("title", "da")
    ' Det står i titlen: måske kun baggrund.'
    """
    return _WORDS[language][place]
