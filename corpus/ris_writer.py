"""Records as RIS, in the tags that Zotero, EndNote, Mendeley, Rayyan, Covidence and ASReview read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from corpus.dialects import RIS
from corpus.export_rows import Row, addresses, extra_fields, one_line, parts

# the database provider that says: the ID of this entry is a record_id
PROVIDER = "Samsyn"
_TAGS = {
    "title": "TI", "abstract": "AB", "year": "PY", "journal": "T2", "volume": "VL", "issue": "IS",
    "doi": "DO", "pmid": "PM", "issn": "SN", "isbn": "SN", "language": "LA",
}  # fmt: skip
_TAG = re.compile(r"[A-Z][A-Z0-9]")
# tags of other formats that mean something else in RIS, or that are written from columns
_TAKEN = {*RIS.column_of, "ER", "ID", "DP"} - {"JO", "JF", "JA", "J2"}
_RANGE = re.compile(r"([^-]+)-([^-]+)")


def ris_entries(rows: Iterable[Row]) -> Iterator[str]:
    """The entries of a RIS file.

    Fields of the source that no column holds are written where they have a RIS tag of their own (addresses,
    labels, publishers, editors).

    Examples
    --------
    >>> print(*ris_entries([{"record_id": "wos:7", "title": "Time", "year": 2019, "pages": "27-43"}]))
    TY  - JOUR
    TI  - Time
    PY  - 2019
    SP  - 27
    EP  - 43
    ID  - wos:7
    DP  - Samsyn
    ER  -
    <BLANKLINE>
    <BLANKLINE>
    """
    for row in rows:
        lines = [f"TY  - {one_line(row.get('type', 'JOUR'))}"]
        for column, tag in _TAGS.items():
            if column in row:
                lines.append(f"{tag}  - {one_line(row[column])}")
            if column == "title":
                lines += [f"AU  - {one_line(name)}" for name in parts(row.get("authors", ""))]
        lines += _pages(one_line(row.get("pages", "")))
        lines += [f"KW  - {one_line(word)}" for word in parts(row.get("keywords", ""))]
        lines += [f"UR  - {one_line(address)}" for address in addresses(row.get("url", ""))]
        if "notes" in row:
            lines.append(f"N1  - {one_line(row['notes'])}")
        lines += _others(row)
        lines += _identity(row)
        yield "\n".join([*lines, "ER  - ", "", ""])


def _pages(pages: str) -> list[str]:
    ends = _RANGE.fullmatch(pages)
    if ends and ends[1] != ends[2]:
        return [f"SP  - {ends[1]}", f"EP  - {ends[2]}"]
    return [f"SP  - {pages}"] if pages else []


def _others(row: Row) -> Iterator[str]:
    if "extra" not in row:
        return
    for name, values in extra_fields(row).items():
        column = name.removeprefix("more ")
        tag = _TAGS.get(column, "") if column != name else name if name not in _TAKEN else ""
        if _TAG.fullmatch(tag):
            yield from (f"{tag}  - {text}" for value in values if (text := one_line(value)))


def _identity(row: Row) -> Iterator[str]:
    record_id = one_line(row["record_id"])
    prefix, colon, _ = record_id.partition(":")
    if "accession" in row:
        yield f"AN  - {one_line(row['accession'])}"
        if colon and prefix != "record":
            yield f"DB  - {prefix}"
    yield f"ID  - {record_id}"
    yield f"DP  - {PROVIDER}"
