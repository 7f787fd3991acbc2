"""What each tagged dialect says in its own way: databases, accessions, sources, types."""

from __future__ import annotations

import re

from corpus.dialects import Dialect
from corpus.entries import Entry

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
_EID = re.compile(r"\b(2-s2\.0-\d+)")
_EBSCO = re.compile(r"Accession Number: ([^;\s]+?)\.?(?:[;\s]|$)")
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
    if "CP" in _fields and len(_fields["CP"][0]) > 12 and values.get("issue") == _fields["CP"]:
        # Web of Science writes the conference where others write the issue
        extra["CP"] = values.pop("issue")
    if "C3" in extra and "pmid" not in values:
        pmids = [value[7:] for value in extra["C3"] if value.startswith("PUBMED ")]
        if pmids:
            values["pmid"] = pmids[:1]


def nbib_details(entry: Entry, fields: dict[str, list[str]]) -> None:
    """PubMed's and ERIC's identifiers."""
    values = entry.values
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
        if found := _SOURCE.match(source):
            for column in ("journal", "volume", "issue"):
                values.setdefault(column, [found[column].strip()])
            if pages := found["pages"] or found["pp"]:
                values.setdefault("pages", [pages])
        values.setdefault("year", [source])
        values.setdefault("journal", [re.split(r"\.\s", source)[0].strip(". ")])
    if "pages" in values and not any(letter.isdigit() for letter in values["pages"][0]):
        entry.extra["PG"] = values.pop("pages")


def cochrane_details(entry: Entry, _fields: dict[str, list[str]]) -> None:
    """CENTRAL's accession and the PubMed identifier."""
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
