"""What a screening queue refuses to do, so that its card can say it in the reader's language."""

from __future__ import annotations

from corpus import UsageError


class Refused(UsageError):
    """Something that a queue does not do.

    Parameters
    ----------
    what : str
        In English, for who uses the queue in plain Python.
    key : str
        The card's words that say the same.
    next_step : str
    record_id : str
        Of the record that those words name as ``{title}``.

    Examples
    --------
    >>> refused = Refused("There is no decision to take back.", key="said_nothing_to_undo")
    >>> str(refused), refused.key
    ('There is no decision to take back.', 'said_nothing_to_undo')
    """

    def __init__(self, what: str, *, key: str, next_step: str = "", record_id: str = "") -> None:
        self.key, self.record_id = key, record_id
        super().__init__(what, next_step=next_step)
