"""From the tables plots, stages and weather to one StageRecord per crop and stage, as known on the day of issue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import Floats
from pinfold.fields.crops import crop as crop_file
from pinfold.fields.crops import known_crops
from pinfold.forecast.panel import mean_known
from pinfold.forecast.ripening.interface import Heat, Ints, StageRecord


@dataclass(frozen=True)
class NamedRecord:
    """A StageRecord and whose it is; `plot_ids` are its rows."""

    crop: str
    stage: str
    plot_ids: pl.Series
    record: StageRecord


def known_on(stages: pl.DataFrame, season: int, as_of: date) -> pl.DataFrame:
    """Reports that had been seen, and had arrived, by `as_of`, with `day`, counted from 1 January of their season's year.

    Raises InputError on a report without season or date, and on a season that is no year.
    """
    if not 1 <= season <= 9998:
        raise InputError(f"season {season} is not a year; give the year in which the season starts")
    broken = stages.filter(pl.any_horizontal(pl.col("plot_id", "season", "stage", "on").is_null()))
    if broken.height:
        raise InputError(f"stages: a report has no plot, season, stage or date: {broken.row(0, named=True)}; complete or remove it")
    seen = stages.filter((pl.col("on") <= as_of) & (pl.col("season") <= season))
    if "reported_on" in stages.columns:
        seen = seen.filter(pl.col("reported_on").is_null() | (pl.col("reported_on") <= as_of))
    first_of_january = pl.date(pl.col("season"), 1, 1)
    return seen.with_columns((pl.col("on") - first_of_january).dt.total_days().cast(pl.Float64).alias("day"))


def named_records(
    plots: pl.DataFrame, stages: pl.DataFrame, weather: pl.DataFrame | None, season: int, as_of: date
) -> Iterator[NamedRecord]:
    """One record per crop and stage of which a past season is known; inputs as in issue_ripening."""
    seen = known_on(stages, season, as_of)
    issued_day = (as_of - date(season, 1, 1)).days
    whole = plots.with_columns(_absent(plots)).select("plot_id", "crop", *PLOT_COLUMNS)
    for (crop,), of_crop in whole.sort("crop", "plot_id").group_by("crop", maintain_order=True):
        rows = of_crop.with_row_index("plot_row")
        reports = seen.join(rows, on="plot_id", how="inner")
        if reports.filter(pl.col("season") < season).is_empty():
            continue
        heat = None if weather is None else heat_of(rows, weather, as_of)
        base_c = crop_file(str(crop)).base_c.value if crop in known_crops() else None
        frame = StageRecord(*_nothing(), season, issued_day, np.empty((0, 0)), heat, base_c, sites=sites_of(rows), groups=groups_of(rows))
        yield from _of_crop(str(crop), rows["plot_id"], reports, frame)


PLOT_COLUMNS = {"village_id": pl.String, "variety": pl.String, "latitude": pl.Float64, "longitude": pl.Float64, "altitude_m": pl.Float64}
KM_PER_DEGREE = 111.2


def _absent(plots: pl.DataFrame) -> list[pl.Expr]:
    return [pl.lit(None, dtype=kind).alias(name) for name, kind in PLOT_COLUMNS.items() if name not in plots.columns]


def sites_of(plots: pl.DataFrame) -> Floats | None:
    """Km east and north of the plots' middle, and m above the sea, shape (plots, 3), NaN where unknown; None where no plot has a place.

    plots : latitude, longitude (degrees), altitude_m
    A degree of latitude is a 360th of the way round a sphere of 6371 km.
    """
    place = plots.select(pl.col("latitude", "longitude", "altitude_m").cast(pl.Float64)).to_numpy().astype(float)
    if not np.isfinite(place).any():
        return None
    middle = mean_known(place, axis=0)
    north_km = (place[:, 0] - middle[0]) * KM_PER_DEGREE
    east_km = (place[:, 1] - middle[1]) * KM_PER_DEGREE * np.cos(np.radians(middle[0]))
    return np.stack([east_km, north_km, place[:, 2]], axis=1)


def groups_of(plots: pl.DataFrame) -> tuple[Ints, ...]:
    """StageRecord.groups of plots with variety and village_id; plots of which one is not known are a group of their own."""
    together = (plots.select("variety"), plots.select("variety", "village_id"))
    numbers = [names.select(pl.struct(pl.all()).rank("dense") - 1).to_series().to_numpy().astype(np.int64) for names in together]
    return tuple(number for number in numbers if number.max() > 0)


def _nothing() -> tuple[np.ndarray, Floats, Floats]:
    return np.empty(0, dtype=np.int64), np.empty((0, 0)), np.empty((0, 0, 0))


def _of_crop(crop: str, plot_ids: pl.Series, reports: pl.DataFrame, frame: StageRecord) -> Iterator[NamedRecord]:
    """One record per stage, in the order of the year; `frame` carries what all stages of the crop share."""
    past = reports.filter(pl.col("season") < frame.season)
    order = past.group_by("stage").agg(pl.col("day").median()).sort("day", "stage")["stage"].to_list()
    seasons = past["season"].unique().sort().to_numpy().astype(np.int64)
    earlier = np.empty((0, len(plot_ids), len(seasons)))
    earlier_now = np.empty((0, len(plot_ids)))
    for stage in order:
        of_stage = reports.filter(pl.col("stage") == stage)
        days = np.full((len(plot_ids), len(seasons)), np.nan)
        then = of_stage.filter(pl.col("season") < frame.season)
        days[then["plot_row"].to_numpy(), np.searchsorted(seasons, then["season"].to_numpy())] = then["day"].to_numpy()
        now = np.full(len(plot_ids), np.nan)
        running = of_stage.filter(pl.col("season") == frame.season)
        now[running["plot_row"].to_numpy()] = running["day"].to_numpy()
        record = replace(frame, seasons=seasons, days=days, earlier=earlier, earlier_now=earlier_now, days_now=now)
        yield NamedRecord(crop, stage, plot_ids, _only_seasons_with_reports(record))
        earlier, earlier_now = np.concatenate([days[None], earlier]), np.concatenate([now[None], earlier_now])


def _only_seasons_with_reports(record: StageRecord) -> StageRecord:
    seen = np.isfinite(record.days).any(axis=0)
    return replace(record, seasons=record.seasons[seen], days=record.days[:, seen], earlier=record.earlier[:, :, seen])


def heat_of(plots: pl.DataFrame, weather: pl.DataFrame, as_of: date) -> Heat | None:
    """Temperatures where the plots stand: a plot's own weather, else its village's; None when nothing was measured.

    plots : plot_id, village_id (may be null)
    weather : plot_id or village_id, date, and tmax_c with tmin_c, or tmean_c; forecast (may be absent) tells days that a weather service
        expects: they are kept, while what was measured after `as_of` is not looked at
    Source: McMaster & Wilhelm (1997), (max + min) / 2; the station's own mean where one of the two is missing.
    """
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in WEATHER_COLUMNS.items() if name not in weather.columns]
    days = (
        weather.with_columns(absent)
        .filter((pl.col("date") <= as_of) | pl.col("forecast").fill_null(False))
        .with_columns(
            pl.coalesce((pl.col("tmax_c") + pl.col("tmin_c")) / 2, pl.col("tmean_c")).alias("temperature_c"),
            pl.coalesce("plot:" + pl.col("plot_id"), "village:" + pl.col("village_id")).alias("place"),
        )
        .filter(pl.col("temperature_c").is_not_null() & pl.col("place").is_not_null())
    )
    if days.is_empty():
        return None
    places = days["place"].unique().sort()
    number = {name: index for index, name in enumerate(places.to_list())}
    first_day = days["date"].min()
    assert isinstance(first_day, date)
    column = (days["date"] - first_day).dt.total_days().to_numpy()
    temperature = np.full((len(places), int(column.max()) + 1), np.nan)
    temperature[days["place"].replace_strict(number, return_dtype=pl.Int64).to_numpy(), column] = days["temperature_c"].to_numpy()
    own = ("plot:" + plots["plot_id"]).replace_strict(number, default=None, return_dtype=pl.Int64)
    village = ("village:" + plots["village_id"].cast(pl.String)).replace_strict(number, default=None, return_dtype=pl.Int64)
    return Heat(temperature, first_day.toordinal(), own.fill_null(village).fill_null(-1).to_numpy())


WEATHER_COLUMNS = {
    "plot_id": pl.String,
    "village_id": pl.String,
    "tmax_c": pl.Float64,
    "tmin_c": pl.Float64,
    "tmean_c": pl.Float64,
    "forecast": pl.Boolean,
}
