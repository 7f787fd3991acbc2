"""Writing records: RIS, BibTeX, CSV, CSL-JSON and XLSX, by the suffix of the file."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from corpus.errors import UsageError
from corpus.records import as_records

_CSL_TYPES = {
    "JOUR": "article-journal",
    "BOOK": "book",
    "CHAP": "chapter",
    "THES": "thesis",
    "RPRT": "report",
    "CPAPER": "paper-conference",
}
_BIBTEX_TYPES = {
    "JOUR": "article",
    "BOOK": "book",
    "CHAP": "incollection",
    "THES": "phdthesis",
    "RPRT": "techreport",
    "CPAPER": "inproceedings",
}
_LATEX_SIGNS = {
    "\\": "{\\textbackslash}",
    "{": "{\\textbraceleft}",
    "}": "{\\textbraceright}",
    "~": "{\\textasciitilde}",
}
_RIS_TAGS = {
    "title": "TI", "abstract": "AB", "year": "PY", "journal": "T2", "volume": "VL", "issue": "IS",
    "doi": "DO", "issn": "SN", "isbn": "SN", "language": "LA", "url": "UR", "record_id": "AN", "notes": "N1",
}  # fmt: skip


def write_records(records: pd.DataFrame, path: str | Path) -> None:
    """Write records to a file whose suffix names the format: .ris .bib .csv .json (CSL-JSON) .xlsx.

    Columns that are not of the format (verdicts, codes) are written to CSV and XLSX as they are, and to RIS
    as keywords and notes if the caller put them there. Nothing is half-written: the file appears whole.

    Parameters
    ----------
    records : DataFrame
        With record columns; those that lack are taken as empty.
    path : str or Path

    Raises
    ------
    UsageError
        When the suffix is not known.

    Examples
    --------
    >>> records = pd.DataFrame({"record_id": ["wos:7"], "title": ["Time"], "year": [2019]})
    >>> file = Path(tempfile.mkdtemp(), "refs.ris")
    >>> write_records(records, file)
    >>> print(file.read_text(encoding="utf-8").strip())
    TY  - JOUR
    TI  - Time
    PY  - 2019
    AN  - wos:7
    ER  -
    """
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UsageError(
            f"{path.name}: the suffix {path.suffix!r} names no format that can be written.",
            next_step=f"Known: {', '.join(_WRITERS)}.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    os.close(handle)
    try:
        writer(as_records(records), Path(partial))
        Path(partial).chmod(0o644)
        Path(partial).replace(path)
    finally:
        Path(partial).unlink(missing_ok=True)


def defused(value: object) -> object:
    """A cell that a spreadsheet will not take for a formula.

    Examples
    --------
    >>> defused("=1+1"), defused("-5 per cent"), defused("Time"), defused(7)
    ("'=1+1", "'-5 per cent", 'Time', 7)
    """
    # an apostrophe that stands there already gets another, so that reading takes off the one that was added
    return f"'{value}" if isinstance(value, str) and re.match(r"'*[=+\-@\t\r]", value) else value


def _write_ris(records: pd.DataFrame, path: Path) -> None:
    lines = []
    for row in _filled(records):
        lines.append(f"TY  - {row.get('type', 'JOUR')}")
        for column, tag in _RIS_TAGS.items():
            if column in row:
                lines.append(f"{tag}  - {_one_line(row[column])}")
            if column == "title":
                lines += [f"AU  - {name}" for name in _parts(row.get("authors", ""))]
        first, _, last = str(row.get("pages", "")).partition("-")
        lines += [f"SP  - {first}"] if first else []
        lines += [f"EP  - {last}"] if last else []
        lines += [f"KW  - {word}" for word in _parts(row.get("keywords", ""))]
        lines += ["ER  - ", ""]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_bibtex(records: pd.DataFrame, path: Path) -> None:
    entries: list[str] = []
    keys: set[str] = set()
    for row in _filled(records):
        authors = " and ".join(_bibtex_name(name) for name in _parts(row.get("authors", "")))
        named = {
            "title": _latex(row.get("title")), "author": authors, "year": row.get("year"),
            "journal": _latex(row.get("journal")), "volume": _latex(row.get("volume")),
            "number": _latex(row.get("issue")),
            "pages": _latex(row.get("pages")).replace("-{}-", "-").replace("-", "--"),
            "doi": _address(row.get("doi")), "issn": row.get("issn"), "isbn": row.get("isbn"),
            "url": _address(row.get("url")), "abstract": _latex(row.get("abstract")),
            "keywords": _keywords(row.get("keywords")), "language": row.get("language"),
            "note": _latex(row.get("notes")),
        }  # fmt: skip
        key = re.sub(r"[^\w:.-]", "_", str(row["record_id"]))
        while key in keys:
            key += "_"
        keys.add(key)
        fields = "".join(f"  {name} = {{{value}}},\n" for name, value in named.items() if value)
        entries.append(f"@{_BIBTEX_TYPES.get(str(row.get('type')), 'article')}{{{key},\n{fields}}}\n")
    path.write_text("\n".join(entries), encoding="utf-8")


def _write_csl(records: pd.DataFrame, path: Path) -> None:
    items = []
    for row in _filled(records):
        item: dict[str, Any] = {
            "id": row["record_id"], "type": _CSL_TYPES.get(str(row.get("type")), "article-journal"),
            "title": row.get("title"), "abstract": row.get("abstract"), "container-title": row.get("journal"),
            "volume": row.get("volume"), "issue": row.get("issue"), "page": row.get("pages"),
            "DOI": row.get("doi"), "PMID": row.get("pmid"), "ISSN": row.get("issn"), "ISBN": row.get("isbn"),
            "keyword": row.get("keywords"), "language": row.get("language"), "URL": row.get("url"),
            "note": row.get("notes"),
        }  # fmt: skip
        item["author"] = [_csl_name(name) for name in _parts(row.get("authors", ""))]
        if "year" in row:
            item["issued"] = {"date-parts": [[int(row["year"])]]}
        items.append({name: value for name, value in item.items() if value})
    path.write_text(json.dumps(items, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_csv(records: pd.DataFrame, path: Path) -> None:
    records.drop(columns=["raw"]).map(defused).to_csv(
        path, index=False, encoding="utf-8", lineterminator="\n"
    )


def _write_xlsx(records: pd.DataFrame, path: Path) -> None:
    cells = records.drop(columns=["raw"]).astype(object).map(_for_a_sheet)
    cells.where(records.drop(columns=["raw"]).notna(), None).to_excel(path, index=False, sheet_name="records")


_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    ".ris": _write_ris, ".bib": _write_bibtex, ".csv": _write_csv, ".json": _write_csl, ".xlsx": _write_xlsx,
}  # fmt: skip


def _filled(records: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in records.to_dict("records"):
        yield {str(name): value for name, value in row.items() if not pd.isna(value) and value != ""}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in str(text).split(";") if part.strip()]


def _one_line(value: object) -> str:
    return " ".join(str(value).split())


def _latex(value: object) -> str:
    text = _one_line(value or "")
    written = re.sub(r"[\\{}~&%$#_]", lambda sign: _LATEX_SIGNS.get(sign.group(), f"\\{sign.group()}"), text)
    # two of these in a row are one typographic sign in LaTeX
    return re.sub(r"([-`'])(?=\1)", r"\1{}", written)


def _keywords(value: object) -> str:
    written = _latex(value)
    # a comma in the only keyword parts nothing
    return f"{written};" if "," in written and ";" not in written else written


def _address(value: object) -> str:
    """An identifier or address as it stands; what would break the entry as per cent signs and figures."""
    return re.sub(r"[\\{}\s]", lambda sign: f"%{ord(sign.group()):02X}", str(value or ""))


def _bibtex_name(name: str) -> str:
    """A name that BibTeX takes apart at the comma alone; a body's stays whole."""
    written = _latex(name)
    if "," not in name:
        return f"{{{written}}}"
    return ", ".join(f"{{{part}}}" if re.search(r"(?i)\b(and|others|family|given)\b", part) else part
                     for part in written.split(", "))  # fmt: skip


def _csl_name(name: str) -> dict[str, str]:
    family, comma, given = name.partition(",")
    return {"family": family.strip(), "given": given.strip()} if comma else {"literal": name}


def _for_a_sheet(value: object) -> object:
    # control characters and what is no character make a workbook unreadable
    strange = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    return defused(re.sub(strange, "", value)) if isinstance(value, str) else value
