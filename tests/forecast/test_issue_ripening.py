from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pinfold.basics.errors import InputError
from pinfold.basics.quantiles import COLUMNS
from pinfold.forecast.issue_ripening import issue_ripening
from pinfold.forecast.ripening.degree_days import DegreeDays
from pinfold.forecast.ripening.record import heat_of, named_records

PLOTS = pl.DataFrame({"plot_id": ["a", "b"], "crop": ["plum", "plum"], "village_id": ["v", "v"]})
ISSUE = date(2021, 3, 20)


def bloom(season, day, plot_id="a", stage="bloom"):
    return {"plot_id": plot_id, "season": season, "stage": stage, "on": date(season, 1, 1) + timedelta(days=day)}


def past(seasons=range(2011, 2021)):
    random = np.random.default_rng(3)
    return [bloom(season, int(100 + own + random.integers(-6, 7)), plot_id) for season in seasons for plot_id, own in (("a", 0), ("b", 9))]


def issued(rows, **more):
    return issue_ripening(PLOTS, pl.DataFrame(rows), more.get("weather"), 2021, more.get("as_of", ISSUE)).dates


def test_a_forecast_says_when_it_was_issued_and_by_which_model():
    dates = issued(past())
    assert dates["plot_id"].to_list() == ["a", "b"]
    assert dates["issued_on"].to_list() == [ISSUE, ISSUE]
    assert set(dates["model"]) == {"climatology"}
    assert dates.filter(plot_id="b")["p50"][0] - dates.filter(plot_id="a")["p50"][0] == pytest.approx(
        timedelta(days=9), abs=timedelta(days=2)
    )


def test_a_crop_without_crop_file_is_forecast_all_the_same():
    assert issued(past()).height == 2


def test_quantiles_rise_and_none_lies_before_the_day_after_issue():
    dates = issued(past(), as_of=date(2021, 4, 15)).select(COLUMNS).to_numpy()
    assert (np.diff(dates, axis=1) >= np.timedelta64(0)).all()
    assert dates.min() >= np.datetime64("2021-04-16")


def test_a_stage_that_was_reported_is_no_longer_forecast():
    assert issued([*past(), bloom(2021, 70)])["plot_id"].to_list() == ["b"]


def test_a_report_of_tomorrow_changes_nothing_today():
    assert issued([*past(), bloom(2021, 95)]).equals(issued(past()))


def test_a_report_that_had_not_arrived_changes_nothing():
    arrived = [row | {"reported_on": row["on"]} for row in past()]
    late = bloom(2021, 70) | {"reported_on": date(2021, 3, 25)}
    assert issued([*arrived, late]).equals(issued(arrived))


def test_reports_of_later_seasons_change_nothing():
    assert issued([*past(), *past(range(2022, 2025))]).equals(issued(past()))


def test_a_stage_without_a_past_is_not_forecast():
    assert issued([*past(), bloom(2021, 70, stage="ripe")])["stage"].unique().to_list() == ["bloom"]


def test_a_plot_without_a_past_is_forecast_from_the_others():
    dates = issued([row for row in past() if row["plot_id"] == "a"])
    assert dates["plot_id"].to_list() == ["a", "b"]


def test_a_report_without_a_date_is_refused_by_name():
    with pytest.raises(InputError, match=r"no plot, season, stage or date.*'plot_id': 'a'"):
        issued([*past(), bloom(2020, 1) | {"on": None}])


def test_a_season_that_is_no_year_is_refused():
    with pytest.raises(InputError, match="season 0 is not a year"):
        issue_ripening(PLOTS, pl.DataFrame(past()), None, 0, ISSUE)


def test_weather_after_the_day_of_issue_changes_nothing():
    days = [date(2004, 6, 1) + timedelta(days=k) for k in range(6300)]
    mean_c = [12 - 10 * np.cos(2 * np.pi * (day.timetuple().tm_yday - 15) / 365) for day in days]
    weather = pl.DataFrame({"village_id": "v", "date": days, "tmean_c": mean_c})
    hotter = weather.with_columns(pl.when(pl.col("date") > ISSUE).then(pl.col("tmean_c") + 9).otherwise(pl.col("tmean_c")).alias("tmean_c"))
    assert issued(past(), weather=weather).equals(issued(past(), weather=hotter))


def test_a_warm_forecast_brings_the_date_forward_and_no_past_season_sees_it():
    random = np.random.default_rng(1)
    days = [date(2004, 6, 1) + timedelta(days=k) for k in range(6300)]
    mean_c = [12 - 10 * np.cos(2 * np.pi * (day.timetuple().tm_yday - 15) / 365) + random.normal(0, 2) for day in days]
    weather = pl.DataFrame({"village_id": "v", "date": days, "tmean_c": mean_c})
    coming = (pl.col("date") > ISSUE) & (pl.col("date") <= ISSUE + timedelta(days=14))
    warm = weather.with_columns(pl.col("tmean_c") + 6 * coming.cast(pl.Float64), forecast=coming)

    def heat(table):
        return heat_of(PLOTS, table, ISSUE)

    record = next(named_records(PLOTS, pl.DataFrame(past()), warm, 2021, ISSUE)).record
    cold = replace(record, heat=heat(weather))
    assert heat(warm).temperature_c.shape[1] == heat(weather).temperature_c.shape[1] + 14
    assert (DegreeDays("degree-days").expect(record).location < DegreeDays("degree-days").expect(cold).location - 1).all()
    assert all(
        np.array_equal(record.as_known_in(k).heat.temperature_c, cold.as_known_in(k).heat.temperature_c) for k in range(len(record.seasons))
    )


def test_the_gate_says_what_each_model_scored_and_which_serves():
    scores = issue_ripening(PLOTS, pl.DataFrame(past()), None, 2021, ISSUE).scores
    assert scores["serves"].sum() == 1
    assert scores.filter(model="climatology")["seasons"][0] == 8
    assert scores.filter(model="degree-days")["score"][0] is None
