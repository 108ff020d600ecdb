"""How a plot's harvests hang together from season to season, learned from all plots of a crop together.

A plot's deviation from its crop's season has a covariance, between two seasons k apart, of
    variance * (lasting + swinging * (-q)^k + drifting * r^k + passing * [k = 0]),   the four shares sum to 1, 0 < q, r < 1.
`swinging` is alternate bearing: negative one season apart, positive two apart. `drifting` is what changes slowly: growth, care, age.
A few seasons cannot tell some mixtures apart (with three, a swing that dies away looks like one that lasts under noise), so all
mixtures of a grid are kept, each with the weight that the harvests give it.
Sources: Henderson (1975), Biometrics 31:423-447 (best linear unbiased prediction); Hoeting et al. (1999), Statistical Science
14:382-417 (averaging over models); Monselise & Goldschmidt (1982), Horticultural Reviews 4:128-173 (alternate bearing).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from pinfold.basics.quantiles import Floats
from pinfold.forecast.yields.interface import Ints

STEPS = 5
SWING_KEPT = (0.7, 0.95)
DRIFT_KEPT = (0.4, 0.7, 0.95)
PLOTS_FOR_FIT = 1000
WEIGHT_MIN = 1e-3


@dataclass(frozen=True)
class Persistence:
    """One mixture. Shares of variance; `swing_kept`, `drift_kept` per season."""

    lasting: float
    swinging: float
    drifting: float
    swing_kept: float
    drift_kept: float

    @property
    def passing(self) -> float:
        return 1 - self.lasting - self.swinging - self.drifting

    def covariance(self, lag: Ints) -> Floats:
        """Covariance of deviations `lag` seasons apart (any shape) without the passing part, for variance 1."""
        swing = (-1.0) ** lag * self.swing_kept**lag
        return np.asarray(self.lasting + self.swinging * swing + self.drifting * self.drift_kept**lag)


@dataclass(frozen=True)
class Learned:
    """The mixtures that the harvests leave open: `weights` (sum 1) and `variances` (root scale squared), one of each per mixture."""

    mixtures: tuple[Persistence, ...]
    weights: Floats
    variances: Floats

    @property
    def variance(self) -> float:
        return float(self.weights @ self.variances)

    def share(self, part: str) -> float:
        """Weighted mean of one share: lasting, swinging, drifting or passing."""
        return float(self.weights @ [getattr(mixture, part) for mixture in self.mixtures])


def learned(deviation: Floats, seasons: Ints, at_least: float) -> Learned:
    """Which mixtures make the deviations likely, and how likely.

    deviation : float array, shape (plots, seasons), NaN where unknown
    at_least : smallest variance allowed
    """
    sample = deviation[np.isfinite(deviation).any(axis=1)]
    sample = sample[:: max(1, len(sample) // PLOTS_FOR_FIT)]
    plots = _Patterns.of(sample, seasons)
    mixtures = _grid()
    cost, variances = np.array([plots.cost(mixture, at_least) for mixture in mixtures]).T
    weights = np.exp((cost.min() - cost) / 2)
    weights /= weights.sum()
    kept = np.flatnonzero(weights > WEIGHT_MIN)
    return Learned(tuple(mixtures[index] for index in kept), weights[kept] / weights[kept].sum(), variances[kept])


def _grid() -> list[Persistence]:
    """Every mixture in steps of 1 / STEPS that leaves something passing."""
    found = []
    for lasting, swinging, drifting in product(range(STEPS), repeat=3):
        if lasting + swinging + drifting < STEPS:
            for swing_kept in SWING_KEPT if swinging else SWING_KEPT[-1:]:
                for drift_kept in DRIFT_KEPT if drifting else DRIFT_KEPT[-1:]:
                    found.append(Persistence(lasting / STEPS, swinging / STEPS, drifting / STEPS, swing_kept, drift_kept))
    return found


@dataclass(frozen=True)
class _Patterns:
    """Plots put together by the seasons they have: known (patterns, seasons), products (patterns, seasons, seasons), plots (patterns,)."""

    known: npt.NDArray[np.bool_]
    products: Floats
    plots: Floats
    lag: Ints

    @classmethod
    def of(cls, deviation: Floats, seasons: Ints) -> _Patterns:
        known, group = np.unique(np.isfinite(deviation), axis=0, return_inverse=True)
        filled = np.nan_to_num(deviation)
        products = np.stack([filled[group == number].T @ filled[group == number] for number in range(len(known))])
        return cls(known, products, np.bincount(group).astype(float), np.abs(seasons[:, None] - seasons[None, :]))

    def cost(self, mixture: Persistence, at_least: float) -> tuple[float, float]:
        """(twice the negative log likelihood, variance at which it is least)."""
        cells = float((self.known.sum(axis=1) * self.plots).sum())
        matrix = padded(mixture, self.known, self.lag)
        _, log_determinant = np.linalg.slogdet(matrix)
        scatter = float((np.linalg.inv(matrix) * self.products).sum())
        variance = max(scatter / cells, at_least)
        return cells * np.log(variance) + scatter / variance + float(self.plots @ log_determinant), variance


def padded(mixture: Persistence, known: npt.NDArray[np.bool_], lag: Ints) -> Floats:
    """Covariance of each pattern's known seasons for variance 1, the identity elsewhere; shape (patterns, seasons, seasons)."""
    matrix = mixture.covariance(lag) + mixture.passing * np.eye(len(lag))
    return np.where(known[:, :, None] & known[:, None, :], matrix, np.eye(len(lag)))


@dataclass(frozen=True)
class Towards:
    """How past deviations foretell a season: `weights` (plots, seasons), 0 where unknown, and `variance` (plots,) that stays open."""

    weights: Floats
    variance: Floats

    def of(self, deviation: Floats) -> Floats:
        """Best linear prediction from deviations, shape (plots,)."""
        return np.asarray((np.nan_to_num(deviation) * self.weights).sum(axis=1))


def towards(known: npt.NDArray[np.bool_], seasons: Ints, season: int, found: Learned) -> Towards:
    """Weights of the known seasons, shape (plots, seasons), for the deviation in `season`; none and all open without a past."""
    patterns, group = np.unique(known, axis=0, return_inverse=True)
    lag, ahead = np.abs(seasons[:, None] - seasons[None, :]), np.abs(season - seasons)
    weights, variance = np.zeros(patterns.shape), np.zeros(len(patterns))
    for mixture, weight, size in zip(found.mixtures, found.weights, found.variances, strict=True):
        covariance = np.where(patterns, mixture.covariance(ahead), 0.0)
        own = np.linalg.solve(padded(mixture, patterns, lag), covariance[:, :, None])[:, :, 0]
        weights += weight * own
        variance += weight * size * np.maximum(1 - (own * covariance).sum(axis=1), 0.01)
    return Towards(weights[group], variance[group])
