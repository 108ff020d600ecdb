"""What a customer may come to like: products never bought, in the order in which customers of past windows turned to such."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from pinfold.basics.quantiles import Floats
from pinfold.demand.taste import CUSTOMERS_MAX as CROWD_MAX
from pinfold.demand.taste import JUDGED_AGO_DAYS, check_asked, gains_of, ranked_by, ranked_frame
from pinfold.demand.taste_days import AHEAD_DAYS, BoughtDays, bought_days
from pinfold.demand.taste_features import Candidates, candidates, crowd_of, customer_share
from pinfold.demand.taste_models import BASKETS_MIN, JUDGED_TOP, OLDEST_DAYS, TasteModel, best_gains, window

POPULAR = 100  # products of the crowd that are thought of: what is new is found further down than what is bought again
WINDOWS = 16  # past windows to learn from; somebody turns to something new in fewer weeks than to something known
TEACHERS_MAX = 2_000  # customers of a window that teach or judge; a dozen weights need no more
SPANS_DAYS = (7, 14, 56)  # beside the last 4 weeks: what the crowd turns to, or away from
RIDGE = 1.0  # precision of a weight around 0, in standard deviations of its feature; assumed
NEWTON_STEPS = 8  # from even odds; on the households' purchases the last changed no weight by 1e-7
# Added before a logarithm is taken, so that a product that nobody bought, or that is like nothing, has one; assumed.
FLOORS = {"crowd": 0.001} | {f"crowd {days}": 0.001 for days in SPANS_DAYS} | {"alike": 0.01, "alike lately": 0.01}
PLAIN = ("trend", "slow trend", "loyal", "category", "owned of category")


def rank_new_products(purchases: pl.DataFrame, products: pl.DataFrame, as_of: date, top: int) -> pl.DataFrame:
    """The `top` products, never bought before, that every customer with a past likeliest turns to: customer_id, rank (from 1), product_id.

    purchases : date, customer_id, product_id; products : product_id, and category where known; only listed products are ranked
    top : how many, 1 or more; who has bought so much that fewer are new gets the others after those, the most popular first
    The model is the one that would have ranked what was new in the last windows best.
    Raises InputError when `top` is below 1 or no product is listed.
    """
    check_asked(products, top)
    days, customer_ids, product_ids = bought_days(purchases, products, as_of)
    owned_most = int(np.bincount(np.unique(days.pairs) // days.products).max(initial=0))
    offered = new_candidates(days, days, max(POPULAR, owned_most + top))
    return ranked_frame(ranked_by(NewFirst(choose_new_model(days)), offered, top), customer_ids, product_ids)


@dataclass(frozen=True)
class CrowdTimesAlike:
    """How popular a product is, times how alike to the customer's own ones to the power of `likeness`; 0: popularity alone."""

    likeness: float

    def score(self, of: Candidates) -> Floats:
        return np.asarray(_log(of, "crowd") + self.likeness * _log(of, "alike"))


SIMPLE = (CrowdTimesAlike(0.0), CrowdTimesAlike(1.0))


@dataclass(frozen=True)
class Line:
    """Log odds of turning to a product, less what is the same for all products: `weights`, shape (features,), by FLOORS and then PLAIN."""

    weights: Floats

    def score(self, of: Candidates) -> Floats:
        return np.asarray(_told(of) @ self.weights)


@dataclass(frozen=True)
class NewFirst:
    """What is new by the order of `model`, and after all of it what was bought before, the most popular first."""

    model: TasteModel

    def score(self, of: Candidates) -> Floats:
        return np.where(of.features["days"] > 0, -np.inf, self.model.score(of))


def choose_new_model(days: BoughtDays) -> TasteModel:
    """The one with the highest mean NDCG@10 of what was new on five past windows; popularity when there is no past to tell.

    The line competes as it would have been learned before the first of these windows, and serves as learned from all that is known.
    """
    some = days.some(CROWD_MAX)
    line = learn_line(some.before(JUDGED_AGO_DAYS[0]))
    models: list[TasteModel] = [*SIMPLE, *([line] if line else [])]
    gains = np.concatenate([_gains(models, some, ago) for ago in JUDGED_AGO_DAYS], axis=1)
    best = models[int(np.argmax(gains.mean(axis=1)))] if gains.size else SIMPLE[0]
    return learn_line(some) or best if best is line else best


def _gains(models: list[TasteModel], days: BoughtDays, ago_days: int) -> Floats:
    known, ahead = new_window(days, ago_days)
    offered = list(new_candidates(known, days.before(ago_days), POPULAR))
    return gains_of([NewFirst(model) for model in models], offered, ahead)


