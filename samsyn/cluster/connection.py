"""A scheduler that is there, or one on this computer; and the work sent to it."""

from __future__ import annotations

import logging
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from corpus.errors import ReviewError, UsageError
from samsyn import __version__
from samsyn.cluster.store import Store

Progress = Callable[[Iterable], Iterable]
_LOCAL = re.compile(r"local:([1-9]\d{0,3})")
_REMOTE = re.compile(r"(?:tcp|tls|ucx|ws|wss)://\S+")
# seconds until a scheduler that does not answer, or has no workers, is given up
_PATIENCE = 5
# seconds until no worker at all is an end, since one that died may be started again; how often that is
# looked at, and how often whether a call is done
WITHOUT_WORKERS, _LOOKED_EVERY, _EVERY = 60, 1, 0.02
# a part on which so many workers have died in turn is not tried again
_DEATHS = 3
_AGAIN = "Nothing is half written; the same command begins again."
_GONE = f"The Dask scheduler went away. {_AGAIN}"
_HOW = "Give --dask tcp://HOST:8786 or --dask local:4 (so many workers on this computer)."


@dataclass(frozen=True)
class Cluster:
    """Workers that take parts of the work.

    Attributes
    ----------
    client : distributed.Client
    store : Store
        Where the parts lie that the workers read.
    """

    client: Any
    store: Store

    def shared(self, value: Any) -> Any:
        """Something every worker needs: sent once, and not lost when one of them dies."""
        return self.one(_itself, value)

    def each(self, function: Callable[..., Any], *lists: Sequence[Any], **same: Any) -> list[Any]:
        """Calls to be made, one for each entry of the lists; nothing is waited for."""
        with _said_in_words():
            return self.client.map(function, *lists, pure=False, retries=0, batch_size=None, **same)

    def one(self, function: Callable[..., Any], *values: Any, **same: Any) -> Any:
        """One call to be made."""
        with _said_in_words():
            return self.client.submit(function, *values, pure=False, retries=0, **same)

    def results(self, calls: Sequence[Any], progress: Progress | None = None) -> list[Any]:
        """What the calls gave, in their order.

        Raises
        ------
        ReviewError
            When workers died again and again on one part, all of them are gone, the scheduler went away, or a
            call failed.
        """
        with _said_in_words():
            try:
                for call in _counted(progress, self._completed(calls), len(calls)):
                    if call.status != "finished":
                        call.result()
                workers = _Workers(self.client)
                return [workers.result(call) for call in calls]
            except BaseException:
                self.forget(calls)
                raise

    def in_order(self, calls: Sequence[Any]) -> Iterator[Any]:
        """What the calls give, one by one, each let go when it is here; raises as :meth:`results`."""
        waiting, workers = deque(calls), _Workers(self.client)
        # whoever holds a call holds what it gave, on its worker
        del calls
        with _said_in_words():
            try:
                while waiting:
                    yield workers.result(waiting.popleft())
            except BaseException:
                self.forget(waiting)
                raise

    def _completed(self, calls: Sequence[Any]) -> Iterator[Any]:
        """The calls as they are done, while there are workers."""
        from distributed import as_completed  # noqa: PLC0415 (comes with the extra only)

        done, workers = as_completed(calls, loop=self.client.loop), _Workers(self.client)
        while not done.is_empty():
            if done.has_ready():
                yield next(done)
            else:
                time.sleep(_EVERY)
                workers.look()

    def forget(self, calls: Iterable[Any]) -> None:
        """Let calls be that nobody waits for any more."""
        try:
            self.client.cancel(list(calls), force=True)
        except Exception:  # the connection itself may be what failed
            logging.getLogger(__name__).debug("the calls were not cancelled", exc_info=True)


