"""The last stage that was reported plus the usual days from there: what a coordinator counts on her fingers. Needs no weather."""

from __future__ import annotations

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.panel import pulled_through, root_mean_square
from pinfold.forecast.ripening.interface import Ints, StageRecord

SPREAD_DAYS_MIN = 3.0
INTERVALS_MIN = 2


class SinceStage:
    name = "days since the stage before"

    def expect(self, record: StageRecord) -> Expectation | None:
        """Counted from the nearest stage before that is reported; silent for plots on which none is reported yet."""
        said: Expectation | None = None
        for earlier, now in zip(record.earlier, record.earlier_now, strict=True):
            from_here = _counted(record.days - earlier, now, record.groups)
            if from_here is not None:
                said = from_here if said is None else said.or_else(from_here)
        return said


def _counted(interval: Floats, now: Floats, groups: tuple[Ints, ...]) -> Expectation | None:
    """Day `now`, shape (plots,), plus the usual of past intervals, shape (plots, seasons), days: pooled plot < village < variety."""
    if np.isfinite(interval).sum() < INTERVALS_MIN or not np.isfinite(now).any():
        return None
    usual = pulled_through(interval, groups)
    usual = np.where(np.isnan(usual), np.nanmean(interval), usual)
    spread = root_mean_square(interval - usual[:, None], lost=1.0, at_least=SPREAD_DAYS_MIN)
    location = now + usual
    return Expectation(location, np.where(np.isnan(location), np.nan, spread))
