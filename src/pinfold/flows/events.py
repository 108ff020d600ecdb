"""What customers do is kept for learning, under a pseudonym, for a stated time, and only while they let it be."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from pinfold.basics.errors import InputError
from pinfold.demand.events import FAVOURITE, SKIP, Event
from pinfold.flows import clock
from pinfold.flows.recorder import Happened, Recorder
from pinfold.settings import settings
from pinfold.store import events, pins
from pinfold.store.transaction import after_commit, atomic

MARKS = {FAVOURITE, SKIP, ""}


@cache
def recorder() -> Recorder:
    """This process's recorder."""
    return Recorder(_write, settings().event_flush_seconds, settings().event_queue_max)


def _write(batch: list[Happened], lost: int) -> None:
    with atomic():
        events.write(batch, lost, clock.now())


def record(happened: Happened) -> None:
    """Takes an event or an impression to be written soon; never waits, never fails because of the database."""
    recorder().put(happened)


def record_after_commit(event: Event) -> None:
    """The same, once the transaction around it is kept. The order in it does not depend on it."""
    after_commit(partial(record, event))


def mark_pin(customer_id: str, pin_id: str, mark: str) -> None:
    """The customer's own mark on a pin: "favourite", "skip" (no longer on the customer's list), or "" for none.

    Raises InputError for another mark, NotFound for an unknown pin.
    """
    if mark not in MARKS:
        raise InputError(f"mark {mark!r} is not known; use favourite, skip, or nothing to take it away")
    pin = pins.pin_facts(pin_id)
    with atomic():
        events.set_mark(customer_id, pin.pin_id, mark)


def choose_recording(customer_id: str, wanted: bool) -> None:
    """Turns personal recording on or off. Off also deletes what was kept; orders and their books stay."""
    with atomic():
        events.set_records(customer_id, wanted)


def prune(now: datetime) -> int:
    """Deletes what is older than the installation keeps it (PINFOLD_EVENT_KEPT_DAYS); how many rows it were comes back.

    In small transactions, so that no order waits for it. Safe to repeat.
    """
    before, gone = now - timedelta(days=settings().event_kept_days), 0
    while True:
        with atomic():
            part = events.older_rows(before)
        gone += part
        if part == 0:
            return gone


def events_kept() -> dict[str, Any]:
    """How many events of each kind are kept, how many were lost to a full queue, and for how long they are kept."""
    return {**events.counts(), "kept_days": settings().event_kept_days}
