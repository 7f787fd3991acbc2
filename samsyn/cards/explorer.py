"""The explorer: the report's evidence table and matrix in the notebook, each mark traced to its words."""

from __future__ import annotations

from typing import Any

from samsyn.cards.card import Card, script, style
from synthesis import Evidence, EvidenceTable, Words, evidence_table, segments, theme_matrix
from synthesis.evidence import MARKS
from synthesis.evidence_rows import evidence_view
from synthesis.sections import matrix_view
from synthesis.tables import BESIDE_FINDINGS

# characters of the text shown on each side of a quotation
_AROUND = 200
_HEADINGS = ("direction", "finding", "quotation", "study", "theme", "code", "studies", "distinct", "coded_by",
             "line", "no_own_words", "show_codes", "shown_of", "filter_findings")  # fmt: skip


class Explorer(Card):
    """Look through the findings; made by :meth:`samsyn.Review.explore`.

    Parameters
    ----------
    evidence : Evidence
        What a report of the review is made of.
    language : {"en", "da"}

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> explorer = Explorer(example_evidence())
    >>> first = explorer.state["findings"][0]
    >>> first["code"], first["direction"], first["quotations"][0]["file"], first["quotations"][0]["line"]
    ('Output targets', 'hinders', 'scopus.ris', '1')
    """

    _esm = script("explorer")
    _css = style("explorer")

    def __init__(self, evidence: Evidence, *, language: str = "en") -> None:
        self._evidence = evidence
        self._tables = theme_matrix(evidence, language), evidence_table(evidence, language)
        super().__init__("explorer", language)

    def act(self, message: dict[str, Any]) -> None:
        """Nothing is asked of Python: all that is shown is in the page."""

    def shown(self) -> dict[str, Any]:
        """The findings with the words behind them, and the matrix whose marks name them."""
        evidence, (themes, table) = self._evidence, self._tables
        words, matrix = Words(self.language), matrix_view(evidence, self.language)
        findings = _findings(evidence, table, words)
        why_empty = "no_coding" if evidence.flow.included_studies else "no_studies"
        return {
            "say": {key: words(key) for key in _HEADINGS if not key.endswith("of")}
            | {key: words(key, n="{n}", total="{total}") for key in _HEADINGS if key.endswith("of")},
            "empty": "" if findings else words(why_empty),
            "directions": matrix["margins"],
            "findings": findings,
            "matrix": {
                "caption": themes.title,
                "note": themes.note,
                "groups": [
                    {"name": name, "studies": [label for _, label, _ in members]}
                    for name, members in matrix["groups"]
                ],
                "has_codes": matrix["has_codes"],
                "rows": [
                    {
                        "kind": row["kind"],
                        "label": row["label"],
                        "cells": [
                            [{key: mark[key] for key in ("n", "glyph", "cls", "name", "findings")}
                             for mark in cell["marks"]]
                            if row["kind"] != "total" else cell["text"]
                            for cell in row["cells"]
                        ],
                        "margins": [words.number(n) for _, n in row["margins"]],
                    }
                    for row in matrix["rows"]
                ],
            },
            "caption": table.title,
            "note": table.note,
        }  # fmt: skip

    def static_html(self) -> str:
        """Both tables as the report's rooms write them."""
        return "".join(table._repr_html_() for table in self._tables)


def _findings(evidence: Evidence, table: EvidenceTable, words: Words) -> list[dict[str, Any]]:
    """The rows of the evidence table, with places to sort them by and the sources behind their words."""
    view = evidence_view(evidence, words.language)
    by_anchor = {row["anchor"]: row for row in segments(evidence).to_dict("records")}
    texts = evidence.records_by_id({row["record_id"] for row in by_anchor.values()})
    beside = {}
    for row in table.rows():
        said = [
            f"{column.heading}: {row[column.key]}"
            for column in table.columns
            if column.key in BESIDE_FINDINGS
        ]
        beside[row["study"]] = " · ".join(said)
    from_where = {record["record_id"]: record for record in view["records"].values()}
    rows = [
        {
            "id": row["anchor"],
            "theme": group["label"].text or group["id"],
            "code": code["label"],
            "finding": row["finding"],
            "study": row["study"],
            "beside": beside.get(row["study"], ""),
            "direction": row["word"],
            "glyph": row["glyph"],
            "cls": row["cls"],
            "facets": [f"{name}: {value}" for name, value in row["facets"]],
            "quotations": [
                _quotation(by_anchor[one["anchor"]], one, texts, from_where, view["coders"])
                for one in row["quotations"]
            ],
        }
        for group in view["groups"]
        for code in group["codes"].values()
        for row in code["rows"]
    ]
    place_of = {
        key: {text: place for place, text in enumerate(sorted({row[key] for row in rows}, key=words.order))}
        for key in ("finding", "study")
    }
    for place, row in enumerate(rows):
        row["places"] = {
            "theme": place,
            "direction": list(MARKS.values()).index(row["glyph"]),
            **{key: places[row[key]] for key, places in place_of.items()},
        }
    return rows


def _quotation(
    segment: dict[Any, Any],
    shown: dict[str, Any],
    texts: dict[str, dict[str, Any]],
    from_where: dict[str, dict[str, Any]],
    coders: list[str],
) -> dict[str, Any]:
    """Words in their place, and the way from them to the line of the export file."""
    record = texts[segment["record_id"]]
    text, start, end = str(record[segment["field"]]), int(segment["start"]), int(segment["end"])
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    source = from_where[segment["record_id"]]
    return {
        "before": before if start <= _AROUND else "… " + before.partition(" ")[2],
        "words": segment["text"],
        "after": after if end + _AROUND >= len(text) else after.rpartition(" ")[0] + " …",
        "lang": shown["lang"],
        "place": shown["place"],
        "coded_by": coders[shown["by"] - 1],
        "title": str(record["title"]),
        **{key: source[key] for key in ("record_id", "file", "line", "sha256")},
    }
