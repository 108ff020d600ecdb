from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.fields.crops import crop
from pinfold.forecast.harvest_weeks import Expected, harvest_weeks
from pinfold.forecast.pace import AS_ASSUMED, Pace

MONDAY = date(2026, 9, 7)
CROPS = {"mango": crop("mango"), "coffee": crop("coffee")}
PRODUCTS = pl.DataFrame({"product_id": ["late-mango", "soap"], "crop": ["mango", None], "kg_per_harvest_kg": [0.95, None]})


def expected(plots=4, shared=0.5, days_apart=2, kg_apart=0.1, village="v1"):
    """Mango plots of 100 kg each that ripen about the fourth Monday."""
    ids = [f"m{k}" for k in range(plots)]
    steps = {"p10": -2, "p25": -1, "p50": 0, "p75": 1, "p90": 2}
    ripe_on = MONDAY + timedelta(weeks=4)
    dates = {name: ripe_on + timedelta(days=days_apart * step) for name, step in steps.items()}
    kg = {name: 100.0 * (1 + kg_apart * step) for name, step in steps.items()}
    return Expected(
        plots=pl.DataFrame({"plot_id": ids, "crop": "mango", "village_id": village}),
        ripe=pl.DataFrame({"plot_id": ids, "stage": "ripe", **dates, "issued_on": MONDAY, "shared": shared}),
        seen=pl.DataFrame(schema={"plot_id": pl.String, "stage": pl.String, "on": pl.Date}),
        kg=pl.DataFrame({"plot_id": ids, "mean": 100.0, **kg, "shared": shared, "shared_district": 0.0, "shared_block": 0.0}),
        products=PRODUCTS,
    )


def weeks(given, seed=1, pace=Pace(0.0, 0.0, 0.0)):
    """As if it were known how fast a plot is picked, so that the rest can be worked by hand."""
    return harvest_weeks(replace(given, paces=dict.fromkeys(CROPS, pace)), CROPS, MONDAY, seed)


def test_all_that_is_expected_is_ready_in_some_week():
    """4 plots x 100 kg x 0.95 kg of product per kg harvested."""
    assert weeks(expected())["kg"].sum() == pytest.approx(380, rel=0.01)


def test_grades_have_their_usual_shares():
    by_grade = weeks(expected()).group_by("grade").agg(pl.col("kg").sum()).sort("grade")["kg"].to_list()
    assert by_grade == pytest.approx([190, 133, 57], rel=0.01)


def test_mango_that_ripens_on_a_monday_is_ready_in_that_week_and_the_three_after():
    sure = weeks(expected(days_apart=0)).filter(grade=0).sort("ready_week")
    assert sure["ready_week"].to_list() == [4, 5, 6, 7]
    assert (sure["kg"] / sure["kg"].sum()).to_list() == pytest.approx([0.2, 0.35, 0.3, 0.15])


def test_a_village_of_plots_with_shared_luck_is_less_sure_than_one_with_luck_of_each_plots_own():
    together = weeks(expected(plots=40, shared=0.95, days_apart=0)).filter(ready_week=5, grade=0)["kg_cv"][0]
    apart = weeks(expected(plots=40, shared=0.05, days_apart=0)).filter(ready_week=5, grade=0)["kg_cv"][0]
    assert together > 2 * apart


def test_a_plot_that_is_ripe_is_picked_from_the_day_on_which_it_was_seen():
    given = expected(plots=1)
    seen = pl.DataFrame({"plot_id": ["m0"], "stage": ["ripe"], "on": [MONDAY + timedelta(weeks=1)]})
    assert weeks(replace(given, seen=seen))["ready_week"].min() == 1


def test_nothing_is_ready_before_the_day_after_issue():
    given = expected(days_apart=20)
    assert weeks(given)["ready_week"].min() >= 0


def test_two_villages_are_kept_apart():
    given = expected()
    plots = given.plots.with_columns(pl.Series("village_id", ["v1", "v2", "v1", "v1"]))
    by_village = weeks(replace(given, plots=plots)).group_by("village_id").agg(pl.col("kg").sum()).sort("village_id")
    assert by_village["kg"].to_list() == pytest.approx([285, 95], rel=0.01)


def test_a_plot_without_a_yield_brings_nothing():
    given = expected()
    assert weeks(replace(given, kg=given.kg.head(3)))["kg"].sum() == pytest.approx(285, rel=0.01)


def test_the_same_seed_gives_the_same_weeks():
    assert weeks(expected()).equals(weeks(expected()))


