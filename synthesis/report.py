"""The report: one HTML page, the same as a Word document, tables, drawings, references, and the trace."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from collections.abc import Collection
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from corpus.json_text import from_json
from synthesis.crate import CRATE, crate
from synthesis.evidence import Evidence
from synthesis.evidence_rows import quotation_languages
from synthesis.findings import MANY_REPORTS
from synthesis.judgements import require_whole
from synthesis.parts import PARTS
from synthesis.provenance import trace
from synthesis.reference_list import reference_files
from synthesis.rendering import environment, table_csv, write_all
from synthesis.sections import header_facts, require_same_studies, spark
from synthesis.studies import included_reports, studies
from synthesis.words import Words, own_language

FORMATS = ("html", "csv", "xlsx", "docx")


def render_report(
    evidence: Evidence,
    folder: Path | str,
    *,
    language: str = "en",
    version: str | None = None,
    formats: Collection[str] = FORMATS,
) -> list[Path]:
    """Write the report: page, Word document, tables, drawings, references, trace and the crate's metadata.

    ``report.html``, ``report.docx``, each table as CSV and all as sheets of ``tables.xlsx``, drawings as SVG,
    included and excluded references as BibTeX and RIS, ``trace.json``, ``ro-crate-metadata.json``.

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
    formats : collection of str
        Of "html", "csv", "xlsx" and "docx", those to write; the other files are always written.

    Returns
    -------
    list of Path
        The files written, report.html first.

    Raises
    ------
    ReviewError
        When a sum does not hold, words are not in the record they are quoted from, a level of
        confidence has no explanation, or a file cannot be
        written.
    UsageError
        When there is no report in that language, or no such format.

    Source
    ------
    PRISMA 2020 (Page et al. 2021, doi 10.1136/bmj.n71), PRISMA-S (Rethlefsen et al. 2021).

    Examples
    --------
    >>> import tempfile
    >>> from synthesis import example_evidence
    >>> files = render_report(example_evidence(), tempfile.mkdtemp(), version="0.1.0")
    >>> [file.name for file in files if file.suffix != ".csv"]
    ['report.html', 'trace.json', 'effect_direction.svg', 'gap_map.svg', 'flow.svg', 'tables.xlsx',
     'report.docx', 'references_included.bib', 'references_included.ris', 'references_excluded.bib',
     'references_excluded.ris', 'ro-crate-metadata.json']
    """
    words = Words(language)
    made_with = installed_version() if version is None else version
    evidence = dataclasses.replace(evidence, made_with=made_with)
    require_same_studies(evidence)
    require_whole(evidence.judgements)
    formats = _known(formats)
    by_part = {
        part.id: [one for build in part.tables if (one := build(evidence, language)) is not None]
        for part in PARTS
    }
    tables = {one.id: one for built in by_part.values() for one in built}
    views = {part.id: part.view(evidence, language) for part in PARTS}
    drawings = [part.drawings(evidence, language) for part in PARTS]
    held = trace(evidence, version=made_with, language=language)
    style, script = _compact("report.css"), _compact("report.js")
    title = own_language(evidence.protocol.title, language)
    invented = own_language(evidence.protocol.invented, language)
    facts = header_facts(evidence, words, made_with)
    files: dict[str, bytes] = {}
    if "html" in formats:
        template = environment().get_template("report.html.j2")
        page = template.render(
            say=words,
            language=language,
            title=title,
            invented=invented,
            facts=facts,
            is_large=len(included_reports(evidence)) > MANY_REPORTS,
            has_studies=len(studies(evidence)) > 0,
            has_coding=len(held["findings"]) > 0,
            parts=PARTS,
            table=tables,
            views=views,
            spark=spark,
            style=style,
            script=script,
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
        files["report.html"] = page.encode("utf-8", "replace")
    files["trace.json"] = _json(held)
    files |= {name: drawn.encode() for drawn_files in drawings for name, drawn in drawn_files.items()}
    if "csv" in formats:
        files |= {f"{one.id}.csv": table_csv(one) for one in tables.values()}
    if "xlsx" in formats:
        from synthesis.workbook import workbook  # noqa: PLC0415 (openpyxl loads slowly)

        as_of = evidence.latest_decision()
        files["tables.xlsx"] = workbook(
            list(tables.values()), title=title.text, as_of=as_of, language=language
        )
    if "docx" in formats:
        from synthesis.document import report_document  # noqa: PLC0415 (python-docx loads slowly)

        files["report.docx"] = report_document(
            evidence,
            [(part.id, part.is_listed, by_part[part.id], views[part.id]) for part in PARTS],
            title=title,
            invented=invented,
            facts=facts,
            language=language,
            quotation_languages=quotation_languages(evidence),
        )
    files |= reference_files(evidence)
    titles = {f"{one.id}.csv": one.title for one in tables.values()}
    files[CRATE] = crate(evidence, files, titles, language)
    former = _tables_and_drawings(Path(folder) / CRATE)
    written = write_all(Path(folder), files)
    for name in former - set(files):
        # a table of the report before this one would pass for one of this report
        (Path(folder) / name).unlink(missing_ok=True)
    return written


def _tables_and_drawings(path: Path) -> set[str]:
    """The names of those that the report before this one wrote, from its crate."""
    try:
        graph = from_json(path.read_text(encoding="utf-8"))["@graph"]
        names = {str(entity["@id"]) for entity in graph if entity.get("@type") == "File"}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return set()
    return {name for name in names if re.fullmatch(r"[a-z0-9_]+\.(csv|svg)", name)}


def _known(formats: Collection[str]) -> set[str]:
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        raise UsageError(
            f"There is no format {', '.join(unknown)}." if unknown else "No format is named.",
            next_step=f"Known: {', '.join(FORMATS)}.",
        )
    return set(formats)


def _json(held: dict[str, Any]) -> bytes:
    return (json.dumps(held, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _compact(name: str) -> str:
    """The page's style or script without what is for those who write it: comments and indents."""
    text = resources.files("synthesis").joinpath("templates", name).read_text(encoding="utf-8")
    return re.sub(r"\n\s*", "\n", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


def installed_version() -> str:
    """The version of the installed package; "" where it is not installed."""
    try:
        return metadata.version("samsyn")
    except metadata.PackageNotFoundError:
        return ""
