"""Commands that say what may be coded: suggest, and the queue of ``code --next``."""

from __future__ import annotations

import importlib
import importlib.util
import os
from pathlib import Path

import click
import pandas as pd

from coding_scheme import Proposer, standings
from corpus import UsageError
from corpus.errors import counted
from samsyn.commands.console import (
    as_json,
    echo_json,
    echo_table,
    in_review,
    on_dask,
    open_review,
    progress,
    say,
    say_if_none_is_included,
)
from samsyn.decision_tables import write_rows
from samsyn.suggestion_desk import ORIGINS, Proposals

_SHOWN = 20
_NAMED = 5


@click.command("suggest")
@click.option("--all", "every", is_flag=True, help="All records, not only the included ones.")
@click.option(
    "--by",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="rules, classifier, or MODULE:FUNCTION of your own; repeatable (default: rules and classifier).",
)
@click.option("--possible", is_flag=True, help="Also suggestions that are only possible.")
@click.option("--as", "person", default="", metavar="PERSON", help="Leave out what PERSON has to read blind.")
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path),
    help="Write the suggestions here, with empty columns for your decisions.",
)
@click.option("--language", default="en", type=click.Choice(["en", "da"]), help="Language of the reasons.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that read many records (default: one for each processor); the outcome is the same.",
)
@in_review
@as_json
@on_dask
def suggest_segments(
    every: bool,
    origins: tuple[str, ...],
    possible: bool,
    person: str,
    table: Path | None,
    language: str,
    workers: int | None,
    folder: Path,
    as_json: bool,
) -> None:
    """Suggest coded segments of the included records: the words, the code, the direction, and why.

    A suggestion is not a decision: fill in "present" or "absent" where you agree or disagree. The classifier
    learns from your decisions and is silent on a code until it has enough of them. With --by my_model:ask the
    function ask(records, scheme) of the module my_model suggests; its quotations are checked.

    Of many records what the rules have read is kept as it comes: interrupted, the same command goes on there.

    Only strong suggestions are listed; how many more are possible is said, and --possible lists them too. A
    scheme sets its own bar with strong_from, and marks codes that are only ever possible with never_strong.

    Example: samsyn suggest --csv to-code.csv, fill in the column value, then
    samsyn code to-code.csv --as anna
    """
    review = open_review(folder)
    own = {name: _function(name, folder) for name in origins if name not in ORIGINS}
    proposals = review.proposals(
        all_records=every,
        by=[name for name in ORIGINS if name in (origins or ORIGINS)],
        proposers=own,
        person=person,
        language=language,
        workers=workers or os.cpu_count() or 1,
        progress=progress("reading"),
    )
    found = proposals.suggestions
    found = found.assign(standing=standings(found, review.scheme))
    strong = found["standing"] == "strong"
    suggestions = found if possible else found[strong].reset_index(drop=True)
    n_records = suggestions["record_id"].nunique()
    if table is not None:
        rows = suggestions.rename(columns={"text": "quotation"}).assign(
            value="", finding="", note="", round="assisted",
            suggested_direction=suggestions["direction"], suggested_quotation=suggestions["text"],
        )  # fmt: skip
        facets = [facet.id for facet in review.scheme.facets]
        first = ["record_id", "code_id", "value", "direction", "finding", "quotation", "field", "why"]
        shown = ["proposed_by", "suggested_direction", "suggested_quotation"]
        sheet = rows[[*first, "standing", "score", "indicator", "cue", "note", "round", *shown]]
        write_rows(sheet.assign(**dict.fromkeys(facets, "")), table)
        say(f"{counted(len(rows), 'suggestion')} written to {table}.", err=as_json)
    if as_json:
        refused = proposals.refused.to_dict("records")
        echo_json(
            {"suggestions": len(suggestions), "strong": int(strong.sum()), "possible": int((~strong).sum()),
             "records": n_records, "codes": suggestions["code_id"].nunique(),
             "by": _by_origin(proposals), "silent": proposals.silent, "refused": refused,
             "mended": proposals.n_mended, "hidden_records": proposals.n_hidden,
             "stale_decisions_not_learned_from": proposals.n_stale,
             "languages": proposals.read.to_dict("records"),
             "unread_languages": proposals.unread[["language", "n_records"]].to_dict("records")}
        )  # fmt: skip
        return
    if table is None:
        say(f"{counted(len(suggestions), 'suggestion')} in {counted(n_records, 'record')}")
        shown = ["record_id", "code_id", "direction", "standing", "score", "text", "why"]
        echo_table(suggestions[shown].head(_SHOWN))
    if not every:
        say_if_none_is_included(review, err=False)
    n_hidden = len(found) - len(suggestions)
    if n_hidden:
        say(f"{counted(n_hidden, 'suggestion')} more, only possible: not listed (--possible lists them).")
    _echo_what_is_missing(proposals)