def test_two_products_of_one_crop_are_refused():
    twice = pl.DataFrame({"product_id": ["a", "b"], "crop": ["mango", "mango"], "kg_per_harvest_kg": [0.9, 0.9]})
    with pytest.raises(InputError, match="'mango' has 2 products"):
        weeks(replace(expected(), products=twice))


def test_a_plot_without_village_is_refused():
    given = expected()
    plots = given.plots.with_columns(pl.lit(None, dtype=pl.String).alias("village_id"))
    with pytest.raises(InputError, match="plot 'm0' has no village"):
        weeks(replace(given, plots=plots))


def test_a_week_has_a_band_around_what_is_expected_and_grades_add_up_to_it():
    week = weeks(expected(plots=10)).filter(ready_week=5)
    total = week.select(pl.col("p10", "p50", "kg", "p90").sum()).row(0)
    assert total[0] < total[1] < total[3]
    assert total[0] < total[2] < total[3]


def test_a_harvest_of_which_nothing_is_doubtful_has_no_band():
    sure = weeks(expected(days_apart=0, kg_apart=0.0)).filter(ready_week=5, grade=0)
    assert sure.select("p10", "p90").row(0) == pytest.approx((sure["kg"][0], sure["kg"][0]))


def test_nobody_knows_how_fast_a_crop_is_picked_so_a_week_has_a_band_though_all_else_is_known():
    """The harvest stays what it is; forty plots are no surer than one by more than their own half of the doubt."""
    known = expected(days_apart=0, kg_apart=0.0)
    many = weeks(expected(plots=40, days_apart=0, kg_apart=0.0), pace=AS_ASSUMED).filter(ready_week=5, grade=0)
    told = weeks(known, pace=AS_ASSUMED)
    week = told.filter(ready_week=5, grade=0)
    assert told["kg"].sum() == pytest.approx(380, rel=0.01)
    assert week["p10"][0] < 0.95 * week["kg"][0] < 1.05 * week["kg"][0] < week["p90"][0]
    assert 0.5 * week["kg_cv"][0] < many["kg_cv"][0] < week["kg_cv"][0]


def test_a_plot_whose_picking_was_seen_to_be_over_is_picked_no_longer_whatever_the_pace():
    seen = [{"plot_id": "m0", "stage": "ripe", "on": MONDAY}, {"plot_id": "m0", "stage": "picking over", "on": MONDAY + timedelta(days=6)}]
    done = weeks(replace(expected(plots=1), seen=pl.DataFrame(seen)), pace=AS_ASSUMED)
    assert done["ready_week"].unique().to_list() == [0]


def test_plots_of_one_village_that_share_its_luck_make_its_week_less_sure():
    given = expected(plots=40, shared=0.0, days_apart=0)
    with_village = replace(given, kg=given.kg.with_columns(shared_block=pl.lit(0.9)))
    with_district = replace(given, kg=given.kg.with_columns(shared_district=pl.lit(0.9)))
    apart, village, district = (weeks(each).filter(ready_week=5, grade=0)["kg_cv"][0] for each in (given, with_village, with_district))
    assert village > 3 * apart and district > 3 * apart


def test_what_is_left_on_a_plot_is_nothing_once_its_picking_is_over():
    """Ripe on Monday of week 1, over on the Sunday after: all of it in that week."""
    seen = [{"plot_id": "m0", "stage": "ripe", "on": MONDAY + timedelta(days=7)}]
    seen.append({"plot_id": "m0", "stage": "picking over", "on": MONDAY + timedelta(days=13)})
    done = weeks(replace(expected(plots=1), seen=pl.DataFrame(seen)))
    assert done["ready_week"].unique().to_list() == [1]
    assert done["kg"].sum() == pytest.approx(95, rel=0.01)


def test_a_picking_that_is_forecast_to_last_twice_as_long_spreads_the_same_kilograms_over_twice_the_weeks():
    """Mango is picked for 28 days; here over 56."""
    given = expected(days_apart=0)
    last = {name: MONDAY + timedelta(days=28 + 55) for name in ("p10", "p25", "p50", "p75", "p90")}
    over = given.ripe.with_columns(pl.lit("picking over").alias("stage"), **{name: pl.lit(day) for name, day in last.items()})
    long = weeks(replace(given, ripe=pl.concat([given.ripe, over])))
    assert sorted(long["ready_week"].unique()) == list(range(4, 12))
    assert long["kg"].sum() == pytest.approx(weeks(given)["kg"].sum(), rel=0.01)
