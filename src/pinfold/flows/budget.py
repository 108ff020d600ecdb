"""How much CPU a long job may still use; the first Ctrl-C ends it early and keeps what it has."""

from __future__ import annotations

import os
import platform
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from functools import partial
from types import FrameType, TracebackType
from typing import Any


class Budget:
    """CPU seconds of this process, and of others what `Charged` adds, from entering on.

    Inside, a first Ctrl-C spends them all; a second interrupts as always.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.elsewhere = 0.0
        self.stopped = False

    def __enter__(self) -> Budget:
        self._began = time.process_time()
        # Only the main thread may handle signals; a server's worker has no terminal to be stopped from.
        self._handles = threading.current_thread() is threading.main_thread()
        if self._handles:
            self._before = signal.signal(signal.SIGINT, self._stop)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._handles:
            signal.signal(signal.SIGINT, self._before)

    def seconds_left(self) -> float:
        """0 or less when they are spent."""
        return 0.0 if self.stopped else self.seconds - self.elsewhere - (time.process_time() - self._began)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True


class Charged(Executor):
    """`workers`, whose CPU seconds on what `map` gives them are taken from `budget` where they are those of other processes."""

    def __init__(self, workers: Executor, budget: Budget) -> None:
        self.workers, self.budget = workers, budget

    def map(self, work: Callable[..., Any], *parts: Iterable[Any], timeout: float | None = None, chunksize: int = 1) -> Iterator[Any]:
        here = _process()
        for answer, process, seconds in self.workers.map(partial(_counted, work), *parts, timeout=timeout, chunksize=chunksize):
            if process != here:
                self.budget.elsewhere += seconds
            yield answer


def _counted(work: Callable[..., Any], *part: Any) -> tuple[Any, tuple[str, int], float]:
    """The answer, whose process found it, and in how many CPU seconds."""
    began = time.thread_time()
    return work(*part), _process(), time.thread_time() - began


def _process() -> tuple[str, int]:
    """This process, among those of all machines."""
    return platform.node(), os.getpid()
