"""How fast a crop was picked before tells how fast it will be, and how surely."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pinfold.basics.quantiles import COLUMNS
from pinfold.fields.crops import crop
from pinfold.forecast.harvest_weeks import NORMAL_SCORES, Expected, harvest_weeks
from pinfold.forecast.pace import AS_ASSUMED, HALF, Pace, pace_of, past_paces

MANGO = {"mango": crop("mango")}
PLOTS = pl.DataFrame({"plot_id": ["m0", "m1"], "crop": "mango"})
TOTALS = pl.DataFrame({"plot_id": ["m0"], "season": [2024], "kg": [100.0]})
FIRST = date(2024, 9, 2)
MONDAY = date(2026, 9, 7)
PLOTS_PICKED, COOPERATIVES = 8, 100


def seen(*pickings, season=2024):
    """pickings : plot and days from ripeness to the day on which its picking was over."""
    rows = [
        (plot, season, stage, FIRST + timedelta(days=day))
        for plot, days in pickings
        for stage, day in (("ripe", 0), ("picking over", days))
    ]
    return pl.DataFrame(rows, schema=["plot_id", "season", "stage", "on"], orient="row")


def weighed(*days, kg=10.0):
    picked_on = [FIRST + timedelta(days=day) for day in days]
    return pl.DataFrame({"plot_id": "m0", "season": 2024, "kg": kg, "picked_on": picked_on})


def usual_windows(stages, harvests=TOTALS):
    """The mean log length that was seen, in windows; the file's own counts as one season more."""
    pace = past_paces(PLOTS, stages, harvests, 2026, MANGO)["mango"]
    return np.exp(2 * pace.usual - AS_ASSUMED.usual)


def test_a_picking_of_fifty_six_days_was_two_windows_of_twenty_eight():
    assert usual_windows(seen(("m0", 55))) == pytest.approx(2)
    assert usual_windows(seen(("m0", 27), ("m1", 111))) == pytest.approx(2), "plots of one window and of four, on a log scale"


def test_a_picking_whose_end_nobody_saw_is_told_by_its_weighings():
    """Four equal pickings on days 0, 9, 18 and 27 after ripeness: 13.5 and half a day on average, where the file says 13.3."""
    ripe = seen(("m0", 0)).head(1)
    assert usual_windows(ripe, weighed(0, 9, 18, 27)) == pytest.approx(14 / 13.3)
    assert usual_windows(ripe, weighed(0, 18, 36, 54)) == pytest.approx(27.5 / 13.3)


def test_two_weighings_a_seasons_total_or_this_seasons_pickings_tell_no_pace():
    ripe = seen(("m0", 0)).head(1)
    assert past_paces(PLOTS, ripe, weighed(0, 18), 2026, MANGO) == {}
    assert past_paces(PLOTS, ripe, TOTALS, 2026, MANGO) == {}
    assert past_paces(PLOTS, seen(("m0", 55), season=2026), TOTALS, 2026, MANGO) == {}
    assert past_paces(PLOTS.with_columns(crop=pl.lit("coffee")), seen(("m0", 55)), TOTALS, 2026, MANGO) == {}


def test_as_assumed_a_picking_takes_the_window_of_the_file():
    assert AS_ASSUMED.usual_windows == pytest.approx(1)


def test_even_pickings_make_the_pace_surer_and_uneven_ones_less_sure():
    """Twelve plots in six seasons: all of one length, or half of it and twice as much, by seasons or by plots."""
    even = pace_of(np.full((12, 6), AS_ASSUMED.usual))
    by_season = pace_of(np.full((12, 6), np.log([0.5, 2, 0.5, 2, 2, 0.5])))
    by_plot = pace_of(np.tile(np.log([[0.5], [2.0]]), (6, 6)))
    assert even.common < HALF < by_season.common
    assert even.own < HALF / 5 and by_season.own < HALF / 5
    assert by_plot.own > 3 * HALF > 3 * by_plot.common


