"""Fuzz: mutated exports are read with every entry accounted for, or refused in words; never raise or hang.

    python benchmarks/fuzz_import.py FOLDER [FOLDER ...] --format ris [--mutations 20000] [--seed 1]
    python benchmarks/fuzz_import.py FOLDER [FOLDER ...] --format each [--processes 2]
    python benchmarks/fuzz_import.py FOLDER [FOLDER ...] --format ris --only 4711 --keep mutated.ris

Takes the files of the folders that are read as one format (20 kB at most, the smallest first) in turn, flips
bytes, truncates, shuffles, drops and doubles lines, splices tags and lines of other files in, repeats a
stretch a thousand times, and reads the result. Of workbooks and archives half are changed as they stand,
half within. A reading that takes over five seconds is stopped and counted, also one that hangs in C. Each
mutation depends on the seed and its number alone: ``--only`` makes one again.
"""

from __future__ import annotations

import argparse
import faulthandler
import gzip
import io
import logging
import signal
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import numpy as np

from corpus import UsageError, read_records
from corpus.readers import FORMATS

LONGEST = 5.0  # seconds that a file of this size may take
LARGEST = 20_000  # bytes of a file before it is changed
ARCHIVES = ("zip", "gz")
SUFFIXES = {"bibtex": ".bib", "csl-json": ".json", "pubmed-xml": ".xml", "endnote-xml": ".xml", "wos": ".ciw"}
TOKENS = (
    b"\nER  - ", b"\nER", b"\nTY  - JOUR\n", b"\nTI  - t", b"\nAB  - ", b"\n\n", b"\nPMID- 7\n", b"\nPT J\n", b"\nEF\n",
    b"\n%0 Book\n", b"\n%T t\n", b"\nRT Book\n", b"\n<7>\n", b"\nRecord #7 of 9\n", b"\n@article{a,\n", b"}", b"{",
    b'"', b"'", b";", b",", b"\t", b"\r", b"\0", b"\\", b"$", b"%", b"<record>", b"</record>", b"<![CDATA[", b"<!--",
    b"&amp;", b"&#0;", b"<PubmedArticle>", b"[", b"]", b'"title":', b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3", b"\x1c",
    b"1. exp Trust/", b"=1+1", b"- ", b"  - ", b"title = {",
)  # fmt: skip


class TookTooLongError(BaseException):
    """A reading that was stopped; no ``except Exception`` of a reader catches it."""


def main() -> None:
    """Run the mutations; print the tally and every fault; exit 1 when there is one."""
    names = [*(form.name for form in FORMATS), *ARCHIVES]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--format", choices=[*names, "each"], default="each")
    parser.add_argument("--mutations", type=int, default=20_000, help="of each format")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1, help="how many formats at a time")
    parser.add_argument("--only", type=int, help="the number of the one mutation to make")
    parser.add_argument("--keep", type=Path, help="where to write that one")
    arguments = parser.parse_args()
    if arguments.format == "each":
        sys.exit(run_each(names, arguments))
    sys.exit(run_one(arguments))


def run_each(names: list[str], arguments: argparse.Namespace) -> int:
    """Each format in a process of its own, so that one that dies is a fault and not the end."""
    waiting, running, worst = list(names), [], 0
    while waiting or running:
        while waiting and len(running) < arguments.processes:
            command = [sys.executable, __file__, *map(str, arguments.folders), "--format", waiting.pop(0),
                       "--mutations", str(arguments.mutations), "--seed", str(arguments.seed)]  # fmt: skip
            running.append(subprocess.Popen(command))
        for process in [process for process in running if process.poll() is not None]:
            running.remove(process)
            worst = max(worst, int(process.returncode != 0))
            if process.returncode not in (0, 1):
                print(f"DIED with {process.returncode}: {' '.join(process.args[-6:])}", flush=True)
        time.sleep(0.2)
    return worst


