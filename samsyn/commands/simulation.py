"""The command simulate: a finished review replayed, with one ranking or several side by side."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from corpus import (
    Protocol,
    RankingSettings,
    Simulation,
    UsageError,
    read_labelled,
    read_protocol,
    read_ranking_settings,
    simulate,
    simulate_many,
)
from samsyn.commands.console import as_json, echo_json, echo_table, progress, say
from synthesis import recall_figure

_COUNTS = ("n_records", "n_included", "n_priors")


@click.command("simulate")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--label", default="label", show_default=True, help="Column that is 1 where included, else 0.")
@click.option("--seed", default=1, show_default=True, help="Draws the records known from the start.")
@click.option("--seeds", type=click.IntRange(min=1), help="So many draws, from --seed on; figures are means.")
@click.option(
    "--priors",
    default="one",
    type=click.Choice(["one", "none"]),
    show_default=True,
    help="One known record of each label, or none (then --protocol leads).",
)
@click.option(
    "--protocol", type=click.Path(path_type=Path), help="A protocol whose words and ranking settings to use."
)
@click.option(
    "--settings",
    "others",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Compare with the ranking settings of this YAML file; may be given several times.",
)
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the recall curves here (.svg).")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes at once (default: one per processor).")
@as_json
def simulate_screening(
    path: Path,
    label: str,
    seed: int,
    seeds: int | None,
    priors: str,
    protocol: Path | None,
    others: tuple[Path, ...],
    plot: Path | None,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Replay a finished, labelled review: how soon would the ranking have found what was included?

    loss: area above the recall curve, 0 is best. ndr: normalised discounted gain, 1 is best. wss95: share of
    the reading saved at 95 % recall, less 5 %. atd: mean place at which an included record was found.

    Example: samsyn simulate finished-review.csv --label included --seeds 5 --plot recall.svg
    """
    if plot is not None and plot.suffix.casefold() != ".svg":
        raise UsageError(f"{plot.name}: the plot is an SVG.", next_step="Give it a name that ends in .svg.")
    records, included = read_labelled(path, label)
    asked = read_protocol(protocol) if protocol else None
    settings = {"default" if asked is None else "protocol": asked.ranking if asked else RankingSettings()}
    for other in others:
        settings[_free_name(other.stem, settings)] = read_ranking_settings(other)
    drawn = range(seed, seed + (seeds or 1))
    began = time.perf_counter()
    if len(settings) * len(drawn) == 1:
        ((name, chosen),) = settings.items()
        one = simulate(
            records,
            included,
            seed=seed,
            priors="none" if priors == "none" else "one",
            query=_words_for(asked, chosen),
            settings=chosen,
            progress=progress("screening"),
        )
        simulations = {name: [one]}
    else:
        simulations = simulate_many(
            records,
            included,
            seeds=drawn,
            settings=settings,
            priors="none" if priors == "none" else "one",
            queries={name: _words_for(asked, chosen) for name, chosen in settings.items()},
            n_jobs=jobs or os.cpu_count() or 1,
            progress=progress("screenings"),
        )
    if plot is not None:
        found = {name: [run.found[run.n_priors :] for run in runs] for name, runs in simulations.items()}
        plot.write_text(recall_figure(found), encoding="utf-8", newline="\n")
        say(f"Recall curves written to {plot}.", err=as_json)
    _say(simulations, list(drawn), round(time.perf_counter() - began, 3), as_json=as_json)


def _say(
    simulations: dict[str, list[Simulation]], seeds: list[int], seconds: float, *, as_json: bool
) -> None:
    means = {name: _means(runs) for name, runs in simulations.items()}
    first = next(iter(means))
    figures: dict[str, Any] = {**means[first], "seed": seeds[0], "seconds": seconds}
    if len(seeds) > 1 or len(means) > 1:
        base = np.array([run.metrics["loss"] for run in simulations[first]])
        for name, runs in simulations.items():
            ratios = np.array([run.metrics["loss"] for run in runs]) / np.where(base > 0, base, np.nan)
            # draw by draw: the draws move the loss more than most settings do
            both = ratios[ratios > 0]
            means[name]["loss_ratio"] = _rounded(np.exp(np.log(both).mean())) if len(both) else None
            # where one of the two lost nothing there is no ratio
            means[name]["loss_ratio_draws"] = len(both)
        figures["seeds"] = seeds
        figures["settings"] = {
            name: {**means[name], "runs": [run.metrics for run in runs]} for name, runs in simulations.items()
        }
    if as_json:
        echo_json(figures)
    elif len(means) > 1:
        table = pd.DataFrame(means).rename_axis("figure").reset_index()
        echo_table(table[~table["figure"].isin(_COUNTS)])
        say(
            f"loss_ratio: geometric mean over the draws in which both lost something (loss_ratio_draws of "
            f"{len(seeds)}), {first} = 1. {seconds} seconds."
        )
    else:
        for name, value in {**figures, "seeds": len(seeds)}.items():
            if name not in ("settings", "loss_ratio", "loss_ratio_draws"):
                say(f"{value:>12}  {name}")


def _means(runs: list[Simulation]) -> dict[str, Any]:
    """Of the runs' metrics; counts that are the same in all stay whole."""
    names = runs[0].metrics
    values = {name: [run.metrics[name] for run in runs] for name in names}
    return {
        name: numbers[0] if len(set(numbers)) == 1 else _rounded(np.mean(numbers))
        for name, numbers in values.items()
    }


def _rounded(value: Any) -> float:
    return round(float(value), 6)


def _words_for(protocol: Protocol | None, settings: RankingSettings) -> str:
    return protocol.query(settings.protocol_words) if protocol else ""


def _free_name(name: str, taken: dict[str, Any]) -> str:
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name} {number}"
    return candidate
