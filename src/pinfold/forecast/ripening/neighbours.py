"""This season's reports move the dates of the plots that have not reported: one effect for all, or one that neighbours share.

Day = level of the season to come + the plot's own part + what plots share this season + noise. The reports fix what is shared, and so
do plots that stay silent although they were due. Where not to trust it: reports that arrive days late look like lateness; a season
unlike all on record; the first reports of few plots.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from pinfold.basics.quantiles import Floats, pinball
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.ripening.closeness import Ranges
from pinfold.forecast.ripening.dates import not_before
from pinfold.forecast.ripening.interface import StageRecord
from pinfold.forecast.ripening.season_field import SeasonField, season_field
from pinfold.forecast.ripening.waiting import Season, silence, told_by_others

SEASONS_MIN = 5
SEASONS_TRIED = 12
# How much of the fitted variances to believe. Below 1 because plots' errors are less independent, and their days less normal, than the
# formula has it; the past seasons say which pair was right on this day of the season.
SHARED_BELIEVED = (0.15, 0.3, 0.6, 1.0)
NOISE_BELIEVED = (0.25, 0.5, 1.0)
BELIEVED_AT_FIRST = (0.6, 0.5)


@dataclass(frozen=True)
class Reports:
    """A model of the list; `dictionary` says how plots may hang together (closeness.EVERYWHERE or NEARBY)."""

    name: str
    dictionary: tuple[Ranges, ...]

    def expect(self, record: StageRecord) -> Expectation | None:
        """Day and spread of every plot from what the others have reported; a plot without a past is served from its surroundings."""
        if len(record.seasons) < SEASONS_MIN:
            return None
        field = season_field(record, self.dictionary)
        reported = np.full(len(record.days), np.nan) if record.days_now is None else record.days_now
        # A plot with a short past is less sure of its own part than most.
        unsure = np.maximum(field.own.ahead_variance - float(np.median(field.own.ahead_variance)), 0.0)
        expected = field.own.ahead + field.level[:, -1]
        noise = field.own.noise + unsure
        now = Season(field.cells, field.covariance, expected, noise, reported, silence(np.isfinite(record.days)), record.issued_day)
        return _whole(told_by_others(now.believing(*believed(record, field))), noise)


def _whole(told: Expectation, noise: Floats) -> Expectation:
    return Expectation(told.location, np.sqrt(told.spread**2 + noise))


def believed(record: StageRecord, field: SeasonField) -> tuple[float, float]:
    """Shares of the shared variance and of a report's that would have served the past seasons best on this day of the season."""
    tried = [
        _as_it_stood(record, field, index) for index in range(max(SEASONS_MIN, len(record.seasons) - SEASONS_TRIED), len(record.seasons))
    ]
    tried = [(season, days) for season, days in tried if (days > record.issued_day).any()]
    if not tried:
        return BELIEVED_AT_FIRST

    def loss(shares: tuple[float, float]) -> float:
        return sum(_loss(season, days, shares) for season, days in tried)

    return min(product(SHARED_BELIEVED, NOISE_BELIEVED), key=loss)


def _as_it_stood(record: StageRecord, field: SeasonField, index: int) -> tuple[Season, Floats]:
    """Past season number `index` on the same day of the season, and what came of it; own parts and closeness are those of today."""
    days = record.days[:, index]
    reported = np.where(days <= record.issued_day, days, np.nan)
    expected = field.own.resting + field.level[:, index]
    silent = silence(np.isfinite(record.days[:, :index]))
    return Season(field.cells, field.covariance, expected, field.own.noise, reported, silent, record.issued_day), days


def _loss(season: Season, days: Floats, shares: tuple[float, float]) -> float:
    """Summed CRPS over the plots that had not reported, days."""
    open_still = days > season.issued_day
    told = _whole(told_by_others(season.believing(*shares)), season.noise)
    quantiles = not_before(Expectation(told.location[open_still], told.spread[open_still]), season.issued_day)
    return float(open_still.sum()) * pinball(days[open_still], quantiles)
