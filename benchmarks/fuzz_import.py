"""Fuzz: mutated exports are read with every entry accounted for, or refused in words; never raise or hang.

    python benchmarks/fuzz_import.py FOLDER [--mutations 20000] [--seed 1]

Takes the files of FOLDER in turn (up to 200 kB each), flips bytes, truncates, shuffles lines, splices lines
of other files in, and reads the result.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from corpus import UsageError, read_records

LONGEST = 5.0  # seconds that a file of this size may take


def main() -> None:
    """Run the mutations; print the tally and every fault; exit 1 when there is one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mutations", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    files = sorted(
        path for path in arguments.folder.rglob("*") if path.is_file() and path.name != "manifest.csv"
    )
    contents = [(path.suffix, path.read_bytes()) for path in files if 0 < path.stat().st_size <= 200_000]
    rng = np.random.default_rng(arguments.seed)
    tally: Counter[str] = Counter()
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.mutations):
            suffix, data = contents[number % len(contents)]
            path = Path(folder, f"mutated{suffix}")
            path.write_bytes(mutated(data, contents[int(rng.integers(len(contents)))][1], rng))
            outcome = read_once(path)
            tally[outcome.split(":")[0]] += 1
            if outcome.startswith(("EXCEPTION", "IDENTITY", "SLOW")):
                faults.append(f"{files[0].parent.name} mutation {number}: {outcome}")
    for outcome, count in tally.most_common():
        print(f"{count:>8,}  {outcome}")
    for fault in faults[:50]:
        print(fault)
    sys.exit(1 if faults else 0)


def read_once(path: Path) -> str:
    """What became of a file: read, refused, or a fault in capitals."""
    began = time.perf_counter()
    try:
        reading = read_records(path)
    except UsageError:
        return "refused"
    except Exception as error:  # what is looked for
        return f"EXCEPTION: {type(error).__name__}: {str(error)[:120]}"
    if time.perf_counter() - began > LONGEST:
        return f"SLOW: {time.perf_counter() - began:.1f} s"
    n_read = len(reading.records) + len(reading.unreadable)
    if reading.n_entries != n_read:
        return f"IDENTITY: {reading.format} {reading.n_entries} entries, {n_read} read"
    return "read"


def mutated(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """One to three random changes of a file."""
    for _ in range(int(rng.integers(1, 4))):
        kind = int(rng.integers(5))
        if kind == 0:  # flip bytes
            changed = bytearray(data)
            for place in rng.integers(0, max(1, len(changed)), size=int(rng.integers(1, 12))):
                if changed:
                    changed[int(place) % len(changed)] = int(rng.integers(256))
            data = bytes(changed)
        elif kind == 1:  # truncate
            data = data[: int(rng.integers(len(data) + 1))]
        elif kind == 2:  # shuffle a stretch of lines
            lines = data.split(b"\n")
            start = int(rng.integers(len(lines)))
            stretch = lines[start : start + 20]
            rng.shuffle(stretch)
            data = b"\n".join([*lines[:start], *stretch, *lines[start + 20 :]])
        elif kind == 3:  # splice lines of another file in
            lines, others = data.split(b"\n"), other.split(b"\n")
            start, place = int(rng.integers(len(others))), int(rng.integers(len(lines)))
            data = b"\n".join([*lines[:place], *others[start : start + 5], *lines[place:]])
        else:  # drop or double a line
            lines = data.split(b"\n")
            place = int(rng.integers(len(lines)))
            lines[place : place + 1] = [] if rng.random() < 0.5 else [lines[place]] * 2
            data = b"\n".join(lines)
    return data


if __name__ == "__main__":
    main()
