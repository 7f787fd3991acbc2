"""How far people agree: per cent, Cohen's and Fleiss' kappa, Gwet's AC1, Krippendorff's alpha."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

import numpy as np
import pandas as pd

from coding_scheme import agreement_figures as figures
from coding_scheme.agreement_figures import Matrix, Sums
from corpus.errors import UsageError

Level = Literal["nominal", "ordinal", "interval", "ratio"]
NO_VARIATION = "undefined (no variation)"
NO_PAIRS = "undefined (no unit was judged by two people)"
_NONE = (float("nan"), float("nan"))


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
    alpha_interval, kappa_interval, percent_interval, ac1_interval, fleiss_interval : tuple of float
        95 % bootstrap intervals; ``kappa_interval`` is of Cohen's kappa.
    kappa_large_sample : tuple of float
        95 % interval of Cohen's kappa by its standard error, as textbooks print it; units must not be nested.
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
    percent_interval: tuple[float, float] = _NONE
    ac1_interval: tuple[float, float] = _NONE
    fleiss_interval: tuple[float, float] = _NONE
    kappa_large_sample: tuple[float, float] = _NONE

    @property
    def n_coders(self) -> int:
        """How many people judged."""
        return len(self.coders)

    def _repr_html_(self) -> str:
        rows = [
            ("Coders", escape(", ".join(self.coders))),
            ("Units judged by two or more", str(self.n_units)),
            ("Agreement", with_interval(self.percent, self.percent_interval)),
            ("Cohen’s kappa", with_interval(self.cohen_kappa, self.kappa_interval)),
            ("Gwet’s AC1", with_interval(self.ac1, self.ac1_interval)),
            ("Fleiss’ kappa", with_interval(self.fleiss_kappa, self.fleiss_interval)),
            (f"Krippendorff’s alpha ({self.level})",
             with_interval(self.krippendorff_alpha, self.alpha_interval)),
        ]  # fmt: skip
        body = "".join(f"<tr><th scope='row'>{name}</th><td>{value}</td></tr>" for name, value in rows)
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"<table><caption>Agreement</caption><tbody>{body}</tbody></table>{notes}"


def with_interval(value: float, ends: tuple[float, float]) -> str:
    """A figure with its interval in two decimals, "undefined" where it is.

    Examples
    --------
    >>> with_interval(0.4, (0.151, 0.649)), with_interval(float("nan"), (float("nan"), float("nan")))
    ('0.40 [0.15, 0.65]', 'undefined')
    """
    if np.isnan(value):
        return "undefined"
    cells = [f"{figure:.2f}".replace("-0.00", "0.00") for figure in (value, *ends)]
    return cells[0] + ("" if np.isnan(ends).any() else f" [{cells[1]}, {cells[2]}]")


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
        For the intervals.

    Returns
    -------
    Agreement

    Raises
    ------
    UsageError
        When a column lacks, a person judged a unit twice, or values are not numbers where they must be.

    Notes
    -----
    Alpha: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability. Intervals: bootstrap over groups
    and one unit more, on which two people agree as often as not (few differences would make them too narrow),
    with percentiles that lie further out for few groups (Hesterberg 2015). AC1: Gwet (2008), for any number
    of coders and missing judgements (2014, ch. 2 and 5). Units that one person alone judged are left out of
    every figure: Gwet's chance agreement takes them in, but of a review they are the records that were never
    meant to be read twice.

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
        return Agreement(coders, 0, nan, nan, nan, nan, nan, _NONE, _NONE, pd.DataFrame(), level, (NO_PAIRS,))
    labels = sorted(judged["value"].unique())
    scale = _scale(labels, level)
    wide = judged.assign(value=judged["value"].map({label: n for n, label in enumerate(labels)}))
    wide = wide.pivot(index="unit", columns="coder", values="value").sort_index(axis=1)
    judgements = wide.fillna(-1).to_numpy(dtype=int)
    paired = judgements.shape[1] == 2
    sums = Sums(figures.unit_sums(judgements, len(labels), paired=paired), len(labels))
    whole, by_group = sums.summed(), Sums(_by_group(sums.parts, judged, wide.index), len(labels))
    drawn, n_groups = by_group.drawn(seed, n_bootstrap), len(by_group.parts)
    varied, people = len(labels) > 1, (judgements >= 0).sum(axis=1)

    def measured(figure: Matrix, draws: Matrix, *, defined: bool) -> tuple[float, tuple[float, float]]:
        if not defined:
            return float("nan"), _NONE
        low, high = figures.interval(draws, n_groups)
        return float(figure), (float(low), float(high))

    percent, percent_interval = measured(figures.percent(whole), figures.percent(drawn), defined=True)
    kappa, kappa_interval = _NONE[0], _NONE
    has_kappa = paired and varied and len(coders) == 2
    if has_kappa:
        kappa, kappa_interval = measured(figures.cohen_kappa(whole), figures.cohen_kappa(drawn), defined=True)
    ac1, ac1_interval = measured(
        figures.ac1(whole, len(labels)), figures.ac1(drawn, len(labels)), defined=varied
    )
    fleiss, fleiss_interval = measured(
        figures.fleiss_kappa(whole), figures.fleiss_kappa(drawn),
        defined=varied and bool((people == people[0]).all()),
    )  # fmt: skip
    alpha, alpha_interval = measured(
        figures.alpha(whole, scale, level), figures.alpha(drawn, scale, level), defined=varied
    )
    confusion = pd.DataFrame(whole.table if paired else whole.coincidences, index=labels, columns=labels)
    if paired:
        confusion = confusion.astype("int64").rename_axis(index=wide.columns[0], columns=wide.columns[1])
    return Agreement(
        coders=coders, n_units=len(wide), percent=percent, cohen_kappa=kappa, ac1=ac1, fleiss_kappa=fleiss,
        krippendorff_alpha=alpha, alpha_interval=alpha_interval, kappa_interval=kappa_interval,
        confusion=confusion, level=level, notes=() if varied else (NO_VARIATION,),
        percent_interval=percent_interval, ac1_interval=ac1_interval, fleiss_interval=fleiss_interval,
        kappa_large_sample=figures.kappa_large_sample(whole.table) if has_kappa else _NONE,
    )  # fmt: skip


def _by_group(parts: Matrix, judged: pd.DataFrame, units: pd.Index) -> Matrix:
    """The parts of the units summed by group, in the order in which the groups first stand."""
    if "group" not in judged:
        return parts
    group_of = judged.drop_duplicates("unit").set_index("unit")["group"]
    codes, groups = pd.factorize(group_of.loc[units])
    return summed_by(parts, np.asarray(codes), len(groups))


def summed_by(parts: Matrix, group: np.ndarray[Any, Any], n_groups: int) -> Matrix:
    """Rows summed by the number of their group.

    Examples
    --------
    >>> summed_by(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0]), 2).tolist()
    [[5.0], [2.0]]
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 (slow to import, seldom needed)

    ones = csr_array((np.ones(len(group)), (group, np.arange(len(group)))), shape=(n_groups, len(group)))
    flat = parts.reshape(len(parts), int(np.prod(parts.shape[1:])))
    return np.asarray(ones @ flat).reshape(n_groups, *parts.shape[1:])


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
