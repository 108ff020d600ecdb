"""What somebody saw of the crop itself on a plot: fruit counted, or fruit lost to hail, frost or something else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.fields.words import FRUIT_COUNT, FRUITS_PER_PLANT_MAX, KINDS


@dataclass(frozen=True)
class CropReport:
    """One count or loss on one plot.

    kind : one of KINDS
    amount : a fruit count: fruits on one plant, the mean of those looked at; a loss: share 0..1 of the fruit that was there before it
    seen_on, arrived_on : as in FieldReport; forecasts issued before `arrived_on` may not use it
    certainty : 0 (a guess) .. 1 (counted)
    Raises InputError for another kind, an amount that cannot be, or dates in the wrong order.

    >>> CropReport("p1", 2026, "hail", date(2026, 8, 2), date(2026, 8, 3), 0.3).lost_share
    0.3
    """

    plot_id: str
    season: int
    kind: str
    seen_on: date
    arrived_on: date
    amount: float
    reported_by: str = ""
    certainty: float = 1.0

    def __post_init__(self) -> None:
        what = f"report of {self.kind!r} on plot {self.plot_id}"
        if self.kind not in KINDS:
            raise InputError(f"{what}: there is no such kind; report one of {', '.join(KINDS)}")
        high, unit = (
            (FRUITS_PER_PLANT_MAX, "fruits on one plant") if self.kind == FRUIT_COUNT else (1.0, "as a share of the fruit, 0.3 for 30 %")
        )
        if not 0 <= self.amount <= high:
            raise InputError(f"{what}: {self.amount:g} is not between 0 and {high:g}; give {unit}")
        if self.arrived_on < self.seen_on:
            raise InputError(f"{what}: arrived on {self.arrived_on}, before it was seen on {self.seen_on}; swap or correct the dates")
        if not 0 <= self.certainty <= 1:
            raise InputError(f"{what}: certainty {self.certainty} is not between 0 and 1")

    @property
    def fruits_per_plant(self) -> float | None:
        """None for a loss."""
        return self.amount if self.kind == FRUIT_COUNT else None

    @property
    def lost_share(self) -> float | None:
        """None for a fruit count."""
        return None if self.kind == FRUIT_COUNT else self.amount


def serving_on(crop_reports: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The reports that count on `as_of`: of one plot, kind and day the surest that has arrived, of equally sure ones the newest.

    crop_reports : plot_id, season, kind, on, fruits_per_plant, lost_share, reported_on (null: on), certainty (null: 1); both may be absent
    Two hailstorms on one plot are two days, and both count.
    """
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in OPTIONAL.items() if name not in crop_reports.columns]
    told = crop_reports.with_columns(absent).with_columns(
        reported_on=pl.coalesce("reported_on", "on"), certainty=pl.coalesce("certainty", pl.lit(1.0))
    )
    arrived = told.filter((pl.col("on") <= as_of) & (pl.col("reported_on") <= as_of)).sort("certainty", "reported_on", maintain_order=True)
    return arrived.unique(["plot_id", "season", "kind", "on"], keep="last", maintain_order=True).sort("plot_id", "season", "on", "kind")


OPTIONAL = {"fruits_per_plant": pl.Float64, "lost_share": pl.Float64, "reported_on": pl.Date, "certainty": pl.Float64}
