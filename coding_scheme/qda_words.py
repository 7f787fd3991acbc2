"""What REFI-QDA has no place for, as labelled lines in its free texts; and its identifiers and elements."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

# every identifier follows from this and from the ids of the review, so that the same thing is the same in
# every export and program
_OURS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:samsyn:refi-qda")
_LABEL = re.compile(r"([A-Z]\w*(?: \w+){0,3}(?: \([a-z]{2,3}\))?):(?: (.*))?")
_INDENT = "  "
# what no XML document may hold
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue"})


def guid(*parts: object) -> str:
    """The identifier of a thing, by what it is.

    Examples
    --------
    >>> guid("code", "trust") == guid("code", "trust"), len(guid("code", "trust"))
    (True, 36)
    """
    return str(uuid.uuid5(_OURS, "\x1f".join(map(str, parts)))).upper()


def plain_guid(text: str | None) -> str:
    """An identifier as it is compared: without braces, in capitals."""
    return (text or "").strip().strip("{}").upper()


def id_of(name: str) -> str:
    """A name as an id: small letters, digits and _.

    Examples
    --------
    >>> id_of("Coke::full-fat Coke"), id_of("Tillid på tværs"), id_of("2022-05-10 19e4dce"), id_of("🙂")
    ('coke_full_fat_coke', 'tillid_paa_tvaers', '2022_05_10_19e4dce', 'code')
    """
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return "_".join(re.findall(r"[a-z0-9]+", plain)) or "code"


def xml_text(text: str) -> str:
    """A text without the control characters that XML has no way to write."""
    return _NOT_XML.sub("", text)


def labelled(free: str, lines: Iterable[tuple[str, str | None]]) -> str:
    r"""A free text and behind it labelled lines; None is left out, a value over lines goes on indented.

    Examples
    --------
    >>> labelled("To rely on others.", [("Use when (en)", "They say so.\nOr act so."), ("Basis", None)])
    'To rely on others.\n\nUse when (en): They say so.\n  Or act so.'
    """
    written = [
        f"{label}: {value}".rstrip(" ").replace("\n", f"\n{_INDENT}") if value else f"{label}:"
        for label, value in lines
        if value is not None
    ]
    # a line of the free text that looks like a label is moved in by a space, and back when it is read
    free = "\n".join(f" {line}" if _LABEL.fullmatch(line.lstrip(" ")) else line for line in free.split("\n"))
    return "\n\n".join(part for part in (free, "\n".join(written)) if part)


def read_labelled(text: str, known: Iterable[str]) -> tuple[str, dict[str, str]]:
    r"""The free text, and the values of the known labels; what is not known stays in the free text.

    Examples
    --------
    >>> read_labelled("To rely.\n\nUse when (en): They say.\n  Or act.\nSee also: Ann", ("Use when (en)",))
    ('To rely.\nSee also: Ann', {'Use when (en)': 'They say.\nOr act.'})
    """
    known = set(known)
    free: list[str] = []
    found: dict[str, str] = {}
    label = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        match = _LABEL.fullmatch(line)
        if match and match.group(1) in known:
            label = match.group(1)
            found[label] = match.group(2) or ""
            if free[-1:] == [""]:
                free.pop()
        elif label and line.startswith(_INDENT):
            found[label] += f"\n{line.removeprefix(_INDENT)}"
        else:
            label = ""
            free.append(line[1:] if line.startswith(" ") and _LABEL.fullmatch(line.lstrip(" ")) else line)
    return "\n".join(free), found


def name_of(element: etree._Element) -> str:
    """The name of an element, whatever its namespace."""
    return etree.QName(element).localname


def children(element: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """The children of an element by name, in order; none where there is no element."""
    for child in element if element is not None else ():
        if isinstance(child.tag, str) and name_of(child) in names:
            yield child


def child(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The first child of that name, or None."""
    return next(children(element, *names), None)


def text_in(element: etree._Element | None, name: str) -> str:
    """The text of the first child of that name, or ""."""
    found = child(element, name)
    return "" if found is None else "".join(found.itertext())


def add(parent: etree._Element, name: str, attributes: Mapping[str, str], text: str = "") -> etree._Element:
    """A new child in the parent's namespace; empty attributes are left out."""
    namespace = etree.QName(parent).namespace
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    for key, value in attributes.items():
        if value or key == "name":
            element.set(key, xml_text(value).replace("\n", " "))
    if text:
        element.text = xml_text(text)
    return element


def as_bytes(root: etree._Element) -> bytes:
    """The document as UTF-8 text with line feeds."""
    written: Any = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return bytes(written)