def new_window(days: BoughtDays, ago_days: int) -> tuple[BoughtDays, BoughtDays]:
    """What was known so many days ago of customers who then turned to something new within AHEAD_DAYS, and what new they bought."""
    known, ahead = window(days, ago_days)
    new = ahead.new_to(known)
    who = np.unique(new.customer)
    who = who[:: max(-(-len(who) // TEACHERS_MAX), 1)]
    return known.of(who), new.of(who)


def learn_line(days: BoughtDays) -> Line | None:
    """What customers who turned to something new in past windows teach; None where they are too few.

    Each product that was new to the customer is an example: whether it was bought within AHEAD_DAYS, weighed by 1 / the best gain that
    the new products of the customer's basket allow.
    """
    ages = [AHEAD_DAYS + 7 * back for back in range(WINDOWS) if days.age_days.max(initial=0) >= OLDEST_DAYS + 7 * back]
    windows = [(*new_window(days, ago), days.before(ago)) for ago in ages]
    if sum(known.customers for known, _, _ in windows) < BASKETS_MIN:
        return None
    parts = (part for each in windows for part in _examples(*each))
    x, bought, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    usual, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    return Line(ridge_log_odds((x - usual) / spread, bought, weight) / spread)


def ridge_log_odds(x: Floats, happened: Floats, weight: Floats) -> Floats:
    """Weights of a logistic regression, each drawn towards 0; shape (features,), without its constant.

    x : shape (rows, features), each of mean 0 and standard deviation 1; happened : 0 or 1; weight : of each row, above 0
    Source: le Cessie & van Houwelingen (1992), Ridge estimators in logistic regression, Appl. Stat. 41:191-201; by Newton's method.

    By hand: what happens at +1 and never at -1 would have a weight without end. The ridge stops it where w is what both rows still
    lack of their outcome: w = 2 / (1 + e^w), which is 0.67.

    >>> ridge_log_odds(np.array([[1.0], [-1.0]]), np.array([1.0, 0.0]), np.ones(2)).round(2)
    array([0.67])
    """
    rows = np.column_stack([x, np.ones(len(x))])
    precision = np.append(np.full(x.shape[1], RIDGE), 0.0)
    coefficients = np.zeros(rows.shape[1])
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-(rows @ coefficients)))
        slope = rows.T @ (weight * (happened - chance)) - precision * coefficients
        bend = (rows * (weight * chance * (1 - chance))[:, None]).T @ rows + np.diag(precision)
        coefficients = coefficients + np.linalg.solve(bend, slope)
    return np.asarray(coefficients[:-1])


def _examples(known: BoughtDays, new: BoughtDays, everybody: BoughtDays) -> Iterator[tuple[Floats, Floats, Floats]]:
    gains = best_gains(new, JUDGED_TOP)
    for of in new_candidates(known, everybody, POPULAR):
        fresh = of.features["days"] == 0
        bought = np.isin(of.customer * known.products + of.product, new.pairs)
        yield _told(of)[fresh], bought[fresh].astype(np.float64), 1 / gains[of.customer[fresh]]


def new_candidates(known: BoughtDays, everybody: BoughtDays, popular: int) -> Iterator[Candidates]:
    """All own products and the most popular ones of the customers of `known`, with what tells of turning to something new.

    everybody : from whom the crowd is told, as it was known on the same day
    """
    crowd = crowd_of(everybody.some(CROWD_MAX))
    spans = {f"crowd {days}": customer_share(everybody, days) for days in SPANS_DAYS}
    for of in candidates(known, crowd, popular):
        shares = {name: share[of.product] for name, share in spans.items()}
        yield replace(of, features=of.features | shares | {"owned of category": _owned_of_category(of, known)})


def _owned_of_category(of: Candidates, known: BoughtDays) -> Floats:
    """Share of the products of each product's category that the customer has bought."""
    categories = int(known.category.max()) + 1
    cell = of.customer * categories + known.category[of.product]
    kinds, numbers = np.unique(cell, return_inverse=True)
    owned = np.bincount(numbers, weights=of.features["days"] > 0)
    return np.asarray((owned / np.bincount(known.category, minlength=categories)[kinds % categories])[numbers])


def _log(of: Candidates, name: str) -> Floats:
    return np.asarray(np.log(np.maximum(of.features[name], 0.0) + FLOORS[name]))


def _told(of: Candidates) -> Floats:
    """Shape (rows, features); nothing told of a product counts as 0."""
    return np.nan_to_num(np.stack([*(_log(of, name) for name in FLOORS), *(of.features[name] for name in PLAIN)], axis=1))
