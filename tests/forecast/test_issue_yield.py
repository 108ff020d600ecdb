from datetime import date

import numpy as np
import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import COLUMNS
from pinfold.forecast.issue_yield import issue_yield
from pinfold.forecast.yields.record import YieldTables

PLOTS = pl.DataFrame({"plot_id": [f"t{k}" for k in range(30)], "crop": "plum", "block": ["west"] * 15 + ["east"] * 15})
ISSUE = date(2026, 9, 7)


def harvests(seasons=5, plots=30, seed=2):
    random = np.random.default_rng(seed)
    own = random.gamma(8, 2, plots)
    rows = [(f"t{k}", season, float(own[k] * random.gamma(20, 1 / 20))) for k in range(plots) for season in range(1, seasons + 1)]
    return pl.DataFrame(rows, schema=["plot_id", "season", "kg"], orient="row")


def issued(table=None, plots=PLOTS, season=6, seed=1, covariates=None):
    return issue_yield(YieldTables(plots, harvests() if table is None else table, covariates), season, ISSUE, seed)


def test_a_forecast_says_when_it_was_issued_and_by_which_model():
    plots = issued().plots
    assert plots.height == 30
    assert set(plots["issued_on"]) == {ISSUE}
    assert plots["model"].is_not_null().all()


def test_quantiles_rise_and_the_mean_lies_among_them():
    plots = issued().plots
    assert (np.diff(plots.select(COLUMNS).to_numpy(), axis=1) >= 0).all()
    assert ((plots["p10"] < plots["mean"]) & (plots["mean"] < plots["p90"])).all()


def test_a_blocks_mean_is_the_sum_of_its_plots_means():
    found = issued()
    west = found.plots.head(0).vstack(found.plots.join(PLOTS.filter(block="west").select("plot_id"), on="plot_id", how="semi"))
    assert found.totals.filter(block="west")["mean"][0] == pytest.approx(west["mean"].sum(), rel=0.03)


def test_a_block_is_less_sure_than_if_its_plots_had_nothing_in_common():
    found = issued()
    west = found.plots.join(PLOTS.filter(block="west").select("plot_id"), on="plot_id", how="semi")
    independent = np.sqrt(((west["p90"] - west["p10"]) ** 2).sum())
    total = found.totals.filter(block="west")
    assert total["p90"][0] - total["p10"][0] > 1.2 * independent


def test_a_tree_planted_last_year_is_forecast_but_not_counted_into_its_blocks_total():
    """The total is what is compared with the block's harvest of the trees that are known."""
    plots = PLOTS.vstack(pl.DataFrame({"plot_id": ["new"], "crop": ["plum"], "block": ["west"]}))
    found, without = issued(plots=plots), issued()
    assert found.plots.filter(plot_id="new")["seasons_seen"][0] == 0
    assert found.totals.filter(block="west")["mean"][0] == pytest.approx(without.totals.filter(block="west")["mean"][0], rel=0.03)


def test_the_season_itself_and_later_ones_change_nothing():
    later = harvests().vstack(harvests(7, seed=9).filter(pl.col("season") >= 6))
    assert issued(later).plots.equals(issued().plots)


def test_grades_and_picking_days_of_one_harvest_are_added_up():
    half = harvests().with_columns(pl.col("kg") / 2)
    assert issued(half.vstack(half)).plots["mean"].to_list() == pytest.approx(issued().plots["mean"].to_list())


def test_a_plot_of_twice_the_trees_is_expected_to_bear_twice_as_much_as_its_twin():
    twin = harvests().filter(plot_id="t1").with_columns(pl.lit("t0").alias("plot_id"), pl.col("kg") * 2)
    sized = PLOTS.with_columns(pl.when(pl.col("plot_id") == "t0").then(2).otherwise(1).alias("trees"))
    found = issued(harvests().filter(pl.col("plot_id") != "t0").vstack(twin), plots=sized).plots
    assert found.filter(plot_id="t0")["mean"][0] == pytest.approx(2 * found.filter(plot_id="t1")["mean"][0], rel=1e-6)


def test_one_plot_with_one_harvest_has_a_wide_forecast_around_it():
    found = issued(pl.DataFrame({"plot_id": ["t0"], "season": [1], "kg": [16.0]}), plots=PLOTS.head(1), season=2).plots
    assert found["p10"][0] < 13 and found["p90"][0] > 19
    assert found["mean"][0] == pytest.approx(16, rel=0.2)


def test_the_same_seed_gives_the_same_totals_and_another_seed_others():
    assert issued().totals.equals(issued().totals)
    assert not issued(seed=2).totals.equals(issued().totals)


@pytest.mark.parametrize("kg", [float("nan"), -1.0, None])
def test_an_amount_that_is_none_is_refused_with_its_plot(kg):
    broken = harvests().with_columns(
        pl.when((pl.col("plot_id") == "t3") & (pl.col("season") == 2)).then(kg).otherwise(pl.col("kg")).alias("kg")
    )
    with pytest.raises(InputError, match="harvest of plot t3, season 2"):
        issued(broken)


def test_a_crop_without_any_harvest_has_no_forecast():
    plots = PLOTS.with_columns(pl.when(pl.col("plot_id") == "t0").then(pl.lit("fig")).otherwise(pl.col("crop")).alias("crop"))
    assert "t0" not in issued(harvests().filter(pl.col("plot_id") != "t0"), plots=plots).plots["plot_id"]


def test_harvests_per_area_are_forecast_per_area():
    table = harvests().rename({"kg": "kg_per_m2"}).with_columns(pl.col("kg_per_m2") / 100)
    sized = PLOTS.with_columns(area_m2=pl.lit(500.0))
    assert issued(table, plots=sized).plots["mean"].max() < 1


def test_the_gate_says_what_each_model_scored_and_which_serves():
    scores = issued().scores
    assert scores["serves"].sum() == 1
    assert (scores["score"] > 0).all()


def test_a_cooperatives_total_is_that_of_its_villages_and_surer_than_they_are_one_by_one():
    """East and west are one cooperative, each in a district of its own."""
    villages = pl.DataFrame({"village_id": ["west", "east"], "hub_id": ["h1", "h2"], "cooperative_id": ["c", "c"]})
    plots = PLOTS.rename({"block": "village_id"})
    found = issue_yield(YieldTables(plots, harvests(), villages=villages), 6, ISSUE, 1)
    whole, parts = found.cooperatives, found.totals
    assert whole["cooperative_id"].to_list() == ["c"]
    assert whole["mean"][0] == pytest.approx(parts["mean"].sum())
    width, widths = (frame["p90"] - frame["p10"] for frame in (whole, parts))
    assert np.sqrt((widths**2).sum()) * 0.9 < width[0] <= widths.sum()


def test_without_villages_no_cooperative_has_a_total():
    assert issued().cooperatives.is_empty()
