"""What each village is expected to pick on each day: yield and dates put together by the crop's picking profile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from pinfold.basics.quantiles import COLUMNS, Floats
from pinfold.fields.crops import Crop
from pinfold.forecast.harvest_weeks import Expected, alike, plots_of

# A date may be any of its five quantiles; each stands for the levels that are nearest to it.
WEIGHTS = np.diff([0.0, 0.175, 0.375, 0.625, 0.825, 1.0])
SCHEMA = {"village_id": pl.String, "crop": pl.String, "on": pl.Date, "kg": pl.Float64}
KG_KEPT = 1e-9
EPOCH = date(1970, 1, 1)


def harvest_days(expected: Expected, crops: Mapping[str, Crop]) -> pl.DataFrame:
    """village_id, crop, on, kg: kilograms harvested that are expected of each day; over all days they sum to the yields' means.

    expected : as of harvest_weeks, `products` are not looked at. Plots without a forecast have no days
    Raises InputError on a plot without village.
    """
    found = [pl.DataFrame(schema=SCHEMA)]
    for name in sorted(crops):
        plots = plots_of(expected, crops[name], EPOCH)
        if plots.height:
            found.append(_one_crop(plots, crops[name]))
    return pl.concat(found)


def _one_crop(plots: pl.DataFrame, crop: Crop) -> pl.DataFrame:
    villages = plots["village_id"].unique(maintain_order=True)
    village = plots["village_id"].rank("dense").to_numpy().astype(np.int64) - 1
    ripe = np.maximum(plots.select(f"day_{column}" for column in COLUMNS).to_numpy(), plots["first_day"].to_numpy()[:, None])
    stretch, mean = plots["stretch"].to_numpy(), plots["mean"].to_numpy()
    first = int(np.floor(ripe.min()))
    parts = list(alike(plots, crop))
    last = max((ripe[rows, -1] + grown.picking_window_days.value * stretch[rows]).max() for rows, grown in parts)
    edges = np.arange(first, int(np.ceil(last)) + 1, dtype=float)
    kg = np.zeros((len(villages), len(edges) - 1))
    for rows, grown in parts:
        np.add.at(kg, village[rows], mean[rows, None] * _shares(ripe[rows], stretch[rows], edges, grown))
    at_village, at_day = np.nonzero(kg > KG_KEPT)
    on = pl.Series(at_day + first).cast(pl.Int32).cast(pl.Date)
    return pl.DataFrame(
        {
            "village_id": villages.sort().gather(at_village),
            "crop": pl.repeat(crop.name, len(on), dtype=pl.String, eager=True),
            "on": on,
            "kg": kg[at_village, at_day],
        },
        schema=SCHEMA,
    )


def _shares(ripe: Floats, stretch: Floats, edges: Floats, crop: Crop) -> Floats:
    """Share of each plot's harvest that is picked on each day, shape (plots, days), each row sums to 1."""
    picked = np.zeros((len(ripe), len(edges)))
    for weight, day in zip(WEIGHTS, ripe.T, strict=True):
        picked += weight * crop.picked_share((edges - day[:, None]) / stretch[:, None])
    return np.diff(picked, axis=1)
