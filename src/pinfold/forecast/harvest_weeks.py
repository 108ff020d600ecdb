"""From dates and kilograms to weeks: how many kg of each product and grade each village has ready in each week, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy.stats import norm

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import COLUMNS, LEVELS, Floats
from pinfold.fields.crops import Crop

DRAWS = 300
NORMAL_SCORES = norm.ppf(LEVELS)
KG_KEPT = 0.5
SCHEMA = {
    "village_id": pl.String,
    "product_id": pl.String,
    "grade": pl.Int64,
    "ready_week": pl.Int64,
    "kg": pl.Float64,
    "kg_cv": pl.Float64,
}


@dataclass(frozen=True)
class Expected:
    """What is known of a season's plots.

    plots : plot_id, crop, village_id
    ripe : plot_id, stage, p10 .. p90 (dates), shared; forecasts of stages that are still to come
    seen : plot_id, stage, on; stages of this season that were reported
    kg : plot_id, p10 .. p90 (kg harvested), shared
    products : product_id, crop, kg_per_harvest_kg; at most one product a crop
    """

    plots: pl.DataFrame
    ripe: pl.DataFrame
    seen: pl.DataFrame
    kg: pl.DataFrame
    products: pl.DataFrame


def harvest_weeks(expected: Expected, crops: Mapping[str, Crop], starts_on: date, seed: int) -> pl.DataFrame:
    """village_id, product_id, grade, ready_week, kg (expected, of product), kg_cv; weeks in which under half a kg is expected are left out.

    starts_on : Monday of week 0; weeks before it are negative
    Each crop is simulated DRAWS times. A draw has one shock to all its ripening days and one to all its harvests, because plots share their
    season's weather, and one of each plot's own; their shares of the variance are those of the forecasts.
    Plots without a forecast, and crops without a product, have no rows. Raises InputError when two products claim one crop.
    """
    twice = expected.products.filter(pl.col("crop").is_duplicated())
    if not twice.is_empty():
        raise InputError(
            f"crop {twice['crop'][0]!r} has {twice.height} products; a harvest is sold as one, so keep one of them in products"
        )
    random = np.random.default_rng(seed)
    found = [pl.DataFrame(schema=SCHEMA)]
    for product_id, name, kg_per_harvest_kg in expected.products.select("product_id", "crop", "kg_per_harvest_kg").sort("crop").iter_rows():
        plots = _plots_of(expected, name, crops[name].harvest_stage, starts_on)
        if plots.height:
            found.append(_one_crop(plots, crops[name], random, product_id, kg_per_harvest_kg))
    return pl.concat(found)


def _plots_of(expected: Expected, crop: str, stage: str, starts_on: date) -> pl.DataFrame:
    """Plots of a crop with day_p10 .. day_p90 (days since starts_on), kg_p10 .. kg_p90 and both shares; a seen stage is certain."""
    days = [(pl.col(column) - pl.lit(starts_on)).dt.total_days().cast(pl.Float64).alias(f"day_{column}") for column in COLUMNS]
    coming = expected.ripe.filter(pl.col("stage") == stage).select("plot_id", *days, day_shared="shared")
    known = expected.seen.filter(pl.col("stage") == stage).select("plot_id", *(pl.col("on").alias(column) for column in COLUMNS))
    ripe = pl.concat([known.select("plot_id", *days, day_shared=pl.lit(0.0)), coming]).unique("plot_id", keep="first", maintain_order=True)
    kg = expected.kg.select("plot_id", *(pl.col(column).alias(f"kg_{column}") for column in COLUMNS), kg_shared="shared")
    return expected.plots.filter(pl.col("crop") == crop).join(ripe, on="plot_id").join(kg, on="plot_id").sort("plot_id")


def _one_crop(plots: pl.DataFrame, crop: Crop, random: np.random.Generator, product_id: str, kg_per_harvest_kg: float) -> pl.DataFrame:
    days = plots.select(f"day_{column}" for column in COLUMNS).to_numpy()
    kg = plots.select(f"kg_{column}" for column in COLUMNS).to_numpy()
    villages = plots["village_id"].unique().sort()
    village = plots.join(pl.DataFrame({"village_id": villages}).with_row_index("village"), on="village_id", maintain_order="left")[
        "village"
    ].to_numpy()
    # Wide enough for every draw: the extrapolated tails stay within a month of p10 and p90.
    first = int(np.floor((days[:, 0].min() - 31) / 7))
    last = int(np.ceil((days[:, -1].max() + 31 + crop.picking_window_days.value) / 7))
    edges = 7.0 * np.arange(first, last + 1)
    totals = np.zeros((DRAWS, len(villages), len(edges) - 1))
    for draw in range(DRAWS):
        ripe_day = _drawn(days, plots["day_shared"].to_numpy(), random)
        picked = np.maximum(_drawn(kg, plots["kg_shared"].to_numpy(), random), 0.0)
        by_week = np.diff(crop.picked_share(edges[None, :] - ripe_day[:, None]), axis=1) * picked[:, None]
        np.add.at(totals[draw], village, by_week)
    mean, deviation = totals.mean(axis=0) * kg_per_harvest_kg, totals.std(axis=0) * kg_per_harvest_kg
    at_village, at_week = np.nonzero(mean > KG_KEPT)
    weeks = pl.DataFrame(
        {
            "village_id": villages.gather(at_village),
            "ready_week": at_week + first,
            "all_kg": mean[at_village, at_week],
            "kg_cv": (deviation / np.maximum(mean, 1e-9))[at_village, at_week],
        }
    )
    grades = pl.DataFrame({"grade": [grade.grade for grade in crop.grades], "share": crop.grade_shares})
    return (
        weeks.join(grades, how="cross")
        .with_columns(product_id=pl.lit(product_id), kg=pl.col("all_kg") * pl.col("share"))
        .select(pl.col(column).cast(kind) for column, kind in SCHEMA.items())
    )


def _drawn(quantiles: Floats, shared: Floats, random: np.random.Generator) -> Floats:
    """One draw of every row, shape (rows,): a shock common to all rows, and one of each row's own.

    quantiles : shape (rows, 5), at LEVELS; between and beyond them the quantile function is linear in the normal score
    shared : share of the variance that is common, 0..1, shape (rows,)
    """
    score = np.sqrt(shared) * random.standard_normal() + np.sqrt(1 - shared) * random.standard_normal(len(shared))
    below = np.clip(np.searchsorted(NORMAL_SCORES, score) - 1, 0, len(LEVELS) - 2)
    rows = np.arange(len(score))
    low, high = quantiles[rows, below], quantiles[rows, below + 1]
    inside = (score - NORMAL_SCORES[below]) / (NORMAL_SCORES[below + 1] - NORMAL_SCORES[below])
    return low + inside * (high - low)
