"""A level that moves slowly from season to season: how a warming climate, and the errors of a model that does not know of it, are followed.

Source: simple exponential smoothing, Brown (1959), Statistical Forecasting for Inventory Control; its gain by past one-step errors.
"""

from __future__ import annotations

import numpy as np

from pinfold.basics.quantiles import Floats

# Share of each season's surprise that is believed to last, candidates.
GAINS = (0.05, 0.1, 0.15, 0.2, 0.3)
SEASONS_TRIED = 20
SEASONS_BEFORE = 5


def levels(season: Floats, gain: float) -> Floats:
    """Level before each season and after the last, shape (seasons + 1,); the first seasons are averaged, and the first knows itself.

    >>> levels(np.array([4.0, 8.0, 0.0]), gain=0.5).tolist()
    [4.0, 4.0, 6.0, 3.0]
    """
    level = np.empty(len(season) + 1)
    level[0] = season[0]
    for index, part in enumerate(season):
        level[index + 1] = level[index] + max(gain, 1 / (index + 1)) * (part - level[index])
    return level


def best_gain(season: Floats) -> float:
    """The gain that would have been nearest one season ahead, by squared error; the largest where the record is too short to tell."""

    def error(gain: float) -> float:
        ahead = (season - levels(season, gain)[:-1])[SEASONS_BEFORE:][-SEASONS_TRIED:]
        return float((ahead**2).mean()) if len(ahead) else 0.0

    return min(reversed(GAINS), key=error)
