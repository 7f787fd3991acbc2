"""An article or book of PubMed XML as an entry."""

from __future__ import annotations

from lxml import etree

from corpus.entries import Entry

_SUBJECTS = "MedlineCitation/MeshHeadingList/MeshHeading"


def pubmed_entry(element: etree._Element, entry: Entry) -> None:
    """Fill an entry from ``PubmedArticle`` or ``PubmedBookArticle``."""
    entry.database = "PubMed"
    if element.tag == "PubmedBookArticle":
        _book(element, entry)
    else:
        _article(element, entry)
    for column in [column for column, values in entry.values.items() if not any(values)]:
        del entry.values[column]
    entry.extra = {name: values for name, values in entry.extra.items() if values}


def words_of(element: etree._Element | None) -> str:
    """All text in an element, also that within markup, with single spaces.

    Examples
    --------
    >>> words_of(etree.fromstring("<T>H<sub>2</sub>O  and <i>E. coli</i></T>"))
    'H2O and E. coli'
    """
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _all(element: etree._Element, *paths: str) -> list[str]:
    return [words for path in paths for found in element.findall(path) if (words := words_of(found))]


def _article(element: etree._Element, entry: Entry) -> None:
    article, journal = "MedlineCitation/Article", "MedlineCitation/Article/Journal"
    pmid = _all(element, "MedlineCitation/PMID")
    ids = _ids(element.find("PubmedData/ArticleIdList"))
    title = _all(element, f"{article}/ArticleTitle") or _all(element, f"{article}/VernacularTitle")
    entry.values = {
        "type": ["JOUR"],
        "title": title[:1],
        "abstract": [_abstract(element.find(f"{article}/Abstract"))],
        "authors": _authors(element.find(f"{article}/AuthorList")),
        "year": [
            _date(element.find(f"{journal}/JournalIssue/PubDate"))
            or _date(element.find(f"{article}/ArticleDate"))
        ],
        "journal": _all(element, f"{journal}/Title", "MedlineCitation/MedlineJournalInfo/MedlineTA")[:1],
        "volume": _all(element, f"{journal}/JournalIssue/Volume"),
        "issue": _all(element, f"{journal}/JournalIssue/Issue"),
        "pages": [_pages(element.find(f"{article}/Pagination"))],
        "doi": [*_all(element, f"{article}/ELocationID[@EIdType='doi']"), *ids.get("doi", [])][:1],
        "pmid": pmid[:1] or ids.get("pubmed", [])[:1],
        "accession": pmid[:1],
        "issn": _all(element, f"{journal}/ISSN", "MedlineCitation/MedlineJournalInfo/ISSNLinking")[:1],
        "language": _all(element, f"{article}/Language")[:1],
        "keywords": [*_all(element, "MedlineCitation/KeywordList/Keyword"), *_subjects(element)],
    }
    other = [_abstract(found) for found in element.findall("MedlineCitation/OtherAbstract")]
    if not entry.values["abstract"][0] and other:
        entry.values["abstract"] = [other.pop(0)]
    entry.extra = {
        "pmc": ids.get("pmc", []),
        "OtherAbstract": [text for text in other if text],
        "PublicationType": _all(element, f"{article}/PublicationTypeList/PublicationType"),
        "VernacularTitle": _all(element, f"{article}/VernacularTitle"),
        "Language": _all(element, f"{article}/Language")[1:],
    }


def _book(element: etree._Element, entry: Entry) -> None:
    document, book = "BookDocument", "BookDocument/Book"
    pmid, ids = _all(element, f"{document}/PMID"), _ids(element.find(f"{document}/ArticleIdList"))
    own_title, book_title = _all(element, f"{document}/ArticleTitle"), _all(element, f"{book}/BookTitle")
    authors = _authors(element.find(f"{document}/AuthorList")) or _authors(element.find(f"{book}/AuthorList"))
    entry.values = {
        "type": ["CHAP" if own_title else "BOOK"],
        "title": (own_title or book_title)[:1],
        "journal": book_title[:1] if own_title else [],
        "abstract": [_abstract(element.find(f"{document}/Abstract"))],
        "authors": authors,
        "year": [
            _date(element.find(f"{book}/PubDate")) or _date(element.find(f"{document}/ContributionDate"))
        ],
        "volume": _all(element, f"{book}/Volume"),
        "pages": [_pages(element.find(f"{document}/Pagination"))],
        "doi": [*_all(element, f"{book}/ELocationID[@EIdType='doi']"), *ids.get("doi", [])][:1],
        "isbn": _all(element, f"{book}/Isbn")[:1],
        "pmid": pmid[:1],
        "accession": pmid[:1],
        "language": _all(element, f"{document}/Language")[:1],
        "keywords": _all(element, f"{document}/KeywordList/Keyword"),
    }
    entry.extra = {
        "bookaccession": ids.get("bookaccession", []),
        "Publisher": _all(element, f"{book}/Publisher/PublisherName"),
    }


def _abstract(element: etree._Element | None) -> str:
    """The parts of a structured abstract, each after its label."""
    if element is None:
        return ""
    parts = []
    for part in element.findall("AbstractText"):
        label, words = part.get("Label", ""), words_of(part)
        parts.append(f"{label}: {words}" if label and label != "UNLABELLED" and words else words)
    return " ".join(part for part in parts if part)


def _authors(element: etree._Element | None) -> list[str]:
    names = []
    for author in element.findall("Author") if element is not None else ():
        family, suffix = words_of(author.find("LastName")), words_of(author.find("Suffix"))
        given = words_of(author.find("ForeName")) or words_of(author.find("Initials"))
        given = " ".join(part for part in (given, suffix) if part)
        group = words_of(author.find("CollectiveName"))
        names.append((f"{family}, {given}" if given else family) or group)
    return [name for name in names if name]


def _subjects(element: etree._Element) -> list[str]:
    """MeSH headings, each with its qualifiers as PubMed writes them: "Trust/psychology"."""
    headings = []
    for heading in element.findall(_SUBJECTS):
        name = words_of(heading.find("DescriptorName"))
        headings.append("/".join([name, *_all(heading, "QualifierName")]))
    return [heading for heading in headings if heading]


def _ids(element: etree._Element | None) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for found in element.findall("ArticleId") if element is not None else ():
        ids.setdefault(found.get("IdType", ""), []).append(words_of(found))
    return ids


def _date(element: etree._Element | None) -> str:
    return "" if element is None else words_of(element.find("Year")) or words_of(element.find("MedlineDate"))


def _pages(element: etree._Element | None) -> str:
    if element is None:
        return ""
    first, last = words_of(element.find("StartPage")), words_of(element.find("EndPage"))
    return words_of(element.find("MedlinePgn")) or (f"{first}-{last}" if first and last else first)
