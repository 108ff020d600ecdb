"""The simulated market: what a sale comes to by hand, and that the chosen pins beat fixed ones on the same streams."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pinfold.pin.choosing import Goods
from pinfold.pin.ladder import PackCosts
from pinfold.replay.pin_market import KINDS, Flow, season
from pinfold.replay.pin_sale import SimulatedPin, chosen, fixed, interval, sell, stated

KIND = KINDS[0]
GOODS = Goods(10, 8.0, 0.3, 4000, PackCosts(1200, 200, 1000), 200.0, 8000.0)


def flow(*orders: tuple[float, int], real_packs: int = 10, limit: float = 1.0) -> Flow:
    """Orders of (day, seats) that look at the list."""
    day, seats = np.array(orders).T
    return Flow(GOODS, real_packs, day, seats, np.full(len(day), limit), np.full(len(day), np.nan))


def sale(of: Flow, *pins: SimulatedPin, rescues: bool = False):
    return sell(of, list(pins), KIND.customers, rescues)


def pin(least: int, most: int, ladder=None) -> SimulatedPin:
    return SimulatedPin(least, most, ladder or ((least, 4000),))


def test_four_packs_sold_leave_growers_34_yuan_each_and_2_for_each_unsold_less_80_of_work():
    found = sale(flow((1.0, 2), (2.0, 2)), pin(3, 10))
    assert (found.sold, found.growers_fen) == (4, 4 * 3400 + 6 * 200 - 8000)


def test_a_pin_that_falls_short_gives_everything_back():
    found = sale(flow((1.0, 2)), pin(3, 10))
    assert (found.sold, found.refunded, found.growers_fen) == (0, 2, 10 * 200 - 8000)


def test_a_harvest_that_falls_short_is_refunded_too():
    found = sale(flow((1.0, 3), (2.0, 1), real_packs=3), pin(3, 10))
    assert (found.sold, found.refunded, found.growers_fen) == (3, 1, 3 * 3400 - 8000)


def test_customers_join_only_below_their_limit_and_everybody_pays_the_final_price():
    falling = ((2, 4000), (4, 3600))
    assert sale(flow((1.0, 2), limit=0.9), pin(2, 10, falling)).sold == 0
    assert sale(flow((1.0, 2), (2.0, 2)), pin(2, 10, falling)).growers_fen == 4 * 3040 + 6 * 200 - 8000


def test_two_short_pins_are_one_that_fills_when_they_are_merged():
    orders = flow((1.0, 2), (2.0, 2))
    orders = replace(orders, link=np.array([0.0, 0.99]))
    assert sale(orders, pin(4, 5), pin(4, 5)).sold == 0
    assert sale(orders, pin(4, 5), pin(4, 5), rescues=True).sold == 4


def test_who_comes_after_the_deadline_joins_only_a_pin_that_was_given_more_time():
    late = flow((1.0, 2), (7.5, 2))
    assert sale(late, pin(3, 10)).sold == 0
    assert sale(late, pin(3, 10), rescues=True).sold == 4


def test_the_same_seed_plays_the_same_season():
    first, second = (season(KIND, 3, np.random.default_rng(7)) for _ in range(2))
    assert all((one.day == other.day).all() and one.goods == other.goods for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_chosen_pins_sell_more_than_fixed_ones_of_any_size_and_leave_growers_no_less(kind):
    """The whole table is printed by scripts/measure_pins.py; twelve seasons of ten flows show the direction."""
    random = np.random.default_rng(11)
    seasons = [season(kind, 10, random) for _ in range(12)]

    def totals(policy):
        return np.array(
            [
                np.sum([sell(each, policy(each.goods, kind.customers), kind.customers, True).numbers()[:2] for each in flows], axis=0)
                for flows in seasons
            ]
        )

    own = totals(chosen)
    for size in (40, 10):
        more = own - totals(fixed(size))
        assert interval(more[:, 0], random)[0] > 0
        assert interval(more[:, 1], random)[0] >= 0
    assert (own - totals(stated))[:, 1].mean() > 0
