"""Which pins to open: numbers small enough to work by hand, and what must never happen."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.demand.fill_odds import JoinPrior
from pinfold.match.rules import MatchRules
from pinfold.pin.choosing import Choice, Customers, Goods, choose, seats_odds, smallest_worth_it, ways_to_open
from pinfold.pin.ladder import PackCosts, lowest_price_fen
from pinfold.pin.opening import Deadline, Terms, Wanted, closes_at, pins_to_open
from pinfold.pin.rules import PinRules
from pinfold.pin.say import say
from tests.pin.test_opening import MANGO, STARTS_ON

SINGLE = JoinPrior(rates=(1.0,), chances=(1.0,))
RULES = PinRules()
CUSTOMERS = Customers(SINGLE, (0.7,))
# A pack sells for 40 yuan, of which 10 % are shares and 2 yuan freight: growers get 34, unsold 2, and a pin is 80 yuan of work.
GOODS = Goods(40, 30.0, 0.3, 4000, PackCosts(1200, 200, 1000), 200.0, 8000.0)


def test_a_pin_fills_with_as_few_packs_as_pay_the_work_on_it():
    assert smallest_worth_it(GOODS, 4000) == 3  # 3 x 32 yuan more than unsold are above 80 yuan, 2 x 32 are not
    assert choose(GOODS, CUSTOMERS, RULES).seats_min == 3


def test_goods_that_bring_as_much_unsold_open_no_pin():
    assert smallest_worth_it(replace(GOODS, salvage_fen=3400.0), 4000) is None
    assert choose(replace(GOODS, salvage_fen=3400.0), CUSTOMERS, RULES).pins == 0


def test_where_nobody_is_expected_or_too_few_to_pay_the_work_no_pin_opens():
    assert choose(replace(GOODS, expected_packs=0.0), CUSTOMERS, RULES).pins == 0
    nobody = choose(replace(GOODS, expected_packs=1.0), CUSTOMERS, RULES)
    assert (nobody.pins, nobody.expected_fen) == (0, nobody.unsold_fen)


def test_fewer_packs_than_the_rules_ask_for_open_no_pin():
    assert choose(replace(GOODS, packs=2, open_cost_fen=0.0), CUSTOMERS, RULES).pins == 0


def test_a_second_pin_opens_only_if_enough_customers_for_it_are_expected():
    many = replace(GOODS, packs=80)
    assert choose(replace(many, expected_packs=20.0), CUSTOMERS, RULES).pins == 1
    assert choose(replace(many, expected_packs=70.0), CUSTOMERS, RULES).pins == 2


def test_the_price_stays_where_customers_hardly_answer_to_it():
    best = choose(GOODS, Customers(SINGLE, (0.7,)), RULES)
    assert (best.first_discount, best.last_discount) == (0.0, 0.0)


def test_the_price_is_lower_where_customers_are_eager_and_goods_are_left():
    best = choose(replace(GOODS, expected_packs=15.0), Customers(SINGLE, (4.0,)), RULES)
    assert (best.first_discount, best.last_discount) == (0.1, 0.1)
    scarce = choose(replace(GOODS, expected_packs=400.0), Customers(SINGLE, (4.0,)), RULES)
    assert (scarce.first_discount, scarce.last_discount) == (0.0, 0.0), "who sells everything anyway gives nothing away"


def test_with_a_sure_outlook_of_one_pack_nobody_comes_with_the_chance_that_poisson_says():
    goods = replace(GOODS, packs=3, expected_packs=1.0, spread=0.0, open_cost_fen=0.0)
    flat = [way for way in ways_to_open(goods, RULES) if way.last_discount == 0]
    (odds,) = seats_odds(flat, goods, CUSTOMERS)
    assert odds[:3] == pytest.approx([exp(-1), exp(-1), exp(-1) / 2], rel=0.01)
    assert odds.sum() == pytest.approx(1)


def test_expected_money_of_a_pin_that_sells_out_for_sure_is_the_sum_that_anybody_can_do():
    """10 packs at 34 yuan, less 80 yuan of work: 260 yuan."""
    best = choose(replace(GOODS, packs=10, expected_packs=500.0), CUSTOMERS, RULES)
    assert (best.expected_fen, best.sold_packs) == (pytest.approx(26_000, abs=1), pytest.approx(10, abs=1e-3))


def test_a_large_flow_is_weighed_in_proportion():
    best = choose(replace(GOODS, packs=1600, expected_packs=3200.0), CUSTOMERS, RULES)
    assert (best.pins, best.packs) == (40, 1600)


@settings(max_examples=40, deadline=None)
@given(
    packs=st.integers(1, 90),
    expected=st.floats(0.1, 200),
    spread=st.floats(0, 1.5),
    elasticity=st.floats(0.05, 5),
    floor=st.integers(0, 4500),
    burst=st.floats(1, 3),
)
def test_no_choice_is_worse_than_opening_nothing_or_breaks_the_rules(packs, expected, spread, elasticity, floor, burst):
    goods = replace(GOODS, packs=packs, expected_packs=expected, spread=spread, costs=PackCosts(floor, 200, 1000))
    customers = Customers(replace(SINGLE, burst_orders=burst), (elasticity,))
    best = choose(goods, customers, RULES)
    assert best.expected_fen >= best.unsold_fen
    assert 0 <= best.sold_packs <= best.packs + 1e-6
    assert best.packs <= best.pins * RULES.pin_seats_max
    assert best.packs == min(packs, best.pins * RULES.pin_seats_max), "no pin is smaller than goods and rules allow"
    for way in ways_to_open(goods, RULES):
        assert way.ladder[0][0] == way.seats_min <= way.packs // way.pins
        assert way.ladder[-1][1] >= lowest_price_fen(goods.costs)
    ways = ways_to_open(goods, RULES)
    if ways:
        assert seats_odds(ways, goods, customers).sum(axis=1) == pytest.approx(1)


# From a plan


def terms(customers: Customers | None = CUSTOMERS) -> Terms:
    return Terms(STARTS_ON, 1000, RULES, MatchRules(), customers)


def test_a_planned_flow_opens_the_chosen_pins_and_each_knows_why():
    """90 kg arrive, 45 packs, in two pins by the rules; where 15 packs are wanted one of 40 is enough."""
    row = replace(MANGO, wanted=Wanted(kg=30.0, spread=0.2, open_cost=80.0, salvage_per_kg=1.0))
    (pin,) = pins_to_open([row], terms())
    assert (pin.seats_max, pin.seats_min, pin.ladder) == (40, 3, ((3, 4000),))
    assert pin.why is not None
    assert pin.why.wanted_packs == pytest.approx(15)


def test_a_flow_without_an_outlook_follows_the_stated_rules():
    assert pins_to_open([MANGO], terms()) == pins_to_open([MANGO], terms(None))


def test_a_flow_that_opens_fewer_pins_today_renames_no_other_flows_pins():
    few = replace(MANGO, want_id="a", wanted=Wanted(30.0, 0.2, 80.0, 1.0))
    many = replace(few, wanted=Wanted(300.0, 0.2, 80.0, 1.0))
    other = replace(MANGO, want_id="b", lot_id="other", kg=30.0)
    for rows in ([few, other], [many, other]):
        assert pins_to_open(rows, terms())[-1].number == 2


def test_goods_that_share_their_deadline_with_sooner_ones_wait_until_they_are_picked():
    """Picked in one week, delivered in that and the next: whoever comes until the deadline joins what arrives sooner."""
    sooner = replace(MANGO, wanted=Wanted(30.0, 0.2, 80.0, 1.0))
    later = replace(sooner, want_id="later", week=sooner.week + 1)
    assert {pin.week for pin in pins_to_open([sooner, later], terms())} == {sooner.week}
    assert {pin.week for pin in pins_to_open([later], terms())} == {later.week}
    picked = replace(later, kg_real=later.kg)
    assert {pin.week for pin in pins_to_open([sooner, picked], terms())} == {sooner.week, later.week}


def test_customers_of_pins_that_are_open_are_not_expected_twice():
    """Goods of the week after close with a pin that is open there, so that nobody is left for them."""
    later = replace(MANGO, week=MANGO.week + 1, wanted=Wanted(30.0, 0.2, 80.0, 1.0))
    open_pin = Deadline(MANGO.product_id, MANGO.region_id, MANGO.week, closes_at(later.order_week, STARTS_ON, RULES))
    assert pins_to_open([later], replace(terms(), deadlines=(open_pin,))) == []
    for other in (replace(open_pin, region_id="elsewhere"), replace(open_pin, product_id="other"), replace(open_pin, week=later.week)):
        assert len(pins_to_open([later], replace(terms(), deadlines=(other,)))) == 1


# In words

CHOICE = Choice(1, 40, 3, 0.0, 0.0, 90_000.0, 28.4, 30.0, 8_000.0)


def test_every_choice_is_one_sentence_in_both_languages():
    assert say(CHOICE, "en") == (
        "About 30 packs are likely to be wanted and 40 are offered in one pin; from 3 paid packs on, serving them is worth the work; "
        "the price stays, because a lower one would bring growers less; growers may expect 820 yuan more than if nothing is sold."
    )
    assert say(CHOICE, "zh-hans") == (
        "预计大约需要30份，一个拼单共提供40份；付款满3份就值得送货；价格不降，因为降价会让农户少得；预计农户比不卖多得820元。"
    )


def test_a_lower_and_a_falling_price_are_told_apart():
    assert "the price is 10 % lower" in say(replace(CHOICE, first_discount=0.1, last_discount=0.1), "en")
    assert "falls by up to 10 %" in say(replace(CHOICE, last_discount=0.1), "en")
