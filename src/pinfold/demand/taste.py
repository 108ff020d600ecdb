"""What a customer will likely buy next: the own habit first, then what many others have just bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError

RECENT = timedelta(weeks=4)  # popularity counts the customers of these days; a backtest also looks this far ahead
BACKTEST_CUSTOMERS_MAX = 20_000  # enough to tell two habits apart by a thousandth of NDCG; a million customers need no more


@dataclass(frozen=True)
class Habit:
    """One way of weighing a customer's own past against popularity.

    A product's score is the number of own days on which it was bought, each day halved every `half_life_days` back (None: not at all), plus
    `prior_days` times the share of recent customers who bought it. That is the numerator of the Gamma-Poisson mean rate: the own count is
    shrunk towards what the crowd buys, as if the customer had already bought on `prior_days` days like everybody else.
    """

    half_life_days: float | None
    prior_days: float


# Plain habit (popularity only breaks ties), and what the gate may choose instead.
HABITS = (Habit(None, 0.001), Habit(None, 4), Habit(112, 2), Habit(112, 4))


def rank_products(purchases: pl.DataFrame, products: pl.DataFrame, as_of: date, top: int) -> pl.DataFrame:
    """The `top` likeliest different products of every customer with a purchase before `as_of`: customer_id, rank (from 1), product_id.

    purchases : date, customer_id, product_id
    products : product_id; only listed products are ranked
    top : how many, 1 or more; all listed products when there are fewer
    The weighing is the one of HABITS that would have ranked the last 4 weeks best. For somebody never seen use `popular_products`.
    Raises InputError when `top` is below 1 or no product is listed.
    """
    _check(products, top)
    past = _known(purchases, as_of)
    return rank_by(choose_habit(past, products, as_of), past, products, as_of, top)


def popular_products(purchases: pl.DataFrame, products: pl.DataFrame, as_of: date, top: int) -> pl.DataFrame:
    """The `top` products that most customers bought in the last 4 weeks: rank (from 1), product_id. For customers never seen."""
    _check(products, top)
    ranked = _popularity(_known(purchases, as_of), products, as_of).head(top)
    return ranked.select(pl.int_range(1, pl.len() + 1).alias("rank"), "product_id")


def choose_habit(past: pl.DataFrame, products: pl.DataFrame, as_of: date) -> Habit:
    """The habit with the highest NDCG@10 on the last 4 weeks; plain habit when there is no past to tell."""
    then = as_of - RECENT
    customers = past.filter(pl.col("date") >= then).select("customer_id").unique(maintain_order=True)
    customers = customers.join(past.filter(pl.col("date") < then), on="customer_id", how="semi")
    if customers.is_empty():
        return HABITS[0]
    every = -(-customers.height // BACKTEST_CUSTOMERS_MAX)
    seen = past.join(customers.gather_every(every), on="customer_id", how="semi")
    # Popularity in the backtest is that of the same customers, which a thinned past changes only by chance.
    before, truth = seen.filter(pl.col("date") < then), seen.filter(pl.col("date") >= then)
    return max(HABITS, key=lambda habit: ndcg(rank_by(habit, before, products, then, 10), truth))


def ndcg(ranked: pl.DataFrame, truth: pl.DataFrame) -> float:
    """Mean over customers of NDCG: gain of the products bought, discounted by log2(rank + 1), over the best possible ranking's.

    ranked : customer_id, rank, product_id
    truth : customer_id, product_id; repeats count once
    Source: Järvelin & Kekäläinen (2002), ACM Trans. Inf. Syst. 20(4), with gains of 0 and 1.

    >>> ranked = pl.DataFrame({"customer_id": ["a"] * 3, "rank": [1, 2, 3], "product_id": ["mango", "coffee", "pea"]})
    >>> round(ndcg(ranked, pl.DataFrame({"customer_id": ["a"], "product_id": ["pea"]})), 3)
    0.5
    """
    length = int(ranked["rank"].max() or 0)  # type: ignore[arg-type]
    bought = truth.select("customer_id", "product_id").unique()
    hits = ranked.join(bought, on=["customer_id", "product_id"], how="semi")
    gains = hits.group_by("customer_id").agg(gain=(1 / (pl.col("rank") + 1).log(2)).sum())
    best = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, length + 2)))])
    owed = bought.join(ranked.select("customer_id").unique(), on="customer_id", how="semi").group_by("customer_id").len("bought")
    scored = owed.join(gains, on="customer_id", how="left").with_columns(pl.col("gain").fill_null(0.0))
    if scored.is_empty():
        return 0.0
    return float((scored["gain"].to_numpy() / best[np.minimum(scored["bought"].to_numpy(), length)]).mean())


def rank_by(habit: Habit, past: pl.DataFrame, products: pl.DataFrame, as_of: date, top: int) -> pl.DataFrame:
    """Ranking of every customer of `past` by one habit: customer_id, rank, product_id.

    Besides the own products only the `top` most popular can reach the first `top` places, so nothing of the size customers x products
    is ever made.
    """
    popular = _popularity(past, products, as_of).with_row_index("popular_rank")
    customers = past.select("customer_id").unique(maintain_order=True)
    age_days = (pl.lit(as_of) - pl.col("date")).dt.total_days()
    weight = pl.lit(1.0) if habit.half_life_days is None else 0.5 ** (age_days / habit.half_life_days)
    own = (
        past.select("date", "customer_id", "product_id")
        .unique()
        .with_columns(days=weight)
        .group_by("customer_id", "product_id")
        .agg(pl.col("days").sum())
    )
    offered = customers.join(popular.head(top).select("product_id"), how="cross").with_columns(days=pl.lit(0.0))
    scored = (
        pl.concat([own.select("customer_id", "product_id", "days"), offered])
        .group_by("customer_id", "product_id")
        .agg(pl.col("days").sum())
        .join(popular, on="product_id", how="inner")
        .with_columns(score=pl.col("days") + habit.prior_days * pl.col("share"))
        .sort("customer_id", "score", "popular_rank", descending=[False, True, False])
    )
    ranked = scored.with_columns(rank=pl.int_range(1, pl.len() + 1).over("customer_id"))
    return ranked.filter(pl.col("rank") <= top).select("customer_id", "rank", "product_id")


def _known(purchases: pl.DataFrame, as_of: date) -> pl.DataFrame:
    return purchases.filter(pl.col("date") < as_of).select("date", "customer_id", "product_id")


def _popularity(past: pl.DataFrame, products: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Every listed product with the share of the last 4 weeks' customers who bought it, the most popular first: product_id, share.

    Products that nobody bought lately follow in the order of all customers who ever bought them, then of their ids.
    """
    recent = past.filter(pl.col("date") >= as_of - RECENT)
    buyers = recent.group_by("product_id").agg(recently=pl.col("customer_id").n_unique())
    ever = past.group_by("product_id").agg(ever=pl.col("customer_id").n_unique())
    crowd = max(recent["customer_id"].n_unique(), 1)
    return (
        products.select("product_id")
        .join(buyers, on="product_id", how="left")
        .join(ever, on="product_id", how="left")
        .with_columns(pl.col("recently", "ever").fill_null(0))
        .sort("recently", "ever", "product_id", descending=[True, True, False])
        .select("product_id", share=pl.col("recently") / crowd)
    )


def _check(products: pl.DataFrame, top: int) -> None:
    if top < 1:
        raise InputError(f"a ranking of {top} products cannot be made; ask for 1 or more")
    if products.is_empty():
        raise InputError("no product is listed; give at least one row in products")
