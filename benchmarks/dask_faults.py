"""Faults planted while a command works on Dask, and the same command again: ``dask_scale.py 3000 --faults``.

In each stage, when the first call of a phase begins (a plugin of the scheduler tells): a worker is killed, the command
is interrupted or killed, the scheduler is killed; a worker is stopped, or all are killed, for good; the disk of the
partitions, or of the review, is full. A command that is not hurt by it must give what one machine gives; one that is must say so in a
sentence. Then the same command is given again and must give the same bytes, and nothing half written may be left.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from dask_scale import N_DECISIONS, Processes, cluster, command_of, family, outcome, samsyn
from scale import COMMAND, decide, environment

PHASES = {
    "add": ("check_file", "read_file"),
    "duplicates": ("prepare_part", "pairs_of_bucket", "rows_in_pairs", "judge_pairs"),
    "rank": ("count_part", "merge_terms", "weigh_part", "common_in_part", "score_part"),
    "suggest": ("suggest_part",),
}
# a scheduler gives up a worker that is silent for so many seconds (Dask's own default is five minutes)
SILENCE = 15
WATCH = """
from distributed.diagnostics.plugin import SchedulerPlugin
class Watch(SchedulerPlugin):
    def __init__(self, scheduler):
        self.scheduler = scheduler
    def transition(self, key, start, finish, *args, **kwargs):
        if finish == "processing":
            task = self.scheduler.tasks[key]
            with open({seen!r}, "a", encoding="utf-8") as file:
                file.write(f"{{task.prefix.name}} {{task.processing_on.name}}\\n")
def dask_setup(scheduler):
    scheduler.add_plugin(Watch(scheduler))
