"""How well each model would have done on the last weeks, and how far off it was: the source of choice and of uncertainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pinfold.basics.quantiles import LEVELS, Floats
from pinfold.demand.candidates import CANDIDATES, Candidate, hindcasts, mean_of
from pinfold.demand.history import LEVEL_WEEKS, level_kg
from pinfold.demand.known import Known

Rows = npt.NDArray[np.int64]
Chosen = npt.NDArray[np.bool_]

ORIGINS_MAX = 26  # the last half year: older errors say less about the coming weeks
PAST_WEEKS_MIN = 4
SELLING_SHARE = 0.75  # sold in at least 6 of the last 8 weeks: selling; otherwise sparse
SIZE_BANDS = 3
TOGETHER = 4  # the winner of a backtest was partly lucky; the mean of the best few is less so
WITHIN = 1.10  # of the best one's loss: a candidate that is clearly worse does not take part
ERRORS_MIN = 30  # fewer errors than this do not make five quantiles; a wider pool is used

# Errors over scale when there is no past yet to measure them on: those of the mean of 4 weeks, one week ahead, over 5 993 weeks of eight
# trade areas' produce (Complete Journey, 2017). That they hold elsewhere is assumed.
ASSUMED_ERRORS = np.array([-0.63, -0.36, -0.06, 0.30, 0.80])
ASSUMED_MEAN_ERROR = 0.04


@dataclass(frozen=True)
class Bands:
    """Series that err alike: 0 is sparse, 1..SIZE_BANDS are selling ones from small to large.

    edges_kg : float array, shape (SIZE_BANDS - 1,), limits between sizes of weekly sales
    """

    edges_kg: Floats

    def of(self, kg: Floats) -> Rows:
        """Band of each series, shape (series,)."""
        return np.where(is_selling(kg), 1 + np.searchsorted(self.edges_kg, level_kg(kg)), 0)


@dataclass(frozen=True)
class Spread:
    """Quantiles and mean of (actual - guess) / scale for each band and each week ahead.

    quantiles : float array, shape (bands, weeks ahead, 5)
    mean : float array, shape (bands, weeks ahead)
    """

    quantiles: Floats
    mean: Floats


@dataclass(frozen=True)
class Backtest:
    """One candidate on the last weeks.

    loss : pinball loss of the series that it was tried on, over the kg they sold (no unit; 0 is perfect)
    wape : absolute error of the median over the kg sold (no unit)
    """

    candidate: Candidate
    loss: float
    wape: float
    bands: Bands
    spread: Spread


def is_selling(kg: Floats) -> npt.NDArray[np.bool_]:
    """Whether a series sold in most of the last 8 weeks, shape (series,)."""
    return np.asarray((kg[:, -LEVEL_WEEKS:] > 0).mean(axis=1) >= SELLING_SHARE)


def scale_kg(guess: Floats, level: Floats) -> Floats:
    """What errors are measured in, shape (series, weeks): half the guess, half the level, so that a guess of zero can still be wrong."""
    return np.asarray((guess + level[:, None]) / 2)


def spread_quantiles(guess: Floats, scale: Floats, band: Rows, spread: Spread) -> tuple[Floats, Floats]:
    """Mean (series, weeks) and quantiles (series, weeks, 5), in kg, never below zero; weeks beyond the spread use its last one."""
    ahead = np.minimum(np.arange(guess.shape[1]), spread.mean.shape[1] - 1)
    mean = guess + scale * spread.mean[band][:, ahead]
    quantiles = guess[..., None] + scale[..., None] * spread.quantiles[band][:, ahead]
    return np.maximum(mean, 0), np.maximum(quantiles, 0)


@dataclass(frozen=True)
class PastWeeks:
    """What serves those that sell in past weeks, kg, arrays of shape (past weeks, series, weeks ahead); actual is NaN where not known.

    band : shape (past weeks, series)
    """

    actual: Floats
    guess: Floats
    scale: Floats
    band: Rows
    spread: Spread

    @property
    def errors(self) -> Floats:
        """(actual - guess) / scale; NaN where not known."""
        return _over(self.actual - self.guess, self.scale)

    def quantiles(self, week: int) -> Floats:
        """What would have been expected when past week number `week` began, kg, shape (series, weeks ahead, 5)."""
        return spread_quantiles(self.guess[week], self.scale[week], self.band[week], self.spread)[1]


@dataclass(frozen=True)
class Gate:
    """What serves series that sell, what serves sparse ones, how every candidate did on those that sell, from the best to the worst, and
    the past weeks in which they were compared.
    """

    selling: Backtest
    sparse: Backtest
    scored: list[Backtest]
    past: PastWeeks


def backtest(known: Known, candidates: Sequence[Candidate] = CANDIDATES, workers: Executor | None = None) -> Gate:
    """The gate's choice over at most the last 26 weeks; the first candidate with assumed errors where there is one week only.

    What serves is the mean of the best four, less those whose loss is over a tenth above the best one's. Sparse series choose for
    themselves: a crop that comes back after its off-season is foreseen by other models than one that sells every week.
    Source: Timmermann (2006), Handbook of Economic Forecasting 1, ch. 4: trimming to the best few, then equal weights.

    known : its weeks are how far ahead errors are measured, >= 1
    workers : where models are learned, each for a few past weeks; None for this process. Nothing that comes out depends on it.
    """
    kg, weeks, past_weeks = known.history.kg, known.weeks, known.history.weeks
    if past_weeks < 2:
        first = Backtest(candidates[0], np.nan, np.nan, Bands(np.zeros(SIZE_BANDS - 1)), _assumed(weeks))
        none = np.zeros((0, len(kg), weeks))
        return Gate(first, first, [first], PastWeeks(none, none, none, np.zeros((0, len(kg)), dtype=np.int64), first.spread))
    origins = range(max(min(PAST_WEEKS_MIN, past_weeks - 1), past_weeks - ORIGINS_MAX), past_weeks)
    past = _past(kg, origins, weeks)
    guesses = hindcasts(known, origins, candidates, workers)
    comes_back = (past.band == 0) & (np.nansum(past.actual, axis=1) > 0)
    # What comes back counts for those that sell too: a gate that saw only what sells now would never learn of seasons.
    counted = (past.band > 0) | comes_back
    scored = _ranked(candidates, past, guesses, counted)
    sparse = _ranked(candidates, past, guesses, comes_back)
    selling = _together(scored, past, guesses, counted)
    guess = selling.candidate.combine(guesses)
    actual, guess, scale = (each.reshape(len(origins), -1, weeks) for each in (past.actual, guess, scale_kg(guess, past.level)))
    weeks_past = PastWeeks(actual, guess, scale, past.band.reshape(len(origins), -1), selling.spread)
    return Gate(selling, _together(sparse, past, guesses, comes_back), scored, weeks_past)


def _ranked(candidates: Sequence[Candidate], past: _Past, guesses: Mapping[str, Floats], counted: Chosen) -> list[Backtest]:
    scored = [_score(candidate, past, candidate.combine(guesses), counted) for candidate in candidates]
    return sorted(scored, key=lambda each: each.loss)


def _together(scored: list[Backtest], past: _Past, guesses: Mapping[str, Floats], counted: Chosen) -> Backtest:
    best = [each.candidate for each in scored[:TOGETHER] if each.loss <= WITHIN * scored[0].loss]
    if len(best) == 1:
        return scored[0]
    together = mean_of(best, f"mean of the best {len(best)}")
    return _score(together, past, together.combine(guesses), counted)


@dataclass(frozen=True)
class _Past:
    """What was known and what came, one row for each series at each origin.

    actual : float array, shape (rows, weeks), kg sold in the weeks from the origin; NaN where that is not known yet
    level, band : shape (rows,), as they were at the origin
    """

    actual: Floats
    level: Floats
    band: Rows
    bands: Bands


def _past(kg: Floats, origins: range, weeks: int) -> _Past:
    level = np.concatenate([level_kg(kg[:, :origin]) for origin in origins])
    selling = np.concatenate([is_selling(kg[:, :origin]) for origin in origins])
    bands = Bands(np.quantile(level[selling], np.arange(1, SIZE_BANDS) / SIZE_BANDS) if selling.any() else np.zeros(SIZE_BANDS - 1))
    return _Past(
        actual=np.concatenate([_ahead(kg, origin, weeks) for origin in origins]),
        level=level,
        band=np.concatenate([bands.of(kg[:, :origin]) for origin in origins]),
        bands=bands,
    )


def _ahead(kg: Floats, origin: int, weeks: int) -> Floats:
    """What was sold in the `weeks` weeks from `origin`, shape (series, weeks); NaN where that is not known yet."""
    seen = kg[:, origin : origin + weeks]
    return np.pad(seen, ((0, 0), (0, weeks - seen.shape[1])), constant_values=np.nan)


def _score(candidate: Candidate, past: _Past, guess: Floats, counted: Chosen) -> Backtest:
    spread = _spread(_errors(past, guess), past.band)
    _, quantiles = spread_quantiles(guess, scale_kg(guess, past.level), past.band, spread)
    off = past.actual[counted][..., None] - quantiles[counted]
    levels = np.asarray(LEVELS)
    sold = max(float(np.nansum(past.actual[counted])), 1e-9)
    loss = 2 * float(np.nansum(np.maximum(levels * off, (levels - 1) * off))) / len(LEVELS) / sold
    return Backtest(candidate, loss, float(np.nansum(np.abs(off[..., 2]))) / sold, past.bands, spread)


def _errors(past: _Past, guess: Floats) -> Floats:
    """Errors over scale. A series that has not sold for 8 weeks and is not guessed to sell has no scale; its outlook is zero."""
    return _over(past.actual - guess, scale_kg(guess, past.level))


def _over(off: Floats, scale: Floats) -> Floats:
    return np.divide(off, scale, out=np.full_like(off, np.nan), where=scale > 0)


def _spread(error: Floats, band: Rows) -> Spread:
    """Errors pooled per band and week ahead, or wider where there are too few."""
    weeks = error.shape[1]
    spread = _assumed(weeks)
    for group in range(SIZE_BANDS + 1):
        for ahead in range(weeks):
            for pool in (error[band == group, ahead], error[:, ahead], error):
                known = pool[~np.isnan(pool)]
                if len(known) >= ERRORS_MIN:
                    spread.quantiles[group, ahead] = np.quantile(known, LEVELS)
                    # A few series that come back from nothing err by many times their size; the mean of the rest is the better guess.
                    spread.mean[group, ahead] = known.clip(*np.quantile(known, (LEVELS[0], LEVELS[-1]))).mean()
                    break
    return spread


def _assumed(weeks: int) -> Spread:
    bands = SIZE_BANDS + 1
    return Spread(np.tile(ASSUMED_ERRORS, (bands, weeks, 1)), np.full((bands, weeks), ASSUMED_MEAN_ERROR))
