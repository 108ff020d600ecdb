"""Simulated seasons of flows and their customers, to compare ways of opening pins on exactly the same streams.

Nothing here was observed. The sizes are those of a cooperative's week; the kinds of market differ in what the choice of pins is told wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.demand.fill_odds import JoinPrior
from pinfold.match.uncertain.rules import UncertainRules
from pinfold.match.uncertain.sellable import sellable_share
from pinfold.pin.choosing import Customers, Goods
from pinfold.pin.ladder import PackCosts

WINDOW_DAYS = 7.0
DAYS_WATCHED = 9.0  # two more than the window, for pins that are given more time
DEEPEST = 0.8  # no pin of any policy asks for less than this share of the list price; customers who want less are left out
SEAT_CHANCES = (0.6, 0.3, 0.1)


@dataclass(frozen=True)
class Kind:
    """A kind of market. What is told (`told_*`) is what the choice of pins believes.

    spread : standard deviation of true over expected demand; bias : mean of the same
    burst_orders : orders that come together; elasticity : median over products, which differ by a factor with deviation elasticity_spread
    two_speeds : half of the flows are slow and half are fast, which no outlook knows
    rush : demand of the last two days over that of the days before
    supply_spread : standard deviation of the real harvest over its forecast
    open_cost_fen : the work on one pin
    """

    name: str
    spread: float = 0.35
    bias: float = 1.0
    burst_orders: float = 1.25
    elasticity: float = 0.7
    elasticity_spread: float = 0.4
    two_speeds: bool = False
    rush: float = 1.0
    supply_spread: float = 0.25
    open_cost_fen: float = 8000.0
    told_spread: float = 0.35
    told_burst_orders: float = 1.25
    told_elasticities: tuple[float, ...] = (0.42, 0.7, 1.12)

    @property
    def customers(self) -> Customers:
        return Customers(JoinPrior((1.0,), (1.0,), self.told_burst_orders, SEAT_CHANCES), self.told_elasticities)


KINDS = (
    Kind("as foreseen"),
    Kind("hard to foresee", spread=0.8, told_spread=0.8, burst_orders=2.0, told_burst_orders=2.0, rush=2.0),
    Kind("eager for a lower price", elasticity=1.8, told_elasticities=(1.08, 1.8, 2.88)),
    Kind("a pin costs no work", open_cost_fen=0.0),
    Kind(
        "told wrong", spread=0.6, bias=0.7, burst_orders=3.0, elasticity=1.4, two_speeds=True, rush=3.0, supply_spread=0.4,
        told_burst_orders=1.0,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Flow:
    """Goods to sell and the orders that come for them, in their order.

    real_packs : that are picked in the end; day : when each order comes, 0 .. DAYS_WATCHED
    seats : of each order, >= 1; limit : highest price over the list price at which it joins
    link : a random number, 0 .. 1, of an order that comes by a friend's link to one pin, or NaN for one that looks at the list
    """

    goods: Goods
    real_packs: int
    day: Floats
    seats: Floats
    limit: Floats
    link: Floats


def season(kind: Kind, flows: int, random: np.random.Generator) -> list[Flow]:
    """Flows of one season. Of the seeds of `random`, the same give the same."""
    return [_flow(kind, random) for _ in range(flows)]


def _flow(kind: Kind, random: np.random.Generator) -> Flow:
    # A pack for 30 to 60 yuan, as fruit and coffee are; costs as in the crop files and lanes of the example season, roughly.
    list_price = random.uniform(3000, 6000)
    costs = PackCosts(int(list_price * random.uniform(0.3, 0.6)), int(list_price * random.uniform(0.05, 0.15)), 1000)
    expected = float(np.clip(random.lognormal(np.log(20), 0.8), 3, 120))
    # The plan sends a flow at most what its cheapest price step would sell.
    packs = max(3, int(expected * min(random.lognormal(0, 0.4), 1.2)))
    goods = Goods(packs, expected, kind.told_spread, round(list_price), costs, list_price * random.uniform(0.05, 0.2), kind.open_cost_fen)
    quantile = np.array([UncertainRules().promise_quantile])
    forecast = packs / float(sellable_share(np.array([kind.supply_spread]), quantile)[0])
    real = forecast * max(random.normal(1, kind.supply_spread), 0)
    return _with_orders(Flow(goods, int(real), *(np.empty(0),) * 4), kind, random)


def _with_orders(flow: Flow, kind: Kind, random: np.random.Generator) -> Flow:
    elasticity = random.lognormal(np.log(kind.elasticity), kind.elasticity_spread)
    variance = np.log(1 + kind.spread**2)
    true = kind.bias * flow.goods.expected_packs * random.lognormal(-variance / 2, sqrt(variance))
    if kind.two_speeds:
        true *= random.choice([0.4, 1.6])
    # Those who would join at the deepest price; who does not at the list price has a lower limit.
    mean_seats = kind.burst_orders * float(np.arange(1, len(SEAT_CHANCES) + 1) @ np.array(SEAT_CHANCES))
    bursts = random.poisson(true * DEEPEST**-elasticity / mean_seats * DAYS_WATCHED / WINDOW_DAYS)
    begins = random.uniform(0, DAYS_WATCHED, bursts)
    late = random.uniform(WINDOW_DAYS - 2, WINDOW_DAYS, bursts)
    begins = np.where((begins < WINDOW_DAYS) & (random.random(bursts) < 1 - 1 / kind.rush), late, begins)
    orders = random.geometric(1 / kind.burst_orders, bursts)
    follows = np.concatenate([np.arange(count) > 0 for count in orders]) if bursts else np.empty(0, bool)
    day = np.repeat(begins, orders) + follows * random.exponential(0.1, len(follows))
    in_order = np.argsort(day, kind="stable")
    limit = DEEPEST * random.random(len(day)) ** (-1 / elasticity)
    link = np.where(random.random(len(day)) < 0.3, random.random(len(day)), np.nan)
    seats = random.choice(np.arange(1.0, len(SEAT_CHANCES) + 1), len(day), p=SEAT_CHANCES)
    return replace(flow, day=day[in_order], seats=seats, limit=limit, link=link)
