"""Commands on the folder and its records: new, add, duplicates, status, export, check."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from corpus import SUBSETS, Search, uncounted_entries
from samsyn.commands.console import (
    as_json,
    counted,
    echo_json,
    echo_table,
    in_review,
    open_review,
    progress,
)
from samsyn.decision_tables import read_rows
from samsyn.review import Review


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Start a review: a folder with a protocol and a coding scheme to adapt.

    Example: samsyn new my-review
    """
    review = Review.new(folder)
    click.echo(f"Made {folder} with protocol.yaml and coding_scheme.yaml ({len(review.scheme.codes)} codes).")
    click.echo(f"Next: adapt both, then  cd {folder}  and  samsyn add EXPORT-FILE --database NAME")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--database", default="", help="The database searched, for instance Scopus.")
@click.option("--platform", default="", help="Where it was searched, for instance scopus.com.")
@click.option(
    "--kind",
    default="database",
    type=click.Choice(["database", "register", "other"]),
    help="What PRISMA counts it as.",
)
@click.option("--date", default="", help="Day of the search, as 2026-09-01.")
@click.option(
    "--query", "queries", multiple=True, help="The search string, verbatim; may be given several times."
)
@click.option("--limits", default="", help="Limits set in the database.")
@click.option("--hits", type=int, help="Hits the database reported.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NAME=COLUMN",
    help="What a column of a hand-made table holds, for instance Overskrift=title.",
)
@in_review
@as_json
def add(
    paths: tuple[Path, ...],
    database: str,
    platform: str,
    kind: str,
    date: str,
    queries: tuple[str, ...],
    limits: str,
    hits: int | None,
    columns: tuple[str, ...],
    folder: Path,
    as_json: bool,
) -> None:
    """Add export files of any database or reference manager; each is copied unchanged into sources/.

    Example: samsyn add scopus.ris --database Scopus --date 2026-09-01 --query 'TITLE-ABS-KEY(...)'
    """
    review = open_review(folder)
    named = dict(column.rpartition("=")[::2] for column in columns)
    search = Search(database, platform, kind, date, "\n".join(queries), limits, hits)
    added: list[str] = []
    known: list[str] = []
    for path in progress("adding")(paths):
        row, is_new = review.add(path, search, columns=named)
        (added if is_new else known).append(row["source_id"])
    shown = [
        "source_id", "format", "encoding", "database", "n_entries", "n_records", "n_unreadable", "n_new",
        "n_without_abstract", "n_warnings",
    ]  # fmt: skip
    chosen = review.sources[review.sources["source_id"].isin([*added, *known])][shown]
    if as_json:
        echo_json({"added": chosen.to_dict("records"), "already_there": known})
        return
    echo_table(chosen)
    for source_id in known:
        click.echo(f"{source_id} was added before; nothing was changed.")
    for fault in uncounted_entries(review.sources):
        click.echo(f"The count does not add up: {fault}.", err=True)
    odd = review.warnings[review.warnings["source_id"].isin(added)]
    if len(odd):
        click.echo(f"{counted(len(odd), 'warning')}, mended or kept beside the record:")
        echo_table(odd.head(20), widest=100)
    lost = review.unreadable[review.unreadable["source_id"].isin(added)]
    if len(lost):
        click.echo(f"{counted(len(lost), 'unreadable entry')}, kept in the file and counted:")
        echo_table(lost[["source_id", "line", "why", "raw"]])


@click.command()
@click.option(
    "--decide",
    "decided",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="Take people's word on pairs: record_id_a, record_id_b, verdict (same, different).",
)
@click.option("--as", "person", default="", metavar="PERSON", help="Who decided, unless the CSV says it.")
@click.option("--csv", "doubtful_to", type=click.Path(path_type=Path), help="Write the doubtful pairs here.")
@in_review
@as_json
def duplicates(
    decided: Path | None, person: str, doubtful_to: Path | None, folder: Path, as_json: bool
) -> None:
    """Count duplicates; list the doubtful pairs, or take a person's word on them.

    Example: samsyn duplicates --csv doubtful.csv, fill in the verdicts, then
    samsyn duplicates --decide doubtful.csv --as anna
    """
    review = open_review(folder)
    if decided is not None:
        n_saved = review.decide_duplicates(read_rows(decided), person=person, file=decided.name)
        click.echo(f"{counted(n_saved, 'decision')} saved.", err=as_json)
    found = review.duplicates()
    n_unique = found.groups.nunique()
    pairs = _side_by_side(review)
    if doubtful_to is not None:
        pairs.assign(verdict="", note="").to_csv(doubtful_to, index=False, lineterminator="\n")
    if as_json:
        echo_json(
            {
                "records": len(found.groups),
                "unique": n_unique,
                "duplicates": len(found.groups) - n_unique,
                "doubtful_pairs": len(pairs),
            }
        )
        return
    click.echo(
        f"{counted(len(found.groups), 'record')}, {len(found.groups) - n_unique:,} duplicates, "
        f"{n_unique:,} unique, {counted(len(pairs), 'doubtful pair')}"
    )
    if len(pairs):
        echo_table(pairs, widest=44)


def _side_by_side(review: Review) -> pd.DataFrame:
    pairs = review.duplicates().doubtful
    titles = review.collection().records.set_index("record_id")["title"]
    return pairs.assign(title_a=pairs["record_id_a"].map(titles), title_b=pairs["record_id_b"].map(titles))


@click.command()
@in_review
@as_json
def status(folder: Path, as_json: bool) -> None:
    """Say where the review stands, in counts.

    Example: samsyn status
    """
    figures = open_review(folder).status()
    if as_json:
        echo_json(figures)
        return
    for name, count in figures.items():
        click.echo(f"{count:>8,}  {name.replace('_', ' ')}")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--which", default="all", type=click.Choice(SUBSETS), help="Which records.")
@in_review
def export(path: Path, which: str, folder: Path) -> None:
    """Write records with verdicts and codes to a file; its suffix names the format.

    Known: .ris .bib .csv .json (CSL-JSON) .xlsx.

    Example: samsyn export included.ris --which included
    """
    n_written = open_review(folder).export(path, which=which)
    click.echo(f"{counted(n_written, 'record')} written to {path}.")


@click.command()
@in_review
@as_json
def check(folder: Path, as_json: bool) -> None:
    """Check the review: sources unchanged, journals whole, sums right, every quotation in its place.

    Example: samsyn check
    """
    faults = open_review(folder).check()
    if as_json:
        echo_json({"faults": faults})
    else:
        for fault in faults:
            click.echo(fault, err=True)
        click.echo("All is well." if not faults else f"{counted(len(faults), 'fault')}.")
    if faults:
        raise SystemExit(1)
