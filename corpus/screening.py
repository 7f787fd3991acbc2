"""Screening decisions and what follows from them: verdicts, conflicts, what is included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import pandas as pd

from corpus.errors import UsageError
from corpus.protocol import STAGES, Protocol, Stage, place_in

Verdict = Literal["include", "exclude", "unsure"]
VERDICTS: tuple[str, ...] = get_args(Verdict)

DECISION_COLUMNS = (
    "record_id", "stage", "verdict", "criterion", "person", "adjudicates", "note", "decided_at",
    "journal_line",
)  # fmt: skip
SUBSETS = ("all", "included", "excluded", "unscreened", "conflicts")
VERDICT_COLUMNS = ("record_id", "stage", "verdict", "criterion", "people", "settled_by", "n_people")


@dataclass(frozen=True)
class ScreeningDecision:
    """One person's decision on one record at one stage.

    Attributes
    ----------
    record_id : str
    stage : str
        "title_abstract" or "full_text".
    verdict : str
        "include", "exclude" or "unsure".
    criterion : str
        Id of the exclusion criterion, ``""`` where none is given.
    adjudicates : bool
        Whether the line settles a conflict between others.
    note : str
    decided_at : str
        UTC time of the decision.
    """

    record_id: str
    stage: Stage
    verdict: Verdict
    criterion: str = ""
    adjudicates: bool = False
    note: str = ""
    decided_at: str = ""

    def as_line(self) -> dict[str, Any]:
        """The decision as a line of the journal."""
        return {"type": "screening", **asdict(self)}


def screening_decisions_from_rows(
    rows: Iterable[Mapping[str, Any]],
    *,
    known: Mapping[str, str],
    protocol: Protocol,
    decided_at: str,
    adjudicates: bool = False,
    file: str = "rows",
) -> list[ScreeningDecision]:
    """Screening decisions from the rows of a table, all or none.

    Parameters
    ----------
    rows : iterable of mappings
        record_id, verdict and, where wanted, stage (default: title_abstract), criterion, note, decided_at.
        Rows without a verdict are skipped, so that a ranking can be filled in bit by bit.
    known : mapping
        record_id of every record -> record_id of its unique record.
    protocol : Protocol
        Its stages and exclusion criteria are the ones that may be named.
    decided_at : str
        Time for the rows that name none.
    adjudicates : bool
        Whether the rows settle conflicts.
    file : str
        Where the rows come from, for the error.

    Raises
    ------
    UsageError
        With every faulty row: number (the header is row 1), what is wrong, what is known.

    Examples
    --------
    >>> from corpus.protocol import Wording
    >>> protocol = Protocol("p", Wording(), ())
    >>> rows = [{"record_id": "wos:7", "verdict": "include"}, {"record_id": "wos:8", "verdict": "maybe"}]
    >>> screening_decisions_from_rows(rows, known={"wos:7": "wos:7"}, protocol=protocol, decided_at="")
    Traceback (most recent call last):
        ...
    corpus.errors.UsageError: rows: 2 faults, no decision was saved.
    row 3: no record wos:8 in this review
    row 3: the verdict 'maybe' is not known (known: include, exclude, unsure)
    """
    decisions, faults = [], []
    criteria = protocol.exclusion_order()
    for number, row in enumerate(rows, start=2):
        cell = {name: str(value or "").strip() for name, value in row.items()}
        if not cell.get("verdict"):
            continue
        stage = cell.get("stage") or STAGES[0]
        criterion = cell.get("criterion", "")
        checks = [
            (cell.get("record_id") in known, f"no record {cell.get('record_id')} in this review"),
            (cell["verdict"] in VERDICTS, _not_known("verdict", cell["verdict"], VERDICTS)),
            (stage in protocol.stages, _not_known("stage", stage, protocol.stages)),
            (not criterion or criterion in criteria, _not_known("criterion", criterion, criteria)),
            (not criterion or cell["verdict"] == "exclude", "a criterion goes with the verdict exclude only"),
        ]
        wrong = [f"row {number}: {fault}" for right, fault in checks if not right]
        faults += wrong
        if not wrong:
            decisions.append(
                ScreeningDecision(
                    record_id=known[cell["record_id"]],
                    stage=stage,  # type: ignore[arg-type]  # checked above
                    verdict=cell["verdict"],  # type: ignore[arg-type]  # checked above
                    criterion=criterion,
                    adjudicates=adjudicates,
                    note=cell.get("note", ""),
                    decided_at=cell.get("decided_at") or decided_at,
                )
            )
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise UsageError("\n".join([f"{count}, no decision was saved.", *faults]), where=file)
    return decisions


def screening_decisions(lines: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The screening lines of the journal as a frame.

    Returns
    -------
    DataFrame
        Columns record_id, stage, verdict, criterion, person, adjudicates, note, decided_at, journal_line; in
        the order of the journal.
    """
    chosen = [line for line in lines if line.get("type") == "screening"]
    frame = pd.DataFrame(chosen, columns=list(DECISION_COLUMNS))
    texts = [name for name in DECISION_COLUMNS if name not in ("adjudicates", "journal_line")]
    frame[texts] = frame[texts].astype(object).fillna("").astype("str")
    frame["adjudicates"] = [bool(line.get("adjudicates")) for line in chosen]
    return frame


