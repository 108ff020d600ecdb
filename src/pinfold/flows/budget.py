"""How much CPU a long job may still use; the first Ctrl-C ends it early and keeps what it has."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType


class Budget:
    """CPU seconds of this process, from entering on. Inside, a first Ctrl-C spends them all; a second interrupts as always."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
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
        return 0.0 if self.stopped else self.seconds - (time.process_time() - self._began)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True
