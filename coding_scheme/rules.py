"""Suggestions from the scheme's indicators: which code a sentence may carry, in which direction, and why.

A suggestion is never a decision. The score only orders suggestions; it is not a probability:

======================================================================  ======
a suggestion begins with                                                0.40
each written word of the indicator beyond the first (at most two)       +0.10
a direction cue                                                         +0.20
another indicator of the same code in the field                         +0.10
the indicator is weak                                                   -0.15
the claim is hedged                                                     -0.10
its words are said elsewhere in the record too, in title or abstract    halved
an aim stands before it ("aims to strengthen")                          halved
what the study does is said after it ("... are discussed")              halved
it stands in the title, or in the first fifth of the abstract           halved
======================================================================  ======

What a record names again and again is its subject, and naming a subject makes no claim about it: of 117
judged suggestions the code was right for 43 % where the record says the words elsewhere too, for 70 % where
it does not. What opens an abstract is mostly background: of 74 judged suggestions that scored 0.5 and more
the code was right for 7 of 17 there, for 44 of 57 later on. :func:`coding_scheme.standings` says from the
score which suggestions are strong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from coding_scheme.directions import DirectionReading, SentenceCues
from coding_scheme.indicators import Match, Units
from coding_scheme.languages_read import text_language
from coding_scheme.rule_reasons import reason, where_it_stands
from coding_scheme.scheme import CodingScheme
from coding_scheme.scheme_readers import Reader, Readers, Reading, readers_of, unexcluded
from corpus.languages import language_of

# so much of an abstract of more than TOO_SHORT sentences is taken for its background
OPENING = 0.2
# a record speaks of the scheme's subject where its words stand in the title, in so many sentences or in a
# third of them; one of no more than TOO_SHORT sentences does not tell; tried on judged suggestions
ON_SUBJECT = 3
TOO_SHORT = 3
COLUMNS = (
    "record_id", "field", "start", "end", "text", "code_id", "direction", "proposed_by", "score",
    "indicator", "cue", "why",
)  # fmt: skip


@dataclass(frozen=True)
class _Found:
    """An indicator of a code in a sentence, with its direction."""

    match: Match
    reading: DirectionReading

    @property
    def weak(self) -> bool:
        return self.match.phrase.kind == "weak"

    @property
    def n_words(self) -> int:
        return len(self.match.phrase.words)

    def rank(self) -> tuple[bool, bool, int, int]:
        """The best first: with a direction, not weak, long, early."""
        return (self.reading.direction == "descriptive", self.weak, -self.n_words, self.match.first)


def suggest(
    records: pd.DataFrame,
    scheme: CodingScheme,
    *,
    fields: Iterable[str] = ("title", "abstract"),
    language: str = "en",
    progress: Callable[[Iterable[Any]], Iterable[Any]] | None = None,
) -> pd.DataFrame:
    """Suggest codes for the sentences of titles and abstracts.

    Each text is read in its own language, sentence by sentence where it mixes the scheme's languages. A title
    counts only where a direction cue stands in it. A record that does not speak of the scheme's subject gets
    no suggestion: its words stand neither in the title nor in three sentences, or in a third of fewer.
    Records in other languages get none either:
    :func:`coding_scheme.unread_languages` counts them.

    Parameters
    ----------
    records : DataFrame
        Columns record_id, ``fields`` and language; those that lack are taken as empty. The language counts
        only where the text itself does not tell it.
    scheme : CodingScheme
        Its indicators, exclude phrases and direction cues are used; typical directions are not.
    fields : iterable of str, optional
        The text columns to read.
    language : {"en", "da"}
        Of the reasons.
    progress : callable, optional
        Wraps the rows, for instance ``tqdm``.

    Returns
    -------
    DataFrame
        Columns record_id, field, start, end, text (the whole sentence), code_id, direction, proposed_by
        ("rule"), score (0 to 1, see this module), indicator, cue (words as they stand in the text), why.
        At most one row for each record, field, sentence and code; sorted by record_id, field, start, code_id.

    Examples
    --------
    >>> from coding_scheme.scheme import Code, CodingScheme, DirectionCues, Theme
    >>> from corpus.protocol import Wording
    >>> trust = Code("trust", indicators={"en": ("trust*",), "da": ("tillid*",)})
    >>> cues = DirectionCues(promotes={"en": ("strengthen*",)}, negation={"en": ("not",)})
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (trust,)),), direction_cues=cues)
    >>> abstract = "We met. The contracts did not strengthen the trust."
    >>> records = pd.DataFrame([{"record_id": "r1", "abstract": abstract}])
    >>> suggestions = suggest(records, scheme)
    >>> suggestions.loc[0, ["code_id", "direction", "indicator", "cue"]].tolist()
    ['trust', 'hinders', 'trust', 'not … strengthen']
    """
    readers = readers_of(scheme)
    rows: list[dict[str, Any]] = []
    listed = records.to_dict("records")
    fields = tuple(fields)
    for record in progress(listed) if progress else listed:
        readings: dict[str, tuple[str, str, Reading]] = {}
        for field in fields:
            text = record.get(field)
            if isinstance(text, str) and text.strip():
                written_in = text_language(text, record.get("language"), readers)
                if written_in in readers:
                    readings[field] = (text, written_in, readers[written_in].read(text))
        if scheme.subject and not _on_subject(readings):
            continue
        for field, (text, written_in, reading) in readings.items():
            found = _suggestions_in(text, field, written_in, reading, scheme, readers, language)
            rows.extend({"record_id": record["record_id"], "field": field, **row} for row in found)
            said = [each.casefold() for each, _, _ in readings.values()]
            opening = OPENING * len(text) if len(reading.sentences()) > TOO_SHORT else 0
            for row in rows[len(rows) - len(found) :]:
                if field == "title" or row["start"] < opening:
                    row["score"] /= 2
                    row["why"] += where_it_stands("title" if field == "title" else "opening", language)
                if sum(each.count(row["indicator"].casefold()) for each in said) > 1:
                    row["score"] /= 2
                    row["why"] += where_it_stands("elsewhere", language)
                row["score"] = round(row["score"], 2)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame.astype({"start": "int64", "end": "int64", "score": "float64"})
    texts = [column for column in COLUMNS if column not in {"start", "end", "score"}]
    frame[texts] = frame[texts].astype("str")
    return frame.sort_values(["record_id", "field", "start", "code_id"], kind="stable", ignore_index=True)


def _on_subject(readings: dict[str, tuple[str, str, Reading]]) -> bool:
    """Whether a record speaks of the scheme's subject, or is too short to tell."""
    n_sentences = sum(len(reading.sentences()) for _, _, reading in readings.values())
    if n_sentences <= TOO_SHORT:
        return True
    counts = {field: reading.n_on_subject() for field, (_, _, reading) in readings.items()}
    return bool(counts.get("title")) or sum(counts.values()) >= min(ON_SUBJECT, n_sentences / 3)


