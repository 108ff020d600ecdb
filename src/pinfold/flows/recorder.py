"""Keeps what customers do without making anybody wait: a bounded queue in each server process, and a thread that writes it in batches."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from pinfold.demand.events import Event, Impression
from pinfold.store.events import ROWS_AT_ONCE
from pinfold.store.transaction import forget_broken_connections

Happened = Event | Impression
Write = Callable[[Sequence[Happened], int], None]


class Recorder:
    """A queue of at most `most` events and impressions; `write` gets a batch and how many were lost before it.

    `put` never waits for the database. The thread writes `flush_seconds` after something came. When the queue is full the oldest go. A
    batch that cannot be written is tried again. A process that is killed loses what came since its last batch began.
    """

    def __init__(self, write: Write, flush_seconds: float, most: int, pause: Callable[[float], None] = time.sleep) -> None:
        self.write, self.flush_seconds, self.most, self.pause = write, flush_seconds, most, pause
        self.waiting: deque[Happened] = deque()
        self.lost = 0
        self.thread: threading.Thread | None = None
        self.is_on = False
        self.came = threading.Condition()  # guards waiting and lost; the database is never asked while it is held
        self.writing = threading.Lock()  # one batch at a time, in the order in which things happened

    def start(self) -> None:
        """From now on a thread writes, and what is left is written when the process ends; before, things only wait."""
        self.is_on = True
        atexit.register(self.flush)

    def put(self, happened: Happened) -> None:
        """Takes one thing to be written."""
        with self.came:
            if len(self.waiting) >= self.most:
                self.waiting.popleft()
                self.lost += 1
            self.waiting.append(happened)
            self.came.notify()
        if self.is_on and (self.thread is None or not self.thread.is_alive()):
            # Begun with the first event and not with the process: a thread would not be there after a fork.
            self.thread = threading.Thread(target=self._write_again_and_again, name="recorder", daemon=True)
            self.thread.start()

    def flush(self) -> None:
        """Writes everything that waits. Should that fail, it is logged and everything waits on."""
        with self.writing:
            with self.came:
                batch, lost = list(self.waiting), self.lost
                self.waiting.clear()
                self.lost = 0
            written = 0
            try:
                while written < len(batch):
                    part = batch[written : written + ROWS_AT_ONCE]
                    self.write(part, lost)
                    written, lost = written + len(part), 0
            except Exception:
                # Whatever it was, nobody waits for the answer: what is left is tried again with the next batch.
                logging.getLogger(__name__).exception("%s events could not be written and are tried again", len(batch) - written)
                self._put_back(batch[written:], lost)

    def _put_back(self, batch: Sequence[Happened], lost: int) -> None:
        with self.came:
            self.lost += lost
            self.waiting.extendleft(reversed(batch))
            while len(self.waiting) > self.most:
                self.waiting.popleft()
                self.lost += 1

    def _write_again_and_again(self) -> None:
        while True:
            with self.came:
                self.came.wait_for(lambda: bool(self.waiting))
            self.pause(self.flush_seconds)
            self.flush()
            forget_broken_connections()
