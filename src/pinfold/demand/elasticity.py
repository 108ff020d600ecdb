"""How strongly customers answer to prices: for each product from its own price changes, its category's, and what is published.

From one week to the next, of a product in a region that sold in both,

    change of log kg  =  what changed for everybody  -  elasticity * change of log price  +  luck.

Where a shop marks prices down from a list price, customers answer to the two differently: a discount is announced and passes, a new list
price is neither. The price is then log(price / list price), as each step of a ladder is, and what changes of the list price brought, one
slope for all, is taken out first. So what a promotion does beyond its price is part of the elasticity.

What changed for everybody (weather, a festival) is the week's median over all series and is taken out first. A product's own slope has the
standard error s / sqrt(sum of squared price changes), s being the luck of its category. Products of a category differ by a variance of
their own; each is shrunk towards the category's mean as far as its slope is unsure, and the category's mean towards the published one. A
product whose price never changed has the elasticity of its category, and a category without any change the published one.

Where the price follows the kg (it is lowered when twice the usual is there), a slope tells of the seller and not of customers, however many
weeks it rests on. So a slope tells of customers with the chance

    N(slope; published, SINGLE_SDS^2 published variance + error^2)  /  (the same + 1 / FOLLOWS_WIDTH),

which before anything was seen is one half, and counts by that share; what lies far outside all that was ever published counts for nothing.
In the example season's sales, whose price falls by 4 % at most when twice the usual is there, slopes are 20 to 26.

Source: DerSimonian & Laird (1986), Controlled Clinical Trials 7:177-188 (variance between products); Morris (1983), J. Am. Stat. Assoc.
78:47-55 (shrinking each towards the mean); Box & Tiao (1968), Biometrika 55:119-129 (a mixture of good and bad observations);
Bijmolt, van Heerde & Pieters (2005), J. Marketing Research 42:141-156 (prices that answer to demand, over 1,851 published elasticities).

Where not to trust this: prices are not set by lot. One that falls because the harvest is large, or is lowered because nobody comes, makes
customers look more, or less, eager than they are, and is not found out where that looks like a published elasticity; goods put by at a
low price and not bought later look like more demand. Leaflets and shelves that come with a shop's discounts are taken for the discount; a
list price of mixed goods also moves with what was in the mix.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import norm

from pinfold.basics.quantiles import Floats
from pinfold.demand.history import History
from pinfold.demand.rules import DemandRules

EVERYBODY_MIN = 5  # series that a week's median needs; with fewer it would be their own change
CHANGE_MIN = 0.01  # of the log price: smaller ones are roundings of sums
PRODUCTS_MIN = 3  # that tell how products differ; with fewer they are thought to differ as published
LUCK_SD, LUCK_CHANGES = 0.5, 3  # of log kg from week to week, counted as if seen in so many changes, so that few do not look sure; assumed
ELASTICITY_MIN, ELASTICITY_MAX = 0.05, 5.0  # as the stated rule has it
SINGLE_SDS = 3.0  # single products differ by so many deviations of the published means; assumed
FOLLOWS_WIDTH = 40.0  # of the even range in which a slope may lie where prices follow kg; assumed
CHANCE_MIN = 1e-9  # so that no error becomes infinite
THIRDS = (1 / 6, 1 / 2, 5 / 6)  # middles of three equally likely parts


@dataclass(frozen=True)
class Belief:
    """An elasticity thought to be `mean`, give or take `sd`."""

    mean: float
    sd: float


def stated(rules: DemandRules) -> Belief:
    """What is believed of a product without price changes."""
    return Belief(rules.elasticity, rules.elasticity_sd)


def equally_likely(belief: Belief) -> tuple[float, float, float]:
    """Three elasticities, each > 0, that are thought equally likely: thirds of a log-normal with that median and spread.

    >>> [round(each, 2) for each in equally_likely(Belief(0.7, 0.35))], equally_likely(Belief(0.7, 0))
    ([0.44, 0.7, 1.11], (0.7, 0.7, 0.7))
    """
    middle = min(max(belief.mean, ELASTICITY_MIN), ELASTICITY_MAX)
    spread = np.sqrt(np.log1p((belief.sd / middle) ** 2))
    low, _, high = (middle * float(np.exp(spread * NormalDist().inv_cdf(third))) for third in THIRDS)
    return low, middle, high


def learn_elasticities(history: History, products: pl.DataFrame, rules: DemandRules) -> pl.DataFrame:
    """What is believed of every listed product: product_id, elasticity, elasticity_sd, price_changes (how many weeks told of it).

    history : its prices are those paid; products : product_id, and category where known (otherwise all are alike)
    """
    listed = products.select("product_id", pl.col("category") if "category" in products.columns else pl.lit("").alias("category"))
    changes = _changes(history).join(listed, on="product_id", how="inner")
    prior = stated(rules)
    rows = []
    for (category,), of_category in listed.group_by("category", maintain_order=True):
        seen = changes.filter(pl.col("category") == category)
        slopes, errors = _slopes(seen)
        beliefs = shrunk(slopes, errors / np.sqrt(of_customers(slopes, errors, prior)), prior)
        told = dict(zip(seen["product_id"].unique(maintain_order=True), beliefs[:-1], strict=True))
        count = dict(seen.group_by("product_id").len().iter_rows())
        for product_id in of_category["product_id"]:
            belief = told.get(product_id, beliefs[-1])
            rows.append((product_id, min(max(belief.mean, ELASTICITY_MIN), ELASTICITY_MAX), belief.sd, count.get(product_id, 0)))
    return pl.DataFrame(rows, schema=["product_id", "elasticity", "elasticity_sd", "price_changes"], orient="row")


def of_customers(slopes: Floats, errors: Floats, prior: Belief) -> Floats:
    """Chance > 0 that each slope tells of customers, and not of prices that follow kg; shapes as in `shrunk`.

    >>> of_customers(np.array([0.7, 2.6, 20.0]), np.array([0.1, 0.1, 1.0]), Belief(0.7, 0.35)).round(2).tolist()
    [0.94, 0.75, 0.0]
    """
    told = norm.pdf(slopes, prior.mean, np.hypot(SINGLE_SDS * prior.sd, errors))
    return np.asarray(np.maximum(told / (told + 1 / FOLLOWS_WIDTH), CHANCE_MIN))


def shrunk(slopes: Floats, errors: Floats, prior: Belief) -> list[Belief]:
    """Belief of each product with a slope, and last that of one of the same category without.

    slopes, errors : elasticities of the products by their own changes, and their standard errors > 0, shape (products,)
    Half of the published variance is thought to lie between categories, half between the products of one.
    By hand: two products at 1 and 3, each unsure by 1 and differing by 1, and a published mean of 2: each goes half the way.

    >>> [round(each.mean, 2) for each in shrunk(np.array([1.0, 3.0]), np.array([1.0, 1.0]), Belief(2.0, 2**0.5))]
    [1.5, 2.5, 2.0]
    """
    half = prior.sd**2 / 2
    between = _variance_between(slopes, errors) if len(slopes) >= PRODUCTS_MIN else half
    weights = 1 / (errors**2 + between)
    precision = 1 / half + weights.sum()
    mean = (prior.mean / half + weights @ slopes) / precision
    own = between / (between + errors**2)
    variance = own * errors**2 + (1 - own) ** 2 / precision
    beliefs = [Belief(float(each), float(sd)) for each, sd in zip(own * slopes + (1 - own) * mean, np.sqrt(variance), strict=True)]
    # One that nobody saw may differ as its fellows do, and where those are few, as published.
    return [*beliefs, Belief(float(mean), float(np.sqrt(between + 1 / precision)))]


def _variance_between(slopes: Floats, errors: Floats) -> float:
    weights = 1 / errors**2
    mean = weights @ slopes / weights.sum()
    spread = weights.sum() - (weights**2).sum() / weights.sum()
    return float(max((weights @ (slopes - mean) ** 2 - (len(slopes) - 1)) / spread, 0.0))


def _changes(history: History) -> pl.DataFrame:
    """product_id, price and kg (changes of their logarithms; kg without what weeks and list prices brought), a row per changed price."""
    kg, price, listed = (_log_changes(values) for values in (history.kg, history.price, history.list_price))
    known = ~np.isnan(kg)
    for week in np.flatnonzero(known.sum(axis=0) >= EVERYBODY_MIN):
        kg[:, week] -= np.median(kg[known[:, week], week])
    listed[~_is_marked_down(history)] = 0.0  # then the price is all there is
    price -= listed
    both = known & ~np.isnan(price)
    if both.any():
        (of_list, _), *_ = np.linalg.lstsq(np.stack([listed[both], price[both]], axis=1), kg[both], rcond=None)
        kg -= of_list * np.nan_to_num(listed)
    at = np.nonzero(known & (np.abs(np.nan_to_num(price)) >= CHANGE_MIN))
    return history.keys[at[0]].select("product_id", price=pl.Series(price[at]), kg=pl.Series(kg[at]))


def _log_changes(values: Floats) -> Floats:
    """From week to week, NaN where one of the two is not above 0."""
    return np.diff(np.log(np.where(values > 0, values, np.nan)), axis=1)


def _is_marked_down(history: History) -> npt.NDArray[np.bool_]:
    """Whether a series' price was ever another than its list price; shape (series,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((np.abs(np.log(history.price / history.list_price)) >= CHANGE_MIN).any(axis=1))


def _slopes(changes: pl.DataFrame) -> tuple[Floats, Floats]:
    """Elasticity of each product in the order in which they come, and its standard error, from the luck of all of them together."""
    if changes.is_empty():
        return np.zeros(0), np.zeros(0)
    sums = changes.group_by("product_id", maintain_order=True).agg(
        squares=(pl.col("price") ** 2).sum(), slope=-(pl.col("price") * pl.col("kg")).sum() / (pl.col("price") ** 2).sum()
    )
    left = changes.join(sums, on="product_id").select((pl.col("kg") + pl.col("slope") * pl.col("price")) ** 2).sum().item()
    luck = (left + LUCK_CHANGES * LUCK_SD**2) / (changes.height - sums.height + LUCK_CHANGES)
    return sums["slope"].to_numpy(), np.sqrt(luck / sums["squares"].to_numpy())