"""
LEFT_OVER = ("*.part", "*.partial", "*.new", "*.tmp")
Strike = Callable[[str, subprocess.Popen[bytes], Processes], None]


def print_faults(exports: list[Path], work: Path, stages: list[str]) -> None:
    """Plant every fault in every stage, print what came of it and the sums."""
    # where this runs in the background an interrupt may be ignored, and so it would be by what is started here
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL"] = f"{SILENCE}s"
    counts = {"planted": 0, "ended right": 0, "failed clearly": 0, "wrong": 0, "half written": 0}
    with tempfile.TemporaryDirectory(prefix="dask-faults-", dir=work) as folder:
        before = Path(folder, "before")
        samsyn("new", before)
        for stage in PHASES:
            if stage not in stages:
                # what comes after it needs it
                run(command_of(stage, exports, before))
                continue
            if stage == "rank":
                decide(before, min(N_DECISIONS, 100))
            alone = before.with_name("alone")
            shutil.copytree(before, alone)
            run(command_of(stage, exports, alone))
            for phase, fault, struck in faults_of(stage, exports, before):
                counts["planted"] += 1
                first, again, left = struck
                counts["half written"] += bool(left)
                kind = "wrong" if "WRONG" in first + again else first.partition(":")[0]
                counts[kind] += 1
                print(
                    f"{stage:<11} {phase:<16} {fault:<18} {first}; again: {again}; {left or 'nothing'} left",
                    flush=True,
                )
            shutil.rmtree(before)
            alone.rename(before)
    print(", ".join(f"{name}: {count}" for name, count in counts.items()))


def faults_of(
    stage: str, exports: list[Path], before: Path
) -> Iterator[tuple[str, str, tuple[str, str, str]]]:
    """Plant each fault of a stage; yield phase, fault, and what came of it."""
    phases = PHASES[stage]
    with watched() as (processes, seen):
        struck_in = partial(struck, stage, exports, before, processes, seen)
        for phase in phases:
            yield phase, "worker killed", struck_in(phase, kill_worker)
        yield phases[-1], "worker stopped", struck_in(phases[-1], stop_worker)
        yield phases[-1], "interrupted", struck_in(phases[-1], interrupt)
        yield phases[-1], "command killed", struck_in(phases[-1], kill_command)
    for fault, strike in (("scheduler killed", kill_scheduler), ("all workers killed", kill_workers)):
        with watched() as (processes, seen):
            yield phases[0], fault, struck(stage, exports, before, processes, seen, phases[0], strike)
    for where in ("partitions", "review"):
        came_of_it = disk_full(stage, exports, before, where)
        if came_of_it:
            yield "", f"{where}: disk full", came_of_it


@contextmanager
def watched() -> Iterator[tuple[Processes, Path]]:
    """A cluster whose scheduler writes down which call is given to which worker."""
    with tempfile.TemporaryDirectory(prefix="dask-faults-") as folder:
        seen, plugin = Path(folder, "seen"), Path(folder, "watch.py")
        seen.touch()
        plugin.write_text(WATCH.format(seen=str(seen)), encoding="utf-8")
        with cluster("2GB", preload=plugin) as processes:
            yield processes, seen


def struck(
    stage: str,
    exports: list[Path],
    before: Path,
    processes: Processes,
    seen: Path,
    phase: str,
    strike: Strike,
) -> tuple[str, str, str]:
    """Run the command and strike when a phase begins; what came of it, and of the same command again."""
    review = fresh(before)
    seen.write_text("", encoding="utf-8")
    command = [*command_of(stage, exports, review), "--dask", processes.address]

    def when_it_begins(started: subprocess.Popen[bytes]) -> None:
        while started.poll() is None:
            named = [line.split() for line in seen.read_text(encoding="utf-8").splitlines()]
            on = next((worker for name, *worker in named if name == phase and worker), None)
            if on:
                strike(on[0], started, processes)
                return
            time.sleep(0.01)

    first = verdict(stage, review, before, *run(command, when_it_begins))
    with ExitStack() as stack:
        address = processes.address
        if any(
            all(one.poll() is not None for one in kind) for kind in ([processes.scheduler], processes.workers)
        ):
            address = stack.enter_context(cluster("2GB")).address
        again = verdict(stage, review, before, *run([*command[:-1], address]))
    return first, again, left_over(review)


def disk_full(stage: str, exports: list[Path], before: Path, where: str) -> tuple[str, str, str] | None:
    """Run the command with a full disk under the partitions or the review, and again with a large one."""
    review = fresh(before)
    used = sum(path.stat().st_size + 8192 for path in review.rglob("*") if path.is_file()) // 1024
    disk = review if where == "review" else review.with_name("partitions")
    moved = shutil.move(str(review), str(review.with_name("moved"))) if where == "review" else ""
    disk.mkdir(exist_ok=True)
    size = used + 200 if where == "review" else 300
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        print(f"{stage}: a small disk cannot be mounted here.")
        return None
    try:
        if moved:
            shutil.copytree(moved, review, dirs_exist_ok=True)
            shutil.rmtree(moved)
        with cluster("2GB") as processes:
            command = [*command_of(stage, exports, review), "--dask", processes.address]
            command += ["--partitions", str(disk)] if where == "partitions" else []
            first = verdict(stage, review, before, *run(command))
            subprocess.run(["mount", "-o", "remount,size=4g", str(disk)], check=True)
            again = verdict(stage, review, before, *run(command))
        return first, again, left_over(review) or left_over(disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fresh(before: Path) -> Path:
    """A review as it was before the stage."""
    review = before.with_name("struck")
    shutil.rmtree(review, ignore_errors=True)
    shutil.copytree(before, review)
    return review


def run(
    command: list[str], strike: Callable[[subprocess.Popen[bytes]], None] | None = None
) -> tuple[int, str]:
    """A command of samsyn, struck or not: how it ended, and what it said of it."""
    review = Path(command[command.index("--review") + 1])
    with outcome(review, command[0], "json").open("wb") as said, tempfile.TemporaryFile() as errors:
        started = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *command], env=environment(), stdout=said, stderr=errors
        )
        if strike:
            strike(started)
        code = started.wait(timeout=1200)
        errors.seek(0)
        return code, errors.read().decode(errors="replace")


def verdict(stage: str, review: Path, before: Path, code: int, said: str) -> str:
    """What came of a command, in words."""
    lines = [line for line in said.splitlines() if line.startswith(("samsyn: ", "Aborted"))]
    if code == 0:
        alone = before.with_name("alone")
        if stage == "add":
            # which sources were there before is another thing when it is the second time
            here, there = (
                json.loads(outcome(one, stage, "json").read_bytes())["added"] for one in (alone, review)
            )
            same = here == there
        else:
            same = all(
                outcome(review, stage, kind).read_bytes() == outcome(alone, stage, kind).read_bytes()
                for kind in ("json", "csv")
            )
        return "ended right" if same else "WRONG: another outcome"
    if "Traceback" in said or (not lines and code != -signal.SIGKILL):
        return f"WRONG: {said.strip()[-300:]}"
    return f"failed clearly: {lines[-1] if lines else 'killed'}"


def left_over(review: Path) -> str:
    """Files that are not whole, in words; empty when there are none."""
    found = sorted({path.name for pattern in LEFT_OVER for path in review.rglob(pattern)})
    return ", ".join(found)


# --- strikes -------------------------------------------------------------------------------------------------


def kill_worker(worker: str, started: subprocess.Popen[bytes], processes: Processes) -> None:
    """The worker that was given the call, with kill -9; its nanny starts another."""
    for pid in _of_worker(worker, processes):
        os.kill(pid, signal.SIGKILL)


def stop_worker(worker: str, started: subprocess.Popen[bytes], processes: Processes) -> None:
    """The worker that was given the call stands still and never goes on."""
    for pid in _of_worker(worker, processes):
        os.kill(pid, signal.SIGSTOP)


def kill_workers(worker: str, started: subprocess.Popen[bytes], processes: Processes) -> None:
    """All workers, and the nannies that would start others, with kill -9."""
    for nanny in processes.workers:
        for pid in family(nanny.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        nanny.wait()


def interrupt(worker: str, started: subprocess.Popen[bytes], processes: Processes) -> None:
    """The command, as by Ctrl-C."""
    started.send_signal(signal.SIGINT)


def kill_command(worker: str, started: subprocess.Popen[bytes], processes: Processes) -> None:
    """The command, with kill -9."""
    started.kill()


def kill_scheduler(worker: str, started: subprocess.Popen[bytes], processes: Processes) -> None:
    """The scheduler, with kill -9."""
    processes.scheduler.kill()
    processes.scheduler.wait()


def _of_worker(worker: str, processes: Processes) -> list[int]:
    """The processes that do the work of a worker, not its nanny."""
    below = family(processes.workers[int(worker)].pid)[1:]
    return [pid for pid in below if "spawn_main" in _command_line(pid)]


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
