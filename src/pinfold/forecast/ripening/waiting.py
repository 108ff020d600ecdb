"""What this season's reports say of the plots that have not reported: and that they have not is itself a report."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from pinfold.basics.quantiles import Floats
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.ripening.closeness import Cells, posterior, without_own

SWEEPS, STEP, SMALLEST = 12, 0.6, 1e-9
# Seasons without a report that are told apart: reported last season, one, two, three or more before. Assumed.
GAPS_MAX = 3
SEASONS_FOR_SILENCE = 20


@dataclass(frozen=True)
class Season:
    """A season on the day of issue.

    cells, covariance : as in SeasonField
    expected : day expected of each plot before the season
    noise : variance of a report about what plots share, days²
    reported : day on which the stage was seen, NaN where not yet
    silent : chance that a plot will not report at all, 0 .. 1; all shapes (plots,)
    """

    cells: Cells
    covariance: Floats
    expected: Floats
    noise: Floats
    reported: Floats
    silent: Floats
    issued_day: int

    def believing(self, shared: float, noise: float) -> Season:
        """The same with the variance of what is shared, and of a report, multiplied."""
        return replace(self, covariance=shared * self.covariance, noise=noise * self.noise)


def told_by_others(season: Season) -> Expectation:
    """Day of each plot and the spread of what is shared, from what the others have reported and from their silence.

    A plot that has not reported either comes after the day of issue, or never will: its likelihood is silent + (1 - silent) P(later).
    Its own silence is left out, since that the day is still to come is put in afterwards (dates.not_before).
    Source: expectation propagation, Minka (2001), Uncertainty in Artificial Intelligence 17:362-369; the moments of a probit site are
    eq. 3.82-3.85 of Rasmussen & Williams (2006).
    """
    seen = np.isfinite(season.reported)
    cut = season.issued_day + 0.5 - season.expected
    precision = seen / season.noise
    pull = np.nan_to_num(season.reported - season.expected) / season.noise
    cell = season.cells.of_plot
    for sweep in range(SWEEPS + 1):
        mean, variance = posterior(season.covariance, season.cells.total(precision), season.cells.total(pull))
        others, unsure = without_own(mean[cell], variance[cell], precision, pull)
        if sweep == SWEEPS:
            break
        spread = np.sqrt(unsure + season.noise)
        ahead = (others - cut) / spread
        evidence = season.silent + (1 - season.silent) * ndtr(ahead)
        slope = (1 - season.silent) * np.exp(-(ahead**2) / 2) / np.sqrt(2 * np.pi) / np.maximum(evidence, SMALLEST) / spread
        narrowed = unsure - unsure**2 * slope * (slope + ahead / spread)
        wanted = np.maximum(1 / np.maximum(narrowed, SMALLEST) - 1 / unsure, SMALLEST)
        wanted_pull = (others + unsure * slope) * (wanted + 1 / unsure) - others / unsure
        precision = np.where(seen, precision, precision + STEP * (wanted - precision))
        pull = np.where(seen, pull, pull + STEP * (wanted_pull - pull))
    return Expectation(season.expected + others, np.sqrt(unsure))


def silence(reported: Floats) -> Floats:
    """Chance that each plot does not report this season, shape (plots,), from how plots with the same gap behaved in past seasons.

    reported : bool array, shape (plots, seasons)
    Rates are those of a uniform prior (Laplace's rule of succession).
    """
    recent = reported[:, -SEASONS_FOR_SILENCE:]
    gap = np.full(len(recent), GAPS_MAX)
    came, asked = np.ones(GAPS_MAX + 1), np.full(GAPS_MAX + 1, 2.0)
    for index, here in enumerate(recent.T):
        # Before the first season nobody knows who had reported.
        if index:
            came += np.bincount(gap, here, GAPS_MAX + 1)
            asked += np.bincount(gap, minlength=GAPS_MAX + 1)
        gap = np.where(here, 0, np.minimum(gap + 1, GAPS_MAX))
    return np.asarray(1 - (came / asked)[gap])
