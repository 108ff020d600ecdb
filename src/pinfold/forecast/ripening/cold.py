"""Cold before heat: a winter that chilled little leaves a need for more heat.

need = a + b exp(-k cold days): the alternating model of Cannell & Smith (1983), J. Appl. Ecol. 20:951-963, and Murray, Cannell & Smith
(1989), J. Appl. Ecol. 26:693-700, with cold counted until heat starts. k and what is cold come from a grid, b from all plots together,
pulled to 0 by its own uncertainty; a is the plot's own need.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.panel import mean_known
from pinfold.forecast.ripening.interface import Ints
from pinfold.forecast.ripening.window import Window

# A day is cold below so many °C; how fast cold days lower the need, per day: candidates about those of Murray, Cannell & Smith (1989).
COLD_C = (3.0, 5.0, 7.0)
COLD_COUNTS = (0.01, 0.03)
SEASONS_MIN = 5
VARIANCE_MIN = 1e-9


@dataclass(frozen=True)
class Cold:
    """exp(-k cold days) before the heat starts, less its mean over a plot's past: `past` (plots, seasons) and `now` (plots,)."""

    past: Floats
    now: Floats

    def worth(self, needs: Floats, rows: Ints) -> float:
        """Heat that a crop without any cold needs beyond one with all of it, °C·day, 0 or more, pulled to 0 by its own uncertainty.

        needs : shape (rows, seasons). Plots share their winter, so a season counts once.
        """
        cold = np.where(np.isfinite(needs), self.past[rows], np.nan)
        cold, away = (mean_known(values - mean_known(values, axis=1)[:, None], axis=0) for values in (cold, needs))
        known = np.isfinite(away)
        squares = float((cold[known] ** 2).sum())
        if known.sum() < SEASONS_MIN or squares < VARIANCE_MIN:
            return 0.0
        slope = float(cold[known] @ away[known]) / squares
        unsure = float(((away - slope * cold)[known] ** 2).sum()) / (known.sum() - 2) / squares
        return float(max(0.0, slope) * max(0.0, 1 - unsure / max(slope**2, VARIANCE_MIN)))


def colds(place: Ints, window: Window, last_day: int) -> list[Cold]:
    """Cold from the first day of the window to `last_day`, for every limit and rate of the grid."""
    until = max(last_day - window.first, 0)
    places, found = np.maximum(place, 0), []
    for limit in COLD_C:
        days = (window.past_c[:, :, :until] < limit).sum(axis=2), (window.now_c[:, :until] < limit).sum(axis=1)
        for rate in COLD_COUNTS:
            past, now = np.exp(-rate * days[0][places]), np.exp(-rate * days[1][places])
            usual = past.mean(axis=1)
            found.append(Cold(past - usual[:, None], now - usual))
    return found
