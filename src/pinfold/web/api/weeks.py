"""The week that it is."""

from __future__ import annotations

from pinfold.basics.weeks import week_index
from pinfold.flows import clock
from pinfold.store.season import current_season


def this_week() -> int:
    """Week of the season; negative before it begins. Raises NotFound without a season."""
    return week_index(clock.today(), current_season().starts_on)
