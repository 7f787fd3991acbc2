"""Numbers in running text and what is listed: head, themes, methods, checklists, references, searches."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from synthesis.check_counts import numbers, plain
from synthesis.check_findings import GLYPHS, counted, digits, distinct
from synthesis.check_output import Output
from synthesis.check_page import shown_text, spaced

Trace = Mapping[str, Any]
# behind a code; its own name may hold a number in brackets
_IN_BRACKETS = re.compile(r"\(([\d.,]+)\)(?=[,;.]|$)")


def told_faults(output: Output) -> Iterator[str]:
    """Every number that the text tells, and every list."""
    for check in (
        _lead,
        _theme_articles,
        _methods,
        _checklists,
        _references,
        _references_on_page,
        _searches,
        _agreement,
    ):
        yield from check(output)


def _lead(output: Output) -> Iterator[str]:
    """The sentence at the top."""
    trace = output.trace
    lead = [] if output.page is None else output.page.root.xpath("//header/p[@class='lead']")
    if not lead:
        return
    found = trace["findings"].values()
    expected = [len(trace["studies"]), trace["flow"]["included_reports"]]
    if found:
        expected += [
            len(found),
            len({one["theme_id"] for one in found}),
            len({one["code_id"] for one in found}),
        ]
    shown = numbers(shown_text(lead[0]))
    if shown[: len(expected)] != expected:
        yield f"The top of the page says “{shown_text(lead[0])}”; counted {', '.join(map(str, expected))}."


def _theme_articles(output: Output) -> Iterator[str]:
    """S15 on the page: the counts, the codes, and each quotation beside its theme."""
    page, trace = output.page, output.trace
    if page is None:
        return
    counts = counted(trace)
    quoted = {
        one["anchor"]: {
            spaced(trace["segments"][name]["text"]) for name in one["segments"] if name in trace["segments"]
        }
        for one in trace["findings"].values()
    }
    used = {one["theme_id"] for one in trace["findings"].values()}
    countries = {row["theme_id"]: numbers(row[output.words("countries")]) for row in output.rows("themes")}
    for theme in trace["themes"]:
        article = page.by_id.get(f"theme-{theme}")
        if article is None:
            if theme in used:
                yield f"The theme {theme} has findings and no summary on the page."
            continue
        studies = distinct(counts, "theme", theme, "studies")
        n_found = sum(one["theme_id"] == theme for one in trace["findings"].values())
        small = numbers(shown_text(article.xpath(".//p[@class='small']")[0]))
        if small != [studies, n_found]:
            yield f"The summary of {theme} says {small} studies and findings; counted {[studies, n_found]}."
        shown_names = [
            name
            for name in GLYPHS.values()
            if name or any(not one["direction"] for one in trace["findings"].values())
        ]
        bars = [n for one in article.xpath(".//ul[@class='bars']/li") for n in numbers(shown_text(one))[:1]]
        expected = [distinct(counts, "theme", theme, name or "no_direction") for name in shown_names]
        if bars != expected:
            yield f"The bars of {theme} say {bars}; counted {expected}."
        told_places = article.xpath(".//div[@class='frame']/p[@class='small']")
        if told_places and theme in countries and numbers(shown_text(told_places[0])) != countries[theme]:
            said = shown_text(told_places[0])
            yield f"The summary of {theme} says “{said}”; themes.csv {countries[theme]}."
        codes = [
            n for name in shown_names for code in trace["themes"][theme]
            if (n := distinct(counts, "code", code, name or "no_direction"))
        ]  # fmt: skip
        frame = article.xpath(".//div[@class='frame']/p[not(@class)]")
        text = shown_text(frame[0]) if frame else ""
        told = [int(digits(found)) for found in _IN_BRACKETS.findall(text)]
        if told != codes or numbers(text)[:2] != [studies, len(trace["studies"])]:
            yield f"The summary of {theme} says “{text[:90]}…”; counted {studies} studies, by code {codes}."
        for quote in article.xpath(".//blockquote"):
            anchor = (quote.xpath(".//a/@href") or [""])[0].removeprefix("#")
            words = spaced(quote.find("p").text_content())
            if words not in quoted.get(anchor, ()):
                yield f"The summary of {theme} quotes “{words}”, which {anchor or 'no finding'} does not say."


def _methods(output: Output) -> Iterator[str]:
    """S12: numbers of the flow, the tables and the agreement; those of the journal: ``check_decisions``."""
    if output.page is None:
        return
    for name, shown in method_numbers(output):
        expected = _fact(output, name)
        if expected is not None and not same_number(shown, expected):
            yield f"The methods say {shown} ({name}); counted {_written(expected)}."


def method_numbers(output: Output) -> Iterator[tuple[str, str]]:
    """Each number of the methods: the count it is, and how it is shown."""
    for element in output.page.with_data("fact") if output.page is not None else ():
        yield str(element.get("data-fact")), spaced(element.text_content())


def same_number(shown: str, value: float) -> bool:
    """Whether a text shows a number, rounded as it shows it.

    Examples
    --------
    >>> same_number("1,957", 1957), same_number("0,73", 0.7312), same_number("95 %", 95.2)
    (True, True, True)
    """
    bare = shown.replace("\u2212", "-").replace("\u00a0", "").replace("%", "").replace(" ", "")
    if float(value).is_integer() and re.fullmatch(r"-?\d{1,3}([.,]\d{3})*", bare):
        whole = int(re.sub(r"[.,]", "", bare))
        if whole == value:
            return True
    try:
        read = float(bare.replace(",", "."))
    except ValueError:
        return False
    digits_shown = len(re.split(r"[.,]", bare)[1]) if re.search(r"[.,]", bare) else 0
    return abs(read - value) <= 0.5000001 * 10**-digits_shown


def _fact(output: Output, name: str) -> float | None:
    trace, flow = output.trace, output.trace["flow"]
    kind, _, rest = name.partition(".")
    if kind == "flow":
        value = flow.get(rest)
        return float(sum(row[-1] for row in value)) if isinstance(value, list) else value
    if name == "table.unreadable":
        return float(sum(source["n_unreadable"] or 0 for source in trace["sources"].values()))
    if name == "table.again":
        return float(sum(one["n_records"] - one["n_new"] for one in trace["sources"].values()))
    if name in ("table.segments", "table.findings"):
        return float(len(trace[name.removeprefix("table.")]))
    if kind == "agreement" and "agreement" in output.tables:
        number, _, column = rest.partition(".")
        rows = output.rows("agreement")
        heading = output.words({"n": "both_judged", "percent": "agree"}.get(column, column))
        cell = rows[int(number)].get(heading, "") if int(number) < len(rows) else ""
        return float(cell) if re.fullmatch(r"-?[\d.]+(e-\d+)?", cell) else math.nan
    return None


def _written(value: float) -> str:
    return f"{value:g}"


def _checklists(output: Output) -> Iterator[str]:
    """S14: an item in the report has a place that is there, and heads for it."""
    page, words = output.page, output.words
    rows = {f"{row['checklist']}--{row[words('checklist_item')]}": row for row in output.rows("checklists")}
    if page is None:
        return
    ids, seen = set(page.ids), set()
    for element in page.with_data("item"):
        name = str(element.get("data-item"))
        seen.add(name)
        said = name.replace("--", ", item ")
        place = element.xpath("./td[2]//a")
        target = str(place[0].get("href") or "") if place else ""
        if place and target.removeprefix("#") not in ids:
            yield f"The checklist {said} points to {target}, which is not in the report."
        elif place and not page.by_id[target.removeprefix("#")].text_content().strip():
            yield f"The checklist {said} points to {target}, where nothing stands."
        elif (
            not place
            and not shown_text(element.xpath("./td[2]")[0])
            and not shown_text(element.xpath("./td[3]")[0])
        ):
            missing = words("checklist_not_reported")
            yield f"The checklist {said} has neither a place nor the words “{missing}”."
        if name in rows:
            yield from _as_in_its_table(output, said, element, target, rows[name])
    for name in sorted(set(rows) - seen):
        yield f"The checklist {name.replace('--', ', item ')} is not on the page."


def _as_in_its_table(
    output: Output, said: str, element: Any, target: str, row: Mapping[str, str]
) -> Iterator[str]:
    """An item of a checklist on the page against its row."""
    words = output.words
    for at, key in ((1, "checklist_item"), (2, "checklist_about"), (4, "checklist_page")):
        shown, told = shown_text(element.xpath(f"./*[{at}]")[0]), plain(row[words(key)])
        if shown != told:
            yield f"The checklist {said}: “{shown[:60]}” on the page, “{told[:60]}” in the table."
    if row["anchor"] != target.removeprefix("#"):
        there = row["anchor"] or "nothing"
        yield f"The checklist {said}: the page points to {target or 'nothing'}, the table to {there}."
    if row[words("checklist_status")] == words("checklist_in_report") and not row["anchor"]:
        yield f"The checklist {said} is said to be in the report, but has no place."


def _references(output: Output) -> Iterator[str]:
    """S13: each included and excluded report once, on the page, in the table and in the files."""
    trace = output.trace
    sets = {"included": trace["records"], "excluded": trace["excluded"]}
    if "references" in output.tables:
        rows = output.rows("references")
        for which, expected in sets.items():
            here = Counter(row["record_id"] for row in rows if row["set"] == which)
            for record_id in sorted(set(here) ^ set(expected)):
                said = "has no reference" if record_id in expected else "has a reference and no decision"
                yield f"{record_id} {said} in the table ({which})."
        for row in rows:
            record = trace["records"].get(row["record_id"])
            if record and record["doi"] and not _is_in(record["doi"], row[output.words("reference")]):
                yield f"The reference of {row['record_id']} does not hold its DOI {record['doi']}."
            elif record and not _is_in(record["title"], row[output.words("reference")]):
                yield f"The reference of {row['record_id']} does not hold its title."
    for which, expected in sets.items():
        for suffix, start in (("bib", r"^@\w+\{"), ("ris", r"^TY  - ")):
            path = output.folder / f"references_{which}.{suffix}"
            n = (
                len(re.findall(start, path.read_text(encoding="utf-8-sig"), re.MULTILINE))
                if path.exists()
                else None
            )
            if n is not None and n != len(expected):
                yield f"{path.name} holds {n} references, {len(expected)} reports are {which}."


def _references_on_page(output: Output) -> Iterator[str]:
    """The list of references of the page."""
    trace = output.trace
    if output.page is None:
        return
    listed = output.page.root.xpath("//ol[@class='refs']/li")
    shown_ids = {
        str(code.text_content()) for item in listed for code in item.xpath(".//span[@class='from']/code")
    }
    for record_id in sorted(set(trace["records"]) ^ shown_ids):
        where = "is not among the references of" if record_id in trace["records"] else "is a reference of"
        yield f"{record_id} {where} the page."
    for item in listed:
        record_id = "".join(item.xpath(".//span[@class='from']/code/text()"))
        record = trace["records"].get(record_id)
        if record and not _is_in(record["title"], item.text_content()):
            yield f"The reference of {record_id} on the page does not hold its title."


def _is_in(part: str, text: str) -> bool:
    def letters(one: str) -> str:
        return re.sub(r"[^0-9a-z]", "", one.casefold())

    # an address in a reference has its signs encoded
    return letters(part) in letters(text) or letters(part) in letters(unquote(text))


def _searches(output: Output) -> Iterator[str]:
    """S9: the log of searches, and the entries that could not be read."""
    trace, words = output.trace, output.words
    headings = {
        "database": "database", "platform": "platform", "date": "date", "hits": "hits_reported",
        "read": "n_records", "unreadable": "n_unreadable", "new_records": "n_new",
    }  # fmt: skip
    rows = {row["source_id"]: row for row in output.rows("search")}
    if "search" in output.tables and set(rows) != set(trace["sources"]):
        differing = ", ".join(sorted(set(rows) ^ set(trace["sources"])))
        yield f"The search log and the trace differ in {differing}."
    for source_id, row in rows.items():
        source = trace["sources"].get(source_id, {})
        for key, name in headings.items():
            expected = "" if source.get(name) is None else str(source[name])
            if source and spaced(row[words(key)]).removeprefix("'") != spaced(expected):
                shown = row[words(key)]
                yield (
                    f"The search log, {source_id}: {words(key)} is “{shown}”, the trace says “{expected}”."
                )
        if source and row["sha256"] != source["sha256"]:
            yield f"The search log, {source_id}: the sha256 is not that of the source."
    if "unreadable" in output.tables:
        there = Counter(row[words("file")].removeprefix("'") for row in output.rows("unreadable"))
        for source_id, source in trace["sources"].items():
            if there[source_id] != (source["n_unreadable"] or 0):
                yield (
                    f"{source_id}: {there[source_id]} unreadable entries are listed, "
                    f"{source['n_unreadable']} were counted."
                )


def _agreement(output: Output) -> Iterator[str]:
    """S10: how many both judged, the percentage and kappa, from the confusion table."""
    words = output.words
    table = output.page.table("agreement") if output.page is not None else None
    for place, row in enumerate(output.rows("agreement")):
        cells = [part for part in row[words("confusion")].split("; ") if part]
        n = [int(digits(part.rsplit(" ", 1)[-1]) or 0) for part in cells]
        size = math.isqrt(len(n))
        if not n or size * size != len(n):
            continue
        inner = table[1][place][-1].find("table") if table and place < len(table[1]) else None
        on_page = (
            [int(digits(td.text_content()) or 0) for td in inner.iter("td") if td.get("class")]
            if inner is not None
            else n
        )
        if on_page != n:
            pair = row[words("pair")]
            yield f"The confusion table of {pair} shows {on_page} on the page, {n} in agreement.csv."
        total, same = sum(n), sum(n[i * size + i] for i in range(size))
        where = f"The agreement of {row[words('pair')]} ({row[words('stage')]})"
        if row[words("both_judged")] != str(total):
            yield f"{where}: {row[words('both_judged')]} judged by both; the confusion table holds {total}."
        elif total and abs(float(row[words("agree")] or 0) - 100 * same / total) > 0.06:
            percent = f"{100 * same / total:.4g}"
            yield f"{where}: {row[words('agree')]} % agree; the confusion table gives {percent}."
        met = sum(sum(n[i * size : (i + 1) * size]) * sum(n[i::size]) for i in range(size))
        by_chance = met / total**2 if total else 1.0
        told = row[words("kappa")]
        if by_chance < 1 and re.fullmatch(r"-?[\d.]+", told):
            kappa = (same / total - by_chance) / (1 - by_chance)
            if abs(float(told) - kappa) > 0.006:
                yield f"{where}: kappa {told}; the confusion table gives {kappa:.3f}."
