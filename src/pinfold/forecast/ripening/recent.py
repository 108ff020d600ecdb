"""Recent seasons count more than old ones: for a climate that jumped, or an orchard that changed hands."""

from __future__ import annotations

import numpy as np

from pinfold.forecast.expectation import Expectation
from pinfold.forecast.panel import plot_and_season_parts
from pinfold.forecast.ripening.climatology import SPREAD_DAYS_MIN
from pinfold.forecast.ripening.interface import StageRecord
from pinfold.forecast.ripening.season_effect import around

SEASONS_MIN = 3
# After this many seasons a season counts half. Assumed; the backtest decides whether it serves.
HALF_LIFE_SEASONS = 4.0


class Recent:
    name = "recent seasons"

    def expect(self, record: StageRecord) -> Expectation | None:
        """Plot's own part plus the weighted mean of the season parts. Source: Brown (1959), simple exponential smoothing."""
        if len(record.seasons) < SEASONS_MIN:
            return None
        plot, season = plot_and_season_parts(record.days)
        weight = 0.5 ** ((record.season - record.seasons) / HALF_LIFE_SEASONS)
        weight = weight / weight.sum()
        spread = max(SPREAD_DAYS_MIN, float(season.std(ddof=1)))
        return around(record, plot, season, float(weight @ season), spread * np.sqrt(1 + (weight**2).sum()))
