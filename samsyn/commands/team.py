"""Commands of a screening team: calibrate, import, priors."""

from __future__ import annotations

from pathlib import Path

import click

from corpus import COVIDENCE_LISTS, PROGRAMS
from corpus.errors import counted
from corpus.protocol import Stage
from samsyn.commands.console import (
    as_json,
    echo_json,
    echo_table,
    in_review,
    open_review,
    pairs,
    say,
    stage_option,
)
from samsyn.decision_tables import write_rows
from samsyn.review import Review


@click.command()
@click.option("--size", type=int, help="How many records (default: what the protocol says, else 50).")
@click.option("--round", "round_", default=1, show_default=True, help="Which round; each has other records.")
@click.option(
    "--csv", "table", type=click.Path(path_type=Path), help="Write the sample here, to be screened."
)
@click.option("--as", "person", default="", metavar="PERSON", help="Only what this person has not screened.")
@in_review
@as_json
def calibrate(
    size: int | None, round_: int, table: Path | None, person: str, folder: Path, as_json: bool
) -> None:
    """Screen a random sample, everybody on their own, and see how far you agree before you go on.

    The sample is drawn by the protocol's seed and stays once somebody has begun on it. Kappa and alpha are
    shown with their 95 % intervals (bootstrap over records), for each pair and for all.

    Example: samsyn calibrate --csv sample.csv, a copy for each to fill in, then
    samsyn screen sample-anna.csv --as anna, and at last  samsyn calibrate
    """
    review = open_review(folder)
    sample = review.calibration_sample(size=size, round_=round_)
    if table is not None:
        decisions = review.screening_decisions()
        mine = decisions[(decisions["person"] == person) & (decisions["stage"] == "title_abstract")]
        left = sample[~sample["record_id"].isin(set(mine["record_id"]))].assign(
            stage="title_abstract", calibration=round_, verdict="", criterion="", note=""
        )
        columns = ["record_id", "verdict", "criterion", "note", "title", "abstract", "authors", "year",
                   "journal", "stage", "calibration"]  # fmt: skip
        write_rows(left[columns], table)
        say(f"{counted(len(left), 'record')} written to {table}.", err=as_json)
    found = review.calibration(size=size, round_=round_)
    if as_json:
        rows = found.astype(object).where(found.notna(), None).to_dict("records")
        figures = {"round": round_, "n_sample": len(sample), "sample": sample["record_id"].tolist()}
        echo_json({**figures, "agreement": rows})
        return
    if len(found):
        echo_table(found.drop(columns="stage").round(3).astype(object).where(found.notna(), "undefined"))
    elif table is None:
        say(f"{counted(len(sample), 'record')} in round {round_}; no two people have screened it yet.")


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--person", "people", multiple=True, metavar="NAME=ID", help="Who a name in the file is: 'Emily B=emily'."
)
@click.option(
    "--as", "person", default="", metavar="PERSON", help="Whose the decisions are that name nobody."
)
@click.option(
    "--reason", "reasons", multiple=True, metavar="TEXT=CRITERION", help="Which criterion a reason is."
)
@click.option(
    "--adjudicate", is_flag=True, help="They are a team's final verdicts and settle what others said."
)
@stage_option
@click.option("--from", "program", type=click.Choice(PROGRAMS), help="What wrote the file (else recognised).")
@click.option(
    "--list", "listed", type=click.Choice(tuple(COVIDENCE_LISTS)), help="Which of Covidence's lists it is."
)
@click.option("--label", default="", metavar="COLUMN", help="Column that is 1 where included, else 0.")
@click.option(
    "--code", "codes", multiple=True, metavar="NAME=CODE", help="Of coding: which code of the scheme it is."
)
@click.option("--add", "add_texts", is_flag=True, help="Of coding: texts that are no record here are added.")
@in_review
@as_json
def import_decisions(
    path: Path,
    people: tuple[str, ...],
    person: str,
    reasons: tuple[str, ...],
    adjudicate: bool,
    stage: Stage,
    program: str | None,
    listed: str | None,
    label: str,
    codes: tuple[str, ...],
    add_texts: bool,
    folder: Path,
    as_json: bool,
) -> None:
    """Take the screening decisions in an export of Rayyan, ASReview, Covidence or Samsyn, or coding.

    Each entry is matched to a record of this review by id, DOI, PubMed identifier, or title, year and author;
    no record is added. What cannot be matched is listed. Taking a file again adds nothing. Of Rayyan's zip
    take the articles; of ASReview an export or the project file itself.

    Coding comes from projects of other coding programs (.qdpx), each coder's by itself, and from the
    highlights that Taguette exports (.csv, with --as). Importing two people's projects one after the other
    keeps the codings of both.

    Example: samsyn import rayyan.csv --person "Emily B=emily" --reason "wrong population=E05"
    """
    review = open_review(folder)
    if review.is_coding(path):
        _import_coding(review, path, person, people, codes, add_texts, as_json)
        return
    outcome = review.import_screening(
        path,
        person=person,
        people=pairs(people, "--person", "Emily B=emily"),
        reasons=pairs(reasons, "--reason", "wrong population=E05"),
        adjudicates=adjudicate,
        stage=stage,
        program=program or "",
        covidence_list=listed or "",
        label=label,
    )
    counts = {str(name): int(n) for name, n in outcome["outcome"].value_counts().items()}
    left = outcome[~outcome["outcome"].isin(["saved", "already here"])]
    if as_json:
        shown = left[["row", "title", "person", "verdict", "outcome"]].to_dict("records")
        echo_json({"decisions": len(outcome), "outcomes": counts, "not_taken": shown})
        return
    say(f"{counted(len(outcome), 'decision')} in {path.name}:")
    for name, n in counts.items():
        say(f"{n:>8,}  {name}")
    if len(left):
        say("Not taken:")
        echo_table(left[["row", "title", "person", "verdict", "outcome"]])


