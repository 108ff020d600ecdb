import sys
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinfold.basics.errors import InputError
from pinfold.demand import taste_features
from pinfold.demand.taste import Ranked, choose_model, ndcg, popular_products, rank_by, rank_products
from pinfold.demand.taste_days import bought_days
from pinfold.demand.taste_models import BASKETS_MIN, HABITS, Habit, Learned, best_gains, learn, window

AS_OF = date(2026, 9, 7)
PRODUCTS = pl.DataFrame({"product_id": [f"P{n:02d}" for n in range(14)]})
SCHEMA = {"date": pl.Date, "customer_id": pl.String, "product_id": pl.String}


def bought(*rows):
    """Purchases given as (days before AS_OF, customer, product)."""
    return pl.DataFrame([(AS_OF - timedelta(days=ago), who, what) for ago, who, what in rows], schema=SCHEMA, orient="row")


def days_of(past):
    return bought_days(past, PRODUCTS, AS_OF)[0]


def ranking_by(model, past, top):
    """Of the first customer."""
    ranked = rank_by(model, days_of(past), top)
    return [f"P{number:02d}" for number in ranked.product[ranked.customer == 0]]


def ranking(frame, customer):
    return frame.filter(customer_id=customer).sort("rank")["product_id"].to_list()


def test_what_was_bought_on_more_days_comes_first():
    past = bought((40, "a", "P05"), (50, "a", "P05"), (60, "a", "P09"))
    assert ranking(rank_products(past, PRODUCTS, AS_OF, 3), "a")[:2] == ["P05", "P09"]


def test_two_purchases_on_one_day_are_one_day():
    past = bought((40, "a", "P09"), (40, "a", "P09"), (40, "a", "P09"), (50, "a", "P05"), (51, "a", "P05"))
    assert ranking_by(HABITS[0], past, 3)[0] == "P05"


def test_places_after_the_own_products_go_to_what_most_customers_bought_lately():
    past = bought((3, "b", "P07"), (3, "c", "P07"), (4, "b", "P02"), (60, "a", "P11"))
    assert ranking(rank_products(past, PRODUCTS, AS_OF, 3), "a") == ["P11", "P07", "P02"]


def test_with_a_half_life_what_was_bought_long_ago_falls_behind():
    past = bought((300, "a", "P01"), (290, "a", "P01"), (5, "a", "P02"))
    assert ranking_by(Habit(112, 0.001), past, 2) == ["P02", "P01"]


def test_one_lone_purchase_yields_to_what_everybody_buys_when_the_count_is_shrunk():
    past = bought((5, "a", "P01"), *((5, who, "P02") for who in "bcdefgh"))
    assert ranking_by(Habit(None, 4), past, 2) == ["P02", "P01"]


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
    assert choose_model(days_of(bought(*old, *new))).half_life_days is not None


def test_without_a_past_to_tell_plain_habit_serves():
    assert choose_model(days_of(bought((3, "a", "P01")))) == HABITS[0]


def test_buying_exactly_the_first_places_is_a_perfect_ranking():
    ahead = days_of(bought((5, "a", "P02"), (5, "a", "P01")))
    assert ndcg(Ranked(np.zeros(3, dtype=int), np.arange(1, 4), np.array([1, 2, 3])), ahead, 3).tolist() == pytest.approx([1.0])


def test_who_bought_two_things_can_gain_that_of_two_places():
    assert best_gains(days_of(bought((5, "a", "P02"), (6, "a", "P02"), (5, "a", "P01"))), 10).tolist() == pytest.approx(
        [1 + 1 / np.log2(3)]
    )


def test_a_window_shows_what_was_known_then_of_those_who_bought_in_it():
    past = bought((40, "a", "P01"), (28, "a", "P02"), (1, "a", "P03"), (40, "b", "P04"), (5, "c", "P05"))
    known, ahead = window(days_of(past), 28)
    assert (known.customers, known.product.tolist(), known.age_days.tolist()) == (1, [1], [12])
    assert ahead.product.tolist() == [2, 3]


def fortnightly_buyers(customers, weeks=20):
    """Each has a product that is bought every fortnight, in turns between even and odd weeks, and one that was bought a lot and no more."""
    rows = []
    for number in range(customers):
        who, turn = f"c{number:04d}", number % 2
        rows += [(7 * week + 1, who, f"P{number % 5:02d}") for week in range(turn, weeks, 2)]
        rows += [(7 * week + 2, who, f"P{5 + number % 5:02d}") for week in range(weeks - 6, weeks)]
        rows += [(7 * week + 3, who, f"P{5 + number % 5:02d}") for week in range(weeks - 6, weeks)]
    return bought(*rows)


def test_trees_learn_who_no_longer_buys_what_once_was_bought_on_most_days():
    past = fortnightly_buyers(300)
    learned = learn(days_of(past))
    assert isinstance(learned, Learned)
    assert ranking_by(HABITS[0], past, 1) == ["P05"], "bought on twelve days"
    assert ranking_by(learned, past, 1) == ["P00"], "bought on ten days, and still"


def test_few_customers_teach_trees_nothing():
    assert learn(days_of(fortnightly_buyers(BASKETS_MIN // 8 - 1))) is None


def test_what_is_learned_twice_ranks_the_same():
    past = fortnightly_buyers(200)
    assert rank_products(past, PRODUCTS, AS_OF, 5).equals(rank_products(past.sample(fraction=1, shuffle=True, seed=1), PRODUCTS, AS_OF, 5))


def test_without_libgomp_habits_serve(monkeypatch):
    class NoLibgomp:
        @staticmethod
        def find_spec(name, *_):
            if name == "lightgbm":
                raise OSError("libgomp.so.1: cannot open shared object file")

    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    monkeypatch.setattr(sys, "meta_path", [NoLibgomp, *sys.meta_path])
    past = fortnightly_buyers(200)
    assert learn(days_of(past)) is None
    assert choose_model(days_of(past)) in HABITS


def test_a_purchase_of_today_teaches_nothing():
    past = fortnightly_buyers(200)
    today = bought(*((0, f"c{number:04d}", "P13") for number in range(200)))
    assert rank_products(pl.concat([past, today]), PRODUCTS, AS_OF, 5).equals(rank_products(past, PRODUCTS, AS_OF, 5))


def test_a_ranking_of_nothing_is_refused():
    with pytest.raises(InputError, match="0 products"):
        rank_products(bought((3, "a", "P01")), PRODUCTS, AS_OF, 0)


def test_customers_are_ranked_the_same_a_few_at_a_time(monkeypatch):
    past = fortnightly_buyers(200)
    at_once = rank_products(past, PRODUCTS, AS_OF, 5)
    monkeypatch.setattr(taste_features, "CELLS_MAX", 3 * PRODUCTS.height)
    assert rank_products(past, PRODUCTS, AS_OF, 5).equals(at_once)
