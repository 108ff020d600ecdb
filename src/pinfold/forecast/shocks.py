"""What plots of one season have in common: errors split into season, block and plot parts (DESIGN rule 7).

Errors are in units of the model's own spread, so a spread that is right gives parts that sum to 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.panel import count, mean_known

# Few seasons say little about how much seasons differ, so a prior counts as this many of them. Assumed.
PRIOR_SEASONS = 3.0
RESIDUALS_KEPT = 5000


@dataclass(frozen=True)
class Shocks:
    """Variance of each part of the error, in squared units of the model's spread.

    season : of what plots share; where the model says its own spread of seasons, in squared units of that (see `against`)
    freedom : degrees of freedom of Student's t from which season shocks are drawn: few past seasons give heavy tails
    plot_residuals : float array, shape (n,), standardised plot errors (mean 0, variance 1) to draw from
    """

    season: float
    block: float
    plot: float
    freedom: float
    plot_residuals: Floats

    @property
    def total(self) -> float:
        return self.season + self.block + self.plot

    @property
    def shared(self) -> float:
        """Share of the error's variance that all plots of the crop have in common in one season, 0 .. 1."""
        return self.season / self.total

    def against(self, season_scale: float) -> Shocks:
        """The same with `season` in units of the plots' spread, of which the model's spread of the season ahead is `season_scale`."""
        return replace(self, season=self.season * season_scale**2)

    def draw_season(self, draws: int, random: np.random.Generator) -> Floats:
        """Season shocks, shape (draws,)."""
        # A t variate has variance freedom / (freedom - 2); the variance is what was estimated, so it is taken out again.
        unit = random.standard_t(self.freedom, draws) * np.sqrt((self.freedom - 2) / self.freedom)
        return np.asarray(np.sqrt(self.season) * unit)

    def draw_plots(self, shape: tuple[int, ...], random: np.random.Generator) -> Floats:
        """Plot shocks of `shape`, drawn from what plots did in the past."""
        return np.asarray(np.sqrt(self.plot) * random.choice(self.plot_residuals, shape))


def split_errors(errors: Floats, block: np.ndarray, season_prior: float, season_scale: Floats | float = 1.0) -> Shocks:
    """How large season, block and plot parts of past errors were.

    errors : float array, shape (plots, hindcast seasons), in units of spread, NaN where unknown; may have no season
    block : int array, shape (plots,), block number of each plot
    season_prior : variance of the season part that is believed before any season was seen, in squared units of spread x season_scale
    season_scale : shape (hindcast seasons,), the spread that the model gave to each season's part, in units of spread
    Method of moments from the innermost part outwards, season part pulled to its prior (PRIOR_SEASONS) by one step of the fit of a
    Student's t: Lange, Little & Taylor (1989), J. Am. Stat. Assoc. 84:881-896.
    """
    seasons = errors.shape[1]
    season_mean = np.nan_to_num(mean_known(errors, axis=0))
    inside = errors - season_mean
    blocks = int(block.max()) + 1 if len(block) else 0
    sums, known = np.zeros((blocks, seasons)), np.zeros((blocks, seasons))
    np.add.at(sums, block, np.nan_to_num(inside))
    np.add.at(known, block, np.isfinite(inside).astype(float))
    block_mean = np.divide(sums, known, out=np.zeros_like(sums), where=known > 0)
    residual = inside - block_mean[block]
    freedom = np.isfinite(residual).sum() - (known > 0).sum()
    plot = float(np.nansum(residual**2) / freedom) if freedom >= 1 else 1.0
    used = known > 1
    block_part = float(np.mean(block_mean[used] ** 2 - plot / known[used])) if used.sum() > seasons else 0.0
    per_season = count(errors, axis=0)
    seen = per_season > 0
    noise = (plot + max(block_part, 0.0)) / np.maximum(per_season, 1.0)
    # In units of the prior's variance; less than its square where a season was far off, as fits a shock with heavy tails.
    excess = (np.maximum(season_mean**2 - noise, 0.0) / (season_prior * np.square(season_scale)))[seen]
    freedom_season = PRIOR_SEASONS + len(excess)
    excess *= (freedom_season + 1) / (freedom_season + excess)
    season = season_prior * float((PRIOR_SEASONS + excess.sum()) / freedom_season)
    return Shocks(season, max(block_part, 0.0), max(plot, 1e-3), freedom_season, _standardised(residual))


def _standardised(residual: Floats) -> Floats:
    """Known residuals, evenly thinned to RESIDUALS_KEPT, mean 0 and variance 1; normal scores where there are too few to tell."""
    values = np.sort(residual[np.isfinite(residual)])
    values = values[:: max(1, len(values) // RESIDUALS_KEPT)]
    if len(values) < 20 or values.std() < 1e-9:
        from scipy.special import ndtri

        values = ndtri((np.arange(200) + 0.5) / 200)
    return np.asarray((values - values.mean()) / values.std())
