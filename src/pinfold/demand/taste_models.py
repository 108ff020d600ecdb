"""What ranks the products that a customer may buy next: by habit and crowd, or by trees that learned from many past windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.demand.taste_days import AHEAD_DAYS, BoughtDays
from pinfold.demand.taste_features import Candidates, candidates, crowd_of

WINDOWS = 8  # past windows to learn from, the newest first, each a week before the other
OLDEST_DAYS = AHEAD_DAYS + 42  # a window with six weeks of a past or less teaches nothing about habits; assumed
JUDGED_TOP = 10  # places by which rankings are judged
BASKETS_MIN = 1000  # customers that bought in a window, summed over windows; fewer teach less than they mislead; assumed


class TasteModel(Protocol):
    """One way to rank."""

    def score(self, of: Candidates) -> Floats:
        """Shape (rows,); the higher, the earlier."""


@dataclass(frozen=True)
class Habit:
    """One way of weighing a customer's own past against popularity.

    A product's score is the number of own days on which it was bought, each day halved every `half_life_days` back (None: not at all; or
    one of HALF_LIVES_DAYS), plus `prior_days` times the share of recent customers who bought it. That is the numerator of the Gamma-Poisson
    mean rate: the own count is shrunk towards what the crowd buys, as if the customer had already bought on `prior_days` days like
    everybody else.
    """

    half_life_days: int | None
    prior_days: float

    def score(self, of: Candidates) -> Floats:
        own = "days" if self.half_life_days is None else f"days {self.half_life_days}"
        return np.asarray(of.features[own] + self.prior_days * of.features["crowd"])


# Plain habit (popularity only breaks ties), and what the gate may choose instead.
FADING = Habit(112, 4)
HABITS = (Habit(None, 0.001), Habit(None, 4), Habit(112, 2), FADING)
SCORE_FLOOR = 0.02  # days; a product that nobody bought has a logarithm


@dataclass(frozen=True)
class Learned:
    """Mean of the log odds that trees give and those that the fading habit gives; slope : of the odds per log of the habit's score.

    Source of the mean: Clemen (1989), Int. J. Forecast. 5:559-583, a review of how combined forecasts fare.
    """

    trees: Any
    slope: float

    def score(self, of: Candidates) -> Floats:
        return np.asarray(self.trees.predict(of.x, raw_score=True) + self.slope * _log_habit(of))


def _log_habit(of: Candidates) -> Floats:
    return np.asarray(np.log(FADING.score(of) + SCORE_FLOOR))


# Small leaves' worth of caution, half of the features and little of a step at a time; assumed, not searched for.
TREES: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 15,
    "max_bin": 63,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "num_threads": 1,
    "deterministic": True,
    "seed": 1,
    "verbose": -1,
}
ROUNDS = 75


def learn(days: BoughtDays) -> TasteModel | None:
    """What trees learn from customers who bought something in past windows; None where these are too few, or without libgomp.

    Each candidate is an example: whether it was bought within AHEAD_DAYS, weighed by 1 / the best gain that the customer's basket allows,
    so that a ranking by the odds has the highest expected NDCG.
    Source: Ke et al. (2017), LightGBM, NeurIPS 30.
    """
    windows = [window(days, AHEAD_DAYS + 7 * back) for back in range(WINDOWS) if days.age_days.max(initial=0) >= OLDEST_DAYS + 7 * back]
    if sum(known.customers for known, _ in windows) < BASKETS_MIN:
        return None
    try:
        import lightgbm
    except OSError:  # a machine without libgomp: habits serve there
        return None
    x, bought, weight, habit = (np.concatenate(each) for each in zip(*(each for seen in windows for each in _examples(*seen)), strict=True))
    trees = lightgbm.train(TREES, lightgbm.Dataset(x, bought, weight=weight, params=TREES), ROUNDS)
    return Learned(trees, float(np.polyfit(habit, trees.predict(x, raw_score=True), 1)[0]))


def window(days: BoughtDays, ago_days: int) -> tuple[BoughtDays, BoughtDays]:
    """What was known so many days ago of the customers who then bought something in the window ahead, and what that was."""
    known, ahead = days.before(ago_days), days.ahead_of(ago_days)
    who = np.intersect1d(known.customer, ahead.customer)
    return known.of(who), ahead.of(who)


def best_gains(ahead: BoughtDays, top: int) -> Floats:
    """Highest discounted gain that a list of `top` places can have for each customer, given what was bought; shape (customers,).

    Source: Järvelin & Kekäläinen (2002), ACM Trans. Inf. Syst. 20(4), with gains of 0 and 1 and the discount log2(rank + 1).
    """
    bought = np.bincount(np.unique(ahead.pairs) // ahead.products, minlength=ahead.customers)
    return np.append(0.0, np.cumsum(1 / np.log2(np.arange(2, top + 2))))[np.minimum(bought, top)]


def _examples(known: BoughtDays, ahead: BoughtDays) -> Iterator[tuple[Floats, Floats, Floats, Floats]]:
    gains = best_gains(ahead, JUDGED_TOP)
    for of in candidates(known, crowd_of(known)):
        bought = np.isin(of.customer * known.products + of.product, ahead.pairs)
        yield of.x, bought.astype(np.float64), 1 / gains[of.customer], _log_habit(of)
