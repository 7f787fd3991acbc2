"""Sources: export files kept exactly as downloaded, and what is said of each search (PRISMA-S).

``sources/`` holds the files; ``sources/sources.jsonl`` one line per file, and further ones where what is said
of its search was put right. Records are read from the files each time, so nothing that is kept can drift from
them.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corpus import journal
from corpus.chain import AFTER
from corpus.errors import ReviewError
from corpus.kept_readings import Counts, code_read, kept_counts, kept_reading
from corpus.languages import with_languages
from corpus.origins import DATABASES, PLATFORMS
from corpus.readers import read_records
from corpus.records import Reading, as_records, records_frame
from corpus.searches import SEARCH_COLUMNS, Search, as_lines, as_one, searches_of

SOURCE_COLUMNS = (
    "source_id", "file", "database", "platform", "kind", "date", "query", "limits", "hits_reported", "sha256",
    "format", "dialect", "encoding", "n_entries", "n_records", "n_unreadable", "n_new", "n_without_abstract",
    "n_warnings",
)  # fmt: skip

# what of an entry may be another in a later export of the same database
_SAID_OF_RECORDS = ("title", "abstract", "authors", "year", "journal", "volume", "issue", "pages", "doi")
_TEXTS_OF_SEARCH = ("database", "platform", "kind", "date", "query", "limits")


@dataclass(frozen=True)
class Collection:
    """All that the sources of a review hold.

    Attributes
    ----------
    records : DataFrame
        Every record of every source, in the order the sources were added (see ``corpus.records``).
    sources : DataFrame
        One row per source: source_id, file, database, platform, kind, date, query, limits, hits_reported,
        sha256, format, dialect, encoding, n_entries, n_records, n_unreadable, n_new (records that no earlier
        source of the same database brought), n_without_abstract, n_warnings.
    unreadable, warnings : DataFrame
        Columns source_id, line, why, raw; and source_id, line, what.
    searches : DataFrame
        One row per search: source_id, database, platform, kind, date, query, limits, hits_reported.
    """

    records: pd.DataFrame
    sources: pd.DataFrame
    unreadable: pd.DataFrame
    warnings: pd.DataFrame
    searches: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SEARCH_COLUMNS)))


def add_source(
    folder: Path,
    path: Path,
    search: Search | Sequence[Search],
    *,
    columns: Mapping[str, str] | None = None,
    read: Callable[..., Reading] = read_records,
    cache: Path | None = None,
) -> tuple[str, bool]:
    """Copy an export file into ``sources/`` and note its search; return its source_id and whether it is new.

    A file that is there already is not copied again; what is said of its search now, and was not said or
    said otherwise, counts from now on. Its records keep their ids, which the first database gave them.

    Parameters
    ----------
    folder : Path
        The review's ``sources`` folder.
    path : Path
        The export file; it is read before anything is written.
    search : Search or sequence of Search
        Where it comes from; several where one file holds the hits of several searches.
    columns : mapping of str -> str, optional
        Of a table with columns of its own: their names -> record columns; kept, so that the file is read the
        same way each time.
    read : callable, optional
        Reads the file in place of :func:`corpus.read_records`.
    cache : Path, optional
        Where readings are kept: what was read to be sure of the file need not be read again.

    Raises
    ------
    UsageError
        When the file is not an export of references, or the searches are of several kinds.
    """
    searches = [search] if isinstance(search, Search) else list(search)
    said = as_one(searches)
    reading = read(path, database=said["database"], columns=columns)
    sha256 = _sha256(path)
    for line in source_lines(folder):
        if line["sha256"] == sha256:
            _put_right(folder, line, searches)
            return str(line["source_id"]), False
    folder.mkdir(parents=True, exist_ok=True)
    source_id = _free_name(folder, path)
    partial = folder / f".{source_id}.partial"
    try:
        shutil.copyfile(path, partial)
        partial.replace(folder / source_id)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ReviewError(f"{path.name} was not added: {error.strerror}.", where=str(folder)) from error
    line = {
        "source_id": source_id,
        "sha256": sha256,
        "format": reading.format,
        "dialect": reading.dialect,
        **said,
        "database": said["database"] or reading.database or _own_database(reading) or Path(source_id).stem,
        "platform": said["platform"] or (reading.dialect if reading.dialect in PLATFORMS else ""),
        "n_entries": reading.n_entries,
        "n_records": len(reading.records),
        "n_unreadable": len(reading.unreadable),
    }
    if len(searches) > 1:
        line["searches"] = as_lines(searches)
    if columns:
        line["columns"] = dict(columns)
    if any((folder.parent / "decisions" / "screening").glob("*.jsonl")):
        line["after_screening_began"] = True
    journal.append_lines(folder / "sources.jsonl", [line])
    if cache is not None and (source_id, line["database"]) == (path.name, said["database"]):
        # read under the names that it keeps
        source_reading(folder, source_lines(folder)[-1], "", cache, lambda: _with_languages(reading))
    return source_id, True


def _put_right(folder: Path, line: Mapping[str, Any], searches: Sequence[Search]) -> None:
    """Note what is said of a source's searches and was not, or was said otherwise; the later line counts."""
    said = as_one(searches)
    # nothing said is no correction, and the usual kind is said by saying nothing
    told = {name: value for name, value in said.items() if value not in ("", None)}
    if told["kind"] == Search().kind:
        del told["kind"]
    corrected = {name: value for name, value in told.items() if value != line.get(name)}
    if not corrected:
        return
    if len(searches) > 1 or line.get("searches"):
        corrected["searches"] = as_lines(searches) if len(searches) > 1 else []
    if "database" in corrected:
        corrected["read_as"] = _read_as(line)
    kept = {name: value for name, value in line.items() if name not in ("journal_line", AFTER)}
    journal.append_lines(folder / "sources.jsonl", [{**kept, **corrected}])


