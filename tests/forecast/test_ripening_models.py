from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from pinfold.forecast.expectation import Expectation
from pinfold.forecast.ripening.climatology import Climatology
from pinfold.forecast.ripening.dates import not_before
from pinfold.forecast.ripening.degree_days import DegreeDays
from pinfold.forecast.ripening.interface import StageRecord
from pinfold.forecast.ripening.recent import Recent
from pinfold.forecast.ripening.since_stage import SinceStage
from pinfold.forecast.ripening.trend import Trend

from .records import temperatures

YEARS = np.arange(2001, 2021)


def record(days, earlier=None, earlier_now=None, issued_day=60, **more):
    days = np.asarray(days, dtype=float)
    seasons = YEARS[-days.shape[1] :]
    earlier = np.empty((0, *days.shape)) if earlier is None else np.asarray(earlier, dtype=float)[None]
    now = np.empty((0, len(days))) if earlier_now is None else np.asarray(earlier_now, dtype=float)[None]
    return StageRecord(seasons, days, earlier, 2021, issued_day, now, **more)


def driven_by_heat(need=300.0, base_c=5.0, start_day=40):
    """Days on which a stage came when `need` °C·day above `base_c` had gathered since `start_day`, on the made-up weather."""
    heat = temperatures(last=date(2021, 6, 30))
    days = []
    for season in [*YEARS, 2021]:
        gathered = np.cumsum(np.maximum(heat.window(int(season), start_day, 150)[0] - base_c, 0))
        days.append(start_day + np.searchsorted(gathered, need))
    return heat, np.array(days[:-1], dtype=float)[None], days[-1]


def test_climatology_says_what_was_usual():
    assert Climatology().expect(record([[98, 100, 102]])).location == pytest.approx(100)


def test_a_plot_with_one_season_borrows_its_spread_from_the_others():
    said = Climatology().expect(record([[100, np.nan, np.nan, np.nan], [90, 110, 95, 105]]))
    assert said.spread[0] > said.spread[1] * 0.9


def test_a_line_goes_on():
    days = np.array([[120.0 - k for k in range(20)], [130.0 - k for k in range(20)]])
    assert Trend().expect(record(days)).location == pytest.approx([100, 110])


def test_a_jump_is_followed_by_recent_seasons_sooner_than_by_climatology():
    days = [[110.0] * 14 + [100.0] * 6]
    assert Recent().expect(record(days)).location[0] < 104 < Climatology().expect(record(days)).location[0]


def test_a_plot_seen_only_in_late_seasons_is_not_taken_for_a_late_plot():
    late, early = 112.0, 92.0
    season = np.array([early, early, late, late] * 5)
    days = np.stack([season, season, np.where(season == late, season, np.nan)])
    said = Recent().expect(record(days)).location
    assert said[2] == pytest.approx(said[0], abs=1.0)
    assert Climatology().expect(record(days)).location[2] == pytest.approx(late)


def test_ripe_comes_as_long_after_flowering_as_ever():
    days, earlier = [[200, 210, 190]], [[150, 160, 140]]
    assert SinceStage().expect(record(days, earlier, [170])).location == pytest.approx(220)


def test_nothing_is_counted_from_a_stage_that_is_not_reported_yet():
    assert SinceStage().expect(record([[200, 210, 190]], [[150, 160, 140]], [np.nan])) is None


def test_degree_days_find_the_day_that_heat_decides():
    heat, days, truth = driven_by_heat()
    until = replace(heat, temperature_c=heat.temperature_c[:, : date(2021, 3, 20).toordinal() - heat.first_day + 1])
    said = DegreeDays("degree-days").expect(record(days, issued_day=78, heat=until))
    assert said.location[0] == pytest.approx(truth, abs=3 * said.spread[0])
    assert said.spread[0] < Climatology().expect(record(days)).spread[0]


def test_degree_days_grow_surer_as_the_day_comes_nearer():
    heat, days, _ = driven_by_heat()

    def spread(issued_on):
        until = heat.until(issued_on.toordinal())
        return DegreeDays("degree-days").expect(record(days, issued_day=(issued_on - date(2021, 1, 1)).days, heat=until)).spread[0]

    assert spread(date(2021, 4, 1)) < spread(date(2021, 1, 20))


def test_a_crop_that_lately_comes_before_its_heat_is_expected_earlier():
    heat, days, _ = driven_by_heat()
    early = days.copy()
    early[0, -8:] -= 8
    until = heat.until(date(2021, 3, 20).toordinal())
    as_ever = DegreeDays("degree-days").expect(record(days, issued_day=78, heat=until)).location[0]
    assert DegreeDays("degree-days").expect(record(early, issued_day=78, heat=until)).location[0] < as_ever - 4