def test_one_season_of_one_plot_changes_little():
    once = pace_of(np.array([[np.log(1.5)]]))
    assert once.own == pytest.approx(HALF)
    assert HALF < once.common < 2 * HALF


def covered(spread, pace_known, seasons_known=6):
    """Share of weeks whose kg lay from p10 to p90, of cooperatives that are picked as simulated here: the log of a plot's length is that of
    the season and its own, both with standard deviation `spread`; days and kg of plots vary as their forecasts say.

    pace_known : from past lengths, shape (plots, seasons), to the Pace that is believed
    """
    random, inside = np.random.default_rng(7), []
    for _ in range(COOPERATIVES):
        shape = (PLOTS_PICKED, seasons_known + 1)
        lengths = spread * (random.standard_normal(shape[1]) + random.standard_normal(shape)) - spread**2
        days, kg = 3 * random.standard_normal(PLOTS_PICKED), 100 * np.exp(0.2 * random.standard_normal(PLOTS_PICKED))
        weeks = (
            harvest_weeks(expected(pace_known(lengths[:, :-1])), MANGO, MONDAY, seed=1)
            .group_by("ready_week")
            .agg(pl.col("kg", "p10", "p90").sum())
        )
        picked = MANGO["mango"].picked_share((7.0 * np.arange(30) - 28 - days[:, None]) / np.exp(lengths[:, -1:]))
        came = np.diff(picked * kg[:, None] * 0.95, axis=1).sum(axis=0)
        # A week of a few kg is at the edge of all draws, and nobody plans by it.
        for week, _, low, high in weeks.filter(pl.col("kg") > 5 * PLOTS_PICKED).iter_rows():
            inside.append(low <= came[week] <= high)
    return np.mean(inside)


def expected(pace):
    """Eight plots about the fourth Monday, give or take three days, of 100 kg each with a log spread of 0.2, every plot by itself."""
    ids = [f"m{k}" for k in range(PLOTS_PICKED)]
    dates = {column: MONDAY + timedelta(days=28 + round(3 * score)) for column, score in zip(COLUMNS, NORMAL_SCORES, strict=True)}
    kg = {column: 100 * np.exp(0.2 * score) for column, score in zip(COLUMNS, NORMAL_SCORES, strict=True)}
    return Expected(
        plots=pl.DataFrame({"plot_id": ids, "crop": "mango", "village_id": "v"}),
        ripe=pl.DataFrame({"plot_id": ids, "stage": "ripe", **dates, "issued_on": MONDAY, "shared": 0.0}),
        seen=pl.DataFrame(schema={"plot_id": pl.String, "stage": pl.String, "on": pl.Date}),
        kg=pl.DataFrame({"plot_id": ids, "mean": 100 * np.exp(0.02), **kg, "shared": 0.0, "shared_district": 0.0, "shared_block": 0.0}),
        products=pl.DataFrame({"product_id": ["late-mango"], "crop": ["mango"], "kg_per_harvest_kg": [0.95]}),
        paces={"mango": pace},
    )


@pytest.mark.parametrize("times_assumed", [1.0, 1.5])
def test_eight_in_ten_weeks_lie_in_their_bands_where_the_pace_was_learned_from_past_pickings(times_assumed):
    """And far fewer where the pace is taken for known, though days and kilograms are as doubtful as said."""
    spread = times_assumed * np.sqrt(HALF)
    assert 0.75 <= covered(spread, pace_of) <= 0.85
    assert covered(spread, lambda _: Pace(-(spread**2), 0.0, 0.0)) < 0.7


def test_pickings_twice_as_uneven_as_assumed_are_covered_better_after_twelve_seasons_than_by_what_was_assumed():
    spread = 2 * np.sqrt(HALF)
    assert covered(spread, lambda _: AS_ASSUMED, seasons_known=12) < 0.7 < covered(spread, pace_of, seasons_known=12)
