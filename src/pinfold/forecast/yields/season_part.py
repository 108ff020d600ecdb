"""The season part of the harvest to come: what all plots of a crop share, from the few seasons on record.

The season parts so far are one short series with a mean and three ways to move: each season's own luck, a walk (what changes stays) and
growth that slows down (orchards coming into bearing). How much of each is not known after so few seasons,
so every mixture of the grid foretells and counts by how likely it made the series (its restricted likelihood); the size of
all of it together has a scaled inverse chi-squared prior worth PRIOR_SEASONS seasons.
Sources: Patterson & Thompson (1971), Biometrika 58:545-554 (restricted likelihood); Hoeting et al. (1999), Statistical Science
14:382-417 (averaging over models); growth that slows down: Gardner & McKenzie (1985), Management Science 31:1237-1246.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.forecast.shocks import PRIOR_SEASONS
from pinfold.forecast.yields.interface import Ints

# Variance of each way to move against a season's own luck, per season; each pair equally believed beforehand. Assumed.
WALKS = (0.0, 0.3, 1.0, 3.0)
GROWTHS = (0.0, 0.3, 1.0, 3.0)
# What is left of a season's growth in the next one. Assumed.
SLOWING = (0.6, 0.8, 0.95)


@dataclass(frozen=True)
class SeasonAhead:
    """Season part of the season to come on the root scale, its spread, and the log likelihood of the series that led to it."""

    part: float
    spread: float
    log_likelihood: float


def season_ahead(parts: Floats, seasons: Ints, season: int, usual_spread: float) -> SeasonAhead:
    """What the season parts so far say about the next.

    parts : float array, shape (seasons,), root scale; any mean
    season : the season to come, after all of `seasons`
    usual_spread : how much seasons are believed to differ before any was seen, root scale, > 0

    >>> abs(season_ahead(np.array([0.2, -0.2, 0.2, -0.2, 0.0]), np.arange(5), 5, 0.2).part) < 0.05
    True
    """
    times = (np.append(seasons, season) - seasons[0]).astype(float)
    mixtures, believed = _mixtures(times)
    likely, middle, variance = np.array([_said(covariance, parts, usual_spread) for covariance in mixtures]).T
    weight = believed * np.exp(likely - likely.max())
    log_likelihood = float(likely.max() + np.log(weight.sum()))
    weight /= weight.sum()
    part = float(weight @ middle)
    return SeasonAhead(part, float(np.sqrt(weight @ (variance + (middle - part) ** 2))), log_likelihood)


def _mixtures(times: Floats) -> tuple[list[Floats], Floats]:
    """(covariance of the series and the season to come under every mixture, how much each is believed beforehand, sum 1)."""
    walk = np.minimum(times[:, None], times[None, :])
    mixtures, believed = [], []
    for walks, grows in product(WALKS, GROWTHS):
        for slowing in SLOWING if grows else SLOWING[:1]:
            grown = (1 - slowing**times) / (1 - slowing)
            mixed = np.eye(len(times)) + walks * walk + grows * np.outer(grown, grown)
            mixtures.append(mixed / (1 + walks + grows))
            believed.append(1 / len(SLOWING) if grows else 1.0)
    return mixtures, np.array(believed) / sum(believed)


def _said(covariance: Floats, parts: Floats, usual_spread: float) -> tuple[float, float, float]:
    """(log likelihood, mean, variance of the season to come) under one covariance, mean and scale integrated out."""
    seen, towards, ahead = covariance[:-1, :-1], covariance[-1, :-1], float(covariance[-1, -1])
    inverse = np.linalg.inv(seen)
    information = float(inverse.sum())
    away = parts - float(inverse.sum(axis=0) @ parts) / information
    freedom = PRIOR_SEASONS + len(parts) - 1
    scatter = PRIOR_SEASONS * usual_spread**2 + float(away @ inverse @ away)
    weights = inverse @ towards
    mean = float(parts.mean() - away.mean() + weights @ away)
    open_still = ahead - float(weights @ towards) + (1 - float(weights.sum())) ** 2 / information
    likely = -0.5 * (float(np.linalg.slogdet(seen)[1]) + np.log(information) + freedom * np.log(scatter))
    return float(likely), mean, open_still * scatter / freedom
