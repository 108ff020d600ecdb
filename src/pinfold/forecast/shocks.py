"""What plots of one season have in common: errors split into season, district, block and plot parts (DESIGN rule 7).

Errors are in units of the model's own spread, so a spread that is right gives parts that sum to 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pinfold.basics.quantiles import Floats
from pinfold.forecast.panel import mean_known

# Few seasons say little about how much seasons differ, so a prior counts as this many of them. Assumed.
PRIOR_SEASONS = 3.0
RESIDUALS_KEPT = 5000
PLOT_MIN = 1e-3

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Places:
    """Who shares what luck beside that of the season.

    block : int array, shape (plots,), number of the block or village
    district : int array, shape (plots,), number of the district that the block lies in; all the same where none is known
    """

    block: Ints
    district: Ints

    @classmethod
    def one(cls, plots: int) -> Places:
        """So many plots of which no place is known."""
        return cls(np.zeros(plots, dtype=np.int64), np.zeros(plots, dtype=np.int64))

    def of(self, rows: Ints | npt.NDArray[np.bool_]) -> Places:
        """The same for some of the plots."""
        return Places(self.block[rows], self.district[rows])


@dataclass(frozen=True)
class Shocks:
    """Variance of each part of the error, in squared units of the model's spread.

    season : of what plots share; where the model says its own spread of seasons, in squared units of that (see `against`)
    freedom : degrees of freedom of Student's t from which season shocks are drawn: few past seasons give heavy tails
    plot_residuals : float array, shape (n,), standardised plot errors (mean 0, variance 1) to draw from
    """

    season: float
    district: float
    block: float
    plot: float
    freedom: float
    plot_residuals: Floats

    @property
    def total(self) -> float:
        return self.season + self.district + self.block + self.plot

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

    def draw_shared(self, draws: int, places: Places, random: np.random.Generator) -> Floats:
        """What each block shares in simulated seasons, shape (draws, blocks): the season's shock, its district's and its own."""
        blocks = int(places.block.max()) + 1
        district = np.zeros(blocks, dtype=np.int64)
        district[places.block] = places.district
        of_district = np.sqrt(self.district) * random.standard_normal((draws, int(district.max()) + 1))
        of_block = np.sqrt(self.block) * random.standard_normal((draws, blocks))
        return np.asarray(self.draw_season(draws, random)[:, None] + of_district[:, district] + of_block)

    def draw_plots(self, shape: tuple[int, ...], random: np.random.Generator) -> Floats:
        """Plot shocks of `shape`, drawn from what plots did in the past."""
        return np.asarray(np.sqrt(self.plot) * random.choice(self.plot_residuals, shape))


def split_errors(errors: Floats, places: Places, season_prior: float, season_scale: Floats | float = 1.0) -> Shocks:
    """How large season, district, block and plot parts of past errors were.

    errors : float array, shape (plots, hindcast seasons), in units of spread, NaN where unknown; may have no season
    season_prior : variance of the season part that is believed before any season was seen, in squared units of spread x season_scale
    season_scale : shape (hindcast seasons,), the spread that the model gave to each season's part, in units of spread
    Two plots of a block have season, district and block in common, two of a district the first two, any two the season: mean products
    of pairs say how much (intraclass correlation, Fisher 1925, Statistical Methods for Research Workers, ch. 7). The season part is
    pulled to its prior (PRIOR_SEASONS) by one step of the fit of a Student's t: Lange, Little & Taylor (1989), J. Am. Stat. Assoc.
    84:881-896.
    """
    (of_block, of_district, of_season), pairs = _mean_products(errors, places)
    residual = errors - _block_means(errors, places.block)
    plot = _plot_variance(residual, places.block)
    seen = pairs[2] > 0
    if not seen.any():
        # Plots that are never seen two in a season: what is more than their own variance was the season's.
        seen = np.isfinite(errors).any(axis=0)
        of_season = np.nan_to_num(mean_known(errors**2, axis=0)) - plot
    # In units of the prior's variance; less than its square where a season was far off, as fits a shock with heavy tails.
    excess = (np.maximum(of_season, 0.0) / (season_prior * np.square(season_scale)))[seen]
    freedom = PRIOR_SEASONS + len(excess)
    excess *= (freedom + 1) / (freedom + excess)
    season = season_prior * float((PRIOR_SEASONS + excess.sum()) / freedom)
    block, district = _more(of_block, of_district, pairs[0]), _more(of_district, of_season, pairs[1])
    return Shocks(season, district, block, plot, freedom, _standardised(residual))


def _mean_products(errors: Floats, places: Places) -> tuple[Floats, Floats]:
    """(mean product of pairs of plots, their number), shape (3, seasons): of one block; of one district, but two blocks; of two districts.

    What a season has no pairs for is told by the next closer ones: with a single district its plots tell the season, with a single block
    those of the block; and blocks that stand alone in their district share with it what they share with all.
    """
    products, pairs = np.zeros((3, errors.shape[1])), np.zeros((3, errors.shape[1]))
    for season, column in enumerate(errors.T):
        known = np.isfinite(column)
        here = places.of(known)
        within = [_pairs(column[known], group) for group in (here.block, here.district, np.zeros_like(here.block))]
        products[:, season], pairs[:, season] = np.diff(within, axis=0, prepend=0.0).T
    for closer in (1, 0):
        alone = pairs[2] == 0
        products[2, alone], pairs[2, alone] = products[closer, alone], pairs[closer, alone]
        pairs[closer, alone] = 0.0
    mean = np.divide(products, pairs, out=np.zeros_like(products), where=pairs > 0)
    mean[1] = np.where(pairs[1] > 0, mean[1], mean[2])
    return mean, pairs


def _pairs(errors: Floats, group: Ints) -> tuple[float, float]:
    """(sum of products over all pairs of plots of a group, number of such pairs)."""
    sums, plots = np.bincount(group, errors), np.bincount(group)
    return float((sums**2).sum() - (errors**2).sum()), float((plots * (plots - 1)).sum())


def _more(closer: Floats, wider: Floats, pairs: Floats) -> float:
    """How much more pairs of closer plots have in common than wider ones, over all seasons; 0 where no season has such pairs."""
    return max(float(np.average(closer - wider, weights=pairs)), 0.0) if pairs.any() else 0.0


def _block_means(errors: Floats, block: Ints) -> Floats:
    """Mean of each plot's block in each season, shape (plots, seasons)."""
    means = np.zeros(errors.shape)
    for season, column in enumerate(errors.T):
        known = np.isfinite(column)
        plots = np.bincount(block[known], minlength=int(block.max()) + 1)
        means[:, season] = (np.bincount(block[known], column[known], len(plots)) / np.maximum(plots, 1))[block]
    return means


def _plot_variance(residual: Floats, block: Ints) -> float:
    """Variance of plots within their block and season; 1 where no block has two."""
    known = np.isfinite(residual)
    means = sum(len(np.unique(block[column])) for column in known.T)
    freedom = int(known.sum()) - means
    return max(float(np.nansum(residual**2) / freedom), PLOT_MIN) if freedom >= 1 else 1.0


def _standardised(residual: Floats) -> Floats:
    """Known residuals, evenly thinned to RESIDUALS_KEPT, mean 0 and variance 1; normal scores where there are too few to tell."""
    values = np.sort(residual[np.isfinite(residual)])
    values = values[:: max(1, len(values) // RESIDUALS_KEPT)]
    if len(values) < 20 or values.std() < 1e-9:
        from scipy.special import ndtri

        values = ndtri((np.arange(200) + 0.5) / 200)
    return np.asarray((values - values.mean()) / values.std())
