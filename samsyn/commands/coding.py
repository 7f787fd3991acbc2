"""Commands of coding: suggest, code, agreement."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import click

from samsyn.commands.console import (
    as_json,
    counted,
    echo_json,
    echo_table,
    in_review,
    open_review,
    person_option,
    progress,
)
from samsyn.decision_tables import read_rows


@click.command("suggest")
@click.option("--all", "every", is_flag=True, help="All records, not only the included ones.")
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path),
    help="Write the suggestions here, with empty columns for your decisions.",
)
@in_review
@as_json
def suggest_segments(every: bool, table: Path | None, folder: Path, as_json: bool) -> None:
    """Suggest coded segments of the included records: the words, the code, the direction, and why.

    A suggestion is not a decision: fill in "present" or "absent" where you agree or disagree.

    Example: samsyn suggest --csv to-code.csv, fill in the column value, then
    samsyn code to-code.csv --as anna
    """
    review = open_review(folder)
    suggestions = review.suggest(all_records=every, progress=progress("reading"))
    n_records = suggestions["record_id"].nunique()
    if table is not None:
        rows = suggestions.rename(columns={"text": "quotation"}).assign(value="", finding="", note="")
        facets = [facet.id for facet in review.scheme.facets]
        first = ["record_id", "code_id", "value", "direction", "finding", "quotation", "field", "why"]
        rows[[*first, "score", "indicator", "cue", "note"]].assign(**dict.fromkeys(facets, "")).to_csv(
            table, index=False, lineterminator="\n"
        )
        click.echo(f"{counted(len(rows), 'suggestion')} written to {table}.", err=as_json)
    if as_json:
        echo_json(
            {"suggestions": len(suggestions), "records": n_records, "codes": suggestions["code_id"].nunique()}
        )
    elif table is None:
        click.echo(f"{counted(len(suggestions), 'suggestion')} in {counted(n_records, 'record')}")
        echo_table(suggestions[["record_id", "code_id", "direction", "text", "why"]].head(20))


@click.command()
@click.argument("decisions", type=click.Path(path_type=Path))
@person_option("Who decided; names the file decisions/coding/PERSON.jsonl.")
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
def code(decisions: Path, person: str, round_: str, descriptors: bool, folder: Path, as_json: bool) -> None:
    """Take coding decisions from a CSV: record_id, code_id, value, direction, field, quotation, finding.

    Values are present, absent, unclear; rows without one are skipped. A quotation must stand word for word in
    the record. All rows are taken, or none.

    Example: samsyn code to-code.csv --as anna
    """
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
