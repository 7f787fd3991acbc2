"""Commands of screening: rank, screen."""

from __future__ import annotations

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
)
from samsyn.decision_tables import read_rows


@click.command("rank")
@click.option("--top", default=20, show_default=True, help="How many to show.")
@click.option("--all", "every", is_flag=True, help="Also records that somebody has decided on.")
@click.option("--new", is_flag=True, help="Only records of sources added since the screening.")
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path),
    help="Write the ranking here, with empty columns for your verdicts.",
)
@in_review
@as_json
def rank_records(top: int, every: bool, new: bool, table: Path | None, folder: Path, as_json: bool) -> None:
    """Rank the unread records, most likely to be included first, with the words that spoke.

    Before the first decisions the protocol's own words lead; afterwards the ranking learns from the verdicts.

    Example: samsyn rank --top 50 --csv to-screen.csv, fill in the verdicts, then
    samsyn screen to-screen.csv --as anna

    In a living review: samsyn rank --new says how many of the records added since are worth a look: those
    that score as high as 95 % of the included ones did while they were held out of the learning.
    """
    ranking = open_review(folder).rank(unread=not every, new=new)
    figures: dict[str, object] = {"n_unread": len(ranking)}
    if new:
        figures = {"n_new": len(ranking), "n_worth_a_look": int(ranking["worth_a_look"].sum())}
        click.echo(
            f"{counted(len(ranking), 'new record')}, {figures['n_worth_a_look']} of them worth a look.",
            err=as_json,
        )
    if table is not None:
        best = ranking.head(top).assign(stage="title_abstract", verdict="", criterion="", note="")
        first = ["rank", "record_id", "verdict", "criterion", "note", "title", "abstract"]
        best[[*first, *[name for name in best.columns if name not in first]]].to_csv(
            table, index=False, lineterminator="\n"
        )
        click.echo(f"{counted(len(best), 'record')} written to {table}.", err=as_json)
    if as_json:
        echo_json({**figures, "ranking": ranking.head(top)["record_id"].tolist()})
    elif table is None:
        echo_table(ranking.head(top)[["rank", "record_id", "score", "title", "why"]])


@click.command()
@click.argument("decisions", type=click.Path(path_type=Path))
@person_option("Who decided; names the file decisions/screening/PERSON.jsonl.")
@click.option("--adjudicate", is_flag=True, help="These decisions settle conflicts between others.")
@in_review
@as_json
def screen(decisions: Path, person: str, adjudicate: bool, folder: Path, as_json: bool) -> None:
    """Take screening decisions from a CSV: record_id, verdict, and if wanted stage, criterion, note.

    Verdicts are include, exclude, unsure; rows without one are skipped. All rows are taken, or none.

    Example: samsyn screen to-screen.csv --as anna
    """
    review = open_review(folder)
    n_saved = review.screen(read_rows(decisions), person=person, adjudicates=adjudicate, file=decisions.name)
    verdicts = review.verdicts()
    conflicts = verdicts[verdicts["verdict"] == "conflict"]
    if as_json:
        echo_json({"saved": n_saved, "conflicts": len(conflicts)})
        return
    click.echo(f"{counted(n_saved, 'decision')} of {person} saved.")
    if len(conflicts):
        click.echo(f"{counted(len(conflicts), 'conflict')} to settle (add --adjudicate for those decisions):")
        echo_table(conflicts[["record_id", "stage", "people"]].head(20))
