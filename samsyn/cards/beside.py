"""What is computed beside the card, so that nobody waits for it: the newest answer, and if it is new."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from corpus import ReviewError

Answer = TypeVar("Answer")


class Beside(Generic[Answer]):
    """An answer that is computed in a thread.

    Parameters
    ----------
    compute : callable
        Takes nothing; a ReviewError of its leaves the earlier answer.

    Examples
    --------
    >>> beside = Beside(lambda: 6 * 7)
    >>> beside.ask("first")
    >>> beside.wait()
    >>> beside.answer, beside.is_new("first"), beside.is_new("second")
    (42, True, False)
    """

    def __init__(self, compute: Callable[[], Answer]) -> None:
        self._compute = compute
        self._thread: threading.Thread | None = None
        self._asked_for: Hashable = None
        self.answer: Answer | None = None

    def ask(self, about: Hashable) -> None:
        """Begin to compute, unless it is being done or was done for ``about`` (what the answer rests on)."""
        if self.is_running() or self.is_new(about):
            return
        self._asked_for = about
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def is_new(self, about: Hashable) -> bool:
        """Whether the answer was computed for ``about``."""
        return self._asked_for == about and not self.is_running()

    def is_running(self) -> bool:
        """Whether it is being computed."""
        return self._thread is not None and self._thread.is_alive()

    def wait(self) -> None:
        """Until it is there."""
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        try:
            self.answer = self._compute()
        except ReviewError:
            return
