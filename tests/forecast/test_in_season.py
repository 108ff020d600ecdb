"""What is seen on the plants changes the kilograms the same day, and says by how much."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from pinfold.fields.crops import crop
from pinfold.forecast.in_season import FROST_IN_WEATHER, NEWS, Kg, after_count, after_loss, frosts, news_of, with_news

CROPS = {name: crop(name) for name in ("coffee", "mango")}
PLOTS = pl.DataFrame({"plot_id": ["a", "b"], "crop": ["coffee", "coffee"], "village_id": ["v", "v"], "trees": [1000.0, None]})
KG = pl.DataFrame(
    {"plot_id": ["a", "b"], "mean": [1000.0, 1000.0], "p10": [500.0] * 2, "p25": [700.0] * 2, "p50": [1000.0] * 2, "p75": [1400.0] * 2,
     "p90": [2000.0] * 2, "model": ["mix of models"] * 2}
)  # fmt: skip


def news(*rows):
    return pl.DataFrame(rows, schema=NEWS, orient="row")


def kg_of(frame, plot_id, column="p50"):
    return frame.filter(pl.col("plot_id") == plot_id)[column].item()


def test_hail_that_takes_three_tenths_leaves_seven_tenths_and_a_wider_band():
    after, reasons = with_news(KG, news(("a", "hail", date(2026, 8, 2), 0.3, 1.0)), PLOTS, CROPS)
    assert kg_of(after, "a") == pytest.approx(700)
    assert kg_of(after, "a", "p90") / kg_of(after, "a", "p10") > 4
    assert kg_of(after, "b") == 1000, "another plot keeps its forecast"
    assert reasons.rows() == [("a", "hail", date(2026, 8, 2), pytest.approx(0.7))]
    assert after["model"].to_list() == KG["model"].to_list()


def test_a_guessed_loss_leaves_a_wider_band_than_a_measured_one():
    kg = Kg(1000.0, np.array([500.0, 700.0, 1000.0, 1400.0, 2000.0]))
    assert after_loss(kg, 0.3, 0.0).log_spread > after_loss(kg, 0.3, 1.0).log_spread > kg.log_spread


def test_a_loss_of_everything_leaves_nothing():
    after, _ = with_news(KG, news(("a", "frost", date(2026, 1, 2), 1.0, 1.0)), PLOTS, CROPS)
    assert after.filter(pl.col("plot_id") == "a").select("mean", "p10", "p90").row(0) == (0, 0, 0)


def test_two_hailstorms_both_count():
    after, _ = with_news(KG, news(("a", "hail", date(2026, 8, 2), 0.5, 1.0), ("a", "hail", date(2026, 8, 9), 0.5, 1.0)), PLOTS, CROPS)
    assert kg_of(after, "a") == pytest.approx(250)


def test_a_fruit_count_moves_the_forecast_towards_it_by_hand_and_makes_it_surer():
    # The band of 500 to 2000 has a spread of ln 4 / (2 x 1.2816) = 0.541, the count 0.4: weight 0.541^2 / (0.541^2 + 0.4^2) = 0.646.
    kg = Kg(1000.0, np.array([500.0, 700.0, 1000.0, 1400.0, 2000.0]))
    after = after_count(kg, 2000.0)
    assert after.middle == pytest.approx(1000 * 2**0.646, rel=1e-3)
    assert after.log_spread == pytest.approx(0.541 * (1 - 0.646) ** 0.5, rel=1e-2)


def test_a_count_is_fruits_a_plant_times_plants_times_the_weight_of_a_fruit():
    # 625 cherries on each of 1000 bushes of 1.6 g each are 1000 kg: what was expected.
    after, reasons = with_news(KG, news(("a", "fruit count", date(2026, 8, 2), 625.0, 1.0)), PLOTS, CROPS)
    assert kg_of(after, "a") == pytest.approx(1000)
    assert reasons["factor"].to_list() == [pytest.approx(1)]


def test_a_count_after_hail_is_what_the_hail_left_and_the_hail_is_not_taken_off_again():
    both = news(("a", "hail", date(2026, 7, 1), 0.5, 1.0), ("a", "fruit count", date(2026, 8, 2), 625.0, 1.0))
    after, reasons = with_news(KG, both, PLOTS, CROPS)
    assert (kg_of(after, "a"), reasons["cause"].to_list()) == (pytest.approx(1000), ["fruit count"])


def test_a_count_on_a_plot_whose_plants_nobody_counted_changes_nothing():
    after, reasons = with_news(KG, news(("b", "fruit count", date(2026, 8, 2), 625.0, 1.0)), PLOTS, CROPS)
    assert (kg_of(after, "b"), reasons.height) == (1000, 0)


WEATHER = pl.DataFrame({"village_id": ["v"] * 3, "date": [date(2026, 1, day) for day in (1, 5, 9)], "tmin_c": [-5.0, -2.5, 1.0]})


def test_a_frost_in_the_weather_hurts_only_what_had_flowered_before():
    flowered = pl.DataFrame({"plot_id": ["a"], "on": [date(2026, 1, 3)]})
    assert frosts(WEATHER, PLOTS, flowered, CROPS).rows() == [("a", FROST_IN_WEATHER, date(2026, 1, 5), 0.4, 0.0)]


def test_a_report_of_the_frost_from_the_plot_replaces_the_weathers():
    both = news(("a", FROST_IN_WEATHER, date(2026, 1, 5), 0.4, 0.0), ("a", "frost", date(2026, 1, 6), 0.1, 1.0))
    after, reasons = with_news(KG, both, PLOTS, CROPS)
    assert (kg_of(after, "a"), reasons["cause"].to_list()) == (pytest.approx(900), ["frost"])


def test_crop_reports_become_news():
    reports = pl.DataFrame(
        {"plot_id": ["a", "a"], "kind": ["fruit count", "hail"], "on": [date(2026, 8, 1)] * 2, "fruits_per_plant": [600.0, None],
         "lost_share": [None, 0.2], "certainty": [1.0, 0.5]}
    )  # fmt: skip
    assert news_of(reports)["amount"].to_list() == [600.0, 0.2]
