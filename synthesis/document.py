"""The whole report as a Word document: headings, captions, tables, references; text that authors edit."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from synthesis.document_figures import (
    effect_direction_legend,
    effect_direction_rows,
    gap_map_rows,
    pointing_legend,
)
from synthesis.document_tables import flow_rows, is_wide, table_blocks
from synthesis.effect_direction_figure import EffectDirectionPlot
from synthesis.evidence import Evidence, EvidenceTable
from synthesis.figures import FlowFigure
from synthesis.gap_map_figure import GapMap
from synthesis.office_files import time_of, without_clock
from synthesis.rendering import NOT_XML
from synthesis.word_styles import LANDSCAPE, PORTRAIT, empty_document, section
from synthesis.word_xml import Cell, caption, link_inside, link_outside, paragraph, run, table, widths
from synthesis.words import OwnWords, Words

# what a figure shows stands in a table, and what a table shows in text, so these have no table of their own
_TOLD_OTHERWISE = ("themes", "references", "checklists")


def report_document(
    evidence: Evidence,
    parts: Sequence[tuple[str, bool, Sequence[EvidenceTable], Any]],
    *,
    title: OwnWords,
    invented: OwnWords,
    facts: Mapping[str, Any],
    language: str,
    quotation_languages: Mapping[str, str],
) -> bytes:
    """The report as a .docx file.

    Parameters
    ----------
    evidence : Evidence
    parts : sequence of (id, is_listed, tables, view)
        The parts of the report in order, with what its page is made of.
    title, invented : OwnWords
    facts : mapping
        The numbers and names at the top of the page.
    language : str
        "en" or "da".
    quotation_languages : mapping
        finding_id -> language of its quotation.

    Returns
    -------
    bytes
        The same for the same evidence, whatever the clock says.
    """
    writer = _Writer(evidence, language, quotation_languages)
    writer.front(title, invented, facts, [name for name, is_listed, _, _ in parts if is_listed])
    for name, is_listed, tables, view in parts:
        writer.part(name, tables, view, is_listed=is_listed)
    return writer.saved(title.text, facts)


class _Writer:
    """Puts one block after the other; knows the numbers of tables and figures, and how the page lies."""

    def __init__(self, evidence: Evidence, language: str, quotation_languages: Mapping[str, str]) -> None:
        self.evidence, self.words, self.language = evidence, Words(language), language
        self.quotation_languages = quotation_languages
        self.document = empty_document(language)
        self.numbers = {"table": 0, "figure": 0}
        self.is_wide = False
        # parsed as one: to move parsed blocks into a document costs more than all the rest
        self.blocks: list[str] = []
        self.n_anchors = 0
        self.relations: dict[str, str] = {}

    def front(
        self, title: OwnWords, invented: OwnWords, facts: Mapping[str, Any], parts: Sequence[str]
    ) -> None:
        """Title, what it rests on, contents."""
        say = self.words
        blocks = [
            paragraph(run(title.text, language=title.language), "Title"),
            paragraph(run(say("report")), "Subtitle"),
        ]
        if invented.text:
            blocks.append(paragraph(run(invented.text, language=invented.language), "Lead"))
        blocks.append(paragraph(run(facts["lead"]), "Lead"))
        for key, word in (
            ("as_of", "data_as_of"), ("decisions", "decisions"), ("people", "people"),
            ("protocol", "protocol"),
            ("scheme", "coding_scheme"), ("version", "made_with"), ("input_hash", "input_hash"),
        ):  # fmt: skip
            blocks.append(paragraph(run(f"{say(word)}: ", style="Strong") + run(str(facts[key])), "Contents"))
        if facts["unsettled"]:
            blocks.append(paragraph(run(say.count("unsettled_lead", facts["unsettled"])), "Note"))
        blocks.append(paragraph(run(say("contents")), "TOCHeading"))
        # a table of contents that Word can make anew; what stands in it now needs no updating to be read
        opened = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> '
            'TOC \\o "1-1" \\h \\n </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        for number, name in enumerate(parts):
            line = link_inside(run(say(name), style="Hyperlink"), name)
            closed = '<w:r><w:fldChar w:fldCharType="end"/></w:r>' if number == len(parts) - 1 else ""
            blocks.append(paragraph(("" if number else opened) + line + closed, "Contents"))
        self._add(blocks)

    def part(self, name: str, tables: Sequence[EvidenceTable], view: Any, *, is_listed: bool) -> None:
        """A part: its heading, what is special to it, and its tables."""
        if not is_listed and not tables and not view:
            return
        first = next((one for one in tables if len(one.frame)), None)
        self._turn(first is not None and name not in _TOLD_OTHERWISE and is_wide(first))
        self.n_anchors += 1
        anchor = (name, self.n_anchors)
        self._add([paragraph(run(self.words(name)), "Heading1" if is_listed else "Heading2", anchor=anchor)])
        special = getattr(self, f"_{name}", None)
        told = list(special(view)) if special is not None else []
        self._add(told)
        if name in _TOLD_OTHERWISE:
            return
        for one in tables:
            self._table(one)
        if not told and not any(len(one.frame) for one in tables):
            self._add([paragraph(run(self.words("doc_nothing")), "Note")])

    def saved(self, title: str, facts: Mapping[str, Any]) -> bytes:
        """The document, its properties without a clock."""
        footer = self.document.sections[0].footer
        words = (
            run(f"{facts['version']} · ")
            + '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        )
        for element in _parsed([paragraph(words, "Footer")]):
            footer._element.append(element)
        footer._element.remove(footer._element[0])
        reference = self.document.element.body[-1].find(qn("w:footerReference")).get(qn("r:id"))
        self._fill(reference)
        said = self.document.core_properties
        as_of = self.evidence.latest_decision()
        said.title, said.author, said.comments, said.keywords = (
            _cleaned(title),
            _cleaned(facts["people"])[:255],
            "",
            "",
        )
        said.subject, said.category, said.last_modified_by, said.language = "", "", "", self.language
        said.created = said.modified = time_of(as_of)
        said.revision = 1
        out = io.BytesIO()
        self.document.save(out)
        return without_clock(out.getvalue(), as_of)

    def _fill(self, footer: str) -> None:
        """Put all blocks into the document; the first section names the footer, the others have it too."""
        named = f'<w:footerReference w:type="default" r:id="{footer}"/>'
        written = "".join([*self.blocks, section(self.is_wide)]).replace(
            "<w:sectPr>", f"<w:sectPr>{named}", 1
        )
        body = parse_xml(f"<w:body {nsdecls('w', 'r')}>{written}</w:body>")
        root = self.document.element
        root.replace(root.body, body)

    def _table(self, one: EvidenceTable) -> None:
        if not len(one.frame):
            return
        self._turn(is_wide(one))
        total = LANDSCAPE if self.is_wide else PORTRAIT
        blocks = list(table_blocks(one, total, quotation_languages=self.quotation_languages))
        for number, block in enumerate(blocks, start=1):
            self.numbers["table"] += 1
            told = f" ({number}/{len(blocks)})" if len(blocks) > 1 else ""
            self._add([caption(self.words("doc_table"), self.numbers["table"], f"{one.title}{told}"), block])
        self._add([paragraph(run(one.note), "Note")])

    def _turn(self, is_wide: bool) -> None:
        if is_wide != self.is_wide:
            self.blocks.append(f"<w:p><w:pPr>{section(self.is_wide)}</w:pPr></w:p>")
            self.is_wide = is_wide

    def _add(self, blocks: Sequence[str]) -> None:
        self.blocks += blocks

    # --- parts that are more than their tables ----------------------------------------------------------

    def _themes(self, view: Mapping[str, Any]) -> Iterator[str]:
        say = self.words
        for theme in view["touched"]:
            label = theme["label"]
            yield paragraph(run(label.text or theme["id"], language=label.language), "Heading2")
            counted = [say.count("n_studies", theme["summary"].n_studies),
                       say.count("n_findings", theme["summary"].n_findings)]  # fmt: skip
            bars = [f"{bar['glyph']} {say.number(bar['n'])} {bar['word']}" for bar in theme["bars"]]
            yield paragraph(run("; ".join(counted + bars)), "Note")
            yield from self._author(theme["author"])
            told = [theme["share"]]
            for part in theme["codes"]:
                codes = "; ".join(f"{name} ({say.number(n)})" for name, n in part["codes"])
                told.append(f"{part['word'].capitalize()}: {codes}.")
            yield paragraph(run(" ".join([*told, *theme["silent"]])))
            for quote in theme["quotes"]:
                yield paragraph(
                    run(f"“{quote['text']}”", language=quote["lang"])
                    + run(f" {quote['glyph']} {quote['word']}, {quote['study']}"), "Quote",
                )  # fmt: skip
        for label, said in view["unsupported"]:
            yield paragraph(run(label.text, language=label.language), "Heading2")
            yield from self._author(said)
        if view["untouched"]:
            untouched = ", ".join(view["untouched"])
            yield paragraph(
                run(say.count("themes_untouched", len(view["untouched"]), list=untouched)), "Note"
            )
        if not view["touched"]:
            yield paragraph(run(say("doc_nothing")), "Note")

    def _author(self, said: Mapping[str, Any] | None) -> Iterator[str]:
        """The author's own sentences, under their own label."""
        if said:
            yield paragraph(run(f"{self.words('author_says')}:"), "Note")
            for text in said["paragraphs"]:
                yield paragraph(run(text, language=said["language"]))
            if said["changed"]:
                yield paragraph(run(said["changed"]), "Note")

    def _flow(self, figure: FlowFigure) -> Iterator[str]:
        yield paragraph(run(figure.description))
        head, rows, columns = flow_rows(figure, PORTRAIT)
        self.numbers["figure"] += 1
        yield caption(self.words("doc_figure"), self.numbers["figure"], figure.title)
        yield table(
            [], [head, *rows], columns, title=figure.title, note=figure.description, style="TableNormal"
        )
        yield paragraph(
            run(" ".join([*figure.notes, self.words("doc_sums", sums="; ".join(figure.sums))])), "Note"
        )

    def _effect_direction(self, plot: EffectDirectionPlot) -> Iterator[str]:
        if not plot.pages or not plot.is_on_the_page:
            # so many studies stand in the drawings beside the report, and in the table that follows
            return
        page = plot.pages[0]
        total = LANDSCAPE if self.is_wide else PORTRAIT
        head, rows, columns = effect_direction_rows(self.evidence, self.language, total)
        title = self.words("effect_direction_caption")
        yield from self._figure(title, table(head, rows, columns, title=title, note=page.description))
        yield paragraph(effect_direction_legend(self.language), "Note")

    def _gap_map(self, figure: GapMap) -> Iterator[str]:
        if not any(row["studies"] for row in figure.table.rows()):
            return
        head, rows, columns = gap_map_rows(figure, LANDSCAPE if self.is_wide else PORTRAIT)
        drawn = table(head, rows, columns, title=figure.title, note=figure.description)
        yield from self._figure(figure.title, drawn)
        yield paragraph(pointing_legend(self.language), "Note")

    def _figure(self, title: str, drawn: str) -> Iterator[str]:
        self.numbers["figure"] += 1
        yield caption(self.words("doc_figure"), self.numbers["figure"], title)
        yield drawn

    def _stopping(self, view: Mapping[str, Any]) -> Iterator[str]:
        if view:
            yield paragraph(run(" ".join(view["sentences"])))

    def _methods(self, view: Mapping[str, Any]) -> Iterator[str]:
        say = self.words
        if view["questions"]:
            yield paragraph(run(say("methods_questions")), "Heading2")
            for one in view["questions"]:
                yield paragraph(run(one.text, language=one.language), "ListBullet")
        if view["criteria"]:
            yield paragraph(run(say("methods_criteria")), "Heading2")
        for heading, criteria in view["criteria"]:
            yield paragraph(run(heading), "Heading3")
            for one in criteria:
                yield paragraph(run(one.text, language=one.language), "ListBullet")
        if view["paragraphs"]:
            yield paragraph(run(say("methods_draft")), "Note")
        for part in view["paragraphs"]:
            yield paragraph(run(part.heading), "Heading2")
            yield paragraph(run(part.text()))

    def _references(self, view: Mapping[str, Any]) -> Iterator[str]:
        if not view["included"]:
            yield paragraph(run(self.words("no_studies")), "Note")
        for number, one in enumerate(view["included"], start=1):
            lead = run(f"{number}.\t") if view["style"] == "vancouver" else ""
            told = [self._piece(piece, one["language"]) for piece in one["pieces"]]
            yield paragraph(lead + "".join(told), "BibliographyEntry")

    def _checklists(self, view: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        say = self.words
        keys = ("item", "about", "place", "page")
        heads = [say(f"checklist_{key}") for key in keys]
        for checklist in view:
            missing = say("checklist_not_reported")
            rows = [
                [row["item"], row["about"], row["place"] or ("" if row["page"] else missing), row["page"]]
                for row in checklist["rows"]
            ]
            columns = widths([list(texts) for texts in zip(heads, *rows, strict=True)], PORTRAIT)
            self.numbers["table"] += 1
            placed = say("checklist_placed", n=checklist["n_placed"], total=len(rows))
            title = f"{checklist['name']}: {placed}"
            yield caption(say("doc_table"), self.numbers["table"], title)
            yield table(_cells(heads, "TableHead"), [_cells(row) for row in rows], columns, title=title)
            yield paragraph(run(f"doi {checklist['doi']}"), "Note")

    def _piece(self, piece: Any, language: str) -> str:
        if piece.role == "link":
            relation = self.relations.get(piece.link)
            if relation is None:
                relation = self.document.part.relate_to(
                    piece.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
                )
                self.relations[piece.link] = relation
            return link_outside(run(piece.text, style="Hyperlink"), relation)
        style = "Emphasis" if piece.is_italic else ""
        return run(piece.text, style=style, language=language if piece.role == "title" else "")


def _cells(texts: Sequence[str], style: str = "TableText") -> list[Any]:
    return [Cell(paragraph(run(text), style)) for text in texts]


def _parsed(blocks: Sequence[str]) -> list[Any]:
    return list(parse_xml(f"<w:body {nsdecls('w', 'r')}>{''.join(blocks)}</w:body>"))


def _cleaned(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)[:255]
