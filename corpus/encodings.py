"""Bytes as text: which encoding a file is in, and letters that an earlier program read wrongly mended."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SAMPLE = 65_536
# letters of Danish, Swedish, German, French and Spanish: a text read in the wrong encoding has few
_LETTERS = frozenset("æøåäöüßéèêëàâçîïôûùñáíóúœ")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUNS = re.compile(rb"[\x80-\xff][\x40-\xff]*[\x80-\xff]|[\x80-\xff]")
_OTHER_SCRIPTS = ["gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp1251", "koi8_r", "cp1253", "cp1250"]
# UTF-8 read as cp1252: one letter became two or three, the first of them one of these
_MISREAD = re.compile("[ÃÂ][\x80-¿ŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]|â[€„ˆ‚][\x80-¿ŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]")
# what cp1252 leaves undefined is written as the control character of the same number
_BACK = {ord(bytes([n]).decode("cp1252", "ignore") or chr(n)): n for n in range(0x80, 0x100)}


def decode(data: bytes) -> tuple[str, str, list[str]]:
    r"""The text of ``data``, its encoding, and what was odd.

    Tried in turn: byte order marks, UTF-16 by its zero bytes, UTF-8, Chinese and other scripts where whole
    words are beyond ASCII, then Mac OS Roman or Windows-1252 by which of them gives letters of European
    languages.

    Examples
    --------
    >>> decode("Sårbare".encode("cp1252"))[:2], decode("Sårbare".encode("mac_roman"))[:2]
    (('Sårbare', 'cp1252'), ('Sårbare', 'mac-roman'))
    >>> decode("TI\tTime".encode("utf-16-le"))[:2]
    ('TI\tTime', 'utf-16-le')
    """
    text, encoding, warnings = _decoded(data)
    if text.startswith("\ufeff"):
        text = text[1:]
    text, n_mended = mend_misread(text)
    return text, encoding, warnings + said_of_letters(n_mended, text.count("\ufffd"))


def said_of_letters(n_mended: int, n_lost: int) -> list[str]:
    """What is said of lines that were mended and of letters that are lost.

    Examples
    --------
    >>> said_of_letters(0, 2)
    ['2 letters were lost before or in this file and are shown as \ufffd']
    """
    mended = f"{n_mended} lines held UTF-8 letters that had been read as Windows-1252; mended"
    lost = f"{n_lost} letters were lost before or in this file and are shown as \ufffd"
    return [mended] * bool(n_mended) + [lost] * bool(n_lost)


def mend_misread(text: str) -> tuple[str, int]:
    """The text with lines mended that are certainly UTF-8 read as Windows-1252, and how many there were.

    Examples
    --------
    >>> mend_misread("SÃ¸ren")[0], mend_misread("SÃO TOMÉ")[0]
    ('Søren', 'SÃO TOMÉ')
    """
    parts, done, n_mended = [], 0, 0
    for begin in _misread_lines(text):
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        try:
            # the whole line goes back, or none of it
            mended = text[begin:end].translate(_BACK).encode("latin-1").decode("utf-8")
        except ValueError:
            continue
        parts += [text[done:begin], mended]
        done, n_mended = end, n_mended + 1
    return "".join([*parts, text[done:]]), n_mended


def _misread_lines(text: str) -> list[int]:
    """Where the lines begin in which letters look like UTF-8 that was read as Windows-1252."""
    begins = set()
    # looking for one letter is a hundred times cheaper than the pattern
    for letter in "ÃÂâ":
        place = text.find(letter)
        while place >= 0:
            if _MISREAD.match(text, place):
                begins.add(text.rfind("\n", 0, place) + 1)
            place = text.find(letter, place + 1)
    return sorted(begins)


def _decoded(data: bytes) -> tuple[str, str, list[str]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding, []
    if encoding := _wide(data[:4096]):
        return data.decode(encoding, "replace"), encoding, []
    try:
        return data.decode("utf-8"), "utf-8", []
    except UnicodeDecodeError:
        pass
    n_wrong, n_right = _utf8_share(data)
    if n_right > 3 * n_wrong:
        text = data.decode("utf-8", "cp1252-where-not-utf-8")
        return text, "utf-8", [f"{n_wrong} bytes were not UTF-8 and were read as Windows-1252"]
    if encoding := _other_script(data):
        return data.decode(encoding), encoding, []
    return _european(data)


def _wide(start: bytes) -> str:
    """UTF-16 without a byte order mark: every other byte of Latin text is zero."""
    even, odd = start[0::2], start[1::2]
    if len(odd) < 2:
        return ""
    if odd.count(0) > len(odd) * 0.4 and even.count(0) < len(even) * 0.05:
        return "utf-16-le"
    if even.count(0) > len(even) * 0.4 and odd.count(0) < len(odd) * 0.05:
        return "utf-16-be"
    return ""


def _utf8_share(data: bytes) -> tuple[int, int]:
    """How many bytes are not UTF-8, and how many letters beyond ASCII are."""
    text = data.decode("utf-8", "surrogateescape")
    n_wrong = len(re.findall("[\udc80-\udcff]", text))
    return n_wrong, len(re.findall("[^\x00-\x7f\udc80-\udcff]", text))


def _other_script(data: bytes) -> str:
    """The encoding of Chinese, Japanese, Korean, Cyrillic or Greek text, ``""`` when it is not certain."""
    n_high = len(_HIGH.findall(data[:_SAMPLE]))
    runs = [run for run in _HIGH_RUNS.findall(data[:_SAMPLE]) if len(run) >= 4]
    in_runs = sum(len(_HIGH.findall(run)) for run in runs if len(_HIGH.findall(run)) > len(run) * 0.5)
    if n_high < 8 or in_runs < n_high * 0.7:
        return ""
    best = from_bytes(b" ".join(runs), cp_isolation=_OTHER_SCRIPTS).best()
    if best is None:
        return ""
    encoding = "gbk" if best.encoding == "gb18030" else best.encoding
    for name in dict.fromkeys((encoding, best.encoding)):
        try:
            data.decode(name)
        except ValueError:
            continue
        return name
    return ""


def _european(data: bytes) -> tuple[str, str, list[str]]:
    as_mac, as_windows = _n_letters(data, "mac_roman"), _n_letters(data, "cp1252")
    if as_mac > 2 * as_windows:
        return data.decode("mac_roman"), "mac-roman", []
    try:
        return data.decode("cp1252"), "cp1252", []
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1", []


def _n_letters(data: bytes, encoding: str) -> int:
    """How many typical letters stand beside a letter of ASCII."""
    found = re.findall(rb"(?:(?<=[A-Za-z])[\x80-\xff]|[\x80-\xff](?=[a-z]))", data[: 64 * _SAMPLE])
    return sum(sign in _LETTERS for sign in b"".join(found).decode(encoding, "replace"))


def _windows_byte(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    wrong = fault.object[fault.start : fault.end]
    return wrong.decode("cp1252", "replace"), fault.end


# a name of its own, so that nothing that others decode is changed
codecs.register_error("cp1252-where-not-utf-8", _windows_byte)
