"""How missing days of weather are filled, and how each filled day is marked.

1. A gap of at most `interpolate_days_max` days between two measured ones: on a line between them ("interpolated").
2. Else the village's usual day plus the mean anomaly of the villages near it that measured that day ("neighbour").
3. Else the village's usual day ("usual day"): the mean of its own measured days within USUAL_DAYS_EITHER_SIDE of that day of the year.
A gap longer than `fill_days_max`, and what lies before a village's first measured day, stays open. Rain is never filled: nothing tells
on which day of a gap it fell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from pinfold.basics.quantiles import Floats
from pinfold.fields.weather import Place, WeatherRules, km_between
from pinfold.fields.words import INTERPOLATED, NEIGHBOUR, USUAL_DAY

TEMPERATURES = ("tmax_c", "tmin_c", "tmean_c")
# Fewer measured days than this say nothing of what is usual. Both assumed.
USUAL_DAYS_EITHER_SIDE, USUAL_FROM_DAYS = 7, 5
DAYS_OF_YEAR = 365
WEATHER_COLUMNS = {"plot_id": pl.String, "village_id": pl.String, **dict.fromkeys(TEMPERATURES, pl.Float64), "filled": pl.String}
FILLED_SCHEMA = {"village_id": pl.String, "date": pl.Date, **dict.fromkeys(TEMPERATURES, pl.Float64), "filled": pl.String}


@dataclass(frozen=True)
class Record:
    """Measured temperatures of several villages.

    values_c : float array, shape (temperatures, villages, days), NaN where missing; a day whose warmth is not known is missing altogether
    warmth_c : float array, shape (villages, days): (highest + lowest) / 2, else the mean
    """

    first: date
    values_c: Floats
    warmth_c: Floats


def fill_missing(measured: pl.DataFrame, places: Sequence[Place], until: date, rules: WeatherRules) -> pl.DataFrame:
    """The days that are missing, up to `until`, and can be filled: village_id, date, tmax_c, tmin_c, tmean_c, filled.

    measured : village_id, date, tmax_c, tmin_c, tmean_c; of villages in `places`, one row per village and day
    """
    measured = measured.filter(pl.col("date") <= until)
    if measured.is_empty():
        return pl.DataFrame(schema=FILLED_SCHEMA)
    record = _record(measured, places, until)
    if not np.isnan(record.warmth_c).any():
        return pl.DataFrame(schema=FILLED_SCHEMA)
    usual = usual_days(record)
    rows = []
    for at, place in enumerate(places):
        for column, values, how in _filled(record, usual, at, places, rules):
            rows.append((place.village_id, record.first + timedelta(days=column), *values, how))
    return pl.DataFrame(rows, schema=FILLED_SCHEMA, orient="row", nan_to_null=True)


def with_filled(
    weather: pl.DataFrame, plots: pl.DataFrame, villages: pl.DataFrame | None, until: date, rules: WeatherRules
) -> pl.DataFrame:
    """`weather` with its missing days up to `until` filled and marked in the column `filled`; days that came filled are filled anew.

    weather : plot_id or village_id (a row with both is the plot's), date, temperatures; plots : plot_id; village_id, latitude,
        longitude, altitude_m (may be absent); villages : village_id, latitude, longitude, altitude_m, or None: in the middle of its plots
    """
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in WEATHER_COLUMNS.items() if name not in weather.columns]
    measured = weather.with_columns(absent).filter(pl.col("filled").is_null())
    found = [measured]
    stations = {"plot_id": plots, "village_id": plots if villages is None else villages}
    for key, of_station in (("plot_id", pl.col("plot_id").is_not_null()), ("village_id", pl.col("plot_id").is_null())):
        own = measured.filter(of_station & pl.col(key).is_not_null()).select(pl.col(key).alias("village_id"), "date", *TEMPERATURES)
        filled = fill_missing(own, _places(own["village_id"].unique(maintain_order=True).to_list(), stations[key], key), until, rules)
        found.append(filled.rename({"village_id": key}))
    return pl.concat(found, how="diagonal_relaxed")


def _places(ids: Sequence[str], stations: pl.DataFrame, key: str) -> list[Place]:
    """Where they lie, in the middle of a station's rows; one of which that is not known has no neighbours."""
    where = ["latitude", "longitude", "altitude_m"]
    middle: dict[str, tuple[float | None, ...]] = {}
    if {key, *where} <= set(stations.columns):
        middle = {row[0]: row[1:] for row in stations.group_by(key).agg(pl.col(where).mean()).iter_rows()}
    return [Place(name, *(float("nan") if at is None else at for at in middle.get(name, (None, None, None)))) for name in ids]


def _record(measured: pl.DataFrame, places: Sequence[Place], until: date) -> Record:
    first = measured["date"].min()
    assert isinstance(first, date)
    row_of = {place.village_id: at for at, place in enumerate(places)}
    rows = measured["village_id"].replace_strict(row_of, return_dtype=pl.Int64).to_numpy()
    columns = (measured["date"] - first).dt.total_days().to_numpy()
    values = np.full((len(TEMPERATURES), len(places), (until - first).days + 1), np.nan)
    values[:, rows, columns] = measured.select(pl.col(TEMPERATURES).cast(pl.Float64)).to_numpy().T
    high, low, mean = values
    warmth = np.where(np.isfinite(high + low), (high + low) / 2, mean)
    return Record(first, np.where(np.isfinite(warmth), values, np.nan), warmth)


def usual_days(record: Record) -> Floats:
    """Usual temperatures of every day, shape (temperatures + 1, villages, days), the last of the first axis the warmth; NaN if unknown."""
    days = [record.first + timedelta(days=n) for n in range(record.warmth_c.shape[1])]
    # 29 February counts as the day before it.
    of_year = np.array(
        [day.replace(year=2001, day=min(day.day, 28) if day.month == 2 else day.day).timetuple().tm_yday - 1 for day in days]
    )
    every = np.moveaxis(np.concatenate([record.values_c, record.warmth_c[None]]), 2, 0)
    sums = np.zeros((DAYS_OF_YEAR, *every.shape[1:]))
    counts = np.zeros_like(sums)
    np.add.at(sums, of_year, np.nan_to_num(every))
    np.add.at(counts, of_year, np.isfinite(every))
    around = range(-USUAL_DAYS_EITHER_SIDE, USUAL_DAYS_EITHER_SIDE + 1)
    sums = np.sum([np.roll(sums, shift, axis=0) for shift in around], axis=0)
    counts = np.sum([np.roll(counts, shift, axis=0) for shift in around], axis=0)
    usual = np.where(counts >= USUAL_FROM_DAYS, sums / np.maximum(counts, 1), np.nan)
    return np.moveaxis(usual[of_year], 0, 2)


def _filled(record: Record, usual: Floats, at: int, places: Sequence[Place], rules: WeatherRules) -> Iterator[tuple[int, Floats, str]]:
    """Day, temperatures and mark of every day of village `at` that can be filled."""
    values = record.values_c[:, at]
    near: list[int] | None = None
    for begin, end in gaps(np.isfinite(record.warmth_c[at])):
        length, ends_open = end - begin, end == values.shape[1]
        if length > rules.fill_days_max:
            continue
        if length <= rules.interpolate_days_max and not ends_open:
            step = (values[:, end] - values[:, begin - 1]) / (length + 1)
            for day in range(begin, end):
                yield day, values[:, begin - 1] + step * (day - begin + 1), INTERPOLATED
            continue
        near = _near(at, places, rules) if near is None else near
        for day in range(begin, end):
            if not np.isfinite(usual[-1, at, day]):
                continue
            anomalies = record.warmth_c[near, day] - usual[-1, near, day]
            anomalies = anomalies[np.isfinite(anomalies)]
            how = NEIGHBOUR if len(anomalies) else USUAL_DAY
            yield day, usual[:-1, at, day] + (anomalies.mean() if len(anomalies) else 0.0), how


def _near(at: int, places: Sequence[Place], rules: WeatherRules) -> list[int]:
    return [other for other, its in enumerate(places) if other != at and km_between(places[at], its) <= rules.neighbour_km_max]


def gaps(known: np.ndarray) -> list[tuple[int, int]]:
    """Runs of days that are not known and come after one that is, as (first, one past the last).

    >>> gaps(np.array([False, True, False, False, True, False]))
    [(2, 4), (5, 6)]
    """
    if not known.any():
        return []
    start = int(np.argmax(known))
    edges = np.flatnonzero(np.diff(np.concatenate([known[start:], [True]]).astype(int))) + start + 1
    return [(int(begin), int(end)) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
