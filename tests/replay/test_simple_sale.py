"""What the harvest would have brought without a plan: numbers that can be worked by hand."""

from dataclasses import replace

import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.match.rules import MatchRules
from pinfold.match.tables import Tables
from pinfold.replay.simple_sale import first_come, middleman, wants_asked

# No losses, no storage, no discounts: only collection (1 yuan/kg), the truck (1 yuan/kg) and handling (0.5 yuan/kg) cost something.
PLAIN = MatchRules(
    loss_base=0.0,
    loss_at_full_age=0.0,
    handling_per_kg=0.5,
    storage_per_kg_week=0.0,
    cold_per_kg=0.0,
    freshness_discount=0.0,
    equity_bonus=0.0,
)


def season(asked: list[tuple[str, int, float, float]], lots: list[tuple[int, int, float]]) -> Tables:
    """asked: region, week, kg, price; lots: ready week, grade, kg."""
    regions = sorted({region for region, *_ in asked})
    weeks = range(4)
    return Tables(
        products=pl.DataFrame({"product_id": ["mango"], "shelf_life_days": [20.0], "price_per_kg": [10.0]}),
        lots=pl.DataFrame(
            {
                "lot_id": [f"lot-{n}" for n in range(len(lots))],
                "village_id": ["v"] * len(lots),
                "hub_id": ["h"] * len(lots),
                "product_id": ["mango"] * len(lots),
                "grade": [grade for _, grade, _ in lots],
                "ready_week": [week for week, _, _ in lots],
                "kg": [kg for _, _, kg in lots],
                "kg_cv": [0.0] * len(lots),
                "floor_price_per_kg": [3.0] * len(lots),
                "poverty_weight": [1.0] * len(lots),
                "collect_cost_per_kg": [1.0] * len(lots),
                "collect_days": [0] * len(lots),
                "salvage_per_kg": [0.5] * len(lots),
            }
        ),
        wants=wants_asked(
            pl.DataFrame([("mango", *row) for row in asked], schema=["product_id", "region_id", "week", "kg", "price_per_kg"], orient="row")
        ),
        lanes=pl.DataFrame(
            [(f"{r}-{w}", "h", r, w, 1, 1000.0, 1000.0, 5.0) for r in regions for w in weeks],
            schema=["lane_id", "hub_id", "region_id", "week", "days", "truck_kg", "truck_cost", "trucks_max"],
            orient="row",
        ),
        hub_weeks=pl.DataFrame({"hub_id": ["h"] * 4, "week": list(weeks), "kg_max": [1e6] * 4}),
    )


def test_what_nobody_asks_for_is_left_at_its_salvage_value():
    sale = first_come(season([("A", 0, 60.0, 10.0)], [(0, 0, 100.0)]), PLAIN)
    # 60 kg at 10 yuan; each costs 2.5 yuan on its way; 40 kg are left at 0.5 yuan.
    assert sale.buyers_yuan == pytest.approx(600)
    assert sale.growers_yuan == pytest.approx(600 - 60 * 2.5 + 40 * 0.5)
    assert sale.unsold_share == pytest.approx(0.4)


def test_who_asks_first_is_served_first_even_if_another_would_pay_more():
    sale = first_come(season([("B", 0, 80.0, 6.0), ("A", 0, 80.0, 10.0)], [(0, 0, 100.0)]), PLAIN)
    assert sale.buyers_yuan == pytest.approx(80 * 6 + 20 * 10)


def test_nothing_is_kept_for_a_customer_who_has_not_come_yet():
    sale = first_come(season([("A", 1, 100.0, 10.0), ("A", 0, 100.0, 4.0)], [(0, 0, 100.0)]), PLAIN)
    assert sale.buyers_yuan == pytest.approx(400)


def test_what_the_cooperative_and_the_platform_keep_comes_off_the_customers_money():
    tables = season([("A", 0, 100.0, 10.0)], [(0, 0, 100.0)])
    assert first_come(tables, PLAIN, kept_share=0.1).growers_yuan == pytest.approx(1000 * 0.9 - 250)


def test_a_worse_grade_sells_for_less_and_costs_the_same_way():
    rules = replace(PLAIN, grade_discount_second=0.2)
    sale = first_come(season([("A", 0, 100.0, 10.0)], [(0, 1, 100.0)]), rules)
    assert (sale.buyers_yuan, sale.growers_yuan) == (pytest.approx(800), pytest.approx(800 - 250))


def test_nobody_sends_what_would_bring_less_than_it_costs():
    assert first_come(season([("A", 0, 100.0, 2.0)], [(0, 0, 100.0)]), PLAIN).sold_kg == 0


def test_a_middleman_takes_all_at_the_local_price():
    sale = middleman(pl.DataFrame({"product_id": ["mango", "mango"], "kg": [60.0, 40.0]}), {"mango": 3.0})
    assert (sale.growers_yuan, sale.buyers_yuan, sale.unsold_share, sale.growers_share) == (300, 300, 0, 1)


def test_a_product_without_a_local_price_is_refused():
    with pytest.raises(InputError, match="'pea' has no local price"):
        middleman(pl.DataFrame({"product_id": ["pea"], "kg": [1.0]}), {"mango": 3.0})
