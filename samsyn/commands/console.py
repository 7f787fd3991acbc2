"""How the commands speak: tables, JSON, progress bars, the review they work on."""

from __future__ import annotations

import functools
import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
import pandas as pd
from tqdm import tqdm

from corpus import UsageError
from corpus.protocol import STAGES
from samsyn.review import Review

in_review = click.option(
    "--review",
    "folder",
    default=".",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The review folder (default: the one you are in).",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for machines.")


stage_option = click.option(
    "--stage",
    default=STAGES[0],
    type=click.Choice(STAGES),
    show_default=True,
    help="The stage of screening.",
)


# where the cluster stands among what a command knows of its call
_CLUSTER = "samsyn.cluster"


def open_review(folder: Path) -> Review:
    """The review in a folder; its work is done on Dask where the command was told so."""
    review = Review.open(folder)
    context = click.get_current_context(silent=True)
    review.cluster = context.meta.get(_CLUSTER) if context else None
    review.show_progress = progress
    return review


def on_dask(command: Callable[..., None]) -> Callable[..., None]:
    """The options --dask and --partitions, of a command that takes ``folder``."""

    @click.option(
        "--dask",
        default="",
        metavar="ADDRESS",
        help="Do the work on Dask: tcp://HOST:8786 of a scheduler that you trust, or local:N for N workers "
        "on this computer. The outcome is the same.",
    )
    @click.option(
        "--partitions",
        default="",
        metavar="PATH",
        help="With --dask: a folder or URL (s3://BUCKET/FOLDER) that all workers reach, for parts of the "
        "records (default: .cache/dask of the review).",
    )
    @functools.wraps(command)
    def run(*, dask: str, partitions: str, folder: Path, **given: Any) -> None:
        if dask:
            # only those who ask for it have it
            from samsyn.cluster import connected  # noqa: PLC0415 (as said above)

            path = partitions or str((Review.open(folder).cache_folder / "dask").resolve())
            context = click.get_current_context()
            context.meta[_CLUSTER] = context.with_resource(connected(dask, path))
        command(folder=folder, **given)

    return run


def say_if_none_is_included(review: Review, *, err: bool) -> None:
    """Say why there is nothing to code, where that is because no record is included yet."""
    if review.included().empty:
        say(
            "No record is included yet: it is the included ones that are coded. First: samsyn screen", err=err
        )


def say(text: object = "", *, err: bool = False) -> None:
    """Print a line; what a file or a call holds that would steer the terminal is made visible."""
    click.echo(printable(str(text)), err=err)


def printable(text: str) -> str:
    r"""A text without control characters, turned direction and halves of letters; line ends stay.

    Examples
    --------
    >>> printable("\x1b[2Jgone\u202e.sir\n\ud800"), printable("æøå 東\xa0京")
    ('�[2Jgone�.sir\n�', 'æøå 東 京')
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or sign == "\n" else " " if sign.isspace() else "\ufffd" for sign in text
    )


def echo_json(figures: dict[str, Any]) -> None:
    """Print figures as one JSON object."""
    # outside its texts JSON has nothing but ASCII, and there every sign may be written by its number
    text = json.dumps(figures, ensure_ascii=False, default=_plain)
    say("".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in text))


def echo_table(frame: pd.DataFrame, *, widest: int = 60) -> None:
    """Print a frame as a table, long texts cut; nothing where there are no rows."""
    if frame.empty:
        return
    shown = frame.astype(object).where(frame.notna(), "").map(lambda cell: _cut(cell, widest))
    with pd.option_context("display.width", 1000, "display.max_columns", None, "display.max_rows", None):
        say(shown.to_string(index=False))


def pairs(given: Iterable[str], option: str, example: str) -> dict[str, str]:
    """What an option says in the form ONE=OTHER, given several times."""
    said = dict(pair.rpartition("=")[::2] for pair in given)
    if not all(one and other for one, other in said.items()):
        raise UsageError(f"{option} needs two sides.", next_step=f"For instance: {option} '{example}'")
    return said


def called_as() -> str:
    """How to call the program here, for lines to copy: by its name where that finds it, else as it was."""
    called = Path(sys.argv[0])
    found = shutil.which("samsyn")
    if called.stem == "__main__" and not found:
        return f"{as_typed(Path(sys.executable))} -m samsyn"
    is_program = called.stem == "samsyn"
    elsewhere = is_program and (not found or Path(found).resolve() != called.resolve())
    return as_typed(called) if elsewhere else "samsyn"


def as_typed(path: Path) -> str:
    """A path as it is typed in a command: in quotation marks where its spaces or signs need them.

    Examples
    --------
    >>> as_typed(Path("my-review")), as_typed(Path("min gennemgang")) != "min gennemgang"
    ('my-review', True)
    """
    if os.name == "nt":
        return f'"{path}"' if " " in str(path) else str(path)
    return shlex.quote(str(path))


def progress(what: str) -> Callable[[Iterable], Iterable]:
    """A progress bar on standard error that shows itself only when the work takes over a second."""

    def wrap(steps: Iterable) -> Iterable:
        return tqdm(steps, desc=what, delay=1, file=sys.stderr, disable=None)

    return wrap


def _cut(cell: Any, widest: int) -> str:
    # control characters of a file must not reach the terminal
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in str(cell)).split())
    return text if len(text) <= widest else f"{text[: widest - 1]}…"


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)
