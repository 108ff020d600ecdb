from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.basics.errors import InputError
from pinfold.demand.taste import HABITS, Habit, choose_habit, ndcg, popular_products, rank_by, rank_products

AS_OF = date(2026, 9, 7)
PRODUCTS = pl.DataFrame({"product_id": [f"P{n:02d}" for n in range(14)]})
SCHEMA = {"date": pl.Date, "customer_id": pl.String, "product_id": pl.String}


def bought(*rows):
    """Purchases given as (days before AS_OF, customer, product)."""
    return pl.DataFrame([(AS_OF - timedelta(days=ago), who, what) for ago, who, what in rows], schema=SCHEMA, orient="row")


def ranking(frame, customer):
    return frame.filter(customer_id=customer).sort("rank")["product_id"].to_list()


def test_what_was_bought_on_more_days_comes_first():
    past = bought((40, "a", "P05"), (50, "a", "P05"), (60, "a", "P09"))
    assert ranking(rank_products(past, PRODUCTS, AS_OF, 3), "a")[:2] == ["P05", "P09"]


def test_two_purchases_on_one_day_are_one_day():
    past = bought((40, "a", "P09"), (40, "a", "P09"), (40, "a", "P09"), (50, "a", "P05"), (51, "a", "P05"))
    assert ranking(rank_by(HABITS[0], past, PRODUCTS, AS_OF, 3), "a")[0] == "P05"


def test_places_after_the_own_products_go_to_what_most_customers_bought_lately():
    past = bought((3, "b", "P07"), (3, "c", "P07"), (4, "b", "P02"), (60, "a", "P11"))
    assert ranking(rank_products(past, PRODUCTS, AS_OF, 3), "a") == ["P11", "P07", "P02"]


def test_with_a_half_life_what_was_bought_long_ago_falls_behind():
    past = bought((300, "a", "P01"), (290, "a", "P01"), (5, "a", "P02"))
    assert ranking(rank_by(Habit(112, 0.001), past, PRODUCTS, AS_OF, 2), "a") == ["P02", "P01"]


def test_one_lone_purchase_yields_to_what_everybody_buys_when_the_count_is_shrunk():
    past = bought((5, "a", "P01"), *((5, who, "P02") for who in "bcdefgh"))
    assert ranking(rank_by(Habit(None, 4), past, PRODUCTS, AS_OF, 2), "a") == ["P02", "P01"]


def test_purchases_on_and_after_the_day_are_not_seen():
    past = bought((5, "a", "P01"))
    assert rank_products(pl.concat([past, bought((0, "a", "P02"), (-3, "b", "P02"))]), PRODUCTS, AS_OF, 5).equals(
        rank_products(past, PRODUCTS, AS_OF, 5)
    )


def test_a_product_off_the_list_is_not_offered_and_its_buyer_still_gets_a_ranking():
    assert len(ranking(rank_products(bought((5, "a", "gone")), PRODUCTS, AS_OF, 10), "a")) == 10


def test_somebody_never_seen_gets_what_most_customers_bought():
    past = bought((3, "b", "P07"), (3, "c", "P07"), (4, "b", "P02"))
    assert popular_products(past, PRODUCTS, AS_OF, 2)["product_id"].to_list() == ["P07", "P02"]


def test_a_short_list_is_ranked_whole():
    assert len(ranking(rank_products(bought((5, "a", "P01")), PRODUCTS.head(4), AS_OF, 10), "a")) == 4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 120), st.sampled_from("abcd"), st.sampled_from(PRODUCTS["product_id"].to_list())), min_size=1))
def test_every_customer_with_a_past_gets_ten_different_products(rows):
    ranked = rank_products(bought(*rows), PRODUCTS, AS_OF, 10)
    assert set(ranked["customer_id"]) == {who for _, who, _ in rows}
    each = ranked.group_by("customer_id").agg(pl.col("product_id").n_unique(), pl.col("rank").sort())
    assert each["product_id"].to_list() == [10] * each.height
    assert all(ranks.to_list() == list(range(1, 11)) for ranks in each["rank"])


def test_customers_whose_taste_changed_are_ranked_by_recent_purchases():
    # Everybody turns to another product, so that popularity cannot tell.
    turns = [("a", "P01", "P02"), ("b", "P03", "P04"), ("c", "P05", "P06"), ("d", "P07", "P08")]
    old = [(ago, who, before) for who, before, _ in turns for ago in (300, 310, 320, 330, 340)]
    new = [(ago, who, after) for who, _, after in turns for ago in (40, 45, 50, 10)]
    assert choose_habit(bought(*old, *new), PRODUCTS, AS_OF).half_life_days is not None


def test_without_a_past_to_tell_plain_habit_serves():
    assert choose_habit(bought((3, "a", "P01")), PRODUCTS, AS_OF) == HABITS[0]


def test_buying_exactly_the_first_places_is_a_perfect_ranking():
    ranked = pl.DataFrame({"customer_id": ["a"] * 3, "rank": [1, 2, 3], "product_id": ["P01", "P02", "P03"]})
    truth = pl.DataFrame({"customer_id": ["a", "a"], "product_id": ["P02", "P01"]})
    assert ndcg(ranked, truth) == pytest.approx(1.0)


def test_a_ranking_of_nothing_is_refused():
    with pytest.raises(InputError, match="0 products"):
        rank_products(bought((3, "a", "P01")), PRODUCTS, AS_OF, 0)
