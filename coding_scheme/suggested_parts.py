"""Suggestions of the rules for many records: part by part, on several cores, and kept, so that work goes on.

Each record is read by itself, so that parts, workers and what was kept change nothing in the outcome.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from coding_scheme.languages_read import languages_read, unread_by_language
from coding_scheme.rules import COLUMNS, suggest
from coding_scheme.scheme import CodingScheme
from coding_scheme.word_memory import know, known
from corpus.kept_frames import keep_frame, kept_frame
from corpus.languages import READ_LANGUAGES
from corpus.side_by_side import side_by_side

# records in a part on average: some seconds of work, which is what an interruption costs; and at most so many
# times as many
PART, _LONGEST = 1_000, 3
# a process takes some seconds until it has its dictionaries; the first parts are read before there are others
_WORTH_A_WORKER, _ALONE = 8 * PART, 2
_READ = ("record_id", "title", "abstract", "language")
# suggestions, and the records of each language that is not read
Read = tuple[pd.DataFrame, dict[str, list[str]]]
_of_worker: list[tuple[CodingScheme, str]] = []


def suggest_in_parts(
    records: pd.DataFrame,
    scheme: CodingScheme,
    *,
    kept: Path | None = None,
    workers: int = 1,
    reader: Callable[[Sequence[pd.DataFrame], CodingScheme, str], Iterable[Read]] | None = None,
    language: str = "en",
    progress: Callable[[Iterable[Any]], Iterable[Any]] | None = None,
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """The suggestions of :func:`coding_scheme.suggest`, the same in every way, and what it cannot read.

    Parameters
    ----------
    records : DataFrame
        Columns record_id, title, abstract, language.
    scheme : CodingScheme
    kept : Path, optional
        A folder where each part's suggestions are kept as Parquet as soon as they are there, named by all
        that they follow from. It may be deleted at any time. Parts that are no longer asked for are removed.
    workers : int
        Processes at most; each has the dictionaries in memory.
    reader : callable, optional
        Reads parts in place of processes of this computer: gives :func:`read_part` of
        each, in their order.
    language : {"en", "da"}
        Of the reasons.
    progress : callable, optional
        Wraps the parts.

    Returns
    -------
    suggestions : DataFrame
        Columns as of :func:`coding_scheme.suggest`.
    unread : dict
        Language -> record_ids (:func:`coding_scheme.unread_languages`).
    """
    records = records.reindex(columns=list(_READ)).reset_index(drop=True)
    borders = [0, *_borders(records["record_id"]), len(records)]
    parts = [records.iloc[start:stop] for start, stop in pairwise(borders) if stop > start] or [records]
    names = [_name(part, scheme, language) if kept else "" for part in parts]
    found = {place: read for place, name in enumerate(names) if (read := _load(kept, name)) is not None}
    missing = [place for place in range(len(parts)) if place not in found]
    workers = min(workers, sum(len(parts[place]) for place in missing) // _WORTH_A_WORKER)
    read_by = reader if reader and missing else partial(_made, workers=workers)
    made = read_by([parts[place] for place in missing], scheme, language)
    for place, read in zip(progress(missing) if progress else missing, made, strict=True):
        found[place] = read
        if kept is not None:
            keep_frame(_path(kept, names[place]), names[place], read[0], read[1])
    if kept and missing:
        _remove_others(kept, set(names))
    every = pd.concat([found[place][0] for place in range(len(parts))], ignore_index=True)
    unread: dict[str, list[str]] = {}
    for place in range(len(parts)):
        for not_read, ids in found[place][1].items():
            unread.setdefault(not_read, []).extend(ids)
    order = ["record_id", "field", "start", "code_id"]
    return every.sort_values(order, kind="stable", ignore_index=True), unread


def _borders(record_ids: pd.Series) -> list[int]:
    """Where parts end: behind records that their id says, so that one more record changes one part only."""
    ends = pd.util.hash_array(record_ids.to_numpy(object), categorize=False) % np.uint64(PART) == 0
    borders, last = [], 0
    for border in (np.flatnonzero(ends) + 1).tolist():
        # by chance there may be none for long
        borders += [*range(last + _LONGEST * PART, border, _LONGEST * PART), border]
        last = border
    return borders + list(range(last + _LONGEST * PART, len(record_ids), _LONGEST * PART))


def _made(
    parts: Sequence[pd.DataFrame], scheme: CodingScheme, language: str, *, workers: int
) -> Iterator[Read]:
    """What is found in each part, in their order."""
    # most words are frequent ones, which stand in the first parts: read here, no worker has to learn them
    alone = parts if workers < 2 else parts[:_ALONE]
    for part in alone:
        yield read_part(part, scheme, language)
    if len(alone) < len(parts):
        languages = tuple(dict.fromkeys((*READ_LANGUAGES, *languages_read(scheme))))
        yield from side_by_side(
            _suggest_part,
            parts[len(alone) :],
            workers,
            begin=_begin,
            given=(scheme, language, known(languages), languages),
        )


def _begin(scheme: CodingScheme, language: str, words: Mapping[str, Any], languages: tuple[str, ...]) -> None:
    know(words, languages)
    _of_worker[:] = [(scheme, language)]


def _suggest_part(part: pd.DataFrame) -> Read:
    return read_part(part, *_of_worker[0])


def read_part(part: pd.DataFrame, scheme: CodingScheme, language: str) -> Read:
    """The suggestions for some records, and which of them cannot be read, by language."""
    return suggest(part, scheme, language=language), unread_by_language(part, scheme)


# --- what is kept ----------------------------------------------------------------------------------------


def _name(part: pd.DataFrame, scheme: CodingScheme, language: str) -> str:
    digest = hashlib.blake2b(f"{_rules_read()}\0{scheme.hash}\0{language}".encode(), digest_size=16)
    for column in _READ:
        said = json.dumps(["" if pd.isna(value) else str(value) for value in part[column]])
        digest.update(said.encode())
    return digest.hexdigest()


@cache
def _rules_read() -> str:
    """A hash of all that reads: the packages, and the code of this room and of the languages."""
    digest = hashlib.blake2b(digest_size=16)
    for package in ("spacy", "simplemma"):
        digest.update(f"{package} {version(package)}\0".encode())
    import corpus.languages  # noqa: PLC0415 (for its file)

    here = sorted(Path(__file__).parent.glob("*.py"), key=lambda path: path.name)
    for path in [*here, Path(corpus.languages.__file__)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


def _load(folder: Path | None, name: str) -> Read | None:
    found = kept_frame(_path(folder, name), name) if folder else None
    if found is None or tuple(found[0].columns) != COLUMNS:
        return None
    with suppress(ValueError, TypeError):
        unread = {str(language): [str(name) for name in ids] for language, ids in found[1].items()}
        return _typed(found[0]), unread
    return None


def _remove_others(folder: Path, names: set[str]) -> None:
    for path in folder.glob("*.parquet"):
        if path.stem not in names:
            with suppress(OSError):
                path.unlink()


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = {"start": "int64", "end": "int64", "score": "float64"}
    return frame.astype({column: numbers.get(column, "str") for column in COLUMNS})
