"""How far one machine goes: every stage that touches all records, at several sizes, through the command line.

    python benchmarks/scale.py 10000 100000                      all stages; records of generated_records.py
    python benchmarks/scale.py 1000000 --stages add duplicates rank again suggest
    python benchmarks/scale.py 100000 --work FOLDER              keeps exports, reviews and figures there

Each stage is one command in a process of its own: ``add`` (the export files), ``duplicates``, ``rank`` (the first, with
400 decisions), ``again`` (``rank`` after one more), ``suggest`` (the rules, on all records), ``suggest_again``,
``status``, ``render`` (of some included and coded records; up to 100,000). Measured: CPU and wall seconds, the peak of
memory that belongs to the command and its workers (proportional set size, sampled, or the kernel's own peak where that
is higher), what it wrote. Between sizes the slope of CPU on records, both in logarithms: 1 is linear. How far it is from
the limit is told by two more: all exports' bytes read and hashed, and spaCy's tokenizer alone, on the same texts.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
STAGES = ("add", "duplicates", "rank", "again", "suggest", "suggest_again", "status", "render")
RENDERED_UP_TO = 100_000
N_DECISIONS = 400
COMMAND = [sys.executable, "-m", "samsyn"]
LIMIT_READ = """
import hashlib, sys
from pathlib import Path
for path in sorted(Path(sys.argv[1]).iterdir()):
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
"""
LIMIT_TOKENS = """
import sys
import spacy
from samsyn import Review
records = Review.open(sys.argv[1]).records
step = max(1, len(records) // 10_000)
texts = [f"{title}. {abstract}" for title, abstract in zip(records["title"][::step], records["abstract"][::step])]
import time
tokenizer = spacy.blank("en").tokenizer
began = time.process_time()
n = sum(len(doc) for doc in tokenizer.pipe(texts))
print((time.process_time() - began) * len(records) / len(texts))
"""


def main() -> None:
    """Read the arguments, measure each size, print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sizes", nargs="+", type=int)
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument(
        "--work", type=Path, help="Where exports and reviews are kept; else a folder that goes."
    )
    parser.add_argument(
        "--limits", action="store_true", help="Also reading alone and spaCy's tokenizer alone."
    )
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = asked.work or Path(temporary)
        measured: dict[str, dict[int, dict[str, float]]] = {}
        for size in sorted(asked.sizes):
            for stage, figures in stages_of(size, work, asked.stages, asked.seed, limits=asked.limits):
                measured.setdefault(stage, {})[size] = figures
                print(row(size, stage, figures), flush=True)
            with (work / "figures.jsonl").open("a", encoding="utf-8") as file:
                of_size = {stage: by_size[size] for stage, by_size in measured.items() if size in by_size}
                file.write(json.dumps({"records": size, **of_size}) + "\n")
        print_slopes(measured)


def row(size: int, stage: str, figures: dict[str, float]) -> str:
    """One line of figures."""
    said = f"{size:>9,}  {stage:<14} {figures['cpu']:>9.1f} s CPU"
    if "wall" in figures:
        said += f"  {figures['wall']:>9.1f} s wall  {figures['peak']:>8.0f} MB peak  {figures['written']:>9.1f} MB written"
    return said


def print_slopes(measured: dict[str, dict[int, dict[str, float]]]) -> None:
    """The growth of CPU seconds from each size to the next; of seconds too short to tell nothing is said."""
    for stage, by_size in measured.items():
        sizes = sorted(by_size)
        for small, large in pairwise(sizes):
            before, after = by_size[small]["cpu"], by_size[large]["cpu"]
            slope = math.log(after / before) / math.log(large / small)
            print(f"{stage:<14} {small:>9,} to {large:>9,}: slope {slope:.2f}")


def stages_of(size: int, work: Path, stages: list[str], seed: int, *, limits: bool) -> Any:
    """Make what is needed, run the stages, yield their names and figures."""
    exports, review = work / f"exports_{size}", work / f"review_{size}"
    if not exports.is_dir():
        partial = exports.with_name(f"{exports.name}.partial")
        generator = [
            str(ROOT / "benchmarks" / "generated_records.py"),
            str(size),
            str(partial),
            "--seed",
            str(seed),
        ]
        subprocess.run([sys.executable, *generator], check=True, stdout=subprocess.DEVNULL, env=environment())
        partial.rename(exports)
    if not review.is_dir():
        run(["new", str(review)], work)
    for stage in stages:
        if stage == "render" and size > RENDERED_UP_TO:
            continue
        if stage == "add":
            command = ["add", *map(str, sorted(exports.iterdir())), "--json"]
        elif stage == "duplicates":
            command = ["duplicates", "--json"]
        elif stage in ("rank", "again"):
            decide(review, N_DECISIONS if stage == "rank" else 1)
            command = ["rank", "--json"]
        elif stage in ("suggest", "suggest_again"):
            command = [
                "suggest",
                "--all",
                "--by",
                "rules",
                "--csv",
                str(work / f"suggestions_{size}.csv"),
                "--json",
            ]
        elif stage == "render":
            code_some(review, work / f"suggestions_{size}.csv")
            command = ["render"]
        else:
            command = ["status", "--json"]
        yield stage, measured_run(command, review, work)
    if limits:
        yield "limit: read", process([sys.executable, "-c", LIMIT_READ, str(exports)], work, work)
        tokens = subprocess.run(
            [sys.executable, "-c", LIMIT_TOKENS, str(review)],
            check=True,
            capture_output=True,
            text=True,
            env=environment(),
        )
        yield "limit: spaCy", {"cpu": float(tokens.stdout)}


def decide(review: Path, n: int) -> None:
    """Decisions on the records highest in the ranking's start, as a first batch would be: one in eight is included."""
    done = review / "decisions" / "screening" / "ann.jsonl"
    n_done = len(done.read_text(encoding="utf-8").splitlines()) if done.exists() else 0
    order = review.with_name(f"{review.name}_order.json")
    if not order.exists():
        program = (
            "import json, sys; from samsyn import Review; "
            "print(json.dumps(Review.open(sys.argv[1]).records['record_id'].sample(500, random_state=1).tolist()))"
        )
        made = subprocess.run(
            [sys.executable, "-c", program, str(review)], check=True, capture_output=True, env=environment()
        )
        order.write_bytes(made.stdout)
    names = json.loads(order.read_text(encoding="utf-8"))[n_done : n_done + n]
    rows = review.with_name(f"{review.name}_decisions.csv")
    with rows.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["record_id", "verdict"])
        writer.writerows(
            (name, "include" if (n_done + place) % 8 == 0 else "exclude") for place, name in enumerate(names)
        )
    run(["screen", str(rows), "--as", "ann", "--json", "--review", str(review)], review.parent)


