"""What one change would bring, on seasons worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.basics.errors import NotFound
from pinfold.match.plan import plan_season
from pinfold.match.what_if import Answer, Ask, changed, what_if

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


@pytest.mark.parametrize("ask", [Ask("truck", "nowhere"), Ask("closed", "nowhere")])
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
