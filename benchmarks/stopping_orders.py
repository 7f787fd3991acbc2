"""Screening orders for benchmarks/stopping.py: which places of the reading order held a relevant record.

An order is kept as the number of records and the places (from 1) of the relevant ones; after the last of them
nothing is relevant, whatever the order, so no more need be known. Orders are written to a file as they are
made, and a run that was cut short goes on where it stopped.

    python benchmarks/stopping_orders.py FOLDER --orders orders.json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from corpus import read_labelled, simulate

KINDS = ("u4", "low prevalence", "small", "noisy ranker", "naive Bayes", "a fifth unseen")
# with this many seeds at most: nearly all records are read in these runs, which takes long
FEWER_SEEDS = {"a fifth unseen": 1}
Order = dict[str, object]  # set, kind, seed, n, places


@dataclass(frozen=True)
class LabelledSet:
    """A finished review: its name, and the review it is of (two sets may be of one review)."""

    name: str
    review: str
    path: Path


def labelled_sets(folder: Path) -> list[LabelledSet]:
    """The sets of a folder, smallest first; ``index.csv``, where there is one, says which are one review."""
    same: dict[str, str] = {}
    if (folder / "index.csv").exists():
        index = pd.read_csv(folder / "index.csv", dtype="str", keep_default_na=False)
        same = {
            name: review or name for name, review in zip(index["name"], index["same_review_as"], strict=True)
        }
    # files that hold no records of a review (an index, questions) have no label
    paths = [
        path for path in sorted(folder.glob("*.csv*")) if path.name not in ("index.csv", "questions.csv")
    ]
    names = [(path, path.name.removesuffix(".gz").removesuffix(".csv")) for path in paths]
    sets = [LabelledSet(name, same.get(name, name), path) for path, name in names]
    return sorted(sets, key=lambda known: (known.path.stat().st_size, known.name))


def make_orders(
    folder: Path, cache: Path, *, label: str, seeds: int, kinds: tuple[str, ...] = KINDS
) -> list[Order]:
    """Every order wanted, read from the cache or made now."""
    kept: dict[str, Order] = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
    wanted = {
        f"{known.name}|{kind}|{seed}": (known, kind, seed)
        for kind in kinds
        for seed in range(1, min(seeds, FEWER_SEEDS.get(kind, seeds)) + 1)
        for known in labelled_sets(folder)
    }
    for key, (known, kind, seed) in wanted.items():
        if key not in kept:
            n, places = _screen(known, kind, seed, label)
            kept[key] = {"set": known.name, "review": known.review, "kind": kind, "seed": seed,
                         "n": n, "places": places}  # fmt: skip
            cache.write_text(json.dumps(kept) + "\n", encoding="utf-8")
            print(f"made {key}: {len(places)} relevant, the last at {places[-1]} of {n}", flush=True)
    return [kept[key] for key in wanted]


def _screen(known: LabelledSet, kind: str, seed: int, label: str) -> tuple[int, list[int]]:
    records, included = read_labelled(known.path, label)
    relevant = np.asarray(included)
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    if kind == "low prevalence":  # a quarter of the relevant ones, at least 10
        there = np.flatnonzero(relevant)
        left_out = rng.permutation(there)[max(10, len(there) // 4) :]
        keep = np.setdiff1d(np.arange(len(relevant)), left_out)
        records, relevant = records.iloc[keep].reset_index(drop=True), relevant[keep]
    if kind == "small":  # 300 records, the share of relevant ones kept, at least 5 of them
        n = min(300, len(relevant))
        n_relevant = max(5, round(n * relevant.mean()))
        chosen = [rng.permutation(np.flatnonzero(relevant))[:n_relevant],
                  rng.permutation(np.flatnonzero(relevant == 0))[: n - n_relevant]]  # fmt: skip
        keep = np.sort(np.concatenate(chosen))
        records, relevant = records.iloc[keep].reset_index(drop=True), relevant[keep]
    if kind == "a fifth unseen":  # a fifth of the relevant ones read like some irrelevant record
        hidden = rng.permutation(np.flatnonzero(relevant))[: round(relevant.sum() / 5)]
        alike = rng.choice(np.flatnonzero(relevant == 0), len(hidden), replace=False)
        texts = ["title", "abstract"]
        records.loc[records.index[hidden], texts] = records.loc[records.index[alike], texts].to_numpy()
    scorers = {
        "noisy ranker": _noisy(rng, 1.0),
        "naive Bayes": _naive_bayes,
        "a fifth unseen": _noisy(rng, 0.0),
    }
    if kind in scorers:
        found = _screen_with(scorers[kind], records, relevant, seed)
    else:
        found = np.asarray(simulate(records, relevant.tolist(), seed=seed).found)
    return len(found), (np.flatnonzero(found) + 1).tolist()


def _screen_with(scorer: Callable, records: pd.DataFrame, relevant: np.ndarray, seed: int) -> np.ndarray:
    """Screen with another ranker, relearning after each relevant record, else after every 1 % of the records."""
    texts = (records["title"] + " " + records["abstract"]).tolist()
    matrix = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=0.95).fit_transform(texts)
    rows = [
        int(np.random.RandomState(seed).choice(np.flatnonzero(relevant == label), 1)[0]) for label in (1, 0)
    ]
    unread = np.ones(len(relevant), dtype=bool)
    unread[rows] = False
    for best in _reading(scorer, matrix, relevant, rows, unread):
        rows.append(best)
        unread[best] = False
    return np.concatenate([relevant[rows], np.zeros(unread.sum(), dtype=int)])


def _reading(
    scorer: Callable, matrix: object, relevant: np.ndarray, rows: list[int], unread: np.ndarray
) -> Iterator[int]:
    pause, scores = 0, np.zeros(len(relevant))
    while relevant[rows].sum() < relevant.sum():
        if pause == 0 or relevant[rows[-1]]:
            scores = scorer(matrix, np.array(rows), relevant[rows])
            pause = max(1, len(relevant) // 100)
        pause -= 1
        yield int(np.argmax(np.where(unread, scores, -np.inf)))


def _weights(labels: np.ndarray) -> np.ndarray:
    n_relevant = labels.sum()
    return np.where(labels == 1, 1.0, n_relevant / (9.8 * (len(labels) - n_relevant)))


def _naive_bayes(matrix: object, rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    model = MultinomialNB(alpha=3.822).fit(matrix[rows], labels, sample_weight=_weights(labels))
    return model.predict_log_proba(matrix)[:, 1]


def _noisy(rng: np.random.Generator, strength: float) -> Callable:
    """u4 with noise added to each record's score, drawn once for the run; strength 1: as wide as the scores."""
    noise = np.zeros(0)

    def scores(matrix: object, rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
        nonlocal noise
        if not len(noise):
            noise = rng.standard_normal(matrix.shape[0])
        weights = _weights(labels)
        model = LinearSVC(C=0.11, random_state=0)
        model.fit(matrix[rows], labels, sample_weight=weights * len(labels) / weights.sum())
        plain = model.decision_function(matrix)
        return plain + strength * plain.std() * noise

    return scores


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--orders", type=Path, required=True)
    parser.add_argument("--label", default="label")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--kind", action="append", choices=KINDS)
    arguments = parser.parse_args()
    make_orders(
        arguments.folder, arguments.orders, label=arguments.label, seeds=arguments.seeds,
        kinds=tuple(arguments.kind or KINDS),
    )  # fmt: skip
