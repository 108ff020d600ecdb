"""Demand at three price steps: from an outlook's kg to the wants that the plan serves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pinfold.basics.errors import InputError
from pinfold.demand.elasticity import Belief, equally_likely, stated
from pinfold.demand.rules import DemandRules


def kg_factor(price: float, list_price: float, elasticity: float) -> float:
    """Kg wanted at `price` over kg wanted at `list_price`, with constant elasticity: (price / list_price) ^ -elasticity.

    >>> kg_factor(price=5, list_price=10, elasticity=1)
    2.0
    """
    return float((price / list_price) ** -elasticity)


def kg_expected(discount: float, belief: Belief) -> float:
    """Kg expected at a discount over kg at the list price, over the elasticities that are thought possible.

    >>> round(kg_expected(0.5, Belief(1.0, 0.0)), 6), round(kg_expected(0.5, Belief(1.0, 0.5)), 2)
    (2.0, 2.18)
    """
    possible = equally_likely(belief)
    return sum(kg_factor(1 - discount, 1, elasticity) for elasticity in possible) / len(possible)


def wants_from_outlook(
    outlook: pl.DataFrame, products: pl.DataFrame, rules: DemandRules, season_starts_on: date, answers: Mapping[str, Belief] | None = None
) -> pl.DataFrame:
    """One want of kind 'pin' per product, region and week of the outlook that is worth a pin.

    Columns want_id (PRODUCT-REGION-WEEK), product_id, region_id, week (of the season), kind, price_1..price_3 (yuan per kg, dearest first),
    kg_1..kg_3 (kg wanted at that price beyond the dearer steps), kg_min, open_cost.

    outlook : product_id, region_id, week (Monday), mean (kg expected at the list price)
    products : product_id, price_per_kg (list price, > 0)
    season_starts_on : Monday of week 0; earlier weeks are left out
    answers : how customers of each product answer to its price (`demand.elasticity`); of others what the rules state
    The first step is the list price: nobody is asked for more than the price at which the history was sold, and demand above it was never
    seen. The lower steps hold only the kg that the discount brings in addition.
    Raises InputError when a product has no list price, naming it, or when the discounts do not fall from step to step.
    """
    if not 0 <= rules.discount_2 <= rules.discount_3 < 1:
        raise InputError(f"demand.discount_2 is {rules.discount_2} and discount_3 {rules.discount_3}; the third step must be the cheapest")
    if "price_per_kg" not in products.columns:
        raise InputError("products have no column price_per_kg; give each product's list price")
    priced = outlook.join(products.select("product_id", "price_per_kg"), on="product_id", how="left")
    without = priced.filter(pl.col("price_per_kg").is_null() | (pl.col("price_per_kg") <= 0))
    if not without.is_empty():
        raise InputError(f"product {without['product_id'][0]!r} has no list price; give price_per_kg in products")
    believed = {product_id: (answers or {}).get(product_id, stated(rules)) for product_id in priced["product_id"].unique()}
    factor_2, factor_3 = (
        pl.col("product_id").replace_strict(
            {product_id: kg_expected(discount, belief) for product_id, belief in believed.items()}, return_dtype=pl.Float64
        )
        for discount in (rules.discount_2, rules.discount_3)
    )
    kg_all = pl.col("mean") * factor_3
    return (
        priced.with_columns(week=(pl.col("week") - pl.lit(season_starts_on)).dt.total_days() // 7)
        .filter((pl.col("week") >= 0) & (kg_all >= rules.want_kg_min))
        .select(
            pl.concat_str("product_id", "region_id", "week", separator="-").alias("want_id"),
            "product_id",
            "region_id",
            "week",
            pl.lit("pin").alias("kind"),
            price_1=pl.col("price_per_kg"),
            price_2=pl.col("price_per_kg") * (1 - rules.discount_2),
            price_3=pl.col("price_per_kg") * (1 - rules.discount_3),
            kg_1=pl.col("mean"),
            kg_2=pl.col("mean") * (factor_2 - 1),
            kg_3=pl.col("mean") * (factor_3 - factor_2),
            kg_min=pl.min_horizontal(kg_all * rules.kg_min_share, rules.kg_min_max),
            open_cost=pl.lit(rules.open_cost),
        )
    )


def less_offered(wants: pl.DataFrame, offered: pl.DataFrame) -> pl.DataFrame:
    """The same wants without the kg that are offered there already, dearest step first; wants with nothing left are gone.

    wants : as from wants_from_outlook
    offered : product_id, region_id, week, kg
    """
    joined = wants.join(offered.rename({"kg": "offered_kg"}), on=["product_id", "region_id", "week"], how="left", maintain_order="left")
    joined = joined.with_columns(pl.col("offered_kg").fill_null(0.0))
    left = [
        (pl.col(f"kg_{step}") - (pl.col("offered_kg") - sum(pl.col(f"kg_{dearer}") for dearer in range(1, step))).clip(0.0)).clip(0.0)
        for step in (1, 2, 3)
    ]
    return (
        joined.with_columns(left[0].alias("kg_1"), left[1].alias("kg_2"), left[2].alias("kg_3"))
        .filter(pl.col("kg_1") + pl.col("kg_2") + pl.col("kg_3") > 0)
        .select(wants.columns)
    )
