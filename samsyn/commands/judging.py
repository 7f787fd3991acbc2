"""Commands of judging: judge."""

from __future__ import annotations

from pathlib import Path

import click

from corpus import UsageError
from corpus.errors import counted
from samsyn.commands.console import as_json, echo_json, echo_table, in_review, open_review, say
from samsyn.decision_tables import read_rows, write_rows
from synthesis.judgement_rows import KINDS
from synthesis.judgements import IN_CONFLICT


@click.command()
@click.argument("judged", required=False, metavar="[FILE.csv]", type=click.Path(path_type=Path))
@click.option("--as", "person", default="", metavar="PERSON", help="Who judged.")
@click.option("--adjudicate", is_flag=True, help="These judgements settle what others differ on.")
@click.option(
    "--list",
    "kind",
    type=click.Choice(KINDS),
    help="List what can be judged: items of appraisal for each study, the credibility of each finding behind "
    "a review finding, the confidence in each review finding.",
)
@click.option(
    "--csv", "table", type=click.Path(path_type=Path), help="Write that list here, to be filled in."
)
@in_review
@as_json
def judge(
    judged: Path | None,
    person: str,
    adjudicate: bool,
    kind: str | None,
    table: Path | None,
    folder: Path,
    as_json: bool,
) -> None:
    """Take judgements from a CSV: about, item, value, explanation; rows without a value are skipped.

    Appraisal items of the protocol are yes, no, can't tell or not applicable; the credibility of a finding
    is unequivocal, credible or unsupported; concerns (methodological_limitations, coherence, adequacy,
    relevance) are no or very minor, minor, moderate or serious; confidence is high, moderate, low or very
    low. Concerns and confidence need an explanation. "withdrawn" takes a judgement back. All rows are taken,
    or none.

    Example: samsyn judge --list appraisal --csv to-judge.csv, fill in value and explanation, then
    samsyn judge to-judge.csv --as anna
    """  # fmt: skip
    review = open_review(folder)
    if kind is not None:
        if judged is not None:
            raise UsageError("--list writes a table and FILE.csv takes one.", next_step="Do one at a time.")
        rows = review.to_judge(kind)
        if table is not None:
            write_rows(rows, table)
            say(f"{counted(len(rows), 'row')} written to {table}.", err=as_json)
        if as_json:
            echo_json({"kind": kind, "rows": len(rows)})
        elif table is None:
            echo_table(rows[["about", "item", "name", "question"]].head(40))
            say(f"{counted(len(rows), 'row')} to judge.")
        return
    if judged is None or not person:
        raise UsageError("Say who judged what.", next_step="For instance: samsyn judge judged.csv --as anna")
    n_saved = review.judge(
        read_rows(judged),
        person=person,
        adjudicates=adjudicate,
        file=judged.name,
    )
    settled = review.judgements()
    conflicts = settled[settled["value"] == IN_CONFLICT]
    if as_json:
        echo_json({"saved": n_saved, "conflicts": len(conflicts)})
        return
    say(f"{counted(n_saved, 'judgement')} of {person} saved.")
    if len(conflicts):
        say(f"{counted(len(conflicts), 'conflict')} to settle (add --adjudicate for those judgements):")
        echo_table(conflicts[["about", "item", "positions"]].head(20))
