"""The command on duplicates: count them, put doubtful pairs to a person, explain, undo."""

from __future__ import annotations

from pathlib import Path

import click

from corpus import Explanation, UsageError
from corpus.errors import counted
from samsyn.commands.console import (
    as_json,
    echo_json,
    echo_table,
    in_review,
    on_dask,
    open_review,
    say,
)
from samsyn.decision_tables import read_rows, write_rows
from samsyn.duplicates_desk import one_pair
from samsyn.review import Review

_ON_SCREEN = ["record_id_a", "record_id_b", "why", "probability", "title_a", "title_b"]
_IN_EXPLANATION = ["record_id_a", "record_id_b", "outcome", "probability", "why"]


@click.command()
@click.option(
    "--decide",
    "decided",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="Take people's word on pairs: record_id_a, record_id_b, verdict (same, different).",
)
@click.option("--same", nargs=2, metavar="ID ID", help="Say that two records are the same.")
@click.option("--different", nargs=2, metavar="ID ID", help="Say that two records are different.")
@click.option("--as", "person", default="", metavar="PERSON", help="Who decided, unless the CSV says it.")
@click.option("--undo", type=int, default=0, metavar="N", help="Take back your last N decisions on pairs.")
@click.option("--explain", "explained", default="", metavar="RECORD_ID", help="Why it is merged, or not.")
@click.option("--csv", "doubtful_to", type=click.Path(path_type=Path), help="Write the doubtful pairs here.")
@in_review
@as_json
@on_dask
def duplicates(
    decided: Path | None,
    same: tuple[str, str] | None,
    different: tuple[str, str] | None,
    person: str,
    undo: int,
    explained: str,
    doubtful_to: Path | None,
    folder: Path,
    as_json: bool,
) -> None:
    """Count duplicates; list the doubtful pairs, or take a person's word on them.

    Example: samsyn duplicates --csv doubtful.csv, fill in the verdicts, then
    samsyn duplicates --decide doubtful.csv --as anna

    Two records that you know to be one: samsyn duplicates --same wos:0012 scopus:2-s2.0-77 --as anna

    Why a record was merged: samsyn duplicates --explain wos:0012

    Take your word back: samsyn duplicates --undo 1 --as anna; what it had overridden stands again.
    """
    if sum(map(bool, (decided, same, different, undo, explained))) > 1:
        raise UsageError("Give --decide, --same, --different, --undo or --explain: one at a time.")
    if doubtful_to is not None and (explained or undo):
        raise UsageError("--csv writes the doubtful pairs; with --explain or --undo there are none to write.")
    review = open_review(folder)
    if explained:
        _explain(review.explain_duplicates(explained), as_json=as_json)
        return
    if (same or different or undo) and not person:
        raise UsageError("Who says so?", next_step="Name yourself: --as anna")
    if undo:
        undone = review.undo_duplicates(person, undo)
        if as_json:
            echo_json({"undone": undone.to_dict("records")})
        else:
            say(f"{counted(len(undone), 'decision')} of {person} taken back:")
            echo_table(undone[["record_id_a", "record_id_b"]])
        return
    if decided is not None:
        n_saved = review.decide_duplicates(read_rows(decided), person=person, file=decided.name)
        say(f"{counted(n_saved, 'decision')} saved.", err=as_json)
    elif same or different:
        review.decide_duplicates(
            one_pair(same or different or ("", ""), "same" if same else "different"),
            person=person,
            file="the pair",
        )
        say("1 decision saved.", err=as_json)
    _count(review, doubtful_to, as_json=as_json)


def _count(review: Review, doubtful_to: Path | None, *, as_json: bool) -> None:
    found, pairs = review.duplicates(), review.doubtful_pairs()
    n_unique, apart = found.groups.nunique(), review.decided_apart()
    if doubtful_to is not None:
        write_rows(pairs.assign(verdict="", note=""), doubtful_to)
    if as_json:
        echo_json(
            {
                "records": len(found.groups),
                "unique": n_unique,
                "duplicates": len(found.groups) - n_unique,
                "doubtful_pairs": len(pairs),
                "kept_apart_by_people": len(found.cut),
                "decided_apart": apart,
            }
        )
        return
    say(
        f"{counted(len(found.groups), 'record')}, {len(found.groups) - n_unique:,} duplicates, "
        f"{n_unique:,} unique, {counted(len(pairs), 'doubtful pair')}"
    )
    if len(found.cut):
        kept = counted(len(found.cut), "likely pair")
        say(f"{kept} stay apart, because people said that records of their groups are different.")
    if len(pairs):
        echo_table(pairs[_ON_SCREEN], widest=60)
    for said in apart:
        say(f"{said}.")


def _explain(explanation: Explanation, *, as_json: bool) -> None:
    frames = {
        "members": explanation.members,
        "pairs": explanation.pairs[_IN_EXPLANATION],
        "neighbours": explanation.neighbours[_IN_EXPLANATION],
        "decisions": explanation.decisions,
        "fields": explanation.fields,
    }
    if as_json:
        told = {
            name: frame.astype(object).where(frame.notna(), None).to_dict("records")
            for name, frame in frames.items()
        }
        echo_json({"record_id": explanation.record_id, **told})
        return
    n = len(explanation.members)
    alone = "it is merged with no other" if n == 1 else f"merged from {n} records"
    say(f"{explanation.record_id}: {alone}")
    headings = {
        "members": "",
        "pairs": "Why these are one:",
        "neighbours": "Others that are like it:",
        "decisions": "What people said:",
        "fields": "Whose value each field is:",
    }
    for name, heading in headings.items():
        frame = frames[name]
        if len(frame):
            say(f"\n{heading}" if heading else "")
            echo_table(frame, widest=90 if name in ("pairs", "neighbours") else 44)
