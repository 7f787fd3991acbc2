"""Screening: how soon the relevant records are found, and at what cost, beside ASReview's default model.

    python benchmarks/screening.py FOLDER              one relevant and one irrelevant record known, both tools
    python benchmarks/screening.py FOLDER --cold       nothing known but the protocol's words (questions.csv)
    python benchmarks/screening.py FOLDER --latency    one relearn and rank at 10,000 and 100,000 records
    python benchmarks/screening.py FOLDER --new        a living review: half of each set comes later

Every ``*.csv.gz`` (or ``*.csv``) of FOLDER is a set, with the columns title, abstract and label (1 included,
0 not). FOLDER's index.csv, where there is one, says with the columns name and same_review_as which sets are the
same review: the bootstrap draws reviews, not sets. questions.csv has the columns name, title,
research_questions, inclusion_criteria. The peer: ``pip install asreview``.

Both tools screen one record a step, relearn after each, and stop at the last relevant one. Each run is a process
of its own with one thread. What counts as start-up, for both: importing, reading the file, and fitting the
TF-IDF. Loss, NDR, WSS@95 and recall@10 % leave the known records out.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

# what a run starts from, and which tool takes it
STARTS = {
    "priors": ("samsyn", "asreview"),
    "random": ("asreview",),
    "question": ("samsyn",),
    "question+criteria": ("samsyn",),
}
METRICS = ("loss", "ndr", "wss95", "recall_at_10pct")
Run = dict[str, Any]


def main() -> None:
    """Read the arguments, run what is asked, print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--latency", action="store_true")
    parser.add_argument("--new", action="store_true")
    parser.add_argument("--seeds", type=int, default=3, help="How many draws of the known records.")
    parser.add_argument("--sets", nargs="+", metavar="NAME", help="Only these sets.")
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="Append each run to this file (JSON lines)."
    )
    parser.add_argument(
        "--peer-results", type=Path, metavar="FILE", help="Take ASReview's runs from such a file where there."
    )
    parser.add_argument("--one", nargs=4, metavar=("TOOL", "START", "SEED", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        tool, start, seed, path = arguments.one
        print(json.dumps(run_here(tool, start, int(seed), Path(path))))
    elif arguments.folder is None:
        parser.error("name a folder")
    elif arguments.latency:
        print_latency(arguments.folder)
    elif arguments.new:
        print_new_records(arguments)
    else:
        compare(arguments)


def compare(arguments: argparse.Namespace) -> None:
    """Run both tools on every set and print the comparison."""
    files = sets_of(arguments.folder)
    starts = ["priors"]
    if arguments.cold:
        asked = questions(arguments.folder)
        files = {name: path for name, path in files.items() if name in asked}
        starts = ["question+criteria", "question", "random", "priors"]
    if arguments.sets:
        files = {name: path for name, path in files.items() if name in arguments.sets}
    kept = kept_runs(arguments.peer_results)
    runs = []
    for name, path in files.items():
        for seed in range(1, arguments.seeds + 1):
            for start, tool in [(one, tool) for one in starts for tool in STARTS[one]]:
                if arguments.cold and (tool, start) == ("samsyn", "priors"):
                    continue
                run = kept.get((tool, start, seed, name)) or run_apart(tool, start, seed, path)
                if arguments.save:
                    with arguments.save.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(run) + "\n")
                runs.append(run)
        print(f"{name} done", file=sys.stderr)
    reviews = same_reviews(arguments.folder)
    if arguments.cold:
        for ours in ("question+criteria", "question"):
            for theirs in ("random", "priors"):
                print_comparison(runs, ("samsyn", ours), ("asreview", theirs), reviews)
    else:
        print_comparison(runs, ("samsyn", "priors"), ("asreview", "priors"), reviews)
        print_cost(runs)


def sets_of(folder: Path) -> dict[str, Path]:
    """The labelled sets of a folder, by name."""
    paths = sorted([*folder.glob("*.csv.gz"), *folder.glob("*.csv")])
    files = {path.name.removesuffix(".gz").removesuffix(".csv"): path for path in paths}
    return {name: path for name, path in files.items() if name not in ("index", "questions")}


def kept_runs(path: Path | None) -> dict[tuple, Run]:
    """ASReview's runs of an earlier call, saved with --save."""
    if path is None or not path.exists():
        return {}
    runs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {
        (run["tool"], run["start"], run["seed"], run["set"]): run for run in runs if run["tool"] == "asreview"
    }


# --- one run ----------------------------------------------------------------------------------------------


def run_apart(tool: str, start: str, seed: int, path: Path) -> Run:
    """A run in a process of its own, so that its memory and its imports are its own."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, __file__, "--one", tool, start, str(seed), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **threads})
    if done.returncode:
        raise SystemExit(f"{tool} failed on {path.name}:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def run_here(tool: str, start: str, seed: int, path: Path) -> Run:
    """Simulate one screening and measure it."""
    name = path.name.split(".")[0]
    screen = screen_with_samsyn if tool == "samsyn" else screen_with_asreview
    began = time.process_time()
    found, clock = screen(start, seed, path)
    from corpus import screening_metrics

    cpu = np.diff(clock)
    at_900 = cpu[850:950].mean() if len(cpu) >= 950 else None
    return {
        "tool": tool,
        "start": start,
        "seed": seed,
        "set": name,
        **{metric: screening_metrics(found)[metric] for metric in METRICS},
        "n_records": len(found),
        "n_labelled": len(cpu),
        "cpu_startup": clock[0] - began,
        "cpu_per_label": float(cpu.mean()) if len(cpu) else None,
        "cpu_at_900": None if at_900 is None else float(at_900),
        # Linux counts kilobytes
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def screen_with_samsyn(start: str, seed: int, path: Path) -> tuple[list[int], list[float]]:
    """Whether each record was relevant, in screening order; CPU time before each step and at the end."""
    from corpus import read_labelled, simulate

    records, included = read_labelled(path)
    clock: list[float] = []

    def timed(steps: Iterable) -> Iterator:
        for step in steps:
            clock.append(time.process_time())
            yield step

    if start == "priors":
        simulation = simulate(records, included, seed=seed, progress=timed)
    else:
        asked = questions(path.parent)[path.name.split(".")[0]]
        query = asked["title"] + "\n" + asked["research_questions"]
        if start == "question+criteria":
            query += "\n" + asked["inclusion_criteria"]
        simulation = simulate(records, included, seed=seed, priors="none", query=query, progress=timed)
    return simulation.found[simulation.n_priors :], clock


def screen_with_asreview(start: str, seed: int, path: Path) -> tuple[list[int], list[float]]:
    """The same with ASReview's default model, driven through its own classes."""
    from asreview import Simulate
    from asreview.learner import ActiveLearningCycle
    from asreview.models.models import get_ai_config

    from corpus import read_labelled

    clock: list[float] = []

    class Timed(Simulate):
        def label(self, record_ids: Any, cycle: Any = None) -> Any:
            done = super().label(record_ids, cycle)
            clock.append(time.process_time())
            return done

    records, included = read_labelled(path)
    labels = np.array(included)
    np.random.seed(seed)  # its classifier draws from numpy's global generator
    order = (
        np.random.default_rng(seed).permutation(len(labels)) if start == "random" else np.arange(len(labels))
    )
    records, labels = records.iloc[order].reset_index(drop=True), labels[order]
    cycle = ActiveLearningCycle.from_meta(get_ai_config()["value"])
    matrix = cycle.transform(records)
    simulation = Timed(matrix, labels, cycle, skip_transform=True, print_progress=False)
    if start == "priors":
        for label in (1, 0):
            draw = np.random.RandomState(seed).choice(np.flatnonzero(labels == label), 1, replace=False)
            simulation.label(draw)
        n_known = 2
    else:  # its default: in the order of the file until one of each label is seen
        simulation.label(np.arange(max(np.argmax(labels == 1), np.argmax(labels == 0)) + 1))
        n_known = 0
    del clock[:-1]
    simulation.review()
    found = simulation._results["label"].tolist()[n_known:]
    return found + [0] * (len(labels) - n_known - len(found)), clock


def questions(folder: Path) -> dict[str, dict[str, str]]:
    """The reviews' own words, by set."""
    with (folder / "questions.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def same_reviews(folder: Path) -> dict[str, str]:
    """Which review a set is of, where several sets are of the same one."""
    if not (folder / "index.csv").exists():
        return {}
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row.get("same_review_as") or row["name"] for row in csv.DictReader(file)}


# --- tables -----------------------------------------------------------------------------------------------


def print_comparison(
    runs: list[Run], ours: tuple[str, str], theirs: tuple[str, str], reviews: dict[str, str]
) -> None:
    """Means of the seeds per set, and the geometric mean of the ratios of loss."""
    print(f"\n{' '.join(ours)} : {' '.join(theirs)}")
    print(f"{'set':32} {'loss':>13} {'ratio':>6} {'NDR':>13} {'WSS@95':>13} {'recall@10%':>13}")
    ratios = {}
    for name, (mine, peer) in paired(runs, ours, theirs).items():
        mean = [
            {metric: np.mean([run[metric] for run in side]) for metric in METRICS} for side in (mine, peer)
        ]
        ratios[name] = mean[0]["loss"] / mean[1]["loss"]
        cells = [f"{mean[0][metric]:.4f}:{mean[1][metric]:.4f}" for metric in METRICS]
        print(f"{name:32} {cells[0]:>13} {ratios[name]:6.3f} {cells[1]:>13} {cells[2]:>13} {cells[3]:>13}")
    print(geometric_mean_in_words("loss", ratios, reviews))


def print_cost(runs: list[Run]) -> None:
    """CPU per labelled record, at 900 labels too, and memory."""
    print(
        f"\n{'set':32} {'CPU ms a label':>18} {'ratio':>6} {'at 900 labels':>16} {'ratio':>6} {'peak MB':>9}"
    )
    for name, (mine, peer) in paired(runs, ("samsyn", "priors"), ("asreview", "priors")).items():
        per_label = [1000 * np.mean([run["cpu_per_label"] for run in side]) for side in (mine, peer)]
        late = [[run["cpu_at_900"] for run in side if run["cpu_at_900"]] for side in (mine, peer)]
        cells = ["", ""]
        if all(late):
            at_900 = [1000 * np.mean(side) for side in late]
            cells = [f"{at_900[0]:.2f}:{at_900[1]:.2f}", f"1/{at_900[1] / at_900[0]:.1f}"]
        memory = [np.mean([run["peak_mb"] for run in side]) for side in (mine, peer)]
        print(
            f"{name:32} {per_label[0]:8.2f}:{per_label[1]:<9.2f} 1/{per_label[1] / per_label[0]:<4.1f} "
            f"{cells[0]:>16} {cells[1]:>6} {memory[0]:4.0f}:{memory[1]:.0f}"
        )


def paired(
    runs: list[Run], ours: tuple[str, str], theirs: tuple[str, str]
) -> dict[str, tuple[list[Run], list[Run]]]:
    """Runs of both sides by set, where both have some."""
    sides: dict[tuple[str, str], dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        sides[run["tool"], run["start"]][run["set"]].append(run)
    return {
        name: (mine, sides[theirs][name]) for name, mine in sides[ours].items() if sides[theirs].get(name)
    }


def geometric_mean_in_words(what: str, ratios: dict[str, float], reviews: dict[str, str]) -> str:
    """Of the sets' ratios, with a bootstrap interval over reviews."""
    by_review = defaultdict(list)
    for name, ratio in ratios.items():
        by_review[reviews.get(name, name)].append(np.log(ratio))
    groups = list(by_review.values())
    rng = np.random.default_rng(1)
    draws = []
    for _ in range(2000):
        chosen = [groups[i] for i in rng.integers(0, len(groups), len(groups))]
        draws.append(np.mean(np.concatenate(chosen)))
    low, high = np.exp(np.percentile(draws, [2.5, 97.5]))
    mean = np.exp(np.mean(np.log(list(ratios.values()))))
    return (
        f"geometric mean of the ratios of {what}: {mean:.3f} (95 % interval {low:.3f} to {high:.3f}; "
        f"{len(ratios)} sets of {len(groups)} reviews); worst {max(ratios.values()):.3f}, "
        f"better on {sum(ratio < 1 for ratio in ratios.values())}"
    )


# --- a living review --------------------------------------------------------------------------------------


def print_new_records(arguments: argparse.Namespace) -> None:
    """Half of the records are decided on, half are new: what share is worth a look, and what is missed."""
    from corpus import Ranker, read_labelled

    print(f"{'set':32} {'new':>6} {'relevant':>8} {'worth a look':>13} {'found':>6}   (means of the seeds)")
    shares, found = [], []
    for name, path in sets_of(arguments.folder).items():
        if arguments.sets and name not in arguments.sets:
            continue
        records, included = read_labelled(path)
        ranker, labels = Ranker(records), np.array(included)
        runs = []
        for seed in range(1, arguments.seeds + 1):
            is_new = np.random.default_rng(seed).random(len(labels)) < 0.5
            ids = records["record_id"].to_numpy()
            decided = dict(zip(ids[~is_new], labels[~is_new].tolist(), strict=True))
            worth = set(ranker.start_again(seed).worth_a_look(decided, ids[is_new]))
            hits = sum(labels[i] for i in np.flatnonzero(is_new) if ids[i] in worth)
            runs.append((is_new.sum(), labels[is_new].sum(), len(worth), hits))
        new, relevant, looked, hits = np.mean(runs, axis=0)
        print(f"{name:32} {new:6.0f} {relevant:8.1f} {looked / new:13.1%} {hits / relevant:6.1%}")
        shares.append(looked / new)
        found.append(hits / relevant)
    print(f"mean of the sets: worth a look {np.mean(shares):.1%}, found {np.mean(found):.1%}")


# --- how long a person waits ------------------------------------------------------------------------------


def print_latency(folder: Path) -> None:
    """Relearn and rank after one more decision: every record, with the reasons for the first twenty."""
    from corpus import Ranker, read_labelled

    read = [read_labelled(path) for path in sets_of(folder).values()]
    records = pd.concat([records for records, _ in read], ignore_index=True)
    labels = np.concatenate([included for _, included in read])
    for n_records in (10_000, 100_000):
        rng = np.random.default_rng(1)
        # repeated where there are too few, which makes the matrix denser, not sparser
        rows = np.concatenate([rng.permutation(len(labels)) for _ in range(n_records // len(labels) + 1)])
        rows = rows[:n_records]
        chosen = records.iloc[rows].assign(record_id=[f"r{i}" for i in range(n_records)])
        began = time.perf_counter()
        ranker = Ranker(chosen, query="randomised trial of treatment")
        ready = time.perf_counter() - began
        decided = {f"r{i}": int(labels[rows[i]]) for i in range(500)}
        ranker.rank(decided)
        walls, cpus = [], []
        for i in range(500, 550):
            decided[f"r{i}"] = int(labels[rows[i]])
            wall, cpu = time.perf_counter(), time.process_time()
            ranking = ranker.rank(decided)
            ranker.reasons(ranking["record_id"].head(20))
            walls.append(1000 * (time.perf_counter() - wall))
            cpus.append(1000 * (time.process_time() - cpu))
        print(
            f"{n_records:7,} records, 500 labels: median {np.median(walls):.0f} ms "
            f"(CPU {np.median(cpus):.0f} ms, slowest {max(walls):.0f} ms); made ready in {ready:.0f} s; "
            f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
        )


if __name__ == "__main__":
    main()
