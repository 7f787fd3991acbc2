"""Commands of coding: code, agreement."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import click

from corpus import UsageError
from samsyn.commands.console import (
    as_json,
    counted,
    echo_json,
    echo_table,
    in_review,
    open_review,
    person_option,
)
from samsyn.commands.suggesting import echo_queue
from samsyn.decision_tables import read_rows


@click.command()
@click.argument("decisions", type=click.Path(path_type=Path), required=False)
@person_option("Who decided; names the file decisions/coding/PERSON.jsonl.")
@click.option("--next", "asks_next", is_flag=True, help="What to code next, and why; takes no decisions.")
@click.option("--csv", "table", type=click.Path(path_type=Path), help="With --next: write it all here.")
@click.option(
    "--language", default="en", type=click.Choice(["en", "da"]), help="With --next: of the reasons."
)
@click.option(
    "--round",
    "round_",
    default="assisted",
    show_default=True,
    type=click.Choice(["blind", "assisted", "adjudication"]),
    help="blind: no suggestions were shown; adjudication: settles conflicts.",
)
@click.option(
    "--descriptors", is_flag=True, help="The CSV holds study descriptors: record_id, descriptor, value."
)
@in_review
@as_json
def code(
    decisions: Path | None,
    person: str,
    asks_next: bool,
    table: Path | None,
    language: str,
    round_: str,
    descriptors: bool,
    folder: Path,
    as_json: bool,
) -> None:
    """Take coding decisions from a CSV: record_id, code_id, value, direction, field, quotation, finding.

    Values are present, absent, unclear; rows without one are skipped. A quotation must stand word for word in
    the record. All rows are taken, or none.

    With --next it takes nothing and says what to code next: first the random sample that everybody reads
    blind, without suggestions; then where the classifier is least sure, codes with few examples,
    disagreements.

    Example: samsyn code --next --as anna, then samsyn code to-code.csv --as anna
    """
    if asks_next != (decisions is None) or (table and not asks_next):
        raise UsageError("Name the CSV with your decisions, or ask with --next (and --csv).")
    if decisions is None:
        echo_queue(folder, person, table, language, as_json)
        return
    review = open_review(folder)
    rows = read_rows(decisions)
    if descriptors:
        n_saved = review.describe(rows, person=person, file=decisions.name)
    else:
        n_saved = review.code(rows, person=person, round_=round_, file=decisions.name)
    conflicts = review.coding_conflicts()
    if as_json:
        echo_json({"saved": n_saved, "conflicts": len(conflicts)})
        return
    click.echo(f"{counted(n_saved, 'decision')} of {person} saved.")
    if len(conflicts):
        click.echo(f"{counted(len(conflicts), 'conflict')} to settle (--round adjudication):")
        echo_table(conflicts.head(20))


@click.command()
@in_review
@as_json
def agreement(folder: Path, as_json: bool) -> None:
    """Agreement of each pair of people: percent, Cohen's kappa, Gwet's AC1, Krippendorff's alpha.

    Example: samsyn agreement
    """
    rows = open_review(folder).agreement()
    if as_json:
        echo_json({"agreement": rows.astype(object).where(rows.notna(), None).to_dict("records")})
    elif rows.empty:
        click.echo("Nobody has judged the same records yet.")
    else:
        figures = rows.select_dtypes("float").columns
        shown = rows.drop(columns="confusion").copy()
        shown[figures] = shown[figures].map(lambda value: "undefined" if isnan(value) else f"{value:.2f}")
        echo_table(shown)
