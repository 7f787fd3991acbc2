"""How likely two records are one report: points for each thing compared, from a file people can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

Score = Mapping[str, Any]


@lru_cache(1)
def shipped_score() -> Score:
    """The score that comes with Samsyn.

    ``score.json`` holds ``start`` and for each column of ``corpus.duplicates.compare`` that counts:
    ``edges``, values that part it into bins (a value on an edge belongs above it), and ``points``, one per
    bin. The points are coefficients of a logistic regression, in natural log odds; ``benchmarks/duplicates.py
    --learn`` computes them from labelled sets.
    """
    text = (files("corpus.duplicates") / "score.json").read_text(encoding="utf-8")
    score: Score = json.loads(text)
    return score


def bins(compared: pd.DataFrame, score: Score) -> dict[str, np.ndarray]:
    """Which bin each pair is in, for each column that counts."""
    return {
        name: np.searchsorted(part["edges"], compared[name].to_numpy(float), side="right")
        for name, part in score["columns"].items()
    }


def probabilities(compared: pd.DataFrame, score: Score) -> np.ndarray:
    """The probability, from 0 to 1, that the pairs are duplicates.

    Examples
    --------
    >>> score = {"start": -1.0, "columns": {"title": {"edges": [0.9], "points": [-3.0, 4.0]}}}
    >>> probabilities(pd.DataFrame({"title": [0.2, 1.0]}), score).round(3).tolist()
    [0.018, 0.953]
    """
    total = np.full(len(compared), float(score["start"]))
    for name, places in bins(compared, score).items():
        total += np.asarray(score["columns"][name]["points"], dtype=float)[places]
    return 1 / (1 + np.exp(-total))
