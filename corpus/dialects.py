"""The dialects of exports made of tagged lines, as tables: what begins an entry, what a tag fills."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

_TYPES = {
    "book, section": "CHAP", "book section": "CHAP", "chapter": "CHAP", "book, whole": "BOOK",
    "conference proceeding": "CPAPER", "conference proceedings": "CPAPER", "dissertation": "THES",
    "dissertation/thesis": "THES", "thesis": "THES", "generic": "GEN", "journal": "JOUR", "web page": "ELEC",
}  # fmt: skip
# of these columns all values count, whichever tag they stand under; of the others the first tag's
JOINED = frozenset({"keywords", "notes", "url"})


@dataclass(frozen=True)
class Dialect:
    r"""How one tagged format writes its entries.

    Attributes
    ----------
    sign, start : str
        How a line begins that begins an entry: as it stands, and the regular expression that makes it sure.
    starts : str
        The same for people, and as a tag where it is one.
    tag : str
        Regular expression of a tagged line: group 1 the tag, group 2 the value.
    columns : mapping
        Record column -> the tags that fill it, the one that counts first in front.
    ends : str
        The tag that ends an entry, ``""`` where a blank line and the next entry do.
    mark, at : str, int
        What stands behind a tag in nearly every line, and where: looked up before ``tag`` is tried.
    listed : set of str
        Tags where each further line is another value.
    indented : bool
        Whether lines that go on with a value are indented.
    bare : bool
        Whether an entry needs no start.
    others : str
        Tags that no column holds, in one text; only for speed.
    types : mapping
        The format's names for types of publication -> RIS's.

    Examples
    --------
    >>> RIS.column_of["TI"], RIS.tag_line.match("TI - Time").groups()
    ('title', ('TI', ' Time'))
    """

    sign: str
    start: str
    starts: str
    tag: str
    columns: Mapping[str, tuple[str, ...]]
    ends: str = ""
    mark: str = " "
    at: int = 2
    listed: frozenset[str] = frozenset()
    indented: bool = False
    bare: bool = False
    others: str = ""
    types: Mapping[str, str] = field(default_factory=lambda: _TYPES)

    @cached_property
    def start_line(self) -> re.Pattern[str]:
        """A line that begins an entry."""
        return re.compile(self.start)

    @cached_property
    def tag_line(self) -> re.Pattern[str]:
        """A tagged line."""
        return re.compile(self.tag)

    @cached_property
    def tag_of(self) -> dict[str, str]:
        """How nearly every tagged line begins -> its tag: one look-up in place of a regular expression."""
        known = {*self.column_of, *self.others.split()} - {self.ends}
        return {f"{tag:{self.at}}{self.mark}": tag for tag in known if len(tag) <= self.at}

    @cached_property
    def width(self) -> int:
        """How many characters a line's tag and mark take."""
        return self.at + len(self.mark)

    @cached_property
    def rank(self) -> dict[str, int]:
        """Tag -> how many tags of its column count before it."""
        return {tag: rank for tags in self.columns.values() for rank, tag in enumerate(tags)}

    @cached_property
    def column_of(self) -> dict[str, str]:
        """Tag -> the column it fills."""
        return {tag: column for column, tags in self.columns.items() for tag in tags}


_RIS_COLUMNS = {
    "type": ("TY",), "title": ("TI", "T1", "CT", "BT", "ST"), "abstract": ("AB", "N2"),
    "authors": ("AU", "A1"), "year": ("PY", "Y1", "DA"), "journal": ("T2", "JF", "JO", "JA", "J2"),
    "volume": ("VL",), "issue": ("IS", "CP"), "pages": ("SP", "C7"), "end_page": ("EP",), "doi": ("DO", "DI"),
    "serial": ("SN",), "keywords": ("KW", "DE"), "language": ("LA",), "url": ("UR", "L2", "LK"),
    "accession": ("AN", "UT"), "notes": ("N1", "RN"), "database": ("DB",), "pmid": ("PM",),
}  # fmt: skip
# tags of RIS that no column holds; a tag of none of these lists needs both its spaces to be taken for one
_RIS_OTHERS = (
    "A2 A3 A4 AD AV C1 C2 C3 C4 C5 C6 C8 CA CN CY DP ED ER ET ID J1 L1 L3 L4 LB M1 M2 M3 NV OP PB PP RI RP "
    "SE T3 TA TT U1 U2 U3 U4 U5 Y2"
)
_RIS_KNOWN = "|".join([*(tag for tags in _RIS_COLUMNS.values() for tag in tags), *_RIS_OTHERS.split()])

