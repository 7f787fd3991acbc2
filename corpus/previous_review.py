"""The review that an update updates: what it included, as it states itself (``protocol.yaml``).

.. code-block:: yaml

    previous_review:
      reference: "Elm, A. (2018). What holds partnerships together. https://doi.org/10.5555/earlier"
      studies: 12
      reports: 15
      studies_again: 1        # optional: of the newly included studies, those it had already
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from corpus.checked_yaml import Fault
from corpus.errors import ReviewError

STRICT = {"extra": "forbid"}


@dataclass(frozen=True)
class PreviousReview:
    """The review that this one updates, as its own report counts: the left column of the flow diagram.

    Attributes
    ----------
    reference : str
        Where the numbers stand: the earlier review's reference, with its doi where it has one.
    studies, reports : int
        Studies included in the earlier review, and their reports.
    studies_again : int
        Of the studies that this review includes, those that the earlier one already had (a new report of
        them was found); they count once in the total.
    """

    __pydantic_config__: ClassVar = STRICT
    reference: str
    studies: int
    reports: int
    studies_again: int = 0

    def totals(self, studies: int, reports: int) -> tuple[int, int]:
        """Studies and reports of both reviews together, given those newly included.

        Raises
        ------
        ReviewError
            When more studies are said to be in both than either has.

        Examples
        --------
        >>> PreviousReview("Elm 2018", studies=12, reports=15, studies_again=1).totals(10, 11)
        (21, 26)
        """
        if self.studies_again > min(self.studies, studies):
            raise ReviewError(
                f"{self.studies_again} studies are said to be in the earlier review too, but it has "
                f"{self.studies} and this one {studies}.",
                where="protocol.yaml, previous_review: studies_again",
                next_step="Correct the number; nothing was drawn.",
            )
        return self.studies + studies - self.studies_again, self.reports + reports


def previous_faults(previous: PreviousReview) -> Iterator[Fault]:
    """What is wrong with the numbers of ``protocol.yaml``."""
    path = "previous_review"
    if not previous.reference.strip():
        yield Fault((path, "reference"), "name the earlier review, so that a reader can check its numbers")
    for name in ("studies", "reports", "studies_again"):
        if getattr(previous, name) < 0:
            yield Fault(
                (path, name), f"is a number of {name.split('_')[0]} (found {getattr(previous, name)})"
            )
    if previous.studies > previous.reports:
        yield Fault((path, "studies"), f"{previous.studies} studies are more than {previous.reports} reports")
    if previous.studies_again > previous.studies:
        yield Fault((path, "studies_again"), f"is more than the {previous.studies} studies of that review")
