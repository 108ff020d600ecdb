"""Which plots are early and late together: those that lie close, at the same height, and are due on the same days.

A cold week in April holds back the plots that are due in April; those due in May have caught up. So closeness in the expected day
counts beside closeness on the map, and it is all there is where plots have no coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import nnls

from pinfold.basics.quantiles import Floats
from pinfold.forecast.ripening.interface import Ints

# More plots than this are gathered into so many groups of near ones: cost grows with the cube of the groups. Assumed.
CELLS_MAX = 64
# Distances over which two plots lose touch, and infinity: they never do. The record says how much of each there is. Assumed.
RANGES_KM = (50.0, 200.0, np.inf)
RANGES_M = (300.0, np.inf)
RANGES_DAYS = (15.0, 40.0, np.inf)
# A long record forgets old seasons: a season counts half after ten. Assumed.
HALF_LIFE_SEASONS = 10.0
SEASONS_TOGETHER_MIN = 3.0
# A season in which everything was this far off, in standard deviations, says no more than one at the limit. Assumed (Huber's rule).
LIMIT = 1.5
VARIANCE_MIN = 1e-9

Ranges = tuple[float, float, float]
EVERYWHERE: tuple[Ranges, ...] = ((np.inf, np.inf, np.inf),)
NEARBY: tuple[Ranges, ...] = tuple(product(RANGES_KM, RANGES_M, RANGES_DAYS))


@dataclass(frozen=True)
class Cells:
    """Plots gathered into groups of near ones; with at most CELLS_MAX plots each is its own.

    of_plot : int array, shape (plots,), cell of each plot
    features : float array, shape (cells, 4), km east, km north, m above the sea, expected day
    """

    of_plot: Ints
    features: Floats

    @classmethod
    def around(cls, sites: Floats | None, expected_day: Floats) -> Cells:
        """Cells of plots at `sites` (as StageRecord.sites) that are due on `expected_day`; an unknown place lies in the middle."""
        place = np.zeros((len(expected_day), 3)) if sites is None else sites
        known = np.where(np.isnan(place), np.nan_to_num(_mean(place)), place)
        features = np.column_stack([known, expected_day])
        of_plot = np.zeros(len(features), dtype=np.int64)
        for number, rows in enumerate(_halved(features / (RANGES_KM[0], RANGES_KM[0], RANGES_M[0], RANGES_DAYS[0]), CELLS_MAX)):
            of_plot[rows] = number
        sums = np.stack([np.bincount(of_plot, column) for column in features.T], axis=1)
        return cls(of_plot, sums / np.bincount(of_plot)[:, None])

    def total(self, of_plots: Floats) -> Floats:
        """Sum over the plots of each cell, shape (cells,) or (cells, seasons)."""
        totals = np.zeros((len(self.features), *of_plots.shape[1:]))
        np.add.at(totals, self.of_plot, of_plots)
        return totals

    def kernel(self, ranges: Ranges) -> Floats:
        """Exponential closeness of every two cells, shape (cells, cells), 1 on the diagonal."""
        away = np.abs(self.features[:, None] - self.features[None])
        km = np.hypot(away[..., 0], away[..., 1])
        return np.asarray(np.exp(-km / ranges[0] - away[..., 2] / ranges[1] - away[..., 3] / ranges[2]))


def _mean(place: Floats) -> Floats:
    known = np.isfinite(place)
    return np.asarray(np.nansum(place, axis=0) / np.maximum(known.sum(axis=0), 1))


def _halved(features: Floats, at_most: int) -> Iterator[Ints]:
    """Rows halved along their widest feature until there are as many groups as rows, or `at_most` (a power of 2)."""

    def halve(rows: Ints, groups: int) -> Iterator[Ints]:
        if groups == 1 or len(rows) == 1:
            yield rows
            return
        widest = int(np.argmax(np.ptp(features[rows], axis=0)))
        ordered = rows[np.argsort(features[rows, widest], kind="stable")]
        middle = len(rows) // 2
        yield from halve(ordered[:middle], groups // 2)
        yield from halve(ordered[middle:], groups // 2)

    if len(features) <= at_most:
        yield from (np.array([row]) for row in range(len(features)))
    else:
        yield from halve(np.arange(len(features)), at_most)


def shared_covariance(cells: Cells, errors: Floats, dictionary: tuple[Ranges, ...]) -> Floats:
    """How the errors of every two cells go together, days², shape (cells, cells): the sum of kernels that fits past products best.

    errors : float array, shape (plots, seasons), days between what was seen and what was expected before the season
    Source: covariance by the method of moments, Cressie (1993), Statistics for Spatial Data, ch. 2; weights kept at 0 or above by
    Lawson & Hanson (1974), Solving Least Squares Problems, ch. 23.
    """
    limit = LIMIT * float(np.sqrt(np.nanmean(errors**2))) if np.isfinite(errors).any() else 0.0
    known = cells.total(np.isfinite(errors).astype(float))
    mean = cells.total(np.nan_to_num(np.clip(errors, -limit, limit))) / np.maximum(known, 1.0)
    seen = (known > 0).astype(float)
    weight = 0.5 ** (np.arange(errors.shape[1])[::-1] / HALF_LIFE_SEASONS)
    together = (seen * weight) @ seen.T
    products = (mean * weight) @ mean.T / np.maximum(together, VARIANCE_MIN)
    pairs = np.triu_indices(len(mean), 1)
    used = (seen @ seen.T)[pairs] >= SEASONS_TOGETHER_MIN
    kernels = [cells.kernel(ranges) for ranges in dictionary]
    if not used.any():
        return np.zeros_like(kernels[0])
    root = np.sqrt(together[pairs][used])
    fitted, _ = nnls(np.stack([kernel[pairs][used] for kernel in kernels], axis=1) * root[:, None], products[pairs][used] * root)
    return np.asarray(sum(part * kernel for part, kernel in zip(fitted, kernels, strict=True)))


def posterior(covariance: Floats, precision: Floats, pull: Floats) -> tuple[Floats, Floats]:
    """(mean, variance) of what cells share, each shape (cells,), once sites have said `precision` and `pull` = precision x value.

    Source: Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, eq. 3.67: stable where nothing was said, because no
    eigenvalue of what is inverted is below 1.
    """
    root = np.sqrt(precision)
    seen = root[:, None] * covariance
    # numpy's solver: on small matrices scipy's triangular one wakes a thread per core, at 300 times the CPU.
    told = np.linalg.solve(np.eye(len(root)) + seen * root, seen)
    return covariance @ pull - seen.T @ (told @ pull), np.maximum(np.diag(covariance) - (seen * told).sum(axis=0), VARIANCE_MIN)


def without_own(mean: Floats, variance: Floats, precision: Floats, pull: Floats) -> tuple[Floats, Floats]:
    """(mean, variance) of the same without each site's own word: what the others say of it. All shapes (plots,)."""
    left = np.maximum(1 / variance - precision, VARIANCE_MIN)
    return (mean / variance - pull) / left, 1 / left
