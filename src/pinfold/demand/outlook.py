"""The weekly outlook: how many kg of each product each region will want, and how sure that is."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import COLUMNS, Outlook
from pinfold.basics.weeks import monday_of
from pinfold.demand.backtest import Backtest, backtest, level_kg, scale_kg, spread_quantiles
from pinfold.demand.history import History, weekly_history

MEASURED_WEEKS_MAX = 8
WEEKS_MAX = 52


def issue_outlook(sales: pl.DataFrame, products: pl.DataFrame, as_of: date, weeks: int) -> pl.DataFrame:
    """The outlook for every listed product in every region in which it was ever sold, by the model that backtests best.

    Columns product_id, region_id, week (the Monday), mean, p10, p25, p50, p75, p90 (kg), model, issued_on; the first week is the one that
    holds `as_of`. Only whole weeks before that week are looked at.

    sales : date, product_id, region_id, kg (see `history.sales_from_purchases` when there are only purchases)
    products : product_id
    weeks : 1..52; errors are measured up to 8 weeks ahead, and later weeks carry the spread of the eighth
    Raises InputError when `weeks` is out of range or no whole week of sales is known.
    """
    if not 1 <= weeks <= WEEKS_MAX:
        raise InputError(f"an outlook of {weeks} weeks cannot be made; ask for 1 to {WEEKS_MAX}")
    history = weekly_history(sales, products, as_of)
    best = backtest(history.kg, min(weeks, MEASURED_WEEKS_MAX))[0]
    outlook = predict(history, best, weeks)
    monday = monday_of(as_of)
    rows = history.keys.join(pl.DataFrame({"week": [monday + timedelta(weeks=ahead) for ahead in range(weeks)]}), how="cross")
    return rows.with_columns(
        pl.Series("mean", outlook.mean),
        *(pl.Series(column, outlook.quantiles[:, at]) for at, column in enumerate(COLUMNS)),
        pl.lit(best.model.name).alias("model"),
        pl.lit(as_of).alias("issued_on"),
    )


def predict(history: History, chosen: Backtest, weeks: int) -> Outlook:
    """Outlook of every series and week, rows in that order."""
    guess = chosen.model.predict(history.kg, weeks)
    scale = scale_kg(guess, level_kg(history.kg))
    mean, quantiles = spread_quantiles(guess, scale, chosen.bands.of(history.kg), chosen.spread)
    return Outlook(mean.reshape(-1), np.ascontiguousarray(quantiles.reshape(-1, len(COLUMNS))))


def compare_models(sales: pl.DataFrame, products: pl.DataFrame, as_of: date, weeks: int) -> pl.DataFrame:
    """What the gate saw: model, loss and wape of the backtest, the best (which serves) first."""
    history = weekly_history(sales, products, as_of)
    scored = backtest(history.kg, min(weeks, MEASURED_WEEKS_MAX))
    return pl.DataFrame(
        {"model": [each.model.name for each in scored], "loss": [each.loss for each in scored], "wape": [each.wape for each in scored]}
    )
