"""The page’s links and places: where they lead, what they are called, which words and lines they name."""

from __future__ import annotations

from collections.abc import Iterator

from synthesis.check_counts import numbers, plain
from synthesis.check_findings import counted, distinct
from synthesis.check_output import Output
from synthesis.check_page import Page, shown_text, spaced


def link_faults_of_page(output: Output) -> Iterator[str]:
    """Links that lead nowhere or bear another study's name; places, references and heads that differ."""
    if output.page is not None:
        for check in (_links, _places, _heads, _references):
            yield from check(output, output.page)


def _links(output: Output, page: Page) -> Iterator[str]:
    trace = output.trace
    ids = set(page.ids)
    study_at = {one["anchor"]: one["study_id"] for one in trace["findings"].values()}
    for item in page.root.xpath("//ol[@class='refs']/li"):
        study_at[str(item.get("id"))] = "".join(item.xpath(".//span[@class='from']/code/text()"))
    for link in page.root.xpath("//a[starts-with(@href, '#')]"):
        target, text = str(link.get("href"))[1:], shown_text(link)
        if target not in ids:
            yield f"The link “{text[:60]}” leads nowhere: #{target}."
        study = trace["studies"].get(study_at.get(target, ""))
        if study is None or link.get("id"):
            continue
        # a drawing cuts a name that is too long for it
        label, is_cut = spaced(study["label"]), text.endswith("…")
        if text != label and not (is_cut and label.startswith(text[:-1])):
            yield f"A link to {label} is called “{text[:60]}” (#{target})."


def _places(output: Output, page: Page) -> Iterator[str]:
    """Where each quotation stands in its record."""
    for segment_id, segment in output.trace["segments"].items():
        quotation = page.by_id.get(segment["anchor"])
        if quotation is None:
            continue
        told = spaced(quotation.tail or "")
        if numbers(told)[:2] != [segment["start"], segment["end"]]:
            yield f"The page says that {segment_id} stands at “{told}”."


def _heads(output: Output, page: Page) -> Iterator[str]:
    """The heads of the evidence table: findings and studies of each theme."""
    trace = output.trace
    counts = counted(trace)
    for theme in trace["themes"]:
        group = page.by_id.get(f"rows-{theme}")
        head = group.xpath("./tr[@class='head']//small") if group is not None else ()
        n = sum(one["theme_id"] == theme for one in trace["findings"].values())
        expected = [n, distinct(counts, "theme", theme, "studies")]
        if head and numbers(shown_text(head[0])) != expected:
            yield f"The evidence table heads {theme} “{shown_text(head[0])}”; counted {expected}."


def _references(output: Output, page: Page) -> Iterator[str]:
    """References as in their table, each with its file, line and abstract."""
    trace, words = output.trace, output.words
    written = {row["record_id"]: plain(row[words("reference")]) for row in output.rows("references")}
    for item in page.root.xpath("//ol[@class='refs']/li"):
        record_id = "".join(item.xpath(".//span[@class='from']/code/text()"))
        record = trace["records"].get(record_id)
        if record is None:
            continue
        text = shown_text(item, without=("details",))
        if record_id in written and not text.startswith(written[record_id]):
            yield f"The reference of {record_id} on the page is another than in references.csv."
        place = shown_text(item.xpath(".//span[@class='from']")[0])
        line = record["source_line"]
        if line is not None and not place.endswith(f" {words('line')} {words.number(line)}"):
            yield f"The page says that {record_id} stands in “{place}”; its line is {line}."
        file = trace["sources"].get(record["source_id"], {}).get("file") or record["source_id"]
        if spaced(file) not in place:
            yield f"The page says that {record_id} stands in “{place}”; its file is {file}."
        shown = item.xpath("./details/p")
        if shown and spaced(shown[0].text_content()) != spaced(record["abstract"]):
            yield f"The abstract of {record_id} on the page is not the one that was imported."
