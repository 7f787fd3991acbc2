"""The command of stopping: whether the reading may stop, and the audit of what is unread."""

from __future__ import annotations

from pathlib import Path

import click

from corpus import UsageError, stopping_sentences
from corpus.errors import counted
from samsyn.commands.console import as_json, echo_json, echo_table, in_review, open_review, say
from samsyn.decision_tables import write_rows


@click.command()
@click.option(
    "--audit", "size", type=int, metavar="N", help="Draw N unread records at random, to be read whole."
)
@click.option("--csv", "table", type=click.Path(path_type=Path), help="Write the audit's records here.")
@click.option("--as", "person", default="", metavar="PERSON", help="Who has the audit drawn.")
@click.option("--language", default="en", type=click.Choice(["en", "da"]), help="Language of the sentences.")
@in_review
@as_json
def stopping(
    size: int | None, table: Path | None, person: str, language: str, folder: Path, as_json: bool
) -> None:
    """Say whether the reading may stop: recall so far as an interval, and what each rule says.

    An audit is drawn once, its size fixed beforehand; fill in the verdicts and take them with samsyn screen,
    then samsyn stopping says what it assures.

    Example: samsyn stopping

    Example: samsyn stopping --audit 200 --csv audit.csv --as anna
    """
    if size is None and (table is not None or person):
        raise UsageError("--csv and --as belong to --audit N: how many unread records shall be drawn?")
    review = open_review(folder)
    if size is not None:
        if table is None or not person:
            raise UsageError("--audit needs --csv FILE and --as PERSON.")
        rows = review.audit(size, person=person)
        rows = rows.assign(stage="title_abstract", verdict="", criterion="", note="")
        first = ["record_id", "verdict", "criterion", "note", "title", "abstract"]
        write_rows(rows[[*first, *[name for name in rows.columns if name not in first]]], table)
        say(f"{counted(len(rows), 'record')} drawn at random and written to {table}.", err=as_json)
    state = review.stopping()
    if as_json:
        echo_json(state.figures())
        return
    if size is None:
        for sentence in stopping_sentences(state, language):
            say(sentence)
        say()
        frame = state.frame(language)
        echo_table(frame[["level", "says_stop", "stopped_at", "left_unread"]])
        for row in frame.to_dict("records"):
            say(f"\n{row['level']}\n  {row['assumes']}\n  {row['past_reviews']}")
