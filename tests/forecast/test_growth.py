"""Young trees are expected to bear what trees of their age bear, unless their own past says otherwise."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from pinfold.fields.crops import crop
from pinfold.forecast.issue_yield import YieldForecast, issue_yield
from pinfold.forecast.yields.growth import bearing_shares, full_grown
from pinfold.forecast.yields.record import YieldTables, named_harvests

GROWN = "mix of models, by age"
# The orange file: 12 % of full bearing in the fourth season after planting, 47 % in the fifth and sixth, 86 % from the seventh to the
# ninth, all from the tenth.
PLANTED_IN = 2016
SEASONS, NEXT = (2020, 2021, 2022, 2023), 2024
AS_TREES_OF_THEIR_AGE = (12.0, 47.0, 47.0, 86.0)


def orchard(kg: tuple[float, ...], planted: tuple[int | None, ...] = (PLANTED_IN,) * 6) -> YieldTables:
    """Plots of a hundred kg when full-grown; all have the same harvests."""
    names = [f"p{n}" for n in range(len(planted))]
    days = [year and date(year, 3, 1) for year in planted]
    plots = pl.DataFrame({"plot_id": names, "crop": "orange", "planted_on": pl.Series(days, dtype=pl.Date)})
    rows = [(name, season, each) for name in names for season, each in zip(SEASONS, kg, strict=True)]
    return YieldTables(plots, pl.DataFrame(rows, schema=["plot_id", "season", "kg"], orient="row"))


def forecast(tables: YieldTables) -> YieldForecast:
    return issue_yield(tables, NEXT, date(2024, 9, 1), seed=1)


def test_trees_that_bore_as_their_age_says_will_bear_what_their_next_age_says():
    told = forecast(orchard(AS_TREES_OF_THEIR_AGE)).plots
    assert set(told["model"]) == {GROWN}
    assert told["p50"].to_list() == pytest.approx([86.0] * 6, rel=0.02)  # the eighth season after planting


def test_without_a_planting_year_the_same_harvests_are_taken_for_those_of_full_grown_trees():
    told = forecast(orchard(AS_TREES_OF_THEIR_AGE, planted=(None,) * 6)).plots
    aged = forecast(orchard(AS_TREES_OF_THEIR_AGE)).plots
    assert set(told["model"]) == {"mix of models"}
    assert told["p90"][0] - told["p10"][0] > 2 * (aged["p90"][0] - aged["p10"][0]), "growth looks like seasons that differ"


def test_growth_does_not_serve_where_past_seasons_knew_better():
    """Trees that bore a hundred kg from the start are no young trees, whatever the record says of their planting."""
    told = forecast(orchard((100.0, 100.0, 100.0, 100.0)))
    assert set(told.plots["model"]) == {"mix of models"}
    assert told.plots["p50"].to_list() == pytest.approx([100.0] * 6, rel=0.02)
    scores = {row["model"]: row for row in told.scores.iter_rows(named=True)}
    assert not scores[GROWN]["serves"] and scores[GROWN]["score"] > scores["mix of models"]["score"]


def test_trees_planted_last_year_bear_next_to_nothing_beside_old_ones():
    tables = orchard((100.0,) * 4, planted=(1990, 1990, 1990, 2023))
    young = YieldTables(tables.plots, tables.harvests.filter(pl.col("plot_id") != "p3"))
    told = forecast(young).plots.sort("plot_id")
    assert told["p50"].to_list()[:3] == pytest.approx([100.0] * 3, rel=0.02)
    assert told["p90"][3] < 5


def test_shares_of_a_plot_follow_its_age_and_a_plot_of_unknown_age_is_full_grown():
    plots = pl.DataFrame({"planted_on": [date(2016, 3, 1), date(2000, 3, 1), None]})
    shares = bearing_shares("orange", plots, [2020, 2024, 2030])
    assert shares is not None
    assert shares.tolist() == [[0.12, 0.86, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    assert bearing_shares("orange", plots[1:], [2024]) is None
    assert bearing_shares("snow-pea", plots, [2024]) is None


def test_a_record_freed_of_growth_gives_back_the_real_kilograms_of_every_past_season():
    (named,) = named_harvests(orchard(AS_TREES_OF_THEIR_AGE), NEXT)
    assert named.bearing is not None
    grown = full_grown(named.record, named.bearing)
    assert np.allclose(grown.root**2, 100.0)
    for index, kg in enumerate(AS_TREES_OF_THEIR_AGE):
        assert (grown.root[:, index] ** 2 * grown.as_known_in(index).size).tolist() == pytest.approx([kg] * 6)
    assert grown.latest(2).as_known_in(1).size.tolist() == pytest.approx([0.86] * 6)


def test_the_orange_curve_is_what_the_observed_orchard_bore_by_age():
    observed = pl.read_csv("examples/observed/orange_plots_harvests.csv").group_by("season").agg(pl.col("kg").mean()).sort("season")
    tenth = observed["kg"][-1]  # 1927
    told = [fact.value for fact in crop("orange").bearing_by_age][3:]
    kg = observed["kg"].to_list()
    neighbours = [[kg[0]], kg[1:3], kg[1:3], kg[3:6], kg[3:6], kg[3:6]]
    assert told == pytest.approx([sum(each) / len(each) / tenth for each in neighbours], abs=0.006)
