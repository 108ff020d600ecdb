"""What a season does to many plots at once, learned from past seasons: a level that moves slowly, and what neighbours share beyond it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.panel import plot_and_season_parts
from pinfold.forecast.ripening.closeness import Cells, Ranges, posterior, shared_covariance, without_own
from pinfold.forecast.ripening.interface import StageRecord
from pinfold.forecast.ripening.level import best_gain, levels
from pinfold.forecast.ripening.own_day import OwnDay, own_day

SWEEPS = 2


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
    """Level, own parts and closeness by turns, as StageRecord.days has them; at least two seasons."""
    mean, season = plot_and_season_parts(record.days)
    gain = best_gain(season)
    before = levels(season, gain)
    level = np.tile(before, (len(mean), 1))
    seasons = record.seasons.astype(float)
    own = own_day(record.days - season, seasons, record.season, record.sites)
    resting = np.where(np.isnan(mean), own.resting, mean)
    cells = Cells.around(record.sites, resting)
    noise = float(np.median(own.noise))
    covariance = np.zeros((len(cells.features),) * 2)
    for _ in range(SWEEPS):
        covariance = shared_covariance(cells, record.days - resting[:, None] - level[:, :-1], dictionary)
        moved, shared = _through_the_seasons(record.days - resting[:, None] - before[0], cells, covariance, noise, gain)
        level = before[0] + moved
        own = own_day(record.days - shared - before[0], seasons, record.season, record.sites)
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
