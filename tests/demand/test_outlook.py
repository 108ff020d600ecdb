from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context

import numpy as np
import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import COLUMNS
from pinfold.demand.backtest import backtest
from pinfold.demand.candidates import CANDIDATES
from pinfold.demand.known import Known
from pinfold.demand.moved import PART_COLUMNS
from pinfold.demand.outlook import issue, issue_outlook
from tests.demand.histories import history_of

MONDAY = date(2026, 9, 7)
SEED = 11


def table(kg):
    """Sales of series (product P0.., region R1), one row per week, and the day after the last week."""
    series, weeks = kg.shape
    rows = [(MONDAY + timedelta(weeks=w), f"P{s}", "R1", float(kg[s, w])) for s in range(series) for w in range(weeks)]
    sales = pl.DataFrame(rows, schema=["date", "product_id", "region_id", "kg"], orient="row")
    return sales, pl.DataFrame({"product_id": [f"P{s}" for s in range(series)]}), MONDAY + timedelta(weeks=weeks)


def noisy(series, weeks, seed=SEED):
    """Weekly sales around a level of each series that does not change, with errors of about a third."""
    random = np.random.default_rng(seed)
    return random.gamma(20, 1, size=(series, 1)) * random.gamma(9, 1 / 9, size=(series, weeks))


def test_every_product_and_region_gets_every_week_with_rising_quantiles():
    sales, products, as_of = table(noisy(6, 30))
    outlook = issue_outlook(sales, products, as_of, 8)
    assert outlook.height == 6 * 8
    assert sorted(outlook["week"].unique()) == [as_of + timedelta(weeks=ahead) for ahead in range(8)]
    quantiles = outlook.select(COLUMNS).to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (quantiles >= 0).all()
    assert outlook["issued_on"].unique().to_list() == [as_of]


def test_four_of_five_weeks_fall_between_p10_and_p90():
    kg = noisy(150, 40)
    sales, products, as_of = table(kg[:, :36])
    outlook = issue_outlook(sales, products, as_of, 4)
    actual = pl.DataFrame(
        [(f"P{s}", as_of + timedelta(weeks=w), kg[s, 36 + w]) for s in range(150) for w in range(4)],
        schema=["product_id", "week", "actual"],
        orient="row",
    )
    inside = outlook.join(actual, on=["product_id", "week"]).select((pl.col("actual").is_between("p10", "p90")).mean()).item()
    assert 0.75 < inside < 0.85


def test_a_steady_level_with_noise_is_not_answered_with_last_week():
    sales, products, as_of = table(noisy(60, 40))
    issued = issue(sales, products, as_of, 4)
    outlook, scores = issued.outlook, issued.scores
    assert outlook["model"][0] == scores["model"][0] != "last week"
    assert scores["loss"][1:].is_sorted()


def test_a_level_that_wanders_is_answered_with_recent_weeks():
    random = np.random.default_rng(SEED)
    sales, products, as_of = table(20 * np.exp(np.cumsum(random.normal(0, 0.3, size=(60, 40)), axis=1)))
    order = issue(sales, products, as_of, 1).scores["model"].to_list()
    assert order.index("last week") < order.index("mean of 4 weeks")


def test_later_weeks_of_a_wandering_level_are_less_sure():
    random = np.random.default_rng(SEED)
    sales, products, as_of = table(20 * np.exp(np.cumsum(random.normal(0, 0.3, size=(80, 40)), axis=1)))
    width = issue_outlook(sales, products, as_of, 8).group_by("week").agg((pl.col("p90") - pl.col("p10")).mean()).sort("week")["p90"]
    assert width[7] > 1.2 * width[0]


def test_what_happens_after_the_day_of_issue_changes_nothing():
    kg = noisy(5, 30)
    sales, products, end = table(kg)
    as_of = end - timedelta(weeks=5)
    known = sales.filter(pl.col("date") < as_of)
    assert issue_outlook(sales, products, as_of, 4).equals(issue_outlook(known, products, as_of, 4))


def test_an_outlook_made_on_a_wednesday_begins_with_that_weeks_monday():
    sales, products, as_of = table(noisy(3, 12))
    assert issue_outlook(sales, products, as_of + timedelta(days=2), 1)["week"].unique().to_list() == [as_of]


