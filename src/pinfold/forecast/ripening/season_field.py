"""What a season does to many plots at once, learned from past seasons: a level that moves slowly, and what neighbours share beyond it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.panel import plot_and_season_parts
from pinfold.forecast.ripening.closeness import Cells, Ranges, posterior, shared_covariance, without_own
from pinfold.forecast.ripening.interface import StageRecord
from pinfold.forecast.ripening.own_day import OwnDay, own_day

SWEEPS = 2
# How fast the level follows, candidates; the record says which was right most often.
GAINS = (0.05, 0.1, 0.15, 0.2, 0.3)
SEASONS_FOR_GAIN = 20
SEASONS_BEFORE_GAIN = 5


@dataclass(frozen=True)
class SeasonField:
    """The past, taken apart.

    level : float array, shape (plots, seasons + 1), what was to be expected of each season before it began, and of the one to come, days
    own : each plot's own part
    covariance : of what cells share beyond the level, days², shape (cells, cells)
    """

    cells: Cells
    level: Floats
    own: OwnDay
    covariance: Floats


def season_field(record: StageRecord, dictionary: tuple[Ranges, ...]) -> SeasonField:
    """Level, own parts and closeness by turns, as StageRecord.days has them; at least two seasons.

    Source: level by simple exponential smoothing, Brown (1959); its gain by past one-step errors.
    """
    mean, season = plot_and_season_parts(record.days)
    gain = _best_gain(season)
    smoothed = _smoothed(season, gain)
    level = np.tile(smoothed, (len(mean), 1))
    seasons = record.seasons.astype(float)
    own = own_day(record.days - season, seasons, record.season, record.sites)
    resting = np.where(np.isnan(mean), own.resting, mean)
    cells = Cells.around(record.sites, resting)
    noise = float(np.median(own.noise))
    covariance = np.zeros((len(cells.features),) * 2)
    for _ in range(SWEEPS):
        covariance = shared_covariance(cells, record.days - resting[:, None] - level[:, :-1], dictionary)
        moved, shared = _through_the_seasons(record.days - resting[:, None] - smoothed[0], cells, covariance, noise, gain)
        level = smoothed[0] + moved
        own = own_day(record.days - shared - smoothed[0], seasons, record.season, record.sites)
        resting, noise = own.resting, float(np.median(own.noise))
    return SeasonField(cells, level, own, covariance)


def _through_the_seasons(away: Floats, cells: Cells, covariance: Floats, noise: float, gain: float) -> tuple[Floats, Floats]:
    """(level before each season and after the last, shape (plots, seasons + 1); what a season's other plots say of each, (plots, seasons)).

    away : days less the plot's resting part and the level at the start, so that the level starts at 0
    """
    level = np.zeros((len(away), away.shape[1] + 1))
    shared = np.zeros(away.shape)
    for index, seen in enumerate(away.T):
        precision = np.isfinite(seen) / noise
        pull = np.nan_to_num(seen - level[:, index]) / noise
        mean, variance = posterior(covariance, cells.total(precision), cells.total(pull))
        others, _ = without_own(mean[cells.of_plot], variance[cells.of_plot], precision, pull)
        shared[:, index] = level[:, index] + others
        level[:, index + 1] = level[:, index] + max(gain, 1 / (index + 2)) * mean[cells.of_plot]
    return level, shared


def _smoothed(season: Floats, gain: float) -> Floats:
    """Level before each season and after the last, shape (seasons + 1,); the first seasons are averaged."""
    level = np.empty(len(season) + 1)
    level[0] = season[0]
    for index, part in enumerate(season):
        level[index + 1] = level[index] + max(gain, 1 / (index + 1)) * (part - level[index])
    return level


def _best_gain(season: Floats) -> float:
    def error(gain: float) -> float:
        ahead = (season - _smoothed(season, gain)[:-1])[SEASONS_BEFORE_GAIN:][-SEASONS_FOR_GAIN:]
        return float((ahead**2).mean()) if len(ahead) else 0.0

    return min(reversed(GAINS), key=error)
