"""Exponential smoothing and Theta, for all series at once, on the logarithms of kg + 1, so that high weeks pull less."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.demand.models import OutlookModel, Simple

WINDOW_WEEKS = 52
DRIFT_WEEKS = 26
SILENT_WEEKS = 8
ALPHAS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
BETAS, DAMPED = (0.05, 0.1, 0.2), (0.8, 0.9)


@dataclass(frozen=True)
class Way:
    """One way to smooth: how much of an error goes into the level, how much of that into the trend, what stays of a trend each week."""

    alpha: float
    beta: float = 0.0
    stays: float = 0.0


@dataclass(frozen=True)
class Smoothed:
    """What is left of the past. level, trend, stays : shape (series,), of the way that served each series best so far"""

    level: Floats
    trend: Floats
    stays: Floats


def smooth(logs: Floats, ways: tuple[Way, ...]) -> Smoothed:
    """Level and trend of every series after its last week, by the way with the smallest one-week errors.

    logs : float array, shape (series, weeks). Half of what decides is the series' own mean error, half that of all series: one series is
    too short to tell ten ways apart.
    Source: Gardner & McKenzie (1985), Management Science 31:1237-1246 (damped trend); Hyndman et al. (2008), Forecasting with Exponential
    Smoothing, ch. 2, in error-correction form; shrinking towards all series: assumed.
    """
    alpha, beta, stays = (np.array([[getattr(way, name)] for way in ways]) for name in ("alpha", "beta", "stays"))
    level = np.repeat(logs[None, :, 0], len(ways), axis=0)
    trend, missed = np.zeros_like(level), np.zeros_like(level)
    for week in range(1, logs.shape[1]):
        guess = level + stays * trend
        error = logs[None, :, week] - guess
        missed += np.abs(error)
        level, trend = guess + alpha * error, stays * trend + alpha * beta * error
    best = (missed + missed.mean(axis=1, keepdims=True)).argmin(axis=0)
    at = best, np.arange(logs.shape[0])
    return Smoothed(level[at], trend[at], stays[best, 0])


@dataclass(frozen=True)
class Smoothing(Simple):
    """Exponential smoothing with a trend that dies out, or with none."""

    name: str
    ways: tuple[Way, ...]

    def guess(self, kg: Floats, weeks: int) -> Floats:
        past = smooth(np.log1p(kg[:, -WINDOW_WEEKS:]), self.ways)
        drift = np.cumsum(past.stays[:, None] ** np.arange(1, weeks + 1), axis=1) * past.trend[:, None]
        return _in_kg(past.level[:, None] + drift, kg)


@dataclass(frozen=True)
class Theta(Simple):
    """Exponential smoothing with half the slope of the last half year as drift.

    Source: Assimakopoulos & Nikolopoulos (2000), Int. J. Forecast. 16:521-530, in the form of Hyndman & Billah (2003), same journal 19.
    """

    name: str = "theta"

    def guess(self, kg: Floats, weeks: int) -> Floats:
        logs = np.log1p(kg[:, -DRIFT_WEEKS:])
        time = np.arange(logs.shape[1]) - (logs.shape[1] - 1) / 2
        slope = logs @ time / max(float(time @ time), 1.0)
        return _in_kg(smooth(logs, LEVELS).level[:, None] + slope[:, None] / 2 * np.arange(1, weeks + 1), kg)


LEVELS = tuple(map(Way, ALPHAS))
SMOOTHING: tuple[OutlookModel, ...] = (
    Smoothing("exponential smoothing", LEVELS),
    Smoothing("damped trend", LEVELS + tuple(Way(*each) for each in product(ALPHAS, BETAS, DAMPED))),
    Theta(),
)


def _in_kg(logs: Floats, kg: Floats) -> Floats:
    """Back to kg, never more than twice what was ever sold in a week; nothing where nothing was sold for 8 weeks."""
    sells = kg[:, -SILENT_WEEKS:].max(axis=1) > 0
    most = 2 * kg.max(axis=1)
    return np.where(sells[:, None], np.expm1(logs.clip(0, 50)).clip(0, most[:, None]), 0.0)
