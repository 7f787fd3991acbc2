"""Codings of another program as decisions of this review: matched, not guessed; none is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from coding_scheme.decisions import CodingDecision, Segment
from coding_scheme.qda_words import id_of
from coding_scheme.qdpx_reading import QdaProject
from coding_scheme.scheme import CodingScheme
from coding_scheme.verdicts import standing_decisions

OUTCOME_COLUMNS = ("record", "code", "person", "quotation", "outcome")
SAVED, HERE = "saved", "already here"
BEFORE = "said here before, and decided otherwise since"
_UNIT = ("record_id", "code_id", "person", "round", "reading")
_TAKEN = {field.name for field in fields(CodingDecision)}
_TITLES = ("title", "abstract")


@dataclass(frozen=True)
class ImportedCoding:
    """What an import brings.

    Attributes
    ----------
    decisions : list of CodingDecision
        Those to be saved. Of a person who has coded the same already, with the segments of both.
    outcome : DataFrame
        Columns record, code, person, quotation, outcome; one row per coding in the project.
    """

    decisions: list[CodingDecision]
    outcome: pd.DataFrame


def imported_coding(
    project: QdaProject,
    records: pd.DataFrame,
    scheme: CodingScheme,
    standing: pd.DataFrame,
    *,
    record_of: Mapping[str, str],
    people: Mapping[str, str] | None = None,
    codes: Mapping[str, str] | None = None,
    person: str = "",
) -> ImportedCoding:
    """The codings of a project as decisions on the records of a review.

    Parameters
    ----------
    project : QdaProject
        From :func:`~coding_scheme.read_qdpx` or :func:`~coding_scheme.read_taguette_highlights`.
    records : DataFrame
        The review's records: record_id, title, abstract.
    scheme : CodingScheme
        A code of the project is the one with its id, or with its label in any language.
    standing : DataFrame
        The review's coding decisions so far.
    record_of : mapping
        record_id in the project -> record_id in the review, for those that match.
    people : mapping, optional
        Names in the project -> ids of people; others go by an id made from their name.
    codes : mapping, optional
        Names or ids of codes in the project -> ids in the scheme.
    person : str, optional
        Whose the codings are that name nobody.

    Returns
    -------
    ImportedCoding
        Words must stand in the record: at their place, else once anywhere in title or abstract. What a
        person has said here before and decided otherwise since is not news, unless it has a later time.

    Examples
    --------
    >>> from coding_scheme.decisions import as_line, coding_decisions
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(), (Theme("ties", (Code("trust", Wording("Trust")),)),))
    >>> records = pd.DataFrame([{"record_id": "r1", "title": "Ties", "abstract": "Then trust grew."}])
    >>> there = pd.DataFrame([{"record_id": "x", "title": "Ties", "abstract": "Ties. Then trust grew."}])
    >>> words = (Segment("abstract", 11, 21, "trust grew"),)
    >>> theirs = coding_decisions([as_line(CodingDecision("x", "trust", "present", "ann", "", words))])
    >>> project = QdaProject("p", there, scheme, theirs, {"ann": "Ann"}, pd.DataFrame())
    >>> taken = imported_coding(project, records, scheme, theirs.iloc[:0], record_of={"x": "r1"})
    >>> taken.decisions[0].segments, taken.outcome["outcome"].tolist()
    ((Segment(field='abstract', start=5, end=15, text='trust grew'),), ['saved'])
    """
    here, before = _standing(standing), _said_before(standing)
    texts = {str(row["record_id"]): row for row in records.to_dict("records")}
    there = {str(row["record_id"]): row for row in project.records.to_dict("records")}
    code_of = _code_ids(project.scheme, scheme, codes or {})
    taken: dict[tuple[Any, ...], dict[str, Any]] = {}
    rows: list[list[str]] = []
    waiting: list[tuple[int, tuple[Any, ...]]] = []
    for row in standing_decisions(project.decisions).to_dict("records"):
        record_id = record_of.get(row["record_id"], "")
        code_id = code_of.get(row["code_id"], "")
        who = _person(row["person"], project, people or {}) or person
        title = str(there.get(row["record_id"], {}).get("title", "")) or row["record_id"]
        rows.append([title, row["code_id"], who, row["text"], ""])
        if not record_id:
            rows[-1][-1] = "no record of this review matches"
        elif row["code_id"] and not code_id:
            rows[-1][-1] = "no code of the scheme matches"
        elif not who:
            rows[-1][-1] = "it names no coder (--as PERSON)"
        else:
            place: Segment | str | None = None
            if row["field"]:
                place = _segment(row, there.get(row["record_id"], {}), texts[record_id])
            if isinstance(place, str):
                rows[-1][-1] = place
                continue
            key = (record_id, code_id, who, row["round"], int(row.get("reading") or 1))
            if before.overtaken(key, row, place, here.get(key)):
                rows[-1][-1] = BEFORE
                continue
            held = taken.setdefault(key, {"row": row, "segments": [], "findings": []})
            if place is not None and place not in held["segments"]:
                held["segments"].append(place)
            if row["finding"] and row["finding"] not in held["findings"]:
                held["findings"].append(row["finding"])
            waiting.append((len(rows) - 1, key))
    decisions = {key: _decision(key, held, here.get(key), scheme) for key, held in taken.items()}
    for number, key in waiting:
        rows[number][-1] = SAVED if decisions[key] is not None else HERE
    outcome = pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS)).astype("str")
    return ImportedCoding([each for each in decisions.values() if each is not None], outcome)


@dataclass(frozen=True)
class _Before:
    """What people have said here at any time: the places they marked, and when they decided last."""

    said: Mapping[tuple[Any, ...], set[Any]]
    last: Mapping[tuple[Any, ...], str]

    def overtaken(
        self, key: tuple[Any, ...], row: Mapping[Any, Any], place: Any, here: Mapping[str, Any] | None
    ) -> bool:
        """Whether a person has said this before, and something else since."""
        if (row["value"], place) not in self.said.get(key, ()) or row["decided_at"] > self.last[key]:
            return False
        stands = here is not None and here["row"]["value"] == row["value"]
        return not stands or (place is not None and here is not None and place not in here["segments"])


def _said_before(decisions: pd.DataFrame) -> _Before:
    said: dict[tuple[Any, ...], set[Any]] = {}
    last: dict[tuple[Any, ...], str] = {}
    for row in decisions.to_dict("records"):
        key = (*(row[name] for name in _UNIT[:4]), int(row.get("reading") or 1))
        place = Segment(row["field"], row["start"], row["end"], row["text"]) if row["field"] else None
        said.setdefault(key, set()).add((row["value"], place))
        last[key] = max(last.get(key, ""), row["decided_at"])
    return _Before(said, last)


def _standing(decisions: pd.DataFrame) -> dict[tuple[Any, ...], dict[str, Any]]:
    here: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in standing_decisions(decisions).to_dict("records"):
        key = (*(row[name] for name in _UNIT[:4]), int(row.get("reading") or 1))
        held = here.setdefault(key, {"row": row, "segments": []})
        if row["field"]:
            held["segments"].append(Segment(row["field"], row["start"], row["end"], row["text"]))
    return here


def _decision(
    key: tuple[Any, ...], new: Mapping[str, Any], here: Mapping[str, Any] | None, scheme: CodingScheme
) -> CodingDecision | None:
    """The decision to save, or None when the person has said all of it already."""
    row = dict(new["row"])
    segments, finding = list(new["segments"]), " ".join(new["findings"])
    if here is not None and here["row"]["value"] == row["value"]:
        old = here["row"]
        more = [segment for segment in segments if segment not in here["segments"]]
        differing = any(row.get(name) and row[name] != old.get(name) for name in ("direction", "note"))
        if not more and not differing and finding in ("", old["finding"]):
            return None
        segments = [*here["segments"], *more]
        finding = " ".join(dict.fromkeys(part for part in (old["finding"], finding) if part))
        for name in ("direction", "note"):
            row[name] = row.get(name) or old.get(name, "")
        row["facets"] = json.dumps({**json.loads(old["facets"] or "{}"), **json.loads(row["facets"] or "{}")})
    record_id, code_id, who, round_, reading = key
    known = row["scheme_hash"] or row["scheme_version"]
    given = {
        "record_id": record_id, "code_id": code_id, "person": who, "round": round_, "reading": reading,
        "value": row["value"], "direction": row["direction"], "segments": tuple(segments),
        "scheme_version": row["scheme_version"] if known else scheme.version,
        "scheme_hash": row["scheme_hash"] if known else scheme.hash,
        "finding": finding, "facets": json.loads(row["facets"] or "{}"), "note": row["note"],
        "decided_at": row["decided_at"], "reason": row.get("reason", ""),
    }  # fmt: skip
    return CodingDecision(**{name: value for name, value in given.items() if name in _TAKEN})


def _segment(row: Mapping[Any, Any], there: Mapping[Any, Any], here: Mapping[Any, Any]) -> Segment | str:
    """The words in the record of this review, or why they have no place there."""
    words, start, end = str(row["text"]), int(row["start"]), int(row["end"])
    own = {name: here[name] if isinstance(here.get(name), str) else "" for name in _TITLES}
    source = str(there.get(row["field"], ""))
    if 0 <= start < end:
        for name, text in [(row["field"], own[row["field"]]), *own.items()]:
            # their text may hold more than the field of the record, which then begins somewhere in it
            shift = source.find(text) if text else -1
            if shift >= 0 and text[max(start - shift, 0) : max(end - shift, 0)] == words and start >= shift:
                return Segment(name, start - shift, end - shift, words)
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    places = [
        (name, match.span(1)) for name, text in own.items() if pattern
        for match in re.finditer(f"(?=({pattern}))", text)
    ]  # fmt: skip
    if not places:
        return "its words are not in the record"
    if len(places) > 1:
        return "its words are in the record several times"
    name, (start, end) = places[0]
    return Segment(name, start, end, own[name][start:end])


def _code_ids(theirs: CodingScheme, ours: CodingScheme, given: Mapping[str, str]) -> dict[str, str]:
    """Of each code of theirs the id in the scheme, where there is one."""
    known = {code.id for code in ours.codes}
    named: dict[str, set[str]] = {}
    for code in ours.codes:
        for name in {code.id, code.label.en, code.label.da} - {""}:
            named.setdefault(id_of(name), set()).add(code.id)
    found: dict[str, str] = {}
    for code in theirs.codes:
        for name in (code.id, code.label.en, code.label.da):
            told = given.get(name, "")
            alike = named.get(id_of(name), set()) if name else set()
            own = told if told in known else code.id if code.id in known else ""
            own = own or (next(iter(alike)) if len(alike) == 1 else "")
            if own:
                found.setdefault(code.id, own)
    return found


def _person(own: str, project: QdaProject, people: Mapping[str, str]) -> str:
    return people.get(own) or people.get(project.people.get(own, "")) or own
