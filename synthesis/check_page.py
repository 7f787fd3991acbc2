"""What a reader sees of a finished page, read from its HTML alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree
from lxml import html as lxml_html

# how rows, marks and quotations are numbered in the page; the trace says which is which
_FINDING, _MARK, _SEGMENT = re.compile("f[0-9]+"), re.compile("m[0-9]+"), re.compile("s[0-9]+")
# what repeats a heading for narrow screens, or stands beside what a cell says
_BESIDE = {"what", "by"}


@dataclass(frozen=True)
class Mark:
    """A mark of the matrix: what it shows, and the rows it leads to."""

    id: str
    text: str
    findings: tuple[str, ...]
    href: str


@dataclass(frozen=True)
class FindingRow:
    """A row of the evidence table: its direction in words, finding and study as shown."""

    id: str
    direction: str
    finding: str
    study: str


class Page:
    """A page, parsed.

    Parameters
    ----------
    text : str
        HTML.
    """

    def __init__(self, text: str) -> None:
        parser = lxml_html.HTMLParser(no_network=True, huge_tree=True, encoding="utf-8")
        self.root: Any = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)

    @cached_property
    def ids(self) -> list[str]:
        """Every id, in order; one that stands twice is there twice."""
        return [str(name) for name in self.root.xpath("//@id")]

    @cached_property
    def by_id(self) -> dict[str, Any]:
        """id -> element."""
        return {str(element.get("id")): element for element in self.root.iter() if _attribute(element, "id")}

    @cached_property
    def language(self) -> str:
        """The page's language."""
        return str(self.root.get("lang") or "en")

    def marks(self) -> list[Mark]:
        """The marks of the matrix."""
        found = []
        for element in self.root.iter("a"):
            name, href = element.get("id") or "", element.get("href") or ""
            if _MARK.fullmatch(name):
                behind = (element.get("data-f") or href.removeprefix("#")).split()
                found.append(Mark(name, spaced(element.text_content()), tuple(behind), href))
        return found

    def margins(self) -> dict[str, str]:
        """Name of a margin of the matrix -> its number as shown."""
        return {str(e.get("data-margin")): spaced(e.text_content()) for e in self.with_data("margin")}

    def quotations(self) -> dict[str, str]:
        """Anchor of a segment -> the words quoted there."""
        found = [element for element in self.root.iter("q") if _SEGMENT.fullmatch(element.get("id") or "")]
        return {str(element.get("id")): spaced(element.text_content()) for element in found}

    def finding_rows(self) -> list[FindingRow]:
        """The rows of the evidence table."""
        found = []
        for element in self.root.iter("tr"):
            name = element.get("id") or ""
            if not _FINDING.fullmatch(name):
                continue
            cells = element.findall("td")
            texts = [shown_text(cell, without=("small",)) for cell in cells]
            first, last = (texts[0], texts[-1]) if texts else ("", "")
            found.append(FindingRow(name, first, texts[1] if len(texts) > 1 else "", last))
        return found

    def with_data(self, name: str) -> list[Any]:
        """Every element that has the attribute ``data-<name>``."""
        return list(self.root.xpath(f"//*[@data-{name}]"))

    def table(self, table_id: str) -> tuple[list[str], list[list[Any]]] | None:
        """Headings (text) and rows (cells) of the table with that caption; None when it is not there."""
        caption = self.by_id.get(f"{table_id}-caption")
        if caption is None:
            return None
        rows = list(_own_rows(caption.getparent()))
        head = [shown_text(cell) for cell in rows[0]] if rows else []
        return head, rows[1:]


def shown_text(element: Any, *, without: tuple[str, ...] = ()) -> str:
    """The text of an element as a reader sees it: without signs that repeat a word, and tags named."""
    return spaced("".join(_texts(element, without)))


def spaced(text: str) -> str:
    """Text with single spaces.

    Examples
    --------
    >>> spaced(" a\\n b ")
    'a b'
    """
    return " ".join(text.split())


def parsed_svg(text: str) -> Any:
    """An SVG document, parsed without entities and network; tags keep their namespace."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


def with_attribute(root: Any, name: str) -> list[Any]:
    """The elements of a drawing that have an attribute."""
    return list(root.xpath(f".//*[@{name}]"))


def named(element: Any, tag: str) -> list[Any]:
    """The descendants with that tag, in whatever namespace."""
    return list(element.xpath(f".//*[local-name()='{tag}']"))


def _texts(element: Any, without: tuple[str, ...]) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        hidden = (
            not isinstance(child.tag, str)
            or child.tag in without
            or child.get("aria-hidden") == "true"
            or bool(_BESIDE & set((child.get("class") or "").split()))
        )
        if not hidden:
            if child.tag == "br":
                yield " "
            yield from _texts(child, without)
        if child.tail:
            yield child.tail


def _own_rows(table: Any) -> Iterator[list[Any]]:
    """The cells of a table's own rows, not those of tables within."""
    for part in table:
        lines = part if part.tag in ("thead", "tbody") else [part] if part.tag == "tr" else []
        for line in lines:
            if line.tag == "tr":
                yield [cell for cell in line if cell.tag in ("td", "th")]


def _attribute(element: Any, name: str) -> str:
    return str(element.get(name) or "") if isinstance(element.tag, str) else ""
