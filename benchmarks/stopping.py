"""Stopping: how often each rule kept a recall of .95 in finished reviews, and how much reading it saved.

    python benchmarks/stopping.py FOLDER --orders orders.json
    python benchmarks/stopping.py FOLDER --orders orders.json --json figures.json

FOLDER holds labelled sets (CSV, title, abstract, label; index.csv says which sets are of one review, and such
sets count as one). The default ranking reads each set with ``--seeds`` priors; the orders are kept in
``--orders``, so that the second run is quick. The known first records (one included, one excluded) are not part
of the sequence. Every rule looks after each 1 % of the records; buscarpy (``pip install buscarpy``) does so in
the same run on the same orders (where our own p-value is below .2, and at each tenth look to show that the two
agree; with --every-look always). A rule that never fires has everything read. The perturbed runs are of
few relevant records (a quarter kept, at least 10), small collections (300 records), a noisy ranker, naive Bayes,
and a fifth of the relevant records reading like irrelevant ones, which no ranking can find. Thresholds are those
of Samsyn, fixed beforehand; what leave-one-review-out would have chosen is shown beside them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from stopping_orders import KINDS, make_orders

from corpus import audit, stopping

TARGET = 0.95
N_PRIORS = 2


@dataclass(frozen=True)
class Run:
    """One order and the looks at it."""

    set: str
    review: str
    kind: str
    seed: int
    found: np.ndarray
    looks: tuple[stopping.Look, ...]

    @property
    def n(self) -> int:
        """Records in the sequence."""
        return len(self.found)


Stopper = Callable[[Run], tuple[int, float]]  # records read, recall


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--orders", type=Path, required=True, help="where the orders are kept")
    parser.add_argument("--label", default="label")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only-u4", action="store_true", help="leave the perturbed runs out")
    parser.add_argument("--no-peer", action="store_true", help="leave buscarpy out")
    parser.add_argument("--every-look", action="store_true", help="let buscarpy look each time (16 minutes)")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()
    kinds = KINDS[:1] if arguments.only_u4 else KINDS
    orders = make_orders(
        arguments.folder, arguments.orders, label=arguments.label, seeds=arguments.seeds, kinds=kinds
    )
    runs = [as_run(order) for order in orders]
    plain = [run for run in runs if run.kind == "u4"]
    n_reviews = len({run.review for run in plain})
    print(
        f"{len({run.set for run in plain})} sets of {n_reviews} reviews, {arguments.seeds} seeds, target recall {TARGET}\n"
    )
    rules = RULES if arguments.no_peer else {**RULES, **peer(arguments.every_look)}
    table = pd.DataFrame([{"rule": name, **measured(plain, rule)} for name, rule in rules.items()])
    print(shown(table))
    saved = table.set_index("rule")["saved"]
    reference = "buscarpy .95" if "buscarpy .95" in saved else "buscar .95 (cautious)"
    for level in ("odds-adjusted, strict (standard)", "odds-adjusted (fast)"):
        print(f"{level}: saves {saved[level] / saved[reference]:.2f} times what {reference} saves")
    if not arguments.no_peer:
        print_same_as_peer(plain)
    print_intervals(plain)
    print_left_out(plain)
    perturbed = pd.DataFrame([
        {"rule": name, "runs": kind, **measured([run for run in runs if run.kind == kind], RULES[name])}
        for name in LEVELS for kind in kinds[1:]
    ])  # fmt: skip
    if len(perturbed):
        print("\nperturbed runs\n" + shown(perturbed))
    if arguments.json:
        figures = {
            "measured_by": "benchmarks/stopping.py on labelled sets of finished reviews, orders of the default ranking",
            "n_sets": len({run.set for run in plain}),
            "n_reviews": n_reviews,
            "seeds": arguments.seeds,
            "target": TARGET,
            "sets": sorted({run.set for run in plain}),
            "rules": {KEYS[name]: rounded(measured(plain, rule)) for name, rule in RULES.items()},
            "perturbed": {
                kind: {
                    KEYS[name]: rounded(measured([run for run in runs if run.kind == kind], RULES[name]))
                    for name in LEVELS
                }
                for kind in kinds[1:]
            },
        }
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in figures.items()}


def as_run(order: dict) -> Run:
    found = np.zeros(order["n"], dtype=int)
    found[np.array(order["places"]) - 1] = 1
    found = found[N_PRIORS:]
    looks = tuple(stopping.looks(found, len(found), target=TARGET))
    return Run(order["set"], order["review"], order["kind"], order["seed"], found, looks)


# --- the rules --------------------------------------------------------------------------------------------


def by_looks(rule: stopping.Rule) -> Stopper:
    def stop(run: Run) -> tuple[int, float]:
        return stopped_at(run, stopping.first_stop(run.looks, rule))

    return stop


def stopped_at(run: Run, n_read: int | None) -> tuple[int, float]:
    n_read = run.n if n_read is None else n_read
    return n_read, run.found[:n_read].sum() / run.found.sum()


def in_a_row(n: int) -> Stopper:
    def stop(run: Run) -> tuple[int, float]:
        return stopped_at(run, stopping.first_run(run.found, n))

    return stop


def qbcb(run: Run) -> tuple[int, float]:
    """Lewis et al. 2021: a random sample of 59 relevant records first; stop when the ranking has found them all."""
    rng = np.random.default_rng(run.seed)
    drawn = rng.permutation(run.n)
    hits = np.cumsum(run.found[drawn])
    if hits[-1] < 59:
        return run.n, 1.0
    sample = drawn[: int(np.searchsorted(hits, 59)) + 1]
    read = np.zeros(run.n, dtype=bool)
    read[: sample[run.found[sample] == 1].max() + 1] = True
    read[sample] = True
    return int(read.sum()), run.found[read].sum() / run.found.sum()


def certified(run: Run) -> tuple[int, float]:
    """Stop by the standard level, audit as many as a clean audit needs; not certified: read everything."""
    k = stopping.first_stop(run.looks, stopping.odds_adjusted())
    if k is None or k == run.n:
        return stopped_at(run, None)
    n_found, n_unread = int(run.found[:k].sum()), run.n - k
    size = audit.audit_size(n_unread, n_found, target=TARGET)
    rest = np.random.default_rng(run.seed).permutation(run.found[k:])
    result = audit.audit_bound(n_unread, size, int(rest[:size].sum()), n_found, target=TARGET)
    if not result.certified:
        return stopped_at(run, None)
    return k + size, (n_found + rest[:size].sum()) / run.found.sum()


RULES: dict[str, Stopper] = {
    "50 irrelevant in a row": in_a_row(50),
    "100 irrelevant in a row": in_a_row(100),
    "200 irrelevant in a row": in_a_row(200),
    "QBCB .95/.95": qbcb,
    "buscar .95 (cautious)": by_looks(stopping.missed_test(0.95)),
    "buscar .80": by_looks(stopping.missed_test(0.80)),
    "odds-adjusted, strict (standard)": by_looks(stopping.odds_adjusted(strict=True)),
    "odds-adjusted (fast)": by_looks(stopping.odds_adjusted(strict=False)),
    "standard, then audit (certified)": certified,
}
LEVELS = tuple(RULES)[4:8]
# what Samsyn calls them where it prints how they did
KEYS = dict(zip(RULES, ("in_a_row_50", "in_a_row_100", "in_a_row_200", "qbcb", "cautious", "buscar_80", "standard",
                        "fast", "certified"), strict=True))  # fmt: skip


def peer(every_look: bool) -> dict[str, Stopper]:
    """buscarpy's test over the same looks: all of them, or those where ours is below .2 and each tenth besides."""
    from buscarpy import calculate_h0

    def stop(run: Run) -> tuple[int, float]:
        key = (run.set, run.kind, run.seed)
        if key not in PEER_STOPS:
            began, PEER_STOPS[key] = time.process_time(), None
            for place, look in enumerate(run.looks):
                if every_look or look.p_value < 0.2 or place % 10 == 0:
                    p = calculate_h0(run.found[: look.n_read], run.n, TARGET)
                    PEER_GAPS.append(abs(p - look.p_value))
                    if p < 1.0 - 0.95:
                        PEER_STOPS[key] = look.n_read
                        break
            print(
                f"buscarpy: {run.set} seed {run.seed}, {time.process_time() - began:.1f} s", file=sys.stderr
            )
        return stopped_at(run, PEER_STOPS[key])

    return {"buscarpy .95": stop}


