"""Totals of an outlook: a product over all regions, a region over all products, and everything, as sums of the very rows they total.

Means add up exactly. Quantiles do not: errors of one week share weather, prices and feasts. So totals are summed by simulation. In each
past week of the backtest the errors of all series came together. Each series draws from its own quantiles in the order of its own past
errors, so that weeks in which much went wrong at once stay together, and each total is the sum of such draws.

Draws keep the order of errors and not how large they were together, so the span of a sum is too narrow where large errors come together.
It is stretched around its median until four of five sums of the past weeks, of all totals of one kind, would have been inside (Romano,
Patterson & Candes 2019, NeurIPS 32).

Source: Clark et al. (2004), J. Hydrometeorology 5:243-262 (the Schaake shuffle: forecasts in the order of the past); Ben Taieb, Taylor &
Hyndman (2021), J. Am. Stat. Assoc. 116:27-43 (sums of dependent forecasts from the bottom up).

Where not to trust this: half a year of weeks are 26 draws, so p10 and p90 of a total rest on a few. With fewer than eight, all series are
taken to err together, which is too wide.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from pinfold.basics.quantiles import COLUMNS, LEVELS, Floats
from pinfold.demand.backtest import PastWeeks
from pinfold.demand.history import KEYS

DRAWS_MIN = 8
ALL = ""  # a total's product_id or region_id: all of them
TAIL = 0.1 / 0.15  # beyond p10 and p90 a quantile function goes on as between them and the quartiles
SEED = 1
MIDDLE = LEVELS.index(0.5)
SPAN_MIN_KG = 1e-6  # so that sums known for certain divide


def totals(outlook: pl.DataFrame, keys: pl.DataFrame, past: PastWeeks) -> pl.DataFrame:
    """Totals by product, by region and of everything: product_id and region_id (empty: all of them), week, mean, p10 .. p90.

    outlook : product_id, region_id, week, mean, p10 .. p90; every series has every week
    keys : product_id, region_id of the series of `past`, in their order; series that are missing there err for themselves
    """
    rows = outlook.with_columns(pl.col(KEYS).cast(pl.String)).sort(*KEYS, "week")
    series = rows.select(KEYS).unique(maintain_order=True)
    weeks = rows["week"].unique().sort()
    quantiles = rows.select(COLUMNS).to_numpy().reshape(series.height, len(weeks), len(COLUMNS))
    known = keys.select(pl.col(KEYS).cast(pl.String))
    placed = series.join(known.with_row_index("at"), on=KEYS, how="left", maintain_order="left")["at"]
    errors = _errors_of(placed.to_list(), past.errors)
    summed = []
    for summed_over in (["region_id"], ["product_id"], list(KEYS)):
        names, group = _groups(series, summed_over)
        found = quantiles_of_sums(quantiles, errors, group)
        middle = found[..., MIDDLE, None]
        found = np.maximum(middle + stretch(past, _groups(known, summed_over)[1]) * (found - middle), 0)
        dated = names.join(pl.DataFrame({"week": weeks}), how="cross")
        summed.append(dated.with_columns(*(pl.Series(column, found[..., at].reshape(-1)) for at, column in enumerate(COLUMNS))))
    return pl.concat(summed).join(_means(rows), on=[*KEYS, "week"], how="left").select(*KEYS, "week", "mean", *COLUMNS)


def _groups(series: pl.DataFrame, summed_over: list[str]) -> tuple[pl.DataFrame, npt.NDArray[np.int64]]:
    """The totals in which these series are summed over some of their keys, and the number of each series' one."""
    named = series.with_columns(pl.lit(ALL).alias(key) for key in summed_over)
    names = named.unique(maintain_order=True)
    return names, named.join(names.with_row_index("group"), on=KEYS, maintain_order="left")["group"].to_numpy().astype(np.int64)


