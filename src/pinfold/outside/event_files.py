"""Events as Parquet files, one folder for each day: day=2026-10-07/events.parquet; what lists had shown likewise, in the folder lists."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import Executor
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.demand.event_counts import count_events

PREFIX = "day="
SCHEMA = {
    "kind": pl.String(),
    "at": pl.Datetime("us", "UTC"),
    "pseudonym": pl.Int64(),
    "pin_id": pl.String(),
    "product_id": pl.String(),
    "region_id": pl.String(),
    "impression_id": pl.String(),
    "seats": pl.Int64(),
    "kg": pl.Float64(),
    "position": pl.Int64(),
    "propensity": pl.Float64(),
    "ranking": pl.String(),
    "version": pl.Int64(),
}
# One row for each pin of each list; positions : where each rule that was worked out would have put it
SHOWN = {
    "impression_id": pl.String(),
    "at": pl.Datetime("us", "UTC"),
    "pseudonym": pl.Int64(),
    "ranking": pl.String(),
    "version": pl.Int64(),
    "pin_id": pl.String(),
    "position": pl.Int64(),
    "propensity": pl.Float64(),
    "positions": pl.List(pl.Struct({"rule": pl.String(), "position": pl.Int64()})),
}
LISTS = "lists"


def write_day(folder: Path, day: date, events: pl.DataFrame) -> None:
    """Writes one day's events in place of those that were there."""
    place = folder / f"{PREFIX}{day}"
    place.mkdir(parents=True, exist_ok=True)
    events.write_parquet(place / "events.parquet")


def read_days(folder: Path) -> pl.LazyFrame:
    """All rows of all days in the folder. Raises as days_in."""
    return pl.scan_parquet([path for paths in days_in(folder).values() for path in paths])


def days_in(folder: Path) -> dict[date, list[Path]]:
    """The files of each day, first day first. Raises InputError when there is none, or a folder's day is no date."""
    days = {}
    for place in sorted(folder.glob(f"{PREFIX}*")):
        text = place.name.removeprefix(PREFIX)
        try:
            days[date.fromisoformat(text)] = sorted(place.glob("*.parquet"))
        except ValueError:
            raise InputError(f"{place}: {text!r} is no date; the folders of events are named like {PREFIX}2026-10-07") from None
    if not any(days.values()):
        raise InputError(f"folder {folder} holds no events; write some with: pinfold events export {folder}")
    return days


def count_weeks(folder: Path, workers: Executor) -> pl.DataFrame:
    """demand.event_counts of every event in the folder. Each week is one part for `workers`, streamed from its own days' files."""
    weeks: dict[date, list[Path]] = defaultdict(list)
    for day, paths in days_in(folder).items():
        weeks[day - timedelta(days=day.weekday())] += paths
    return pl.concat(workers.map(_count, weeks.values()))


def _count(paths: list[Path]) -> pl.DataFrame:
    return count_events(pl.scan_parquet(paths)).collect(engine="streaming")
