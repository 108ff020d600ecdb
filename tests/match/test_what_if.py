"""What one change would bring, on seasons worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.basics.errors import InputError, NotFound
from pinfold.match.plan import plan_season
from pinfold.match.what_if import Answer, Ask, Buyer, changed, what_if

from .seasons import lane, lot, random_season, season, want


def two_regions(**changes: object):
    # 300 kg; Shanghai wants 200 at 10 yuan but its one truck holds 100; Kunming wants 50 at 4; the rest brings 1 yuan at home.
    wants = [want("S", "Shanghai", 10, 200), want("K", "Kunming", 4, 50)]
    lanes = [lane("Shanghai", truck_kg=100.0, trucks_max=1.0), lane("Kunming")]
    return plan_season(season([lot("A", kg=300, salvage_per_kg=1.0, **changes)], wants, lanes))


def test_one_more_truck_brings_what_its_goods_sell_above_what_they_brought():
    assert what_if(two_regions(), Ask("truck", "H-Shanghai-0")) == Answer(pytest.approx(900), pytest.approx(900), "plan")


def test_a_truck_where_trucks_are_not_full_brings_nothing_and_needs_no_new_plan():
    assert what_if(two_regions(), Ask("truck", "H-Kunming-0")) == Answer(0, 0, "prices")


def test_without_a_region_its_goods_stay_at_home():
    assert what_if(two_regions(), Ask("closed", "Kunming")).income_yuan == pytest.approx(-150)


def test_a_merchant_who_takes_the_next_grade_buys_what_stayed():
    lots = [lot("second", grade=1, salvage_per_kg=1.0), lot("third", grade=2, salvage_per_kg=1.0)]
    bid = want("B", "Kunming", 6, 500, kind="bid", grade_worst=0)
    answer = what_if(plan_season(season(lots, [bid], [lane("Kunming")])), Ask("lower grade"))
    assert answer.income_yuan == pytest.approx(500)


def test_a_buyer_who_pays_more_than_goods_bring_at_home_gets_them():
    # 150 kg stay at home for 1 yuan. Kunming has room for all of them; a buyer there takes 100 at 3 yuan and brings 2 yuan more on each.
    answer = what_if(two_regions(), Ask("buyer", Buyer("mango", "Kunming", 0, 100, 3.0)))
    assert (answer.income_yuan, answer.kg, answer.asked_per_kg) == (pytest.approx(200), pytest.approx(100), pytest.approx(1))
    assert answer.by == "plan"


def test_a_buyer_who_pays_less_than_goods_bring_at_home_is_told_what_they_ask():
    answer = what_if(two_regions(), Ask("buyer", Buyer("mango", "Kunming", 0, 100, 0.9)))
    assert answer == Answer(0, 0, "prices", 0, pytest.approx(1))


def test_a_buyer_in_a_week_without_lanes_has_those_of_the_nearest_week():
    # Ripe in week 0, sold in week 1: with a day on the lane it is 8 days old, as old as mango may be; with two it is too old.
    def answer(days):
        lanes = [lane("Kunming", days=days), lane("Kunming", week=5, days=30, lane_id="late")]
        plan = plan_season(season([lot("A")], [want("K", "Kunming", 4, 50)], lanes))
        return what_if(plan, Ask("buyer", Buyer("mango", "Kunming", 1, 30, 9.0)))

    assert answer(1).kg == pytest.approx(30) and answer(2) == Answer(0, 0, "prices", 0, None)


@pytest.mark.parametrize(("region", "gained"), [("Shanghai", 900), ("Kunming", 150)])
def test_another_region_wants_what_the_like_one_wants_and_has_lanes_like_it(region, gained):
    # One more Shanghai takes the one truck of 100 kg at 10 yuan, one more Kunming 50 kg at 4; each kg brought 1 yuan at home.
    assert what_if(two_regions(), Ask("opened", region)).income_yuan == pytest.approx(gained)


@pytest.mark.parametrize(("kg", "price"), [(0, 5), (-1, 5), (10, -1), (float("nan"), 5), (10, float("inf"))])
def test_a_buyer_who_takes_or_pays_nothing_that_can_be_counted_is_refused(kg, price):
    with pytest.raises(InputError, match="give kg above 0 and a price of 0 or more"):
        what_if(two_regions(), Ask("buyer", Buyer("mango", "Kunming", 0, kg, price)))


NOWHERE = [Ask("truck", "nowhere"), Ask("closed", "nowhere"), Ask("opened", "nowhere"), Ask("buyer", Buyer("mango", "nowhere", 0, 1, 1))]


@pytest.mark.parametrize("ask", NOWHERE)
def test_what_the_plan_does_not_have_cannot_be_changed(ask):
    with pytest.raises(NotFound, match="'nowhere' is not in this plan"):
        what_if(two_regions(), ask)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_no_truck_is_worth_more_than_its_lanes_price_says(seed):
    given_season = random_season(seed)
    plan = plan_season(given_season)
    for row, lane_id in enumerate(given_season.tables.lanes["lane_id"]):
        gained = plan_season(changed(given_season, Ask("truck", lane_id))).objective - plan.objective
        at_most = plan.prices.lane[row] * given_season.tables.lanes["truck_kg"][row]
        assert -0.1 <= gained <= at_most + 1e-6 * abs(plan.objective) + 0.1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 20), st.floats(1, 2000), st.integers(0, 3))
def test_no_buyer_brings_more_than_the_old_prices_allow(seed, price, kg, week):
    given_season = random_season(seed)
    plan = plan_season(given_season)
    products, regions = given_season.tables.products["product_id"], given_season.tables.lanes["region_id"]
    if not len(products) or not len(regions):
        return
    ask = Ask("buyer", Buyer(products[seed % len(products)], regions[seed % len(regions)], week, kg, price))
    gained = plan_season(changed(given_season, ask)).objective - plan.objective
    answer = what_if(plan, ask)
    assert answer.worth_yuan == pytest.approx(gained, abs=0.1 + 1e-6 * abs(plan.objective))
    if answer.asked_per_kg is None or price < answer.asked_per_kg - 1e-6:
        assert gained == pytest.approx(0, abs=0.1 + 1e-6 * abs(plan.objective))
