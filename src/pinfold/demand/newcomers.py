"""What a region will want of a product that it hardly knows yet: from products alike, and from the few weeks that it sold.

Series that sell already are alike as far as they share the product, the category, the region and the price (a kernel over those four;
Nadaraya 1964, Theory Probab. Appl. 9; Watson 1964, Sankhya A 26). In square roots of kg, between kg, in which one large product speaks for
all, and logarithms, in which one of nothing does: with `alike` their weighted mean, each put to the region's size, and `own` the mean of k
own weeks,

    guess  =  (weight * start * alike + k * own) / (weight + k),

the mean of a normal with a prior worth `weight` weeks. What share of its like a new product sells at first (`start`), and what its like is
worth (`weight`), is learned from all products that were new before, as is how far such a guess was off. Where fewer than ten were new
before, stated values serve. Errors of the same age spread too little for who comes next, so they are widened until four of five earlier
newcomers, each judged by those before it alone, lie between p10 and p90.

Where not to trust this: that a product is listed does not say that it is on offer. Categories and prices are all that is known of likeness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pinfold.basics.quantiles import COLUMNS, LEVELS, Floats
from pinfold.demand.history import KEYS, History, level_kg

Ints = npt.NDArray[np.int64]

YOUNG_WEEKS = 4  # with more own weeks than that, a series speaks for itself
KNOWN_FROM_WEEK = 9  # a first sale before that may only be the first one written down
PAST_MIN, PAST_MAX = 10, 200
WEIGHTS = (0.12, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
# How much a series counts that differs in category, in region, or in price by a factor e; and one of the same product. Assumed.
OTHER_CATEGORY, OTHER_REGION, OTHER_PRICE, SAME_PRODUCT = 0.1, 0.3, 0.15, 5.0
SPAN_MIN = 1e-6  # of roots, so that equal errors divide
ROOT_MIN = 1.0  # so that a guess of nothing can still be wrong
ASSUMED_ERRORS = np.array([-0.6, -0.3, 0.0, 0.3, 0.6])  # of square roots over the guess: a sixth to two and a half times the kg; assumed


@dataclass(frozen=True)
class Traits:
    """What likeness is judged by, one row per series: numbers of product, region and category, and log of the usual price (NaN unknown)."""

    product: Ints
    region: Ints
    category: Ints
    price: Floats

    def of(self, rows: Sequence[int] | Ints | slice) -> Traits:
        return Traits(self.product[rows], self.region[rows], self.category[rows], self.price[rows])


@dataclass(frozen=True)
class Newcomers:
    """What earlier newcomers taught. start, weight : see above; errors : roots of what came less the guess, widened, for 0 to 4 weeks known

    relative : the errors are those over the guess, as they are where they are only assumed
    """

    start: float
    weight: float
    errors: tuple[Floats, ...]
    relative: bool = False

    def expect(self, alike: float, own: Floats) -> tuple[float, Floats]:
        """Mean and quantiles in kg of each coming week. alike : root of kg; own : kg of the weeks that it sold so far, 0 to 4"""
        known = len(own)
        guess = guess_root(self.weight, self.start * alike, float(np.sqrt(own).sum()), known)
        kg = np.maximum(guess + self.errors[known] * (guess + ROOT_MIN if self.relative else 1.0), 0) ** 2
        quantiles = np.quantile(kg, LEVELS)
        # As elsewhere, the few largest are cut: the mean of the rest is the better guess.
        return float(kg.clip(quantiles[0], quantiles[-1]).mean()), quantiles


def guess_root(weight: float, prior: float, own: float, known: int) -> float:
    """Root of the kg of a week. prior : root that products alike let expect; own : sum of the roots of the `known` weeks

    >>> guess_root(weight=2, prior=4, own=10, known=1)  # two thirds of 4, one third of 10
    6.0
    """
    return (weight * prior + own) / (weight + known)


def newcomers(history: History, products: pl.DataFrame, weeks: int) -> pl.DataFrame:
    """What is expected of every listed product in every region in which it never sold, or for the first time in the last 4 weeks.

    Columns product_id, region_id, usual_kg (mean of the last 8 weeks), mean, p10 .. p90 (kg of each coming week).
    products : product_id, and category and price_per_kg where known; weeks : how far ahead is asked, >= 1
    """
    pairs = products.select("product_id").unique(maintain_order=True).join(history.keys.select("region_id").unique(), how="cross")
    never = pairs.join(history.keys, on=KEYS, how="anti", maintain_order="left")
    young = np.flatnonzero(is_young(history))
    keys = pl.concat([history.keys, never])
    known, level = traits(keys, history, products), level_kg(history.kg)
    series, taught = np.arange(history.keys.height), learn(history, known, weeks)
    rows = []
    for row in (*young, *range(len(series), keys.height)):
        own = history.kg[row, history.weeks - weeks_known(history)[row] :] if row < len(series) else np.zeros(0)
        others = series[series != row]
        mean, quantiles = taught.expect(alike(known.of([row]), known.of(others), level[others]), own)
        rows.append((*keys.row(row), level[row] if row < len(series) else 0.0, mean, *quantiles))
    schema = dict(keys.schema) | dict.fromkeys(("usual_kg", "mean", *COLUMNS), pl.Float64())
    return pl.DataFrame(rows, schema=schema, orient="row")


def is_young(history: History) -> npt.NDArray[np.bool_]:
    """Whether a series sold first in the last 4 weeks, and the table is older than that, shape (series,)."""
    known = weeks_known(history)
    return np.asarray((known <= YOUNG_WEEKS) & (history.weeks - known >= KNOWN_FROM_WEEK))


def traits(keys: pl.DataFrame, history: History, products: pl.DataFrame) -> Traits:
    """Traits of series `keys` (product_id, region_id). Price is that of the list, else the mean over all weeks in which it was sold."""
    listed = [column if column in products.columns else pl.lit(None).alias(column) for column in ("category", "price_per_kg")]
    paid = history.keys.select("product_id", paid=_usual_price(history)).group_by("product_id").agg(pl.col("paid").drop_nans().mean())
    known = keys.join(products.select("product_id", *listed), on="product_id", how="left", maintain_order="left")
    known = known.join(paid, on="product_id", how="left", maintain_order="left")
    price = known.select(pl.coalesce(pl.col("price_per_kg").cast(pl.Float64), "paid").fill_null(np.nan)).to_series().to_numpy()
    codes = [known[column].cast(pl.String).fill_null("").rank("dense").cast(pl.Int64).to_numpy() for column in (*KEYS, "category")]
    return Traits(codes[0], codes[1], codes[2], np.log(np.where(price > 0, price, np.nan)))


def weeks_known(history: History) -> Ints:
    """Weeks since the first sale of each series."""
    return np.asarray(history.weeks - (history.kg > 0).argmax(axis=1))


def alike(one: Traits, others: Traits, level: Floats) -> float:
    """Mean root of kg of the series that sell, as if in the region of `one`, by how much they are like it; 0 where nothing sells.

    one : a single row; level : usual kg of the others
    """
    sells = level > 0
    if not sells.any():
        return 0.0
    others, roots = others.of(np.flatnonzero(sells)), np.sqrt(level[sells])
    size = {region: float(roots[others.region == region].mean()) for region in np.unique(others.region)}
    here = size.get(int(one.region[0]), float(roots.mean()))
    moved = roots * here / np.array([size[region] for region in others.region])
    apart = np.nan_to_num(np.abs(others.price - one.price), nan=1.0)
    weight = (
        np.where(others.category == one.category, 1.0, OTHER_CATEGORY)
        * np.where(others.region == one.region, 1.0, OTHER_REGION)
        * np.where(others.product == one.product, SAME_PRODUCT, 1.0)
        * OTHER_PRICE**apart
    )
    return float(weight @ moved / weight.sum())


def learn(history: History, known: Traits, weeks: int) -> Newcomers:
    """What the newest 200 earlier newcomers teach; only weeks before the guess are looked at. weeks : how far ahead is asked, >= 1"""
    first = (history.kg > 0).argmax(axis=1)
    new = np.flatnonzero((first >= KNOWN_FROM_WEEK) & (first < history.weeks))
    new = new[np.argsort(first[new], kind="stable")][-PAST_MAX:]
    cases = [_Case(history, known, int(row), int(first[row]) + week, week, weeks) for row in new for week in range(YOUNG_WEEKS + 1)]
    cases = [case for case in cases if len(case.came)]
    started = [float(np.mean(case.came)) / max(case.alike, 1e-9) for case in cases if case.known == 0]
    if len(started) < PAST_MIN:
        return Newcomers(1.0, WEIGHTS[2], (ASSUMED_ERRORS,) * (YOUNG_WEEKS + 1), relative=True)
    start = float(np.median(started))

    def errors(weight: float, week: int) -> list[Floats]:
        return [case.came - guess_root(weight, start * case.alike, case.own, week) for case in cases if case.known == week]

    def off_kg(weight: float) -> float:
        guesses = [(case, guess_root(weight, start * case.alike, case.own, case.known)) for case in cases if case.known]
        return sum(float(np.abs(case.came**2 - guess**2).sum()) for case, guess in guesses)

    weight = min(WEIGHTS, key=off_kg)
    return Newcomers(start, weight, tuple(widened(errors(weight, week)) for week in range(YOUNG_WEEKS + 1)))


def widened(errors: Sequence[Floats]) -> Floats:
    """All errors in one array, moved away from their median by what newcomers would have needed of those before them, and never closer.

    errors : of each newcomer, the oldest first.
    Source: Romano, Patterson & Candes (2019), NeurIPS 32 (quantiles stretched by what held-out cases needed); that newcomers of one age
    are alike in this, each in turn held out from those before it, is assumed.
    """
    if not errors:
        return ASSUMED_ERRORS
    together = np.concatenate(errors)
    needed = [_needed(np.concatenate(errors[:at]), errors[at]) for at in range(PAST_MIN, len(errors))]
    if len(needed) < PAST_MIN:
        return together
    stretch = max(1.0, float(np.quantile(np.concatenate(needed), LEVELS[-1] - LEVELS[0])))
    middle = float(np.median(together))
    return np.asarray(middle + stretch * (together - middle))


def _needed(before: Floats, came: Floats) -> Floats:
    """By how much the span p10..p90 of the errors `before` would have to grow from its median to hold each of those that came."""
    low, middle, high = np.quantile(before, (LEVELS[0], 0.5, LEVELS[-1]))
    off = came - middle
    return np.asarray(np.where(off > 0, off / max(high - middle, SPAN_MIN), -off / max(middle - low, SPAN_MIN)))


class _Case:
    """A series that was new: `known` weeks after its first sale, with the roots of what came in the weeks ahead."""

    def __init__(self, history: History, known: Traits, row: int, week: int, weeks_sold: int, ahead: int) -> None:
        before = history.kg[:, :week]
        self.known, self.came = weeks_sold, np.sqrt(history.kg[row, week : week + ahead])
        others = np.delete(np.arange(len(before)), row)
        self.alike = alike(known.of([row]), known.of(others), before[others, -8:].mean(axis=1)) if len(self.came) else 0.0
        self.own = float(np.sqrt(before[row, week - weeks_sold :]).sum()) if weeks_sold else 0.0


def _usual_price(history: History) -> pl.Series:
    with np.errstate(all="ignore"):
        weeks = np.maximum((~np.isnan(history.price)).sum(axis=1), 1)
        mean = np.nansum(history.price, axis=1) / weeks
    return pl.Series(np.where(mean > 0, mean, np.nan))
