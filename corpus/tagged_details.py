"""What each tagged dialect says in its own way: databases, accessions, sources, types."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.dialects import Dialect
from corpus.entries import Entry
from corpus.values import TEXT, Batch, Values, as_texts, first, is_among, mapped, together

# EBSCO's codes of databases
_DATABASES = {
    "psyh": "PsycINFO", "egh": "GreenFILE", "8gh": "GreenFILE", "aph": "Academic Search Premier",
    "eric": "ERIC", "cmedm": "MEDLINE", "mdc": "MEDLINE", "ccm": "CINAHL", "rzh": "CINAHL", "c8h": "CINAHL",
    "cin20": "CINAHL",
    "sih": "SocINDEX", "snh": "SocINDEX", "bth": "Business Source Premier", "pdh": "PsycARTICLES",
}  # fmt: skip
_PUBMED_TYPES = {
    "journal article": "JOUR", "books": "BOOK", "book": "BOOK", "book chapter": "CHAP",
    "technical report": "RPRT",
    "dissertations/theses": "THES",
}  # fmt: skip
_ISSN = re.compile(r"\d{4}-?\d{3}[\dXx]\b")
_EMBASE = re.compile(r"L\d{6,12}")
_DIGIT = re.compile(r"[0-9]")
_EID = re.compile(r"\b(2-s2\.0-\d+)")
_EBSCO = re.compile(r"Accession Number: ([^;\s]+?)\.?(?:[;\s]|$)")
# what is longer is no line of a journal, volume and pages, and takes long to look through
_LONGEST_SOURCE = 500
_SOURCE = re.compile(
    r"^(?P<journal>.+?)[.,]?\s+(?:(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December|Winter|Spring|Summer|Fall|Autumn)[/\w ]*\d{4};\s*)?"
    r"(?:Vol\.\s*)?(?P<volume>\d+)\s*\((?P<issue>[^):]*(?:\([^)]*\))?)\)"
    r"(?::\s*(?P<pages>[A-Za-z]?\d[\w-]*)|.*?\bpp\.\s*(?P<pp>[A-Za-z]?\d[\w-]*))?"
)


def ris_details(entry: Entry, _fields: dict[str, list[str]]) -> None:
    """The database a RIS entry names, and the accession where it stands in an address or a note."""
    values, extra = entry.values, entry.extra
    if "database" in values:
        entry.database = database_name(values.pop("database")[0])
    if "accession" not in values:
        for address in values.get("url", ()):
            if "2-s2.0-" in address and (found := _EID.search(address)):
                values["accession"] = [found.group(1)]
                break
        else:
            for note in values.get("notes", ()):
                if note.startswith("Accession Number: ") and (found := _EBSCO.match(note)):
                    values["accession"] = [found.group(1)]
                    break
    _misplaced(entry, _fields)
    if len(values.get("serial", ())) > 1:
        _part_serials(values, extra)
    if _fields.get("DP") == ["Samsyn"]:
        _as_exported(entry)
    if "pmid" not in values:
        _identifiers(entry)


def _misplaced(entry: Entry, fields: dict[str, list[str]]) -> None:
    """Tags that some write something else into than others do; that is kept beside the columns."""
    values, extra = entry.values, entry.extra
    if "CP" in fields and len(fields["CP"][0]) > 12 and values.get("issue") == fields["CP"]:
        # Web of Science writes the conference where others write the issue
        extra["CP"] = values.pop("issue")
    if "C7" in fields and values.get("pages") == fields["C7"] and not _DIGIT.search(fields["C7"][0]):
        # an article number as a rule; some tools put labels of their own there
        extra["C7"] = values.pop("pages")


def _identifiers(entry: Entry) -> None:
    """PubMed's and Embase's identifiers, where Ovid and Embase write them."""
    values, extra = entry.values, entry.extra
    if "C3" in extra and (pmids := [value[7:] for value in extra["C3"] if value.startswith("PUBMED ")]):
        values["pmid"] = pmids[:1]
    if "U2" in extra and _EMBASE.fullmatch(extra["U2"][0]):
        entry.database = entry.database or "Embase"
        values.setdefault("accession", extra["U2"][:1])
        if "C5" in extra and extra["C5"][0].isdigit():
            values["pmid"] = extra["C5"][:1]


def _part_serials(values: dict[str, list[str]], extra: dict[str, list[str]]) -> None:
    """Of several serial numbers the first ISSN and the first ISBN; the others are kept beside them."""
    serials = list(dict.fromkeys(values.pop("serial")))
    for column, is_wanted in (("issn", True), ("isbn", False)):
        if found := [serial for serial in serials if bool(_ISSN.match(serial)) == is_wanted]:
            values[column] = found[:1]
            if len(found) > 1:
                extra.setdefault("SN", []).extend(found[1:])


def _as_exported(entry: Entry) -> None:
    """The identity that this project wrote to the entry."""
    entry.extra.pop("DP")
    if named := entry.extra.pop("ID", []):
        entry.values["record_id"] = named[:1]
        entry.database = entry.database or named[0].partition(":")[0]


def nbib_details(entry: Entry, fields: dict[str, list[str]]) -> None:
    """PubMed's and ERIC's identifiers, and groups among the authors."""
    values = entry.values
    if groups := entry.extra.pop("CN", []):
        values["authors"] = values.get("authors", []) + groups
    owner = fields.get("OWN", [""])[0]
    if owner == "ERIC":
        entry.database = "ERIC"
        values["accession"] = fields.get("OID", [])[:1]
        values["url"] = [value for value in fields.get("LID", ()) if value.startswith("http")]
        values["issn"] = [value.replace("ISSN-", "").strip("E") for value in values.get("issn", ())]
        values["isbn"] = [value.removeprefix("ISBN-") for value in values.get("isbn", ())]
    else:
        entry.database = "PubMed"
        values["pmid"] = values.get("accession", [])[:1]
    kinds = [value.casefold() for value in fields.get("PT", ())]
    values["type"] = [next((_PUBMED_TYPES[kind] for kind in kinds if kind in _PUBMED_TYPES), "JOUR")]
    said = [value for tag in ("LID", "AID") for value in fields.get(tag, ())]
    dois = [value.removesuffix("[doi]").strip() for value in said if value.endswith("[doi]")]
    values["doi"] = (dois or [value for value in said if "10." in value and "doi" in value])[:1]
    others = [value for value in said if value.removesuffix("[doi]").strip() not in dois]
    if others:
        entry.extra["AID"] = others


def wos_details(entry: Entry, _fields: dict[str, list[str]]) -> None:
    """The database before the colon of an accession, where it is another than Web of Science's own."""
    database, colon, accession = entry.values.get("accession", [""])[0].partition(":")
    if colon and database not in ("WOS", "ISI"):
        entry.database = database
        entry.values["accession"] = [accession]
        if database == "MEDLINE":
            entry.values.setdefault("pmid", [accession])


