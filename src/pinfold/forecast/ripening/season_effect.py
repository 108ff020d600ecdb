"""What trend and recent seasons share: a forecast season part put onto each plot's own part."""

from __future__ import annotations

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.panel import count, root_mean_square
from pinfold.forecast.ripening.by_place import by_neighbours
from pinfold.forecast.ripening.climatology import SPREAD_DAYS_MIN
from pinfold.forecast.ripening.interface import StageRecord


def around(record: StageRecord, plot: Floats, season: Floats, season_ahead: float, season_spread: float) -> Expectation:
    """Plot part plus season part; a plot without a past has the part that its height, place, variety and village suggest.

    plot, season : the parts of plot_and_season_parts(record.days), days
    season_ahead, season_spread : forecast season part and its spread, days
    """
    known = count(record.days, axis=1)
    left = record.days - plot[:, None] - season
    own = root_mean_square(left, lost=float((known > 0).sum() + len(season)), at_least=SPREAD_DAYS_MIN / 2)
    like_others, between = by_neighbours(record.days - season, record.sites, record.groups)
    here = np.where(known > 0, own**2 / np.maximum(known, 1), between + own**2)
    return Expectation(np.where(known > 0, plot, like_others) + season_ahead, np.sqrt(season_spread**2 + own**2 + here))
