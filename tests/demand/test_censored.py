from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pinfold.demand.censored import at_least, wanted_kg
from pinfold.demand.history import weekly_history
from pinfold.demand.outlook import issue_outlook

MONDAY = date(2026, 6, 1)
PRODUCTS = pl.DataFrame({"product_id": ["mango"]})


def sales(kg, sold_out):
    """One product, one row per week; `sold_out` names the weeks in which nothing was left on Monday evening."""
    days = [MONDAY + timedelta(weeks=week) for week in range(len(kg))]
    return pl.DataFrame(
        {
            "date": days, "product_id": ["mango"] * len(kg), "region_id": ["R1"] * len(kg), "kg": [float(each) for each in kg],
            "sold_out": [week in sold_out for week in range(len(kg))],
        }
    )  # fmt: skip


def p50(kg, sold_out):
    return issue_outlook(sales(kg, sold_out), PRODUCTS, MONDAY + timedelta(weeks=len(kg)), 1)["p50"].item()


def test_an_empty_shelf_does_not_lower_the_outlook_and_a_slow_week_does():
    steady, short = [10.0] * 20, [10.0] * 19 + [4.0]
    assert p50(short, sold_out={19}) == p50(steady, sold_out=set())
    assert p50(short, sold_out=set()) < p50(steady, sold_out=set())


def test_a_week_that_sold_out_counts_as_at_least_what_was_sold():
    kg = weekly_history(sales([10, 10, 10, 25], {3}), PRODUCTS, MONDAY + timedelta(weeks=4)).kg
    assert kg.tolist() == [[10, 10, 10, 25]]


def test_weeks_that_vary_add_what_was_not_seen():
    # Weeks of 8 and 12: mean 10, deviation 2. Sold out at 10, demand lies in the upper half: 10 + 2 * 0.798.
    assert at_least(np.array([8.0, 12.0]), 10.0) == pytest.approx(11.596, abs=0.001)


def test_a_shelf_that_never_filled_at_all_is_no_lack_of_customers():
    assert wanted_kg(np.array([[10.0, 10, 0]]), np.array([[False, False, True]])).tolist() == [[10, 10, 10]]


def test_a_first_week_that_sold_out_is_taken_as_it_was():
    assert wanted_kg(np.array([[0.0, 7.0]]), np.array([[False, True]])).tolist() == [[0, 7]]


def test_later_weeks_do_not_tell_of_an_earlier_one():
    flags = np.array([[False, False, True, False]])
    known = wanted_kg(np.array([[10.0, 12, 5, 10]]), flags)[0, 2]
    assert wanted_kg(np.array([[10.0, 12, 5, 500]]), flags)[0, 2] == known


def test_what_was_not_served_is_put_on_the_last_day_that_sold_out():
    rows = pl.concat([sales([10, 10, 3], set()), sales([0, 0, 1], {2}).with_columns(pl.col("date") + timedelta(days=2))])
    history = weekly_history(rows, PRODUCTS, MONDAY + timedelta(weeks=3))
    assert history.day_kg[0, 14:].tolist() == [3, 0, 7, 0, 0, 0, 0]
    assert history.kg[0, 2] == 10


def test_of_many_weeks_that_sold_out_the_mean_demand_is_met_closer_than_by_sales():
    random = np.random.default_rng(3)
    true = random.normal(20, 4, size=(200, 30))
    shelf = np.where(random.random(true.shape) < 0.4, 18.0, 100.0)
    sold, out = np.minimum(true, shelf), true > shelf
    guessed = wanted_kg(sold, out)
    assert abs(guessed[:, 10:].mean() - true[:, 10:].mean()) < 0.2 * abs(sold[:, 10:].mean() - true[:, 10:].mean())