def stretch(past: PastWeeks, group: npt.NDArray[np.int64]) -> float:
    """By how much the spans of sums over `group` would have had to be wider for four of five past ones to be inside; 1 or more."""
    errors, needed = past.errors, [np.zeros(0)]
    if len(errors) < DRAWS_MIN:
        return 1.0
    for week in range(len(errors)):
        expected = quantiles_of_sums(past.quantiles(week), errors, group)
        came = np.zeros(expected.shape[:2])
        np.add.at(came, group, past.actual[week])
        off = came - expected[..., MIDDLE]
        span = np.where(off > 0, expected[..., -1] - expected[..., MIDDLE], expected[..., MIDDLE] - expected[..., 0])
        counts = ~np.isnan(off) & (expected[..., -1] > 0)
        needed.append(np.abs(off[counts]) / np.maximum(span[counts], SPAN_MIN_KG))
    return max(1.0, float(np.quantile(np.concatenate(needed), LEVELS[-1] - LEVELS[0])))


def quantiles_of_sums(quantiles: Floats, errors: Floats, group: npt.NDArray[np.int64]) -> Floats:
    """Quantiles of the sums over each group's series, shape (groups, weeks, 5).

    quantiles : of each series, shape (series, weeks, 5); errors : shape (past weeks, series, weeks ahead); group : 0, 1, ... of each series
    """
    count, weeks = int(group.max()) + 1, quantiles.shape[1]
    found = np.zeros((count, weeks, len(LEVELS)))
    for week in range(weeks):
        past = errors[..., min(week, errors.shape[2] - 1)]
        past = past[~np.isnan(past).all(axis=1)]
        draws = _drawn(quantiles[:, week], np.nan_to_num(past)) if len(past) >= DRAWS_MIN else quantiles[:, week]
        sums = np.zeros((count, draws.shape[1]))
        np.add.at(sums, group, draws)
        # Draws stand in the middles of equal parts of probability, which is where Hazen's rule puts them.
        found[:, week] = np.quantile(sums, LEVELS, axis=1, method="hazen").T if len(past) >= DRAWS_MIN else sums
    return found


def _drawn(quantiles: Floats, past: Floats) -> Floats:
    """One draw of each series for each past week, evenly spread over its quantiles, in the order of its errors; (series, past weeks)."""
    share = (past.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable").T + 0.5) / len(past)
    low = quantiles[:, 0] - TAIL * (quantiles[:, 1] - quantiles[:, 0])
    high = quantiles[:, -1] + TAIL * (quantiles[:, -1] - quantiles[:, -2])
    values = np.concatenate([np.maximum(low, 0)[:, None], quantiles, high[:, None]], axis=1)
    levels = np.array([0.0, *LEVELS, 1.0])
    below = np.searchsorted(levels, share, side="right") - 1
    part = (share - levels[below]) / (levels[below + 1] - levels[below])
    return np.asarray(np.take_along_axis(values, below, 1) * (1 - part) + np.take_along_axis(values, below + 1, 1) * part)


def _errors_of(placed: list[int | None], errors: Floats) -> Floats:
    """Errors of each series of the outlook; those of series without any are drawn, each for itself."""
    random = np.random.default_rng(SEED)
    alone = random.normal(size=(errors.shape[0], len(placed), errors.shape[2]))
    known = np.array([at is not None for at in placed])
    alone[:, known] = errors[:, [at for at in placed if at is not None]]
    # Weeks that nobody knows yet stay unknown for all.
    not_yet = np.all(np.isnan(errors), axis=1, keepdims=True)
    alone[not_yet & ~known[:, None]] = np.nan
    return alone


def _means(rows: pl.DataFrame) -> pl.DataFrame:
    sums = []
    for keep in (["product_id"], ["region_id"], []):
        summed = rows.group_by(*keep, "week").agg(pl.col("mean").sum())
        sums.append(summed.with_columns(pl.lit(ALL).alias(key) for key in KEYS if key not in keep).select(*KEYS, "week", "mean"))
    return pl.concat(sums)
