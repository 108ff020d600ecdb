"""Sales as tables of weeks and days: one row per product and region, the oldest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import Floats
from pinfold.basics.weeks import monday_of
from pinfold.demand.censored import wanted_kg

KEYS = ("product_id", "region_id")
PRICES = ("price_per_kg", "list_price_per_kg")
DAYS = 7
LEVEL_WEEKS = 8


@dataclass(frozen=True)
class History:
    """What was wanted each week of every product in every region in which it was ever sold, with days and prices.

    keys : frame with product_id, region_id, one row per series, in their order
    kg : float array, shape (series, weeks), kg sold in each week, >= 0, the oldest week first, and more where it sold out (`censored`)
    day_kg : float array, shape (series, 7 * weeks), the same of each day, >= 0; tables of weeks have everything on Mondays
    price, list_price : float arrays, shape (series, weeks), mean price paid and before any discount, yuan per kg; NaN where not known
    first_monday : of the oldest week
    """

    keys: pl.DataFrame
    kg: Floats
    day_kg: Floats
    price: Floats
    list_price: Floats
    first_monday: date

    def __post_init__(self) -> None:
        series, weeks = self.kg.shape
        assert series == self.keys.height, f"{self.keys.height} series, but kg has shape {self.kg.shape}"
        assert self.day_kg.shape == (series, DAYS * weeks), f"{weeks} weeks, but day_kg has shape {self.day_kg.shape}"
        assert self.price.shape == self.list_price.shape == (series, weeks), f"prices have shape {self.price.shape}"

    @property
    def weeks(self) -> int:
        return int(self.kg.shape[1])

    def earlier(self, days: int) -> History:
        """The same sales cut into weeks that begin `days` days (0..6) before a Monday, without the newest `days` days.

        A week's prices are those of the calendar week that holds most of its days.
        """
        if days == 0:
            return self
        weeks = self.weeks - 1
        day_kg = self.day_kg[:, DAYS - days : DAYS - days + DAYS * weeks]
        prices = slice(0, weeks) if 2 * days > DAYS else slice(1, weeks + 1)
        return replace(
            self,
            kg=day_kg.reshape(len(day_kg), weeks, DAYS).sum(axis=2),
            day_kg=day_kg,
            price=self.price[:, prices],
            list_price=self.list_price[:, prices],
            first_monday=self.first_monday + timedelta(days=DAYS - days),
        )

    @property
    def knows_days(self) -> bool:
        """Whether anything was sold on another day than Mondays: tables of weeks have everything there."""
        return bool(self.day_kg.reshape(len(self.kg), -1, DAYS)[..., 1:].any())

    def until(self, week: int) -> History:
        """What was known when `week` began: the weeks before it."""
        return replace(
            self,
            kg=self.kg[:, :week],
            day_kg=self.day_kg[:, : DAYS * week],
            price=self.price[:, :week],
            list_price=self.list_price[:, :week],
        )


def level_kg(kg: Floats) -> Floats:
    """Mean weekly kg of the last 8 weeks, shape (series,): what is usual."""
    return np.asarray(kg[:, -LEVEL_WEEKS:].mean(axis=1))


def weekly_history(sales: pl.DataFrame, products: pl.DataFrame, as_of: date) -> History:
    """Whole weeks of `sales` before the week of `as_of`, for the products on the list.

    sales : date, product_id, region_id, kg (returns are negative; a week's sum below zero counts as zero), and price_per_kg,
        list_price_per_kg and sold_out (nothing was left at the end of that day) where they are known
    products : product_id
    Weeks at the end in which nothing at all was sold anywhere count as not yet recorded and are left out.
    Raises InputError when no whole week is left.
    """
    before = monday_of(as_of)
    known = sales.filter(pl.col("date") < before).join(products.select("product_id"), on="product_id", how="semi")
    daily = _daily(known)
    weekly = daily.group_by(*KEYS, week=pl.col("date").dt.truncate("1w")).agg(pl.col("kg").sum()).filter(pl.col("kg") > 0)
    if weekly.is_empty():
        raise InputError(f"no sales of a listed product before {before}; give sales of at least one whole week, or a later day")
    keys = daily.select(KEYS).unique(maintain_order=True)
    first, last = monday_of(_day(daily["date"].min())), _day(weekly["week"].max())
    days = DAYS * ((last - first).days // DAYS + 1)
    daily = daily.filter(pl.col("date") < last + timedelta(weeks=1))
    at = (
        daily.join(keys.with_row_index("row"), on=KEYS, maintain_order="left")["row"].to_numpy(),
        (daily["date"] - first).dt.total_days().to_numpy(),
    )

    def table(column: str) -> Floats:
        filled = np.zeros((keys.height, days))
        filled[at] = daily[column].to_numpy()
        return filled

    def by_week(day: Floats) -> Floats:
        return np.asarray(day.reshape(keys.height, -1, DAYS).sum(axis=2))

    kg, sold_out = table("kg"), table("sold_out")
    sold = np.maximum(by_week(kg), 0)
    more = wanted_kg(sold, by_week(sold_out) > 0) - sold
    paid, listed = (by_week(table(f"{column}_sum")) / _or_nan(by_week(table(f"{column}_kg"))) for column in PRICES)
    return History(keys, sold + more, np.maximum(kg, 0) + _on_last_day(more, sold_out), paid, listed, first)


def _daily(sales: pl.DataFrame) -> pl.DataFrame:
    """One row per series and day with a sale: date, keys, kg, sold_out, and for each of PRICES its sum over the kg sold and those kg."""
    sold = pl.col("kg").clip(lower_bound=0.0)
    priced = [pl.col(column) if column in sales.columns else pl.lit(None, dtype=pl.Float64).alias(column) for column in PRICES]
    flagged = pl.col("sold_out").fill_null(False) if "sold_out" in sales.columns else pl.lit(False)
    return (
        sales.with_columns(*priced, sold_out=flagged)
        .group_by("date", *KEYS)
        .agg(
            pl.col("kg").sum(),
            pl.col("sold_out").any(),
            *((pl.col(column) * sold).sum().alias(f"{column}_sum") for column in PRICES),
            *(sold.filter(pl.col(column).is_not_null()).sum().alias(f"{column}_kg") for column in PRICES),
        )
        .sort(*KEYS, "date")
    )


def _on_last_day(more: Floats, sold_out: Floats) -> Floats:
    """What was wanted beyond the sales of a week, on the last day of it that sold out; shape (series, days)."""
    days = sold_out.reshape(len(more), -1, DAYS)
    last = np.arange(DAYS) == DAYS - 1 - days[..., ::-1].argmax(axis=2)[..., None]
    return np.asarray((last * more[..., None]).reshape(len(more), -1))


def _or_nan(kg: Floats) -> Floats:
    return np.where(kg > 0, kg, np.nan)


def _day(value: object) -> date:
    assert isinstance(value, date)
    return value


def sales_from_purchases(purchases: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Sales (date, product_id, region_id, kg, price_per_kg) added up from customers' purchases.

    purchases : date, region_id, product_id, quantity (packs), and price_per_kg where known
    products : product_id, pack_kg (kg in a pack)
    Raises InputError when products carry no pack weights, or naming a bought product that has none.
    """
    if "pack_kg" not in products.columns:
        raise InputError("products have no column pack_kg; give each product's pack weight, or give sales in kg instead of purchases")
    weighed = purchases.join(products.select("product_id", "pack_kg"), on="product_id", how="left")
    missing = weighed.filter(pl.col("pack_kg").is_null())
    if not missing.is_empty():
        raise InputError(f"product {missing['product_id'][0]!r} was bought but has no pack_kg; give its pack weight in products")
    if "price_per_kg" not in weighed.columns:
        weighed = weighed.with_columns(price_per_kg=pl.lit(None, dtype=pl.Float64))
    kg = (pl.col("quantity") * pl.col("pack_kg")).cast(pl.Float64)
    priced = pl.col("price_per_kg").is_not_null()
    price = (pl.col("price_per_kg") * kg).filter(priced).sum() / kg.filter(priced).sum()
    return weighed.group_by("date", *KEYS).agg(kg=kg.sum(), price_per_kg=price.fill_nan(None)).sort("date", *KEYS)
