"""The simple one: a plot bears what it bore on average."""

from __future__ import annotations

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.panel import count, mean_known, root_mean_square
from pinfold.forecast.yields.interface import HarvestRecord

# Share of the usual root by which a plot differs between seasons where the record cannot tell. Assumed (about 40 % in kg).
SPREAD_SHARE_MIN = 0.02
SPREAD_SHARE_UNKNOWN = 0.2


class OwnMean:
    name = "own mean"

    def expect(self, record: HarvestRecord) -> Expectation:
        """Mean of own past seasons; a plot without a past takes the mean of the others and their spread on top."""
        known = count(record.root, axis=1)
        own = mean_known(record.root, axis=1)
        within = spread_within(record.root)
        spread = within * np.sqrt(1 + 1 / np.maximum(known, 1))
        return for_all(record, own, spread)


def spread_within(root: Floats) -> float:
    """How much one plot's root harvests differ between seasons."""
    usual = max(float(np.nanmean(root)), 1e-6)
    away = root - mean_known(root, axis=1)[:, None]
    plots = float(np.isfinite(root).any(axis=1).sum())
    if np.isfinite(root).sum() - plots < 3:
        return SPREAD_SHARE_UNKNOWN * usual
    return root_mean_square(away, lost=plots, at_least=SPREAD_SHARE_MIN * usual)


def for_all(record: HarvestRecord, own: Floats, spread: Floats) -> Expectation:
    """`own` and `spread` for plots with a past; for the others the mean of the plots and the spread between them on top."""
    new = ~record.has_past
    between = float(np.nanvar(own))
    return Expectation(np.where(new, np.nanmean(own), own), np.where(new, np.sqrt(spread**2 + between), spread))
