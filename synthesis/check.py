"""An independent count of a finished report: from its files, its trace and the raw exports alone.

Nothing here comes from the code that made the tables, so a fault there cannot hide itself. What people
decided is counted anew by :func:`synthesis.check_decisions.decision_faults`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from synthesis.check_counts import table_faults
from synthesis.check_drawings import drawing_faults
from synthesis.check_files import file_faults
from synthesis.check_findings import link_faults, margin_faults, mark_faults, row_faults
from synthesis.check_flow import excluded_faults, flow_faults
from synthesis.check_judged import judgement_faults
from synthesis.check_links import link_faults_of_page
from synthesis.check_output import DAMAGED, Output
from synthesis.check_sources import log_faults, quotation_faults, source_faults
from synthesis.check_told import told_faults


def check_report(folder: Path | str, sources_folder: Path | str) -> list[str]:
    """What is wrong with a report, in words; an empty list when nothing is.

    Looked at: each file's sha256; each export file and the line each record begins on; each quotation at its
    offsets in its record; each mark, margin, cell and number of tables, drawings, text and lists, counted
    anew from the segments; the sums of the flow diagram; what people judged, and the ConQual scores; the
    same cells in page, CSV files, workbook and Word document.

    Parameters
    ----------
    folder : Path or str
        Holds ``trace.json`` and the files of the report beside it.
    sources_folder : Path or str
        Holds the export files.

    Examples
    --------
    >>> import tempfile
    >>> from synthesis import example_evidence, render_report
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = render_report(example_evidence(), folder)
    >>> check_report(folder, folder)
    ['scopus.ris is not among the sources. Put it back as it was downloaded.']
    """
    folder, sources_folder = Path(folder), Path(sources_folder)
    try:
        output = Output.read(folder)
    except (OSError, ValueError) as error:
        return [f"The report cannot be read: {error}. Make it anew: samsyn render"]
    faults: list[str] = []
    try:
        for fault in _faults(output, sources_folder):
            faults.append(fault)
    except (LookupError, TypeError, AttributeError, ArithmeticError) as error:
        faults.append(
            f"trace.json is not whole, or of another version of Samsyn: {type(error).__name__} {error}. "
            "Make the report anew: samsyn render"
        )
    except DAMAGED as error:
        faults.append(f"A file of the report cannot be read: {error}. Make it anew: samsyn render")
    return faults


def _faults(output: Output, sources_folder: Path) -> Iterator[str]:
    yield from source_faults(output.trace, sources_folder)
    yield from log_faults(output.trace, sources_folder)
    yield from quotation_faults(output.trace)
    yield from link_faults(output.trace)
    yield from row_faults(output)
    yield from mark_faults(output)
    yield from margin_faults(output)
    yield from flow_faults(output)
    yield from excluded_faults(output)
    yield from table_faults(output)
    yield from judgement_faults(output)
    yield from drawing_faults(output)
    yield from told_faults(output)
    yield from link_faults_of_page(output)
    yield from file_faults(output)
    yield from output.files()
