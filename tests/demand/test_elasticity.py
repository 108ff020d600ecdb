from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pinfold.demand.elasticity import Belief, equally_likely, learn_elasticities, shrunk
from pinfold.demand.rules import DemandRules
from tests.demand.histories import history_of

RULES = DemandRules()
SEED = 5


def products(count, category="fruit"):
    return pl.DataFrame({"product_id": [f"P{number}" for number in range(count)], "category": [category] * count})


def believed(kg, price, listed):
    return {row["product_id"]: row for row in learn_elasticities(history_of(kg, price), listed, RULES).iter_rows(named=True)}


def answering(elasticity, weeks=60, luck=0.0, base=100.0, seed=SEED):
    """Prices that go up and down by a half at random, and kg that answer to them with the elasticity."""
    random = np.random.default_rng(seed)
    price = random.choice([4.0, 6.0, 9.0], size=weeks)
    return base * (price / 6.0) ** -elasticity * np.exp(random.normal(0, luck, weeks)), price


def test_a_product_that_sells_half_whenever_it_costs_double_has_an_elasticity_of_one():
    price = np.tile([5.0, 10.0], 20)[None]
    row = believed(np.tile([40.0, 20.0], 20)[None], price, products(1))["P0"]
    assert row["elasticity"] == pytest.approx(1.0, abs=0.01)
    assert row["price_changes"] == 39


def test_without_any_change_of_price_the_published_elasticity_stands():
    row = believed(np.full((1, 20), 30.0), np.full((1, 20), 5.0), products(1))["P0"]
    assert (row["elasticity"], row["elasticity_sd"]) == pytest.approx((RULES.elasticity, RULES.elasticity_sd))
    assert row["price_changes"] == 0


def test_a_product_whose_price_never_changed_answers_as_its_category_does():
    kg, price = zip(*(answering(each, luck=0.05, seed=number) for number, each in enumerate(12 * [1.6, 2.4])), strict=True)
    steady_kg, steady_price = np.full(60, 50.0), np.full(60, 5.0)
    beliefs = believed(np.stack([*kg, steady_kg]), np.stack([*price, steady_price]), products(25))
    assert beliefs["P24"]["elasticity"] == pytest.approx(2.0, abs=0.3)
    assert beliefs["P24"]["elasticity_sd"] > beliefs["P0"]["elasticity_sd"]


def test_categories_do_not_answer_for_each_other():
    kg, price = zip(*(answering(2.0, luck=0.05, seed=seed) for seed in range(4)), strict=True)
    listed = pl.concat([products(4), pl.DataFrame({"product_id": ["tea"], "category": ["leaf"]})])
    assert believed(np.stack(kg), np.stack(price), listed)["tea"]["elasticity"] == pytest.approx(RULES.elasticity)


def test_one_noisy_change_moves_the_belief_little_and_many_move_it_far():
    few_kg, few_price = answering(2.0, weeks=3, luck=0.5)
    many_kg, many_price = answering(2.0, weeks=200, luck=0.5)
    few = believed(few_kg[None], few_price[None], products(1))["P0"]
    many = believed(many_kg[None], many_price[None], products(1))["P0"]
    assert many["elasticity"] == pytest.approx(2.0, abs=0.2)
    assert few["elasticity"] < 1.2
    assert many["elasticity_sd"] < few["elasticity_sd"]


def test_a_week_in_which_everybody_buys_twice_as_much_says_nothing_about_prices():
    # Six products; prices of all fall by half in the week of a feast, and everybody buys twice as much, whatever the price.
    kg = np.tile([10.0, 20.0], 10) * np.arange(1, 7)[:, None]
    price = np.tile([8.0, 4.0], 10) * np.ones((6, 1))
    assert all(row["elasticity"] < RULES.elasticity for row in believed(kg, price, products(6)).values())


def test_the_truth_lies_within_two_deviations_for_nearly_all_of_many_products():
    random = np.random.default_rng(SEED)
    true = random.lognormal(np.log(1.0), 0.3, size=60)
    kg, price = zip(*(answering(each, weeks=40, luck=0.4, seed=number) for number, each in enumerate(true)), strict=True)
    beliefs = believed(np.stack(kg), np.stack(price), products(60))
    means = np.array([beliefs[f"P{number}"]["elasticity"] for number in range(60)])
    sds = np.array([beliefs[f"P{number}"]["elasticity_sd"] for number in range(60)])
    assert (np.abs(means - true) < 2 * sds).mean() > 0.85
    alone = np.array([-np.polyfit(np.diff(np.log(p)), np.diff(np.log(k)), 1)[0] for k, p in zip(kg, price, strict=True)])
    assert np.square(means - true).mean() < np.square(alone - true).mean()


def test_a_price_that_falls_a_little_whenever_much_is_there_says_nothing_about_customers():
    """Twice the usual, 4 % cheaper: a slope of 17 that no weeks make true. Beside it a market whose prices do tell."""
    random = np.random.default_rng(SEED)
    kg = 50.0 * np.exp(random.normal(0, 0.5, (3, 100)))
    price = 10.0 * (kg / 50.0) ** (np.log(0.96) / np.log(2))
    beliefs = believed(kg, price, products(3)).values()
    assert all(row["price_changes"] > 50 and row["elasticity"] == pytest.approx(RULES.elasticity, abs=0.01) for row in beliefs)
    assert all(row["elasticity_sd"] >= RULES.elasticity_sd / 2 for row in beliefs)
    told_kg, told_price = answering(1.5, weeks=100, luck=0.3)
    assert believed(told_kg[None], told_price[None], products(1))["P0"]["elasticity"] == pytest.approx(1.5, abs=0.2)


def test_products_that_differ_by_no_more_than_luck_share_one_elasticity():
    slopes = np.array([0.9, 1.0, 1.1, 1.0])
    assert [each.mean for each in shrunk(slopes, np.full(4, 1.0), Belief(1.0, 0.5))] == pytest.approx([1.0] * 5)


def test_the_three_equally_likely_values_are_never_negative():
    assert min(equally_likely(Belief(-0.4, 0.3))) > 0


def marked_down(of_discount, of_list, weeks=80):
    """History of four products whose list prices and discounts go up and down by themselves, and kg that answer to each of them."""
    random = np.random.default_rng(SEED)
    listed, discount = random.choice([5.0, 6.0, 8.0], size=(4, weeks)), random.choice([0.6, 0.8, 1.0], size=(4, weeks))
    kg = 100 * discount**-of_discount * listed**-of_list * np.exp(random.normal(0, 0.05, (4, weeks)))
    return replace(history_of(kg, listed * discount), list_price=listed)


@pytest.mark.parametrize(("of_discount", "of_list"), [(1.5, 0.1), (0.4, 1.2)])
def test_customers_are_believed_to_answer_to_discounts_as_they_did_and_not_as_to_new_list_prices(of_discount, of_list):
    beliefs = learn_elasticities(marked_down(of_discount, of_list), products(4), RULES)
    assert beliefs["elasticity"].to_list() == pytest.approx([of_discount] * 4, abs=0.1)


def test_where_nothing_was_ever_marked_down_the_price_is_all_there_is():
    kg, price = answering(1.4, luck=0.05)
    plain = history_of(kg[None], price[None])
    assert learn_elasticities(replace(plain, list_price=plain.price), products(1), RULES).equals(
        learn_elasticities(plain, products(1), RULES)
    )
