"""The screening card: how long a key press takes until the next record is there, while the ranking relearns.

    python benchmarks/cards.py                       10,000 generated records, 100 decisions in JupyterLab
    python benchmarks/cards.py FOLDER                the same with records of labelled sets (see screening.py)
    python benchmarks/cards.py FOLDER --records 10000 100000
    python benchmarks/cards.py FOLDER --plain        without Jupyter and browser: the queue alone
    python benchmarks/cards.py --review FOLDER       on a copy of a review, such as scale.py leaves with --work

Measured in the page, from the event of the key that decides to the change of the title, and to the frame after
it. Every tenth record is included, the others are excluded with a reason; the ranking relearns from each decision
in its thread. With no --pause the next key follows at once, which is harder than any reader is.
How long the card takes to open is measured in the kernel, with a review that was not read before, and another
card of the same review object in the same kernel.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
CELL = """import json, pathlib, resource, time
began = time.perf_counter()
from samsyn import Review
review = Review.open(r"{folder}")
card = review.screening_card("ann")
first = time.perf_counter() - began
began = time.perf_counter()
review.screening_card("bo")
again = time.perf_counter() - began
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
pathlib.Path("opened.json").write_text(json.dumps([first, again, megabytes, len(review.records)]))
card"""
# for each decision the times from its key: to the change of title and count, and to the next frame
WATCH = """() => {
  window.times = [];
  // two records may have the same title
  const shown = () => {
    const [title, strip] = [".title", ".strip"].map((part) => document.querySelector(`.samsyn-card ${part}`)?.innerText);
    return title && `${title} ${strip.match(/[\\d.,]+ of/)}`;
  };
  let pressed = 0, before = shown();
  document.addEventListener("keydown", () => { pressed = performance.now(); }, true);
  new MutationObserver(() => {
    const now = shown();
    if (!now || now === before) return;
    before = now;
    const changed = performance.now() - pressed, key = pressed;
    requestAnimationFrame(() => window.times.push([changed, performance.now() - key]));
  }).observe(document.querySelector(".samsyn-card"), { childList: true, subtree: true, characterData: true });
}"""


def main() -> None:
    """Read the arguments, run what is asked, print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--records", nargs="+", type=int, default=[10_000])
    parser.add_argument("--decisions", type=int, default=100)
    parser.add_argument("--pause", type=float, default=0.0, metavar="SECONDS", help="Before each key.")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--review", type=Path, metavar="FOLDER", help="A review that is there already.")
    arguments = parser.parse_args()
    for n_records in [0] if arguments.review else arguments.records:
        with tempfile.TemporaryDirectory() as folder:
            if arguments.review:
                shutil.copytree(arguments.review, Path(folder) / "review")
            else:
                make_review(Path(folder) / "review", n_records, arguments.folder)
            measure = in_plain_python if arguments.plain else in_browser
            # what else the machine does is part of the figure
            load = os.getloadavg()[0]
            measure(Path(folder), n_records, arguments.decisions, arguments.pause)
            print(f"    load {load:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} processors")


def make_review(folder: Path, n_records: int, sets: Path | None) -> None:
    """A review of so many unique records."""
    from samsyn import Review

    rng = np.random.default_rng(1)
    titles, abstracts = texts_of(sets, n_records, rng) if sets else generated(n_records, rng)
    table = pd.DataFrame(
        {
            "title": titles,
            "abstract": abstracts,
            "year": rng.integers(1990, 2026, n_records),
            "authors": [f"Invented {n % 9973}, A." for n in range(n_records)],
        }
    )
    export = folder.with_name("records.csv")
    table.to_csv(export, index=False)
    Review.new(folder).add(export)


