"""The features of a ranking, kept in files, so that the next process need not read every text again.

All of it follows from the texts, the settings and the installed packages, by which it is named; with the
files or without them the ranking is the same. Nothing in them is ever run.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# to be raised when the same texts would become other features
_FORM = "1"
_PARTS = ("data", "indices", "indptr")


def name_of_features(texts: Iterable[str], settings: Any, query: str) -> str:
    """What names the features: a hash of the texts in order, the settings, the query, and the packages.

    Examples
    --------
    >>> name_of_features(["Trust"], "tfidf", "") == name_of_features(["Trust."], "tfidf", "")
    False
    """
    made_with = [_FORM, *(f"{package} {version(package)}" for package in ("numpy", "scipy", "scikit-learn"))]
    digest = hashlib.blake2b(json.dumps([made_with, repr(settings), query]).encode(), digest_size=16)
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        # their lengths too, or two texts might share their border's letters
        digest.update(len(encoded).to_bytes(8, "little"))
        digest.update(encoded)
    return digest.hexdigest()


def save_features(folder: Path, name: str, matrix: Any, terms: Iterable[str]) -> None:
    """Keep a matrix and its terms in a folder, in place of what was kept there.

    Parameters
    ----------
    folder : Path
        May be deleted at any time.
    name : str
        From :func:`name_of_features`.
    matrix : csr_matrix (n_rows, n_terms)
    terms : iterable of str (n_terms,)
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # never half a folder under its name, even when two programs keep the same at once
    unfinished = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        for part in _PARTS:
            np.save(unfinished / f"{part}.npy", getattr(matrix, part), allow_pickle=False)
        pq.write_table(
            pa.table({"term": pa.array(list(terms), pa.large_string())}), unfinished / "terms.parquet"
        )
        files = sorted(path.name for path in unfinished.iterdir())
        said = {
            "name": name,
            "shape": list(matrix.shape),
            "files": {file: _hash(unfinished / file) for file in files},
        }
        (unfinished / "features.json").write_text(json.dumps(said), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def load_features(folder: Path, name: str) -> tuple[Any, np.ndarray] | None:
    """The matrix and its terms; None where there are none of this name, or a file is not as it was written.

    Parameters
    ----------
    folder : Path
    name : str
        From :func:`name_of_features`.

    Returns
    -------
    matrix : csr_matrix (n_rows, n_terms)
    terms : array of str (n_terms,)
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 (a second to load, and only ranking needs it)

    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, pa.ArrowException):
        said = json.loads((folder / "features.json").read_text(encoding="utf-8"))
        if said["name"] != name:
            return None
        wanted = {*(f"{part}.npy" for part in _PARTS), "terms.parquet"}
        if set(said["files"]) != wanted or any(
            _hash(folder / file) != said["files"][file] for file in wanted
        ):
            return None
        parts = {part: np.load(folder / f"{part}.npy", allow_pickle=False) for part in _PARTS}
        terms = pq.read_table(folder / "terms.parquet")["term"].to_numpy().astype(object)
        matrix = csr_matrix((parts["data"], parts["indices"], parts["indptr"]), shape=tuple(said["shape"]))
        # scipy looks at the ends of its three arrays only
        matrix.check_format(full_check=True)
        if matrix.shape[1] != len(terms):
            return None
        return matrix, terms
    return None


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
