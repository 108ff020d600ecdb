"""What a customer will likely buy next: the own habit and what others have just bought, as would have served best so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import Floats
from pinfold.demand.taste_days import BoughtDays, Ints, bought_days
from pinfold.demand.taste_features import POPULAR, Candidates, candidates, crowd_of
from pinfold.demand.taste_models import HABITS, JUDGED_TOP, TasteModel, best_gains, learn, window

JUDGED_AGO_DAYS = (56, 49, 42, 35, 28)  # the windows on which models are compared begin so many days ago
CUSTOMERS_MAX = 5_000  # that teach and judge; a million customers need no more


def rank_products(purchases: pl.DataFrame, products: pl.DataFrame, as_of: date, top: int) -> pl.DataFrame:
    """The `top` likeliest different products of every customer with a purchase before `as_of`: customer_id, rank (from 1), product_id.

    purchases : date, customer_id, product_id
    products : product_id, and category where known; only listed products are ranked
    top : how many, 1 or more; all listed products when there are fewer
    The model is the one that would have ranked the last windows best. For somebody never seen use `popular_products`.
    Raises InputError when `top` is below 1 or no product is listed.
    """
    check_asked(products, top)
    days, customer_ids, product_ids = bought_days(purchases, products, as_of)
    return ranked_frame(rank_by(choose_model(days), days, top), customer_ids, product_ids)


def ranked_frame(ranked: Ranked, customer_ids: pl.Series, product_ids: pl.Series) -> pl.DataFrame:
    """The ranking by the ids of its numbers: customer_id, rank, product_id."""
    return pl.DataFrame(
        {"customer_id": customer_ids[ranked.customer], "rank": ranked.rank, "product_id": product_ids[ranked.product]},
        schema_overrides={"rank": pl.Int64},
    )


def popular_products(purchases: pl.DataFrame, products: pl.DataFrame, as_of: date, top: int) -> pl.DataFrame:
    """The `top` products that most customers bought in the last 4 weeks: rank (from 1), product_id. For customers never seen."""
    check_asked(products, top)
    days, _, product_ids = bought_days(purchases, products, as_of)
    first = crowd_of(days).order[:top]
    return pl.DataFrame({"rank": np.arange(1, len(first) + 1), "product_id": product_ids[first]})


def choose_model(days: BoughtDays) -> TasteModel:
    """The one with the highest mean NDCG@10 on five past windows; plain habit when there is no past to tell.

    Trees compete as they would have been learned before the first of these windows, and serve as learned from all that is known.
    """
    some = days.some(CUSTOMERS_MAX)
    learned = learn(some.before(JUDGED_AGO_DAYS[0]))
    models = [*HABITS, *([learned] if learned else [])]
    gains = np.concatenate([_gains(models, *window(some, ago)) for ago in JUDGED_AGO_DAYS], axis=1)
    best = models[int(np.argmax(gains.mean(axis=1)))] if gains.size else HABITS[0]
    return learn(some) or best if best is learned else best


def _gains(models: list[TasteModel], known: BoughtDays, ahead: BoughtDays) -> Floats:
    return gains_of(models, list(candidates(known, crowd_of(known))), ahead)


def gains_of(models: Iterable[TasteModel], offered: list[Candidates], ahead: BoughtDays) -> Floats:
    """NDCG@10 of each model for each customer of a window; shape (models, customers)."""
    return np.stack([ndcg(ranked_by(model, offered, JUDGED_TOP), ahead, JUDGED_TOP) for model in models])


@dataclass(frozen=True)
class Ranked:
    """customer, rank (from 1), product: arrays of shape (rows,), by customer and then rank."""

    customer: Ints
    rank: Ints
    product: Ints


def rank_by(model: TasteModel, days: BoughtDays, top: int) -> Ranked:
    """The first `top` products of every customer by one model.

    Besides the own products only the most popular can reach the first places, so nothing of the size customers x products is ever kept.
    """
    return ranked_by(model, candidates(days, crowd_of(days), max(POPULAR, top)), top)


def ranked_by(model: TasteModel, offered: Iterable[Candidates], top: int) -> Ranked:
    """The first `top` candidates of every customer by one model; of those alike the more popular comes first."""
    parts = [_first(of, model.score(of), top) for of in offered]
    empty = np.zeros(0, dtype=np.int64)
    return Ranked(*(np.concatenate([empty, *(getattr(part, name) for part in parts)]) for name in ("customer", "rank", "product")))


def _first(of: Candidates, score: Floats, top: int) -> Ranked:
    order = np.lexsort((of.place, -score, of.customer))
    customer = of.customer[order]
    rank = np.arange(1, len(order) + 1) - np.searchsorted(customer, customer)
    kept = rank <= top
    return Ranked(customer[kept], rank[kept], of.product[order][kept])


def ndcg(ranked: Ranked, ahead: BoughtDays, top: int) -> Floats:
    """Gain of the products bought, discounted by log2(rank + 1), over the best possible list's; shape (customers,), of whom all bought.

    By hand: the only product bought stands third, where it is worth 1 / log2(4) of what it would be worth as the first.

    >>> ranked, zero = Ranked(np.array([0, 0, 0]), np.array([1, 2, 3]), np.array([1, 0, 2])), np.zeros(1, dtype=int)
    >>> ndcg(ranked, BoughtDays(zero, np.array([2]), zero, 1, np.zeros(3, dtype=int)), top=3)
    array([0.5])
    """
    hit = np.isin(ranked.customer * ahead.products + ranked.product, ahead.pairs)
    gains = np.bincount(ranked.customer[hit], weights=1 / np.log2(ranked.rank[hit] + 1), minlength=ahead.customers)
    return np.asarray(gains / best_gains(ahead, top))


def check_asked(products: pl.DataFrame, top: int) -> None:
    """Raises InputError when `top` is below 1 or no product is listed."""
    if top < 1:
        raise InputError(f"a ranking of {top} products cannot be made; ask for 1 or more")
    if products.is_empty():
        raise InputError("no product is listed; give at least one row in products")
