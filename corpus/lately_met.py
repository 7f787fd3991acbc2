"""What was made of the things met lately, so that it is not made again; memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Made = TypeVar("Made")
# things in one generation; there are two
KEPT = 100_000


class LatelyMet(dict[Key, Made], Generic[Key, Made]):
    """What ``make`` gives of each key asked for, made once while it is asked for now and then.

    Parameters
    ----------
    make : callable
        Of a key; never None.
    kept : int
        When so many are there they become the earlier ones, of which those that are asked for again are taken
        over. The rest goes when it is that time again: so the frequent ones stay, and at most twice as many
        are in memory.

    Examples
    --------
    >>> asked = []
    >>> lengths = LatelyMet(lambda word: asked.append(word) or len(word), kept=2)
    >>> [lengths[word] for word in ("trust", "a", "trust", "bc", "trust", "def", "trust")], asked
    ([5, 1, 5, 2, 5, 3, 5], ['trust', 'a', 'bc', 'def'])
    """

    def __init__(self, make: Callable[[Key], Made], kept: int = KEPT) -> None:
        super().__init__()
        self._make, self._kept = make, kept
        self._earlier: dict[Key, Made] = {}

    def __missing__(self, key: Key) -> Made:
        if len(self) >= self._kept:
            self.turn()
        found = self._earlier.pop(key, None)
        if found is None:
            found = self._make(key)
        self[key] = found
        return found

    def turn(self) -> None:
        """Those that are there become the earlier ones, and those that were earlier are forgotten."""
        self._earlier = dict(self)
        self.clear()

    def both(self) -> dict[Key, Made]:
        """All that is known."""
        return {**self._earlier, **self}
