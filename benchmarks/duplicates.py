"""Duplicates: how many are found, how many records are lost, and at what cost, beside bib-dedupe.

    python benchmarks/duplicates.py FOLDER                    leave-one-set-out, random halves, adding in slices
    python benchmarks/duplicates.py FOLDER --peer PYTHON      bib-dedupe beside it, in that interpreter
    python benchmarks/duplicates.py FOLDER --learn            compute corpus/duplicates/score.json from all sets

Every folder of FOLDER with ``records.csv.gz`` (or ``records.csv``: ID, title, author, year, journal, volume, number,
pages, doi, abstract, as far as they are there) and ``duplicates.csv`` (``merged_ids``: the IDs of one group, joined by
";") is a set. The peer: ``pip install bib-dedupe==0.11.0`` into an environment of its own.

Counted by record: of each true group exactly one record is kept, a surplus one is FN, and FP when all are lost;
outside true groups every record is kept, else it is FP. TP are the records rightly left out. "Settled" counts once
more when the doubtful pairs have been answered as the truth has it. The score that is used for a set never saw it;
the halves are drawn over the groups of all sets, so that each set is in both. Every set runs in a process of its own,
with one thread; CPU and memory are that process's, reading the table left out of the seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

COLUMNS = {"ID": "record_id", "author": "authors", "number": "issue"}
SCORE_FILE = Path(__file__).parents[1] / "corpus" / "duplicates" / "score.json"
# the peer takes a minute for five thousand records
PEER_UP_TO = 9_000
# how much the regression is held back (scikit-learn's C), and what a set of this many pairs weighs
HELD_BACK, TYPICAL_SET = 1.0, 5_000
PEER = """
import json, resource, sys, time
import pandas as pd
from bib_dedupe.bib_dedupe import prep, block, match, cluster
records = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
began, cpu = time.perf_counter(), time.process_time()
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
matched = match(block(prep(records, cpu=1), cpu=1), cpu=1)
groups = cluster(matched)
used = time.process_time() - cpu
after = resource.getrusage(resource.RUSAGE_CHILDREN)
used += after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
doubtful = int((matched["duplicate_label"] == "maybe").sum())
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024
print(json.dumps({"groups": groups, "doubtful": doubtful, "cpu": used, "wall": time.perf_counter() - began, "peak": peak}))
"""
Set = tuple[pd.DataFrame, list[list[str]]]
Score = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--learn", action="store_true", help="Write the score that Samsyn ships.")
    parser.add_argument("--peer", metavar="PYTHON", help="An interpreter that has bib-dedupe.")
    parser.add_argument("--sets", nargs="+", metavar="NAME", help="Only these sets.")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--score", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(one_set(asked.folder, json.loads(asked.score.read_text(encoding="utf-8")))))
        return
    folders = [folder for folder in set_folders(asked.folder) if not asked.sets or folder.name in asked.sets]
    if not folders:
        sys.exit(f"No set in {asked.folder}: a set is a folder with records.csv.gz and duplicates.csv.")
    sets = {folder.name: read_set(folder) for folder in folders}
    material = {name: compared_pairs(*one) for name, one in sets.items()}
    if asked.learn:
        score = learned(list(material.values()))
        SCORE_FILE.write_text(json.dumps(score, indent=1) + "\n", encoding="utf-8")
        print(
            f"{SCORE_FILE.name} written: {sum(len(part) for _, part in material.values()):,} pairs of {len(sets)} sets"
        )
        return
    leave_one_out(folders, material, asked.peer)
    print_calibration(material)
    halves(sets)
    in_slices(sets)


# --- sets ---------------------------------------------------------------------------------------------------


def set_folders(folder: Path) -> list[Path]:
    return [
        one for one in sorted(folder.iterdir()) if (one / "duplicates.csv").is_file() and records_file(one)
    ]


def records_file(folder: Path) -> Path | None:
    return next(
        (folder / name for name in ("records.csv.gz", "records.csv") if (folder / name).is_file()), None
    )


def read_set(folder: Path) -> Set:
    """Records with Samsyn's column names, and the true groups of two and more."""
    records = pd.read_csv(records_file(folder), dtype=str, keep_default_na=False).rename(columns=COLUMNS)
    known = set(records["record_id"])
    merged = pd.read_csv(folder / "duplicates.csv", dtype=str)["merged_ids"].str.split(";")
    groups = [[name for name in names if name in known] for names in merged]
    return records, [names for names in groups if len(names) > 1]


def counts(kept: set[str], record_ids: list[str], true_groups: list[list[str]]) -> tuple[int, int, int]:
    """TP, FP, FN by record."""
    tp = fp = fn = 0
    grouped: set[str] = set()
    for names in true_groups:
        grouped.update(names)
        n_kept = sum(name in kept for name in names)
        fp += n_kept == 0
        fn += max(n_kept - 1, 0)
        tp += len(names) - max(n_kept, 1)
    return tp, fp + sum(name not in kept and name not in grouped for name in record_ids), fn