PEER_STOPS: dict[tuple, int | None] = {}
PEER_GAPS: list[float] = []


# --- what came of it --------------------------------------------------------------------------------------


def measured(runs: list[Run], stop: Stopper) -> dict[str, float]:
    """Share of runs and of reviews that kept the target, worst recall, mean saving, and sets that fell short."""
    rows = [(run.set, run.review, int(run.found.sum()), *stop(run), run.n) for run in runs]
    frame = pd.DataFrame(rows, columns=["set", "review", "relevant", "read", "recall", "n"])
    frame["kept"] = frame["recall"] >= TARGET
    by_review = frame.groupby("review")["kept"].mean()
    large = frame[frame["relevant"] >= 20 - 1]  # one of 20 may be the known first record
    return {
        "runs_kept": frame["kept"].mean(),
        "reviews_kept": by_review.mean(),
        "reviews_always": (by_review == 1).mean(),
        "worst": frame["recall"].min(),
        "saved": (1 - frame["read"] / frame["n"]).mean(),
        "large_sets_short": int((large.groupby("set")["kept"].mean() < 0.9).sum()),
    }


def shown(table: pd.DataFrame) -> str:
    form = {
        "runs_kept": "{:.1%}",
        "reviews_kept": "{:.1%}",
        "reviews_always": "{:.1%}",
        "worst": "{:.3f}",
        "saved": "{:.1%}",
    }
    out = table.copy()
    for name, text in form.items():
        out[name] = [text.format(value) for value in out[name]]
    return out.to_string(index=False)


