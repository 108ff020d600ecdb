"""Events counted from files as large as they get; needs no database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pinfold.demand.event_counts import without_small_groups
from pinfold.outside.event_files import count_weeks
from pinfold.outside.executors import executor
from pinfold.settings import settings


@dataclass(frozen=True)
class Counted:
    rows: int
    suppressed: int


def count_events_of_folder(folder: Path, out: Path) -> Counted:
    """Writes views, joins, paid kg and people by product, region and week to `out`; groups of fewer than 5 people say no more than that.

    folder : as flows.event_tables.export_events writes it, of any size; each week is a part for the installation's executor
    Raises InputError when there are no events.
    """
    with executor(settings()) as workers:
        counts = without_small_groups(count_weeks(folder, workers))
    counts.write_parquet(out) if out.suffix == ".parquet" else counts.write_csv(out)
    return Counted(counts.height, int(counts["suppressed"].sum()))
