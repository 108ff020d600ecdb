from __future__ import annotations

import polars as pl
import pytest

from pinfold.deliver.keeping import age_on_arrival_days, kept_share
from pinfold.match.rules import MatchRules
from pinfold.match.season import build_season
from pinfold.match.tables import Tables

RULES = MatchRules()


def test_goods_of_half_their_shelf_life_lose_what_the_rules_say():
    """1 % on any way, and 30 % x (1/2)² more."""
    assert kept_share(10, 20, RULES) == pytest.approx(1 - 0.01 - 0.075)


def test_goods_past_four_fifths_of_their_shelf_life_are_not_delivered():
    assert kept_share(16, 20, RULES) is not None
    assert kept_share(16.01, 20, RULES) is None


def test_goods_cannot_arrive_before_they_are_ripe():
    assert kept_share(age_on_arrival_days(3, 2, 1, 2), 20, RULES) is None


def test_dispatch_counts_losses_as_the_plan_did():
    tables = Tables(
        products=pl.DataFrame({"product_id": ["mango"], "shelf_life_days": [20.0], "price_per_kg": [10.0]}),
        lots=pl.DataFrame({
            "lot_id": ["l"], "hub_id": ["h"], "product_id": ["mango"], "grade": [0], "ready_week": [3], "kg": [10.0],
            "floor_price_per_kg": [4.0], "poverty_weight": [0.5], "collect_cost_per_kg": [0.3], "collect_days": [1],
            "salvage_per_kg": [1.0],
        }),
        wants=pl.DataFrame({
            "want_id": ["w"], "product_id": ["mango"], "region_id": ["r"], "week": [4], "price_1": [20.0], "kg_1": [10.0],
            "price_2": [20.0], "kg_2": [0.0], "price_3": [20.0], "kg_3": [0.0],
        }),
        lanes=pl.DataFrame({
            "lane_id": ["a"], "hub_id": ["h"], "region_id": ["r"], "week": [4], "days": [2], "truck_kg": [100.0], "truck_cost": [50.0],
            "trucks_max": [1.0],
        }),
        hub_weeks=pl.DataFrame({"hub_id": ["h"], "week": [4], "kg_max": [100.0]}),
    )  # fmt: skip
    ways = build_season(tables, RULES).ways
    age_days = age_on_arrival_days(ready_week=3, week=4, collect_days=1, lane_days=2)
    assert age_days == ways.age_days[0]
    assert kept_share(age_days, 20, RULES) == pytest.approx(ways.kept[0])
