"""Records made comparable: one row of keys per record, and what rare things it could share with another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pandas as pd

from corpus.duplicates.titles import (
    fold,
    is_generic_title,
    kinds_of,
    numbers_in,
    plain_letters,
    title_key,
    without_numbers,
    words_of,
)

# what of a record is compared
COMPARED = (
    "title", "abstract", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid",
)  # fmt: skip
# so many letters of an abstract are looked at
ABSTRACT_READ = 400
_MONTHS = {
    name: row
    for row, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_DOI = re.compile(r"10\.\d{4,9}/[^\s;,\"<>]+")
_ET_AL = re.compile(r"\bet al\b\.?")
_AND = re.compile(r"\s+and\s+|\s&\s")
_INITIALS_LAST = re.compile(
    r"^(.*?[^\W\d_A-ZÀ-Þ]['’]?)\s*((?:[A-ZÀ-Þ]\.?[\s-]*){1,4})(?:\s*(?:jr|sr|2nd|3rd|3r|ii+)\.?)?$"
)
_RUN = re.compile(r"[A-Z]\.[A-Z][a-z]")
_RUN_CUT = re.compile(r"(?<=\.)(?=[A-ZÀ-Þ][a-zà-ÿ'’-]+)")
_LOOSE_WORDS = frozenset(
    ["the", "of", "and", "in", "for", "on", "a", "an", "de", "la", "et", "und", "der", "fur"]
)
_JOURNAL_TAIL = re.compile(r"\.\s?\d|\.\s*conference|\. date of|\(pp|: official|: the official|; |/")
_IN_BRACKETS = re.compile(r"\(.*?\)")
_PREPRINT_NAME = re.compile(
    r"\b(?:medrxiv|biorxiv|arxiv|ssrn|psyarxiv|socarxiv|preprints?|research square|osf)\b"
)
_PREPRINT_DOI = re.compile(
    r"10\.(?:1101/20|21203/|2139/ssrn|20944/preprints|31234/|31235/|48550/arxiv|31219/)"
)
_MEETING = re.compile(
    r"conference|meeting|congress|symposium|annual scientific|proceedings|abstracts?\b|konference",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_VOLUME_IN_JOURNAL = re.compile(r"\.\s?(\d+) ?\(")
_PAGE_WORDS = re.compile(
    r"^(?:pp?\.|pp?\s|pages?\s|s\.\s?)|^(?:var\.?\s*pagings?|unit|chapter|art(?:icle)?(?: no)?)\.?\s*"
)
_BETWEEN = re.compile(r"\s*(?:[-–—‐‑]+|,|;| to )\s*")
_NOT_KEY = re.compile(r"[^0-9a-z]")
_NO_DIGIT = re.compile(r"\D")


def prepare(records: pd.DataFrame) -> pd.DataFrame:
    """The comparable form of records.

    Parameters
    ----------
    records : DataFrame
        Every record column (``corpus.records.as_records``).

    Returns
    -------
    DataFrame
        One row per record, text unless said: ``record_id``; ``mark`` (whole number, a hash of what is
        compared); ``title``, ``tight`` (without spaces), ``first``, ``authors`` (family names of the first
        twelve), ``n_authors`` (whole number), ``year`` (whole number, 0 when not given), ``journal``,
        ``volume``, ``number``, ``page`` and ``last`` (first and last page), ``doi``, ``pmid``, ``abstract``
        (its first 200 letters), ``numbers`` (in the title), ``numberless`` (the title without), ``kinds``
        (what the title says it is, joined by "; "), ``generic``, ``preprint``, ``meeting`` (truth values).
    """
    out = pd.DataFrame({"record_id": records["record_id"].astype(object).to_numpy(object)})
    short = [name for name in COMPARED if name not in ("abstract", "year")]
    texts = {name: records[name].tolist() for name in short}
    years = records["year"].fillna(0).to_numpy(np.int64)
    out["mark"] = record_marks(records)
    titles = [title_key(title) for title in texts["title"]]
    plain = [plain_letters(title) for title in titles]
    out["title"] = _texts(plain)
    out["tight"] = _texts(title.replace(" ", "") for title in plain)
    names = [family_names(authors) for authors in texts["authors"]]
    out["first"] = _texts(found[0] if found else "" for found in names)
    out["authors"] = _texts(" ".join(found[:12]) for found in names)
    out["n_authors"] = np.array([len(found) for found in names], dtype=np.int64)
    out["year"] = years
    journals = texts["journal"]
    out["journal"] = _texts(journal_key(journal) for journal in journals)
    out["volume"] = _texts(_volume(*pair) for pair in zip(texts["volume"], journals, strict=True))
    out["number"] = _texts(_issue(issue) for issue in texts["issue"])
    given = [_without_year(text.strip(), int(year)) for text, year in zip(texts["pages"], years, strict=True)]
    pages = [pages_key(text) for text in given]
    out["page"] = _texts(first for first, _ in pages)
    out["last"] = _texts(last for _, last in pages)
    out["doi"] = _texts(doi_key(doi) for doi in texts["doi"])
    out["pmid"] = _texts(_first_number(pmid) for pmid in texts["pmid"])
    out["abstract"] = _texts(
        "".join(words_of(fold(text[:ABSTRACT_READ])))[:200] for text in records["abstract"]
    )
    out["numbers"] = _texts(numbers_in(title) for title in titles)
    out["numberless"] = _texts(
        without_numbers(title) if numbers else title
        for title, numbers in zip(plain, out["numbers"], strict=True)
    )
    out["kinds"] = _texts("; ".join(kinds_of(title)) for title in titles)
    named = zip(titles, out["journal"], strict=True)
    out["generic"] = np.array([is_generic_title(title, journal) for title, journal in named], dtype=bool)
    out["preprint"] = np.array(
        [
            bool(_PREPRINT_NAME.search(journal)) or bool(doi and _PREPRINT_DOI.match(doi))
            for journal, doi in zip(out["journal"], out["doi"], strict=True)
        ],
        dtype=bool,
    )
    out["meeting"] = np.array([bool(_MEETING.search(journal)) for journal in journals], dtype=bool)
    return out


def family_names(authors: str) -> list[str]:
    """Family names, folded, in order, of the ways databases write authors.

    Examples
    --------
    >>> family_names("van der Meer, J.; Alder, P."), family_names("Jo Alder and Pat Vine")
    (['vandermeer', 'alder'], ['alder', 'vine'])
    >>> family_names("Alder J.P.Vine P."), family_names("Alder JP, Vine P et al.")
    (['alder', 'vine'], ['alder', 'vine'])
    """
    names = []
    for written in _apart(_ET_AL.sub("", authors)):
        if "," in written:
            family = written.split(",", 1)[0]
        else:
            found = _INITIALS_LAST.match(written)
            family = found[1] if found else _last_name(written.split())
        key = plain_letters("".join(words_of(fold(family))))
        if key:
            names.append(key)
    return names


def first_family_name(authors: str) -> str:
    """The first author's family name, folded, or ``""``.

    Examples
    --------
    >>> first_family_name("van der Meer, J.; Alder, P."), first_family_name("Jo Alder; Pat Vine")
    ('vandermeer', 'alder')
    """
    return next(iter(family_names(authors)), "")


def _apart(authors: str) -> list[str]:
    if ";" in authors:
        parts = authors.split(";")
    elif _AND.search(authors):
        parts = _AND.split(authors)
    elif _RUN.search(authors):
        parts = _RUN_CUT.split(authors)
    elif re.search(r"^[^,]*[^\W\d_]\s+(?:[A-ZÀ-Þ]\.?){1,3},\s*[A-ZÀ-Þ][a-zà-ÿ]", authors):
        # "Alder JP, Vine P": initials stand behind the names
        parts = authors.split(",")
    elif authors.count(",") > 1 and not re.search(r",\s*[A-ZÀ-Þ](?:\.|\s|$)", authors):
        parts = authors.split(",")
    else:
        parts = [authors]
    return [part.strip() for part in parts if part.strip()]


def _last_name(words: list[str]) -> str:
    while len(words) > 1 and re.fullmatch(r"(?:[A-ZÀ-Þ]\.?){1,3}", words[-1]):
        words.pop()  # "ALDER JP"
    return words[-1]


def pages_key(pages: str) -> tuple[str, str]:
    """First page (or article number) and last page, as they can be compared.

    Examples
    --------
    >>> pages_key("pp. 1127-35"), pages_key("e0123"), pages_key("S12--S14"), pages_key("9-Oct")
    (('1127', '1135'), ('e0123', ''), ('s12', '14'), ('9', '10'))
    """
    given = pages.lower()
    # what a spreadsheet made of "10-12" and "9-10"
    month = re.fullmatch(r"([a-z]{3})-(\d+)", given)
    if month and month[1] in _MONTHS:
        given = f"{_MONTHS[month[1]]}-{month[2]}"
    month = re.fullmatch(r"(\d+)-([a-z]{3})", given)
    if month and month[2] in _MONTHS:
        given = f"{month[1]}-{_MONTHS[month[2]]}"
    parts = _BETWEEN.split(_PAGE_WORDS.sub("", given))
    first = _NOT_KEY.sub("", parts[0]).lstrip("0")
    last = _NO_DIGIT.sub("", parts[1]).lstrip("0") if len(parts) > 1 else ""
    figures = _NO_DIGIT.sub("", first)
    if figures and last and len(last) < len(figures):
        last = figures[: len(figures) - len(last)] + last
    return first, last


def doi_key(doi: str) -> str:
    """A DOI in lower case without its resolver, or ``""``.

    Examples
    --------
    >>> doi_key("https://doi.org/10.5555/ABC.1."), doi_key("none")
    ('10.5555/abc.1', '')
    """
    found = _DOI.search(doi.lower().replace("%2f", "/")) if doi else None
    return found[0].rstrip(".)]") if found else ""


@lru_cache(100_000)
def journal_key(journal: str) -> str:
    """The words of a journal's name that say something.

    Examples
    --------
    >>> journal_key("The Journal of Trust & Time (Oxford)"), journal_key("J. Trust Time")
    ('journal trust time', 'j trust time')
    """
    name = _IN_BRACKETS.sub("", _JOURNAL_TAIL.split(fold(journal), maxsplit=1)[0])
    return " ".join(word for word in words_of(name) if word not in _LOOSE_WORDS)


def _volume(volume: str, journal: str) -> str:
    found = _DIGITS.search(volume)
    if found or volume.strip():
        return found[0] if found else ""
    inside = _VOLUME_IN_JOURNAL.search(journal)
    return inside[1] if inside else ""


@lru_cache(100_000)
def _first_number(text: str) -> str:
    found = _DIGITS.search(text)
    return found[0].lstrip("0") if found else ""


def _issue(issue: str) -> str:
    number = _first_number(issue)
    # no volume has so many issues: a running number, which says no more than the volume
    return number if len(number) < 3 and int(number or 0) <= 60 else ""


def _without_year(pages: str, year: int) -> str:
    # some databases write the year where pages belong, or behind them
    return "" if pages == str(year) else re.sub(r"\s(?:19|20)\d\d$", "", pages)


def _texts(values: Iterable[str]) -> np.ndarray:
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def record_marks(records: pd.DataFrame) -> np.ndarray:
    """A hash of all that is compared of each record: tells one that changed from one that did not."""
    mark = pd.util.hash_array(records["year"].fillna(0).to_numpy(np.int64))
    for name in COMPARED:
        if name != "year":
            texts = records[name].str.slice(0, ABSTRACT_READ) if name == "abstract" else records[name]
            # a column at a time: all texts of a large set fill the memory
            hashed = pd.util.hash_array(texts.to_numpy(object), categorize=False)
            mark = mark * np.uint64(1_099_511_628_211) ^ hashed
    return mark.astype(np.uint64)