def print_same_as_peer(runs: list[Run]) -> None:
    same = [
        PEER_STOPS[run.set, run.kind, run.seed] == stopping.first_stop(run.looks, stopping.missed_test(0.95))
        for run in runs
    ]
    print(f"our buscar test stops where buscarpy does in {sum(same)} of {len(same)} runs")
    print(f"the two p-values differ by {np.nanmax(PEER_GAPS):.1e} at most in {len(PEER_GAPS)} looks")


def print_intervals(runs: list[Run]) -> None:
    """How often no more was left than the interval of recall allows, at each tenth of the reading."""
    rng = np.random.default_rng(1)
    for name in ("in the order of the ranking", "in random order, where its assumption holds exactly"):
        held, lows = [], []
        for run in runs:
            found = run.found if name.startswith("in the order") else rng.permutation(run.found)
            for n_read in np.linspace(run.n / 10, run.n, 9, endpoint=False).astype(int):
                low, _, most = stopping.recall_interval(found[:n_read], run.n)
                held.append(found[n_read:].sum() <= most)
                lows.append(low)
        print(f"recall interval (95 %) {name}: held at {np.mean(held):.1%} of {len(held)} looks, "
              f"lower end {np.mean(lows):.2f} on average")  # fmt: skip


def print_left_out(runs: list[Run]) -> None:
    """The threshold chosen on all other reviews (the lowest that keeps 95 % of them), tried on the one left out."""
    grid = np.arange(1.0, 8.01, 0.25)
    shipped = stopping.THRESHOLD
    reviews = sorted({run.review for run in runs})
    print(f"\nthreshold {shipped} is shipped; chosen anew without each review:")
    for strict in (True, False):
        kept, saved = {}, {}
        for threshold in grid:
            stopping.THRESHOLD = float(threshold)
            for run in runs:
                n_read, recall = by_looks(stopping.odds_adjusted(strict=strict))(run)
                kept[run.set, run.seed, threshold] = recall >= TARGET
                saved[run.set, run.seed, threshold] = 1 - n_read / run.n
        stopping.THRESHOLD = shipped
        chosen, scores, savings = [], [], []
        for left_out in reviews:

            def share(threshold: float, out: str = left_out, kept: dict = kept) -> float:
                return np.mean([
                    np.mean([kept[run.set, run.seed, threshold] for run in runs if run.review == review])
                    for review in reviews if review != out
                ])  # fmt: skip

            best = next((threshold for threshold in grid if share(threshold) >= TARGET), grid[-1])
            own = [run for run in runs if run.review == left_out]
            chosen.append(best)
            scores.append(np.mean([kept[run.set, run.seed, best] for run in own]))
            savings.append(np.mean([saved[run.set, run.seed, best] for run in own]))
        print(f"  {'strict' if strict else 'fast':7} thresholds {min(chosen):.2f} to {max(chosen):.2f}; "
              f"left-out reviews kept {np.mean(scores):.1%}, saved {np.mean(savings):.1%}")  # fmt: skip


if __name__ == "__main__":
    main()
