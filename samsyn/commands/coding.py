"""Commands of coding: code, agreement."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import click
import pandas as pd

from coding_scheme import CodingAgreement
from coding_scheme.coding_agreement import Level, Scale
from corpus import UsageError
from corpus.errors import counted
from samsyn.commands.console import (
    as_json,
    echo_json,
    echo_table,
    in_review,
    open_review,
    progress,
    say,
    say_if_none_is_included,
)
from samsyn.commands.suggesting import echo_queue
from samsyn.decision_tables import read_rows, write_rows
from samsyn.review import Review


@click.command()
@click.argument("decisions", type=click.Path(path_type=Path), required=False)
@click.option("--as", "person", default="", metavar="PERSON", help="Who decides (decisions/coding/PERSON).")
@click.option(
    "--round",
    "round_",
    default="assisted",
    show_default=True,
    type=click.Choice(["blind", "assisted", "adjudication"]),
    help="For rows that name none. blind: no suggestions were shown; adjudication: settles conflicts.",
)
@click.option(
    "--descriptors", is_flag=True, help="The CSV holds study descriptors: record_id, descriptor, value."
)
@click.option("--next", "asks_next", is_flag=True, help="Say what to code next, and why.")
@click.option(
    "--language", default="en", type=click.Choice(["en", "da"]), help="With --next: of the reasons."
)
@click.option("--conflicts", is_flag=True, help="List what people differ on, with both decisions.")
@click.option(
    "--blind", is_flag=True, help="List the included records you have not read, without suggestions."
)
@click.option("--again", is_flag=True, help="As --blind, of records that you have read blind before.")
@click.option(
    "--sample", type=int, default=0, help="With --blind: of a random sample, the same for everybody."
)
@click.option("--undo", type=int, default=0, metavar="N", help="Take back your last N decisions.")
@click.option("--csv", "table", type=click.Path(path_type=Path), help="Write the list here, to be filled in.")
@in_review
@as_json
def code(
    decisions: Path | None,
    person: str,
    round_: str,
    descriptors: bool,
    asks_next: bool,
    language: str,
    conflicts: bool,
    blind: bool,
    again: bool,
    sample: int,
    undo: int,
    table: Path | None,
    folder: Path,
    as_json: bool,
) -> None:
    """Take coding decisions from a CSV: record_id, code_id, value, direction, field, quotation, finding.

    Values are present, absent, unclear; rows without one are skipped. A quotation must stand word for word in
    the record. All rows are taken, or none.

    Example: samsyn code to-code.csv --as anna

    Ask what to code next: samsyn code --next --as anna

    For reliability, read a sample blind first: samsyn code --blind --sample 50 --as anna --csv blind.csv

    Settle what people differ on: samsyn code --conflicts --csv settle.csv, fill in agree_with or value, and
    the reason (definition unclear, overlooked, out of scope, direction), then samsyn code settle.csv --as cy

    Take decisions back: samsyn code --undo 2 --as anna; what they had overridden stands again.
    """
    asked = [asks_next, conflicts, blind or again, bool(undo), decisions is not None]
    if sum(asked) != 1:
        raise UsageError(
            "Say one of: a CSV of decisions, --next, --conflicts, --blind, --again, --undo.",
            next_step="Example: samsyn code to-code.csv --as anna",
        )
    if not person and not conflicts:
        raise UsageError("Who decides is not said.", next_step="Add --as PERSON.")
    if asks_next:
        echo_queue(folder, person, table, language, as_json)
        return
    review = open_review(folder)
    if conflicts:
        _list(review.coding_conflict_sheet(), table, "conflict", as_json=as_json)
    elif blind or again:
        _list(review.blind_sheet(person, size=sample, again=again), table, "record", as_json=as_json)
        say_if_none_is_included(review, err=as_json)
    elif undo:
        undone = review.undo_coding(person, undo)
        if as_json:
            echo_json({"undone": undone.to_dict("records")})
        else:
            say(f"{counted(len(undone), 'decision')} of {person} taken back:")
            echo_table(undone[["record_id", "code_id"]])
    elif decisions is not None:
        _take(review, decisions, person, round_, descriptors=descriptors, as_json=as_json)


def _take(
    review: Review, decisions: Path, person: str, round_: str, *, descriptors: bool, as_json: bool
) -> None:
    rows = read_rows(decisions)
    if descriptors:
        n_saved = review.describe(
            rows, person=person, adjudicates=round_ == "adjudication", file=decisions.name
        )
    else:
        n_saved = review.code(rows, person=person, round_=round_, file=decisions.name)
    conflicts = review.coding_conflicts()
    if as_json:
        echo_json({"saved": n_saved, "conflicts": len(conflicts)})
        return
    say(f"{counted(n_saved, 'decision')} of {person} saved.")
    if len(conflicts):
        say(f"{counted(len(conflicts), 'conflict')} to settle: samsyn code --conflicts --csv settle.csv")
        echo_table(conflicts.head(20))


def _list(found: pd.DataFrame, table: Path | None, noun: str, *, as_json: bool) -> None:
    if table is not None:
        write_rows(found, table)
        say(f"{counted(len(found), noun)} written to {table}.", err=as_json)
    if as_json:
        hidden = ["title", "abstract"]
        echo_json({f"n_{noun}s": len(found), f"{noun}s": found.drop(columns=hidden).to_dict("records")})
    elif table is None:
        # what is to be filled in is empty
        filled = found.drop(columns=["abstract", "round", "reading"], errors="ignore")
        echo_table(filled.loc[:, (filled != "").any()].head(100), widest=40)
        say(f"{counted(len(found), noun)}.")


@click.command()
@click.option(
    "--level",
    default="record",
    show_default=True,
    type=click.Choice(["record", "sentence"]),
    help="record by code is what is reported; sentence by code is a diagnosis of marked words: who could not "
    "tell (unclear) marked none.",
)
@click.option("--ordinal", is_flag=True, help="Alpha takes absent, unclear, present as steps of a scale.")
@click.option(
    "--csv", "table", type=click.Path(path_type=Path), help="Write the disagreements on codes here."
)
@in_review
@as_json
def agreement(level: Level, ordinal: bool, table: Path | None, folder: Path, as_json: bool) -> None:
    """Agreement: of each pair, and of the coders on each code, with the disagreements themselves.

    Percent, Cohen's (two people) or Fleiss' kappa, Gwet's AC1, Krippendorff's alpha; 95 % intervals by
    bootstrap over records. Only what was read blind counts as reliability; the assisted round is shown apart.
    Who read a record and did not decide on a code said "absent"; notes never make a disagreement.

    Example: samsyn agreement --csv disagreements.csv
    """
    review = open_review(folder)
    pairs = review.agreement()
    scale: Scale = "ordinal" if ordinal else "nominal"
    blind, assisted = (
        review.coding_agreement(round_=round_, level=level, scale=scale, progress=progress("sentences"))
        for round_ in ("blind", "assisted")
    )
    if table is not None:
        write_rows(blind.disagreements, table)
        say(f"{counted(len(blind.disagreements), 'disagreement')} written to {table}.", err=as_json)
    if as_json:
        rows = pairs.astype(object).where(pairs.notna(), None).to_dict("records")
        echo_json({"agreement": rows, "coding": blind.as_dict(), "assisted": assisted.as_dict()})
        return
    if pairs.empty:
        say("Nobody has judged the same records yet.")
    else:
        figures = pairs.select_dtypes("float").columns
        shown = pairs.drop(columns="confusion").copy()
        shown[figures] = shown[figures].map(lambda value: "undefined" if isnan(value) else f"{value:.2f}")
        echo_table(shown)
    for measured in (blind, assisted):
        if measured.n_records:
            _show(measured)


def _show(measured: CodingAgreement) -> None:
    kind = "reliability" if measured.round == "blind" else "suggestions were shown, so no reliability"
    say(f"\nCoding, {measured.round} round ({kind}), {measured.level} by code: {measured.summary()}")
    echo_table(measured.for_people(), widest=44)
    if len(measured.intra):
        say("With oneself, read blind twice:")
        intra = measured.intra[["person", "n_records", "n", "n_disagreements", "percent", "kappa", "alpha"]]
        echo_table(intra.round(2))
    if len(measured.disagreements):
        kinds = measured.disagreements["kind"].value_counts().sort_index()
        said = ", ".join(f"{n} {kind}" for kind, n in kinds.items())
        say(f"{counted(len(measured.disagreements), 'disagreement')}: {said} (--csv lists them).")
