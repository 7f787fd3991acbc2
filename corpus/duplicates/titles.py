"""Titles, made comparable: without markup, case, accents and what databases hang on them."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from html import unescape

_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>")
_DANISH = re.compile("ø|oe|aa|æ|ae")
_WORD = re.compile(r"[^\W_]+")
# "[in German]", "... [see comment]", "(structured abstract)", "LA: Eng" at the end of a title
_LANGUAGE = re.compile(
    r"[\[(]\s*(?:in )?(?:chinese|german|french|spanish|japanese|russian|italian|portuguese|polish|turkish"
    r"|danish|dutch|korean|czech|hungarian|norwegian|swedish|persian|hebrew)[^\])]*[\])]\s*\.?$",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:\s*\.{0,3}\s*\[[^\[\]]*\]|\s*\((?:provisional|structured|clinical) [a-z]+\)|\s+LA: ?\w+)\.?$",
    re.IGNORECASE,
)
# "[Erratum appears in ...]", "<ORIGINAL> the title in its own language", "TO: the title in its own language"
_BEHIND = re.compile(
    r"\s*(?:\[(?:errat|comment|see comment|corrected|retract|republish|summary for|updat|original)"
    r"|<original>|\bTO: ).*$",
    re.IGNORECASE | re.DOTALL,
)
# the words of titles that many different works carry
_GENERIC = re.compile(
    r"\b(?:editorials?|editors?|introductory|introduction|introducing|foreword|preface|index|contents"
    r"|conclusions?|notes?|news|abstracts?|letters?|reply|response|comments?|commentary|correction|corrections"
    r"|errat(?:um|a)|corrigend(?:um|a)|obituary|announcements?|welcome|issues?|remarks|reviews?|reviewers"
    r"|acknowledge?ments?|discussion|summary|summaries|afterword|book|books|volume|proceedings|conference|guest"
    r"|special|sections?|message|statement|board|chairs?|president|authors?|table|cover|calls?|papers?|invited"
    r"|overview|perspectives?|thanks?|masthead|leder|ledere|forord|indledning|indhold|anmeldelser?|boganmeldelser?"
    r"|debat|kommentar|svar|redaktion(?:elt|en)?|january|february|march|april|may|june|july|august|september|october|november|december|name|untitled"
    r"|no title)\b"
)
_LOOSE = re.compile(r"\b(?:the|and|of|for|from|to|on|a|an|in|by|this|our|og|i|til|fra|om|af|en|et|s|\d+)\b")
# what a work is called that belongs to another one, and what one trial's papers are called
_KINDS = {
    "a correction": r"errat(?:um|a)|corrigend(?:um|a)|corrections? to|author correction"
    r"|publisher correction|rettelse",
    "a retraction": r"retraction|retracted|withdrawn|withdrawal",
    "a comment or a reply": r"comment|comments|commentary|reply|replies|response to|rejoinder"
    r"|authors? respon\w+|letter|re|svar|kommentar|replik",
    "an editorial": r"editorial|leder",
    "a protocol": r"protocol|rationale|study design|rationale and design|protokol"
    r"|fors[oø]e?gsprotokol|studieprotokol",
    "a summary": r"summary|abstract|poster|resume|sammenfatning|kort fortalt|pixiudgave",
    "an appendix": r"bilag|bilags\w+|metodebilag|(?:technical|web|online) appendix",
    "an interim report": r"midtvejs\w+|delrapport|delevaluering|(?:interim|mid ?term) (?:report|evaluation)",
    "a preprint": r"preprint",
}
_KIND = {name: re.compile(rf"\b(?:{words})\b") for name, words in _KINDS.items()}
_ANY_KIND = re.compile("|".join(rf"\b(?:{words})\b" for words in _KINDS.values()))
_NUMBER = re.compile(
    r"\b(?:\d+|i{1,3}|iv|v|vi{1,3}|ix|x|one|two|three|four|five|first|second|third|fourth)\b"
)
# letters that are numbers only behind such words, or at the end: "i" is a word in Danish
_LETTERS = ("i", "v", "x")
_COUNTED = frozenset(
    [
        "part",
        "parts",
        "del",
        "phase",
        "fase",
        "stage",
        "study",
        "studie",
        "type",
        "class",
        "grade",
        "level",
        "volume",
        "chapter",
        "kapitel",
        "paper",
        "report",
    ]
)
_VALUE = {
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
    "x": "10",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "first": "1", "second": "2", "third": "3",
    "fourth": "4",
}  # fmt: skip


def fold(text: str) -> str:
    r"""A text without markup, case and accents; "&" is "and", "å" is "aa".

    Examples
    --------
    >>> fold("Støtte &amp; Råd"), fold("StÃ¸tte"), fold("St\ufffdtte")
    ('støtte  and  raad', 'støtte', 'sttte')
    """
    plain = unescape(text) if "&" in text else text
    if "<" in plain:
        plain = _MARKUP.sub("", plain)
    if "Ã" in plain:
        plain = _decoded_again(plain)
    # it stands for a letter that could not be read, within a word; a "?" stands between words as well
    plain = plain.replace("\ufffd", "")
    plain = plain.replace("&", " and ").casefold()
    if not plain.isascii():
        # in Danish å is a letter of its own, also written aa
        plain = unicodedata.normalize("NFC", plain).replace("å", "aa")
        letters = unicodedata.normalize("NFKD", plain)
        plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return plain


def _decoded_again(text: str) -> str:
    # "Ã¸" is an "ø" in UTF-8 that was read as something else
    for encoding in ("latin-1", "cp1252"):
        with suppress(UnicodeError):
            return text.encode(encoding).decode("utf-8")
    return text


def plain_letters(folded: str) -> str:
    """A folded text in which the ways to write Danish letters without a Danish keyboard are one.

    Examples
    --------
    >>> [plain_letters(fold(word)) for word in ("Sørensen", "Soerensen", "Sorensen", "Sörensen")]
    ['sorensen', 'sorensen', 'sorensen', 'sorensen']
    >>> [plain_letters(fold(word)) for word in ("Gård", "Gaard", "Gard", "Læring", "Laering", "Läring")]
    ['gard', 'gard', 'gard', 'laring', 'laring', 'laring']
    """
    return _DANISH.sub(_one_letter, folded)


def _one_letter(found: re.Match[str]) -> str:
    return "o" if found[0] in ("ø", "oe") else "a"


def words_of(folded: str) -> list[str]:
    """The words and numbers of a folded text."""
    return _WORD.findall(folded)


def normalise_title(title: str) -> str:
    """A title without markup, case, accents and punctuation, "&" read as "and".

    Examples
    --------
    >>> normalise_title("Trust &amp; <i>Time</i>: Ligeværdighed.")
    'trust and time ligeværdighed'
    """
    return " ".join(words_of(fold(title)))


def title_key(title: str) -> str:
    """A normalised title without what databases hang on it.

    Examples
    --------
    >>> title_key("Trust and time in partnerships [in Danish]."), title_key("[Trust & time]")
    ('trust and time in partnerships', 'trust and time')
    >>> title_key("Trust and time.[Erratum appears in J Trust. 2011;26(2):244 Note: Birk [corrected to Bir]]")
    'trust and time'
    """
    kept = title.strip()
    behind = _BEHIND.search(kept) if "[" in kept or "<" in kept or " TO: " in kept else None
    if behind and behind.start() >= 10:
        kept = kept[: behind.start()]
    if kept.rstrip(" .").endswith(("]", ")")):
        kept = _LANGUAGE.sub("", kept)
    while True:
        tail = _TAIL.search(kept) if kept.rstrip(".")[-1:] in ("]", ")") or "LA:" in kept else None
        # a title that is all brackets stays
        if tail is None or tail.start() < 10:
            return normalise_title(kept)
        kept = kept[: tail.start()]


def is_generic_title(title: str, journal: str = "") -> bool:
    """Whether a normalised title is one that many different works carry.

    A title that is no more than such words, the name of its journal and a few letters is one.

    Examples
    --------
    >>> is_generic_title("editorial"), is_generic_title("editorial power in partnerships")
    (True, False)
    >>> is_generic_title("trust"), is_generic_title("name")
    (False, True)
    >>> is_generic_title("comments from the time trust quarterly editor", journal="time trust quarterly")
    True
    """
    rest, n_words = _GENERIC.subn("", title)
    words = _LOOSE.sub("", rest).split()
    if not n_words:
        return not words
    if journal:
        named = set(journal.split())
        words = [word for word in words if word not in named]
    # what a work is about is not said in fewer letters
    return len("".join(words)) < 12


def numbers_in(title: str) -> str:
    """The numbers in a normalised title, in order, Roman and spelled ones as figures.

    Examples
    --------
    >>> numbers_in("trust in partnerships part ii"), numbers_in("the second of two studies from 1990")
    ('2', '2 2 1990')
    >>> numbers_in("tillid i partnerskaber del i")
    '1'
    """
    if not _NUMBER.search(title):
        return ""
    numbers = (word for word, is_number in _counted(title) if is_number)
    return " ".join(_VALUE.get(number, number.lstrip("0") or "0") for number in numbers)


def _counted(title: str) -> list[tuple[str, bool]]:
    """The words of a title, and which are numbers."""
    words = title.split()
    before = ["", *words[:-1]]
    return [
        (
            word,
            bool(_NUMBER.fullmatch(word))
            and (word not in _LETTERS or previous in _COUNTED or place == len(words) - 1),
        )
        for place, (word, previous) in enumerate(zip(words, before, strict=True))
    ]


def without_numbers(title: str) -> str:
    """A normalised title without its numbers.

    Examples
    --------
    >>> without_numbers("trust part ii") == without_numbers("trust part 1")
    True
    """
    return " ".join(word for word, is_number in _counted(title) if not is_number)


def kinds_of(title: str) -> tuple[str, ...]:
    """What a normalised title says it is, beside an article.

    Examples
    --------
    >>> kinds_of("erratum to trust and time"), kinds_of("trust and time study protocol"), kinds_of("trust")
    (('a correction',), ('a protocol',), ())
    """
    if not _ANY_KIND.search(title):
        return ()
    return tuple(name for name, words in _KIND.items() if words.search(title))
