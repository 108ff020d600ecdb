"""The simple one: a plot does what it did on average, as surely as it did it before."""

from __future__ import annotations

import numpy as np

from pinfold.forecast.expectation import Expectation
from pinfold.forecast.panel import count, mean_known, root_mean_square
from pinfold.forecast.ripening.by_place import by_neighbours
from pinfold.forecast.ripening.interface import StageRecord

# A stage with a single season on record still differs between seasons. Assumed.
SPREAD_DAYS_MIN = 4.0
# A plot's own spread is pulled towards that of all plots as if they had added this many seasons. Assumed.
BORROWED_SEASONS = 5.0


class Climatology:
    name = "climatology"

    def expect(self, record: StageRecord) -> Expectation | None:
        """Own mean day; own spread, part of it borrowed from all plots. A plot without a past takes what
        its height, place, variety and village say."""
        known = count(record.days, axis=1)
        if not known.any():
            return None
        own = mean_known(record.days, axis=1)
        away = record.days - own[:, None]
        common = root_mean_square(away, lost=float((known > 0).sum()), at_least=SPREAD_DAYS_MIN)
        own_squares = np.nansum(away**2, axis=1)
        variance = (BORROWED_SEASONS * common**2 + own_squares) / (BORROWED_SEASONS + np.maximum(known - 1, 0))
        like_others, between = by_neighbours(record.days, record.sites, record.groups)
        location = np.where(known > 0, own, like_others)
        spread = np.where(known > 0, np.sqrt(variance * (1 + 1 / np.maximum(known, 1))), np.sqrt(2 * common**2 + between))
        return Expectation(location, spread)
