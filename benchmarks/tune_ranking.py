"""Tune the ranking honestly: settings are chosen on all reviews but one, and judged on that one, in turn.

    python benchmarks/tune_ranking.py FOLDER                         a small grid around the default
    python benchmarks/tune_ranking.py FOLDER a.yaml b.yaml ...       these ranking settings

FOLDER is as for benchmarks/screening.py. Sets of the same review (index.csv) stay on one side. What is printed
last, the geometric mean over the reviews left out, is what may be claimed; the best mean over all reviews is not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from screening import geometric_mean_in_words, same_reviews, sets_of

from corpus import RankingSettings, read_labelled, read_ranking_settings, simulate_many


def main() -> None:
    """Read the arguments, simulate, choose and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("settings", nargs="*", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sets", nargs="+", metavar="NAME", help="Only these sets.")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    candidates = {"default": RankingSettings()}
    candidates |= {path.stem: read_ranking_settings(path) for path in arguments.settings} or grid()
    files = sets_of(arguments.folder)
    files = {name: path for name, path in files.items() if not arguments.sets or name in arguments.sets}
    losses = measured(files, candidates, range(1, arguments.seeds + 1), arguments.jobs)
    judge(losses, same_reviews(arguments.folder))


def grid() -> dict[str, RankingSettings]:
    """One step from the default in each direction."""
    default = RankingSettings()
    changes = [{"c": c} for c in (0.05, 0.2)] + [{"ratio": ratio} for ratio in (5.0, 20.0)]
    changes += [{"longest_term": longest} for longest in (1, 3)] + [{"classifier": "naive_bayes"}]
    return {
        ", ".join(f"{name} {value}" for name, value in change.items()): replace(default, **change)
        for change in changes
    }


def measured(
    files: dict[str, Path], candidates: dict[str, RankingSettings], seeds: Sequence[int], n_jobs: int
) -> pd.DataFrame:
    """Mean loss of the draws: a row per set, a column per candidate."""
    rows = {}
    for name, path in files.items():
        records, included = read_labelled(path)
        runs = simulate_many(records, included, seeds=seeds, settings=candidates, n_jobs=n_jobs)
        rows[name] = {
            candidate: np.mean([run.metrics["loss"] for run in done]) for candidate, done in runs.items()
        }
        print(f"{name} done", file=sys.stderr)
    return pd.DataFrame(rows).T[list(candidates)]


def judge(losses: pd.DataFrame, reviews: dict[str, str]) -> None:
    """Print each candidate's ratio to the default, and what choosing among them brings on reviews left out."""
    ratios = np.log(losses.div(losses["default"], axis=0))
    review_of = pd.Series({name: reviews.get(name, name) for name in losses.index})
    # a review counts once, however many sets it has
    by_review = ratios.groupby(review_of).mean()
    print(
        "loss : that of the default, geometric mean over all reviews (chosen by looking: not to be claimed)"
    )
    for candidate, mean in by_review.mean().items():
        print(f"  {candidate:32} {np.exp(mean):.3f}   worst {np.exp(by_review[candidate].max()):.3f}")
    print("\nreview left out                  chosen on the others             its ratio there")
    left_out = {}
    for review in by_review.index:
        chosen = by_review.drop(index=review).mean().idxmin()
        left_out[review] = float(np.exp(by_review.loc[review, chosen]))
        print(f"{review:32} {chosen:32} {left_out[review]:.3f}")
    print(geometric_mean_in_words("loss, chosen without the review", left_out, {}))


if __name__ == "__main__":
    main()
