"""Records as CSL-JSON, as Zotero, pandoc and Mendeley read it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from corpus.export_rows import Row, addresses, extra_fields, parts

_TYPES = {
    "JOUR": "article-journal", "BOOK": "book", "CHAP": "chapter", "THES": "thesis", "RPRT": "report",
    "CPAPER": "paper-conference", "ELEC": "webpage", "MGZN": "article-magazine", "NEWS": "article-newspaper",
}  # fmt: skip
_VARIABLES = {
    "title": "title", "abstract": "abstract", "journal": "container-title", "volume": "volume",
    "issue": "issue", "pages": "page", "doi": "DOI", "pmid": "PMID", "issn": "ISSN", "isbn": "ISBN",
    "keywords": "keyword", "language": "language", "notes": "note",
}  # fmt: skip


def csl_entries(rows: Iterable[Row]) -> Iterator[str]:
    """A CSL-JSON file in pieces; what CSL has no variable for stands under ``custom``.

    Examples
    --------
    >>> rows = [{"record_id": "wos:7", "title": "Time", "authors": "Alder, Jo; WHO", "year": 2019}]
    >>> json.loads("".join(csl_entries(rows)))[0]["author"]
    [{'family': 'Alder', 'given': 'Jo'}, {'literal': 'WHO'}]
    """
    before = "[\n"
    for row in rows:
        yield before + json.dumps(_item(row), ensure_ascii=False, indent=1)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _item(row: Row) -> dict[str, Any]:
    kind = str(row.get("type", "JOUR"))
    item: dict[str, Any] = {"id": row["record_id"], "type": _TYPES.get(kind, "document")}
    item |= {variable: str(row[column]) for column, variable in _VARIABLES.items() if column in row}
    if names := [_name(name) for name in parts(row.get("authors", ""))]:
        item["author"] = names
    if "year" in row:
        item["issued"] = {"date-parts": [[int(row["year"])]]}
    urls = addresses(row.get("url", ""))
    if urls:
        item["URL"] = urls[0]
    kept: dict[str, Any] = {"record_id": row["record_id"], "more_urls": urls[1:]}
    kept |= {"accession": row.get("accession"), "extra": extra_fields(row) if "extra" in row else None}
    kept["type"] = kind if kind not in _TYPES else None
    return item | {"custom": {"samsyn": {name: value for name, value in kept.items() if value}}}


def _name(name: str) -> dict[str, str]:
    family, comma, given = name.partition(",")
    if comma and family.strip() and given.strip():
        return {"family": family.strip(), "given": given.strip()}
    return {"literal": name}
