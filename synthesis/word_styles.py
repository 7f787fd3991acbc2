"""The styles of the Word document: named, so that an author changes the look in one place."""

from __future__ import annotations

from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor, Twips

from synthesis.word_xml import TAGS

SHORT_EDGE, LONG_EDGE, MARGIN = 11906, 16838, 1134  # A4, in twips
PORTRAIT, LANDSCAPE = SHORT_EDGE - 2 * MARGIN, LONG_EDGE - 2 * MARGIN
_INK, _MUTED, _LINK = RGBColor(0x1A, 0x1D, 0x21), RGBColor(0x4A, 0x52, 0x5B), RGBColor(0x0B, 0x4F, 0x8A)
# name, its parent, size in points, bold, space before and after in points, keep with next
_PARAGRAPHS = (
    ("Table Text", "Normal", 8.5, False, 0, 1, False),
    ("Table Number", "Table Text", 8.5, False, 0, 1, False),
    ("Table Head", "Table Text", 8.5, True, 0, 1, True),
    ("Table Head Number", "Table Head", 8.5, True, 0, 1, True),
    ("Table Group", "Table Text", 9, True, 3, 2, True),
    ("Note", "Normal", 9, False, 3, 9, False), ("Lead", "Normal", 12, False, 3, 9, False),
    ("Arrow", "Table Text", 11, False, 0, 0, True), ("Contents", "Normal", 10.5, False, 0, 2, False),
    ("Bibliography Entry", "Normal", 10.5, False, 0, 5, False),
)  # fmt: skip
_TABLE_STYLE = """<w:style {ns} w:type="table" w:customStyle="1" w:styleId="SamsynTable">
<w:name w:val="Samsyn Table"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="1A1D21"/>
<w:bottom w:val="single" w:sz="8" w:space="0" w:color="1A1D21"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="C3C9CF"/></w:tblBorders>
<w:tblCellMar><w:top w:w="30" w:type="dxa"/><w:left w:w="60" w:type="dxa"/><w:bottom w:w="30" w:type="dxa"/>
<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>
<w:bottom w:val="single" w:sz="8" w:space="0" w:color="1A1D21"/></w:tcBorders>
<w:vAlign w:val="bottom"/></w:tcPr>
</w:tblStylePr></w:style>"""


def empty_document(language: str) -> Any:
    """A document without content, with all styles, on A4, in a language."""
    document = Document()
    styles = document.styles
    _language(styles, TAGS[language])
    normal = styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = "Calibri", Pt(10.5), _INK
    normal.paragraph_format.space_after = Pt(6)
    for name, size in (("Title", 22), ("Heading 1", 16), ("Heading 2", 12.5), ("Heading 3", 11)):
        style = styles[name]
        style.font.size, style.font.color.rgb = Pt(size), _INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            del fonts.attrib[key]
        style.font.name = "Calibri"
    styles["Subtitle"].font.color.rgb, styles["Subtitle"].font.italic = _MUTED, False
    styles["Heading 1"].paragraph_format.space_before = Pt(18)
    styles["Caption"].font.size, styles["Caption"].font.color.rgb = Pt(9.5), _INK
    styles["Caption"].paragraph_format.keep_with_next = True
    styles["Quote"].font.color.rgb = _INK
    styles["Quote"].paragraph_format.left_indent = Twips(360)
    for name, parent, size, is_bold, before, after, keeps in _PARAGRAPHS:
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.font.size, style.font.bold = styles[parent], Pt(size), is_bold or None
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.keep_with_next = keeps or None
    for name in ("Table Number", "Table Head Number"):
        styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    styles["Arrow"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    styles["Note"].font.color.rgb = _MUTED
    entry = styles["Bibliography Entry"].paragraph_format
    entry.left_indent, entry.first_line_indent = Twips(500), Twips(-500)
    link = styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb, link.font.underline = _LINK, True
    code = styles.add_style("Code", WD_STYLE_TYPE.CHARACTER)
    code.font.name = "Consolas"
    styles.element.append(parse_xml(_TABLE_STYLE.format(ns=nsdecls("w"))))
    return document


def section(is_wide: bool) -> str:
    """The properties of a section: its page, upright or on its side."""
    wide, high = (LONG_EDGE, SHORT_EDGE) if is_wide else (SHORT_EDGE, LONG_EDGE)
    turn = ' w:orient="landscape"' if is_wide else ""
    margins = "".join(f' w:{side}="{MARGIN}"' for side in ("top", "right", "bottom", "left"))
    return (
        f'<w:sectPr><w:type w:val="nextPage"/><w:pgSz w:w="{wide}" w:h="{high}"{turn}/>'
        f'<w:pgMar{margins} w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
    )


def _language(styles: Any, tag: str) -> None:
    defaults = styles.element.find(qn("w:docDefaults"))
    for lang in defaults.iter(qn("w:lang")):
        lang.set(qn("w:val"), tag)
