"""Events taken out of the database, beside what had been shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.progress import Progress, silent
from pinfold.flows import clock
from pinfold.outside.event_files import LISTS, SCHEMA, SHOWN, write_day
from pinfold.store import events

EVENT = ("kind", "at", "pseudonym", "pin_id", "product_id", "region_id", "impression_id", "seats", "kg")
IMPRESSION = ("impression_id", "at", "pseudonym", "ranking", "version", "shown")


@dataclass(frozen=True)
class Exported:
    days: int
    events: int


def export_events(out: Path, progress: Progress = silent) -> Exported:
    """Writes every event into `out`, one folder a day, with where and with which chance its pin stood on the list from which it came; and
    every list of that day into `out`/lists.

    A day that is exported again is written anew. Events of customers who were erased, or have turned recording off, are not among them.
    Raises InputError when there are no events.
    """
    kept = events.counts()
    if kept["first_at"] is None:
        raise InputError("there are no events to export yet; they come with the first visitors")
    days = list(_days(clock.home_day(kept["first_at"]), clock.home_day(kept["last_at"])))
    rows = 0
    for done, day in enumerate(days):
        progress("Exporting events", done, len(days))
        frame, lists = _events_and_lists_of(day)
        rows += frame.height
        write_day(out, day, frame)
        write_day(out / LISTS, day, lists)
    progress("Exporting events", len(days), len(days))
    return Exported(len(days), rows)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _events_and_lists_of(day: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The events of one day of the growers, each beside what its list had shown of its pin; and that day's lists."""
    start = datetime.combine(day, time(), tzinfo=clock.HOME).astimezone(UTC)
    end = start + timedelta(days=1)
    happened = pl.DataFrame(events.rows_between("event", EVENT, start, end), {name: SCHEMA[name] for name in EVENT}, orient="row")
    # What is done a day after a list was seen does not refer to it.
    lists = events.rows_between("impression", IMPRESSION, start - timedelta(days=1), end)
    shown = pl.DataFrame(
        [
            (*row, pin_id, position, chance, [{"rule": rule, "position": there} for rule, there in elsewhere.items()])
            for *row, pins in lists
            for pin_id, position, chance, elsewhere in pins
        ],
        SHOWN,
        orient="row",
    )
    of_events = shown.select("impression_id", "pin_id", "position", "propensity", "ranking", "version")
    beside = happened.join(of_events, on=("impression_id", "pin_id"), how="left", maintain_order="left").select(list(SCHEMA))
    return beside, shown.filter(pl.col("at") >= start)