def test_a_product_silent_for_two_months_has_an_outlook_of_nothing():
    kg = noisy(5, 30)
    kg[2, 20:] = 0
    sales, products, as_of = table(kg)
    silent = issue_outlook(sales, products, as_of, 2).filter(product_id="P2").select("mean", *COLUMNS)
    assert silent.to_numpy().max() == 0


def test_one_week_of_sales_is_enough_for_an_outlook_with_assumed_errors():
    sales, products, as_of = table(np.array([[10.0]]))
    row = issue_outlook(sales, products, as_of, 1).row(0, named=True)
    assert row["p10"] < 10 < row["p90"]


def test_beyond_eight_weeks_the_spread_of_the_eighth_serves():
    sales, products, as_of = table(noisy(20, 30))
    outlook = issue_outlook(sales, products, as_of, 12).filter(product_id="P0").sort("week")
    assert outlook["p90"][11] == pytest.approx(outlook["p90"][7])


@pytest.mark.parametrize("weeks", [0, 53])
def test_an_outlook_of_no_week_or_more_than_a_year_is_refused(weeks):
    sales, products, as_of = table(noisy(2, 10))
    with pytest.raises(InputError, match=f"{weeks} weeks"):
        issue_outlook(sales, products, as_of, weeks)


def test_the_gate_compares_every_model_on_the_list():
    names = {each.candidate.name for each in backtest(Known.of(history_of(noisy(10, 30)), 4)).scored}
    assert names == {candidate.name for candidate in CANDIDATES}


def test_what_serves_is_the_mean_of_the_best_few():
    gate = backtest(Known.of(history_of(noisy(10, 30)), 4))
    served, scored = gate.selling, gate.scored
    assert served.candidate.name == "mean of the best 4"
    assert [each.loss for each in scored] == sorted(each.loss for each in scored)
    best = {model for each in scored[:4] for model, _ in each.candidate.weights}
    assert {model for model, _ in served.candidate.weights} == best
    assert sum(weight for _, weight in served.candidate.weights) == pytest.approx(1)


def test_one_that_is_clearly_better_than_all_others_serves_alone():
    # Sales that repeat last year's exactly and jump from week to week: only the same week of last year foresees them.
    year = np.random.default_rng(SEED).gamma(1, 20, size=(6, 52))
    assert backtest(Known.of(history_of(np.tile(year, 2)), 1)).selling.candidate.name == "same week last year"


def test_crops_that_come_back_each_year_are_foreseen_from_their_second_week():
    """Twelve crops sold for 10 weeks of each year, beside twelve that always sell; asked two weeks into the third season."""
    in_season = np.tile(np.r_[np.ones(10), np.zeros(42)], 3)[: 2 * 52 + 2]
    kg = noisy(24, len(in_season))
    kg[:12] *= in_season
    sales, products, as_of = table(kg)
    outlook = issue_outlook(sales, products, as_of, 4).filter(pl.col("product_id").is_in([f"P{number}" for number in range(12)]))
    assert outlook["mean"].mean() == pytest.approx(kg[:12, :10].mean(), rel=0.3)


def test_what_moved_the_outlook_sums_to_its_mean():
    sales, products, as_of = table(noisy(20, 70))
    outlook = issue_outlook(sales, products, as_of, 4)
    assert outlook.select(PART_COLUMNS).sum_horizontal().to_numpy() == pytest.approx(outlook["mean"].to_numpy())
    assert outlook["usual_kg"][0] == pytest.approx(noisy(20, 70)[0, -8:].mean())


def test_a_season_that_comes_back_is_what_moved_the_outlook():
    # The same jumps as last year: only last year's weeks foresee them, so everything beyond the mean of 4 weeks is season.
    kg = np.tile(np.random.default_rng(SEED).gamma(1, 20, size=(6, 52)), 2)
    sales, products, as_of = table(kg)
    first = issue_outlook(sales, products, as_of, 1).row(0, named=True)
    assert first["season_kg"] == pytest.approx(kg[0, 52] - kg[0, -4:].mean())


def test_the_outlook_is_the_same_whether_made_here_or_on_workers():
    sales, products, as_of = table(noisy(30, 50))
    here = issue(sales, products, as_of, 4)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        there = issue(sales, products, as_of, 4, workers)
    assert there.outlook.equals(here.outlook)
    assert there.totals.equals(here.totals)
    assert there.scores.equals(here.scores)
