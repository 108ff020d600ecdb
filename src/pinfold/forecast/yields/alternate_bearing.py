"""Trees that bear much this year bear little the next: one persistence for the crop, learned from all plots together.

A plot's root harvest is a season part, shared by all, plus a deviation whose covariance between two seasons k apart is
    variance * (lasting + swinging * r^k + passing * [k = 0]),   lasting + swinging + passing = 1.
r < 0 is alternate bearing; r > 0 is a slow drift; both are learned, with the shares, from all plots of the crop by maximum
likelihood, and each plot's deviation is then its best linear unbiased prediction: plots with few seasons stay near the mean.
Source of the predictor: Henderson (1975), Biometrics 31:423-447. Of the phenomenon: Monselise & Goldschmidt (1982),
Horticultural Reviews 4:128-173.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pinfold.basics.quantiles import Floats
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.panel import plot_and_season_parts
from pinfold.forecast.yields.interface import HarvestRecord, Ints
from pinfold.forecast.yields.own_mean import SPREAD_SHARE_UNKNOWN

SHARES = tuple(step / 10 for step in range(10))
PERSISTENCES = (-0.95, -0.7, -0.4, 0.4, 0.7, 0.95)
SEASONS_MAX = 12
PLOTS_FOR_FIT = 2000


@dataclass(frozen=True)
class Persistence:
    """How a plot's deviations hang together. Shares of variance; `r` per season; `variance` on the root scale."""

    lasting: float
    swinging: float
    r: float
    variance: float

    def covariance(self, lag: Ints) -> Floats:
        """Covariance of deviations `lag` seasons apart (any shape), in units of `variance`, without the passing part."""
        sign = np.where(lag % 2 == 0, 1.0, np.sign(self.r))
        return np.asarray(self.lasting + self.swinging * sign * np.abs(self.r) ** lag)

    @property
    def passing(self) -> float:
        return 1 - self.lasting - self.swinging


class AlternateBearing:
    name = "pooled alternate bearing"

    def expect(self, record: HarvestRecord) -> Expectation:
        """Expected season part plus each plot's predicted deviation, with the spread of what stays open."""
        root, seasons = record.root[:, -SEASONS_MAX:], record.seasons[-SEASONS_MAX:]
        plot, season = plot_and_season_parts(root)
        level = float(np.nanmean(plot))
        deviation = root - level - season
        persistence = fitted(deviation, seasons, at_least=(0.1 * SPREAD_SHARE_UNKNOWN * level) ** 2 + 1e-12)
        ahead, spread = predicted(deviation, seasons, record.season, persistence)
        return Expectation(level + season_ahead(season) + ahead, spread)


def season_ahead(season: Floats) -> float:
    """Next season part: between the mean of all and the last, each weighted by how well it foretold the seasons so far.

    Source: Bates & Granger (1969), Operational Research Quarterly 20:451-468, weights inverse to squared errors.
    """
    mean, last = float(season.mean()), float(season[-1])
    if len(season) < 3:
        return (mean + last) / 2
    before = np.cumsum(season)[:-1] / np.arange(1, len(season))
    mean_error = float(((season[1:] - before) ** 2).sum())
    last_error = float((np.diff(season) ** 2).sum())
    if mean_error + last_error <= 0:
        return mean
    return (last_error * mean + mean_error * last) / (mean_error + last_error)


def fitted(deviation: Floats, seasons: Ints, at_least: float) -> Persistence:
    """The persistence under which the deviations are most likely.

    deviation : float array, shape (plots, seasons), NaN where unknown
    at_least : smallest variance allowed
    """
    sample = deviation[np.isfinite(deviation).any(axis=1)]
    sample = sample[:: max(1, len(sample) // PLOTS_FOR_FIT)]
    masks, products, plots = _by_pattern(sample)
    cells = float((masks.sum(axis=1) * plots).sum())
    lag = np.abs(seasons[:, None] - seasons[None, :])
    best: tuple[float, Persistence] | None = None
    for lasting in SHARES:
        for swinging in (share for share in SHARES if lasting + share < 0.95):
            for r in PERSISTENCES if swinging > 0 else PERSISTENCES[:1]:
                candidate = Persistence(lasting, swinging, r, 1.0)
                matrix = candidate.covariance(lag) + candidate.passing * np.eye(len(seasons))
                padded = np.where(masks[:, :, None] & masks[:, None, :], matrix, np.eye(len(seasons)))
                _, log_determinant = np.linalg.slogdet(padded)
                scatter = float((np.linalg.inv(padded) * products).sum())
                variance = max(scatter / cells, at_least)
                cost = cells * np.log(variance) + scatter / variance + float(plots @ log_determinant)
                if best is None or cost < best[0] - 1e-9:
                    best = (cost, Persistence(lasting, swinging, r, variance))
    assert best is not None
    return best[1]


def _by_pattern(deviation: Floats) -> tuple[npt.NDArray[np.bool_], Floats, Floats]:
    """Plots grouped by which seasons they have: masks (patterns, seasons), summed products (patterns, seasons, seasons), plots."""
    known = np.isfinite(deviation)
    masks, group = np.unique(known, axis=0, return_inverse=True)
    filled = np.where(known, deviation, 0.0)
    products = np.stack([filled[group == number].T @ filled[group == number] for number in range(len(masks))])
    return masks, products, np.bincount(group).astype(float)


def predicted(deviation: Floats, seasons: Ints, season: int, persistence: Persistence) -> tuple[Floats, Floats]:
    """(deviation ahead, spread), each shape (plots,): best linear unbiased prediction; 0 with the full spread without a past."""
    known = np.isfinite(deviation)
    masks, group = np.unique(known, axis=0, return_inverse=True)
    matrix = persistence.covariance(np.abs(seasons[:, None] - seasons[None, :])) + persistence.passing * np.eye(len(seasons))
    padded = np.where(masks[:, :, None] & masks[:, None, :], matrix, np.eye(len(seasons)))
    towards = np.where(masks, persistence.covariance(np.abs(season - seasons)), 0.0)
    weights = np.linalg.solve(padded, towards[:, :, None])[:, :, 0]
    explained = (weights * towards).sum(axis=1)
    ahead = (np.where(known, deviation, 0.0) * weights[group]).sum(axis=1)
    spread = np.sqrt(persistence.variance * np.maximum(1 - explained, 0.01))
    return ahead, spread[group]
