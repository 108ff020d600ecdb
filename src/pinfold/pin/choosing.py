"""How many pins to open for the goods of one flow, with which smallest size and ladder, so that growers may expect the most.

Customers who would join at the deepest price come in bursts. How many bursts come is uncertain twice: the outlook's mean may be wrong by
its own spread (a Gamma factor), and luck (Poisson) comes on top, so their number is negative binomial. Each burst sees the price at the
seats taken so far and joins with the chance

    (price / list price) ^ -elasticity  /  the same at the deepest price,

bringing 1, 2, ... seats. Seats taken are then a Markov chain over bursts, and with v(m) its distribution after m of them

    P(n seats)  =  sum over m of P(m bursts) v(m)(n).

Each way to open is worth, over that distribution and over the elasticities that are thought possible,

    E  =  sum over n of P(n) (growers' money for the packs served + salvage of all other packs)  -  opening cost of every pin;

the best one is chosen, or none. The smallest size is the one at which serving pays the work on the pin, and no larger. All goods are
offered unless an expected sale does not pay for one more pin; no pin is made smaller than the rules and the goods allow.

With the deadline fixed, a longer window only adds customers and kg not sold return to their lots, so that pins open as early as the rules
allow.

Source: Gamma mixture of Poisson counts, Greenwood & Yule (1920), J. R. Stat. Soc. 83:255-279; price and stock under uncertain demand,
Gallego & van Ryzin (1994), Management Science 40:999-1020 (a fixed price is near the best one where demand is known).

Where not to trust this: customers are taken to join the fullest pin of the same goods and to answer to the price that is asked when they
come; what is not sold is worth salvage, though a later plan may sell it better; the outlook is taken to reach the shop whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product as pairs
from math import ceil

import numpy as np
from scipy.stats import nbinom

from pinfold.basics.quantiles import Floats
from pinfold.demand.fill_odds import JoinPrior, seats_of_a_burst
from pinfold.pin.ladder import WHOLE_BP, Ladder, PackCosts, price_at, price_ladder
from pinfold.pin.rules import PinRules

MASS_LEFT_OUT = 1e-6
SPREAD_MIN = 0.05  # no outlook is surer than that; assumed
BURSTS_A_PACK = 2
PACKS_MAX = 160  # a larger flow is weighed as one of this size, in proportion


@dataclass(frozen=True)
class Goods:
    """Packs that one flow brings to customers, and what is known of those.

    packs : that there are; expected_packs : wanted at the list price; spread : standard deviation of that over its mean
    list_price_fen : of a pack of this grade and age; salvage_fen : what growers get for the kg of a pack unsold
    open_cost_fen : the work on one pin, whatever its size
    """

    packs: int
    expected_packs: float
    spread: float
    list_price_fen: int
    costs: PackCosts
    salvage_fen: float
    open_cost_fen: float

    def growers_fen(self, price_fen: Floats | float) -> Floats:
        """What a pack sold at this price leaves the growers after freight and shares."""
        return np.asarray(price_fen) * (1 - self.costs.shares_bp / WHOLE_BP) - self.costs.carrier_fen


@dataclass(frozen=True)
class Customers:
    """How customers join and answer to prices.

    elasticities : values that are thought equally likely, each > 0; of_product : those of products of which more is known
    """

    prior: JoinPrior
    elasticities: tuple[float, ...]
    of_product: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def of(self, product_id: str) -> Customers:
        """The customers of one product."""
        return replace(self, elasticities=self.of_product.get(product_id, self.elasticities))

    @property
    def burst_seats(self) -> float:
        """Mean seats of a burst."""
        return self.prior.burst_orders * sum(seats * chance for seats, chance in enumerate(self.prior.seat_chances, 1))


@dataclass(frozen=True)
class Choice:
    """What to open, and what is expected of it. Fen and packs are of all pins together; unsold_fen : growers' money when none opens."""

    pins: int
    packs: int
    seats_min: int
    first_discount: float
    last_discount: float
    expected_fen: float
    sold_packs: float
    wanted_packs: float
    unsold_fen: float


@dataclass(frozen=True)
class Way:
    """One way to open: `pins` of `seats` each (the last may have fewer), which together offer `packs`."""

    pins: int
    packs: int
    seats: int
    seats_min: int
    first_discount: float
    last_discount: float
    ladder: Ladder


