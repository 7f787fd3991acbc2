"""Work on several processors: a function called on one thing after the other, in processes side by side."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")


def side_by_side(
    function: Callable[[Thing], Made],
    things: Iterable[Thing],
    workers: int,
    *,
    begin: Callable[..., None] | None = None,
    given: tuple[Any, ...] = (),
) -> Iterator[Made]:
    """What ``function`` makes of each thing, in their order; with fewer than two workers, in this process.

    Parameters
    ----------
    function : callable
        Of a module, so that another process finds it.
    things : iterable
        Taken a few ahead only, so that not all of them are in memory.
    workers : int
        Processes.
    begin : callable, optional
        Called with ``given`` before the first, once in each process.

    Examples
    --------
    >>> list(side_by_side(len, ["trust", "in", "time"], workers=1))
    [5, 2, 4]
    """
    if workers < 2:
        if begin is not None:
            begin(*given)
        yield from map(function, things)
        return
    # a fresh interpreter each, for one that is copied with its threads may stand still
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(begin, given)
    ) as pool:
        waiting, ahead = iter(things), deque[Any]()
        try:
            ahead.extend(pool.submit(function, thing) for thing in islice(waiting, 2 * workers))
            while ahead:
                made = ahead.popleft().result()
                ahead.extend(pool.submit(function, thing) for thing in islice(waiting, 1))
                yield made
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _begin(begin: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    # an interruption is for the process that gives out the work: it tells these to stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if begin is not None:
        begin(*given)
