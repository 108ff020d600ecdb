"""The stage before plus the usual days between: what a coordinator counts on her fingers. Needs no weather."""

from __future__ import annotations

import numpy as np

from pinfold.forecast.expectation import Expectation
from pinfold.forecast.panel import count, mean_known, root_mean_square
from pinfold.forecast.ripening.interface import StageRecord

SPREAD_DAYS_MIN = 3.0
# A plot's own interval is pulled towards that of all plots as if they had added this many seasons. Assumed.
BORROWED_SEASONS = 2.0


class SinceStage:
    name = "days since the stage before"

    def expect(self, record: StageRecord) -> Expectation | None:
        """Reported day of the stage before plus the interval; silent for plots on which it is not yet reported."""
        between = record.days - record.earlier
        if np.isfinite(between).sum() < 2 or not np.isfinite(record.earlier_now).any():
            return None
        known = count(between, axis=1)
        common = float(np.nanmean(between))
        own = np.where(known > 0, np.nan_to_num(mean_known(between, axis=1)), common)
        interval = (known * own + BORROWED_SEASONS * common) / (known + BORROWED_SEASONS)
        spread = root_mean_square(between - interval[:, None], lost=1.0, at_least=SPREAD_DAYS_MIN)
        location = record.earlier_now + interval
        return Expectation(location, np.where(np.isnan(location), np.nan, spread))
