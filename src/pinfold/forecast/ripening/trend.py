"""A straight line through the seasons, shared by all plots: for a climate that warms."""

from __future__ import annotations

import numpy as np

from pinfold.forecast.expectation import Expectation
from pinfold.forecast.panel import plot_and_season_parts
from pinfold.forecast.ripening.climatology import SPREAD_DAYS_MIN
from pinfold.forecast.ripening.interface import StageRecord
from pinfold.forecast.ripening.season_effect import around

SEASONS_MIN = 5


class Trend:
    name = "trend"

    def expect(self, record: StageRecord) -> Expectation | None:
        """Plot's own part plus the line at `season`; spread of seasons about the line, with the line's own error.

        Source: prediction variance of simple linear regression.
        """
        if len(record.seasons) < SEASONS_MIN:
            return None
        plot, season = plot_and_season_parts(record.days)
        years = record.seasons.astype(float)
        slope, level = np.polyfit(years - years.mean(), season, 1)
        ahead = record.season - years.mean()
        left = season - level - slope * (years - years.mean())
        spread = max(SPREAD_DAYS_MIN, float(np.sqrt((left**2).sum() / (len(years) - 2))))
        leverage = 1 + 1 / len(years) + ahead**2 / ((years - years.mean()) ** 2).sum()
        return around(record, plot, season, level + slope * ahead, spread * np.sqrt(leverage))
