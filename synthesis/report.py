"""The report: one HTML page, its tables as CSV, the flow diagram as SVG, and the trace."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from synthesis.conduct import (
    agreement_table,
    excluded_at_full_text,
    references,
    search_log,
    unreadable_entries,
    unsettled_conflicts,
)
from synthesis.evidence import Evidence
from synthesis.evidence_rows import evidence_groups
from synthesis.figures import flow_figure
from synthesis.provenance import trace
from synthesis.rendering import environment, flow_svg, table_csv, write_all
from synthesis.sections import (
    header_facts,
    matrix_view,
    meanings,
    reference_views,
    require_same_studies,
    spark,
    theme_views,
)
from synthesis.stopping import stopping_table, stopping_view
from synthesis.studies import studies
from synthesis.tables import characteristics, evidence_table, theme_matrix
from synthesis.words import Words, own_language


def render_report(
    evidence: Evidence, folder: Path | str, *, language: str = "en", version: str | None = None
) -> list[Path]:
    """Write the report: ``report.html``, a CSV file of each table, ``flow.svg`` and ``trace.json``.

    The same evidence, language and version give the same bytes, whatever the machine's clock, time zone,
    locale or hash seed. Everything is built before anything is written.

    Parameters
    ----------
    evidence : Evidence
    folder : Path or str
        Made when missing; files of the same names are replaced, each at once.
    language : str
        "en" or "da"; the whole report is in it, but for quotations and what the review wrote in one language.
    version : str, optional
        Samsyn's version; that of the installed package by default.

    Returns
    -------
    list of Path
        The files written, report.html first.

    Raises
    ------
    ReviewError
        When a sum does not hold, words are not in the record they are quoted from, or a file cannot be
        written.
    UsageError
        When there is no report in that language.

    Source
    ------
    PRISMA 2020 (Page et al. 2021, doi 10.1136/bmj.n71), PRISMA-S (Rethlefsen et al. 2021).

    Examples
    --------
    >>> import tempfile
    >>> from synthesis import example_evidence
    >>> files = render_report(example_evidence(), tempfile.mkdtemp(), version="0.1.0")
    >>> [file.name for file in files]
    ['report.html', 'trace.json', 'flow.svg', 'characteristics.csv', 'matrix.csv', 'evidence.csv',
     'agreement.csv', 'conflicts.csv', 'search.csv', 'unreadable.csv', 'excluded.csv', 'references.csv',
     'stopping.csv']
    """
    words = Words(language)
    made_with = _installed_version() if version is None else version
    require_same_studies(evidence)
    tables = [
        build(evidence, language)
        for build in (characteristics, theme_matrix, evidence_table, agreement_table, unsettled_conflicts,
                      search_log, unreadable_entries, excluded_at_full_text, references)
    ]  # fmt: skip
    stopping = stopping_view(evidence, language)
    more = [stopping_table(evidence, language)] if stopping else []
    held = trace(evidence, version=made_with)
    figure = flow_figure(evidence.flow, evidence.protocol, language)
    script = _template_text("report.js")
    page = environment().get_template("report.html.j2").render(
        say=words,
        language=language,
        title=own_language(evidence.protocol.title, language),
        invented=own_language(evidence.protocol.invented, language),
        facts=header_facts(evidence, words, made_with),
        has_studies=len(studies(evidence)) > 0,
        has_coding=len(held["findings"]) > 0,
        table={table.id: table for table in [*tables, *more]},
        stopping=stopping,
        themes=theme_views(evidence, language),
        matrix=matrix_view(evidence, language),
        meanings=meanings(evidence, language),
        evidence_groups=evidence_groups(evidence, language),
        references=reference_views(evidence),
        spark=spark,
        confusions=[json.loads(text) for text in tables[3].frame["confusion_json"]],
        figure=figure,
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )  # fmt: skip
    return write_all(Path(folder), {
        "report.html": page.encode("utf-8", "replace"),
        "trace.json": _json(held),
        "flow.svg": flow_svg(figure).encode(),
        **{f"{table.id}.csv": table_csv(table) for table in [*tables, *more]},
    })  # fmt: skip


def _json(held: dict[str, Any]) -> bytes:
    return (json.dumps(held, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _template_text(name: str) -> str:
    return resources.files("synthesis").joinpath("templates", name).read_text(encoding="utf-8")


def _installed_version() -> str:
    try:
        return metadata.version("samsyn")
    except metadata.PackageNotFoundError:
        return ""
