from datetime import date

import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.demand.history import sales_from_purchases, weekly_history

PRODUCTS = pl.DataFrame({"product_id": ["mango", "pea"], "pack_kg": [2.5, 0.5]})


def sales(*rows):
    return pl.DataFrame(rows, schema={"date": pl.Date, "product_id": pl.String, "region_id": pl.String, "kg": pl.Float64}, orient="row")


def test_days_of_one_week_are_added_up_and_empty_weeks_are_zero():
    known = sales((date(2026, 9, 7), "mango", "R1", 3.0), (date(2026, 9, 13), "mango", "R1", 4.0), (date(2026, 9, 21), "mango", "R1", 5.0))
    assert weekly_history(known, PRODUCTS, date(2026, 9, 28)).kg.tolist() == [[7.0, 0.0, 5.0]]


def test_the_week_that_has_begun_is_not_yet_counted():
    known = sales((date(2026, 9, 7), "mango", "R1", 3.0), (date(2026, 9, 14), "mango", "R1", 9.0))
    assert weekly_history(known, PRODUCTS, date(2026, 9, 16)).kg.tolist() == [[3.0]]


def test_returns_are_taken_off_but_never_below_zero():
    known = sales((date(2026, 9, 7), "mango", "R1", 3.0), (date(2026, 9, 8), "mango", "R1", -1.0), (date(2026, 9, 8), "pea", "R1", -1.0))
    assert weekly_history(known, PRODUCTS, date(2026, 9, 14)).kg.tolist() == [[2.0], [0.0]]


def test_weeks_after_the_last_recorded_sale_are_left_out():
    known = sales((date(2026, 9, 7), "mango", "R1", 3.0))
    assert weekly_history(known, PRODUCTS, date(2026, 11, 2)).kg.shape == (1, 1)


def test_a_product_off_the_list_is_left_out():
    known = sales((date(2026, 9, 7), "mango", "R1", 3.0), (date(2026, 9, 7), "durian", "R1", 3.0))
    assert weekly_history(known, PRODUCTS, date(2026, 9, 14)).keys["product_id"].to_list() == ["mango"]


def test_a_past_without_a_whole_week_is_refused():
    with pytest.raises(InputError, match="no sales of a listed product before 2026-09-07"):
        weekly_history(sales((date(2026, 9, 7), "mango", "R1", 3.0)), PRODUCTS, date(2026, 9, 9))


def test_three_packs_of_half_a_kilo_are_a_kilo_and_a_half():
    bought = pl.DataFrame({"date": [date(2026, 9, 7)] * 2, "region_id": ["R1"] * 2, "product_id": ["pea"] * 2, "quantity": [1, 2]})
    assert sales_from_purchases(bought, PRODUCTS).rows() == [(date(2026, 9, 7), "pea", "R1", 1.5, None)]


def test_a_bought_product_without_a_pack_weight_is_named():
    bought = pl.DataFrame({"date": [date(2026, 9, 7)], "region_id": ["R1"], "product_id": ["durian"], "quantity": [1]})
    with pytest.raises(InputError, match="'durian'"):
        sales_from_purchases(bought, PRODUCTS)


def test_the_price_of_a_day_is_the_mean_over_the_kg_whose_price_is_known():
    day = date(2026, 9, 7)
    bought = pl.DataFrame(
        {"date": [day] * 3, "product_id": ["pea"] * 3, "region_id": ["R1"] * 3, "quantity": [1, 3, 4], "price_per_kg": [4.0, 8.0, None]}
    )
    # 1 pack at 4 and 3 at 8 yuan: (4 + 24) / 4.
    assert sales_from_purchases(bought, PRODUCTS)["price_per_kg"].to_list() == [7.0]