def _suggestions_in(
    text: str,
    field: str,
    language: str,
    reading: Reading,
    scheme: CodingScheme,
    readers: Readers,
    language_of_reasons: str,
) -> list[dict[str, Any]]:
    reader = reading.reader
    mixed = reading.is_mixed()
    found: list[tuple[int, int, str, Units, list[_Found]]] = []
    for first, after in reading.sentences():
        own, here, shifted = reading, (first, after), 0
        if mixed:
            start, end = reading.place(first, after)
            other = readers.get(_sentence_language(text[start:end], language), reader)
            if other is not reader:
                own, shifted = other.read(text[start:end]), start
                here = own.whole()
        if not own.promises(*here):
            continue
        start, end = reading.place(first, after)
        if text[start:end].endswith("?"):
            continue  # a question makes no claim
        units = own.units(*here, shifted=shifted)
        for code_id, indicators in _indicators_in(units, own.reader).items():
            found.append((start, end, code_id, units, indicators))
    counts: dict[str, set[str]] = {}
    for _, _, code_id, units, indicators in found:
        words = (" ".join(units.forms[each.match.first : each.match.last + 1]) for each in indicators)
        counts.setdefault(code_id, set()).update(words)
    rows = []
    for start, end, code_id, units, indicators in found:
        allowed = scheme.code(code_id).direction.allowed
        several = len(counts[code_id]) > 1
        row = _row(text, field, allowed, units, indicators, several=several, language=language_of_reasons)
        if row:
            rows.append({"start": start, "end": end, "text": text[start:end], "code_id": code_id, **row})
    return rows


def _indicators_in(units: Units, reader: Reader) -> dict[str, list[_Found]]:
    matches = reader.finder.find(units)
    kept = unexcluded(matches)
    if not kept:
        return {}
    cues = SentenceCues(
        (match for match in matches if not match.phrase.owner), units, 0, len(units.forms), reader.language
    )
    by_code: dict[str, list[_Found]] = {}
    for match in kept:
        by_code.setdefault(match.phrase.owner, []).append(_Found(match, cues.read(match.first, match.last)))
    return by_code


def _row(
    text: str,
    field: str,
    allowed: tuple[str, ...],
    units: Units,
    indicators: list[_Found],
    *,
    several: bool,
    language: str,
) -> dict[str, Any] | None:
    # what is asked makes no claim
    indicators = [each for each in indicators if each.reading.how != "asked"]
    with_cue = [each for each in indicators if each.reading.how and each.reading.direction != "descriptive"]
    usable = with_cue or [each for each in indicators if not each.weak]
    if not usable or (field == "title" and not with_cue):
        return None
    usable = sorted(usable, key=_Found.rank)
    best = usable[0]
    directions = {each.reading.direction for each in with_cue}
    rivals = [each for each in with_cue if each.reading.direction != best.reading.direction]
    direction = "mixed" if len(directions) > 1 else best.reading.direction
    if direction not in allowed:
        direction = "descriptive" if "descriptive" in allowed else allowed[0] if allowed else ""
    shown = [best, *rivals[:1]]
    words = partial(_words, text, units)
    cue = "; ".join(dict.fromkeys(words(each.reading.cues) for each in shown if each.reading.cues))
    indicator = words(((best.match.first, best.match.last),))
    # "co-productive" is one written word, whatever its parts
    written = len(set(units.word[best.match.first : best.match.last + 1]))
    score = 0.4 + 0.1 * min(best.n_words - 1, written - 1, 2) + 0.2 * bool(with_cue) + 0.1 * several
    score -= 0.15 * best.weak + 0.1 * bool(best.reading.hedges)
    return {
        "direction": direction,
        "proposed_by": "rule",
        "score": min(max(score, 0.0), 1.0) / (2 if best.reading.intended or best.reading.framed else 1),
        "indicator": indicator,
        "cue": cue,
        "why": reason(
            indicator,
            best.reading,
            [each.reading for each in rivals[:1]],
            words,
            weak=best.weak,
            language=language,
        ),
    }


def _words(text: str, units: Units, parts: Iterable[tuple[int, int]]) -> str:
    return " … ".join(text[units.starts[first] : units.ends[last]] for first, last in parts)


def _sentence_language(sentence: str, otherwise: str) -> str:
    return language_of(sentence) if len(sentence.split()) > 3 else otherwise