def choose(goods: Goods, customers: Customers, rules: PinRules) -> Choice:
    """The way to open that growers may expect the most of; with 0 pins where none is worth its work."""
    if goods.packs > PACKS_MAX:
        return _in_proportion(goods, customers, rules)
    unsold_fen = goods.packs * goods.salvage_fen
    none = Choice(0, 0, 0, 0.0, 0.0, unsold_fen, 0.0, goods.expected_packs, unsold_fen)
    ways = ways_to_open(goods, rules)
    if not ways or goods.expected_packs <= 0:
        return none
    odds = seats_odds(ways, goods, customers)
    fen, sold = _worth(ways, goods, odds.shape[1])
    expected = (odds * fen).sum(axis=1)
    # Of ways equally good to the fen, the first: fewer pins, and the price that falls less.
    best = int(np.argmax(expected > expected.max() - 1.0))
    if expected[best] <= unsold_fen:
        return none
    way = ways[best]
    return Choice(
        way.pins, way.packs, way.seats_min, way.first_discount, way.last_discount,
        float(expected[best]), float((odds[best] * sold[best]).sum()), goods.expected_packs, unsold_fen,
    )  # fmt: skip


def _in_proportion(goods: Goods, customers: Customers, rules: PinRules) -> Choice:
    scale = goods.packs / PACKS_MAX
    small = choose(replace(goods, packs=PACKS_MAX, expected_packs=goods.expected_packs / scale), customers, rules)
    pins = min(ceil(small.pins * scale), ceil(goods.packs / rules.pin_seats_max))
    return replace(
        small,
        pins=pins,
        packs=min(goods.packs, pins * rules.pin_seats_max),
        expected_fen=small.expected_fen * scale,
        sold_packs=small.sold_packs * scale,
        wanted_packs=goods.expected_packs,
        unsold_fen=goods.packs * goods.salvage_fen,
    )


def smallest_worth_it(goods: Goods, price_fen: int) -> int | None:
    """Seats at which serving at this price pays the work on the pin beyond what the same kg bring unsold; None if no number does.

    By hand: 3600 fen for growers of 4000, 200 for freight, 200 unsold: 3200 more a pack, and 8000 fen of work need 2.5 packs.

    >>> smallest_worth_it(Goods(40, 30.0, 0.3, 4000, PackCosts(1200, 200, 1000), 200.0, 8000.0), 4000)
    3
    """
    more_fen = float(goods.growers_fen(price_fen)) - goods.salvage_fen
    return max(1, ceil(goods.open_cost_fen / more_fen - 1e-9)) if more_fen > 0 else None


def chosen_ladder(list_price_fen: int, seats: tuple[int, int], discounts: tuple[float, float], costs: PackCosts, rules: PinRules) -> Ladder:
    """The ladder from the first to the last discount off the list price, over seats from the smallest size to all.

    No step is below what covers floor, freight and shares.

    >>> costs = PackCosts(900, 300, 1000)
    >>> chosen_ladder(2000, (4, 20), (0.0, 0.0), costs, PinRules()), chosen_ladder(2000, (4, 20), (0.0, 0.1), costs, PinRules())
    (((4, 2000),), ((4, 2000), (12, 1900), (20, 1800)))
    """
    first, last = discounts
    first_fen = ceil(list_price_fen * (1 - first) - 1e-9)
    return price_ladder(first_fen, *seats, costs, replace(rules, full_discount=1 - (1 - last) / (1 - first)))


