"""The nouns of this room: records, what could not be read, sources.

Records travel as a DataFrame with these columns; all are text with ``""`` for "not there" unless said:

==============  =============================================================================================
column          meaning
==============  =============================================================================================
record_id       identity: ``database:accession``, else ``database:hash of the raw entry``; never a row number
type            journal article, book, ... in RIS's short form ("JOUR", "BOOK", "CHAP", "THES", "RPRT", "GEN")
title           title
abstract        abstract as imported
authors         "Family, Given" joined by "; "
year            year of publication (nullable integer)
journal         journal, book or series in which it stands
volume          volume
issue           issue
pages           "27-43", or an article number
doi             DOI in lower case, without resolver
pmid            PubMed identifier
isbn            ISBN
issn            ISSN
keywords        keywords joined by "; "
language        "en", "da", ...: what the source says; in a review, else what the text is told to be in
url             address
source_id       name of the file in sources/
accession       the database's own identifier
notes           notes and labels, joined by "; "
extra           what no column holds, as JSON text: {the file's own name of the field: [values]}
source_line     line on which the entry begins in its file, from 1 (nullable integer)
raw             the entry as it stands in its file, where it was asked for
==============  =============================================================================================
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from html import escape, unescape
from urllib.parse import unquote

import numpy as np
import pandas as pd

TEXT_COLUMNS = (
    "record_id", "type", "title", "abstract", "authors", "journal", "volume", "issue", "pages", "doi", "pmid",
    "isbn", "issn", "keywords", "language", "url", "source_id", "accession", "notes", "extra", "raw",
)  # fmt: skip
WHOLE_NUMBER_COLUMNS = ("year", "source_line")
RECORD_COLUMNS = (
    "record_id", "type", "title", "abstract", "authors", "year", "journal", "volume", "issue", "pages", "doi",
    "pmid", "isbn", "issn", "keywords", "language", "url", "source_id", "accession", "notes", "extra",
    "source_line", "raw",
)  # fmt: skip

_WHITE_SPACE = b" \t\n\r\f\v"
_DOI = re.compile(r"10\.\d{4,9}/\S+")
# of HTML; without its semicolon it may be a part of an address
_ENTITY = re.compile(r"&(?:#\w{1,8}|\w{1,8});")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
# a date without separators, as 20190312
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:0[1-9]|1[0-2])[0-3]\d(?!\d)")
_OPENING = {")": "(", "]": "[", "}": "{", ">": "<"}
_LANGUAGES = {
    "eng": "en", "english": "en", "engelsk": "en", "dan": "da", "danish": "da", "dansk": "da", "nor": "no",
    "norwegian": "no", "norsk": "no", "swe": "sv", "swedish": "sv", "svensk": "sv", "ger": "de", "deu": "de",
    "german": "de", "fre": "fr", "fra": "fr", "french": "fr", "spa": "es", "spanish": "es", "por": "pt",
    "portuguese": "pt", "ita": "it", "italian": "it", "dut": "nl", "nld": "nl", "dutch": "nl", "chi": "zh",
    "zho": "zh", "chinese": "zh",
}  # fmt: skip


@dataclass(frozen=True)
class UnreadableEntry:
    """An entry of an export that is not a record; shown and counted, never dropped.

    Attributes
    ----------
    source_id : str
        Name of the file.
    line : int
        Line on which the entry begins, from 1.
    why : str
        Why it could not be read, in the user's words.
    raw : str
        The entry as it stands in the file.
    """

    source_id: str
    line: int
    why: str
    raw: str


@dataclass(frozen=True)
class ReadingWarning:
    """Something odd in an export that was mended or kept beside; nothing was lost.

    Attributes
    ----------
    source_id : str
        Name of the file.
    line : int
        Line on which the entry begins, from 1.
    what : str
        What was odd, in the user's words.
    """

    source_id: str
    line: int
    what: str


@dataclass(frozen=True)
class Reading:
    """What an export file holds.

    Attributes
    ----------
    records : DataFrame
        The records, in the order of the file (columns: see this module).
    unreadable : list of UnreadableEntry
        The entries that are not records.
    format : str
        Its short name, for instance "ris", "bibtex", "nbib" or "csv" (see ``corpus.readers.FORMATS``).
    n_entries : int
        Entries in the file, counted independently of the reader;
        ``n_entries == len(records) + len(unreadable)``.
    database : str
        The database the entries name themselves, ``""`` when they do not.
    encoding : str
        The encoding the file was read in.
    warnings : list of ReadingWarning
        What was odd and mended.
    dialect : str
        The database, platform or tool that wrote the file, ``""`` when its content does not show it.
    """

    records: pd.DataFrame
    unreadable: list[UnreadableEntry]
    format: str
    n_entries: int
    database: str = ""
    encoding: str = "utf-8"
    warnings: list[ReadingWarning] = field(default_factory=list)
    dialect: str = ""

    def _repr_html_(self) -> str:
        unreadable = f", {len(self.unreadable)} unreadable" if self.unreadable else ""
        head = f"<p>{len(self.records)} records ({escape(self.format)}){unreadable}</p>"
        return head + self.records[["record_id", "title", "authors", "year"]].to_html(max_rows=10)


def records_frame(rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """A records frame from mappings: every column there, of its dtype, missing text as ``""``.

    Examples
    --------
    >>> frame = records_frame([{"record_id": "pubmed:1", "title": "Time", "year": "2019"}])
    >>> frame.loc[0, "title"], frame.loc[0, "abstract"], int(frame.loc[0, "year"])
    ('Time', '', 2019)
    """
    return as_records(pd.DataFrame(list(rows)))


def as_records(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of ``frame`` with every record column there, those that were missing empty.

    Parameters
    ----------
    frame : DataFrame
        Any frame with some of the record columns; other columns are kept at the end. Without ``record_id``,
        rows are named by a hash of their content. Years may be numbers, dates or texts.

    Returns
    -------
    DataFrame
        With a fresh RangeIndex.
    """
    records = frame.reset_index(drop=True).copy()
    for column in TEXT_COLUMNS:
        if column in records and records[column].dtype == "str" and not records[column].hasnans:
            continue
        if column in records:
            texts = records[column].astype(object)
            records[column] = texts.where(texts.notna(), "").map(_as_text).astype("str")
        elif column != "record_id":
            records[column] = pd.Series("", index=records.index, dtype="str")
    for column in WHOLE_NUMBER_COLUMNS:
        values = records[column] if column in records else pd.Series(pd.NA, index=records.index)
        if column == "year" and not pd.api.types.is_integer_dtype(values):
            values = values.astype(object).map(_year)
        records[column] = pd.to_numeric(values, errors="coerce").astype("Int64")
    if "record_id" not in records:
        named = (records[column].tolist() for column in ("title", "abstract", "authors", "year", "doi"))
        keys = ("\n".join(str(part) for part in parts) for parts in zip(*named, strict=True))
        # what a person would know the row by; labels and screening columns must not change who it is
        ids = distinct_ids(identity("record", "", key) for key in keys)
        records["record_id"] = pd.Series(ids, index=records.index, dtype="str")
    others = [column for column in records.columns if column not in RECORD_COLUMNS]
    return records[[*RECORD_COLUMNS, *others]]


