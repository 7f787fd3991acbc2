"""The command ``samsyn``: it wires the commands and turns faults into one clear message."""

from __future__ import annotations

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


class _Kind(click.Group):
    """A group that says faults in the user's words and exits with 1 (the review) or 2 (the call)."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ReviewError as fault:
            click.echo(f"samsyn: {fault}", err=True)
            ctx.exit(fault.exit_code)
        except BrokenPipeError:
            ctx.exit(0)


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
