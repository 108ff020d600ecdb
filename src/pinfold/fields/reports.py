"""What somebody saw in the field: who, when it was seen, when it reached us, where, how sure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.rules import rule


@dataclass(frozen=True)
class ReportRules:
    late_after_days: int = rule(3, "days", "a report that takes longer than this from field to office has arrived late", 0, 60)


@dataclass(frozen=True)
class FieldReport:
    """One stage of one plot, as seen.

    seen_on : the day on which the stage was seen in the field
    arrived_on : the day on which the report reached the cooperative; forecasts issued before it may not use the report
    certainty : 0 (a guess) .. 1 (counted)

    >>> FieldReport("p1", 2026, "ripe", date(2026, 11, 2), date(2026, 11, 9), reported_by="h7").arrived_late
    True
    """

    plot_id: str
    season: int
    stage: str
    seen_on: date
    arrived_on: date
    reported_by: str = ""
    certainty: float = 1.0
    rules: ReportRules = ReportRules()

    def __post_init__(self) -> None:
        if self.arrived_on < self.seen_on:
            raise InputError(
                f"report of {self.stage!r} on plot {self.plot_id}: arrived on {self.arrived_on}, before it was seen on {self.seen_on}; "
                "swap or correct the dates"
            )
        if not 0 <= self.certainty <= 1:
            raise InputError(f"report of {self.stage!r} on plot {self.plot_id}: certainty {self.certainty} is not between 0 and 1")

    @property
    def delay_days(self) -> int:
        """Days from the field to the cooperative."""
        return (self.arrived_on - self.seen_on).days

    @property
    def arrived_late(self) -> bool:
        return self.delay_days > self.rules.late_after_days


def with_first_picking(stages: pl.DataFrame, harvests: pl.DataFrame, harvest_stage: pl.DataFrame) -> pl.DataFrame:
    """`stages` with the harvest stage of every plot that was picked before anybody reported it: who picks has seen that it is ripe.

    Without it, a plot whose last report never came would be forecast to ripen next week, week after week, and its crop sold again.

    stages : plot_id, season, stage, on, and more; harvests : plot_id, season, picked_on (null: a season's total)
    harvest_stage : plot_id, stage, the stage from which each plot is picked
    """
    picked = harvests.drop_nulls("picked_on").group_by("plot_id", "season", maintain_order=True).agg(on=pl.col("picked_on").min())
    unreported = picked.join(harvest_stage, on="plot_id").join(stages, on=["plot_id", "season", "stage"], how="anti")
    return pl.concat([stages, unreported], how="diagonal")
