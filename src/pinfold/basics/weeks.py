"""Weeks of a season: whole weeks counted from the season's first Monday."""

from __future__ import annotations

from datetime import date, timedelta

from pinfold.basics.errors import InputError


def monday_of(day: date) -> date:
    """Monday of the week that holds `day`.

    >>> monday_of(date(2026, 11, 22))
    datetime.date(2026, 11, 16)
    """
    return day - timedelta(days=day.weekday())


def week_index(day: date, season_starts_on: date) -> int:
    """Week number of `day` in a season whose first Monday is `season_starts_on`; the first week is 0, earlier ones are negative.

    >>> week_index(date(2026, 9, 20), date(2026, 9, 7))
    1
    """
    if season_starts_on.weekday() != 0:
        raise InputError(f"season starts on {season_starts_on}, a {season_starts_on:%A}; give the Monday of its first week")
    return (day - season_starts_on).days // 7


def week_monday(week: int, season_starts_on: date) -> date:
    """Monday of week number `week`.

    >>> week_monday(1, date(2026, 9, 7))
    datetime.date(2026, 9, 14)
    """
    return season_starts_on + timedelta(weeks=week)
