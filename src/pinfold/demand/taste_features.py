"""What is known of a customer and a product that may be bought next: own days, their rhythm, the crowd, and products alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.demand.taste_days import AHEAD_DAYS, BoughtDays, Ints

HALF_LIVES_DAYS = (14, 56, 112, 182)  # how fast own days fade: a fortnight to half a year; trees choose among them
POPULAR = 40  # products of the crowd that are offered to everybody beside the own ones
ALIKE_PRODUCTS = 2000  # the most popular ones, between which likeness is learned; a square of them is inverted
ALIKE_CUSTOMERS = 20_000  # from whom it is learned
ALIKE_RIDGE = 20.0  # customers' worth of doubt about a likeness; assumed
CELLS_MAX = 4_000_000  # customers x products that are worked on at once
USUAL_DAYS = 56  # half-life of what is said about categories and baskets


@dataclass(frozen=True)
class Crowd:
    """What all customers say about each product; arrays of shape (products,).

    share : of the customers of the last 4 weeks who bought it
    order : products, the most popular first: by customers of the last 4 weeks, by all who ever bought it, by their ids
    trend : log of its customers in the last 2 weeks over the 2 before; slow_trend : of 4 weeks over the 4 before
    loyal : share of its buyers who bought it on another day, too
    alike : shape (n, n) of the first n of `order`: what owning one says about another
    """

    share: Floats
    order: Ints
    trend: Floats
    slow_trend: Floats
    loyal: Floats
    alike: Floats


def crowd_of(days: BoughtDays) -> Crowd:
    """What all customers say about each product."""
    recent, ever = _customers(days.within(AHEAD_DAYS)), _customers(days)
    order = np.lexsort((np.arange(days.products), -ever, -recent))
    often = np.unique(days.pairs, return_counts=True)
    again = np.bincount(often[0][often[1] > 1] % days.products, minlength=days.products)
    fortnight = _customers(days.within(AHEAD_DAYS // 2))
    fortnight_before = _customers(days.before(AHEAD_DAYS // 2).within(AHEAD_DAYS // 2))
    before = _customers(days.before(AHEAD_DAYS).within(AHEAD_DAYS))
    return Crowd(
        share=customer_share(days, AHEAD_DAYS),
        order=order,
        trend=np.log((fortnight + 3) / (fortnight_before + 3)),  # 3 customers more in both, so that few do not make a trend
        slow_trend=np.log((recent + 3) / (before + 3)),
        loyal=(again + 1) / (ever + 4),
        alike=_alike(days.some(ALIKE_CUSTOMERS), order[:ALIKE_PRODUCTS]),
    )


def customer_share(days: BoughtDays, last_days: int) -> Floats:
    """Of the customers of the last so many days the share who bought each product; shape (products,)."""
    recent = days.within(last_days)
    return np.asarray(_customers(recent) / max(len(np.unique(recent.customer)), 1))


def _customers(days: BoughtDays) -> Ints:
    """How many customers bought each product."""
    return np.bincount(np.unique(days.pairs) % days.products, minlength=days.products)


def _alike(days: BoughtDays, kept: Ints) -> Floats:
    """Weights of a ridge regression of owning each product on owning the others.

    Source: Steck (2019), Embarrassingly Shallow Autoencoders for Sparse Data, WWW, equation 8; rows are divided by the root of what each
    customer owns, so that one who buys everything does not speak for all.
    """
    place = np.full(days.products, -1)
    place[kept] = np.arange(len(kept))
    is_kept = place[days.product] >= 0
    owned = np.zeros((days.customers, len(kept)))
    owned[days.customer[is_kept], place[days.product[is_kept]]] = 1
    rows = _shared(owned)
    inverse = np.linalg.inv(rows.T @ rows + ALIKE_RIDGE * np.eye(len(kept)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights)


def _shared(rows: Floats) -> Floats:
    return np.asarray(rows / np.sqrt(np.maximum((rows**2).sum(axis=1, keepdims=True), 1e-9)))


@dataclass(frozen=True)
class Candidates:
    """Products that customers may buy next, arrays of shape (rows,): all own ones and the most popular, customers in rising order.

    place : of the product among the most popular; features : by name, unknown ones NaN
    """

    customer: Ints
    product: Ints
    place: Ints
    features: dict[str, Floats]

    @property
    def x(self) -> Floats:
        """Shape (rows, features)."""
        return np.stack([values.astype(np.float32) for values in self.features.values()], axis=1)


def candidates(days: BoughtDays, crowd: Crowd, popular: int = POPULAR) -> Iterator[Candidates]:
    """Candidates of all customers of `days`, so many customers at once as CELLS_MAX allows; their numbers stay those of `days`."""
    step = max(CELLS_MAX // days.products, 1)
    for first in range(0, days.customers, step):
        numbers = np.arange(first, min(first + step, days.customers))
        begin, end = np.searchsorted(days.customer, [numbers[0], numbers[-1] + 1])
        part = BoughtDays(days.customer[begin:end] - first, days.product[begin:end], days.age_days[begin:end], len(numbers), days.category)
        yield _candidates(part, crowd, popular, first)


def _candidates(days: BoughtDays, crowd: Crowd, popular: int, first: int) -> Candidates:
    shape = (days.customers, days.products)
    offered = np.bincount(days.pairs, minlength=shape[0] * shape[1]).reshape(shape) > 0
    offered[:, crowd.order[:popular]] = True
    who, what = np.nonzero(offered)
    place = np.empty(days.products, dtype=np.int64)
    place[crowd.order] = np.arange(days.products)
    of_product = {
        "crowd": crowd.share, "trend": crowd.trend, "slow trend": crowd.slow_trend, "loyal": crowd.loyal,
    }  # fmt: skip
    features = {name: values[what] for name, values in of_product.items()}
    features |= _own(days, who, what) | _near(days, crowd, who, what)
    return Candidates(who + first, what, place[what], features)


def _own(days: BoughtDays, who: Ints, what: Ints) -> dict[str, Floats]:
    """How often, how lately and in what rhythm the customer bought the product, and went shopping at all."""
    cells, cell = days.customers * days.products, who * days.products + what
    visits = np.unique(np.stack([days.customer, days.age_days]), axis=1)
    count = np.bincount(visits[0], minlength=days.customers)
    seen = np.full(days.customers, np.inf)
    np.minimum.at(seen, visits[0], visits[1])
    seen = np.where(count > 0, seen, np.nan)
    since = np.zeros(days.customers)
    np.maximum.at(since, visits[0], visits[1])
    often = np.bincount(days.pairs, minlength=cells)[cell]
    last, first = np.full(cells, np.inf), np.zeros(cells)
    np.minimum.at(last, days.pairs, days.age_days)
    np.maximum.at(first, days.pairs, days.age_days)
    ago = np.where(often > 0, last[cell], np.nan)
    gap = np.where(often > 1, (first[cell] - ago) / np.maximum(often - 1, 1), np.nan)
    found = {
        "days": often.astype(float), "share of visits": often / (count[who] + 1), "days ago": ago, "visits ago": ago - seen[who],
        "gap": gap, "overdue": np.log((ago + 3) / (gap + 3)), "visits": count[who].astype(float), "seen": seen[who], "known": since[who],
    }  # fmt: skip
    for half_life in HALF_LIVES_DAYS:
        fading = np.bincount(days.pairs, weights=0.5 ** (days.age_days / half_life), minlength=cells)[cell]
        active = np.bincount(visits[0], weights=0.5 ** (visits[1] / half_life), minlength=days.customers)[who]
        found |= {f"days {half_life}": fading, f"visits {half_life}": active, f"share {half_life}": fading / (active + 1)}
    return found


def _near(days: BoughtDays, crowd: Crowd, who: Ints, what: Ints) -> dict[str, Floats]:
    """What the other products of the customer say about this one: likeness, and the category."""
    shape = (days.customers, days.products)
    weights = 0.5 ** (days.age_days / USUAL_DAYS)
    fading = np.bincount(days.pairs, weights=weights, minlength=shape[0] * shape[1]).reshape(shape)
    of_category = np.zeros((days.products, int(days.category.max()) + 1))
    of_category[np.arange(days.products), days.category] = 1
    bought, all_bought = (fading @ of_category)[who, days.category[what]], fading.sum(axis=1)[who]
    found = {"category": bought / np.maximum(all_bought, 1e-9), "others of category": bought - fading[who, what]}
    kept = crowd.order[: len(crowd.alike)]
    for name, rows in (("alike", (fading > 0).astype(float)), ("alike lately", np.log1p(fading))):
        likeness = np.zeros(shape)
        likeness[:, kept] = _shared(rows[:, kept]) @ crowd.alike
        found[name] = likeness[who, what]
    return found | {"basket": all_bought}
