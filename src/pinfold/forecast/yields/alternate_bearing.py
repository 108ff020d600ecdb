"""Trees that bear much this year bear little the next; young ones bear more each year: both learned from all plots together.

A plot's root harvest is a level of the crop, a season part that all share (season_part.py) and a deviation of its own
(persistence.py). Plots with few seasons stay near the others: partial pooling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.panel import plot_and_season_parts
from pinfold.forecast.yields.interface import HarvestExpectation, HarvestRecord
from pinfold.forecast.yields.own_mean import SPREAD_SHARE_UNKNOWN, usual_season_spread
from pinfold.forecast.yields.persistence import Learned, learned, towards
from pinfold.forecast.yields.season_part import season_ahead

SEASONS_MAX = 12


@dataclass(frozen=True)
class TakenApart:
    """A record of at most SEASONS_MAX seasons in its parts, root scale: root = level + season + deviation."""

    record: HarvestRecord
    level: float
    season: Floats
    deviation: Floats
    persistence: Learned


class AlternateBearing:
    name = "pooled alternate bearing"

    def expect(self, record: HarvestRecord) -> HarvestExpectation:
        """Expected season part plus each plot's predicted deviation, with the spread of what stays open."""
        apart = taken_apart(record)
        seasons = apart.record.seasons
        own = towards(np.isfinite(apart.deviation), seasons, record.season, apart.persistence)
        season = season_ahead(apart.season, seasons, record.season, usual_season_spread(apart.record.root))
        return HarvestExpectation(apart.level + season.part + own.of(apart.deviation), np.sqrt(own.variance), season.spread)


def taken_apart(record: HarvestRecord) -> TakenApart:
    """The record's latest seasons in their parts, and how its deviations hang together."""
    recent = record.latest(SEASONS_MAX)
    plot, season = plot_and_season_parts(recent.root)
    level = float(np.nanmean(plot))
    deviation = recent.root - level - season
    at_least = (0.1 * SPREAD_SHARE_UNKNOWN * level) ** 2 + 1e-12
    return TakenApart(recent, level, season, deviation, learned(deviation, recent.seasons, at_least))
