"""CSL-JSON as citation managers and Crossref write it: item by item, each with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from corpus.entries import Entry, Format
from corpus.errors import UsageError
from corpus.json_text import from_json

_COLUMNS = {
    "title": "title", "abstract": "abstract", "container-title": "journal", "volume": "volume",
    "issue": "issue", "page": "pages", "DOI": "doi", "PMID": "pmid", "ISSN": "issn", "ISBN": "isbn",
    "keyword": "keywords", "keywords": "keywords", "language": "language", "URL": "url", "note": "notes",
}  # fmt: skip
_TYPES = {
    "article-journal": "JOUR", "journal-article": "JOUR", "article": "JOUR", "review": "JOUR", "book": "BOOK",
    "chapter": "CHAP", "book-chapter": "CHAP", "paper-conference": "CPAPER", "proceedings-article": "CPAPER",
    "thesis": "THES", "report": "RPRT", "webpage": "ELEC", "article-magazine": "MGZN",
    "article-newspaper": "NEWS",
}  # fmt: skip
_SIGNS_OF_A_REFERENCE = {
    "type", "id", "author", "issued", "container-title", "DOI", "abstract", "ISSN", "publisher",
    "citation-key",
}  # fmt: skip
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
# an item of a real export is some five deep
_DEEPEST = 60
_TAGS = re.compile(
    r"</?(?:jats:[\w-]+|i|b|em|strong|italic|bold|su[bp]|sc|span|p|br|div|sec|mml:[\w-]+)(?: [^<>]*)?/?>"
)


def read_csl(text: str) -> Iterator[Entry]:
    """The items of a CSL-JSON file in order; a damaged item costs no other.

    Examples
    --------
    >>> [entry.values["title"] for entry in read_csl('[{"type": "book", "title": "Time"}]')]
    [['Time']]
    """
    line, counted = 1, 0
    for begin, end in _spans(text):
        line, counted = line + text.count("\n", counted, begin), begin
        raw = text[begin:end].rstrip()
        entry = Entry(line, raw)
        try:
            item = from_json(raw)
        except ValueError as fault:
            entry.why = f"not JSON ({getattr(fault, 'msg', fault)})"
        else:
            if isinstance(item, dict):
                _fill(entry, item)
            else:
                entry.why = "not an item with named fields"
        yield entry


def count_csl(text: str) -> int:
    """How many items the list holds, from its brackets and commas alone."""
    depth, n_items, before = 0, 0, _list_begins(text)
    if before < 0:
        return 1
    filled = False
    for token in _TOKEN.finditer(text, before):
        sign = token.group()[0]
        if depth == 1 and sign in ",]":
            n_items += filled or bool(text[before : token.start()].strip())
            filled = False
        elif depth == 1:
            filled = True
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        before = token.end()
        if depth == 0:
            return n_items
    return n_items + (filled or bool(text[before:].strip()))


def _list_begins(text: str) -> int:
    """Where the list of items begins, -1 when the file is one item."""
    found = re.match(r'\s*(?:\{\s*"(?:items|references)"\s*:\s*)?\[', text)
    return found.end() - 1 if found else -1


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Begin and end of each item."""
    start = _list_begins(text)
    if start < 0:
        yield len(text) - len(text.lstrip()), len(text)
        return
    depth, begin = 0, start + 1
    for token in _TOKEN.finditer(text, start):
        sign = token.group()[0]
        if depth == 1 and sign in ",]":
            yield from _filled(text, begin, token.start())
            begin = token.end()
        depth += (sign in "[{") - (sign in "]}")
        if depth > _DEEPEST:
            raise UsageError(
                "The JSON is nested far deeper than references are.", next_step="Export the references again."
            )
        if depth == 0:
            return
    yield from _filled(text, begin, len(text))


