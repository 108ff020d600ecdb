from dataclasses import replace

import numpy as np
import pytest

from pinfold.forecast.yields.interface import HarvestExpectation
from pinfold.forecast.yields.serving import MIX, lets_in, mix, serve, weights_after

from .records import harvest_record
from .test_covariates import rained


def said(location, spread=1.0, season=0.5):
    return HarvestExpectation(np.array(location), np.full(len(location), spread), season)


def test_before_any_hindcast_all_models_weigh_the_same():
    assert weights_after(np.empty((3, 0))) == pytest.approx([1 / 3] * 3)


def test_every_season_moves_the_weights_further_apart():
    one, two = weights_after(np.array([[1.0], [2.0]])), weights_after(np.array([[1.0, 1.0], [2.0, 2.0]]))
    assert one == pytest.approx([0.8, 0.2])
    assert two == pytest.approx([16 / 17, 1 / 17])


def test_models_that_agree_are_mixed_without_becoming_less_sure():
    mixed = mix([said([4.0, 5.0]), said([4.0, 5.0])], np.array([0.5, 0.5]))
    assert mixed.location == pytest.approx([4, 5])
    assert mixed.spread == pytest.approx([1, 1]) and mixed.season_spread == pytest.approx(0.5)


def test_models_that_disagree_on_the_season_leave_the_season_open():
    mixed = mix([said([4.0, 5.0]), said([6.0, 7.0])], np.array([0.5, 0.5]))
    assert mixed.spread == pytest.approx([1, 1])
    assert mixed.season_spread == pytest.approx(np.sqrt(0.25 + 1))


def test_models_that_disagree_on_a_plot_leave_the_plot_open():
    mixed = mix([said([4.0, 5.0, 5.0]), said([6.0, 5.0, 5.0])], np.array([0.5, 0.5]))
    assert mixed.spread[0] > mixed.spread[1] and mixed.season_spread == pytest.approx(0.5)


def test_trees_that_swing_are_mostly_forecast_by_alternate_bearing():
    served = serve(harvest_record(plots=200, seasons=6))
    assert served.scores[int(served.weights.argmax())].model == "pooled alternate bearing"
    assert served.weights.max() > 0.7 and served.weights.sum() == pytest.approx(1)


def test_the_mix_is_scored_last_on_the_same_seasons_as_its_models():
    scores = serve(harvest_record()).scores
    assert scores[-1].model == MIX
    assert len({score.seasons for score in scores}) == 1 and len(scores[0].seasons) == 5


def test_a_learned_model_takes_the_place_of_the_simple_one_that_it_beats():
    served = serve(rained())
    weight = dict(zip((score.model for score in served.scores), served.weights, strict=True))
    assert weight["pooled alternate bearing"] == 0 and weight["pooled alternate bearing with covariates"] > 0.5


def test_a_learned_model_that_does_not_beat_the_simple_one_has_no_weight():
    served = serve(rained(worth=0.0))
    assert served.weights[3] == 0


def test_a_learned_model_is_not_scored_where_it_has_nothing_to_learn_from():
    assert len(serve(replace(rained(), covariates=None)).scores) == 4


def test_one_good_season_does_not_let_a_learned_model_in():
    assert not lets_in(np.array([1.0]), np.array([5.0]))
    assert lets_in(np.array([1.0, 5.0]), np.array([2.0, 5.0]))
    assert not lets_in(np.array([3.0, 5.0]), np.array([4.0, 4.0]))


def test_a_first_harvest_alone_is_forecast_too():
    served = serve(harvest_record(plots=5, seasons=1))
    assert np.isfinite(served.expectation.location).all() and served.shocks.season > 0
