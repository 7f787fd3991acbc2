"""How far people agree: per cent, Cohen's and Fleiss' kappa, Gwet's AC1, Krippendorff's alpha."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

import numpy as np
import pandas as pd

from corpus.errors import UsageError

Level = Literal["nominal", "ordinal", "interval", "ratio"]
NO_VARIATION = "undefined (no variation)"
NO_PAIRS = "undefined (no unit was judged by two people)"
Matrix = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Agreement:
    """What :func:`agreement` measured; NaN is undefined, and ``notes`` say why.

    Attributes
    ----------
    coders : tuple of str
    n_units : int
        Units judged by at least two people.
    percent : float
        Share of agreeing pairs of judgements, 0 to 1.
    cohen_kappa : float
        NaN unless there are exactly two coders.
    ac1, fleiss_kappa, krippendorff_alpha : float
        ``fleiss_kappa`` is NaN unless each unit was judged equally often.
    alpha_interval, kappa_interval : tuple of float
        95 % bootstrap intervals of alpha and of Cohen's kappa.
    confusion : DataFrame
        Counts of value by value: first by second coder; with more coders pairable values (coincidences).
    level : str
    notes : tuple of str
    """

    coders: tuple[str, ...]
    n_units: int
    percent: float
    cohen_kappa: float
    ac1: float
    fleiss_kappa: float
    krippendorff_alpha: float
    alpha_interval: tuple[float, float]
    kappa_interval: tuple[float, float]
    confusion: pd.DataFrame
    level: str = "nominal"
    notes: tuple[str, ...] = field(default=())

    @property
    def n_coders(self) -> int:
        """How many people judged."""
        return len(self.coders)

    def _repr_html_(self) -> str:
        low, high = self.alpha_interval
        alpha = f"{_shown(self.krippendorff_alpha)} [{_shown(low)}, {_shown(high)}]"
        low, high = self.kappa_interval
        kappa = f"{_shown(self.cohen_kappa)} [{_shown(low)}, {_shown(high)}]"
        rows = [
            ("Coders", escape(", ".join(self.coders))),
            ("Units judged by two or more", str(self.n_units)),
            ("Agreement", _shown(self.percent)),
            ("Cohen’s kappa", kappa),
            ("Gwet’s AC1", _shown(self.ac1)),
            ("Fleiss’ kappa", _shown(self.fleiss_kappa)),
            (f"Krippendorff’s alpha ({self.level})", alpha),
        ]  # fmt: skip
        body = "".join(f"<tr><th scope='row'>{name}</th><td>{value}</td></tr>" for name, value in rows)
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"<table><caption>Agreement</caption><tbody>{body}</tbody></table>{notes}"


def agreement(
    frame: pd.DataFrame, *, level: Level = "nominal", seed: int = 1, n_bootstrap: int = 1000
) -> Agreement:
    """Measure the agreement of two or more people.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, coder, value; one row per judgement, no row where somebody did not judge. An optional
        column group (for instance the record) names what the bootstrap draws; without it, units are drawn.
    level : str
        "nominal", "ordinal", "interval" or "ratio"; all but nominal need numbers.
    seed, n_bootstrap : int
        For the intervals of alpha and kappa.

    Returns
    -------
    Agreement

    Raises
    ------
    UsageError
        When a column lacks, a person judged a unit twice, or values are not numbers where they must be.

    Notes
    -----
    Alpha: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; intervals are the percentile
    bootstrap over groups. AC1: Gwet (2008), for any number of coders and missing judgements (2014, ch. 2 and
    5).

    Examples
    --------
    >>> values = {"ann": "aabbdccceddae"[:12], "bo": "babbbcccedddd"[:12]}
    >>> rows = [(unit, coder, value) for coder, row in values.items() for unit, value in enumerate(row)]
    >>> frame = pd.DataFrame(rows, columns=["unit", "coder", "value"])
    >>> measured = agreement(frame)
    >>> measured.n_units, round(measured.percent, 3), round(measured.krippendorff_alpha, 3)
    (12, 0.75, 0.692)
    >>> agreement(frame[frame["value"] == "zz"]).notes
    ('undefined (no unit was judged by two people)',)
    """
    lacking = {"unit", "coder", "value"} - set(frame.columns)
    if lacking:
        raise UsageError(
            f"The frame lacks the column {', '.join(sorted(lacking))}.",
            next_step="It needs unit, coder and value.",
        )
    if level not in {"nominal", "ordinal", "interval", "ratio"}:
        raise UsageError(f"Unknown level {level!r}.", next_step="Known: nominal, ordinal, interval, ratio.")
    judged = frame[frame["value"].notna()]
    if judged.duplicated(["unit", "coder"]).any():
        twice = judged[judged.duplicated(["unit", "coder"])].iloc[0]
        raise UsageError(
            f"{twice['coder']} judged unit {twice['unit']} twice.",
            next_step="Keep one row per unit and coder.",
        )
    judged = judged[judged.groupby("unit")["coder"].transform("size") >= 2]
    coders = tuple(sorted({str(coder) for coder in frame["coder"]}))
    if judged.empty:
        nan = float("nan")
        none = (nan, nan)
        return Agreement(coders, 0, nan, nan, nan, nan, nan, none, none, pd.DataFrame(), level, (NO_PAIRS,))
    labels = sorted(judged["value"].unique())
    scale = _scale(labels, level)
    counts = _counts(judged, labels)
    groups = judged.drop_duplicates("unit").set_index("unit")["group" if "group" in judged else "coder"]
    keys = counts.index if "group" not in judged else groups.loc[counts.index]
    coincidences = _coincidences(counts.to_numpy(dtype=float))
    varied = len(labels) > 1
    alpha = _alpha(coincidences.sum(axis=0)[None], scale, level)[0] if varied else float("nan")
    group = np.asarray(pd.factorize(keys)[0])
    interval = _interval(coincidences, group, lambda drawn: _alpha(drawn, scale, level), seed, n_bootstrap)
    pair = _pair(judged, labels) if judged["coder"].nunique() == 2 else None
    has_kappa = pair is not None and varied and len(coders) == 2
    kappa_interval = (float("nan"), float("nan"))
    if has_kappa:
        kappa_interval = _interval(_each_pair(judged, labels), group, _kappas, seed, n_bootstrap)
    return Agreement(
        coders=coders,
        n_units=len(counts),
        percent=_percent(counts.to_numpy(dtype=float)),
        cohen_kappa=_kappa(judged) if has_kappa else float("nan"),
        ac1=_ac1(counts.to_numpy(dtype=float)) if varied else float("nan"),
        fleiss_kappa=_fleiss(counts.to_numpy(dtype=float)) if varied else float("nan"),
        krippendorff_alpha=float(alpha),
        alpha_interval=interval if varied else (float("nan"), float("nan")),
        kappa_interval=kappa_interval,
        confusion=pair
        if pair is not None
        else pd.DataFrame(coincidences.sum(axis=0), index=labels, columns=labels),
        level=level,
        notes=() if varied else (NO_VARIATION,),
    )


def _scale(labels: list[Any], level: str) -> Matrix:
    if level == "nominal":
        return np.arange(len(labels), dtype=float)
    try:
        return np.array([float(label) for label in labels])
    except (TypeError, ValueError):
        raise UsageError(
            f"The level {level} needs numbers; found {labels[0]!r}.",
            next_step="Give each category its number.",
        ) from None


def _counts(judged: pd.DataFrame, labels: list[Any]) -> pd.DataFrame:
    """Units by values: how many people gave the unit that value."""
    return pd.crosstab(judged["unit"], judged["value"]).reindex(columns=labels, fill_value=0)


def _coincidences(counts: Matrix) -> Matrix:
    """For each unit the matrix of pairable values (Krippendorff 2011, step B3): units x values x values."""
    people = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(counts.shape[1])
    pairs[:, diagonal, diagonal] -= counts
    return np.asarray(pairs / (people - 1)[:, None, None])


def _alpha(coincidences: Matrix, scale: Matrix, level: str) -> Matrix:
    """Alpha of each of many coincidence matrices (first axis); NaN where nothing varies."""
    totals = coincidences.sum(axis=2)
    n = totals.sum(axis=1)
    distance = _distances(totals, scale, level)
    observed = (coincidences * distance).sum(axis=(1, 2)) / n
    expected = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2)) / (n * (n - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(expected > 0, 1 - observed / expected, np.nan))


def _distances(totals: Matrix, scale: Matrix, level: str) -> Matrix:
    """Squared differences of each pair of values."""
    one, other = scale[:, None], scale[None, :]
    if level == "nominal":
        return (one != other).astype(float)[None]
    if level == "interval":
        return ((one - other) ** 2)[None]
    if level == "ratio":
        total = np.where(one + other == 0, 1, one + other)
        return (((one - other) / total) ** 2)[None]
    # ordinal: how many judgements lie between two ranks, half of those at the ends
    below = np.cumsum(totals, axis=1) - totals / 2
    return np.asarray((below[:, :, None] - below[:, None, :]) ** 2)


def _interval(
    by_unit: Matrix, group: Any, measure: Callable[[Matrix], Matrix], seed: int, n_bootstrap: int
) -> tuple[float, float]:
    """Percentile bootstrap over groups of what is measured on the sum of the units' matrices."""
    n_groups = int(group.max()) + 1
    by_group = np.zeros((n_groups, *by_unit.shape[1:]))
    np.add.at(by_group, group, by_unit)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=n_bootstrap)
    values = measure(np.einsum("bg,gij->bij", drawn.astype(float), by_group))
    values = values[~np.isnan(values)]
    if n_groups < 2 or not len(values):
        return float("nan"), float("nan")
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _percent(counts: Matrix) -> float:
    people = counts.sum(axis=1)
    return float(((counts * (counts - 1)).sum(axis=1) / (people * (people - 1))).mean())


