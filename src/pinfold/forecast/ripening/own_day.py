"""What is a plot's own: how much earlier or later than its surroundings it is, and how that drifts as trees grow or are replaced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from pinfold.basics.quantiles import Floats
from pinfold.forecast.panel import count
from pinfold.forecast.ripening.by_place import by_place

# Lengths over which a plot's drift fades, in seasons; the record says how much of each there is. Assumed.
DRIFT_SEASONS = (2.0, 8.0, 30.0)
# The last seasons say how much plots drift and scatter today. Assumed.
SEASONS_FOR_SCATTER = 20
# Reports are whole days of what nobody watches daily. Assumed.
NOISE_DAYS_MIN = 1.5
KEPT_MIN_DAYS2 = 1.0
# Outliers: beyond so many robust standard deviations a value says no more than at the limit. Assumed (Huber's rule).
LIMIT, LIMIT_FOR_NOISE = 3.0, 2.5
# A plot's own scatter is pulled to that of all plots as if they had added this many seasons. Assumed.
BORROWED_SEASONS = 10.0
ROBUST = 1.4826
CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class OwnDay:
    """ahead, ahead_variance : the plot's part in the season that is forecast, days and days²
    resting : its lasting part, days
    noise : variance of a single report about it, days²; all shapes (plots,)
    """

    ahead: Floats
    ahead_variance: Floats
    resting: Floats
    noise: Floats


def own_day(left: Floats, seasons: Floats, season: int, sites: Floats | None) -> OwnDay:
    """Best linear guess of each plot's part: what its place and height suggest, a lasting part, a drift that fades, and noise.

    left : float array, shape (plots, seasons), days without what plots share in a season, NaN where unknown
    Source: Robinson (1991), Statistical Science 6:15-32 (best linear unbiased prediction); variances by moments over lags.
    """
    surroundings = by_place(left, sites)
    away = _without_outliers(left - surroundings[:, None])
    parts, noise = _variances(away, seasons)
    lags = np.abs(seasons[:, None] - seasons)
    together, to_come = _fade(parts, lags), _fade(parts, season - seasons)
    ahead, variance, resting = (np.empty(len(left)) for _ in range(3))
    residual = np.full(left.shape, np.nan)
    step = max(1, CELLS_AT_ONCE // max(1, left.shape[1] ** 2))
    for start in range(0, len(left), step):
        rows = slice(start, start + step)
        known = np.isfinite(away[rows])
        # A season that is unknown stands alone with variance 1, so that plots with different gaps are solved in one call.
        alone = np.eye(len(seasons)) * np.where(known, noise, 1.0)[:, None]
        inverse = np.linalg.inv(together * (known[:, :, None] & known[:, None]) + alone)
        weight = np.einsum("pst,pt->ps", inverse, np.nan_to_num(away[rows])) * known
        reach = to_come * known
        ahead[rows] = weight @ to_come
        variance[rows] = parts.sum() - np.einsum("ps,pst,pt->p", reach, inverse, reach)
        resting[rows] = parts[0] * weight.sum(axis=1)
        residual[rows] = np.where(known, weight / np.diagonal(inverse, axis1=1, axis2=2), np.nan)
    return OwnDay(surroundings + ahead, np.maximum(variance, 0.0), surroundings + resting, _noise(residual, noise))


def _without_outliers(away: Floats) -> Floats:
    middle = np.zeros(len(away))
    told = np.isfinite(away).any(axis=1)
    middle[told] = np.nanmedian(away[told], axis=1)
    scatter = away - middle[:, None]
    limit = max(LIMIT * ROBUST * float(np.nanmedian(np.abs(scatter[:, -SEASONS_FOR_SCATTER:]))), NOISE_DAYS_MIN)
    return np.asarray(middle[:, None] + np.clip(scatter, -limit, limit))


def _variances(away: Floats, seasons: Floats) -> tuple[Floats, float]:
    """(variance of the lasting part and of each drift, shape (1 + drifts,), variance of the noise), days²."""
    recent, years = away[:, -SEASONS_FOR_SCATTER:], seasons[-SEASONS_FOR_SCATTER:]
    known = np.isfinite(recent).astype(float)
    products, together = np.nan_to_num(recent).T @ np.nan_to_num(recent), known.T @ known
    first, second = np.triu_indices(len(years), 1)
    used = together[first, second] > 0
    first, second = first[used], second[used]
    parts = np.zeros(1 + len(DRIFT_SEASONS))
    if len(first):
        lags = np.abs(years[first] - years[second])
        columns = np.column_stack([np.ones(len(lags)), *(np.exp(-lags / length) for length in DRIFT_SEASONS)])
        root = np.sqrt(together[first, second])
        parts, _ = nnls(columns * root[:, None], products[first, second] / root)
    parts[0] = max(parts[0], KEPT_MIN_DAYS2)
    return parts, max(float(np.nansum(recent**2) / known.sum() - parts.sum()), NOISE_DAYS_MIN**2)


def _fade(parts: Floats, lags: Floats) -> Floats:
    return np.asarray(parts[0] + sum(part * np.exp(-lags / length) for part, length in zip(parts[1:], DRIFT_SEASONS, strict=True)))


def _noise(residual: Floats, fitted: float) -> Floats:
    """Variance of a report in each plot, shape (plots,): robust over all plots, the plot's own as far as it has a record."""
    recent = residual[:, -SEASONS_FOR_SCATTER:]
    told = recent[np.isfinite(recent)]
    core = ROBUST * float(np.median(np.abs(told))) if len(told) >= SEASONS_FOR_SCATTER else float(np.sqrt(fitted))
    core = max(core, NOISE_DAYS_MIN)
    squares = np.nansum(np.clip(recent, -LIMIT_FOR_NOISE * core, LIMIT_FOR_NOISE * core) ** 2, axis=1)
    return np.asarray((BORROWED_SEASONS * core**2 + squares) / (BORROWED_SEASONS + count(recent, axis=1)))
