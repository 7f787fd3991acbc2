"""Commands on the folder and its records: new, add, status, export, check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import pandas as pd

from corpus import (
    SUBSETS,
    Search,
    UsageError,
    add_source,
    read_records,
    read_searches,
    uncounted_entries,
)
from corpus.copies import sources_elsewhere
from corpus.errors import counted
from corpus.records import Reading
from corpus.searches import as_one
from corpus.sources import differing_entries, source_lines
from samsyn.commands.console import (
    as_json,
    as_typed,
    echo_json,
    echo_table,
    in_review,
    on_dask,
    open_review,
    pairs,
    progress,
    say,
)
from samsyn.exchange_desk import TABLES
from samsyn.review import Review

# column of a review's sources -> its heading in tables for people
_HEADINGS = {
    "file": "file", "format": "format", "dialect": "dialect", "encoding": "encoding", "n_entries": "entries",
    "n_records": "records", "n_unreadable": "unreadable", "n_new": "new",
    "n_without_abstract": "without abstract", "n_warnings": "warnings",
}  # fmt: skip
_SHOWN = (
    "source_id", "format", "encoding", "database", "n_entries", "n_records", "n_unreadable", "n_new",
    "n_without_abstract", "n_warnings",
)  # fmt: skip
_OF_A_SOURCE = {
    "file": "file", "database": "database", "date": "date", "n_entries": "entries", "n_records": "records",
    "n_unreadable": "unreadable", "n_new": "new", "n_without_abstract": "without abstract",
    "hits_reported": "hits reported",
}  # fmt: skip


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--scheme",
    default="",
    metavar="FILE",
    help="A scheme of your own; blank: a small one to write in.",
)
def new(folder: Path, scheme: str) -> None:
    """Start a review: a folder with a protocol and a coding scheme to adapt.

    Example: samsyn new my-review
    """
    review = Review.new(folder, scheme=scheme)
    codes = counted(len(review.scheme.codes), "code")
    say(f"Made {folder} with protocol.yaml and coding_scheme.yaml ({codes}).")
    say(f"Next: adapt both, then  cd {as_typed(folder)}  and  samsyn add EXPORT-FILE --database NAME")


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
@click.option("--hits", type=click.IntRange(min=0), help="Hits the database reported.")
@click.option(
    "--searches",
    "searches_from",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="Where one file holds the hits of several searches: a table of them, one a row, with the columns "
    "database, platform, kind, date, query, limits, hits_reported.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NAME=COLUMN",
    help="What a column of a hand-made table holds, for instance Overskrift=title.",
)
@in_review
@as_json
@on_dask
def add(
    paths: tuple[Path, ...],
    database: str,
    platform: str,
    kind: str,
    date: str,
    queries: tuple[str, ...],
    limits: str,
    hits: int | None,
    searches_from: Path | None,
    columns: tuple[str, ...],
    folder: Path,
    as_json: bool,
) -> None:
    """Add export files of any database or reference manager; each is copied unchanged into sources/.

    Example: samsyn add scopus.ris --database Scopus --date 2026-09-01 --query 'TITLE-ABS-KEY(...)'

    To put right what was said of a search, add the same file again and say it anew.
    """
    review = open_review(folder)
    named = pairs(columns, "--column", "Overskrift=title")
    search = Search(database, platform, kind, date, "\n".join(queries), limits, hits)
    if searches_from is not None and search != Search(kind=kind):
        raise UsageError(
            "--searches stands beside other options that say where the file comes from.",
            next_step="Put all that is said of the searches into the table.",
        )
    said = [search] if searches_from is None else read_searches(searches_from)
    sources = review.folder / "sources"
    read: Callable[..., Reading] = read_records
    # the workers say whether a file can be added, not what is in it
    cache = None if review.cluster is not None else review.cache_folder / "sources"
    if review.cluster is not None:
        from samsyn.cluster.adding import checker_on  # noqa: PLC0415 (an extra, and only --dask needs it)

        read = checker_on(review.cluster, paths, as_one(said)["database"], named)
    before = {line["source_id"]: line for line in source_lines(sources)}
    added = [
        add_source(sources, path, said, columns=named, read=read, cache=cache)
        for path in progress("adding")(paths)
    ]
    new = [source_id for source_id, is_new in added if is_new]
    rows = review.collection(progress=progress("reading the sources")).sources
    rows = rows[rows["source_id"].isin([source_id for source_id, _ in added])]
    known = [source_id for source_id in rows["source_id"] if source_id not in new]
    now = {line["source_id"]: line for line in source_lines(sources)}
    differing = _differing(review, sources, rows[rows["source_id"].isin(new)], cache)
    if as_json:
        shown = rows[[*_SHOWN, "dialect"]].to_dict("records")
        told = [{**row, "n_differing": differing.get(str(row["source_id"]), 0)} for row in shown]
        corrected = [name for name in known if _put_right(before.get(name, {}), now[name])]
        echo_json({"added": told, "already_there": known, "put_right": corrected})
        return
    echo_table(rows[list(_HEADINGS)].rename(columns=_HEADINGS))
    for source_id in known:
        put_right = ", ".join(_put_right(before.get(source_id, {}), now[source_id]))
        became = f"said of its search from now on: {put_right}" if put_right else "nothing was changed"
        say(f"{source_id} was added before; {became}.")
    for source_id, n in differing.items():
        say(
            f"{source_id}: {counted(n, 'entry')} {'differs' if n == 1 else 'differ'} from what was read "
            "before under the same id; what was read first stands."
        )
    _say_of_new(review, rows[rows["source_id"].isin(new)])


def _say_of_new(review: Review, rows: pd.DataFrame) -> None:
    """What is odd in sources that were added: hits that differ, sums that do not hold, warnings, losses."""
    for row in rows.to_dict("records"):
        if not pd.isna(row["hits_reported"]) and row["hits_reported"] != row["n_entries"]:
            say(
                f"{row['source_id']}: {row['hits_reported']:,} hits were reported, "
                f"{counted(row['n_entries'], 'entry')} are in the file."
            )
    for fault in uncounted_entries(review.sources):
        say(f"The count does not add up: {fault}.", err=True)
    odd = review.warnings[review.warnings["source_id"].isin(rows["source_id"])]
    if len(odd):
        say(f"{counted(len(odd), 'warning')}, mended or kept beside the record:")
        echo_table(odd.head(20), widest=100)
        if len(odd) > 20:
            say(f"... and {len(odd) - 20:,} more.")
    lost = review.unreadable[review.unreadable["source_id"].isin(rows["source_id"])]
    if len(lost):
        say(f"{counted(len(lost), 'unreadable entry')}, kept in the file and counted:")
        echo_table(lost[["source_id", "line", "why", "raw"]].head(20))
        if len(lost) > 20:
            say(f"... and {len(lost) - 20:,} more.")


def _differing(review: Review, folder: Path, rows: pd.DataFrame, cache: Path | None) -> dict[str, int]:
    """Of each new source that has some, the entries that differ from those read before under their ids."""
    lines = {line["source_id"]: line for line in source_lines(folder)}
    again = rows.loc[rows["n_new"] < rows["n_records"], "source_id"]
    records = review.collection().records
    found = {str(name): differing_entries(folder, lines[name], records, cache) for name in again}
    return {name: n for name, n in found.items() if n}


def _put_right(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What is said of a source otherwise than before."""
    names = ("database", "platform", "kind", "date", "query", "limits", "hits_reported")
    return [f"{name.replace('_', ' ')} {now[name]}" for name in names if before.get(name) != now.get(name)]