def _ac1(counts: Matrix) -> float:
    share = (counts / counts.sum(axis=1, keepdims=True)).mean(axis=0)
    by_chance = float((share * (1 - share)).sum() / (len(share) - 1))
    return (_percent(counts) - by_chance) / (1 - by_chance)


def _fleiss(counts: Matrix) -> float:
    people = counts.sum(axis=1)
    if (people != people[0]).any():
        return float("nan")
    by_chance = float(((counts.sum(axis=0) / counts.sum()) ** 2).sum())
    return (_percent(counts) - by_chance) / (1 - by_chance)


def _pair(judged: pd.DataFrame, labels: list[Any]) -> pd.DataFrame:
    wide = judged.pivot(index="unit", columns="coder", values="value").sort_index(axis=1)
    first, second = wide.columns
    table = pd.crosstab(wide[first], wide[second]).reindex(index=labels, columns=labels, fill_value=0)
    return table.rename_axis(index=first, columns=second)


def _kappa(judged: pd.DataFrame) -> float:
    from sklearn.metrics import cohen_kappa_score  # noqa: PLC0415 (slow to import, seldom needed)

    wide = judged.pivot(index="unit", columns="coder", values="value").sort_index(axis=1)
    labels = pd.factorize(wide.to_numpy().ravel(), sort=True)[0].reshape(wide.shape)
    return float(cohen_kappa_score(labels[:, 0], labels[:, 1]))


def _each_pair(judged: pd.DataFrame, labels: list[Any]) -> Matrix:
    """For each unit, in their order, a one where the first person's value (row) meets the second's."""
    wide = judged.pivot(index="unit", columns="coder", values="value").sort_index(axis=1)
    place = {label: number for number, label in enumerate(labels)}
    first, second = (wide[coder].map(place).to_numpy(dtype=int) for coder in wide.columns)
    table = np.zeros((len(wide), len(labels), len(labels)))
    table[np.arange(len(wide)), first, second] = 1
    return table


def _kappas(tables: Matrix) -> Matrix:
    """Cohen's kappa of each of many tables (first axis); NaN where nothing varies."""
    n = tables.sum(axis=(1, 2))
    observed = np.trace(tables, axis1=1, axis2=2) / n
    expected = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / n**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(expected < 1, (observed - expected) / (1 - expected), np.nan))


def _shown(value: float) -> str:
    return "undefined" if np.isnan(value) else f"{value:.2f}"
