from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from pinfold.forecast.harvest_days import harvest_days

from .test_harvest_weeks import CROPS, MONDAY, expected, weeks

RIPE_ON = MONDAY + timedelta(weeks=4)


def test_what_is_picked_day_by_day_sums_to_the_yields():
    """4 plots of 100 kg each."""
    assert harvest_days(expected(days_apart=10), CROPS)["kg"].sum() == pytest.approx(400)


def test_mango_that_is_surely_ripe_on_a_monday_gives_a_fifth_in_its_first_week():
    """100 kg, 20 % in the first quarter of 28 days: 20 kg over seven days."""
    days = harvest_days(expected(plots=1, days_apart=0), CROPS).sort("on")
    assert days["on"].to_list() == [RIPE_ON + timedelta(days=day) for day in range(28)]
    assert days["kg"].head(7).to_list() == pytest.approx([20 / 7] * 7)


def test_a_date_that_is_not_sure_spreads_the_first_days():
    sure, unsure = (harvest_days(expected(plots=1, days_apart=apart), CROPS) for apart in (0, 3))
    assert unsure["on"].min() < sure["on"].min() and unsure["kg"].max() < sure["kg"].max()


def test_the_days_of_a_week_sum_to_what_the_week_is_expected_to_bring():
    """0.95 kg of product to a kg harvested."""
    given = expected(plots=20, days_apart=0, kg_apart=0.0)
    week = weeks(given).filter(ready_week=5)["kg"].sum()
    monday = MONDAY + timedelta(weeks=5)
    days = harvest_days(given, CROPS).filter(pl.col("on").is_between(monday, monday + timedelta(days=6)))
    assert 0.95 * days["kg"].sum() == pytest.approx(week, rel=0.01)


def test_each_village_and_crop_has_days_of_its_own():
    given = expected()
    plots = given.plots.with_columns(pl.Series("village_id", ["b", "a", "b", "b"]))
    by_village = harvest_days(replace(given, plots=plots), CROPS).group_by("village_id").agg(pl.col("kg").sum()).sort("village_id")
    assert by_village.rows() == [("a", pytest.approx(100)), ("b", pytest.approx(300))]
