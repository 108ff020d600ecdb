"""What has been weighed so far tells what the season will bring: on the plots that are picked, and by what plots share on all others.

The logarithm of a plot's harvest over its forecast is what all plots of the crop share in a season, what a district and what a village
share, and its own part, with the variances that the forecast says. Weighed kg over the share that is usually picked by then are that
logarithm with an error, part of which is common: a crop that is picked faster than its file says is picked faster everywhere. The best
linear prediction of every plot follows (Henderson 1975, Biometrics 31:423-447); a plot that is picked out bears what was weighed.

Where not to trust this: the error of the picked share is assumed, and what is sold past the scales is taken for a poor harvest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pinfold.basics.quantiles import COLUMNS, LEVELS, Floats
from pinfold.forecast.in_season import NORMAL_SCORE_90, REASONS
from pinfold.forecast.pace import AS_ASSUMED, HALF, Pace
from pinfold.forecast.say import SAME_SHARE

WEIGHED = "weighed"
# Standard deviation of log kg told by weighings when half is picked, as if a harvest came in four rounds of chance size: variance of the
# share p that is picked p (1 - p) / 4. Half of it is common to the crop. Both assumed, and both scaled by what past pickings say of the
# pace: a crop that was picked twice as evenly as assumed tells twice as surely.
HALF_PICKED_ERROR = 0.5
# Plots that differ more than the forecast said differ more among those still to be picked, too: it counts as so many plots. Assumed.
PRIOR_PLOTS = 10.0
# Before a fifth is picked a few days more or less are all that weighings tell. Assumed.
TELLS_FROM_SHARE = 0.2
SHARED = ("shared", "shared_district", "shared_block")
SPREAD_MIN = 1e-6


@dataclass(frozen=True)
class Learned:
    """Of every plot of a crop: log factor on its median, its log spread after it, and the share of that variance which is shared now.

    move, spread : shape (plots,); shared : shape (plots, 3), of season, district and village
    """

    move: Floats
    spread: Floats
    shared: Floats


def with_weighed(
    kg: pl.DataFrame, weighed: pl.DataFrame, plots: pl.DataFrame, paces: Mapping[str, Pace]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(the forecast after what was weighed, what that did to each plot as rows of in_season.REASONS).

    kg : YieldForecast.plots; plots : plot_id, crop, village_id, district_id (null: not known)
    weighed : plot_id, kg, share (usually picked by now, 0 .. 1), on (last weighing), of this season
    paces : of crops whose past pickings tell it (past_paces)
    """
    telling = weighed.filter((pl.col("kg") > 0) & (pl.col("share") >= TELLS_FROM_SHARE))
    about = kg.join(plots.select("plot_id", "crop", "village_id", "district_id"), on="plot_id", maintain_order="left")
    both = about.join(telling.select("plot_id", "share", "on", weighed_kg="kg"), on="plot_id", how="left", maintain_order="left")
    by_crop = both.group_by("crop", maintain_order=True)
    found = [_one_crop(of_crop, paces.get(str(crop), AS_ASSUMED)) for (crop,), of_crop in by_crop if of_crop["weighed_kg"].count()]
    if not found:
        return kg, pl.DataFrame(schema=REASONS)
    moved = pl.concat(found)
    told = moved.filter((pl.col("factor") - 1).abs() > SAME_SHARE)
    reasons = told.select("plot_id", pl.lit(WEIGHED).alias("cause"), "on", "factor").cast(pl.Schema(REASONS))
    return kg.update(moved.select("plot_id", "mean", *COLUMNS, *SHARED), on="plot_id"), reasons


def _one_crop(plots: pl.DataFrame, pace: Pace) -> pl.DataFrame:
    """plot_id, mean, p10 .. p90, shared ..., factor and on, of every plot of one crop with a harvest to come."""
    plots = plots.filter((pl.col("p50") > 0) & (pl.col("p90") > pl.col("p10")))
    quantiles = plots.select(COLUMNS).to_numpy()
    middle = quantiles[:, LEVELS.index(0.5)]
    before = np.log(np.maximum(quantiles[:, -1], 1e-9) / np.maximum(quantiles[:, 0], 1e-9)) / (2 * NORMAL_SCORE_90)
    share = plots["share"].to_numpy()
    learned = learn(before, _loadings(plots), plots["weighed_kg"].to_numpy() / share / middle, share, pace)
    ratio = (quantiles / middle[:, None]) ** (learned.spread / before)[:, None]
    # Nothing that was weighed can be taken back.
    at_least = np.nan_to_num(plots["weighed_kg"].to_numpy())
    after = np.maximum(middle[:, None] * np.exp(learned.move)[:, None] * ratio, at_least[:, None])
    mean = plots["mean"].to_numpy() * np.exp(learned.move + (learned.spread**2 - before**2) / 2)
    return plots.select("plot_id", pl.col("on").fill_null(pl.col("on").max())).with_columns(
        pl.Series("mean", np.maximum(mean, at_least)),
        *(pl.Series(column, after[:, at]) for at, column in enumerate(COLUMNS)),
        *(pl.Series(column, learned.shared[:, at]) for at, column in enumerate(SHARED)),
        pl.Series("factor", np.exp(learned.move)),
    )


