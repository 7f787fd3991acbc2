"""PRISMA 2020 flow counts, derived from sources, duplicate groups and screening verdicts; never typed.

Source: Page et al. 2021, The PRISMA 2020 statement, doi 10.1136/bmj.n71.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from corpus.protocol import Protocol, place_in


@dataclass(frozen=True)
class Flow:
    """The numbers of the flow diagram.

    Attributes
    ----------
    identified : tuple of (source_id, database, kind, n)
        New records of each source; kind is "database", "register" or "other".
    duplicates_removed, automation_removed, other_removed : int
        Records removed before screening.
    not_yet_screened : int
        Records on which nobody has decided.
    screened, excluded_screening, undecided_screening : int
        Records screened on title and abstract; excluded; with a conflict or an open doubt.
    sought, not_retrieved, not_yet_assessed, assessed : int
        Reports sought for retrieval; not retrieved; without a settled full-text decision; assessed.
    excluded_reasons : tuple of (criterion_id, n)
        Reports excluded at full text, in the protocol's order; ``""`` is "no reason given".
    included_reports, included_studies : int
    """

    identified: tuple[tuple[str, str, str, int], ...]
    duplicates_removed: int
    automation_removed: int
    other_removed: int
    not_yet_screened: int
    screened: int
    excluded_screening: int
    undecided_screening: int
    sought: int
    not_retrieved: int
    not_yet_assessed: int
    assessed: int
    excluded_reasons: tuple[tuple[str, int], ...]
    included_reports: int
    included_studies: int

    def broken_identities(self) -> Iterator[str]:
        """The sums that do not hold, each in words; nothing when all is well.

        Examples
        --------
        >>> flow = Flow((("a.ris", "Scopus", "database", 3),), 1, 0, 0, 0, 2, 1, 0, 1, 0, 0, 1, (), 2, 1)
        >>> list(flow.broken_identities())
        ['assessed 1 - excluded at full text 0 = 1, but included reports are 2']
        """
        total = sum(n for *_, n in self.identified)
        removed = self.duplicates_removed + self.automation_removed + self.other_removed
        left = total - removed - self.not_yet_screened
        if left != self.screened:
            yield (
                f"identified {total} - removed {removed} - not yet screened {self.not_yet_screened} = "
                f"{left}, but screened are {self.screened}"
            )
        left = self.screened - self.excluded_screening - self.undecided_screening
        if left != self.sought:
            yield (
                f"screened {self.screened} - excluded {self.excluded_screening} - undecided "
                f"{self.undecided_screening} = {left}, but sought are {self.sought}"
            )
        left = self.sought - self.not_retrieved - self.not_yet_assessed
        if left != self.assessed:
            yield (
                f"sought {self.sought} - not retrieved {self.not_retrieved} - not yet assessed "
                f"{self.not_yet_assessed} = {left}, but assessed are {self.assessed}"
            )
        excluded = sum(n for _, n in self.excluded_reasons)
        left = self.assessed - excluded
        if left != self.included_reports:
            yield (
                f"assessed {self.assessed} - excluded at full text {excluded} = {left}, "
                f"but included reports are {self.included_reports}"
            )
        if self.included_studies > self.included_reports:
            yield f"{self.included_studies} studies are more than {self.included_reports} reports"


def prisma_flow(
    sources: pd.DataFrame,
    groups: pd.Series,
    verdicts: pd.DataFrame,
    protocol: Protocol,
    *,
    part_of_study: dict[str, str] | None = None,
) -> Flow:
    """Count the boxes of the PRISMA 2020 flow diagram.

    Parameters
    ----------
    sources : DataFrame
        Columns source_id, database, kind, n_new (records the source brought).
    groups : Series
        record_id -> group_id, one entry per record.
    verdicts : DataFrame
        As ``screening_verdicts`` gives them.
    protocol : Protocol
        Its stages say which boxes apply; its exclusion criteria order the reasons.
    part_of_study : dict, optional
        record_id of a report -> record_id of its study's main report, or of another report of the study.

    Returns
    -------
    Flow

    Examples
    --------
    >>> from corpus.protocol import Protocol, place_in, Wording
    >>> sources = pd.DataFrame({"source_id": ["a.ris"], "database": ["Scopus"], "kind": ["database"],
    ...                         "n_new": [3]})
    >>> groups = pd.Series({"s:1": "s:1", "s:2": "s:2", "s:3": "s:1"})
    >>> verdicts = pd.DataFrame({"record_id": ["s:1", "s:2"], "stage": "title_abstract", "criterion": "",
    ...                          "verdict": ["include", "exclude"]})
    >>> protocol = Protocol("p", Wording(), (), stages=("title_abstract",))
    >>> flow = prisma_flow(sources, groups, verdicts, protocol)
    >>> flow.duplicates_removed, flow.screened, flow.included_reports
    (1, 2, 1)
    """
    by_stage = {
        stage: verdicts[verdicts["stage"] == stage].set_index("record_id") for stage in protocol.stages
    }
    first = by_stage["title_abstract"]
    n_unique = groups.nunique()
    n = first["verdict"].value_counts().to_dict()
    sought_ids = set(first.index[first["verdict"] == "include"])
    not_retrieved = not_yet = 0
    reasons: dict[str, int] = {}
    included = set(sought_ids)
    if "full_text" in by_stage:
        second = by_stage["full_text"].reindex(sorted(sought_ids))
        second[["verdict", "criterion"]] = second[["verdict", "criterion"]].fillna("")
        lost = {
            criterion.id
            for criterion in protocol.criteria.exclusion
            if criterion.counts_as == "not_retrieved"
        }
        is_excluded = second["verdict"] == "exclude"
        is_lost = is_excluded & second["criterion"].isin(lost)
        not_retrieved = int(is_lost.sum())
        not_yet = int((~second["verdict"].isin(["include", "exclude"])).sum())
        tally = second.loc[is_excluded & ~is_lost, "criterion"].value_counts()
        counted = {str(name): int(count) for name, count in tally.items()}
        order = [*protocol.exclusion_order(), ""]
        reasons = {name: counted[name] for name in sorted(counted, key=lambda name: place_in(order, name))}
        included = set(second.index[second["verdict"] == "include"])
    studies = {_study_of(record_id, part_of_study or {}) for record_id in included}
    return Flow(
        identified=tuple(
            (str(row["source_id"]), str(row["database"]), str(row["kind"]), int(row["n_new"]))
            for row in sources.to_dict("records")
        ),
        duplicates_removed=len(groups) - n_unique,
        automation_removed=0,
        other_removed=0,
        not_yet_screened=n_unique - len(first),
        screened=len(first),
        excluded_screening=n.get("exclude", 0),
        undecided_screening=len(first) - n.get("exclude", 0) - n.get("include", 0),
        sought=len(sought_ids),
        not_retrieved=not_retrieved,
        not_yet_assessed=not_yet,
        assessed=len(sought_ids) - not_retrieved - not_yet,
        excluded_reasons=tuple(reasons.items()),
        included_reports=len(included),
        included_studies=len(studies),
    )


def _study_of(record_id: str, part_of_study: Mapping[str, str]) -> str:
    """The main report of a report's study; where reports name one another in a ring, one of them for all."""
    passed = [record_id]
    while (main := part_of_study.get(passed[-1], passed[-1])) not in passed:
        passed.append(main)
    return min(passed[passed.index(main) :])
