from datetime import date

import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.demand.elasticity import Belief
from pinfold.demand.ladder import wants_from_outlook
from pinfold.demand.rules import DemandRules

STARTS = date(2026, 9, 7)
PRODUCTS = pl.DataFrame({"product_id": ["mango"], "price_per_kg": [10.0]})


def outlook(kg, week=date(2026, 9, 14), product="mango"):
    return pl.DataFrame({"product_id": [product], "region_id": ["R1"], "week": [week], "mean": [kg]})


def want(kg=100.0, rules=DemandRules(), **more):
    return wants_from_outlook(outlook(kg, **more), PRODUCTS, rules, STARTS).row(0, named=True)


def test_the_first_step_is_what_is_wanted_at_the_list_price():
    assert (want()["price_1"], want()["kg_1"]) == (10.0, 100.0)


def test_with_an_elasticity_of_one_half_the_price_brings_twice_the_kg():
    steps = want(rules=DemandRules(elasticity=1, elasticity_sd=0.01, discount_2=0.2, discount_3=0.5))
    assert (steps["price_2"], steps["price_3"]) == (8.0, 5.0)
    assert steps["kg_2"] == pytest.approx(25, abs=0.01)
    assert steps["kg_1"] + steps["kg_2"] + steps["kg_3"] == pytest.approx(200, abs=0.02)


def test_a_product_whose_customers_answer_more_brings_more_kg_at_a_discount_and_doubt_brings_none_less():
    answers = {"mango": Belief(2.0, 0.01)}
    eager = wants_from_outlook(outlook(100.0), PRODUCTS, DemandRules(), STARTS, answers).row(0, named=True)
    # 10 % off: 100 * 0.9^-2 = 123.5 kg.
    assert eager["kg_2"] == pytest.approx(23.5, abs=0.1)
    unsure = wants_from_outlook(outlook(100.0), PRODUCTS, DemandRules(), STARTS, {"mango": Belief(2.0, 1.0)}).row(0, named=True)
    assert unsure["kg_2"] > eager["kg_2"] > want()["kg_2"]


def test_the_dearest_step_comes_first_and_no_step_is_negative():
    steps = want()
    assert steps["price_1"] > steps["price_2"] > steps["price_3"] > 0
    assert min(steps["kg_1"], steps["kg_2"], steps["kg_3"]) >= 0


def test_a_want_has_the_columns_of_the_plan():
    assert list(want()) == [
        *(
            "want_id",
            "product_id",
            "region_id",
            "week",
            "kind",
            "price_1",
            "price_2",
            "price_3",
            "kg_1",
            "kg_2",
            "kg_3",
            "kg_min",
            "open_cost",
        )
    ]


def test_the_second_week_of_the_season_is_week_one():
    assert (want()["week"], want()["want_id"], want()["kind"]) == (1, "mango-R1-1", "pin")


def test_weeks_before_the_season_are_left_out():
    assert wants_from_outlook(outlook(100.0, week=date(2026, 8, 31)), PRODUCTS, DemandRules(), STARTS).is_empty()


def test_less_than_a_kilo_is_not_worth_a_pin():
    assert wants_from_outlook(outlook(0.5), PRODUCTS, DemandRules(), STARTS).is_empty()


def test_a_small_pin_opens_with_a_share_and_a_large_one_with_a_fixed_weight():
    rules = DemandRules(discount_2=0, discount_3=0)
    assert want(100.0, rules)["kg_min"] == pytest.approx(25)
    assert want(10_000.0, rules)["kg_min"] == 300


def test_a_product_without_a_list_price_is_named():
    with pytest.raises(InputError, match="'durian'"):
        wants_from_outlook(outlook(100.0, product="durian"), PRODUCTS, DemandRules(), STARTS)


def test_discounts_that_rise_and_fall_are_refused():
    with pytest.raises(InputError, match="third step"):
        want(rules=DemandRules(discount_2=0.3, discount_3=0.2))