def _loadings(plots: pl.DataFrame) -> list[Floats]:
    """How much of each plot's log spread lies on what the season, each district and each village share; shapes (plots, groups)."""
    found = [np.sqrt(plots["shared"].to_numpy())[:, None]]
    for column, share in (("district_id", "shared_district"), ("village_id", "shared_block")):
        names = plots[column].unique(maintain_order=True).to_list()
        member = np.stack([(plots[column].eq_missing(name)).to_numpy() for name in names], axis=1).astype(float)
        found.append(member * np.sqrt(plots[share].to_numpy())[:, None])
    return found


def learn(spread: Floats, loadings: list[Floats], told: Floats, share: Floats, pace: Pace) -> Learned:
    """What weighings say of every plot of a crop.

    spread : shape (plots,), log spread of the forecasts; loadings : see _loadings, of a spread of 1
    told : shape (plots,), weighed kg over the usual share over the forecast's median, NaN where nothing was weighed
    share : shape (plots,), usually picked by now, NaN where nothing was weighed
    """
    groups = np.concatenate(loadings, axis=1) * spread[:, None]
    own = np.maximum(spread**2 - (groups**2).sum(axis=1), SPREAD_MIN**2)
    seen = np.flatnonzero(np.isfinite(told))
    told, half = np.log(told[seen]), HALF_PICKED_ERROR * np.sqrt((1 - share[seen]) / share[seen] / 2)
    common, alone = half * np.sqrt(pace.common / HALF), half**2 * pace.own / HALF
    own = own * _wider(told, own[seen] + alone)
    # Covariance of what was told: low rank (what is shared, and the common error) on a diagonal.
    low, diagonal = np.column_stack([groups[seen], common]), own[seen] + alone
    scaled = low / diagonal[:, None]
    inner = np.linalg.inv(np.eye(low.shape[1]) + low.T @ scaled)

    def solve(right: Floats) -> Floats:
        return np.asarray((right.T / diagonal).T - scaled @ (inner @ (scaled.T @ right)))

    weight = solve(told)
    move = groups @ (groups[seen].T @ weight)
    move[seen] += own[seen] * weight
    explained = solve(groups[seen])
    left = np.eye(groups.shape[1]) - groups[seen].T @ explained
    variance = np.einsum("pg,gh,ph->p", groups, left, groups) + own
    inverse = 1 / diagonal - np.einsum("sg,gh,sh->s", scaled, inner, scaled)
    variance[seen] -= 2 * own[seen] * np.einsum("sg,sg->s", groups[seen], explained) + own[seen] ** 2 * inverse
    variance = np.maximum(variance, SPREAD_MIN**2)
    return Learned(move, np.sqrt(variance), _still_shared(groups, left, variance, [each.shape[1] for each in loadings]))


def _wider(told: Floats, variance: Floats) -> float:
    """By how much plots differ more in what was told than `variance` says, 1 or more."""
    away = told - np.average(told, weights=1 / variance)
    return max(1.0, float((PRIOR_PLOTS + (away**2 / variance).sum()) / (PRIOR_PLOTS + len(told) - 1)))


def _still_shared(groups: Floats, left: Floats, variance: Floats, sizes: list[int]) -> Floats:
    """Share of each plot's variance that is still shared by season, district and village, shape (plots, 3), sum 0 .. 1."""
    parts = np.split(groups**2 * np.diag(left).clip(0), np.cumsum(sizes)[:-1], axis=1)
    shares = np.stack([part.sum(axis=1) for part in parts], axis=1) / variance[:, None]
    return np.asarray(shares / np.maximum(shares.sum(axis=1), 1.0)[:, None])