@click.command()
@in_review
@as_json
def status(folder: Path, as_json: bool) -> None:
    """Say where the review stands, in counts, and what each source brought.

    Example: samsyn status
    """
    review = open_review(folder)
    review.collection(progress=progress("reading the sources"))
    figures, screening = review.status(), review.screening_progress()
    if as_json:
        echo_json({**figures, "screening": screening.to_dict("records")})
        return
    for name, count in figures.items():
        say(f"{count:>8,}  {name.replace('_', ' ')}")
    if len(review.sources):
        say()
        echo_table(review.sources[list(_OF_A_SOURCE)].rename(columns=_OF_A_SOURCE))
    if len(screening):
        say("\nScreening, by stage and person:")
        echo_table(screening)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--which", default="all", type=click.Choice(SUBSETS), help="Which records.")
@click.option(
    "--codes",
    type=click.Choice(TABLES),
    metavar="TABLE",
    help="A table of the coding instead, as .csv: matrix (records by codes, 0 and 1), directions (the same, "
    "with directions), segments (a row per coded segment and coder), codebook (for Taguette).",
)
@click.option(
    "--as", "person", default="", metavar="PERSON", help="Of the coding only this person's (.qdpx, --codes)."
)
@in_review
def export(path: Path, which: str, codes: str | None, person: str, folder: Path) -> None:
    """Write records with verdicts and codes to a file; its suffix names the format.

    Known: .ris .bib .csv .json (CSL-JSON) .xlsx; and for other coding programs (QualCoder, NVivo, MAXQDA,
    ATLAS.ti, Taguette) .qdpx, a project of records, codes and codings, and .qdc, the coding scheme.

    Every person's standing decision goes with them, in words that Rayyan, ASReview and Samsyn read: it is for
    after the screening, or for moving it, not for a screener who should be blind.

    Example: samsyn export included.ris --which included
    """
    n_written = open_review(folder).export(path, which=which, codes=codes or "", person=person)
    is_codebook = codes == "codebook" or path.suffix.lower() == ".qdc"
    say(f"{counted(n_written, 'code' if is_codebook else 'record')} written to {path}.")


