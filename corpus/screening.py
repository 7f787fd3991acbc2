"""Screening decisions and what follows from them: verdicts, conflicts, what is included."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, pairwise
from typing import Any, Literal, get_args

import pandas as pd

from corpus.errors import UsageError, all_faults
from corpus.protocol import STAGES, Protocol, Stage, place_in
from corpus.table_cells import FIRST_ROW, Rows, text_cells, time_fault, utc_time
from corpus.undone import not_undone

Verdict = Literal["include", "exclude", "unsure"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
# why people had differed, said by who settles it
DIFFERENCES = ("criterion unclear", "overlooked", "judged differently")
# columns of words from a list
_LISTED = ("verdict", "stage", "differ_because")

DECISION_COLUMNS = (
    "record_id", "stage", "verdict", "criterion", "person", "adjudicates", "note", "decided_at",
    "calibration", "differ_because", "imported_from", "journal_line",
)  # fmt: skip
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
    calibration : int
        Number of the calibration round in which the record was screened, 0 for none.
    differ_because : str
        Of a decision that settles a conflict: why people had differed, "criterion unclear", "overlooked",
        "judged differently" or "".
    """

    record_id: str
    stage: Stage
    verdict: Verdict
    criterion: str = ""
    adjudicates: bool = False
    note: str = ""
    decided_at: str = ""
    calibration: int = 0
    differ_because: str = ""

    def as_line(self) -> dict[str, Any]:
        """The decision as a line of the journal; ``differ_because`` only where it is said."""
        line = {"type": "screening", **asdict(self)}
        return line if self.differ_because else {k: v for k, v in line.items() if k != "differ_because"}


def screening_decision(
    row: Mapping[str, Any],
    *,
    known: Mapping[str, str],
    protocol: Protocol,
    decided_at: str,
    adjudicates: bool = False,
) -> ScreeningDecision:
    """One screening decision from its parts (:func:`screening_decisions_from_rows`).

    Raises
    ------
    UsageError
        With all that is wrong with it.

    Examples
    --------
    >>> from corpus.protocol import Wording
    >>> screening_decision({"record_id": "wos:7", "verdict": "maybe"}, known={"wos:7": "wos:7"},
    ...                    protocol=Protocol("p", Wording(), ()), decided_at="")
    Traceback (most recent call last):
        ...
    corpus.errors.UsageError: The verdict 'maybe' is not known (known: include, exclude, unsure).
    """
    (cell,) = text_cells([row], any_case=_LISTED)
    faults = _faults_of(cell, known, protocol)
    if faults:
        raise UsageError(" ".join(f"{fault[0].upper()}{fault[1:]}." for fault in faults))
    return _decision_of(cell, known, decided_at, adjudicates=adjudicates)


