"""The simple one: a plot bears what it bore on average."""

from __future__ import annotations

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.panel import count, mean_known, root_mean_square
from pinfold.forecast.yields.interface import HarvestExpectation, HarvestRecord

# Share of the usual root by which a plot differs between seasons where the record cannot tell. Assumed (about 40 % in kg).
SPREAD_SHARE_MIN = 0.02
SPREAD_SHARE_UNKNOWN = 0.2
# By how much of the usual harvest whole seasons differ, and at most of what a plot differs by. Assumed.
SEASON_SHARE = 0.30
SEASON_SHARE_OF_VARIANCE_MAX = 0.5


class OwnMean:
    name = "own mean"

    def expect(self, record: HarvestRecord) -> HarvestExpectation:
        """Mean of own past seasons; a plot without a past takes the mean of the others and their spread on top."""
        known = count(record.root, axis=1)
        own = mean_known(record.root, axis=1)
        within = spread_within(record.root)
        spread = within * np.sqrt(1 + 1 / np.maximum(known, 1))
        return for_all(record, own, spread, usual_season_spread(record.root) * float(np.sqrt(1 + 1 / len(record.seasons))))


def spread_within(root: Floats) -> float:
    """How much one plot's root harvests differ between seasons."""
    usual = max(float(np.nanmean(root)), 1e-6)
    away = root - mean_known(root, axis=1)[:, None]
    plots = float(np.isfinite(root).any(axis=1).sum())
    if np.isfinite(root).sum() - plots < 3:
        return SPREAD_SHARE_UNKNOWN * usual
    return root_mean_square(away, lost=plots, at_least=SPREAD_SHARE_MIN * usual)


def usual_season_spread(root: Floats) -> float:
    """How much whole seasons are believed to differ before any was seen, root scale, > 0.

    Plots that hardly differ from season to season do not have large shared shocks either.
    """
    # On the root scale a share s of the harvest is s / 2 of the root.
    believed = SEASON_SHARE / 2 * float(np.nanmean(root))
    return max(min(believed, float(np.sqrt(SEASON_SHARE_OF_VARIANCE_MAX)) * spread_within(root)), 1e-9)


def for_all(record: HarvestRecord, own: Floats, spread: Floats, season_spread: float) -> HarvestExpectation:
    """`own` and `spread` for plots with a past; for the others the mean of the plots and the spread between them on top."""
    new = ~record.has_past
    between = float(np.nanvar(own))
    location = np.where(new, np.nanmean(own), own)
    return HarvestExpectation(location, np.where(new, np.sqrt(spread**2 + between), spread), season_spread)
