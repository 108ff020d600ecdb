"""The weather of a season so far as numbers known before the harvest: warmth and rain about flowering and while fruit grows.

Every season is looked at over the same days of its year, up to the day of issue and no further, so that past seasons tell what this one's
weather told by then. Which of it says anything about harvests is learned, and let in, by covariates.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pinfold.basics.quantiles import Floats

# Days from the crop's usual first stage: buds are made, flowers set, fruit grows. Assumed.
WINDOWS = {"before_flowering": (-60, 0), "after_flowering": (0, 60), "growing": (60, 150)}
# A window with fewer days so far, or with fewer of them known, says nothing. Both assumed.
DAYS_MIN, KNOWN_SHARE_MIN = 20, 0.8


@dataclass(frozen=True)
class Sky:
    """Sums until each day, so that a window is a difference. first : the first day; sums, known : shape (2, villages, days + 1)

    Of the first axis: mean temperature, °C; rain, mm.
    """

    first: date
    villages: list[str]
    sums: Floats
    known: Floats

    def means(self, begin: int, end: int) -> Floats:
        """Daily means from day `begin` (ordinal) until before `end`, shape (2, villages); NaN where too little is known."""
        last = self.sums.shape[2] - 1
        low, high = (min(max(day - self.first.toordinal(), 0), last) for day in (begin, end))
        known = self.known[:, :, high] - self.known[:, :, low]
        enough = known >= KNOWN_SHARE_MIN * (end - begin)
        return np.where(enough, (self.sums[:, :, high] - self.sums[:, :, low]) / np.maximum(known, 1), np.nan)


def season_weather(plots: pl.DataFrame, stages: pl.DataFrame, weather: pl.DataFrame, seasons: Sequence[int], as_of: date) -> pl.DataFrame:
    """plot_id, season, and tmean_c_ and rain_mm_ (daily means) of each window, null where it has not come yet or is not known.

    plots : plot_id, crop, village_id; stages : plot_id, season, stage, on
    weather : village_id, date, tmax_c with tmin_c or tmean_c, rain_mm; what is later than `as_of` is not looked at
    seasons : rising; the last one is that of `as_of`. A crop of which no past season's first stage is known has no rows.
    """
    known = weather.filter(pl.col("date") <= as_of).drop_nulls("village_id")
    if known.is_empty():
        return pl.DataFrame(schema={"plot_id": pl.String, "season": pl.Int64})
    sky = _sky(known)
    found = [pl.DataFrame(schema={"village_id": pl.String, "season": pl.Int64, "crop": pl.String})]
    for crop, day in _usual_first_days(plots, stages.filter(pl.col("season") < seasons[-1])).items():
        found += [_of_season(sky, crop, season, day, (as_of - date(seasons[-1], 1, 1)).days) for season in seasons]
    here = plots.select("plot_id", "crop", "village_id").join(pl.concat(found, how="diagonal"), on=["crop", "village_id"])
    return here.drop("crop", "village_id")


def _of_season(sky: Sky, crop: str, season: int, first_day: int, issued_day: int) -> pl.DataFrame:
    """One row for each village. first_day, issued_day : days since 1 January of the season's year"""
    january = date(season, 1, 1).toordinal()
    columns: dict[str, Floats] = {}
    for name, (begin, end) in WINDOWS.items():
        begin, end = first_day + begin, min(first_day + end, issued_day)
        if end - begin >= DAYS_MIN:
            columns[f"tmean_c_{name}"], columns[f"rain_mm_{name}"] = sky.means(january + begin, january + end)
    frame = pl.DataFrame({"village_id": sky.villages, **columns}).with_columns(pl.col(list(columns)).fill_nan(None))
    return frame.with_columns(season=pl.lit(season, dtype=pl.Int64), crop=pl.lit(crop))


def _usual_first_days(plots: pl.DataFrame, stages: pl.DataFrame) -> dict[str, int]:
    """Median day, since 1 January of the season's year, of the earliest stage of each crop."""
    seen = stages.join(plots.select("plot_id", "crop"), on="plot_id").drop_nulls("on")
    days = seen.with_columns(day=(pl.col("on") - pl.date(pl.col("season"), 1, 1)).dt.total_days())
    by_stage = days.group_by("crop", "stage").agg(pl.col("day").median()).sort("day", "stage").unique("crop", keep="first")
    return {crop: round(day) for crop, day in by_stage.sort("crop").select("crop", "day").iter_rows()}


def _sky(weather: pl.DataFrame) -> Sky:
    first, last = weather["date"].min(), weather["date"].max()
    assert isinstance(first, date) and isinstance(last, date)
    villages = weather["village_id"].unique().sort().to_list()
    row = weather["village_id"].replace_strict(villages, list(range(len(villages))), return_dtype=pl.Int64).to_numpy()
    values = np.full((2, len(villages), (last - first).days + 1), np.nan)
    warmth = pl.coalesce((pl.col("tmax_c") + pl.col("tmin_c")) / 2, pl.col("tmean_c"))
    columns = weather.select(warmth.alias("warmth"), pl.col("rain_mm").cast(pl.Float64)).to_numpy().T
    values[:, row, (weather["date"] - first).dt.total_days().to_numpy()] = columns
    before = np.zeros((2, len(villages), 1))
    sums = np.concatenate([before, np.nancumsum(values, axis=2)], axis=2)
    return Sky(first, villages, sums, np.concatenate([before, np.cumsum(np.isfinite(values), axis=2)], axis=2))
