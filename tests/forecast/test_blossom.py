"""Coffee flowers after each rain that ends a dry spell."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pinfold.fields.crops import crop
from pinfold.forecast.blossom import blossom_showers, with_flushes
from pinfold.forecast.harvest_days import harvest_days

from .test_harvest_weeks import CROPS, MONDAY, expected, weeks

COFFEE = crop("coffee")
MARCH_1, MARCH_11, MARCH_31 = date(2026, 3, 1), date(2026, 3, 11), date(2026, 3, 31)


def rain(**mm_on):
    """Dry from January to July but for what fell on days such as mar_1."""
    days = {date(2026, 1, 1) + timedelta(days=n): 0.0 for n in range(200)}
    months = {"feb": 2, "mar": 3, "apr": 4, "may": 5}
    return days | {date(2026, months[name[:3]], int(name[4:])): mm for name, mm in mm_on.items()}


def showers(flowered_on=MARCH_11, **mm_on):
    return blossom_showers(COFFEE, flowered_on, rain(**mm_on))


def test_two_rains_a_month_apart_bring_two_flowerings():
    assert showers(mar_1=12, mar_31=20) == (MARCH_1, MARCH_31)


def test_a_rain_in_the_week_after_another_ends_no_dry_spell():
    assert showers(mar_1=12, mar_8=30, mar_31=20) == (MARCH_1, MARCH_31)


def test_nine_millimetres_are_no_blossom_shower():
    assert showers(mar_1=12, mar_31=9) == (MARCH_1,)


def test_drizzle_that_adds_up_to_a_shower_ends_the_dry_spell_without_flowers():
    """4 + 4 + 3 mm in the fourteen days before: the trees are not thirsty."""
    assert showers(mar_1=12, mar_20=4, mar_23=4, mar_26=3, mar_31=20) == (MARCH_1,)


def test_a_fourth_flowering_is_picked_with_nobody_knows_which_share_so_three_count():
    assert len(showers(mar_1=12, mar_20=12, apr_10=12, may_1=12)) == 3


def test_rain_that_came_after_the_first_flowers_did_not_bring_them():
    assert showers(flowered_on=date(2026, 3, 20), mar_31=20) == ()


def test_rain_of_an_earlier_month_did_not_bring_them_either():
    assert showers(flowered_on=date(2026, 4, 1), mar_1=20) == ()


def test_nothing_is_said_while_a_day_of_the_flowering_is_not_known():
    known = rain(mar_1=12)
    del known[date(2026, 4, 2)]
    assert blossom_showers(COFFEE, MARCH_11, known) == ()


def test_mango_does_not_wait_for_rain():
    assert blossom_showers(crop("mango"), MARCH_11, rain(mar_1=12)) == ()


def coffee(flush_days=None, plots=1):
    """Coffee plots of 100 kg, surely ripe on the fourth Monday."""
    given = expected(plots=plots, days_apart=0, kg_apart=0.0)
    grown = given.plots.with_columns(crop=pl.lit("coffee"), flush_days=pl.lit(flush_days, dtype=pl.List(pl.Float64)))
    return replace(given, plots=grown, products=pl.DataFrame({"product_id": ["beans"], "crop": ["coffee"], "kg_per_harvest_kg": [1.0]}))


def test_a_season_with_one_shower_is_picked_in_one_flush_of_six_weeks():
    """100 kg by thirds of 14 days: 25, 50 and 25 kg."""
    days = harvest_days(coffee([0.0]), CROPS).sort("on")
    assert days.height == 42
    assert [days["kg"].slice(start, 14).sum() for start in (0, 14, 28)] == pytest.approx([25, 50, 25])
    assert weeks(coffee([0.0]))["ready_week"].max() == 4 + 5


def test_a_second_shower_a_month_later_brings_its_fruit_a_month_later():
    """30 and 45 of 75 kg: 40 and 60 %. Of the first 14 days 40 % x 25 kg; the last of 72 days are of the second flush alone."""
    days = harvest_days(coffee([0.0, 30.0]), CROPS).sort("on")
    assert days.height == 72 and days["kg"].sum() == pytest.approx(100)
    assert days["kg"].head(14).sum() == pytest.approx(10) and days["kg"].tail(14).sum() == pytest.approx(15)
    assert weeks(coffee([0.0, 30.0]))["kg"].sum() == pytest.approx(100, rel=0.01)


def test_villages_without_known_rain_keep_the_flushes_of_the_crop_file():
    plots = pl.DataFrame({"plot_id": ["a", "b"], "crop": "coffee", "village_id": ["wet", "unknown"]})
    seen = pl.DataFrame({"plot_id": ["a", "b"], "stage": "flowering", "on": MARCH_11})
    fallen = rain(mar_1=12, mar_31=20)
    weather = pl.DataFrame({"village_id": "wet", "date": list(fallen), "rain_mm": list(fallen.values())})
    found = with_flushes(plots, seen, weather, {"coffee": COFFEE})
    assert found["flush_days"].to_list() == [[0.0, 30.0], None]
    assert harvest_days(coffee(None), CROPS)["on"].n_unique() == 84


def test_each_village_is_picked_as_it_flowered():
    given = coffee(plots=2)
    flush_days = pl.Series([[0.0], [0.0, 30.0]], dtype=pl.List(pl.Float64))
    plots = given.plots.with_columns(flush_days=flush_days, village_id=pl.Series(["a", "b"]))
    last = harvest_days(replace(given, plots=plots), CROPS).group_by("village_id").agg(pl.col("on").max()).sort("village_id")
    ripe_on = MONDAY + timedelta(weeks=4)
    assert last["on"].to_list() == [ripe_on + timedelta(days=41), ripe_on + timedelta(days=71)]