def ovid_details(entry: Entry, _fields: dict[str, list[str]]) -> None:
    """The database, and journal, volume, issue and pages where only the source line has them."""
    values = entry.values
    entry.database = database_name(values.pop("database", [""])[0])
    if "accession" in values:
        values["accession"] = [value.rpartition(": ")[2].rstrip(".") for value in values["accession"]]
        entry.database = entry.database or "Ovid"
    for source in values.pop("source", ()):
        entry.extra.setdefault("SO", []).append(source)
        if found := _SOURCE.match(source[:_LONGEST_SOURCE]):
            for column in ("journal", "volume", "issue"):
                values.setdefault(column, [found[column].strip()])
            if pages := found["pages"] or found["pp"]:
                values.setdefault("pages", [pages])
        values.setdefault("year", [source])
        values.setdefault("journal", [re.split(r"\.\s", source)[0].strip(". ")])
    if "pages" in values and not any(letter.isdigit() for letter in values["pages"][0]):
        entry.extra["PG"] = values.pop("pages")


def cochrane_details(entry: Entry, _fields: dict[str, list[str]]) -> None:
    """CENTRAL's accession, the first of its types, pages with a plain hyphen."""
    values = entry.values
    if "type" in values:
        values["type"] = [kind.partition(";")[0] for kind in values["type"]]
    if "pages" in values:
        values["pages"] = [pages.replace("\u2010", "-") for pages in values["pages"]]
    if "accession" in entry.values:
        entry.database = "Cochrane"


