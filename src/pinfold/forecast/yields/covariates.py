"""What was known before the harvest (weather, canopy, inputs, fruit counted) explains what a plot's own past did not foretell.

The surprise in a plot's harvest is regressed on the surprise in its covariates: both are taken against what the plot's own past says,
with the weights of persistence.py, which makes plain least squares the generalised one. Three things keep it humble:
- a ridge: small slopes are believed before any harvest was seen;
- slopes that differ by season: a slope seen in many plots of one season was still seen only once;
- plots of a block share their luck, so a block's mean counts for less than its plots.
Amounts enter as they are or as logarithms; slopes are the same everywhere or change with what is usual on a plot. All of this, how much
ridge and how much slopes differ is averaged over a grid by marginal likelihood, as everywhere here.
Sources: Hoerl & Kennard (1970), Technometrics 12:55-67 (ridge); Laird & Ware (1982), Biometrics 38:963-974 (slopes that differ by
group); Fuller & Battese (1973), J. Am. Stat. Assoc. 68:626-632 (means of groups taken off in part).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pinfold.basics.quantiles import Floats
from pinfold.forecast.panel import plot_and_season_parts
from pinfold.forecast.yields.alternate_bearing import AlternateBearing, TakenApart, taken_apart
from pinfold.forecast.yields.interface import HarvestExpectation, HarvestRecord, Ints
from pinfold.forecast.yields.own_mean import usual_season_spread
from pinfold.forecast.yields.persistence import towards
from pinfold.forecast.yields.season_part import season_ahead

# Variance of slopes, and of their difference between seasons, in units of the deviations' variance per standard deviation of a covariate.
RIDGES = tuple(10.0 ** (half / 2) for half in range(-8, 0))
DIFFERENCES = RIDGES
FAR = 4.0  # standard deviations at which a covariate is cut: beyond them nothing was learned
ZERO_SHARE = 0.1  # of the usual amount, added before the logarithm of an amount that may be 0. Assumed.
BLOCK_SHARE_MAX = 0.9


class WithCovariates:
    name = "pooled alternate bearing with covariates"
    extends = AlternateBearing.name

    def can_learn_from(self, record: HarvestRecord) -> bool:
        """Whether covariates were known in a past season and are known for the season to come."""
        known = record.covariates
        return known is not None and bool(np.isfinite(known[:, :-1]).any() and np.isfinite(known[:, -1]).any())

    def expect(self, record: HarvestRecord) -> HarvestExpectation:
        """Pooled alternate bearing, moved by the surprise in the covariates; without covariates nothing is moved."""
        if not self.can_learn_from(record):
            return AlternateBearing().expect(record)
        apart = taken_apart(record)
        surprises = [_surprises(apart, given, by_place) for given in _scales(apart.record) for by_place in (False, True)]
        slopes = [_slopes(one) for one in surprises]
        likely = np.array([one.log_likelihood for one in slopes])
        weight = np.exp(likely - likely.max())
        weight /= weight.sum()
        said = [_expectation(apart, *pair) for pair in zip(surprises, slopes, strict=True)]
        location = np.tensordot(weight, [one.location for one in said], axes=1)
        spread = np.tensordot(weight, [one.spread for one in said], axes=1)
        return HarvestExpectation(location, spread, float(weight @ [one.season_spread for one in said]))


def _scales(record: HarvestRecord) -> list[Floats]:
    """The covariates standardised, as they are and as logarithms; shape (plots, seasons + 1, kinds), NaN where not known."""
    given = record.covariates
    assert given is not None, "asked for the scales of covariates that are not there"
    past = np.where(np.isfinite(record.root)[:, :, None], given[:, :-1], np.nan).reshape(-1, given.shape[2])
    used = np.isfinite(past).sum(axis=0) > 1
    given, past = given[:, :, used], past[:, used]
    amounts = (np.nanmin(past, axis=0) >= 0) & (np.nanmax(past, axis=0) > 0)
    usual = np.nanmedian(np.where(past > 0, past, np.nan)[:, amounts], axis=0) * ZERO_SHARE
    logs, log_past = given.copy(), past.copy()
    logs[:, :, amounts] = np.log(np.maximum(given[:, :, amounts], 0) + usual)
    log_past[:, amounts] = np.log(past[:, amounts] + usual)
    scales = [_standardised(given, past)]
    return [*scales, _standardised(logs, log_past)] if amounts.any() else scales


def _standardised(given: Floats, past: Floats) -> Floats:
    spread = np.nanstd(past, axis=0)
    away = np.divide(given - np.nanmean(past, axis=0), spread, out=np.zeros_like(given), where=spread > 1e-9)
    return np.asarray(away.clip(-FAR, FAR))


@dataclass(frozen=True)
class Surprises:
    """What the plots' own pasts did not foretell, one entry of each list per past season, in units of its own spread.

    harvest : float arrays, shape (plots seen,); covariates : float arrays, shape (plots seen, kinds); block : int arrays, (plots seen,)
    ahead : shape (plots, kinds), the same covariates' surprise in the season to come, root scale
    season_part : shape (seasons + 1, kinds), the covariates' part that all plots share in each season, root scale
    """

    harvest: list[Floats]
    covariates: list[Floats]
    block: list[Ints]
    ahead: Floats
    season_part: Floats


def _surprises(apart: TakenApart, given: Floats, by_place: bool) -> Surprises:
    record, known = apart.record, np.isfinite(apart.deviation)
    away, season_part = _apart(given * np.sqrt(apart.persistence.variance))
    if by_place:
        away = np.concatenate([away, _times_usual(away, known) / np.sqrt(apart.persistence.variance)], axis=2)
        season_part = np.concatenate([season_part, np.zeros_like(season_part)], axis=1)
    harvest, covariates, block = [], [], []
    for at, season in enumerate(record.seasons):
        rows = np.flatnonzero(known[:, at])
        before = towards(known[rows, :at], record.seasons[:at], int(season), apart.persistence)
        spread = np.sqrt(before.variance)
        harvest.append((apart.deviation[rows, at] - before.of(apart.deviation[rows, :at])) / spread)
        foretold = np.einsum("ps,psk->pk", before.weights, away[rows, :at])
        covariates.append((away[rows, at] - foretold) / spread[:, None])
        block.append(record.places.block[rows])
    own = towards(known, record.seasons, record.season, apart.persistence)
    ahead = away[:, -1] - np.einsum("ps,psk->pk", own.weights, away[:, :-1])
    return Surprises(harvest, covariates, block, ahead, season_part)


def _apart(given: Floats) -> tuple[Floats, Floats]:
    """(covariates without their seasons' parts, 0 where not known; season parts, shape (seasons + 1, kinds))."""
    # Two-way parts, because other plots are known in one season than in another. What is not known is as usual.
    parts = [plot_and_season_parts(given[:, :, kind])[1] for kind in range(given.shape[2])]
    season_part = np.stack(parts, axis=1) if parts else np.empty((given.shape[1], 0))
    return np.nan_to_num(given - season_part), season_part


def _times_usual(away: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    """Each covariate's distance from what is usual on its plot, times what is usual there: rain helps a dry place and harms a wet one."""
    seen = known[:, :, None]
    usual = (away[:, :-1] * seen).sum(axis=1) / np.maximum(known.sum(axis=1), 1)[:, None]
    return np.asarray((away - usual[:, None]) * usual[:, None])


@dataclass(frozen=True)
class Slopes:
    """Mean and covariance of the slopes of the season to come, shapes (kinds,) and (kinds, kinds)."""

    mean: Floats
    covariance: Floats
    log_likelihood: float


def _slopes(surprises: Surprises) -> Slopes:
    """Slopes averaged over RIDGES x DIFFERENCES by marginal likelihood; each season gives one witness of them."""
    share = _block_share(surprises)
    products = [_products(*one, share) for one in zip(surprises.harvest, surprises.covariates, surprises.block, strict=True)]
    kinds = surprises.ahead.shape[1]
    likely, means, covariances = [], [], []
    for difference in DIFFERENCES:
        information, score, of_seasons = np.zeros((kinds, kinds)), np.zeros(kinds), 0.0
        for square, cross in products:
            widened = np.eye(kinds) + difference * square
            information += np.linalg.solve(widened, square)
            own = np.linalg.solve(widened, cross)
            score += own
            of_seasons += difference * float(cross @ own) - float(np.linalg.slogdet(widened)[1])
        for ridge in RIDGES:
            whole = information + np.eye(kinds) / ridge
            mean = np.linalg.solve(whole, score)
            penalty = float(np.linalg.slogdet(whole)[1]) + kinds * np.log(ridge)
            likely.append((of_seasons - penalty + float(mean @ score)) / 2)
            means.append(mean)
            covariances.append(np.linalg.inv(whole) + difference * np.eye(kinds))
    best = max(likely)
    weight = np.exp(np.array(likely) - best)
    log_likelihood = best + float(np.log(weight.mean()))
    weight /= weight.sum()
    return Slopes(weight @ np.array(means), np.tensordot(weight, np.array(covariances), axes=1), log_likelihood)


def _products(harvest: Floats, covariates: Floats, block: Ints, share: float) -> tuple[Floats, Floats]:
    """(covariates' products with each other, and with the harvest) of one season, block means taken off by what blocks share."""
    together = np.column_stack([covariates, harvest])
    plots = np.maximum(np.bincount(block), 1)
    kept_off = 1 - np.sqrt((1 - share) / (1 - share + plots * share))
    sums = np.zeros((len(plots), together.shape[1]))
    np.add.at(sums, block, together)
    rest = (together - (kept_off / plots)[block, None] * sums[block]) / np.sqrt(1 - share)
    return rest[:, :-1].T @ rest[:, :-1], rest[:, :-1].T @ rest[:, -1]


def _block_share(surprises: Surprises) -> float:
    """Share of the surprises' variance that plots of one block have in common in a season, by the mean product of pairs."""
    paired = pairs = total = count = 0.0
    for harvest, block in zip(surprises.harvest, surprises.block, strict=True):
        plots, sums = np.bincount(block), np.bincount(block, weights=harvest)
        square = float(harvest @ harvest)
        paired += float(sums @ sums) - square
        pairs += float((plots * (plots - 1)).sum())
        total += square
        count += len(harvest)
    return float(np.clip(paired / pairs / (total / count), 0.0, BLOCK_SHARE_MAX)) if pairs and total > 0 else 0.0


def _expectation(apart: TakenApart, surprises: Surprises, slopes: Slopes) -> HarvestExpectation:
    """The plots' own word moved by slope x surprise; the season part moved by the covariates' means as far as past seasons bear it out."""
    record = apart.record
    own = towards(np.isfinite(apart.deviation), record.seasons, record.season, apart.persistence)
    moved = surprises.season_part @ slopes.mean
    usual = usual_season_spread(record.root)
    without = season_ahead(apart.season, record.seasons, record.season, usual)
    rest = season_ahead(apart.season - moved[:-1], record.seasons, record.season, usual)
    borne_out = 1 / (1 + np.exp(np.clip(without.log_likelihood - rest.log_likelihood, -50, 50)))
    far = surprises.season_part[-1] - surprises.season_part[:-1].mean(axis=0)
    slope_variance = float(far @ slopes.covariance @ far)
    part = (1 - borne_out) * without.part + borne_out * (rest.part + moved[-1])
    variance = (1 - borne_out) * without.spread**2 + borne_out * (rest.spread**2 + slope_variance)
    location = apart.level + part + own.of(apart.deviation) + surprises.ahead @ slopes.mean
    unsure = np.einsum("pk,kl,pl->p", surprises.ahead, slopes.covariance, surprises.ahead)
    return HarvestExpectation(location, np.sqrt(own.variance + unsure), float(np.sqrt(variance)))
