"""What time it is for the cooperative: the world's clock, moved by the season's offset when a season is being played."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pinfold.store.season import clock_offset_seconds

HOME = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC) + timedelta(seconds=clock_offset_seconds())


def today() -> date:
    """Today where the growers live."""
    return home_day(now())


def home_day(moment: datetime) -> date:
    """The growers' calendar day of a moment."""
    return moment.astimezone(HOME).date()