def _read_as(line: Mapping[str, Any]) -> str:
    """The database that gives the records of a source their ids, whatever it is called since."""
    return str(line.get("read_as") or line["database"])


def added_later(folder: Path) -> set[str]:
    """The sources that were added when somebody had screened already, by their source_ids.

    Of sources that an earlier Samsyn added this is not known.
    """
    return {str(line["source_id"]) for line in source_lines(folder) if line.get("after_screening_began")}


def names_of_sources(folder: Path) -> list[str]:
    """For each source a hash of what is read of it: its bytes, what is said of it, the code that reads."""
    return [_name_of(folder, line) for line in source_lines(folder)]


def source_lines(folder: Path) -> list[dict[str, Any]]:
    """What ``sources.jsonl`` says of each source, in the order the sources were added; a later line counts.

    Raises
    ------
    ReviewError
        When a line does not say what each must say of a source.
    """
    lines = journal.read_lines(folder / "sources.jsonl")[0]
    for line in lines:
        searches = line.get("searches", [])
        is_sound = (
            all(isinstance(line.get(name), str) for name in ("source_id", "sha256", "database"))
            and isinstance(line.get("read_as", ""), str)
            and isinstance(line.get("columns"), dict | None)
            and isinstance(searches, list)
            and all(_is_search(search) for search in (line, *searches))
        )
        if not is_sound:
            raise ReviewError(
                "This line does not say what it must of a source.",
                where=f"sources/sources.jsonl line {line['journal_line']}",
                next_step="Put the file back from a copy, or take the line out and add the export again.",
            )
    # another file of the same name is another source
    return list({(line["source_id"], line["sha256"]): line for line in lines}.values())


def _is_search(said: Any) -> bool:
    return (
        isinstance(said, dict)
        and all(isinstance(said.get(name), str | None) for name in _TEXTS_OF_SEARCH)
        and isinstance(said.get("hits_reported"), int | None)
    )