class _Workers:
    """Whether there are any, looked at now and then while something is waited for."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._looked = self._seen = time.monotonic()

    def look(self) -> None:
        """Raise a ReviewError when there has been no worker for too long, or the scheduler is gone."""
        now = time.monotonic()
        if now - self._looked < _LOOKED_EVERY:
            return
        self._looked = now
        workers = self._client.scheduler_info().get("workers")
        if workers is None:  # a client that has lost its scheduler knows nothing of a cluster
            raise ReviewError(_GONE)
        if workers:
            self._seen = now
        elif now - self._seen > WITHOUT_WORKERS:
            raise ReviewError(
                f"All Dask workers are gone, and none came back within {WITHOUT_WORKERS} s. {_AGAIN}"
            )

    def result(self, call: Any) -> Any:
        """What a call gives, when it is there; made again where the worker that had it is gone."""
        while True:
            while not call.done():
                time.sleep(_EVERY)
                self.look()
            try:
                return call.result(timeout=WITHOUT_WORKERS)
            except TimeoutError:
                self.look()


@contextmanager
def connected(address: str, path: str) -> Iterator[Cluster]:
    """A cluster at an address, for as long as it is needed.

    Parameters
    ----------
    address : str
        ``tcp://HOST:PORT`` of a scheduler, which must be trusted, or ``local:N`` for N workers on this
        computer, which nobody else can reach.
    path : str
        Where parts of the records are kept (:class:`~samsyn.cluster.Store`).

    Raises
    ------
    UsageError
        When Dask is not installed, the address is none, or nobody answers there.
    """
    local = _LOCAL.fullmatch(address)
    if not local and not _REMOTE.fullmatch(address):
        raise UsageError(f"There is no Dask at {address!r}.", next_step=_HOW)
    try:
        import dask  # noqa: PLC0415 (an extra)
        import distributed  # noqa: PLC0415 (an extra)
    except ImportError:
        raise UsageError(
            "--dask needs Dask, which is not installed.", next_step="pip install 'samsyn[dask]'"
        ) from None
    # what fails is said once, by us; each of Dask's parts has a level of its own
    for name in (
        "distributed",
        *(known for known in logging.root.manager.loggerDict if "distributed." in known),
    ):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    settings = {
        "distributed.comm.timeouts.connect": f"{_PATIENCE}s",
        "distributed.scheduler.allowed-failures": _DEATHS - 1,
        "distributed.worker.multiprocessing-method": "spawn",
        # or idle workers of this computer use a tenth of a processor to look what they are at
        "distributed.worker.profile.enabled": False,
        "distributed.admin.tick.interval": "1s",
        "distributed.logging.distributed": "critical",
    }
    with dask.config.set(settings):
        workers = None
        try:
            if local:
                workers = distributed.LocalCluster(
                    n_workers=int(local[1]), threads_per_worker=1, host="127.0.0.1",
                    dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL + 1,
                )  # fmt: skip
            client = distributed.Client(
                workers if workers is not None else address, timeout=_PATIENCE, set_as_default=False
            )
        except (OSError, TimeoutError) as error:
            if workers is not None:
                workers.close(timeout=_PATIENCE)
            raise UsageError(f"No Dask scheduler answers at {address}.", next_step=_HOW) from error
        try:
            _check_workers(client, address)
            yield Cluster(client, Store(path))
        finally:
            client.close(timeout=_PATIENCE)
            if workers is not None:
                workers.close(timeout=_PATIENCE)


def _itself(value: Any) -> Any:
    return value


def version() -> str:
    """The version of Samsyn, as a worker has it."""
    return __version__


def _check_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        raise UsageError(
            f"The scheduler at {address} has no workers.", next_step=f"Start some: dask worker {address}"
        ) from error
    try:
        versions = client.run(version)
    except Exception as error:  # a worker without Samsyn cannot even say so
        raise UsageError(
            f"A worker of {address} cannot run Samsyn ({type(error).__name__}: {error}).",
            next_step=f"Install samsyn[dask] {__version__} for all workers.",
        ) from error
    for worker, found in sorted(versions.items()):
        if found != __version__:
            raise UsageError(
                f"The worker {worker} has Samsyn {found}, here is {__version__}.",
                next_step="Install the same version for all workers.",
            )


def _counted(progress: Progress | None, done: Iterable[Any], n: int) -> Iterable[Any]:
    return progress(_Sized(done, n)) if progress else done


class _Sized:
    """Something to go through whose length is known, so that a progress bar can say how long it takes."""

    def __init__(self, steps: Iterable[Any], n: int) -> None:
        self._steps, self._n = steps, n

    def __iter__(self) -> Iterator[Any]:
        return iter(self._steps)

    def __len__(self) -> int:
        return self._n


@contextmanager
def _said_in_words() -> Iterator[None]:
    """What goes wrong on the cluster, said for a person."""
    try:
        yield
    except BaseException as error:
        fault = _in_words(error)
        if fault is None:
            raise
        raise fault from error


def _in_words(error: BaseException) -> ReviewError | None:
    """What went wrong on the cluster, for a person; None where the error says it itself, or is not ours."""
    from distributed import CancelledError, KilledWorker  # noqa: PLC0415 (comes with the extra only)
    from distributed.client import ClosedClientError  # noqa: PLC0415 (as above)
    from distributed.comm import CommClosedError  # noqa: PLC0415 (as above)

    if isinstance(error, KilledWorker):
        return ReviewError(
            f"{_DEATHS} Dask workers died on the same part, perhaps for want of memory. {_AGAIN}"
        )
    if isinstance(error, (CancelledError, ClosedClientError, CommClosedError, TimeoutError)):
        return ReviewError(_GONE)
    return None
