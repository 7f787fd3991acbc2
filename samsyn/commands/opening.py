"""The command that opens a clean page: open."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from corpus import UsageError
from samsyn.cards.screening_queue import MODES
from samsyn.cards.words import LANGUAGES
from samsyn.commands.console import in_review, say
from samsyn.demonstration import copy_example
from samsyn.pages.address import PAGES, PageAddress

# how far the example has come when somebody practises, and as whom: nobody's decisions, so nobody is asked
_PRACTISED = {"screen": ("duplicates", "screener-1"), "check": ("screen", "coder-1"), "tables": ("", "")}
# ways of going through what there is to decide: those of the cards
_MODES = {"screen": (*MODES, "conflicts"), "check": ("blind", "assisted", "adjudication")}


@click.command("open")
@click.argument("what", type=click.Choice(PAGES))
@click.option(
    "--as", "person", default="", metavar="PERSON", help="Who decides; without it the page lets you choose."
)
@click.option("--language", default="en", type=click.Choice(LANGUAGES), help="Language of the page.")
@click.option(
    "--mode",
    default="",
    metavar="MODE",
    help="screen: prioritised (the usual), random, newest, conflicts or waiting; "
    "check: blind, assisted or adjudication (else what comes next).",
)
@click.option("--practice", is_flag=True, help="On a fresh copy of the invented example, deleted at the end.")
@click.option("--port", default=0, metavar="PORT", help="Port on this computer (default: a free one).")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@in_review
def open_page(
    what: str,
    person: str,
    language: str,
    mode: str,
    practice: bool,
    port: int,
    no_browser: bool,
    folder: Path,
) -> None:
    """Open a clean page in the browser, on this computer only: screen, check codes, or look at the tables.

    Outside a review folder it opens a fresh copy of the invented example, to practise on.

    Example: samsyn open screen --as anna --language da
    """
    named = (
        click.get_current_context().get_parameter_source("folder") is not click.core.ParameterSource.DEFAULT
    )
    if practice and named:
        raise UsageError("--practice has a review of its own.", next_step="Leave out --review or --practice.")
    page = PageAddress(what, person, language, mode)
    if mode and mode not in _MODES.get(what, ()):
        known = f"Known: {', '.join(_MODES[what])}." if what in _MODES else "The tables have none."
        raise UsageError(f"There is no mode {mode!r}.", next_step=known)
    settings = {"port": port, "opens_browser": not no_browser, "say": _say}
    # a folder that is named and is no review is a mistake, not a wish to practise
    if not practice and (named or (folder / "protocol.yaml").is_file()):
        _open_pages(folder, page, **settings)
        return
    if not practice:
        _say(f"{folder.resolve().name} is not a review folder, so this is practice.")
    with tempfile.TemporaryDirectory(prefix="samsyn-practice-") as place:
        example = Path(place, "example")
        _say(f"Practice on a fresh copy of the invented example, in {example}: deleted at the end.")
        until, invented = _PRACTISED[what]
        review = copy_example(example, until=until)
        page = page.changed(person=person or invented)
        _open_pages(review.folder, page, practice=True, **settings)


def _open_pages(folder: Path, page: PageAddress, **settings: object) -> None:
    # the server takes a second to load, and only this command needs it
    from samsyn.pages.server import open_pages  # noqa: PLC0415 (as said above)

    open_pages(folder, page, **settings)  # type: ignore[arg-type]


def _say(line: str) -> None:
    say(line)
    sys.stdout.flush()