def _import_coding(
    review: Review,
    path: Path,
    person: str,
    people: tuple[str, ...],
    codes: tuple[str, ...],
    add_texts: bool,
    as_json: bool,
) -> None:
    outcome, project = review.import_coding(
        path, person=person, people=pairs(people, "--person", "Emily B=emily"),
        codes=pairs(codes, "--code", "Trust=trust_partners"), add_texts=add_texts,
    )  # fmt: skip
    counts = {str(name): int(n) for name, n in outcome["outcome"].value_counts().items()}
    left = outcome[~outcome["outcome"].isin(["saved", "already here"])]
    lost = project.left_out
    if as_json:
        echo_json({
            "codings": len(outcome), "outcomes": counts, "not_taken": left.to_dict("records"),
            "left_out": lost.to_dict("records"),
        })  # fmt: skip
        return
    say(f"{counted(len(outcome), 'coding')} in {path.name}:")
    for name, n in counts.items():
        say(f"{n:>8,}  {name}")
    if len(left):
        say("Not taken:")
        echo_table(left.head(40))
    if len(lost):
        say("Not mapped:")
        kinds = lost.groupby(["kind", "why"], sort=True)
        echo_table(kinds.agg(n=("name", "size"), such_as=("name", "first")).reset_index())
    decisions = review.coding_decisions()
    bare = decisions[(decisions["value"] == "present") & (decisions["direction"] == "")]
    if len(bare):
        n_bare = bare["record_id"].nunique()
        say(f"{counted(n_bare, 'record')} with codings that say no direction: other programs know none.")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--label", default="", metavar="COLUMN", help="Column that is 1 where included, else 0.")
@in_review
@as_json
def priors(paths: tuple[Path, ...], label: str, folder: Path, as_json: bool) -> None:
    """Let the ranking learn from the labels of an earlier review; without files, say what it learns from.

    The records of an earlier review are none of this one's and its labels nobody's decisions: neither the
    flow diagram nor any other count knows them.

    Example: samsyn priors earlier-review.csv --label included
    """
    review = open_review(folder)
    for path in paths:
        n_included, n_excluded = review.add_prior(path, label=label)
        say(f"{path.name}: {n_included:,} included, {n_excluded:,} excluded.", err=as_json)
    labels = review.priors()[1]
    figures = {"n_priors": len(labels), "n_included": sum(labels.values())}
    if as_json:
        echo_json(figures)
    else:
        say(
            f"The ranking learns from {counted(len(labels), 'record')} of earlier reviews, "
            f"{figures['n_included']:,} of them included."
        )
