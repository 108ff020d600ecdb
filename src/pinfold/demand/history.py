"""Sales as a table of weeks: one row per product and region, one column per week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import Floats
from pinfold.basics.weeks import monday_of

KEYS = ("product_id", "region_id")


@dataclass(frozen=True)
class History:
    """Weekly sales of every product in every region in which it was ever sold.

    keys : frame with product_id, region_id, one row per series, in their order
    kg : float array, shape (series, weeks), kg sold in each week, >= 0, the oldest week first
    """

    keys: pl.DataFrame
    kg: Floats

    def __post_init__(self) -> None:
        assert self.kg.shape[0] == self.keys.height, f"{self.keys.height} series, but kg has shape {self.kg.shape}"


def weekly_history(sales: pl.DataFrame, products: pl.DataFrame, as_of: date) -> History:
    """Whole weeks of `sales` before the week of `as_of`, for the products on the list.

    sales : date, product_id, region_id, kg (returns are negative; a week's sum below zero counts as zero)
    products : product_id
    Weeks at the end in which nothing at all was sold anywhere count as not yet recorded and are left out.
    Raises InputError when no whole week is left.
    """
    before = monday_of(as_of)
    known = sales.filter(pl.col("date") < before).join(products.select("product_id"), on="product_id", how="semi")
    weekly = known.group_by(*KEYS, week=pl.col("date").dt.truncate("1w")).agg(pl.col("kg").sum().clip(lower_bound=0.0)).sort(*KEYS, "week")
    sold = weekly.filter(pl.col("kg") > 0)
    if sold.is_empty():
        raise InputError(f"no sales of a listed product before {before}; give sales of at least one whole week, or a later day")
    keys = weekly.select(KEYS).unique(maintain_order=True)
    first, last = weekly["week"].min(), sold["week"].max()
    assert isinstance(first, date) and isinstance(last, date)
    weekly = weekly.filter(pl.col("week") <= last)
    series = weekly.join(keys.with_row_index("row"), on=KEYS, maintain_order="left")["row"].to_numpy()
    week = ((weekly["week"] - first).dt.total_days() // 7).to_numpy()
    kg = np.zeros((keys.height, (last - first) // timedelta(weeks=1) + 1))
    kg[series, week] = weekly["kg"].to_numpy()
    return History(keys, kg)


def sales_from_purchases(purchases: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Sales (date, product_id, region_id, kg) added up from customers' purchases.

    purchases : date, region_id, product_id, quantity (packs)
    products : product_id, pack_kg (kg in a pack)
    Raises InputError when products carry no pack weights, or naming a bought product that has none.
    """
    if "pack_kg" not in products.columns:
        raise InputError("products have no column pack_kg; give each product's pack weight, or give sales in kg instead of purchases")
    weighed = purchases.join(products.select("product_id", "pack_kg"), on="product_id", how="left")
    missing = weighed.filter(pl.col("pack_kg").is_null())
    if not missing.is_empty():
        raise InputError(f"product {missing['product_id'][0]!r} was bought but has no pack_kg; give its pack weight in products")
    return weighed.group_by("date", *KEYS).agg(kg=(pl.col("quantity") * pl.col("pack_kg")).sum().cast(pl.Float64)).sort("date", *KEYS)
