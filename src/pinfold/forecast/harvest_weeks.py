"""From dates and kilograms to weeks: how many kg of each product and grade each village has ready in each week, and how sure that is.

Every draw is one season in which all plots of a crop share one ripening shock and one yield shock, those of a district and of a village
one more of each for the yield (DESIGN rule 7), and how fast the crop is picked, so that a village's week does not look surer than it is.
A plot is picked from ripeness to the end of picking, where that was seen or is forecast, else over the window of the crop's file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl
from scipy.special import ndtri

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import COLUMNS, LEVELS, Floats
from pinfold.fields.crops import PICKING_OVER, Crop
from pinfold.forecast.pace import AS_ASSUMED, Pace

DRAWS = 300
PLOTS_AT_ONCE = 1000
NORMAL_SCORES = ndtri(LEVELS)
KG_KEPT = 0.5
SHARES = ("shared", "shared_district", "shared_block")
SCHEMA = {
    "village_id": pl.String,
    "product_id": pl.String,
    "grade": pl.Int64,
    "ready_week": pl.Int64,
    "kg": pl.Float64,
    "kg_cv": pl.Float64,
    **dict.fromkeys(COLUMNS, pl.Float64),
}


@dataclass(frozen=True)
class Expected:
    """What is known of a season's plots.

    plots : plot_id, crop, village_id, hub_id (of the village; may be absent), flush_days (as of blossom.with_flushes; may be absent)
    ripe : RipeningForecast.dates: plot_id, stage, p10 .. p90 (dates), issued_on, shared; stages that are still to come
    seen : plot_id, stage, on; stages of this season that were reported
    kg : YieldForecast.plots: plot_id, mean, p10 .. p90 (kg harvested), shared, shared_district, shared_block
    products : product_id, crop (null: not grown here), kg_per_harvest_kg; at most one product a crop
    paces : how fast crops are picked, of those whose past tells it (past_paces)
    """

    plots: pl.DataFrame
    ripe: pl.DataFrame
    seen: pl.DataFrame
    kg: pl.DataFrame
    products: pl.DataFrame
    paces: Mapping[str, Pace] = field(default_factory=dict)

    def pace(self, crop: Crop) -> Pace:
        return self.paces.get(crop.name, AS_ASSUMED)


def harvest_weeks(expected: Expected, crops: Mapping[str, Crop], starts_on: date, seed: int) -> pl.DataFrame:
    """village_id, product_id, grade, ready_week, kg (expected, of product), kg_cv, p10 .. p90; weeks of under half a kg are left out.

    starts_on : Monday of week 0; weeks before it are negative
    kg_cv : standard deviation over mean of the simulated seasons; p10 .. p90 : their quantiles, kg. Grades are fixed shares of one
        harvest, so the quantiles of several grades may be summed
    Plots without a forecast, and crops without a product, have no rows. Raises InputError when two products claim one crop, or a plot
    has no village.
    """
    grown = expected.products.filter(pl.col("crop").is_not_null()).sort("crop")
    twice = grown.filter(pl.col("crop").is_duplicated())
    if not twice.is_empty():
        raise InputError(
            f"crop {twice['crop'][0]!r} has {twice.height} products; a harvest is sold as one, so keep one of them in products"
        )
    random = np.random.default_rng(seed)
    found = [pl.DataFrame(schema=SCHEMA)]
    for product_id, name, kg_per_harvest_kg in grown.select("product_id", "crop", "kg_per_harvest_kg").iter_rows():
        crop = crops[name]
        plots = plots_of(expected, crop, starts_on)
        if plots.height:
            outturn = crop.kg_per_harvest_kg.value if kg_per_harvest_kg is None else kg_per_harvest_kg
            first_week, kg = _kg_by_week(plots, crop, expected.pace(crop), random)
            found.append(_graded(plots["village_id"].unique(maintain_order=True), crop, product_id, first_week, outturn * kg))
    return pl.concat(found)


def plots_of(expected: Expected, crop: Crop, starts_on: date) -> pl.DataFrame:
    """Plots of a crop by village: day_p10 .. day_p90, first_day (days since starts_on), kg_p10 .. kg_p90, mean, shares, stretch, over_seen.

    A stage that was seen is certain; one that was not comes after the day of issue.
    stretch : how long the plot is picked, in windows of the crop's file; over_seen : whether the end of picking was seen
    flush_days : days from the first flowering to each of this season's, null where the crop file's stand
    """
    districts = pl.col("hub_id") if "hub_id" in expected.plots.columns else pl.lit("")
    flushes = pl.col("flush_days") if "flush_days" in expected.plots.columns else pl.lit(None, dtype=pl.List(pl.Float64))
    of_crop = expected.plots.filter(pl.col("crop") == crop.name).select("plot_id", "village_id", hub_id=districts, flush_days=flushes)
    homeless = of_crop.filter(pl.col("village_id").is_null())
    if homeless.height:
        raise InputError(f"plot {homeless['plot_id'][0]!r} has no village; nobody could collect its harvest, so give its village_id")
    seen = expected.seen.filter(pl.col("stage") == crop.harvest_stage).select(
        "plot_id",
        *(_days(pl.col("on"), starts_on).alias(f"day_{column}") for column in COLUMNS),
        first_day=_days(pl.col("on"), starts_on),
        day_shared=pl.lit(0.0),
    )
    coming = expected.ripe.filter(pl.col("stage") == crop.harvest_stage).select(
        "plot_id",
        *(_days(pl.col(column), starts_on).alias(f"day_{column}") for column in COLUMNS),
        first_day=_days(pl.col("issued_on"), starts_on) + 1,
        day_shared="shared",
    )
    ripe = pl.concat([seen, coming.join(seen, on="plot_id", how="anti")])
    shares = (pl.col(name).alias(f"kg_{name}") for name in SHARES)
    kg = expected.kg.select("plot_id", "mean", *(pl.col(column).alias(f"kg_{column}") for column in COLUMNS), *shares)
    over = pl.concat(
        [
            rows.filter(pl.col("stage") == PICKING_OVER).select(
                "plot_id", over_day=_days(pl.col(on), starts_on), over_seen=pl.lit(on == "on")
            )
            for rows, on in ((expected.seen, "on"), (expected.ripe, "p50"))
        ]
    ).unique("plot_id", keep="first", maintain_order=True)
    # The last day is picked too, and no plot is picked in less than one.
    usual_last = crop.flush_days[-1].value if crop.flush_days else 0.0
    window_days = crop.picking_window_days.value - usual_last + pl.col("flush_days").list.last().fill_null(usual_last)
    days = (pl.col("over_day") - pl.col("day_p50") + 1).clip(1) / window_days
    whole = of_crop.join(ripe, on="plot_id").join(kg, on="plot_id").join(over, on="plot_id", how="left")
    stretch = days.fill_null(expected.pace(crop).usual_windows)
    return whole.with_columns(pl.col("over_seen").fill_null(False), stretch=stretch).sort("village_id", "plot_id")


def alike(plots: pl.DataFrame, crop: Crop) -> Iterator[tuple[slice, Crop]]:
    """Rows of at most PLOTS_AT_ONCE neighbouring plots that flowered on the same days, with the crop as it is picked there."""
    start = 0
    for _, part in plots.group_by(pl.col("flush_days").rle_id(), maintain_order=True):
        days = part["flush_days"][0]
        known = crop if days is None else crop.in_season(days.to_list())
        for first in range(start, start + part.height, PLOTS_AT_ONCE):
            yield slice(first, min(first + PLOTS_AT_ONCE, start + part.height)), known
        start += part.height


def _days(when: pl.Expr, starts_on: date) -> pl.Expr:
    return (when - pl.lit(starts_on)).dt.total_days().cast(pl.Float64)


def _graded(villages: pl.Series, crop: Crop, product_id: str, first_week: int, kg: Floats) -> pl.DataFrame:
    """Rows of SCHEMA; kg : of product in every simulated season, shape (villages, DRAWS, weeks)."""
    mean, deviation = kg.mean(axis=1), kg.std(axis=1)
    quantiles = np.quantile(kg, LEVELS, axis=1)
    at_village, at_week = np.nonzero(mean >= KG_KEPT)
    weeks = pl.DataFrame(
        {
            "village_id": villages.gather(at_village),
            "ready_week": at_week + first_week,
            "all_kg": mean[at_village, at_week],
            "kg_cv": (deviation / np.maximum(mean, 1e-9))[at_village, at_week],
            **{column: quantiles[at, at_village, at_week] for at, column in enumerate(COLUMNS)},
        }
    )
    grades = pl.DataFrame({"grade": [grade.grade for grade in crop.grades], "share": crop.grade_shares})
    return (
        weeks.join(grades, how="cross")
        .with_columns(pl.col(COLUMNS) * pl.col("share"), product_id=pl.lit(product_id), kg=pl.col("all_kg") * pl.col("share"))
        .select(pl.col(column).cast(kind) for column, kind in SCHEMA.items())
    )


def _kg_by_week(plots: pl.DataFrame, crop: Crop, pace: Pace, random: np.random.Generator) -> tuple[int, Floats]:
    """(first week, kg harvested in every simulated season, shape (villages, DRAWS, weeks)); `plots` stand village by village."""
    village = plots["village_id"].rank("dense").to_numpy().astype(np.int64) - 1
    season_day, season_kg = random.standard_normal((2, DRAWS))
    luck = _Luck.drawn(plots, season_kg, random)
    season_pace = random.standard_normal(DRAWS)
    parts = []
    for some, grown in alike(plots, crop):
        rows = plots[some]
        own = random.standard_normal((2, rows.height, DRAWS))
        together = rows["day_shared"].to_numpy()[:, None]
        day = _at_score(rows, "day", np.sqrt(together) * season_day + np.sqrt(1 - together) * own[0])
        ripe_day = np.maximum(day, rows["first_day"].to_numpy()[:, None])
        kg = np.maximum(_at_score(rows, "kg", luck.of(some.start, own[1])), 0.0)
        # Straight lines between quantiles lose a little of a skewed mean; the forecast's mean is what was said, so it is kept.
        drawn_mean = kg.mean(axis=1)
        kg *= np.divide(rows["mean"].to_numpy(), drawn_mean, out=np.zeros_like(drawn_mean), where=drawn_mean > 0)[:, None]
        length = np.where(rows["over_seen"].to_numpy()[:, None], 1.0, pace.windows(rows.height, season_pace, random))
        parts.append((grown, village[some], ripe_day, kg, rows["stretch"].to_numpy()[:, None] * length))
    first_week = int(np.floor(min(ripe_day.min() for _, _, ripe_day, _, _ in parts) / 7))
    last_day = max((ripe_day + grown.picking_window_days.value * stretch).max() for grown, _, ripe_day, _, stretch in parts)
    edges = 7.0 * np.arange(first_week, int(np.ceil(last_day / 7)) + 1)
    totals = np.zeros((int(village.max()) + 1, DRAWS, len(edges) - 1))
    for grown, of_village, ripe_day, kg, stretch in parts:
        present, first = np.unique(of_village, return_index=True)
        # One week at a time keeps the arrays at plots x draws.
        picked = grown.picked_share((edges[0] - ripe_day) / stretch)
        for week, edge in enumerate(edges[1:]):
            until = grown.picked_share((edge - ripe_day) / stretch)
            totals[present, :, week] += np.add.reduceat(kg * (until - picked), first, axis=0)
            picked = until
    return first_week, totals


@dataclass(frozen=True)
class _Luck:
    """What plots share in each draw: scores of the season, shape (DRAWS,), of districts and villages, shape (those, DRAWS).

    shares : shape (plots, 3), of the variance that season, district and village have; place : shape (plots, 2), numbers of the two
    """

    season: Floats
    districts: Floats
    villages: Floats
    shares: Floats
    place: np.ndarray

    @classmethod
    def drawn(cls, plots: pl.DataFrame, season: Floats, random: np.random.Generator) -> _Luck:
        place = plots.select((pl.col("hub_id", "village_id").rank("dense") - 1).fill_null(0)).to_numpy().astype(np.int64)
        districts, villages = (random.standard_normal((number + 1, DRAWS)) for number in place.max(axis=0))
        return cls(season, districts, villages, plots.select(f"kg_{name}" for name in SHARES).to_numpy(), place)

    def of(self, start: int, own: Floats) -> Floats:
        """Scores of the plots from number `start` on, shape (plots, DRAWS), from their own."""
        rows = slice(start, start + len(own))
        season, district, village = (part[:, None] for part in np.sqrt(self.shares[rows]).T)
        shared = season * self.season + district * self.districts[self.place[rows, 0]] + village * self.villages[self.place[rows, 1]]
        left = np.sqrt(np.maximum(1 - self.shares[rows].sum(axis=1), 0.0))[:, None]
        return np.asarray(shared + left * own)


def _at_score(rows: pl.DataFrame, what: str, score: Floats) -> Floats:
    """Day or kg at normal scores, shape (plots, DRAWS); between and beyond the quantiles the value is linear in the score."""
    quantiles = rows.select(f"{what}_{column}" for column in COLUMNS).to_numpy()
    below = np.clip(np.searchsorted(NORMAL_SCORES, score) - 1, 0, len(LEVELS) - 2)
    plot = np.arange(rows.height)[:, None]
    low, high = quantiles[plot, below], quantiles[plot, below + 1]
    inside = (score - NORMAL_SCORES[below]) / (NORMAL_SCORES[below + 1] - NORMAL_SCORES[below])
    return np.asarray(low + inside * (high - low))