def ways_to_open(goods: Goods, rules: PinRules) -> list[Way]:
    """Every way that is weighed: from one pin to as many as hold all packs, each with every pair of discounts the rules allow."""
    steps = sorted({0.0, rules.full_discount / 2, rules.full_discount})
    ways = []
    for pins in range(1, ceil(goods.packs / rules.pin_seats_max) + 1):
        packs = min(goods.packs, pins * rules.pin_seats_max)
        seats = ceil(packs / pins)
        for first, last in pairs(steps, steps):
            least = smallest_worth_it(goods, ceil(goods.list_price_fen * (1 - first) - 1e-9))
            if last >= first and packs >= rules.pin_seats_min and least is not None and least <= packs // pins:
                ladder = chosen_ladder(goods.list_price_fen, (least, packs // pins), (first, last), goods.costs, rules)
                ways.append(Way(pins, packs, seats, least, first, last, ladder))
    return ways


def seats_odds(ways: list[Way], goods: Goods, customers: Customers) -> Floats:
    """Chance of 0, 1, ... seats taken over all pins of each way, shape (ways, packs + 1), each row summing to 1."""
    burst = seats_of_a_burst(customers.prior, goods.packs)
    deepest = min(way.ladder[-1][1] for way in ways) / goods.list_price_fen
    packs = max(way.packs for way in ways)
    prices = np.array([_prices_asked(way, packs) for way in ways]) / goods.list_price_fen
    offered = np.arange(packs + 1) < np.array([way.packs for way in ways])[:, None]
    elasticities = np.asarray(customers.elasticities)
    joins = np.where(offered, (prices / deepest) ** -elasticities[:, None, None], 0.0)
    chance_of_bursts = _chance_of_bursts(goods.expected_packs / customers.burst_seats * deepest**-elasticities, goods, customers)
    return np.asarray(_taken(joins, burst, chance_of_bursts).mean(axis=0))


def _taken(joins: Floats, burst: Floats, chance_of_bursts: Floats) -> Floats:
    """The chain's distribution, mixed over the number of bursts, shape as `joins`.

    joins : chance to join with so many seats taken, shape (elasticities, ways, packs + 1); burst : chance of 1, 2, ... seats
    chance_of_bursts : of 0, 1, ... of them, shape (elasticities, bursts); what is missing to 1 is more of them
    """
    packs = joins.shape[2] - 1
    now = np.zeros((*joins.shape[:2], packs + 1 + len(burst)))  # who wants more seats than are left takes those: folded back below
    now[..., 0] = 1.0
    found = np.zeros(joins.shape)
    for chance in chance_of_bursts.T[:-1]:
        found += chance[:, None, None] * now[..., : packs + 1]
        moving = now[..., : packs + 1] * joins
        now[..., : packs + 1] -= moving
        for seats, share in enumerate(burst, 1):
            now[..., seats : packs + 1 + seats] += share * moving
        now[..., packs] += now[..., packs + 1 :].sum(axis=2) + (1 - burst.sum()) * moving.sum(axis=2)
        now[..., packs + 1 :] = 0.0
    return np.asarray(found + (1 - chance_of_bursts[:, :-1].sum(axis=1))[:, None, None] * now[..., : packs + 1])


def _chance_of_bursts(means: Floats, goods: Goods, customers: Customers) -> Floats:
    """Chance of 0, 1, ... bursts, a row for each mean. Luck, which the outlook's spread holds already, is taken out of that first."""
    prior = customers.prior
    seats = np.arange(1, len(prior.seat_chances) + 1)
    order_mean, order_square = float(seats @ prior.seat_chances), float(seats**2 @ prior.seat_chances)
    # Of a geometric number N of orders with mean b: E[S^2] = b E[s^2] + 2 b (b - 1) E[s]^2.
    square = prior.burst_orders * (order_square + 2 * (prior.burst_orders - 1) * order_mean**2)
    variance = max(goods.spread**2 - square / customers.burst_seats / goods.expected_packs, SPREAD_MIN**2)
    most = nbinom.ppf(1 - MASS_LEFT_OUT, 1 / variance, 1 / (1 + means.max() * variance))
    # Every pin is full long before the largest demand that can be thought of.
    bursts = np.arange(int(min(most, BURSTS_A_PACK * goods.packs + 20)) + 1)
    return np.asarray(nbinom.pmf(bursts, 1 / variance, 1 / (1 + means[:, None] * variance)))


def _prices_asked(way: Way, packs: int) -> list[int]:
    """Price of a pack that a customer sees with 0, 1, ... packs seats taken: pins fill one after the other."""
    return [price_at(way.ladder, taken % way.seats) for taken in range(packs + 1)]


def _worth(ways: list[Way], goods: Goods, columns: int) -> tuple[Floats, Floats]:
    """Growers' fen and packs sold with 0, 1, ... seats taken, both of shape (ways, columns)."""
    fen, sold = np.zeros((len(ways), columns)), np.zeros((len(ways), columns))
    for row, way in enumerate(ways):
        taken = np.minimum(np.arange(columns), way.packs)
        full, rest = np.divmod(taken, way.seats)
        rest = np.where(rest >= way.seats_min, rest, 0)
        rest_price = np.array([price_at(way.ladder, int(seats)) for seats in rest])
        sold[row] = full * way.seats + rest
        paid = full * way.seats * goods.growers_fen(way.ladder[-1][1]) + rest * goods.growers_fen(rest_price)
        fen[row] = paid + (goods.packs - sold[row]) * goods.salvage_fen - way.pins * goods.open_cost_fen
    return fen, sold
