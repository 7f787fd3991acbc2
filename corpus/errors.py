"""Faults that a person can mend: what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence


class ReviewError(ValueError):
    """The review or its data hold something that a person must mend (exit code 1).

    Parameters
    ----------
    what : str
        The fault in the user's words.
    where : str
        File and line, or the name of the thing, if known.
    next_step : str
        What the user can do about it.

    Examples
    --------
    >>> print(ReviewError("There are no themes.", where="coding_scheme.yaml line 1", next_step="Add one."))
    coding_scheme.yaml line 1: There are no themes. Add one.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        self.what, self.where, self.next_step = what, where, next_step
        text = f"{where}: {what}" if where else what
        super().__init__(f"{text} {next_step}".strip())


class UsageError(ReviewError):
    """What was asked cannot be done as it was asked (exit code 2).

    Examples
    --------
    >>> UsageError("No such file: refs.ris").exit_code
    2
    """

    exit_code = 2


def all_faults(faults: Sequence[str], *, file: str, lost: str = "decision") -> UsageError:
    """One error that tells every fault of a table, of which nothing was saved.

    Examples
    --------
    >>> print(all_faults(["row 2: no record x", "row 5: the verdict is not known"], file="d.csv"))
    d.csv: 2 faults, no decision was saved.
    row 2: no record x
    row 5: the verdict is not known
    """
    return UsageError(
        "\n".join([f"{counted(len(faults), 'fault')}, no {lost} was saved.", *faults]), where=file
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    Examples
    --------
    >>> counted(1, "record"), counted(2157, "record"), counted(2, "entry")
    ('1 record', '2,157 records', '2 entries')
    """
    plural = f"{noun.removesuffix('y')}ies" if noun.endswith("entry") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
