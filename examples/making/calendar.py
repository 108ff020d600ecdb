"""The example season's number, days and past."""

from __future__ import annotations

from datetime import date, timedelta

SEASON = 2026
STARTS_ON = date(2026, 9, 7)
WEEKS = 26
ENDS_ON = STARTS_ON + timedelta(weeks=WEEKS) - timedelta(days=1)
PAST_SEASONS = (2021, 2022, 2023, 2024, 2025)
WEATHER_FROM = date(2021, 1, 1)
WEATHER_UNTIL = date(2027, 5, 31)
PURCHASES_FROM = date(2024, 9, 2)
