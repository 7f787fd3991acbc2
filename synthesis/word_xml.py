"""Runs, paragraphs and tables of a Word document as WordprocessingML; everything that comes in is text.

Whole tables are written as text and parsed once: cell by cell, a thousand findings take minutes.

Source: ECMA-376, Office Open XML File Formats, part 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from synthesis.rendering import NOT_XML

# language tags of Word
TAGS = {"en": "en-GB", "da": "da-DK", "no": "nb-NO", "nb": "nb-NO", "sv": "sv-SE", "de": "de-DE",
        "fr": "fr-FR", "nl": "nl-NL", "es": "es-ES"}  # fmt: skip
_BREAKS = re.compile(r"(\r\n|\r|\n|\t)")
# a letter of a script that is written from the right
_FROM_RIGHT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# room for a letter of a heading of a table, and beside it, in twips
LETTER, CELL_MARGINS = 105, 150
_LONGEST_WORD = 15


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its paragraphs, how many columns it spans, whether it is a box, or runs upwards."""

    content: str
    span: int = 1
    border: bool = False
    is_upright: bool = False


def run(text: str, *, style: str = "", language: str = "") -> str:
    """A run of text in a character style and a language.

    Examples
    --------
    >>> run("<b>", language="da")
    '<w:r><w:rPr><w:lang w:val="da-DK"/></w:rPr><w:t xml:space="preserve">&lt;b&gt;</w:t></w:r>'
    """
    properties = f"<w:rStyle w:val={quoteattr(style)}/>" if style else ""
    if language:
        tag = quoteattr(TAGS.get(language, language))
        bidi = f" w:bidi={tag}" if _FROM_RIGHT.search(text) else ""
        properties += f"<w:lang w:val={tag}{bidi}/>"
    pieces = []
    for piece in _BREAKS.split(NOT_XML.sub("\ufffd", text)):
        if piece == "\t":
            pieces.append("<w:tab/>")
        elif _BREAKS.fullmatch(piece):
            pieces.append("<w:br/>")
        elif piece:
            pieces.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{''.join(pieces)}</w:r>"


def letter(text: str, size: int, colour: str = "") -> str:
    """A mark made of letters, ``size`` in half points, in a colour such as "#0b62ab"."""
    shade = f"<w:color w:val={quoteattr(colour.lstrip('#').upper())}/>" if colour else ""
    properties = f'{shade}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(content: str, style: str = "", *, anchor: tuple[str, int] | None = None) -> str:
    """A paragraph of runs; ``anchor`` (name, number) is a place that links lead to."""
    properties = f"<w:pPr><w:pStyle w:val={quoteattr(style)}/></w:pPr>" if style else ""
    if anchor:
        name, number = quoteattr(bookmark(anchor[0])), anchor[1]
        content = f'<w:bookmarkStart w:id="{number}" w:name={name}/>{content}<w:bookmarkEnd w:id="{number}"/>'
    return f"<w:p>{properties}{content}</w:p>"


def link_inside(content: str, anchor: str) -> str:
    """Runs that lead to a place in the document."""
    return f'<w:hyperlink w:anchor={quoteattr(bookmark(anchor))} w:history="1">{content}</w:hyperlink>'


def link_outside(content: str, relation: str) -> str:
    """Runs that lead to an address, by the relation that the package gives it."""
    return f'<w:hyperlink r:id={quoteattr(relation)} w:history="1">{content}</w:hyperlink>'


def caption(label: str, number: int, text: str) -> str:
    """A caption whose number Word counts: "Table 2. What it shows"."""
    field = f'<w:fldSimple w:instr=" SEQ {label} \\* ARABIC ">{run(str(number))}</w:fldSimple>'
    return paragraph(f"{run(f'{label} ')}{field}{run(f'. {text}')}", "Caption")


def bookmark(name: str) -> str:
    """A name that Word takes for a bookmark: letters, digits and "_", at most 40."""
    return ("a_" + re.sub(r"\W", "_", name, flags=re.ASCII))[:40]


def widths(columns: Sequence[Sequence[str]], total: int) -> list[int]:
    """Widths of columns in twips: room for their longest word, the rest by how much they hold.

    Parameters
    ----------
    columns : sequence of sequences of str
        The texts of each column, its heading first.
    total : int
        Twips in all.

    Examples
    --------
    >>> widths([["Code", "Trust"], ["Quotation", "Somebody they knew was there. " * 9]], 9000)
    [900, 8100]
    """
    least, held = [], []
    for texts in columns:
        longest = max((len(word) for text in texts for word in re.split(r"[\s\-/]", text)), default=1)
        least.append(min(longest, _LONGEST_WORD) * LETTER + CELL_MARGINS)
        held.append(max(1.0, sum(map(len, texts)) / max(1, len(texts))))
    spare = total - sum(least)
    if spare < 0:
        found = [width * total // sum(least) for width in least]
    else:
        found = [width + int(spare * part / sum(held)) for width, part in zip(least, held, strict=True)]
    found[-1] += total - sum(found)
    return found


def table(
    head: Sequence[Cell], rows: Iterable[Sequence[Cell]], columns: Sequence[int], *,
    title: str, note: str = "", style: str = "SamsynTable",
) -> str:  # fmt: skip
    """A table: its head stands again on each page, no row is broken; title and note are its text twin."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
    described = f"<w:tblCaption w:val={quoteattr(_attribute(title))}/>"
    described += f"<w:tblDescription w:val={quoteattr(_attribute(note))}/>" if note else ""
    properties = (
        f'<w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(columns)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" '
        f'w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>{described}</w:tblPr>'
    )
    body = _row(head, columns, is_head=True) if head else ""
    body += "".join(_row(row, columns) for row in rows)
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


def _row(cells: Sequence[Cell], columns: Sequence[int], *, is_head: bool = False) -> str:
    written, place = [], 0
    for cell in cells:
        width = sum(columns[place : place + cell.span])
        place += cell.span
        span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
        edge = '<w:{0} w:val="single" w:sz="6" w:space="0" w:color="5B636C"/>'
        borders = "".join(edge.format(side) for side in ("top", "left", "bottom", "right"))
        borders = f"<w:tcBorders>{borders}</w:tcBorders>" if cell.border else ""
        upright = '<w:textDirection w:val="btLr"/>' if cell.is_upright else ""
        content = cell.content or paragraph("", "TableText")
        written.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{borders}{upright}</w:tcPr>'
            f"{content}</w:tc>"
        )
    header = "<w:tblHeader/>" if is_head else ""
    # a row that text runs up in is given the height for it
    header += '<w:trHeight w:val="1900" w:hRule="atLeast"/>' if any(cell.is_upright for cell in cells) else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{''.join(written)}</w:tr>"


def _attribute(text: str) -> str:
    return " ".join(NOT_XML.sub("\ufffd", text).split())
