"""Where heavy work runs: in this process, on this machine's cores, or on a cluster, always behind the standard library's Executor.

A flow opens it and passes it on; a stage knows `concurrent.futures.Executor` and nothing else:

    def forecast_all(tables):                                  # a flow
        with executor(settings()) as workers:
            return outlooks(parts_by_product(tables), workers)

    def outlooks(parts, workers: Executor):                    # a stage
        return list(workers.map(outlook_of_one, parts))

What is passed to `map` or `submit` is pickled, so the function stands at the top of a module (`functools.partial` of one will do) and its
arguments are frozen dataclasses, arrays or frames. It depends on its arguments alone (a seed is one of them), because a part whose machine
died is computed again on another. Some seconds of work in a part make its journey cheap. `map` answers in the order of the parts, whoever
was faster. In a test pass `ThreadPoolExecutor(1)`.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

from pinfold.basics.errors import InputError, NoAnswer
from pinfold.basics.threads import ONE_THREAD
from pinfold.settings import Settings, settings

# Starting a process and reading its libraries takes as long as forecasting about so many rows. Assumed.
ROWS_WORTH_A_JOURNEY = 200_000


@contextmanager
def executor(given: Settings) -> Iterator[Executor]:
    """The executor of an installation: a Dask cluster's where PINFOLD_DASK_SCHEDULER names one, else PINFOLD_PROCESSES of this machine.

    One process means this one, without the cost of another. A local process that is killed breaks the pool (BrokenProcessPool); a cluster
    gives the dead worker's parts to the others. Raises InputError when Dask is not installed, NoAnswer when its scheduler is not there.
    """
    if given.dask_scheduler:
        with _cluster(given.dask_scheduler) as workers:
            yield workers
    elif given.processes == 1:
        with ThreadPoolExecutor(1) as workers:
            yield workers
    else:
        # Spawned, not forked: a fork copies the locks of Polars' threads without the threads, and waits for them forever.
        fresh = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(given.processes, mp_context=fresh, initializer=_keep_to_one_core) as workers:
            yield workers


@contextmanager
def workers(rows: int) -> Iterator[Executor | None]:
    """The installation's executor for work on so many rows; None for little work, or where this process is all there is."""
    given = settings()
    if rows < ROWS_WORTH_A_JOURNEY or (given.processes == 1 and not given.dask_scheduler):
        yield None
    else:
        with executor(given) as elsewhere:
            yield elsewhere


@contextmanager
def threads() -> Iterator[Executor | None]:
    """PINFOLD_PROCESSES threads of this process, for compiled loops, which let go of Python's lock; None where that is one.

    They share the process's memory, so nothing travels.
    """
    count = settings().processes
    if count == 1:
        yield None
    else:
        with ThreadPoolExecutor(count) as workers:
            yield workers


@contextmanager
def side_by_side() -> Iterator[Executor | None]:
    """As `threads`, but a cluster's machines where one is named: for work that is mostly HiGHS's, which lets go of Python's lock too."""
    given = settings()
    with _cluster(given.dask_scheduler) if given.dask_scheduler else threads() as workers:
        yield workers


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError:
        raise InputError(f"PINFOLD_DASK_SCHEDULER is {address!r}, but Dask is not installed; install pinfold[cluster]") from None
    try:
        client = Client(address, set_as_default=False)
    except OSError as problem:
        raise NoAnswer(f"no Dask scheduler answers at {address!r} ({problem}); start one, or unset PINFOLD_DASK_SCHEDULER") from problem
    with client, client.get_executor() as workers:
        yield workers


def _keep_to_one_core() -> None:
    """Runs first in a new process, before the libraries that look at these are imported."""
    for name, threads in ONE_THREAD.items():
        os.environ.setdefault(name, threads)
