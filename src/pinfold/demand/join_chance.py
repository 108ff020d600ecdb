"""How likely a customer wants a product again, from where taste ranks it: the chance is counted in the past, not made up from a score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy.optimize import isotonic_regression

from pinfold.basics.quantiles import Floats
from pinfold.demand.taste import rank_products
from pinfold.demand.taste_days import AHEAD_DAYS

TOP = 10


@dataclass(frozen=True)
class RankChances:
    """Chance that a customer buys, within 4 weeks, the product ranked 1st, 2nd, ..., falling; and any one product ranked after those."""

    ranked: tuple[float, ...]
    other: float


def taste_chances(purchases: pl.DataFrame, products: pl.DataFrame, as_of: date) -> tuple[pl.DataFrame, RankChances]:
    """The TOP products of every customer with a past (customer_id, rank, product_id, chance), and the chances they stand for.

    purchases : date, customer_id, product_id; products : product_id
    """
    chances = count_chances(purchases, products, as_of)
    ranked = rank_products(purchases, products, as_of, TOP)
    by_rank = pl.DataFrame({"rank": np.arange(1, len(chances.ranked) + 1), "chance": np.array(chances.ranked)})
    return ranked.join(by_rank.cast({"rank": ranked.schema["rank"]}), on="rank", how="left", maintain_order="left"), chances


def count_chances(purchases: pl.DataFrame, products: pl.DataFrame, as_of: date) -> RankChances:
    """What came of the ranking of 4 weeks ago: the share of customers who bought their 1st, 2nd, ... product within those 4 weeks.

    Each share is (hits + 1/2) / (chances + 1), the mean under Jeffreys' prior, so that few customers promise nothing certain; without a
    past every product has a half. Shares that rise with rank are pooled with their neighbours.
    Source: Jeffreys (1946), Proc. R. Soc. A 186:453-461; Ayer et al. (1955), Ann. Math. Stat. 26:641-647 (pooling).
    """
    then = as_of - timedelta(days=AHEAD_DAYS)
    places = min(TOP, products.height)
    before = purchases.filter(pl.col("date") < then)
    if before.is_empty():
        return RankChances((0.5,) * places, 0.5)
    ranked = rank_products(before, products, then, TOP)
    customers = ranked["customer_id"].n_unique()
    bought = (
        purchases.filter((pl.col("date") >= then) & (pl.col("date") < as_of))
        .select("customer_id", "product_id")
        .unique()
        .join(products.select("product_id"), on="product_id", how="semi")
        .join(ranked.select("customer_id").unique(), on="customer_id", how="semi")
    )
    hit_ranks = ranked.join(bought, on=["customer_id", "product_id"], how="semi")["rank"].to_numpy()
    hits = np.bincount(hit_ranks.astype(int) - 1, minlength=places)
    tries = np.append(np.full(places, customers), customers * (products.height - places))
    shares: Floats = (np.append(hits, bought.height - len(hit_ranks)) + 0.5) / (tries + 1)
    falling = isotonic_regression(shares[:-1], weights=tries[:-1] + 1, increasing=False).x
    return RankChances(tuple(float(each) for each in falling), float(min(shares[-1], falling[-1])))
