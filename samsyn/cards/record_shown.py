"""What the checking card shows of a record, of a code, and of the words it is asked about."""

from __future__ import annotations

import re
from typing import Any

from coding_scheme import CodingScheme, Segment
from coding_scheme.scheme import Code
from corpus import UsageError
from samsyn.cards.record_face import RecordFace
from samsyn.cards.spans import FIELDS, trimmed
from synthesis import Words as ReportWords

Words = dict[str, Any]
Shown = dict[str, Any]
SYMBOLS = {"promotes": "▲", "hinders": "▼", "mixed": "◆", "descriptive": "○"}


def record_shown(record: Any, face: RecordFace) -> Shown:
    """Title, abstract and the facts of a row of records; the text as in the source, since offsets count."""
    about = face.of(record)
    authors = about["authors_short"] or about["authors"]
    return {
        "record_id": record["record_id"], "title": record["title"], "abstract": record["abstract"],
        "meta": " · ".join(filter(None, [authors, *about["facts"]])), "link": about["link"],
        "language": record["language"],
    }  # fmt: skip


def texts_of(record: Any) -> dict[str, str]:
    """The texts of a row of records that words may be marked in."""
    return {field: str(record[field] or "") for field in FIELDS}


def segment_shown(segment: Segment | None) -> Shown | None:
    """A segment as the page takes it."""
    if segment is None:
        return None
    return {"field": segment.field, "start": segment.start, "end": segment.end, "text": segment.text}


def chosen_segment(texts: dict[str, str], message: dict[str, Any], words: Words) -> Segment:
    """The words chosen on the page, without white space at their ends.

    Raises
    ------
    UsageError
        When other words stand there, so that the page and the record differ; or none were chosen.
    """
    field, start, end = str(message["field"]), int(message["start"]), int(message["end"])
    there = texts.get(field, "")[start:end]
    if "text" in message and message["text"] != there:
        raise UsageError(words["other_words"])
    segment = trimmed(texts, field, start, end)
    if segment is None:
        raise UsageError(words["no_words"])
    return segment


def codes_shown(scheme: CodingScheme, language: str) -> list[Shown]:
    """Every active code with its definition, in the order of the scheme."""
    return [_code_shown(scheme, code, language) for code in scheme.active_codes]


def _code_shown(scheme: CodingScheme, code: Code, language: str) -> Shown:
    other = "en" if language == "da" else "da"
    label = code.label.in_language(language) or code.id
    beside = [scheme.code(name) for name in code.often_coded_with]
    return {
        "id": code.id,
        "label": label,
        "other_label": getattr(code.label, other) if getattr(code.label, other) != label else "",
        "other_language": other,
        "theme": scheme.theme_of(code.id).label.in_language(language),
        "allowed": list(code.direction.allowed),
        "definition": code.definition.in_language(language),
        "use_when": code.use_when.in_language(language),
        "do_not_use_when": code.do_not_use_when.in_language(language),
        "example": code.example.in_language(language),
        "near_miss": code.near_miss.in_language(language),
        "beside": [each.id for each in beside if each.status == "active"],
    }


def directions_shown(scheme: CodingScheme, language: str) -> list[Shown]:
    """The four directions with their marks and names, in the order of their keys."""
    labels = {each.id: each.label.in_language(language) for each in scheme.directions}
    # a scheme need not name them
    usual = ReportWords(language)
    return [
        {"id": name, "symbol": symbol, "label": (labels.get(name) or usual(name)).lower()}
        for name, symbol in SYMBOLS.items()
    ]


def reasons_shown(suggestion: dict[str, Any], words: Words, decimal: str) -> list[Shown]:
    """Why a suggestion was made: for each origin the words it rests on; then the direction and its cue."""
    origins = [part for part in str(suggestion["proposed_by"]).split("; ") if part]
    said = []
    for origin in origins:
        if origin == "rule":
            said.append(words["by_rule"].format(indicator=suggestion["indicator"]))
        elif origin.startswith("classifier"):
            probability = f"{float(suggestion['score']):.2f}".replace(".", decimal)
            spoke = ", ".join(f"“{word}”" for word in _spoke_for(str(suggestion["why"])))
            template = words["by_classifier"] if spoke else words["by_classifier_alone"]
            said.append(template.format(probability=probability, words=spoke))
        else:
            score = f"{float(suggestion['score']):.2f}".replace(".", decimal)
            said.append(words["by_other"].format(name=origin, score=score))
    cue = str(suggestion["cue"])
    direction = words["cue"].format(cue=cue) if cue else words["no_cue"]
    return [{"term": words["code"], "text": "; ".join(said)}, {"term": words["direction"], "text": direction}]


def _spoke_for(why: str) -> list[str]:
    """The words that spoke for a code, in what the classifier says of itself."""
    found = re.search(r"for it spoke (.*?)(?:;|$)", why)
    return re.findall(r"“([^”]*)”", found.group(1)) if found else []