def named_database(entry: Entry, fields: dict[str, list[str]]) -> None:
    """The database that a field names."""
    if "database" in entry.values:
        entry.database = database_name(entry.values.pop("database")[0])
    doi = entry.values.get("doi", [""])[0]
    if doi and "10." not in doi:
        entry.extra["%R"] = entry.values.pop("doi")


def database_name(said: str) -> str:
    """A database's name without the years that a platform adds.

    Examples
    --------
    >>> database_name("Ovid MEDLINE(R) <2022>"), database_name("psyh")
    ('Ovid MEDLINE(R)', 'PsycINFO')
    """
    return _DATABASES.get(said, said.partition("<")[0].strip())


def short_type(kind: str, dialect: Dialect) -> str:
    """RIS's name for a type of publication, where the dialect knows one."""
    return dialect.types.get(kind.casefold(), kind)


# --- the same for regular entries, a field at a time --------------------------------------------------------


@dataclass(frozen=True)
class Complete:
    """What a dialect says in a way of its own, for many entries at once.

    Attributes
    ----------
    add : callable
        A batch and its values by tag: completes the batch.
    irregular : mapping of str -> callable
        Tag -> whether a value under it leaves its entry to the reader that goes entry by entry.
    """

    add: Callable[[Batch, dict[str, Values]], None]
    irregular: Mapping[str, Callable[[bytes], bool]]


def _complete_ris(batch: Batch, _fields: dict[str, Values]) -> None:
    """As :func:`ris_details`, for entries where no tag says something of its own."""
    n_records = len(batch.lines)
    if "database" in batch.columns:
        said, _ = first(batch.columns.pop("database"), n_records)
        batch.databases = mapped(said, database_name).to_pylist()
    if "serial" in batch.columns:
        _complete_serials(batch, batch.columns["serial"], n_records)
    known = batch.columns.get("accession", Values(np.empty(0, dtype=np.int64), as_texts([])))
    found = [known]
    if "url" in batch.columns:
        urls = batch.columns["url"]
        urls = urls.where(np.asarray(pc.match_substring(urls.texts, "2-s2.0-")))
        eids = pc.struct_field(pc.extract_regex(urls.texts, r"\b(?P<eid>2-s2\.0-[0-9]+)"), "eid")
        there = np.asarray(pc.is_valid(eids))
        found.append(Values(urls.rows[there], eids.filter(pa.array(there))))
    if "notes" in batch.columns:
        notes = batch.columns["notes"]
        notes = notes.where(np.asarray(pc.starts_with(notes.texts, "Accession Number: ")))
        said = mapped(notes.texts, lambda note: found[1] if (found := _EBSCO.match(note)) else "")
        found.append(Values(notes.rows, said).where(np.asarray(pc.not_equal(said, ""))))
    taken = np.zeros(n_records, dtype=bool)
    ranked = []
    for values in found:
        new = values.where(~taken[values.rows])
        taken[values.rows] = True
        # of a record's own accessions all count, of those found elsewhere the first
        ranked.append(new if values is known else _only_first(new))
    if taken.any():
        batch.columns["accession"] = together(ranked)