def test_weather_that_says_nothing_of_the_weeks_to_come_is_not_carried_over():
    heat, days, _ = driven_by_heat()
    cold = replace(heat.until(date(2021, 3, 2).toordinal()))
    colder = replace(cold, temperature_c=cold.temperature_c.copy())
    # Before the day 40 from which heat counts, cold can only act through what it says of the weather to come.
    colder.temperature_c[0, -60:-25] -= 3
    as_it_was = DegreeDays("degree-days").expect(record(days, issued_day=60, heat=cold)).location[0]
    assert DegreeDays("degree-days").expect(record(days, issued_day=60, heat=colder)).location[0] == pytest.approx(as_it_was, abs=2)


def test_degree_days_are_silent_without_weather():
    assert DegreeDays("degree-days").expect(record([[100.0] * 20])) is None


def test_a_plot_far_from_any_weather_is_passed_over():
    heat, days, _ = driven_by_heat()
    said = DegreeDays("degree-days").expect(
        record(np.repeat(days, 2, axis=0), heat=replace(heat.until(date(2021, 3, 2).toordinal()), place=np.array([0, -1])))
    )
    assert np.isfinite(said.location[0]) and np.isnan(said.location[1])


def test_a_week_without_weather_moves_the_date_by_little():
    heat, days, _ = driven_by_heat()
    until = heat.until(date(2021, 3, 20).toordinal())
    holes = replace(until, temperature_c=until.temperature_c.copy())
    holes.temperature_c[0, -20:-13] = np.nan
    whole = DegreeDays("degree-days").expect(record(days, issued_day=78, heat=until)).location[0]
    assert DegreeDays("degree-days").expect(record(days, issued_day=78, heat=holes)).location[0] == pytest.approx(whole, abs=3)


def test_a_stage_that_should_be_long_past_is_expected_tomorrow():
    assert not_before(Expectation(np.array([10.0]), np.array([3.0])), 100).tolist() == [[101.0] * 5]


def test_knowing_that_it_has_not_happened_moves_the_dates_back():
    said = Expectation(np.array([100.0]), np.array([5.0]))
    assert (not_before(said, 99) > not_before(said, 50)).all()


def test_a_hindcast_is_given_no_weather_after_its_day_of_issue():
    heat, days, _ = driven_by_heat()
    view = record(days, issued_day=60, heat=heat).as_known_in(15)
    last = date.fromordinal(view.heat.first_day + view.heat.temperature_c.shape[1] - 1)
    assert last == date(2016, 1, 1) + timedelta(days=60)


def test_a_hindcast_in_january_does_not_know_what_ripened_in_february():
    """Coffee of the season before is still on the tree on the day of issue."""
    view = record([[300.0, 300.0, 400.0, 300.0]], issued_day=10).as_known_in(3)
    assert np.isnan(view.days[0, 2]) and view.days[0, 1] == 300


def after_cold(worth=400.0, rate=0.03):
    """Winters of 20 to 58 cold days (2 °C) before day 40, then 10 °C every day: the less cold, the more heat above 5 °C is needed."""
    heat = temperatures(last=date(2021, 2, 19))
    seasons, days, cold_days = [*YEARS, 2021], [], np.random.default_rng(4).permutation(np.arange(18, 60, 2))
    heat = replace(heat, temperature_c=np.full_like(heat.temperature_c, 10.0))
    for season, cold in zip(seasons, cold_days, strict=True):
        first = date(season, 1, 1).toordinal() - heat.first_day + 30 - int(cold)
        heat.temperature_c[0, first : first + int(cold)] = 2.0
        days.append(np.ceil(40 + (250 + worth * np.exp(-rate * cold)) / 5))
    return heat, np.array(days[:-1])[None], days[-1]


def test_a_winter_with_little_cold_makes_a_chilled_crop_need_more_heat():
    heat, days, truth = after_cold()
    given = record(days, issued_day=49, heat=heat)
    chilled = DegreeDays("chill, then degree-days", chilled=True).expect(given)
    assert chilled.location[0] == pytest.approx(truth, abs=1.5)
    assert chilled.spread[0] < DegreeDays("degree-days").expect(given).spread[0]


def test_a_crop_that_does_not_heed_cold_is_not_given_a_need_of_it():
    heat, days, truth = after_cold(worth=0.0)
    said = DegreeDays("chill, then degree-days", chilled=True).expect(record(days, issued_day=49, heat=heat))
    assert said.location[0] == pytest.approx(truth, abs=1.5)
