"""Which records a card for coding knows, and which have come since it was opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from samsyn.review import Review

# what the records follow from, and which of them are included
_FILES = ("protocol.yaml", "sources/*", "decisions/duplicates/*.jsonl", "decisions/screening/*.jsonl")
Stamps = dict[Path, tuple[int, int]]


def stamps(review: Review, *patterns: str) -> Stamps:
    """Size and time of a review's files; by default of those that say which records are included.

    Examples
    --------
    >>> import tempfile
    >>> from samsyn import Review
    >>> review = Review.new(Path(tempfile.mkdtemp(), "review"))
    >>> [path.name for path in stamps(review)]
    ['protocol.yaml']
    """
    paths = [path for pattern in patterns or _FILES for path in sorted(review.folder.glob(pattern))]
    found = {path: path.stat() for path in paths}
    return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in found.items()}


def with_late(review: Review, records: pd.DataFrame) -> pd.DataFrame:
    """The records, and those included since; what was excluded meanwhile stays until it is opened again.

    Parameters
    ----------
    review : samsyn.Review
    records : DataFrame
        By record_id; the same object is returned where none has come.
    """
    included = review.included().set_index("record_id", drop=False)
    late = included[~included.index.isin(records.index)]
    if late.empty:
        return records
    return late if records.empty else pd.concat([records, late])
