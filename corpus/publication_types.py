"""Types of publication as databases and tools name them, in RIS's short form."""

from __future__ import annotations

# RIS's own that are longer than five letters; longer words that are no known type are "GEN"
_LONG = frozenset({"ANCIENT", "CPAPER", "EDBOOK", "FIGURE", "GOVDOC", "MANSCPT", "UNBILL"})
_LONGEST = 5
_NAMES = {
    "JOUR": "article; journal article; journalarticle; article journal; journal paper; journal; j; review; "
    "review article; research article; research articles; original article; original articles; "
    "scholarly journals; academic journal; article in press; early access; data paper; short survey; letter; "
    "note; editorial; editorial material; erratum; correction; retraction; retracted; "
    "retracted publication; meeting abstract; conference abstract; book review; review book; case report; "
    "case reports; clinical trial; randomized controlled trial; comparative study; meta analysis; "
    "systematic review",
    "BOOK": "book; b; monograph; edited book; mvbook; collection; mvcollection",
    "CHAP": "chapter; book chapter; book section; booksection; incollection; inbook; bookinbook",
    "CPAPER": "inproceedings; conference paper; conferencepaper; paper conference; proceedings paper; "
    "proceedings article; conference proceedings article; proceeding; meeting paper; c",
    "CONF": "conference; conference review; conference proceedings; conference proceeding; proceedings; "
    "mvproceedings",
    "THES": "thesis; phdthesis; dissertation; dissertation/thesis; doctoral thesis; masters thesis",
    "RPRT": "report; reports; techreport; technical report; working paper",
    "SER": "s; series; book series",
    "PAT": "p; patent",
    "ELEC": "web page; webpage; website; web site; online; electronic; post weblog",
    "NEWS": "newspaper article; newspaperarticle; article newspaper; newspapers",
    "MGZN": "magazine article; magazinearticle; article magazine; magazines",
    "UNPB": "preprint; unpublished; manuscript",
    "ENCYC": "entry encyclopedia; encyclopediaarticle",
    "COMP": "software; softwaremodule; softwareversion; computer program",
    "DATA": "dataset; data set",
    "GEN": "other; misc; thing; entry; generic; document",
}
_SHORT = {name: short for short, names in _NAMES.items() for name in names.split("; ")}


def ris_type(kind: str) -> str:
    """RIS's short form of a type of publication; of several types in one text the first counts.

    Examples
    --------
    >>> ris_type("Article; Early Access"), ris_type("book_section"), ris_type("CPAPER"), ris_type("MGZN")
    ('JOUR', 'CHAP', 'CPAPER', 'MGZN')
    >>> ris_type("Drug Reference"), ris_type("")
    ('GEN', '')
    """
    said = kind.replace(":", ";").partition(";")[0].strip()
    name = " ".join(said.casefold().replace("_", " ").replace("-", " ").rstrip(".").split())
    short = said.upper()
    if name in _SHORT:
        return _SHORT[name]
    return short if len(short) <= _LONGEST or short in _LONG else "GEN"