def texts_of(sets: Path, n_records: int, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Titles and abstracts of labelled sets; beyond their number, two titles' halves make a new one."""
    from corpus import read_labelled

    paths = sorted(path for path in sets.glob("*.csv*") if path.name not in ("index.csv", "questions.csv"))
    records = pd.concat([read_labelled(path)[0] for path in paths], ignore_index=True)
    n_found = len(records)
    rows = np.concatenate([rng.permutation(n_found) for _ in range(n_records // n_found + 1)])[:n_records]
    titles, abstracts = records["title"].to_numpy(object)[rows], records["abstract"].to_numpy(object)[rows]
    if n_records > n_found:
        words = [title.split() for title in titles]
        other = rng.permutation(n_records)
        titles = [
            " ".join(
                [*words[n][: len(words[n]) * 2 // 3], *words[other[n]][len(words[other[n]]) // 2 :], str(n)]
            )
            for n in range(n_records)
        ]
    return list(titles), list(abstracts)


def generated(n_records: int, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Invented words, some frequent and most rare, as in texts: 12 a title, 180 an abstract."""
    syllables = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]
    vocabulary = np.array(["".join(rng.choice(syllables, 3)) for _ in range(60_000)], dtype=object)
    places = np.minimum(rng.zipf(1.3, (n_records, 192)) - 1, len(vocabulary) - 1)
    return (
        [" ".join(vocabulary[row[:12]]) + f" {n}" for n, row in enumerate(places)],
        [" ".join(vocabulary[row[12:]]) for row in places],
    )


def in_browser(folder: Path, n_records: int, n_decisions: int, pause: float) -> None:
    """In JupyterLab, driven by keys."""
    from playwright.sync_api import sync_playwright

    decided = folder / "review/decisions/screening/ann.jsonl"
    jupyter, before = servers(), n_lines(decided)
    work, settings = folder / "work", folder / "settings"
    work.mkdir()
    settings.mkdir()
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with jupyter.running_server("lab", work, settings) as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        server.write_notebook(CELL.format(folder=folder / "review"))
        page = server.open(browser)
        page.set_default_timeout(1_200_000)
        server.run_all(page)
        page.wait_for_selector(".samsyn-card .title")
        first, again, megabytes, n_records = json.loads((work / "opened.json").read_text())
        print(f"{n_records:7,} records: opened in {first:.1f} s, again in {again:.1f} s; peak {megabytes} MB")
        page.evaluate(WATCH)
        page.focus(".samsyn-card")
        for number in range(n_decisions):
            page.wait_for_timeout(1000 * pause)
            for key in ["i"] if number % 10 == 0 else ["e", "1"]:
                page.keyboard.press(key)
            page.wait_for_function("(n) => window.times.length > n", arg=number)
        times = np.array(page.evaluate("window.times"))
        browser.close()
    written = n_lines(decided) - before
    if written != n_decisions:
        sys.exit(f"{written} decisions were written, not {n_decisions}.")
    told("key to next title", times[:, 0])
    told("key to next frame", times[:, 1])


def n_lines(path: Path) -> int:
    """How many lines a file has that may not be there."""
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


def in_plain_python(folder: Path, n_records: int, n_decisions: int, pause: float) -> None:
    """The queue alone, its thread beside it."""
    from samsyn import Review
    from samsyn.cards.screening_queue import ScreeningQueue

    began = time.perf_counter()
    queue = ScreeningQueue(Review.open(folder / "review"), "ann")
    n_records = len(queue.records)
    opened = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{n_records:7,} records: opened in {opened:.1f} s; peak {peak} MB")
    times, worked = [], []
    for number in range(n_decisions):
        time.sleep(pause)
        name = queue.current()
        began, began_working = time.perf_counter(), time.thread_time()
        queue.decide(name, "include" if number % 10 == 0 else "exclude")
        queue.current(), queue.progress()
        times.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.thread_time() - began_working))
    told("decision to next record", np.array(times))
    # what it takes where nobody else uses the machine and nothing is being learned
    told("of it, processor of the thread that decides", np.array(worked))


def told(what: str, milliseconds: np.ndarray) -> None:
    """Print the median, the 95th percentile and the slowest."""
    median, p95 = np.percentile(milliseconds, [50, 95])
    print(f"    {what}: median {median:.0f} ms, p95 {p95:.0f} ms, slowest {milliseconds.max():.0f} ms")


def servers() -> Any:
    """What the tests start their servers with."""
    spec = importlib.util.spec_from_file_location("servers", ROOT / "tests" / "test_samsyn" / "conftest.py")
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    sys.modules["servers"] = module
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    return module


if __name__ == "__main__":
    main()
