"""Commands on the coding scheme: scheme diff, stale, versions, rename, merge, split, import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from coding_scheme import (
    Codebook,
    EditedScheme,
    merge_codes,
    read_codebook,
    read_qdpx,
    read_taguette_codebook,
    rename_code,
    split_code,
    version_faults,
    write_coding_scheme,
)
from corpus import UsageError, journal
from corpus.errors import counted
from samsyn.commands.console import as_json, echo_json, echo_table, in_review, open_review, say
from samsyn.decision_tables import write_rows

_version = click.option("--version", default="", help="The version it becomes (default: the next one).")


@click.group()
def scheme() -> None:
    """The coding scheme through its versions: what changed, and which decisions go stale.

    Example: samsyn scheme diff

    Each version that decisions were made under is kept in the folder schemes/. A change of meaning raises the
    first number of the version; decisions follow renamed and merged codes, those on split and changed ones
    wait for a person. The journal of decisions is never changed.
    """


@scheme.command()
@click.argument("old", default="")
@click.argument("new", default="")
@in_review
@as_json
def diff(old: str, new: str, folder: Path, as_json: bool) -> None:
    """Say what changed for each code from OLD to NEW, and which decisions go stale.

    OLD and NEW are files, or versions that were kept; by default the last one kept, and the present one. The
    exit code is 1 when the version does not say that a meaning changed.

    Example: samsyn scheme diff 1.0 coding_scheme.yaml
    """
    review = open_review(folder)
    before, after = review.schemes_to_compare(old, new)
    changes = review.scheme_diff(old, new)
    faults = version_faults(before, after)
    if as_json:
        figures = {
            "old": before.version,
            "new": after.version,
            "stale_decisions": int(changes["n_stale"].sum()),
        }
        echo_json({**figures, "changes": changes.to_dict("records"), "faults": faults})
    else:
        say(f"From version {before.version} to {after.version}:")
        if changes.empty:
            say("Nothing changed but the version, or nothing at all.")
        else:
            shown = changes.assign(stale=changes["stale"].map({True: "stale", False: ""}))
            names = {"code_id": "code", "stale": "decisions", "n_stale": "here"}
            echo_table(shown.rename(columns=names))
        say(f"{counted(int(changes['n_stale'].sum()), 'decision')} of this review wait for a person.")
        for fault in faults:
            say(fault, err=True)
    if faults:
        raise SystemExit(1)


@scheme.command()
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path),
    help="Write them here, with empty columns to decide in.",
)
@in_review
@as_json
def stale(table: Path | None, folder: Path, as_json: bool) -> None:
    """List the decisions that a person must look at again since the coding scheme changed.

    Example: samsyn scheme stale --csv again.csv, fill in code_id, value and the rest, then
    samsyn code again.csv --as anna
    """
    review = open_review(folder)
    found = review.stale_decisions()
    if table is not None:
        was = found.rename(columns={"value": "value_then", "direction": "direction_then"})
        first = ["record_id", "code_id", "value", "direction", "field", "quotation", "finding", "note"]
        again = was.rename(columns={"code_id": "code_then"}).assign(
            code_id=[now if "; " not in now else "" for now in was["now"]],
            **dict.fromkeys(["value", "direction", "field", "quotation", "finding", "note"], ""),
        )
        rest = ["code_then", "now", "why", "value_then", "direction_then", "person", "round"]
        write_rows(again[[*first, *rest[:-1]]], table)
        say(f"{counted(len(found), 'decision')} written to {table}.", err=as_json)
    if as_json:
        echo_json({"stale_decisions": len(found), "decisions": found.to_dict("records")})
    elif table is None:
        say(f"{counted(len(found), 'decision')} to look at again.")
        if len(found):
            echo_table(found.drop(columns=["journal_line", "decided_at"]))


@scheme.command()
@in_review
@as_json
def versions(folder: Path, as_json: bool) -> None:
    """List the versions of the coding scheme that were kept, and the present one.

    Example: samsyn scheme versions, then  samsyn render --scheme 1.0
    """
    review = open_review(folder)
    present = review.scheme
    rows: list[dict[str, Any]] = [
        {"name": each.name, "version": each.scheme.version, "codes": len(each.scheme.codes),
         "present": each.scheme.hash == present.hash}
        for each in review.kept_schemes()
    ]  # fmt: skip
    if not any(row["present"] for row in rows):
        rows.append({"name": "coding_scheme.yaml", "version": present.version, "codes": len(present.codes),
                     "present": True})  # fmt: skip
    if as_json:
        echo_json({"versions": rows})
        return
    for row in rows:
        mark = "  (the present one)" if row["present"] else ""
        say(f"{row['version']:>8}  {row['name']}, {counted(row['codes'], 'code')}{mark}")


@scheme.command()
@click.argument("old")
@click.argument("new")
@_version
@in_review
def rename(old: str, new: str, version: str, folder: Path) -> None:
    """Give the code OLD the id NEW; decisions carry over. The comments of the file stay.

    Example: samsyn scheme rename trust trust_partners
    """
    _change(folder, lambda text: rename_code(text, old, new, version=version, date=_today()))


@scheme.command()
@click.argument("codes", nargs=-1, required=True)
@click.option("--into", required=True, metavar="CODE", help="One of them, another code, or a new id.")
@_version
@in_review
def merge(codes: tuple[str, ...], into: str, version: str, folder: Path) -> None:
    """Merge CODES into one; earlier decisions on them count for it. The others are retired.

    Example: samsyn scheme merge network_silos network_budgets --into network_barriers
    """
    _change(folder, lambda text: merge_codes(text, codes, into, version=version, date=_today()))


@scheme.command()
@click.argument("code")
@click.option("--into", "parts", required=True, multiple=True, metavar="CODE", help="Give it once for each.")
@_version
@in_review
def split(code: str, parts: tuple[str, ...], version: str, folder: Path) -> None:
    """Split CODE; earlier decisions on it wait for a person to say which of the new codes they belong to.

    Example: samsyn scheme split trust --into trust_partners --into trust_citizens
    """
    _change(folder, lambda text: split_code(text, code, parts, version=version, date=_today()))


@scheme.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--to", "target", type=click.Path(path_type=Path), metavar="YAML", help="The file to write.")
def import_scheme(path: Path, target: Path | None) -> None:
    """Make a coding scheme from the codes of another coding program: .qdc, .qdpx, or a table of Taguette's.

    What it says of each code is taken; the rest is for you to write. No file is overwritten.

    Example: samsyn scheme import codebook.qdc --to coding_scheme_draft.yaml
    """
    suffix = path.suffix.lower()
    if suffix == ".qdpx":
        project = read_qdpx(path)
        book = Codebook(project.scheme, project.left_out, {})
    else:
        book = read_taguette_codebook(path) if suffix == ".csv" else read_codebook(path)
    if not book.scheme.codes:
        raise UsageError(f"{path.name} holds no codes.")
    target = target or Path(f"{book.scheme.id}.yaml")
    n_blank = write_coding_scheme(book.scheme, target)
    n_codes, n_themes = len(book.scheme.codes), len(book.scheme.themes)
    say(f"{counted(n_codes, 'code')} in {counted(n_themes, 'theme')} written to {target}.")
    if n_blank:
        say(f'{counted(n_blank, "definition")} to be written: look for "To be written.".')
    for kind, n in book.left_out["kind"].value_counts().items():
        say(f"Not mapped: {counted(int(n), str(kind))}.")


def _change(folder: Path, change: Callable[[str], EditedScheme]) -> None:
    review = open_review(folder)
    edited = review.change_scheme(change)
    n_stale = len(review.stale_decisions())
    say(f"coding_scheme.yaml is now version {edited.version}.")
    if edited.to_do:
        say(edited.to_do)
    if n_stale:
        say(f"{counted(n_stale, 'decision')} to look at again: samsyn scheme stale")


def _today() -> str:
    return journal.now()[:10]
