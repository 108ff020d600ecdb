from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinfold.basics.errors import InputError
from pinfold.ledger.rules import SplitRules
from pinfold.ledger.split import split_payment
from pinfold.pin.ladder import PackCosts, lowest_price_fen, price_at, price_ladder, smaller_ladder
from pinfold.pin.rules import PinRules

fen = st.integers(0, 100_000)
costs = st.builds(PackCosts, floor_fen=fen, carrier_fen=fen, shares_bp=st.integers(0, 9000))
sizes = st.tuples(st.integers(1, 60), st.integers(0, 60)).map(lambda pair: (pair[0], pair[0] + pair[1]))
rules = st.builds(PinRules, full_discount=st.floats(0, 0.9), ladder_steps=st.integers(1, 10))


@given(list_price_fen=fen, size=sizes, costs=costs, rules=rules)
def test_more_seats_are_cheaper_and_no_price_is_below_what_it_must_cover(list_price_fen, size, costs, rules):
    ladder = price_ladder(list_price_fen, *size, costs, rules)
    assert ladder[0] == (size[0], max(list_price_fen, lowest_price_fen(costs)))
    assert [seats for seats, _ in ladder] == sorted({seats for seats, _ in ladder})
    assert [price for _, price in ladder] == sorted({price for _, price in ladder}, reverse=True)
    assert ladder[-1][0] <= size[1]
    assert ladder[-1][1] >= lowest_price_fen(costs)


@given(costs=costs, above_fen=st.integers(0, 10_000))
def test_the_lowest_price_leaves_the_growers_their_floor_when_it_is_split(costs, above_fen):
    split_rules = SplitRules(platform_bp=costs.shares_bp // 3, cooperative_bp=costs.shares_bp - costs.shares_bp // 3)
    price_fen = lowest_price_fen(costs) + above_fen
    without_help = split_payment(price_fen, costs.carrier_fen, 0, split_rules)
    assert without_help.growers_fen >= costs.floor_fen


@given(list_price_fen=st.integers(1, 100_000), size=sizes, rules=rules, seats=st.integers(0, 130))
def test_everybody_pays_the_price_of_the_largest_size_reached(list_price_fen, size, rules, seats):
    ladder = price_ladder(list_price_fen, *size, PackCosts(0, 0, 0), rules)
    reached = [price for at, price in ladder if at <= seats]
    assert price_at(ladder, seats) == (reached[-1] if reached else ladder[0][1])


@given(list_price_fen=st.integers(1, 100_000), size=sizes, rules=rules, given_up=st.integers(0, 60), seats=st.integers(1, 60))
def test_a_pin_that_becomes_smaller_asks_no_member_for_more(list_price_fen, size, rules, given_up, seats):
    ladder = price_ladder(list_price_fen, *size, PackCosts(0, 0, 0), rules)
    smaller = smaller_ladder(ladder, max(size[0], size[1] - given_up))
    assert price_at(smaller, seats) <= price_at(ladder, seats)
    assert smaller[-1][1] == ladder[-1][1]


def test_a_pin_cannot_need_more_seats_than_it_has():
    with pytest.raises(InputError, match="11 of 10"):
        price_ladder(1000, 11, 10, PackCosts(0, 0, 0), PinRules())


def test_costs_that_no_price_covers_are_refused():
    with pytest.raises(InputError, match="basis points"):
        PackCosts(100, 0, 10_000)


def test_rules_that_contradict_each_other_are_named():
    with pytest.raises(InputError, match=r"pin\.pin_seats_min is 50"):
        PinRules(pin_seats_min=50, pin_seats_max=40)
