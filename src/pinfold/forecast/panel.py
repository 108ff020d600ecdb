"""A table of plots by seasons with gaps, taken apart into a part of the plot and a part of the season."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pinfold.basics.quantiles import Floats

SWEEPS = 12


def count(values: Floats, axis: int) -> Floats:
    """How many cells along `axis` are known."""
    return np.asarray(np.isfinite(values).sum(axis=axis), dtype=float)


def mean_known(values: Floats, axis: int) -> Floats:
    """Mean of the known cells along `axis`; NaN where none is known."""
    known = count(values, axis)
    mean: Floats = np.divide(np.nansum(values, axis=axis), known, out=np.full(known.shape, np.nan), where=known > 0)
    return mean


def plot_and_season_parts(values: Floats) -> tuple[Floats, Floats]:
    """(plot part, shape (plots,), NaN for a plot without any cell; season part, shape (seasons,), summing to 0).

    values : float array, shape (plots, seasons), NaN where unknown
    Alternating means: the least-squares fit of the two-way layout. A season that nobody saw has part 0.
    """
    season = np.zeros(values.shape[1])
    plot = mean_known(values, axis=1)
    known = count(values, axis=0)
    for _ in range(SWEEPS):
        season = np.nansum(values - plot[:, None], axis=0) / np.maximum(known, 1.0)
        season -= season.mean()
        plot = mean_known(values - season, axis=1)
    return plot, season


def root_mean_square(values: Floats, lost: float, at_least: float) -> float:
    """Spread of the known cells with `lost` degrees of freedom; `at_least` where the cells are too few to tell."""
    known = float(np.isfinite(values).sum())
    if known - lost < 1:
        return at_least
    return max(at_least, float(np.sqrt(np.nansum(values**2) / (known - lost))))


def pulled_means(values: Floats) -> Floats:
    """Mean of each row, pulled towards that of all rows by as much as the rows' own noise explains; rows without a cell get the latter.

    values : float array, shape (plots, seasons), NaN where unknown
    Source: empirical Bayes, Efron & Morris (1975), J. Am. Stat. Assoc. 70:311-319; variances by the method of moments.
    """
    known = count(values, axis=1)
    own = mean_known(values, axis=1)
    rows = own[known > 0]
    if not len(rows):
        return own
    common = float(rows.mean())
    lost = float(len(rows))
    within = float(np.nansum((values - own[:, None]) ** 2) / max(known.sum() - lost, 1.0))
    between = max(float(rows.var()) - within * float((1 / known[known > 0]).mean()), 1e-9)
    kept = known / (known + within / between)
    return np.asarray(common + kept * (np.where(known > 0, own, common) - common))


def pulled_through(values: Floats, groups: Sequence[npt.NDArray[np.int64]], own: bool = True) -> Floats:
    """The same as pulled_means, but each row is pulled towards its group, and the group towards the wider one that it is part of.

    groups : from wide to narrow, each shape (plots,), the number of each row's group
    own : False says what the groups alone say of each row
    """
    usual = np.zeros(len(values))
    for group in groups:
        left = values - usual[:, None]
        known, sums = np.zeros((group.max() + 1, values.shape[1])), np.zeros((group.max() + 1, values.shape[1]))
        np.add.at(known, group, np.isfinite(left).astype(float))
        np.add.at(sums, group, np.nan_to_num(left))
        usual += pulled_means(np.divide(sums, known, out=np.full(sums.shape, np.nan), where=known > 0))[group]
    return usual + pulled_means(values - usual[:, None]) if own else usual
