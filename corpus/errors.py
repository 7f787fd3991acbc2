"""Faults that a person can mend: what is wrong, where, and what to do next."""

from __future__ import annotations


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