def read_sources(
    folder: Path,
    *,
    progress: Callable[[Iterable], Iterable] = iter,
    cache: Path | None = None,
    names: Sequence[str] = (),
    reader: Callable[[Path, Sequence[Mapping[str, Any]]], Iterable[Reading]] | None = None,
) -> Collection:
    """Read every source of a review.

    Parameters
    ----------
    folder : Path
        The review's ``sources`` folder.
    progress : callable, optional
        Wraps the sources.
    cache : Path, optional
        A folder that may be deleted at any time: what was read of a large source is kept there, so that the
        others need not be read again when one is added.
    names : sequence of str, optional
        :func:`names_of_sources`, where they are known.
    reader : callable, optional
        Reads the sources of some lines, in their order, and tells their languages, in place of this machine.

    Raises
    ------
    ReviewError
        When a source file is missing.
    """
    frames, unreadable, warnings, counts = [], [], [], []
    seen: set[str] = set()
    lines = source_lines(folder)
    names = names or [""] * len(lines)
    here = (source_reading(folder, *told, cache) for told in zip(lines, names, strict=True))
    readings = reader(folder, lines) if reader else here
    for line, reading in zip(progress(lines), readings, strict=True):
        source_id, counted = str(line["source_id"]), Counts.of(reading)
        is_new = _are_new(counted.record_ids, seen)
        frames.append(reading.records if all(is_new) else reading.records[is_new])
        counts.append((counted, sum(is_new)))
        unreadable += [(source_id, entry.line, entry.why, entry.raw) for entry in reading.unreadable]
        warnings += [(source_id, warning.line, warning.what) for warning in reading.warnings]
    records = as_records(pd.concat(frames, ignore_index=True)) if frames else records_frame([])
    return Collection(
        records,
        _table(lines, counts),
        pd.DataFrame(unreadable, columns=["source_id", "line", "why", "raw"]),
        pd.DataFrame(warnings, columns=["source_id", "line", "what"]),
        searches_of(lines),
    )


def sources_table(folder: Path, names: Sequence[str], cache: Path) -> pd.DataFrame:
    """``Collection.sources``, without the texts of sources whose reading is kept in ``cache``.

    ``names`` are :func:`names_of_sources`.
    """
    counts = []
    seen: set[str] = set()
    lines = source_lines(folder)
    for line, name in zip(lines, names, strict=True):
        counted = kept_counts(source_path(folder, line), cache, name)
        counted = counted or Counts.of(source_reading(folder, line, name, cache))
        counts.append((counted, sum(_are_new(counted.record_ids, seen))))
    return _table(lines, counts)


def records_since(folder: Path, n_sources: int, names: Sequence[str], cache: Path) -> pd.DataFrame:
    """The records of the sources that were added after so many, as they stand there."""
    told = zip(source_lines(folder)[n_sources:], names[n_sources:], strict=True)
    frames = [source_reading(folder, line, name, cache).records for line, name in told]
    return as_records(pd.concat(frames, ignore_index=True)) if frames else records_frame([])


def differing_entries(
    folder: Path, line: Mapping[str, Any], records: pd.DataFrame, cache: Path | None = None
) -> int:
    """How many entries of a source say something else than those with the same ids that were read before it.

    They are not counted: the first entry of a record is the one that stands.

    Parameters
    ----------
    folder : Path
        The review's ``sources`` folder.
    line : mapping
        What ``sources.jsonl`` says of the source.
    records : DataFrame
        Every record of every source.
    cache : Path, optional
        Where readings are kept.
    """
    before = records[records["source_id"] != line["source_id"]].set_index("record_id")
    again = source_reading(folder, line, "", cache).records.drop_duplicates("record_id")
    again = again[again["record_id"].isin(before.index)].set_index("record_id")
    differs = pd.Series(False, index=again.index)
    for name in _SAID_OF_RECORDS:
        differs |= again[name].astype("str") != before.loc[again.index, name].astype("str")
    return int(differs.sum())


def _are_new(record_ids: np.ndarray, seen: set[str]) -> list[bool]:
    """Which records no earlier source brought; from now on these have."""
    # a set: asking a growing list for each record costs more with every source
    is_new = [name not in seen for name in record_ids]
    seen.update(record_ids)
    return is_new


def _table(lines: Sequence[Mapping[str, Any]], counts: Sequence[tuple[Counts, int]]) -> pd.DataFrame:
    rows = [
        {
            **line,
            "file": line["source_id"],
            "n_entries": counted.n_entries,
            "n_records": len(counted.record_ids),
            "n_unreadable": counted.n_unreadable,
            "n_new": n_new,
            "n_without_abstract": counted.n_without_abstract,
            "n_warnings": counted.n_warnings,
            "encoding": counted.encoding,
            "dialect": counted.dialect,
        }
        for line, (counted, n_new) in zip(lines, counts, strict=True)
    ]
    sources = pd.DataFrame(rows, columns=list(SOURCE_COLUMNS))
    sources["hits_reported"] = pd.to_numeric(sources["hits_reported"], errors="coerce").astype("Int64")
    return sources


