"""The weekly outlook: how many kg of each product each region will want, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import COLUMNS, Floats
from pinfold.basics.weeks import monday_of
from pinfold.demand.backtest import Backtest, Gate, backtest, is_selling, scale_kg, spread_quantiles
from pinfold.demand.festive import learn
from pinfold.demand.history import KEYS, level_kg, weekly_history
from pinfold.demand.known import Known
from pinfold.demand.models import OutlookModel
from pinfold.demand.moved import PART_COLUMNS
from pinfold.demand.newcomers import newcomers
from pinfold.demand.totals import totals

MEASURED_WEEKS_MAX = 8
WEEKS_MAX = 52


def issue_outlook(sales: pl.DataFrame, products: pl.DataFrame, as_of: date, weeks: int) -> pl.DataFrame:
    """The outlook for every listed product in every region where anything was sold, by the model that backtests best.

    A product that a region does not know yet, or for 4 weeks at most, is foreseen from products alike (`demand.newcomers`).

    Columns product_id, region_id, week (the Monday), mean, p10, p25, p50, p75, p90 (kg), model, issued_on, and what moved the mean (kg) as
    `demand.moved` says; the first week is the one that holds `as_of`. Only whole weeks before that week are looked at.

    sales : date, product_id, region_id, kg (see `history.sales_from_purchases` when there are only purchases)
    products : product_id
    weeks : 1..52; errors are measured up to 8 weeks ahead, and later weeks carry the spread of the eighth
    Raises InputError when `weeks` is out of range or no whole week of sales is known.
    """
    return issue(sales, products, as_of, weeks).outlook


@dataclass(frozen=True)
class Issued:
    """outlook : as `issue_outlook`; totals : as `totals.totals`; scores : model, loss, wape of the backtest, what serves first"""

    outlook: pl.DataFrame
    totals: pl.DataFrame
    scores: pl.DataFrame


def issue(sales: pl.DataFrame, products: pl.DataFrame, as_of: date, weeks: int, workers: Executor | None = None) -> Issued:
    """The outlook, its totals, and what the gate saw. workers : as for `backtest`; arguments and errors as `issue_outlook`"""
    if not 1 <= weeks <= WEEKS_MAX:
        raise InputError(f"an outlook of {weeks} weeks cannot be made; ask for 1 to {WEEKS_MAX}")
    history = weekly_history(sales, products, as_of)
    known = Known.of(history, weeks)
    gate = backtest(replace(known, weeks=min(weeks, MEASURED_WEEKS_MAX)), workers=workers)
    scored = list({each.candidate.name: each for each in (gate.selling, *gate.scored)}.values())
    scores = pl.DataFrame(
        {"model": [each.candidate.name for each in scored], "loss": [each.loss for each in scored], "wape": [each.wape for each in scored]}
    )
    rows = _with_newcomers(_rows(known, gate), newcomers(history, products, min(weeks, MEASURED_WEEKS_MAX)))
    monday = monday_of(as_of)
    rows = _with_festivals(rows, learn(history).factor([monday + timedelta(weeks=ahead) for ahead in range(weeks)]))
    dated = rows.with_columns(week=monday + pl.duration(weeks=pl.col("ahead")), issued_on=pl.lit(as_of))
    outlook = dated.select(*KEYS, "week", "mean", *COLUMNS, "model", "issued_on", *PART_COLUMNS)
    return Issued(outlook, totals(outlook, history.keys, gate.past), scores)


def _rows(known: Known, gate: Gate) -> pl.DataFrame:
    expected = predict(known, gate)
    selling = np.repeat(is_selling(known.history.kg), known.weeks)
    rows = known.history.keys.join(pl.DataFrame({"ahead": range(known.weeks)}), how="cross")
    return rows.with_columns(
        pl.Series("mean", expected.mean.reshape(-1)),
        *(pl.Series(column, expected.quantiles[..., at].reshape(-1)) for at, column in enumerate(COLUMNS)),
        pl.Series("model", np.where(selling, gate.selling.candidate.name, gate.sparse.candidate.name)),
        *(pl.Series(column, expected.parts[at].reshape(-1)) for at, column in enumerate(PART_COLUMNS)),
    )


def _with_newcomers(rows: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The same rows with those of newcomers in their places, in the order of keys and weeks."""
    weeks = rows.select("ahead").unique()
    nothing = [pl.lit(0.0).alias(column) for column in PART_COLUMNS if column not in ("usual_kg", "alike_kg")]
    young = new.join(weeks, how="cross").with_columns(
        *nothing, model=pl.lit("products alike"), alike_kg=pl.col("mean") - pl.col("usual_kg")
    )
    return pl.concat([rows.join(new, on=KEYS, how="anti"), young.select(rows.columns)]).sort(*KEYS, "ahead")


def _with_festivals(rows: pl.DataFrame, factor: Floats) -> pl.DataFrame:
    """The same rows with what festivals did in all their years, in place of what the models answer to them.

    factor : kg of each week ahead over those of an ordinary one, shape (weeks,); 1 leaves a week as it is
    """
    times = pl.col("ahead").replace_strict(dict(enumerate(factor.tolist())), return_dtype=pl.Float64)
    ordinary = pl.col("mean") - pl.col("festival_kg")
    told = (times != 1) & (pl.min_horizontal("mean", ordinary) > 0)
    ratio = pl.when(told).then(ordinary * times / pl.col("mean")).otherwise(1.0)
    festival = pl.when(told).then(ordinary * (times - 1)).otherwise("festival_kg")
    return rows.with_columns(festival.alias("festival_kg"), *(pl.col(column) * ratio for column in ("mean", *COLUMNS)))


@dataclass(frozen=True)
class Expected:
    """mean : kg, shape (series, weeks); quantiles : (series, weeks, 5); parts : of the mean, as moved.PARTS, (parts, series, weeks)"""

    mean: Floats
    quantiles: Floats
    parts: Floats


def predict(known: Known, gate: Gate) -> Expected:
    """What is expected of every series and week: of series that sell by the one choice of the gate, of sparse ones by the other."""
    # Both choices share models, and learning is what takes the time.
    used = dict.fromkeys([*gate.selling.candidate.models, *gate.sparse.candidate.models])
    fitted = {model: model.fit(known) for model in used}
    expected = _predict(known, gate.selling, fitted)
    sparse = ~is_selling(known.history.kg)
    if not sparse.any():
        return expected
    beside = _predict(known, gate.sparse, fitted)
    return Expected(
        mean=np.where(sparse[:, None], beside.mean, expected.mean),
        quantiles=np.where(sparse[:, None, None], beside.quantiles, expected.quantiles),
        parts=np.where(sparse[:, None], beside.parts, expected.parts),
    )


def _predict(known: Known, chosen: Backtest, fitted: Mapping[OutlookModel, OutlookModel]) -> Expected:
    candidate, kg = chosen.candidate.of(fitted), known.history.kg
    guess, level = candidate.predict(known), level_kg(kg)
    mean, quantiles = spread_quantiles(guess, scale_kg(guess, level), chosen.bands.of(kg), chosen.spread)
    usual = np.repeat(level[None, :, None], known.weeks, axis=2)
    return Expected(mean, quantiles, np.concatenate([usual, candidate.moved(known), (mean - guess)[None]]))
