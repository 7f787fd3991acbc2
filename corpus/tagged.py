"""One streaming reader for exports made of tagged lines (RIS, PubMed's NBIB); dialects are tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from corpus.entries import Entry, Format


@dataclass(frozen=True)
class Dialect:
    """How one tagged format writes its entries.

    Attributes
    ----------
    tag : str
        Regular expression of a tagged line: group 1 the tag, group 2 the value.
    starts : str
        The tag that begins an entry.
    ends : str
        The tag that ends an entry, ``""`` where a blank line and the next start do.
    columns : mapping
        Record column -> the tags that fill it; the values of the first tag that has any count.
    """

    tag: str
    starts: str
    ends: str
    columns: dict[str, tuple[str, ...]]


RIS = Dialect(
    tag=r"^([A-Z][A-Z0-9])(?: {1,2}- ?| {0,2}-(?: |$))(.*)$",
    starts="TY",
    ends="ER",
    columns={
        "title": ("TI", "T1", "CT", "BT", "ST"), "abstract": ("AB", "N2"), "authors": ("AU", "A1"),
        "year": ("PY", "Y1", "DA"), "journal": ("T2", "JO", "JF", "JA", "J2"), "volume": ("VL",),
        "issue": ("IS", "CP"), "pages": ("SP",), "end_page": ("EP",), "doi": ("DO", "DI"), "serial": ("SN",),
        "keywords": ("KW", "DE"), "language": ("LA",), "url": ("UR", "L2"), "accession": ("AN", "UT"),
        "notes": ("N1", "RN"), "database": ("DB",), "type": ("TY",), "pmid": ("PM",),
    },
)  # fmt: skip

NBIB = Dialect(
    tag=r"^([A-Z]{2,4}) *-(?: |$)(.*)$",
    starts="PMID",
    ends="",
    columns={
        "title": ("TI", "BTI", "TT"), "abstract": ("AB", "OAB"), "authors": ("FAU", "AU"), "year": ("DP",),
        "journal": ("JT", "TA"), "volume": ("VI",), "issue": ("IP",), "pages": ("PG",), "doi": ("LID", "AID"),
        "serial": ("IS",), "keywords": ("OT", "MH"), "language": ("LA",), "accession": ("PMID",),
        "pmid": ("PMID",), "notes": ("GN",),
    },
)  # fmt: skip


@dataclass
class TaggedEntry:
    """An entry as it stands: tag -> values, the line it begins on (from 1), its raw text."""

    line: int
    fields: dict[str, list[str]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    last_tag: str = ""

    @property
    def raw(self) -> str:
        """The entry's lines, as in the file."""
        return "\n".join(self.lines).strip("\n")

    def add(self, tag: str, value: str, line: str) -> None:
        """Take a tagged line."""
        self.fields.setdefault(tag, []).append(value)
        self.lines.append(line)
        self.last_tag = tag

    def continue_value(self, line: str) -> None:
        """Take a line that goes on with the last value."""
        self.lines.append(line)
        if self.last_tag and line.strip():
            values = self.fields[self.last_tag]
            values[-1] = f"{values[-1]} {line.strip()}".strip()


def read_tagged(text: str, dialect: Dialect) -> Iterator[TaggedEntry]:
    r"""The entries of a tagged export, in order; also those that are no whole record.

    An entry begins with the dialect's first tag, also where the one before it was never ended, and tags
    that stand before the first tag belong to the entry that follows. Text outside any entry is an entry of
    its own, so that nothing is dropped in silence.

    Examples
    --------
    >>> [entry.fields["TI"] for entry in read_tagged("TY  - JOUR\nTI  - Time\nER  - \n", RIS)]
    [['Time']]
    """
    tag_line = re.compile(dialect.tag)
    entry: TaggedEntry | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        found = tag_line.match(line)
        if found is None:
            if entry is not None:
                entry.continue_value(line)
            elif line.strip():
                entry = TaggedEntry(number, lines=[line])
            continue
        tag, value = found.group(1), found.group(2).strip()
        if tag == dialect.starts and entry is not None and _is_begun(entry, dialect):
            yield entry
            entry = None
        if entry is None and tag == dialect.ends:
            continue
        entry = entry or TaggedEntry(number)
        entry.add(tag, value, line)
        if tag == dialect.ends:
            yield entry
            entry = None
    if entry is not None and entry.raw.strip():
        yield entry