def latest_decisions(decisions: pd.DataFrame) -> pd.DataFrame:
    """Each person's standing decision per record and stage: a later line overrides the same person's earlier.

    Returns
    -------
    DataFrame
        As ``decisions``, sorted by record_id, stage, person.
    """
    keys = ["record_id", "stage", "person", "adjudicates"]
    latest = decisions.drop_duplicates(keys, keep="last")
    return latest.sort_values(keys, ignore_index=True)


def screening_verdicts(decisions: pd.DataFrame, *, criteria: Sequence[str] = ()) -> pd.DataFrame:
    """The verdict on each record and stage: an adjudication, else what all agree on, else a conflict.

    Parameters
    ----------
    decisions : DataFrame
        As :func:`screening_decisions` gives.
    criteria : sequence of str
        Ids of exclusion criteria in the protocol's order; of several the first is the reason.

    Returns
    -------
    DataFrame
        Columns record_id, stage, verdict ("include", "exclude", "unsure" or "conflict"), criterion, people,
        settled_by, n_people; sorted by record_id and stage.

    Examples
    --------
    >>> lines = [{"type": "screening", "record_id": "wos:7", "stage": "title_abstract", "verdict": verdict,
    ...           "person": person} for person, verdict in [("ann", "include"), ("bo", "unsure")]]
    >>> screening_verdicts(screening_decisions(lines)).loc[0, "verdict"]
    'conflict'
    """
    rows = []
    for (record_id, stage), given in latest_decisions(decisions).groupby(["record_id", "stage"], sort=True):
        settling, screeners = given[given["adjudicates"]], given[~given["adjudicates"]]
        counted = settling if len(settling) else screeners
        verdicts = sorted(set(counted["verdict"]))
        verdict = verdicts[0] if len(verdicts) == 1 else "conflict"
        reasons = {reason for reason in counted["criterion"] if reason} if verdict == "exclude" else set()
        rows.append(
            {
                "record_id": record_id,
                "stage": stage,
                "verdict": verdict,
                "criterion": min(reasons, key=lambda name: place_in(criteria, name), default=""),
                "people": "; ".join(sorted(set(screeners["person"]))),
                "settled_by": "; ".join(sorted(set(settling["person"]))),
                "n_people": screeners["person"].nunique(),
            }
        )
    return pd.DataFrame(rows, columns=list(VERDICT_COLUMNS))


def included_records(verdicts: pd.DataFrame, protocol: Protocol) -> list[str]:
    """Record_ids included in the review: included at every stage of the protocol; sorted.

    Examples
    --------
    >>> from corpus.protocol import Wording
    >>> verdicts = pd.DataFrame({"record_id": ["a", "b"], "stage": "title_abstract",
    ...                          "verdict": ["include", "exclude"]})
    >>> included_records(verdicts, Protocol("p", Wording(), (), stages=("title_abstract",)))
    ['a']
    """
    chosen = verdicts[verdicts["verdict"] == "include"]
    by_stage = [set(chosen.loc[chosen["stage"] == stage, "record_id"]) for stage in protocol.stages]
    return sorted(set.intersection(*by_stage))