RIS = Dialect(
    sign="TY",
    start=r"TY[ \t]{0,2}-(?=[ \t]|\w|$)",
    starts="TY",
    ends="ER",
    tag=rf"^((?:{_RIS_KNOWN})(?=[ \t]{{0,2}}-)|[A-Z][A-Z0-9](?=  -))(?:[ \t]{{1,2}}-|-(?=[ \t]|$))(.*)$",
    columns=_RIS_COLUMNS,
    others=_RIS_OTHERS,
    mark="  - ",
)

NBIB = Dialect(
    sign="PMID",
    start=r"PMID {0,2}-",
    starts="PMID",
    tag=r"^([A-Z]{2,4}) {0,2}-(.*)$",
    mark="- ",
    at=4,
    columns={
        "title": ("TI", "BTI", "TT"), "abstract": ("AB", "OAB"), "authors": ("FAU", "AU"), "year": ("DP",),
        "journal": ("JT", "TA"), "volume": ("VI",), "issue": ("IP",), "pages": ("PG",), "doi": ("LID", "AID"),
        "issn": ("IS", "ISSN"), "isbn": ("ISBN",), "keywords": ("OT", "MH"), "language": ("LA",),
        "accession": ("PMID",), "notes": ("GN",),
    },
    others="AD AUID CDAT CI CIN CN COI COIS CON CP CRDT CRF CRI CTDT CTI DA DCOM DDIN DEP DRIN ECF ECI ED "
    "EDAT EFR EIN EN FED FIR FPS GR GS IR IRAD JID LR MHDA MID NM OABL OCI OID ORI OTO OWN PB PHST PL PMC "
    "PMCR PRIN PS PST PT PUBM RF RIN RN ROF RPF RPI RRF RRI SB SFM SI SO SPIN STAT UIN UOF VTI YR",
    indented=True,
    bare=True,
)  # fmt: skip

WOS = Dialect(
    sign="PT",
    start=r"PT(?: |$)",
    starts="PT",
    ends="ER",
    tag=r"^([A-Z][A-Z0-9])(?: (.*)|$)",
    columns={
        "type": ("DT", "PT"), "title": ("TI",), "abstract": ("AB",), "authors": ("AF", "AU"),
        "year": ("PY", "EA"), "journal": ("SO", "JI", "J9"), "volume": ("VL",), "issue": ("IS",),
        "pages": ("BP", "PS", "AR"), "end_page": ("EP",), "doi": ("DI", "D2"), "issn": ("SN", "EI"),
        "isbn": ("BN",), "pmid": ("PM",), "keywords": ("DE", "ID"), "language": ("LA",),
        "accession": ("UT",), "url": ("UR",),
    },
    listed=frozenset({"AU", "AF", "BA", "BF", "CA", "BE", "GP", "CR", "C1", "C3"}),
)  # fmt: skip

