"""What this season's reports, and the silence of others, say of a plot."""

from dataclasses import replace

import numpy as np
import pytest

from pinfold.forecast.backtest import ripening_scores
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.ripening import RIPENING_MODELS
from pinfold.forecast.ripening.closeness import CELLS_MAX, EVERYWHERE, NEARBY, Cells, posterior
from pinfold.forecast.ripening.interface import StageRecord
from pinfold.forecast.ripening.neighbours import Reports
from pinfold.forecast.ripening.own_day import own_day
from pinfold.forecast.ripening.waiting import Season, silence, told_by_others

NEIGHBOURS, ALL = Reports("near", NEARBY), Reports("all", EVERYWHERE)
TWO_AT_ONE_PLACE = Cells.around(None, np.array([100.0, 100.0]))


def season(reported, silent=0.0, issued_day=100, expected=100.0, shared=100.0):
    """Two plots that share all their lateness (variance `shared`); a report is off by a variance of 1."""
    return Season(
        TWO_AT_ONE_PLACE,
        np.full((2, 2), shared),
        np.full(2, expected),
        np.ones(2),
        np.array(reported, dtype=float),
        np.full(2, silent),
        issued_day,
    )


def two_valleys(plots=15, seasons=25, late_east=0.0, seed=2):
    """Two valleys 300 km apart whose seasons have nothing in common; every plot but the first of each has reported in the last season."""
    random = np.random.default_rng(seed)
    west, east = random.normal(0, 8, (2, seasons + 1))
    east[-1], west[-1] = late_east, 0.0
    shared = np.concatenate([np.tile(west, (plots, 1)), np.tile(east, (plots, 1))])
    days = np.rint(100 + random.normal(0, 4, 2 * plots)[:, None] + shared + random.normal(0, 1.5, shared.shape))
    sites = np.column_stack(
        [np.repeat([0.0, 300.0], plots) + random.normal(0, 2, 2 * plots), np.zeros(2 * plots), np.full(2 * plots, 500.0)]
    )
    now = days[:, -1].copy()
    now[[0, plots]] = np.nan
    years = np.arange(2021 - seasons, 2021)
    record = StageRecord(
        years, days[:, :-1], np.empty((0, *days[:, :-1].shape)), 2021, 90, np.empty((0, 2 * plots)), days_now=now, sites=sites
    )
    return record, days[:, -1]


def test_a_neighbour_that_is_ten_days_late_makes_a_plot_ten_days_late():
    assert told_by_others(season([110, np.nan])).location[1] == pytest.approx(110, abs=0.2)


def test_without_reports_and_before_anything_is_due_a_plot_is_expected_as_ever():
    assert told_by_others(season([np.nan, np.nan], issued_day=40)).location == pytest.approx([100, 100], abs=0.01)


def test_the_silence_of_a_plot_that_was_due_makes_the_other_late():
    assert told_by_others(season([np.nan, np.nan], issued_day=110)).location[0] > 110


def test_the_silence_of_a_plot_that_never_reports_says_nothing():
    assert told_by_others(season([np.nan, np.nan], silent=1.0, issued_day=110)).location == pytest.approx([100, 100], abs=0.01)


def test_silence_says_what_sampling_says():
    """The other plot's lateness given that this one has not come by day 110, by drawing a million seasons."""
    random = np.random.default_rng(1)
    late = random.normal(0, 10, 1_000_000)
    waiting = 100 + late + random.normal(0, 1, late.shape) > 110.5
    told = told_by_others(replace(season([np.nan, np.nan], issued_day=110), silent=np.array([1.0, 0.0])))
    assert told.location[0] - 100 == pytest.approx(late[waiting].mean(), abs=0.1)
    assert told.spread[0] == pytest.approx(late[waiting].std(), rel=0.02)


def test_a_plot_that_stopped_reporting_years_ago_is_expected_to_stay_silent():
    reported = np.ones((10, 12), dtype=bool)
    reported[0, 4:] = False
    chance = silence(reported)
    assert chance[0] > 0.8 and chance[1] < 0.1


def test_lateness_of_the_own_valley_counts_and_that_of_a_far_one_does_not():
    record, truth = two_valleys(late_east=15.0)
    said = NEIGHBOURS.expect(record).location
    assert said[15] == pytest.approx(truth[15], abs=4)
    assert said[0] == pytest.approx(truth[0], abs=4)


def test_one_effect_for_all_is_misled_where_valleys_differ():
    record, truth = two_valleys(late_east=15.0)
    wrong = np.abs(ALL.expect(record).location - truth)[[0, 15]]
    assert wrong.max() > np.abs(NEIGHBOURS.expect(record).location - truth)[[0, 15]].max()


def test_a_report_makes_the_forecast_surer():
    record, _ = two_valleys()
    before = replace(record, days_now=np.full(len(record.days), np.nan), issued_day=60)
    assert NEIGHBOURS.expect(record).spread[0] < NEIGHBOURS.expect(before).spread[0]


def test_a_plot_without_a_past_is_as_late_as_its_height_suggests():
    random = np.random.default_rng(3)
    height_m = np.linspace(200, 1400, 30)
    left = 80 + height_m[:, None] / 40 + random.normal(0, 2, (30, 10))
    left[20] = np.nan
    sites = np.column_stack([np.zeros(30), np.zeros(30), height_m])
    part = own_day(left, np.arange(2011.0, 2021.0), 2021, sites)
    assert part.ahead[20] == pytest.approx(80 + height_m[20] / 40, abs=2)
    assert part.ahead_variance[20] > part.ahead_variance[21]


def test_a_plot_that_was_replanted_is_followed():
    left = np.full((30, 20), 100.0) + np.random.default_rng(4).normal(0, 1.5, (30, 20))
    left[:10, 12:] -= 12
    left[10:20, 12:] += 12
    part = own_day(left, np.arange(2001.0, 2021.0), 2021, None)
    assert part.ahead[0] < 95 and part.ahead[10] > 105


def test_many_plots_are_gathered_into_cells_of_near_ones():
    random = np.random.default_rng(5)
    sites = random.uniform(0, 400, (5000, 3))
    cells = Cells.around(sites, np.full(5000, 100.0))
    assert len(cells.features) == CELLS_MAX
    away = np.linalg.norm((sites - cells.features[cells.of_plot, :3])[:, :2], axis=1)
    assert np.median(away) < 60


def test_what_nothing_was_said_about_keeps_its_variance():
    mean, variance = posterior(np.diag([4.0, 9.0]), np.array([0.0, 1.0]), np.array([0.0, 5.0]))
    assert mean == pytest.approx([0, 4.5]) and variance == pytest.approx([4, 0.9])


def test_a_few_far_outliers_do_not_widen_every_band():
    """With errors of 2 days and one in twenty of 30, eight in ten lie within about 3 days."""
    random = np.random.default_rng(6)
    error = np.where(random.random((40, 20)) < 0.05, random.choice([-30.0, 30.0], (40, 20)), random.normal(0, 2, (40, 20)))
    record = StageRecord(np.arange(2001, 2021), 100 + error, np.empty((0, 40, 20)), 2021, 20, np.empty((0, 40)))

    class Steady:
        name = "steady"

        def expect(self, view):
            return Expectation(np.full(len(view.days), 100.0), np.full(len(view.days), 2.0))

    score = ripening_scores([RIPENING_MODELS[0], Steady()], record, 5.0)[1]
    assert score.width < 0.7 * np.sqrt(score.shocks.total)
