"""The season's own row and its settings."""

from __future__ import annotations

from datetime import date

from pinfold.basics.errors import NotFound
from pinfold.store.models import Season, Setting


def clock_offset_seconds() -> int:
    """How far this season's clock runs ahead of the world's; 0 without a season."""
    return Season.objects.order_by("-number").values_list("clock_offset_seconds", flat=True).first() or 0


def current_season() -> Season:
    """The season that is being sold. Raises NotFound before one is loaded."""
    season = Season.objects.order_by("-number").first()
    if season is None:
        raise NotFound("no season is loaded; load one with: pinfold season load FOLDER")
    return season


def settings_given() -> dict[str, str]:
    """The settings table as name -> value, ready for basics.rules.read_rules."""
    return dict(Setting.objects.values_list("name", "value"))


def set_clock(played_until: date, offset_seconds: int) -> None:
    """Moves the season's clock after a day has been played."""
    Season.objects.filter(pk=current_season().pk).update(played_until=played_until, clock_offset_seconds=offset_seconds)


def has_season() -> bool:
    """Whether a season is loaded."""
    return Season.objects.exists()
