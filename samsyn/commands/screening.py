"""Commands of screening: rank, screen."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pandas as pd

from corpus import UsageError
from corpus.errors import counted
from corpus.protocol import Stage
from samsyn.commands.console import (
    as_json,
    echo_json,
    echo_table,
    in_review,
    on_dask,
    open_review,
    say,
    stage_option,
)
from samsyn.decision_tables import read_rows, write_rows


@click.command("rank")
@click.option("--top", default=20, type=click.IntRange(min=1), show_default=True, help="How many to show.")
@click.option("--all", "every", is_flag=True, help="Also records that somebody has decided on.")
@click.option("--new", is_flag=True, help="Only records of sources added since the screening.")
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path),
    help="Write the ranking here, with empty columns for your verdicts.",
)
@click.option(
    "--as", "person", default="", metavar="PERSON", help="Only your own share, blind to the others."
)
@stage_option
@in_review
@as_json
@on_dask
def rank_records(
    top: int,
    every: bool,
    new: bool,
    table: Path | None,
    person: str,
    stage: Stage,
    folder: Path,
    as_json: bool,
) -> None:
    """Rank the unread records, most likely to be included first, with the words that spoke.

    Before the first decisions the protocol's own words lead; afterwards the ranking learns from the verdicts.

    Example: samsyn rank --top 50 --csv to-screen.csv, fill in the verdicts, then
    samsyn screen to-screen.csv --as anna

    Example: samsyn rank --as anna --csv to-screen.csv lists what the protocol's plan leaves anna to screen.

    In a living review: samsyn rank --new says how many of the records added since are worth a look: those
    that score as high as 95 % of the included ones did while they were held out of the learning.
    """
    ranking = open_review(folder).rank(
        unread=not every, new=new, person=person, stage=stage, explained=top, workers=os.cpu_count() or 1
    )
    figures: dict[str, object] = {"n_unread": len(ranking)}
    if new:
        figures = {"n_new": len(ranking), "n_worth_a_look": int(ranking["worth_a_look"].sum())}
        say(
            f"{counted(len(ranking), 'new record')}, {figures['n_worth_a_look']} of them worth a look.",
            err=as_json,
        )
    if table is not None:
        best = ranking.head(top).assign(stage=stage, verdict="", criterion="", note="")
        first = ["rank", "record_id", "verdict", "criterion", "note", "title", "abstract"]
        write_rows(best[[*first, *[name for name in best.columns if name not in first]]], table)
        say(f"{counted(len(best), 'record')} written to {table}.", err=as_json)
    if as_json:
        echo_json({**figures, "ranking": ranking.head(top)["record_id"].tolist()})
    elif table is None:
        echo_table(ranking.head(top)[["rank", "record_id", "score", "title", "why"]])
        if ranking.empty and not new:
            say("Nothing is left to screen.")


@click.command()
@click.argument("decisions", required=False, type=click.Path(path_type=Path))
@click.option(
    "--as",
    "person",
    default="",
    metavar="PERSON",
    help="Who decided; names the file decisions/screening/PERSON.jsonl.",
)
@click.option("--adjudicate", is_flag=True, help="These decisions settle conflicts between others.")
@click.option("--undo", type=int, default=0, metavar="N", help="Take back your last N decisions.")
@click.option("--conflicts", "wants_conflicts", is_flag=True, help="List conflicts and doubts, side by side.")
@click.option("--waiting", "wants_waiting", is_flag=True, help="List records that wait for a screener.")
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path),
    help="Write that list here; conflicts with empty columns for the verdict that settles them.",
)
@in_review
@as_json
def screen(
    decisions: Path | None,
    person: str,
    adjudicate: bool,
    undo: int,
    wants_conflicts: bool,
    wants_waiting: bool,
    table: Path | None,
    folder: Path,
    as_json: bool,
) -> None:
    """Take screening decisions from a CSV: record_id, verdict, and if wanted stage, criterion, note.

    Verdicts are include, exclude, unsure; rows without one are skipped. All rows are taken, or none. A record
    on which people differ, or are unsure, stays open until one of them decides anew or somebody settles it.

    Example: samsyn screen to-screen.csv --as anna

    Example: samsyn screen --conflicts --csv settle.csv, fill in the verdicts and, where you can say it, why
    they differ (criterion unclear, overlooked, judged differently), then
    samsyn screen settle.csv --as cy --adjudicate

    Take decisions back: samsyn screen --undo 2 --as anna; what they had overridden stands again.
    """
    review = open_review(folder)
    if undo:
        if not person or decisions is not None or wants_conflicts or wants_waiting:
            raise UsageError("Whose decisions?", next_step="For instance: samsyn screen --undo 1 --as anna")
        undone = review.undo_screening(person, undo)
        if as_json:
            echo_json({"undone": undone.to_dict("records")})
            return
        say(f"{counted(len(undone), 'decision')} of {person} taken back:")
        echo_table(undone[["record_id", "stage"]])
        return
    if wants_conflicts or wants_waiting:
        if decisions is not None or (wants_conflicts and wants_waiting):
            raise UsageError("Give decisions, --conflicts or --waiting: one at a time.")
        _list_open(review.conflicts() if wants_conflicts else review.waiting(), table, as_json=as_json)
        return
    if decisions is None or not person or table is not None:
        raise UsageError(
            "Which decisions, and whose?", next_step="For instance: samsyn screen to-screen.csv --as anna"
        )
    n_saved = review.screen(
        read_rows(decisions),
        person=person,
        adjudicates=adjudicate,
        file=decisions.name,
    )
    verdicts = review.verdicts()
    n = verdicts["verdict"].value_counts().to_dict()
    unsaid = verdicts.query("stage == 'full_text' and verdict == 'exclude' and criterion == ''")
    if as_json:
        counts = {name: int(n.get(word, 0)) for name, word in _OPEN.items()}
        echo_json({"saved": n_saved, **counts, "full_text_without_reason": len(unsaid)})
        return
    say(f"{counted(n_saved, 'decision')} of {person} saved.")
    if n.get("waiting"):
        say(f"{counted(n['waiting'], 'record')} waiting for another screener: samsyn screen --waiting")
    if n.get("unsure"):
        say(f"{counted(n['unsure'], 'record')} unsure, to settle: samsyn screen --conflicts")
    if len(unsaid):
        say(
            f"{counted(len(unsaid), 'full-text exclusion')} without a criterion; the flow diagram counts "
            "them as 'no reason given'."
        )
    conflicts = verdicts[verdicts["verdict"] == "conflict"]
    if len(conflicts):
        say(f"{counted(len(conflicts), 'conflict')} to settle (add --adjudicate for those decisions):")
        echo_table(conflicts[["record_id", "stage", "people"]].head(20))


# names of the counts -> verdicts
_OPEN = {"conflicts": "conflict", "unsure": "unsure", "waiting": "waiting"}


def _list_open(found: pd.DataFrame, table: Path | None, *, as_json: bool) -> None:
    if table is not None:
        write_rows(found, table)
        say(f"{counted(len(found), 'record')} written to {table}.", err=as_json)
    if as_json:
        echo_json({"n_records": len(found), "records": found.drop(columns="title").to_dict("records")})
    elif table is None:
        hidden = ["abstract", "verdict", "criterion", "note", "differ_because"]
        echo_table(found.drop(columns=hidden, errors="ignore").head(100), widest=40)
        say(f"{counted(len(found), 'record')}.")