ENW = Dialect(
    sign="%0",
    start=r"%0 ",
    starts="%0",
    tag=r"^(%[0-9A-Za-z@!#$&*()+\]\[|~^<>?:;=-])(?: (.*)|$)",
    columns={
        "type": ("%0",), "title": ("%T",), "abstract": ("%X",), "authors": ("%A",), "year": ("%D", "%8"),
        "journal": ("%J", "%B"), "volume": ("%V",), "issue": ("%N",), "pages": ("%P",), "doi": ("%R",),
        "serial": ("%@",), "keywords": ("%K",), "language": ("%G",), "url": ("%U",), "accession": ("%M",),
        "notes": ("%Z",), "database": ("%~", "%W"),
    },
    listed=frozenset({"%K", "%A"}),
    bare=True,
)  # fmt: skip

REFWORKS = Dialect(
    sign="RT",
    start=r"RT ",
    starts="RT",
    tag=r"^([A-Z][A-Z0-9]|U1[0-5]|PMID|PMCID)(?: (.*)|$)",
    columns={
        "type": ("RT",), "title": ("T1",), "abstract": ("AB",), "authors": ("A1",), "year": ("YR", "FD"),
        "journal": ("JF", "JO", "T2"), "volume": ("VO",), "issue": ("IS",), "pages": ("SP",),
        "end_page": ("OP",), "doi": ("DO",), "serial": ("SN",), "keywords": ("K1",), "language": ("LA",),
        "url": ("UL", "LK"), "accession": ("AN",), "notes": ("NO",), "database": ("DB",), "pmid": ("PMID",),
    },
)  # fmt: skip

OVID = Dialect(
    sign="<",
    start=r"<\d+\.? ?>",
    starts="<number>",
    tag=r"^([A-Z][A-Z0-9]|[A-Z]{3,5}) {1,2}-(?: (.*)|$)",
    mark="  - ",
    columns={
        "type": ("DT", "PT"), "title": ("TI",), "abstract": ("AB",), "authors": ("AU", "FA"),
        "year": ("YR", "DP"), "journal": ("JN", "BT"), "volume": ("VO",), "issue": ("IP",), "pages": ("PG",),
        "doi": ("DO", "DI"), "issn": ("IS",), "isbn": ("IB",), "keywords": ("KW", "ID", "DE", "MH", "SH"),
        "language": ("LG", "LA"), "url": ("XL",), "accession": ("AN", "UI"), "database": ("DB",),
        "pmid": ("PM",), "source": ("SO",),
    },
    indented=True,
)  # fmt: skip

OVID_FIELDS = Dialect(
    sign="<",
    start=r"<\d+\.? ?>",
    starts="<number>",
    tag=r"^([A-Z][\w/&(),' -]{1,59})()$",
    mark="\0",
    columns={
        "type": ("Document Type", "Publication Type"), "title": ("Title",), "abstract": ("Abstract",),
        "authors": ("Author", "Authors", "Author(s)"), "year": ("Year of Publication", "Publication Year"),
        "source": ("Source",), "doi": ("DOI Number", "DOI", "Digital Object Identifier"),
        "issn": ("ISSN", "ISSN Print"), "isbn": ("ISBN",), "journal": ("Journal Name",),
        "keywords": ("Author Keywords", "Keywords", "Key Concepts", "MeSH Subject Headings"),
        "language": ("Language",), "accession": ("Accession Number", "Unique Identifier"),
        "database": ("Database",), "pmid": ("PMID",),
        "url": ("Link to the Ovid Full Text or citation", "URL"),
    },
    indented=True,
)  # fmt: skip

COCHRANE = Dialect(
    sign="Record #",
    start=r"Record #\d+ of \d+",
    starts="Record #",
    tag=r"^([A-Z]{2,4}):(?: (.*)|$)",
    mark=": ",
    columns={
        "type": ("PT",), "title": ("TI",), "abstract": ("AB",), "authors": ("AU",), "year": ("YR",),
        "journal": ("SO",), "volume": ("VL",), "issue": ("NO",), "pages": ("PG",), "doi": ("DOI",),
        "issn": ("SN",), "isbn": ("BN",), "keywords": ("KY",), "language": ("LA",), "url": ("US",),
        "accession": ("ID",), "pmid": ("PM",),
    },
)  # fmt: skip
