"""From tables and figures to HTML, SVG and CSV; nothing is computed here."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from corpus.errors import ReviewError
from synthesis.references import slug
from synthesis.words import Words

if TYPE_CHECKING:
    from synthesis.evidence import Column, EvidenceTable
    from synthesis.figures import FlowFigure

# a cell that begins with one of these is a formula to a spreadsheet, the wide forms included
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBERS = ("number", "decimal", "percent")
# characters that no XML document may hold
NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# marks that turn the direction of what follows them; an SVG text has no isolation against them
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


@cache
def environment() -> Environment:
    """The templates of this room; everything that is not a template is escaped."""
    templates = Environment(
        loader=PackageLoader("synthesis"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    templates.filters["short_hash"] = short_hash
    templates.filters |= {"slug": slug, "runs": runs}
    templates.globals["is_missing"] = pd.isna
    return templates


def table_html(table: EvidenceTable) -> str:
    """A table as HTML that stands alone, as a notebook shows it."""
    words = Words(table.language)
    return environment().get_template("table.html.j2").render(table=table, say=words)


def flow_svg(figure: FlowFigure) -> str:
    """A flow diagram as an SVG document."""
    return drawing_svg("flow.svg.j2", figure)


def drawing_svg(template: str, figure: Any) -> str:
    """A figure that is laid out, as an SVG document that stands alone."""
    drawn = environment().get_template(template).render(figure=figure, inline=False)
    return _BIDI.sub("", NOT_XML.sub("\ufffd", drawn))


def table_csv(table: EvidenceTable) -> bytes:
    """A table as CSV: UTF-8 with a byte order mark (so that spreadsheets read Danish letters), LF line ends.

    A text cell that a spreadsheet would run as a formula gets an apostrophe in front. An undefined number is
    written as "undefined", in the table's language.

    Examples
    --------
    >>> from synthesis import Column, EvidenceTable
    >>> frame = pd.DataFrame({"finding": ["=1+1", "Trust"], "kappa": [float("nan"), -0.18]})
    >>> columns = (Column("finding", "Finding"), Column("kappa", "Kappa", "decimal"))
    >>> print(table_csv(EvidenceTable("t", "T", columns, frame)).decode("utf-8-sig"))
    Finding,Kappa
    '=1+1,undefined (no variation)
    Trust,-0.18
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([defused(column.heading) for column in table.columns])
    undefined = Words(table.language)("undefined")
    for row in table.rows():
        writer.writerow([_csv_cell(row[column.key], column, undefined) for column in table.columns])
    return out.getvalue().encode("utf-8-sig", "replace")


def write_all(folder: Path, files: dict[str, bytes]) -> list[Path]:
    """Write files into a folder, each whole or not at all, and return their paths.

    Raises
    ------
    ReviewError
        When a file cannot be written; what stood there before still stands.
    """
    written = []
    for name, data in files.items():
        path = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, half_written = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                Path(half_written).chmod(0o644)
                Path(half_written).replace(path)
            except BaseException:
                Path(half_written).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise ReviewError(
                f"{name} was not written: {error.strerror or error}.",
                where=str(path),
                next_step="Free some space or allow writing there, then render again.",
            ) from error
        written.append(path)
    return written


def short_hash(sha256: str) -> str:
    """A hash as people compare it: its 16 first and 4 last characters.

    Examples
    --------
    >>> short_hash("ec864fe99b539704aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaae6e5")
    'ec864fe99b539704…e6e5'
    """
    return sha256 if len(sha256) <= 20 else f"{sha256[:16]}…{sha256[-4:]}"


def runs(values: Iterable[Any]) -> list[tuple[Any, int]]:
    """Equal neighbours as one, with how many there are.

    Examples
    --------
    >>> runs([2.4, 2.4, 3.1])
    [(2.4, 2), (3.1, 1)]
    """
    return [(value, len(list(same))) for value, same in groupby(values)]


def _csv_cell(value: Any, column: Column, undefined: str) -> str:
    if column.kind in _NUMBERS:
        if pd.isna(value):
            return "" if column.kind == "number" else undefined
        return str(int(value)) if column.kind == "number" else f"{round(float(value), 6):g}"
    return defused("" if value is None else str(value))


def defused(text: str) -> str:
    """A text that a spreadsheet will not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