def identity(database: str, accession: str, raw: str) -> str:
    """The identity of a record: its database's accession where there is one, else a hash of its raw entry.

    Examples
    --------
    >>> identity("PubMed", "90555017", "PMID- 90555017")
    'pubmed:90555017'
    >>> identity("Web of Science", "", "TI  - Time")
    'web-of-science:0238f15bf7ed8579'
    """
    prefix = id_prefix(database)
    if accession:
        return f"{prefix}:{accession}"
    return f"{prefix}:{content_hash(raw.encode('utf-8', 'surrogatepass'))}"


def content_hash(raw: bytes) -> str:
    """A hash of an entry that is the same however its lines are broken and indented.

    Examples
    --------
    >>> content_hash(b"TI  - Time") == content_hash(b"TI - Time\\r\\n")
    True
    """
    # taking white space out is six times as fast as making it one
    return hashlib.sha256(raw.translate(None, _WHITE_SPACE)).hexdigest()[:16]


@lru_cache(maxsize=64)
def id_prefix(database: str) -> str:
    """What the identities of a database's records begin with.

    Examples
    --------
    >>> id_prefix("Web of Science"), id_prefix("")
    ('web-of-science', 'record')
    """
    return re.sub(r"\W+", "-", database.casefold()).strip("-") or "record"


def distinct_ids(ids: Iterable[str]) -> list[str]:
    """The ids with a running number behind those that come again: an entry that stands twice is two records.

    Examples
    --------
    >>> distinct_ids(["pubmed:1", "pubmed:2", "pubmed:1"])
    ['pubmed:1', 'pubmed:2', 'pubmed:1~2']
    """
    seen: dict[str, int] = {}
    named = []
    for name in ids:
        seen[name] = seen.get(name, 0) + 1
        named.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return named


def clean_doi(text: str) -> str:
    """A DOI in lower case without resolver or prefix; ``""`` when there is none in the text.

    Examples
    --------
    >>> clean_doi("https://doi.org/10.5555/Samsyn.0017.")
    '10.5555/samsyn.0017'
    >>> clean_doi("(see 10.5555/(ASCE)12:3%284%29)")
    '10.5555/(asce)12:3(4)'
    """
    text = _ENTITY.sub(lambda entity: unescape(entity.group()), text)
    decoded = unquote(text)
    found = _DOI.search(text if "\ufffd" in decoded else decoded)
    return _without_signs_behind(found.group().lower()) if found else ""


def _without_signs_behind(doi: str) -> str:
    """A DOI without what the sentence around it ends on; a bracket that it opens itself is its own."""
    n_signs, end = Counter(doi), len(doi)
    while end:
        sign = doi[end - 1]
        is_closed = sign in _OPENING and n_signs[sign] <= n_signs[_OPENING[sign]]
        if sign not in ".,;\"'" and (sign not in _OPENING or is_closed):
            break
        n_signs[sign] -= 1
        end -= 1
    return doi[:end]


@lru_cache(maxsize=4096)
def year_in(text: str) -> str:
    """The first four-digit year in a date as exports write it, or ``""``.

    Examples
    --------
    >>> year_in("2019/03/12/"), year_in("Mar 2019"), year_in("in press")
    ('2019', '2019', '')
    >>> year_in("20190312")
    '2019'
    """
    if found := _YEAR.search(text):
        return found.group()
    found = _DATE.search(text)
    return found.group(1) if found else ""


@lru_cache(maxsize=1024)
def language_code(text: str) -> str:
    """The two-letter code of a language as exports name it; unknown names come back in lower case.

    Examples
    --------
    >>> language_code("English"), language_code("dan"), language_code("en-US")
    ('en', 'da', 'en')
    """
    name = re.split(r"[;,/_-]", text.strip().casefold())[0].strip()
    return _LANGUAGES.get(name, name)


def _year(value: object) -> int | None:
    """The year of a number, a date or a text."""
    if isinstance(value, (int, float, np.integer, np.floating)):
        return int(value) if -10_000 < value < 10_000 and value % 1 == 0 else None
    if isinstance(value, date) and not pd.isna(value):
        return value.year
    return int(year_in(str(value)) or 0) or None


def _as_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    # halves of pairs, as damaged JSON leaves them, are no letters
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