def languages_in_words(read: pd.DataFrame, unread: pd.DataFrame) -> list[str]:
    """How each language was read, and what was not, a sentence each.

    Examples
    --------
    >>> read = pd.DataFrame([("en", True, True, True), ("fo", False, False, False)],
    ...                     columns=["language", "lemmas", "abbreviations", "told"])
    >>> unread = pd.DataFrame([("fr", 2), ("", 1)], columns=["language", "n_records"])
    >>> for sentence in languages_in_words(read, unread):
    ...     print(sentence)
    Read with lemmas: en.
    Read without lemmas, so that indicators need *: fo. It is read where the record's language says so.
    Not read, no indicators in the language: 2 records in fr, 1 record in an unknown language.
    """
    said = []
    with_lemmas = read.loc[read["lemmas"], "language"].tolist()
    if with_lemmas:
        said.append(f"Read with lemmas: {', '.join(with_lemmas)}.")
    without = read[~read["lemmas"]]
    if len(without):
        told = "" if without["told"].all() else " It is read where the record's language says so."
        named = ", ".join(without["language"])
        said.append(f"Read without lemmas, so that indicators need *: {named}.{told}")
    if len(unread):
        counts = [
            f"{counted(int(n), 'record')} in {language or 'an unknown language'}"
            for language, n in zip(unread["language"], unread["n_records"], strict=True)
        ]
        said.append(f"Not read, no indicators in the language: {', '.join(counts)}.")
    return said


def _echo_what_is_missing(proposals: Proposals) -> None:
    for sentence in languages_in_words(proposals.read, proposals.unread):
        say(sentence)
    if proposals.n_stale:
        say(
            f"Not learned from: {counted(proposals.n_stale, 'decision')} on codes that have come to mean "
            "something else (samsyn scheme stale)."
        )
    silent = proposals.silent
    if silent:
        named = "; ".join(silent[:_NAMED])
        more = f"; and {len(silent) - _NAMED} more" if len(silent) > _NAMED else ""
        n_codes = len(proposals.codes)
        say(f"The classifier is silent on {len(silent)} of {counted(n_codes, 'code')}: {named}{more}.")
    if proposals.n_hidden:
        say(f"{counted(proposals.n_hidden, 'record')} left out: to be read blind (samsyn code --next).")
    if proposals.n_mended:
        say(f"{counted(proposals.n_mended, 'quotation')} found in the text, though not where it was said.")
    if len(proposals.refused):
        say(f"{counted(len(proposals.refused), 'suggestion')} refused:")
        echo_table(
            proposals.refused[["proposed_by", "row", "record_id", "code_id", "why"]].head(_SHOWN), widest=100
        )


def _by_origin(proposals: Proposals) -> dict[str, int]:
    """How many suggestions each origin made."""
    named = proposals.suggestions["proposed_by"].str.split("; ").explode()
    counts = named.str.replace(r"^classifier .*", "classifier", regex=True).value_counts()
    return {str(name): int(counts[name]) for name in sorted(counts.index)}


def _function(name: str, folder: Path) -> Proposer:
    """The function a user names as MODULE:FUNCTION; nothing is ever imported from a review folder."""
    module_name, _, function_name = name.partition(":")
    known = f"Known: {', '.join(ORIGINS)}, or MODULE:FUNCTION."
    if not function_name or not all(part.isidentifier() for part in module_name.split(".")):
        raise UsageError(f"Unknown origin of suggestions {name!r}.", next_step=known)
    spec = importlib.util.find_spec(module_name.split(".")[0])
    if spec is None:
        raise UsageError(
            f"There is no module {module_name!r}.", next_step="Install it, or name its folder in PYTHONPATH."
        )
    places = [spec.origin or "", *(spec.submodule_search_locations or ())]
    if any(place and folder.resolve() in Path(place).resolve().parents for place in places):
        raise UsageError(
            f"{module_name} lies in the review folder, from which nothing is run.",
            next_step="Keep it elsewhere, and name that folder in PYTHONPATH.",
        )
    try:
        function = getattr(importlib.import_module(module_name), function_name, None)
    except ImportError as error:
        raise UsageError(f"The module {module_name!r} cannot be imported: {error}.") from error
    if not callable(function):
        raise UsageError(f"The module {module_name!r} has no function {function_name!r}.")
    return function


def echo_queue(folder: Path, person: str, table: Path | None, language: str, as_json: bool) -> None:
    """Print what a person should code next, or write it to a table."""
    review = open_review(folder)
    queue = review.coding_queue(person, language=language, progress=progress("reading"))
    counts = {str(kind): int(n) for kind, n in queue["kind"].value_counts(sort=False).items()}
    if table is not None:
        write_rows(queue, table)
        say(f"{counted(len(queue), 'row')} written to {table}.", err=as_json)
    if as_json:
        rows = queue.astype(object).where(queue.notna(), None).to_dict("records")
        echo_json({"person": person, "kinds": counts, "next": rows})
    elif queue.empty:
        say("Nothing waits.")
        say_if_none_is_included(review, err=False)
    elif table is None:
        say(", ".join(f"{kind}: {n}" for kind, n in counts.items()))
        shown = queue.head(_SHOWN)
        echo_table(shown[["place", "record_id", "code_id", "reason", "hidden"]], widest=100)
