"""The files beside each other: what the CSV files say stands in the workbook, the Word document, the page."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from synthesis.check_counts import numbers, plain
from synthesis.check_document_drawings import document_drawing_faults, is_drawn
from synthesis.check_findings import GLYPHS, digits
from synthesis.check_output import Output, WrittenTable
from synthesis.check_page import shown_text, spaced
from synthesis.check_told import same_number

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# tables that the page tells otherwise, each checked on its own
_TOLD_OTHERWISE = ("matrix", "gap_map", "evidence", "appraisal", "checklists", "references", "themes")


def file_faults(output: Output) -> Iterator[str]:
    """Cells that say one thing in one file and another in the next."""
    yield from _workbook(output)
    yield from _page(output)
    yield from _document(output)


def same_cell(shown: str, written: str, output: Output) -> bool:
    """Whether a cell shows what the CSV file says, as its kind is written for readers."""
    shown, written = spaced(shown), plain(written)
    if shown == written:
        return True
    if re.fullmatch(r"[0-9a-f]{64}", written):
        return shown == f"{written[:16]}…{written[-4:]}"
    if _NUMBER.fullmatch(written):
        return same_number(shown, float(written))
    if not written:
        return shown in ("–", output.words("not_reported"), output.words("checklist_not_reported"))
    # an absent value has a dash before it on the page
    return shown.removeprefix("– ") == written


def _workbook(output: Output) -> Iterator[str]:
    sheets = output.sheets
    told = {row[0]: row[1:] for row in sheets["contents"].rows} if "contents" in sheets else {}
    for name, table in output.tables.items() if sheets else ():
        sheet = sheets.get(name[:31])
        if sheet is None:
            yield f"tables.xlsx has no sheet {name[:31]}."
            continue
        title = spaced(str(output.entities.get(f"{name}.csv", {}).get("name", "")))
        listed = told.get(name[:31], ("", "", ""))
        if listed[1] != str(len(table.rows)) or (title and spaced(plain(listed[0])) != title):
            yield f"tables.xlsx, contents: {name} is said to be “{listed[0]}” with {listed[1] or 'no'} rows."
        headings = tuple(map(_cut, table.headings, sheet.headings))
        if len(sheet.headings) != len(table.headings) or sheet.headings != headings:
            yield f"tables.xlsx, {name}: the headings are others than those of {name}.csv."
        if len(sheet.rows) != len(table.rows):
            yield f"tables.xlsx, {name}: {len(sheet.rows)} rows; {name}.csv has {len(table.rows)}."
        for number, (here, there) in enumerate(zip(sheet.rows, table.rows, strict=False), start=2):
            for place, (cell, written) in enumerate(zip(here, there, strict=False)):
                whole = _cut(written, cell)
                if cell != whole and spaced(cell) != spaced(whole):
                    heading = table.headings[place]
                    yield (
                        f"tables.xlsx, {name}, row {number}, {heading}: “{cell[:80]}”; "
                        f"{name}.csv says “{written[:80]}”."
                    )


def _cut(written: str, cell: str) -> str:
    """A text as a workbook can hold it: its control characters replaced, what is too long cut."""
    text = _NOT_XML.sub("\ufffd", written)
    return cell if cell.endswith("…") and len(cell) > 10_000 and text.startswith(cell[:-1]) else text


def _page(output: Output) -> Iterator[str]:
    """Tables of the page that show what their CSV files hold; columns are matched by heading."""
    page = output.page
    for name, table in output.tables.items() if page is not None else ():
        found = None if page is None or name in _TOLD_OTHERWISE else page.table(name)
        if found is None:
            continue
        head, rows = found
        # a warning has a row of its own below the one it is about
        rows = [cells for cells in rows if len(cells) == len(head)]
        yield from _differences(f"The page, {name}", name, head, rows, table, output, _shown)


def _shown(cell: Any) -> str:
    """The text of a cell of the page, without what stands in it beside its column's own value."""
    without = (
        ("small", "table")
        if cell.find(".//span[@class='said']") is not None or cell.find("table") is not None
        else ("table",)
    )
    if cell.find("br") is not None:
        return spaced(cell.text or "")
    return shown_text(cell, without=without)


def _differences(
    where: str, name: str, head: Sequence[str], rows: Sequence[Sequence[Any]], table: WrittenTable,
    output: Output, text_of: Any,
) -> Iterator[str]:  # fmt: skip
    if len(rows) != len(table.rows):
        yield f"{where}: {len(rows)} rows; {name}.csv has {len(table.rows)}."
        return
    left: dict[str, list[int]] = {}
    for place, heading in enumerate(table.headings):
        left.setdefault(spaced(heading), []).append(place)
    columns = [(here, left[heading].pop(0)) for here, heading in enumerate(head) if left.get(heading)]
    linked = {output.words(key) for key in ("contributing", "against", "confusion")}
    for cells, written in zip(rows, table.rows, strict=True):
        for here, there in columns:
            shown, heading = text_of(cells[here]), table.headings[there]
            if heading in linked and text_of is _shown:
                # a list of links, with a count before it or with more said of each
                right = all(part in shown for part in plain(written[there]).split("; ")) or not shown
            else:
                right = same_cell(shown, written[there], output) or _has_component(
                    heading, written, table, shown, output
                )
            if not right:
                yield (
                    f"{where}, {_row_name(table, written)}, {heading}: “{shown[:80]}”; "
                    f"{name}.csv says “{plain(written[there])[:80]}”."
                )


def _has_component(
    heading: str, written: Sequence[str], table: WrittenTable, shown: str, output: Output
) -> bool:
    """A component of an evidence profile stands with its explanation in one cell of the page."""
    why = output.words("why_of", of=heading.lower())
    if why not in table.headings:
        return False
    both = (written[table.headings.index(heading)], written[table.headings.index(why)])
    return shown == spaced(" ".join(plain(text) for text in both))