def _filled(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    if stretch := text[begin:end].lstrip():
        yield end - len(stretch), end


def _fill(entry: Entry, item: dict[str, Any]) -> None:
    # this project writes texts without markup: what looks like it there is text
    is_own = _is_own(item.get("custom"))
    for name, value in item.items():
        if name in ("author", "issued", "type") or (name == "custom" and is_own):
            continue
        words = [" ".join(words.split()) if is_own else _plain(words) for words in _texts(value)]
        words = [text for text in words if text]
        if not words:
            continue
        if name in ("ISSN", "ISBN", "title", "container-title"):
            words = words[:1]
        kept = entry.values if name in _COLUMNS else entry.extra
        kept.setdefault(_COLUMNS.get(name, name), []).extend(words)
    kind = str(item.get("type", "")).casefold()
    entry.values["type"] = [_TYPES.get(kind, kind or "GEN")]
    people = item.get("author") or item.get("editor") or []
    names = [_name(person) for person in people] if isinstance(people, list) else _texts(people)
    entry.values["authors"] = [name for name in names if name]
    for name in ("issued", "published", "published-print", "published-online", "created"):
        if year := _year(item.get(name)):
            entry.values["year"] = [year]
            break
    if is_own:
        _as_exported(entry, item["custom"]["samsyn"])


def _is_own(custom: object) -> bool:
    return isinstance(custom, dict) and isinstance(custom.get("samsyn"), dict)


def _as_exported(entry: Entry, kept: dict[str, Any]) -> None:
    """What this project wrote beside the variables of CSL."""
    entry.extra.pop("id", None)
    for name in ("record_id", "accession", "type"):
        if isinstance(value := kept.get(name), str) and value:
            entry.values[name] = [value]
    entry.database = entry.values.get("record_id", [""])[0].partition(":")[0]
    if isinstance(urls := kept.get("more_urls"), list):
        entry.values.setdefault("url", []).extend(str(url) for url in urls)
    if isinstance(extra := kept.get("extra"), dict):
        entry.extra |= {
            str(name): list(map(str, values)) for name, values in extra.items() if isinstance(values, list)
        }


def _texts(value: object) -> list[str]:
    """The words in a value, whatever it is made of."""
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return [str(part) for part in value]
    if isinstance(value, dict | list):
        return [json.dumps(value, ensure_ascii=False, sort_keys=True)] if value else []
    return [] if value is None else [str(value)]


def _plain(text: str) -> str:
    # Crossref and Zotero write markup in titles and abstracts
    if "<" in text:
        text = _TAGS.sub(lambda tag: " " if "jats" in tag.group() else "", text)
    return " ".join(text.split())


def _name(person: object) -> str:
    if not isinstance(person, dict):
        return str(person)
    part = {key: " ".join(str(value).split()) for key, value in person.items() if isinstance(value, str)}
    family = " ".join(filter(None, (part.get("non-dropping-particle"), part.get("family"))))
    given = " ".join(filter(None, (part.get("given"), part.get("dropping-particle"), part.get("suffix"))))
    if family and given:
        return f"{family}, {given}"
    return family or part.get("literal", "") or part.get("name", "") or given


def _year(date: object) -> str:
    """The year of a CSL date: "date-parts", "raw" or "literal"; plain text is taken as it is."""
    if not isinstance(date, dict):
        return str(date) if isinstance(date, str | int) else ""
    parts: Any = date.get("date-parts")
    while isinstance(parts, list) and parts:
        parts = parts[0]
    if isinstance(parts, str | int) and str(parts):
        return str(parts)
    return str(date.get("raw") or date.get("literal") or date.get("date-time") or "")


def _recognise(text: str) -> bool:
    if text.lstrip()[:1] not in ("[", "{"):
        return False
    for number, (begin, end) in enumerate(_spans(text)):
        if number > 50:
            return False
        raw = text[begin:end]
        named = set(re.findall(r'"([\w-]+)"\s*:', raw))
        if {"title", "abstract"} & named and len(_SIGNS_OF_A_REFERENCE & named) >= 2:
            try:
                item = from_json(raw)
            except ValueError:
                # damaged, and said so entry by entry
                if _list_begins(text) >= 0:
                    return True
                continue
            # one object alone is a reference only if it looks like one, not like a table of field names
            if isinstance(item, dict) and isinstance(item.get("title") or item.get("abstract"), str | list):
                people, date = item.get("author"), item.get("issued")
                has_names = isinstance(people, list) and any(isinstance(person, dict) for person in people)
                if (
                    _list_begins(text) >= 0
                    or has_names
                    or isinstance(date, dict)
                    or str(item.get("type")) in _TYPES
                ):
                    return True
    return False


CSL_JSON = Format("csl-json", "CSL-JSON", _recognise, read_csl, count_csl)
