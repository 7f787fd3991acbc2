"""The features of a ranking: its texts as weighed terms, made part by part so that memory stays bounded.

What comes out is what scikit-learn's TfidfVectorizer or CountVectorizer makes of all texts at once, whatever
the size of the parts and the number of workers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.format import header_data_from_array_1_0, write_array_header_1_0

from corpus.ranking_parts import RankingSettings
from corpus.side_by_side import side_by_side
from corpus.term_counts import Counted, Terms, count_terms, keys_of, merge_terms

# longer terms than of so many words are not counted here
LONGEST_COUNTED = 2
# texts in a part, and in how many a process of its own is worth its start
_PART = 10_000
_WORTH_A_WORKER = 3 * _PART
# so many texts are made at a time
_TEXTS_AT_ONCE = 1_000
Progress = Callable[[Iterable], Iterable]


def texts_of(records: pd.DataFrame) -> list[str]:
    """Title and abstract of each record as one text; å is one sign there, not an a and a ring."""
    return [unicodedata.normalize("NFC", text) for text in records["title"] + " " + records["abstract"]]


class Texts(Sequence[str]):
    """The texts of records (:func:`texts_of`), made when asked for, so that not all are in memory."""

    def __init__(self, records: pd.DataFrame) -> None:
        self.columns = records[["title", "abstract"]]

    def __len__(self) -> int:
        return len(self.columns)

    def __getitem__(self, which: Any) -> Any:
        if isinstance(which, slice):
            return texts_of(self.columns.iloc[which])
        return texts_of(self.columns.iloc[[which]])[0]

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), _TEXTS_AT_ONCE):
            yield from self[start : start + _TEXTS_AT_ONCE]


def read_features(
    texts: Sequence[str],
    settings: RankingSettings,
    query: str,
    *,
    folder: Path | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> tuple[Any, Terms]:
    """Weigh the terms of texts, and after them of the query, if there is one.

    Parameters
    ----------
    texts : sequence of str
        Sliced one part after the other.
    settings : RankingSettings
        With ``longest_term`` of one or two words.
    query : str
    folder : Path, optional
        Where the parts and then the matrix are written (``data.npy``, ``indices.npy``, ``indptr.npy``); the
        matrix is in memory otherwise.
    workers : int
        Processes at most; only with a folder.
    progress : callable, optional
        Wraps the parts.

    Returns
    -------
    matrix : csr_matrix (n_texts or one more, n_terms)
        Columns ascending in each row; one empty column where there are no terms.
    terms : Terms

    Examples
    --------
    >>> matrix, terms = read_features(["Trust in power", "Power"], RankingSettings(), "trust")
    >>> list(terms)
    ['in', 'in power', 'trust', 'trust in']
    >>> matrix.toarray().tolist()
    [[0.5, 0.5, 0.5, 0.5], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
    """
    longest, n_texts = settings.longest_term, len(texts)
    starts = range(0, n_texts, _PART)
    workers = min(workers, n_texts // _WORTH_A_WORKER) if folder is not None else 1
    jobs = ((texts[start : start + _PART], longest, _path(folder, start)) for start in starts)
    made = side_by_side(_count, jobs, workers)
    parts = [part for _, part in zip(progress(starts) if progress else starts, made, strict=True)]
    terms, n_with, columns = merge_terms(_looked_at(parts))
    kept = n_with <= settings.max_df * n_texts
    place = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    every = Terms(terms.words, terms.keys[kept])
    weigh = _weights(n_with[kept], n_texts, settings)
    asked = [weigh(_query_counts(query, terms, place, longest))] if query else []
    n_entries = int(n_with[kept].sum()) + sum(block.nnz for block in asked)
    of_parts = zip(parts, [place[of_part] for of_part in columns], strict=True)
    if progress:
        of_parts = zip(parts, progress([place[of_part] for of_part in columns]), strict=True)
    blocks = chain((weigh(_counts(part, of_part)) for part, of_part in of_parts), asked)
    return _joined(blocks, (n_texts + len(asked), max(1, len(every))), n_entries, folder), every


def features_of_ones_own(transformer: Any, texts: Sequence[str], query: str) -> tuple[Any, np.ndarray | None]:
    """The features that a transformer makes of texts, and after them of the query, if there is one.

    Parameters
    ----------
    transformer : transformer of scikit-learn
    texts : sequence of str
    query : str

    Returns
    -------
    matrix : array or csr_matrix (n_texts or one more, n_features)
    terms : array of str (n_features,), or None
        Where the transformer counts terms.
    """
    from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415 (a second to load, and only learning needs it)
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415 (as above)

    terms = None
    try:
        matrix = transformer.fit_transform(list(texts))
    except ValueError:
        if not isinstance(transformer, CountVectorizer):
            raise
        # no term is left: titles without a word
        return csr_matrix((len(texts) + bool(query), 1)), None
    if isinstance(transformer, CountVectorizer):
        terms = transformer.get_feature_names_out()
        # terms stand as they were first met; in order, a row's sums hang on itself alone
        matrix.sort_indices()
    if not query:
        return matrix, terms
    asked = transformer.transform([query])
    # each term's column, which nothing asks for any more: a fifth of the memory
    vars(transformer).pop("vocabulary_", None)
    if isinstance(matrix, np.ndarray):
        return np.vstack([matrix, asked]), terms
    return csr_matrix(vstack([matrix, asked])), terms


def _count(job: tuple[Sequence[str], int, Path | None]) -> Counted | Path:
    texts, longest, path = job
    counted = count_terms(texts, longest)
    if path is None:
        return counted
    words = np.frombuffer("\n".join(counted.words).encode("utf-8", "surrogatepass"), dtype=np.uint8)
    rest = {"keys": counted.keys, "indptr": counted.indptr, "columns": counted.columns}
    np.savez(path, words=words, counts=counted.counts, allow_pickle=False, **rest)
    return path


def _path(folder: Path | None, start: int) -> Path | None:
    return None if folder is None else folder / f"part_{start}.npz"


def _counted(part: Counted | Path) -> Counted:
    if isinstance(part, Counted):
        return part
    with np.load(part, allow_pickle=False) as kept:
        words = kept["words"].tobytes().decode("utf-8", "surrogatepass")
        names = ("keys", "indptr", "columns", "counts")
        return Counted(words.split("\n") if words else [], *(kept[name] for name in names))


def _looked_at(parts: Sequence[Counted | Path]) -> Iterator[tuple[list[str], np.ndarray, np.ndarray]]:
    """Of each part the words, the terms, and in how many texts each is."""
    for part in parts:
        counted = _counted(part)
        n_with = np.bincount(counted.columns, minlength=len(counted.keys)).astype(np.int32)
        yield counted.words, counted.keys, n_with


def _counts(part: Counted | Path, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts, columns and row borders of a part in the columns of all; left out where these are -1."""
    counted = _counted(part)
    if isinstance(part, Path):
        part.unlink()
    here = columns[counted.columns]
    stays = here >= 0
    before = np.concatenate([[0], np.cumsum(stays)]).astype(np.int32)
    return counted.counts[stays], here[stays], before[counted.indptr]


def _query_counts(
    query: str, terms: Terms, place: np.ndarray, longest: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the query, those terms that the texts have."""
    counted = count_terms([query], longest)
    n_words, n_all = len(counted.words), len(terms.words)
    at = np.searchsorted(terms.words, np.array(counted.words, dtype=object)) if n_words else np.zeros(0, int)
    there = [row < n_all and terms.words[row] == word for row, word in zip(at, counted.words, strict=True)]
    number = np.array([-1, *np.where(there, at, -2)], dtype=np.int64)
    first, second = np.divmod(counted.keys, n_words + 1)
    keys = keys_of(number[first + 1], number[second], n_all)
    keys[(number[first + 1] == -2) | (number[second] == -2)] = -1
    column = np.minimum(np.searchsorted(terms.keys, keys), max(0, len(terms.keys) - 1))
    known = terms.keys[column] == keys if len(terms.keys) else np.zeros(len(keys), dtype=bool)
    columns = np.where(known, place[column], -1) if len(place) else np.full(len(keys), -1)
    stays = columns[counted.columns] >= 0
    borders = np.array([0, stays.sum()], dtype=np.int32)
    return counted.counts[stays], columns[counted.columns][stays].astype(np.int32), borders


def _weights(
    n_with: np.ndarray, n_texts: int, settings: RankingSettings
) -> Callable[[tuple[np.ndarray, np.ndarray, np.ndarray]], Any]:
    """What makes counts into features."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 (a second to load, and only ranking needs it)
    from sklearn.feature_extraction.text import TfidfTransformer  # noqa: PLC0415 (as above)

    n_terms = len(n_with)
    transformer = TfidfTransformer(sublinear_tf=True)
    # as TfidfTransformer.fit has it of all records at once
    transformer.idf_ = np.log((n_texts + 1.0) / (n_with + 1.0)) + 1.0
    transformer.n_features_in_ = n_terms

    def weigh(counted: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Any:
        counts, columns, borders = counted
        shape = (len(borders) - 1, max(1, n_terms))
        matrix = csr_matrix((counts.astype(np.float64), columns, borders), shape=shape)
        if settings.features == "terms" or not n_terms:
            matrix.data[:] = 1.0
            return matrix
        return transformer.transform(matrix, copy=False)

    return weigh


def _joined(blocks: Iterable[Any], shape: tuple[int, int], n_entries: int, folder: Path | None) -> Any:
    """The rows of all blocks as one matrix, in memory or in files."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 (a second to load, and only ranking needs it)

    whole = np.int32 if n_entries < np.iinfo(np.int32).max else np.int64
    indptr, row, at = np.zeros(shape[0] + 1, dtype=whole), 0, 0
    arrays = {"data": np.empty(0), "indices": np.empty(0, dtype=whole)}
    with ExitStack() as files:
        if folder is None:
            arrays = {name: np.empty(n_entries, dtype=array.dtype) for name, array in arrays.items()}
        else:
            written = {name: files.enter_context((folder / f"{name}.npy").open("wb")) for name in arrays}
            for name, array in arrays.items():
                said = {**header_data_from_array_1_0(array), "shape": (n_entries,)}
                write_array_header_1_0(written[name], said)
        for block in blocks:
            indptr[row + 1 : row + 1 + block.shape[0]] = at + block.indptr[1:].astype(whole)
            for name, array in arrays.items():
                numbers = getattr(block, name).astype(array.dtype, copy=False)
                if folder is None:
                    array[at : at + block.nnz] = numbers
                else:
                    numbers.tofile(written[name])
            row, at = row + block.shape[0], at + block.nnz
    if folder is not None:
        np.save(folder / "indptr.npy", indptr, allow_pickle=False)
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in arrays}
    return csr_matrix((arrays["data"], arrays["indices"], indptr), shape=shape)
