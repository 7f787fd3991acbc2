"""The command ``samsyn``: it wires the commands and turns faults into one clear message."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from corpus import ReviewError
from samsyn import __version__
from samsyn.commands import (
    coding,
    duplicates,
    folder,
    judging,
    opening,
    outputs,
    scheme,
    screening,
    simulation,
    stopping,
    suggesting,
    team,
)
from samsyn.commands.console import printable, say


class _Kind(click.Group):
    """A group that says faults in the user's words and exits with 1 (the review) or 2 (the call)."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        if not args and sys.getfilesystemencoding() == "ascii":
            # told to know English letters only, Python could open no file with another in its name
            os.environ["PYTHONUTF8"] = "1"
            os.execv(sys.executable, sys.orig_argv)  # noqa: S606 (the same program again)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                # a letter that the terminal does not have is shown by its number
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().main(*args, **kwargs)
        finally:
            _flush()

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _said_plainly():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _said_plainly():
                return super().invoke(ctx)
        except ReviewError as fault:
            say(f"samsyn: {fault}", err=True)
            ctx.exit(fault.exit_code)
        except OSError as fault:
            if isinstance(fault, BrokenPipeError):
                ctx.exit(0)
            # what no command has words of its own for: a disk, a right, a name
            named = f"{fault.filename}: " if fault.filename else ""
            say(f"samsyn: {named}{fault.strerror or fault}.", err=True)
            ctx.exit(1)
        except RecursionError:
            say("samsyn: A file of the review is nested far deeper than Samsyn writes any.", err=True)
            ctx.exit(1)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """What click says of a wrong call may quote it, and a call may name a stranger's file."""
    try:
        yield
    except click.ClickException as fault:
        fault.message = printable(fault.message)  # type: ignore[misc]
        raise


def _flush() -> None:
    """Write what is left; where nobody reads on (``samsyn status | head -1``) that is no fault."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # or Python complains of it as it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=_Kind, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="samsyn")
def main() -> None:
    """From database exports to evidence tables that can be traced, word by word, to their abstracts.

    Start with:  samsyn demo
    """


for command in (
    outputs.demo,
    folder.new,
    folder.add,
    duplicates.duplicates,
    screening.rank_records,
    screening.screen,
    team.calibrate,
    team.import_decisions,
    team.priors,
    stopping.stopping,
    simulation.simulate_screening,
    scheme.scheme,
    suggesting.suggest_segments,
    coding.code,
    judging.judge,
    coding.agreement,
    outputs.render,
    opening.open_page,
    folder.status,
    folder.export,
    folder.check,
    folder.merge,
):
    main.add_command(command)
