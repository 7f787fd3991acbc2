"""How far a suggestion can be trusted, in a word: strong or possible."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coding_scheme.scheme import CodingScheme

STRONG, POSSIBLE = "strong", "possible"


def standings(suggestions: pd.DataFrame, scheme: CodingScheme) -> pd.Series:
    """Whether each suggestion is "strong" or only "possible".

    Strong are those that score at least the scheme's ``strong_from``, of codes that may be strong at all
    (``never_strong`` is not set). How often they are right, ``python benchmarks/precision.py score`` prints.

    Parameters
    ----------
    suggestions : DataFrame
        Columns code_id and score (0 to 1).
    scheme : CodingScheme

    Returns
    -------
    Series of str
        "strong" or "possible", in the order and with the index of the suggestions.

    Examples
    --------
    >>> from coding_scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> codes = (Code("trust"), Code("breadth", never_strong=True))
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", codes),))
    >>> found = pd.DataFrame({"code_id": ["trust", "trust", "breadth"], "score": [0.5, 0.25, 0.7]})
    >>> standings(found, scheme).tolist()
    ['strong', 'possible', 'possible']
    """
    never = {code.id for code in scheme.codes if code.never_strong}
    strong = (suggestions["score"] >= scheme.strong_from) & ~suggestions["code_id"].isin(never)
    return pd.Series(np.where(strong, STRONG, POSSIBLE), index=suggestions.index, dtype="str")
