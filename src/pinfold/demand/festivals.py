"""Festivals and days off in China, week by week. Some follow the moon, so that the same week of last year does not tell of them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays
import numpy as np

from pinfold.basics.quantiles import Floats

FAR_WEEKS = 6.0  # stocking up and emptied cities are over by then; assumed
DAYS = 7
LUNAR = ("Spring Festival", "Mid-Autumn Festival")


def weeks_from(festival: str, mondays: list[date]) -> Floats:
    """Weeks from the nearest `festival` to each Monday: -1 a week before it, 1 a week after, never beyond ±6; shape (weeks,).

    festival : one of LUNAR
    Source of the days: the State Council's yearly notices, the lunar calendar beyond them, both as the library `holidays` has them.

    >>> weeks_from("Spring Festival", [date(2027, 1, 30), date(2027, 7, 5)]).tolist()
    [-1.0, 6.0]
    """
    days = np.array(festival_days(festival, mondays), dtype="datetime64[D]")
    off = (np.array(mondays, dtype="datetime64[D]")[:, None] - days[None, :]).astype(float) / DAYS
    nearest = off[np.arange(len(mondays)), np.abs(off).argmin(axis=1)]
    return np.asarray(nearest.clip(-FAR_WEEKS, FAR_WEEKS))


def festival_days(festival: str, mondays: list[date]) -> list[date]:
    """Every day of `festival` in the years of these weeks, the one before and the one after; arguments as above."""
    return [day for year in range(min(mondays).year - 1, max(mondays).year + 2) for day in _festivals(year)[festival]]


def days_off(mondays: list[date]) -> Floats:
    """Days of each week on which most people need not work: weekends and public holidays, less weekends worked in exchange; shape (weeks,).

    >>> days_off([date(2026, 11, 16), date(2026, 9, 28)]).tolist()
    [2.0, 4.0]
    """
    return np.array([_days_off(monday) for monday in mondays], dtype=float)


@lru_cache(maxsize=4096)
def _days_off(monday: date) -> int:
    return sum(_is_off(monday + timedelta(days=day)) for day in range(DAYS))


def _is_off(day: date) -> bool:
    known = _china(day.year)
    return day in known or (day.weekday() >= 5 and day not in known.weekend_workdays)


@lru_cache(maxsize=64)
def _festivals(year: int) -> dict[str, list[date]]:
    found: dict[str, list[date]] = {festival: [] for festival in LUNAR}
    for day, name in sorted(_china(year).items()):
        for festival, days in found.items():
            if festival in name and "observed" not in name and not days:
                days.append(day)
    return found


@lru_cache(maxsize=64)
def _china(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year, language="en_US", expand=False)
