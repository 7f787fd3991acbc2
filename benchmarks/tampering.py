"""Files of a review are edited at random: does `samsyn check` find it, and name the file?

    python benchmarks/tampering.py                      300 edits, seed 1, two processes
    python benchmarks/tampering.py --edits 40 --seed 5

The invented example is rendered once. Then one file at a time is edited (a byte, a word, a number, a line removed,
two lines swapped), the review is checked, and the file is put back. Kinds of files take turns: sources, decision
files, the log of sources, what authors write (protocol, coding scheme, synthesis.yaml, checklist.yaml), and every
output. Printed per kind: edits made, found (the check says a fault, or refuses the file in words), named (the
file's name is in what is said), and crashes (anything else is raised).
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from corpus import ReviewError
from samsyn.demonstration import copy_example
from samsyn.review import Review

KINDS = {
    "sources": ("sources/*.ris", "sources/*.nbib", "sources/*.bib"),
    "log of sources": ("sources/sources.jsonl",),
    "decisions": ("decisions/*/*.jsonl",),
    "authors' files": ("*.yaml",),
    "output, text": ("output/*.html", "output/*.csv", "output/*.svg", "output/*.json", "output/*.bib", "output/*.ris"),
    "output, packed": ("output/*.xlsx", "output/*.docx"),
}  # fmt: skip
EDITS = ("byte", "word", "number", "line removed", "lines swapped")


def main() -> None:
    """Edit, check, print; end with 1 where an edit was not found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--edits", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    began = time.perf_counter()
    shares = [range(start, chosen.edits, chosen.processes) for start in range(chosen.processes)]
    with ProcessPoolExecutor(chosen.processes) as pool:
        parts = list(pool.map(tamper, shares, [chosen.seed] * len(shares)))
    n = sum((part[0] for part in parts), Counter())
    print(f"{'':16}{'edits':>7}{'found':>7}{'named':>7}{'crash':>7}")
    for kind in KINDS:
        print(f"{kind:16}" + "".join(f"{n[kind, what]:>7}" for what in ("edits", "found", "named", "crash")))
    for _, missed in parts:
        for line in missed:
            print(line)
    print(f"{time.perf_counter() - began:.0f} seconds")
    raise SystemExit(1 if any(n[kind, "found"] < n[kind, "edits"] for kind in KINDS) else 0)


def tamper(numbers: range, seed: int) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Make the edits with these numbers; return the counts and what was missed, in words."""
    n: Counter[tuple[str, str]] = Counter()
    missed = []
    with tempfile.TemporaryDirectory(prefix="samsyn-tampering-") as place:
        review = copy_example(Path(place, "review"))
        review.render()
        if faults := review.check():
            raise SystemExit(f"the untouched example has faults: {faults}")
        for number in numbers:
            rng = random.Random(f"{seed} {number}")  # noqa: S311 (no secret)
            kind = list(KINDS)[number % len(KINDS)]
            found = {path for pattern in KINDS[kind] for path in review.folder.glob(pattern)}
            path = rng.choice(sorted(found))
            what, data = edited(path.read_bytes(), rng, packed="packed" in kind)
            kept = path.with_name(f"{path.name}.kept")
            shutil.copy2(path, kept)
            path.write_bytes(data)
            said, crash = _check(review)
            kept.replace(path)
            n[kind, "edits"] += 1
            n[kind, "found"] += bool(said)
            n[kind, "named"] += any(path.name in one for one in said)
            n[kind, "crash"] += bool(crash)
            name_said = "named" if any(path.name in one for one in said) else "not named"
            told = f"crash {crash}" if crash else f"found, {name_said}" if said else "MISSED"
            print(f"edit {number}, {path.name}: {what}: {told}", file=sys.stderr, flush=True)
            if not said or crash:
                missed.append(
                    f"{'crash ' + crash if crash else 'MISSED'}: {what} in {path.name} (edit {number})"
                )
    return n, missed


def _check(review: Review) -> tuple[list[str], str]:
    try:
        # what was computed of files that are as they were is kept
        return review.check(), ""
    except ReviewError as fault:
        return [str(fault)], ""
    except Exception as error:  # a crash is what is looked for
        return [], f"{type(error).__name__} {error}"


def edited(data: bytes, rng: random.Random, *, packed: bool = False) -> tuple[str, bytes]:
    """A file with one random edit that changes it, and what the edit is."""
    while True:
        what = "byte" if packed else rng.choice(EDITS)
        changed = _edit(what, data, rng)
        if changed != data:
            return what, changed


def _edit(what: str, data: bytes, rng: random.Random) -> bytes:
    if what == "byte":
        at = rng.randrange(len(data))
        return data[:at] + bytes([rng.randrange(32, 127)]) + data[at + 1 :]
    if what in ("word", "number"):
        places = list(re.finditer(rb"\d+" if what == "number" else rb"[A-Za-z]{4,}", data))
        if not places:
            return data
        place = rng.choice(places)
        new = str(rng.randrange(10_000)).encode() if what == "number" else rng.choice(places).group()
        return data[: place.start()] + new + data[place.end() :]
    lines = data.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    if what == "line removed":
        del lines[at]
    else:
        other = rng.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    return b"".join(lines)


if __name__ == "__main__":
    main()
