"""Work on many records, interrupted by Ctrl+C: nothing half-written, and the same command ends right."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "samsyn"]
# what is there once the work to be interrupted has begun
BEGUN = {
    "duplicates": ".cache/sources/*.parquet",
    "rank": ".cache/ranking.*.unfinished",
    "suggest": ".cache/suggestions/all/*.parquet",
}
MORE = {"duplicates": [], "rank": [], "suggest": ["--all", "--by", "rules"]}


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""}


def run(*arguments: object) -> dict:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments), "--json"], capture_output=True, env=environment(), check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Path:
    """A review of 2,100 invented records of which nothing has been computed."""
    folder = tmp_path_factory.mktemp("interrupted")
    rng = np.random.default_rng(5)
    words = np.array([f"word{n}" for n in range(900)])
    with (folder / "invented.csv").open("w", encoding="utf-8") as file:
        file.write("title,year,abstract\n")
        for number in range(2100):
            said = " ".join(rng.choice(words, 20))
            file.write(f"Invented study {number} of trust,{1990 + number % 30},Trust was built. {said}\n")
    subprocess.run([*COMMAND, "new", str(folder / "review")], env=environment(), check=True)
    run("add", folder / "invented.csv", "--review", folder / "review")
    shutil.rmtree(folder / "review" / ".cache")
    return folder / "review"


def begun_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in (".new", ".unfinished", ".partial")]


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is no signal to one process there")
@pytest.mark.parametrize("stage", BEGUN)
def test_interrupted_work_leaves_nothing_half_written_and_ends_right_the_next_time(begun, tmp_path, stage):
    stopped, whole = tmp_path / "stopped", tmp_path / "whole"
    for copy in (stopped, whole):
        shutil.copytree(begun, copy)
    arguments = [stage, *MORE[stage], "--review"]
    process = subprocess.Popen(
        [*COMMAND, *arguments, str(stopped)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell starts what runs in its background without ears for Ctrl+C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 (no lock is held)
    )
    while process.poll() is None and not list(stopped.glob(BEGUN[stage])):
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 1
    assert "Traceback" not in said
    # a folder made in the very moment of the signal may stand empty; the next time clears it
    assert not [path for path in begun_in(stopped) if path.is_file() or any(path.iterdir())]
    assert run(*arguments, stopped) == run(*arguments, whole)
    assert begun_in(stopped) == []
    files = [
        {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        for folder in (stopped, whole)
    ]
    assert files[0] == files[1]
