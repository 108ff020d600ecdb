from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pinfold.basics.quantiles import COLUMNS
from pinfold.demand.backtest import PastWeeks, Spread
from pinfold.demand.outlook import issue
from pinfold.demand.totals import quantiles_of_sums, stretch

MONDAY = date(2026, 9, 7)
SEED = 6
EVEN = np.array([10.0, 25.0, 50.0, 75.0, 90.0])  # quantiles of anything between 0 and 100, all equally likely


def past(*series):
    """Errors of each series in past weeks, one week ahead."""
    return np.array(series, dtype=float).T[..., None]


def sums(errors, series=2):
    return quantiles_of_sums(np.tile(EVEN, (series, 1, 1)), errors, np.zeros(series, dtype=np.int64))[0, 0]


def table(kg):
    """Sales of products P0.. in two regions, R0 for even rows and R1 for odd ones, a row per week."""
    rows = [
        (MONDAY + timedelta(weeks=week), f"P{row // 2}", f"R{row % 2}", float(kg[row, week]))
        for row in range(kg.shape[0])
        for week in range(kg.shape[1])
    ]
    sales = pl.DataFrame(rows, schema=["date", "product_id", "region_id", "kg"], orient="row")
    return sales, pl.DataFrame({"product_id": [f"P{row}" for row in range(kg.shape[0] // 2)]}), MONDAY + timedelta(weeks=kg.shape[1])


def test_two_that_always_err_together_are_as_unsure_as_both_added():
    weeks = np.arange(100)
    assert sums(past(weeks, 3 * weeks)) == pytest.approx(2 * EVEN, abs=1)


def test_two_that_always_err_against_each_other_are_sure_together():
    weeks = np.arange(100)
    assert sums(past(weeks, -weeks)) == pytest.approx([100] * 5, abs=1)


def weeks_of(kg):
    """One series of which 100 kg were expected in each past week, four times in five between 80 and 120, and `kg` came."""
    came = np.array(kg, dtype=float)[:, None, None]
    hundred = np.full(came.shape, 100.0)
    span = Spread(np.array([[[-0.2, -0.1, 0.0, 0.1, 0.2]]]), np.zeros((1, 1)))
    return PastWeeks(came, hundred, hundred, np.zeros((len(came), 1), dtype=np.int64), span)


def test_a_span_that_held_too_few_past_sums_is_stretched_until_it_holds_four_of_five_and_a_wide_one_stays():
    one = np.zeros(1, dtype=np.int64)
    # Three of ten came 40 kg above, twice as far as the span goes.
    assert stretch(weeks_of([100] * 7 + [140] * 3), one) == pytest.approx(2.0, rel=0.02)
    assert stretch(weeks_of([60] * 3 + [100] * 7), one) == pytest.approx(2.0, rel=0.02)
    assert stretch(weeks_of([100] * 9 + [140]), one) == 1.0
    assert stretch(weeks_of([140] * 7), one) == 1.0, "too short a past to tell"


def test_with_too_short_a_past_all_are_taken_to_err_together():
    assert sums(past(np.arange(4), -np.arange(4))) == pytest.approx(2 * EVEN)


def test_totals_are_the_sums_of_their_rows():
    kg = np.random.default_rng(SEED).gamma(9, 3, size=(8, 40))
    issued = issue(*table(kg), 3)
    of_product = issued.totals.filter(product_id="P1", region_id="")
    assert of_product["mean"].to_list() == pytest.approx(
        issued.outlook.filter(product_id="P1").group_by("week", maintain_order=True).agg(pl.col("mean").sum())["mean"].to_list()
    )
    assert issued.totals.filter(product_id="", region_id="")["mean"].sum() == pytest.approx(issued.outlook["mean"].sum())
    assert issued.totals.height == (4 + 2 + 1) * 3
    assert (np.diff(issued.totals.select(COLUMNS).to_numpy(), axis=1) >= 0).all()


def test_a_total_of_many_is_surer_than_its_parts_but_not_where_all_have_the_same_good_and_bad_weeks():
    random = np.random.default_rng(SEED)
    alone = random.gamma(9, 3, size=(20, 60))
    shared = 27 * random.gamma(9, 1 / 9, size=60) * random.gamma(200, 1 / 200, size=(20, 60))

    def spread(kg):
        issued = issue(*table(kg), 1)
        whole = issued.totals.filter(product_id="", region_id="").row(0, named=True)
        return (whole["p90"] - whole["p10"]) / (issued.outlook["p90"] - issued.outlook["p10"]).sum()

    assert spread(alone) < 0.5 < 0.7 < spread(shared)


def test_four_of_five_totals_of_series_that_share_their_weeks_fall_between_p10_and_p90():
    random = np.random.default_rng(SEED)
    kg = 27 * random.gamma(9, 1 / 9, size=66) * random.gamma(20, 1 / 20, size=(20, 66))
    sales, products, _ = table(kg)
    inside = []
    for week in range(36, 66):
        as_of = MONDAY + timedelta(weeks=week)
        whole = issue(sales.filter(pl.col("date") < as_of), products, as_of, 1).totals.filter(product_id="", region_id="")
        inside.append(whole["p10"].item() <= kg[:, week].sum() <= whole["p90"].item())
    assert 0.6 <= np.mean(inside) <= 0.95