def with_raw_entries(folder: Path, records: pd.DataFrame) -> pd.DataFrame:
    """Records with ``raw``: the entry as it stands in its source, which is read once more for it.

    Parameters
    ----------
    folder : Path
        The review's ``sources`` folder.
    records : DataFrame
        Unique records (with ``text_from``: the member whose words they carry) or records as imported.
    """
    names = records["text_from"] if "text_from" in records else records["record_id"]
    raw: dict[str, str] = {}
    for line in source_lines(folder):
        wanted = names[records["source_id"] == line["source_id"]]
        if wanted.empty:
            continue
        found = read_source(folder, line, keep_raw=True).records
        found = found[found["record_id"].isin(set(wanted))]
        raw |= dict(zip(found["record_id"], found["raw"], strict=True))
    return records.assign(raw=names.map(raw).astype(object).fillna("").astype("str"))


def uncounted_entries(sources: pd.DataFrame) -> list[str]:
    """Where the count identity does not hold, in words: entries = records + unreadable, per source."""
    read = sources["n_records"] + sources["n_unreadable"]
    return [
        f"sources/{row['file']} holds {row['n_entries']} entries, but {row['n_records']} records and "
        f"{row['n_unreadable']} unreadable entries were read"
        for row in sources[sources["n_entries"] != read].to_dict("records")
    ]


def changed_sources(folder: Path) -> list[str]:
    """What has happened to the source files since they were added, in words; nothing when all is well."""
    faults = []
    for line in source_lines(folder):
        source_id = str(line["source_id"])
        if not _is_there(folder, source_id):
            faults.append(f"sources/{source_id} is missing")
        elif _sha256(folder / source_id) != line["sha256"]:
            faults.append(f"sources/{source_id} is not the file that was added (its sha256 differs)")
    return faults


def _own_database(reading: Reading) -> str:
    return reading.dialect if reading.dialect in DATABASES else ""


def source_path(folder: Path, line: Mapping[str, Any]) -> Path:
    """Where the file of a source lies.

    Raises
    ------
    ReviewError
        When it is missing.
    """
    source_id = str(line["source_id"])
    if not _is_there(folder, source_id):
        raise ReviewError(
            f"The source {source_id} is missing.",
            where="sources",
            next_step="Put the file back; it is never rewritten by Samsyn.",
        )
    return folder / source_id


def _is_there(folder: Path, source_id: str) -> bool:
    # a review folder may come from a stranger: a source's name must not lead out of it, and may be too long
    with suppress(OSError):
        return Path(source_id).name == source_id and (folder / source_id).is_file()
    return False


def read_source(folder: Path, line: Mapping[str, Any], *, keep_raw: bool = False) -> Reading:
    """The records of a source, read as its line of ``sources.jsonl`` says; raises as :func:`source_path`."""
    path = source_path(folder, line)
    return read_records(path, database=_read_as(line), columns=line.get("columns"), keep_raw=keep_raw)


def source_reading(
    folder: Path,
    line: Mapping[str, Any],
    name: str = "",
    cache: Path | None = None,
    read: Callable[[], Reading] | None = None,
) -> Reading:
    """A source with the language of each record, from ``cache`` when it was read before.

    ``name`` is as of :func:`names_of_sources` where that is known; ``read()`` reads it in place of this
    process; raises as :func:`source_path`.
    """

    source_id = str(line["source_id"])
    read = read or (lambda: _with_languages(read_source(folder, line)))
    if cache is None or not _is_there(folder, source_id):
        return read()
    return kept_reading(folder / source_id, cache, lambda: name or _name_of(folder, line), read)


def _name_of(folder: Path, line: Mapping[str, Any]) -> str:
    said = json.dumps({key: line[key] for key in sorted(line)}, sort_keys=True)
    of_source = f"{said}\0{_sha256(source_path(folder, line))}\0{code_read()}"
    return hashlib.sha256(of_source.encode()).hexdigest()


def _with_languages(reading: Reading) -> Reading:
    return replace(reading, records=with_languages(reading.records))


def _free_name(folder: Path, path: Path) -> str:
    name = re.sub(r"[^\w.() -]", "_", path.name).lstrip(".") or "source"
    candidate, number = name, 2
    while (folder / candidate).exists() or candidate == "sources.jsonl":
        candidate = f"{Path(name).stem}-{number}{Path(name).suffix}"
        number += 1
    return candidate


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
