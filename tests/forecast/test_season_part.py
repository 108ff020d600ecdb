import numpy as np
import pytest

from pinfold.forecast.yields.season_part import season_ahead


def ahead(parts, usual=0.6):
    return season_ahead(np.array(parts), np.arange(len(parts)), len(parts), usual)


def test_orchards_that_grew_every_year_are_expected_above_their_last_season_but_growing_more_slowly():
    grown = ahead([1.0, 2.0, 3.0, 4.0, 5.0])
    assert 5.0 < grown.part < 6.0


def test_seasons_that_jump_to_and_fro_are_expected_near_their_mean():
    assert abs(ahead([1.0, -1.0, 1.0, -1.0]).part) < 0.5


def test_after_one_season_the_next_is_expected_like_it_and_less_surely_than_is_usual():
    only = ahead([2.0])
    assert only.part == pytest.approx(2.0)
    assert only.spread > 0.6


def test_quiet_seasons_make_the_next_surer_but_never_certain():
    quiet = ahead([0.0] * 8)
    assert 0.1 < quiet.spread < ahead([0.0]).spread


def test_the_mean_of_the_parts_is_kept():
    assert ahead([10.1, 9.9, 10.0]).part == pytest.approx(10 + ahead([0.1, -0.1, 0.0]).part)


def test_a_series_that_fits_is_likelier_than_one_that_does_not():
    assert ahead([0.1, -0.1, 0.1, 0.0]).log_likelihood > ahead([3.0, -3.0, 3.0, 0.0]).log_likelihood
