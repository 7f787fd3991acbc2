"""Writing projects of REFI-QDA (QDPX): records, coding scheme and decisions for other coding programs.

Each record is a text source: its title, an empty line, its abstract. Each segment of each coder is a
selection of that coder's; direction, round, finding and note stand in the selection's description. Decisions
without words (absent, unclear) are notes. Identifiers follow from the ids of the review and dates from the
decisions, so that the same review gives the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

from coding_scheme.qda_words import add, as_bytes, guid, labelled, xml_text
from coding_scheme.qdc import add_codes
from coding_scheme.scheme import CodingScheme
from coding_scheme.verdicts import standing_readings
from corpus.errors import ReviewError
from corpus.records import RECORD_COLUMNS

PROJECT_NAMESPACE = "urn:QDA-XML:project:1.0"
BETWEEN = "\n\n"
# what a description says of a decision: label -> column
DECISION_LABELS = {
    "Value": "value", "Direction": "direction", "Round": "round", "Reading": "reading", "Finding": "finding",
    "Facets": "facets", "Reason": "reason", "Note": "note", "Scheme version": "scheme_version",
    "Scheme hash": "scheme_hash", "Decided at": "decided_at",
}  # fmt: skip
# what is not said because it is so unless said
UNSAID = {"value": "present", "facets": "{}", "reading": "1"}
RECORD_LABELS = {
    column.capitalize().replace("_", " "): column
    for column in RECORD_COLUMNS
    if column not in ("record_id", "title", "abstract", "source_line", "raw")
}
NO_WORDS = "Decisions without words"
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_LONGEST_NAME = 100
# the same moment for every file in the archive
_ARCHIVED = (1980, 1, 1, 0, 0, 0)


def write_qdpx(
    records: pd.DataFrame,
    scheme: CodingScheme,
    decisions: pd.DataFrame,
    path: Path | str,
    *,
    name: str = "",
    people: Mapping[str, str] | None = None,
) -> None:
    """Write records, coding scheme and coding decisions as a QDPX project, valid against the standard.

    Parameters
    ----------
    records : DataFrame
        Columns record_id, title, abstract; others that are there go into the description of the source.
    scheme : CodingScheme
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`; those that stand are written, on these
        records. Offsets are code points, end exclusive, into title or abstract.
    path : Path or str
    name : str, optional
        Of the project; by default the title of the scheme.
    people : mapping, optional
        Ids -> names.

    Raises
    ------
    ReviewError
        When a decision is on a code that is not in the scheme, its words are not in its record, or the file
        cannot be written.

    Source
    ------
    REFI-QDA 1.0, project exchange (qdasoftware.org).

    Examples
    --------
    >>> import tempfile
    >>> from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
    >>> from coding_scheme.qdpx_reading import read_qdpx
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> code = Code("trust", Wording("Trust", "Tillid"), Wording("To rely on others."))
    >>> scheme = CodingScheme("demo", Wording("Demo"), (Theme("ties", (code,), Wording("Ties")),))
    >>> record = {"record_id": "r1", "title": "Håb 🙂 og tillid", "abstract": "Tillid voksede."}
    >>> words = (Segment("title", 9, 15, "tillid"),)
    >>> decision = CodingDecision("r1", "trust", "present", "ann", "promotes", words)
    >>> path = Path(tempfile.mkdtemp(), "demo.qdpx")
    >>> write_qdpx(pd.DataFrame([record]), scheme, coding_decisions([as_line(decision)]), path)
    >>> back = read_qdpx(path).decisions
    >>> back[["record_id", "code_id", "direction", "start", "end", "text", "person"]].values.tolist()
    [['r1', 'trust', 'promotes', 9, 15, 'tillid', 'ann']]
    """
    texts = {str(row["record_id"]): _Text(row) for row in records.to_dict("records")}
    standing = standing_readings(decisions)
    rows = [row for row in standing.to_dict("records") if row["record_id"] in texts]
    _refuse_unknown(rows, texts, scheme)
    root = etree.Element(f"{{{PROJECT_NAMESPACE}}}Project", nsmap={None: PROJECT_NAMESPACE})
    root.set("name", xml_text(name or scheme.title.in_language("en") or scheme.id))
    root.set("origin", xml_text(f"Samsyn: {scheme.id} {scheme.version}"))
    times = sorted(time for row in rows if _DATE_TIME.fullmatch(time := row["decided_at"]))
    if times:
        root.set("creationDateTime", times[0])
        root.set("modifiedDateTime", times[-1])
    coders = sorted({row["person"] for row in rows})
    if coders:
        users = add(root, "Users", {})
        for person in coders:
            shown = (people or {}).get(person) or person
            add(users, "User", {"guid": guid("person", person), "name": shown, "id": person})
    add_codes(add(root, "CodeBook", {}), scheme)
    _add_sources(root, texts, rows)
    _write(path, as_bytes(root), texts)


class _Text:
    """A record as one text, and where its title and abstract stand in it."""

    def __init__(self, record: Mapping[Any, Any]) -> None:
        self.record = record
        self.fields = {name: _text(record.get(name)) for name in ("title", "abstract")}
        self.title, abstract = (_lines(self.fields[name]) for name in ("title", "abstract"))
        self.whole = f"{self.title}{BETWEEN}{abstract}"
        self.guid = guid("record", record["record_id"])

    def place(self, field: str, offset: int) -> int:
        before = self.fields[field][:offset]
        return len(_lines(before)) + (len(self.title) + len(BETWEEN) if field == "abstract" else 0)

    def description(self) -> str:
        lines: list[tuple[str, str | None]] = [("Samsyn record", str(self.record["record_id"]))]
        lines.append(("Title ends at", str(len(self.title))))
        lines += [(label, _text(self.record.get(column)) or None) for label, column in RECORD_LABELS.items()]
        return labelled("", lines)


def _refuse_unknown(rows: list[dict[Any, Any]], texts: Mapping[str, _Text], scheme: CodingScheme) -> None:
    codes = {code.id for code in scheme.codes} | {""}
    for row in rows:
        where = f"{row['person']}'s decision on {row['record_id']}"
        if row["code_id"] not in codes:
            raise ReviewError(f"The scheme has no code {row['code_id']!r}.", where=where)
        if row["field"]:
            held = texts[row["record_id"]].fields.get(row["field"], "")
            if held[row["start"] : row["end"]] != row["text"]:
                raise ReviewError(f"The words {row['text']!r} are not where they should be.", where=where)


def _add_sources(root: etree._Element, texts: Mapping[str, _Text], rows: list[dict[Any, Any]]) -> None:
    by_record: dict[str, list[dict[Any, Any]]] = {}
    for row in rows:
        by_record.setdefault(row["record_id"], []).append(row)
    notes: list[tuple[str, str, str]] = []  # guid, person, text
    names: dict[str, int] = {}
    sources = add(root, "Sources", {}) if texts else None
    for record_id, text in texts.items():
        own = by_record.get(record_id, [])
        source = add(sources, "TextSource", {
            "guid": text.guid, "name": _name(text, names), "plainTextPath": f"internal://{text.guid}.txt",
        })  # fmt: skip
        add(source, "Description", {}, text.description())
        for number, row in enumerate(row for row in own if row["field"]):
            _add_selection(source, text, row, number)
        for person in sorted({row["person"] for row in own if not row["field"]}):
            said = [row for row in own if not row["field"] and row["person"] == person]
            note = guid("note", record_id, person)
            notes.append((note, person, _without_words(record_id, said)))
            add(source, "NoteRef", {"targetGUID": note})
    if notes:
        element = add(root, "Notes", {})
        for note, person, text_of_note in notes:
            own_note = add(element, "Note", {
                "guid": note, "name": f"{NO_WORDS}: {person}", "creatingUser": guid("person", person),
            })  # fmt: skip
            add(own_note, "PlainTextContent", {}, text_of_note)


def _add_selection(source: etree._Element, text: _Text, row: Mapping[Any, Any], number: int) -> None:
    start, end = (text.place(row["field"], row[name]) for name in ("start", "end"))
    key = [
        text.guid,
        number,
        *(row[name] for name in ("code_id", "person", "round", "field", "start", "end")),
    ]
    made = {"creatingUser": guid("person", row["person"])}
    if _DATE_TIME.fullmatch(row["decided_at"]):
        made["creationDateTime"] = row["decided_at"]
    shown = " ".join(row["text"].split())
    selection = add(source, "PlainTextSelection", {
        "guid": guid("selection", *key),
        "name": shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME - 1]}…",
        "startPosition": str(start), "endPosition": str(end), **made,
    })  # fmt: skip
    if words := labelled("", _said(row)):
        add(selection, "Description", {}, words)
    coding = add(selection, "Coding", {"guid": guid("coding", *key), **made})
    add(coding, "CodeRef", {"targetGUID": guid("code", row["code_id"])})


def _said(row: Mapping[Any, Any]) -> Iterable[tuple[str, str | None]]:
    for label, column in DECISION_LABELS.items():
        value = str(row.get(column, ""))
        if column == "decided_at" and row["field"] and _DATE_TIME.fullmatch(value):
            value = ""
        yield label, value if value and value != UNSAID.get(column) else None


def _without_words(record_id: str, rows: list[dict[Any, Any]]) -> str:
    blocks = [f"{NO_WORDS} on {record_id}."]
    blocks += [labelled("", [("Code", row["code_id"]), *_said(row)]) for row in rows]
    return "\n\n".join(blocks)


def _name(text: _Text, names: dict[str, int]) -> str:
    """Some programs refuse two sources of one name."""
    name = " ".join(text.title.split())[:_LONGEST_NAME] or str(text.record["record_id"])
    names[name] = names.get(name, 0) + 1
    return name if names[name] == 1 else f"{name} ({names[name]})"


def _write(path: Path | str, project: bytes, texts: Mapping[str, _Text]) -> None:
    path = Path(path)
    partial = path.with_name(f".{path.name}.partial")
    files = [("project.qde", project)]
    files += [(f"Sources/{text.guid}.txt", text.whole.encode("utf-8", "replace")) for text in texts.values()]
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files:
                member = zipfile.ZipInfo(name, _ARCHIVED)
                member.compress_type, member.external_attr, member.create_system = 8, 0o644 << 16, 3
                archive.writestr(member, data)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ReviewError(f"It cannot be written: {error.strerror}.", where=str(path)) from error


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