def with_verdicts(
    records: pd.DataFrame, verdicts: pd.DataFrame, protocol: Protocol, *, which: str = "all"
) -> pd.DataFrame:
    """Records with the verdict of the last stage decided on, in columns and in words other tools read.

    Adds the columns verdict, criterion, people and included ("1", "0" or ``""``: what ASReview reads from a
    table), and to ``notes`` the same in words, with the markers that ASReview and Rayyan read from RIS.

    Parameters
    ----------
    records, verdicts : DataFrame
        Unique records; as :func:`screening_verdicts` gives.
    protocol : Protocol
    which : {"all", "included", "excluded", "unscreened", "conflicts"}
        Which of them.

    Raises
    ------
    UsageError
        When there is no such subset.

    Examples
    --------
    >>> from corpus.protocol import Wording
    >>> records = pd.DataFrame({"record_id": ["a", "b"], "notes": ["", "signed"]})
    >>> verdicts = pd.DataFrame({"record_id": ["b"], "stage": "title_abstract", "verdict": "exclude",
    ...                          "criterion": "E04_type", "people": ""})
    >>> with_verdicts(records, verdicts, Protocol("p", Wording(), ()), which="excluded")["notes"].tolist()
    ['signed; samsyn: exclude (E04_type); ASReview_irrelevant']
    """
    if which not in SUBSETS:
        raise UsageError(f"No subset {which!r}.", next_step=f"Known: {', '.join(SUBSETS)}.")
    ordered = verdicts.sort_values("stage", key=lambda stages: stages.map(STAGES.index), kind="stable")
    last = ordered.drop_duplicates("record_id", keep="last").set_index("record_id")
    chosen = records.copy()
    for column in ("verdict", "criterion"):
        chosen[column] = chosen["record_id"].map(last[column]).astype(object).fillna("").astype("str")
    is_in = {
        "all": chosen["record_id"].notna(),
        "included": chosen["record_id"].isin(included_records(verdicts, protocol)),
        "excluded": chosen["verdict"] == "exclude",
        "unscreened": chosen["verdict"] == "",
        "conflicts": chosen["verdict"] == "conflict",
    }[which]
    chosen["people"] = chosen["record_id"].map(last["people"]).astype(object).fillna("").astype("str")
    chosen["included"] = chosen["verdict"].map({"include": "1", "exclude": "0"}).astype(object).fillna("")
    chosen["notes"] = [_said(row) for row in chosen.to_dict("records")]
    return chosen[is_in].reset_index(drop=True)


def _said(row: Mapping[Any, Any]) -> str:
    """A record's notes with its verdict in the words that ASReview, Rayyan and people read."""
    notes = [row["notes"]] if row["notes"] else []
    people = row["people"].split("; ") if row["people"] else []
    if row["verdict"]:
        reason = f" ({row['criterion']})" if row["criterion"] else ""
        by = f" by {', '.join(people)}" if people else ""
        notes.append(f"samsyn: {row['verdict']}{reason}{by}")
    word = {"include": "Included", "exclude": "Excluded", "unsure": "Maybe"}.get(row["verdict"])
    if word and people:
        said = ", ".join(f'"{person}"=>"{word}"' for person in people)
        reasons = f" | RAYYAN-EXCLUSION-REASONS: {row['criterion']}" if row["criterion"] else ""
        notes.append(f"RAYYAN-INCLUSION: {{{said}}}{reasons}")
    notes.append(
        {"1": "ASReview_relevant", "0": "ASReview_irrelevant"}.get(row["included"], "ASReview_not_seen")
    )
    return "; ".join(notes)


def _not_known(what: str, value: str, known: Iterable[str]) -> str:
    return f"the {what} {value!r} is not known (known: {', '.join(known)})"
