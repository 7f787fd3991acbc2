"""The report: one HTML page, its tables as CSV, the flow diagram as SVG, and the trace."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from synthesis.evidence import Evidence
from synthesis.parts import PARTS
from synthesis.provenance import trace
from synthesis.rendering import environment, table_csv, write_all
from synthesis.sections import header_facts, require_same_studies, spark
from synthesis.studies import studies
from synthesis.words import Words, own_language


def render_report(
    evidence: Evidence, folder: Path | str, *, language: str = "en", version: str | None = None
) -> list[Path]:
    """Write the report: ``report.html``, each table as CSV, each drawing as SVG, and ``trace.json``.

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
    ['report.html', 'trace.json', 'effect_direction.svg', 'gap_map.svg', 'flow.svg', 'matrix.csv',
     'effect_direction.csv', 'effect_direction_themes.csv', 'gap_map.csv', 'evidence.csv',
     'characteristics.csv', 'stopping.csv', 'agreement.csv', 'conflicts.csv', 'search.csv',
     'unreadable.csv', 'excluded.csv', 'references.csv']
    """
    words = Words(language)
    made_with = _installed_version() if version is None else version
    require_same_studies(evidence)
    built = (build(evidence, language) for part in PARTS for build in part.tables)
    tables = {table.id: table for table in built if table is not None}
    drawings = [part.drawings(evidence, language) for part in PARTS]
    held = trace(evidence, version=made_with)
    script = _template_text("report.js")
    template = environment().get_template("report.html.j2")
    page = template.render(
        say=words,
        language=language,
        title=own_language(evidence.protocol.title, language),
        invented=own_language(evidence.protocol.invented, language),
        facts=header_facts(evidence, words, made_with),
        has_studies=len(studies(evidence)) > 0,
        has_coding=len(held["findings"]) > 0,
        parts=PARTS,
        table=tables,
        views={part.id: part.view(evidence, language) for part in PARTS},
        spark=spark,
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return write_all(Path(folder), {
        "report.html": page.encode("utf-8", "replace"),
        "trace.json": _json(held),
        **{name: drawn.encode() for files in drawings for name, drawn in files.items()},
        **{f"{table.id}.csv": table_csv(table) for table in tables.values()},
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
