"""A day's weather of a place, which days a season needs, and the rule by which missing days are filled and marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.rules import rule

TEMPERATURE_C = (-60.0, 60.0)
RAIN_MM = (0.0, 2000.0)
# Services round each figure by itself, so that a mean may lie this far outside its highest and lowest. Assumed.
ROUNDED_C = 0.5
# Runs of missing days closer together than this are asked for in one request: days in between cost less than a request does. Assumed.
RUNS_JOIN_DAYS = 30
EARTH_KM = 6371.0


@dataclass(frozen=True)
class WeatherRules:
    past_years: int = rule(
        10, "years", "weather services are asked for this many years before the season, where reports go back so far", 0, 80
    )
    forecast_days: int = rule(14, "days", "weather services are asked for this many days ahead", 0, 16)
    interpolate_days_max: int = rule(3, "days", "a gap of at most so many days is filled by a line between its neighbours; assumed", 0, 31)
    fill_days_max: int = rule(31, "days", "a longer gap is left open: a month of weather is not made up; assumed", 0, 366)
    neighbour_km_max: float = rule(50.0, "km", "a village at most so far away may lend its anomaly to a missing day; assumed", 0.0, 500.0)


@dataclass(frozen=True)
class Place:
    """Where weather is wanted: a village. Degrees north and east, metres above the sea."""

    village_id: str
    latitude: float
    longitude: float
    altitude_m: float


@dataclass(frozen=True)
class WeatherDay:
    """One day of the growers' calendar: °C and mm; None where unknown. Known at all: a mean, or a highest and a lowest.

    Raises InputError for what no weather can be.

    >>> WeatherDay(date(2026, 9, 1), 27.0, 17.0, None, 4.2).is_known
    True
    >>> WeatherDay(date(2026, 9, 1), 17.0, 27.0, None, 4.2)
    Traceback (most recent call last):
    pinfold.basics.errors.InputError: 2026-09-01: highest temperature 17.0 °C lies below the lowest, 27.0 °C; correct one of them
    """

    date: date
    tmax_c: float | None
    tmin_c: float | None
    tmean_c: float | None
    rain_mm: float | None

    def __post_init__(self) -> None:
        limits = {"tmax_c": TEMPERATURE_C, "tmin_c": TEMPERATURE_C, "tmean_c": TEMPERATURE_C, "rain_mm": RAIN_MM}
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            # Not-a-number fails every comparison, so the limits are asked for and not the breach.
            if value is not None and not low <= value <= high:
                raise InputError(f"{self.date}: {name} is {value}; it must lie between {low:g} and {high:g}")
        if self.tmax_c is not None and self.tmin_c is not None:
            if self.tmax_c < self.tmin_c:
                raise InputError(
                    f"{self.date}: highest temperature {self.tmax_c} °C lies below the lowest, {self.tmin_c} °C; correct one of them"
                )
            if self.tmean_c is not None and not self.tmin_c - ROUNDED_C <= self.tmean_c <= self.tmax_c + ROUNDED_C:
                raise InputError(f"{self.date}: mean {self.tmean_c} °C lies outside {self.tmin_c} to {self.tmax_c} °C; correct one of them")

    @property
    def is_known(self) -> bool:
        """Whether the day's warmth can be reckoned from it."""
        return self.tmean_c is not None or (self.tmax_c is not None and self.tmin_c is not None)


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


def runs(days: Iterable[date], join_days: int = RUNS_JOIN_DAYS) -> list[Span]:
    """The fewest spans that hold every one of `days`, where gaps of up to `join_days` days are bridged.

    >>> [(span.first.month, span.last.month) for span in runs([date(2026, 1, 31), date(2026, 2, 20), date(2026, 6, 1)])]
    [(1, 2), (6, 6)]
    """
    ordered = sorted(set(days))
    if not ordered:
        return []
    cuts = [(before, after) for before, after in pairwise(ordered) if (after - before).days > join_days + 1]
    firsts = [ordered[0], *(after for _, after in cuts)]
    lasts = [*(before for before, _ in cuts), ordered[-1]]
    return [Span(first, last) for first, last in zip(firsts, lasts, strict=True)]


def km_between(one: Place, other: Place) -> float:
    """Kilometres along the surface, on a sphere of 6,371 km.

    Source: Sinnott (1984), "Virtues of the Haversine", Sky and Telescope 68:159.

    >>> round(km_between(Place("a", 25.0, 98.0, 0), Place("b", 26.0, 98.0, 0)), 1)
    111.2
    """
    north, east = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    half = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def known_on(weather: pl.DataFrame, forecasts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What is known of the weather on `as_of`: `weather` until then, and of each day from then on what was forecast last.

    weather : plot_id or village_id, date, temperatures; forecasts : the same, and issued_on
    The column `forecast` (bool) tells a day that was only forecast; a day that is in `weather` has no forecast.
    """
    over = _with_both_places(weather).filter(pl.col("date") <= as_of).with_columns(forecast=pl.lit(False))
    said = _with_both_places(forecasts).filter((pl.col("issued_on") <= as_of) & (pl.col("date") >= as_of)).sort("issued_on")
    ahead = said.unique(DAY_KEY, keep="last", maintain_order=True).join(over, on=DAY_KEY, how="anti", nulls_equal=True)
    return pl.concat([over, ahead.with_columns(forecast=pl.lit(True))], how="diagonal")


DAY_KEY = ["plot_id", "village_id", "date"]


def _with_both_places(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in DAY_KEY[:2] if name not in frame.columns)
