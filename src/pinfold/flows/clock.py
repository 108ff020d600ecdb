"""What time it is for the cooperative: the world's clock, moved by the season's offset when a season is being played."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pinfold.store.models import Season

HOME = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment in UTC."""
    offset_seconds = Season.objects.order_by("-number").values_list("clock_offset_seconds", flat=True).first()
    return datetime.now(UTC) + timedelta(seconds=offset_seconds or 0)


def today() -> date:
    """Today where the growers live."""
    return now().astimezone(HOME).date()


def home_day(moment: datetime) -> date:
    """The growers' calendar day of a moment."""
    return moment.astimezone(HOME).date()
