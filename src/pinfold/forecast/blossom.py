"""Which rains brought this season's flowers: coffee flowers some days after each rain that ends a dry spell, and is ripe in that order.

Source: Alvim (1960), Science 132:354; Crisosto, Grantz & Meinzer (1992), Tree Physiology 10:127-139. The numbers stand in the crop file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from pinfold.fields.crops import Crop


def blossom_showers(crop: Crop, flowered_on: date, rain_mm: Mapping[date, float]) -> tuple[date, ...]:
    """Days of the rains that brought this season's flowerings, in order, at most as many as the crop has flushes.

    A shower is `shower_mm` on one day after `dry_days` days that together brought less. The first one counts from twice `bloom_days`
    before the first flowers were seen; the last one lets them open within `flowering_days` of these.
    flowered_on : when the first flowers were seen; rain_mm : of each day that was measured
    Empty where a day of that time is not known, where no shower came before the first flowers, or where rain does not place this crop's.
    """
    if crop.shower_mm is None or crop.dry_days is None or crop.bloom_days is None or crop.flowering_days is None:
        return ()
    shower_mm, dry, bloom = crop.shower_mm.value, int(crop.dry_days.value), int(crop.bloom_days.value)
    first = flowered_on - timedelta(days=2 * bloom + dry)
    days = [first + timedelta(days=n) for n in range(dry + bloom + int(crop.flowering_days.value) + 1)]
    if any(day not in rain_mm for day in days):
        return ()
    fallen = [rain_mm[day] for day in days]
    wet = [days[n] for n in range(dry, len(days)) if fallen[n] >= shower_mm > sum(fallen[n - dry : n])]
    return tuple(wet[: len(crop.flush_shares)]) if wet and wet[0] <= flowered_on else ()


def with_flushes(plots: pl.DataFrame, seen: pl.DataFrame, weather: pl.DataFrame, crops: Mapping[str, Crop]) -> pl.DataFrame:
    """`plots` with flush_days: days from the first flowering of the village's crop to each of this season's; null: as the crop file says.

    plots : plot_id, crop, village_id; seen : plot_id, stage, on, of this season; weather : village_id, date, rain_mm, measured
    """
    found: dict[str, list[object]] = {"village_id": [], "crop": [], "flush_days": []}
    known = {village: _rain(weather, village) for village in _villages(plots, crops) if "village_id" in weather.columns}
    for village, name, flowered_on in _first_flowers(plots, seen, crops).iter_rows():
        showers = blossom_showers(crops[name], flowered_on, known.get(village, {}))
        if showers:
            for column, value in zip(found, (village, name, [float((day - showers[0]).days) for day in showers]), strict=True):
                found[column].append(value)
    flushes = pl.DataFrame(found, schema={"village_id": pl.String(), "crop": pl.String(), "flush_days": pl.List(pl.Float64)})
    return plots.join(flushes, on=["village_id", "crop"], how="left", maintain_order="left")


def _villages(plots: pl.DataFrame, crops: Mapping[str, Crop]) -> list[str]:
    by_rain = [name for name, crop in crops.items() if crop.shower_mm is not None]
    return plots.filter(pl.col("crop").is_in(by_rain))["village_id"].drop_nulls().unique().to_list()


def _rain(weather: pl.DataFrame, village_id: str) -> dict[date, float]:
    here = weather.filter((pl.col("village_id") == village_id) & pl.col("rain_mm").is_not_null())
    return dict(here.select("date", pl.col("rain_mm").cast(pl.Float64)).iter_rows())


def _first_flowers(plots: pl.DataFrame, seen: pl.DataFrame, crops: Mapping[str, Crop]) -> pl.DataFrame:
    """village_id, crop, on: the middle plot's first flowers, of crops that rain lets flower."""
    first_stage = {name: crop.stages[0].name for name, crop in crops.items() if crop.shower_mm is not None}
    here = seen.join(plots.select("plot_id", "crop", "village_id"), on="plot_id").drop_nulls("village_id")
    flowers = here.filter(pl.col("stage") == pl.col("crop").replace_strict(first_stage, default=None, return_dtype=pl.String))
    by_place = flowers.sort("on").group_by("village_id", "crop").agg(pl.col("on").get((pl.len() - 1) // 2))
    return by_place.sort("village_id", "crop")
