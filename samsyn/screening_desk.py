"""The screening of a review: who screens what, what they decided, what is open, what comes from elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from coding_scheme import CodingScheme, agreement, agreement_rows, coding_decisions
from corpus import (
    Collection,
    Protocol,
    UsageError,
    add_prior,
    assignments,
    calibration_sample,
    decisions_in,
    import_decisions,
    imported_lines,
    included_records,
    is_asreview_project,
    journal,
    match_records,
    open_conflicts,
    open_queue,
    read_asreview_project,
    read_priors,
    read_records,
    screening_decisions_from_rows,
    screening_progress,
    screening_verdicts,
    undo_lines,
    waiting_records,
)
from corpus.protocol import STAGES, Stage
from corpus.screening import at_their_stages, counted_decisions
from corpus.table_cells import Rows

if TYPE_CHECKING:
    from samsyn.cluster import Cluster

Progress = Callable[[Iterable], Iterable]
CALIBRATION_SIZE = 50
# the files that the state of the screening is computed from
_SCREENING = ("protocol.yaml", "sources/*", "decisions/duplicates/*", "decisions/screening/*")


class ScreeningDesk(ABC):
    """The part of :class:`~samsyn.Review` that is about screening."""

    folder: Path
    cache_folder: Path
    cluster: Cluster | None  # where the work is done when not here (samsyn.cluster)
    show_progress: Callable[[str], Progress]
    _let_go: Callable[[int, str], None]

    @classmethod
    @abstractmethod
    def open(cls, folder: str | Path) -> Self:
        """Open a review folder."""

    @abstractmethod
    def beside(self) -> Self:
        """The same review for another thread."""

    @property
    @abstractmethod
    def protocol(self) -> Protocol:
        """The protocol."""

    @property
    @abstractmethod
    def scheme(self) -> CodingScheme:
        """The coding scheme."""

    @property
    @abstractmethod
    def records(self) -> pd.DataFrame:
        """The unique records."""

    @abstractmethod
    def record_columns(self, *names: str, only: set[str] | None = None) -> pd.DataFrame:
        """Some columns of the unique records."""

    @abstractmethod
    def collection(self) -> Collection:
        """Every record of every source."""

    @abstractmethod
    def _unique_id(self) -> dict[str, str]: ...

    @abstractmethod
    def _lines(self, kind: str) -> list[dict[str, Any]]: ...

    @abstractmethod
    def _in_unique_records(self, frame: pd.DataFrame) -> pd.DataFrame: ...

    @abstractmethod
    def _remembered(self, name: str, patterns: tuple[str, ...], compute: Callable[[], Any]) -> Any: ...

    # --- decisions --------------------------------------------------------------------------------------

    def screen(self, rows: Rows, *, person: str, adjudicates: bool = False, file: str = "rows") -> int:
        """Take screening decisions: record_id, verdict and, if wanted, stage, criterion, note, decided_at.

        Rows without a verdict are skipped. A decision on a record of a calibration round is one of that
        round. Returns how many were saved.

        Raises
        ------
        UsageError
            With every faulty row; nothing is saved then.
        """
        decisions = screening_decisions_from_rows(
            rows,
            known=self._unique_id(),
            protocol=self.protocol,
            decided_at=journal.now(),
            adjudicates=adjudicates,
            file=file,
        )
        plan = self.protocol.screening
        rounds = self.calibration_rounds() if decisions and plan and plan.calibration else {}
        marked = (
            replace(decision, calibration=decision.calibration or rounds.get(decision.record_id, 0))
            if decision.stage == STAGES[0] and not adjudicates
            else decision
            for decision in decisions
        )
        lines = (decision.as_line() for decision in marked)
        return journal.append(self.folder / "decisions" / "screening", person, lines)

    def undo_screening(self, person: str, n: int = 1) -> pd.DataFrame:
        """Take back a person's last screening decisions; what they had overridden stands again.

        Undo is a line of the journal; nothing is deleted.

        Parameters
        ----------
        person : str
        n : int
            How many decisions.

        Returns
        -------
        DataFrame
            Columns record_id, stage, undoes: the decisions taken back, the last one first.

        Raises
        ------
        UsageError
            When the person has not so many decisions left.
        """
        return self._undone("screening", person, n, names=("record_id", "stage"))

    def _undone(
        self, kind: str, person: str, n: int, *, names: tuple[str, ...], folder: str = ""
    ) -> pd.DataFrame:
        folder = folder or kind
        lines = undo_lines(self._lines(folder), person, n, kind=kind, names=names)
        if n < 1 or len(lines) < n:
            raise UsageError(
                f"{person} has {len(lines)} {kind} decisions to take back, not {n}."
                if n > 0
                else f"{n} decisions cannot be taken back.",
                next_step="Nothing was changed.",
            )
        now = journal.now()
        stamped = [{**line, "decided_at": now} for line in lines]
        journal.append(self.folder / "decisions" / folder, person, stamped)
        return pd.DataFrame(lines, columns=[*names, "undoes"])

    def screening_decisions(self) -> pd.DataFrame:
        """Every screening decision at a stage of the protocol, as made (columns: ``corpus.screening``)."""

        def compute() -> pd.DataFrame:
            lines, stages = self._lines("screening"), self.protocol.stages
            return counted_decisions(lines, self._unique_id(), stages)

        return self._frame("screening decisions", compute)

    def verdicts(self) -> pd.DataFrame:
        """The verdict on each record and stage: agreed, settled, a conflict, or waiting for a screener."""

        def compute() -> pd.DataFrame:
            decisions, assigned = self.screening_decisions(), None
            if self.protocol.screening is not None:
                names = decisions["record_id"].unique()
                by_stage = [self._assigned(names, stage) for stage in self.protocol.stages]
                assigned = pd.concat(by_stage, ignore_index=True)
            criteria = self.protocol.exclusion_order()
            found = screening_verdicts(decisions, criteria=criteria, assigned=assigned)
            return at_their_stages(found, self.protocol.stages)

        return self._frame("verdicts", compute)

    def included(self) -> pd.DataFrame:
        """The records that are included at every stage of the protocol."""
        chosen = set(included_records(self.verdicts(), self.protocol))
        records = self.records
        return records[records["record_id"].isin(chosen)].reset_index(drop=True)

    # --- who screens what -------------------------------------------------------------------------------

    def assignments(self) -> pd.DataFrame:
        """Who screens which record at which stage: record_id, stage, person (``corpus.assignments``).

        Full texts are assigned once their record is included on title and abstract. Without a ``screening``
        part in the protocol nobody is assigned anything.
        """

        def compute() -> pd.DataFrame:
            parts = [self._assigned(self._at_stage(stage), stage) for stage in self.protocol.stages]
            return pd.concat(parts, ignore_index=True)

        return self._frame("assignments", compute)

    def queue(self, person: str, *, stage: Stage = "title_abstract") -> list[str]:
        """Record_ids that a person has still to screen at a stage; without a plan, all they have not.

        Raises
        ------
        UsageError
            When the protocol has a plan and the person is no screener in it.
        """
        plan, at_stage = self.protocol.screening, self._at_stage(stage)
        if plan is None:
            assigned = pd.DataFrame({"record_id": at_stage, "stage": stage, "person": person}, dtype="str")
        elif person not in plan.screeners:
            raise UsageError(
                f"{person!r} is no screener of this review.",
                where="protocol.yaml",
                next_step=f"Known: {', '.join(plan.screeners)}.",
            )
        else:
            assigned = self.assignments()
        verdicts = self.verdicts()
        has_verdict = (verdicts["verdict"] != "waiting") if plan else (verdicts["settled_by"] != "")
        closed = set(verdicts.loc[has_verdict & (verdicts["stage"] == stage), "record_id"])
        decisions = self.screening_decisions()
        return open_queue(assigned, decisions, person=person, stage=stage, closed=closed)

    def waiting(self) -> pd.DataFrame:
        """Records that wait for another screener: record_id, stage, screened_by, waits_for, title."""
        waiting = waiting_records(self.verdicts(), self.assignments())
        return waiting.merge(self.record_columns("record_id", "title"), on="record_id", how="left")

    def conflicts(self) -> pd.DataFrame:
        """Conflicts and doubts to settle, everybody's decisions, reasons and notes side by side.

        Fill in verdict, criterion, note and why they differ, and give it back with
        ``screen(..., adjudicates=True)``.
        """
        found = open_conflicts(self.verdicts(), self.screening_decisions(), self.records)
        for place, column in enumerate(("verdict", "criterion", "note", "differ_because"), start=2):
            found.insert(place, column, "")
        return found

    def screening_progress(self) -> pd.DataFrame:
        """How far each screener has come at each stage (columns: ``corpus.screening_progress``)."""
        plan = self.protocol.screening
        people = plan.screeners if plan else ()
        return screening_progress(
            self.assignments(), self.screening_decisions(), self.verdicts(), people=people
        )

    # --- calibration ------------------------------------------------------------------------------------

    def calibration_sample(self, *, size: int | None = None, round_: int = 1) -> pd.DataFrame:
        """The records of a calibration round, drawn at random by the protocol's seed; all screen them.

        Parameters
        ----------
        size : int, optional
            Default: what the protocol says, else 50.
        round_ : int
            From 1; a later round leaves out the records of the earlier ones.

        Returns
        -------
        DataFrame
            Record columns, in the order in which they were drawn.
        """
        records = self.records.set_index("record_id", drop=False)
        drawn = self._calibrated()
        if size is None:
            size = (self.protocol.screening.calibration if self.protocol.screening else 0) or CALIBRATION_SIZE
        if size < 1 or round_ < 1:
            raise UsageError("A calibration round has at least one record, and rounds are counted from 1.")
        chosen = calibration_sample(records.index, size, seed=self.protocol.seed, drawn=drawn, round_=round_)
        return records.loc[chosen].reset_index(drop=True)

    def calibration(
        self, *, size: int | None = None, round_: int = 1, n_bootstrap: int = 1000
    ) -> pd.DataFrame:
        """Agreement on a calibration round: of each pair, and of all where there are more than two.

        Each person's first decision on a record counts: what they said before they talked about it.

        Returns
        -------
        DataFrame
            Columns as :meth:`~samsyn.Review.agreement`, without confusion; for all together kappa is Fleiss',
            undefined unless everybody screened every record. Intervals are drawn over records.
        """
        decisions = self.screening_decisions()
        is_own = (decisions["stage"] == STAGES[0]) & ~decisions["adjudicates"]
        begun = {record_id for record_id, number in self._calibrated().items() if number == round_}
        sample = begun or set(self.calibration_sample(size=size, round_=round_)["record_id"])
        chosen = decisions[is_own & decisions["record_id"].isin(sample)]
        chosen = chosen.drop_duplicates(["record_id", "person"], keep="first")
        seed = self.protocol.seed
        rows = agreement_rows(
            coding_decisions([]), chosen, self.scheme, seed=seed, n_bootstrap=n_bootstrap
        ).drop(columns=["confusion", "n_settled"])
        if chosen["person"].nunique() < 3:
            return rows
        named = {"record_id": "unit", "person": "coder", "verdict": "value"}
        judged = chosen.rename(columns=named)[["unit", "coder", "value"]]
        found = agreement(judged, seed=seed, n_bootstrap=n_bootstrap)
        differ = judged.groupby("unit")["value"].nunique() > 1
        every = {
            "stage": "title_abstract", "pair": "all", "n": found.n_units, "percent": found.percent,
            "kappa": found.fleiss_kappa, "kappa_low": found.fleiss_interval[0],
            "kappa_high": found.fleiss_interval[1],
            "ac1": found.ac1, "alpha": found.krippendorff_alpha, "alpha_low": found.alpha_interval[0],
            "alpha_high": found.alpha_interval[1], "n_conflicts": int(differ.sum()),
        }  # fmt: skip
        return pd.concat([rows, pd.DataFrame([every])[rows.columns.tolist()]], ignore_index=True)

    # --- from elsewhere ---------------------------------------------------------------------------------

    def import_screening(
        self,
        path: str | Path,
        *,
        person: str = "",
        people: Mapping[str, str] | None = None,
        reasons: Mapping[str, str] | None = None,
        adjudicates: bool = False,
        stage: Stage = "title_abstract",
        program: str = "",
        covidence_list: str = "",
        label: str = "",
    ) -> pd.DataFrame:
        """Take the screening decisions in an export of Rayyan, ASReview, Covidence or Samsyn.

        Parameters
        ----------
        path : str or Path
            The export; its entries are matched to the records of this review, none is added.
        person : str
            Id of the person whose decisions are those that name nobody (ASReview, Covidence).
        people, reasons : mapping
            Names and reasons as the file has them -> ids of people and criteria.
        adjudicates : bool
            Whether they settle what others decided, as a team's final verdicts do.
        stage, program, covidence_list, label : str
            See ``corpus.decisions_in``.

        Returns
        -------
        DataFrame
            Every decision of the file and what became of it, in the column ``outcome`` (columns:
            ``corpus.import_decisions``).

        Raises
        ------
        UsageError
            When a person, verdict or stage is not known; nothing is saved then.
        """
        path = Path(path)
        is_project = is_asreview_project(path)
        records = read_asreview_project(path) if is_project else read_records(path, keep_raw=True).records
        found, written_by = decisions_in(
            records, self.protocol, file=path.name, program=program, stage=stage,
            covidence_list=covidence_list, label=label,
        )  # fmt: skip
        if written_by == "samsyn":
            # its names are ids already
            people = {**{name: name for name in found["name"].unique() if name}, **(people or {})}
        # an export of this review says itself which record a row is
        own_id = dict(zip(found["row"], found["record_id"], strict=True))
        entries = records.assign(
            record_id=[own_id.get(row) or name for row, name in enumerate(records["record_id"])]
        )
        outcome = import_decisions(
            found,
            match_records(entries, self.collection().records, self._unique_id()),
            self.screening_decisions(),
            self.protocol,
            titles=records["title"].tolist(),
            person=person,
            people=people,
            reasons=reasons,
            adjudicates=adjudicates,
            file=path.name,
        )
        for who, lines in imported_lines(outcome, now=journal.now(), file=path.name).items():
            journal.append(self.folder / "decisions" / "screening", who, lines)
        return outcome

    def add_prior(self, path: str | Path, *, label: str = "") -> tuple[int, int]:
        """Keep a labelled export of an earlier review, for the ranking to learn from.

        Its records are none of this review's, and its labels nobody's decisions: they are counted nowhere.

        Parameters
        ----------
        path : str or Path
            An export with labels or decisions (``corpus.decisions_in``); copied unchanged into ``priors/``.
        label : str
            Column that is 1 where included and 0 where excluded; found by the usual names when empty.

        Returns
        -------
        n_included, n_excluded : int

        Raises
        ------
        UsageError
            When the file holds no labels, or another of its name is there; nothing is written then.
        """
        labels = add_prior(self.folder / "priors", Path(path), self.protocol, label=label)
        return sum(labels.values()), len(labels) - sum(labels.values())

    def priors(self) -> tuple[pd.DataFrame, dict[str, int]]:
        """Records of earlier reviews and their labels: record_id -> 1 (included) or 0 (excluded)."""
        folder = self.folder / "priors"
        found: tuple[pd.DataFrame, dict[str, int]] = self._remembered(
            "priors", ("priors/*", "protocol.yaml"), lambda: read_priors(folder, self.protocol)
        )
        return found

    # --- inside -----------------------------------------------------------------------------------------

    def _frame(self, name: str, compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """A frame of the screening, computed anew only when a file that it depends on has changed."""
        found: pd.DataFrame = self._remembered(name, _SCREENING, compute)
        return found.copy()

    def labels(self, person: str = "") -> dict[str, int]:
        """What the ranking learns from: not what others said of a record ``person`` has still to read."""
        decisions = self.screening_decisions()
        first = screening_verdicts(decisions[decisions["stage"] == STAGES[0]])
        blind = set(self.queue(person)) if person else set()
        return {
            str(record_id): int(verdict == "include")
            for record_id, verdict in zip(first["record_id"], first["verdict"], strict=True)
            if verdict in ("include", "exclude") and record_id not in blind
        }

    def _to_be_ranked(self, person: str, stage: Stage, *, unread: bool) -> set[str]:
        if person:
            return set(self.queue(person, stage=stage))
        at_stage, decisions = set(self._at_stage(stage)), self.screening_decisions()
        return at_stage - set(decisions.loc[decisions["stage"] == stage, "record_id"]) if unread else at_stage

    def _at_stage(self, stage: Stage) -> list[str]:
        """Record_ids that are to be screened at a stage."""
        if stage not in self.protocol.stages:
            raise UsageError(
                f"This review has no stage {stage!r}.",
                where="protocol.yaml",
                next_step=f"Known: {', '.join(self.protocol.stages)}.",
            )
        if stage == STAGES[0]:
            return self.record_columns("record_id")["record_id"].tolist()
        before = self.protocol.stages[: self.protocol.stages.index(stage)]
        verdicts = self.verdicts()
        passed = verdicts[(verdicts["verdict"] == "include") & verdicts["stage"].isin(before)]
        return passed["record_id"].tolist()

    def _assigned(self, record_ids: Iterable[str], stage: Stage) -> pd.DataFrame:
        plan = self.protocol.screening
        if plan is None:
            return pd.DataFrame(columns=["record_id", "stage", "person"], dtype="str")
        everybody = set(self.calibration_rounds()) if stage == STAGES[0] else set()
        return assignments(record_ids, plan, seed=self.protocol.seed, stage=stage, everybody=everybody)

    def calibration_rounds(self) -> dict[str, int]:
        """Record_ids of all calibration rounds, and the round: those begun, and the one of the protocol."""
        begun, plan = self._calibrated(), self.protocol.screening
        if plan is None or not plan.calibration:
            return begun
        if sum(number == 1 for number in begun.values()) >= plan.calibration:
            return begun
        return dict.fromkeys(self.calibration_sample()["record_id"], 1) | begun

    def _calibrated(self) -> dict[str, int]:
        """Record_ids on which somebody decided in a calibration round, and the round."""
        decisions = self.screening_decisions()
        chosen = decisions[decisions["calibration"] > 0]
        return dict(zip(chosen["record_id"], chosen["calibration"], strict=True))
