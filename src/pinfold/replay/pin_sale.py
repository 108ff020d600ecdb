"""Sells simulated flows under a policy of opening pins: what was sold, paid, refunded, and what growers were left with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.demand.fill_odds import Standing, fill_odds
from pinfold.pin.choosing import Customers, Goods, choose, chosen_ladder
from pinfold.pin.facts import PinFacts
from pinfold.pin.ladder import Ladder, price_at, price_ladder
from pinfold.pin.opening import equal_sizes, sizes
from pinfold.pin.rescue import merged_terms
from pinfold.pin.rules import PinRules
from pinfold.replay.pin_market import WINDOW_DAYS, Flow

RULES = PinRules()
SOME_TIME = datetime(2026, 9, 7, tzinfo=UTC)  # merged_terms looks at prices alone


@dataclass
class SimulatedPin:
    """A pin while it is sold. orders : that joined so far; extended : it has been given more time."""

    seats_min: int
    seats_max: int
    ladder: Ladder
    taken: int = 0
    orders: int = 0
    extended: bool = False

    def facts(self) -> PinFacts:
        return PinFacts(
            "",
            0,
            "public",
            "open",
            "",
            self.seats_min,
            self.seats_max,
            self.taken,
            self.taken,
            self.ladder,
            0,
            None,
            SOME_TIME,
            None,
            False,
        )


Policy = Callable[[Goods, Customers], list[SimulatedPin]]


def fixed(seats: int) -> Policy:
    """Pins of one size and one price: all seats or nothing; packs beyond whole pins make a smaller one."""

    def pins(goods: Goods, customers: Customers) -> list[SimulatedPin]:
        return [
            SimulatedPin(size, size, ((size, goods.list_price_fen),)) for size in sizes(goods.packs, replace(RULES, pin_seats_max=seats))
        ]

    return pins


def stated(goods: Goods, customers: Customers) -> list[SimulatedPin]:
    """The rules where nothing is chosen: half of the seats fill a pin, and the price falls a tenth."""
    pins = []
    for seats in sizes(goods.packs, RULES):
        least = ceil(seats * RULES.seats_min_share)
        pins.append(SimulatedPin(least, seats, price_ladder(goods.list_price_fen, least, seats, goods.costs, RULES)))
    return pins


def chosen(goods: Goods, customers: Customers) -> list[SimulatedPin]:
    """The pins from which growers may expect the most."""
    best = choose(goods, customers, RULES)
    discounts = (best.first_discount, best.last_discount)
    return [
        SimulatedPin(best.seats_min, seats, chosen_ladder(goods.list_price_fen, (best.seats_min, seats), discounts, goods.costs, RULES))
        for seats in equal_sizes(best.packs, best.pins)
    ]


@dataclass(frozen=True)
class Sale:
    """What came of flows. packs sold are those that were delivered; growers_fen is after the work on pins, unsold packs at salvage.

    joined, refunded : packs; a refund is for a pin that expired or a harvest that fell short
    """

    sold: float
    growers_fen: float
    joined: float
    refunded: float
    opened: float
    filled: float

    def __add__(self, other: Sale) -> Sale:
        return Sale(*(a + b for a, b in zip(self.numbers(), other.numbers(), strict=True)))

    def numbers(self) -> tuple[float, ...]:
        return (self.sold, self.growers_fen, self.joined, self.refunded, self.opened, self.filled)


def sell(flow: Flow, pins: list[SimulatedPin], customers: Customers, rescues: bool) -> Sale:
    """Sells one flow through its pins, which are used up. rescues : short pins are merged a day before they close, or extended once."""
    opened = len(pins)
    before_rescue = WINDOW_DAYS - RULES.rescue_hours / 24
    _join(flow, pins, 0.0, before_rescue)
    if rescues:
        pins = _merged(pins)
        for pin in pins:
            pin.extended = 0 < pin.taken < pin.seats_min and _odds_with_more_time(pin, customers) >= RULES.extend_odds_min
    _join(flow, pins, before_rescue, WINDOW_DAYS)
    _join(flow, [pin for pin in pins if pin.extended and pin.taken < pin.seats_min], WINDOW_DAYS, WINDOW_DAYS + RULES.extend_days)
    return _settled(flow, pins, opened)


def _join(flow: Flow, pins: list[SimulatedPin], after: float, until: float) -> None:
    """Customers who look at the list join the fullest pin whose price suits them, those with a link the pin it leads to."""
    first, last = np.searchsorted(flow.day, (after, until))
    for seats, limit, link in zip(flow.seats[first:last], flow.limit[first:last], flow.link[first:last], strict=True):
        top_fen = limit * flow.goods.list_price_fen
        fitting = [pin for pin in pins if pin.taken < pin.seats_max and price_at(pin.ladder, pin.taken) <= top_fen]
        if not fitting:
            continue
        pin = max(fitting, key=lambda pin: pin.taken) if np.isnan(link) else fitting[int(link * len(fitting))]
        pin.taken += min(int(seats), pin.seats_max - pin.taken)
        pin.orders += 1


def _merged(pins: list[SimulatedPin]) -> list[SimulatedPin]:
    """Short pins give their members to the one with the most, at terms that suit both."""
    standing = sorted(pins, key=lambda pin: pin.taken)
    kept: list[SimulatedPin] = []
    while standing:
        source = standing.pop(0)
        into = standing[-1] if standing else None
        terms = merged_terms(source.facts(), into.facts()) if into and into.taken < into.seats_max else None
        if into is None or terms is None or not 0 < source.taken < source.seats_min:
            kept.append(source)
            continue
        into.seats_min, into.ladder = terms.seats_min, terms.ladder
        into.taken, into.orders, into.seats_max = into.taken + source.taken, into.orders + source.orders, into.seats_max + source.seats_max
    return kept


def _odds_with_more_time(pin: SimulatedPin, customers: Customers) -> float:
    gone = WINDOW_DAYS - RULES.rescue_hours / 24
    left = RULES.rescue_hours / 24 + RULES.extend_days
    prior = replace(customers.prior, rates=(0.3, 1.0, 3.0, 9.0), chances=(0.25, 0.25, 0.25, 0.25))
    return float(fill_odds(Standing(pin.orders, pin.taken, pin.seats_min, gone, left), prior))


def _settled(flow: Flow, pins: list[SimulatedPin], opened: int) -> Sale:
    goods = flow.goods
    filled = [pin for pin in pins if pin.taken >= pin.seats_min]
    promised = sum(pin.taken for pin in filled)
    joined = sum(pin.taken for pin in pins)
    sold = min(promised, flow.real_packs)
    paid = sum(pin.taken * float(goods.growers_fen(price_at(pin.ladder, pin.taken))) for pin in filled)
    # Where less was picked, everybody gets the same share less: no policy gains by who is left out.
    paid *= sold / promised if promised else 0.0
    growers = paid + (flow.real_packs - sold) * goods.salvage_fen - opened * goods.open_cost_fen
    return Sale(sold, growers, joined, joined - sold, opened, len(filled))


def interval(differences: Floats, random: np.random.Generator, times: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval of the mean of paired differences, one for each season.

    Source: Efron & Tibshirani, An Introduction to the Bootstrap (1993), section 13.3 (percentiles).
    """
    means = differences[random.integers(0, len(differences), (times, len(differences)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def share_interval(part: Floats, whole: Floats, random: np.random.Generator, times: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval of what all `part` are of all `whole`; one of each for each season, drawn together.

    A ratio of sums, since seasons are not of one size; source as of `interval`.

    >>> share_interval(np.array([1.0, 2.0]), np.array([4.0, 8.0]), np.random.default_rng(1))
    (0.25, 0.25)
    """
    drawn = random.integers(0, len(whole), (times, len(whole)))
    low, high = np.quantile(part[drawn].sum(axis=1) / whole[drawn].sum(axis=1), (0.025, 0.975))
    return float(low), float(high)