def code_some(review: Path, suggestions: Path) -> None:
    """Include the first records with suggestions and code 400 of these as they are."""
    rows = review.with_name(f"{review.name}_codes.csv")
    verdicts = review.with_name(f"{review.name}_included.csv")
    with suggestions.open(encoding="utf-8-sig", newline="") as file:
        # a code is said once of a record, in one direction
        first = {(line["record_id"], line["code_id"]): line for line in reversed(list(csv.DictReader(file)))}
    listed = list(reversed(first.values()))[:400]
    if not listed:
        sys.exit("No included record has a suggestion to code.")
    for line in listed:
        line["value"] = "present"
    with rows.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, fieldnames=list(listed[0]))
        table.writeheader()
        table.writerows(listed)
    with verdicts.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["record_id", "verdict", "stage"])
        names = dict.fromkeys(line["record_id"] for line in listed)
        writer.writerows(
            (name, "include", stage) for stage in ("title_abstract", "full_text") for name in names
        )
    run(["screen", str(verdicts), "--as", "ann", "--review", str(review)], review.parent)
    run(["code", str(rows), "--as", "ann", "--review", str(review)], review.parent)


# --- measuring -----------------------------------------------------------------------------------------------


def environment() -> dict[str, str]:
    """This environment, with this tree in front."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def run(command: list[str], folder: Path) -> None:
    """A command that is not measured."""
    subprocess.run(
        [*COMMAND, *command],
        check=True,
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
    )


def measured_run(command: list[str], review: Path, work: Path) -> dict[str, float]:
    """A command of samsyn in a review."""
    return process([*COMMAND, *command, "--review", str(review)], work, review)


def process(command: list[str], folder: Path, written_to: Path) -> dict[str, float]:
    """Run a process to its end: CPU and wall seconds, MB at the peak, MB by which the folder grew."""
    before, began = size_of(written_to), time.perf_counter()
    started = subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL)
    peak, done = [0.0], threading.Event()
    watch = threading.Thread(target=_watch, args=(started.pid, peak, done))
    watch.start()
    _, status, usage = os.wait4(started.pid, 0)
    done.set()
    watch.join()
    wall = time.perf_counter() - began
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        sys.exit(f"{' '.join(command)[:300]} ended with {started.returncode}.")
    # a process starts with the peak of the one that started it
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kernel = usage.ru_maxrss / 1024 if usage.ru_maxrss > own else 0.0
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": wall,
        "peak": max(kernel, peak[0]),
        "written": size_of(written_to) - before,
    }


def _watch(pid: int, peak: list[float], done: threading.Event) -> None:
    while not done.wait(0.5):
        peak[0] = max(peak[0], sum(map(_megabytes, _family(pid))))


def _family(pid: int) -> list[int]:
    """A process and all that it started."""
    found, parents = [pid], {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(folder.name))
    for one in found:
        found += parents.get(one, [])
    return found


def _megabytes(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0.0)


def size_of(folder: Path) -> float:
    """MB in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
