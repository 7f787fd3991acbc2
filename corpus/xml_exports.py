"""PubMed XML and EndNote XML: entry by entry, a damaged one costs no other; entities are never expanded."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import partial

from corpus.entries import Entry, Format
from corpus.safe_xml import parsed_xml, refuse_entities
from corpus.xml_endnote import endnote_entry
from corpus.xml_pubmed import pubmed_entry

_PUBMED = ("PubmedArticle", "PubmedBookArticle")
_ENDNOTE = ("record",)
# comments and CDATA may hold what looks like an element
_HIDDEN = {"<!--": "-->", "<![CDATA[": "]]>"}
_HIDING = re.compile("|".join(map(re.escape, _HIDDEN)))
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ENTITY = re.compile(r"&(?:(#\d+|#x[\da-fA-F]+)|(\w+))?(;?)")
_OWN_ENTITIES = ("amp", "lt", "gt", "quot", "apos")


def read_xml(text: str, names: tuple[str, ...]) -> Iterator[Entry]:
    r"""The entries of an XML export in order, each parsed for itself from its own text.

    Raises
    ------
    UsageError
        When the file declares entities: they are a way to fill the memory or to read other files, and no
        database writes them.

    Examples
    --------
    >>> text = "<xml><records><record><titles><title>Time</title></titles></record></records></xml>"
    >>> [entry.values["title"] for entry in read_xml(text, ("record",))]
    [['Time']]
    """
    refuse_entities(text, "Export the references again, or as RIS.")
    mask = _without_hidden(text)
    tag = re.compile(rf"<(/?)({'|'.join(names)})(?=[\s>/])[^<>]*>?")
    begin: re.Match[str] | None = None
    line, counted = 1, 0
    for found in tag.finditer(mask):
        is_end = bool(found.group(1))
        if begin is not None and (not is_end or found.group(2) == begin.group(2)):
            stop = found.end() if is_end else found.start()
            line, counted = line + text.count("\n", counted, begin.start()), begin.start()
            yield _entry(text[begin.start() : stop].rstrip(), line, whole=is_end)
            begin = None
        if not is_end:
            begin = found
    if begin is not None:
        line += text.count("\n", counted, begin.start())
        yield _entry(text[begin.start() :].rstrip(), line, whole=False)


def count_xml(text: str, names: tuple[str, ...]) -> int:
    """How many entries there are: start tags, outside comments and CDATA."""
    seen = _without_hidden(text)
    return sum(len(re.findall(rf"<{name}[\s>/]", seen)) for name in names)


def _without_hidden(text: str) -> str:
    """The text with comments and CDATA blank, so that places stay; one that never ends hides nothing."""
    seen, at = [], 0
    while hidden := _HIDING.search(text, at):
        end = text.find(_HIDDEN[hidden.group()], hidden.end())
        if end < 0:
            break
        seen += [text[at : hidden.start()], " " * (end + 3 - hidden.start())]
        at = end + 3
    return "".join([*seen, text[at:]])


def _entry(raw: str, line: int, *, whole: bool) -> Entry:
    if not whole:
        return Entry(line, raw, why="the element that begins here is not closed (is the file cut off?)")
    entry = Entry(line, raw)
    element, fault = parsed_xml(raw)
    if element is None:
        mended = _mended(raw)
        element, _ = parsed_xml(mended)
        entry.warnings.append("signs that XML does not allow (control characters, a bare &) were mended")
    if element is None:
        entry.why = f"not well-formed XML ({fault})"
    elif element.tag in _PUBMED:
        pubmed_entry(element, entry)
    else:
        endnote_entry(element, entry)
    return entry


def _mended(raw: str) -> str:
    def written(found: re.Match[str]) -> str:
        number, name, semicolon = found.groups()
        if semicolon and name in _OWN_ENTITIES:
            return found.group()
        if semicolon and (number or name) and (meant := html.unescape(found.group())) != found.group():
            return html.escape(_NOT_XML.sub("", meant))
        return "&amp;" + found.group()[1:]

    return _ENTITY.sub(written, _NOT_XML.sub("", raw))


def _begins(text: str, pattern: str) -> bool:
    return text.lstrip()[:1] == "<" and bool(re.search(pattern, text))


XML = (
    Format(
        "pubmed-xml", "PubMed XML",
        lambda text: _begins(text, r"<(PubmedArticleSet|PubmedArticle|PubmedBookArticle)[\s>]"),
        partial(read_xml, names=_PUBMED), partial(count_xml, names=_PUBMED),
    ),
    Format(
        "endnote-xml", "EndNote XML",
        lambda text: _begins(text, r"<records[\s>]") and _begins(text, r"<record[\s>]"),
        partial(read_xml, names=_ENDNOTE), partial(count_xml, names=_ENDNOTE),
    ),
)  # fmt: skip