def count_tagged(text: str, dialect: Dialect) -> int:
    r"""How many entries a tagged export holds, counted from its starts and ends alone.

    Examples
    --------
    >>> count_tagged("TY  - JOUR\nTI  - Time\nER  - \nstray words\nTY  - JOUR\n", RIS)
    3
    """
    ends = rf"^{dialect.ends} {{0,2}}-.*$" if dialect.ends else r"(?!)"
    title = rf"^(?:{'|'.join(dialect.columns['title'])}) *-"
    n_entries = 0
    for stretch in re.split(ends, text, flags=re.MULTILINE):
        before, *entries = re.split(rf"^{dialect.starts} *-", stretch, flags=re.MULTILINE)
        n_entries += len(entries)
        if before.strip():
            waits = entries and re.search(dialect.tag, before, re.MULTILINE)
            n_entries += not waits or bool(re.search(title, before, re.MULTILINE))
    return n_entries


def _is_begun(entry: TaggedEntry, dialect: Dialect) -> bool:
    """Whether the next start tag begins another entry (tags alone, before any start, wait for theirs)."""
    has_title = any(tag in entry.fields for tag in dialect.columns["title"])
    return dialect.starts in entry.fields or not entry.fields or has_title


def _entry(tagged: TaggedEntry, dialect: Dialect) -> Entry:
    entry = Entry(tagged.line, tagged.raw)
    known = {tag for tags in dialect.columns.values() for tag in tags}
    for column, tags in dialect.columns.items():
        filled = [tagged.fields[tag] for tag in tags if any(tagged.fields.get(tag, ()))]
        if filled:
            entry.values[column] = (
                [value for values in filled for value in values] if column in _SINGLE else filled[0]
            )
    entry.extra = {
        tag: [value for value in values if value]
        for tag, values in tagged.fields.items()
        if tag not in known and tag != dialect.ends and any(values)
    }
    if dialect.starts not in tagged.fields:
        entry.why = f"no {dialect.starts} tag begins it"
    return entry


# columns of one value: what further tags say is kept beside it
_SINGLE = ("title", "abstract", "journal", "year", "doi")


def _ris(text: str) -> Iterator[Entry]:
    for tagged in read_tagged(text, RIS):
        entry = _entry(tagged, RIS)
        entry.database = next(iter(entry.values.pop("database", ())), "")
        if "accession" not in entry.values:
            found = _ACCESSION.search(
                " ".join([*entry.values.get("url", ()), *entry.values.get("notes", ())])
            )
            if found:
                entry.values["accession"] = [next(part for part in found.groups() if part)]
        yield entry


def _nbib(text: str) -> Iterator[Entry]:
    for tagged in read_tagged(text, NBIB):
        entry = _entry(tagged, NBIB)
        entry.database = "PubMed"
        entry.values["type"] = ["JOUR"]
        said = [value for tag in ("LID", "AID") for value in tagged.fields.get(tag, ())]
        entry.values["doi"] = [value.removesuffix("[doi]") for value in said if value.endswith("[doi]")][:1]
        yield entry


_ACCESSION = re.compile(r"eid=(2-s2\.0-\d+)|Accession Number: ([^;\s]+)")

TAGGED = (
    Format(
        "nbib", "PubMed (NBIB)", re.compile(r"^PMID *- *\d", re.MULTILINE).search, _nbib,
        partial(count_tagged, dialect=NBIB),
    ),
    Format(
        "ris", "RIS", re.compile(r"^TY {0,2}- ?\w", re.MULTILINE).search, _ris,
        partial(count_tagged, dialect=RIS),
    ),
)  # fmt: skip