def run_one(arguments: argparse.Namespace) -> int:
    """All mutations of one format (or one alone)."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, _stop)
    contents, others = contents_of(arguments.folders, arguments.format)
    if not contents:
        print(f"{arguments.format}: no file to change")
        return 1
    tally: Counter[str] = Counter()
    slowest, faults = 0.0, []
    began = time.perf_counter()
    numbers = range(arguments.mutations) if arguments.only is None else [arguments.only]
    # one that is stopped from outside says how far it came
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            if stopped:
                break
            rng = np.random.default_rng([arguments.seed, number])
            data = mutation(arguments.format, contents[number % len(contents)], [*contents, *others], rng)
            path = Path(folder, f"mutated{SUFFIXES.get(arguments.format, f'.{arguments.format}')}")
            path.write_bytes(data)
            if arguments.keep:
                arguments.keep.write_bytes(data)
            outcome, seconds = read_once(path)
            slowest = max(slowest, seconds)
            tally[outcome.split(":")[0]] += 1
            if outcome.startswith(("EXCEPTION", "IDENTITY", "SLOW")):
                faults.append(f"    --format {arguments.format} --only {number}: {outcome}")
    seconds, n_made = time.perf_counter() - began, sum(tally.values())
    said = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(tally.items()))
    print(
        f"{arguments.format:<12}{len(contents):>4} files{n_made:>8,} mutations  {said}; "
        f"slowest {slowest:.2f} s; {n_made / seconds:,.0f}/s",
        *faults[:50],
        sep="\n",
        flush=True,
    )
    return 1 if faults else 0


def contents_of(folders: list[Path], form: str) -> tuple[list[bytes], list[bytes]]:
    """The files read as this format, and some of all others, to splice from."""
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    paths = [path for path in paths if path.name != "manifest.csv" and not path.name.endswith(".py")]
    read: list[tuple[int, str, str, bytes]] = []
    for path in paths:
        data = path.read_bytes()
        if 0 < len(data) <= LARGEST or (path.suffix == ".xlsx" and len(data) <= 2 * LARGEST):
            try:
                read.append((len(data), path.as_posix(), read_records(path).format, data))
            except UsageError:
                continue
    read.sort()
    inside = ("ris", "bibtex", "nbib", "csv", "csl-json", "wos")
    chosen = [data for _, _, name, data in read if name == form or (form in ARCHIVES and name in inside)]
    others = [data for _, _, name, data in read if name != form][:: max(1, len(read) // 60)]
    return chosen, others


def _stop(*_: object) -> None:
    raise TookTooLongError


def read_once(path: Path) -> tuple[str, float]:
    """What became of a file (read, refused, or a fault in capitals), and in how many seconds."""
    began = time.perf_counter()
    # the alarm stops Python and its regular expressions; what hangs in C ends the process, with its place
    faulthandler.dump_traceback_later(6 * LONGEST, exit=True)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    outcome = "read"
    try:
        reading = read_records(path)
        n_read = len(reading.records) + len(reading.unreadable)
        if reading.n_entries != n_read:
            outcome = f"IDENTITY: {reading.format} {reading.n_entries} entries, {n_read} read"
    except UsageError:
        outcome = "refused"
    except TookTooLongError:
        outcome = f"SLOW: stopped after {LONGEST} s"
    except Exception as error:  # what is looked for
        outcome = f"EXCEPTION: {type(error).__name__}: {str(error)[:120]}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
    seconds = time.perf_counter() - began
    return (f"SLOW: {seconds:.1f} s" if seconds > LONGEST else outcome), seconds


def mutation(form: str, data: bytes, others: list[bytes], rng: np.random.Generator) -> bytes:
    """A file changed; of a workbook or archive as it stands or within."""
    other = others[int(rng.integers(len(others)))]
    within = rng.random() < 0.5
    if form == "xlsx" and within:
        return _changed_part(data, other, rng)
    if form == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("refs.txt", mutated(data, other, rng) if within else data)
        return packed.getvalue() if within else mutated(packed.getvalue(), other, rng)
    if form == "gz":
        packed_data = gzip.compress(mutated(data, other, rng) if within else data, mtime=0)
        return packed_data if within else mutated(packed_data, other, rng)
    return mutated(data, other, rng)


def _changed_part(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """A workbook with one of its parts changed."""
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error):
        return mutated(data, other, rng)
    changed = sorted(parts)[int(rng.integers(len(parts)))]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, mutated(part, other, rng) if name == changed else part)
    return packed.getvalue()


def mutated(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """One to three random changes of a text."""
    for _ in range(int(rng.integers(1, 4))):
        data = CHANGES[int(rng.integers(len(CHANGES)))](data, other, rng)
    return data


def _flip(data: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(0, max(1, len(changed)), size=int(rng.integers(1, 12))):
        if changed:
            changed[int(place)] = int(rng.integers(256))
    return bytes(changed)


def _truncate(data: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(len(data) + 1))]


def _shuffle(data: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    lines = data.split(b"\n")
    start = int(rng.integers(len(lines)))
    stretch = lines[start : start + 20]
    rng.shuffle(stretch)
    return b"\n".join([*lines[:start], *stretch, *lines[start + 20 :]])


def _splice_lines(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    lines, others = data.split(b"\n"), other.split(b"\n")
    start, place = int(rng.integers(len(others))), int(rng.integers(len(lines)))
    return b"\n".join([*lines[:place], *others[start : start + 5], *lines[place:]])


def _splice_tags(data: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    for _ in range(int(rng.integers(1, 6))):
        place, token = int(rng.integers(len(data) + 1)), TOKENS[int(rng.integers(len(TOKENS)))]
        data = data[:place] + token + data[place:]
    return data


def _drop_or_double(data: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    lines = data.split(b"\n")
    place = int(rng.integers(len(lines)))
    lines[place : place + 1] = [] if rng.random() < 0.5 else [lines[place]] * 2
    return b"\n".join(lines)


def _repeat(data: bytes, _: bytes, rng: np.random.Generator) -> bytes:
    """A short stretch many times over: where an expression goes back and forth, time explodes."""
    place, width = int(rng.integers(len(data) + 1)), int(rng.integers(1, 40))
    stretch = data[place : place + width]
    return data[:place] + stretch * min(1000, LARGEST // max(1, len(stretch))) + data[place:]


CHANGES = (_flip, _truncate, _shuffle, _splice_lines, _splice_tags, _drop_or_double, _repeat)


if __name__ == "__main__":
    main()
