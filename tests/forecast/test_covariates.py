from dataclasses import replace

import numpy as np
import pytest

from pinfold.forecast.shocks import Places
from pinfold.forecast.yields.alternate_bearing import AlternateBearing
from pinfold.forecast.yields.covariates import WithCovariates
from pinfold.forecast.yields.interface import HarvestRecord


def rained(plots=150, seasons=6, worth=0.5, seed=3):
    """Harvests that are better by `worth` where it rained more; the rain of the season to come is known; four blocks."""
    random = np.random.default_rng(seed)
    rain = random.normal(10, 2, (plots, seasons + 1))
    own = random.normal(4, 0.5, plots)
    root = own[:, None] + worth * (rain[:, :-1] - 10) / 2 + random.normal(0, 0.3, (plots, seasons))
    blocks = Places(np.arange(plots) % 4, np.zeros(plots, dtype=int))
    return HarvestRecord(np.arange(1, seasons + 1), root, np.ones(plots), blocks, seasons + 1, rain[:, :, None])


def moved(record):
    """By how much covariates move each plot."""
    return WithCovariates().expect(record).location - AlternateBearing().expect(record).location


def moved_per_mm(record):
    return np.polyfit(record.covariates[:, -1, 0], moved(record), 1)[0]


def test_where_it_rains_more_than_usual_more_is_expected():
    record = rained()
    wet = record.covariates[:, -1, 0] > 12
    dry = record.covariates[:, -1, 0] < 8
    assert moved(record)[wet].mean() > 0.3 and moved(record)[dry].mean() < -0.3


def test_rain_that_never_mattered_moves_hardly_anything():
    assert np.abs(moved(rained(worth=0.0))).max() < 0.15


def test_without_covariates_nothing_is_moved():
    record = replace(rained(), covariates=None)
    assert np.abs(moved(record)).max() < 1e-9
    assert not WithCovariates().can_learn_from(record)


def test_a_plot_whose_rain_is_not_known_is_expected_as_with_usual_rain():
    record = rained()
    record.covariates[0, -1] = np.nan
    assert abs(moved(record)[0]) < 0.15


def test_a_column_that_is_new_this_season_changes_nothing():
    record = rained()
    new = np.full_like(record.covariates, np.nan)
    new[:, -1] = 7.0
    wider = replace(record, covariates=np.concatenate([record.covariates, new], axis=2))
    assert WithCovariates().expect(wider).location == pytest.approx(WithCovariates().expect(record).location)


def test_covariates_known_only_for_the_past_are_of_no_use():
    record = rained()
    record.covariates[:, -1] = np.nan
    assert not WithCovariates().can_learn_from(record)


def test_covariates_of_later_seasons_change_no_hindcast():
    record = rained()
    later = record.covariates.copy()
    later[:, 5:] += 50
    first = WithCovariates().expect(record.as_known_in(4)).location
    assert WithCovariates().expect(replace(record, covariates=later).as_known_in(4)).location == pytest.approx(first)


def test_a_covariate_seen_in_one_season_only_is_believed_less_than_one_seen_in_six():
    """However many plots: what rain did in one season, another cause may have done."""
    once = rained(plots=600, seasons=1)
    often = rained(plots=100, seasons=6)
    assert moved_per_mm(once) < moved_per_mm(often)
