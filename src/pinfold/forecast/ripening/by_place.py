"""What a plot's height and place say of its day, learned from the other plots: how a plot without a past is served.

A crop on a slope comes later by so many days for every hundred metres (Hopkins 1920, Monthly Weather Review Supplement 9, gave 4 days for
400 feet); how many it is for this crop and land the record says.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.panel import count, mean_known, pulled_through
from pinfold.forecast.ripening.interface import Ints

PLOTS_PER_COEFFICIENT = 5


def by_place(days: Floats, sites: Floats | None) -> Floats:
    """Day that height and place suggest, shape (plots,): a straight line through the plots with a past, else their mean.

    days : float array, shape (plots, seasons), NaN where unknown, some plot known; sites : as StageRecord.sites
    Height comes first and needs ten plots with a past; east and north five more each.
    """
    own, known = mean_known(days, axis=1), count(days, axis=1)
    told = known > 0
    height_first = [] if sites is None else [sites[:, 2], sites[:, 0], sites[:, 1]]
    usable = [column for column in height_first if np.isfinite(column).all() and np.ptp(column[told]) > 0]
    usable = usable[: max(0, int(told.sum()) // PLOTS_PER_COEFFICIENT - 1)]
    scaled = [(column - column[told].mean()) / column[told].std() for column in usable]
    design = np.column_stack([np.ones(len(days)), *scaled])
    root = np.sqrt(known[told])
    coefficients = np.linalg.lstsq(design[told] * root[:, None], own[told] * root, rcond=None)[0]
    return np.asarray(design @ coefficients)


def by_neighbours(days: Floats, sites: Floats | None, groups: Sequence[Ints]) -> tuple[Floats, float]:
    """(day of a plot as if it had no past, shape (plots,); variance of plots about it, days²): height and place, variety and village."""
    line = by_place(days, sites)
    own = mean_known(days, axis=1)
    said = line + (pulled_through(days - line[:, None], groups, own=False) if groups else 0.0)
    return said, float(np.nanvar(own - said))
