"""Taguette's tables: its codebook (tag, description) and its highlights (id, document, tag, content).

Source: Taguette 1.5 (taguette.org); a tag below another is written "above.below". Taguette needs a byte order
mark to read Danish letters.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from coding_scheme.decisions import coding_decisions
from coding_scheme.qda_words import guid, id_of
from coding_scheme.qdc import LEFT_OUT_COLUMNS, Codebook, codebook_from, description_of, sketch
from coding_scheme.qdpx_reading import QdaProject
from coding_scheme.scheme import CodingScheme
from corpus.errors import ReviewError, UsageError
from corpus.files import csv_rows
from corpus.own_files import refuse_other_than_file
from corpus.records import records_frame
from corpus.table_writers import defused

_CODEBOOK = ("tag", "description")
_HIGHLIGHTS = ("id", "document", "tag", "content")
# Taguette's sign between a tag and one below it
_BELOW = "."


def write_taguette_codebook(scheme: CodingScheme, path: Path | str) -> None:
    """Write a coding scheme as a codebook that Taguette imports; retired codes are left out.

    Raises
    ------
    ReviewError
        When the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> trust = Code("trust", Wording("Trust", "Tillid"), Wording("To rely on others."))
    >>> scheme = CodingScheme("demo", Wording("Demo"), (Theme("ties", (trust,), Wording("Ties")),))
    >>> path = Path(tempfile.mkdtemp(), "codes.csv")
    >>> write_taguette_codebook(scheme, path)
    >>> path.read_text(encoding="utf-8-sig").splitlines()[:2]
    ['tag,description', 'Ties.Trust,"To rely on others.']
    >>> read_taguette_codebook(path).scheme.code("trust").label.da
    'Tillid'
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(_CODEBOOK)
    taken: set[str] = set()
    for theme in scheme.themes:
        above = _plain(theme.label.in_language("en") or theme.id)
        for code in theme.codes:
            if code.status == "retired":
                continue
            label = code.label.in_language("en") or code.id
            tag = f"{above}{_BELOW}{_plain(label)}"
            tag = tag if tag.casefold() not in taken else f"{tag} ({code.id})"
            taken.add(tag.casefold())
            writer.writerow([defused(tag), defused(description_of(code, tag.partition(_BELOW)[2]))])
    try:
        Path(path).write_text(written.getvalue(), encoding="utf-8-sig", newline="")
    except OSError as error:
        raise ReviewError(f"It cannot be written: {error.strerror}.", where=str(path)) from error


def read_taguette_codebook(path: Path | str) -> Codebook:
    """Read a codebook of Taguette, or any table with the columns tag and description, as a coding scheme.

    Raises
    ------
    UsageError
        When there is no such file or it has no such columns.
    """
    path = Path(path)
    rows = [row for row in _rows(path, _CODEBOOK[:1]) if row["tag"].strip()]
    tree: list[tuple[tuple[str, ...], str]] = [
        (tuple(part.strip() for part in row["tag"].split(_BELOW) if part.strip()), row.get("description", ""))
        for row in rows
    ]
    return codebook_from(sketch(tree), path.stem)


def is_highlights(path: Path | str) -> bool:
    """Whether a file is a table of highlights as Taguette exports it."""
    refuse_other_than_file(Path(path))
    try:
        header = Path(path).read_text(encoding="utf-8-sig", errors="replace").split("\n", 1)[0]
    except OSError:
        return False
    return tuple(name.strip().strip('"').lower() for name in header.split(",")) == _HIGHLIGHTS


def read_taguette_highlights(path: Path | str) -> QdaProject:
    """Read the highlights that Taguette exports as CSV: who made them it does not say.

    Returns
    -------
    QdaProject
        Each document is a record with its name as title and no abstract, since the table does not hold its
        text; each highlight a decision whose place is not known (start and end -1).

    Raises
    ------
    UsageError
        When there is no such file or it has other columns.
    """
    path = Path(path)
    rows = list(_rows(path, _HIGHLIGHTS))
    tagged = [row for row in rows if row["tag"].strip()]
    tags = sorted({row["tag"] for row in tagged})
    tree = [(tuple(part.strip() for part in tag.split(_BELOW) if part.strip()), "") for tag in tags]
    book = codebook_from(sketch(tree), path.stem)
    code_of = {tag: book.code_ids[guid("tag", *parts)] for tag, (parts, _) in zip(tags, tree, strict=True)}
    documents = list(dict.fromkeys(row["document"] for row in rows))
    segments: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in tagged:
        words = {"field": "abstract", "start": -1, "end": -1, "text": row["content"]}
        held = segments.setdefault((row["document"], code_of[row["tag"]]), [])
        if words not in held:
            held.append(words)
    lines = [
        {"type": "coding", "record_id": f"taguette:{id_of(document)}", "code_id": code_id, "value": "present",
         "round": "blind", "reading": 1, "segments": held}
        for (document, code_id), held in segments.items()
    ]  # fmt: skip
    bare = [row["content"] for row in rows if not row["tag"].strip()]
    left_out = [("highlight", words, "no tag was given to it") for words in bare]
    return QdaProject(
        path.stem,
        records_frame(
            [{"record_id": f"taguette:{id_of(name)}", "title": _stem(name)} for name in documents]
            or [{"record_id": ""}]
        ).iloc[: len(documents)],
        book.scheme,
        coding_decisions(lines),
        {},
        pd.DataFrame(left_out, columns=list(LEFT_OUT_COLUMNS)).astype("str"),
    )


def _rows(path: Path, wanted: tuple[str, ...]) -> Iterator[dict[str, str]]:
    refuse_other_than_file(path)
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    reader = csv_rows(io.StringIO(text.replace("\0", ""), newline=""))
    header = [name.strip().lower() for name in next(reader, [])]
    if missing := [name for name in wanted if name not in header]:
        raise UsageError(
            f"{path.name} has no column {missing[0]!r}.",
            next_step=f"Its columns: {', '.join(header) or 'none'}.",
        )
    for cells in reader:
        if any(cells):
            padded = [*cells, *[""] * len(header)][: len(header)]
            yield {name: _undefused(cell) for name, cell in zip(header, padded, strict=True)}


def _undefused(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\t\r") else cell


def _plain(label: str) -> str:
    """A label without the sign that would make a tag below another of it."""
    return label.replace(_BELOW, " ").strip()


def _stem(document: str) -> str:
    name = Path(document)
    return name.stem if name.suffix.lower() in (".txt", ".docx", ".pdf", ".html") else document
