"""Checks that every model on the two lists passes, whatever it is made of."""

from dataclasses import replace

import numpy as np
import pytest

from pinfold.forecast.backtest import ripening_scores
from pinfold.forecast.expectation import Expectation
from pinfold.forecast.ripening import RIPENING_MODELS
from pinfold.forecast.ripening.dates import not_before
from pinfold.forecast.yields import YIELD_MODELS
from pinfold.forecast.yields.distribution import kg_quantiles
from pinfold.forecast.yields.serving import serve

from .records import harvest_record, only_plots, stage_record

ripening = pytest.mark.parametrize("model", RIPENING_MODELS, ids=lambda model: model.name)
yields = pytest.mark.parametrize("model", YIELD_MODELS, ids=lambda model: model.name)


def same(first, second):
    return np.array_equal(first.location, second.location, equal_nan=True) and np.array_equal(first.spread, second.spread, equal_nan=True)


def test_no_two_models_of_a_list_share_a_name():
    for models in (RIPENING_MODELS, YIELD_MODELS):
        assert len({model.name for model in models}) == len(models)


@ripening
def test_a_ripening_model_has_a_day_for_every_plot(model):
    said = model.expect(stage_record(plots=6))
    assert said.location.shape == (6,)
    assert np.isfinite(said.location).all() and (said.spread > 0).all()


@ripening
def test_a_ripening_model_is_right_to_within_two_weeks_on_an_ordinary_record(model):
    record = stage_record(plots=6)
    assert np.abs(model.expect(record).location - np.nanmean(record.days, axis=1)).max() < 14


@ripening
def test_quantiles_of_dates_rise_and_come_after_the_day_of_issue(model):
    record = stage_record(issued_day=105)
    quantiles = not_before(model.expect(record), record.issued_day)
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert quantiles.min() >= 106


@ripening
def test_a_ripening_model_knows_nothing_of_later_seasons(model):
    """A hindcast is the same whether the held-out season and all after it were early or late."""
    record = stage_record()
    index = 15
    other = record.days.copy()
    other[:, index:] += 40
    warm = replace(record.heat, temperature_c=record.heat.temperature_c.copy())
    issued = record.as_known_in(index).heat.temperature_c.shape[1]
    warm.temperature_c[:, issued:] += 10
    changed = replace(record, days=other, heat=warm)
    assert same(model.expect(record.as_known_in(index)), model.expect(changed.as_known_in(index)))


@ripening
def test_a_hindcast_does_not_see_a_stage_that_was_reported_after_its_day_of_issue(model):
    record = replace(stage_record(), issued_day=30)
    index = 15
    assert np.isnan(record.as_known_in(index).earlier_now).all()
    moved = record.earlier.copy()
    moved[:, :, index] += 5
    first, second = model.expect(record.as_known_in(index)), model.expect(replace(record, earlier=moved).as_known_in(index))
    assert (first is None and second is None) or same(first, second)


@ripening
@pytest.mark.parametrize("seasons", [0, 1, 2, 3])
def test_a_ripening_model_with_hardly_a_past_is_silent_or_sensible(model, seasons):
    said = model.expect(stage_record(seasons=seasons, gaps=0.0))
    assert said is None or (np.abs(said.location - 100) < 60).all()


@ripening
def test_a_ripening_model_serves_a_single_plot(model):
    said = model.expect(stage_record(plots=1, gaps=0.0))
    assert np.isfinite(said.location).all()


@ripening
def test_a_plot_without_a_past_is_passed_over_or_served_from_the_others(model):
    record = stage_record()
    days = record.days.copy()
    days[2] = np.nan
    said = model.expect(replace(record, days=days))
    assert np.isnan(said.location[2]) or abs(said.location[2] - 100) < 40
    assert np.isfinite(np.delete(said.location, 2)).all()


@ripening
def test_the_same_record_gives_the_same_dates(model):
    assert same(model.expect(stage_record()), model.expect(stage_record()))


@yields
def test_a_yield_model_has_kilograms_for_every_plot(model):
    record = harvest_record(plots=40)
    said = model.expect(record)
    assert said.location.shape == (40,)
    assert np.isfinite(said.location).all() and (said.spread > 0).all()


@yields
def test_quantiles_of_harvests_rise_and_are_never_below_nothing(model):
    record = harvest_record()
    shocks = serve(record).shocks
    wide = Expectation(model.expect(record).location * 0.2, model.expect(record).spread)
    outlook = kg_quantiles(wide, record.size, shocks)
    assert (np.diff(outlook.quantiles, axis=1) >= 0).all()
    assert outlook.quantiles.min() >= 0 and outlook.mean.min() >= 0


@yields
def test_a_yield_model_knows_nothing_of_later_seasons(model):
    record = harvest_record()
    other = record.root.copy()
    other[:, 4:] *= 3
    assert same(model.expect(record.as_known_in(4)), model.expect(replace(record, root=other).as_known_in(4)))


@yields
@pytest.mark.parametrize("seasons", [1, 2])
def test_a_yield_model_with_hardly_a_past_is_sensible(model, seasons):
    said = model.expect(harvest_record(seasons=seasons))
    assert ((said.location > 1) & (said.location < 8)).all()
    assert (said.spread > 0.01).all()


@yields
def test_a_yield_model_serves_a_single_plot(model):
    assert np.isfinite(model.expect(harvest_record(plots=1)).location).all()


@yields
def test_a_plot_without_a_harvest_is_expected_to_be_like_the_others_but_less_surely(model):
    record = harvest_record(plots=40)
    root = record.root.copy()
    root[7] = np.nan
    said = model.expect(replace(record, root=root))
    assert abs(said.location[7] - 4) < 1
    assert said.spread[7] > np.median(said.spread)


@yields
def test_a_record_with_gaps_is_no_obstacle_to_a_yield_model(model):
    assert np.isfinite(model.expect(harvest_record(gaps=0.3)).location).all()


@yields
def test_trees_that_bore_nothing_at_all_are_expected_to_bear_nothing(model):
    record = harvest_record()
    said = model.expect(replace(record, root=np.zeros_like(record.root)))
    assert said.location == pytest.approx(0)


@yields
def test_the_same_record_gives_the_same_harvests(model):
    assert same(model.expect(harvest_record()), model.expect(harvest_record()))


@yields
def test_plots_in_another_order_get_the_same_harvests(model):
    record = harvest_record()
    back = np.arange(40)[::-1]
    assert model.expect(only_plots(record, back)).location == pytest.approx(model.expect(record).location[back])


@ripening
def test_plots_in_another_order_get_the_same_dates(model):
    record = stage_record()
    back = np.arange(6)[::-1]
    assert model.expect(only_plots(record, back)).location == pytest.approx(model.expect(record).location[back])


def test_every_ripening_model_is_scored_on_the_same_seasons():
    scores = ripening_scores(RIPENING_MODELS, stage_record(), 5.0)
    assert len({score.seasons for score in scores}) == 1
    assert all((score.crps > 0).all() for score in scores)
