"""The words behind a ranking: each term's share of a record's score, and where the terms stand in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from corpus.kept_features import let_go
from corpus.languages import names_a_subject

# so little of a score is nothing
_NOTHING = 1e-9


def shares(
    matrix: Any, row: int, weights: np.ndarray, terms: np.ndarray | Sequence[str]
) -> list[tuple[str, float]]:
    """The terms of a row and what each adds to its score, what spoke for it first.

    Parameters
    ----------
    matrix : sparse matrix (n_records, n_terms)
    row : int
    weights : array (n_terms,)
    terms : array or sequence of str (n_terms,)
    """
    begin, end = matrix.indptr[row], matrix.indptr[row + 1]
    columns = matrix.indices[begin:end]
    found = matrix.data[begin:end] * weights[columns]
    order = np.lexsort((columns, -found.round(9)))
    told = [(str(terms[columns[i]]), float(found[i])) for i in order if abs(found[i]) > _NOTHING]
    # of a file the system reads a megabyte around each row
    let_go(matrix.data, matrix.indices)
    return told


def in_words(found: Sequence[tuple[str, float]]) -> str:
    """The five words that name a subject and spoke most for a record, and the three most against it.

    Examples
    --------
    >>> in_words([("the", 0.5), ("trust", 0.4), ("steel", -0.2)])
    'for: trust; against: steel'
    """
    found = [each for each in found if names_a_subject(each[0])]
    spoke_for = [term for term, share in found[:5] if share > 0]
    against = [term for term, share in found[::-1][:3] if share < 0]
    words = [f"for: {', '.join(spoke_for)}"] if spoke_for else []
    words += [f"against: {', '.join(against)}"] if against else []
    return "; ".join(words)


def places_of(
    text: str, terms: Iterable[str], analyse: Callable[[str], Sequence[str]]
) -> list[tuple[int, int, str]]:
    """Where terms stand in a text: start and end (code points) and the term, in the order of the text.

    Parameters
    ----------
    text : str
    terms : iterable of str
        Of two that overlap the longer one counts.
    analyse : callable
        What makes terms of a text, as the ranking's (``CountVectorizer.build_analyzer()``).

    Examples
    --------
    >>> places_of("Trust, then trust funds.", ["trust", "trust funds"],
    ...           lambda word: [word.lower()])
    [(0, 5, 'trust'), (12, 23, 'trust funds')]
    """
    wanted = {tuple(term.split(" ")) for term in terms}
    longest = max(map(len, wanted), default=0)
    words, known = [], dict[str, str]()
    for found in re.finditer(r"\w+", text):
        plain = unicodedata.normalize("NFC", found.group())
        if plain not in known:
            # as the ranking writes the word; what it leaves out (one letter, say) breaks no term apart
            known[plain] = next(iter(analyse(plain)), "")
        if known[plain]:
            words.append((found.start(), found.end(), known[plain]))
    places, at = [], 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            term = tuple(word for _, _, word in words[at : at + length])
            if term in wanted:
                places.append((words[at][0], words[at + length - 1][1], " ".join(term)))
                at += length
                break
        else:
            at += 1
    return places
