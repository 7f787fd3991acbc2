"""Simulation: how soon the ranking would have found what a finished review included."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from corpus.column_names import COLUMN_NAMES
from corpus.errors import UsageError
from corpus.ranking import Ranker
from corpus.ranking_parts import RankingParts, RankingSettings
from corpus.records import as_records
from corpus.screening_metrics import screening_metrics

Priors = Literal["one", "none"]
# seconds of work from which further processes are started; each takes some seconds to import
_WORTH_PROCESSES = 15.0

_LABELS = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "y", "included", "include", "ja", "relevant"), 1),
    **dict.fromkeys(("0", "0.0", "false", "no", "n", "excluded", "exclude", "nej", "irrelevant"), 0),
}


@dataclass(frozen=True)
class Simulation:
    """A simulated screening.

    Attributes
    ----------
    order : list of str
        Record_ids in screening order: the priors, then the records as they were read, then, after the last
        relevant one was found, the rest as last ranked.
    found : list of int
        1 where the record at that place is relevant.
    n_priors : int
        How many of the first were known from the start; metrics leave them out.
    metrics : dict
        n_records, n_included, n_priors, n_read (after the priors, until the last relevant one), and those of
        :func:`screening_metrics`.
    """

    order: list[str]
    found: list[int]
    n_priors: int
    metrics: dict[str, float]


def simulate(
    records: pd.DataFrame,
    included: Sequence[bool] | Sequence[int] | pd.Series,
    *,
    seed: int = 1,
    priors: Priors = "one",
    query: str = "",
    settings: RankingSettings | None = None,
    parts: RankingParts | None = None,
    progress: Callable[[Iterable], Iterable] = iter,
) -> Simulation:
    """Screen a labelled collection as the ranking would have had it, one record a step, relearning each time.

    Parameters
    ----------
    records : DataFrame
        With title and abstract; one row per record.
    included : sequence of bool or int, length ``len(records)``
        Whether the finished review included the record.
    seed : int
        Draws the priors: ``numpy.random.RandomState(seed).choice(rows, 1, replace=False)`` among the included
        and again among the excluded rows, as ASReview's ``--prior-seed`` does.
    priors : {"one", "none"}
        One known record of each label, or none: then ``query`` leads, or, if it is empty, the order of the
        records until one of each label is found.
    query : str
        The protocol's own words; take part after the first decisions too.
    settings : RankingSettings, optional
    parts : RankingParts, optional
        In place of those that the settings name.
    progress : callable
        Wraps the steps, for a progress bar.

    Returns
    -------
    Simulation

    Raises
    ------
    UsageError
        When not both labels are there.

    Examples
    --------
    >>> records = pd.DataFrame({"title": ["Trust", "Steel", "Trust and power", "Bridges", "Steel bridges"]})
    >>> simulation = simulate(records, [1, 0, 1, 0, 0], seed=1)
    >>> simulation.found, simulation.metrics["loss"]
    ([1, 0, 1, 0, 0], 0.0)
    """
    relevant = _checked_labels(records, included)
    ranker = Ranker(records, query=query, settings=settings, parts=parts, seed=seed)
    return _screened(ranker, relevant, seed, priors, progress)


def simulate_many(
    records: pd.DataFrame,
    included: Sequence[bool] | Sequence[int] | pd.Series,
    *,
    seeds: Sequence[int],
    settings: Mapping[str, RankingSettings],
    priors: Priors = "one",
    queries: Mapping[str, str] | None = None,
    n_jobs: int = 1,
    progress: Callable[[Iterable], Iterable] = iter,
) -> dict[str, list[Simulation]]:
    """Screen a labelled collection with several rankings and several draws of the known records.

    Parameters
    ----------
    records, included, priors
        As for :func:`simulate`.
    seeds : sequence of int
        The same for every ranking, so that they compare draw by draw.
    settings : mapping
        Name -> settings of a ranking.
    queries : mapping, optional
        Name -> the protocol's words for it.
    n_jobs : int
        Processes; the result does not depend on it.
    progress : callable
        Wraps the screenings.

    Returns
    -------
    dict
        Name -> a Simulation for each seed.

    Examples
    --------
    >>> records = pd.DataFrame({"title": ["Trust", "Steel", "Trust and power", "Bridges", "Steel bridges"]})
    >>> both = simulate_many(records, [1, 0, 1, 0, 0], seeds=[1, 2],
    ...     settings={"default": RankingSettings(), "words": RankingSettings(longest_term=1)})
    >>> [simulation.metrics["loss"] for simulation in both["words"]]
    [0.0, 0.0]
    """
    relevant = _checked_labels(records, included)
    rankers = {
        name: Ranker(records, query=(queries or {}).get(name, ""), settings=chosen)
        for name, chosen in settings.items()
    }
    tasks = [(name, seed) for name in settings for seed in seeds]
    done = _in_processes(rankers, relevant, tasks, priors, n_jobs)
    simulations: dict[str, list[Simulation]] = {name: [] for name in settings}
    for (name, _), simulation in progress(zip(tasks, done, strict=True)):
        simulations[name].append(simulation)
    return simulations


def _in_processes(
    rankers: dict[str, Ranker],
    relevant: np.ndarray,
    tasks: list[tuple[str, int]],
    priors: Priors,
    n_jobs: int,
) -> Iterator[Simulation]:
    """The first screening here; the others here too, unless that takes longer than starting processes."""
    began = time.perf_counter()
    (name, seed), *rest = tasks
    yield _screened_anew(rankers[name], relevant, seed, priors)
    alone = (time.perf_counter() - began) * len(rest)
    n_jobs = 1 if alone < _WORTH_PROCESSES else min(n_jobs, len(rest))
    from joblib import Parallel, delayed  # noqa: PLC0415 (a tenth of a second, and only simulations need it)

    run = delayed(_screened_anew)
    calls = (run(rankers[name], relevant, seed, priors) for name, seed in rest)
    yield from Parallel(n_jobs=n_jobs, return_as="generator")(calls)


def _screened_anew(ranker: Ranker, relevant: np.ndarray, seed: int, priors: Priors) -> Simulation:
    return _screened(ranker.start_again(seed), relevant, seed, priors, iter)


def _checked_labels(
    records: pd.DataFrame, included: Sequence[bool] | Sequence[int] | pd.Series
) -> np.ndarray:
    relevant = np.asarray(included).astype(int)
    if len(relevant) != len(records) or set(relevant.tolist()) != {0, 1}:
        raise UsageError("A simulation needs a label for each record, with some included and some excluded.")
    return relevant


def _screened(
    ranker: Ranker, relevant: np.ndarray, seed: int, priors: Priors, progress: Callable[[Iterable], Iterable]
) -> Simulation:
    """Read one record a step until the last relevant one is found."""
    n_records = len(relevant)
    chosen: list[int] = []
    if priors == "one":
        for label in (1, 0):
            # a generator per label, so that the draw is the peer's, to the record
            draw = np.random.RandomState(seed).choice(np.flatnonzero(relevant == label), 1, replace=False)
            chosen.append(int(draw[0]))
    n_priors = len(chosen)
    unread = np.ones(n_records, dtype=bool)
    unread[chosen] = False
    rows = np.zeros(n_records, dtype=int)
    rows[:n_priors] = chosen
    n_missing = int(relevant.sum() - relevant[chosen].sum())
    n_known = n_priors
    for _ in progress(range(n_records - n_priors)):
        if n_missing == 0:
            break
        known = rows[:n_known]
        best = ranker.next_row(known, relevant[known], np.flatnonzero(unread))
        rows[n_known], unread[best] = best, False
        n_known, n_missing = n_known + 1, n_missing - int(relevant[best])
    known, rest = rows[:n_known], np.flatnonzero(unread)
    scores = ranker.scores(known, relevant[known], rest)
    order = [*known.tolist(), *rest[np.argsort(-scores, kind="stable")].tolist()]
    found = relevant[order].tolist()
    metrics: dict[str, float] = {
        "n_records": n_records,
        "n_included": int(relevant.sum()),
        "n_priors": n_priors,
        "n_read": n_known - n_priors,
        **screening_metrics(found[n_priors:]),
    }
    return Simulation([str(name) for name in ranker.record_ids[order]], found, n_priors, metrics)


def read_labelled(path: str | Path, label: str = "label") -> tuple[pd.DataFrame, list[int]]:
    r"""Records of a finished review's table (CSV, also gzipped) and which of them were included.

    Parameters
    ----------
    path : str or Path
        With a column of labels: 1, true, yes, included, ja; or 0, false, no, excluded, nej.
    label : str
        The column's name, in any case.

    Returns
    -------
    records : DataFrame
        One row per row of the table; those without title and abstract are kept.
    included : list of int

    Raises
    ------
    UsageError
        When there is no such file or column, or a label says neither.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "finished.csv")
    >>> _ = file.write_text("title,label\nTrust,1\nSteel,0\n", encoding="utf-8")
    >>> read_labelled(file)[1]
    [1, 0]
    """
    path = Path(path)
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.", next_step="Check the name and the folder.") from None
    except (ValueError, OSError) as error:
        raise UsageError(f"{path.name} is not a table that can be read ({error}).") from None
    table.columns = table.columns.str.strip().str.casefold()
    if label.casefold() not in table:
        raise UsageError(
            f"{path.name} has no column {label!r}.",
            next_step=f"Its columns: {', '.join(map(repr, table.columns))}.",
        )
    included = []
    for number, said in enumerate(table[label.casefold()], start=2):
        word = said.strip().casefold()
        if word not in _LABELS:
            raise UsageError(
                f"the label {said!r} is neither included (1) nor excluded (0).",
                where=f"{path.name} row {number}",
            )
        included.append(_LABELS[word])
    names = {name: column for column, known in COLUMN_NAMES.items() for name in reversed(known)}
    wanted = {name: names[name] for name in table.columns if name in names}
    columns = {column: name for name, column in reversed(wanted.items())}
    records = pd.DataFrame({column: table[name] for column, name in columns.items()}, index=table.index)
    return as_records(records), included
