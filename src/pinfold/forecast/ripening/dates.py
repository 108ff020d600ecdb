"""From middle and spread to the five dates, knowing that it has not happened by the day of issue."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from pinfold.basics.quantiles import LEVELS, Floats
from pinfold.forecast.expectation import Expectation


def not_before(expectation: Expectation, issued_day: int) -> Floats:
    """Quantiles in days, shape (plots, 5), of a normal distribution cut off at the end of the day of issue.

    A stage that has not been reported by the day of issue comes the day after at the earliest.

    >>> not_before(Expectation(np.array([100.0]), np.array([4.0])), issued_day=50).round(1).tolist()
    [[94.9, 97.3, 100.0, 102.7, 105.1]]
    >>> not_before(Expectation(np.array([10.0]), np.array([4.0])), issued_day=50).min() >= 51
    np.True_
    """
    levels = np.asarray(LEVELS)
    cut = (issued_day + 0.5 - expectation.location) / expectation.spread
    # The upper tail is written through the lower one, which keeps its digits far out.
    upper = np.maximum(ndtr(-cut), 1e-300)
    standard = -ndtri((1 - levels) * upper[:, None])
    days = expectation.location[:, None] + expectation.spread[:, None] * standard
    return np.maximum(np.maximum.accumulate(days, axis=1), issued_day + 1.0)
