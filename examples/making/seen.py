"""What coordinators see of the fruit itself in the season that is played: counts, a hailstorm, a cold night. All of it is invented.

What is lost is lost in the harvest too, so that a forecast that believes a report comes nearer to what is picked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from making.calendar import ENDS_ON, SEASON, STARTS_ON
from making.growing import COORDINATOR
from pinfold.fields.crops import crop

COUNTED = {"mango": (10, date(2026, 9, 8)), "coffee": (18, date(2026, 9, 21))}  # crop: how many plots, first day
COUNT_SPREAD = 0.2  # of a count over all trees, in log
HAIL_ON, HAIL_CROP, HAIL_PLOTS = date(2026, 9, 20), "mango", 5
FROST_CROP, FROST_PLOTS = "snow-pea", 4
LOST_SHARE, GUESS_SPREAD = (0.1, 0.4), 0.05
COLUMNS = ["plot_id", "season", "kind", "on", "reported_by", "reported_on", "fruits_per_plant", "lost_share", "certainty"]


@dataclass(frozen=True)
class Damage:
    """A share of what was still on one plot's plants is lost on a day."""

    plot_id: str
    kind: str
    on: date
    share: float


def damage(rng: np.random.Generator, land: pl.DataFrame, weather: pl.DataFrame, truth: pl.DataFrame) -> list[Damage]:
    """Hail on mangoes that lie beside each other, and frost in the hollows on the season's coldest night; on plots that are being picked.

    truth : growing.reached
    """
    peas = land.filter(pl.col("crop") == FROST_CROP)
    there = peas["village_id"].mode().sort()[0]
    nights = weather.filter((pl.col("village_id") == there) & pl.col("date").is_between(STARTS_ON, ENDS_ON))
    coldest = nights.sort("tmin_c", "date")["date"][0]
    mango = _picked_on(land, truth, HAIL_CROP, HAIL_ON).sort("latitude")["plot_id"][:HAIL_PLOTS]
    hollows = _picked_on(land, truth, FROST_CROP, coldest).sort("altitude_m")["plot_id"][:FROST_PLOTS]
    struck = [*((plot, "hail", HAIL_ON) for plot in mango), *((plot, "frost", coldest) for plot in hollows)]
    return [Damage(plot, kind, on, float(rng.uniform(*LOST_SHARE))) for plot, kind, on in struck]


def _picked_on(land: pl.DataFrame, truth: pl.DataFrame, kind: str, day: date) -> pl.DataFrame:
    """Plots of a crop on which at least half of the picking is still to come on `day`, and begins within a week."""
    facts = crop(kind)
    ripe = truth.filter((pl.col("season") == SEASON) & (pl.col("stage") == facts.harvest_stage)).select("plot_id", "on")
    half = timedelta(days=facts.picking_window_days.value / 2)
    return land.filter(pl.col("crop") == kind).join(ripe, on="plot_id").filter(pl.col("on").is_between(day - half, day + timedelta(days=7)))


def left(damaged: list[Damage], plot_id: str, day: date) -> float:
    """Share of a plot's fruit that damage has left by `day`."""
    return float(np.prod([1 - each.share for each in damaged if each.plot_id == plot_id and each.on < day]))


def crop_reports(rng: np.random.Generator, land: pl.DataFrame, grown: pl.DataFrame, damaged: list[Damage]) -> pl.DataFrame:
    """Rows of the table: some trees counted on some plots, and the damage as it was guessed, some days later."""
    rows = [*_counts(rng, land, grown), *_guesses(rng, land, damaged)]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row", infer_schema_length=None).sort("reported_on", "plot_id", "kind")


def _counts(rng: np.random.Generator, land: pl.DataFrame, grown: pl.DataFrame) -> list[tuple[object, ...]]:
    kg = dict(grown.filter(pl.col("season") == SEASON).select("plot_id", "kg").iter_rows())
    rows: list[tuple[object, ...]] = []
    for kind, (plots, first_on) in COUNTED.items():
        fact = crop(kind).fruit_kg
        assert fact is not None
        for at, plot in enumerate(land.filter(pl.col("crop") == kind).head(plots).iter_rows(named=True)):
            fruits = kg[plot["plot_id"]] / plot["trees"] / fact.value * rng.lognormal(0, COUNT_SPREAD)
            on = first_on + timedelta(days=at // 3)
            who = COORDINATOR[plot["village_id"]]
            rows.append((plot["plot_id"], SEASON, "fruit count", on, who, on + timedelta(days=1), float(round(fruits)), None, 0.9))
    return rows


def _guesses(rng: np.random.Generator, land: pl.DataFrame, damaged: list[Damage]) -> list[tuple[object, ...]]:
    village = dict(land.select("plot_id", "village_id").iter_rows())
    rows: list[tuple[object, ...]] = []
    for each in damaged:
        guessed = float(np.clip(round(20 * (each.share + rng.normal(0, GUESS_SPREAD))) / 20, 0.05, 0.95))
        late = timedelta(days=int(rng.integers(0, 3)))
        rows.append((each.plot_id, SEASON, each.kind, each.on, COORDINATOR[village[each.plot_id]], each.on + late, None, guessed, 0.6))
    return rows
