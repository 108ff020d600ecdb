from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pinfold.basics.quantiles import COLUMNS
from pinfold.demand.history import weekly_history
from pinfold.demand.newcomers import Newcomers, alike, newcomers, traits, widened
from pinfold.demand.outlook import issue_outlook

MONDAY = date(2026, 1, 5)
SEED = 4


def table(series, weeks):
    """Sales of {(product, region): (first week, kg a week)} on Mondays, and the day after the last week."""
    rows = [
        (MONDAY + timedelta(weeks=week), product, region, float(kg))
        for (product, region), (first, kg) in series.items()
        for week in range(first, weeks)
    ]
    return pl.DataFrame(rows, schema=["date", "product_id", "region_id", "kg"], orient="row"), MONDAY + timedelta(weeks=weeks)


PRODUCTS = pl.DataFrame(
    {
        "product_id": ["mango", "plum", "tea", "pear", "oolong"],
        "category": ["fruit", "fruit", "leaf", "fruit", "leaf"],
        "price_per_kg": [10.0, 10.0, 80.0, 10.0, 80.0],
    }
)
OLD = {("mango", "R1"): (0, 100), ("plum", "R1"): (0, 100), ("tea", "R1"): (0, 4)}


def expected(series, weeks=20, products=PRODUCTS):
    sales, as_of = table(series, weeks)
    found = newcomers(weekly_history(sales, products, as_of), products, 4)
    return {(row["product_id"], row["region_id"]): row for row in found.iter_rows(named=True)}


def test_a_product_nobody_sold_yet_is_expected_to_sell_like_its_category_at_its_price():
    found = expected(OLD)
    assert set(found) == {("pear", "R1"), ("oolong", "R1")}
    assert found["pear", "R1"]["p50"] == pytest.approx(100, rel=0.1)
    assert found["oolong", "R1"]["p50"] == pytest.approx(4, rel=0.2)
    assert found["pear", "R1"]["usual_kg"] == 0


def test_a_product_that_a_small_town_does_not_know_sells_there_as_small_as_all_else_does():
    # Everything sells a quarter in the small town; pears sell 60 in the large one.
    series = OLD | {("pear", "R1"): (0, 60), ("mango", "R2"): (0, 25), ("plum", "R2"): (0, 25), ("tea", "R2"): (0, 1)}
    row = expected(series)["pear", "R2"]
    assert 60 / 4 * 0.6 < row["p50"] < 60 / 4 * 1.7


def test_each_own_week_moves_the_guess_towards_itself():
    weeks = [expected(OLD | {("pear", "R1"): (20 - known, 400)})["pear", "R1"]["p50"] for known in (1, 2, 4)]
    assert 100 < weeks[0] < weeks[1] < weeks[2] < 400


def test_with_more_than_four_own_weeks_a_product_speaks_for_itself():
    assert ("pear", "R1") not in expected(OLD | {("pear", "R1"): (15, 400)})


def test_a_first_sale_at_the_beginning_of_the_table_may_not_be_the_first():
    assert ("pear", "R1") not in expected(OLD | {("pear", "R1"): (0, 400)}, weeks=4)


def test_the_guess_of_a_product_without_category_or_price_is_that_of_all():
    row = expected(OLD, products=PRODUCTS.select("product_id"))["pear", "R1"]
    assert 4 < row["p50"] < 100


def test_half_of_what_its_like_sells_and_one_own_week_make_the_guess_by_hand():
    # Root of its like 10, of which new ones reach half: 5. One own week of 81 kg, root 9, weighs as much: 7, that is 49 kg.
    mean, quantiles = Newcomers(0.5, 1.0, (np.zeros(1),) * 5).expect(10.0, np.array([81.0]))
    assert mean == pytest.approx(49)
    assert quantiles == pytest.approx([49] * 5)


def test_of_equally_known_products_the_one_at_the_same_price_counts_more():
    sales, as_of = table({("mango", "R1"): (0, 100), ("plum", "R1"): (0, 4)}, 20)
    dear = PRODUCTS.with_columns(price_per_kg=pl.Series([10.0, 80.0, 80.0, 10.0, 80.0]))
    history = weekly_history(sales, dear, as_of)
    keys = pl.concat([history.keys, pl.DataFrame({"product_id": ["pear"], "region_id": ["R1"]})])
    known = traits(keys, history, dear)
    assert alike(known.of([2]), known.of([0, 1]), np.array([100.0, 4.0])) > 9  # roots 10 and 2


def test_the_outlook_has_rows_for_every_listed_product_and_says_that_they_come_from_its_like():
    sales, as_of = table(OLD | {("mango", "R2"): (0, 50)}, 20)
    outlook = issue_outlook(sales, PRODUCTS, as_of, 3)
    assert outlook.height == 5 * 2 * 3
    row = outlook.filter(product_id="pear", region_id="R1").row(0, named=True)
    assert (row["model"], row["alike_kg"]) == ("products alike", row["mean"])
    quantiles = outlook.select(COLUMNS).to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()


def test_guesses_from_products_alike_are_closer_than_nothing_or_the_mean_of_all():
    """Sixty products come one after the other into two categories that sell 10 and 90 kg; each is asked for as it comes."""
    random = np.random.default_rng(SEED)
    names = [f"P{number:02}" for number in range(60)]
    products = pl.DataFrame({"product_id": names, "category": ["small", "large"] * 30})
    kg = {name: (10 if number % 2 == 0 else 90) * random.lognormal(0, 0.4) for number, name in enumerate(names)}
    first = {name: 0 if number < 20 else 10 + number - 20 for number, name in enumerate(names)}
    off = {"alike": 0.0, "nothing": 0.0, "mean": 0.0}
    for name in names[45:]:
        known = {(other, "R1"): (first[other], kg[other]) for other in names if first[other] < first[name]}
        guess = expected(known, weeks=first[name], products=products)[name, "R1"]["p50"]
        mean = np.mean([each for _, each in known.values()])
        for way, value in (("alike", guess), ("nothing", 0.0), ("mean", mean)):
            off[way] += abs(kg[name] - value)
    assert off["alike"] < 0.6 * min(off["nothing"], off["mean"])


def test_errors_are_widened_until_four_of_five_earlier_newcomers_would_have_been_inside():
    """Ten err by 1 either way, all later ones by 3. The first three of those needed three times the span known by then; then it grew."""
    small, large = [np.array([-1.0, 1.0])] * 10, [np.array([-3.0, 3.0])]
    assert widened(small + 12 * large).max() == pytest.approx(9)  # three of twelve are more than a fifth
    assert widened(small + 30 * large).max() == pytest.approx(3)  # three of thirty are not


def test_errors_that_grow_from_one_newcomer_to_the_next_are_widened_and_equal_ones_are_not():
    growing = [np.array([-size, size]) for size in np.arange(1.0, 41.0)]
    assert widened(growing).max() > 40
    assert widened([np.array([-1.0, 1.0])] * 40).max() == pytest.approx(1.0)


def test_with_too_few_newcomers_to_judge_errors_stay_as_they_were():
    assert widened([np.array([-1.0, 1.0])] * 10 + [np.array([-9.0, 9.0])] * 9).max() == 9.0
