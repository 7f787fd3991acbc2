"""The same commands on one machine and on Dask: a scheduler and two workers over TCP, started here.

    python benchmarks/dask_scale.py 3000 10000                   each stage alone and on the cluster
    python benchmarks/dask_scale.py 1000000 --memory 2.5GB --work FOLDER
    python benchmarks/dask_scale.py 3000 --faults                killed, interrupted, full: then the same command again

Records are those of ``generated_records.py``. Each stage (``add``, ``duplicates``, ``rank`` with 400 decisions,
``again`` after one more, ``suggest`` by the rules) is one command in a process of its own, run in a review of its own
without ``--dask`` and in another with it. Measured: CPU seconds of all processes together, wall seconds, and the peak
of memory (proportional set size, sampled) of the command, of the scheduler and of the worker that had most. What comes
out must be the same: of ``add`` what is said of each source, of ``duplicates`` the groups, of ``suggest`` the table, to
the byte; of the rankings the order, the reasons, and the scores to 1e-9.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scale import COMMAND, N_DECISIONS, ROOT, decide, environment

STAGES = ("add", "duplicates", "rank", "again", "suggest")
GROUPS = """
import sys
from samsyn import Review
groups = Review.open(sys.argv[1]).duplicates().groups
sys.stdout.buffer.write(groups.to_csv().encode())
"""
# a cluster looks 50 times a second whether it still lives, and 100 times what it is at: 11 % of a processor for these
# five processes, which is most of what is measured where others use the machine too
QUIET = {
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
}
# rows of the ranking that are written and explained
TOP = 1_000
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Processes:
    """A scheduler and its workers, each a process with a nanny that starts it again."""

    address: str
    scheduler: subprocess.Popen[str]
    workers: list[subprocess.Popen[bytes]]

    def roots(self) -> list[int]:
        """The processes that were started; others are their children."""
        return [self.scheduler.pid, *(worker.pid for worker in self.workers)]


@dataclass
class Figures:
    """What a command cost: CPU and wall seconds, MB at the peak of each kind of process."""

    cpu: float
    wall: float
    peak: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Read the arguments, measure each size, print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sizes", nargs="+", type=int)
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument("--work", type=Path, help="Where exports and reviews are kept; else they go.")
    parser.add_argument("--memory", default="2GB", help="The most that a worker may use.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--cluster-only",
        action="store_true",
        help="Alone is what scale.py with the same --work has left; only the cluster is measured.",
    )
    parser.add_argument("--faults", action="store_true", help="Faults in each stage and phase instead.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = (asked.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        for size in sorted(asked.sizes):
            exports = exports_of(size, work, asked.seed)
            if asked.faults:
                from dask_faults import print_faults

                print_faults(exports, work, asked.stages)
                continue
            print_size(size, exports, work, asked.stages, asked.memory, alone_too=not asked.cluster_only)


def exports_of(size: int, work: Path, seed: int) -> list[Path]:
    """The export files of so many records, made where they are not there yet."""
    folder = work / f"exports_{size}"
    if not folder.is_dir():
        partial = folder.with_name(f"{folder.name}.partial")
        program = [
            str(ROOT / "benchmarks" / "generated_records.py"),
            str(size),
            str(partial),
            "--seed",
            str(seed),
        ]
        subprocess.run([sys.executable, *program], check=True, stdout=subprocess.DEVNULL, env=environment())
        partial.rename(folder)
    return sorted(folder.iterdir())


def print_size(
    size: int, exports: list[Path], work: Path, stages: list[str], memory: str, *, alone_too: bool = True
) -> None:
    """Run the stages alone and on a cluster, print what each cost and whether the outcome is the same."""
    alone, there = work / f"alone_{size}", work / f"dask_{size}"
    if not alone_too:
        # what scale.py has left, where it was: what it has kept makes its outcome cheap to ask for again
        alone = work / f"review_{size}"
    for review in (alone, there):
        if not review.is_dir() and (alone_too or review is there):
            samsyn("new", review)
    for stage in stages:
        if stage in ("rank", "again"):
            # the same decisions in both
            decide(there, N_DECISIONS if stage == "rank" else 1)
            if alone.is_dir():
                shutil.copytree(there / "decisions", alone / "decisions", dirs_exist_ok=True)
        here = measured(command_of(stage, exports, alone), None) if alone_too else None
        # the cluster is a new one for each stage, so that none is charged with what another left in memory
        with cluster(memory) as processes:
            far = measured([*command_of(stage, exports, there), "--dask", processes.address], processes)
        said = f"{size:>9,}  {stage:<10} "
        if here:
            said += f"  alone {here.cpu:7.1f} s CPU {here.wall:7.1f} s wall {here.peak['command']:6,.0f} MB"
        peaks = ", ".join(f"{name} {megabytes:,.0f}" for name, megabytes in far.peak.items())
        said += f"  Dask {far.cpu:7.1f} s CPU {far.wall:7.1f} s wall; MB: {peaks}"
        if here:
            said += f"  CPU x {far.cpu / here.cpu:.2f}, wall x {far.wall / here.wall:.2f}"
        print(said, flush=True)
        # adding again says that all is there already
        if alone.is_dir() and (here or stage != "add"):
            if not here:
                measured(command_of(stage, exports, alone), None)
            print(f"{'':>9}  {stage:<10}   {difference(stage, alone, there) or 'the same'}", flush=True)


def command_of(stage: str, exports: list[Path], review: Path) -> list[str]:
    """The command of a stage; what it says goes to ``STAGE.json`` beside the review, its table to ``STAGE.csv``."""
    table = str(outcome(review, stage, "csv"))
    arguments = {
        "add": ["add", *map(str, exports)],
        "duplicates": ["duplicates", "--csv", table],
        "rank": ["rank", "--top", str(TOP), "--csv", table],
        "again": ["rank", "--top", str(TOP), "--csv", table],
        "suggest": ["suggest", "--all", "--by", "rules", "--possible", "--csv", table],
    }[stage]
    return [*arguments, "--json", "--review", str(review)]


def outcome(review: Path, stage: str, kind: str) -> Path:
    """Where the outcome of a stage lies, beside the review."""
    return review.with_name(f"{review.name}_{stage}.{kind}")


def difference(stage: str, one: Path, other: Path) -> str:
    """How the outcomes of a stage differ, in words; empty when they do not."""
    if stage in ("rank", "again"):
        here, there = (
            pd.read_csv(outcome(review, stage, "csv"), encoding="utf-8-sig") for review in (one, other)
        )
        far = np.abs(here["score"] - there["score"]).max()
        others = here.drop(columns="score").equals(there.drop(columns="score"))
        return "" if others and far <= 1e-9 else f"DIFFERENT: scores by {far:g}, the rest the same: {others}"
    kinds = {"add": ["json"], "duplicates": ["json", "csv", "groups"], "suggest": ["json", "csv"]}[stage]
    if stage == "duplicates":
        for review in (one, other):
            groups = subprocess.run(
                [sys.executable, "-c", GROUPS, str(review)],
                check=True,
                capture_output=True,
                env=environment(),
            )
            outcome(review, stage, "groups").write_bytes(groups.stdout)
    differing = [
        kind for kind in kinds
        if len({hashlib.sha256(outcome(review, stage, kind).read_bytes()).digest() for review in (one, other)}) > 1
    ]  # fmt: skip
    return f"DIFFERENT: {', '.join(differing)}" if differing else ""


# --- the cluster ---------------------------------------------------------------------------------------------


@contextmanager
def cluster(memory: str, n_workers: int = 2, preload: Path | None = None) -> Iterator[Processes]:
    """A scheduler and workers as processes of their own, that speak over TCP."""
    program, around = [sys.executable, "-m", "dask"], environment() | QUIET
    with tempfile.TemporaryDirectory(prefix="dask-scale-") as folder:
        more = ["--preload", str(preload)] if preload else []
        scheduler = subprocess.Popen(
            [*program, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *more],
            env=around, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
        )  # fmt: skip
        started: list[subprocess.Popen[bytes]] = []
        try:
            address = next(line.split()[-1] for line in scheduler.stderr or () if "Scheduler at:" in line)
            threading.Thread(target=_drained, args=(scheduler.stderr,), daemon=True).start()
            started += [
                subprocess.Popen(
                    [*program, "worker", address, "--nthreads", "1", "--memory-limit", memory, "--no-dashboard",
                     "--local-directory", folder, "--name", str(number)],
                    env=around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
                )
                for number in range(n_workers)
            ]  # fmt: skip
            wait_for_workers(address, n_workers)
            yield Processes(address, scheduler, started)
        finally:
            for process in [*started, scheduler]:
                process.send_signal(signal.SIGTERM)
            for process in [*started, scheduler]:
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    for pid in reversed(family(process.pid)):
                        os.kill(pid, signal.SIGKILL)
                    process.wait()


def wait_for_workers(address: str, n_workers: int) -> None:
    """Until so many workers are there."""
    import distributed

    with distributed.Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(n_workers, timeout=120)


def _drained(stream: object) -> None:
    for _ in stream or ():  # type: ignore[attr-defined]
        pass


# --- measuring -----------------------------------------------------------------------------------------------


def samsyn(*arguments: object) -> None:
    """A command that is not measured."""
    subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments)],
        check=True, env=environment(), stdout=subprocess.DEVNULL,
    )  # fmt: skip


def measured(command: list[str], processes: Processes | None) -> Figures:
    """Run a command of samsyn to its end; its ``--json`` is written beside its review."""
    roots = processes.roots() if processes else []
    before, began = cpu_of(roots), time.perf_counter()
    review, stage = Path(command[command.index("--review") + 1]), command[0]
    peak: dict[str, float] = {}
    with outcome(review, stage, "json").open("wb") as said:
        started = subprocess.Popen([sys.executable, "-c", COMMAND, *command], env=environment(), stdout=said)
        done = threading.Event()
        watch = threading.Thread(target=_watch, args=(started.pid, processes, peak, done))
        watch.start()
        _, status, usage = os.wait4(started.pid, 0)
        done.set()
        watch.join()
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        sys.exit(f"{' '.join(command)[:300]} ended with {started.returncode}.")
    cpu = usage.ru_utime + usage.ru_stime + cpu_of(roots) - before
    return Figures(cpu, time.perf_counter() - began, peak)


def _watch(pid: int, processes: Processes | None, peak: dict[str, float], done: threading.Event) -> None:
    while True:
        found = {"command": _memory(pid)}
        if processes:
            found["scheduler"] = _memory(processes.scheduler.pid)
            found["a worker"] = max(_memory(worker.pid) for worker in processes.workers)
        for name, megabytes in found.items():
            peak[name] = max(peak.get(name, 0.0), megabytes)
        if done.wait(1):
            return


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    found, parents = [pid], {}
    for folder in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields:
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
    for one in found:
        found += parents.get(one, [])
    return found


def cpu_of(roots: list[int]) -> float:
    """CPU seconds of processes, of those they started, and of those that have ended."""
    fields = [_stat(pid) for root in roots for pid in family(root)]
    # utime, stime, and those of children that were waited for
    return sum(sum(map(int, one[11:15])) for one in fields if one) / TICKS


def _stat(pid: int) -> list[str]:
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return []


def _memory(root: int) -> float:
    """MB of a process and of all that it started."""
    total = 0.0
    for pid in family(root):
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
        except OSError:
            continue
        total += next(
            (int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0.0
        )
    return total


if __name__ == "__main__":
    main()