def _complete_nbib(batch: Batch, fields: dict[str, Values]) -> None:
    """As :func:`nbib_details`, for PubMed's own entries."""
    n_records = len(batch.lines)
    batch.databases = ["PubMed"] * n_records
    if groups := batch.extra.pop("CN", None):
        authors = [batch.columns["authors"]] if "authors" in batch.columns else []
        batch.columns["authors"] = together([*authors, groups])
    if "accession" in batch.columns:
        batch.columns["pmid"] = _only_first(batch.columns["accession"])
    batch.columns["type"] = Values(np.arange(n_records), _types(fields.get("PT"), n_records))
    batch.columns.pop("doi", None)
    said = [fields[tag] for tag in ("LID", "AID") if tag in fields]
    if not said:
        return
    identifiers = together(said)
    is_doi = np.asarray(pc.ends_with(identifiers.texts, "[doi]"))
    bare = pc.if_else(pa.array(is_doi), pc.utf8_slice_codeunits(identifiers.texts, 0, -5), identifiers.texts)
    bare = Values(identifiers.rows, pc.utf8_trim_whitespace(bare))
    dois = bare.where(is_doi)
    like_doi = pc.and_(
        pc.match_substring(identifiers.texts, "10."), pc.match_substring(identifiers.texts, "doi")
    )
    has_doi = np.isin(identifiers.rows, dois.rows)
    others = identifiers.where(np.asarray(like_doi) & ~has_doi)
    batch.columns["doi"] = _only_first(together([dois, others]))
    others = identifiers.where(~is_among(bare, dois))
    if len(others.rows):
        kept = batch.extra.get("AID", Values(others.rows[:0], others.texts[:0]))
        batch.extra["AID"] = together([kept.where(~np.isin(kept.rows, others.rows)), others])


def _types(said: Values | None, n_records: int) -> pa.Array:
    """RIS's name of the first type of publication that is known, else that of an article in a journal."""
    if said is None:
        return pa.repeat(pa.scalar("JOUR", TEXT), n_records)
    known = Values(said.rows, mapped(said.texts, lambda kind: _PUBMED_TYPES.get(kind.casefold(), "")))
    names, _ = first(known, n_records)
    return pc.if_else(pc.equal(names, ""), "JOUR", names)


def _only_first(values: Values) -> Values:
    return values.where(np.concatenate([[True], values.rows[1:] != values.rows[:-1]])[: len(values.rows)])


def _complete_serials(batch: Batch, serials: Values, n_records: int) -> None:
    several = np.bincount(serials.rows, minlength=n_records) > 1
    if not several.any():
        return
    chosen = several[serials.rows]
    batch.columns["serial"] = serials.where(~chosen)
    of_row: dict[int, list[str]] = {}
    for row, serial in zip(serials.rows[chosen], serials.where(chosen).texts.to_pylist(), strict=True):
        of_row.setdefault(int(row), []).append(serial)
    found: dict[str, list[tuple[int, str]]] = {"issn": [], "isbn": [], "SN": []}
    for row, texts in of_row.items():
        values: dict[str, list[str]] = {"serial": texts}
        extra: dict[str, list[str]] = {}
        _part_serials(values, extra)
        for name, some in (*values.items(), *extra.items()):
            found[name] += [(row, text) for text in some]
    for name, pairs in found.items():
        if pairs:
            kept = batch.extra if name == "SN" else batch.columns
            kept[name] = Values(np.array([row for row, _ in pairs]), as_texts([text for _, text in pairs]))


RIS_ENTRIES = Complete(
    _complete_ris,
    {
        "CP": lambda value: len(value) > 12,
        "C3": lambda value: value.startswith(b"PUBMED "),
        "C7": lambda value: not any(48 <= sign <= 57 for sign in value),
        "U2": lambda value: value.startswith(b"L") and value[1:].isdigit(),
        "DP": lambda value: value == b"Samsyn",
    },
)
PUBMED_ENTRIES = Complete(_complete_nbib, {"OWN": lambda value: value == b"ERIC"})
