"""Reading projects of REFI-QDA (QDPX), of any coding program: texts as records, codes as scheme, codings.

Read leniently: any namespace, missing parts, texts in any encoding with any line ends. What cannot be mapped
is listed with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

from coding_scheme.decisions import coding_decisions
from coding_scheme.qda_words import child, children, guid, id_of, name_of, plain_guid, read_labelled, text_in
from coding_scheme.qdc import LEFT_OUT_COLUMNS, codebook_from, parsed_project, text_or
from coding_scheme.qdpx_sources import Selection, SourceText, file_of, opened, source_text
from coding_scheme.qdpx_writing import BETWEEN, DECISION_LABELS, NO_WORDS, RECORD_LABELS, UNSAID
from coding_scheme.scheme import CodingScheme
from corpus.errors import UsageError
from corpus.json_text import from_json
from corpus.records import records_frame

_SOURCES = ("TextSource", "PictureSource", "PDFSource", "AudioSource", "VideoSource")
_ELSEWHERE = {
    "Cases": "Case", "Variables": "Variable", "Links": "Link", "Sets": "Set", "Graphs": "Graph",
}  # fmt: skip
_NO_PLACE = "a review has no place for it"
_LONGEST_ID = 60


@dataclass(frozen=True)
class QdaProject:
    """What a QDPX project holds for a review.

    Attributes
    ----------
    name : str
    records : DataFrame
        Its texts (columns: ``corpus.records``). Texts of other programs have the source's name as title and
        all their words in the abstract; they are named "refi:" and the source's identifier.
    scheme : CodingScheme
        Its codebook.
    decisions : DataFrame
        Its codings (columns: :mod:`coding_scheme.scheme`), each by its coder; those of other programs are
        "present" without a direction, in the round "blind".
    people : dict
        Id of each coder -> the name in the project.
    left_out : DataFrame
        Columns kind, name, why: what could not be mapped.
    """

    name: str
    records: pd.DataFrame
    scheme: CodingScheme
    decisions: pd.DataFrame
    people: dict[str, str]
    left_out: pd.DataFrame


def read_qdpx(path: Path | str) -> QdaProject:
    """Read a QDPX project of Samsyn or of another coding program.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    QdaProject

    Raises
    ------
    UsageError
        When it is no QDPX project, is damaged, or is made to do harm (entities, paths that lead out, an
        archive that would fill the memory).
    """
    path = Path(path)
    document, files = opened(path)
    root = parsed_project(document, path.name)
    if name_of(root) != "Project":
        raise UsageError(f"{path.name} holds no project of REFI-QDA.")
    reader = _Reader(root, files, path.stem)
    for source in children(child(root, "Sources"), *_SOURCES):
        reader.take(source)
    return reader.project()


@dataclass
class _Decision:
    """The selections that one coder gave one code in one record and round."""

    line: dict[str, Any]
    segments: list[dict[str, Any]] = field(default_factory=list)


class _Reader:
    def __init__(self, root: etree._Element, files: dict[str, bytes], stem: str) -> None:
        self.root, self.files = root, files
        self.name = text_or(root.get("name"), stem)
        book = child(root, "CodeBook")
        if book is None:
            book = etree.Element("CodeBook")
        elif root.get("origin") and not book.get("origin"):
            book.set("origin", root.get("origin") or "")
        self.book = codebook_from(book, self.name)
        self.left_out: list[tuple[str, str, str]] = []
        self.people = dict(self._people())
        self.notes = {plain_guid(note.get("guid")): note for note in children(child(root, "Notes"), "Note")}
        self.used_notes: set[str] = set()
        self.records: list[dict[str, Any]] = []
        self.decisions: dict[tuple[str, ...], _Decision] = {}
        self.n_codings = 0  # taken or left out

    def project(self) -> QdaProject:
        """All that was taken."""
        for holder, kind in _ELSEWHERE.items():
            for element in children(child(self.root, holder), kind):
                self._leave(kind.lower(), text_or(element.get("name")), _NO_PLACE)
        for note_id, note in self.notes.items():
            if note_id not in self.used_notes:
                self._leave("note", text_or(note.get("name")), "it stands beside no coding")
        lines = [{**each.line, "segments": each.segments} for each in self.decisions.values()]
        left_out = pd.DataFrame(self.left_out, columns=list(LEFT_OUT_COLUMNS)).astype("str")
        coders = {line["person"] for line in lines}
        return QdaProject(
            self.name,
            _frame(self.records),
            self.book.scheme,
            coding_decisions(lines),
            {person: name for person, name in self.people.values() if person in coders},
            pd.concat([self.book.left_out, left_out], ignore_index=True),
        )

    def take(self, source: etree._Element) -> None:
        """One source, with every coding in it taken or listed."""
        before = self.n_codings
        self._take(source)
        n_codings = sum(1 for element in source.iter() if name_of(element) == "Coding")
        for _ in range(n_codings - (self.n_codings - before)):
            self._leave("coding", text_or(source.get("name")), "it is on no words of a text")

    def _take(self, source: etree._Element) -> None:
        """A text, or the text that stands for a PDF; of other media only what is lost."""
        kind, name = name_of(source), text_or(source.get("name"), "source without name")
        for element in source.iter():
            what = name_of(element)
            if (
                what.endswith("Selection")
                and what != "PlainTextSelection"
                and child(element, "Coding") is not None
            ):
                self._leave(
                    "coding", name, f"it is on a {what.removesuffix('Selection')} place, not on words"
                )
        if kind in ("PictureSource", "AudioSource", "VideoSource"):
            self._leave("source", name, f"it is no text but {kind.removesuffix('Source').lower()}")
            return
        text_element = source if kind == "TextSource" else child(source, "Representation")
        raw = None if text_element is None else self._text_of(text_element)
        if text_element is None or raw is None:
            self._leave("source", name, "its text is not in the project")
            for element in children(text_element, "PlainTextSelection"):
                for _ in children(element, "Coding"):
                    self._leave("coding", text_or(element.get("name")), f"the text of {name} is not there")
            return
        elements = list(children(text_element, "PlainTextSelection"))
        selections = [
            Selection(_number(element.get("startPosition")), _number(element.get("endPosition")),
                      element.get("name") or "")
            for element in elements
        ]  # fmt: skip
        text = source_text(raw, selections)
        record = self._record(source, name, text.text)
        self.records.append(record)
        self._take_selections(record, text, elements, text_element)
        for coding in children(source, "Coding"):
            whole = [(part, 0, len(record[part])) for part in ("title", "abstract") if record[part]]
            self._code(record, coding, None, whole)
        for reference in children(source, "NoteRef"):
            self._take_note(record, reference)

    def _take_selections(
        self, record: dict[str, Any], text: SourceText, elements: list[etree._Element],
        text_element: etree._Element,
    ) -> None:  # fmt: skip
        title_end = record["_title_end"]
        for element, place in zip(elements, text.places, strict=True):
            name = text_or(element.get("name"))
            codings = list(children(element, "Coding"))
            if place is None:
                self._leave("coding", name, f"its place is not in the text of {record['title']}")
            elif not codings:
                self._leave("selection", name, "no code was given to it")
            for coding in codings if place else ():
                self._code(record, coding, element, list(_parts(place or (0, 0), title_end, record)))

    def _code(
        self, record: dict[str, Any], coding: etree._Element, selection: etree._Element | None,
        parts: list[tuple[str, int, int]],
    ) -> None:  # fmt: skip
        reference = child(coding, "CodeRef")
        target = plain_guid(
            (reference.get("targetGUID") or reference.get("guid")) if reference is not None else ""
        )
        code_id = self.book.code_ids.get(target)
        shown = text_or(selection.get("name") if selection is not None else "", record["title"])
        if code_id is None:
            self._leave("coding", shown, "its code is not in the codebook")
            return
        coder = next(
            (held.get(name) for held in (coding, selection) if held is not None
             for name in ("creatingUser", "creatingUserGUID") if held.get(name)),
            self.root.get("creatingUserGUID"),
        )  # fmt: skip
        person = self.people.get(plain_guid(coder), ("", ""))[0]
        free, said = read_labelled(
            text_in(selection, "Description") if selection is not None else "", DECISION_LABELS
        )
        line = {column: said.get(label, UNSAID.get(column, "")) for label, column in DECISION_LABELS.items()}
        notes = [line["note"], free.strip(), *self._notes_of(coding), *self._notes_of(selection)]
        line["note"] = "\n".join(note for note in notes if note)
        made = coding.get("creationDateTime")
        if selection is not None:
            made = made or selection.get("creationDateTime")
        line["decided_at"] = line["decided_at"] or made or ""
        segments = [
            {"field": part, "start": start, "end": end, "text": record[part][start:end]}
            for part, start, end in parts
        ]
        if not segments:
            self._leave("coding", shown, "it is on no words of title or abstract")
            return
        self.n_codings += 1
        self._decide(record, code_id, person, line, segments)

    def _decide(
        self, record: dict[str, Any], code_id: str, person: str, said: dict[str, str],
        segments: list[dict[str, Any]],
    ) -> None:  # fmt: skip
        said = said | {"round": said["round"] or "blind"}
        key = (record["record_id"], code_id, person, said["round"], said["reading"])
        line = {"type": "coding", "record_id": record["record_id"], "code_id": code_id, "person": person,
                **said}  # fmt: skip
        line["facets"], line["reading"] = _facets(said["facets"]), _number(said["reading"], 1)
        if key not in self.decisions:
            self.decisions[key] = _Decision(line)
        held = self.decisions[key]
        held.segments += [segment for segment in segments if segment not in held.segments]
        for column, joint in (("finding", " "), ("note", "\n")):
            if (
                line[column]
                and line[column] not in held.line[column].split(joint)
                and (line[column] != held.line[column])
            ):
                held.line[column] = joint.join(filter(None, [held.line[column], line[column]]))
        held.line["decided_at"] = max(held.line["decided_at"], line["decided_at"])

    def _take_note(self, record: dict[str, Any], reference: etree._Element) -> None:
        """The note of a source: decisions without words where Samsyn wrote it, else a note that is left."""
        note = self.notes.get(_target(reference))
        if note is None or not (note.get("name") or "").startswith(NO_WORDS):
            return
        self.used_notes.add(plain_guid(note.get("guid")))
        person = self.people.get(plain_guid(note.get("creatingUser")), ("", ""))[0]
        for block in re.split(r"\n\n(?=Code:)", self._text_of(note, decoded=True) or "")[1:]:
            _, said = read_labelled(block, ["Code", *DECISION_LABELS])
            line = {
                column: said.get(label, UNSAID.get(column, "")) for label, column in DECISION_LABELS.items()
            }
            self._decide(record, said.get("Code", ""), person, line, [])

    def _notes_of(self, element: etree._Element | None) -> Iterator[str]:
        for reference in children(element, "NoteRef"):
            note_id = _target(reference)
            if note_id in self.notes:
                self.used_notes.add(note_id)
                yield (self._text_of(self.notes[note_id], decoded=True) or "").strip()

    def _record(self, source: etree._Element, name: str, text: str) -> dict[str, Any]:
        labels = {"Samsyn record": "record_id", "Title ends at": "_title_end", **RECORD_LABELS}
        _, said = read_labelled(text_in(source, "Description"), labels)
        record: dict[str, Any] = {labels[label]: value for label, value in said.items()}
        title_end = _number(record.pop("_title_end", None), -1)
        if "record_id" in record and text[title_end : title_end + len(BETWEEN)] == BETWEEN:
            parts = {"title": text[:title_end], "abstract": text[title_end + len(BETWEEN) :]}
            return {**record, **parts, "_title_end": title_end}
        title = re.sub(r"\.(txt|docx?|rtf|odt|pdf|md)$", "", name, flags=re.IGNORECASE)
        key = plain_guid(source.get("guid")).lower() or guid(name, text).lower()
        return {"record_id": f"refi:{key}", "title": title, "abstract": text, "_title_end": -1}

    def _text_of(self, element: etree._Element, *, decoded: bool = False) -> Any:
        inline = child(element, "PlainTextContent")
        if inline is not None:
            return "".join(inline.itertext())
        place = element.get("plainTextPath")
        data = file_of(place, self.files) if place else None
        return source_text(data, ()).text if decoded and data is not None else data

    def _people(self) -> Iterator[tuple[str, tuple[str, str]]]:
        taken: dict[str, int] = {}
        for user in children(child(self.root, "Users"), "User"):
            key, own = plain_guid(user.get("guid")), user.get("id") or ""
            name = text_or(user.get("name"), own or key[:8])
            if own and key == guid("person", own):
                yield key, (own, name)
                continue
            person = id_of(name).replace("_", "-")[:_LONGEST_ID]
            taken[person] = taken.get(person, 0) + 1
            yield key, (person if taken[person] == 1 else f"{person}-{taken[person]}", name)

    def _leave(self, kind: str, name: str, why: str) -> None:
        self.n_codings += kind == "coding"
        self.left_out.append((kind, name, why))


def _frame(records: list[dict[str, Any]]) -> pd.DataFrame:
    rows = [{name: value for name, value in record.items() if name != "_title_end"} for record in records]
    return records_frame(rows or [{"record_id": ""}]).iloc[: len(rows)]


def _parts(place: tuple[int, int], title_end: int, record: dict[str, Any]) -> Iterator[tuple[str, int, int]]:
    """A place in the text of a source as places in title and abstract."""
    start, end = place
    if title_end < 0:
        yield "abstract", start, end
        return
    if start < min(end, title_end):
        yield "title", start, min(end, title_end)
    behind = title_end + len(BETWEEN)
    if end > behind:
        yield "abstract", max(start - behind, 0), end - behind


def _target(reference: etree._Element | None) -> str:
    """What a reference points at; some programs write guid for targetGUID."""
    if reference is None:
        return ""
    return plain_guid(reference.get("targetGUID") or reference.get("guid"))


def _facets(text: str) -> dict[str, str]:
    try:
        read = from_json(text or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in read.items()} if isinstance(read, dict) else {}


def _number(text: str | None, otherwise: int = -1) -> int:
    try:
        return int((text or "").strip())
    except ValueError:
        return otherwise
