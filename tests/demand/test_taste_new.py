from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.basics.errors import InputError
from pinfold.demand import taste_features
from pinfold.demand.taste import ranked_by
from pinfold.demand.taste_days import bought_days
from pinfold.demand.taste_models import BASKETS_MIN
from pinfold.demand.taste_new import (
    SIMPLE,
    WINDOWS,
    NewFirst,
    choose_new_model,
    learn_line,
    new_candidates,
    new_window,
    rank_new_products,
)

AS_OF = date(2026, 9, 7)
PRODUCTS = pl.DataFrame({"product_id": [f"P{n:02d}" for n in range(14)], "category": ["fruit"] * 4 + ["nuts"] * 4 + ["roots"] * 6})
SCHEMA = {"date": pl.Date, "customer_id": pl.String, "product_id": pl.String}
FRUIT, NUTS = ("P00", "P01", "P02", "P03"), ("P04", "P05", "P06", "P07")


def bought(*rows):
    """Purchases given as (days before AS_OF, customer, product)."""
    return pl.DataFrame([(AS_OF - timedelta(days=ago), who, what) for ago, who, what in rows], schema=SCHEMA, orient="row")


def days_of(past):
    return bought_days(past, PRODUCTS, AS_OF)[0]


def new_to(past, customer, top=10):
    return rank_new_products(past, PRODUCTS, AS_OF, top).filter(customer_id=customer).sort("rank")["product_id"].to_list()


def first_new(model, days, top=2):
    """Numbers of the first new products of the last customer by one model."""
    ranked = ranked_by(NewFirst(model), new_candidates(days, days, days.products), top)
    return set(ranked.product[ranked.customer == days.customers - 1].tolist())


def turners(customers):
    """Half of them buy nuts and half fruit; each turns to another product of that kind every fourth week, and buys what is known between.

    One kind has twice as many visits, so that popularity alone would send everybody there.
    """
    rows = []
    for number in range(customers):
        who, mine = f"c{number:04d}", FRUIT if number % 2 else NUTS
        first = number // 2 % 4
        for week in range(28):
            known = mine[(first + (27 - week) // 9) % 4]
            rows.append((7 * week + 1, who, known))
            rows += [(7 * week + 3, who, mine[first])] * (number % 2)
    return bought(*rows)


def test_nothing_that_was_bought_is_offered_while_something_is_new():
    past = bought((3, "a", "P05"), (90, "a", "P02"), (3, "b", "P07"), (4, "b", "P02"))
    assert {"P05", "P02"}.isdisjoint(new_to(past, "a"))
    assert new_to(past, "a", 1) == ["P07"], "what somebody else bought lately"


def test_who_has_bought_nearly_everything_gets_what_is_new_and_then_the_others():
    past = bought(*((5, "a", f"P{n:02d}") for n in range(12)), (3, "b", "P09"), (3, "c", "P09"))
    ranked = new_to(past, "a")
    assert set(ranked[:2]) == {"P12", "P13"}
    assert ranked[2] == "P09", "the most popular of the own ones"
    assert len(set(ranked)) == 10


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 120), st.sampled_from("abc"), st.sampled_from(PRODUCTS["product_id"].to_list())), min_size=1))
def test_every_customer_gets_ten_different_products_and_all_new_ones_first(rows):
    past = bought(*rows)
    ranked = rank_new_products(past, PRODUCTS, AS_OF, 10)
    for who in set(past["customer_id"]):
        own = set(past.filter(customer_id=who)["product_id"])
        mine = ranked.filter(customer_id=who).sort("rank")
        assert mine["rank"].to_list() == list(range(1, 11))
        assert mine["product_id"].n_unique() == 10
        is_new = [product not in own for product in mine["product_id"]]
        assert is_new == [True] * min(14 - len(own), 10) + [False] * max(len(own) - 4, 0)


def test_a_window_shows_who_turned_to_something_new_and_to_what():
    past = bought((40, "a", "P01"), (20, "a", "P01"), (5, "a", "P03"), (40, "b", "P04"), (3, "b", "P04"))
    known, new = new_window(days_of(past), 28)
    assert (known.customers, known.product.tolist()) == (1, [1]), "b bought only what b knew"
    assert new.product.tolist() == [3]


def test_who_buys_nuts_is_offered_nuts_although_more_fruit_is_sold():
    past = pl.concat([turners(400), bought((30, "nut buyer", "P04"), (2, "nut buyer", "P05"))])
    days = days_of(past)
    assert set(new_to(past, "nut buyer", 2)) == {"P06", "P07"}
    assert first_new(SIMPLE[0], days) <= {0, 1, 2, 3}, "by popularity alone it would be fruit"
    assert first_new(learn_line(days), days) == {6, 7}


def test_few_who_turn_to_something_new_teach_nothing():
    assert learn_line(days_of(turners(BASKETS_MIN // WINDOWS // 2))) is None


def test_without_a_past_to_tell_popularity_serves():
    assert choose_new_model(days_of(bought((3, "a", "P01")))) is SIMPLE[0]


def test_a_purchase_of_today_changes_nothing():
    past = turners(100)
    today = bought(*((0, f"c{number:04d}", "P13") for number in range(100)))
    assert rank_new_products(pl.concat([past, today]), PRODUCTS, AS_OF, 5).equals(rank_new_products(past, PRODUCTS, AS_OF, 5))


def test_the_order_of_the_rows_and_of_the_work_changes_nothing(monkeypatch):
    past = turners(200)
    at_once = rank_new_products(past, PRODUCTS, AS_OF, 5)
    monkeypatch.setattr(taste_features, "CELLS_MAX", 3 * PRODUCTS.height)
    assert rank_new_products(past.sample(fraction=1, shuffle=True, seed=1), PRODUCTS, AS_OF, 5).equals(at_once)


def test_a_list_of_nothing_is_refused():
    with pytest.raises(InputError, match="0 products"):
        rank_new_products(bought((3, "a", "P01")), PRODUCTS, AS_OF, 0)
