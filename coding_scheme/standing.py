"""How far a suggestion can be trusted, in a word: strong or possible."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coding_scheme.scheme import CodingScheme

STRONG, POSSIBLE = "strong", "possible"


def standings(suggestions: pd.DataFrame, scheme: CodingScheme) -> pd.Series:
    """Whether each suggestion is "strong" or only "possible".

    Strong are those that score at least the scheme's ``strong_from``. Its default, 0.5, was chosen on one
    half of judged suggestions and tried on the other (the code right for 11 of 13 strong, 16 of 29
    possible ones); ``python benchmarks/precision.py score`` prints both halves.

    Parameters
    ----------
    suggestions : DataFrame
        Column score (0 to 1).
    scheme : CodingScheme

    Returns
    -------
    Series of str
        "strong" or "possible", in the order and with the index of the suggestions.

    Examples
    --------
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), ())
    >>> standings(pd.DataFrame({"score": [0.5, 0.25]}), scheme).tolist()
    ['strong', 'possible']
    """
    words = np.where(suggestions["score"] >= scheme.strong_from, STRONG, POSSIBLE)
    return pd.Series(words, index=suggestions.index, dtype="str")