def one_set(folder: Path, score: Score) -> dict[str, Any]:
    """The figures of one set, in this process."""
    from corpus import find_duplicates

    records, true_groups = read_set(folder)
    began, cpu = time.perf_counter(), time.process_time()
    found = find_duplicates(records, score=score)
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    # the peak of this process alone; getrusage counts what its parent held when it was started
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    peak = next(int(row.split()[1]) for row in status if row.startswith("VmHWM")) / 1024
    record_ids = records["record_id"].tolist()
    answered = find_duplicates(records, answers(found.doubtful, true_groups), earlier=found, score=score)
    return {
        "records": len(records),
        "counts": counts(set(found.groups), record_ids, true_groups),
        "settled": counts(set(answered.groups), record_ids, true_groups),
        "doubtful": len(found.doubtful),
        "cpu": used,
        "wall": wall,
        "peak": peak,
    }


def answers(doubtful: pd.DataFrame, true_groups: list[list[str]]) -> pd.DataFrame:
    """What a person who knows the truth says of the doubtful pairs."""
    group_of = {name: place for place, names in enumerate(true_groups) for name in names}
    verdicts = [
        "same" if a in group_of and group_of[a] == group_of.get(b) else "different"
        for a, b in zip(doubtful["record_id_a"], doubtful["record_id_b"], strict=True)
    ]
    return doubtful[["record_id_a", "record_id_b"]].assign(verdict=verdicts, person="truth")


# --- the score ----------------------------------------------------------------------------------------------


def compared_pairs(records: pd.DataFrame, true_groups: list[list[str]]) -> tuple[pd.DataFrame, np.ndarray]:
    """The pairs that blocking finds, compared, and which are true."""
    from corpus import as_records
    from corpus.duplicates.block import block_keys, candidate_pairs
    from corpus.duplicates.compare import compare
    from corpus.duplicates.prepare import prepare

    prepared = prepare(as_records(records))
    a, b = candidate_pairs(block_keys(prepared), np.ones(len(prepared), dtype=bool))
    place = {name: row for row, names in enumerate(true_groups) for name in names}
    group = np.array([place.get(name, -1) for name in prepared["record_id"]])
    return compare(prepared, a, b), (group[a] == group[b]) & (group[a] >= 0)


def learned(material: list[tuple[pd.DataFrame, np.ndarray]]) -> Score:
    """Points per bin by logistic regression; large sets count more than small ones, by the root of their size."""
    from sklearn.linear_model import LogisticRegression

    from corpus.duplicates.score import bins, shipped_score

    edges = {name: part["edges"] for name, part in shipped_score()["columns"].items()}

    def switches(compared: pd.DataFrame) -> np.ndarray:
        places = bins(compared, {"columns": {name: {"edges": values} for name, values in edges.items()}})
        columns = [places[name] == bin for name, values in edges.items() for bin in range(len(values) + 1)]
        return np.column_stack(columns).astype(float)

    weights = [np.full(len(truth), (TYPICAL_SET / max(len(truth), 1)) ** 0.5) for _, truth in material]
    model = LogisticRegression(C=HELD_BACK, max_iter=2000)
    model.fit(
        np.concatenate([switches(compared) for compared, _ in material]),
        np.concatenate([truth for _, truth in material]),
        sample_weight=np.concatenate(weights),
    )
    points = iter(np.round(model.coef_[0], 3).tolist())
    columns = {
        name: {"edges": values, "points": [next(points) for _ in range(len(values) + 1)]}
        for name, values in edges.items()
    }
    return {"start": round(float(model.intercept_[0]), 3), "columns": columns}


# --- what is printed ----------------------------------------------------------------------------------------


def leave_one_out(
    folders: list[Path], material: dict[str, tuple[pd.DataFrame, np.ndarray]], peer: str | None
) -> None:
    from corpus.duplicates.score import shipped_score

    print(
        "Leave one set out (the score never saw the set):\n"
        f"{'set':<20}{'records':>8}{'tool':>12}{'TP':>8}{'FP':>5}{'FN':>5}{'doubtful':>10}"
        f"{'  settled TP':>12}{'FP':>5}{'FN':>5}{'CPU s':>9}{'wall s':>8}{'peak MB':>9}{'records/CPU s':>15}"
    )
    totals, rates = np.zeros(6, dtype=int), {}
    for folder in folders:
        others = [part for name, part in material.items() if name != folder.name]
        score = learned(others) if others else shipped_score()
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch, "score.json")
            file.write_text(json.dumps(score), encoding="utf-8")
            figures = run(sys.executable, [__file__, str(folder), "--one", "--score", str(file)])
        n = figures["records"]
        totals += np.array([*figures["counts"], *figures["settled"]])
        rates[folder.name] = n / figures["cpu"]
        too_many = "  more than 0.5 % are doubtful" if n > 1000 and figures["doubtful"] > 0.005 * n else ""
        print(line(folder.name, n, "samsyn", figures) + too_many, flush=True)
        if peer and n <= PEER_UP_TO:
            figures = peer_figures(peer, folder)
            rates[f"{folder.name} peer"] = n / figures["cpu"]
            print(line("", n, "bib-dedupe", figures), flush=True)
    print(
        f"sum: TP {totals[0]:,} FP {totals[1]} FN {totals[2]}; settled TP {totals[3]:,} FP {totals[4]} FN {totals[5]}"
    )
    peers = {name.removesuffix(" peer"): rate for name, rate in rates.items() if name.endswith(" peer")}
    if peers:
        slowest = max(peers, key=lambda name: len(material[name][1]))
        for name, rate in rates.items():
            if not name.endswith(" peer"):
                print(
                    f"{name}: {rate / peers[slowest]:.0f} times bib-dedupe's records a CPU second on {slowest}"
                )


