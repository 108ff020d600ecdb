"""Which lots can reach which wants."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.match.season import Season

from .seasons import PLAIN, lane, lot, random_season, season, want


def found(given_season: Season) -> list[tuple[int, int, int]]:
    ways = given_season.ways
    return list(zip(ways.pool.tolist(), ways.want.tolist(), ways.lane.tolist(), strict=True))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000))
def test_every_lot_that_comes_in_time_and_no_other_has_a_way_to_a_want(seed):
    given_season = random_season(seed)
    tables, rules, expected = given_season.tables, given_season.rules, []
    shelf = dict(tables.products.select("product_id", "shelf_life_days").iter_rows())
    for pool in given_season.pools.iter_rows(named=True):
        for number, wanted in enumerate(tables.wants.iter_rows(named=True)):
            for row, road in enumerate(tables.lanes.iter_rows(named=True)):
                lag = wanted["week"] - pool["ready_week"]
                age = 7 * lag + pool["collect_days"] + road["days"]
                if (
                    pool["product_id"] == wanted["product_id"]
                    and pool["hub_id"] == road["hub_id"]
                    and (road["region_id"], road["week"]) == (wanted["region_id"], wanted["week"])
                    and 0 <= lag <= rules.lag_weeks_max
                    and age <= rules.shelf_share_max * shelf[pool["product_id"]]
                ):
                    expected.append((pool["pool"], number, row))
    assert found(given_season) == expected


def test_a_merchant_who_takes_the_best_grade_alone_is_not_offered_the_second():
    lots = [lot("best"), lot("second", grade=1)]
    given_season = season(lots, [want("W", "Kunming", 9, 100, grade_worst=0)], [lane("Kunming")], PLAIN)
    assert found(given_season) == [(0, 0, 0)]


def test_a_hub_without_lanes_and_a_region_that_no_lane_reaches_have_no_ways():
    lots, wants = [lot("A"), lot("far", hub_id="elsewhere")], [want("W", "Kunming", 9, 100), want("V", "Nowhere", 99, 100)]
    assert found(season(lots, wants, [lane("Kunming")], PLAIN)) == [(0, 0, 0)]