def screening_decisions_from_rows(
    rows: Rows,
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
    rows : DataFrame, or iterable of mappings
        record_id, verdict and, where wanted, stage (default: title_abstract), criterion, note, decided_at,
        calibration (number of a calibration round), differ_because (where the rows settle conflicts).
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
        With every faulty row: number (the header is row 1), what is wrong, what is known. So are two rows
        that say different things of one record at one stage, with one time.

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
    said: dict[tuple[str, str, str], tuple[int, ScreeningDecision]] = {}
    cells = text_cells(rows, needs=("record_id", "verdict"), any_case=_LISTED, file=file)
    for number, cell in enumerate(cells, start=FIRST_ROW):
        if not cell.get("verdict"):
            continue
        wrong = [f"row {number}: {fault}" for fault in _faults_of(cell, known, protocol)]
        faults += wrong
        if wrong:
            continue
        decision = _decision_of(cell, known, decided_at, adjudicates=adjudicates)
        before, earlier = said.setdefault(
            (decision.record_id, decision.stage, decision.decided_at), (number, decision)
        )
        if (earlier.verdict, earlier.criterion) != (decision.verdict, decision.criterion):
            here, there = (
                " ".join(filter(None, (one.verdict, one.criterion))) for one in (decision, earlier)
            )
            faults.append(f"row {number}: {here} for {cell['record_id']}, but {there} in row {before}")
        decisions.append(decision)
    if faults:
        raise all_faults(faults, file=file)
    return decisions


def _faults_of(cell: Mapping[str, str], known: Mapping[str, str], protocol: Protocol) -> list[str]:
    stage, criterion = cell.get("stage") or STAGES[0], cell.get("criterion", "")
    criteria, verdict = protocol.exclusion_order(), cell.get("verdict", "")
    calibration, why = cell.get("calibration") or "0", cell.get("differ_because", "")
    untimely = time_fault(cell.get("decided_at", ""))
    checks = [
        (cell.get("record_id") in known, f"no record {cell.get('record_id')} in this review"),
        (verdict in VERDICTS, _not_known("verdict", verdict, VERDICTS)),
        (stage in protocol.stages, _not_known("stage", stage, protocol.stages)),
        (not criterion or criterion in criteria, _not_known("criterion", criterion, criteria)),
        (not criterion or verdict == "exclude", "a criterion goes with the verdict exclude only"),
        (
            calibration.isdecimal() and len(calibration) < 4,
            f"the calibration round {calibration!r} is no whole number below 1,000",
        ),
        (not why or why in DIFFERENCES, _not_known("reason for differing", why, DIFFERENCES)),
        (not untimely, untimely),
    ]
    return [fault for right, fault in checks if not right]


def _decision_of(
    cell: Mapping[str, str], known: Mapping[str, str], decided_at: str, *, adjudicates: bool
) -> ScreeningDecision:
    return ScreeningDecision(
        record_id=known[cell["record_id"]],
        stage=cell.get("stage") or STAGES[0],  # type: ignore[arg-type]  # checked before
        verdict=cell["verdict"],  # type: ignore[arg-type]  # checked before
        criterion=cell.get("criterion", ""),
        adjudicates=adjudicates,
        note=cell.get("note", ""),
        decided_at=utc_time(cell.get("decided_at", "")) or decided_at,
        calibration=int(cell.get("calibration") or "0"),
        differ_because=cell.get("differ_because", "") if adjudicates else "",
    )


def screening_decisions(lines: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The screening lines of the journal as a frame, without those that were undone.

    Returns
    -------
    DataFrame
        Columns record_id, stage, verdict, criterion, person, adjudicates, note, decided_at, calibration,
        differ_because, imported_from (the file that brought it, else ``""``), journal_line; in the order of
        the journal.
    """
    chosen = not_undone(lines, "screening")
    frame = pd.DataFrame(chosen, columns=list(DECISION_COLUMNS))
    texts = [name for name in DECISION_COLUMNS if name not in ("adjudicates", "calibration", "journal_line")]
    frame[texts] = frame[texts].astype(object).fillna("").astype("str")
    # a type of its own also when nobody has decided yet
    frame["adjudicates"] = pd.Series([bool(line.get("adjudicates")) for line in chosen], dtype=bool)
    frame["calibration"] = pd.Series([int(line.get("calibration", 0)) for line in chosen], dtype="int64")
    return frame


def counted_decisions(
    lines: Iterable[Mapping[str, Any]], unique_id: Mapping[str, str], stages: Collection[str]
) -> pd.DataFrame:
    """The decisions that count: on records that a source holds, at stages that the protocol has.

    Parameters
    ----------
    lines : iterable of mappings
        Of the journal.
    unique_id : mapping
        record_id of every record -> that of the unique record it was merged into.
    stages : collection of str
        The protocol's.

    Returns
    -------
    DataFrame
        As :func:`screening_decisions`, each on its unique record.

    Examples
    --------
    >>> line = {"type": "screening", "record_id": "wos:7", "verdict": "include", "person": "ann"}
    >>> lines = [line | {"stage": stage} for stage in ("title_abstract", "full_text")]
    >>> counted_decisions(lines, {"wos:7": "scopus:1"}, ["title_abstract"])["record_id"].tolist()
    ['scopus:1']
    """
    known = [
        line
        for line in not_undone(lines, "screening")
        if line.get("record_id") in unique_id and line.get("stage") in stages
    ]
    return screening_decisions({**line, "record_id": unique_id[line["record_id"]]} for line in known)


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


def screening_verdicts(
    decisions: pd.DataFrame, *, criteria: Sequence[str] = (), assigned: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The verdict on each record and stage: an adjudication, else what all agree on, else a conflict.

    A record that fewer people have screened than are assigned to it is "waiting", so that nobody sees what
    the first one said. "unsure" holds a record open as a conflict does: somebody settles it. Where several
    have settled a record, the one who did so last has the last word, as in coding (:func:`last_settled`).

    Parameters
    ----------
    decisions : DataFrame
        As :func:`screening_decisions` gives.
    criteria : sequence of str
        Ids of exclusion criteria in the protocol's order; of several the first is the reason.
    assigned : DataFrame, optional
        As ``corpus.assignments`` gives; without it nothing waits.

    Returns
    -------
    DataFrame
        Columns record_id, stage, verdict ("include", "exclude", "unsure", "conflict" or "waiting"),
        criterion, people, settled_by, n_people; sorted by record_id and stage.

    Examples
    --------
    >>> lines = [{"type": "screening", "record_id": "wos:7", "stage": "title_abstract", "verdict": verdict,
    ...           "person": person} for person, verdict in [("ann", "include"), ("bo", "unsure")]]
    >>> screening_verdicts(screening_decisions(lines)).loc[0, "verdict"]
    'conflict'
    """
    n_needed = {} if assigned is None else assigned.groupby(["record_id", "stage"]).size().to_dict()
    rows = []
    latest = latest_decisions(decisions).to_dict("records")
    for (record_id, stage), group in groupby(latest, key=lambda row: (row["record_id"], row["stage"])):
        given = list(group)
        settling = last_settled(given)
        screeners = [row for row in given if not row["adjudicates"]]
        verdicts = {row["verdict"] for row in settling or screeners}
        verdict = verdicts.pop() if len(verdicts) == 1 else "conflict"
        if not settling and len(screeners) < n_needed.get((record_id, stage), 0):
            verdict = "waiting"
        reasons = [_reasons(said) if verdict == "exclude" else set() for said in (settling, screeners)]
        rows.append(
            {
                "record_id": record_id,
                "stage": stage,
                "verdict": verdict,
                # who settles without a reason of their own takes those of the screeners
                "criterion": min(
                    reasons[0] or reasons[1], key=lambda name: place_in(criteria, name), default=""
                ),
                "people": "; ".join(row["person"] for row in screeners),
                "settled_by": "".join(row["person"] for row in settling),
                "n_people": len(screeners),
            }
        )
    frame = pd.DataFrame(rows, columns=list(VERDICT_COLUMNS))
    return frame.astype({name: "int64" if name == "n_people" else "str" for name in VERDICT_COLUMNS})


def last_settled(decisions: Iterable[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    """Of the standing decisions on a record at a stage the one that settles it; none where nobody has.

    Of several people that is the one who settled last, by the time of the decision; at the same time the
    last by name.

    Examples
    --------
    >>> lines = [{"person": who, "adjudicates": True, "decided_at": f"2026-01-0{day}"}
    ...          for who, day in [("cy", 3), ("di", 2)]]
    >>> [line["person"] for line in last_settled(lines)]
    ['cy']
    """
    settling = [row for row in decisions if row["adjudicates"]]
    return sorted(settling, key=lambda row: (row["decided_at"], row["person"]))[-1:]


def at_their_stages(verdicts: pd.DataFrame, stages: Sequence[str]) -> pd.DataFrame:
    """The verdicts at stages that records have reached: those of the protocol, once included at all before.

    What was said of a full text whose record is excluded on its title since waits for nobody and is no
    conflict; it counts again when the record is included again.

    Examples
    --------
    >>> verdicts = pd.DataFrame([("a", "title_abstract", "exclude"), ("a", "full_text", "waiting")],
    ...                         columns=["record_id", "stage", "verdict"])
    >>> at_their_stages(verdicts, ["title_abstract", "full_text"])["verdict"].tolist()
    ['exclude']
    """
    reached = verdicts["stage"].isin(list(stages))
    for stage, later in pairwise(stages):
        passed = verdicts.loc[(verdicts["stage"] == stage) & (verdicts["verdict"] == "include"), "record_id"]
        reached &= (verdicts["stage"] != later) | verdicts["record_id"].isin(passed)
    return verdicts[reached].reset_index(drop=True)


def _reasons(decisions: Iterable[Mapping[Any, Any]]) -> set[str]:
    return {row["criterion"] for row in decisions if row["verdict"] == "exclude" and row["criterion"]}


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


def _not_known(what: str, value: str, known: Iterable[str]) -> str:
    return f"the {what} {value!r} is not known (known: {', '.join(known)})"