@click.command()
@in_review
@as_json
def check(folder: Path, as_json: bool) -> None:
    """Check the review: sources unchanged, journals whole, sums right, every quotation in its place.

    The report in output/ is counted anew from its trace, the sources and the decisions: each mark, number and
    cell of page, tables, drawings and Word document. Then it is made anew, and every file compared. A line of
    a person's decisions that was changed, removed or moved is named with its file and line.

    Example: samsyn check
    """
    review = open_review(folder)
    faults, notes = review.check(), review.check_notes()
    if as_json:
        echo_json({"faults": faults, "notes": notes})
    else:
        for note in notes:
            say(f"Note: {note}.")
        for fault in faults:
            say(fault, err=True)
        say("All is well." if not faults else f"{counted(len(faults), 'fault')}.")
        if faults and (folder / "output" / "trace.json").exists():
            say("What is wrong in output/ only, samsyn render makes right; keep a copy to find out why.")
    if faults:
        raise SystemExit(1)


@click.command()
@click.argument("other", type=click.Path(path_type=Path))
@in_review
@as_json
def merge(other: Path, folder: Path, as_json: bool) -> None:
    """Take in the decisions of another copy of this review folder, OTHER, that was edited apart.

    Nothing is lost or doubled: first come the lines that both have, then those of this copy, then those that
    only the other has. Where one person said different things in the two, the line that comes last counts,
    and both are shown. Kept versions of the coding scheme come along, so that its coding can be read. The
    other copy is left as it is; its sources are named, not taken over (samsyn add).

    Example: samsyn merge ../my-review-laptop
    """
    review = open_review(folder)
    merged, elsewhere = review.merge(other), sources_elsewhere(folder, other)
    if as_json:
        echo_json(
            {
                "merged": [
                    {"file": one.file, "lines": one.n_lines, "conflicts": list(one.conflicts)}
                    for one in merged
                ],
                "sources_not_here": elsewhere,
            }
        )
        return
    for one in merged:
        where = "" if one.file.startswith("schemes/") else "decisions/"
        say(f"{where}{one.file}: {counted(one.n_lines, 'line')} taken in.")
        for conflict in one.conflicts:
            say(f"  {conflict}.")
    if not merged:
        say("The other copy has no decision that is not here.")
    for name in elsewhere:
        say(
            f"sources/{name} is in the other copy only. Decisions on its records count once it is here: "
            f"samsyn add {as_typed(other / 'sources' / name)}"
        )