def line(name: str, n: int, tool: str, figures: dict[str, Any]) -> str:
    tp, fp, fn = figures["counts"]
    settled = figures.get("settled", ("", "", ""))
    return (
        f"{name:<20}{n:>8,}{tool:>12}{tp:>8,}{fp:>5}{fn:>5}{figures['doubtful']:>10,}"
        f"{settled[0]:>12}{settled[1]:>5}{settled[2]:>5}{figures['cpu']:>9.2f}{figures['wall']:>8.2f}"
        f"{figures['peak']:>9.0f}{n / figures['cpu']:>15,.0f}"
    )


def run(python: str, arguments: list[str]) -> dict[str, Any]:
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_NUM_THREADS": "1",
    }
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    done = subprocess.run(
        [python, *arguments], check=False, capture_output=True, text=True, env=environment, encoding="utf-8"
    )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def peer_figures(python: str, folder: Path) -> dict[str, Any]:
    records, true_groups = read_set(folder)
    figures = run(python, ["-c", PEER, str(records_file(folder))])
    record_ids = records["record_id"].tolist()
    lost = {name for names in figures["groups"] for name in names[1:]}
    return {**figures, "counts": counts(set(record_ids) - lost, record_ids, true_groups)}


def print_calibration(material: dict[str, tuple[pd.DataFrame, np.ndarray]]) -> None:
    """How often pairs of a probability are true, each set by the score that never saw it."""
    from corpus.duplicates.conflicts import conflicts
    from corpus.duplicates.score import probabilities

    if len(material) < 2:
        return
    given, true = [], []
    for name, (compared, truth) in material.items():
        others = [part for other, part in material.items() if other != name]
        free = ~conflicts(compared).to_numpy().any(axis=1)
        given.append(probabilities(compared, learned(others))[free])
        true.append(truth[free])
    probability, truth = np.concatenate(given), np.concatenate(true)
    print("\nProbability said, and share of true pairs (pairs of all sets that have no conflict):")
    for low, high in (
        (0, 0.01),
        (0.01, 0.1),
        (0.1, 0.3),
        (0.3, 0.5),
        (0.5, 0.7),
        (0.7, 0.9),
        (0.9, 0.99),
        (0.99, 1.01),
    ):
        inside = (probability >= low) & (probability < high)
        if inside.any():
            print(
                f"  {low:.2f} to {min(high, 1):.2f}: {inside.sum():>7,} pairs, said {probability[inside].mean():.3f}, "
                f"true {truth[inside].mean():.3f}"
            )


def halves(sets: dict[str, Set], seed: int = 1) -> None:
    """Learn on a random half of every set, count on the other, both ways: the same sets are in both."""
    from corpus import find_duplicates

    draw = np.random.RandomState(seed)
    parts: list[dict[str, Set]] = [{}, {}]
    for name, (records, true_groups) in sets.items():
        group_of = {member: place for place, names in enumerate(true_groups) for member in names}
        unit = [group_of.get(record_id, -1 - row) for row, record_id in enumerate(records["record_id"])]
        units = sorted(set(unit))
        chosen = set(draw.permutation(units)[: len(units) // 2].tolist())
        first = np.array([one in chosen for one in unit])
        for half, rows in zip(parts, (first, ~first), strict=True):
            kept = set(records.loc[rows, "record_id"])
            half[name] = (
                records[rows].reset_index(drop=True),
                [names for names in true_groups if names[0] in kept],
            )
    total = np.zeros(3, dtype=int)
    for learn_on, count_on in ((0, 1), (1, 0)):
        score = learned([compared_pairs(*one) for one in parts[learn_on].values()])
        for records, true_groups in parts[count_on].values():
            found = find_duplicates(records, score=score)
            total += counts(set(found.groups), records["record_id"].tolist(), true_groups)
    print(
        f"\nRandom halves of every set (seed {seed}), learned on one and counted on the other, summed over both ways: "
        f"TP {total[0]:,} FP {total[1]} FN {total[2]}"
    )


def in_slices(sets: dict[str, Set]) -> None:
    """The largest set that is not huge in ten slices; ``duplicate_slices.py`` does others."""
    from duplicate_slices import slices

    fitting = {name: one for name, one in sets.items() if len(one[0]) <= 10_000}
    if fitting:
        name = max(fitting, key=lambda one: len(fitting[one][0]))
        slices(name, fitting[name])


if __name__ == "__main__":
    main()
