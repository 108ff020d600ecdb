"""How pins are joined, learned from pins that are over: the prior that fill_odds starts from.

How rates are spread over pins is not forced into a family: the chance of each rate on a grid is the one under which past pins were
likeliest, pulled towards the stated default as if PINS_OF_DEFAULT pins had followed it.

A pin that filled was closed by its own orders. That needs no correction: the likelihood of a Poisson rate is the same whether watching
stopped after t days or with the n-th order (the likelihood principle; Berger & Wolpert 1988), whereas orders over days would be too high.

Source: nonparametric maximum likelihood of a mixing distribution, Laird (1978), J. Am. Stat. Assoc. 73:805-811; expectation-maximisation,
Dempster, Laird & Rubin (1977), J. R. Stat. Soc. B 39:1-38.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import gamma

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import Floats
from pinfold.demand.fill_odds import Ints, JoinPrior, belief_in_rates, chance_of_fewer, paced_days, seats_of_a_burst
from pinfold.demand.rules import DemandRules

RATES = tuple(float(rate) for rate in np.geomspace(0.005, 500, 60))  # bursts a day; neighbours differ by a fifth
PACE_PARTS = 8
SWEEPS = 40
# For how many pins and orders what is stated counts beside what was seen. Assumed.
PINS_OF_DEFAULT, ORDERS_OF_DEFAULT = 5.0, 20.0
BURSTS = (1.0, 1.25, 1.5, 2.0, 3.0, 5.0)
# How much likelier bursts must make what was seen; Akaike's price of a parameter (1974, IEEE Trans. Autom. Control 19:716-723).
BURST_PRICE = 1.0
PINS_MAX = 1500  # an even sample of them tells as much as a page can show


@dataclass(frozen=True)
class PastJoins:
    """Pins that are over.

    orders : int array, shape (pins,), orders that were paid in the end
    open_days : float array, shape (pins,), until it filled or expired, > 0
    window_days : float array, shape (pins,), from opening to the deadline, >= open_days
    order_pin : int array, shape (orders,), the row of each order's pin
    order_day : float array, shape (orders,), days after its pin opened
    order_seats : int array, shape (orders,), >= 1
    """

    orders: Ints
    open_days: Floats
    window_days: Floats
    order_pin: Ints
    order_day: Floats
    order_seats: Ints

    def __post_init__(self) -> None:
        if (self.orders < 0).any() or (self.open_days <= 0).any() or (self.window_days < self.open_days).any():
            raise InputError("past pins need orders of 0 or more, open days above 0 and a deadline after they closed")

    def sample(self, pins: int) -> PastJoins:
        """Evenly taken pins, about as many as asked for or all there are, with their orders."""
        kept = np.arange(0, len(self.orders), max(1, len(self.orders) // pins))
        row = np.full(len(self.orders), -1)
        row[kept] = np.arange(len(kept))
        of_kept = row[self.order_pin] >= 0
        return PastJoins(
            self.orders[kept],
            self.open_days[kept],
            self.window_days[kept],
            row[self.order_pin[of_kept]],
            self.order_day[of_kept],
            self.order_seats[of_kept],
        )


def default_prior(rules: DemandRules) -> JoinPrior:
    """The stated prior for a cooperative without past pins: a Gamma distribution like so many orders seen at such a rate."""
    edges = np.sqrt(np.multiply(RATES[:-1], RATES[1:]))
    below = gamma.cdf(edges, rules.prior_orders, scale=rules.prior_orders_per_day / rules.prior_orders)
    return JoinPrior(RATES, tuple(np.diff(below, prepend=0.0, append=1.0)))


def learn_prior(past: PastJoins, rules: DemandRules) -> JoinPrior:
    """The prior under which past pins were likeliest; the stated default where there are none."""
    default = default_prior(rules)
    if not len(past.orders):
        return default
    sample = past.sample(PINS_MAX)
    return min((_learned(sample, default, burst_orders) for burst_orders in BURSTS), key=lambda found: _surprise(sample, found))


def _learned(past: PastJoins, default: JoinPrior, burst_orders: float) -> JoinPrior:
    """Chances of the rates and the pace, taken in turns, for bursts of a given mean size."""
    exposure, rates = _exposure_days(past), np.asarray(RATES)
    part = np.minimum((past.order_day / past.window_days[past.order_pin] * PACE_PARTS).astype(int), PACE_PARTS - 1)
    came = np.bincount(part, minlength=PACE_PARTS) / burst_orders
    pace, found = np.ones(PACE_PARTS), replace(default, burst_orders=burst_orders)
    for _ in range(SWEEPS):
        belief = belief_in_rates(past.orders, exposure @ pace, found)
        expected = (belief @ rates) @ exposure
        pace = (came + ORDERS_OF_DEFAULT) / (expected + ORDERS_OF_DEFAULT)
        pace /= pace.mean()
        chances = belief.sum(axis=0) + PINS_OF_DEFAULT * np.asarray(default.chances)
        found = replace(found, chances=tuple(chances / chances.sum()))
    seen = np.bincount(past.order_seats, minlength=2)[1:].astype(float)
    seen[0] += 1.0
    return replace(found, seat_chances=tuple(seen / seen.sum()), pace=tuple(pace))


def _exposure_days(past: PastJoins) -> Floats:
    """Days that each pin was open in each part of its window, shape (pins, PACE_PARTS)."""
    part_days = past.window_days[:, None] / PACE_PARTS
    return np.asarray(np.clip(past.open_days[:, None] - part_days * np.arange(PACE_PARTS), 0, part_days))


def _surprise(past: PastJoins, prior: JoinPrior) -> float:
    """Minus log likelihood of what came in the second half of past windows, given the first half, and the price of bursts."""
    rows = np.flatnonzero(past.open_days > past.window_days / 2)
    half = past.window_days[rows] / 2
    first = past.order_day <= past.window_days[past.order_pin] / 2
    early = np.bincount(past.order_pin[first], minlength=len(past.orders))[rows]
    late = np.bincount(past.order_pin[~first], minlength=len(past.orders))[rows]
    gone, ahead = paced_days(half, half, prior.pace)
    # Who filled in the second half was watched for part of it; the rest of the window did not happen.
    ahead *= (past.open_days[rows] - half) / half
    burst_orders = seats_of_a_burst(replace(prior, seat_chances=(1.0,)), int(late.max(initial=1)) + 1)
    belief = belief_in_rates(early, gone, prior)
    expected = ahead[:, None] * np.asarray(prior.rates)
    exactly = chance_of_fewer(late + 1, expected, burst_orders) - chance_of_fewer(late, expected, burst_orders)
    return float(-np.log(np.maximum((belief * exactly).sum(axis=1), 1e-12)).sum()) + BURST_PRICE * (prior.burst_orders > 1)