def _row_name(table: WrittenTable, row: Sequence[str]) -> str:
    return next((text for text in row if text), "a row without name")[:60]


def _document(output: Output) -> Iterator[str]:
    path = output.folder / "report.docx"
    if not output.has(path.name):
        return
    body = _body(path)
    paragraphs, captioned = _captioned(body)
    titles = {
        name: spaced(str(output.entities.get(f"{name}.csv", {}).get("name", ""))) for name in output.tables
    }
    for name, table in output.tables.items():
        parts = [rows for title, rows in captioned if titles[name] and _is_title(title, titles[name])]
        if name in ("themes", "references", "checklists") or not table.rows or not titles[name]:
            continue
        if not parts:
            yield f"report.docx has no table “{titles[name]}”."
        drawn = [rows for rows in parts if is_drawn(rows)]
        yield from document_drawing_faults(name, drawn, table, output)
        for rows in (rows for rows in parts if rows not in drawn or name == "matrix"):
            # a theme has a row of its own above its findings
            told = [row for row in rows[1:] if len(row) == len(rows[0])]
            yield from _differences(f"report.docx, {name}", name, rows[0], told, table, output, spaced)
    lists = output.tables.get("checklists")
    if lists is not None:
        first = output.words("checklist_item")
        told = [row for _, rows in captioned if rows and rows[0][0] == first for row in rows[1:]]
        head = next((rows[0] for _, rows in captioned if rows and rows[0][0] == first), [])
        yield from _differences("report.docx, checklists", "checklists", head, told, lists, output, spaced)
    yield from _document_text(output, paragraphs, captioned)


def _document_text(
    output: Output, paragraphs: set[str], captioned: list[tuple[str, list[list[str]]]]
) -> Iterator[str]:
    """Methods, references and the flow diagram of the Word document."""
    page = output.page
    same = "//p[@class='methods'] | //*[@class='methods']/li | //header/p[@class='lead'] | //p[@class='own']"
    frames = "//div[@class='frame']/p[not(@class)]"
    for element in page.root.xpath(f"{same} | {frames}") if page is not None else ():
        text = spaced(element.text_content())
        if text not in paragraphs:
            yield f"report.docx tells otherwise than the page: “{text[:80]}…” is not in it."
    for element in page.root.xpath("//article//blockquote/p") if page is not None else ():
        text = f"“{spaced(element.text_content())}”"
        if not any(one.startswith(text) for one in paragraphs):
            yield f"report.docx lacks the quotation {text[:80]} of the theme summaries."
    yield from _document_counts(output, paragraphs)
    for row in output.rows("references"):
        text = plain(row[output.words("reference")])
        if row["set"] == "included" and not any(
            text in one for one in paragraphs if one[:200].find(text[:20]) >= 0
        ):
            yield f"report.docx lacks the reference of {row['record_id']}."
    drawing = [
        spaced(e.text_content())
        for e in (page.root.xpath("//ol[@class='twin']/li") if page is not None else ())
    ]
    count = re.compile(r"\(n\s*=\s*([\d.,]+)\)")
    expected = Counter(digits(n) for text in drawing for n in count.findall(text))
    shown = Counter(
        digits(n) for _, rows in captioned for row in rows for cell in row for n in count.findall(cell)
    )
    if drawing and shown != expected:
        only = "; ".join(f"n = {n}" for n in sorted((shown - expected) | (expected - shown)))
        yield f"The flow diagram of report.docx shows other counts than the page: {only}."


def _document_counts(output: Output, paragraphs: set[str]) -> Iterator[str]:
    """The line under each theme: studies, findings, and distinct studies by direction."""
    lines = {tuple(numbers(one)) for one in paragraphs if GLYPHS.keys() & set(one)}
    words = output.words
    for row in output.rows("themes"):
        names = [words(key) for key in ("studies", "findings")]
        names += [words.direction(name) for name in GLYPHS.values() if words.direction(name) in row]
        expected = tuple(int(row[name]) for name in names)
        if expected[1] and expected not in lines:
            told = ", ".join(map(str, expected))
            yield f"report.docx, {row['theme_id']}: no line with {told}; so says themes.csv."


def _is_title(title: str, wanted: str) -> bool:
    return title == wanted or bool(re.fullmatch(re.escape(wanted) + r" \(\d+/\d+\)", title))


def _body(path: Any) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("word/document.xml"), parser).find(f"{_W}body")


def _captioned(body: Any) -> tuple[set[str], list[tuple[str, list[list[str]]]]]:
    """The paragraphs outside tables, and each table with the caption before it: its cells by row."""
    paragraphs: set[str] = set()
    tables: list[tuple[str, list[list[str]]]] = []
    last = ""
    for block in body:
        if block.tag == f"{_W}p":
            text = spaced(_text(block))
            paragraphs.add(text)
            style = block.find(f"{_W}pPr/{_W}pStyle")
            if style is not None and style.get(f"{_W}val") == "Caption":
                last = text.partition(". ")[2]
        elif block.tag == f"{_W}tbl":
            tables.append((last, [
                [spaced(" ".join(_text(p) for p in cell.iter(f"{_W}p"))) for cell in row.findall(f"{_W}tc")]
                for row in block.findall(f"{_W}tr")
            ]))  # fmt: skip
            last = ""
    return paragraphs, tables


def _text(block: Any) -> str:
    told = []
    for element in block.iter(f"{_W}t", f"{_W}tab", f"{_W}br"):
        told.append(element.text or "" if element.tag == f"{_W}t" else " ")
    return "".join(told)
