"""Daily weather of the villages: monthly normals of the valley, moved by altitude, with a shared anomaly that lasts for days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from making.calendar import WEATHER_FROM, WEATHER_UNTIL
from making.places import VILLAGES

STATION_ALTITUDE_M = 704
LAPSE_C_PER_100_M = 0.5
# Lujiangba, January to December: means that average to the published 21.3 °C a year; the shape over the year is assumed.
TMEAN_C = np.array([13.9, 16.1, 19.6, 22.4, 24.8, 26.0, 25.8, 25.7, 24.8, 22.3, 18.3, 14.9])
RAIN_MM = np.array([14, 22, 30, 48, 70, 110, 120, 125, 95, 80, 26, 10])
RAIN_DAYS = np.array([3, 5, 7, 10, 11, 16, 19, 18, 14, 11, 5, 2])


def days() -> list[date]:
    """Every day with weather."""
    return [WEATHER_FROM + timedelta(days=n) for n in range((WEATHER_UNTIL - WEATHER_FROM).days + 1)]


def weather(rng: np.random.Generator) -> pl.DataFrame:
    """Rows of the weather table for both villages, past and future."""
    calendar = days()
    year_day = np.array([day.timetuple().tm_yday for day in calendar])
    month = np.array([day.month - 1 for day in calendar])
    middle = np.array([15 + 30.4 * m for m in range(12)])
    normal_c = np.interp(year_day, middle, TMEAN_C, period=365.25)
    anomaly_c = _slow_noise(rng, calendar)
    wet = rng.random(len(calendar)) < RAIN_DAYS[month] / 30.4
    rain_mm = np.where(wet, rng.gamma(0.8, RAIN_MM[month] / RAIN_DAYS[month] / 0.8), 0.0)
    frames = []
    for village, _, _, _, _, _, altitude_m, *_ in VILLAGES:
        tmean_c = normal_c - LAPSE_C_PER_100_M * (altitude_m - STATION_ALTITUDE_M) / 100 + anomaly_c + rng.normal(0, 0.4, len(calendar))
        swing_c = np.where(wet, 7.0, 12.5) + rng.normal(0, 1.2, len(calendar))
        local_mm = rain_mm * rng.lognormal(0, 0.25, len(calendar)) * (1 + 0.02 * (altitude_m - STATION_ALTITUDE_M) / 100)
        frames.append(
            pl.DataFrame(
                {
                    "village_id": [village] * len(calendar),
                    "date": calendar,
                    "tmax_c": (tmean_c + 0.55 * swing_c).round(1),
                    "tmin_c": (tmean_c - 0.45 * swing_c).round(1),
                    "tmean_c": tmean_c.round(1),
                    "rain_mm": local_mm.round(1),
                }
            )
        )
    return pl.concat(frames)


def _slow_noise(rng: np.random.Generator, calendar: list[date]) -> np.ndarray:
    """Anomaly in °C: a year's own warmth (sd 0.5) plus a day-to-day one that forgets half in three days (sd 1.6)."""
    years = np.array([day.year for day in calendar])
    of_year = dict(zip(sorted(set(years)), rng.normal(0, 0.5, len(set(years))), strict=True))
    keep, noise = 0.8, rng.normal(0, 1.6, len(calendar))
    daily = np.empty(len(calendar))
    daily[0] = noise[0]
    for n in range(1, len(calendar)):
        daily[n] = keep * daily[n - 1] + np.sqrt(1 - keep**2) * noise[n]
    return daily + np.array([of_year[year] for year in years])
