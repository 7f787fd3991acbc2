"""A report against the same report made anew: every file, byte for byte."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from corpus.json_text import from_json
from synthesis.check_output import DAMAGED
from synthesis.crate import CRATE
from synthesis.pictures import svg_png

_ZIPPED = (".xlsx", ".docx")


def formats_of(folder: Path, names: set[str]) -> list[str]:
    """Of which formats a report is, by the files that its crate names, else by those there."""
    there = names or {path.name for path in folder.iterdir()}
    by_file = {"html": "report.html", "xlsx": "tables.xlsx", "docx": "report.docx"}
    formats = [name for name, file in by_file.items() if file in there]
    return formats + ["csv"] * any(name.endswith(".csv") and name != "changes.csv" for name in there)


def unlike_anew(folder: Path, anew: Path, *, pictures: bool) -> list[str]:
    """The files of a report that are not what the review gives, in words; empty when all are.

    Parameters
    ----------
    folder : Path
        The report.
    anew : Path
        The same report, made anew from the review.
    pictures : bool
        Whether drawings can be made into PNG pictures here; where there are such pictures, they are compared
        too.

    Examples
    --------
    >>> import tempfile
    >>> from synthesis import example_evidence, render_report
    >>> one, other = (Path(tempfile.mkdtemp()) for _ in range(2))
    >>> for place in (one, other):
    ...     _ = render_report(example_evidence(), place, formats=["csv"])
    >>> unlike_anew(one, other, pictures=False)
    []
    >>> _ = (one / "flow.svg").write_bytes((one / "flow.svg").read_bytes() + b" ")
    >>> [fault.partition(":")[0] for fault in unlike_anew(one, other, pictures=False)]
    ['output/flow.svg is not what the review gives']
    """
    unlike = []
    for made in sorted(anew.iterdir()):
        there = folder / made.name
        if not there.is_file():
            unlike.append(f"output/{made.name} is gone")
        elif not _is_same(there, made):
            unlike.append(_altered(made.name))
    for picture in sorted(folder.glob("*.png")) if pictures else ():
        drawn = anew / f"{picture.stem}.svg"
        if drawn.exists() and svg_png(drawn.read_text(encoding="utf-8")) != picture.read_bytes():
            unlike.append(_altered(picture.name))
    return unlike


def _altered(name: str) -> str:
    why = "it was altered, or made with other versions of Python packages"
    return f"output/{name} is not what the review gives: {why}"


def _is_same(there: Path, made: Path) -> bool:
    if there.suffix in _ZIPPED:
        # how well they are packed differs by the packing library; the sha256 of the crate holds their bytes
        return _members(there) == _members(made)
    if made.name == CRATE:
        return there.read_bytes() == _with_sizes_of(made, there.parent)
    return there.read_bytes() == made.read_bytes()


def _members(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (OSError, *DAMAGED):
        return {}


def _with_sizes_of(crate: Path, folder: Path) -> bytes:
    """A crate with the size and hash that the packed files have in a folder."""
    held: dict[str, Any] = from_json(crate.read_text(encoding="utf-8"))
    for entity in held["@graph"]:
        path = folder / str(entity["@id"])
        if path.suffix in _ZIPPED and path.is_file():
            data = path.read_bytes()
            entity |= {"contentSize": str(len(data)), "sha256": hashlib.sha256(data).hexdigest()}
    return (json.dumps(held, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
