"""Commands that make what others see: render, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from corpus.errors import counted
from samsyn.commands.console import as_typed, called_as, echo_table, in_review, open_review, say
from samsyn.demonstration import demonstrate
from synthesis import read_trace, report_changes, table_csv, write_all
from synthesis.report import FORMATS


@click.command()
@click.option("--language", default="en", type=click.Choice(["en", "da"]), help="Language of the report.")
@click.option(
    "--notebook",
    type=click.Path(path_type=Path),
    metavar="IPYNB",
    help="Execute this notebook in the review folder and render it as a page instead.",
)
@click.option(
    "--to",
    "page",
    type=click.Path(path_type=Path),
    metavar="HTML",
    help="The notebook's page (default: beside the report in output/).",
)
@click.option(
    "--references",
    type=click.Choice(["apa", "vancouver"]),
    help="Style of the references (default: the protocol's).",
)
@click.option(
    "--formats",
    default=",".join(FORMATS),
    show_default=True,
    metavar="LIST",
    help="Which of html, csv, xlsx and docx to write; the trace and the references are always written.",
)
@click.option(
    "--map-by",
    default="",
    metavar="DESCRIPTOR",
    help="The descriptor by which the evidence gap map groups studies (default: approach).",
)
@click.option("--png", is_flag=True, help="Each drawing as a PNG picture too (needs samsyn[png]).")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="List what changed since the report in this folder, and why; may be output itself.",
)
@click.option("--no-code", is_flag=True, help="Leave the notebook's code off its page.")
@click.option(
    "--scheme",
    "scheme",
    default="",
    metavar="FILE_OR_VERSION",
    help="Render as it was under this coding scheme: a file, or a version of samsyn scheme versions.",
)
@in_review
def render(
    language: str,
    notebook: Path | None,
    page: Path | None,
    references: str | None,
    formats: str,
    map_by: str,
    png: bool,
    against: Path | None,
    no_code: bool,
    scheme: str,
    folder: Path,
) -> None:
    """Render the evidence report into output/, also as a Word document, with its tables and references.

    report.html and report.docx, each table as CSV and all in tables.xlsx, drawings as SVG, the references of
    included and excluded reports as BibTeX and RIS, ro-crate-metadata.json, and trace.json, which leads every
    mark to its source. Pages on which the authors report items of PRISMA 2020, PRISMA-S and ENTREQ are read
    from checklist.yaml.

    Example: samsyn render --language da --references vancouver --map-by population

    What changed since the last report, cell by cell, and why: samsyn render --against output
    """
    if notebook is not None:
        # the notebook tools are heavy, and only this way of rendering needs them
        from samsyn.notebook_pages import render_notebook  # noqa: PLC0415 (as said above)

        target = page or folder / "output" / f"{notebook.stem}.html"
        render_notebook(notebook, target, folder=folder, language=language, code=not no_code)
        say(f"Rendered {target}.")
        return
    review = open_review(folder)
    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    shown = review.as_of(scheme) if scheme else review
    # read first: it may be the report that is about to be replaced
    former = read_trace(against) if against else None
    written = shown.render(
        language=language, references=references or "", formats=chosen, map_by=map_by, png=png
    )
    for sentence in shown.author_left_out() if scheme else ():
        say(f"Left out: {sentence}.")
    say(f"{counted(len(written), 'file')} in {review.folder / 'output'}:")
    for path in written:
        say(f"  {path.name}")
    if former is not None:
        _show_changes(former, review.folder / "output", language)


def _show_changes(former: dict[str, Any], folder: Path, language: str) -> None:
    changes = report_changes(former, read_trace(folder), language)
    write_all(folder, {"changes.csv": table_csv(changes)})
    say(f"{counted(len(changes.frame), 'cell')} changed since the earlier report (changes.csv).")
    if len(changes.frame):
        echo_table(changes.frame.head(20))


@click.command()
@click.argument("folder", default="samsyn-demo", type=click.Path(path_type=Path))
@click.option("--language", default="en", type=click.Choice(["en", "da"]), help="Language of the report.")
def demo(folder: Path, language: str) -> None:
    """Run the invented example review, from raw exports to the report, into FOLDER (default: samsyn-demo).

    Example: samsyn demo
    """
    demonstrate(folder, language=language, say=say)
    command, review = called_as(), f"--review {as_typed(folder)}"
    say("Next:")
    say(f"  {command} open screen --practice        screen a fresh copy of it yourself, in the browser")
    say(f"  {command} open tables {review}    its tables, to search and trace")
    say(f"  {command} status {review}")
