r"""LaTeX in BibTeX values as plain text: the common macros by table, pylatexenc only for the rest."""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import lru_cache

from pylatexenc.latex2text import LatexNodes2Text

# accent macro -> the combining sign of Unicode
_ACCENTS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
_SIGNS = {
    "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "ss": "ß", "l": "ł",
    "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ",
    "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘",
    "textquotedblleft": "“",
    "textquotedblright": "”", "textquotesingle": "'", "textasciitilde": "~", "textasciicircum": "^",
    "textbackslash": "\\", "textbar": "|", "textless": "<", "textgreater": ">", "textdollar": "$",
    "textunderscore": "_", "textpercent": "%", "textbraceleft": "{", "textbraceright": "}", "textdegree": "°",
    "textregistered": "®", "texttrademark": "™", "textcopyright": "©", "textmu": "µ", "textpm": "±",
    "texttimes": "×", "textbullet": "•", "textellipsis": "…", "ldots": "…", "dots": "…", "copyright": "©",
    "pounds": "£", "S": "§", "P": "¶", "guillemotleft": "«", "guillemotright": "»", "quotedblbase": "„",
    "textexclamdown": "¡", "textquestiondown": "¿", "textsuperscript": "", "textsubscript": "", "emph": "",
    "textit": "", "textbf": "", "textsc": "", "textrm": "", "texttt": "", "textsf": "", "textup": "",
    "mbox": "",
    "relax": "", "it": "", "em": "", "bf": "", "sc": "", "rm": "", "tt": "", "noopsort": "",
}  # fmt: skip
_ACCENT = re.compile(
    r"\\(?:([\"'`^~=.])\s*|([uvHckrdb])(?:\s+|(?=\{)))(?:\{\s*(\\[ij]|[^\W\d_])\s*\}|(\\[ij](?![A-Za-z])|[^\W\d_]))"
)
_MACRO = re.compile(r"\\([A-Za-z]+)(?:\{\}|\s*(?=[{}])|\s+|(?![A-Za-z]))")
_NEEDS_DECODING = re.compile(r"[\\{}$]")
# signs that stand for themselves wait as private characters until braces and dollars are taken away
_KEPT = {"\\{": "\ue000", "\\}": "\ue001", "\\$": "\ue002", "\\": "\ue003"}
_BACK = str.maketrans({"\ue000": "{", "\ue001": "}", "\ue002": "$", "\ue003": "\\", "\ue004": "~"})
_MATH = re.compile(r"\$(?![\s$])([^$\\]{1,200}?)(?<!\s)\$(?!\d)")
_TYPOGRAPHY = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"))


def decoded(value: str) -> str:
    r"""A BibTeX value without LaTeX, with single spaces.

    A per cent sign is a sign here, never a comment; a dollar that stands alone is money.

    Examples
    --------
    >>> decoded(r"{\O}rsted: 80\% of {DNA} \& M{\"u}ller"), decoded("$p < .05$ for $5")
    ('Ørsted: 80% of DNA & Müller', 'p < .05 for $5')
    """
    if _NEEDS_DECODING.search(value):
        value = _decoded(value)
    return " ".join(value.split())


def without_braces(value: str) -> str:
    r"""An identifier or address: only escapes and braces go, ``~`` and ``--`` stay.

    Examples
    --------
    >>> without_braces(r"10.1000/a{\_}b\%20--c~d")
    '10.1000/a_b%20--c~d'
    """
    value = (
        value.replace("{\\textasciitilde}", "~")
        .replace("\\textasciitilde{}", "~")
        .replace("\\textasciitilde", "~")
    )
    return " ".join(re.sub(r"\\([\W_])", r"\1", re.sub(r"(?<!\\)[{}]", "", value)).split())


@lru_cache(maxsize=20_000)
def _decoded(value: str) -> str:
    text = value
    if "\\" in text:
        text = _ACCENT.sub(_accented, text)
        text = text.replace("\\\\", " ")
        text = re.sub(r"\\([{}$])", lambda found: _KEPT[found.group()], text)
        text = re.sub(
            r"\\([&%#_ ,;/@!\-])",
            lambda found: {",": " ", ";": " ", "/": "", "!": "", "-": ""}.get(found[1], found[1]),
            text,
        )
        text = _MACRO.sub(_sign, text)
    text = _MATH.sub(_plain_math, text)
    if "\\" in text:
        return _by_pylatexenc(value)
    if "\\" in value or "{" in value:
        for written, meant in _TYPOGRAPHY:
            text = text.replace(written, meant)
        text = text.replace("~", " ")
    return text.replace("{", "").replace("}", "").translate(_BACK)


def _accented(found: re.Match[str]) -> str:
    sign = found.group(1) or found.group(2)
    letter = (found.group(3) or found.group(4)).removeprefix("\\")
    return unicodedata.normalize("NFC", letter + _ACCENTS[sign])


def _sign(found: re.Match[str]) -> str:
    meant = _SIGNS.get(found.group(1))
    if meant is None:
        return found.group()
    return {"\\": "\ue003", "{": "\ue000", "}": "\ue001", "$": "\ue002", "~": "\ue004"}.get(meant, meant)


def _plain_math(found: re.Match[str]) -> str:
    inside = found.group(1)
    return inside if not re.search(r"[\^_]", inside) else re.sub(r"[\^_]\{?([^{}]*)\}?", r"\1", inside)


def _by_pylatexenc(value: str) -> str:
    log = logging.getLogger("pylatexenc")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        # a comment would hide the rest of the line
        escaped = re.sub(r"(?<!\\)%", r"\\%", value)
        if len(re.findall(r"(?<!\\)\$", escaped)) % 2:
            # one that stands alone is money
            escaped = re.sub(r"(?<!\\)\$(?=[^$]*$)", r"\\$", escaped)
        text: str = LatexNodes2Text(math_mode="text").latex_to_text(escaped)
    except Exception:  # what is no LaTeX raises whatever its parser does; the value stays as it is written
        return value
    finally:
        log.setLevel(level)
    return text
