"""The features of a ranking, kept in files, so that the next process need not read every text again.

All of it follows from the texts, the settings and the installed packages, by which it is named; with the
files or without them the ranking is the same. Nothing in them is ever run. The matrix is not read into memory
but looked up in its files.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import mmap
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.json_text import from_json
from corpus.term_counts import Terms

# to be raised when the same texts would become other features
_FORM = "2"
_PARTS = ("data", "indices", "indptr", "keys")
# so many entries of the matrix are looked at at a time
_BLOCK = 8_000_000


def name_of_features(columns: Iterable[pd.Series], settings: Any, query: str) -> str:
    """What names the features: a hash of the texts in order, the settings, the query, and the packages.

    Parameters
    ----------
    columns : iterable of Series of str
        What the texts are made of.
    settings : object
        By its ``repr``.
    query : str

    Examples
    --------
    >>> columns = [pd.Series(["Trust", ""])], [pd.Series(["", "Trust"])]
    >>> name_of_features(columns[0], "", "") == name_of_features(columns[1], "", "")
    False
    """
    made_with = [_FORM, *(f"{package} {version(package)}" for package in ("numpy", "scipy", "scikit-learn"))]
    digest = hashlib.blake2b(json.dumps([made_with, repr(settings), query]).encode(), digest_size=16)
    for column in columns:
        digest.update(_hash_of_texts(column))
    return digest.hexdigest()


def _hash_of_texts(column: pd.Series) -> bytes:
    """Of the letters and the lengths, a million texts in a second."""
    letters, lengths = hashlib.blake2b(digest_size=16), hashlib.blake2b(digest_size=16)
    texts = pa.array(column, type=pa.large_string())
    for chunk in texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]:
        lengths.update(pc.fill_null(pc.binary_length(chunk), 0).to_numpy(zero_copy_only=False).tobytes())
        _, offsets, data = chunk.buffers()
        if data is not None:
            at = np.frombuffer(offsets, dtype=np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
            letters.update(memoryview(data)[int(at[0]) : int(at[-1])])
    return letters.digest() + lengths.digest()


@contextmanager
def being_kept(folder: Path, name: str) -> Iterator[Path]:
    """A folder to write the files of features into, which takes the place of what was kept when all is there.

    Parameters
    ----------
    folder : Path
        May be deleted at any time.
    name : str
        From :func:`name_of_features`.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder.with_name(f"{folder.name}.lock")):
        # under the lock nobody is at work: these are of a program that was stopped hard
        for left in folder.parent.glob(f"{folder.name}.*.unfinished"):
            shutil.rmtree(left, ignore_errors=True)
        # never half a folder under its name
        unfinished = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".unfinished", dir=folder.parent))
        try:
            yield unfinished
            files = {file: _hash(unfinished / file) for file in _files()}
            said = json.dumps({"name": name, "files": files})
            (unfinished / "features.json").write_text(said, encoding="utf-8")
            if folder.exists():
                shutil.rmtree(folder)
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def write_terms(folder: Path, terms: Terms) -> None:
    """Write the terms of features into their folder."""
    np.save(folder / "keys.npy", terms.keys, allow_pickle=False)
    pq.write_table(pa.table({"word": pa.array(terms.words, pa.large_string())}), folder / "words.parquet")


def load_features(folder: Path, name: str) -> tuple[Any, Terms] | None:
    """The matrix and its terms; None where there are none of this name, or a file is not as it was written.

    Parameters
    ----------
    folder : Path
    name : str
        From :func:`name_of_features`.

    Returns
    -------
    matrix : csr_matrix (n_rows, n_terms)
        Its numbers stay in the files.
    terms : Terms
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 (a second to load, and only ranking needs it)

    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, pa.ArrowException):
        said = from_json((folder / "features.json").read_text(encoding="utf-8"))
        if said["name"] != name or set(said["files"]) != set(_files()):
            return None
        if any(_hash(folder / file) != said["files"][file] for file in _files()):
            return None
        parts = {
            part: np.load(
                folder / f"{part}.npy",
                allow_pickle=False,
                mmap_mode="r" if part in ("data", "indices") else None,
            )
            for part in _PARTS
        }
        words = pq.read_table(folder / "words.parquet")["word"].to_numpy().astype(object)
        terms = Terms(words, parts["keys"])
        if not _holds(parts, len(words)):
            return None
        shape = (len(parts["indptr"]) - 1, max(1, len(terms)))
        return csr_matrix((parts["data"], parts["indices"], parts["indptr"]), shape=shape), terms
    return None


def _holds(parts: dict[str, np.ndarray], n_words: int) -> bool:
    """Whether no row, column or word lies outside: scipy looks at the ends of its arrays only."""
    indptr, keys, n = parts["indptr"], parts["keys"], len(parts["indices"])
    if len(indptr) == 0 or indptr[0] != 0 or indptr[-1] != n or n != len(parts["data"]):
        return False
    if (np.diff(indptr) < 0).any() or (np.diff(keys) <= 0).any():
        return False
    if len(keys) and not 0 <= keys[0] <= keys[-1] < n_words * (n_words + 1):
        return False
    for start in range(0, n, _BLOCK):
        some = parts["indices"][start : start + _BLOCK]
        if some.min() < 0 or some.max() >= max(1, len(keys)):
            return False
        let_go(parts["indices"])
    return True


def let_go(*arrays: np.ndarray) -> None:
    """Where arrays lie in files: let the memory go into which their numbers were read; they stay there."""
    for array in arrays:
        base: Any = array
        while base is not None and not isinstance(base, mmap.mmap):
            base = getattr(base, "base", None)
        if base is not None and hasattr(base, "madvise"):
            base.madvise(mmap.MADV_DONTNEED)


def give_back() -> None:
    """Give memory that is free back to the system, where allocators keep it for the next time."""
    pa.default_memory_pool().release_unused()
    # glibc's only; after many parts a third of what the process holds is free
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _files() -> list[str]:
    return [*(f"{part}.npy" for part in _PARTS), "words.parquet"]


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
