"""One streaming reader for exports made of tagged lines: RIS, PubMed, Web of Science, EndNote, Ovid, ..."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from corpus.dialects import COCHRANE, ENW, JOINED, NBIB, OVID, OVID_FIELDS, REFWORKS, RIS, WOS, Dialect
from corpus.entries import Entry, Format
from corpus.regular import Complete, Regular
from corpus.stray_text import is_header, is_preamble
from corpus.tagged_count import count_tagged
from corpus.tagged_details import (
    PUBMED_ENTRIES,
    RIS_ENTRIES,
    cochrane_details,
    named_database,
    nbib_details,
    ovid_details,
    ris_details,
    short_type,
    wos_details,
)
from corpus.tagged_entries import stretches

Fields = dict[str, list[str]]

__all__ = ["NBIB", "RIS", "TAGGED", "count_tagged", "read_tagged"]

# an entry that lacks its start is a record all the same when it has a title and this many known fields
_ENOUGH_FIELDS = 3
# as much of a header or search history is shown in a warning
_SHOWN = 2000


def read_tagged(
    text: str, dialect: Dialect, details: Callable[[Entry, Fields], None] | None = None
) -> Iterator[Entry]:
    r"""The entries of a tagged export, in order; also those that are no whole record.

    Headers and search histories between entries become a warning; other text outside entries is an entry
    that could not be read, so that nothing is dropped in silence. ``details`` completes an entry with what
    its dialect says in a way of its own; it is given the entry's values by tag.

    Examples
    --------
    >>> [entry.values["title"] for entry in read_tagged("TY  - JOUR\nTI  - Time\nER  - \n", RIS)]
    [['Time']]
    """
    line, at = 1, 0
    for stretch in stretches(text, dialect):
        start, end = stretch.pieces[0]
        line += text.count("\n", at, start)
        at = start
        raw = text[start:end].strip("\n")
        if len(stretch.pieces) > 1:
            raw = "\n".join(text[first:last].strip("\n") for first, last in stretch.pieces)
        if stretch.stray:
            entry = Entry(line, raw, why=f"text outside any entry (no {dialect.starts} tag begins it)")
        else:
            entry, fields = _entry(line, raw, dialect)
            if details is not None:
                details(entry, fields)
            if not stretch.begun and not dialect.bare:
                if "title" in entry.values and len(entry.values) >= _ENOUGH_FIELDS:
                    entry.warnings.append(f"no {dialect.starts} tag begins it; read all the same")
                else:
                    entry.why = f"no {dialect.starts} tag begins it"
        if stretch.said:
            said = " / ".join(stretch.said)
            entry.warnings.append(f"text around it that is no reference: {said[:_SHOWN]}")
        yield entry


def _entry(line: int, raw: str, dialect: Dialect) -> tuple[Entry, Fields]:
    fields, warnings = _fields(raw, dialect)
    values: Fields = {}
    extra: Fields = {}
    column_of = dialect.column_of
    clashes: list[str] = []
    for tag, found in fields.items():
        column = column_of.get(tag)
        if column is None:
            extra[tag] = found
        elif column in values:
            clashes.append(tag)
        else:
            values[column] = found
    if clashes:
        _settle(clashes, fields, values, extra, dialect)
    if "type" in values:
        values["type"] = [short_type(kind, dialect) for kind in values["type"]]
    return Entry(line, raw, values, extra, warnings=warnings), fields


def _settle(clashes: list[str], fields: Fields, values: Fields, extra: Fields, dialect: Dialect) -> None:
    """Where several tags fill a column: all together, or the first in rank and the others beside it."""
    column_of, rank = dialect.column_of, dialect.rank
    for column in dict.fromkeys(column_of[tag] for tag in clashes):
        tags = sorted((tag for tag in fields if column_of.get(tag) == column), key=rank.__getitem__)
        if column in JOINED:
            values[column] = [value for tag in tags for value in fields[tag]]
            continue
        values[column] = fields[tags[0]]
        for tag in tags[1:]:
            if any(value not in values[column] for value in fields[tag]):
                extra[tag] = fields[tag]


def _fields(raw: str, dialect: Dialect) -> tuple[Fields, list[str]]:  # noqa: PLR0912, PLR0915 (one loop: speed)
    """Tag -> values of one entry, and what was odd; values that go on over lines are put together."""
    fields: Fields = {}
    warnings: list[str] = []
    tag_of, width, ends = dialect.tag_of, dialect.width, dialect.ends
    values: list[str] = []
    going_on: list[str] = []
    tag, end_words = "", ""
    odd = outside = any_empty = False
    for line in raw.split("\n"):
        found = tag_of.get(line[:width], "")
        if found:
            value = line[width:].strip()
        else:
            odd = True
            if not line or line.isspace() or (ends and line.rstrip(" -\t") == ends):
                outside = True
                continue
            match = None if is_header(line, dialect) else dialect.tag_line.match(line)
            if match is None:
                if dialect.start_line.match(line):
                    continue
                if end_words:
                    going_on.append(f"{ends}  - {end_words}")
                    warnings.append(f"a line of text looks like an end: {ends}  - {end_words}")
                    end_words = ""
                if (outside and is_preamble(line, inside=True)) or not tag or is_header(line, dialect):
                    warnings.append(f"text that is no field: {line.strip()[:_SHOWN]}")
                elif tag in dialect.listed:
                    values.append(line.strip())
                else:
                    going_on.append(line.strip())
                    outside = False
                continue
            found, value = match.group(1), (match.group(2) or "").strip()
            if found == ends:
                outside = True
                end_words = value
                continue
        if odd:
            # only behind a line that was not tagged in the usual way
            if end_words:
                going_on.append(f"{ends}  - {end_words}")
                warnings.append(f"a line of text looks like an end: {ends}  - {end_words}")
                end_words = ""
            if going_on:
                _go_on(values, going_on)
                going_on = []
            odd = outside = False
        if not value:
            any_empty = True
        tag = found
        if tag in fields:
            values = fields[tag]
            values.append(value)
        else:
            fields[tag] = values = [value]
    if going_on:
        _go_on(values, going_on)
    if end_words:
        fields[ends] = [end_words]
    if any_empty:
        fields = {
            tag: kept for tag, values in fields.items() if (kept := [value for value in values if value])
        }
    return fields, warnings


def _go_on(values: list[str], lines: list[str]) -> None:
    values[-1:] = [" ".join([values[-1], *lines]).strip()] if values else [" ".join(lines)]


# what surely is a line of each; the first that is found says what the export is
_SIGNS = re.compile(
    r"""\n(?:
    (?P<ris>TY[ \t]{0,2}-[ \t]*\w)
    |(?P<nbib>PMID[ ]{0,2}-[ ]*\d|PMCR?[ ]{0,2}-[ ]?\d+\n|OWN[ ]-[ ]\w+\n)
    |(?P<wos>FN[ ][^\n]+\s*\nVR[ ]|PT[ ][A-Z]\s*\n[A-Z][A-Z0-9][ ])
    |(?P<ovid>[ ]?<\d+\.?[ ]?>\s*\n[ ]?[A-Z]{2,5}[ ]{1,2}-[ ])
    |(?P<ovid_text><\d+\.?[ ]?>\s*\n[A-Z][\w /&()-]+\n[ ]+\S)
    |(?P<cochrane>Record[ ]\#\d+[ ]of[ ]\d+\s*\n(?:ID|AU|TI|SO):[ ])
    |(?P<enw>%0[ ][A-Z]|%[AT][ ][^\n]+\n%[A-Z0-9@][ ])
    |(?P<refworks>RT[ ][A-Z][\w ,/]+\n(?:SR|ID|A1|T1|JF|YR)[ ])
    )""",
    re.VERBOSE,
)
_OTHER_FORMATS = re.compile(r"\s*(?:@\w+\s*[{(]|<[?!a-zA-Z]|[{\[]\s*[\"{\[])")
_RIS_END = re.compile(r"\nER {1,2}- *\n")
_RIS_TAG = re.compile(r"\n(TI|T1|AU|A1|AB|PY|Y1|JO|JF|T2|DO)  - \w")
# signs stand in the beginning, behind whatever a database or a person wrote there
_BEGINNING = 1_000_000


def _is(name: str, text: str) -> bool:
    """Whether the first sign of a tagged format in a text is that of ``name``."""
    if _OTHER_FORMATS.match(text):
        return False
    beginning = "\n" + text[:_BEGINNING].lstrip("\ufeff \n") + "\n"
    if found := _SIGNS.search(beginning):
        return found.lastgroup == name
    # RIS where every type is missing
    return name == "ris" and bool(_RIS_END.search(beginning)) and len(set(_RIS_TAG.findall(beginning))) > 1


def _dedented(text: str) -> str:
    """Some pages of Ovid indent the whole export by a space."""
    return re.sub(r"(?m)^ (?=\S| {6})", "", text) if re.match(r"\s* <\d", text) else text


def _ovid(text: str) -> Iterator[Entry]:
    return read_tagged(_dedented(text), OVID, ovid_details)


def _count_ovid(text: str) -> int:
    return count_tagged(_dedented(text), OVID)


def _format(
    name: str,
    label: str,
    dialect: Dialect,
    details: Callable[[Entry, Fields], None],
    regular: Complete | None = None,
) -> Format:
    careful = partial(read_tagged, dialect=dialect, details=details)
    by_piece = Regular(dialect, careful, regular) if regular else None
    return Format(
        name, label, partial(_is, name), careful, partial(count_tagged, dialect=dialect), by_piece=by_piece
    )


TAGGED = (
    _format("nbib", "PubMed (NBIB)", NBIB, nbib_details, PUBMED_ENTRIES),
    _format("ris", "RIS", RIS, ris_details, RIS_ENTRIES),
    _format("wos", "Web of Science (tagged)", WOS, wos_details),
    Format("ovid", "Ovid (tagged)", partial(_is, "ovid"), _ovid, _count_ovid),
    _format("ovid_text", "Ovid (text)", OVID_FIELDS, ovid_details),
    _format("cochrane", "Cochrane (text)", COCHRANE, cochrane_details),
    _format("enw", "EndNote (enw, refer)", ENW, named_database),
    _format("refworks", "RefWorks (tagged)", REFWORKS, named_database),
)
